//! Descriptors that were closed, moved, or are too many.

use std::fs;

use crate::errno;
use crate::guest::{DIR, Guest, OPEN_CREATE, OPEN_DIRECTORY, RIGHT_READ, RIGHT_WRITE, RIGHTS_DIRECTORY, SCRATCH, Word};
use crate::world::{World, snapshot};

const SECOND: Word = Word::Number(4);

#[test]
fn a_closed_directory_leads_nowhere() {
    let world = World::new();
    let mut guest = Guest::default();
    let sub = guest.open(DIR, "sub", OPEN_DIRECTORY, RIGHTS_DIRECTORY);
    guest.call("fd_close", &[DIR]);
    guest.open(DIR, "file", 0, RIGHT_READ);
    guest.call("fd_prestat_get", &[DIR, SCRATCH]);
    guest.call("fd_close", &[DIR]);
    // What is opened now takes its number, and has none of its names, rights or paths.
    let again = guest.open(sub, "file", 0, RIGHT_READ);
    guest.call("fd_prestat_get", &[DIR, SCRATCH]);
    guest.open(DIR, "file", 0, RIGHT_READ);
    guest.call("fd_close", &[again]);
    guest.open(sub, ".", OPEN_DIRECTORY, RIGHTS_DIRECTORY);
    guest.call("fd_prestat_get", &[DIR, SCRATCH]);
    guest.open(DIR, "../file", 0, RIGHT_READ);
    guest.open(DIR, "file", 0, RIGHT_READ);
    assert_eq!(
        guest.run(&["--dir", &world.option()]),
        [
            errno::SUCCESS,
            errno::SUCCESS,
            errno::BADF,
            errno::BADF,
            errno::BADF,
            errno::SUCCESS,
            errno::BADF,
            errno::NOTDIR,
            errno::SUCCESS,
            errno::SUCCESS,
            errno::BADF,
            errno::PERM,
            errno::SUCCESS,
        ]
    );
    world.check();
}

#[test]
fn a_closed_descriptor_is_none_for_any_function() {
    let world = World::new();
    let mut guest = Guest::default();
    let file = guest.open(DIR, "file", 0, RIGHT_READ | RIGHT_WRITE);
    guest.call("fd_close", &[file]);
    let vector = guest.vector(64, 8);
    let (zero, one) = (Word::Number(0), Word::Number(1));
    let path = guest.bytes(b"file");
    let calls = [
        ("fd_advise", vec![file, zero, zero, zero]),
        ("fd_allocate", vec![file, zero, one]),
        ("fd_close", vec![file]),
        ("fd_datasync", vec![file]),
        ("fd_fdstat_get", vec![file, SCRATCH]),
        ("fd_fdstat_set_flags", vec![file, zero]),
        ("fd_fdstat_set_rights", vec![file, zero, zero]),
        ("fd_filestat_get", vec![file, SCRATCH]),
        ("fd_filestat_set_size", vec![file, zero]),
        ("fd_filestat_set_times", vec![file, zero, zero, one]),
        ("fd_pread", vec![file, vector, one, zero, SCRATCH]),
        ("fd_prestat_dir_name", vec![file, SCRATCH, one]),
        ("fd_prestat_get", vec![file, SCRATCH]),
        ("fd_pwrite", vec![file, vector, one, zero, SCRATCH]),
        ("fd_read", vec![file, vector, one, SCRATCH]),
        ("fd_readdir", vec![file, SCRATCH, 64.into(), zero, 32.into()]),
        ("fd_renumber", vec![file, DIR]),
        ("fd_renumber", vec![DIR, file]),
        ("fd_seek", vec![file, zero, zero, SCRATCH]),
        ("fd_sync", vec![file]),
        ("fd_tell", vec![file, SCRATCH]),
        ("fd_write", vec![file, vector, one, SCRATCH]),
        ("path_create_directory", [&[file], &path[..]].concat()),
        ("path_filestat_get", [&[file, zero], &path[..], &[SCRATCH]].concat()),
        ("path_filestat_set_times", [&[file, zero], &path[..], &[zero, zero, one]].concat()),
        ("path_link", [&[file, zero], &path[..], &[DIR], &path].concat()),
        ("path_link", [&[DIR, zero], &path[..], &[file], &path].concat()),
        ("path_open", [&[file, zero], &path[..], &[zero, zero, zero, zero, SCRATCH]].concat()),
        ("path_readlink", [&[file], &path[..], &[SCRATCH, 64.into(), 32.into()]].concat()),
        ("path_remove_directory", [&[file], &path[..]].concat()),
        ("path_rename", [&[file], &path[..], &[DIR], &path].concat()),
        ("path_rename", [&[DIR], &path[..], &[file], &path].concat()),
        ("path_symlink", [&path[..], &[file], &path].concat()),
        ("path_unlink_file", [&[file], &path[..]].concat()),
        ("sock_accept", vec![file, zero, SCRATCH]),
        ("sock_recv", vec![file, vector, one, zero, SCRATCH, 32.into()]),
        ("sock_send", vec![file, vector, one, zero, SCRATCH]),
        ("sock_shutdown", vec![file, one]),
    ];
    for (name, words) in &calls {
        guest.call(name, words);
    }
    let given = guest.run(&["--dir", &world.option()]);
    assert_eq!(given[..2], [errno::SUCCESS; 2]);
    for ((name, _), errno) in calls.iter().zip(&given[2..]) {
        assert_eq!((*name, *errno), (*name, errno::BADF));
    }
    assert_eq!(given.len(), 2 + calls.len());
}

