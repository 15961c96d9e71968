//! What a session asks of the world, and what is kept of it: plans under answers, the policy, and the answers of whoever quits.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ecs_harden_transforms::intent::Wishes;
use ecs_harden_transforms::model::TaskView;
use ecs_harden_transforms::pass::Provenance;
use jiff::civil::Date;

use super::CliError;
use super::apply::write_private;
use super::terms::Terms;
use crate::context::{Context, Terminal};
use crate::output::clean;
use crate::plan::{Plan, Refusal, RefusalKind};
use crate::policy::{Policy, record};
use crate::rollout::port::CtrlC;
use crate::session::terminal::{self, Abilities};
use crate::session::{
    Answers, Destination, Ending, Goal, Ground, Keeps, Lasting, Planner, PolicyChange, Proposed, Saved, Session,
    Subject, Verdict, digest,
};
use crate::source::{self, Found, Input};

/// What a session is held about.
pub(super) struct Table<'t> {
    pub(super) found: &'t Found,
    pub(super) bytes: &'t [u8],
    /// Its place among all of the run, and how many there are.
    pub(super) place: (usize, usize),
    pub(super) goal: Goal,
    /// Whether it goes on with what was answered before.
    pub(super) resume: bool,
}

/// How it ended.
pub(super) enum Sat {
    /// Somebody decided.
    Decided(Box<Decided>),
    /// There is no plan at all.
    Refused(Refusal),
    /// There is nothing to decide.
    NothingToAsk(Box<Plan>),
    /// Somebody wants none of it.
    Abandoned,
    /// Somebody goes on another time.
    Quit,
    /// Ctrl-C.
    Interrupted,
}

/// What somebody decided.
pub(super) struct Decided {
    /// The plan that was shown.
    pub(super) plan: Plan,
    /// Where it goes.
    pub(super) to: Destination,
    /// The policy to write.
    policy: Option<(PathBuf, PolicyChange)>,
    /// Where the answers are until everything is written.
    saved: Option<PathBuf>,
}

impl Decided {
    /// Writes the policy, where the answers are kept. What was written before this needs no session any more.
    pub(super) fn keep(&self, context: &mut Context) -> Result<(), CliError> {
        if let Some((path, change)) = &self.policy {
            if path.symlink_metadata().is_ok() {
                source::replace(path, change.before.as_bytes(), change.after.as_bytes())?;
            } else {
                source::create(path, change.after.as_bytes())?;
            }
            writeln!(context.err, "answers kept: {}", clean(&change.shown))?;
        }
        forget(self.saved.as_deref());
        Ok(())
    }
}

/// Refuses where nobody can be asked, and names what does the same.
pub(super) fn need_a_terminal(instead: &str, context: &Context) -> Result<(), CliError> {
    if context.terminal == Terminal::No {
        return Err(CliError::refused("nobody can be asked: this is no terminal", instead));
    }
    Ok(())
}

/// Holds a session.
pub(super) fn hold(table: &Table<'_>, terms: &mut Terms<'_>, context: &mut Context) -> Result<Sat, CliError> {
    let found = table.found;
    let in_force = terms.of(found)?;
    let strict = match Plan::of(table.bytes, &in_force.wishes, context.fault) {
        Ok(plan) => plan,
        Err(refusal) => return Ok(Sat::Refused(refusal)),
    };
    terms.looked(&strict);
    let sitting = Sitting::new(table, terms, context)?;
    let plain = sitting.plan(&Answers::default()).map_err(|message| sitting.unworkable(&message))?.plan;
    let ground = Ground { shown: &found.shown, bytes: table.bytes, policy: &sitting.policy.before, plan: &plain };
    let state = context.state.as_ref().map(|state| state.join("sessions"));
    let saved = state.map(|state| state.join(format!("{}.json", digest(place(found).as_bytes()))));
    let answers = answers(table, ground, saved.as_deref(), context)?;
    let subject = Subject {
        shown: found.shown.clone(),
        policy: in_force.policy.clone(),
        place: table.place,
        goal: table.goal.clone(),
        keeps: if sitting.path.is_some() { Keeps::Policy } else { Keeps::Nothing },
    };
    let size = terminal::size_now();
    let mut session = Session::new(&sitting, subject, (size, context.today), answers)
        .map_err(|message| sitting.unworkable(&message))?;
    if session.is_empty() {
        return Ok(Sat::NothingToAsk(Box::new(strict)));
    }
    context.out.flush()?;
    let abilities = Abilities { colour: context.colour.err, moves: context.terminal == Terminal::Yes };
    // From here on a signal ends the session and not the process, so that the terminal comes back.
    let clock = context.cloud.clock(CtrlC::Interrupts);
    let ending = terminal::hold(&mut session, abilities, &|| clock.wait(Duration::ZERO).is_err())?;
    match ending {
        Ending::Interrupted => {
            writeln!(context.err, "interrupted: nothing was written")?;
            Ok(Sat::Interrupted)
        }
        Ending::Abandoned => {
            forget(saved.as_deref());
            writeln!(context.err, "abandoned: nothing was written")?;
            Ok(Sat::Abandoned)
        }
        Ending::Quit => {
            save(&Saved::of(ground, session.answers()), saved.as_deref(), context)?;
            Ok(Sat::Quit)
        }
        Ending::Decided { to, keep } => {
            let decided = sitting.decided(&session, to, keep)?;
            // Should writing fail, nothing has to be answered again.
            let text = Saved::of(ground, session.answers()).text();
            let saved = saved.filter(|path| write_private(path, text.as_bytes()).is_ok());
            Ok(Sat::Decided(Box::new(Decided { saved, ..decided })))
        }
    }
}

