//! Retiring the previous revisions of a run: deregistering them once they are old enough and nothing can start them any more.
//!
//! [`look`] reads, [`decide`] decides by what was read and nothing else, [`carry_out`] looks once more and then writes. A revision that
//! somebody may use, or of which that cannot be told, is kept.

use jiff::{SignedDuration, Timestamp};

use crate::rollout::api::{Aws, TaskSet};
use crate::rollout::arn::RevisionArn;
use crate::rollout::port::CallError;
use crate::rollout::preflight::Obstacle;
use crate::rollout::record::{Entry, Outcome, Record};

mod carry;
mod look;
#[cfg(test)]
mod tests;

pub use carry::{Retired, carry_out};
pub use look::look;

/// How long a revision is kept after the roll-out that replaced it, unless somebody says otherwise.
pub const MIN_AGE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What becomes of the previous revisions of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The revisions, each once, in the order of the record.
    pub candidates: Vec<Candidate>,
}

/// A previous revision.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The revision.
    pub revision: RevisionArn,
    /// The services that ran it, `CLUSTER/SERVICE`.
    pub services: Vec<String>,
    /// Task sets that a roll-out kept for going back; deleted first.
    pub kept: Vec<KeptSet>,
    /// What becomes of it.
    pub verdict: Verdict,
}

/// A task set that a roll-out of the controller `EXTERNAL` kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptSet {
    /// The cluster's ARN.
    pub cluster: String,
    /// The service's ARN.
    pub service: String,
    /// The task set's ARN.
    pub arn: String,
    /// Its id, which its tasks name as their starter.
    pub id: String,
}

/// What becomes of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It can be deregistered.
    Retire,
    /// There is nothing to do, and why.
    Done(&'static str),
    /// It is kept, and why.
    Keep(Vec<Obstacle>),
}

/// What was read about a revision.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// `ACTIVE`, `INACTIVE` or `DELETE_IN_PROGRESS`; `None` where there is no such revision.
    pub status: Option<String>,
    /// The newest active revision of its family: what somebody starts who names the family alone.
    pub newest: Option<RevisionArn>,
    /// Who uses it, as phrases: "service shop/checkout deploys it". What [`KeptSet`]s use is not among these.
    pub users: Vec<String>,
    /// The task sets that are to be deleted first.
    pub kept: Vec<KeptSet>,
    /// What could not be read; each may use it.
    pub unread: Vec<CallError>,
}

/// What becomes of the revision that `entries` of one record ran before. `age` is the time since their roll-out.
pub fn decide(entries: &[&Entry], seen: &Seen, age: SignedDuration, min_age: SignedDuration) -> Verdict {
    match seen.status.as_deref() {
        None => return Verdict::Done("it does not exist any more"),
        Some("INACTIVE") if seen.kept.is_empty() => return Verdict::Done("it is inactive already"),
        Some("DELETE_IN_PROGRESS") => return Verdict::Done("it is being deleted"),
        Some(_) => {}
    }
    let mut why: Vec<Obstacle> = entries.iter().filter_map(|entry| unfit(entry)).collect();
    if age < min_age {
        why.push(Obstacle {
            what: format!("it was replaced {} ago, and is kept for {}", shown(age), shown(min_age)),
            next_step: "run this again then, or shorten the time with --min-age".into(),
        });
    }
    why.extend(seen.users.iter().map(|user| Obstacle {
        what: user.clone(),
        next_step: "move that to a newer revision, then run this again".into(),
    }));
    // Whoever starts the family by its name would get an older revision, or none.
    let is_newest = entries.iter().any(|entry| seen.newest.as_ref().is_some_and(|newest| newest.is(&entry.before)));
    if is_newest {
        why.push(Obstacle {
            what: "it is the newest active revision of its family, which is what the bare family starts".into(),
            next_step: "register a newer revision first".into(),
        });
    }
    why.extend(seen.unread.iter().map(|error| Obstacle {
        what: format!("whether something uses it cannot be told: {error}"),
        next_step: error.next_step(),
    }));
    if why.is_empty() { Verdict::Retire } else { Verdict::Keep(why) }
}

/// Why an entry does not make its previous revision one that can go.
fn unfit(entry: &Entry) -> Option<Obstacle> {
    let what = match entry.outcome {
        Outcome::Verified | Outcome::WeaklyVerified => match &entry.after {
            Some(after) if !after.is(&entry.before) => return None,
            _ => "its service was given no other revision",
        },
        Outcome::NotBegun | Outcome::Unchanged => "its service was given no other revision",
        Outcome::Begun => "nobody saw the roll-out through",
        Outcome::NotVerified => "nothing tells whether the hardened revision works",
        Outcome::RolledBack => "its service went back to it",
        Outcome::Failed => "the hardened revision failed",
        Outcome::Superseded => "somebody else deployed in between",
    };
    let service = place(&entry.cluster, &entry.service);
    let next_step = match entry.outcome {
        Outcome::Begun => "see the roll-out through first (`ecs-harden watch`)",
        Outcome::NotVerified => "see for yourself that the service works, then deregister it with the AWS CLI",
        _ => "keep it",
    };
    Some(Obstacle { what: format!("{service}: {what}"), next_step: next_step.into() })
}

/// `shop/checkout`, from ARNs or names.
fn place(cluster: &str, service: &str) -> String {
    let last = |arn: &str| arn.rsplit('/').next().unwrap_or_default().to_owned();
    format!("{}/{}", last(cluster), last(service))
}

/// `7 days`, `1 day`, `5 hours`: what counts of a length of time.
fn shown(time: SignedDuration) -> String {
    let hours = time.as_hours().max(0);
    let (count, unit) = match hours {
        48.. => (hours / 24, "day"),
        1.. => (hours, "hour"),
        _ => (time.as_mins().max(0), "minute"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// The entries of a record, grouped by the revision that ran before.
fn by_revision(record: &Record) -> Vec<(&RevisionArn, Vec<&Entry>)> {
    let mut groups: Vec<(&RevisionArn, Vec<&Entry>)> = Vec::new();
    for entry in &record.services {
        match groups.iter_mut().find(|(revision, _)| revision.is(&entry.before)) {
            Some((_, entries)) => entries.push(entry),
            None => groups.push((&entry.before, vec![entry])),
        }
    }
    groups
}

fn age(record: &Record, now: Timestamp) -> SignedDuration {
    now.duration_since(record.began)
}

fn is_set(set: &TaskSet, named: &str) -> bool {
    set.task_set_arn == named || set.id == named
}

/// What the account's answers are about: nothing is retired by a record of another account or region.
pub fn is_at_home(aws: &Aws<'_>, record: &Record) -> Result<Result<(), Obstacle>, CallError> {
    let account = aws.identity()?.account;
    if account == record.account && aws.region() == record.region {
        return Ok(Ok(()));
    }
    Ok(Err(Obstacle {
        what: format!(
            "the record is of account {} and region {}, and this is account {account} and region {}",
            record.account,
            record.region,
            aws.region()
        ),
        next_step: "name the right ones with --profile and --region".into(),
    }))
}
