//! Which task definitions are for Windows, and which are not: two selections, each the negation of the other.

use ecs_harden_transforms::model::{Fact, Is, LINUX_FAMILY, LINUX_ONLY, WINDOWS_FAMILY, WINDOWS_SIGNS};

use super::{CONTAINERS, INTRINSIC, Lines, Lists, TARGETS, either, expression, holds, place, selected};

const FAMILY: &str = "Properties.RuntimePlatform.OperatingSystemFamily";

/// What makes a task one for Linux whatever else it shows.
fn surely_linux() -> Lines {
    let mut lists = Lists::default();
    let named = vec![vec![
        format!("{FAMILY} is_struct"),
        format!("Properties.RuntimePlatform[ keys == {INTRINSIC} ] !empty"),
        format!("{FAMILY} == {}", expression(&LINUX_FAMILY.pattern())),
        format!("{TARGETS}[ this == 'FARGATE' ] !empty"),
    ]];
    let shown = LINUX_ONLY.iter().map(|fact| holds(fact, "Properties.", &mut lists));
    either(std::iter::once(named).chain(shown).collect())
}

pub(super) fn not_windows() -> Lines {
    let not_told = vec![
        format!("{FAMILY} not exists"),
        format!("{FAMILY} is_null"),
        format!("{FAMILY} is_struct"),
        format!("{FAMILY} != {}", expression(&WINDOWS_FAMILY.pattern())),
    ];
    let not_shown = WINDOWS_SIGNS.iter().map(without);
    let mut lines = vec![not_told];
    lines.extend(not_shown.flat_map(|sign| either(vec![surely_linux(), sign])));
    lines
}

/// The negation of the above, for what is told and what is shown.
pub(super) fn windows() -> Lines {
    let told = vec![vec![format!("{FAMILY} == {}", expression(&WINDOWS_FAMILY.pattern()))]];
    let unnamed = vec![
        vec![format!("{FAMILY} not exists"), format!("{FAMILY} is_null"), format!("{FAMILY} is_string")],
        vec![format!("Properties.RuntimePlatform[ keys == {INTRINSIC} ] empty")],
        vec![
            format!("{FAMILY} not exists"),
            format!("{FAMILY} is_null"),
            format!("{FAMILY} != {}", expression(&LINUX_FAMILY.pattern())),
        ],
        vec![format!("{TARGETS}[ this == 'FARGATE' ] empty")],
    ];
    let not_linux = LINUX_ONLY.iter().flat_map(without);
    let mut lists = Lists::default();
    let shown: Vec<Lines> = WINDOWS_SIGNS.iter().map(|fact| holds(fact, "Properties.", &mut lists)).collect();
    let untold: Lines = unnamed.into_iter().chain(not_linux).chain(either(shown)).collect();
    either(vec![told, untold])
}

/// What holds where a fact about a task does not.
fn without(fact: &Fact) -> Lines {
    let mut lists = Lists::default();
    match fact {
        Fact::Some(path, facts) => vec![vec![selected(&place("Properties.", path), facts, "empty", &mut lists)]],
        Fact::SomeContainer(facts) => vec![vec![selected(CONTAINERS, facts, "empty", &mut lists)]],
        Fact::Member(path, [Is::Text(form)]) => {
            let place = place("Properties.", path);
            let other = format!("{place} != {}", expression(&form.pattern()));
            vec![vec![format!("{place} not exists"), format!("{place} is_null"), other]]
        }
        Fact::Member(path, _) | Fact::First(path, _) | Fact::No(path, _) => {
            let place = place("Properties.", path);
            let blank = ["not exists", "is_null", "is_struct", "is_list", "!= /\\S/"];
            vec![
                vec![format!("{place}[ this !is_null ] empty")],
                blank.iter().map(|says| format!("{place} {says}")).collect(),
            ]
        }
        Fact::Any(facts) => either(facts.iter().map(without).collect()),
    }
}
