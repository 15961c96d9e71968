//! What counts: files that were touched, findings that are new, and policy and baseline as they were before the change under review.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ecs_harden_transforms::pass::PassId;
use ecs_harden_transforms::waiver::{Ruling, Says, Waiver};

use crate::baseline::{self, Baseline, Entry};
use crate::cli::args::Run;
use crate::cli::args::check::Check;
use crate::cli::{CliError, terms};
use crate::context::{Context, Verbosity};
use crate::git::{Repository, Touched, Tree};
use crate::output::json::{File, Gate};
use crate::output::review::Proposed;
use crate::output::{clean, counted};
use crate::policy::{Policies, Policy};
use crate::source::{self, Expanded, Found, Input, SourceError};

/// What somebody has to pass to get in.
pub(super) struct Doorway<'a> {
    arguments: &'a Check,
    /// The commit that policy and baseline are taken from.
    pub(super) tree: Option<Tree>,
    baseline: Option<Kept>,
    /// What is to be written.
    fresh: Vec<Entry>,
}

/// A baseline, its file as users should see it, and the real directory that its paths start from.
struct Kept {
    shown: String,
    directory: PathBuf,
    baseline: Baseline,
    /// Entries of the file here that are not in the one that counts.
    added: Vec<Entry>,
}

impl<'a> Doorway<'a> {
    /// What the flags ask for.
    pub(super) fn of(arguments: &'a Check, context: &Context) -> Result<Self, CliError> {
        let flags = &arguments.gate;
        let asks_git = flags.changed_since.is_some();
        if asks_git && (arguments.target.is_live() || arguments.paths.iter().any(|path| path.as_os_str() == "-")) {
            return Err(CliError::usage("--changed-since is about files of a repository", "name files or directories"));
        }
        let tree = match &flags.policy_from {
            Some(revision) => Some(Repository::of(&context.cwd)?.tree(revision)?),
            None => None,
        };
        let baseline = match &flags.baseline {
            Some(path) => Some(Kept::read(path, tree.as_ref(), context)?),
            None => None,
        };
        Ok(Self { arguments, tree, baseline, fresh: Vec::new() })
    }

    /// What was touched, where that was asked for.
    pub(super) fn touched(&self, context: &Context) -> Result<Touched, CliError> {
        let Some(revision) = &self.arguments.gate.changed_since else { return Ok(Touched::default()) };
        let mut touched = Repository::of(&context.cwd)?.touched_since(revision)?;
        let mut policies =
            Policies::new(self.arguments.run.policy.choice(), &context.cwd, context.today).at(self.tree.as_ref());
        for (new, old) in touched.moved.clone() {
            // A definition that merely moved is none of this change, if it was looked at before, and by the same policy.
            let known = source::has_fitting_name(&old) && self.is_asked_for(&old, context);
            let mut policy = |path: &Path| {
                let policy = policies.of_directory(path.parent().unwrap_or(path))?;
                Ok::<_, CliError>(policy.map(|policy| policy.shown.clone()))
            };
            if known && policy(&new)? == policy(&old)? {
                touched.forgive(&new);
            }
        }
        Ok(touched)
    }

    /// Whether a path is one of those that are looked at, or below one.
    fn is_asked_for(&self, path: &Path, context: &Context) -> bool {
        let asked = &self.arguments.paths;
        let here = [PathBuf::from(".")];
        let mut asked = if asked.is_empty() { here.iter() } else { asked.iter() };
        asked.any(|asked| path.starts_with(source::real(asked, &context.cwd)))
    }

    /// Takes out what was not touched. Whether that is why nothing is left.
    pub(super) fn keep_touched(
        &self,
        touched: &Touched,
        expanded: &mut Expanded,
        context: &mut Context,
    ) -> Result<bool, CliError> {
        let Some(revision) = &self.arguments.gate.changed_since else { return Ok(false) };
        let all = expanded.found.len();
        expanded.found.retain(|found| touched.holds(&found.real));
        let is_gone = |error: &SourceError| {
            let real = error.path().map(|path| source::real(path, &context.cwd));
            real.is_some_and(|real| {
                touched.gone.range(real.clone()..).next().is_some_and(|gone| gone.starts_with(&real))
            })
        };
        let mut gone: Vec<String> = expanded.errors.iter().filter(|error| is_gone(error)).filter_map(shown).collect();
        expanded.errors.retain(|error| !is_gone(error));
        if all == 0 && gone.is_empty() {
            gone = self.definitions_that_were(touched, revision, context)?;
        }
        for path in &gone {
            writeln!(context.err, "note: {path}: gone since {}, so there is nothing to check", clean(revision))?;
        }
        if all == 0 && gone.is_empty() {
            // Nothing was found at all, which is told as always.
            return Ok(false);
        }
        if context.verbosity != Verbosity::Quiet {
            let left = expanded.found.len();
            writeln!(context.err, "note: {left} of {} touched since {}", counted(all, "file"), clean(revision))?;
        }
        Ok(expanded.found.is_empty() && expanded.errors.is_empty())
    }

