//! Random texts, secrets and edits: nothing secret is shown, and what claims to apply is given to the real `git apply`.

use std::fs;
use std::path::Path;
use std::process::Command;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::*;

/// Stands in every secret and nowhere else.
const TOKEN: &str = "s3cret";
const PLAIN: &[&str] = &[
    "{",
    "}",
    "},",
    "",
    "  \"a\": 1,",
    "  \"b\": 2",
    "\r",
    "}\r",
    "x\ry",
    "-- a",
    "++ b",
    "@@ -1 +1 @@",
    "\\ No",
    "+",
    " ü\t",
];
const TAILS: &[&str] = &["", ",", "\r", " ü", "\", "];

/// A line, or a few that belong together.
#[derive(Clone, Debug)]
enum Piece {
    Plain(usize),
    Secret { number: u8, quote: bool, tail: usize },
    Block { number: u8 },
}

impl Piece {
    fn write(&self, text: &mut String, spans: &mut Vec<Span>) {
        match self {
            Self::Plain(index) => text.push_str(PLAIN[*index]),
            Self::Secret { number, quote, tail } => {
                let quote = if *quote { "\"" } else { "" };
                text.push_str("  \"value\": ");
                let start = text.len();
                text.extend([quote, TOKEN, &number.to_string(), quote]);
                spans.push(Span::new(start, text.len()));
                text.push_str(TAILS[*tail]);
            }
            Self::Block { number } => {
                text.push_str("block: ");
                let start = text.len();
                text.extend(["|", TOKEN, &number.to_string(), "\n\n ", TOKEN, "\r\n", TOKEN]);
                spans.push(Span::new(start, text.len()));
            }
        }
    }
}

fn piece() -> impl Strategy<Value = Piece> {
    prop_oneof![
        8 => (0..PLAIN.len()).prop_map(Piece::Plain),
        2 => (0..4_u8, any::<bool>(), 0..TAILS.len())
            .prop_map(|(number, quote, tail)| Piece::Secret { number, quote, tail }),
        1 => (0..2_u8).prop_map(|number| Piece::Block { number }),
    ]
}

#[derive(Clone, Debug)]
enum Edit {
    Insert(Piece),
    Replace(Piece),
    Remove,
    Repeat,
}

fn edit() -> impl Strategy<Value = (usize, Edit)> {
    let kind = prop_oneof![
        4 => piece().prop_map(Edit::Insert),
        3 => piece().prop_map(Edit::Replace),
        2 => Just(Edit::Remove),
        1 => Just(Edit::Repeat),
    ];
    (any::<prop::sample::Index>(), kind).prop_map(|(at, edit)| (at.index(1_000), edit))
}

fn edited(old: &[Piece], edits: &[(usize, Edit)]) -> Vec<Piece> {
    let mut new = old.to_vec();
    for (at, edit) in edits {
        let at = at % (new.len() + 1);
        match edit {
            Edit::Insert(piece) => new.insert(at, piece.clone()),
            _ if at == new.len() => {}
            Edit::Replace(piece) => new[at] = piece.clone(),
            Edit::Remove => drop(new.remove(at)),
            Edit::Repeat => new.insert(at, new[at].clone()),
        }
    }
    new
}

/// A text and its sensitive spans.
type Text = (String, Vec<Span>);

/// `ends`: whether the text has a byte order mark, and whether its last line ends.
fn written(pieces: &[Piece], (mark, newline): (bool, bool), strays: &[(usize, usize)]) -> Text {
    let (mut text, mut spans) = (String::from(if mark { "\u{feff}" } else { "" }), Vec::new());
    for piece in pieces {
        piece.write(&mut text, &mut spans);
        text.push('\n');
    }
    if !newline {
        text.truncate(text.trim_end_matches('\n').len());
    }
    spans.extend(strays.iter().map(|(start, len)| Span::new(*start, start + len)));
    spans.reverse();
    (text, spans)
}

fn case() -> impl Strategy<Value = (Text, Text)> {
    let stray = || vec((0..400_usize, 0..6_usize), 0..2);
    let ends = || (proptest::bool::weighted(0.1), proptest::bool::weighted(0.8));
    (vec(piece(), 0..30), vec(edit(), 0..6), ends(), ends(), stray(), stray()).prop_map(
        |(old, edits, old_ends, new_ends, old_strays, new_strays)| {
            let new = edited(&old, &edits);
            (written(&old, old_ends, &old_strays), written(&new, new_ends, &new_strays))
        },
    )
}

