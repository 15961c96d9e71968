//! Cuts a JSON text into tokens that cover every byte: comments, trailing commas, any newline, and placeholders of deploy tools.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Spaces, tabs and newlines.
    Space,
    /// A comment of any kind, or a byte order mark.
    Comment,
    /// `{` or `[`.
    Open,
    /// `}` or `]`.
    Close,
    /// `:`
    Colon,
    /// `,`
    Comma,
    /// A string with its quotes.
    Quoted,
    /// Anything else: a number, a literal, or a placeholder.
    Bare,
}

/// A token and its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// Every byte of it.
    pub text: &'a str,
}

/// The tokens of `text`; their texts, one after the other, are `text`.
pub fn tokens(text: &str) -> Result<Vec<Token<'_>>, String> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let (kind, length) = next(&text[at..]).map_err(|error| format!("{error} at byte {at}"))?;
        found.push(Token { kind, text: &text[at..at + length] });
        at += length;
    }
    Ok(found)
}

fn next(rest: &str) -> Result<(Kind, usize), String> {
    let space = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    if space > 0 {
        return Ok((Kind::Space, space));
    }
    if rest.starts_with('\u{feff}') {
        return Ok((Kind::Comment, '\u{feff}'.len_utf8()));
    }
    if rest.starts_with("/*") {
        return rest.find("*/").map(|end| (Kind::Comment, end + 2)).ok_or_else(|| "open comment".to_owned());
    }
    if rest.starts_with("//") || (rest.starts_with('#') && !rest.starts_with("#{")) {
        return Ok((Kind::Comment, rest.find(['\n', '\r']).unwrap_or(rest.len())));
    }
    // No JSON value begins with two braces, or with a brace and a percent sign.
    if rest.starts_with("{{") || rest.starts_with("{%") {
        return Ok((Kind::Bare, bare(rest)?));
    }
    match rest.as_bytes()[0] {
        b'{' | b'[' => Ok((Kind::Open, 1)),
        b'}' | b']' => Ok((Kind::Close, 1)),
        b':' => Ok((Kind::Colon, 1)),
        b',' => Ok((Kind::Comma, 1)),
        quote @ (b'"' | b'\'') => Ok((Kind::Quoted, quoted(rest, char::from(quote))?)),
        _ => Ok((Kind::Bare, bare(rest)?)),
    }
}

/// Length of a string that ends at the next `quote`, or of one whose template brings quotes of its own: `"{{ env "X" }}"`.
fn quoted(rest: &str, quote: char) -> Result<usize, String> {
    let mut from = 1;
    loop {
        let end = from + closing(&rest[from..], quote).ok_or("open string")? + 1;
        let template = rest[from..end].rfind("{{").filter(|open| !rest[from + open..end].contains("}}"));
        let plausible = rest[end..].trim_start().chars().next().is_none_or(|next| ",:]}/#".contains(next));
        let line = rest[end..].lines().next().unwrap_or_default();
        match (template, line.find("}}")) {
            (Some(_), Some(close)) if !plausible => from = end + close + 2,
            _ => return Ok(end),
        }
    }
}

/// Offset of the next `quote` that no backslash precedes.
fn closing(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    rest.char_indices().find_map(|(at, char)| {
        let found = !escaped && char == quote;
        escaped = !escaped && char == '\\';
        found.then_some(at)
    })
}

/// Length of a run without white space and structure; what stands in brackets of a template belongs to it.
fn bare(rest: &str) -> Result<usize, String> {
    let mut at = 0;
    while let Some(char) = rest[at..].chars().next() {
        let here = &rest[at..];
        let length = if let Some((_, close)) =
            [("{{", "}}"), ("{%", "%}"), ("<%", "%>")].iter().find(|(open, _)| here.starts_with(open))
        {
            here.find(close).ok_or("open template")? + close.len()
        } else if ["${", "%{", "#{"].iter().any(|open| here.starts_with(open)) {
            1 + balanced(&here[1..])?
        } else if char == '(' || (at > 0 && char == '[') {
            balanced(here)?
        } else if char.is_ascii_whitespace() || "{}[],:\"'".contains(char) {
            break;
        } else {
            char.len_utf8()
        };
        at += length;
    }
    Ok(at)
}

/// Length of a bracketed expression that may hold brackets and strings.
fn balanced(rest: &str) -> Result<usize, String> {
    let (mut depth, mut at) = (0_usize, 0);
    for (place, char) in rest.char_indices() {
        if place < at {
            continue;
        }
        match char {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            '"' => at = place + 2 + closing(&rest[place + 1..], '"').ok_or("open string in a template")?,
            _ => {}
        }
        if depth == 0 {
            return Ok(place + 1);
        }
    }
    Err("open template".to_owned())
}
