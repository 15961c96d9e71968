//! From flags and what runs to a proposal. Only reads.

mod around;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use ecs_harden_transforms::document::Document;
use ecs_harden_transforms::emit;
use ecs_harden_transforms::model::{Digest, TaskView};

use super::images;
use crate::cli::args::live::Apply;
use crate::cli::sitting::{self, Sat, Table};
use crate::cli::steer::Lens;
use crate::cli::terms::Terms;
use crate::cli::{CliError, Exit, live};
use crate::context::Context;
use crate::output::clean;
use crate::plan::{Plan, Refusal, RefusalKind};
use crate::rollout::api::{Aws, Described};
use crate::rollout::gates::{self, Base, Gate, Permit, Permits};
use crate::rollout::preflight::Placement;
use crate::rollout::proposal::{Member, Proposal, Said, Unit};
use crate::rollout::running::{ReadError, Running};
use crate::rollout::same::is_same;
use crate::rollout::watch::Patience;
use crate::session::Goal;
use crate::source::{self, Found, Input};

/// Gathers what a run works on, in three steps: what runs, what it would become, what speaks against it.
pub(super) struct Gatherer<'g> {
    pub(super) arguments: &'g Apply,
    pub(super) aws: &'g Aws<'g>,
    pub(super) context: &'g mut Context,
    pub(super) permits: Permits,
    gates: Vec<Gate>,
    hazards: Vec<Said>,
    notices: Vec<Said>,
    confirmed: Vec<String>,
}

/// A revision to start from and the services that get what comes of it.
struct Group {
    base: Described,
    services: Vec<Running>,
}

impl<'g> Gatherer<'g> {
    pub(super) fn new(arguments: &'g Apply, aws: &'g Aws<'g>, context: &'g mut Context) -> Self {
        let permit = &arguments.permit;
        let permits = Permits {
            base: permit.base.map(Base::from),
            out_of_band: permit.out_of_band,
            pin_images: permit.pin_images,
            allow_new_image: permit.allow_new_image,
            accept_downtime: permit.accept_downtime,
            include_daemon: permit.include_daemon,
            allow_unchecked: permit.allow_unchecked,
            no_rollback: arguments.how.no_rollback,
            max_services: permit.max_services,
        };
        let (gates, hazards, notices, confirmed) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { arguments, aws, context, permits, gates, hazards, notices, confirmed }
    }

    /// The whole proposal.
    pub(super) fn proposal(mut self) -> Result<Proposal, CliError> {
        let account = self.aws.identity()?.account;
        let groups = self.groups()?;
        let cwd = self.context.cwd.clone();
        let mut terms = Terms::new(&self.arguments.run, Lens::default(), &cwd, self.context)?;
        let mut units = Vec::new();
        let count = groups.len();
        for (position, group) in groups.into_iter().enumerate() {
            units.push(self.unit(group, &account, &mut terms, (position + 1, count))?);
        }
        for warning in terms.warnings() {
            self.notices.push(Said { about: "policy".into(), text: warning });
        }
        let forced = self.arguments.how.force_new_deployment;
        let Self { gates, hazards, notices, confirmed, .. } = self;
        let region = self.aws.region().to_owned();
        Ok(Proposal { account, region, units, gates, hazards, notices, confirmed, forced })
    }

    /// The services by the revision that they run, in the order in which they go.
    fn groups(&mut self) -> Result<Vec<Group>, CliError> {
        if let Some(family) = &self.arguments.target.family {
            return Ok(vec![Group { base: live::family_revision(self.aws, family)?, services: Vec::new() }]);
        }
        let mut groups: Vec<Group> = Vec::new();
        for running in self.services()? {
            let base = match (&running.newer, self.permits.base) {
                (Some(newer), Some(Base::Latest)) => live::family_revision(self.aws, &newer.0)?,
                _ => running.revision.clone(),
            };
            match groups.iter_mut().find(|group| group.base.arn == base.arn) {
                Some(group) => group.services.push(running),
                None => groups.push(Group { base, services: vec![running] }),
            }
        }
        if self.arguments.file.is_some() && groups.iter().map(|group| group.services.len()).sum::<usize>() > 1 {
            return Err(CliError::usage(
                "--file takes one service",
                "name one with --service, and run it once for each",
            ));
        }
        Ok(groups)
    }

