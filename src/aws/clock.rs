//! The clock of the machine, and waits that Ctrl-C ends.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::rollout::port::{Clock, Interrupted};

/// How long a wait sleeps before it looks for a signal again: shorter than anybody notices.
const SLICE: Duration = Duration::from_millis(25);

/// Tells the time of the machine.
#[derive(Debug)]
pub struct SystemClock {
    interrupted: Arc<AtomicBool>,
    pace: Pace,
}

/// Whether waiting takes time.
#[derive(Debug)]
enum Pace {
    Real,
    /// Waits return at once, and the told time is ahead by what was waited.
    Instant(Mutex<Duration>),
}

impl SystemClock {
    /// A clock whose waits nothing ends: Ctrl-C ends the process, as it does without it.
    pub fn new() -> Self {
        Self { interrupted: Arc::default(), pace: pace(std::env::var("ECS_HARDEN_TEST_CLOCK").ok().as_deref()) }
    }

    /// A clock that listens: from now on the first Ctrl-C, or SIGTERM, ends waits and not the process. The next one ends the process as if
    /// nobody listened, which a shell tells as 130.
    pub fn listening() -> io::Result<Self> {
        let clock = Self::new();
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first one finds the flag down, and raises it.
            flag::register_conditional_default(signal, Arc::clone(&clock.interrupted))?;
            flag::register(signal, Arc::clone(&clock.interrupted))?;
        }
        Ok(clock)
    }

    /// Whether somebody has pressed Ctrl-C.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::SeqCst)
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        match &self.pace {
            Pace::Real => Timestamp::now(),
            Pace::Instant(ahead) => {
                let ahead = *ahead.lock().unwrap_or_else(PoisonError::into_inner);
                let ahead = SignedDuration::try_from(ahead).unwrap_or(SignedDuration::MAX);
                Timestamp::now().checked_add(ahead).unwrap_or(Timestamp::MAX)
            }
        }
    }

    fn wait(&self, time: Duration) -> Result<(), Interrupted> {
        match &self.pace {
            Pace::Real => {
                let begun = Instant::now();
                loop {
                    if self.is_interrupted() {
                        return Err(Interrupted);
                    }
                    match time.saturating_sub(begun.elapsed()) {
                        Duration::ZERO => return Ok(()),
                        left => thread::sleep(left.min(SLICE)),
                    }
                }
            }
            Pace::Instant(_) if self.is_interrupted() => Err(Interrupted),
            Pace::Instant(ahead) => {
                let mut ahead = ahead.lock().unwrap_or_else(PoisonError::into_inner);
                *ahead = ahead.saturating_add(time);
                Ok(())
            }
        }
    }
}

/// Release builds cannot be told to skip waits.
fn pace(asked: Option<&str>) -> Pace {
    match asked {
        Some("instant") if cfg!(debug_assertions) => Pace::Instant(Mutex::default()),
        _ => Pace::Real,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(asked: Option<&str>) -> SystemClock {
        SystemClock { interrupted: Arc::default(), pace: pace(asked) }
    }

    #[test]
    fn a_wait_takes_its_time() {
        let (clock, begun) = (clock(None), Instant::now());
        assert_eq!(clock.wait(Duration::from_millis(60)), Ok(()));
        assert!(begun.elapsed() >= Duration::from_millis(60));
    }

    #[test]
    fn an_instant_clock_is_ahead_by_what_was_waited() {
        let (clock, begun) = (clock(Some("instant")), Instant::now());
        let before = clock.now();
        assert_eq!(clock.wait(Duration::from_hours(1)), Ok(()));
        assert!(begun.elapsed() < Duration::from_mins(1));
        assert!(clock.now().duration_since(before) >= SignedDuration::from_hours(1));
    }

    #[test]
    fn once_interrupted_no_wait_begins() {
        for asked in [None, Some("instant")] {
            let clock = clock(asked);
            clock.interrupted.store(true, Ordering::SeqCst);
            assert_eq!(clock.wait(Duration::from_hours(1)), Err(Interrupted));
            assert_eq!(clock.wait(Duration::ZERO), Err(Interrupted));
        }
    }
}
