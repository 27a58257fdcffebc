//! `FlashFiles`: every method, good and bad arguments; every path up to four names long against a plain list of paths.

use std::collections::BTreeSet;

use moteur_guest::files::{FlashError, FlashFile, FlashFiles, flash_files};
use moteur_platform::{Error, FileType, Files, Handle, Open, Time};

mod files_common;

use files_common::READ;

// Names around the slash in ASCII: '-' and '.' come before it, '0' after.
static FILES: FlashFiles = flash_files! {
    "index.html" => b"<h1>It works</h1>",
    "etc/config.toml" => b"baud = 115200",
    "etc/app/colours.txt" => include_bytes!("../Cargo.toml"),
    "etc-old/x" => b"",
    "etc.bak" => b"backup",
    "etc0" => b"zero",
    "deep/a/b/c" => b"c",
    "deep/a/b0" => b"b0",
    "deep/a-b/c" => b"other",
    "grün/ß" => "ß".as_bytes(),
};

const PATHS: &[&str] = &[
    "index.html",
    "etc/config.toml",
    "etc/app/colours.txt",
    "etc-old/x",
    "etc.bak",
    "etc0",
    "deep/a/b/c",
    "deep/a/b0",
    "deep/a-b/c",
    "grün/ß",
];

fn list(files: &FlashFiles, directory: Handle) -> Vec<(String, FileType, u64)> {
    let mut found = Vec::new();
    let mut cookie = 0;
    let mut name = [0; 64];
    while let Some(entry) = files.entry(directory, cookie, &mut name).unwrap() {
        let text = std::str::from_utf8(&name[..entry.name_len as usize]).unwrap();
        found.push((text.to_string(), entry.file_type, entry.inode));
        assert!(entry.next > cookie, "it gets on");
        cookie = entry.next;
    }
    found
}

#[test]
fn directories_list_each_name_once() {
    let names = |path| {
        let directory = FILES.open(FILES.root(), path, READ).unwrap();
        list(&FILES, directory).into_iter().map(|(name, ..)| name).collect::<Vec<_>>()
    };
    assert_eq!(names("."), ["deep", "etc", "etc-old", "etc.bak", "etc0", "grün", "index.html"]);
    assert_eq!(names("etc"), ["app", "config.toml"]);
    assert_eq!(names("deep/a"), ["b", "b0"]);
    assert_eq!(names("deep"), ["a", "a-b"]);
    assert_eq!(names("etc-old"), ["x"]);
}

#[test]
fn what_is_listed_can_be_opened_and_has_that_number() {
    fn visit(directory: Handle, prefix: &str, seen: &mut BTreeSet<u64>, paths: &mut Vec<String>) {
        for (name, file_type, inode) in list(&FILES, directory) {
            let status = FILES.status_at(directory, &name, false).unwrap();
            assert_eq!((status.file_type, status.inode, status.links), (file_type, inode, 1), "{prefix}{name}");
            let handle = FILES.open(directory, &name, READ).unwrap();
            assert_eq!(FILES.status(handle), Ok(status));
            assert!(seen.insert(inode), "{prefix}{name} has a number of its own");
            let path = format!("{prefix}{name}");
            match file_type {
                FileType::Directory => visit(handle, &format!("{path}/"), seen, paths),
                _ => paths.push(path),
            }
        }
    }
    let (mut seen, mut paths) = (BTreeSet::from([FILES.status(FILES.root()).unwrap().inode]), Vec::new());
    visit(FILES.root(), "", &mut seen, &mut paths);
    let mut expected = PATHS.to_vec();
    paths.sort();
    expected.sort();
    assert_eq!(paths, expected);
}

#[test]
fn files_are_read_from_anywhere() {
    let file = FILES.open(FILES.root(), "index.html", READ).unwrap();
    let all = b"<h1>It works</h1>";
    for offset in 0..all.len() + 3 {
        for len in 0..all.len() + 3 {
            let mut buffer = vec![0xee; len];
            let count = FILES.read_at(file, &mut buffer, offset as u64).unwrap();
            let expected = &all[offset.min(all.len())..(offset + len).min(all.len()).max(offset.min(all.len()))];
            assert_eq!(&buffer[..count], expected);
            assert!(buffer[count..].iter().all(|byte| *byte == 0xee));
        }
    }
    for offset in [u64::from(u32::MAX), u64::MAX] {
        assert_eq!(FILES.read_at(file, &mut [0; 4], offset), Ok(0));
    }
    assert_eq!(FILES.status(file).unwrap().size, all.len() as u64);
    assert_eq!(FILES.read_at(FILES.root(), &mut [0; 4], 0), Err(Error::IsDirectory));
}

