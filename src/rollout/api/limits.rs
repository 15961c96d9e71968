//! The rates that ECS allows an account in a region (Amazon ECS API reference, "Request throttling"), kept from our side, so that a long
//! run never takes them away from others.

use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;

use crate::rollout::port::{Api, Call, Clock, Interrupted};

/// Calls that share a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bucket {
    /// Registering and deregistering: 20 at once, then 1 a second.
    ModifyDefinitions,
    /// Reading task definitions: 50 at once, then 20 a second.
    ReadDefinitions,
    /// Everything else: 50 at once, then 5 a second for writes of services, which is the least of the others.
    Services,
    /// Reads of services and tasks, and calls of other services: 50 at once, then 20 a second.
    Others,
}

impl Bucket {
    pub(super) fn of(call: &Call) -> Self {
        match (call.api, call.operation) {
            (Api::Ecs, "RegisterTaskDefinition" | "DeregisterTaskDefinition") => Self::ModifyDefinitions,
            (Api::Ecs, "DescribeTaskDefinition" | "ListTaskDefinitions" | "ListTaskDefinitionFamilies") => {
                Self::ReadDefinitions
            }
            (Api::Ecs, "UpdateService" | "CreateTaskSet" | "DeleteTaskSet" | "UpdateServicePrimaryTaskSet") => {
                Self::Services
            }
            _ => Self::Others,
        }
    }

    /// How many calls at once, and how long until the next.
    const fn rate(self) -> (u32, Duration) {
        match self {
            Self::ModifyDefinitions => (20, Duration::from_secs(1)),
            Self::Services => (50, Duration::from_millis(200)),
            Self::ReadDefinitions | Self::Others => (50, Duration::from_millis(50)),
        }
    }
}

/// What is left of each rate.
#[derive(Default)]
pub(super) struct Limits([Mutex<Level>; 4]);

/// A bucket is full where nothing was ever taken.
#[derive(Default)]
struct Level {
    /// When the bucket will be full again.
    full_at: Option<Timestamp>,
}

impl Limits {
    /// Takes one call out of a bucket, and waits for it where the bucket is empty.
    pub(super) fn take(&self, bucket: Bucket, clock: &dyn Clock) -> Result<(), Interrupted> {
        let (burst, each) = bucket.rate();
        let wait = {
            let mut level = self.0[bucket as usize].lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let now = clock.now();
            let full_at = level.full_at.map_or(now, |at| at.max(now));
            let debt = Duration::try_from(full_at.duration_since(now)).unwrap_or_default();
            level.full_at = full_at.checked_add(each).ok();
            (debt + each).saturating_sub(each * burst)
        };
        if wait.is_zero() { Ok(()) } else { clock.wait(wait) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A clock that stands still until somebody waits.
    struct Still(Mutex<Timestamp>);

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap()
        }

        fn wait(&self, time: Duration) -> Result<(), Interrupted> {
            let mut now = self.0.lock().unwrap();
            *now = now.checked_add(time).unwrap();
            Ok(())
        }
    }

    fn elapsed(bucket: Bucket, calls: u32) -> Duration {
        let clock = Still(Mutex::new(Timestamp::UNIX_EPOCH));
        let limits = Limits::default();
        for _ in 0..calls {
            limits.take(bucket, &clock).unwrap();
        }
        Duration::try_from(clock.now().duration_since(Timestamp::UNIX_EPOCH)).unwrap()
    }

    #[test]
    fn twenty_registrations_come_at_once_and_then_one_a_second() {
        assert_eq!(elapsed(Bucket::ModifyDefinitions, 20), Duration::ZERO);
        assert_eq!(elapsed(Bucket::ModifyDefinitions, 25), Duration::from_secs(5));
    }

    #[test]
    fn fifty_definitions_are_read_at_once_and_then_twenty_a_second() {
        assert_eq!(elapsed(Bucket::ReadDefinitions, 50), Duration::ZERO);
        assert_eq!(elapsed(Bucket::ReadDefinitions, 70), Duration::from_secs(1));
    }
}
