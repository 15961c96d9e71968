//! Random documents, layouts and edits, all drawn from a string of bytes so that a failing case shrinks to a short one.

use serde_json::{Map, Value, json};

use crate::edit::Edit;
use crate::tree::{self, Node, Path};

/// Draws from bytes; after the last one everything is 0, which always means the plainest choice.
pub(super) struct Dice<'a>(std::slice::Iter<'a, u8>);

impl<'a> Dice<'a> {
    /// Dice that show `bytes`.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes.iter())
    }

    /// A number below `sides`.
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.0.next().map_or(0, |byte| usize::from(*byte) % sides)
    }

    fn pick<'b>(&mut self, from: &[&'b str]) -> &'b str {
        from[self.roll(from.len())]
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == sides - 1
    }
}

const NAMES: &[&str] =
    &["a", "b", "image", "name", "", "c d", "q\"q", "back\\slash", "日本", "a/b", "m~n", "tab\there", "😀", "value"];
const STRINGS: &[&str] = &[
    "x",
    "",
    "nginx:1.27",
    "say \"hi\"",
    "C:\\tmp",
    "// no comment",
    "# no comment",
    "a, b",
    "}",
    "{",
    "]",
    "\n",
    "\u{1}",
    "日本語",
    "😀",
    "${NAME}",
    "é",
    "/* no */",
    ",",
    ":",
];
const NUMBERS: &[&str] = &["0", "1", "-1", "1.50", "1e3", "12345678901234567890", "0.10", "-0", "1E+5"];
const SPACES: &[&str] = &["", " ", "\n", "\n  ", "  ", "\t", "\r\n", "\r\n\t", "\r", "\n\n", " \n"];
const COMMENTS: &[&str] =
    &["/* c */", "// c\n", "# c\n", "/**/", "// \"q\" , }\r\n", "/* , ] \n */", "# it's {\r", "//\n", "/* // */"];

/// A random value.
pub(super) fn value(dice: &mut Dice<'_>, depth: usize) -> Value {
    match dice.roll(if depth == 0 { 5 } else { 9 }) {
        0 => Value::String(dice.pick(STRINGS).to_owned()),
        1 => Value::Bool(true),
        2 => Value::Null,
        3 => dice.pick(NUMBERS).parse().map_or(Value::Null, Value::Number),
        4 => {
            if dice.one_in(2) {
                json!([])
            } else {
                json!({})
            }
        }
        5 | 6 => Value::Array((0..dice.roll(4)).map(|_| value(dice, depth - 1)).collect()),
        _ => container(dice, depth),
    }
}

/// A random object.
pub(super) fn container(dice: &mut Dice<'_>, depth: usize) -> Value {
    let members = (0..=dice.roll(4)).map(|_| (dice.pick(NAMES).to_owned(), value(dice, depth.saturating_sub(1))));
    Value::Object(members.collect::<Map<_, _>>())
}

/// How a random document is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// One of the layouts that people use: one unit, one line break, one place for brackets.
    Tidy { unit: &'static str, line_break: &'static str, style: usize },
    /// Any white space anywhere.
    Chaos,
    /// Any white space, comments and trailing commas anywhere.
    Comments,
    /// As `Comments`, with placeholders in place of values and members.
    Placeholders,
}

/// A random layout.
pub(super) fn layout(dice: &mut Dice<'_>) -> Layout {
    match dice.roll(8) {
        0..=3 => Layout::Tidy {
            unit: ["  ", "    ", "\t", "   ", " "][dice.roll(5)],
            line_break: ["\n", "\r\n", "\r"][dice.roll(3)],
            style: dice.roll(7),
        },
        4 => Layout::Chaos,
        5 | 6 => Layout::Comments,
        _ => Layout::Placeholders,
    }
}

/// The value as text in that layout, perhaps with a byte order mark and a final line break.
pub(super) fn write(dice: &mut Dice<'_>, value: &Value, layout: Layout) -> String {
    let mut text = String::new();
    if dice.one_in(8) {
        text.push('\u{feff}');
    }
    let mut writer = Writer { dice, layout, text };
    writer.gap();
    writer.value(value, 0);
    writer.gap();
    let Writer { mut text, dice, .. } = writer;
    if let (Layout::Tidy { line_break, .. }, true) = (layout, dice.one_in(2)) {
        text.push_str(line_break);
    }
    text
}

struct Writer<'a, 'b> {
    dice: &'a mut Dice<'b>,
    layout: Layout,
    text: String,
}

impl Writer<'_, '_> {
    /// White space, and comments where the layout has them.
    fn gap(&mut self) {
        if matches!(self.layout, Layout::Tidy { .. }) {
            return;
        }
        let space = self.dice.pick(SPACES);
        self.text.push_str(space);
        if self.layout != Layout::Chaos && self.dice.one_in(4) {
            let comment = self.dice.pick(COMMENTS);
            self.text.push_str(comment);
            let space = self.dice.pick(SPACES);
            self.text.push_str(space);
        }
    }

    fn placeholder(&mut self) -> bool {
        self.layout == Layout::Placeholders && self.dice.one_in(6)
    }

