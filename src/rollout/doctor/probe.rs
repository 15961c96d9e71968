//! What ECS makes of everything that passes write: a family that nothing uses is registered with it, read back, and deregistered.

use ecs_harden_transforms::document::Document;
use ecs_harden_transforms::emit;
use ecs_harden_transforms::engine::{self, Decision, Fault, Judged, Outcome};
use ecs_harden_transforms::model::LaunchType;
use ecs_harden_transforms::pass::{Pass, Remedy};
use ecs_harden_transforms::passes;
use json_patch::PatchOperation;
use serde_json::Value as Json;

use crate::rollout::api::Aws;
use crate::rollout::arn::RevisionArn;
use crate::rollout::permissions::PROBE_FAMILY;
use crate::rollout::port::{Api, CallError, Failure};

#[cfg(test)]
mod tests;
mod weak;

/// The launch types that are tried, each with a definition of its own.
pub const TARGETS: [LaunchType; 2] = [LaunchType::Fargate, LaunchType::Ec2];

/// What came of a probe.
#[derive(Debug, Default)]
pub struct Probed {
    /// Each pass on each launch type, as far as it writes anything there.
    pub trials: Vec<Trial>,
    /// How many revisions were registered and deregistered.
    pub registered: usize,
    /// What could not be deregistered, and why.
    pub left: Vec<(RevisionArn, CallError)>,
    /// Why nothing more was tried, where something ended it: no right to register, AWS out of reach.
    pub stopped: Option<CallError>,
}

/// What a pass writes, and what ECS made of it.
#[derive(Debug)]
pub struct Trial {
    /// The launch type that the definition is for.
    pub target: LaunchType,
    /// The pass.
    pub pass: &'static Pass,
    /// What it writes: the titles of its fixes, each once.
    pub writes: Vec<String>,
    /// What became of it.
    pub verdict: Verdict,
}

/// What ECS made of what a pass writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is in the revision as it was sent.
    Taken,
    /// It was taken, and the revision says otherwise at these places.
    Changed(Vec<String>),
    /// It was refused.
    Refused(CallError),
    /// It was not tried, and why.
    NotTried(&'static str),
}

/// Registers, reads back, and deregisters whatever was registered, also where something ended it. Fails where nothing was registered yet
/// or what is there cannot be listed.
pub fn probe(aws: &Aws<'_>, role: Option<&str>) -> Result<Probed, CallError> {
    let before = active(aws)?;
    let mut probed = Probed::default();
    probed.stopped = TARGETS.iter().try_for_each(|target| on(aws, *target, role, &mut probed.trials)).err();
    // By what is there: an answer that was lost may have left a revision too.
    for arn in active(aws)?.into_iter().filter(|arn| !before.contains(arn)) {
        match aws.deregister(&arn) {
            Ok(()) => probed.registered += 1,
            Err(error) => probed.left.push((arn, error)),
        }
    }
    Ok(probed)
}

fn active(aws: &Aws<'_>) -> Result<Vec<RevisionArn>, CallError> {
    aws.active_revisions(PROBE_FAMILY, 100)
}

/// One launch type: everything at once, and where that is refused each pass alone.
fn on(aws: &Aws<'_>, target: LaunchType, role: Option<&str>, trials: &mut Vec<Trial>) -> Result<(), CallError> {
    let weak = weak::definition(target, role);
    let all: Vec<&'static Pass> = passes::TABLE.to_vec();
    let Some(whole) = harden(&weak, &all, aws.region()) else { return Err(ours()) };
    let together = send(aws, &weak, &whole)?;
    for pass in all.iter().copied().filter(|pass| writes(pass)) {
        let titles = titles(&whole, pass);
        let verdict = match (&together, titles.is_empty()) {
            (_, true) if weak::wants_role(pass) && role.is_none() => {
                Verdict::NotTried("it takes a role that tasks are started with: --execution-role ARN")
            }
            // It writes nothing for this launch type.
            (_, true) => continue,
            (Ok(told), false) => compared(&whole, pass, &weak, told),
            (Err(_), false) => {
                let beside = weak::beside(pass);
                let named: Vec<&'static Pass> = [Some(pass), beside].into_iter().flatten().collect();
                let Some(alone) = harden(&weak, &named, aws.region()) else { return Err(ours()) };
                match send(aws, &weak, &alone)? {
                    Ok(told) => compared(&alone, pass, &weak, &told),
                    Err(error) => Verdict::Refused(error),
                }
            }
        };
        trials.push(Trial { target, pass, writes: titles, verdict });
    }
    Ok(())
}

/// Our own definition cannot be hardened: a mistake of ours.
const fn ours() -> CallError {
    CallError::new(Api::Ecs, "RegisterTaskDefinition", Failure::Unreadable)
}

/// Whether a pass ever writes anything.
fn writes(pass: &Pass) -> bool {
    use ecs_harden_transforms::pass::Applicability;
    pass.yields.iter().any(|known| known.applicability > Applicability::Manual)
}

