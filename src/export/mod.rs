//! The weaknesses that passes look for, written as rules for other gates: cfn-guard and Rego. Everything comes from the data that the passes
//! themselves ask (`Pass::weaknesses`); what no data tells is named in the head of what is written.

mod guard;
mod names;
mod rego;

use std::collections::BTreeMap;
use std::fmt::Write;

use ecs_harden_transforms::model::{Fact, Form, Is};
use ecs_harden_transforms::pass::{Applicability, Pass};
use ecs_harden_transforms::weakness::Extent;

/// The languages of other gates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// AWS `CloudFormation` Guard.
    Guard,
    /// Rego, as OPA and conftest take it.
    Rego,
}

/// The rules for what `passes` find.
pub fn rules(language: Language, passes: &[&Pass]) -> String {
    match language {
        Language::Guard => guard::rules(passes),
        Language::Rego => rego::rules(passes),
    }
}

/// What of the findings of `passes` is not in the rules, a line for each pass.
pub fn left_out(passes: &[&Pass]) -> Vec<String> {
    let told = passes.iter().filter_map(|pass| match pass.weaknesses.extent {
        Extent::Whole => None,
        Extent::But(rest) => Some(format!("{}, in part; left out: {rest}", pass.id)),
        Extent::Nothing(why) => Some(format!("{}, all of it: {why}", pass.id)),
    });
    told.collect()
}

/// The comment that the rules begin with.
fn head(title: &str, passes: &[&Pass], about: &[&str]) -> String {
    let mut head =
        format!("# {title}, written by `ecs-harden export-rules`. Edits are lost when it is written again.\n");
    for line in about {
        let _ = writeln!(head, "{}", format!("# {line}").trim_end());
    }
    head.push_str("#\n# What `ecs-harden check` finds and these rules do not:\n");
    let always = [
        "what depends on a value that an intrinsic function or a placeholder fills in: it passes here, as it does there without --strict",
        "what settings, waivers and decisions of a policy change: these are the rules without a policy",
    ];
    for line in always.map(str::to_owned).into_iter().chain(left_out(passes)) {
        let _ = writeln!(head, "# - {line}");
    }
    head
}

/// The forms that take several expressions, in the order of their names.
fn lists_of_forms(passes: &[&Pass]) -> Vec<(&'static str, Vec<String>)> {
    let mut lists = BTreeMap::new();
    for weak in passes.iter().flat_map(|pass| pass.weaknesses.any) {
        weak.task.iter().chain(weak.says).for_each(|fact| collect(fact, &mut lists));
    }
    lists.into_iter().collect()
}

fn collect(fact: &Fact, lists: &mut BTreeMap<&'static str, Vec<String>>) {
    match fact {
        Fact::Some(_, facts) | Fact::No(_, facts) | Fact::Any(facts) | Fact::SomeContainer(facts) => {
            facts.iter().for_each(|fact| collect(fact, lists));
        }
        Fact::Member(_, values) | Fact::First(_, values) => {
            for value in *values {
                match value {
                    Is::Text(Form::OneOf { name, patterns, .. })
                    | Is::OtherText(Form::OneOf { name, patterns, .. }) => {
                        lists.insert(name, patterns());
                    }
                    Is::NameOf(_, facts) => facts.iter().for_each(|fact| collect(fact, lists)),
                    _ => {}
                }
            }
        }
    }
}

/// What a person who is refused can do.
fn next_step(pass: &Pass) -> String {
    let mends = pass.yields.iter().any(|known| known.applicability > Applicability::Manual);
    if mends {
        format!(
            "next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain {}",
            pass.id
        )
    } else {
        format!("next: ecs-harden explain {} tells what to do", pass.id)
    }
}

/// The pass and the controls that look for the same.
fn ids(pass: &Pass) -> String {
    std::iter::once(pass.id.0).chain(pass.controls.iter().copied()).collect::<Vec<_>>().join(", ")
}