/// What a plain list of paths says.
fn model(path: &str) -> Result<(String, FileType), Error> {
    if path.is_empty() {
        return Err(Error::NotFound);
    }
    if path.starts_with('/') {
        return Err(Error::Escapes);
    }
    let kind = |names: &[&str]| {
        let joined = names.join("/");
        if names.is_empty() || PATHS.iter().any(|own| own.starts_with(&format!("{joined}/"))) {
            Ok(FileType::Directory)
        } else if PATHS.contains(&joined.as_str()) {
            Ok(FileType::Regular)
        } else {
            Err(Error::NotFound)
        }
    };
    let mut names: Vec<&str> = Vec::new();
    for part in path.split('/') {
        if part.is_empty() {
            continue;
        }
        if kind(&names)? != FileType::Directory {
            return Err(Error::NotDirectory);
        }
        match part {
            "." => {}
            ".." => drop(names.pop().ok_or(Error::Escapes)?),
            part => names.push(part),
        }
    }
    let found = kind(&names)?;
    if path.ends_with('/') && found != FileType::Directory {
        return Err(Error::NotDirectory);
    }
    Ok((names.join("/"), found))
}

#[test]
fn every_path_leads_where_a_plain_list_says() {
    let parts =
        ["", ".", "..", "deep", "a", "a-b", "b", "b0", "c", "etc", "etc-old", "etc.bak", "config.toml", "x", "et"];
    let mut found = 0;
    let mut try_path = |path: &str| {
        let expected = model(path);
        let own = FILES.status_at(FILES.root(), path, true);
        assert_eq!(own.map(|status| status.file_type), expected.clone().map(|(_, kind)| kind), "{path}");
        if let Ok((plain, _)) = expected {
            let plain = if plain.is_empty() { "." } else { &plain };
            assert_eq!(own, FILES.status_at(FILES.root(), plain, true), "{path}");
            found += 1;
        }
    };
    for a in parts {
        try_path(a);
        for b in parts {
            try_path(&format!("{a}/{b}"));
            for c in parts {
                try_path(&format!("{a}/{b}/{c}"));
                for d in parts {
                    try_path(&format!("{a}/{b}/{c}/{d}"));
                }
            }
        }
    }
    assert!(found > 400, "{found} paths were found");
}

#[test]
fn a_directory_is_a_capability() {
    let etc = FILES.open(FILES.root(), "etc", Open { directory: true, ..READ }).unwrap();
    assert!(FILES.status_at(etc, "app/../config.toml", true).is_ok());
    for path in ["..", "../index.html", "app/../..", "/etc/config.toml", "app/../../etc/config.toml"] {
        assert_eq!(FILES.open(etc, path, READ), Err(Error::Escapes), "{path}");
    }
    let file = FILES.open(etc, "config.toml", READ).unwrap();
    assert_eq!(FILES.open(file, ".", READ), Err(Error::NotDirectory));
    assert_eq!(FILES.entry(file, 0, &mut []), Err(Error::NotDirectory));
}

#[test]
fn what_would_change_something_is_refused() {
    let root = FILES.root();
    for (path, how, error) in [
        ("etc0", Open { write: true, ..READ }, Error::ReadOnly),
        ("etc0", Open { truncate: true, ..READ }, Error::ReadOnly),
        ("etc0", Open { create: true, write: true, ..READ }, Error::ReadOnly),
        ("etc0", Open { create: true, exclusive: true, ..READ }, Error::Exists),
        ("etc0", Open { directory: true, ..READ }, Error::NotDirectory),
        ("etc0/", READ, Error::NotDirectory),
        ("etc", Open { write: true, ..READ }, Error::IsDirectory),
        ("etc", Open { create: true, ..READ }, Error::IsDirectory),
        ("etc", Open { create: true, exclusive: true, ..READ }, Error::Exists),
        ("etc", Open { create: true, directory: true, ..READ }, Error::Invalid),
        ("new", Open { create: true, ..READ }, Error::ReadOnly),
        ("new", Open { write: true, ..READ }, Error::NotFound),
        ("new", READ, Error::NotFound),
        ("new/x", Open { create: true, ..READ }, Error::NotFound),
        ("", READ, Error::NotFound),
    ] {
        assert_eq!(FILES.open(root, path, how), Err(error), "{path} {how:?}");
    }
    let file = FILES.open(root, "etc0", Open { create: true, ..READ }).unwrap();
    assert_eq!(FILES.write_at(file, b"x", 0), Err(Error::ReadOnly));
    assert_eq!(FILES.append(file, b"x"), Err(Error::ReadOnly));
    assert_eq!(FILES.set_size(file, 0), Err(Error::ReadOnly));
    assert_eq!(FILES.set_times(file, Time::Now, Time::Keep), Err(Error::ReadOnly));
    assert_eq!(FILES.set_times_at(root, "etc0", true, Time::Now, Time::Keep), Err(Error::ReadOnly));
    assert_eq!(FILES.create_directory(root, "new"), Err(Error::ReadOnly));
    assert_eq!(FILES.remove_directory(root, "etc"), Err(Error::ReadOnly));
    assert_eq!(FILES.remove_file(root, "etc0"), Err(Error::ReadOnly));
    assert_eq!(FILES.rename(root, "etc0", root, "new"), Err(Error::ReadOnly));
    assert_eq!(FILES.link(root, "etc0", root, "new"), Err(Error::Unsupported));
    assert_eq!(FILES.symlink("etc0", root, "new"), Err(Error::Unsupported));
    assert_eq!(FILES.read_link(root, "etc0", &mut []), Err(Error::Invalid));
    assert_eq!(FILES.read_link(root, "new", &mut []), Err(Error::NotFound));
    assert_eq!(FILES.set_flags(file, true, true), Ok(()));
    assert_eq!(FILES.sync(file, false), Ok(()));
    FILES.close(file);
}