/// The answers to begin with: none, or those of whoever quit.
fn answers(
    table: &Table<'_>,
    ground: Ground<'_>,
    saved: Option<&Path>,
    context: &mut Context,
) -> Result<Answers, CliError> {
    let shown = clean(&table.found.shown);
    let text = saved.and_then(|path| fs::read_to_string(path).ok());
    if !table.resume {
        if text.is_some() {
            writeln!(context.err, "note: {shown}: answers of another time are kept; --resume goes on with them")?;
        }
        return Ok(Answers::default());
    }
    let Some(text) = text else {
        return Err(CliError::refused(format!("{shown}: no answers of another time are kept"), "leave --resume out"));
    };
    let Some(saved) = Saved::parse(&text) else {
        return Err(CliError::refused(
            format!("{shown}: the answers that are kept are of another version"),
            "leave --resume out, and answer again",
        ));
    };
    let changes = saved.changes(ground);
    if changes.is_empty() {
        return Ok(saved.answers());
    }
    Err(CliError::refused(
        format!("{shown}: this is not what was answered about: {}", changes.join("; ")),
        "leave --resume out, and answer again",
    ))
}

fn save(saved: &Saved, path: Option<&Path>, context: &mut Context) -> Result<(), CliError> {
    let kept = path.is_some_and(|path| write_private(path, saved.text().as_bytes()).is_ok());
    if kept {
        writeln!(context.err, "quit: nothing was written; --resume goes on with what was answered")?;
    } else {
        writeln!(context.err, "quit: nothing was written, and the answers could not be kept")?;
    }
    Ok(())
}

fn forget(saved: Option<&Path>) {
    // What is not there any more is forgotten.
    drop(saved.map(fs::remove_file));
}

/// What tells one definition from another between two runs.
fn place(found: &Found) -> String {
    match &found.input {
        Input::Live(live) => format!("live {}", live.name),
        Input::Stdin | Input::File(_) => format!("file {}", found.real.display()),
    }
}

/// Plans under answers.
struct Sitting<'s> {
    terms: &'s Terms<'s>,
    table: &'s Table<'s>,
    /// The file that holds the policy or would hold one; none where no policy is asked.
    path: Option<PathBuf>,
    /// Its text twice, to be changed.
    policy: PolicyChange,
    cwd: PathBuf,
    today: Date,
    fault: ecs_harden_transforms::engine::Fault,
}

impl<'s> Sitting<'s> {
    fn new(table: &'s Table<'s>, terms: &'s Terms<'s>, context: &Context) -> Result<Self, CliError> {
        let path = terms.place_of(table.found);
        let there = path.as_ref().filter(|path| path.symlink_metadata().is_ok());
        let bytes = there.map(|path| source::read(&Input::File(path.clone()), &mut std::io::empty())).transpose()?;
        // The policy was read before, so it is a text.
        let text = String::from_utf8(bytes.unwrap_or_default()).unwrap_or_default();
        let cwd = source::real(&context.cwd, &context.cwd);
        let shown = path.as_ref().map(|path| source::relative(&source::real(path, &cwd), &cwd)).unwrap_or_default();
        let policy = PolicyChange { shown, before: text.clone(), after: text };
        Ok(Self { terms, table, path, policy, cwd, today: context.today, fault: context.fault })
    }

