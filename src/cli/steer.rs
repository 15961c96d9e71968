//! What every command over documents shares: flags to wishes, inputs to plans, refusals to lines.

use std::path::{Path, PathBuf};

use ecs_harden_transforms::intent::{Selection, Wishes};
use ecs_harden_transforms::knobs::{Knobs, Layer, Layers, Scope};
use ecs_harden_transforms::model::{TargetWish, TaskView};
use ecs_harden_transforms::pass::{Applicability, PassId, Provenance};
use ecs_harden_transforms::passes;
use ecs_harden_transforms::waiver::Waivers;

use super::args::{FailOn, Run};
use super::{CliError, Exit};
use crate::context::{Context, Verbosity};
use crate::output::{clean, json, text};
use crate::plan::{Plan, Refusal, RefusalKind};
use crate::policy::set;
use crate::source::{self, Found, Input, Origin, SourceError};

/// The wishes that the flags state, and below them what the environment says.
pub(super) fn wishes(run: &Run, region: Option<&str>) -> Result<Wishes, CliError> {
    let flags = run.set.iter().map(|argument| set::layer(argument)).collect::<Result<Vec<_>, _>>()?;
    let layers: Vec<Layer> = environment(region).into_iter().chain(flags).collect();
    Ok(Wishes {
        selection: Selection {
            passes: selected(run)?.into_iter().collect(),
            named: run.only.iter().filter_map(|id| passes::find(id)).map(|pass| pass.id).collect(),
            floor: if run.safe_only { Applicability::Safe } else { Applicability::Unsafe },
            vouched: if run.no_defaults { Provenance::Environment } else { Provenance::BuiltInDefault },
        },
        target: TargetWish(run.launch_type.iter().copied().collect()),
        os: run.os,
        layers: Layers::from(layers),
        waivers: Waivers::default(),
    })
}

/// What the environment says; a region that is none says nothing.
fn environment(region: Option<&str>) -> Option<Layer> {
    let mut knobs = Knobs::default();
    knobs.logs.region = Some(region?.to_owned().try_into().ok()?);
    Some(Layer { origin: Provenance::Environment, scope: Scope::everything(), knobs })
}

fn selected(run: &Run) -> Result<Vec<PassId>, CliError> {
    let known = |id: &String| {
        passes::find(id).map(|pass| pass.id).ok_or_else(|| {
            CliError::usage(
                format!("there is no pass `{id}`; the nearest is `{}`", passes::nearest(id)),
                "`ecs-harden passes` lists them",
            )
        })
    };
    let only = run.only.iter().map(known).collect::<Result<Vec<_>, _>>()?;
    let skip = run.skip.iter().map(known).collect::<Result<Vec<_>, _>>()?;
    if only.is_empty() { Ok(passes::ids().filter(|id| !skip.contains(id)).collect()) } else { Ok(only) }
}

/// One input, and the plan for it or why there is none.
pub(super) struct Planned {
    /// The input.
    pub(super) found: Found,
    /// The bytes as they were read.
    pub(super) bytes: Vec<u8>,
    /// The plan.
    pub(super) plan: Result<Plan, Refusal>,
}

/// Plans the work on every input and hands each on as it is ready. Inputs that cannot be read at all are told on stderr. The
/// highest status counts.
pub(super) fn each(
    paths: &[PathBuf],
    run: &Run,
    context: &mut Context,
    mut next: impl FnMut(Planned, &mut Context) -> Result<Exit, CliError>,
) -> Result<Exit, CliError> {
    let wishes = wishes(run, context.region.as_deref())?;
    let expanded = source::expand(paths, &context.cwd);
    let mut unused = scopes(run)?;
    let mut worst = Exit::Clean;
    for error in &expanded.errors {
        let path = error.path().unwrap_or(Path::new("-"));
        let found =
            Found { input: Input::File(path.to_owned()), shown: path.display().to_string(), origin: Origin::Named };
        worst = worst.max(next(Planned { found, bytes: Vec::new(), plan: Err(unreadable(error)) }, context)?);
    }
    if expanded.found.is_empty() && expanded.errors.is_empty() {
        // A gate that looked into the wrong directory must not be green.
        return Err(CliError::usage(
            "no task definition found: no *.json, *.jsonc, *.json.* or *.tpl there mentions containerDefinitions",
            "name the files; a named file is read whatever it is called",
        ));
    }
    for found in expanded.found {
        let bytes = match source::read(&found.input, &mut context.stdin) {
            Ok(bytes) => bytes,
            Err(error) => {
                let plan = Err(unreadable(&error));
                worst = worst.max(next(Planned { found, bytes: Vec::new(), plan }, context)?);
                continue;
            }
        };
        let plan = Plan::of(&bytes, &wishes, context.fault);
        if let Ok(plan) = &plan {
            let seen = TaskView::new(&plan.document).seen();
            unused.retain(|(_, scope)| !seen.iter().any(|container| scope.covers(container.into())));
        }
        worst = worst.max(next(Planned { found, bytes, plan }, context)?);
    }
    for (key, _) in unused {
        writeln!(context.err, "warning: --set {key} matches no container")?;
    }
    Ok(worst)
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

/// The refusal of a text that cannot be read at all.
fn unreadable(error: &SourceError) -> Refusal {
    Refusal { message: error.to_string(), next_step: error.next_step().into(), at: None, kind: RefusalKind::Unreadable }
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
        Ok(plan) => json::planned(&planned.found.shown, plan, written),
        Err(refusal) => json::refused(&planned.found.shown, refusal, planned.found.origin),
    }
}

/// Whether findings of a plan decide the exit status: those that stay, by severity, and with `--strict` what cannot be told.
pub(super) fn judged(
    plan: &Plan,
    fail_on: FailOn,
    strict: bool,
    stays: impl Fn(&ecs_harden_transforms::engine::Judged) -> bool,
) -> Exit {
    let weak =
        plan.weaknesses().filter(|judged| stays(judged)).any(|judged| fail_on.counts(judged.finding.pass.severity));
    let undetermined = strict && plan.undetermined().any(|judged| fail_on.counts(judged.finding.pass.severity));
    if weak || undetermined { Exit::Findings } else { Exit::Clean }
}