#[test]
fn moving_a_descriptor_moves_its_rights() {
    let world = World::new();
    let before = snapshot(&world.inside());
    let readable = format!("{}::/readable", world.inside().display());
    let writable = world.folder.join("writable");
    fs::create_dir(&writable).unwrap();
    let writable = format!("{}::/writable", writable.display());
    // The directory for reading takes the place of the one for writing.
    let mut guest = Guest::default();
    guest.call("fd_renumber", &[DIR, SECOND]);
    guest.open(DIR, "file", 0, RIGHT_READ);
    guest.open(SECOND, "file", 0, RIGHT_READ);
    guest.open(SECOND, "new", OPEN_CREATE, RIGHT_WRITE);
    guest.path_call("path_unlink_file", &[SECOND], "file", &[]);
    guest.path_call("path_create_directory", &[SECOND], "new", &[]);
    guest.open(SECOND, "../writable/new", OPEN_CREATE, RIGHT_WRITE);
    assert_eq!(
        guest.run(&["--dir-ro", &readable, "--dir", &writable]),
        [
            errno::SUCCESS,
            errno::BADF,
            errno::SUCCESS,
            errno::NOTCAPABLE,
            errno::NOTCAPABLE,
            errno::NOTCAPABLE,
            errno::NOTCAPABLE,
        ]
    );
    // And the other way round: what was for reading is gone.
    let mut guest = Guest::default();
    guest.call("fd_renumber", &[SECOND, DIR]);
    guest.open(SECOND, "file", 0, RIGHT_READ);
    guest.open(DIR, "new", OPEN_CREATE, RIGHT_WRITE);
    guest.open(DIR, "file", 0, RIGHT_READ);
    let noent = 44;
    assert_eq!(
        guest.run(&["--dir-ro", &readable, "--dir", &writable]),
        [errno::SUCCESS, errno::BADF, errno::SUCCESS, noent]
    );
    assert_eq!(snapshot(&world.inside()), before);
    world.check();
}

