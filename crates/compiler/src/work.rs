//! Work for several threads, each with an LLVM of its own; and what becomes of it when LLVM gives up.

use std::cell::RefCell;
use std::ffi::{CStr, c_char};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Once};
use std::thread;
use std::time::Duration;

use inkwell::llvm_sys::error_handling::LLVMInstallFatalErrorHandler;

use crate::error::Error;

/// Bytes of a thread's stack: LLVM recurses as deep as code is nested. They are addresses, and memory only where touched.
const STACK_BYTES: usize = if cfg!(target_pointer_width = "64") { 256 << 20 } else { 16 << 20 };

/// After this long without news, how far it is is told again.
const TICK: Duration = Duration::from_millis(200);

/// How far the work is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// Steps that are done.
    pub done: usize,
    /// All steps.
    pub total: usize,
}

/// What a thread tells.
enum Message<T> {
    Steps(usize),
    Finished(usize, Result<T, Error>),
    /// LLVM gave up; the thread stays where it is.
    Fatal(usize, String),
    Left,
}

/// What a task tells its steps to.
pub struct Steps<'s> {
    tell: &'s dyn Fn(usize),
}

impl Steps<'_> {
    /// So many more steps are done.
    pub fn add(&self, count: usize) {
        (self.tell)(count);
    }
}

/// Why a task has no result.
pub enum Failure {
    Error(Error),
    /// LLVM gave up on this task, and said why.
    Fatal(usize, String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Error(error)
    }
}

/// How many threads there are if nobody says.
pub fn jobs() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Does the tasks `0..count`, at most `jobs` at a time, and gives their results in order. Ends at the first failure; of
/// several the one of the first task counts, so that it does not depend on chance.
pub fn all<T: Send + 'static>(
    count: usize,
    jobs: NonZeroUsize,
    total_steps: usize,
    progress: &mut dyn FnMut(Progress),
    task: impl Fn(usize, &Steps<'_>) -> Result<T, Error> + Send + Sync + 'static,
) -> Result<Vec<T>, Failure> {
    listen_to_llvm();
    let next = Arc::new(AtomicUsize::new(0));
    let task = Arc::new(task);
    let (sender, receiver) = channel();
    let mut threads = 0;
    for _ in 0..jobs.get().min(count) {
        let (next, task, sender) = (next.clone(), task.clone(), sender.clone());
        let thread = thread::Builder::new().name("compile".into()).stack_size(STACK_BYTES);
        match thread.spawn(move || work(count, &next, &*task, sender)) {
            Ok(_) => threads += 1,
            // Fewer do it, too.
            Err(_) if threads > 0 => break,
            Err(error) => return Err(Error::Llvm(format!("no thread to compile in: {error}")).into()),
        }
    }
    gather(count, threads, total_steps, &receiver, &next, progress)
}

