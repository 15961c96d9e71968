//! Watching a deployment to its end: what counts as progress, when to give up, and how it ended.
//!
//! Giving up is about progress, not about time: a deployment that is slow and well is never taken back.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use super::api::{Aws, ServiceEvent};
use super::arn::RevisionArn;
use super::carrier::{Carrier, Look, Mission, Sight, Standing};
use super::port::{CallError, Failure};
use super::record::DeploymentId;

/// How a deployment ended, as far as it was watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The service runs the new revision.
    Done,
    /// It failed, and the service still heads for the new revision.
    Failed {
        /// Why.
        reason: String,
    },
    /// It failed, and AWS took it back.
    WentBack {
        /// Why.
        reason: String,
    },
    /// Somebody else's deployment took its place.
    Superseded {
        /// The revision of that deployment.
        by: Option<RevisionArn>,
    },
    /// Nothing moved for too long, although nothing failed.
    Stalled {
        /// For how long.
        after: Duration,
    },
    /// It could not be looked at any more.
    Lost(CallError),
    /// Somebody pressed Ctrl-C.
    Interrupted,
}

/// How long a watch is patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Without progress.
    pub stall: Duration,
    /// Between two looks.
    pub pause: Duration,
    /// Without a look that succeeds.
    pub blind: Duration,
}

impl Patience {
    /// Twenty minutes without progress, five seconds between looks, five minutes without seeing anything.
    pub const DEFAULT: Self =
        Self { stall: Duration::from_mins(20), pause: Duration::from_secs(5), blind: Duration::from_mins(5) };
}

