//! The block of lines on one finding: a title, the source line with its mark, and notes.
//!
//! The form is that of `annotate_snippets`, which draws whatever is unusual: colour, wide or odd characters, lines that do not fit.
//! Nearly all blocks are plain, and there are many of them, so those are put together here, to the same bytes.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use ecs_harden_transforms::tree::Span;

/// What is drawn. All texts are harmless to a terminal.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) level: Level<'static>,
    pub(super) severity: &'static str,
    pub(super) message: String,
    pub(super) id: &'static str,
    /// The number of the source line.
    pub(super) line: usize,
    /// What is shown of that line.
    pub(super) excerpt: String,
    /// What is marked of it.
    pub(super) mark: Span,
    /// What stands beside the mark.
    pub(super) label: String,
    pub(super) notes: Vec<Note>,
}

/// A line below the mark.
#[derive(Debug)]
pub(super) struct Note {
    pub(super) name: &'static str,
    pub(super) text: String,
}

/// Up to this width a source line is surely shown as a whole.
const FITS: usize = 100;

impl Block {
    /// The lines, without a line break at the end.
    pub(super) fn draw(self, coloured: bool) -> String {
        if !coloured && self.is_plain() { self.plain() } else { self.annotated(coloured) }
    }

    /// Whether every character is one column wide, and no line has to be cut.
    fn is_plain(&self) -> bool {
        let is_plain = |text: &str| text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        // Nothing stands below or beside a note, so it may hold the ellipsis that many of ours end with.
        let is_note = |note: &Note| note.text.chars().all(|letter| matches!(letter, ' '..='~' | '…'));
        let Span { start, end } = self.mark;
        [&self.message, &self.excerpt, &self.label].into_iter().all(|text| is_plain(text))
            && self.notes.iter().all(is_note)
            && !self.excerpt.ends_with(' ')
            && self.label.trim() == self.label
            && (start < end && end <= self.excerpt.len())
            && self.excerpt.len() + self.label.len() <= FITS
    }

    fn plain(&self) -> String {
        let Self { severity, message, id, line, excerpt, mark, label, notes, .. } = self;
        let number = line.to_string();
        let (margin, before) = (" ".repeat(number.len()), " ".repeat(mark.start));
        let marks = "^".repeat(mark.end - mark.start);
        let mut lines = vec![
            format!("{severity}[{id}]: {message}"),
            format!("{margin} |"),
            format!("{number} | {excerpt}"),
            format!("{margin} | {before}{marks} {label}").trim_end().to_owned(),
        ];
        if !notes.is_empty() {
            lines.push(format!("{margin} |"));
        }
        lines.extend(notes.iter().map(|Note { name, text }| format!("{margin} = {name}: {text}")));
        lines.join("\n")
    }

    fn annotated(&self, coloured: bool) -> String {
        let mark = AnnotationKind::Primary.span(self.mark.start..self.mark.end).label(self.label.as_str());
        let snippet = Snippet::source(self.excerpt.as_str()).line_start(self.line).annotation(mark);
        let title = self.level.clone().with_name(self.severity).primary_title(self.message.as_str()).id(self.id);
        let notes = self.notes.iter().map(|note| Level::NOTE.with_name(note.name).message(note.text.as_str()));
        let group = title.element(snippet).elements(notes);
        let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
        renderer.decor_style(DecorStyle::Ascii).render(&[group])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn block() -> impl Strategy<Value = Block> {
        let notes = prop::collection::vec(("(fix|may break)", "[ -~…]{0,160}"), 0..4);
        let excerpt = "( {0,8}[ -~]{1,110}|[ -~]{0,30}[é→\t]?[ -~]{0,10})";
        let texts = ("[ -~]{0,150}", excerpt, "(|no `[a-z]{1,12}` here|[ -~]{0,30})");
        (texts, 1..120_000_usize, any::<(prop::sample::Index, prop::sample::Index)>(), notes).prop_map(
            |((message, excerpt, label), line, (start, end), notes)| {
                let bounds: Vec<usize> = (0..=excerpt.len()).filter(|&at| excerpt.is_char_boundary(at)).collect();
                let (one, other) = (*start.get(&bounds), *end.get(&bounds));
                let notes = notes
                    .into_iter()
                    .map(|(name, text)| Note { name: if name == "fix" { "fix" } else { "may break" }, text });
                Block {
                    level: Level::WARNING,
                    severity: "medium",
                    id: "root-user",
                    mark: Span::new(one.min(other), one.max(other)),
                    notes: notes.collect(),
                    message,
                    excerpt,
                    label,
                    line,
                }
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1500, max_global_rejects: 100_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_plain_block_is_what_the_library_draws(block in block()) {
            prop_assume!(block.is_plain());
            prop_assert_eq!(block.plain(), block.annotated(false));
        }
    }

    #[test]
    fn the_usual_finding_is_plain() {
        let excerpt = r#"      "name": "web","#.to_owned();
        let mark = Span::new(6, excerpt.len() - 1);
        let (message, label) = ("`web` names no user".to_owned(), "no `user` here".to_owned());
        let notes = vec![Note { name: "fix", text: "set `user` to \"1000:1000\" (unsafe)".to_owned() }];
        let block = Block {
            level: Level::WARNING,
            severity: "medium",
            message,
            id: "root-user",
            line: 8,
            excerpt,
            mark,
            label,
            notes,
        };
        assert!(block.is_plain());
        assert_eq!(block.plain(), block.annotated(false));
    }
}