    /// Definitions that were there, and are gone: a change may take the last one away.
    fn definitions_that_were(
        &self,
        touched: &Touched,
        revision: &str,
        context: &Context,
    ) -> Result<Vec<String>, CliError> {
        let tree = Repository::of(&context.cwd)?.tree(revision)?;
        let cwd = source::real(&context.cwd, &context.cwd);
        let mut were = Vec::new();
        for path in &touched.gone {
            if source::has_fitting_name(path)
                && self.is_asked_for(path, context)
                && let Some(bytes) = tree.read(path)?
                && source::mentions_containers(bytes.as_slice()).is_ok_and(|mentions| mentions)
            {
                were.push(clean(&source::relative(path, &cwd)));
            }
        }
        Ok(were)
    }

    /// What the files here add to policy and baseline beyond what counts; told on stderr first.
    pub(super) fn proposed(&self, expanded: &Expanded, context: &mut Context) -> Result<Vec<Proposed>, CliError> {
        let Some(tree) = &self.tree else { return Ok(Vec::new()) };
        let choice = self.arguments.run.policy.choice();
        let cwd = context.cwd.clone();
        let mut here = Policies::new(choice, &cwd, context.today);
        let mut there = Policies::new(choice, &cwd, context.today).at(Some(tree));
        let (mut proposed, mut seen) = (Vec::new(), BTreeSet::new());
        for found in expanded.found.iter().chain(&expanded.twins) {
            let (new, old) = (here.of(found)?, there.of(found)?);
            let name = new.as_ref().map(|policy| policy.shown.clone());
            if let Some(new) = new
                && seen.insert((name, old.as_ref().map(|policy| policy.shown.clone())))
            {
                proposed.extend(added(&new, old.as_deref()));
            }
        }
        if let Some(kept) = &self.baseline {
            let entry = |entry: &Entry| Proposed {
                what: format!("an entry of the baseline: {}", entry.phrase()),
                file: kept.shown.clone(),
                line: None,
            };
            proposed.extend(kept.added.iter().map(entry));
        }
        for Proposed { what, file, line } in &proposed {
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            let revision = clean(&tree.revision);
            writeln!(
                context.err,
                "note: {}{line}: {}: not in {revision}, so it does not count",
                clean(file),
                clean(what)
            )?;
        }
        Ok(proposed)
    }

    /// Marks what the baseline holds, or takes everything for a new one. Whether something decides the exit status.
    pub(super) fn mark(&mut self, found: &Found, file: &mut File) -> bool {
        if let Some(path) = &self.arguments.gate.write_baseline {
            self.fresh.extend(baseline::entries(&name(found, &directory(path)), file));
            for finding in file.findings.iter_mut().filter(|finding| finding.gate != Some(Gate::Waived)) {
                finding.gate = Some(Gate::Known);
            }
        }
        if let Some(kept) = &mut self.baseline
            && file.refusal.is_none()
        {
            kept.baseline.mark(&name(found, &kept.directory), file);
        }
        file.findings.iter().any(|finding| finding.gate == Some(Gate::Counts))
    }

    /// Tells what of the baseline is of no use any more, or writes the new one.
    pub(super) fn close(self, run: &Run, context: &mut Context) -> Result<(), CliError> {
        if let Some(kept) = &self.baseline {
            let selected: BTreeSet<&str> = terms::selected(run)?.into_iter().map(|PassId(id)| id).collect();
            let (shown, advice) = (clean(&kept.shown), "write it anew with --write-baseline");
            for (old, new) in kept.baseline.moved() {
                writeln!(
                    context.err,
                    "note: {shown}: what it holds of {} is taken for {}; {advice}",
                    clean(old),
                    clean(new)
                )?;
            }
            for entry in kept.baseline.stale(|pass| selected.contains(pass)) {
                writeln!(
                    context.err,
                    "warning: {shown}: nothing answers to {} any more; {advice}",
                    clean(&entry.phrase())
                )?;
            }
        }
        if let Some(path) = &self.arguments.gate.write_baseline {
            let count = counted(self.fresh.len(), "finding");
            source::create(path, baseline::render(self.fresh).as_bytes())?;
            writeln!(context.err, "wrote {} with {count}", clean(&path.display().to_string()))?;
        }
        Ok(())
    }
}

