//! Rules for OPA and conftest, in Rego v1: for templates and for task definitions as JSON.

use std::fmt::Write;

use ecs_harden_transforms::model::{
    Fact, Form, Is, LINUX_FAMILY, LINUX_ONLY, LaunchType, WINDOWS_FAMILY, WINDOWS_SIGNS,
};
use ecs_harden_transforms::pass::{Pass, Severity};
use ecs_harden_transforms::weakness::{Of, Systems, Weakness};

use super::names::IRREGULAR;
use super::{head, ids, lists_of_forms, next_step};

/// Bodies of which one has to hold, each of conditions that all have to.
type Bodies = Vec<Vec<String>>;

pub(super) fn rules(passes: &[&Pass]) -> String {
    let about = [
        "For templates with AWS::ECS::TaskDefinition in JSON or YAML, for the input of `aws ecs register-task-definition` and for the output of",
        "`aws ecs describe-task-definition`: conftest test --policy DIRECTORY FILE, or opa eval --data FILE --input FILE data.main.deny",
        "What is low is a warning (`warn`), as it does not decide the exit status of `check`.",
    ];
    let mut text = head("Rules in Rego v1", passes, &about);
    text.push_str("package main\n\nimport rego.v1\n");
    for pass in passes.iter().filter(|pass| !pass.weaknesses.any.is_empty()) {
        let _ = write!(text, "\n# {}: {}\n", pass.id, pass.summary);
        let rules: Vec<String> = pass.weaknesses.any.iter().flat_map(|weak| denials(pass, weak)).collect();
        text.push_str(&rules.join("\n"));
    }
    text.push('\n');
    text.push_str(include_str!("prelude.rego"));
    text.push_str(&data());
    for (name, patterns) in lists_of_forms(passes) {
        let patterns: Vec<String> = patterns.iter().map(|pattern| format!("\t{},\n", raw(pattern))).collect();
        let _ = write!(text, "\necs_{name} := [\n{}]\n", patterns.concat());
    }
    text
}

/// What the helpers know of names and of systems.
fn data() -> String {
    let names: Vec<String> = IRREGULAR.iter().map(|(api, name)| format!("\t\"{api}\": \"{name}\",\n")).collect();
    let mut text = format!("\necs_irregular_names := {{\n{}}}\n", names.concat());
    for (name, form) in [("ecs_windows_family", &WINDOWS_FAMILY), ("ecs_linux_family", &LINUX_FAMILY)] {
        let _ = write!(text, "\n{name} := {}\n", raw(&form.pattern()));
    }
    for (name, facts) in [("ecs_is_surely_linux", LINUX_ONLY), ("ecs_shows_windows", WINDOWS_SIGNS)] {
        for body in facts.iter().flat_map(|fact| Scope::default().holds(fact, "task")) {
            let _ = write!(text, "\n{name}(task) if {{\n{}}}\n", lines(&body));
        }
    }
    text
}

/// A weakness as rules: one for each way in which it can be there.
fn denials(pass: &Pass, weak: &Weakness) -> Vec<String> {
    let definitions = match weak.systems {
        Systems::All => "ecs_definitions",
        Systems::NotWindows => "ecs_on_others",
        Systems::Windows => "ecs_on_windows",
    };
    let mut before = vec![format!("some [name, task] in {definitions}")];
    if !weak.not_for.is_empty() {
        before.push(format!("ecs_is_for_others_than(task, {})", set(weak.not_for)));
    }
    let (owner, list) = match weak.of {
        Of::Task => ("task", None),
        Of::Container => ("container", Some("containerDefinitions")),
        Of::Volume => ("volume", Some("volumes")),
    };
    let text = raw(&format!("{}: {} [{}]; {}", pass.severity.name(), weak.phrase, ids(pass), next_step(pass)));
    let place = list.map_or_else(|| "[name]".to_owned(), |_| format!("[name, ecs_title(\"{owner}\", {owner})]"));
    let mut scope = Scope::default();
    let of_task = weak.task.iter().fold(vec![before], |bodies, fact| both(&bodies, &scope.holds(fact, "task")));
    let chosen = list.map(|list| format!("some {owner} in ecs_list(ecs_member(task, \"{list}\"))"));
    let bodies = both(&of_task, &vec![chosen.into_iter().collect()]);
    let bodies = weak.says.iter().fold(bodies, |bodies, fact| both(&bodies, &scope.holds(fact, owner)));
    let rule = if pass.severity == Severity::Low { "warn" } else { "deny" };
    let rules = bodies.iter().map(|body| {
        let id = pass.id;
        format!("{rule} contains ecs_finding(\"{id}\", {place}, text) if {{\n{}\ttext := {text}\n}}\n", lines(body))
    });
    rules.collect()
}

