//! Where reports go: never over each other, nor over what the run reads.

use std::path::{Path, PathBuf};

use crate::cli::CliError;
use crate::cli::args::check::Check;
use crate::context::Context;
use crate::output::clean;
use crate::policy::{self, Choice};
use crate::source::{self, Expanded, Input};

/// The files that `check` writes, as users named them, and where they really are.
pub(super) struct Places(Vec<(PathBuf, PathBuf)>);

impl Places {
    /// What the flags ask for. Two reports in one place, and one in the place of the baseline or of a policy, are refused.
    pub(super) fn of(arguments: &Check, context: &Context) -> Result<Self, CliError> {
        let named = arguments.told.output.iter().map(|output| &output.path).chain(&arguments.gate.write_baseline);
        let mut places: Vec<(PathBuf, PathBuf)> = Vec::new();
        for path in named {
            let place = place(path, &context.cwd);
            if places.iter().any(|(_, other)| *other == place) {
                let message = format!("two reports go to {}", clean(&path.display().to_string()));
                return Err(CliError::usage(message, "give each a file of its own"));
            }
            places.push((path.clone(), place));
        }
        let places = Self(places);
        if let Some(baseline) = &arguments.gate.baseline {
            places.keep_off("the baseline is there", |place| *place == self::place(baseline, &context.cwd))?;
        }
        places.keep_off("a policy is there", |place| match arguments.run.policy.choice() {
            Choice::Named(named) if *place == self::place(named, &context.cwd) => true,
            _ => place.file_name().is_some_and(|name| name == policy::FILE_NAME),
        })?;
        Ok(places)
    }

    /// Refuses a report in the place of something that is looked at.
    pub(super) fn spare(&self, expanded: &Expanded) -> Result<(), CliError> {
        let is_input = |place: &Path| {
            expanded.found.iter().any(|found| matches!(found.input, Input::File(_)) && found.real == place)
        };
        self.keep_off("it is looked at itself", |place| is_input(place))
    }

    fn keep_off(&self, why: &str, is_taken: impl Fn(&PathBuf) -> bool) -> Result<(), CliError> {
        match self.0.iter().find(|(_, place)| is_taken(place)) {
            None => Ok(()),
            Some((path, _)) => {
                let message = format!("no report can go to {}: {why}", clean(&path.display().to_string()));
                Err(CliError::usage(message, "name another file; `check` changes no file that it reads"))
            }
        }
    }
}

/// The file itself, behind all links, whether it is there yet or not.
fn place(path: &Path, cwd: &Path) -> PathBuf {
    let path = cwd.join(path);
    path.canonicalize().unwrap_or_else(|_| match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => source::real(parent, cwd).join(name),
        _ => path,
    })
}
