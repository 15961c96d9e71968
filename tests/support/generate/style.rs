//! Ways to write a JSON value down: everything that people and tools do differently.

use serde_json::{Map, Value};

use super::tape::Tape;

/// How the parts of a container are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// All on one line, without a space.
    Tight,
    /// All on one line, a space after each comma and each colon.
    OneLine,
    /// A line for each member and element.
    Lines,
    /// The same, but lists of scalars on one line.
    ShortLists,
}

/// Where the braces of a container on several lines are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Braces {
    /// On the line of the name, and on lines of their own in lists.
    Plain,
    /// In a list of objects joined to the bracket and to one another: `[{`, `}, {`, `}]`.
    Joined,
    /// On lines of their own.
    Allman,
}

/// What is written as an escape though it need not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escapes {
    /// Nothing.
    Least,
    /// Everything beyond ASCII.
    Ascii,
    /// That, `/` and the letter `e`.
    More,
}

/// Every decision about the bytes of a text.
#[expect(clippy::struct_excessive_bools, reason = "each is a decision of its own, in any combination")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// One step of indentation.
    pub indent: &'static str,
    /// The end of a line.
    pub newline: &'static str,
    /// How containers are laid out.
    pub layout: Layout,
    /// Where braces are.
    pub braces: Braces,
    /// What is between a name and a value; `Tight` and `Allman` leave the space after it out.
    pub colon: &'static str,
    /// Whether `{ }` and `[ ]` have a space inside, and those on one line at both ends.
    pub padded: bool,
    /// Whether the text ends with a newline.
    pub final_newline: bool,
    /// Whether the text begins with a byte order mark.
    pub mark: bool,
    /// What is escaped.
    pub escapes: Escapes,
    /// Whether the last member and element have a comma behind them.
    pub trailing_commas: bool,
    /// Where comments are and what they say; none if empty.
    pub comments: Vec<u32>,
}

impl Style {
    /// Whether the text is JSON as the standard has it, apart from a byte order mark.
    pub fn is_strict(&self) -> bool {
        !self.trailing_commas && self.comments.is_empty()
    }
}

/// Draws a style; two spaces, `\n` and nothing else is the simplest.
pub fn draw(tape: &mut Tape) -> Style {
    let layout = tape.pick(&[Layout::Lines, Layout::Lines, Layout::ShortLists, Layout::OneLine, Layout::Tight]);
    Style {
        indent: tape.pick(&["  ", "    ", "\t", " ", "   "]),
        newline: tape.pick(&["\n", "\n", "\r\n", "\r"]),
        layout,
        braces: tape.pick(&[Braces::Plain, Braces::Plain, Braces::Joined, Braces::Allman]),
        colon: tape.pick(&[": ", ": ", ":", " : ", " :"]),
        padded: tape.chance(30),
        final_newline: !tape.chance(30),
        mark: tape.chance(10),
        escapes: tape.pick(&[Escapes::Least, Escapes::Least, Escapes::Ascii, Escapes::More]),
        trailing_commas: tape.chance(10),
        comments: if tape.chance(15) { (0..24).map(|_| tape.word()).collect() } else { Vec::new() },
    }
}

/// Texts of comments; each has something that a careless reader takes for JSON.
const COMMENTS: &[&str] = &["plain", "\"user\": \"root\",", "{ [ it's", "} ] ,", "Größe 🦀", "a // b", "http://x/y"];

/// Writes `value` in `style`.
pub fn write(value: &Value, style: &Style) -> String {
    let mut writer = Writer { style, out: String::new(), comments: Tape::new(style.comments.repeat(40)) };
    if style.mark {
        writer.out.push('\u{feff}');
    }
    writer.own_line(0);
    writer.value(value, 0);
    if style.final_newline {
        writer.out.push_str(style.newline);
    }
    writer.out
}

struct Writer<'s> {
    style: &'s Style,
    out: String,
    comments: Tape,
}

