//! Looks at one log group, secret or parameter after the other: whether it is there, and whether the execution role may use it.

use ecs_harden_transforms::arn::{SecretArn, owner};
use ecs_harden_transforms::iam::{Right, Use};
use ecs_harden_transforms::model::{Read, TaskView};

use super::{Obstacle, Preflight};
use crate::rollout::api::{Aws, RolePermission, Stored};
use crate::rollout::port::{Api, CallError, Failure};

pub(super) struct Looker<'l> {
    aws: &'l Aws<'l>,
    account: &'l str,
    role: Role,
    /// The log groups that ECS makes when the first task starts.
    made: Vec<String>,
    /// Hosts that cannot be reached: each try takes its time.
    unreachable: Vec<CallError>,
    pub(super) found: Preflight,
}

/// The execution role as far as it can be asked about.
enum Role {
    /// It can.
    Known(String),
    /// It cannot, and why.
    Unasked(Obstacle),
    /// It cannot, and that was said.
    Said,
}

impl Role {
    fn of(task: &TaskView<'_>, account: &str) -> Self {
        let (why, next_step) = match task.member("executionRoleArn").text() {
            Read::Known(arn) => match owner(arn) {
                Some((_, of)) if of == account => return Self::Known(arn.to_owned()),
                Some(_) => ("executionRoleArn is of another account", "let somebody check the role there"),
                None => ("executionRoleArn is no ARN", "write the whole ARN of the role there"),
            },
            Read::Absent => (
                "the definition names no executionRoleArn",
                "name a role there; on EC2 logs are written with the role of the instance where there is none",
            ),
            Read::Unresolved(_) => ("executionRoleArn cannot be read here", "check the role by hand"),
        };
        let what = format!("what the execution role may do: {why}");
        Self::Unasked(Obstacle { what, next_step: next_step.into() })
    }
}

/// What asking brought.
enum Answer<T> {
    Told(T),
    /// Nothing, and why.
    Untold(CallError),
}

impl<'l> Looker<'l> {
    pub(super) fn new(aws: &'l Aws<'l>, account: &'l str, task: &TaskView<'_>) -> Self {
        let role = Role::of(task, account);
        Self { aws, account, role, made: Vec::new(), unreachable: Vec::new(), found: Preflight::default() }
    }

    /// Looks at one use.
    pub(super) fn look(&mut self, new: &Use) -> Result<(), CallError> {
        match new.right {
            Right::ReadSecrets | Right::ReadParameters => self.stored(new),
            Right::WriteLogs => self.log_group(new),
            Right::CreateLogGroups => {
                self.made.push(new.resource.clone());
                self.permissions(new)
            }
            // Keys are found on the way, by what they encrypt.
            Right::Decrypt => Ok(()),
        }
    }

    fn stored(&mut self, new: &Use) -> Result<(), CallError> {
        let Ok(arn) = SecretArn::try_from(new.resource.clone()) else { return Ok(()) };
        let noun = arn.store().noun();
        let what = format!("the {noun} {} of {}", new.resource, new.shown);
        if self.is_elsewhere(&new.resource, &what, &format!("ask there whether the {noun} exists")) {
            return self.permissions(new);
        }
        let aws = self.aws;
        let told = match (new.right, arn.parameter()) {
            // Public parameters, and secrets by way of parameters, are not listed (Systems Manager user guide).
            (Right::ReadParameters, Some(name)) if name.starts_with("/aws/") => {
                let next_step = format!("`aws ssm get-parameter --name {name} --query Parameter.ARN`");
                self.found.unchecked.push(Obstacle { what: format!("{what} is one that no list holds"), next_step });
                return self.permissions(new);
            }
            (Right::ReadParameters, Some(name)) => self.ask(Api::Ssm, || aws.parameter(&name))?,
            _ => self.ask(Api::SecretsManager, || aws.secret(&new.resource))?,
        };
        match told {
            Answer::Told(None) => {
                self.found.missing.push(Obstacle {
                    what: format!("{what} does not exist, or is about to be deleted"),
                    next_step: format!(
                        "make the {noun}, or correct its ARN in the policy; tasks do not start without it"
                    ),
                });
                return Ok(());
            }
            Answer::Told(Some(stored)) => {
                self.found.confirmed.push(format!("{what} exists; its value, JSON keys included, was not read"));
                self.permissions(new)?;
                self.key(&stored, new)?;
            }
            Answer::Untold(error) => {
                self.unchecked(&format!("whether {what} exists"), &error);
                self.permissions(new)?;
            }
        }
        Ok(())
    }

    /// The key of one's own that something is encrypted with, which the role has to decrypt with (ECS developer guide, "Task execution
    /// IAM role").
    fn key(&mut self, stored: &Stored, new: &Use) -> Result<(), CallError> {
        let Some(key) = &stored.key else { return Ok(()) };
        let arn = match (key.starts_with("arn:"), key.starts_with("alias/")) {
            (true, _) if key.contains(":alias/aws/") => return Ok(()),
            (true, _) if key.contains(":key/") => key.clone(),
            (false, false) => {
                let partition = owner(&new.resource).map_or("aws", |(partition, _)| partition);
                format!("arn:{partition}:kms:{}:{}:key/{key}", self.aws.region(), self.account)
            }
            _ => {
                self.found.unchecked.push(Obstacle {
                    what: format!("what {} is encrypted with is named by an alias, {key}", new.resource),
                    next_step: "check that the execution role may kms:Decrypt with that key".into(),
                });
                return Ok(());
            }
        };
        self.permissions(&Use { right: Right::Decrypt, resource: arn, shown: new.shown.clone() })
    }

