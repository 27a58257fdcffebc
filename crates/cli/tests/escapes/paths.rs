//! Names and symbolic links that lead out of the guest's directory.

use std::fs;

use crate::errno;
use crate::guest::{
    BOTH_TIMES, DIR, Guest, OPEN_CREATE, OPEN_DIRECTORY, OPEN_TRUNCATE, RIGHT_READ, RIGHT_WRITE, RIGHTS,
    RIGHTS_DIRECTORY, SCRATCH, Word,
};
use crate::world::{World, snapshot};

/// Calls everything that takes a path with this one; each attempt has its name. Only for places that this test made: a
/// runtime that lets it through would destroy them.
fn try_everything(guest: &mut Guest, path: &str) -> Vec<String> {
    let mut names = Vec::new();
    let zero = Word::Number(0);
    let mut call = |name: &str, before: &[Word], behind: &[Word]| {
        guest.path_call(name, before, path, behind);
        names.push(format!("{name} {path:?}"));
    };
    for (open, rights) in [
        (0, RIGHT_READ),
        (0, RIGHT_WRITE),
        (0, RIGHT_READ | RIGHT_WRITE),
        (OPEN_DIRECTORY, RIGHTS_DIRECTORY),
        (OPEN_CREATE, RIGHT_READ),
        (OPEN_CREATE | OPEN_TRUNCATE, RIGHT_WRITE),
        (OPEN_TRUNCATE, RIGHT_WRITE),
    ] {
        call("path_open", &[DIR, 1.into()], &[open.into(), rights.into(), 0.into(), 0.into(), SCRATCH]);
    }
    call("path_create_directory", &[DIR], &[]);
    call("path_filestat_get", &[DIR, 1.into()], &[SCRATCH]);
    call("path_filestat_set_times", &[DIR, 1.into()], &[zero, zero, BOTH_TIMES.into()]);
    call("path_readlink", &[DIR], &[SCRATCH, 64.into(), 32.into()]);
    call("path_remove_directory", &[DIR], &[]);
    call("path_unlink_file", &[DIR], &[]);
    let own = guest.bytes(b"file");
    let new = guest.bytes(b"new");
    let path_words = guest.bytes(path.as_bytes());
    for (name, words) in [
        ("path_link", [&[DIR, zero][..], &path_words, &[DIR], &new].concat()),
        ("path_link", [&[DIR, zero][..], &own, &[DIR], &path_words].concat()),
        ("path_rename", [&[DIR][..], &path_words, &[DIR], &new].concat()),
        ("path_rename", [&[DIR][..], &own, &[DIR], &path_words].concat()),
        ("path_symlink", [&own[..], &[DIR], &path_words].concat()),
    ] {
        guest.call(name, &words);
        names.push(format!("{name} {path:?}"));
    }
    names
}

/// Calls what only looks at a path.
fn try_reading(guest: &mut Guest, path: &str) -> Vec<String> {
    let mut names = Vec::new();
    let zero = Word::Number(0);
    for (name, before, behind) in [
        ("path_open", &[DIR, 1.into()][..], &[zero, RIGHT_READ.into(), zero, zero, SCRATCH][..]),
        ("path_open", &[DIR, zero], &[zero, zero, zero, zero, SCRATCH]),
        ("path_filestat_get", &[DIR, 1.into()], &[SCRATCH]),
        ("path_filestat_get", &[DIR, zero], &[SCRATCH]),
        ("path_readlink", &[DIR], &[SCRATCH, 64.into(), 32.into()]),
    ] {
        guest.path_call(name, before, path, behind);
        names.push(format!("{name} {path:?}"));
    }
    names
}

/// Everything must be denied, and leave inside and outside as they were.
#[track_caller]
fn denies(world: &World, paths: &[&str]) {
    denies_each(world, paths, try_everything);
}

/// Looking at places of the system must be denied.
#[track_caller]
fn denies_reading(world: &World, paths: &[&str]) {
    denies_each(world, paths, try_reading);
}