    /// The policy as it says what was answered.
    fn change(&self, answers: &Answers, lasting: Lasting) -> Result<PolicyChange, String> {
        let document = crate::plan::read(self.table.bytes).map_err(|refusal| refusal.message)?;
        let said = answers.as_policy(&TaskView::new(&document), lasting);
        let after = record(&self.policy.before, &said).map_err(|error| error.to_string())?;
        let after = if self.policy.before.is_empty() { after.trim_start().to_owned() } else { after };
        Ok(PolicyChange { after, ..self.policy.clone() })
    }

    /// What a run under this policy text wishes.
    fn wishes(&self, policy: &str) -> Result<Wishes, String> {
        let policy = Policy::parse(&self.policy.shown, policy, self.today).map_err(|error| error.to_string())?;
        Ok(self.terms.under(self.table.found, Some(&policy)))
    }

    fn plan_under(&self, wishes: &Wishes) -> Result<Plan, String> {
        Plan::of(self.table.bytes, wishes, self.fault)
            .map_err(|refusal| format!("{}; {}", refusal.message, refusal.next_step))
    }

    /// What was decided, proven to be what comes of it without a person.
    fn decided(&self, session: &Session<'_>, to: Destination, keep: bool) -> Result<Decided, CliError> {
        let answers = session.answers();
        let unworkable = |message: String| self.unworkable(&message);
        let now = self.change(answers, Lasting::ThisTime).map_err(unworkable)?;
        let plan = self.plan_under(&self.wishes(&now.after).map_err(unworkable)?).map_err(unworkable)?;
        if plan.hardened_text() != session.plan().hardened_text() {
            return Err(self.unproven("what was shown is not what comes of the answers"));
        }
        let mut policy = None;
        if let Some(path) = self.path.clone().filter(|_| keep) {
            let change = self.change(answers, Lasting::NextTime).map_err(unworkable)?;
            let kept = self.plan_under(&self.wishes(&change.after).map_err(unworkable)?).map_err(unworkable)?;
            let for_now = answers.verdicts.values().any(|verdict| *verdict == Verdict::Skip);
            if !for_now && kept.hardened_text() != plan.hardened_text() {
                return Err(self.unproven("the policy would not say what was answered"));
            }
            policy = Some((path, change));
        }
        Ok(Decided { plan, to, policy, saved: None })
    }

    fn unproven(&self, message: &str) -> CliError {
        let next_step = "nothing was written; this is a bug of ecs-harden: please report it with the version and the pass, not the file";
        let refusal = Refusal {
            message: message.to_owned(),
            next_step: next_step.to_owned(),
            at: None,
            kind: RefusalKind::Unproven,
        };
        CliError::Plan { shown: self.table.found.shown.clone(), refusal }
    }

    fn unworkable(&self, message: &str) -> CliError {
        let next_step = "nothing was written; look at the policy, or go without -i";
        CliError::usage(format!("{}: {message}", clean(&self.table.found.shown)), next_step)
    }
}

impl Planner for Sitting<'_> {
    fn plan(&self, answers: &Answers) -> Result<Proposed, String> {
        let change = self.change(answers, Lasting::ThisTime)?;
        let mut wishes = self.wishes(&change.after)?;
        // A guess that nobody answered about yet is shown as what it would become.
        wishes.selection.vouched = Provenance::BuiltInDefault;
        Ok(Proposed { plan: self.plan_under(&wishes)?, answered: new_lines(&change) })
    }

    fn policy(&self, answers: &Answers) -> Result<PolicyChange, String> {
        self.change(answers, Lasting::NextTime)
    }

    fn place(&self, path: &str) -> Result<(), String> {
        let place = self.cwd.join(path);
        let directory = place.parent().unwrap_or(&self.cwd);
        if place.symlink_metadata().is_ok() {
            Err(format!("{} is there already; name another file", clean(path)))
        } else if directory.is_dir() {
            Ok(())
        } else {
            Err(format!("there is no directory {}", clean(&directory.display().to_string())))
        }
    }
}

/// The lines that are new in a policy, from 1.
fn new_lines(change: &PolicyChange) -> BTreeSet<usize> {
    let diff = similar::TextDiff::configure().diff_lines(change.before.as_str(), change.after.as_str());
    let new = diff.iter_all_changes().filter(|change| change.tag() == similar::ChangeTag::Insert);
    new.filter_map(|change| change.new_index()).map(|index| index + 1).collect()
}
