//! Text that is no JSON at all, told by its first line, so that the refusal can name what it is.

use super::survey::{comment_end, line_end};
use super::{ReadError, ReadErrorKind};

/// First words of a Terraform block.
const HCL_BLOCKS: &[&str] =
    &["resource", "data", "variable", "module", "locals", "terraform", "provider", "output", "moved", "import"];

/// What the text is, if its first line tells. Asked only where it is not JSON.
pub(super) fn foreign(text: &str, from: usize) -> Option<ReadError> {
    let (at, line) = first_line(text, from)?;
    let kind = match kind(line, &text[at + line.len()..])? {
        ReadErrorKind::Yaml if text[at..].lines().any(is_cloudformation) => ReadErrorKind::CloudFormation,
        kind => kind,
    };
    Some(ReadError::new(kind, at))
}

/// Members that only a CloudFormation template has at its top level.
fn is_cloudformation(line: &str) -> bool {
    ["AWSTemplateFormatVersion:", "Resources:", "Transform:"].iter().any(|member| line.starts_with(member))
}

/// The first line that is neither blank nor a comment, without its indentation, and its offset.
fn first_line(text: &str, from: usize) -> Option<(usize, &str)> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        if bytes.get(at)?.is_ascii_whitespace() {
            at += 1;
        } else if let Some(end) = comment_end(bytes, at) {
            at = end;
        } else {
            return Some((at, text[at..line_end(bytes, at)].trim_end()));
        }
    }
}

fn kind(line: &str, rest: &str) -> Option<ReadErrorKind> {
    let has_document = || rest.split(['\n', '\r']).any(|line| line.trim_start().starts_with(['{', '[']));
    // `[user@host dir]$ command`, as Amazon Linux has it.
    let bracketed = line.starts_with('[') && line.contains('@') && ["]$ ", "]# "].iter().any(|end| line.contains(end));
    if bracketed && has_document() {
        return Some(ReadErrorKind::ShellPrompt);
    }
    if line.starts_with(['{', '[', '"']) {
        return None;
    }
    if line.starts_with("local ") || line.starts_with("function(") || line.starts_with("std.") {
        return Some(ReadErrorKind::Jsonnet);
    }
    let length =
        line.find(|char: char| !(char.is_ascii_alphanumeric() || char == '_' || char == '-')).unwrap_or(line.len());
    let (word, after) = line.split_at(length);
    if HCL_BLOCKS.contains(&word) && (after.trim_start().starts_with(['"', '{'])) {
        return Some(ReadErrorKind::Hcl);
    }
    if word == "import" && after.trim_start().starts_with('\'') {
        return Some(ReadErrorKind::Jsonnet);
    }
    let is_name = word.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_');
    if is_name && after.trim_start().starts_with('=') && !after.trim_start().starts_with("==") {
        return Some(ReadErrorKind::Hcl);
    }
    if line == "---" || line.starts_with("--- ") || line.starts_with("%YAML") || line.starts_with("- ") {
        return Some(ReadErrorKind::Yaml);
    }
    if is_name && (after == ":" || after.starts_with(": ")) {
        return Some(ReadErrorKind::Yaml);
    }
    has_document().then_some(ReadErrorKind::ShellPrompt)
}