    /// What each service runs: the canary first, daemons last.
    fn services(&mut self) -> Result<Vec<Running>, CliError> {
        let mut services = Vec::new();
        for (name, running) in live::services(&self.arguments.target, self.aws)? {
            match running {
                Ok(running) => services.push(self.idle(running)?),
                Err(ReadError::Call(error)) => return Err(error.into()),
                Err(error @ ReadError::NoService { .. }) => {
                    let (reason, next_step) = live::unreadable(&error);
                    return Err(CliError::NoService { message: format!("{}: {reason}", clean(&name)), next_step });
                }
                Err(error) => {
                    let (reason, next_step) = live::unreadable(&error);
                    // Of all services those that cannot be changed this way are left out, by name.
                    if self.arguments.target.all_services {
                        self.notices.push(Said { about: name, text: format!("left out: {reason}; {next_step}") });
                    } else {
                        self.gates.push(Gate { about: Some(name), reason, next_step, permit: Permit::Never });
                    }
                }
            }
        }
        if let Some(canary) = &self.arguments.how.canary {
            let at = services.iter().position(|running| running.service.service_name == *canary);
            let at = at.ok_or_else(|| {
                CliError::usage(format!("the canary {} is not among the services", clean(canary)), "name one of them")
            })?;
            let canary = services.remove(at);
            services.insert(0, canary);
        }
        services.sort_by_key(|running| running.service.is_daemon());
        self.gates.extend(gates::of_run(services.len(), &self.permits));
        for running in &services {
            self.gates.extend(gates::of_service(running, &self.permits));
            let about = running.title();
            let hazards = gates::hazards(running).into_iter();
            self.hazards.extend(hazards.map(|text| Said { about: about.clone(), text }));
            if let Some(busy) = &running.busy {
                let (permit, next_step) = if self.arguments.how.wait_idle {
                    (Permit::Never, "it was waited for; look what keeps it, or wait longer with --stall")
                } else {
                    (Permit::Flag("--wait-idle"), "wait until it is done: --wait-idle")
                };
                self.gates.push(Gate::new(running, permit, busy.clone(), next_step));
            }
            self.alarms(running)?;
        }
        Ok(services)
    }

    /// A service once the deployments of others are done, where somebody wants to wait for that.
    fn idle(&mut self, mut running: Running) -> Result<Running, CliError> {
        let clock = self.aws.clock();
        let until = clock.now() + self.arguments.how.stall;
        let mut told = None;
        while let Some(busy) = running.busy.clone().filter(|_| self.arguments.how.wait_idle && clock.now() < until) {
            if told.as_ref() != Some(&busy) {
                writeln!(self.context.err, "waiting: {}: {}", clean(&running.title()), clean(&busy))?;
                told = Some(busy);
            }
            clock.wait(Patience::DEFAULT.pause).map_err(|_| CliError::refused("interrupted", "run it again"))?;
            let (cluster, name) = (running.cluster().to_owned(), running.service.service_name.clone());
            running = Running::read(self.aws, &cluster, &name).map_err(|error| match error {
                ReadError::Call(error) => error.into(),
                error => {
                    let (reason, next_step) = live::unreadable(&error);
                    CliError::refused(format!("{}: {reason}", clean(&name)), next_step)
                }
            })?;
        }
        Ok(running)
    }

    /// What becomes of one revision.
    fn unit(
        &mut self,
        group: Group,
        account: &str,
        terms: &mut Terms<'_>,
        place: (usize, usize),
    ) -> Result<Unit, CliError> {
        let Group { base, services } = group;
        let source = match &self.arguments.file {
            Some(path) => in_place(path, &base)?,
            None => base.clone(),
        };
        let pins = self.pins(&source, &services)?;
        let found = live::found(&source, Some(services.as_slice()).filter(|services| !services.is_empty()), pins);
        let found = match &self.arguments.file {
            Some(path) => Found {
                shown: path.display().to_string(),
                real: fs::canonicalize(path).unwrap_or_else(|_| path.clone()),
                ..found
            },
            None => found,
        };
        let refused = |refusal| CliError::Plan { shown: found.shown.clone(), refusal };
        let in_force = terms.of(&found)?;
        let bytes = source::read(&found.input, &mut self.context.stdin)?;
        let plan = if self.arguments.interactive {
            self.answered((&found, &bytes), terms, place)?
        } else {
            Plan::of(&bytes, &in_force.wishes, self.context.fault).map_err(refused)?
        };
        terms.looked(&plan);
        let input = register_input(&plan).map_err(refused)?;
        let before = read(&base)?;
        let input = Some(input).filter(|input| !is_same_as(input, &before));
        if let Some(input) = &input {
            let after = plan.outcome.hardened.as_ref().unwrap_or(&plan.document);
            let placement = Placement {
                account: account.to_owned(),
                platform_versions: services.iter().filter_map(|running| running.platform_version.clone()).collect(),
            };
            self.look_ahead(&before, after, &plan.outcome.intent.wishes.layers, &placement, &base)?;
            if self.arguments.file.is_some() {
                self.differences(&found.shown, &plan, &base)?;
            }
            for running in &services {
                self.reused(running, input)?;
            }
        } else if !self.arguments.how.force_new_deployment {
            // Nothing speaks against doing nothing.
            let titles: Vec<String> = services.iter().map(Running::title).collect();
            self.gates.retain(|gate| gate.about.as_ref().is_none_or(|about| !titles.contains(about)));
            self.hazards.retain(|hazard| !titles.contains(&hazard.about));
        }
        let policy = terms.policy(&found)?;
        let mut members = Vec::new();
        for running in services {
            if input.is_some() {
                self.ownership(&running, &base, policy.as_deref());
            }
            let carrier = self.carrier(&running, input.is_some() || self.arguments.how.force_new_deployment)?;
            members.push(Member { running, carrier });
        }
        let (shown, policy) = (found.shown, in_force.policy);
        Ok(Unit { shown, base: base.arn, attributes: base.attributes, policy, plan, input, members })
    }

