//! What only Unix has: pipes, sockets, devices, names that are no text, files that the process may not touch.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::process::Command;

use super::*;
use moteur_platform::FileType;

fn make_pipe(tree: &Tree, name: &str) {
    assert!(Command::new("mkfifo").arg(tree.host(name)).status().unwrap().success());
    assert!(fs::metadata(tree.host(name)).unwrap().file_type().is_fifo());
}

#[test]
fn pipes_have_no_positions() {
    let tree = Tree::new();
    make_pipe(&tree, "pipe");
    let files = &tree.files;
    let reader = tree.open("pipe", Open { nonblocking: true, ..READ }).unwrap();
    let writer = tree.open("pipe", Open { write: true, ..Open::default() }).unwrap();
    let mut buffer = [0; 8];
    assert_eq!(files.read_at(reader, &mut buffer, 0), Err(Error::WouldBlock));
    assert_eq!(files.write_at(writer, b"abc", 1000), Ok(3));
    assert_eq!(files.append(writer, b"def"), Ok(3));
    assert_eq!(files.read_at(reader, &mut buffer[..4], 77), Ok(4));
    assert_eq!(files.read_at(reader, &mut buffer[4..], 0), Ok(2));
    assert_eq!(&buffer[..6], b"abcdef");
    assert_eq!(files.set_size(writer, 1), Err(Error::Invalid));
    assert_eq!(files.status(reader).unwrap().file_type, FileType::Unknown);
    // Writing until it is full, without waiting.
    files.set_flags(writer, true, false).unwrap();
    let full = (0..10_000).map(|_| files.write_at(writer, &[0; 1000], 0)).find(Result::is_err);
    assert_eq!(full, Some(Err(Error::WouldBlock)));
    files.close(reader);
    assert_eq!(files.write_at(writer, b"x", 0), Err(Error::Closed));
    files.close(writer);
    // Nobody is at the other end.
    assert_eq!(tree.open("pipe", Open { write: true, nonblocking: true, ..Open::default() }), Err(Error::Unsupported));
    // Whoever wants a directory does not wait for a pipe.
    assert_eq!(tree.open("pipe", DIRECTORY), Err(Error::NotDirectory));
}

#[test]
fn sockets_are_seen_and_not_opened() {
    let tree = Tree::new();
    let _listener = UnixListener::bind(tree.host("socket")).unwrap();
    assert_eq!(tree.files.status_at(tree.root, "socket", true).unwrap().file_type, FileType::SocketStream);
    assert_eq!(list(&tree.files, tree.root, 0)[0].1.file_type, FileType::SocketStream);
    assert_eq!(tree.open("socket", READ), Err(Error::Unsupported));
}

#[test]
fn devices_are_read_where_they_stand() {
    let files = HostFiles::new();
    let root = files.open_root("/dev".as_ref(), Access::ReadWrite).unwrap();
    let null = files.open(root, "null", READ_WRITE).unwrap();
    assert_eq!(files.status(null).unwrap().file_type, FileType::CharacterDevice);
    assert_eq!(files.write_at(null, b"abc", 5), Ok(3));
    assert_eq!(files.append(null, b"abc"), Ok(3));
    assert_eq!(files.read_at(null, &mut [0; 4], 0), Ok(0));
}

#[test]
fn names_that_are_no_text_are_not_listed() {
    let tree = Tree::new();
    fs::write(tree.host("text"), b"").unwrap();
    let name = OsStr::from_bytes(b"no\xfftext");
    if fs::write(tree.path.join("guest").join(name), b"").is_err() {
        // macOS has no such names.
        return;
    }
    let all = list(&tree.files, tree.root, 0);
    assert_eq!(all.iter().map(|(name, _)| &**name).collect::<Vec<_>>(), ["text"]);
    symlink(name, tree.host("link")).unwrap();
    assert_eq!(tree.files.read_link(tree.root, "link", &mut [0; 8]), Err(Error::BadName));
    assert_eq!(tree.files.remove_directory(tree.root, "."), Err(Error::Invalid));
}

#[test]
fn what_the_process_may_not_touch() {
    let tree = Tree::new();
    tree.put("file", b"bytes");
    let set_mode = |path, mode| fs::set_permissions(tree.host(path), fs::Permissions::from_mode(mode)).unwrap();
    set_mode("file", 0o444);
    if fs::write(tree.host("file"), b"bytes").is_ok() {
        // The superuser may touch everything.
        return;
    }
    assert_eq!(tree.open("file", READ_WRITE), Err(Error::Denied));
    // It is there: nothing need be made, so nothing need be written.
    assert!(tree.open("file", Open { create: true, ..READ }).is_ok());
    set_mode("file", 0o222);
    assert_eq!(tree.open("file", READ), Err(Error::Denied));
    fs::create_dir(tree.host("directory")).unwrap();
    set_mode("directory", 0o555);
    assert_eq!(tree.open("directory/new", CREATE), Err(Error::Denied));
    assert_eq!(tree.files.create_directory(tree.root, "directory/new"), Err(Error::Denied));
}

/// Not even the superuser writes to a program that runs, as this one does.
#[cfg(target_os = "linux")]
#[test]
fn what_is_there_need_not_be_made_and_so_not_be_written() {
    let program = std::env::current_exe().unwrap();
    let files = HostFiles::new();
    let root = files.open_root(program.parent().unwrap(), Access::ReadWrite).unwrap();
    let name = program.file_name().unwrap().to_str().unwrap();
    assert_eq!(files.open(root, name, READ_WRITE), Err(Error::Busy));
    assert!(files.open(root, name, Open { create: true, ..READ }).is_ok());
}
