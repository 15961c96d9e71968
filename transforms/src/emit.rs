//! The projection of a document to what `aws ecs register-task-definition --cli-input-json` takes.
//!
//! Strict JSON of the definition alone: what only responses hold, nulls, comments and trailing commas go away, tags that
//! `describe-task-definition` prints beside the definition come in. Every scalar that stays keeps its bytes, and members that nobody
//! knows yet stay.

use crate::document::{Document, Envelope};
use serde_json::Value as Json;

use crate::edit::{self, Edit, to_json};
use crate::read::{PlaceholderPosition, placeholder};
use crate::tree::{Node, Path, Span, Value};

#[cfg(test)]
mod tests;

/// Members that `TaskDefinition` has and `RegisterTaskDefinition` does not take (ECS API model).
pub const RESPONSE_ONLY: [&str; 9] = [
    "taskDefinitionArn",
    "revision",
    "status",
    "requiresAttributes",
    "compatibilities",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
    "deleteRequestedAt",
];

/// Why a document has no such projection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmitError {
    /// The file holds containers alone.
    #[error("the file holds containers alone, and registering needs a whole task definition")]
    OnlyContainers,
    /// Tags stand in the definition and beside it.
    #[error("tags stand both inside the task definition and beside it")]
    TagsTwice,
    /// A placeholder keeps it from being JSON.
    #[error("a placeholder stands where JSON needs a value")]
    Placeholder,
    /// It could not be made or proven.
    #[error("the projection could not be proven right")]
    Unproven,
}

impl EmitError {
    /// What the user can do about it.
    pub const fn next_step(self) -> &'static str {
        match self {
            Self::OnlyContainers => "give the file that holds family and containerDefinitions",
            Self::TagsTwice => "leave one of the two lists of tags, then run this again",
            Self::Placeholder => "render the template first, then emit from the rendered file",
            Self::Unproven => "nothing was written; please report this with the version",
        }
    }

    /// Whether it is our bug.
    pub const fn is_ours(self) -> bool {
        matches!(self, Self::Unproven)
    }
}

/// Members whose text a shell may read: `${X}` there is a variable, and no placeholder.
const SHELL_TEXT: [&str; 3] = ["command", "entryPoint", "healthCheck"];

/// The first string of the definition that a deploy tool has yet to fill in. ECS would take it as it stands.
pub fn unrendered(document: &Document) -> Option<Span> {
    let Envelope::Definition { at, .. } = document.envelope() else { return None };
    unrendered_in(document.parsed().root.at(at)?)
}

