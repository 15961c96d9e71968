//! What placeholders of deploy tools look like: Terraform, envsubst, Go templates, ERB, and the home-made ones.
//!
//! Known forms: `${…}`, `$(…)`, `$NAME`, `$$$NAME$$$`, `{{ … }}`, `<NAME>` and `<some words>`, `<%= … %>`, `%NAME%`, `@NAME@`,
//! `__NAME__`. Control flow (`%{ if … }`, `{{ if … }}`, `{% … %}`, `<% … %>`) is not a placeholder but a directive.

use super::TemplateLanguage;

/// Words that open or close control flow of Go templates, Handlebars and their kin.
const GO_DIRECTIVES: &[&str] =
    &["if", "range", "else", "end", "with", "define", "block", "break", "continue", "each", "unless", "for"];

/// Double-underscore names that belong to Python.
const PYTHON_NAMES: &[&str] = &["init", "main", "name", "file", "doc", "all", "pycache", "version", "dict", "class"];

/// What every placeholder and directive starts with.
const OPENINGS: [u8; 6] = *b"${<%@_";

/// Bytes that may be searched for the ends of placeholders before every opening counts as unclosed: keeps the search linear.
const SEARCH_BUDGET: usize = 16 * 1024 * 1024;

/// Whether a decoded string holds a placeholder, so that its value is not known before a deploy tool has run.
///
/// Control flow in a string (`%{ if … }`, `{% if … %}`) counts too. A lone `$`, prices, comparisons, URLs, ARNs, e-mail
/// addresses and Windows paths do not.
pub fn in_string(text: &str) -> bool {
    // Nearly every string of every file comes by here, most of them with nothing to look for.
    let has = |opening: u8| text.as_bytes().contains(&opening);
    let [dollar, brace, angle_bracket, percent_sign, at, underscore] = OPENINGS.map(has);
    if !(dollar || brace || angle_bracket || percent_sign || at || underscore) {
        return false;
    }
    let closed = |open: &str, close: &str| {
        let bodies = text.match_indices(open).map(|(at, _)| &text[at + open.len()..]);
        bodies.map_while(|body| body.find(close)).any(|length| length > 0)
    };
    let dollars = dollar && (closed("${", "}") || closed("$(", ")"));
    if dollars || (brace && closed("{{", "}}")) || (angle_bracket && closed("<%", "%>")) {
        return true;
    }
    if percent_sign && brace && (text.contains("%{") || text.contains("{%")) {
        return true;
    }
    if !(dollar || angle_bracket || percent_sign || at || text.contains("__")) {
        return false;
    }
    text.char_indices().any(|(at, char)| match char {
        '$' if !text[..at].ends_with('\\') => dollar_name(text, at).is_some(),
        '<' => angle(text, at).is_some(),
        '%' => percent(text, at).is_some(),
        '@' => at_sign(text, at).is_some(),
        '_' => underscores(text, at).is_some_and(|end| !PYTHON_NAMES.contains(&text[at..end].trim_matches('_'))),
        _ => false,
    })
}

/// Whether every placeholder in `text` is a bare name, as `${cpu}`, `$CPU` or `{{ must_env "CPU" }}` are. Anything more may carry a
/// default, and a default may be a secret.
pub fn only_names(text: &str) -> bool {
    if !text.bytes().any(|byte| OPENINGS.contains(&byte)) {
        return true;
    }
    let plain = |body: &str, also: &str| {
        body.chars().all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '.' || also.contains(letter))
    };
    let bodies = |open: &str, close: &str| -> Vec<String> {
        let found = text.match_indices(open).map(|(at, _)| &text[at + open.len()..]);
        found.map(|body| body[..body.find(close).unwrap_or(body.len())].to_owned()).collect()
    };
    let quotes = |body: &str| body.chars().filter(|letter| "\"'`".contains(*letter)).count();
    bodies("${", "}").iter().all(|body| plain(body, ""))
        && bodies("{{", "}}").iter().all(|body| plain(body, " -\"'`\\") && quotes(body) <= 2)
        && !["$(", "<%", "%{", "{%"].iter().any(|open| text.contains(open))
}

/// Finds placeholders, with a budget for unclosed ones.
#[derive(Debug)]
pub(super) struct Matcher<'a> {
    text: &'a str,
    budget: usize,
}

/// Whether a placeholder may run over several lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// It ends on the line where it starts.
    Line,
    /// It may end anywhere.
    Text,
}

