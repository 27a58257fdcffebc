//! Installs Debian packages, where whoever started us allows it: they are what cargo cannot bring.

use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::Result;

/// Whether installing is allowed by whoever started us.
pub fn may_install() -> bool {
    env::var_os("MOTEUR_NO_INSTALL").is_none_or(|value| value != "1")
}

/// Whether a program of this name can be started.
pub fn is_program(name: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(name).is_file()))
}

/// The name of the release, `bookworm` for example.
pub fn codename() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    name.unwrap_or("stable").trim_matches('"').to_owned()
}

/// Installs packages if it may (root, or `sudo` without a password). Each of `ways` is a list of further arguments; the
/// next one is tried when one fails. Whether it worked is for the caller to see: what counts is what can be started.
pub fn install(packages: &[&str], ways: &[&[&str]]) -> Result<()> {
    if !may_install() || !is_program("apt-get") {
        return Ok(());
    }
    eprintln!("installing {packages:?} (MOTEUR_NO_INSTALL=1 forbids it)");
    // A failing update is no reason to stop: the lists may be there already.
    apt(&["update", "-q"])?;
    for way in ways {
        let mut arguments = vec!["install", "-q", "-y", "--no-install-recommends"];
        arguments.extend_from_slice(packages);
        arguments.extend_from_slice(way);
        if apt(&arguments)? {
            return Ok(());
        }
    }
    Ok(())
}

/// Runs `apt-get` as root or through a `sudo` that asks for no password.
fn apt(arguments: &[&str]) -> Result<bool> {
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0");
    let mut command = if root {
        Command::new("apt-get")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "apt-get"]);
        sudo
    };
    let status = command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null()).status();
    Ok(status.is_ok_and(|status| status.success()))
}
