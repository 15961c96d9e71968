//! Who calls, where to, and whether a command would be allowed what it needs: its reads are tried, its writes are asked about, and
//! nothing is changed. [`probe`] alone writes.

use jiff::SignedDuration;
use serde_json::Value as Json;

use crate::rollout::api::{Aws, Controller, Identity, RolePermission, Service};
use crate::rollout::arn::service_name;
use crate::rollout::permissions::{ALL, Asked, Names, PASS_ROLE, Permission, Resource, When};
use crate::rollout::port::{CallError, Clock, Effect, Failure, Wire};
use crate::rollout::running::serving;

mod listening;
pub mod probe;
#[cfg(test)]
mod tests;
mod tour;

use self::listening::{Heard, Listening};

/// What was found out.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Who calls, and in which account.
    pub caller: Identity,
    /// The region.
    pub region: String,
    /// Where ECS is reached, where somebody names it.
    pub endpoint: Option<String>,
    /// How far the clock of AWS is ahead of that of the machine.
    pub ahead: Option<SignedDuration>,
    /// What is known, for the policy.
    pub names: Names,
    /// What could not be read of the services, one phrase each.
    pub notes: Vec<String>,
    /// Each permission of the command, in the order of the table.
    pub rows: Vec<Row>,
}

/// One permission.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The permission.
    pub permission: Permission,
    /// Whether it is there.
    pub standing: Standing,
}

/// Whether a permission is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Fine,
    /// It is not.
    Missing,
    /// Nothing tells, and why.
    Unchecked(String),
}

/// A signature counts for so long before and after its time (IAM user guide, "AWS Signature Version 4").
pub const SIGNATURES_LAST: SignedDuration = SignedDuration::from_mins(5);

/// What is known of the services.
#[derive(Default)]
struct Facts {
    /// With the cluster that the call named.
    services: Vec<(String, Service)>,
    definitions: Vec<Json>,
}

/// Looks at who calls, and at what a command needs. Fails where nobody can be asked: no credentials, no region, AWS not reached.
pub fn examine(wire: &dyn Wire, clock: &dyn Clock, asked: Option<&Asked>) -> Result<Report, CallError> {
    let listening = Listening::new(wire);
    let aws = Aws::new(&listening, clock);
    let caller = aws.identity()?;
    let mut report = Report {
        region: aws.region().to_owned(),
        endpoint: wire.endpoint(),
        ahead: wire.ahead(),
        names: Names::default(),
        notes: Vec::new(),
        rows: Vec::new(),
        caller,
    };
    let Some(asked) = asked else { return Ok(report) };
    let facts = Facts::read(&aws, &asked.names, &mut report.notes)?;
    let principal = principal(&report.caller.arn);
    report.names = facts.names(&asked.names, &report, principal.as_ref().ok());
    let wanted = asked.permissions();
    tour::tour(&aws, &wanted, &facts, &report.names)?;
    for permission in wanted.into_iter().filter(|permission| facts.needs(permission)) {
        let standing = match permission.effect {
            Effect::Reads => read(&listening.heard(permission.action), &permission, &report.names),
            Effect::Writes => written(&aws, &permission, &report.names, &principal)?,
        };
        report.rows.push(Row { permission, standing });
    }
    Ok(report)
}

impl Facts {
    fn read(aws: &Aws<'_>, asked: &Names, notes: &mut Vec<String>) -> Result<Self, CallError> {
        let mut facts = Self::default();
        for (cluster, service) in &asked.places {
            let names = match service.as_deref() {
                None => continue,
                Some(ALL) => noted(aws.service_arns(cluster), notes)?.unwrap_or_default(),
                Some(service) => vec![service.to_owned()],
            };
            let told = noted(aws.services(cluster, &names), notes)?.unwrap_or_default();
            for (name, service) in names.iter().zip(told) {
                match service {
                    Some(service) => facts.services.push((cluster.clone(), service)),
                    None => notes.push(format!("there is no service {} in cluster {cluster}", service_name(name))),
                }
            }
        }
        let mut arns: Vec<_> = facts.services.iter().filter_map(|(_, service)| serving(service)).collect();
        arns.sort();
        arns.dedup();
        let families = asked.families.iter().filter(|_| asked.places.is_empty());
        for name in arns.iter().map(|arn| &arn.0).chain(families) {
            let told = noted(aws.definition(name), notes)?.flatten();
            facts.definitions.extend(told.and_then(|told| serde_json::from_str::<Json>(&told.text).ok()));
        }
        Ok(facts)
    }

    /// A member of each definition that runs.
    fn members<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f Json> {
        self.definitions.iter().filter_map(move |told| told.get("taskDefinition")?.get(name))
    }

    /// The containers of the definitions that run.
    fn containers(&self) -> impl Iterator<Item = &Json> {
        self.members("containerDefinitions").filter_map(Json::as_array).flatten()
    }

