//! Whole diffs of small texts. In the texts of these tests, `‹` and `›` stand around what is sensitive.

mod git;

use super::*;

/// A text without its marks, and the spans that they stood around.
fn unmarked(marked: &str) -> (String, Vec<Span>) {
    let (mut text, mut spans, mut start) = (String::new(), Vec::new(), 0);
    for letter in marked.chars() {
        match letter {
            '‹' => start = text.len(),
            '›' => spans.push(Span::new(start, text.len())),
            _ => text.push(letter),
        }
    }
    (text, spans)
}

fn diff_as(secrets: Secrets, old: &str, new: &str) -> Rendered {
    let (old, new) = (unmarked(old), unmarked(new));
    unified(&DiffInput {
        path: "t.json",
        old: Side { text: &old.0, sensitive: &old.1 },
        new: Side { text: &new.0, sensitive: &new.1 },
        secrets,
    })
}

fn diff(old: &str, new: &str) -> Rendered {
    diff_as(Secrets::Masked, old, new)
}

/// The diff without the two header lines.
fn body(rendered: &Rendered) -> &str {
    rendered.text.strip_prefix("--- a/t.json\n+++ b/t.json\n").expect("the headers come first")
}

#[test]
fn identical_texts_give_nothing() {
    assert_eq!(diff("a\n‹b›\n", "a\n‹b›\n"), Rendered::default());
    assert!(Rendered::default().applies());
}

