//! How much a text looks as if it had been drawn by lot.

/// Bits a character, by the frequencies within the text itself (Shannon).
fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 128];
    let mut length = 0_u32;
    for letter in text.bytes() {
        counts[usize::from(letter & 127)] += 1;
        length += 1;
    }
    let length = f64::from(length);
    let share = |count: u32| f64::from(count) / length;
    counts.into_iter().filter(|&count| count > 0).map(|count| -share(count) * share(count).log2()).sum()
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|letter| letter.is_ascii_hexdigit())
}

fn is_base64(text: &str) -> bool {
    text.trim_end_matches('=').bytes().all(|letter| letter.is_ascii_alphanumeric() || b"+/_-".contains(&letter))
}

fn has(text: &str, wanted: fn(&u8) -> bool) -> bool {
    text.bytes().any(|letter| wanted(&letter))
}

fn classes(text: &str) -> usize {
    let any = |wanted: fn(&u8) -> bool| usize::from(has(text, wanted));
    any(u8::is_ascii_lowercase) + any(u8::is_ascii_uppercase) + any(u8::is_ascii_digit) + any(u8::is_ascii_punctuation)
}

/// Letters of both cases and digits, well mixed.
pub(super) fn is_mixed(text: &str) -> bool {
    classes(text) >= 3 && entropy(text) >= 3.5 && switches(text) * 4 >= text.len() && !is_spelt(text)
}