    /// The plan that somebody answered for; their answers are kept first where they said so.
    fn answered(
        &mut self,
        (found, bytes): (&Found, &[u8]),
        terms: &mut Terms<'_>,
        place: (usize, usize),
    ) -> Result<Plan, CliError> {
        let table = Table { found, bytes, place, goal: Goal::RollOut, resume: self.arguments.resume };
        match sitting::hold(&table, terms, self.context)? {
            Sat::Decided(decided) => {
                decided.keep(self.context)?;
                Ok(decided.plan)
            }
            Sat::NothingToAsk(plan) => Ok(*plan),
            Sat::Refused(refusal) => Err(CliError::Plan { shown: found.shown.clone(), refusal }),
            Sat::Abandoned | Sat::Quit => Err(CliError::Ended(Exit::Refused)),
            Sat::Interrupted => Err(CliError::Ended(Exit::Interrupted)),
        }
    }

    /// The digests that run, where images are to be pinned; and what speaks against images that may move.
    fn pins(&mut self, base: &Described, services: &[Running]) -> Result<BTreeMap<String, Digest>, CliError> {
        let mut pins = BTreeMap::new();
        for running in services {
            for moving in images::moving(self.aws, base, running)? {
                match moving.digest.clone().filter(|_| self.permits.pin_images) {
                    Some(digest) => drop(pins.insert(moving.container.clone(), digest)),
                    None => self.gates.push(moving.gate(running, &self.permits)),
                }
            }
        }
        Ok(pins)
    }
}

/// What would be registered.
fn register_input(plan: &Plan) -> Result<String, Refusal> {
    let document = plan.outcome.hardened.as_ref().unwrap_or(&plan.document);
    emit::register_input(document).map_err(|error| Refusal {
        message: error.to_string(),
        next_step: error.next_step().into(),
        at: None,
        kind: if error.is_ours() { RefusalKind::Unproven } else { RefusalKind::Contradicted },
    })
}

/// The text of a file in place of that of the revision that runs.
fn in_place(path: &Path, base: &Described) -> Result<Described, CliError> {
    let bytes = source::read(&Input::File(path.to_owned()), &mut std::io::empty())?;
    let shown = path.display().to_string();
    let document = crate::plan::read(&bytes).map_err(|refusal| CliError::Plan { shown: shown.clone(), refusal })?;
    if TaskView::new(&document).family() != Some(base.arn.family()) {
        return Err(CliError::refused(
            format!("the family in {} is not {}, which the service runs", clean(&shown), base.arn.family()),
            "name the service that runs this family, or put the family right in the file",
        ));
    }
    if let Some(span) = emit::unrendered(&document) {
        let refusal = Refusal {
            message: "a placeholder stands here, and ECS would take it as it is".into(),
            next_step: "let your deploy tool fill the file in first, and give what comes out".into(),
            at: Some(document.lines().position(span.start)),
            kind: RefusalKind::Contradicted,
        };
        return Err(CliError::Plan { shown, refusal });
    }
    Ok(Described { text: document.text().to_owned(), ..base.clone() })
}

/// A registered revision, as a document.
fn read(base: &Described) -> Result<Document, CliError> {
    crate::plan::read(base.text.as_bytes())
        .map_err(|refusal| CliError::Plan { shown: base.arn.short().to_owned(), refusal })
}

/// Whether registering the input would make this revision again.
fn is_same_as(input: &str, before: &Document) -> bool {
    let parsed = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    let before = emit::register_input(before).ok().and_then(|text| parsed(&text));
    parsed(input).zip(before).is_some_and(|(planned, registered)| is_same(&planned, &registered))
}