#[track_caller]
fn denies_each(world: &World, paths: &[&str], attempt: fn(&mut Guest, &str) -> Vec<String>) {
    let inside = snapshot(&world.inside());
    for path in paths {
        let mut guest = Guest::default();
        let names = attempt(&mut guest, path);
        let denied: Vec<(String, u32)> = names.into_iter().map(|name| (name, errno::PERM)).collect();
        let given = guest.run(&["--dir", &world.option()]);
        let given: Vec<(String, u32)> = denied.iter().map(|(name, _)| name.clone()).zip(given).collect();
        assert_eq!(given, denied);
    }
    assert_eq!(snapshot(&world.inside()), inside);
    world.check();
}

#[test]
fn absolute_paths() {
    let world = World::new();
    let secret = world.outside().join("secret");
    let own = world.inside().join("file");
    let slashes = format!("/{}", secret.display());
    // Not even where it leads back.
    denies(&world, &[secret.to_str().unwrap(), &slashes, own.to_str().unwrap()]);
    denies_reading(
        &world,
        &[
            "/",
            "/file",
            "/etc/passwd",
            "//etc/passwd",
            "/proc/self/environ",
            "/proc/self/root/etc/passwd",
            "/proc/self/cwd",
        ],
    );
}

#[test]
fn parents() {
    let world = World::new();
    denies(
        &world,
        &[
            "../outside/secret",
            "../outside/new",
            "./../outside/secret",
            "sub/../../outside/secret",
            "sub/.././../outside/secret",
            "sub//..//..//outside//secret",
            // Out and in again.
            "../inside/file",
            "sub/../../inside/sub/file",
        ],
    );
    denies_reading(&world, &["..", "sub/../..", "../../../../../../../../../../../../../../../../etc/passwd"]);
}

#[test]
fn links_in_the_middle_of_a_path() {
    let world = World::new();
    world.link(world.outside(), "absolute");
    world.link("../outside", "relative");
    world.link("sub/../../outside", "winding");
    world.link("relative", "second");
    world.link("second", "third");
    world.link("../../outside", "sub/deeper");
    world.link("/", "root");
    world.link("/proc/self/cwd", "magic");
    world.link("sub", "harmless");
    denies(
        &world,
        &[
            "absolute/secret",
            "relative/secret",
            "relative/new",
            "winding/secret",
            "second/secret",
            "third/secret",
            "third/empty/new",
            "sub/deeper/secret",
            "harmless/deeper/secret",
            "harmless/../third/secret",
            // Whose parent would be the world.
            "relative/../inside/file",
            "relative/..",
            "harmless/../../outside/secret",
        ],
    );
    denies_reading(&world, &["root/etc/passwd", "root/.", "magic/Cargo.toml", "magic/."]);
}

#[test]
fn links_at_the_end_of_a_path() {
    let world = World::new();
    world.link(world.outside().join("secret"), "absolute");
    world.link("../outside/secret", "relative");
    world.link("relative", "chained");
    world.link("../outside/new", "dangling");
    world.link("../outside", "directory");
    world.link("..", "parent");
    for name in ["absolute", "chained", "relative", "dangling", "directory", "parent"] {
        let mut guest = Guest::default();
        let mut wanted = Vec::new();
        for open in [0, OPEN_CREATE, OPEN_TRUNCATE, OPEN_CREATE | OPEN_TRUNCATE] {
            guest.open(DIR, name, open, RIGHT_READ | RIGHT_WRITE);
            wanted.push(errno::PERM);
        }
        guest.open(DIR, name, OPEN_DIRECTORY, RIGHTS_DIRECTORY);
        wanted.push(errno::PERM);
        // Not following it, there is a link and no file.
        let behind = [OPEN_CREATE.into(), RIGHT_WRITE.into(), 0.into(), 0.into(), SCRATCH];
        guest.path_call("path_open", &[DIR, 0.into()], name, &behind);
        wanted.push(errno::LOOP);
        guest.path_call("path_filestat_get", &[DIR, 1.into()], name, &[SCRATCH]);
        wanted.push(errno::PERM);
        guest.path_call("path_filestat_set_times", &[DIR, 1.into()], name, &[0.into(), 0.into(), BOTH_TIMES.into()]);
        wanted.push(errno::PERM);
        // What concerns the link itself is allowed: that is in the guest's directory.
        guest.path_call("path_filestat_get", &[DIR, 0.into()], name, &[SCRATCH]);
        wanted.push(errno::SUCCESS);
        let own = guest.bytes(name.as_bytes());
        let new = guest.bytes(b"renamed");
        guest.call("path_rename", &[&[DIR][..], &own, &[DIR], &new].concat());
        wanted.push(errno::SUCCESS);
        guest.open(DIR, "renamed", 0, RIGHT_READ);
        wanted.push(errno::PERM);
        guest.path_call("path_unlink_file", &[DIR], "renamed", &[]);
        wanted.push(errno::SUCCESS);
        assert_eq!((name, guest.run(&["--dir", &world.option()])), (name, wanted));
        world.check();
    }
    assert_eq!(fs::read_dir(world.inside()).unwrap().count(), 2);
}