/// How often the class of the characters changes from one to the next: words have few changes, drawn letters many.
fn switches(text: &str) -> usize {
    let class = |letter: u8| match letter {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    text.as_bytes().windows(2).filter(|pair| class(pair[0]) != class(pair[1])).count()
}

/// Whether most of the text is words, numbers and hexadecimal ids, with signs or capitals between them: `prod-eu-west-1-orders-20240101`,
/// `PasswordMinLength`.
fn is_spelt(text: &str) -> bool {
    let parts = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    parts.map(spelt).sum::<usize>() * 2 > text.len()
}

/// How many letters of a part belong to words and numbers.
fn spelt(part: &str) -> usize {
    const SHORTEST_HEX: usize = 7;
    const SHORTEST_WORD: usize = 3;
    let numbered = part.bytes().all(|letter| letter.is_ascii_digit());
    let lower_hex = part.len() >= SHORTEST_HEX && is_hex(part) && !has(part, u8::is_ascii_uppercase);
    if numbered || lower_hex || part.len() < SHORTEST_WORD {
        return part.len();
    }
    let bytes = part.as_bytes();
    let mut sum = 0;
    let mut start = 0;
    for at in 1..=bytes.len() {
        let goes_on = at < bytes.len()
            && (bytes[at].is_ascii_lowercase() && bytes[at - 1].is_ascii_alphabetic()
                || bytes[at].is_ascii_uppercase() && bytes[at - 1].is_ascii_uppercase()
                || bytes[at].is_ascii_digit() && bytes[at - 1].is_ascii_digit());
        if !goes_on {
            sum += word(&part[start..at]);
            start = at;
        }
    }
    sum
}

/// The length of a run of letters, where people could say it.
fn word(run: &str) -> usize {
    let vowels = run.bytes().filter(|letter| b"aeiouyAEIOUY".contains(letter)).count();
    let one_case = run[1..].bytes().all(|letter| letter.is_ascii_lowercase())
        || run.bytes().all(|letter| letter.is_ascii_uppercase());
    let spoken = vowels > 0 && vowels * 5 >= run.len() && one_case;
    if run.len() >= 3 && run.len() < 24 && spoken { run.len() } else { 0 }
}

/// Whether the value may be a key, where its name speaks of one.
pub(super) fn is_key_material(value: &str) -> bool {
    let value = value.strip_prefix("base64:").unwrap_or(value);
    if value.len() < 16 || is_uuid(value) || is_named_digest(value) {
        return false;
    }
    let hex = value.len() >= 24 && is_hex(value) && entropy(value) >= 2.8 && has(value, u8::is_ascii_digit);
    let base64 = is_base64(value)
        && entropy(value) >= 3.3
        && classes(value) >= 2
        && switches(value) * 5 >= value.len()
        && !is_spelt(value);
    hex || base64
}

/// Whether the value looks like a password rather than like a setting: where a secret word stands in the middle of its name.
pub(super) fn is_password_like(value: &str) -> bool {
    const SIGNS: &[u8] = b"!@#$^*?~+=&";
    let length = value.len();
    if !(8..=128).contains(&length) || value.contains(char::is_whitespace) || value.contains("://") || is_uuid(value) {
        return false;
    }
    // A range of characters.
    if value.contains("a-z") || value.contains("A-Z") {
        return false;
    }
    let letters = has(value, u8::is_ascii_alphabetic);
    let digits = has(value, u8::is_ascii_digit);
    let signs = value.bytes().any(|letter| SIGNS.contains(&letter))
        && !value.contains(['(', '[', '{', '<', '|', '\\', '/', ',']);
    let cases = has(value, u8::is_ascii_lowercase) && has(value, u8::is_ascii_uppercase);
    // A digit between letters is rare in words and settings.
    let inside = value
        .as_bytes()
        .windows(3)
        .filter(|three| three[0].is_ascii_alphabetic() && three[1].is_ascii_digit() && three[2].is_ascii_alphabetic());
    let mixed = letters && digits && (cases || inside.count() >= 2) && switches(value) * 3 >= length;
    (letters && digits && signs) || (mixed && !is_spelt(value) && !is_algorithm(value))
}

/// `PBKDF2WithHmacSHA256`, `AES-256-GCM`.
fn is_algorithm(value: &str) -> bool {
    const MARKS: &[&str] =
        &["SHA", "HMAC", "AES", "RSA", "PBKDF", "ARGON", "BCRYPT", "ECDSA", "MD5", "UTF", "TLS", "BASE64"];
    let upper = value.to_ascii_uppercase();
    MARKS.iter().any(|mark| upper.contains(mark))
}

fn is_uuid(value: &str) -> bool {
    value.len() == 36
        && value.bytes().enumerate().all(|(at, letter)| {
            if matches!(at, 8 | 13 | 18 | 23) { letter == b'-' } else { letter.is_ascii_hexdigit() }
        })
}

/// `sha256:…`, `sha384-…`: what a digest is written with in front of it.
fn is_named_digest(value: &str) -> bool {
    let lower = value.get(..8).unwrap_or(value).to_ascii_lowercase();
    let named = |name: &str| lower.strip_prefix(name).is_some_and(|rest| rest.starts_with([':', '-', '/', '=']));
    ["sha1", "sha256", "sha384", "sha512", "md5"].iter().any(|name| named(name))
}

/// Whether the value looks like a secret on its own, whatever its name.
pub(super) fn is_striking(value: &str) -> bool {
    const SIGNS: &[u8] = b"+/_-=!#$%&*?@^~.";
    const CLASSES: [fn(&u8) -> bool; 3] = [u8::is_ascii_lowercase, u8::is_ascii_uppercase, u8::is_ascii_digit];
    (32..=256).contains(&value.len())
        && value.bytes().all(|letter| letter.is_ascii_alphanumeric() || SIGNS.contains(&letter))
        && !value.contains("://")
        && CLASSES.iter().all(|test| has(value, *test))
        && is_mixed(value)
        && entropy(value) >= 4.1
        && !is_named_digest(value)
        && !is_readable_base64(value)
}

/// Whether the value is a short word, a sign, and letters and digits drawn by lot: what most providers' tokens look like today.
pub(super) fn is_prefixed(value: &str) -> bool {
    let drawn = value.rsplit(['_', '-']).next().unwrap_or(value);
    let prefix = &value[..value.len() - drawn.len()];
    let digits = drawn.bytes().filter(u8::is_ascii_digit).count();
    let short = !prefix.is_empty()
        && prefix.len() <= 12
        && prefix.bytes().all(|letter| letter.is_ascii_lowercase() || b"_-0123456789".contains(&letter));
    short
        && (30..=160).contains(&drawn.len())
        && drawn.bytes().all(|letter| letter.is_ascii_alphanumeric())
        && !is_hex(drawn)
        && digits * 12 >= drawn.len()
        && entropy(drawn) >= 3.9
        && spelt(drawn) * 2 <= drawn.len()
        && !is_named_digest(value)
}

/// Base64 of something that people can read, or of a certificate.
fn is_readable_base64(value: &str) -> bool {
    value.starts_with("MII") || super::base64::readable(value).is_some()
}

/// Whether the value has the shape of an AWS secret access key: 40 letters of base64, of both cases, with digits.
pub(super) fn is_secret_access_key(value: &str) -> bool {
    value.len() == 40
        && value.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'/' || letter == b'+')
        && has(value, u8::is_ascii_uppercase)
        && has(value, u8::is_ascii_lowercase)
        && has(value, u8::is_ascii_digit)
}
