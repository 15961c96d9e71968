//! The catalogue of the passes: the whole text of this crate's README, made from what the passes know about themselves.

use super::{TABLE, controls, page};
use crate::pass::Pass;

const INTRODUCTION: &str = "\
# Passes

<!-- Generated from the passes. Refresh: SNAPSHOTS=overwrite cargo test --test generated -->

`ecs-harden-transforms` is the pure half of ecs-harden: task definition text in, findings and edits out. A pass is one weakness,
with a finding for each place that has it. This page lists them and holds the same text as `ecs-harden explain`.

<!-- ANCHOR: remedies -->
A remedy is *safe* (no task that ran before can fail or lose data through it), *unsafe* (it may break what leaned on the
weakness; each one names what breaks and how to test for it) or *manual* (it needs a fact that nobody gave). `ecs-harden diff`
shows safe and unsafe fixes and `ecs-harden fix` writes them; `--safe-only` holds the unsafe ones back. A weakness that hangs on
a value that cannot be read (a placeholder, a part of the definition that the file does not hold) is *undetermined*: it is
listed, never mended, and fails the run only with `--strict`.
<!-- ANCHOR_END: remedies -->
";

/// The text of `transforms/README.md`: a table with a row for each applicability of each pass, then every page.
pub fn catalogue() -> String {
    let mut text = format!("{INTRODUCTION}\n| pass | severity | controls | remedy | when |\n|---|---|---|---|---|\n");
    text.extend(TABLE.into_iter().flat_map(rows));
    for pass in TABLE {
        text.push('\n');
        text.push_str(&demoted(&page(pass)));
    }
    text
}

fn rows(pass: &'static Pass) -> impl Iterator<Item = String> {
    let (id, severity, controls) = (pass.id, pass.severity.name(), controls(pass));
    pass.yields.iter().map(move |known| {
        let (remedy, when) = (known.applicability.name(), known.when);
        format!("| [{id}](#{id}) | {severity} | {controls} | {remedy} | {when} |\n")
    })
}

/// Every heading one level lower. A `#` within a fence is none.
fn demoted(page: &str) -> String {
    let mut fenced = false;
    let mut text = String::with_capacity(page.len() + 16);
    for line in page.lines() {
        fenced ^= line.starts_with("```");
        if line.starts_with('#') && !fenced {
            text.push('#');
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}