#[test]
fn links_that_the_guest_makes() {
    let world = World::new();
    let mut guest = Guest::default();
    let mut wanted = Vec::new();
    for (number, text) in ["/etc/passwd", "//", "/proc/self/root"].iter().enumerate() {
        let text = guest.bytes(text.as_bytes());
        let path = guest.bytes(format!("absolute {number}").as_bytes());
        guest.call("path_symlink", &[&text[..], &[DIR], &path].concat());
        wanted.push(errno::PERM);
    }
    // Up and out: it may be said, for nobody knows from where it will be read; going there is denied.
    for (number, text) in ["../outside/secret", "..", "sub/../../outside/secret"].iter().enumerate() {
        let name = format!("up {number}");
        let text = guest.bytes(text.as_bytes());
        let path = guest.bytes(name.as_bytes());
        guest.call("path_symlink", &[&text[..], &[DIR], &path].concat());
        wanted.push(errno::SUCCESS);
        guest.open(DIR, &name, 0, RIGHT_READ);
        guest.open(DIR, &name, OPEN_CREATE | OPEN_TRUNCATE, RIGHT_WRITE);
        guest.path_call("path_filestat_get", &[DIR, 1.into()], &name, &[SCRATCH]);
        wanted.extend([errno::PERM; 3]);
    }
    // A link that is harmless where it is made, and moved to where it leads out.
    let text = guest.bytes(b"../outside");
    let (path, moved) = (guest.bytes(b"sub/harmless"), guest.bytes(b"moved"));
    guest.call("path_symlink", &[&text[..], &[DIR], &path].concat());
    guest.call("path_rename", &[&[DIR][..], &path, &[DIR], &moved].concat());
    wanted.extend([errno::SUCCESS; 2]);
    guest.open(DIR, "moved/secret", 0, RIGHT_READ);
    guest.open(DIR, "moved/new", OPEN_CREATE, RIGHT_WRITE);
    wanted.extend([errno::PERM; 2]);
    assert_eq!(guest.run(&["--dir", &world.option()]), wanted);
    world.check();
}

#[test]
fn names_that_are_none() {
    let world = World::new();
    let mut guest = Guest::default();
    let long = "n".repeat(256);
    let deep = "d/".repeat(5000);
    for path in ["", "file\0", "\0", "file\0/../../outside/secret", &long, &deep] {
        guest.path_call(
            "path_open",
            &[DIR, 1.into()],
            path,
            &[0.into(), RIGHT_READ.into(), 0.into(), 0.into(), SCRATCH],
        );
    }
    let bytes = guest.bytes(b"\xff\xfe");
    guest.call("path_unlink_file", &[&[DIR][..], &bytes].concat());
    let (noent, nametoolong, ilseq) = (44, 37, 25);
    assert_eq!(
        guest.run(&["--dir", &world.option()]),
        [noent, errno::INVAL, errno::INVAL, errno::INVAL, nametoolong, nametoolong, ilseq]
    );
    world.check();
}

#[test]
fn circles_and_long_chains_of_links() {
    let world = World::new();
    world.link("circle", "circle");
    world.link("b", "a");
    world.link("a", "b");
    world.link("self/.", "self");
    world.link("file", "chain 0");
    for number in 1..200 {
        world.link(format!("chain {}", number - 1), &format!("chain {number}"));
    }
    let mut guest = Guest::default();
    for path in ["circle", "a", "b/x", "self", "self/self", "chain 199"] {
        guest.open(DIR, path, 0, RIGHT_READ);
    }
    assert_eq!(guest.run(&["--dir", &world.option()]), [errno::LOOP; 6]);
}