    fn log_group(&mut self, new: &Use) -> Result<(), CallError> {
        let group = new.resource.splitn(7, ':').nth(6).and_then(|name| name.strip_suffix(":*")).unwrap_or_default();
        let what = format!("the log group {group} of {}", new.shown);
        if self.made.contains(&new.resource)
            || self.is_elsewhere(&new.resource, &what, "ask there whether the log group exists")
        {
            return self.permissions(new);
        }
        let aws = self.aws;
        match self.ask(Api::Logs, || aws.has_log_group(group))? {
            Answer::Told(true) => self.found.confirmed.push(format!("{what} exists")),
            Answer::Told(false) => {
                self.found.missing.push(Obstacle {
                    what: format!("{what} does not exist"),
                    next_step: format!(
                        "`aws logs create-log-group --log-group-name {group}`; tasks do not start without it"
                    ),
                });
            }
            Answer::Untold(error) => self.unchecked(&format!("whether {what} exists"), &error),
        }
        self.permissions(new)
    }

    /// Whether the execution role may do what the use takes.
    fn permissions(&mut self, new: &Use) -> Result<(), CallError> {
        let role = match std::mem::replace(&mut self.role, Role::Said) {
            Role::Known(role) => role,
            Role::Unasked(obstacle) => {
                self.found.unchecked.push(obstacle);
                return Ok(());
            }
            Role::Said => return Ok(()),
        };
        self.role = Role::Known(role.clone());
        let aws = self.aws;
        for action in new.right.actions() {
            let told = self.ask(Api::Iam, || aws.role_may(&role, action, &new.resource))?;
            self.permission(&role, action, new, told);
        }
        Ok(())
    }

    fn permission(&mut self, role: &str, action: &str, new: &Use, told: Answer<RolePermission>) {
        let resource = &new.resource;
        let may = format!("{role} may {action} on {resource}");
        let obstacle =
            |what: String| Obstacle { what, next_step: format!("allow the role: {}", statement(action, resource)) };
        match told {
            Answer::Told(RolePermission::Allowed) => self.found.confirmed.push(may),
            Answer::Told(RolePermission::Denied) => {
                self.found.missing.push(obstacle(format!("a policy of {role} forbids {action} on {resource}")));
            }
            // Secrets and keys have policies of their own, which may allow what the role's do not and which no simulation counts
            // (IAM user guide, "IAM policy testing with the IAM policy simulator").
            Answer::Told(RolePermission::NotAllowed) if matches!(new.right, Right::ReadSecrets | Right::Decrypt) => {
                let what = format!("no policy of {role} allows {action} on {resource}; one of the resource itself may");
                self.found.unchecked.push(obstacle(what));
            }
            Answer::Told(RolePermission::NotAllowed) => {
                self.found.missing.push(obstacle(format!("no policy of {role} allows {action} on {resource}")));
            }
            Answer::Told(RolePermission::Conditional) => {
                let what = format!(
                    "the policies of {role} allow {action} on {resource} under conditions that only a real call tells"
                );
                self.found.unchecked.push(obstacle(what));
            }
            Answer::Untold(error) if error.is("NoSuchEntity") => {
                let next_step = "make the role, or correct executionRoleArn; tasks do not start without it".into();
                self.role = Role::Said;
                self.found
                    .missing
                    .push(Obstacle { what: format!("the execution role {role} does not exist"), next_step });
            }
            Answer::Untold(error) => self.unchecked(&format!("whether {may}"), &error),
        }
    }

    /// Whether something is of another account or region, which cannot be asked from here.
    fn is_elsewhere(&mut self, arn: &str, what: &str, next_step: &str) -> bool {
        let account = owner(arn).map_or("", |(_, account)| account);
        let region = arn.split(':').nth(3).unwrap_or_default();
        let place = if account != self.account {
            format!("account {account}")
        } else if region != self.aws.region() {
            format!("region {region}")
        } else {
            return false;
        };
        self.found.unchecked.push(Obstacle { what: format!("{what} is of {place}"), next_step: next_step.to_owned() });
        true
    }

    /// Asks, unless it is known to be in vain. What keeps every call from being answered ends the whole look.
    fn ask<T>(&mut self, api: Api, ask: impl FnOnce() -> Result<T, CallError>) -> Result<Answer<T>, CallError> {
        if let Some(known) = self.unreachable.iter().find(|error| error.api == api) {
            return Ok(Answer::Untold(known.clone()));
        }
        match ask() {
            Ok(told) => Ok(Answer::Told(told)),
            Err(error) if error.is_for_all() => Err(error),
            Err(error) => {
                if error.failure == Failure::Unreachable {
                    self.unreachable.push(error.clone());
                }
                Ok(Answer::Untold(error))
            }
        }
    }

    fn unchecked(&mut self, question: &str, error: &CallError) {
        self.found.unchecked.push(Obstacle { what: format!("{question}: {error}"), next_step: error.next_step() });
    }
}

/// A statement of a policy (IAM user guide, "IAM JSON policy elements").
fn statement(action: &str, resource: &str) -> String {
    format!("{{\"Effect\": \"Allow\", \"Action\": \"{action}\", \"Resource\": \"{resource}\"}}")
}
