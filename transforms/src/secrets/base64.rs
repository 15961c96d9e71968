//! Reads base64, of either alphabet, with or without padding and line ends.

/// What the text encodes; nothing where it is no base64.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.trim().trim_end_matches('=');
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut kept, mut bits) = (0_u32, 0);
    for letter in text.bytes() {
        let sextet = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'\n' | b'\r' => continue,
            _ => return None,
        };
        kept = kept << 6 | u32::from(sextet);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(kept >> bits & 0xff).unwrap_or_default());
        }
    }
    // A single sextet is no byte.
    (bits != 6).then_some(bytes)
}

/// The text that is encoded, where it is one that people can read.
pub(super) fn readable(text: &str) -> Option<String> {
    const SHORTEST: usize = 8;
    let text = text.strip_prefix("base64:").unwrap_or(text);
    if text.len() < SHORTEST {
        return None;
    }
    let decoded = String::from_utf8(decode(text)?).ok()?;
    let plain = |letter: char| !letter.is_control() || matches!(letter, '\n' | '\r' | '\t');
    (decoded.len() >= SHORTEST && decoded.chars().all(plain)).then_some(decoded)
}

/// Whether the text encodes a private key in DER: a sequence that begins with a version, where certificates and public keys begin with
/// another sequence or with a long number (RFC 5208, RFC 8017, RFC 5915).
pub(super) fn is_private_key(text: &str) -> bool {
    const SHORTEST: usize = 64;
    if !text.starts_with('M') || text.len() < SHORTEST {
        return false;
    }
    let Some(bytes) = decode(text) else { return false };
    let ([0x30, 0x82, _, _, inside @ ..] | [0x30, 0x81, _, inside @ ..] | [0x30, ..=0x7f, inside @ ..]) =
        bytes.as_slice()
    else {
        return false;
    };
    inside.starts_with(&[0x02, 0x01, 0x00]) || inside.starts_with(&[0x02, 0x01, 0x01])
}
