//! Rules for AWS `CloudFormation` Guard.
//!
//! A weakness becomes a selection: what is weak is said as it is, so that what cannot be read is not selected. Filters
//! stand behind keys and `*` alone: behind a variable or `[*]`, cfn-guard 3 asks them of the whole rather than of each element.
//!
//! cfn-guard shows the value that fails, lines of the template around it and, as JSON, everything below it. So what fails is the type of the
//! resource, compared with the names of what is weak: no value of a definition stands in a report.

mod systems;

use std::fmt::Write;

use ecs_harden_transforms::model::{Fact, Form, Is, LaunchType};
use ecs_harden_transforms::pass::Pass;
use ecs_harden_transforms::weakness::{Of, Systems, Weakness};

use super::names::of_cloudformation;
use super::{head, ids, lists_of_forms, next_step};

/// Lines that all have to hold, each of alternatives of which one has to.
type Lines = Vec<Vec<String>>;

/// The keys of an intrinsic function.
const INTRINSIC: &str = "/^(Ref$|Fn::)/";
const CONTAINERS: &str = "Properties.ContainerDefinitions";
const TARGETS: &str = "Properties.RequiresCompatibilities";

pub(super) fn rules(passes: &[&Pass]) -> String {
    let about = [
        "For templates that hold AWS::ECS::TaskDefinition: cfn-guard validate --rules FILE --data TEMPLATE",
        "A rule is named after its pass. To live with a finding is yours to say: leave its rule out (`--skip`), or select fewer resources.",
        "",
        "A rule that fails holds the Type of the resource against the names of the containers or volumes that are weak. cfn-guard shows what it",
        "compares and, on the console, up to three lines of the template above and below it: keep Properties under Type, one value a line, and no",
        "value of a definition is shown. What shows everything that is looked at are --verbose and --print-json: not for logs that others read.",
    ];
    let mut text = head("Rules for cfn-guard 3", passes, &about);
    let exported: Vec<&&Pass> = passes.iter().filter(|pass| !pass.weaknesses.any.is_empty()).collect();
    let needs = |systems| exported.iter().any(|pass| pass.weaknesses.any.iter().any(|weak| weak.systems == systems));
    text.push_str("\nlet task_definitions = Resources.*[ Type == 'AWS::ECS::TaskDefinition' ]\n");
    if needs(Systems::NotWindows) {
        text.push_str(
            "\n# Windows is told by its family, or shown by drive letters, shells, images and accounts of Windows.\n",
        );
        text.push_str(&selection("other_than_windows", &systems::not_windows()));
    }
    if needs(Systems::Windows) {
        text.push('\n');
        text.push_str(&selection("on_windows", &systems::windows()));
    }
    for (name, patterns) in lists_of_forms(passes) {
        let patterns: Vec<String> = patterns.iter().map(|pattern| format!("  {}", expression(pattern))).collect();
        let _ = write!(text, "\nlet {name} = [\n{}\n]\n", patterns.join(",\n"));
    }
    for pass in exported {
        text.push('\n');
        text.push_str(&rule(pass));
    }
    text
}

fn selection(name: &str, lines: &Lines) -> String {
    format!("let {name} = Resources.*[\n  Type == 'AWS::ECS::TaskDefinition'\n{}]\n", block(lines, 1))
}

fn rule(pass: &Pass) -> String {
    let mut chosen: Vec<&str> = Vec::new();
    for name in pass.weaknesses.any.iter().map(|weak| resources(weak.systems)) {
        if !chosen.contains(&name) {
            chosen.push(name);
        }
    }
    let when: Vec<String> = chosen.iter().map(|name| format!("%{name} !empty")).collect();
    let mut text = format!(
        "# {}: {}\nrule {} when {} {{\n",
        pass.id,
        pass.summary,
        pass.id.0.replace('-', "_"),
        when.join(" or ")
    );
    for weak in pass.weaknesses.any {
        text.push_str(&statement(pass, weak));
    }
    text.push_str("}\n");
    text
}

const fn resources(systems: Systems) -> &'static str {
    match systems {
        Systems::All => "task_definitions",
        Systems::NotWindows => "other_than_windows",
        Systems::Windows => "on_windows",
    }
}

