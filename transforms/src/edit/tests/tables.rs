//! Tables of whole texts before and after: one file a style, under `cases/`.
//!
//! A file starts with a `<<<` line and the text before. A case is a `### title`, its edits (`set PATH JSON`, `append PATH JSON`,
//! `remove PATH`, `avoid WORD` for lines to stay away from), perhaps a `<<<` text of its own, and the `>>>` text after. Every case
//! runs with each kind of line break, with and without a byte order mark and a final line break.

use super::*;
use crate::tree::Step;

#[derive(Debug, Default)]
struct Case {
    title: String,
    edits: Vec<Edit>,
    avoid: Vec<String>,
    before: Vec<String>,
    after: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Edits,
    Before,
    After,
}

fn path(pointer: &str) -> Path {
    let step = |step: &str| step.parse().map_or_else(|_| Step::Key(step.replace("~1", "/")), Step::Index);
    Path::from(pointer.split('/').skip(1).map(step).collect::<Vec<_>>())
}

fn edit(line: &str) -> Option<Edit> {
    let (verb, rest) = line.split_once(' ')?;
    let (pointer, value) = rest.split_once(' ').unwrap_or((rest, "null"));
    let value = value.trim_start();
    let value = serde_json::from_str(value).expect("the value of an edit is JSON");
    match verb {
        "set" => Some(Edit::Set { path: path(pointer), value }),
        "append" => Some(Edit::Append { array: path(pointer), value }),
        "remove" => Some(Edit::Remove { path: path(pointer) }),
        _ => None,
    }
}

/// The cases of a file.
fn cases(file: &str) -> Vec<Case> {
    let mut shared: Vec<String> = Vec::new();
    let mut cases: Vec<Case> = Vec::new();
    let mut part = Part::Edits;
    for line in file.lines() {
        if let Some(title) = line.strip_prefix("### ") {
            cases.push(Case { title: title.to_owned(), before: shared.clone(), ..Case::default() });
            part = Part::Edits;
            continue;
        }
        match (line, cases.last_mut(), part) {
            ("<<<", case, _) => {
                if let Some(case) = case {
                    case.before.clear();
                }
                part = Part::Before;
            }
            (">>>", ..) => part = Part::After,
            (_, None, Part::Before) => shared.push(line.to_owned()),
            (_, Some(case), Part::Before) => case.before.push(line.to_owned()),
            (_, Some(case), Part::After) => case.after.push(line.to_owned()),
            (_, Some(case), Part::Edits) => match line.strip_prefix("avoid ") {
                Some(word) => case.avoid.push(word.to_owned()),
                None => case.edits.extend(edit(line)),
            },
            (_, None, _) => {}
        }
    }
    cases
}

/// Runs a case in every flavour of line breaks, byte order mark and final line break.
fn check(file: &str, case: &Case) {
    for line_break in ["\n", "\r\n", "\r"] {
        for mark in ["", "\u{feff}"] {
            for end in ["", line_break] {
                let write = |lines: &[String]| format!("{mark}{}{end}", lines.join(line_break));
                let before = write(&case.before);
                let is_silent = !before.contains(line_break);
                if is_silent && line_break != "\n" {
                    continue; // nothing in the text tells which line break its writer uses
                }
                let after = write(&case.after);
                let avoid = |line: Span| case.avoid.iter().any(|word| line.of(&before).contains(word));
                let found = match (try_edit(&before, &case.edits, &avoid), case.after.as_slice()) {
                    (Err(why), [refusal]) if why == *refusal => continue,
                    (found, _) => found.unwrap_or_else(|why| why),
                };
                assert_eq!(found, after, "{file}: {} ({line_break:?}, {mark:?})\nfound:\n{found}", case.title);
            }
        }
    }
}

macro_rules! table {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                let file = concat!(stringify!($name), ".txt");
                for case in cases(include_str!(concat!("cases/", stringify!($name), ".txt"))) {
                    assert!(!case.edits.is_empty(), "{file}: {} has no edits", case.title);
                    check(file, &case);
                }
            }
        )*
    };
}

table! {
    pretty hugging tabs allman comma_first one_line minified comments open_containers aligned corners avoided
}
