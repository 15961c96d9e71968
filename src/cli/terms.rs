//! The terms of a run: what flags and policy say about each input, which policy that is, and which of its waivers were of use.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ecs_harden_transforms::arn::Region;
use ecs_harden_transforms::intent::{ExecUse, Selection, ToldImage, Whose, Wishes};
use ecs_harden_transforms::knobs::{Knobs, Layer, Layers, Scope, Subject, Written};
use ecs_harden_transforms::model::{TargetWish, TaskView};
use ecs_harden_transforms::pass::{Applicability, PassId, Provenance};
use ecs_harden_transforms::passes;
use ecs_harden_transforms::waiver::{Waiver, WaiverState, Waivers};

use super::CliError;
use super::args::{Run, YesNo};
use super::steer::{Lens, Waived};
use crate::context::{Context, Variable};
use crate::image;
use crate::output::clean;
use crate::plan::Plan;
use crate::policy::{Policies, Policy, set};
use crate::source::{Found, Input};

/// The terms of one run.
pub(super) struct Terms<'a> {
    selection: Selection,
    target: TargetWish,
    run: &'a Run,
    environment: Option<Layer>,
    flags: Vec<Layer>,
    images: Arc<[ToldImage]>,
    /// Which of them are about a container.
    images_used: Vec<bool>,
    policies: Policies<'a>,
    waived: Waived,
    wishes: BTreeMap<Option<String>, Arc<Wishes>>,
    /// The last line that named a policy.
    announced: Option<String>,
    waivers: BTreeMap<String, Use>,
}

/// What is in force for one input.
pub(super) struct InForce {
    /// The policy, as users should see it.
    pub(super) policy: Option<String>,
    /// What comes of it and of the flags.
    pub(super) wishes: Arc<Wishes>,
}

/// What became of a waiver in this run.
struct Use {
    waiver: Waiver,
    state: UseState,
}

/// From the least to the most that can be said of a waiver.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum UseState {
    /// Nothing that it names was looked at.
    Elsewhere,
    /// What it names was looked at.
    Looked,
    /// A finding matched it.
    Matched,
}