fn set(types: &[LaunchType]) -> String {
    let names: Vec<String> = types.iter().map(|known| format!("\"{known}\"")).collect();
    format!("{{{}}}", names.join(", "))
}

fn lines(body: &[String]) -> String {
    body.iter().flat_map(|line| ["\t", line, "\n"]).collect()
}

fn both(some: &Bodies, others: &Bodies) -> Bodies {
    some.iter().flat_map(|body| others.iter().map(move |other| [body.clone(), other.clone()].concat())).collect()
}

/// A text as it is, in signs that it does not hold.
fn raw(text: &str) -> String {
    if text.contains('`') {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        format!("`{text}`")
    }
}

/// Names of variables, each used once.
#[derive(Default)]
struct Scope(usize);

impl Scope {
    fn next(&mut self) -> String {
        self.0 += 1;
        format!("item_{}", self.0)
    }

    fn holds(&mut self, fact: &Fact, owner: &str) -> Bodies {
        match fact {
            Fact::Member(path, values) => self.one_of(values, &place(owner, path), owner),
            Fact::First(path, values) => self.one_of(values, &format!("ecs_first({})", place(owner, path)), owner),
            Fact::Some(path, facts) => self.some(&place(owner, path), facts, None),
            Fact::SomeContainer(facts) => self.some(&place("task", &["containerDefinitions"]), facts, None),
            Fact::No(path, facts) => {
                let list = place(owner, path);
                let members: Vec<String> = facts
                    .iter()
                    .filter_map(|fact| match fact {
                        Fact::Member([name], _) if !name.is_empty() => Some(format!("\"{name}\"")),
                        _ => None,
                    })
                    .collect();
                let read = format!("ecs_is_read({list}, [{}])", members.join(", "));
                let found = self.some(&list, facts, None);
                let none = found.iter().map(|body| format!("count([1 | {}]) == 0", body.join("; ")));
                vec![std::iter::once(read).chain(none).collect()]
            }
            Fact::Any(facts) => facts.iter().flat_map(|fact| self.holds(fact, owner)).collect(),
        }
    }

    /// Some element of a list, of that name where one is given.
    fn some(&mut self, list: &str, facts: &[Fact], name: Option<&str>) -> Bodies {
        let item = self.next();
        let chosen = format!("some {item} in ecs_list({list})");
        let named = name.map(|name| format!("ecs_member({item}, \"name\") == {name}"));
        let chosen = vec![std::iter::once(chosen).chain(named).collect()];
        facts.iter().fold(chosen, |bodies, fact| both(&bodies, &self.holds(fact, &item)))
    }

    /// Values that can be told one by one stay one condition each; a body for each of them.
    fn one_of(&mut self, values: &[Is], place: &str, owner: &str) -> Bodies {
        values.iter().flat_map(|value| self.says(value, place, owner)).collect()
    }

    fn says(&mut self, value: &Is, place: &str, owner: &str) -> Bodies {
        let (kind, wanted) = match value {
            Is::Absent => ("absent", "true".to_owned()),
            Is::Flag(flag) => ("flag", flag.to_string()),
            Is::Filled => ("filled", "true".to_owned()),
            Is::Used => ("used", "true".to_owned()),
            Is::Text(form) => ("text", self::form(form)),
            Is::Written(form) => ("written", self::form(form)),
            Is::OtherText(form) => ("other text", self::form(form)),
            Is::Scalar(form) => ("scalar", self::form(form)),
            Is::Above(most) => ("above", most.to_string()),
            Is::SameAs(other) => ("same", self::place(owner, &[other])),
            Is::NameOf(list, facts) => return self.some(&self::place("task", &[list]), facts, Some(place)),
        };
        vec![vec![format!("ecs_says({place}, \"{kind}\", {wanted})")]]
    }
}

/// One expression, or the name of several.
fn form(form: &Form) -> String {
    match form {
        Form::OneOf { name, .. } => format!("ecs_{name}"),
        _ => raw(&form.pattern()),
    }
}

fn place(owner: &str, path: &[&str]) -> String {
    match path {
        [""] => owner.to_owned(),
        _ => path.iter().fold(owner.to_owned(), |place, name| format!("ecs_member({place}, \"{name}\")")),
    }
}
