//! What every command over documents shares: flags to wishes, inputs to plans, refusals to lines.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use ecs_harden_transforms::engine::{Decision, Fault, Judged};
use ecs_harden_transforms::knobs::Scope;
use ecs_harden_transforms::model::TaskView;

use super::args::{FailOn, Format, Run};
use super::terms::{InForce, Terms};
use super::{CliError, Exit};
use crate::ahead;
use crate::context::{Context, Verbosity};
use crate::git::Tree;
use crate::output::json::Gate;
use crate::output::{clean, json, text};
use crate::plan::{Plan, Refusal, RefusalKind};
use crate::policy::set;
use crate::source::{self, Expanded, Found, Input, Origin, SourceError};

/// One input, and the plan for it or why there is none.
pub(super) struct Planned {
    /// The input.
    pub(super) found: Found,
    /// The bytes as they were read.
    pub(super) bytes: Vec<u8>,
    /// The plan.
    pub(super) plan: Result<Plan, Refusal>,
    /// The policy that was in force, as users should see it.
    pub(super) policy: Option<String>,
}

/// Where the line goes that names the policy in force.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Header {
    /// To standard output, before the report.
    Out,
    /// To standard error, since standard output holds nothing but the product.
    Err,
    /// Into the report, which must not break off: a policy that cannot be taken is told before it begins.
    Report,
    /// Nowhere: no policy is asked.
    None,
}

impl Header {
    /// Where it goes beside what `format` prints.
    pub(super) const fn beside(self, format: Format) -> Self {
        match format {
            Format::Text => self,
            Format::Json => Self::Report,
        }
    }
}

/// What a command over documents works on.
#[derive(Clone, Copy)]
pub(super) struct Job<'a> {
    /// Which documents.
    pub(super) inputs: Inputs<'a>,
    /// The flags.
    pub(super) run: &'a Run,
    /// Where the policy is named.
    pub(super) header: Header,
    /// How the policy is taken.
    pub(super) lens: Lens<'a>,
}

/// How policies are taken.
#[derive(Clone, Copy, Default)]
pub(super) struct Lens<'a> {
    /// As they are at this commit, if not as they are here.
    pub(super) tree: Option<&'a Tree>,
    /// With waivers, or without.
    pub(super) waivers: Waived,
}

/// What waivers do.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Waived {
    /// What they say.
    #[default]
    Counts,
    /// Nothing.
    Ignored,
}

