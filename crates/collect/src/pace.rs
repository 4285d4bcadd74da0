//! How many calls run at once, and how many a second.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

/// What a rate is counted for: AWS throttles by account, service and region.
pub(crate) type Lane = (String, &'static str, String);

/// Keeps all calls of a collection within bounds.
///
/// The SDK's adaptive mode would starve itself under throttling, so the bounds
/// are fixed: so many calls at once, and in each lane so many a second.
#[derive(Debug)]
pub(crate) struct Pace {
    at_once: Semaphore,
    /// When the next call of a lane may start.
    lanes: Mutex<HashMap<Lane, Instant>>,
}

impl Pace {
    pub(crate) fn new(at_once: usize) -> Pace {
        Pace {
            at_once: Semaphore::new(at_once.max(1)),
            lanes: Mutex::default(),
        }
    }

    /// Waits for a call's turn; the call is over when the permit is dropped.
    pub(crate) async fn turn(&self, lane: Lane, a_second: u32) -> Option<SemaphorePermit<'_>> {
        sleep_until(self.book(lane, a_second)).await;
        // The semaphore is never closed.
        self.at_once.acquire().await.ok()
    }

    fn book(&self, lane: Lane, a_second: u32) -> Instant {
        let now = Instant::now();
        let gap = Duration::from_secs(1) / a_second.max(1);
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let next = lanes.entry(lane).or_insert(now);
        let turn = (*next).max(now);
        *next = turn + gap;
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_of_one_lane_are_spread_over_the_second_and_others_do_not_wait() {
        let pace = Pace::new(4);
        let lane = |region: &str| ("111122223333".to_owned(), "kms", region.to_owned());
        let first = pace.book(lane("eu-west-1"), 10);
        for _ in 0..9 {
            pace.book(lane("eu-west-1"), 10);
        }
        let eleventh = pace.book(lane("eu-west-1"), 10);
        assert!(eleventh - first >= Duration::from_secs(1));
        let other = pace.book(lane("us-east-1"), 10);
        assert!(other - first < Duration::from_millis(500));
    }
}
