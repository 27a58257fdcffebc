//! What an embedder grants to a guest.

use core::net::SocketAddr;

use moteur::OutOfMemory;
use moteur_platform::{Error, Family, SocketOption, Transport};

use super::rule::Allowed;
use super::socket::{Socket, Stage};
use super::standard::open;
use crate::wasi::Wasi;

/// How many connections wait to be accepted.
const BACKLOG: u32 = 128;

impl Wasi {
    /// Lets the guest connect and send there, and look up the name if it is one. Without a word it reaches nobody.
    ///
    /// ```
    /// use moteur::Heap;
    /// use moteur_guest::{Wasi, wasi::Allowed};
    ///
    /// let mut guest = Wasi::new(Heap::system(), &moteur_platform::std::Std);
    /// guest.allow_net(&Allowed::parse("example.org:443/tcp")?).unwrap();
    /// # Ok::<(), moteur_guest::wasi::AllowedError>(())
    /// ```
    ///
    /// # Errors
    /// There is no memory for one more line.
    pub fn allow_net(&mut self, allowed: &Allowed<'_>) -> Result<(), OutOfMemory> {
        self.network.allow_out(allowed)
    }

    /// Lets the guest be reached there: bind a socket to that address, listen, and receive what anybody sends.
    ///
    /// A name allows nothing here: [`Allowed::parse_listen`] refuses it.
    ///
    /// # Errors
    /// There is no memory for one more line.
    pub fn allow_listen(&mut self, allowed: &Allowed<'_>) -> Result<(), OutOfMemory> {
        self.network.allow_listen(allowed)
    }

    /// Gives the guest a socket that listens at that address of this machine, and says under which number: the lowest free
    /// one, from 3 on. This is how a program that knows nothing but the standard serves others.
    ///
    /// # Errors
    /// The machine has no network, the address cannot be had, or there is no number for one more.
    pub fn listener(&mut self, address: SocketAddr) -> Result<u32, Error> {
        let network = self.platform.network().ok_or(Error::Unsupported)?;
        let number = self.descriptors.reserve().map_err(|_| Error::Exhausted)?;
        let family = if address.is_ipv4() { Family::V4 } else { Family::V6 };
        let handle = network.open(family, Transport::Stream)?;
        let socket = Socket::new(network, handle, family, Transport::Stream, Stage::Bound);
        // A server that is started again finds its address still in use by connections of the one before.
        network.set_option(handle, SocketOption::ReuseAddress, 1)?;
        network.bind(handle, address)?;
        network.listen(handle, BACKLOG)?;
        self.descriptors.put(number, open(socket, 0));
        Ok(number.0)
    }
}
