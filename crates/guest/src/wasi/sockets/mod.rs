//! Sockets: those of the standard, and WAMR's extension of them.
//!
//! | module | holds |
//! |---|---|
//! | `rule`, `literal`, `allow` | what a guest may reach: how a person writes it, addresses as text, the lists |
//! | `grant` | what an embedder grants to a guest |
//! | `socket` | what is known about an open socket, and how it waits |
//! | `transfer` | receiving and sending |
//! | `standard` | the four functions of WASI |
//! | `extended`, `options`, `resolve` | WAMR's: opening and connecting, options, names |
//! | `records` | the layouts of WAMR's records |

mod allow;
mod extended;
mod grant;
mod literal;
mod options;
mod records;
mod resolve;
mod rule;
mod socket;
mod standard;
mod transfer;

#[cfg(test)]
mod tests;

pub use allow::AllowList;
pub use extended::SocketsExtended;
pub use options::SocketOptions;
pub use rule::{Allowed, AllowedError};
pub use socket::Socket;
pub use standard::Sockets;