/// One weakness. Where it is, the type of the resource is held against what it never is.
fn statement(pass: &Pass, weak: &Weakness) -> String {
    let message = format!("<<{}: {} [{}]; {}>>", pass.severity.name(), weak.phrase, ids(pass), next_step(pass));
    let resources = resources(weak.systems);
    let mut when = all(weak.task, "Properties.", &mut Lists::default());
    when.extend(not_alone(weak.not_for));
    let mut lists = Lists::default();
    let (list, mut lines) = match weak.of {
        Of::Task => {
            when.extend(all(weak.says, "Properties.", &mut lists));
            let when = block(&when, 3);
            let when = when.trim();
            return format!(
                "  %{resources} {{\n    when {when} {{\n      Type not exists\n      {message}\n    }}\n  }}\n"
            );
        }
        Of::Volume => ("Properties.Volumes", Lines::new()),
        Of::Container => (CONTAINERS, vec![vec![format!("this[ keys == {INTRINSIC} ] empty")]]),
    };
    lines.extend(all(weak.says, "", &mut lists));
    when.insert(0, vec![format!("{list} is_list")]);
    let mut text = format!("  %{resources} {{\n    when {} {{\n", block(&when, 3).trim());
    for (name, of) in &lists.0 {
        let _ = writeln!(text, "      let {name} = {}", of.replace('\n', "\n      "));
    }
    let _ = write!(
        text,
        "      let weak = {list}[\n{}      ]\n      \
         when %weak !empty\n        %weak.Name exists {{\n        Type in %weak.Name\n        {message}\n      }}\n      \
         when some %weak.Name not exists {{\n        Type not exists\n        {message}\n      }}\n    }}\n  }}\n",
        block(&lines, 4)
    );
    text
}

/// Lines as they are written, one below the other.
fn block(lines: &Lines, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    let indented = |line: &Vec<String>| {
        let alternatives: Vec<String> = line.iter().map(|one| one.replace('\n', "\n  ")).collect();
        alternatives.join(" or\n  ").replace('\n', &format!("\n{indent}"))
    };
    let mut written: Vec<String> = Vec::new();
    for line in lines.iter().map(|line| format!("{indent}{}\n", indented(line))) {
        // Two facts may ask for the same to be readable.
        if !written.contains(&line) {
            written.push(line);
        }
    }
    written.concat()
}

/// Names of elements of other lists, which have to be known before they are compared with.
#[derive(Default)]
struct Lists(Vec<(String, String)>);

fn all(facts: &[Fact], owner: &str, lists: &mut Lists) -> Lines {
    facts.iter().flat_map(|fact| holds(fact, owner, lists)).collect()
}

/// The lines that a fact of `owner` takes, of which `owner` is the query with a dot after it.
fn holds(fact: &Fact, owner: &str, lists: &mut Lists) -> Lines {
    match fact {
        Fact::Member(path, values) => {
            let place = place(owner, path);
            let absent = values.iter().any(|value| matches!(value, Is::Absent));
            let mut lines = if absent { readable(owner, &path[..path.len() - 1]) } else { Lines::new() };
            lines.extend(either(values.iter().map(|value| says(value, &place, owner, lists)).collect()));
            lines
        }
        Fact::First(path, values) => {
            let place = format!("{}[0]", place(owner, path));
            either(values.iter().map(|value| says(value, &place, owner, lists)).collect())
        }
        Fact::Some(path, facts) => vec![vec![selected(&place(owner, path), facts, "!empty", lists)]],
        Fact::SomeContainer(facts) => vec![vec![selected(CONTAINERS, facts, "!empty", lists)]],
        Fact::No(path, facts) => {
            let list = place(owner, path);
            let mut lines = readable(owner, &path[..path.len() - 1]);
            lines.push(vec![format!("{list} not exists"), format!("{list} is_null"), format!("{list} is_list")]);
            lines.push(vec![format!("{list}[ this[ keys == {INTRINSIC} ] !empty ] empty")]);
            for member in facts.iter().filter_map(|fact| match fact {
                Fact::Member(path, _) if **path != [""] => Some(place("", path)),
                _ => None,
            }) {
                lines.push(vec![format!("{list}[ {member} is_struct ] empty")]);
            }
            lines.push(vec![selected(&list, facts, "empty", lists)]);
            lines
        }
        Fact::Any(facts) => either(facts.iter().map(|fact| holds(fact, owner, lists)).collect()),
    }
}

/// The elements of a list that say all of `facts`, and whether there have to be any.
fn selected(list: &str, facts: &[Fact], how_many: &str, lists: &mut Lists) -> String {
    let lines = all(facts, "", lists);
    match lines.as_slice() {
        [line] if line.iter().map(String::len).sum::<usize>() < 90 => {
            format!("{list}[ {} ] {how_many}", line.join(" or "))
        }
        _ => format!("{list}[\n{}] {how_many}", block(&lines, 1)),
    }
}

fn place(owner: &str, path: &[&str]) -> String {
    match path {
        [""] => "this".to_owned(),
        _ => format!("{owner}{}", of_cloudformation(path).join(".")),
    }
}

/// What keeps a member from being missed only because what holds it cannot be read.
fn readable(owner: &str, parents: &[&str]) -> Lines {
    let each = (1..=parents.len()).map(|length| place(owner, &parents[..length]));
    let lines = each.flat_map(|parent| {
        [
            vec![format!("{parent} not exists"), format!("{parent} is_null"), format!("{parent} is_struct")],
            vec![format!("{parent}[ keys == {INTRINSIC} ] empty")],
        ]
    });
    lines.collect()
}