    fn value(&mut self, value: &Value, depth: usize) {
        if depth > 0 && self.placeholder() {
            let placeholder =
                self.dice.pick(&["${x}", "$X", "<X>", "{{ x \"y\" }}", "%NAME%", "1${x}", "__X__", "@NAME@"]);
            self.text.push_str(placeholder);
            return;
        }
        match value {
            Value::Object(object) => {
                let entries: Vec<_> = object.iter().map(|(name, value)| (Some(name.as_str()), value)).collect();
                self.entries(('{', '}'), &entries, depth);
            }
            Value::Array(array) => {
                let entries: Vec<_> = array.iter().map(|value| (None, value)).collect();
                self.entries(('[', ']'), &entries, depth);
            }
            Value::String(string) => self.string(string),
            plain => self.text.push_str(&plain.to_string()),
        }
    }

    /// A string, with more escapes than it needs here and there.
    fn string(&mut self, string: &str) {
        let plain = Value::from(string).to_string();
        let text = if self.dice.one_in(5) { plain.replace('/', "\\/").replace('x', "\\u0078") } else { plain };
        self.text.push_str(&text);
    }

    fn line(&mut self, depth: usize) {
        if let Layout::Tidy { unit, line_break, .. } = self.layout {
            self.text.push_str(line_break);
            self.text.push_str(&unit.repeat(depth));
        }
    }

    fn entries(&mut self, brackets: (char, char), entries: &[(Option<&str>, &Value)], depth: usize) {
        let Layout::Tidy { style, .. } = self.layout else {
            return self.loose_entries(brackets, entries, depth);
        };
        let is_plain = entries.iter().all(|(_, value)| !value.is_array() && !value.is_object());
        // 0 K&R, 1 short lists inline, 2 Allman, 3 comma first, 4 `[{`, 5 one line, 6 minified
        let inline = entries.is_empty() || style >= 5 || (style == 1 && is_plain && brackets.0 == '[');
        let hugs = style == 4 && brackets.0 == '[' && !is_plain;
        let last = self.text.chars().last();
        if style == 2 && !inline && matches!(last, Some(':' | ' ')) {
            self.text.truncate(self.text.trim_end_matches(' ').len());
            self.line(depth);
        }
        self.text.push(brackets.0);
        let depth = if hugs { depth } else { depth + 1 };
        for (index, (name, value)) in entries.iter().enumerate() {
            if index > 0 && style != 3 {
                self.text.push_str(if style == 6 || !(inline || hugs) { "," } else { ", " });
            }
            if !inline && !hugs {
                self.line(depth);
            }
            if index > 0 && style == 3 {
                self.text.push_str(", ");
            }
            if let Some(name) = name {
                self.string(name);
                self.text.push_str(if style == 6 { ":" } else { ": " });
            }
            self.value(value, depth);
        }
        if !inline && !hugs {
            self.line(depth - 1);
        }
        self.text.push(brackets.1);
    }

    fn loose_entries(&mut self, brackets: (char, char), entries: &[(Option<&str>, &Value)], depth: usize) {
        self.text.push(brackets.0);
        let open = self.placeholder();
        if open {
            self.gap();
            self.text.push_str("$FIRST ");
            if self.dice.one_in(2) && !entries.is_empty() {
                self.text.push(',');
            }
        }
        for (index, (name, value)) in entries.iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.gap();
            if let Some(name) = name {
                self.string(name);
                self.gap();
                self.text.push(':');
                self.gap();
            }
            self.value(value, depth + 1);
            self.gap();
        }
        if !entries.is_empty() && self.layout != Layout::Chaos && self.dice.one_in(4) {
            self.text.push(',');
        }
        if !entries.is_empty() && self.placeholder() {
            self.text.push_str(" ${last}");
        }
        self.gap();
        self.text.push(brackets.1);
    }
}

/// A few random edits, each of which fits the tree by itself.
pub(super) fn edits(dice: &mut Dice<'_>, root: &Node) -> Vec<Edit> {
    let mut places = Vec::new();
    collect(root, &Path::root(), &mut places);
    (0..=dice.roll(6)).map(|_| edit(dice, &places)).collect()
}

fn edit(dice: &mut Dice<'_>, places: &[(Path, &Node)]) -> Edit {
    let (path, node) = &places[(dice.roll(256) * 256 + dice.roll(256)) % places.len()];
    let fresh = dice.pick(&["new", "other", "日本", "name", "a", "x/y~z"]);
    match (&node.value, dice.roll(6)) {
        (tree::Value::Array(_), 0..=2) => Edit::Append { array: path.clone(), value: value(dice, 2) },
        (tree::Value::Object(_) | tree::Value::Null, 0) => Edit::Set { path: path.key(fresh), value: value(dice, 2) },
        (tree::Value::Object(_) | tree::Value::Null, 1) => {
            Edit::Set { path: path.key(fresh).key("deep"), value: value(dice, 1) }
        }
        (tree::Value::Object(_) | tree::Value::Null, 2) => {
            Edit::Append { array: path.key(fresh), value: value(dice, 1) }
        }
        (_, 3 | 4) if *path != Path::root() => Edit::Remove { path: path.clone() },
        _ => Edit::Set { path: path.clone(), value: value(dice, 2) },
    }
}

/// Every node below `node`, itself included, with its path.
pub(super) fn collect<'a>(node: &'a Node, path: &Path, found: &mut Vec<(Path, &'a Node)>) {
    found.push((path.clone(), node));
    if let Some(object) = node.as_object() {
        for member in &object.members {
            collect(&member.value, &path.key(member.name.as_str()), found);
        }
    }
    if let Some(array) = node.as_array() {
        for (index, item) in array.items.iter().enumerate() {
            collect(item, &path.index(index), found);
        }
    }
}
