//! Carrying a proposal out: register, roll out service by service, stop at the first failure, and keep the record true all the way.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread;

use jiff::Timestamp;

use super::tell::{Form, Message, Teller};
use super::{records, revise, turn};
use crate::cli::CliError;
use crate::cli::args::Format;
use crate::cli::args::live::Apply;
use crate::cli::live::Way;
use crate::context::{Context, Terminal};
use crate::rollout::api::Aws;
use crate::rollout::apply::{Event, FailedRevision, OnFailure, Options, Verdict};
use crate::rollout::bake::Bake;
use crate::rollout::logs::Source;
use crate::rollout::port::CtrlC;
use crate::rollout::proposal::{Member, Proposal, Unit};
use crate::rollout::record::{self, DeploymentId, Entry, Outcome, Record};
use crate::rollout::register::Registration;
use crate::rollout::watch::Patience;

/// What became of a run.
pub(super) struct Carried {
    /// What became of each service, by its number in the record.
    pub(super) verdicts: BTreeMap<usize, Verdict>,
    /// What stopped the run before a service's turn came.
    pub(super) stopped: Option<CliError>,
    /// What was registered, by the number of the unit.
    pub(super) registrations: BTreeMap<usize, Registration>,
    /// The record.
    pub(super) record: Record,
    /// Where it is kept.
    pub(super) place: Place,
}

/// Where what a run did is kept, so that another one can go on.
pub(super) enum Place {
    /// In a record.
    Record(PathBuf),
    /// Nowhere: this service of this cluster was looked at.
    Service(String, String),
}

impl Place {
    /// The flags with which other commands go on.
    pub(super) fn flags(&self) -> String {
        match self {
            Self::Record(path) => format!("--record {}", path.display()),
            Self::Service(cluster, service) => format!("--cluster {cluster} --service {service}"),
        }
    }

    /// The path of the record.
    pub(super) fn record(&self) -> Option<String> {
        match self {
            Self::Record(path) => Some(path.display().to_string()),
            Self::Service(..) => None,
        }
    }
}

impl Carried {
    /// A run of which nothing was done yet.
    pub(super) fn new(record: Record, place: Place) -> Self {
        Self { verdicts: BTreeMap::new(), stopped: None, registrations: BTreeMap::new(), record, place }
    }

    /// Takes down what became of a service.
    pub(super) fn judge(&mut self, number: usize, verdict: Verdict) {
        let entry = &mut self.record.services[number];
        entry.outcome = verdict.outcome.unwrap_or(Outcome::NotVerified);
        entry.reason.clone_from(&verdict.reason);
        if verdict.deployment.is_some() {
            entry.deployment.clone_from(&verdict.deployment);
        }
        self.verdicts.insert(number, verdict);
    }

    /// Writes the record.
    pub(super) fn save(&self) -> Result<(), CliError> {
        match &self.place {
            Place::Record(path) => records::write(path, &self.record),
            Place::Service(..) => Ok(()),
        }
    }
}

/// What stops a run apart from a service that failed.
pub(super) struct Stopped {
    /// What, and what to do.
    pub(super) error: CliError,
    /// What was registered by then, and is used by nothing.
    pub(super) registered: Option<Registration>,
}

/// What a worker tells the run.
enum Note {
    Told(Message),
    Begun(usize, DeploymentId),
}

/// Carries a proposal out.
pub(super) fn carry_out(proposal: &Proposal, arguments: &Apply, context: &mut Context) -> Result<Carried, CliError> {
    // From here on Ctrl-C ends what waits, so that it can be told where things stand.
    let way = Way::new(&arguments.target.account, CtrlC::Interrupts, context)?;
    let aws = way.aws();
    aws.veil(proposal.names(), proposal.hidden());
    let began = aws.clock().now();
    let place = records::place(arguments.record.as_deref(), began, context)?;
    let form = form(arguments.format, context);
    let carried = Carried::new(begin(proposal, began), Place::Record(place));
    carried.save()?;
    let mut run =
        Run { aws: &aws, proposal, arguments, options: options(arguments), teller: Teller::new(form), carried };
    run.all(context)?;
    let stream = if form == Form::Json { &mut context.out } else { &mut context.err };
    run.teller.close(stream)?;
    if form == Form::Terminal && run.carried.verdicts.values().any(|verdict| verdict.interrupted) {
        // `^C` stands there.
        writeln!(context.err)?;
    }
    Ok(run.carried)
}

/// How progress is told.
pub(super) fn form(format: Format, context: &Context) -> Form {
    match format {
        Format::Json => Form::Json,
        Format::Text if context.terminal == Terminal::Yes => Form::Terminal,
        Format::Text => Form::Plain,
    }
}

