//! Guards of the tables: what every rule and every row of the matrix must say.

use std::collections::BTreeSet;

use super::*;
use crate::model::{OnWindows, limits};

#[test]
fn ids_are_kebab_case_and_unique() {
    let mut seen = BTreeSet::new();
    for id in ids() {
        let kebab = id.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        });
        assert!(kebab, "`{id}` is no id: write lower-case words joined by single hyphens");
        assert!(seen.insert(id), "two rules are named `{id}`: name each mistake differently");
    }
}

#[test]
fn every_rule_says_what_is_wrong_who_says_so_and_what_to_do() {
    let rows = limits().filter(|limit| limit.certainty != Certainty::Doubtful);
    let rows = rows.map(|limit| (limit.id, limit.phrase, limit.source, limit.next_step));
    for (id, says, source, next_step) in
        rows.chain(rules().map(|rule| (rule.id, rule.says, rule.source, rule.next_step)))
    {
        assert!(
            says.starts_with(|first: char| first.is_lowercase()),
            "`{id}` must say what is wrong as a lowercase phrase"
        );
        assert!(!says.ends_with('.') && !next_step.is_empty(), "`{id}` needs phrases, and a next step");
        assert!(
            source.starts_with("API ") || source.starts_with("AWS page "),
            "`{id}` must name an API member or an AWS page"
        );
    }
}

#[test]
fn every_row_of_the_matrix_is_refused_by_somebody() {
    for limit in limits() {
        let refused = !limit.refused_by.is_empty() || limit.windows == OnWindows::Refuses;
        assert!(refused, "`{}` is refused by nobody: take the row out", limit.id);
        assert!(!limit.member.is_empty(), "`{}` names no member", limit.id);
    }
}
