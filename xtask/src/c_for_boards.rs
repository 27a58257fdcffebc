//! A C compiler for boards: clang, with the few headers that the firmware brings. It is the same clang that compiles C to
//! WebAssembly, and its library is what reads headers for Rust.

use anyhow::{Context, Result, ensure};

use crate::{debian, firmware, wasi_c};

/// What cargo's build scripts are to be told so that they compile C for a target: names of variables, and values.
///
/// # Errors
/// There is no compiler, and none could be installed.
pub fn environment(target: &str) -> Result<Vec<(String, String)>> {
    let clang = wasi_c::ensure_installed()?.clang;
    let clang = clang.to_str().context("a path that is no text")?;
    let include = firmware::workspace().join("update/include");
    let include = include.to_str().context("a path that is no text")?;
    let suffix = target.replace(['-', '.'], "_");
    // Of the machine's own headers, none may be seen: they describe another C library.
    let flags = format!("-ffreestanding -nostdlibinc -isystem {include}");
    Ok(vec![
        (format!("CC_{suffix}"), clang.to_owned()),
        (format!("CFLAGS_{suffix}"), flags.clone()),
        // What reads the headers for Rust looks for a clang of its own, and where that one looks.
        ("CLANG_PATH".to_owned(), clang.to_owned()),
        ("BINDGEN_EXTRA_CLANG_ARGS".to_owned(), flags),
    ])
}

/// Sees to it that C compiles for this machine, and that clang's library is there.
pub fn ensure_host_installed() -> Result<()> {
    wasi_c::ensure_installed()?;
    ensure!(debian::is_program("cc"), "no C compiler for this machine; on Debian: apt-get install gcc libc6-dev");
    Ok(())
}