    /// Whether the services that are named take this; what is not known may.
    fn needs(&self, permission: &Permission) -> bool {
        let has = |controller: &Controller| self.services.iter().any(|(_, it)| it.controller() == *controller);
        match permission.when {
            _ if self.services.is_empty() => true,
            When::Always => true,
            When::Rolling => has(&Controller::Ecs),
            When::CodeDeploy => has(&Controller::CodeDeploy),
            When::External => has(&Controller::External),
        }
    }

    /// What the command line names, and what was read.
    fn names(&self, asked: &Names, report: &Report, principal: Option<&String>) -> Names {
        let texts = |name| self.members(name).filter_map(Json::as_str).map(str::to_owned);
        let mut names = Names {
            partition: report.caller.arn.split(':').nth(1).map(str::to_owned),
            region: Some(report.region.clone()),
            account: Some(report.caller.account.clone()),
            caller: principal.cloned(),
            ..asked.clone()
        };
        names.families.extend(texts("family"));
        names.roles.extend(texts("executionRoleArn").chain(texts("taskRoleArn")));
        for list in [&mut names.families, &mut names.roles] {
            list.sort();
            list.dedup();
        }
        names
    }
}

/// What was told, or a note that it was not.
fn noted<T>(told: Result<T, CallError>, notes: &mut Vec<String>) -> Result<Option<T>, CallError> {
    match told {
        Ok(told) => Ok(Some(told)),
        Err(error) if error.is_for_all() => Err(error),
        Err(error) => {
            notes.push(error.to_string());
            Ok(None)
        }
    }
}

const NAME_A_SERVICE: &str = "name a service that is there to try it on: --cluster CLUSTER --service SERVICE";

/// Whether a read is allowed, by what was heard of it.
fn read(heard: &Heard, permission: &Permission, names: &Names) -> Standing {
    match heard {
        Heard::Nothing if !names.knows(permission.resource) || names.places.is_empty() => {
            Standing::Unchecked(NAME_A_SERVICE.into())
        }
        Heard::Nothing => Standing::Unchecked("there was nothing to try it on".into()),
        Heard::Answer => Standing::Fine,
        Heard::Failure(error) => match error.failure {
            Failure::Denied => Standing::Missing,
            // Whoever may not call is told so first.
            Failure::Rejected => Standing::Fine,
            _ => Standing::Unchecked(error.to_string()),
        },
    }
}

/// Whether a write is allowed, by the policies of the caller.
fn written(
    aws: &Aws<'_>,
    permission: &Permission,
    names: &Names,
    principal: &Result<String, String>,
) -> Result<Standing, CallError> {
    let who = match principal {
        Ok(who) => who,
        Err(why) => return Ok(Standing::Unchecked(why.clone())),
    };
    if !names.knows(permission.resource) {
        let what = match permission.resource {
            Resource::Roles => "no role is known that would be given",
            _ => NAME_A_SERVICE,
        };
        return Ok(Standing::Unchecked(what.into()));
    }
    for arn in names.arns(permission.resource) {
        let told = match permission.action {
            PASS_ROLE => aws.may_pass(who, &arn),
            action => aws.role_may(who, action, &arn),
        };
        let standing = match told {
            Ok(RolePermission::Allowed) => continue,
            Ok(RolePermission::NotAllowed | RolePermission::Denied) => Standing::Missing,
            Ok(RolePermission::Conditional) => {
                Standing::Unchecked("it hangs on conditions that only a real call meets".into())
            }
            Err(error) if error.is_for_all() => return Err(error),
            Err(error) if error.is("NoSuchEntity") => {
                Standing::Unchecked("a session does not tell the path of its role".into())
            }
            Err(error) if error.failure == Failure::Denied => {
                Standing::Unchecked("asking takes iam:SimulatePrincipalPolicy on yourself".into())
            }
            Err(error) => Standing::Unchecked(error.to_string()),
        };
        return Ok(standing);
    }
    Ok(Standing::Fine)
}

/// The user or role whose policies count for a caller, or why there is none to ask about (IAM user guide, "IAM identifiers").
fn principal(arn: &str) -> Result<String, String> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, service, _, account, rest] = parts.as_slice() else {
        return Err("the caller has no ARN".into());
    };
    match (*service, rest.split('/').collect::<Vec<_>>().as_slice()) {
        ("iam", ["user" | "role", ..]) => Ok(arn.to_owned()),
        ("iam", ["root"]) => {
            Err("root has no policies to ask about, and may do whatever its organization allows".into())
        }
        ("sts", ["assumed-role", role, _]) if role.starts_with("AWSReservedSSO_") => {
            Err("a session of IAM Identity Center does not tell the path of its role".into())
        }
        ("sts", ["assumed-role", role, _]) => Ok(format!("arn:{partition}:iam::{account}:role/{role}")),
        _ => Err("a federated session has no policies to ask about".into()),
    }
}
