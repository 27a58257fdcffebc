//! Guests that try to get out: by names, by links, by races, by stale descriptors, by sizes and addresses that are no
//! such thing. Each attempt has to fail with the right error number, nothing outside of the guest's directory may be read
//! or changed, and the process that runs the guest must neither end by it nor grow.
#![cfg(unix)]

mod arguments;
mod descriptors;
mod guest;
mod paths;
mod races;
mod world;

/// Error numbers of WASI.
mod errno {
    pub const SUCCESS: u32 = 0;
    pub const BADF: u32 = 8;
    pub const FAULT: u32 = 21;
    pub const INVAL: u32 = 28;
    pub const LOOP: u32 = 32;
    pub const MFILE: u32 = 33;
    pub const NOTCAPABLE: u32 = 76;
    pub const NOTDIR: u32 = 54;
    pub const PERM: u32 = 63;
}