#[test]
fn links_and_renames_do_not_cross_from_reading_to_writing() {
    let world = World::new();
    let before = snapshot(&world.inside());
    let readable = format!("{}::/readable", world.inside().display());
    let writable_folder = world.folder.join("writable");
    fs::create_dir(&writable_folder).unwrap();
    fs::write(writable_folder.join("own"), "own").unwrap();
    let writable = format!("{}::/writable", writable_folder.display());
    let mut guest = Guest::default();
    let (file, own, new) = (guest.bytes(b"file"), guest.bytes(b"own"), guest.bytes(b"new"));
    // A second name where writing is allowed would make the file writable.
    guest.call("path_link", &[&[DIR, 0.into()], &file[..], &[SECOND], &new].concat());
    guest.call("path_link", &[&[SECOND, 0.into()], &own[..], &[DIR], &new].concat());
    guest.call("path_rename", &[&[DIR], &file[..], &[SECOND], &new].concat());
    guest.call("path_rename", &[&[SECOND], &own[..], &[DIR], &new].concat());
    assert_eq!(guest.run(&["--dir-ro", &readable, "--dir", &writable]), [errno::NOTCAPABLE; 4]);
    assert_eq!(snapshot(&world.inside()), before);
    assert_eq!(fs::read_dir(writable_folder).unwrap().count(), 1);
}

#[test]
fn too_many_open_descriptors_are_refused() {
    let world = World::new();
    let mut guest = Guest::default();
    let behind = [0.into(), RIGHT_READ.into(), 0.into(), 0.into(), SCRATCH];
    for _ in 0..1000 {
        guest.path_call("path_open", &[DIR, 0.into()], "file", &behind);
    }
    // And again once one is closed.
    guest.call("fd_close", &[Word::Loaded(64)]);
    guest.path_call("path_open", &[DIR, 0.into()], "file", &behind);
    let given = guest.run(&["--dir", &world.option()]);
    let opened = given.iter().take_while(|errno| **errno == errno::SUCCESS).count();
    assert!((32..1000).contains(&opened), "{opened}");
    assert!(given[opened..1000].iter().all(|errno| *errno == errno::MFILE), "{given:?}");
    assert_eq!(given[1000..], [errno::SUCCESS; 2]);
}

#[test]
fn the_process_does_not_grow_with_the_number_of_calls() {
    let world = World::new();
    let mut guest = Guest::default();
    let (file, missing, link) = (guest.constants("file"), guest.constants("missing"), guest.constants("link"));
    guest.instructions(&format!(
        "(local.set $time (i64.const 10000))
        (loop $again
          ;; Opened and closed; opened in vain; opened, but with no place for the descriptor.
          (drop (call $path_open (i32.const 3) (i32.const 1) {file} (i32.const 0) (i64.const {RIGHT_READ})
            (i64.const 0) (i32.const 0) (i32.const 64)))
          (drop (call $fd_close (i32.load (i32.const 64))))
          (drop (call $path_open (i32.const 3) (i32.const 1) {missing} (i32.const 0) (i64.const {RIGHT_READ})
            (i64.const 0) (i32.const 0) (i32.const 64)))
          (drop (call $path_open (i32.const 3) (i32.const 1) {file} (i32.const 0) (i64.const {RIGHT_READ})
            (i64.const 0) (i32.const 0) (i32.const -1)))
          (drop (call $path_symlink {file} (i32.const 3) {link}))
          (drop (call $path_unlink_file (i32.const 3) {link}))
          (drop (call $fd_readdir (i32.const 3) (i32.const 128) (i32.const 4096) (i64.const 0) (i32.const 64)))
          (drop (call $poll_oneoff (i32.const 0) (i32.const 0) (i32.const -1) (i32.const 0)))
          (drop (call $random_get (i32.const 0) (i32.const -1)))
          (local.set $time (i64.sub (local.get $time) (i64.const 1)))
          (br_if $again (i64.ne (local.get $time) (i64.const 0))))"
    ));
    // All descriptors are free again.
    let behind = [0.into(), RIGHT_READ.into(), 0.into(), 0.into(), SCRATCH];
    for _ in 0..32 {
        guest.path_call("path_open", &[DIR, 0.into()], "file", &behind);
    }
    assert_eq!(guest.run(&["--dir", &world.option()]), [errno::SUCCESS; 32]);
    world.check();
}
