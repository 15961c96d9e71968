//! What stands below the seam of the roll-out: so far its clock.

mod clock;

pub use self::clock::SystemClock;
