//! What stands around a service: what the new revision needs, who owns the service, which alarms watch it, and what carries a revision to it.

use std::collections::BTreeSet;

use ecs_harden_transforms::document::Document;
use ecs_harden_transforms::emit;
use ecs_harden_transforms::knobs::Layers;
use serde_json::Value as Json;

use super::{Gatherer, is_same_as, read};
use crate::cli::CliError;
use crate::plan::Plan;
use crate::policy::Policy;
use crate::rollout::api::{Controller, Described, Redeploy};
use crate::rollout::carrier::{AppSpecSource, BeginError, Carrier, CodeDeploy, External, GroupName, Rolling};
use crate::rollout::gates::{Gate, Permit};
use crate::rollout::owner::{Owned, Owner};
use crate::rollout::port::Failure;
use crate::rollout::preflight::{self, Placement};
use crate::rollout::proposal::Said;
use crate::rollout::resume::token;
use crate::rollout::running::Running;
use crate::source::{self, Input};

impl Gatherer<'_> {
    /// Alarms that ring already would take any deployment back.
    pub(super) fn alarms(&mut self, running: &Running) -> Result<(), CliError> {
        let own = running.service.deployment_configuration.as_ref().and_then(|it| it.alarms.as_ref());
        let own = own.into_iter().filter(|alarms| alarms.enable).flat_map(|alarms| alarms.alarm_names.iter().cloned());
        let names: Vec<String> = own.chain(self.arguments.how.alarm.iter().cloned()).collect();
        let told = match self.aws.alarms(&names) {
            Err(error) if error.failure == Failure::Denied && self.arguments.how.alarm.is_empty() => {
                let text = "whether an alarm of it rings was not looked at: cloudwatch:DescribeAlarms is not allowed";
                self.notices.push(Said { about: running.title(), text: text.into() });
                return Ok(());
            }
            told => told?,
        };
        for name in names.iter().filter(|name| !told.iter().any(|alarm| alarm.alarm_name == **name)) {
            let reason = format!("there is no alarm {name}");
            self.gates.push(Gate::new(running, Permit::Never, reason, "name an alarm that exists"));
        }
        for alarm in told.iter().filter(|alarm| alarm.state_value == "ALARM") {
            let reason =
                format!("the alarm {} is in ALARM already: any deployment would be taken back", alarm.alarm_name);
            self.gates.push(Gate::new(running, Permit::Never, reason, "see to the alarm first, then run this again"));
        }
        Ok(())
    }

    pub(super) fn look_ahead(
        &mut self,
        before: &Document,
        after: &Document,
        layers: &Layers,
        placement: &Placement,
        base: &Described,
    ) -> Result<(), CliError> {
        let found = preflight::preflight(self.aws, before, after, layers, placement)?;
        let about = Some(base.arn.short().to_owned());
        let gate = |obstacle: preflight::Obstacle, permit| Gate {
            about: about.clone(),
            reason: obstacle.what,
            next_step: obstacle.next_step,
            permit,
        };
        self.gates.extend(found.missing.into_iter().map(|obstacle| gate(obstacle, Permit::Never)));
        let unchecked = Permit::flag("--allow-unchecked", self.permits.allow_unchecked);
        self.gates.extend(found.unchecked.into_iter().map(|obstacle| gate(obstacle, unchecked)));
        self.confirmed.extend(found.confirmed);
        Ok(())
    }

    /// What a file says otherwise than the revision that runs, apart from the fixes: all of it is deployed.
    pub(super) fn differences(&mut self, shown: &str, plan: &Plan, base: &Described) -> Result<(), CliError> {
        let Ok(as_written) = emit::register_input(&plan.document) else { return Ok(()) };
        let before = read(base)?;
        if is_same_as(&as_written, &before) {
            return Ok(());
        }
        let runs = emit::register_input(&before).unwrap_or_default();
        let places = different_places(&as_written, &runs);
        let told = places.iter().take(PLACES).cloned().collect::<Vec<_>>().join(", ");
        let more = if places.len() > PLACES { format!(" and {} more", places.len() - PLACES) } else { String::new() };
        let text = format!(
            "it differs from {}, which runs, also without the fixes, and all of it would be deployed: {told}{more}",
            base.arn.short()
        );
        self.notices.push(Said { about: shown.to_owned(), text });
        Ok(())
    }

    /// A newer revision that is what would be registered is in nobody's way: it is used.
    pub(super) fn reused(&mut self, running: &Running, input: &str) -> Result<(), CliError> {
        let Some(newer) = &running.newer else { return Ok(()) };
        let Some(told) = self.aws.definition(&newer.0)? else { return Ok(()) };
        if is_same_as(input, &read(&told)?) {
            let title = running.title();
            self.gates.retain(|gate| !(gate.about.as_ref() == Some(&title) && gate.is_about_base()));
            let text = format!("{} is that already, and would be used", newer.short());
            self.notices.push(Said { about: title, text });
        }
        Ok(())
    }

    pub(super) fn ownership(&mut self, running: &Running, base: &Described, policy: Option<&Policy>) {
        let subject = Owned {
            service: &running.service.service_name,
            family: base.arn.family(),
            service_tags: &running.service.tags,
            definition_tags: &running.revision.tags,
        };
        let owner = Owner::of(&subject, policy);
        if let Some(refusal) = owner.refusal(&subject) {
            let permit = refusal.flag.map_or(Permit::Never, |flag| Permit::flag(flag, self.permits.out_of_band));
            self.gates.push(Gate::new(running, permit, refusal.message, refusal.next_step));
        }
        if let Some(text) = owner.notice(&subject) {
            self.notices.push(Said { about: running.title(), text });
        }
    }

    /// What carries a revision to the service. What it needs and cannot have is in the way.
    pub(super) fn carrier(
        &mut self,
        running: &Running,
        needed: bool,
    ) -> Result<Box<dyn Carrier + Send + Sync>, CliError> {
        let redeploy = if self.arguments.how.force_new_deployment { Redeploy::Forced } else { Redeploy::WhenChanged };
        let rolling = || Box::new(Rolling { redeploy });
        match running.service.controller() {
            Controller::External => Ok(Box::new(External { token: token(self.aws) })),
            Controller::CodeDeploy if needed => {
                let arguments = &self.arguments.code_deploy;
                let text = arguments
                    .appspec
                    .as_ref()
                    .map(|path| source::read(&Input::File(path.clone()), &mut std::io::empty()))
                    .transpose()?;
                let text = text.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
                let appspec = match &text {
                    Some(text) => AppSpecSource::Given(text),
                    None if arguments.no_hooks => AppSpecSource::WithoutHooks,
                    None => AppSpecSource::LastSuccess,
                };
                let named = GroupName {
                    application: arguments.codedeploy_application.as_deref(),
                    group: arguments.codedeploy_group.as_deref(),
                };
                match CodeDeploy::find(self.aws, &running.service, named, appspec) {
                    Ok(carrier) => {
                        // Before CodeDeploy has made its task set, the service does not tell of it.
                        let (application, group) =
                            (&carrier.group.application_name, &carrier.group.deployment_group_name);
                        let open = self.aws.open_code_deployments(application, group)?;
                        if let Some(id) = open.first().filter(|_| running.busy.is_none()) {
                            let reason = format!("the deployment {id} of CodeDeploy is under way");
                            let next_step = "wait until it is done, or stop it there, then run this again";
                            self.gates.push(Gate::new(running, Permit::Never, reason, next_step));
                        }
                        Ok(Box::new(carrier))
                    }
                    Err(BeginError::Missing { reason, next_step }) => {
                        self.gates.push(Gate::new(running, Permit::Never, reason, next_step));
                        Ok(rolling())
                    }
                    Err(BeginError::Refused(error) | BeginError::Unknown(error)) => Err(error.into()),
                    Err(BeginError::Interrupted) => Err(CliError::refused("interrupted", "run it again")),
                }
            }
            Controller::CodeDeploy | Controller::Ecs | Controller::Other(_) => Ok(rolling()),
        }
    }
}