/// Takes in what the threads tell until the last one has left.
fn gather<T>(
    count: usize,
    mut threads: usize,
    total: usize,
    receiver: &Receiver<Message<T>>,
    next: &AtomicUsize,
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<T>, Failure> {
    let mut results: Vec<Option<T>> = (0..count).map(|_| None).collect();
    let mut failure: Option<(usize, Failure)> = None;
    let mut done = 0;
    while threads > 0 {
        let message = match receiver.recv_timeout(TICK) {
            Ok(message) => message,
            // Who waits sees that it goes on.
            Err(RecvTimeoutError::Timeout) => {
                progress(Progress { done, total });
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        };
        let failed = match message {
            Message::Steps(steps) => {
                done = total.min(done + steps);
                progress(Progress { done, total });
                None
            }
            Message::Finished(index, Ok(result)) => {
                if let Some(place) = results.get_mut(index) {
                    *place = Some(result);
                }
                None
            }
            Message::Finished(index, Err(error)) => Some((index, Failure::Error(error))),
            Message::Fatal(index, text) => {
                threads -= 1;
                Some((index, Failure::Fatal(index, text)))
            }
            Message::Left => {
                threads -= 1;
                None
            }
        };
        if let Some((index, why)) = failed {
            // Nobody begins another one. What is under way ends: LLVM must not be running when the process leaves.
            next.store(count, Ordering::Relaxed);
            if failure.as_ref().is_none_or(|(first, _)| index < *first) {
                failure = Some((index, why));
            }
        }
    }
    if let Some((_, failure)) = failure {
        return Err(failure);
    }
    let results: Option<Vec<T>> = results.into_iter().collect();
    results.ok_or_else(|| Error::Llvm("a thread of the compiler ended early".into()).into())
}

/// Says that a thread has left, also if it panics.
struct Leaves<T>(Sender<Message<T>>);

impl<T> Drop for Leaves<T> {
    fn drop(&mut self) {
        let _ = self.0.send(Message::Left);
    }
}

fn work<T: Send + 'static>(
    count: usize,
    next: &AtomicUsize,
    task: &dyn Fn(usize, &Steps<'_>) -> Result<T, Error>,
    sender: Sender<Message<T>>,
) {
    let leaves = Leaves(sender.clone());
    loop {
        // Counting stops at the end, however often it is asked.
        let taken = next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| (next < count).then_some(next + 1));
        let Ok(index) = taken else { break };
        let to_tell = sender.clone();
        let give_up = move |text: String| {
            let _ = to_tell.send(Message::Fatal(index, text));
        };
        GIVE_UP.with_borrow_mut(|place| *place = Some(Box::new(give_up)));
        let tell = |steps| {
            let _ = sender.send(Message::Steps(steps));
        };
        let result = task(index, &Steps { tell: &tell });
        let _ = sender.send(Message::Finished(index, result));
    }
    GIVE_UP.with_borrow_mut(|place| *place = None);
    drop(leaves);
}

/// Who is to be told why LLVM gives up.
type Teller = Box<dyn Fn(String)>;

thread_local! {
    /// The one of this thread.
    static GIVE_UP: RefCell<Option<Teller>> = const { RefCell::new(None) };
}

fn listen_to_llvm() {
    static READY: Once = Once::new();
    READY.call_once(|| {
        // SAFETY: it is installed once, and stays valid.
        unsafe { LLVMInstallFatalErrorHandler(Some(hear_fatal)) };
    });
}

/// LLVM ends the process when this returns, and no panic may cross it: so it does not return, and the thread is given up
/// with all that it holds.
extern "C" fn hear_fatal(reason: *const c_char) {
    // SAFETY: LLVM gives a text.
    let text = unsafe { CStr::from_ptr(reason) }.to_string_lossy().into_owned();
    let is_told = GIVE_UP.with_borrow(|tell| tell.as_ref().map(|tell| tell(text.clone()))).is_some();
    if !is_told {
        // On a thread of somebody else's.
        eprintln!("LLVM: {text}");
        return;
    }
    loop {
        thread::park();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(jobs: usize, task: impl Fn(usize, &Steps<'_>) -> Result<usize, Error> + Send + Sync + 'static) -> String {
        let mut last = 0;
        let mut progress = |progress: Progress| last = progress.done;
        match all(20, NonZeroUsize::new(jobs).unwrap(), 30, &mut progress, task) {
            Ok(results) => format!("{results:?} {last}"),
            Err(Failure::Error(error)) => error.to_string(),
            Err(Failure::Fatal(index, text)) => format!("fatal {index} {text}"),
        }
    }

    #[test]
    fn results_are_in_order_with_any_number_of_threads() {
        let expected = format!("{:?} 30", (0..20).map(|index| index * index).collect::<Vec<_>>());
        for jobs in [1, 2, 64] {
            let found = run(jobs, |index, steps| {
                steps.add(2);
                Ok(index * index)
            });
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn the_first_failure_counts_and_a_panic_is_one() {
        assert_eq!(run(1, |index, _| Err(Error::Link(index.to_string()))), "linking native code: 0");
        let found = run(4, |index, _| if index == 0 { Err(Error::Link("it".into())) } else { Ok(0) });
        assert_eq!(found, "linking native code: it");
        let found = run(2, |index, _| if index == 7 { panic!("as planned") } else { Ok(0) });
        assert_eq!(found, "LLVM: a thread of the compiler ended early");
    }

    #[test]
    fn what_llvm_gives_up_on_is_named() {
        let found = run(2, |index, _| {
            if index == 11 {
                hear_fatal(c"cannot select".as_ptr());
            }
            Ok(0)
        });
        assert_eq!(found, "fatal 11 cannot select");
    }
}
