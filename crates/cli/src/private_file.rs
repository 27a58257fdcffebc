//! Files that nobody but their owner may read.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// Creates a file with mode 0600, which is there from the first moment. A file that exists is not touched.
pub fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// What others than the owner may do with a file, if they may read or write it.
pub fn is_open(file: &File) -> Option<String> {
    let mode = file.metadata().ok().filter(|file| file.is_file())?.mode();
    (mode & 0o066 != 0).then(|| format!("others than its owner can read or write it (mode {:03o})", mode & 0o777))
}
