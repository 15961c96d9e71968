//! Documents within one value: JSON, XML, YAML, properties, connection strings, headers, flags.
//!
//! Whatever the form, a name stands beside a value; each such pair is handed to whoever judges pairs.

use serde_json::Value as Json;

/// Hands every pair of the text on until one is found to be a secret.
pub(super) fn pairs<T>(text: &str, judge: &mut dyn FnMut(&str, &str) -> Option<T>) -> Option<T> {
    let start = text.trim_start();
    if start.starts_with(['{', '['])
        && let Ok(json) = serde_json::from_str::<Json>(start)
    {
        return in_json("", &json, judge);
    }
    in_elements(text, judge)
        .or_else(|| in_assignments(text, judge))
        .or_else(|| in_lines(text, judge))
        .or_else(|| in_words(text, judge))
}

fn in_json<T>(path: &str, json: &Json, judge: &mut dyn FnMut(&str, &str) -> Option<T>) -> Option<T> {
    match json {
        Json::String(text) => judge(path, text),
        Json::Number(number) => judge(path, &number.to_string()),
        Json::Array(items) => items.iter().find_map(|item| in_json(path, item, judge)),
        Json::Object(members) => {
            let text = |names: [&str; 3]| names.iter().find_map(|&name| members.get(name)?.as_str());
            let entry = text(["name", "Name", "key"]).zip(text(["value", "Value", "val"]));
            if let Some(found) = entry.and_then(|(name, value)| judge(name, value)) {
                return Some(found);
            }
            // The private exponent of a key in a set of keys (RFC 7518, 6.2.2 and 6.3.2).
            if let (Some(_), Some(exponent)) = (members.get("kty"), members.get("d").and_then(Json::as_str))
                && let Some(found) = judge("privateKey", exponent)
            {
                return Some(found);
            }
            let joined = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            members.iter().find_map(|(name, member)| in_json(&joined(name), member, judge))
        }
        Json::Null | Json::Bool(_) => None,
    }
}

/// `<password>…</password>`.
fn in_elements<T>(text: &str, judge: &mut dyn FnMut(&str, &str) -> Option<T>) -> Option<T> {
    if !text.contains('<') {
        return None;
    }
    let attributes = text.match_indices(" value=").find_map(|(at, mark)| {
        let (before, value_of) = (&text[..at], value(&text[at + mark.len()..]));
        let (_, name) = before.rsplit_once("key=").or_else(|| before.rsplit_once("name="))?;
        judge(value(name), value_of)
    });
    let element = |(at, _): (usize, &str)| {
        let name = text[at + 2..].split('>').next().filter(|name| is_name(name))?;
        let (_, value) = text[..at].rsplit_once('>')?;
        judge(name, value.trim())
    };
    attributes.or_else(|| text.match_indices("</").find_map(element))
}

/// `name=value`, in the lines of a file, the parts of a connection string, the query of an address, the flags of a command.
fn in_assignments<T>(text: &str, judge: &mut dyn FnMut(&str, &str) -> Option<T>) -> Option<T> {
    text.match_indices('=').find_map(|(at, _)| {
        let before = text[..at].trim_end_matches(' ');
        let start = before
            .rfind(|letter: char| !is_name_letter(letter))
            .map_or(0, |start| start + before[start..].chars().next().map_or(1, char::len_utf8));
        let name = before[start..].trim_start_matches(['-', '.', ':']);
        let name = name.strip_prefix('D').filter(|_| before[start..].starts_with("-D")).unwrap_or(name);
        let value = value(text[at + 1..].trim_start_matches(' '));
        if name.is_empty() || value.is_empty() { None } else { judge(name, value) }
    })
}

/// `name: value`, a line each; and a header.
fn in_lines<T>(text: &str, judge: &mut dyn FnMut(&str, &str) -> Option<T>) -> Option<T> {
    text.split(['\n', '\r', '{', '}', ',']).find_map(|line| {
        let (name, rest) = line.split_once(": ").or_else(|| line.split_once(":\t"))?;
        let name = name.trim().trim_start_matches("- ").trim_matches(['"', '\'']);
        let rest = rest.trim();
        let value = value(rest);
        // More than one bare word is a sentence.
        let whole = rest.starts_with(['"', '\''])
            || !value.contains(' ') && rest.split(" #").next().is_some_and(|rest| rest.trim_end() == value);
        if is_name(name) && whole && !value.is_empty() { judge(name, value) } else { None }
    })
}

/// `login app password …` of a netrc, `requirepass …` of a server, `IDENTIFIED BY '…'` of a database. Without quotes the next word has to
/// be no word of a sentence.
fn in_words<T>(text: &str, judge: &mut dyn FnMut(&str, &str) -> Option<T>) -> Option<T> {
    const MARKS: [&str; 6] = ["password", "passwd", "requirepass", "masterauth", "_authtoken", "by"];
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(2).find_map(|pair| {
        let mark = pair[0].to_ascii_lowercase();
        let quoted = pair[1].starts_with(['\'', '"']);
        let sure = quoted
            || mark == "requirepass"
            || mark == "masterauth"
            || pair[1].bytes().any(|letter| letter.is_ascii_digit());
        let told = MARKS.contains(&mark.as_str()) && (quoted || mark != "by") && sure;
        if told { judge("password", value(pair[1])) } else { None }
    })
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_name_letter)
}

fn is_name_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | ':')
}

/// The value at the beginning of a text: what its quotes hold, or what goes on to the next sign that ends values.
fn value(text: &str) -> &str {
    for quote in ['"', '\'', '`'] {
        if let Some(inside) = text.strip_prefix(quote) {
            return inside.split(quote).next().unwrap_or(inside);
        }
    }
    let end = text.find(|letter: char| letter.is_whitespace() || matches!(letter, ';' | '&' | ',' | '"' | '\'' | '`'));
    &text[..end.unwrap_or(text.len())]
}
