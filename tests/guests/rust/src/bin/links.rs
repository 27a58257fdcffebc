//! Second names, and symbolic links: followed inside the directory that was given, and never out of it.
//! run: --dir .::/
//! needs: links

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;

use guests::{done, equal, fails, finish, holds, wasi};

/// The standard library has no stable function for it.
fn symlink(text: &str, path: &str) -> u32 {
    // SAFETY: both are texts of this program.
    unsafe { wasi::path_symlink(text.as_ptr() as u32, text.len() as u32, 3, path.as_ptr() as u32, path.len() as u32) }
}

fn main() -> ExitCode {
    done(fs::create_dir_all("/a/b"));
    done(fs::write("/a/file", "text"));
    equal(symlink("a/file", "link"), 0);
    equal(done(fs::read_to_string("/link")), "text");
    equal(fs::read_link("/link").ok().as_deref(), Some(Path::new("a/file")));
    holds(fs::symlink_metadata("/link").is_ok_and(|metadata| metadata.is_symlink()));
    holds(fs::metadata("/link").is_ok_and(|metadata| metadata.is_file()));
    equal(symlink("../b/../file", "a/b/back"), 0);
    equal(done(fs::read_to_string("/a/b/back")), "text");
    equal(symlink("a/b", "folder"), 0);
    equal(done(fs::read_to_string("/folder/back")), "text");
    // `..` behind a link is the parent of where the link leads.
    equal(done(fs::read_to_string("/folder/../file")), "text");

    // A second name is as good as the first.
    done(fs::hard_link("/a/file", "/second"));
    done(fs::write("/second", "through the other name"));
    equal(done(fs::read_to_string("/link")), "through the other name");
    done(fs::remove_file("/a/file"));
    equal(done(fs::read_to_string("/second")), "through the other name");
    done(fs::rename("/second", "/a/file"));
    done(fs::write("/a/file", "text"));

    // A chain of links has an end, and a circle has none.
    done(fs::write("/chain0", "end"));
    for number in 1..=30 {
        equal(symlink(&format!("chain{}", number - 1), &format!("chain{number}")), 0);
    }
    equal(done(fs::read_to_string("/chain30")), "end");
    equal(symlink("circle", "circle"), 0);
    fails(fs::read("/circle").map_err(circle), ErrorKind::Other);
    equal(symlink("nowhere", "dangling"), 0);
    fails(fs::read("/dangling"), ErrorKind::NotFound);

    // Removing and renaming take the link, not what it leads to.
    done(fs::rename("/link", "/renamed"));
    equal(done(fs::read_to_string("/renamed")), "text");
    done(fs::remove_file("/renamed"));
    done(fs::remove_file("/folder"));
    equal(done(fs::read_to_string("/a/file")), "text");

    // Up and out: refused at the latest when it is followed.
    for (number, text) in ["..", "../..", "a/../..", "../outside", "a/b/../../../x"].iter().enumerate() {
        let path = format!("out{number}");
        if symlink(text, &path) == 0 {
            for path in [format!("/{path}"), format!("/{path}/x")] {
                fails(fs::read(&path), ErrorKind::PermissionDenied);
                fails(fs::write(&path, "escaped"), ErrorKind::PermissionDenied);
                fails(fs::metadata(&path).map(drop), ErrorKind::PermissionDenied);
            }
        }
    }
    for text in ["/", "/etc/passwd", "//a", "/proc/self/root"] {
        holds(symlink(text, "absolute") != 0);
    }
    finish()
}

/// The standard library has no stable name for ELOOP.
fn circle(error: std::io::Error) -> std::io::Error {
    if error.raw_os_error() == Some(32) { ErrorKind::Other.into() } else { error }
}
