//! What whoever runs a command has to be allowed: the least that lets it do all of its work.
//!
//! Resources as the service authorization reference has them. `sts:GetCallerIdentity` needs no permission.

use crate::rollout::port::Effect;

mod names;
mod table;
#[cfg(test)]
mod tests;

pub use names::{ALL, Names, PROBE_FAMILY, Resource};

/// A command that talks to AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// `check`, `diff` and `explain --finding` of services.
    Look,
    /// `check`, `diff` and `explain --finding` of a family.
    LookAtFamily,
    /// `apply --dry-run`.
    Plan,
    /// `apply --family --dry-run`.
    PlanFamily,
    /// `apply --family`: registers, and deploys nothing.
    Register,
    /// `apply`.
    Apply,
    /// `watch` of a service: nothing is taken back.
    Watch,
    /// `rollback`, and `watch` of a run, which takes back what fails.
    Rollback,
    /// `retire --dry-run`.
    PlanRetire,
    /// `retire`.
    Retire,
    /// `doctor --probe`.
    Probe,
}

/// An action that a command takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// As IAM names it: `ecs:UpdateService`.
    pub action: &'static str,
    /// What it is about.
    pub resource: Resource,
    /// Whether it changes something.
    pub effect: Effect,
    /// What it is needed for.
    pub when: When,
    /// What the command does without it, where it goes on.
    pub without: Option<&'static str>,
}

/// What an action is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Every run.
    Always,
    /// Services with the controller `ECS`.
    Rolling,
    /// Services with the controller `CODE_DEPLOY`.
    CodeDeploy,
    /// Services with the controller `EXTERNAL`.
    External,
}

/// A command, and what its line names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The command.
    pub errand: Errand,
    /// Services, families and roles.
    pub names: Names,
}

impl Asked {
    /// What it has to be allowed. Whoever names services of a cluster lists none; [`Errand::Retire`] looks at all of the account.
    pub fn permissions(&self) -> Vec<Permission> {
        let of_all = matches!(self.errand, Errand::Retire | Errand::PlanRetire);
        let lists = of_all || self.names.places.iter().any(|(_, service)| service.as_deref() == Some(ALL));
        let needed = |permission: &Permission| lists || permission.action != "ecs:ListServices";
        permissions(self.errand).into_iter().filter(needed).collect()
    }
}

/// What a command has to be allowed, each action once.
fn permissions(errand: Errand) -> Vec<Permission> {
    let parts: &[&[Permission]] = match errand {
        Errand::Look => &[&table::SERVICES, &table::DEFINITIONS],
        Errand::LookAtFamily => &[&table::DEFINITIONS[..1]],
        Errand::PlanFamily => &[&table::DEFINITIONS, &table::PREFLIGHT],
        Errand::Plan => &[&table::SERVICES, &table::DEFINITIONS, &table::PREFLIGHT, &table::AROUND, &table::GROUP],
        Errand::Register => &[&table::DEFINITIONS, &table::PREFLIGHT, &table::REGISTER],
        Errand::Apply => &[
            &table::SERVICES,
            &table::DEFINITIONS,
            &table::PREFLIGHT,
            &table::AROUND,
            &table::GROUP,
            &table::REGISTER,
            &table::INSTANCES,
            &table::DEPLOY,
            &table::WATCH,
            &table::DISCARD,
        ],
        Errand::Watch => &[&table::SERVICES, &table::DEFINITIONS, &table::GROUP, &table::WATCH],
        Errand::Rollback => &[&table::SERVICES, &table::DEFINITIONS, &table::GROUP, &table::DEPLOY, &table::WATCH],
        Errand::PlanRetire => &[&table::USES],
        Errand::Retire => &[&table::USES, &table::RETIRE],
        Errand::Probe => &[&table::PROBE],
    };
    let mut all: Vec<Permission> = Vec::new();
    for permission in parts.iter().copied().flatten() {
        if !all.iter().any(|known| known.action == permission.action) {
            all.push(*permission);
        }
    }
    all
}

/// Actions on the same resources, as one statement of a policy allows them (IAM user guide, "IAM JSON policy elements").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The actions, in the order of the table.
    pub actions: Vec<&'static str>,
    /// The resources.
    pub resources: Vec<String>,
    /// A key of the request and the value that it has to have.
    pub condition: Option<(&'static str, &'static str)>,
}

/// The statements that allow these.
pub fn statements(permissions: &[Permission], names: &Names) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    for permission in permissions {
        // To tasks alone (ECS developer guide, "IAM roles for Amazon ECS").
        let condition = (permission.action == PASS_ROLE).then_some(("iam:PassedToService", "ecs-tasks.amazonaws.com"));
        let resources = names.arns(permission.resource);
        let same = |statement: &&mut Statement| statement.resources == resources && statement.condition == condition;
        match statements.iter_mut().find(same) {
            Some(statement) => statement.actions.push(permission.action),
            None => statements.push(Statement { actions: vec![permission.action], resources, condition }),
        }
    }
    statements
}

/// Giving a role to a task definition (IAM user guide, "Grant a user permissions to pass a role to an AWS service").
pub const PASS_ROLE: &str = "iam:PassRole";
