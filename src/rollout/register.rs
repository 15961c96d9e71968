//! Registering a revision: exactly the bytes that were planned, once, and not at all where the same revision is there already.

use std::time::Duration;

use ecs_harden_transforms::document::Document;
use ecs_harden_transforms::emit;
use serde_json::Value as Json;

use super::api::{Aws, Described, Registered};
use super::arn::RevisionArn;
use super::port::CallError;
use super::same::is_same;

/// How a revision came to be there.
#[derive(Clone, Debug, PartialEq)]
pub struct Registration {
    /// The revision.
    pub revision: RevisionArn,
    /// What placement asks for.
    pub attributes: Vec<String>,
    /// Whether it was there before.
    pub reused: bool,
    /// Revisions that were made beside it because an answer was lost. Nothing uses them.
    pub twice: Vec<RevisionArn>,
}

/// Why there is no revision to go on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegisterError {
    /// It was not registered.
    Refused(CallError),
    /// Whether it was registered cannot be told.
    Unknown(CallError),
}

impl From<CallError> for RegisterError {
    fn from(error: CallError) -> Self {
        Self::Refused(error)
    }
}

/// So many of the latest revisions are looked through.
const LOOKED_THROUGH: usize = 10;
/// How often a lost revision is looked for.
const LOOKS: u32 = 3;
/// How long ECS may need until it lists what it registered.
const SETTLES: Duration = Duration::from_secs(3);

/// An active revision newer than `base` that is what `input` would make.
pub fn existing(aws: &Aws<'_>, input: &str, base: &RevisionArn) -> Result<Option<Described>, CallError> {
    Ok(same_as(aws, input, base)?.into_iter().next())
}

/// Registers `input`, the text for `base`'s next revision, unless it is there already.
pub fn register(aws: &Aws<'_>, input: &str, base: &RevisionArn) -> Result<Registration, RegisterError> {
    if let Some(there) = existing(aws, input, base)? {
        return Ok(found(there, true, Vec::new()));
    }
    let mut lost = match aws.register(input) {
        Ok(made) => return Ok(new(made, Vec::new())),
        Err(error) if error.is_uncertain() => error,
        Err(error) => return Err(RegisterError::Refused(error)),
    };
    // The answer is lost. Registering again makes another revision, so what is there is looked at first.
    for attempt in 0..2 {
        for _ in 0..LOOKS {
            if aws.clock().wait(SETTLES).is_err() {
                return Err(RegisterError::Unknown(lost));
            }
            match same_as(aws, input, base) {
                Ok(mut there) if !there.is_empty() => {
                    let latest = there.remove(0);
                    return Ok(found(latest, false, there.into_iter().map(|told| told.arn).collect()));
                }
                Ok(_) => {}
                Err(_) => return Err(RegisterError::Unknown(lost)),
            }
        }
        if attempt == 0 {
            match aws.register(input) {
                Ok(made) => {
                    let others = same_as(aws, input, base).unwrap_or_default();
                    let twice = others.into_iter().map(|told| told.arn).filter(|arn| !arn.is(&made.arn)).collect();
                    return Ok(new(made, twice));
                }
                Err(error) if error.is_uncertain() => lost = error,
                Err(error) => return Err(RegisterError::Refused(error)),
            }
        }
    }
    Err(RegisterError::Unknown(lost))
}

fn new(made: Registered, twice: Vec<RevisionArn>) -> Registration {
    Registration { revision: made.arn, attributes: made.attributes, reused: false, twice }
}

fn found(there: Described, reused: bool, twice: Vec<RevisionArn>) -> Registration {
    Registration { revision: there.arn, attributes: there.attributes, reused, twice }
}

/// The active revisions, newer than `base`, that are what `input` would make; newest first.
fn same_as(aws: &Aws<'_>, input: &str, base: &RevisionArn) -> Result<Vec<Described>, CallError> {
    let Ok(planned) = serde_json::from_str::<Json>(input) else { return Ok(Vec::new()) };
    let mut same = Vec::new();
    for arn in aws.active_revisions(base.family(), LOOKED_THROUGH)? {
        if arn.revision() <= base.revision() {
            break;
        }
        if let Some(told) = aws.definition(&arn.0)?
            && projected(&told).is_some_and(|registered| is_same(&planned, &registered))
        {
            same.push(told);
        }
    }
    Ok(same)
}

/// What would have to be registered to get this revision again.
fn projected(told: &Described) -> Option<Json> {
    let document = Document::read(told.text.clone()).ok()?;
    serde_json::from_str(&emit::register_input(&document).ok()?).ok()
}
