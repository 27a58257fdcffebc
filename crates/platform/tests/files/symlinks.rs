//! Symbolic links: what they are good for, and that none leads out of the guest's directory, whoever made it and when.

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::escapes::tree;
use super::times::{THEN, each_combination};
use super::*;
use moteur_platform::FileType;

#[test]
fn links_that_lead_out_are_not_followed() {
    let tree = tree();
    let absolute = tree.path.join("outside");
    symlink("../outside/secret", tree.host("file")).unwrap();
    symlink(absolute.join("secret"), tree.host("absolute")).unwrap();
    symlink("../outside", tree.host("directory")).unwrap();
    symlink(&absolute, tree.host("absolute_directory")).unwrap();
    symlink("file", tree.host("chain")).unwrap();
    symlink("chain", tree.host("long_chain")).unwrap();
    symlink("../../outside", tree.host("a/middle")).unwrap();
    symlink("a/middle", tree.host("to_middle")).unwrap();
    symlink("../outside/new", tree.host("new")).unwrap();
    symlink("..", tree.host("up")).unwrap();
    let out = [
        "file",
        "absolute",
        "chain",
        "long_chain",
        "new",
        "directory/secret",
        "absolute_directory/secret",
        "a/middle/secret",
        "to_middle/secret",
        "a/../to_middle/secret",
        "directory/new",
        "up/outside/secret",
        "a/b/../../up/outside/secret",
        "directory/../guest/own",
    ];
    for path in out {
        // Those that look at the last name itself are refused where a directory on the way leads out.
        let is_on_the_way = path.contains('/');
        for (name, attempt) in ATTEMPTS {
            let follows =
                name.starts_with("open") || matches!(*name, "create" | "truncate" | "status_at" | "set_times_at");
            if is_on_the_way || follows {
                assert_eq!(attempt(&tree.files, tree.root, path), Err(Error::Escapes), "{name} {path}");
            }
        }
    }
    assert_eq!(tree.outside(), [("secret".to_owned(), SECRET.to_vec())]);
    // The links themselves are the guest's: it may remove them, but nothing through them.
    assert_eq!(tree.files.remove_directory(tree.root, "directory"), Err(Error::NotDirectory));
    assert_eq!(tree.files.remove_directory(tree.root, "directory/"), Err(Error::NotDirectory));
    for link in ["file", "absolute", "directory", "absolute_directory", "a/middle", "up"] {
        assert_eq!(tree.files.remove_file(tree.root, link), Ok(()), "{link}");
    }
    assert_eq!(tree.outside(), [("secret".to_owned(), SECRET.to_vec())]);
}

#[test]
fn a_guest_makes_no_way_out() {
    let tree = tree();
    // To an absolute path, never.
    assert_eq!(tree.files.symlink("/etc/passwd", tree.root, "passwd"), Err(Error::Escapes));
    // Upwards: that may be meant for a place where it leads nowhere bad. It is not followed where it does.
    assert_eq!(tree.files.symlink("../outside/secret", tree.root, "secret"), Ok(()));
    assert_eq!(tree.open("secret", FOLLOW), Err(Error::Escapes));
    assert_eq!(tree.files.symlink("../../outside", tree.root, "a/b/deep"), Ok(()));
    assert_eq!(tree.open("a/b/deep", FOLLOW), Err(Error::NotFound));
    assert_eq!(tree.files.rename(tree.root, "a/b/deep", tree.root, "a/deep"), Ok(()));
    assert_eq!(tree.open("a/deep/secret", FOLLOW), Err(Error::Escapes));
    // A link to the host's absolute path is not read: that would tell about the host.
    symlink("/etc", tree.host("etc")).unwrap();
    assert_eq!(tree.files.read_link(tree.root, "etc", &mut [0; 10]), Err(Error::Escapes));
}

#[test]
fn making_and_reading() {
    let tree = Tree::new();
    let (files, root) = (&tree.files, tree.root);
    tree.put("file", b"bytes");
    fs::create_dir(tree.host("directory")).unwrap();
    assert_eq!(files.symlink("file", root, "link"), Ok(()));
    assert_eq!(files.symlink("file", root, "link"), Err(Error::Exists));
    assert_eq!(files.symlink("file", root, "directory"), Err(Error::Exists));
    assert_eq!(files.symlink("file", root, "directory/"), Err(Error::Exists));
    assert_eq!(files.symlink("file", root, "nothing/"), Err(Error::NotFound));
    assert!(matches!(files.symlink("file", root, "file/"), Err(Error::NotDirectory | Error::Exists)));
    let mut text = [b'.'; 6];
    assert_eq!(files.read_link(root, "link", &mut text), Ok(4));
    assert_eq!(&text, b"file..");
    assert_eq!(files.read_link(root, "link", &mut text[..2]), Ok(2));
    assert_eq!(files.read_link(root, "link", &mut []), Ok(0));
    assert_eq!(files.read_link(root, "file", &mut text), Err(Error::Invalid));
    assert_eq!(files.read_link(root, "nothing", &mut text), Err(Error::NotFound));
    // Of the link itself, or of what it leads to.
    assert_eq!(files.status_at(root, "link", false).unwrap().file_type, FileType::SymbolicLink);
    assert_eq!(files.status_at(root, "link", true), files.status_at(root, "file", true));
    files.symlink("nothing", root, "dangling").unwrap();
    assert_eq!(files.status_at(root, "dangling", true), Err(Error::NotFound));
    assert_eq!(files.status_at(root, "dangling", false).unwrap().size, 7);
    // A second name of a link is one of the link, even if it leads nowhere.
    assert_eq!(files.link(root, "dangling", root, "second"), Ok(()));
    assert_eq!(files.status_at(root, "second", false).unwrap().file_type, FileType::SymbolicLink);
    assert_eq!(files.link(root, "file", root, "dangling"), Err(Error::Exists));
    assert_eq!(files.rename(root, "dangling", root, "moved"), Ok(()));
    assert_eq!(files.read_link(root, "moved", &mut text), Ok(6));
    assert_eq!(files.remove_file(root, "moved"), Ok(()));
}

