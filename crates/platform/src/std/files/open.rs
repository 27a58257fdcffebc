//! Opening below a directory, and the other operations on paths for which the operating systems need help.

use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt, SystemTimeSpec};
use cap_std::fs::{Dir, OpenOptions};
use cap_std::time::SystemTime;
use rust_std::fs::File;
use rust_std::io;
use rust_std::path::Path;
use rust_std::sync::Arc;
use rust_std::sync::atomic::AtomicBool;

use super::error::retry;
use super::{OpenDirectory, OpenFile, Opened, status, system};
use crate::{Error, Open, Time};

impl OpenDirectory {
    /// Opens what `path` names.
    pub fn open(&self, path: &Path, how: Open) -> Result<Opened, Error> {
        let write = how.write || how.append;
        let is_change = write || how.create || how.truncate;
        if how.directory && (how.create || how.truncate) {
            return Err(Error::Invalid);
        }
        if is_change {
            self.access.check_change()?;
        }
        let file = open(&self.dir, path, how)?;
        if retry(|| file.metadata())?.is_dir() {
            let dir = Dir::from_std_file(file);
            return if is_change { Err(Error::IsDirectory) } else { Ok(Opened::directory(dir, self.access)) };
        }
        if how.directory {
            return Err(Error::NotDirectory);
        }
        let sync = AtomicBool::new(how.sync);
        Ok(Opened::File(Arc::new(OpenFile { file, access: self.access, read: how.read, write, sync })))
    }

    /// Sets the times of what `path` names.
    pub fn set_times(&self, path: &Path, follow: bool, accessed: Time, modified: Time) -> Result<(), Error> {
        self.access.check_change()?;
        match follow {
            true => retry(|| self.dir.set_times(path, time(accessed), time(modified))),
            false => retry(|| self.dir.set_symlink_times(path, time(accessed), time(modified))),
        }
    }
}

/// Asks the operating system, which makes and cuts files only when they are opened for writing. A file that is there
/// and need not be written is opened as it is, since it may be one that cannot be written.
fn open(dir: &Dir, path: &Path, how: Open) -> Result<File, Error> {
    let is_written = how.write || how.append || how.truncate;
    if how.create && !how.exclusive && !is_written {
        match retry(|| open_once(dir, path, Open { create: false, ..how })) {
            Err(Error::NotFound) => {}
            there => return there,
        }
    }
    match retry(|| open_once(dir, path, how)) {
        // Where `cap-std` goes name by name, it asks Linux to make a directory, which Linux does not even consider.
        Err(Error::Invalid) if how.create && path.as_os_str().as_encoded_bytes().ends_with(b"/") => {
            Err(Error::IsDirectory)
        }
        opened => opened,
    }
}

fn open_once(dir: &Dir, path: &Path, how: Open) -> io::Result<File> {
    let write = how.write || how.append || how.truncate || how.create;
    let mut options = OpenOptions::new();
    // What is neither read nor written must be opened for one of them all the same.
    options.read(how.read || !write).write(write).truncate(how.truncate);
    options.create(how.create).create_new(how.create && how.exclusive);
    options.follow(if how.follow { FollowSymlinks::Yes } else { FollowSymlinks::No });
    system::prepare(&mut options, how);
    Ok(dir.open_with(path, &options)?.into_std())
}

/// A path as those calls want it that take a slash at the end for the name `.`, as which nothing can be removed.
pub fn without_slashes(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" => path,
        path => path,
    }
}

fn time(time: Time) -> Option<SystemTimeSpec> {
    match time {
        Time::Keep => None,
        Time::Now => Some(SystemTimeSpec::SymbolicNow),
        Time::At(ns) => Some(SystemTimeSpec::Absolute(SystemTime::from_std(status::time_at(ns)))),
    }
}