fn harden(weak: &Json, named: &[&'static Pass], region: &str) -> Option<(Document, Outcome)> {
    let document = Document::read(weak.to_string()).ok()?;
    let outcome = engine::harden(&document, &weak::wishes(named, region), Fault::None).ok()?;
    Some((document, outcome))
}

/// What a revision says, or why there is none. Fails where nothing more can be told.
fn send(aws: &Aws<'_>, weak: &Json, (_, outcome): &(Document, Outcome)) -> Result<Result<Json, CallError>, CallError> {
    let input = match &outcome.hardened {
        Some(hardened) => emit::register_input(hardened).map_err(|_| ours())?,
        None => weak.to_string(),
    };
    let made = match aws.register(&input) {
        Err(error) if error.failure == Failure::Rejected => return Ok(Err(error)),
        made => made?,
    };
    let told = aws.definition(&made.arn.0)?.and_then(|told| serde_json::from_str::<Json>(&told.text).ok());
    let told = told.and_then(|mut told| told.get_mut("taskDefinition").map(Json::take));
    told.map(Ok).ok_or_else(|| CallError::new(Api::Ecs, "DescribeTaskDefinition", Failure::Unreadable))
}

fn titles((document, outcome): &(Document, Outcome), pass: &'static Pass) -> Vec<String> {
    let mut titles = Vec::new();
    for judged in outcome.findings.iter().filter(|it| it.finding.pass == pass && it.decision == Decision::Applied) {
        if let Remedy::Fix(fix) = &judged.finding.remedy
            && !titles.contains(&fix.title)
        {
            titles.push(fix.title.clone());
        }
    }
    let mut options = Vec::new();
    for operation in applied(document, outcome, pass) {
        if let PatchOperation::Add(add) = &operation {
            mount_options(&add.value, &mut options);
        }
    }
    if !options.is_empty() {
        titles.push(format!("mount options {}", options.join(", ")));
    }
    titles
}

/// Mount options within a value, each once: which of them ECS takes is known least.
fn mount_options(value: &Json, options: &mut Vec<String>) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| mount_options(item, options)),
        Json::Object(members) => {
            for (name, value) in members {
                let listed = value.as_array().filter(|_| name == "mountOptions");
                for option in listed.into_iter().flatten().filter_map(Json::as_str) {
                    if !options.iter().any(|known| known == option) {
                        options.push(option.to_owned());
                    }
                }
                mount_options(value, options);
            }
        }
        _ => {}
    }
}

/// The operations of the fixes of a pass that are applied.
fn applied<'o>(
    document: &'o Document,
    outcome: &'o Outcome,
    pass: &'static Pass,
) -> impl Iterator<Item = PatchOperation> + 'o {
    let of_it = move |judged: &&Judged| judged.finding.pass == pass && judged.decision == Decision::Applied;
    outcome.findings.iter().filter(of_it).flat_map(|judged| judged.ops(document).0)
}

/// Whether everything that a pass wrote is in the revision.
fn compared((document, outcome): &(Document, Outcome), pass: &'static Pass, weak: &Json, told: &Json) -> Verdict {
    let mut places = Vec::new();
    for operation in applied(document, outcome, pass) {
        let (path, there) = match &operation {
            PatchOperation::Add(add) => (add.path.to_string(), holds(told, add.path.as_str(), &add.value)),
            PatchOperation::Replace(replace) => {
                (replace.path.to_string(), holds(told, replace.path.as_str(), &replace.value))
            }
            // Removing the last entry of a list may leave it empty, or away.
            PatchOperation::Remove(remove) => {
                (remove.path.to_string(), told.pointer(remove.path.as_str()) != weak.pointer(remove.path.as_str()))
            }
            _ => continue,
        };
        if !there && !places.contains(&path) {
            places.push(path);
        }
    }
    if places.is_empty() { Verdict::Taken } else { Verdict::Changed(places) }
}

/// Whether a definition holds at least this at a place; an entry of a list may stand anywhere in it.
fn holds(told: &Json, path: &str, wanted: &Json) -> bool {
    let (parent, last) = path.rsplit_once('/').unwrap_or_default();
    let entry = last == "-" || last.chars().all(|digit| digit.is_ascii_digit());
    match told.pointer(parent) {
        Some(Json::Array(items)) if entry => items.iter().any(|item| covers(item, wanted)),
        _ => told.pointer(path).is_some_and(|there| covers(there, wanted)),
    }
}

fn covers(there: &Json, wanted: &Json) -> bool {
    match (there, wanted) {
        (Json::Object(there), Json::Object(wanted)) => {
            wanted.iter().all(|(name, wanted)| there.get(name).is_some_and(|there| covers(there, wanted)))
        }
        (Json::Array(there), Json::Array(wanted)) => {
            wanted.iter().all(|wanted| there.iter().any(|there| covers(there, wanted)))
        }
        _ => there == wanted,
    }
}
