//! What is told while a roll-out goes on: one line that changes at a terminal, plain lines in a pipe, JSON by lines for programs.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::output::clean;
use crate::rollout::api::Aws;
use crate::rollout::apply::Event;
use crate::rollout::carrier::{Look, Standing};
use crate::rollout::record::DeploymentId;

/// How it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A line that changes in place.
    Terminal,
    /// Lines, only when something changes.
    Plain,
    /// A JSON object a line.
    Json,
}

/// An event of a service or a family, ready to be told.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Message {
    about: String,
    at: Timestamp,
    kind: Kind,
    /// Whether it repeats words of a service.
    quoted: bool,
    sentence: String,
    json: Json,
}

/// How often something like it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Once.
    News,
    /// A state that may be told again and again.
    State,
    /// Time that is left of a bake.
    Left,
}

impl Message {
    pub(super) fn new(about: &str, aws: &Aws<'_>, event: &Event<'_>) -> Self {
        let kind = match event {
            Event::Baking(left) if !left.is_zero() => Kind::Left,
            Event::Look(_) | Event::Baking(_) => Kind::State,
            _ => Kind::News,
        };
        let quoted = matches!(event, Event::Service(_) | Event::Blind(_));
        Self {
            about: about.to_owned(),
            at: aws.clock().now(),
            kind,
            quoted,
            sentence: sentence(aws, event),
            json: to_json(aws, event),
        }
    }
}

/// Tells the events of one run.
pub(super) struct Teller {
    form: Form,
    /// The last state of each service, so that nothing is told twice.
    last: BTreeMap<String, (Kind, String)>,
    /// What services said already.
    quoted: BTreeSet<String>,
    /// Whether a line that changes stands there.
    open: bool,
}

impl Teller {
    pub(super) const fn new(form: Form) -> Self {
        Self { form, last: BTreeMap::new(), quoted: BTreeSet::new(), open: false }
    }

    /// Tells one event.
    pub(super) fn tell(&mut self, message: &Message, out: &mut dyn Write) -> io::Result<()> {
        let Message { about, at, kind, json, sentence, .. } = message;
        if self.form == Form::Json {
            let mut value = json.clone();
            value["at"] = json!(at.to_string());
            value["about"] = json!(about);
            writeln!(out, "{value}")?;
            return out.flush();
        }
        if *kind != Kind::News {
            let known = self.last.insert(about.clone(), (*kind, sentence.clone()));
            let same = known.is_some_and(|(before, told)| {
                // In a pipe it is no news how much time is left.
                told == *sentence || (self.form == Form::Plain && before == Kind::Left && *kind == Kind::Left)
            });
            if same {
                return Ok(());
            }
        }
        let line = clean(&format!("{about}: {sentence}"));
        // ECS tells some things every few seconds.
        if message.quoted && !self.quoted.insert(line.clone()) {
            return Ok(());
        }
        if self.form == Form::Terminal && *kind != Kind::News {
            write!(out, "\r\x1b[2K{} {line}", clock(*at))?;
            self.open = true;
        } else {
            self.close(out)?;
            writeln!(out, "{} {line}", clock(*at))?;
        }
        out.flush()
    }

    /// Ends a line that changes, so that others can write below it.
    pub(super) fn close(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if std::mem::take(&mut self.open) {
            writeln!(out)?;
        }
        Ok(())
    }
}

fn clock(now: Timestamp) -> String {
    now.strftime("%H:%M:%SZ").to_string()
}

fn sentence(aws: &Aws<'_>, event: &Event<'_>) -> String {
    match event {
        Event::Registered(registration) if registration.reused => {
            format!("{} is that already, and is used", registration.revision.short())
        }
        Event::Registered(registration) => format!("registered {}", registration.revision.short()),
        Event::Begun(deployment) => format!("deployment {} begun", id(deployment)),
        Event::Look(look) => seen(look),
        Event::Service(event) => format!("ECS: {}", aws.shown(&event.message)),
        Event::Blind(error) => format!("looking failed, trying again: {error}"),
        Event::Baking(left) if left.is_zero() => "looked at long enough".into(),
        Event::Baking(left) => format!("complete; looking at it for {} more", time(*left)),
        Event::TakingBack(reason) => format!("taking it back: {reason}"),
        Event::Deregistered(revision) => format!("deregistered {}", revision.short()),
        Event::Note(note) => (*note).to_owned(),
    }
}

fn seen(look: &Look) -> String {
    let sight = &look.sight;
    let stage = sight.stage.as_ref().map(|stage| format!(", {stage}")).unwrap_or_default();
    let standing = match &look.standing {
        Standing::Underway => String::new(),
        Standing::Waiting { on } => format!("; waits for {on}"),
        Standing::Ready => "; steady".into(),
        Standing::Done => "; complete".into(),
        Standing::Failed { reason } => format!("; failed: {reason}"),
        Standing::GoingBack { reason } => format!("; going back: {reason}"),
        Standing::WentBack { reason } => format!("; went back: {reason}"),
        Standing::Superseded { .. } => "; another deployment is shown in its place".into(),
    };
    format!(
        "{} of {} new running, {} pending, {} failed, {} old{stage}{standing}",
        sight.running, sight.desired, sight.pending, sight.failed, sight.old
    )
}

fn id(deployment: &DeploymentId) -> &str {
    match deployment {
        DeploymentId::Ecs { id, .. } | DeploymentId::CodeDeploy { id, .. } => id,
        DeploymentId::External { task_set, .. } => task_set,
    }
}

/// `90s` as `1m 30s`.
pub(super) fn time(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds}s"),
        (minutes, 0) => format!("{minutes}m"),
        (minutes, seconds) => format!("{minutes}m {seconds}s"),
    }
}

fn to_json(aws: &Aws<'_>, event: &Event<'_>) -> Json {
    match event {
        Event::Registered(registration) => json!({
            "event": "registered",
            "revision": registration.revision,
            "reused": registration.reused,
            "twice": registration.twice,
        }),
        Event::Begun(deployment) => json!({ "event": "begun", "deployment": deployment }),
        Event::Look(look) => {
            let sight = &look.sight;
            json!({
                "event": "look",
                "standing": standing(&look.standing),
                "desired": sight.desired,
                "running": sight.running,
                "pending": sight.pending,
                "failed": sight.failed,
                "old": sight.old,
                "stage": sight.stage,
            })
        }
        Event::Service(event) => json!({ "event": "service", "message": aws.shown(&event.message) }),
        Event::Blind(error) => json!({ "event": "blind", "error": error.to_string() }),
        Event::Baking(left) => json!({ "event": "baking", "secondsLeft": left.as_secs() }),
        Event::TakingBack(reason) => json!({ "event": "taking-back", "reason": reason }),
        Event::Deregistered(revision) => json!({ "event": "deregistered", "revision": revision }),
        Event::Note(note) => json!({ "event": "note", "note": note }),
    }
}

const fn standing(standing: &Standing) -> &'static str {
    match standing {
        Standing::Underway => "underway",
        Standing::Waiting { .. } => "waiting",
        Standing::Ready => "ready",
        Standing::Done => "done",
        Standing::Failed { .. } => "failed",
        Standing::GoingBack { .. } => "going-back",
        Standing::WentBack { .. } => "went-back",
        Standing::Superseded { .. } => "superseded",
    }
}
