//! A unified diff that never shows a secret, and that `git apply` takes wherever the secrets leave it room.
//!
//! A line that holds something secret is never shown as context: the hunk shrinks at it. Where such a line is edited itself, the
//! secrets in it become `***`, and the diff can be read but not applied; [`Rendered::applies`] tells.
//!
//! What git (2.47) asks of a hunk: exact context, at least one line of it after the last change unless the change reaches the end
//! of the file, and no line that another hunk holds too. Context before a change may be missing. The headers come without a
//! `diff --git` line, since with one git takes the path as relative to the top of the repository, not to the working directory.

mod changes;
mod colour;
mod hunks;
mod lines;
mod path;

use std::fmt::Write;

use ecs_harden_transforms::tree::Span;

pub use colour::coloured;

use changes::changes;
use hunks::{Hunk, hunks};
use lines::{Line, lines};

/// One of the two texts.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The text, byte for byte as it is in the file.
    pub text: &'a str,
    /// The bytes that must not be shown, in any order. They may overlap, and go over several lines.
    pub sensitive: &'a [Span],
}

/// Whether sensitive spans are hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// Every sensitive span becomes [`MASK`].
    Masked,
    /// The diff is as git would make it.
    Shown,
}

/// What a diff is made from.
#[derive(Clone, Copy, Debug)]
pub struct DiffInput<'a> {
    /// The file, relative to the working directory, as the header shows it.
    pub path: &'a str,
    /// The text before the edit.
    pub old: Side<'a>,
    /// The text after it.
    pub new: Side<'a>,
    /// Whether sensitive spans are hidden.
    pub secrets: Secrets,
}

pub use ecs_harden_transforms::masking::MASK;

/// Stands at the top of a hunk that git could apply but would get wrong: it would write masks into the file, or put the lines at
/// its end. Being shorter than `\ No newline…` it makes git refuse the whole diff as corrupt; people see what it says.
const REFUSED: &str = "\\ masked\n";

/// A diff, and what keeps `git apply` from taking it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The diff. Empty if the texts are identical.
    pub text: String,
    /// The edited lines that are shown masked, counted from 1: added ones in the new file, removed ones in the old file.
    pub masked_lines: Vec<usize>,
    /// The hunks, by their first line in the new file, that lack a line of context that `git apply` asks for, because the line
    /// there is sensitive.
    pub no_trailing_context: Vec<usize>,
}

impl Rendered {
    /// Whether `git apply` makes the new text from the old one with this diff.
    pub fn applies(&self) -> bool {
        self.masked_lines.is_empty() && self.no_trailing_context.is_empty()
    }
}

/// The diff between two texts, with up to three lines of context that hold nothing sensitive.
pub fn unified(input: &DiffInput) -> Rendered {
    if input.old.text == input.new.text {
        return Rendered::default();
    }
    let old = lines(input.old, input.secrets);
    let new = lines(input.new, input.secrets);
    let mut out = Rendered::default();
    out.text.push_str(&path::headers(input.path));
    for hunk in hunks(&changes(&old, &new), &old, &new) {
        if !hunk.is_anchored(old.len()) {
            out.no_trailing_context.push(hunk.new_start());
        }
        print(&hunk, &old, &new, &mut out);
    }
    out
}

fn print(hunk: &Hunk, old: &[Line], new: &[Line], out: &mut Rendered) {
    out.text.push_str(&hunk.header());
    if hunk.is_misleading(old, new) {
        out.text.push_str(REFUSED);
    }
    let mut shown_to = hunk.old.start;
    for change in &hunk.changes {
        print_lines(' ', &old[shown_to..change.old.start], &mut out.text);
        print_lines('-', &old[change.old.clone()], &mut out.text);
        print_lines('+', &new[change.new.clone()], &mut out.text);
        out.masked_lines.extend(masked(old, change.old.start, change.old.end));
        out.masked_lines.extend(masked(new, change.new.start, change.new.end));
        shown_to = change.old.end;
    }
    print_lines(' ', &old[shown_to..hunk.old.end], &mut out.text);
}

/// The numbers, from 1, of the sensitive lines with indices from `start` up to `end`.
fn masked(lines: &[Line], start: usize, end: usize) -> impl Iterator<Item = usize> {
    (start..end).filter(|index| lines[*index].is_sensitive()).map(|index| index + 1)
}

fn print_lines(sign: char, lines: &[Line], text: &mut String) {
    for line in lines {
        text.push(sign);
        text.push_str(&line.shown());
        if !line.text.ends_with('\n') {
            text.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// A range of a hunk header: the count is left out if it is 1, and nothing is named by the line before it.
fn range(start: usize, len: usize) -> String {
    let mut text = String::new();
    let first = if len == 0 { start } else { start + 1 };
    let written = match len {
        1 => write!(text, "{first}"),
        _ => write!(text, "{first},{len}"),
    };
    written.expect("a string can always be written to");
    text
}

#[cfg(test)]
mod tests;