struct Run<'r> {
    aws: &'r Aws<'r>,
    proposal: &'r Proposal,
    arguments: &'r Apply,
    options: Options,
    teller: Teller,
    carried: Carried,
}

/// One service of a proposal, with the numbers of its unit and of its line in the record.
#[derive(Clone)]
pub(super) struct Turn<'r> {
    pub(super) unit: usize,
    pub(super) member: &'r Member,
    pub(super) number: usize,
    /// Whether the definition has a health check.
    pub(super) checked: bool,
    /// Where its containers write their logs.
    pub(super) logs: Arc<[Source]>,
}

impl Run<'_> {
    fn all(&mut self, context: &mut Context) -> Result<(), CliError> {
        // A family alone is registered and no more.
        for (number, unit) in self.proposal.units.iter().enumerate() {
            if unit.members.is_empty() && unit.input.is_some() && !self.register(number, context)? {
                return Ok(());
            }
        }
        let forced = self.proposal.forced;
        let mut places = places(self.proposal, self.aws.region());
        places.retain(|place| self.proposal.units[place.unit].input.is_some() || forced);
        // The first service goes alone.
        let mut next = 0;
        while next < places.len() {
            let many = if next == 0 { 1 } else { self.arguments.how.parallel.get() };
            let batch = &places[next..places.len().min(next + many)];
            next += batch.len();
            for place in batch {
                if !self.register(place.unit, context)? {
                    return Ok(());
                }
            }
            let done = self.roll_out(batch, context)?;
            if !done.iter().all(is_well) {
                return self.clean_up(batch, &done, context);
            }
        }
        Ok(())
    }

    /// Registers the revision of a unit, once; says whether the run goes on.
    fn register(&mut self, number: usize, context: &mut Context) -> Result<bool, CliError> {
        if self.carried.registrations.contains_key(&number) {
            return Ok(true);
        }
        let unit = &self.proposal.units[number];
        let about = unit.base.family();
        match revise::register(self.aws, unit, self.arguments, &self.carried.registrations) {
            Ok(registration) => {
                self.told(about, &Event::Registered(&registration), context)?;
                for twice in &registration.twice {
                    let note =
                        format!("{} was registered too, because an answer was lost; nothing uses it", twice.short());
                    self.told(about, &Event::Note(&note), context)?;
                }
                self.carried.registrations.insert(number, registration);
                Ok(true)
            }
            Err(stopped) => {
                let Stopped { error, registered } = *stopped;
                if let Some(registration) = registered {
                    self.discard(number, &registration, context)?;
                }
                self.carried.stopped = Some(error);
                Ok(false)
            }
        }
    }

    /// Rolls out to several services at once, and waits for all of them.
    fn roll_out(&mut self, batch: &[Turn<'_>], context: &mut Context) -> Result<Vec<Verdict>, CliError> {
        for place in batch {
            let after = self.carried.registrations[&place.unit].revision.clone();
            let entry = &mut self.carried.record.services[place.number];
            // Written before anything is sent: if this is the last that is heard of it, whoever goes on has to look.
            entry.after = Some(after);
            entry.outcome = Outcome::NotVerified;
            entry.reason = Some("it was about to be deployed, and nothing is known since".into());
        }
        self.save()?;
        let (sender, receiver) = mpsc::channel();
        let (aws, options, arguments) = (self.aws, self.options.clone(), self.arguments);
        let registrations = self.carried.registrations.clone();
        let verdicts = thread::scope(|scope| {
            let workers: Vec<_> = batch
                .iter()
                .map(|place| {
                    let (sender, options, ours) = (sender.clone(), &options, &registrations);
                    scope.spawn(move || {
                        let title = place.member.running.title();
                        let mut tell = teller(&sender, &title, place.number, aws);
                        turn::run(aws, place, ours, (options, arguments), &mut tell)
                    })
                })
                .collect();
            drop(sender);
            let told = self.listen(&receiver, context);
            let verdicts = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| turn::broken()));
            let verdicts: Vec<Verdict> = verdicts.collect();
            told.map(|()| verdicts)
        })?;
        for (place, verdict) in batch.iter().zip(&verdicts) {
            self.carried.judge(place.number, verdict.clone());
        }
        self.save()?;
        Ok(verdicts)
    }

    fn listen(&mut self, receiver: &mpsc::Receiver<Note>, context: &mut Context) -> Result<(), CliError> {
        let mut failed = None;
        // What cannot be told is no reason to stop watching.
        for note in receiver {
            let told = match note {
                Note::Told(message) => self.tell(&message, context),
                Note::Begun(number, deployment) => {
                    let entry = &mut self.carried.record.services[number];
                    (entry.deployment, entry.outcome, entry.reason) = (Some(deployment), Outcome::Begun, None);
                    self.save()
                }
            };
            if let Err(error) = told {
                failed.get_or_insert(error);
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// Deregisters the revisions of services that do not run them, so that their family alone means the old one again.
    fn clean_up(&mut self, batch: &[Turn<'_>], done: &[Verdict], context: &mut Context) -> Result<(), CliError> {
        let mut seen = Vec::new();
        for (place, verdict) in batch.iter().zip(done) {
            let gone = matches!(verdict.outcome, Some(Outcome::RolledBack | Outcome::NotBegun));
            if gone && self.proposal.units[place.unit].input.is_some() && !seen.contains(&place.unit) {
                seen.push(place.unit);
                let registration = self.carried.registrations[&place.unit].clone();
                self.discard(place.unit, &registration, context)?;
            }
        }
        Ok(())
    }

    fn discard(&mut self, unit: usize, registration: &Registration, context: &mut Context) -> Result<(), CliError> {
        if self.options.failed_revision == FailedRevision::Keep {
            return Ok(());
        }
        let unit = &self.proposal.units[unit];
        match revise::discard(self.aws, unit, registration) {
            Ok(()) => self.told(unit.base.family(), &Event::Deregistered(&registration.revision), context),
            Err(why) => self.told(unit.base.family(), &Event::Note(&why), context),
        }
    }

    fn told(&mut self, about: &str, event: &Event<'_>, context: &mut Context) -> Result<(), CliError> {
        self.tell(&Message::new(about, self.aws, event), context)
    }

    fn tell(&mut self, message: &Message, context: &mut Context) -> Result<(), CliError> {
        let stream = if self.arguments.format == Format::Json { &mut context.out } else { &mut context.err };
        Ok(self.teller.tell(message, stream)?)
    }

    fn save(&self) -> Result<(), CliError> {
        self.carried.save()
    }
}

/// Sends what a turn tells to the thread that writes.
fn teller<'a>(sender: &'a Sender<Note>, about: &'a str, number: usize, aws: &'a Aws<'_>) -> impl FnMut(Event<'_>) + 'a {
    move |event| {
        // Nobody listens once the run has ended.
        if let Event::Begun(deployment) = &event {
            drop(sender.send(Note::Begun(number, (*deployment).clone())));
        }
        drop(sender.send(Note::Told(Message::new(about, aws, &event))));
    }
}

/// Whether others may follow.
fn is_well(verdict: &Verdict) -> bool {
    let unverified_but_empty = verdict.outcome == Some(Outcome::NotVerified) && verdict.nothing_runs;
    matches!(verdict.outcome, Some(Outcome::Verified | Outcome::WeaklyVerified)) || unverified_but_empty
}

fn places<'p>(proposal: &'p Proposal, region: &str) -> Vec<Turn<'p>> {
    let mut places = Vec::new();
    for (number, unit) in proposal.units.iter().enumerate() {
        let (checked, logs) = (unit.is_checked(), unit.logs(region));
        for member in &unit.members {
            places.push(Turn { unit: number, member, number: places.len(), checked, logs: logs.clone().into() });
        }
    }
    // Daemons go last, whichever revision they share.
    places.sort_by_key(|place| place.member.running.service.is_daemon());
    places
}

