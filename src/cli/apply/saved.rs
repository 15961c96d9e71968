//! A plan that was shown, saved so that exactly that is done later, or nothing. It holds no text and no value of a definition: on use the
//! proposal is made again and compared.

use std::path::Path;

use clap::Parser as _;
use ecs_harden_transforms::engine::Decision;
use serde::{Deserialize, Serialize};

use super::records::write_private;
use crate::cli::args::live::Apply;
use crate::cli::{Cli, CliError, Command};
use crate::context::Context;
use crate::output::clean;
use crate::rollout::proposal::{Proposal, Unit, digest};

/// The form of the file; another one is refused.
const FORM: u32 = 1;

/// A plan that was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Saved {
    form: u32,
    version: String,
    account: String,
    region: String,
    /// The flags that it was made with.
    arguments: Vec<String>,
    revisions: Vec<Revision>,
}

/// What would become of one revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Revision {
    /// The revision that it starts from.
    from: String,
    /// SHA-256 of its text.
    before: String,
    /// SHA-256 of what would be registered; none where nothing changes.
    after: Option<String>,
    /// The edits, without their values.
    edits: Vec<SavedEdit>,
    /// What became of each finding.
    decisions: Vec<String>,
    services: Vec<SavedService>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct SavedEdit {
    op: String,
    path: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SavedService {
    service: String,
    runs: String,
}

/// Flags that are about one run and not about the plan, with how many arguments follow.
const OF_ONE_RUN: [(&str, usize); 5] =
    [("--dry-run", 0), ("--plan-out", 1), ("--yes", 0), ("--record", 1), ("--verify", 1)];

/// Saves a proposal, for its owner's eyes.
pub(super) fn write(path: &Path, proposal: &Proposal, context: &Context) -> Result<(), CliError> {
    let saved = Saved {
        form: FORM,
        version: env!("CARGO_PKG_VERSION").into(),
        account: proposal.account.clone(),
        region: proposal.region.clone(),
        arguments: lasting(&context.arguments),
        revisions: proposal.units.iter().map(revision).collect(),
    };
    let text = serde_json::to_string_pretty(&saved).expect("a saved plan has only strings for keys");
    write_private(&context.cwd.join(path), format!("{text}\n").as_bytes()).map_err(|_| {
        CliError::usage(
            format!("the plan cannot be written to {}", clean(&path.display().to_string())),
            "name a place that can be written to",
        )
    })
}

/// Reads a plan.
pub(super) fn read(path: &Path) -> Result<Saved, CliError> {
    let shown = clean(&path.display().to_string());
    let unusable =
        || CliError::usage(format!("{shown} is no plan of this version"), "make one with --dry-run --plan-out FILE");
    let text = std::fs::read_to_string(path).map_err(|_| {
        CliError::usage(format!("the plan {shown} cannot be read"), "name the file that --plan-out wrote")
    })?;
    let saved: Saved = serde_json::from_str(&text).map_err(|_| unusable())?;
    if saved.form == FORM && saved.version == env!("CARGO_PKG_VERSION") { Ok(saved) } else { Err(unusable()) }
}

impl Saved {
    /// The arguments that the plan was made with, and those of this run beside them.
    pub(super) fn arguments(&self, now: &Apply) -> Result<Apply, CliError> {
        let line = ["ecs-harden"].into_iter().chain(self.arguments.iter().map(String::as_str));
        let unusable = || {
            CliError::usage("the flags in the plan cannot be read", "make the plan anew with --dry-run --plan-out FILE")
        };
        let cli = Cli::try_parse_from(line).map_err(|_| unusable())?;
        let Command::Apply(mut arguments) = cli.command else { return Err(unusable()) };
        arguments.yes = now.yes;
        arguments.dry_run = now.dry_run;
        arguments.record.clone_from(&now.record);
        arguments.how.verify.clone_from(&now.how.verify);
        Ok(*arguments)
    }

    /// In what a proposal differs from the plan, if it does.
    pub(super) fn differs(&self, proposal: &Proposal) -> Option<String> {
        if self.account != proposal.account {
            return Some(format!("it was made for account {}", self.account));
        }
        if self.region != proposal.region {
            return Some(format!("it was made for region {}", self.region));
        }
        let now: Vec<Revision> = proposal.units.iter().map(revision).collect();
        if now.len() != self.revisions.len() {
            return Some("the services run other revisions than they did".into());
        }
        self.revisions.iter().zip(&now).find_map(|(planned, now)| {
            if planned.from != now.from || planned.services != now.services {
                Some(format!("{} was planned for, and {} runs now", planned.from, now.from))
            } else if planned.before != now.before {
                Some(format!("what {} is has changed", now.from))
            } else if planned != now {
                Some(format!(
                    "other edits come of {} now: the policy, a flag's file or the environment changed",
                    now.from
                ))
            } else {
                None
            }
        })
    }
}

fn revision(unit: &Unit) -> Revision {
    let ops = serde_json::to_value(&unit.plan.outcome.ops).unwrap_or_default();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let edits = ops.as_array().into_iter().flatten();
    let decisions = unit.plan.outcome.findings.iter().map(|judged| {
        let container = judged.finding.container.as_ref().and_then(|container| container.name.as_deref());
        let decision = match judged.decision {
            Decision::Applied => "applied",
            Decision::Waived => "waived",
            Decision::Withheld(_) => "withheld",
            Decision::Manual => "manual",
            Decision::Undetermined => "undetermined",
        };
        format!("{} {}: {decision}", judged.finding.pass.id, container.unwrap_or("-"))
    });
    Revision {
        from: unit.base.0.clone(),
        before: digest(unit.plan.document.text()),
        after: unit.digest(),
        edits: edits.map(|edit| SavedEdit { op: text(&edit["op"]), path: text(&edit["path"]) }).collect(),
        decisions: decisions.collect(),
        services: unit
            .members
            .iter()
            .map(|member| SavedService {
                service: member.running.service.service_arn.clone(),
                runs: member.running.revision.arn.0.clone(),
            })
            .collect(),
    }
}

/// The arguments without those that are about one run.
fn lasting(arguments: &[String]) -> Vec<String> {
    let mut lasting = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let (name, inline) = argument.split_once('=').map_or((argument.as_str(), false), |(name, _)| (name, true));
        match OF_ONE_RUN.iter().find(|(flag, _)| *flag == name) {
            Some((_, 1)) if !inline => drop(rest.next()),
            Some(_) => {}
            None => lasting.push(argument.clone()),
        }
    }
    lasting
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_of_one_run_are_not_saved() {
        let line = "apply --cluster c --service s --dry-run --plan-out p --verify x --record=r --set a=b --yes";
        let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
        assert_eq!(lasting(&arguments).join(" "), "apply --cluster c --service s --set a=b");
    }
}
