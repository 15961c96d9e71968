//! What a run would do to services, before anything is done. Everything that is shown, saved or carried out comes from here.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use ecs_harden_transforms::document::Document;
use ecs_harden_transforms::masking;
use ecs_harden_transforms::model::TaskView;
use sha2::{Digest as _, Sha256};

use super::api::Controller;
use super::arn::{RevisionArn, service_name};
use super::carrier::Carrier;
use super::gates::Gate;
use super::logs::{self, Source};
use super::running::Running;
use crate::plan::Plan;

/// What a run would do.
pub struct Proposal {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// A revision each, with the services that get it.
    pub units: Vec<Unit>,
    /// What speaks against it, permitted or not.
    pub gates: Vec<Gate>,
    /// What people should know first.
    pub hazards: Vec<Said>,
    /// What people should know too.
    pub notices: Vec<Said>,
    /// What the revisions newly need, and was seen.
    pub confirmed: Vec<String>,
    /// Whether tasks are replaced also where the revision stays the same.
    pub forced: bool,
}

/// A sentence about a service, or about the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// `cluster/service`, or `family:revision`.
    pub about: String,
    /// The sentence.
    pub text: String,
}

/// One revision and the services that get it.
pub struct Unit {
    /// What it starts from, as users should see it.
    pub shown: String,
    /// The revision that it starts from; that of the services where a file is the source.
    pub base: RevisionArn,
    /// What placement asks of an instance for that revision.
    pub attributes: Vec<String>,
    /// The policy in force.
    pub policy: Option<String>,
    /// The edits.
    pub plan: Plan,
    /// What would be registered, byte for byte; `None` where that would be what runs.
    pub input: Option<String>,
    /// The services.
    pub members: Vec<Member>,
}

/// A service that gets a revision.
pub struct Member {
    /// What it runs.
    pub running: Running,
    /// What carries the revision.
    pub carrier: Box<dyn Carrier + Send + Sync>,
}

impl Unit {
    /// SHA-256 of what would be registered, in hexadecimal.
    pub fn digest(&self) -> Option<String> {
        self.input.as_deref().map(digest)
    }

    /// Where the containers of the new definition write their logs.
    pub fn logs(&self, region: &str) -> Vec<Source> {
        logs::sources(self.input.as_deref().unwrap_or_else(|| self.plan.document.text()), region)
    }

    /// Values of the definition, before and after, that no sentence of AWS may repeat: everything that is masked in what is shown.
    pub fn hidden(&self) -> Vec<String> {
        let documents = [Some(&self.plan.document), self.plan.outcome.hardened.as_ref()];
        masked_values(documents.into_iter().flatten())
    }

    /// Whether a container of the new definition has a health check of its own.
    pub fn is_checked(&self) -> bool {
        is_checked(self.plan.outcome.hardened.as_ref().unwrap_or(&self.plan.document))
    }
}

impl Proposal {
    /// What is in the way.
    pub fn shut(&self) -> impl Iterator<Item = &Gate> {
        self.gates.iter().filter(|gate| gate.is_shut())
    }

    /// What stands on the screen in any case, so that sentences of AWS may name it.
    pub fn names(&self) -> Vec<String> {
        let mut names = vec![self.account.clone(), self.region.clone()];
        for unit in &self.units {
            names.extend(shown_names(&unit.base, [&unit.plan.document]));
            for Member { running, .. } in &unit.members {
                let cluster = service_name(running.cluster());
                names.extend([running.title(), running.service.service_name.clone(), cluster.to_owned()]);
            }
        }
        names
    }

    /// What no sentence of AWS may repeat.
    pub fn hidden(&self) -> Vec<String> {
        self.units.iter().flat_map(Unit::hidden).collect()
    }

    /// How many services there are.
    pub fn services(&self) -> usize {
        self.units.iter().map(|unit| unit.members.len()).sum()
    }

    /// Whether there is nothing to do at all.
    pub fn is_empty(&self) -> bool {
        self.units.iter().all(|unit| unit.input.is_none() && (!self.forced || unit.members.is_empty()))
    }

    /// Whether a revision would be registered.
    pub fn registers(&self) -> bool {
        self.units.iter().any(|unit| unit.input.is_some())
    }

    /// Every write that may come, in order, as people read it.
    pub fn calls(&self) -> Vec<String> {
        let mut calls = Vec::new();
        for unit in self.units.iter().filter(|unit| unit.input.is_some() || self.forced) {
            if unit.input.is_some() {
                calls.push(format!("ecs:RegisterTaskDefinition {}", unit.base.family()));
            }
            for member in &unit.members {
                let title = member.running.title();
                match member.running.service.controller() {
                    Controller::CodeDeploy => calls.push(format!("codedeploy:CreateDeployment for {title}")),
                    Controller::External => {
                        calls.push(format!("ecs:CreateTaskSet in {title}"));
                        calls.push(format!("ecs:UpdateServicePrimaryTaskSet of {title}, once it is steady"));
                    }
                    Controller::Ecs | Controller::Other(_) => {
                        calls.push(format!("ecs:UpdateService {title}"));
                    }
                }
            }
        }
        calls
    }

    /// Every write that comes only where a deployment fails.
    pub fn calls_on_failure(&self) -> Vec<String> {
        let mut calls = Vec::new();
        // The same revision again has nothing else to go back to.
        for member in self.units.iter().filter(|unit| unit.input.is_some()).flat_map(|unit| &unit.members) {
            let back = match member.running.service.controller() {
                Controller::CodeDeploy => "codedeploy:StopDeployment or CreateDeployment for",
                Controller::External => "ecs:UpdateServicePrimaryTaskSet and DeleteTaskSet in",
                Controller::Ecs | Controller::Other(_) => "ecs:StopServiceDeployment or UpdateService of",
            };
            calls.push(format!("{back} {}", member.running.title()));
        }
        if !calls.is_empty() {
            calls.push("ecs:DeregisterTaskDefinition of the revision that failed".into());
        }
        calls
    }
}

/// What is masked in these documents, each once.
pub fn masked_values<'d>(documents: impl IntoIterator<Item = &'d Document>) -> Vec<String> {
    let values: BTreeSet<String> = documents.into_iter().flat_map(masked_in).collect();
    values.into_iter().collect()
}

fn masked_in(document: &Document) -> Vec<String> {
    let text = document.text();
    let written = masking::sensitive(document).into_iter().filter_map(|span| text.get(span.start..span.end));
    let plain = written.map(|written| {
        serde_json::from_str::<String>(written).unwrap_or_else(|_| written.trim_matches('"').to_owned())
    });
    plain.collect()
}

/// The names of a revision and of the containers in its documents.
pub fn shown_names<'d>(revision: &RevisionArn, documents: impl IntoIterator<Item = &'d Document>) -> Vec<String> {
    let mut names = vec![revision.family().to_owned(), revision.short().to_owned()];
    for document in documents {
        let task = TaskView::new(document);
        names.extend(task.seen().iter().filter_map(|container| container.name().map(str::to_owned)));
    }
    names
}

/// Whether a container of a definition has a health check of its own.
pub fn is_checked(document: &Document) -> bool {
    TaskView::new(document).seen().iter().any(|container| container.member("healthCheck").is_filled())
}

/// SHA-256 of a text, in hexadecimal.
pub fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a string can always be written to");
        hex
    })
}