impl<'a> Terms<'a> {
    /// What the flags state.
    pub(super) fn new(
        run: &'a Run,
        lens: Lens<'a>,
        cwd: &'a std::path::Path,
        context: &Context,
    ) -> Result<Self, CliError> {
        let images = images(run)?;
        let flags = run.set.iter().map(|argument| set::layer(argument)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            selection: Selection {
                passes: selected(run)?.into_iter().collect(),
                named: run.only.iter().filter_map(|id| passes::find(id)).map(|pass| pass.id).collect(),
                floor: if run.safe_only { Applicability::Safe } else { Applicability::Unsafe },
                vouched: if run.no_defaults { Provenance::Catalogue } else { Provenance::BuiltInDefault },
            },
            target: TargetWish(run.launch_type.iter().copied().collect()),
            run,
            environment: environment(context.region.as_ref()),
            flags,
            images_used: vec![false; images.len()],
            images: images.into(),
            policies: Policies::new(run.policy.choice(), cwd, context.today).at(lens.tree),
            waived: lens.waivers,
            wishes: BTreeMap::new(),
            announced: None,
            waivers: BTreeMap::new(),
        })
    }

    /// The policy that is about an input, and the wishes that come of it and the flags.
    pub(super) fn of(&mut self, found: &Found) -> Result<InForce, CliError> {
        let policy = self.policies.of(found)?;
        let name = policy.as_ref().map(|policy| policy.shown.clone());
        let live = match &found.input {
            Input::Live(live) => Some(live),
            Input::Stdin | Input::File(_) => None,
        };
        if let Some(known) = self.wishes.get(&name).filter(|_| live.is_none()) {
            return Ok(InForce { policy: name, wishes: known.clone() });
        }
        for waiver in policy.iter().flat_map(|policy| &policy.waivers).filter(|_| self.waived == Waived::Counts) {
            let unused = Use { waiver: waiver.clone(), state: UseState::Elsewhere };
            self.waivers.entry(waiver.written.clone()).or_insert(unused);
        }
        let wishes = Arc::new(self.under(found, policy.as_deref()));
        if live.is_none() {
            self.wishes.insert(name.clone(), wishes.clone());
        }
        Ok(InForce { policy: name, wishes })
    }

    /// What comes of the flags and of this policy for an input.
    pub(super) fn under(&self, found: &Found, policy: Option<&Policy>) -> Wishes {
        let live = match &found.input {
            Input::Live(live) => Some(live),
            Input::Stdin | Input::File(_) => None,
        };
        let written = policy.iter().flat_map(|policy| policy.layers.iter().cloned());
        let waivers: Vec<Waiver> = policy
            .iter()
            .filter(|_| self.waived == Waived::Counts)
            .flat_map(|policy| policy.waivers.iter().cloned())
            .collect();
        let rulings = policy.iter().flat_map(|policy| policy.rulings.iter().cloned()).collect();
        Wishes {
            selection: self.selection.clone(),
            target: TargetWish(
                self.target.0.iter().chain(live.iter().flat_map(|live| &live.launch_types)).copied().collect(),
            ),
            os: self.run.os,
            layers: Layers::from(
                self.environment.iter().cloned().chain(written).chain(self.flags.iter().cloned()).collect::<Vec<_>>(),
            ),
            waivers: Waivers::from(waivers).with(rulings),
            images: self.images.clone(),
            pins: live.map(|live| live.pins.clone()).unwrap_or_default(),
            exec: match (self.run.exec, live.and_then(|live| live.exec)) {
                (Some(said), _) => ExecUse::said(said == YesNo::Yes, Provenance::Flag),
                (None, Some(is_used)) => ExecUse::said(is_used, Provenance::Running),
                (None, None) => ExecUse::NotKnown,
            },
        }
    }

    /// The file that holds the policy for an input, or would hold one.
    pub(super) fn place_of(&self, found: &Found) -> Option<PathBuf> {
        self.policies.place_of(found)
    }

    /// The policy that is about an input.
    pub(super) fn policy(&mut self, found: &Found) -> Result<Option<Arc<Policy>>, CliError> {
        Ok(self.policies.of(found)?)
    }

    /// The line that names the policy, where it is another than for the input before.
    pub(super) fn header(&mut self, policy: Option<&str>) -> Option<String> {
        let name = policy.map_or_else(|| "none: built-in defaults".to_owned(), clean);
        let line = format!("policy {name}\n");
        (self.announced.as_ref() != Some(&line)).then(|| {
            self.announced = Some(line.clone());
            line
        })
    }

    /// Remembers which waivers a plan had a use for.
    pub(super) fn looked(&mut self, plan: &Plan) {
        let task = TaskView::new(&plan.document);
        let seen = task.seen();
        for (told, used) in self.images.iter().zip(&mut self.images_used) {
            *used |= seen.iter().any(|container| told.is_of(container, seen.len() == 1));
        }
        for waiver in plan.outcome.intent.wishes.waivers.iter() {
            let about = seen
                .iter()
                .map(Subject::from)
                .chain([Subject::from(&task)])
                .any(|subject| waiver.scope.covers(subject));
            let matched = plan
                .outcome
                .findings
                .iter()
                .any(|judged| plan.waiver(judged).is_some_and(|found| found.written == waiver.written));
            let state = match (matched, about) {
                (true, _) => UseState::Matched,
                (false, true) => UseState::Looked,
                (false, false) => UseState::Elsewhere,
            };
            if let Some(known) = self.waivers.get_mut(&waiver.written) {
                known.state = known.state.max(state);
            }
        }
    }

    /// What is to be said at the end: images that are about nothing, and waivers: those that matched nothing where they might have, and those that are over.
    pub(super) fn warnings(&self) -> impl Iterator<Item = String> {
        let images = self.images.iter().zip(&self.images_used).filter(|(_, used)| !**used);
        let images = images.map(|(told, _)| {
            format!("{}: no container runs this image; say which one does: CONTAINER={}", told.shown, told.shown)
        });
        let runs = |pass: PassId| self.selection.passes.contains(&pass);
        let waivers = self.waivers.values().filter(move |used| runs(used.waiver.pass)).filter_map(|used| {
            let Waiver { pass, written, expires, .. } = &used.waiver;
            match (used.state, used.waiver.state) {
                (UseState::Matched, WaiverState::Expired) => {
                    let day = expires.as_deref().unwrap_or_default();
                    Some(format!("{written}: the waiver of {pass} expired on {day}, so what it waived counts again"))
                }
                (UseState::Looked, _) => {
                    Some(format!("{written}: the waiver of {pass} matches no finding; take it out"))
                }
                (UseState::Matched, WaiverState::Holds) | (UseState::Elsewhere, _) => None,
            }
        });
        images.chain(waivers)
    }
}

