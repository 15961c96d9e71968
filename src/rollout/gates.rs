//! What speaks against changing a service, and which flag permits it all the same. Pure: everything is decided from what was read.

use super::api::{Controller, DeploymentConfiguration};
use super::running::Running;

/// Something that speaks against changing a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// The service that it is about, as `cluster/service`; none where it is about the run.
    pub about: Option<String>,
    /// What speaks against it.
    pub reason: String,
    /// What to do instead.
    pub next_step: String,
    /// What permits it.
    pub permit: Permit,
}

/// What permits something that speaks against a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    /// This flag, which was not given.
    Flag(&'static str),
    /// This flag, and it was given.
    Given(&'static str),
    /// Nothing.
    Never,
}

impl Permit {
    /// A flag, given or not.
    pub const fn flag(flag: &'static str, given: bool) -> Self {
        if given { Self::Given(flag) } else { Self::Flag(flag) }
    }
}

impl Gate {
    /// Something about one service.
    pub fn new(running: &Running, permit: Permit, reason: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { about: Some(running.title()), reason: reason.into(), next_step: next_step.into(), permit }
    }

    /// Whether it is about which revision a change starts from.
    pub fn is_about_base(&self) -> bool {
        matches!(self.permit, Permit::Flag(BASE) | Permit::Given(BASE))
    }

    /// Whether it is in the way.
    pub const fn is_shut(&self) -> bool {
        !matches!(self.permit, Permit::Given(_))
    }
}

/// Which revision a change starts from, where a newer one than the running one is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// The one that runs.
    Running,
    /// The latest active one.
    Latest,
}

/// What was permitted by flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub struct Permits {
    /// `--base`.
    pub base: Option<Base>,
    /// `--out-of-band`.
    pub out_of_band: bool,
    /// `--pin-images`.
    pub pin_images: bool,
    /// `--allow-new-image`.
    pub allow_new_image: bool,
    /// `--accept-downtime`.
    pub accept_downtime: bool,
    /// `--include-daemon`.
    pub include_daemon: bool,
    /// `--allow-unchecked`.
    pub allow_unchecked: bool,
    /// `--no-rollback`.
    pub no_rollback: bool,
    /// `--max-services`.
    pub max_services: Option<usize>,
}

const BASE: &str = "--base";

/// More services than this in one run need a number.
pub const MANY: usize = 10;

/// What speaks against changing one service, whatever becomes of its definition.
pub fn of_service(running: &Running, permits: &Permits) -> Vec<Gate> {
    let mut gates = Vec::new();
    if let Some(newer) = &running.newer {
        let reason = format!(
            "it runs {}, and {} is active too: whoever registered that may be about to deploy it",
            running.revision.arn.short(),
            newer.short()
        );
        let next_step = "say where to start from: --base running (what serves now) or --base latest";
        gates.push(Gate::new(running, Permit::flag(BASE, permits.base.is_some()), reason, next_step));
    }
    if running.revision.status != "ACTIVE" {
        let reason = format!(
            "{} is {}: no service can be given it again, so there would be no way back",
            running.revision.arn.short(),
            running.revision.status
        );
        let next_step = "register it again and deploy that first, so that there is something to go back to";
        gates.push(Gate::new(running, Permit::flag("--no-rollback", permits.no_rollback), reason, next_step));
    }
    if running.service.is_daemon() {
        let reason = "it is a DAEMON: on each instance the old task ends before the new one begins";
        let next_step = "roll it out last, with --include-daemon";
        gates.push(Gate::new(running, Permit::flag("--include-daemon", permits.include_daemon), reason, next_step));
    } else if let Some(reason) = goes_down(running) {
        let next_step = "change the service so that ECS may start new tasks first (maximumPercent 200, minimumHealthyPercent 100), or accept it: --accept-downtime";
        gates.push(Gate::new(running, Permit::flag("--accept-downtime", permits.accept_downtime), reason, next_step));
    }
    if is_unwatched(running) {
        let reason = "no circuit breaker and no alarm: ECS tries for ever, and when this run is cut off nothing takes back what fails";
        let next_step =
            "switch on the deployment circuit breaker of the service, with rollback, or accept it: --accept-downtime";
        gates.push(Gate::new(running, Permit::flag("--accept-downtime", permits.accept_downtime), reason, next_step));
    }
    gates
}

/// What speaks against the run as a whole.
pub fn of_run(services: usize, permits: &Permits) -> Option<Gate> {
    let limit = permits.max_services.unwrap_or(MANY);
    (services > limit).then(|| Gate {
        about: None,
        reason: format!("{services} services are more than {limit}"),
        next_step: format!("name fewer, or say that you mean it: --max-services {services}"),
        permit: Permit::Flag("--max-services"),
    })
}

/// Why a rolling update takes the service down for a while, if it does (`DeploymentConfiguration`: where nothing is said, services have at
/// least 100 and at most 200 percent).
fn goes_down(running: &Running) -> Option<String> {
    let service = &running.service;
    if service.controller() != Controller::Ecs || service.desired_count == 0 {
        return None;
    }
    let configuration = service.deployment_configuration.as_ref();
    let minimum = configuration.and_then(|configuration| configuration.minimum_healthy_percent).unwrap_or(100);
    let maximum = configuration.and_then(|configuration| configuration.maximum_percent).unwrap_or(200);
    if minimum == 0 && maximum <= 100 {
        Some(
            "minimumHealthyPercent is 0 and maximumPercent is 100: ECS may stop every task before a new one runs"
                .into(),
        )
    } else if minimum == 0 {
        Some("minimumHealthyPercent is 0: ECS may stop every task before a new one runs".into())
    } else if service.desired_count == 1 && maximum <= 100 {
        Some("desiredCount is 1 and maximumPercent is 100: the only task ends before the new one begins".into())
    } else {
        None
    }
}