/// One of several conditions, each of several lines.
fn either(conditions: Vec<Lines>) -> Lines {
    conditions.into_iter().fold(vec![Vec::new()], |sofar, next| {
        let joined = sofar.iter().flat_map(|line| next.iter().map(move |more| [line.clone(), more.clone()].concat()));
        joined.collect()
    })
}

fn says(value: &Is, place: &str, owner: &str, lists: &mut Lists) -> Lines {
    let matches = |form: &Form| match form {
        Form::OneOf { name, .. } => format!("{place} in %{name}"),
        _ => format!("{place} == {}", expression(&form.pattern())),
    };
    let differs = |form: &Form| match form {
        Form::OneOf { name, .. } => format!("{place} not in %{name}"),
        _ => format!("{place} != {}", expression(&form.pattern())),
    };
    match value {
        Is::Absent => vec![vec![format!("{place} not exists"), format!("{place} is_null")]],
        Is::Flag(flag) => vec![vec![format!("{place} == {flag}"), format!("{place} == /(?i)^{flag}$/")]],
        Is::Used if is_flag(place) => vec![vec![format!("{place} == true"), format!("{place} == /(?i)^true$/")]],
        // `empty` itself is no question for null, and cfn-guard ends where it is asked.
        Is::Filled | Is::Used => vec![vec![format!("{place} == /\\S/"), format!("{place}[ this !is_null ] !empty")]],
        Is::Text(form) | Is::Written(form) => vec![vec![matches(form)]],
        Is::OtherText(form) => {
            vec![vec![format!("{place} is_string")], vec![differs(form)]]
        }
        Is::Scalar(form) => vec![[vec![matches(form)], numbers(form, place)].concat()],
        Is::Above(most) => {
            vec![vec![format!("{place} > {most}"), format!("{place} == {}", expression(&above(*most)))]]
        }
        Is::SameAs(other) => vec![
            vec![format!("{place} is_struct"), format!("{place} == /\\S/")],
            vec![format!("{place} == {owner}{}", of_cloudformation(&[other]).join("."))],
        ],
        Is::NameOf(list, facts) => {
            let found = selected(&format!("Properties.{}", of_cloudformation(&[list]).join(".")), facts, "", lists);
            let name = format!("named_{}", lists.0.len() + 1);
            lists.0.push((name.clone(), format!("{}.Name", found.trim_end())));
            // Everything is in a list of nothing.
            vec![vec![format!("{place} in %{name}")], vec![format!("%{name} !empty")]]
        }
    }
}

/// Truth values have no emptiness.
fn is_flag(place: &str) -> bool {
    ["Privileged", "ReadonlyRootFilesystem"].iter().any(|flag| place.ends_with(flag))
}

/// The bare numbers that have a form.
fn numbers(form: &Form, place: &str) -> Vec<String> {
    let mut numbers = Vec::new();
    if form.holds("1") {
        numbers.push(format!("{place} >= 0"));
    } else if form.holds("0") {
        numbers.push(format!("{place} == 0"));
    }
    if form.holds("-1") {
        numbers.push(format!("{place} == -1"));
    }
    numbers
}

/// A backslash before a slash escapes it, even where it is escaped itself: a pattern must not end with one.
fn expression(pattern: &str) -> String {
    let pattern = pattern.replace('/', r"\/");
    match pattern.strip_suffix(r"\\") {
        Some(rest) => format!(r"/{rest}[\\]/"),
        None => format!("/{pattern}/"),
    }
}

/// Digits that make a number above `most`.
fn above(most: u64) -> String {
    let digits = most.to_string();
    let larger = digits.bytes().enumerate().filter(|(_, digit)| *digit < b'9').map(|(at, digit)| {
        let rest = digits.len() - at - 1;
        let tail = if rest == 0 { String::new() } else { format!("[0-9]{{{rest}}}") };
        format!("{}[{}-9]{tail}", &digits[..at], char::from(digit + 1))
    });
    let longer = format!("[1-9][0-9]{{{},}}", digits.len());
    format!(r"^\s*0*({})\s*$", larger.chain([longer]).collect::<Vec<_>>().join("|"))
}

/// Not where the definition is for none but these.
fn not_alone(types: &[LaunchType]) -> Lines {
    if types.is_empty() {
        return Lines::new();
    }
    let names: Vec<&str> = types.iter().map(|known| known.name()).collect();
    vec![vec![
        format!("{TARGETS} not exists"),
        format!("{TARGETS}[ this !is_null ] empty"),
        format!("{TARGETS} is_struct"),
        format!("{TARGETS}[ this != /^({})$/ ] !empty", names.join("|")),
        format!("{TARGETS}[ this is_struct ] !empty"),
    ]]
}
