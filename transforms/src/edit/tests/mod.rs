//! The editors, tested from outside: edits in, text out, and the proof that the text means what the edits ask for.

mod corpus;
mod dice;
mod merging;
mod random;
mod tables;

use super::*;
use crate::read::{self, Parsed};

/// Carries out the edits, avoiding some lines, and proves the result.
fn try_edit(text: &str, edits: &[Edit], avoid: &dyn Fn(Span) -> bool) -> Result<String, String> {
    let parsed = read::json(text).map_err(|error| format!("before: {error} at {}", error.at))?;
    let change = merge(&parsed.root, edits).map_err(|error| format!("merge: {error}"))?;
    let splices = json::splice(text, &parsed, &change, avoid).map_err(|error| format!("splice: {error}"))?;
    let after = apply(text, &splices);
    prove(text, &parsed, &change, &splices, &after)?;
    Ok(after)
}

/// The new text means the old value with the patch applied, is of the same dialect, and keeps every byte outside the splices.
fn prove(text: &str, parsed: &Parsed, change: &Change, splices: &[Splice], after: &str) -> Result<(), String> {
    let reread = read::json(after).map_err(|error| format!("after: {error} at {}\n{after}", error.at))?;
    let mut expected = to_json(&parsed.root, text);
    json_patch::patch(&mut expected, &lower(change)).map_err(|error| format!("patch: {error}"))?;
    let found = to_json(&reread.root, after);
    if found != expected {
        return Err(format!("value differs\nexpected {expected}\nfound    {found}\n--- after\n{after}"));
    }
    if *change == Change::Keep && (!splices.is_empty() || after != text) {
        return Err("nothing was to change".to_owned());
    }
    if reread.bom != parsed.bom {
        return Err("the byte order mark changed".to_owned());
    }
    if reread.comments.len() > parsed.comments.len() || reread.placeholders.len() > parsed.placeholders.len() {
        return Err("a comment or a placeholder appeared".to_owned());
    }
    if parsed.trailing_commas.is_empty() && !reread.trailing_commas.is_empty() {
        return Err("a trailing comma appeared".to_owned());
    }
    if serde_json::from_str::<serde_json::Value>(text).is_ok()
        && let Err(error) = serde_json::from_str::<serde_json::Value>(after)
    {
        return Err(format!("strict JSON became something else: {error}"));
    }
    let (mut old, mut new) = (0, 0);
    for splice in splices {
        if splice.span.start < old || splice.span.end < splice.span.start {
            return Err("splices overlap".to_owned());
        }
        let kept = splice.span.start - old;
        if text[old..splice.span.start] != after[new..new + kept] {
            return Err("a byte outside the splices changed".to_owned());
        }
        old = splice.span.end;
        new += kept + splice.text.len();
    }
    if text[old..] != after[new..] {
        return Err("a byte after the splices changed".to_owned());
    }
    Ok(())
}