#[test]
fn a_change_has_three_lines_of_context() {
    let rendered = diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n");
    assert_eq!(rendered.text, "--- a/t.json\n+++ b/t.json\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
    assert!(rendered.applies());
}

#[test]
fn changes_share_a_hunk_if_six_lines_or_fewer_lie_between() {
    let six = diff("a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n");
    assert_eq!(body(&six), "@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n");
    let seven = diff("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n");
    assert_eq!(body(&seven), "@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n");
}

#[test]
fn a_sensitive_line_is_no_context() {
    let rendered = diff("0\n‹1›\n2\na\n3\n‹4›\n5\n", "0\n‹1›\n2\nA\n3\n‹4›\n5\n");
    assert_eq!(body(&rendered), "@@ -3,3 +3,3 @@\n 2\n-a\n+A\n 3\n");
    assert!(rendered.applies());
    // Sensitive in one of the texts is enough.
    let rendered = diff("0\n1\n2\na\n3\n‹4›\n5\n", "0\n‹1›\n2\nA\n3\n4\n5\n");
    assert_eq!(body(&rendered), "@@ -3,3 +3,3 @@\n 2\n-a\n+A\n 3\n");
}

#[test]
fn a_sensitive_line_between_changes_parts_the_hunk() {
    let rendered = diff("a\n1\n‹2›\nb\n3\n", "A\n1\n‹2›\nB\n3\n");
    assert_eq!(body(&rendered), "@@ -1,2 +1,2 @@\n-a\n+A\n 1\n@@ -4,2 +4,2 @@\n-b\n+B\n 3\n");
    assert!(rendered.applies());
}

#[test]
fn a_change_that_a_sensitive_line_follows_is_printed_and_recorded() {
    let rendered = diff("0\na\n‹1›\nb\n2\n", "0\nA\nB\n‹1›\nb!\n2\n");
    assert_eq!(body(&rendered), "@@ -1,2 +1,3 @@\n 0\n-a\n+A\n+B\n@@ -4,2 +5,2 @@\n-b\n+b!\n 2\n");
    assert_eq!(
        (rendered.masked_lines.as_slice(), rendered.no_trailing_context.as_slice()),
        ([].as_slice(), [1].as_slice())
    );
    assert!(!rendered.applies());
}

#[test]
fn at_the_end_of_the_file_no_context_need_follow() {
    let rendered = diff("0\n‹1›\na\n", "0\n‹1›\nb\n");
    assert_eq!(body(&rendered), "@@ -3 +3 @@\n-a\n+b\n");
    assert!(rendered.applies());
    let rendered = diff("0\n‹1›\n", "0\n‹1›\nb\n");
    assert_eq!(body(&rendered), "@@ -2,0 +3 @@\n+b\n");
    assert!(rendered.applies());
    let misread = diff("‹1›\n", "‹1›\nb\n");
    assert_eq!(body(&misread), "@@ -1,0 +2 @@\n\\ masked\n+b\n");
    assert_eq!(misread.no_trailing_context, [2], "git looks for `-1,0` before the first line");
}

#[test]
fn edited_secrets_are_masked() {
    let old = "{\n  \"a\": ‹\"old\"›,\n  \"b\": [‹'x'›, ‹5›]\n}\n";
    let new = "{\n  \"a\": ‹\"much longer\"›,\n  \"b\": [‹'x'›, ‹5›, ‹\"›]\n}\n";
    let rendered = diff(old, new);
    let wanted = "@@ -1,4 +1,4 @@\n\\ masked\n {\n-  \"a\": \"***\",\n-  \"b\": ['***', ***]\n+  \"a\": \"***\",\n+  \"b\": ['***', ***, ***]\n }\n";
    assert_eq!(body(&rendered), wanted);
    assert_eq!(rendered.masked_lines, [2, 3, 2, 3]);
    assert!(rendered.no_trailing_context.is_empty() && !rendered.applies());
    let open = diff_as(Secrets::Shown, old, new);
    assert!(open.applies() && open.text.contains("+  \"a\": \"much longer\",\n"), "{}", open.text);
}

#[test]
fn a_secret_of_several_lines_is_masked_on_each() {
    let rendered = diff("a: ‹|\r\n  one\r\n\r\n  two›!\r\n", "");
    assert_eq!(body(&rendered), "@@ -1,4 +0,0 @@\n-a: ***\r\n-***\r\n-***\r\n-***!\r\n");
    assert_eq!(rendered.masked_lines, [1, 2, 3, 4]);
    // The end of the line alone is enough to be careful.
    assert_eq!(body(&diff("a‹\n›b\n", "b\n")), "@@ -1,2 +1 @@\n-a***\n b\n");
}

#[test]
fn odd_spans_do_no_harm() {
    let text = "a: \"säcret\"\n";
    let inside = text.find('ä').unwrap() + 1;
    let spans = [Span::new(inside, 900), Span::new(4, 4), Span::new(5, inside), Span::new(700, 800), Span::new(3, 6)];
    let rendered = unified(&DiffInput {
        path: "t.json",
        old: Side { text, sensitive: &spans },
        new: Side { text: "", sensitive: &[] },
        secrets: Secrets::Masked,
    });
    assert_eq!(body(&rendered), "@@ -1 +0,0 @@\n-a: ***\n");
}

#[test]
fn git_is_kept_from_what_it_would_get_wrong() {
    let addition = diff("a\nb\n", "a\n‹x›\nb\n");
    assert_eq!(body(&addition), "@@ -1,2 +1,3 @@\n\\ masked\n a\n+***\n b\n", "git would write the mask");
    let insertion = diff("‹1›\n‹2›\n3\n", "‹1›\nx\n‹2›\n3\n");
    assert_eq!(body(&insertion), "@@ -1,0 +2 @@\n\\ masked\n+x\n", "git would put the line at the end");
    let twin = diff("a\n‹1›\na\n", "b\n‹1›\na\n");
    assert_eq!(body(&twin), "@@ -1 +1 @@\n\\ masked\n-a\n+b\n", "git would edit the last line");
    assert_eq!((insertion.no_trailing_context, twin.no_trailing_context), (vec![2], vec![1]));
}

#[test]
fn bytes_of_a_line_are_kept() {
    let rendered = diff("\u{feff}{\r\na\rb\r\n}\r\n", "\u{feff}{\r\na\rc\r\n}");
    let wanted = "@@ -1,3 +1,3 @@\n \u{feff}{\r\n-a\rb\r\n-}\r\n+a\rc\r\n+}\n\\ No newline at end of file\n";
    assert_eq!(body(&rendered), wanted);
    assert_eq!(body(&diff("a\nb", "A\nb")), "@@ -1,2 +1,2 @@\n-a\n+A\n b\n\\ No newline at end of file\n");
}

#[test]
fn an_insertion_moves_to_where_a_line_may_be_shown_after_it() {
    let old = "[\n{\n‹1›\n},\n{\n‹2›\n}\n]\n";
    let new = "[\n{\n‹1›\n},\n{\nx\n},\n{\n‹2›\n}\n]\n";
    let rendered = diff(old, new);
    assert_eq!(
        body(&rendered),
        "@@ -4,2 +4,5 @@\n },\n {\n+x\n+},\n+{\n".replace(" {\n+x\n+},\n+{\n", "+{\n+x\n+},\n {\n")
    );
    assert!(rendered.applies());
}

#[test]
fn an_insertion_moves_by_several_lines_if_need_be() {
    let rendered = diff("0\nb\n‹c›\n‹s›\n", "0\nb\n‹c›\nb\n‹c›\n‹s›\n");
    assert_eq!(body(&rendered), "@@ -1,2 +1,4 @@\n\\ masked\n 0\n+b\n+***\n b\n");
    assert!(rendered.no_trailing_context.is_empty());
}

#[test]
fn sensitive_lines_are_matched_first() {
    // The shortest script keeps the three dots and shows the secret twice.
    let rendered = diff("‹s›\n.\n.\n.\n", ".\n.\n.\n‹s›\nx\n");
    assert_eq!(body(&rendered), "@@ -0,0 +1,3 @@\n\\ masked\n+.\n+.\n+.\n@@ -2,3 +5 @@\n-.\n-.\n-.\n+x\n");
    assert!(rendered.masked_lines.is_empty());
}

#[test]
fn names_are_written_as_git_writes_them() {
    let cases = [
        ("./d/x.json", "--- a/d/x.json\n+++ b/d/x.json\n"),
        ("/d/x.json", "--- a/d/x.json\n+++ b/d/x.json\n"),
        ("a b.json", "--- a/a b.json\t\n+++ b/a b.json\t\n"),
        (
            "q\"\\ é\u{1b}\t\u{7f}",
            "--- \"a/q\\\"\\\\ \\303\\251\\033\\t\\177\"\t\n+++ \"b/q\\\"\\\\ \\303\\251\\033\\t\\177\"\t\n",
        ),
        ("\u{7}\u{8}\n\u{b}\u{c}\r", "--- \"a/\\a\\b\\n\\v\\f\\r\"\n+++ \"b/\\a\\b\\n\\v\\f\\r\"\n"),
    ];
    for (path, wanted) in cases {
        assert_eq!(path::headers(path), wanted);
    }
}

#[test]
fn the_terminal_gets_colours_and_no_control_characters() {
    let old = "a\n-- x\nb\r\n";
    let new = "a\n++ \u{1b}[2J\tx\r\u{9b}1m\u{202e}\u{0}\nb\r\n";
    let rendered = diff(old, new);
    assert!(rendered.text.contains("\u{1b}[2J"), "the plain form is kept as it is");
    let wanted = "\
\u{1b}[1m--- a/t.json\u{1b}[0m
\u{1b}[1m+++ b/t.json\u{1b}[0m
\u{1b}[36m@@ -1,3 +1,3 @@\u{1b}[0m
 a
\u{1b}[31m--- x\u{1b}[0m
\u{1b}[32m+++ \\x1b[2J\tx\\x0d\\x9b1m\\u{202e}\\x00\u{1b}[0m
 b\r
";
    assert_eq!(coloured(&rendered.text), wanted);
    assert_eq!(coloured(&rendered.text.repeat(2)), wanted.repeat(2), "several diffs in a row");
    let unfinished = coloured(&diff("a", "b").text);
    assert!(unfinished.ends_with(
        "\u{1b}[31m-a\u{1b}[0m\n\\ No newline at end of file\n\u{1b}[32m+b\u{1b}[0m\n\\ No newline at end of file\n"
    ));
}