#[test]
fn names_are_cut_to_the_buffer() {
    let mut name = [0xee; 4];
    let entry = FILES.entry(FILES.root(), 0, &mut name[..2]).unwrap().unwrap();
    assert_eq!((entry.name_len, &name), (4, b"de\xee\xee"));
    assert_eq!(FILES.entry(FILES.root(), entry.next, &mut []).unwrap().unwrap().name_len, 3);
}

#[test]
fn wrong_handles_and_cookies_are_errors() {
    let root = FILES.root();
    // Rows that don't exist; lengths that are in the middle of a name, behind the path, or a file's without a row.
    for handle in [u32::MAX, 10 << 12, 10 << 12 | 0xfff, 1, 3, 0xffe, 99 << 12] {
        let handle = Handle(handle);
        assert_eq!(FILES.status(handle), Err(Error::Invalid), "{handle:?}");
        assert_eq!(FILES.open(handle, "etc", READ), Err(Error::Invalid));
        assert_eq!(FILES.read_at(handle, &mut [0], 0), Err(Error::Invalid));
        assert_eq!(FILES.entry(handle, 0, &mut []), Err(Error::Invalid));
        assert_eq!(FILES.set_flags(handle, false, false), Err(Error::Invalid));
        FILES.close(handle);
    }
    for cookie in [10, 11, u64::from(u32::MAX), 1 << 32, u64::MAX] {
        assert_eq!(FILES.entry(root, cookie, &mut []), Ok(None), "{cookie}");
    }
    let etc = FILES.open(root, "etc", READ).unwrap();
    let mut cookie = 0;
    while let Some(entry) = FILES.entry(etc, cookie, &mut []).unwrap() {
        cookie = entry.next;
    }
    assert_eq!(FILES.entry(etc, cookie + 1, &mut []), Ok(None), "a row of another directory");
}

#[test]
fn no_files_are_an_empty_directory() {
    static EMPTY: FlashFiles = flash_files! {}.with_device(9);
    let root = EMPTY.root();
    assert_eq!(EMPTY.status(root).map(|status| (status.file_type, status.device)), Ok((FileType::Directory, 9)));
    assert_eq!(EMPTY.entry(root, 0, &mut []), Ok(None));
    assert_eq!(EMPTY.open(root, ".", READ), Ok(root));
    assert_eq!(EMPTY.open(root, "./", READ), Ok(root));
    assert_eq!(EMPTY.open(root, "a", READ), Err(Error::NotFound));
    assert_eq!(EMPTY.open(root, "..", READ), Err(Error::Escapes));
    assert_eq!(EMPTY.status(Handle(0xfff)), Err(Error::Invalid));
}

#[test]
fn a_bad_table_is_refused() {
    fn new(paths: &[&'static str]) -> Result<(), FlashError> {
        let table: Vec<_> = paths.iter().map(|path| FlashFile { path, bytes: b"" }).collect();
        FlashFiles::new(table.leak()).map(|_| ())
    }
    assert_eq!(new(&["a/b", "a-b", "a.b", "a0"]), Ok(()), "the slash comes first");
    assert_eq!(new(&["a-b", "a/b"]), Err(FlashError::NotSorted(1)));
    assert_eq!(new(&["b", "c", "a"]), Err(FlashError::NotSorted(2)));
    assert_eq!(new(&["a", "a"]), Err(FlashError::Twice(1)));
    assert_eq!(new(&["a", "a/b"]), Err(FlashError::BelowFile(1)));
    assert_eq!(new(&["a/b", "a/b/c/d"]), Err(FlashError::BelowFile(1)));
    assert_eq!(new(&["...", "a/.b", "a/..b"]), Err(FlashError::NotSorted(2)));
    assert_eq!(new(&["...", "a/..b", "a/.b"]), Ok(()));
    for path in ["", "/", "/a", "a/", "a//b", ".", "..", "a/.", "a/..", "./a", "../a", "a/../b", "a\0"] {
        assert_eq!(new(&["!", path]), Err(FlashError::BadPath(1)), "{path:?}");
    }
    let longest: &'static str = "a".repeat(0xffe).leak();
    assert_eq!(new(&[longest]), Ok(()));
    assert_eq!(new(&["a".repeat(0xfff).leak()]), Err(FlashError::BadPath(0)));
}
