//! Would Amazon ECS take this task definition? An independent judge of what the passes write.
//!
//! It looks at the canonical shape (the members of `RegisterTaskDefinition`, camelCase) for one launch target and one operating
//! system. What is known per field and column is data ([`matrix`], [`schema`]); the rest are small rules, listed in [`rules`].

mod capabilities;
mod container;
mod json;
mod linux;
mod logs;
pub mod matrix;
mod names;
mod place;
pub mod rules;
mod schema;
mod shape;
mod size;
mod task;
mod volumes;

use std::collections::BTreeMap;

use serde_json::Value;

pub use capabilities::effective_capabilities;
pub use shape::RESPONSE_ONLY;

/// A member whose name begins so stands for one that a later API adds; the judge has no opinion on it or on what is in it.
pub const FUTURE: &str = "future";

/// Where the tasks are to run (`Compatibility` of the ECS API model).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Container instances.
    Ec2,
    /// AWS Fargate.
    Fargate,
    /// ECS Anywhere.
    External,
    /// ECS Managed Instances.
    ManagedInstances,
}

impl Target {
    /// The word of the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ec2 => "EC2",
            Self::Fargate => "FARGATE",
            Self::External => "EXTERNAL",
            Self::ManagedInstances => "MANAGED_INSTANCES",
        }
    }
}

/// The operating system of the containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Os {
    /// Any Linux.
    Linux,
    /// Any Windows Server.
    Windows,
}

/// One thing that ECS would refuse, or that could not start.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// RFC 6901 pointer into the definition.
    pub pointer: String,
    /// One of [`rules::RULES`].
    pub rule: &'static str,
    /// What is wrong, in a phrase.
    pub message: String,
}

/// Everything in `definition` that `target` and `os` would not take, in the order of the pointers.
pub fn violations(definition: &Value, target: Target, os: Os) -> Vec<Violation> {
    judged(definition, target, os).into_iter().filter(|found| found.rule != rules::UNCLEAR).collect()
}

/// The violations of `after` that `before` did not have; fields on which the sources disagree count too, if `after` adds them.
///
/// Elements of lists are recognised by name rather than by index, so that an insertion does not make old violations new.
pub fn new_violations(before: &Value, after: &Value, target: Target, os: Os) -> Vec<Violation> {
    let mut known: BTreeMap<(&'static str, String), usize> = BTreeMap::new();
    for found in judged(before, target, os) {
        *known.entry((found.rule, place::stable(before, &found.pointer))).or_default() += 1;
    }
    judged(after, target, os)
        .into_iter()
        .filter(|found| match known.get_mut(&(found.rule, place::stable(after, &found.pointer))) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        })
        .collect()
}

fn judged(definition: &Value, target: Target, os: Os) -> Vec<Violation> {
    let mut case = Case { definition, target, os, found: Vec::new() };
    shape::judge(&mut case);
    matrix::judge(&mut case);
    task::judge(&mut case);
    names::judge(&mut case);
    volumes::judge(&mut case);
    for (at, container) in json::elements(definition, "", "containerDefinitions") {
        container::judge(&mut case, &at, container);
        linux::judge(&mut case, &at, container);
        logs::judge(&mut case, &at, container);
    }
    case.found.sort();
    case.found.dedup();
    case.found
}

/// The definition under judgement and what was found so far.
struct Case<'a> {
    definition: &'a Value,
    target: Target,
    os: Os,
    found: Vec<Violation>,
}

impl Case<'_> {
    fn report(&mut self, rule: &'static str, pointer: &str, message: impl Into<String>) {
        assert!(rules::RULES.iter().any(|(id, _)| *id == rule), "rule `{rule}` is not in the list of rules");
        self.found.push(Violation { pointer: pointer.to_owned(), rule, message: message.into() });
    }

    fn report_if(&mut self, wrong: bool, rule: &'static str, pointer: &str, message: impl Into<String>) {
        if wrong {
            self.report(rule, pointer, message);
        }
    }

    /// The network mode in force: what is set, else the default of the target.
    fn network(&self) -> &str {
        let default = match (self.target, self.os) {
            (Target::Fargate | Target::ManagedInstances, _) => "awsvpc",
            (_, Os::Linux) => "bridge",
            (_, Os::Windows) => "default",
        };
        json::text(self.definition, "networkMode").unwrap_or(default)
    }
}
