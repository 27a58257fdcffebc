//! What is open: rows that remember what a handle was opened for. A handle has the number of its row and of how often
//! the row was used, so that one that was closed is wrong, and not somebody else's.

use moteur::Heap;
use moteur::pool::Vec;
use moteur_platform::{Error, Handle};

/// The handle of the root, which is always open and has no row.
pub(super) const ROOT: Handle = Handle(0);

/// There is no such thing. A type of its own, without size, keeps what is found in a register.
pub(super) struct Unknown;

impl From<Unknown> for Error {
    fn from(_: Unknown) -> Error {
        Error::Invalid
    }
}

pub(super) struct Row<O> {
    pub(super) opened: Option<O>,
    /// How often it was used; after 65,536 times it begins again.
    turn: u16,
}

/// Rows; a handle is `turn << 16 | row + 1`.
pub(super) struct Handles<O>(pub(super) Vec<Row<O>>);

/// A row that is free, found before anything is done that would have to be undone.
pub(super) struct Free(usize);

impl<O> Handles<O> {
    pub(super) const fn new(heap: Heap) -> Handles<O> {
        Handles(Vec::new_in(heap))
    }

    pub(super) fn get(&self, handle: Handle) -> Result<&O, Unknown> {
        let row = row_of(handle).and_then(|row| self.0.get(row)).filter(|row| row.turn == turn_of(handle));
        row.and_then(|row| row.opened.as_ref()).ok_or(Unknown)
    }

    pub(super) fn reserve(&mut self, max: u16) -> Result<Free, Error> {
        if let Some(row) = self.0.iter().position(|row| row.opened.is_none()) {
            return Ok(Free(row));
        }
        let row = self.0.len();
        // The last number of 16 bits would have no successor.
        if row >= usize::from(max.min(u16::MAX - 1)) {
            return Err(Error::Exhausted);
        }
        self.0.push(Row { opened: None, turn: 0 }).map_err(|_| Error::Exhausted)?;
        Ok(Free(row))
    }

    pub(super) fn open(&mut self, free: Free, opened: O) -> Handle {
        let Some(row) = self.0.get_mut(free.0) else {
            return ROOT; // There is a row: `reserve` has made it.
        };
        row.opened = Some(opened);
        Handle(u32::from(row.turn) << 16 | (free.0 as u32).wrapping_add(1))
    }

    /// What was open, if something was.
    pub(super) fn close(&mut self, handle: Handle) -> Option<O> {
        let row = self.0.get_mut(row_of(handle)?).filter(|row| row.turn == turn_of(handle))?;
        let opened = row.opened.take()?;
        row.turn = row.turn.wrapping_add(1);
        Some(opened)
    }
}

fn row_of(handle: Handle) -> Option<usize> {
    (handle.0 as usize & 0xffff).checked_sub(1)
}

fn turn_of(handle: Handle) -> u16 {
    (handle.0 >> 16) as u16
}
