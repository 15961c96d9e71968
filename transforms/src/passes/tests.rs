//! Guards of the table: what every pass must have, and what to restore or do where one lacks it.

use serde_json::json;

use super::*;
use crate::knobs::Knobs;

/// The sections of every page, in this order.
const SECTIONS: [&str; 7] = [
    "What it finds",
    "Why it matters",
    "What changes",
    "When it is left to you",
    "What may break, and how to find out",
    "How to leave a container alone",
    "References",
];

/// The fewest words that answer a section's question.
const FEWEST_WORDS: usize = 15;

/// The longest line of a page, in characters: a terminal shows it whole.
const WIDEST_LINE: usize = 120;

/// A pass with the files that belong to it.
struct Filed {
    module: &'static str,
    pass: &'static Pass,
    page: &'static str,
}

macro_rules! filed {
    ($($module:ident),* $(,)?) => {
        [$(Filed {
            module: stringify!($module),
            pass: &$module::PASS,
            page: include_str!(concat!(stringify!($module), ".md")),
        }),*]
    };
}

static FILED: [Filed; 19] = filed![
    blocking_log_delivery,
    excess_capabilities,
    host_ipc_namespace,
    host_network_mode,
    host_pid_namespace,
    invalid_definition,
    missing_cpu_limit,
    missing_log_configuration,
    missing_memory_limit,
    mutable_image_tag,
    new_privileges,
    plaintext_secret,
    privileged_container,
    root_user,
    sensitive_host_mount,
    shared_execution_role,
    unbounded_open_files,
    unencrypted_efs_transit,
    writable_root_filesystem,
];

