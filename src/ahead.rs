//! Work on several items at once, whose results are handed on one by one in the order of the items.
//!
//! Nobody who looks at the results can tell how many workers there were. Only so many items are in work or wait that memory stays
//! bounded, however many there are.

use std::collections::VecDeque;
use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, Result as Caught, Scope, scope};

/// How many items a worker may be ahead of what was handed on: enough that none waits while a large one is in work.
const AHEAD: usize = 8;

/// As much stack as the main thread has, so that what one of them can read the other can read too.
const STACK: usize = 8 * 1024 * 1024;

/// Does `work` on every item and gives each result to `take`, in the order of the items.
///
/// `items` is asked for the next one, and `take` is called, on this thread alone. The first error of `take` ends it: what is in work
/// then is lost, and nothing else is begun. A panic of `work` goes on here where the result would have been taken.
pub fn in_order<I: Send, O: Send, E>(
    workers: NonZeroUsize,
    mut items: impl ExactSizeIterator<Item = I>,
    work: impl Fn(I) -> O + Sync,
    mut take: impl FnMut(O) -> Result<(), E>,
) -> Result<(), E> {
    let workers = workers.get().min(items.len());
    if workers < 2 {
        return items.try_for_each(|item| take(work(item)));
    }
    let (jobs, queue) = channel::<Job<I, O>>();
    let queue = Mutex::new(queue);
    scope(|scope| {
        // Dropped with this closure, whichever way it ends, and that is what ends the workers.
        let jobs = jobs;
        let started = (0..workers).map_while(|_| start(scope, &queue, &work).ok()).count();
        if started == 0 {
            // The system gives no threads, so this one has to do.
            return items.try_for_each(|item| take(work(item)));
        }
        let mut waiting = VecDeque::new();
        loop {
            while waiting.len() < started * AHEAD
                && let Some(item) = items.next()
            {
                waiting.push_back(put(&jobs, item));
            }
            let Some(result) = waiting.pop_front() else { return Ok(()) };
            match result.recv().expect("a worker answers every job, also where the work panics") {
                Ok(result) => take(result)?,
                Err(panic) => resume_unwind(panic),
            }
        }
    })
}

/// One item, and where its result is waited for.
struct Job<I, O> {
    item: I,
    done: Sender<Caught<O>>,
}

fn put<I, O>(jobs: &Sender<Job<I, O>>, item: I) -> Receiver<Caught<O>> {
    let (done, result) = channel();
    jobs.send(Job { item, done }).expect("the queue outlives the workers");
    result
}

fn start<'scope, I: Send, O: Send>(
    scope: &'scope Scope<'scope, '_>,
    queue: &'scope Mutex<Receiver<Job<I, O>>>,
    work: &'scope (impl Fn(I) -> O + Sync),
) -> io::Result<()> {
    let run = move || {
        loop {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(Job { item, done }) = next else { return };
            // Where nobody waits any more, the run has ended early.
            drop(done.send(catch_unwind(AssertUnwindSafe(|| work(item)))));
        }
    };
    Builder::new().stack_size(STACK).spawn_scoped(scope, run).map(drop)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn workers(count: usize) -> NonZeroUsize {
        NonZeroUsize::new(count).unwrap()
    }

    /// Later items are ready first.
    fn uneven(item: usize) -> usize {
        let rounds = if item.is_multiple_of(7) { 20_000 } else { 10 };
        (0..rounds).fold(item, |sum, round| std::hint::black_box(sum ^ round ^ round))
    }

    #[test]
    fn results_come_in_the_order_of_the_items() {
        for count in [1, 2, 3, 16] {
            let mut taken = Vec::new();
            let ended = in_order(workers(count), 0..500, uneven, |item| {
                taken.push(item);
                Ok::<_, Infallible>(())
            });
            assert!(ended.is_ok() && taken.iter().copied().eq(0..500), "{count} workers: {taken:?}");
        }
    }

    #[test]
    fn no_more_than_the_bound_is_begun_before_it_is_handed_on() {
        let (begun, mut taken) = (AtomicUsize::new(0), 0);
        let work = |item| {
            begun.fetch_add(1, Ordering::SeqCst);
            uneven(item)
        };
        in_order(workers(3), 0..500, work, |_| {
            taken += 1;
            let ahead = begun.load(Ordering::SeqCst) - taken;
            assert!(ahead <= 3 * AHEAD, "{ahead} ahead");
            Ok::<_, Infallible>(())
        })
        .unwrap();
    }

    #[test]
    fn an_error_of_the_taker_ends_it() {
        for count in [1, 4] {
            let mut taken = 0;
            let ended = in_order(workers(count), 0..500, uneven, |item| {
                taken += 1;
                if item == 20 { Err("full") } else { Ok(()) }
            });
            assert_eq!((ended, taken), (Err("full"), 21), "{count} workers");
        }
    }

    #[test]
    fn a_panic_comes_after_all_results_before_it() {
        for count in [1, 4] {
            let mut taken = 0;
            let broken = |item| if item == 20 { resume_unwind(Box::new("broken")) } else { uneven(item) };
            let ended = catch_unwind(AssertUnwindSafe(|| {
                in_order(workers(count), 0..500, broken, |_| {
                    taken += 1;
                    Ok::<_, Infallible>(())
                })
            }));
            assert_eq!(ended.unwrap_err().downcast_ref(), Some(&"broken"), "{count} workers");
            assert_eq!(taken, 20, "{count} workers");
        }
    }
}