fn unrendered_in(node: &Node) -> Option<Span> {
    match &node.value {
        Value::String(text) => placeholder::in_string(text).then_some(node.span),
        Value::Array(array) => array.items.iter().find_map(unrendered_in),
        Value::Object(object) => {
            let members = object.members.iter().filter(|member| !SHELL_TEXT.contains(&member.name.as_str()));
            members.into_iter().find_map(|member| unrendered_in(&member.value))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Opaque => None,
    }
}

/// Strict JSON for `--cli-input-json`, ending in a newline.
pub fn register_input(document: &Document) -> Result<String, EmitError> {
    let Envelope::Definition { at, tags } = document.envelope() else {
        return Err(EmitError::OnlyContainers);
    };
    if document.parsed().placeholders.iter().any(|placeholder| placeholder.position != PlaceholderPosition::InString) {
        return Err(EmitError::Placeholder);
    }
    let stripped = stripped(document, at, tags.as_ref())?;
    let definition = stripped.parsed().root.at(at).ok_or(EmitError::Unproven)?;
    let inner = strict(&stripped, definition.span);
    let outer_tags = tags.as_ref().and_then(|tags| stripped.parsed().root.at(tags));
    let outer_tags = outer_tags.filter(|node| node.as_array().is_some_and(|array| !array.items.is_empty()));
    let inner_tags = stripped.parsed().root.at(&at.key("tags"));
    let text = match (inner_tags, outer_tags) {
        (Some(_), Some(_)) => return Err(EmitError::TagsTwice),
        (_, None) => dedented(&inner),
        (None, Some(node)) => with_tags(&dedented(&inner), &dedented(&strict(&stripped, node.span)))?,
    };
    let text = format!("{}{}", text.trim_end(), newline(document.text()));
    prove(document, at, outer_tags.map(|node| to_json(node, stripped.text())), &text)?;
    Ok(text)
}

/// The text must be strict JSON of what the definition says, less what is taken out, plus the tags.
fn prove(document: &Document, at: &Path, tags: Option<Json>, text: &str) -> Result<(), EmitError> {
    if serde_json::from_str::<Json>(text).is_err() {
        let templated = !document.parsed().placeholders.is_empty();
        return Err(if templated { EmitError::Placeholder } else { EmitError::Unproven });
    }
    let emitted = crate::read::json(text).map_err(|_| EmitError::Unproven)?;
    let definition = document.parsed().root.at(at).ok_or(EmitError::Unproven)?;
    let mut expected = without_nulls(to_json(definition, document.text()));
    let members = expected.as_object_mut().ok_or(EmitError::Unproven)?;
    members.retain(|name, _| !RESPONSE_ONLY.contains(&name.as_str()));
    if let Some(own) = members.get_mut("tags").and_then(Json::as_array_mut) {
        own.retain(|tag| !tag["key"].as_str().is_some_and(is_of_aws));
    }
    members.extend(tags.map(|tags| ("tags".to_owned(), tags)));
    if to_json(&emitted.root, text) == expected { Ok(()) } else { Err(EmitError::Unproven) }
}

fn without_nulls(value: Json) -> Json {
    match value {
        Json::Object(members) => {
            let kept = members.into_iter().filter(|(_, value)| !value.is_null());
            kept.map(|(name, value)| (name, without_nulls(value))).collect()
        }
        Json::Array(items) => items.into_iter().filter(|item| !item.is_null()).map(without_nulls).collect(),
        scalar => scalar,
    }
}

/// Tags that AWS sets itself cannot be set by anybody else, in whatever case they are written.
fn is_of_aws(key: &str) -> bool {
    key.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:"))
}

/// The document without nulls, response-only members and the tags that AWS itself sets.
fn stripped(document: &Document, at: &Path, tags: Option<&Path>) -> Result<Document, EmitError> {
    let root = &document.parsed().root;
    let mut edits = Vec::new();
    let definition = root.at(at).ok_or(EmitError::Unproven)?;
    for member in definition.as_object().into_iter().flat_map(|object| &object.members) {
        let path = at.key(&member.name);
        if RESPONSE_ONLY.contains(&member.name.as_str()) {
            edits.push(Edit::Remove { path });
        } else if member.name != "tags" {
            nulls(&member.value, &path, &mut edits);
        }
    }
    for tags in std::iter::once(&at.key("tags")).chain(tags) {
        if let Some(node) = root.at(tags) {
            tag_edits(node, tags, &mut edits);
        }
    }
    if edits.is_empty() {
        return Ok(document.clone());
    }
    let unproven = |_| EmitError::Unproven;
    let change = edit::merge(root, &edits).map_err(|_| EmitError::Unproven)?;
    let splices =
        edit::json::splice(document.text(), document.parsed(), &change, &|_| false).map_err(|_| EmitError::Unproven)?;
    Document::read(edit::apply(document.text(), &splices)).map_err(unproven)
}

fn tag_edits(node: &Node, path: &Path, edits: &mut Vec<Edit>) {
    let Some(array) = node.as_array() else { return nulls(node, path, edits) };
    for (index, tag) in array.items.iter().enumerate() {
        let key = tag.as_object().and_then(|tag| tag.get("key")).and_then(Node::as_str);
        if key.is_some_and(is_of_aws) {
            edits.push(Edit::Remove { path: path.index(index) });
        } else {
            nulls(tag, &path.index(index), edits);
        }
    }
}

fn nulls(node: &Node, path: &Path, edits: &mut Vec<Edit>) {
    match &node.value {
        Value::Null => edits.push(Edit::Remove { path: path.clone() }),
        Value::Object(object) => {
            object.members.iter().for_each(|member| nulls(&member.value, &path.key(&member.name), edits));
        }
        Value::Array(array) => {
            array.items.iter().enumerate().for_each(|(index, item)| nulls(item, &path.index(index), edits));
        }
        _ => {}
    }
}

/// The text of `span` without comments and trailing commas. Lines that held a comment alone go away.
fn strict(document: &Document, span: Span) -> String {
    let text = document.text();
    let parsed = document.parsed();
    let mut gone: Vec<Span> = parsed.comments.iter().map(|comment| widened(text, *comment)).collect();
    gone.extend(&parsed.trailing_commas);
    gone.sort_unstable();
    let mut kept = String::new();
    let mut at = span.start;
    for gone in gone.into_iter().filter(|gone| gone.overlaps(span)) {
        if gone.start > at {
            kept.push_str(&text[at..gone.start]);
        }
        at = at.max(gone.end);
    }
    kept.push_str(&text[at.min(span.end)..span.end]);
    kept
}

/// A comment with the blanks before it, and with its line where it stands alone there.
fn widened(text: &str, comment: Span) -> Span {
    let blanks = text[..comment.start].trim_end_matches([' ', '\t']).len();
    let alone = blanks == 0 || text[..blanks].ends_with(['\n', '\r']);
    let rest = &text[comment.end..];
    let after = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let newline = ["\r\n", "\n", "\r"].into_iter().find(|newline| rest[after..].starts_with(newline));
    match newline {
        Some(newline) if alone => Span::new(blanks, comment.end + after + newline.len()),
        _ => Span::new(blanks, comment.end),
    }
}

/// The text with the indentation of its last line taken from every line but the first.
fn dedented(text: &str) -> String {
    let last = text.rfind(['\n', '\r']).map_or("", |newline| &text[newline + 1..]);
    let indent = &last[..last.len() - last.trim_start_matches([' ', '\t']).len()];
    if indent.is_empty() {
        return text.to_owned();
    }
    text.split_inclusive(['\n', '\r'])
        .enumerate()
        .map(|(index, line)| if index == 0 { line } else { line.strip_prefix(indent).unwrap_or(line) })
        .collect()
}

/// The definition with the text of `tags` as its last member, laid out as the member before it.
fn with_tags(definition: &str, tags: &str) -> Result<String, EmitError> {
    let parsed = crate::read::json(definition).map_err(|_| EmitError::Unproven)?;
    let last = parsed.root.as_object().and_then(|object| object.members.last()).ok_or(EmitError::Unproven)?;
    let before = &definition[..last.name_span.start];
    let start = before.rfind(['\n', '\r']).map_or(0, |newline| newline + 1);
    let indent = &before[start..];
    let lines = start > 0 && indent.trim().is_empty();
    let colon = &definition[last.name_span.end..last.value.span.start];
    let (gap, tags) = if lines {
        let breaks = newline(tags);
        let inner = tags.split(breaks).collect::<Vec<_>>().join(&format!("{breaks}{indent}"));
        (format!("{}{indent}", newline(definition)), inner)
    } else {
        (" ".to_owned(), tags.to_owned())
    };
    let end = last.value.span.end;
    Ok(format!("{},{gap}\"tags\"{colon}{tags}{}", &definition[..end], &definition[end..]))
}

fn newline(text: &str) -> &'static str {
    match text.find(['\n', '\r']).map(|at| &text[at..]) {
        Some(rest) if rest.starts_with("\r\n") => "\r\n",
        Some(rest) if rest.starts_with('\r') => "\r",
        _ => "\n",
    }
}
