//! Which handle is which socket.
//!
//! ```text
//! handle:  31 ......... 10 | 9 ...... 0
//!          generation      | place + 0
//! ```
//! A place counts how often it was given away, so the handle of a socket that was closed does not name the next one that
//! stands there, until the count has gone round after four million sockets in that place.

use rust_std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use rust_std::vec::Vec;

use super::Open;
use crate::{Error, Handle};

/// Bits of a handle that say the place.
const PLACE_BITS: u32 = 10;

/// All sockets of the process.
pub struct Table {
    places: Mutex<Vec<Place>>,
    places_max: usize,
}

struct Place {
    generation: u32,
    socket: Option<Arc<Open>>,
}

impl Place {
    fn handle(&self, index: usize) -> Handle {
        Handle(self.generation << PLACE_BITS | index as u32)
    }
}

impl Table {
    /// An empty table for at most `places_max` sockets, of which a handle can name 1024.
    pub const fn new(places_max: usize) -> Table {
        assert!(places_max <= 1 << PLACE_BITS);
        Table { places: Mutex::new(Vec::new()), places_max }
    }

    /// No operation below leaves the table half changed, so one that was given up by a panic is as good as any.
    fn lock(&self) -> MutexGuard<'_, Vec<Place>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a socket. A full table is [`Error::Exhausted`], and the socket is closed.
    pub fn insert(&self, socket: Open) -> Result<Handle, Error> {
        let socket = Some(Arc::new(socket));
        let mut places = self.lock();
        let free = places.iter_mut().enumerate().find(|(_, place)| place.socket.is_none());
        if let Some((index, place)) = free {
            place.generation = place.generation.wrapping_add(1);
            place.socket = socket;
            return Ok(place.handle(index));
        }
        if places.len() >= self.places_max {
            return Err(Error::Exhausted);
        }
        // From 1, so that the handle 0, which a forgotten field might hold, names nothing.
        let place = Place { generation: 1, socket };
        let handle = place.handle(places.len());
        places.push(place);
        Ok(handle)
    }

    /// The socket of that handle, which stays open while somebody uses it.
    pub fn get(&self, handle: Handle) -> Result<Arc<Open>, Error> {
        let places = self.lock();
        let index = index(handle);
        let place = places.get(index).filter(|place| place.handle(index) == handle);
        place.and_then(|place| place.socket.clone()).ok_or(Error::Invalid)
    }

    /// Forgets the socket of that handle, if there is one.
    pub fn remove(&self, handle: Handle) {
        let mut places = self.lock();
        let index = index(handle);
        let place = places.get_mut(index).filter(|place| place.handle(index) == handle);
        let socket = place.and_then(|place| place.socket.take());
        // Closing may take its time: not with the table locked.
        drop(places);
        drop(socket);
    }
}

fn index(handle: Handle) -> usize {
    (handle.0 & ((1 << PLACE_BITS) - 1)) as usize
}

#[cfg(test)]
mod tests {
    use socket2::{Domain, Socket, Type};

    use super::*;
    use crate::{Family, Transport};

    fn socket() -> Open {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, None).unwrap();
        Open::new(socket, Family::V4, Transport::Datagram).unwrap()
    }

    #[test]
    fn a_full_table_takes_no_more_until_one_is_closed() {
        let table = Table::new(2);
        let first = table.insert(socket()).unwrap();
        let second = table.insert(socket()).unwrap();
        assert_eq!(table.insert(socket()), Err(Error::Exhausted));
        table.remove(first);
        let third = table.insert(socket()).unwrap();
        assert_ne!(third, first);
        assert_eq!(table.get(first).err(), Some(Error::Invalid), "its place is another's now");
        assert!(table.get(second).is_ok());
        assert!(table.get(third).is_ok());
        table.remove(first);
        assert!(table.get(third).is_ok(), "a handle that is over closes nothing");
    }

    #[test]
    fn handles_that_were_never_given_name_nothing() {
        let table = Table::new(2);
        let handle = table.insert(socket()).unwrap();
        for wrong in [0, 1, handle.0 + 1, handle.0 ^ 1 << PLACE_BITS, handle.0 | 1 << 31, u32::MAX] {
            assert_eq!(table.get(Handle(wrong)).err(), Some(Error::Invalid), "{wrong:#x}");
            table.remove(Handle(wrong));
        }
        assert!(table.get(handle).is_ok());
    }
}