/// What a watch tells while it goes on.
#[derive(Clone, Debug, PartialEq)]
pub enum Told<'a> {
    /// What one look shows.
    Look(&'a Look),
    /// Events of the service that came since the look before, oldest first.
    Events(&'a [ServiceEvent]),
    /// Looking failed; it is tried again.
    Blind(&'a CallError),
}

/// So many looks have to say once more that another deployment took the place of ours.
const DOUBTS: u32 = 4;

/// Watches a deployment until it ended, stalled, or cannot be seen. `news` knows the events that are about something before it.
pub fn watch(
    aws: &Aws<'_>,
    carrier: &dyn Carrier,
    mission: &Mission,
    deployment: &DeploymentId,
    (patience, news): (Patience, &mut News),
    tell: &mut dyn FnMut(Told<'_>),
) -> Ending {
    let clock = aws.clock();
    let began = clock.now();
    let mut progress = Progress { best: None, last: began, trouble: false };
    let (mut seen_at, mut doubted) = (began, 0);
    loop {
        match carrier.look(aws, mission, deployment) {
            Ok(look) => {
                seen_at = clock.now();
                tell(Told::Look(&look));
                let events = news.of(&look.events);
                if !events.is_empty() {
                    tell(Told::Events(&events));
                }
                match ended(&look.standing) {
                    // ECS may show the service as it was for a while, and what is to come looks like what was replaced.
                    Some(Ending::Superseded { .. } | Ending::WentBack { .. }) if doubted < DOUBTS => doubted += 1,
                    Some(ending) => return ending,
                    None => doubted = 0,
                }
                if look.standing == Standing::Ready {
                    match carrier.go_on(aws, mission, deployment) {
                        Err(error) if error.failure == Failure::Interrupted => return Ending::Interrupted,
                        Err(error) if !error.is_uncertain() => return Ending::Failed { reason: error.to_string() },
                        _ => progress.last = clock.now(),
                    }
                }
                if let Some(after) = progress.stalled(&look, clock.now(), patience.stall) {
                    return if progress.trouble {
                        Ending::Failed { reason: format!("no progress for {} minutes", after.as_secs() / 60) }
                    } else {
                        Ending::Stalled { after }
                    };
                }
            }
            Err(error) if error.failure == Failure::Interrupted => return Ending::Interrupted,
            Err(error) => {
                let gone = matches!(error.failure, Failure::NoCredentials | Failure::BadCredentials | Failure::Denied);
                if gone || since(seen_at, clock.now()) >= patience.blind {
                    return Ending::Lost(error);
                }
                tell(Told::Blind(&error));
            }
        }
        if clock.wait(patience.pause).is_err() {
            return Ending::Interrupted;
        }
    }
}

/// The ending that a standing is, if it is one.
fn ended(standing: &Standing) -> Option<Ending> {
    match standing {
        Standing::Done => Some(Ending::Done),
        Standing::Failed { reason } => Some(Ending::Failed { reason: reason.clone() }),
        Standing::WentBack { reason } => Some(Ending::WentBack { reason: reason.clone() }),
        Standing::Superseded { by } => Some(Ending::Superseded { by: by.clone() }),
        Standing::Underway | Standing::Waiting { .. } | Standing::Ready | Standing::GoingBack { .. } => None,
    }
}

/// The best that was seen so far, and when it got better.
struct Progress {
    best: Option<Sight>,
    last: Timestamp,
    /// Whether tasks failed on the way.
    trouble: bool,
}

impl Progress {
    /// For how long nothing has moved, once that is too long. What takes its time on purpose does not count.
    fn stalled(&mut self, look: &Look, now: Timestamp, limit: Duration) -> Option<Duration> {
        let sight = &look.sight;
        self.trouble |= sight.failed > 0;
        let waiting = matches!(look.standing, Standing::Waiting { .. });
        let better = self.best.as_ref().is_none_or(|best| {
            sight.running > best.running
                || sight.old < best.old
                || sight.stage != best.stage
                || sight.desired != best.desired
        });
        if better || waiting {
            self.last = now;
        }
        if better {
            let best = self.best.take().unwrap_or_default();
            self.best = Some(Sight {
                running: sight.running.max(best.running),
                // A count that goes up and down again is no progress.
                old: if best == Sight::default() { sight.old } else { sight.old.min(best.old) },
                ..sight.clone()
            });
        }
        let still = since(self.last, now);
        (still >= limit).then_some(still)
    }
}

/// Events that were not told yet. They are told apart by their ids: the clock of this machine may be minutes off that of AWS.
#[derive(Debug)]
pub struct News {
    told: BTreeSet<String>,
}

impl News {
    /// Everything but these.
    pub fn after<'e>(known: impl IntoIterator<Item = &'e String>) -> Self {
        Self { told: known.into_iter().cloned().collect() }
    }

    /// Those of `events`, which come newest first, that are new; oldest first.
    pub fn of(&mut self, events: &[ServiceEvent]) -> Vec<ServiceEvent> {
        let new: Vec<ServiceEvent> =
            events.iter().filter(|event| !self.told.contains(&event.id)).rev().cloned().collect();
        self.told.extend(new.iter().map(|event| event.id.clone()));
        new
    }
}

/// The time between, nothing where the clock went backwards.
pub(super) fn since(then: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(then)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn look(running: u32, old: u32, failed: u32, standing: Standing) -> Look {
        let sight = Sight { desired: 4, running, old, failed, ..Sight::default() };
        Look { standing, sight, events: Vec::new() }
    }

    fn fresh() -> Progress {
        Progress { best: None, last: at(0), trouble: false }
    }

    const LIMIT: Duration = Duration::from_secs(100);

    #[test]
    fn one_more_task_is_progress_however_long_it_took() {
        let mut progress = fresh();
        for (time, running) in [(0, 0), (99, 1), (198, 2), (297, 3)] {
            assert_eq!(progress.stalled(&look(running, 4, 0, Standing::Underway), at(time), LIMIT), None);
        }
        assert_eq!(progress.stalled(&look(3, 4, 0, Standing::Underway), at(397), LIMIT), Some(LIMIT));
        assert!(!progress.trouble);
    }

    #[test]
    fn tasks_that_come_and_go_are_no_progress() {
        let mut progress = fresh();
        for time in 0..10 {
            let running = u32::from(time % 2 == 0);
            assert_eq!(progress.stalled(&look(running, 4, 1, Standing::Underway), at(time * 10), LIMIT), None);
        }
        assert!(progress.stalled(&look(1, 4, 0, Standing::Underway), at(100), LIMIT).is_some());
        assert!(progress.trouble);
    }

    #[test]
    fn what_waits_on_purpose_does_not_stall() {
        let mut progress = fresh();
        let waiting = Standing::Waiting { on: "its bake time".into() };
        for time in [0, 90, 180, 5_000] {
            assert_eq!(progress.stalled(&look(4, 4, 0, waiting.clone()), at(time), LIMIT), None);
        }
    }

    #[test]
    fn old_tasks_that_end_are_progress() {
        let mut progress = fresh();
        for (time, old) in [(0, 4), (99, 3), (198, 2)] {
            assert_eq!(progress.stalled(&look(4, old, 0, Standing::Underway), at(time), LIMIT), None);
        }
    }

    #[test]
    fn an_event_is_told_once_and_known_ones_never() {
        let event = |id: &str| ServiceEvent { id: id.into(), ..ServiceEvent::default() };
        let mut news = News::after(&["old".to_owned()]);
        let ids = |events: Vec<ServiceEvent>| events.into_iter().map(|event| event.id).collect::<Vec<_>>();
        assert_eq!(ids(news.of(&[event("b"), event("a"), event("old")])), ["a", "b"]);
        assert_eq!(ids(news.of(&[event("c"), event("b"), event("a")])), ["c"]);
    }
}