impl Writer<'_> {
    fn in_lines(&self) -> bool {
        matches!(self.style.layout, Layout::Lines | Layout::ShortLists)
    }

    fn line(&mut self, depth: usize) {
        self.out.push_str(self.style.newline);
        self.out.push_str(&self.style.indent.repeat(depth));
    }

    fn comment(&mut self, (open, text, close): (&str, &str, &str)) {
        self.out.extend([open, text, close]);
    }

    /// Whether a comment stands here.
    fn comment_here(&mut self) -> bool {
        !self.style.comments.is_empty() && self.comments.chance(15)
    }

    /// Maybe a comment on a line of its own; the place is the beginning of a line.
    fn own_line(&mut self, depth: usize) {
        if self.in_lines() && self.comment_here() {
            let text = self.comments.pick(COMMENTS);
            // Readers differ on whether a lone carriage return ends a line comment.
            let block = self.style.newline == "\r" || self.comments.chance(50);
            self.comment(if block { ("/* ", text, " */") } else { ("// ", text, "") });
            self.line(depth);
        }
    }

    /// Maybe a comment behind an item; a line comment only if the line ends there.
    fn behind(&mut self, ends: bool) {
        if self.comment_here() {
            let text = self.comments.pick(COMMENTS);
            let line = ends && self.style.newline != "\r" && self.comments.chance(50);
            self.comment(if line { (" // ", text, "") } else { (" /* ", text, " */") });
        }
    }

    fn value(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Object(members) => self.object(members, depth),
            Value::Array(elements) => self.array(elements, depth),
            Value::String(text) => self.string(text),
            // A number that is read keeps its text but for a plus sign that the reader puts into the exponent.
            other => self.out.push_str(&other.to_string().replace("e+", "e")),
        }
    }

    fn object(&mut self, members: &Map<String, Value>, depth: usize) {
        let lines = self.in_lines();
        self.container(('{', '}'), members.iter().collect(), lines, depth, |writer, (name, value)| {
            writer.string(name);
            let allman = writer.style.braces == Braces::Allman && lines && is_filled(value);
            let colon = if allman { writer.style.colon.trim_end() } else { writer.style.colon };
            writer.out.push_str(if writer.style.layout == Layout::Tight { ":" } else { colon });
            if writer.comment_here() {
                writer.out.push_str("/**/");
            }
            if allman {
                writer.line(depth + 1);
            }
            writer.value(value, depth + 1);
        });
    }

    fn array(&mut self, elements: &[Value], depth: usize) {
        let scalars = elements.iter().all(|element| !element.is_object() && !element.is_array());
        let lines = self.in_lines() && !(scalars && self.style.layout == Layout::ShortLists);
        if self.style.braces == Braces::Joined && lines && !elements.is_empty() && elements.iter().all(is_filled) {
            self.out.push('[');
            for (index, element) in elements.iter().enumerate() {
                self.out.push_str(if index > 0 { ", " } else { "" });
                self.value(element, depth);
            }
            self.out.push_str(if self.style.trailing_commas { ",]" } else { "]" });
            return;
        }
        self.container(('[', ']'), elements.iter().collect(), lines, depth, |writer, element| {
            writer.value(element, depth + 1);
        });
    }

    /// The items between brackets, on lines or on one.
    fn container<T>(
        &mut self,
        (open, close): (char, char),
        items: Vec<T>,
        lines: bool,
        depth: usize,
        mut item: impl FnMut(&mut Self, T),
    ) {
        self.out.push(open);
        let count = items.len();
        let padded = self.style.padded && !lines && self.style.layout != Layout::Tight;
        if padded || (count == 0 && self.style.padded) {
            self.out.push(' ');
        }
        for (index, each) in items.into_iter().enumerate() {
            if lines {
                self.line(depth + 1);
                self.own_line(depth + 1);
            } else if index > 0 && self.style.layout != Layout::Tight {
                self.out.push(' ');
            }
            item(self, each);
            if index + 1 < count || self.style.trailing_commas {
                self.out.push(',');
            }
            self.behind(lines);
        }
        if lines && count > 0 {
            self.line(depth);
        } else if padded && count > 0 {
            self.out.push(' ');
        }
        self.out.push(close);
    }

    fn string(&mut self, text: &str) {
        self.out.push('"');
        let escapes = self.style.escapes;
        for char in text.chars() {
            match char {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\t' => self.out.push_str("\\t"),
                '/' if escapes == Escapes::More => self.out.push_str("\\/"),
                'e' if escapes == Escapes::More => self.out.push_str("\\u0065"),
                other if other < ' ' || (!other.is_ascii() && escapes != Escapes::Least) => self.units(other),
                other => self.out.push(other),
            }
        }
        self.out.push('"');
    }

    /// A character as one or two `\u` escapes.
    fn units(&mut self, char: char) {
        for unit in char.encode_utf16(&mut [0; 2]) {
            self.out.extend(format!("\\u{unit:04x}").chars());
        }
    }
}

/// Whether it is an object or a list with something in it.
fn is_filled(value: &Value) -> bool {
    match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(elements) => !elements.is_empty(),
        _ => false,
    }
}