impl<'a> Matcher<'a> {
    /// A matcher over `text`.
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, budget: SEARCH_BUDGET }
    }

    /// The end of the placeholder of any form that starts at `at`, outside strings.
    pub(super) fn bare(&mut self, at: usize) -> Option<usize> {
        let text = self.text;
        match text.as_bytes()[at] {
            b'$' if text[..at].ends_with('$') => None,
            b'$' => dollar_name(text, at).or_else(|| self.delimited(skip(text, at, '$') - 1, Reach::Text)),
            b'{' => self.delimited(at, Reach::Text),
            b'<' => angle(text, at).or_else(|| self.delimited(at, Reach::Text)),
            b'%' => percent(text, at),
            b'@' => at_sign(text, at),
            b'_' => underscores(text, at),
            _ => None,
        }
    }

    /// The end of the placeholder that starts at `at` with `${`, `$(`, `{{` or `<%=`. Quoted strings in it may hold its closing
    /// mark.
    pub(super) fn delimited(&mut self, at: usize, reach: Reach) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let (open, close, mark): (u8, u8, &[u8]) = match bytes.get(at..)? {
            [b'$', b'{', ..] => (b'{', b'}', b"}"),
            [b'$', b'(', ..] => (b'(', b')', b")"),
            [b'{', b'{', ..] => (0, 0, b"}}"),
            [b'<', b'%', b'=', ..] => (0, 0, b"%>"),
            _ => return None,
        };
        let mut depth = 0_usize;
        let mut cursor = at + 2;
        while let Some(&byte) = bytes.get(cursor) {
            self.budget = self.budget.checked_sub(1)?;
            match byte {
                b'\n' | b'\r' if reach == Reach::Line => return None,
                b'\\' => cursor += 1,
                b'"' | b'`' => cursor = self.quoted_end(cursor, byte, reach)?,
                _ if byte == open => depth += 1,
                _ if byte == close && depth > 0 => depth -= 1,
                _ if bytes[cursor..].starts_with(mark) => return Some(cursor + mark.len()),
                _ => {}
            }
            cursor += 1;
        }
        None
    }

    /// The offset of the quote that closes the string starting at `at`.
    fn quoted_end(&mut self, at: usize, quote: u8, reach: Reach) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut cursor = at + 1;
        loop {
            self.budget = self.budget.checked_sub(1)?;
            match *bytes.get(cursor)? {
                b'\n' | b'\r' if reach == Reach::Line => return None,
                b'\\' if quote == b'"' => cursor += 1,
                byte if byte == quote => return Some(cursor),
                _ => {}
            }
            cursor += 1;
        }
    }
}

/// Whose control flow starts at `at`, if some does.
pub(super) fn directive(text: &str, at: usize) -> Option<TemplateLanguage> {
    let rest = &text[at..];
    if rest.starts_with("%{") {
        return Some(TemplateLanguage::Terraform);
    }
    if rest.starts_with("{%") {
        return Some(TemplateLanguage::Jinja);
    }
    if rest.starts_with("<%") && !rest.starts_with("<%=") {
        return Some(TemplateLanguage::Erb);
    }
    let body = rest.strip_prefix("{{")?;
    let body = body.trim_start_matches(['-', '~', ' ', '\t']);
    let word = body.trim_start_matches(['#', '/', '^', '$', '!']);
    let opens_block = body.starts_with(['#', '/', '^', '!']) || (body.starts_with('$') && assigns(body));
    let length = word.find(|char: char| !char.is_ascii_alphabetic()).unwrap_or(word.len());
    (opens_block || (word.len() == body.len() && GO_DIRECTIVES.contains(&&word[..length])))
        .then_some(TemplateLanguage::Go)
}

/// `$name := …` and `$name = …`.
fn assigns(body: &str) -> bool {
    let after = body[1..].trim_start_matches(|char: char| char.is_ascii_alphanumeric() || char == '_').trim_start();
    after.starts_with(":=") || (after.starts_with('=') && !after.starts_with("=="))
}

/// `$NAME`, `$$NAME$$` and so on, from the first dollar sign.
fn dollar_name(text: &str, at: usize) -> Option<usize> {
    if text[..at].ends_with('$') {
        return None;
    }
    let start = skip(text, at, '$');
    text[start..].starts_with(|char: char| char.is_ascii_alphabetic() || char == '_').then(|| {
        let end = name_end(text, start);
        skip(text, end, '$')
    })
}

/// `<NAME>` and `<some words>`: words of letters, digits and a little punctuation, on one line.
fn angle(text: &str, at: usize) -> Option<usize> {
    let body = &text[at + 1..];
    let length = body.find(|char: char| !(char.is_alphanumeric() || "_-./ $':,#()|".contains(char)))?;
    let words = &body[..length];
    let closes = body[length..].starts_with('>');
    let framed = words.starts_with(|char: char| char.is_alphanumeric() || char == '_' || char == '$');
    (closes && framed && !words.ends_with([' ', '-']) && !words.contains("//")).then_some(at + 1 + length + 1)
}

/// `%NAME%`. Two hexadecimal digits are an escape of a URL, one letter is a field of a date.
fn percent(text: &str, at: usize) -> Option<usize> {
    if text[..at].ends_with('%') {
        return None;
    }
    let start = skip(text, at, '%');
    let end = name_end(text, start);
    let name = &text[start..end];
    let is_escape = name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let starts = name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_');
    (starts && name.len() > 1 && !is_escape && text[end..].starts_with('%')).then(|| skip(text, end, '%'))
}

/// `@NAME@`, not in the middle of a word.
fn at_sign(text: &str, at: usize) -> Option<usize> {
    if text[..at].ends_with(|char: char| char.is_alphanumeric() || char == '.' || char == '@') {
        return None;
    }
    let start = skip(text, at, '@');
    let end = name_end(text, start);
    let name = &text[start..end];
    let starts = name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_');
    (starts && name.len() > 1 && text[end..].starts_with('@')).then(|| skip(text, end, '@'))
}

/// `__NAME__`, not in the middle of a word.
fn underscores(text: &str, at: usize) -> Option<usize> {
    if text[..at].ends_with(|char: char| char.is_alphanumeric() || char == '_') || !text[at..].starts_with("__") {
        return None;
    }
    let end = name_end(text, at);
    let run = &text[at..end];
    (run.ends_with("__") && !run.trim_matches('_').is_empty()).then_some(end)
}

/// The end of the name of letters, digits and underscores that starts at `at`.
fn name_end(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    at + rest.find(|char: char| !(char.is_ascii_alphanumeric() || char == '_')).unwrap_or(rest.len())
}

/// The offset after all of `char` that stand at `at`.
fn skip(text: &str, at: usize, char: char) -> usize {
    let rest = &text[at..];
    at + (rest.len() - rest.trim_start_matches(char).len())
}