fn rendered(path: &str, (old, new): &(Text, Text), secrets: Secrets) -> Rendered {
    let side = |text| {
        let (text, sensitive): &Text = text;
        Side { text, sensitive }
    };
    unified(&DiffInput { path, old: side(old), new: side(new), secrets })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_secret_is_never_shown(case in case()) {
        let diff = rendered("t.json", &case, Secrets::Masked);
        prop_assert!(!diff.text.contains(TOKEN), "{}", diff.text);
        prop_assert!(!coloured(&diff.text).contains(TOKEN));
    }

    #[test]
    fn with_secrets_shown_nothing_is_masked(case in case()) {
        prop_assert!(rendered("t.json", &case, Secrets::Shown).applies());
    }
}

/// One file of a batch for git.
struct Patch {
    path: String,
    old: String,
    new: String,
    diff: String,
}

/// Runs git apart from any configuration and repository around it.
fn git_apply(root: &Path, options: &[&str], patch: &str) -> Result<(), String> {
    let file = root.join("the.patch");
    fs::write(&file, patch).unwrap();
    let output = Command::new("git")
        .arg("apply")
        .args(options)
        .arg(&file)
        .current_dir(root)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CEILING_DIRECTORIES", root.parent().unwrap_or(root))
        .output()
        .unwrap();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

fn assert_git_makes_the_new_texts(patches: &[Patch], options: &[&str]) {
    let root = tempfile::tempdir().unwrap();
    for patch in patches {
        let path = root.path().join(&patch.path);
        fs::create_dir_all(path.parent().expect("a file lies in a directory")).unwrap();
        fs::write(path, &patch.old).unwrap();
    }
    let whole: String = patches.iter().map(|patch| patch.diff.as_str()).collect();
    if let Err(error) = git_apply(root.path(), options, &whole) {
        let refused = patches.iter().find(|patch| git_apply(root.path(), options, &patch.diff).is_err());
        let diff = refused.map(|patch| format!("{:?}\n{:?}\n{}", patch.old, patch.new, patch.diff));
        panic!("{error}\n{}", diff.unwrap_or_default());
    }
    for patch in patches {
        let made = fs::read_to_string(root.path().join(&patch.path)).unwrap();
        assert_eq!(made, patch.new, "from {:?} with\n{}", patch.old, patch.diff);
    }
}

/// Names that try what git makes of them.
fn name(index: usize) -> String {
    match index % 5 {
        0 => format!("{index}.json"),
        1 => format!("a b/{index}.json"),
        2 => format!("d/é\"\\\t{index}.json"),
        3 => format!("{index} 2020-01-01 00:00:00.000 +0000"),
        _ => format!("./b/{index}.json"),
    }
}

#[test]
fn git_applies_what_claims_to_apply() {
    let mut runner = TestRunner::deterministic();
    let (mut masked, mut without_context, mut shown) = (Vec::new(), Vec::new(), Vec::new());
    for index in 0..1_000 {
        let case = case().new_tree(&mut runner).unwrap().current();
        let path = name(index);
        let as_patch = |diff: Rendered| {
            let (path, old, new) = (path.clone(), case.0.0.clone(), case.1.0.clone());
            Patch { path, old, new, diff: diff.text }
        };
        let diff = rendered(&path, &case, Secrets::Masked);
        if diff.applies() {
            masked.push(as_patch(diff));
        } else if diff.masked_lines.is_empty() && !diff.text.contains(REFUSED) {
            without_context.push(as_patch(diff));
        }
        shown.push(as_patch(rendered(&path, &case, Secrets::Shown)));
    }
    let counts = (masked.len(), without_context.len());
    assert!(counts.0 > 200 && counts.1 > 50, "too few cases that tell anything: {counts:?}");
    assert_git_makes_the_new_texts(&masked, &[]);
    assert_git_makes_the_new_texts(&shown, &[]);
    assert_git_makes_the_new_texts(&without_context, &["--unidiff-zero"]);
}

#[test]
fn git_refuses_what_is_said_not_to_apply() {
    let mut runner = TestRunner::deterministic();
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("t.json");
    let mut tried = 0;
    while tried < 150 {
        let case = case().new_tree(&mut runner).unwrap().current();
        let diff = rendered("t.json", &case, Secrets::Masked);
        if !diff.applies() {
            tried += 1;
            fs::write(&file, &case.0.0).unwrap();
            assert!(git_apply(root.path(), &[], &diff.text).is_err(), "{:?}\n{}", case.0.0, diff.text);
            assert_eq!(fs::read_to_string(&file).unwrap(), case.0.0);
        }
    }
}