/// What the environment says; a region that is none says nothing.
fn environment(variable: Option<&Variable>) -> Option<Layer> {
    let mut knobs = Knobs::default();
    let variable = variable?;
    let region = Region::try_from(variable.value.clone()).ok()?;
    knobs.secrets.region = Some(region.clone());
    knobs.logs.region = Some(region);
    let written = Written { name: variable.name.to_owned(), ..Written::default() };
    Some(Layer { origin: Provenance::Environment, scope: Scope::everything(), knobs, written: Arc::new(written) })
}

/// What the images that flags name say of themselves.
fn images(run: &Run) -> Result<Vec<ToldImage>, CliError> {
    let shown = |path: &Path| clean(&path.display().to_string());
    let mut told = Vec::new();
    for argument in &run.image_config {
        let (scope, path) = whose(argument)?;
        let (file, configs) = image::configs(path)?;
        for config in configs {
            let whose = scope.clone().map_or_else(|| Whose::Image(config.names.clone()), Whose::Named);
            told.push(ToldImage { whose, config, shown: shown(path), file: shown(&file) });
        }
    }
    for argument in &run.dockerfile {
        let (scope, path) = whose(argument)?;
        let whose = scope.map_or_else(|| Whose::Image(Vec::new()), Whose::Named);
        told.push(ToldImage { whose, config: image::dockerfile(path)?, shown: shown(path), file: shown(path) });
    }
    Ok(told)
}

/// The containers before the `=`, if there is one, and the path. Container names hold no slash.
fn whose(argument: &str) -> Result<(Option<Scope>, &Path), CliError> {
    match argument.split_once('=') {
        Some((container, path)) if !container.contains('/') => {
            let scope = Scope::of(None, Some(container)).map_err(|_| {
                CliError::usage(
                    "the container before = is not a valid glob",
                    "write [CONTAINER=]FILE, where the name may hold * and ?",
                )
            })?;
            Ok((Some(scope), Path::new(path)))
        }
        _ => Ok((None, Path::new(argument))),
    }
}

/// The passes that run.
pub(super) fn selected(run: &Run) -> Result<Vec<PassId>, CliError> {
    chosen(&run.only, &run.skip)
}

/// The passes that `--only` and `--skip` choose.
pub(super) fn chosen(only: &[String], skip: &[String]) -> Result<Vec<PassId>, CliError> {
    let known = |id: &String| {
        passes::find(id).map(|pass| pass.id).ok_or_else(|| {
            CliError::usage(
                format!("there is no pass `{id}`; the nearest is `{}`", passes::nearest(id)),
                "`ecs-harden passes` lists them",
            )
        })
    };
    let only = only.iter().map(known).collect::<Result<Vec<_>, _>>()?;
    let skip = skip.iter().map(known).collect::<Result<Vec<_>, _>>()?;
    if only.is_empty() { Ok(passes::ids().filter(|id| !skip.contains(id)).collect()) } else { Ok(only) }
}
