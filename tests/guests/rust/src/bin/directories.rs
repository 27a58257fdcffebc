//! Directories as programs in Rust use them: trees that are made, walked and removed.
//! run: --dir .::/ --dir .::/named/deep

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::process::ExitCode;

use guests::{done, equal, fails, finish, holds};

fn main() -> ExitCode {
    done(fs::create_dir_all("/tree/a/b/c/d/e/f/g/h"));
    holds(Path::new("/tree/a/b/c/d/e/f/g/h").is_dir());
    done(fs::create_dir_all("/tree/a/b"));
    for number in 0..300 {
        done(fs::write(format!("/tree/a/b/file {number}"), number.to_string()));
    }
    equal(names("/tree/a/b").len(), 301);
    holds(names("/tree/a/b").contains("file 299"));
    let (mut files, mut folders, mut bytes) = (0, 0, 0);
    done(walk(Path::new("/tree"), &mut files, &mut folders, &mut bytes));
    equal((files, folders, bytes), (300, 8, 10 + 2 * 90 + 3 * 200));

    // The same directory by its other name.
    equal(names("/named/deep/tree"), names("/tree"));
    done(fs::write("/named/deep/tree/file", "text"));
    equal(done(fs::read_to_string("/tree/file")), "text");

    fails(fs::create_dir("/tree"), ErrorKind::AlreadyExists);
    fails(fs::create_dir("/missing/x"), ErrorKind::NotFound);
    // The standard library has no stable name for ENOTEMPTY here.
    equal(fs::remove_dir("/tree").err().and_then(|error| error.raw_os_error()), Some(55));
    fails(fs::remove_dir("/tree/file"), ErrorKind::NotADirectory);
    fails(fs::remove_file("/tree/a").map_err(kinder), ErrorKind::IsADirectory);
    fails(fs::read_dir("/tree/file").map(drop), ErrorKind::NotADirectory);
    fails(fs::read_dir("/missing").map(drop), ErrorKind::NotFound);

    done(fs::rename("/tree/a", "/moved"));
    equal(names("/moved/b").len(), 301);
    done(fs::remove_dir_all("/moved"));
    holds(!Path::new("/moved").exists());
    equal(names("/tree"), BTreeSet::from(["file".to_owned()]));
    done(fs::remove_dir_all("/tree"));
    equal(names("/"), BTreeSet::new());
    finish()
}

/// Some systems say of a directory that is to be unlinked that it is not permitted.
fn kinder(error: io::Error) -> io::Error {
    if error.kind() == ErrorKind::PermissionDenied { ErrorKind::IsADirectory.into() } else { error }
}

fn names(path: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(path).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
    done(entries).iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

fn walk(folder: &Path, files: &mut u32, folders: &mut u32, bytes: &mut u64) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            *folders += 1;
            walk(&entry.path(), files, folders, bytes)?;
        } else {
            *files += 1;
            *bytes += entry.metadata()?.len();
        }
    }
    Ok(())
}