/// Whether nothing in AWS would notice that new tasks fail.
fn is_unwatched(running: &Running) -> bool {
    let service = &running.service;
    let watched = service.deployment_configuration.as_ref().is_some_and(|configuration: &DeploymentConfiguration| {
        configuration.deployment_circuit_breaker.is_some_and(|breaker| breaker.enable)
            || configuration.alarms.as_ref().is_some_and(|alarms| alarms.enable)
    });
    service.controller() == Controller::Ecs && service.desired_count > 0 && !watched
}

/// What people should know of the service before anything else, although nothing has to permit it.
pub fn hazards(running: &Running) -> Vec<String> {
    let service = &running.service;
    let mut hazards = Vec::new();
    if service.desired_count == 0 {
        hazards.push("desiredCount is 0: no task will start, so nothing will be tested".to_owned());
    }
    hazards
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollout::api::{CircuitBreaker, Deployment, Described, Service};
    use crate::rollout::arn::RevisionArn;

    fn running(change: impl FnOnce(&mut Running)) -> Running {
        let revision = |number: u32| {
            RevisionArn(format!("arn:aws:ecs:eu-central-1:123456789012:task-definition/checkout-api:{number}"))
        };
        let mut running = Running {
            service: Service {
                service_name: "checkout".into(),
                cluster_arn: "arn:aws:ecs:eu-central-1:123456789012:cluster/shop".into(),
                status: "ACTIVE".into(),
                desired_count: 2,
                deployments: vec![Deployment { task_definition: Some(revision(7)), ..Deployment::default() }],
                deployment_configuration: Some(DeploymentConfiguration {
                    deployment_circuit_breaker: Some(CircuitBreaker { enable: true, rollback: true }),
                    maximum_percent: Some(200),
                    minimum_healthy_percent: Some(100),
                    ..DeploymentConfiguration::default()
                }),
                ..Service::default()
            },
            revision: Described {
                arn: revision(7),
                status: "ACTIVE".into(),
                attributes: Vec::new(),
                tags: Vec::new(),
                text: String::new(),
            },
            newer: None,
            launch_types: std::collections::BTreeSet::new(),
            platform_version: None,
            digests: std::collections::BTreeMap::new(),
            busy: None,
        };
        change(&mut running);
        running
    }

    fn configuration(running: &mut Running) -> &mut DeploymentConfiguration {
        running.service.deployment_configuration.as_mut().unwrap()
    }

    fn flags(running: &Running, permits: &Permits) -> Vec<Permit> {
        of_service(running, permits).into_iter().map(|gate| gate.permit).collect()
    }

    #[test]
    fn nothing_speaks_against_a_service_that_keeps_its_tasks() {
        let running = running(|_| {});
        assert!(of_service(&running, &Permits::default()).is_empty());
        assert!(hazards(&running).is_empty());
    }

    #[test]
    fn a_newer_revision_needs_a_word_about_where_to_start() {
        let newer = RevisionArn("arn:aws:ecs:eu-central-1:123456789012:task-definition/checkout-api:9".into());
        let running = running(|running| running.newer = Some(newer));
        assert_eq!(flags(&running, &Permits::default()), [Permit::Flag("--base")]);
        let permits = Permits { base: Some(Base::Running), ..Permits::default() };
        assert_eq!(flags(&running, &permits), [Permit::Given("--base")]);
    }

    #[test]
    fn a_revision_that_cannot_come_back_is_in_the_way() {
        let running = running(|running| running.revision.status = "INACTIVE".into());
        assert_eq!(flags(&running, &Permits::default()), [Permit::Flag("--no-rollback")]);
    }

    #[test]
    fn downtime_has_to_be_accepted() {
        let none_healthy = running(|running| configuration(running).minimum_healthy_percent = Some(0));
        let only_one = running(|running| {
            running.service.desired_count = 1;
            configuration(running).maximum_percent = Some(100);
        });
        for running in [none_healthy, only_one] {
            assert_eq!(flags(&running, &Permits::default()), [Permit::Flag("--accept-downtime")]);
            let permits = Permits { accept_downtime: true, ..Permits::default() };
            assert_eq!(flags(&running, &permits), [Permit::Given("--accept-downtime")]);
        }
    }

    #[test]
    fn a_daemon_has_a_flag_of_its_own() {
        let running = running(|running| {
            running.service.scheduling_strategy = Some("DAEMON".into());
            configuration(running).minimum_healthy_percent = Some(0);
        });
        assert_eq!(flags(&running, &Permits::default()), [Permit::Flag("--include-daemon")]);
    }

    #[test]
    fn many_services_need_their_number() {
        assert_eq!(of_run(10, &Permits::default()), None);
        assert!(of_run(11, &Permits::default()).unwrap().next_step.contains("--max-services 11"));
        assert_eq!(of_run(11, &Permits { max_services: Some(11), ..Permits::default() }), None);
    }

    #[test]
    fn what_nobody_watches_has_to_be_accepted() {
        let unwatched = running(|running| configuration(running).deployment_circuit_breaker = None);
        assert_eq!(flags(&unwatched, &Permits::default()), [Permit::Flag("--accept-downtime")]);
        let empty = running(|running| {
            running.service.desired_count = 0;
            configuration(running).deployment_circuit_breaker = None;
        });
        assert!(of_service(&empty, &Permits::default()).is_empty());
        assert_eq!(hazards(&empty).len(), 1);
    }
}