/// The module and file name of a pass: `root-user` lives in `root_user.rs`.
fn snake(id: PassId) -> String {
    id.0.replace('-', "_")
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

#[test]
fn the_table_is_sorted_by_id_and_holds_no_id_twice() {
    let ids: Vec<&str> = ids().map(|id| id.0).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(ids, sorted, "sort TABLE in passes/mod.rs by id, and list each pass once");
}

#[test]
fn ids_are_kebab_case() {
    for id in ids() {
        let kebab = id.0.split('-').all(|word| {
            !word.is_empty() && word.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
        });
        assert!(kebab, "`{id}` is no id: write lower-case words joined by single hyphens");
    }
}

#[test]
fn every_pass_lives_in_the_file_that_its_id_names_beside_its_page() {
    for pass in TABLE {
        let id = pass.id;
        let filed = FILED.iter().find(|filed| filed.pass == pass);
        let filed = filed.unwrap_or_else(|| panic!("add the module of `{id}` to FILED in passes/tests.rs"));
        assert_eq!(filed.module, snake(id), "rename passes/{}.rs and its page after `{id}`", filed.module);
        assert!(filed.page == pass.page, "`page` of `{id}` must be include_str!(\"{}.md\")", snake(id));
    }
}

#[test]
fn every_module_of_a_pass_is_in_the_table() {
    let modules = include_str!("mod.rs").lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    for module in modules {
        assert!(
            TABLE.iter().any(|pass| snake(pass.id) == module),
            "passes/{module}.rs is not in TABLE: register its PASS in passes/mod.rs, or make the module private if it is no pass"
        );
    }
}

#[test]
fn every_page_answers_every_question() {
    for pass in TABLE {
        let file = format!("passes/{}.md", snake(pass.id));
        assert!(pass.page.starts_with("## "), "{file} must start with its first section: its title is generated");
        let sections: Vec<(&str, &str)> =
            pass.page.split("\n## ").map(|section| section.split_once('\n').unwrap_or((section, ""))).collect();
        let titles: Vec<&str> = sections.iter().map(|(title, _)| title.trim_start_matches("## ")).collect();
        assert_eq!(titles, SECTIONS, "restore these sections of {file}, in this order");
        for (title, text) in sections {
            let count = words(text);
            assert!(count >= FEWEST_WORDS, "section \"{title}\" of {file} has {count} words: answer it");
        }
        for (number, line) in pass.page.lines().enumerate() {
            assert!(line.chars().count() <= WIDEST_LINE, "{file}:{}: break the line", number + 1);
        }
    }
}

#[test]
fn every_page_shows_the_document_before_and_after() {
    for pass in TABLE {
        let file = format!("passes/{}.md", snake(pass.id));
        let changes = pass.page.split("\n## ").nth(2).unwrap_or_default();
        let fragments: Vec<&str> = changes.split("```json\n").skip(1).collect();
        assert!(fragments.len() >= 2, "\"What changes\" of {file} needs a ```json fragment before and one after");
        for fragment in fragments {
            let json = fragment.split("```").next().unwrap_or_default();
            let parsed = serde_json::from_str::<serde_json::Value>(json);
            assert!(parsed.is_ok(), "a fragment in \"What changes\" of {file} is no JSON: {json}");
        }
    }
}

#[test]
fn every_pass_names_its_controls_also_on_its_page_or_says_there_that_it_has_none() {
    for pass in TABLE {
        let references = pass.page.rsplit("\n## ").next().unwrap_or_default();
        assert!(
            !pass.controls.is_empty() || references.contains("No control"),
            "`{}` names no control: list in `controls` who else looks for it, or say \"No control\" under References",
            pass.id
        );
        for control in pass.controls {
            assert!(references.contains(control), "name {control} under References in passes/{}.md", snake(pass.id));
        }
    }
}

#[test]
fn every_pass_says_when_its_remedies_are_what() {
    for pass in TABLE {
        let id = pass.id;
        let yields: Vec<_> = pass.yields.iter().map(|known| known.applicability).collect();
        let mut sorted = yields.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert!(!yields.is_empty(), "`{id}` yields nothing: list in `yields` which applicabilities it can have");
        assert_eq!(yields, sorted, "sort `yields` of `{id}` by applicability, weakest first, each once");
        for known in pass.yields {
            let phrase = known.when.starts_with(|first: char| first.is_lowercase()) && !known.when.ends_with('.');
            let row = phrase && !known.when.contains(['|', '\n']) && words(known.when) > 2;
            let applicability = known.applicability.name();
            assert!(row, "`when` of {applicability} in `{id}` must be a lowercase phrase that fits a table row");
        }
    }
}

/// The names that a refusal of an unknown member says are known.
fn expected(wrong: serde_json::Value) -> Vec<String> {
    let error = serde_json::from_value::<Knobs>(wrong).expect_err("an unknown member is refused").to_string();
    if error.contains("there are no fields") {
        return Vec::new();
    }
    let (_, names) = error.split_once("expected").expect("serde tells which members it knows");
    let mut names: Vec<String> = names.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    names.sort_unstable();
    names
}

#[test]
fn the_knobs_that_a_pass_lists_are_those_that_it_takes() {
    for pass in TABLE.into_iter().filter(|pass| !pass.knobs.is_empty()) {
        let id = pass.section;
        let mut listed: Vec<&str> = pass.knobs.iter().map(|knob| knob.name).collect();
        listed.sort_unstable();
        let taken = expected(json!({ id: { "no-such-knob": null } }));
        assert_eq!(
            taken, listed,
            "fields of `Knobs` (left) and `PASS.knobs` (right) of `{id}` differ: keep both alike"
        );
        for knob in pass.knobs {
            assert!(
                !knob.takes.is_empty() && !knob.help.is_empty(),
                "say what `{id}.{}` takes and what it does",
                knob.name
            );
            assert!(
                serde_json::from_value::<Knobs>(json!({ id: { knob.name: null } })).is_ok(),
                "`{id}.{}` must be optional: layers leave knobs out",
                knob.name
            );
        }
    }
}

#[test]
fn the_knobs_of_every_pass_are_in_a_layer() {
    let known = TABLE.into_iter().filter(|pass| !pass.knobs.is_empty()).map(|pass| pass.section);
    let mut known: Vec<&str> = known.chain(["ecs-exec", "enable", "disable", "images"]).collect();
    known.sort_unstable();
    let taken = expected(json!({ "no-such-pass": {} }));
    assert_eq!(taken, known, "give `knobs::Knobs` one field for the section of each pass of TABLE that has knobs");
}

#[test]
fn the_catalogue_has_a_row_for_each_applicability_and_every_page() {
    let catalogue = catalogue();
    for pass in TABLE {
        for known in pass.yields {
            let start = format!("| [{0}](#{0}) |", pass.id);
            let rows = catalogue.lines().filter(|line| line.starts_with(&start));
            let remedy = format!("| {} | {} |", known.applicability.name(), known.when);
            assert_eq!(rows.filter(|row| row.ends_with(&remedy)).count(), 1, "{remedy} of `{}`", pass.id);
        }
        assert!(catalogue.contains(&format!("\n## {}\n", pass.id)), "the page of `{}` is missing", pass.id);
    }
}
