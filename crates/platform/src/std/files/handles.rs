//! Numbers for what is open. A number that was given back comes again only after many others, so that whoever uses it
//! too long gets an error, not somebody else's file.

use rust_std::collections::VecDeque;
use rust_std::sync::{Mutex, MutexGuard, PoisonError};
use rust_std::vec::Vec;

use crate::{Error, Handle};

/// ```text
///   31                12 11         0
///  ┌────────────────────┬────────────┐
///  │ generation, from 1 │ slot       │
///  └────────────────────┴────────────┘
/// ```
const SLOT_BITS: u32 = 12;
const SLOTS_MAX: usize = 1 << SLOT_BITS;
const GENERATION_MAX: u32 = u32::MAX >> SLOT_BITS;

/// What is open, by number.
pub struct Handles<T> {
    slots: Mutex<Slots<T>>,
    handles_max: usize,
}

struct Slots<T> {
    slots: Vec<Slot<T>>,
    /// Those with nothing in them, the one that has been so for the longest time first.
    free: VecDeque<usize>,
}

struct Slot<T> {
    generation: u32,
    content: Option<T>,
}

impl<T: Clone> Handles<T> {
    /// None yet, and never more than `handles_max`.
    pub const fn new(handles_max: usize) -> Self {
        let handles_max = if handles_max < SLOTS_MAX { handles_max } else { SLOTS_MAX };
        Handles { slots: Mutex::new(Slots { slots: Vec::new(), free: VecDeque::new() }), handles_max }
    }

    /// Whether one more can be open.
    pub fn check_room(&self) -> Result<(), Error> {
        let slots = self.lock();
        let open = slots.slots.len() - slots.free.len();
        if open < self.handles_max { Ok(()) } else { Err(Error::Exhausted) }
    }

    /// Gives it a number.
    pub fn insert(&self, content: T) -> Result<Handle, Error> {
        let mut slots = self.lock();
        // Slots that were never used first: that keeps the others free for longest.
        if slots.slots.len() < self.handles_max {
            slots.slots.try_reserve(1).map_err(|_| Error::Exhausted)?;
            let room = slots.slots.len() + 1;
            let Slots { free, .. } = &mut *slots;
            // For all of them, so that giving one back never needs memory.
            free.try_reserve(room - free.len()).map_err(|_| Error::Exhausted)?;
            slots.slots.push(Slot { generation: 1, content: Some(content) });
            return Ok(handle(room - 1, 1));
        }
        let index = slots.free.pop_front().ok_or(Error::Exhausted)?;
        let slot = slots.slots.get_mut(index).ok_or(Error::Exhausted)?;
        slot.generation = if slot.generation == GENERATION_MAX { 1 } else { slot.generation + 1 };
        slot.content = Some(content);
        Ok(handle(index, slot.generation))
    }

    /// A share in what has this number.
    pub fn get(&self, handle: Handle) -> Result<T, Error> {
        self.lock().find(handle).and_then(|slot| slot.content.clone()).ok_or(Error::BadHandle)
    }

    /// Takes the number back, and what has it.
    pub fn remove(&self, handle: Handle) -> Option<T> {
        let mut slots = self.lock();
        let content = slots.find(handle)?.content.take()?;
        slots.free.push_back(index(handle));
        Some(content)
    }

    fn lock(&self) -> MutexGuard<'_, Slots<T>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Slots<T> {
    fn find(&mut self, handle: Handle) -> Option<&mut Slot<T>> {
        let slot = self.slots.get_mut(index(handle))?;
        (slot.generation == handle.0 >> SLOT_BITS).then_some(slot)
    }
}

fn handle(index: usize, generation: u32) -> Handle {
    debug_assert!(index < SLOTS_MAX && (1..=GENERATION_MAX).contains(&generation));
    Handle(generation << SLOT_BITS | index as u32)
}

fn index(handle: Handle) -> usize {
    handle.0 as usize % SLOTS_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_do_not_come_again_soon() {
        let handles = Handles::new(3);
        let kept = handles.insert('k').unwrap();
        let mut seen = Vec::new();
        for _ in 0..1000 {
            let handle = handles.insert('x').unwrap();
            assert!(!seen.contains(&handle));
            seen.push(handle);
            assert_eq!(handles.remove(handle), Some('x'));
            assert_eq!(handles.get(handle), Err(Error::BadHandle));
            assert_eq!(handles.remove(handle), None);
        }
        assert!(seen.iter().all(|&stale| handles.get(stale) == Err(Error::BadHandle)));
        assert_eq!(handles.get(kept), Ok('k'));
    }

    #[test]
    fn there_is_a_limit() {
        for handles_max in [0, 1, 5, SLOTS_MAX, usize::MAX] {
            let handles = Handles::new(handles_max);
            let all: Vec<_> = core::iter::from_fn(|| handles.insert(()).ok()).take(SLOTS_MAX + 1).collect();
            assert_eq!(all.len(), handles_max.min(SLOTS_MAX));
            assert_eq!(handles.insert(()), Err(Error::Exhausted));
            assert_eq!(handles.check_room(), Err(Error::Exhausted));
            if let Some(&last) = all.last() {
                assert_eq!(handles.remove(last), Some(()));
                assert_eq!(handles.check_room(), Ok(()));
                assert!(handles.insert(()).is_ok());
            }
        }
    }

    #[test]
    fn generations_start_anew_at_one() {
        let handles = Handles::new(1);
        handles.remove(handles.insert(()).unwrap()).unwrap();
        handles.lock().slots[0].generation = GENERATION_MAX - 1;
        let last = handles.insert(()).unwrap();
        assert_eq!(last, Handle(u32::MAX << SLOT_BITS));
        handles.remove(last).unwrap();
        assert_eq!(handles.insert(()), Ok(Handle(1 << SLOT_BITS)));
        assert_eq!(handles.get(last), Err(Error::BadHandle));
        assert_eq!(handles.get(Handle(0)), Err(Error::BadHandle));
    }
}