impl Kept {
    fn read(path: &Path, tree: Option<&Tree>, context: &Context) -> Result<Self, CliError> {
        let shown = path.display().to_string();
        let parsed = |bytes: &[u8]| {
            baseline::parse(bytes).map_err(|error| {
                CliError::usage(format!("{}: {error}", clean(&shown)), "write one with --write-baseline")
            })
        };
        let here = source::read(&Input::File(path.to_owned()), &mut io::empty());
        // One outside of the repository is beyond the reach of a change.
        let place = tree.and_then(|tree| tree.place(path, &context.cwd));
        let then = tree.zip(place.as_deref());
        let (entries, added) = match then {
            None => {
                let bytes = here.map_err(|error| {
                    let message = error.to_string();
                    CliError::usage(message, "`ecs-harden check --write-baseline FILE` writes one")
                })?;
                (parsed(&bytes)?, Vec::new())
            }
            Some((tree, place)) => {
                let there = tree.read(place)?;
                let there = there.map(|bytes| parsed(&bytes)).transpose()?.unwrap_or_default();
                let here = here.ok().map(|bytes| parsed(&bytes)).transpose()?.unwrap_or_default();
                let added = beyond(here, &there);
                (there, added)
            }
        };
        let directory = then.and_then(|(_, place)| place.parent().map(Path::to_owned));
        let directory = directory.unwrap_or_else(|| self::directory(path));
        Ok(Self { baseline: Baseline::new(entries, &directory), shown, directory, added })
    }
}

/// The entries that are more than those.
fn beyond(mut entries: Vec<Entry>, those: &[Entry]) -> Vec<Entry> {
    for entry in those {
        if let Some(position) = entries.iter().position(|other| other == entry) {
            entries.remove(position);
        }
    }
    entries
}

/// The real directory of a file that may not be there yet.
fn directory(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    parent.canonicalize().unwrap_or_else(|_| parent.to_owned())
}

/// An input as a baseline names it. A registered revision goes by its family, since its number is another after each deployment.
fn name(found: &Found, directory: &Path) -> String {
    let path = source::from_directory(found, directory);
    match &found.input {
        Input::Live(_) => path.rsplit_once(':').map_or(path.clone(), |(family, _)| family.to_owned()),
        Input::File(_) | Input::Stdin => path,
    }
}

fn shown(error: &SourceError) -> Option<String> {
    Some(clean(&error.path()?.display().to_string()))
}

/// What a policy says beyond an older one.
fn added(new: &Policy, old: Option<&Policy>) -> Vec<Proposed> {
    let at = |written: &str| written.rsplit_once(':').and_then(|(_, line)| line.parse().ok());
    let same = |one: &Waiver, other: &Waiver| {
        let key = |waiver: &Waiver| {
            let globs = waiver.scope.globs().map(|glob| glob.map(str::to_owned));
            (waiver.pass, globs, waiver.subject.as_str().map(str::to_owned), waiver.expires.clone())
        };
        key(one) == key(other)
    };
    let waivers =
        new.waivers.iter().filter(|waiver| !old.is_some_and(|old| old.waivers.iter().any(|other| same(waiver, other))));
    let waivers = waivers.map(|waiver| Proposed {
        what: format!("a waiver of {}: {}", waiver.pass, waiver.reason),
        file: new.shown.clone(),
        line: at(&waiver.written),
    });
    let same = |one: &Ruling, other: &Ruling| {
        let key = |ruling: &Ruling| {
            let globs = ruling.scope.globs().map(|glob| glob.map(str::to_owned));
            (ruling.pass, globs, ruling.subject.as_str().map(str::to_owned), ruling.says)
        };
        key(one) == key(other)
    };
    let rulings =
        new.rulings.iter().filter(|ruling| !old.is_some_and(|old| old.rulings.iter().any(|other| same(ruling, other))));
    let rulings = rulings.map(|ruling| Proposed {
        what: match ruling.says {
            Says::Accept => format!("an accept of {}", ruling.pass),
            Says::Decline => format!("a decline of {}", ruling.pass),
        },
        file: new.shown.clone(),
        line: at(&ruling.written),
    });
    let settings = new.settings.iter().filter(|setting| {
        let is_old = |other: &crate::policy::Setting| {
            other.key == setting.key && other.value == setting.value && other.scope.globs() == setting.scope.globs()
        };
        !old.is_some_and(|old| old.settings.iter().any(is_old))
    });
    let settings = settings.map(|setting| Proposed {
        what: format!("a setting of {}", setting.key),
        file: new.shown.clone(),
        line: Some(setting.line),
    });
    waivers.chain(rulings).chain(settings).collect()
}
