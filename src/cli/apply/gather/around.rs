//! What stands around a service: what the new revision needs, who owns the service, which alarms watch it, and what carries a revision to it.

use ecs_harden_transforms::document::Document;
use ecs_harden_transforms::knobs::Layers;

use super::Gatherer;
use crate::cli::CliError;
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
                    Ok(carrier) => Ok(Box::new(carrier)),
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