#[test]
fn the_process_itself() {
    if !std::path::Path::new("/proc/self/root").exists() {
        return;
    }
    // A directory full of links that the kernel follows by itself, not by their text.
    let mut guest = Guest::default();
    for path in ["root", "root/etc/passwd", "cwd", "cwd/Cargo.toml", "exe", "task/../root/etc/passwd"] {
        guest.open(DIR, path, 0, RIGHT_READ);
    }
    let given = guest.run(&["--dir-ro", "/proc/self::/"]);
    assert!(given.iter().all(|errno| [errno::PERM, errno::LOOP].contains(errno)), "{given:?}");
}

#[test]
fn below_a_directory_for_reading_nothing_changes() {
    let world = World::new();
    let before = snapshot(&world.inside());
    let zero = Word::Number(0);
    let mut guest = Guest::default();
    let mut names: Vec<String> = Vec::new();
    let (file, new, sub) = (guest.bytes(b"file"), guest.bytes(b"new"), guest.bytes(b"sub"));
    for (open, rights) in [
        (0, RIGHT_WRITE),
        (0, RIGHT_READ | RIGHT_WRITE),
        (OPEN_CREATE, RIGHT_READ),
        (OPEN_TRUNCATE, RIGHT_READ),
        (OPEN_CREATE | OPEN_TRUNCATE, RIGHT_WRITE),
    ] {
        for path in [file, new] {
            let behind = [open.into(), rights.into(), zero, zero, SCRATCH];
            guest.call("path_open", &[&[DIR, 1.into()], &path[..], &behind].concat());
            names.push(format!("path_open {open} {rights}"));
        }
    }
    let times = [zero, zero, BOTH_TIMES.into()];
    for (name, words) in [
        ("path_create_directory", [&[DIR][..], &new].concat()),
        ("path_remove_directory", [&[DIR][..], &sub].concat()),
        ("path_unlink_file", [&[DIR][..], &file].concat()),
        ("path_filestat_set_times", [&[DIR, zero][..], &file, &times].concat()),
        ("path_link", [&[DIR, zero][..], &file, &[DIR], &new].concat()),
        ("path_rename", [&[DIR][..], &file, &[DIR], &new].concat()),
        ("path_symlink", [&file[..], &[DIR], &new].concat()),
        ("fd_filestat_set_times", [&[DIR][..], &times].concat()),
    ] {
        guest.call(name, &words);
        names.push(name.to_owned());
    }
    // The same with what was opened for reading, and all rights asked for that there are.
    let opened = guest.open(DIR, "file", 0, RIGHTS & !RIGHT_WRITE);
    let vector = guest.vector(64, 8);
    names.push("path_open for reading".to_owned());
    let begin = names.len();
    for (name, words) in [
        ("fd_write", vec![opened, vector, 1.into(), SCRATCH]),
        ("fd_pwrite", vec![opened, vector, 1.into(), zero, SCRATCH]),
        ("fd_filestat_set_size", vec![opened, zero]),
        ("fd_filestat_set_times", vec![opened, zero, zero, BOTH_TIMES.into()]),
        ("fd_allocate", vec![opened, zero, 100.into()]),
        ("fd_fdstat_set_rights", vec![opened, RIGHTS.into(), zero]),
        ("fd_fdstat_set_rights", vec![DIR, RIGHTS.into(), RIGHTS.into()]),
    ] {
        guest.call(name, &words);
        names.push(name.to_owned());
    }
    let given = guest.run(&["--dir-ro", &world.option()]);
    for (index, (name, errno)) in names.iter().zip(given).enumerate() {
        let wanted = if index + 1 == begin { errno::SUCCESS } else { errno::NOTCAPABLE };
        assert_eq!((name, errno), (name, wanted));
    }
    assert_eq!(snapshot(&world.inside()), before);
    world.check();
}
