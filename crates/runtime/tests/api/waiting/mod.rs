//! Calls as futures, without an executor: guests that come back between slices of fuel, and that wait for the host.

mod bulk;
mod host;
mod slices;

use core::future::Future;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Wake;

use moteur::{Config, Engine, Heap};

/// With all functions lowered at the start, which would end slices otherwise.
fn metered() -> Engine {
    Engine::new(Config::new(Heap::system()).fuel(true).eager(true)).unwrap()
}

/// Counts how often it was woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// What came of a future, how often it was pending, and how often it woke its task.
#[derive(PartialEq, Eq, Debug)]
struct Course<R> {
    result: R,
    pending: usize,
    woken: usize,
}

/// Polls until the future is ready.
fn finish<F: Future>(future: F) -> Course<F::Output> {
    let mut future = pin!(future);
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(woken.clone());
    let mut pending = 0;
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Course { result, pending, woken: woken.0.load(Ordering::Relaxed) };
        }
        pending += 1;
        assert!(pending < 1_000_000, "it never ends");
    }
}

/// Polls so many times, each of which must be pending.
fn poll(future: &mut (impl Future + Unpin), times: usize) {
    for _ in 0..times {
        let poll = Pin::new(&mut *future).poll(&mut Context::from_waker(Waker::noop()));
        assert!(poll.is_pending(), "it ends too early");
    }
}

/// A future that is pending so many times.
struct After(usize);

impl Future for After {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match self.0 {
            0 => Poll::Ready(()),
            _ => {
                self.0 -= 1;
                context.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }
}