/// Which documents a command works on.
#[derive(Clone, Copy)]
pub(super) enum Inputs<'a> {
    /// Those that arguments name: files, directories, standard input.
    Named(&'a [PathBuf]),
    /// These, which were read already.
    Read(&'a [Found]),
    /// These, which were found already.
    Expanded(&'a Expanded),
}

impl Inputs<'_> {
    /// The texts themselves, and those of `beyond` that are below a directory among them.
    pub(super) fn expand(self, beyond: &BTreeSet<PathBuf>, context: &Context) -> Expanded {
        match self {
            Self::Named(paths) => source::expand_beyond(paths, beyond, &context.cwd, context.workers),
            Self::Read(found) => Expanded { found: found.to_vec(), ..Expanded::default() },
            Self::Expanded(_) => Expanded::default(),
        }
    }
}

/// Plans the work on every input and hands each on in the order of the inputs. Inputs that cannot be read at all are told on stderr.
/// The highest status counts.
///
/// Several inputs are planned at once, and `draw` makes of each plan what is costly to make; `next`, which alone touches the world, is
/// called for one after the other.
pub(super) fn each<T: Send>(
    job: Job<'_>,
    context: &mut Context,
    draw: impl Fn(&Planned) -> T + Sync,
    mut next: impl FnMut(Planned, T, &mut Context) -> Result<Exit, CliError>,
) -> Result<Exit, CliError> {
    let cwd = context.cwd.clone();
    let terms = RefCell::new(Terms::new(job.run, job.lens, &cwd, context)?);
    let own;
    let expanded = match job.inputs {
        Inputs::Expanded(expanded) => expanded,
        inputs => {
            own = inputs.expand(&BTreeSet::new(), context);
            &own
        }
    };
    let mut unused = scopes(job.run)?;
    if job.header == Header::Report {
        // A policy that cannot be taken is told before the report begins, which would break off.
        expanded.found.iter().try_for_each(|found| terms.borrow_mut().of(found).map(drop))?;
    }
    let mut worst = Exit::Clean;
    for error in &expanded.errors {
        let path = error.path().unwrap_or(Path::new("-")).to_owned();
        let (input, shown) = (Input::File(path.clone()), path.display().to_string());
        let found = Found { input, shown, real: source::real(&path, &cwd), origin: Origin::Named };
        let planned = unread(found, error);
        let drawn = draw(&planned);
        worst = worst.max(next(planned, drawn, context)?);
    }
    if expanded.found.is_empty() && expanded.errors.is_empty() {
        // A gate that looked into the wrong directory must not be green.
        return Err(CliError::usage(
            "no task definition found: no *.json, *.jsonc, *.json.* or *.tpl there mentions containerDefinitions",
            "name the files; a named file is read whatever it is called",
        ));
    }
    let (workers, fault) = (context.workers, context.fault);
    let inputs = expanded.found.iter().cloned().map(|found| {
        let terms = terms.borrow_mut().of(&found);
        Asked { found, terms }
    });
    let plan = |asked: Asked, stdin: &mut dyn io::Read| {
        let planned = asked.plan(stdin, fault)?;
        let drawn = draw(&planned);
        Ok((planned, drawn))
    };
    let work = |asked: Asked| match asked.found.input {
        Input::Stdin => Ahead::Waits(asked),
        Input::File(_) | Input::Live(_) => Ahead::Done(Box::new(plan(asked, &mut io::empty()))),
    };
    ahead::in_order(workers, inputs, work, |ahead| {
        let (planned, drawn) = match ahead {
            Ahead::Done(done) => (*done)?,
            Ahead::Waits(asked) => plan(asked, &mut context.stdin)?,
        };
        announce(job, &planned, &mut terms.borrow_mut(), context)?;
        if let Ok(plan) = &planned.plan {
            terms.borrow_mut().looked(plan);
            let seen = TaskView::new(&plan.document).seen();
            unused.retain(|(_, scope)| !seen.iter().any(|container| scope.covers(container.into())));
        }
        worst = worst.max(next(planned, drawn, context)?);
        Ok::<_, CliError>(())
    })?;
    for (key, _) in unused {
        writeln!(context.err, "warning: --set {key} matches no container")?;
    }
    for warning in terms.borrow().warnings() {
        writeln!(context.err, "warning: {}", clean(&warning))?;
    }
    Ok(worst)
}

/// An input whose turn has not come yet.
struct Asked {
    found: Found,
    terms: Result<InForce, CliError>,
}

/// What is made of an input ahead of its turn.
enum Ahead<T> {
    /// Everything.
    Done(Box<Result<(Planned, T), CliError>>),
    /// Nothing: standard input is read when its turn comes.
    Waits(Asked),
}

impl Asked {
    /// Reads the input and plans the work on it.
    fn plan(self, stdin: &mut dyn io::Read, fault: Fault) -> Result<Planned, CliError> {
        let bytes = match source::read(&self.found.input, stdin) {
            Ok(bytes) => bytes,
            // No policy is asked about what cannot be read.
            Err(error) => return Ok(unread(self.found, &error)),
        };
        let InForce { policy, wishes } = self.terms?;
        let plan = Plan::of(&bytes, &wishes, fault);
        Ok(Planned { found: self.found, bytes, plan, policy })
    }
}

/// Names the policy that is in force, where it is another than for the input before.
fn announce(job: Job<'_>, planned: &Planned, terms: &mut Terms<'_>, context: &mut Context) -> Result<(), CliError> {
    let was_read = !matches!(&planned.plan, Err(refusal) if refusal.kind == RefusalKind::Unreadable);
    if was_read
        && matches!(job.header, Header::Out | Header::Err)
        && let Some(line) = terms.header(planned.policy.as_deref())
    {
        let to_out = job.header == Header::Out && context.verbosity != Verbosity::Quiet;
        let stream = if to_out { &mut context.out } else { &mut context.err };
        stream.write_all(line.as_bytes())?;
    }
    Ok(())
}

/// The `--set` flags that are about some containers only, so that one that is about none can be told.
fn scopes(run: &Run) -> Result<Vec<(String, Scope)>, CliError> {
    let mut scopes = Vec::new();
    for argument in &run.set {
        let scope = set::layer(argument)?.scope;
        if scope.names_containers() {
            scopes.push((clean(argument.split('=').next().unwrap_or_default()), scope));
        }
    }
    Ok(scopes)
}

/// An input that cannot be read at all.
fn unread(found: Found, error: &SourceError) -> Planned {
    let (message, next_step) = (error.to_string(), error.next_step().into());
    let refusal = Refusal { message, next_step, at: None, kind: RefusalKind::Unreadable };
    Planned { found, bytes: Vec::new(), plan: Err(refusal), policy: None }
}

/// Tells a refusal, as an error or as a note, and what it means for the exit status.
pub(super) fn refuse(found: &Found, refusal: &Refusal, context: &mut Context) -> Result<Exit, CliError> {
    let note = refusal.kind == RefusalKind::Foreign && found.origin == Origin::Walked;
    if refusal.kind == RefusalKind::Unreadable {
        writeln!(context.err, "error: {}\n  hint: {}", clean(&refusal.message), refusal.next_step)?;
    } else if !note {
        write!(context.err, "error: {}", text::refusal(&found.shown, refusal))?;
    } else if context.verbosity != Verbosity::Quiet {
        writeln!(context.err, "note: {}: skipped, {}", clean(&found.shown), clean(&refusal.message))?;
    }
    Ok(match refusal.kind {
        RefusalKind::Unproven => Exit::Unproven,
        _ if note => Exit::Clean,
        _ => Exit::Usage,
    })
}

/// The JSON report about one input.
pub(super) fn json_file(planned: &Planned, written: Option<bool>) -> json::File {
    match &planned.plan {
        Ok(plan) => json::planned(&planned.found.shown, plan, planned.policy.as_deref(), written),
        Err(refusal) => json::refused(&planned.found.shown, refusal, planned.found.origin),
    }
}

/// Whether findings of a plan decide the exit status: those that stay, by severity, and with `--strict` what cannot be told.
pub(super) fn judged(plan: &Plan, fail_on: FailOn, strict: bool, stays: impl Fn(&Judged) -> bool) -> Exit {
    let stays = |judged: &&Judged| judged.decision == Decision::Undetermined || stays(judged);
    let counts = |judged: &Judged| gate(judged, fail_on, strict) == Gate::Counts;
    if plan.outcome.findings.iter().filter(stays).any(counts) { Exit::Findings } else { Exit::Clean }
}

/// Whether a finding decides the exit status, and why not.
pub(super) fn gate(judged: &Judged, fail_on: FailOn, strict: bool) -> Gate {
    let is_severe = fail_on.counts(judged.finding.pass.severity);
    match judged.decision {
        Decision::Waived => Gate::Waived,
        Decision::Undetermined if !(strict && is_severe) => Gate::Undetermined,
        _ if is_severe => Gate::Counts,
        _ => Gate::Minor,
    }
}