fn begin(proposal: &Proposal, began: Timestamp) -> Record {
    let entry = |unit: &Unit, member: &Member| Entry {
        cluster: member.running.cluster().to_owned(),
        service: member.running.service.service_arn.clone(),
        before: member.running.revision.arn.clone(),
        after: None,
        served_since: member.running.service.primary().and_then(|primary| primary.created_at),
        deployment: None,
        outcome: if unit.input.is_some() { Outcome::NotBegun } else { Outcome::Unchanged },
        reason: None,
    };
    let units = proposal.units.iter();
    Record {
        form: record::FORM,
        version: env!("CARGO_PKG_VERSION").into(),
        began,
        account: proposal.account.clone(),
        region: proposal.region.clone(),
        services: units.flat_map(|unit| unit.members.iter().map(move |member| entry(unit, member))).collect(),
    }
}

fn options(arguments: &Apply) -> Options {
    let how = &arguments.how;
    Options {
        patience: Patience { stall: how.stall, ..Patience::DEFAULT },
        bake: Bake { time: how.bake, pause: Patience::DEFAULT.pause, alarms: how.alarm.clone() },
        on_failure: if how.no_rollback { OnFailure::Leave } else { OnFailure::RollBack },
        failed_revision: if how.keep_failed_revision { FailedRevision::Keep } else { FailedRevision::Deregister },
    }
}