#[test]
fn opening() {
    let tree = Tree::new();
    fs::create_dir(tree.host("directory")).unwrap();
    tree.put("file", b"bytes");
    for (text, link) in
        [("directory", "to_directory"), ("file", "to_file"), ("nothing", "dangling"), ("circle", "circle")]
    {
        tree.files.symlink(text, tree.root, link).unwrap();
        for how in [READ, READ_WRITE, DIRECTORY, CREATE, Open { create: true, ..READ }] {
            assert_eq!(tree.open(link, how), Err(Error::Loop), "{link} {how:?}");
        }
        assert_eq!(tree.open(link, Open { exclusive: true, follow: true, ..CREATE }), Err(Error::Exists));
    }
    let follow_directory = Open { follow: true, ..DIRECTORY };
    assert!(tree.open("to_directory", FOLLOW).is_ok());
    assert!(tree.open("to_directory", follow_directory).is_ok());
    assert_eq!(tree.open("to_file", FOLLOW).map(|file| tree.read(file)), Ok(b"bytes".to_vec()));
    assert_eq!(tree.open("to_file", follow_directory), Err(Error::NotDirectory));
    assert_eq!(tree.open("dangling", FOLLOW), Err(Error::NotFound));
    assert_eq!(tree.open("circle", FOLLOW), Err(Error::Loop));
    assert_eq!(tree.open("circle/file", READ), Err(Error::Loop));
    // Making what a link leads to.
    assert!(tree.open("dangling", Open { follow: true, ..CREATE }).is_ok());
    assert!(tree.host("nothing").exists());
}

#[test]
fn times_of_a_link_itself() {
    let tree = Tree::new();
    tree.put("file", b"");
    let (files, root) = (&tree.files, tree.root);
    files.symlink("file", root, "link").unwrap();
    let before = files.status_at(root, "file", true).unwrap();
    each_combination(&|accessed, modified| {
        files.set_times_at(root, "link", false, accessed, modified).unwrap();
        let status = files.status_at(root, "link", false).unwrap();
        (status.accessed_ns, status.modified_ns)
    });
    assert_eq!(files.status_at(root, "file", true).unwrap(), before);
    files.set_times_at(root, "link", true, Time::Keep, Time::At(THEN)).unwrap();
    assert_eq!(files.status_at(root, "file", true).unwrap().modified_ns, THEN);
}

/// Ends the other thread, also when an assertion fails.
struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Another process changes a name between a directory and a link to the outside while the guest opens through it, in
/// turns that hit every step of the way. It may be refused, it may find nothing, it may read its own file; never another.
#[test]
fn a_link_that_comes_in_between_leads_nowhere() {
    let tree = tree();
    fs::create_dir(tree.host("real")).unwrap();
    tree.put("real/secret", b"guest's own");
    let stop = AtomicBool::new(false);
    let (mut own, mut refused) = (0, 0);
    thread::scope(|threads| {
        threads.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let _ = symlink("../outside", tree.host("name"));
                let _ = fs::remove_file(tree.host("name"));
                let _ = fs::rename(tree.host("real"), tree.host("name"));
                let _ = fs::rename(tree.host("name"), tree.host("real"));
            }
        });
        let _stop = StopOnDrop(&stop);
        let start = Instant::now();
        // Until both were seen often; a machine on which that takes so long is stuck.
        while start.elapsed() < Duration::from_millis(500)
            || ((own < 50 || refused < 50) && start.elapsed() < Duration::from_secs(60))
        {
            for path in ["name/secret", "a/../name/secret", "name/../name/secret"] {
                match tree.open(path, FOLLOW) {
                    Ok(file) => {
                        assert_eq!(tree.read(file), b"guest's own");
                        tree.files.close(file);
                        own += 1;
                    }
                    Err(error) => {
                        let is_expected = matches!(error, Error::Escapes | Error::NotFound | Error::NotDirectory);
                        assert!(is_expected, "{error:?}");
                        refused += u32::from(error == Error::Escapes);
                    }
                }
                // The same for what writes and removes.
                let _ = tree.open("name/made", CREATE).map(|file| tree.files.close(file));
                let _ = tree.files.remove_file(tree.root, "name/secret.bak");
                let _ = tree.files.create_directory(tree.root, "name/directory");
            }
        }
    });
    assert!(own >= 50 && refused >= 50, "the race was not run: {own} {refused}");
    assert_eq!(tree.outside(), [("secret".to_owned(), SECRET.to_vec())]);
}