/// So many places are named.
const PLACES: usize = 8;

/// Where two inputs differ, by members of the definition and of its containers; deeper names may be the user's own.
fn different_places(one: &str, other: &str) -> Vec<String> {
    let parsed = |text: &str| serde_json::from_str::<Json>(text).unwrap_or_default();
    let (one, other) = (parsed(one), parsed(other));
    let mut places = members(&one, &other);
    places.retain(|name| name != "containerDefinitions");
    let containers = |of: &Json| of["containerDefinitions"].as_array().cloned().unwrap_or_default();
    let (ones, others) = (containers(&one), containers(&other));
    if ones.len() != others.len() {
        places.push("containerDefinitions".into());
    }
    for (index, (one, other)) in ones.iter().zip(&others).enumerate() {
        places.extend(members(one, other).into_iter().map(|name| format!("containerDefinitions/{index}/{name}")));
    }
    places
}

/// The members that only one has, or that differ.
fn members(one: &Json, other: &Json) -> Vec<String> {
    let (Some(one), Some(other)) = (one.as_object(), other.as_object()) else { return Vec::new() };
    let is_empty =
        |value: Option<&Json>| value.is_none_or(|value| matches!(value.to_string().as_str(), "[]" | "{}" | "null"));
    let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let differs = |name: &&&String| {
        let (one, other) = (one.get(**name), other.get(**name));
        one != other && !(is_empty(one) && is_empty(other))
    };
    names.iter().filter(differs).map(|name| (*name).clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_that_differ_are_named_by_members_that_ecs_names() {
        let one = r#"{"cpu": "256", "containerDefinitions": [{"name": "api", "image": "a", "environment": []}]}"#;
        let other =
            r#"{"cpu": "512", "containerDefinitions": [{"name": "api", "image": "b", "dockerLabels": {"x": "y"}}]}"#;
        let places = ["cpu", "containerDefinitions/0/dockerLabels", "containerDefinitions/0/image"];
        assert_eq!(different_places(one, other), places);
        assert_eq!(different_places(one, one), Vec::<String>::new());
    }
}
