//! Directories that become symbolic links, and back, while the guest goes through them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use crate::errno;
use crate::guest::{DIR, Guest, OPEN_CREATE, OPEN_DIRECTORY, OPEN_TRUNCATE, RIGHT_READ, RIGHT_WRITE, RIGHTS_DIRECTORY};
use crate::world::World;

/// How long the guest tries, in nanoseconds.
const TIME_NS: u64 = 1_200_000_000;

/// Swaps the guest's directory `swap` and a link to outside until told to stop; counts how often.
fn swap(inside: &Path, text: &Path, is_over: &AtomicBool, count: &AtomicU32) {
    let (name, aside) = (inside.join("swap"), inside.join("aside"));
    while !is_over.load(Ordering::Relaxed) {
        // Each of the two stays for a moment, and that in different rhythms: none at all, or some of the guest's calls.
        let pause = Duration::from_micros(u64::from(count.load(Ordering::Relaxed) % 5) * 20);
        // The guest may have put something in the way. Then that goes first.
        if fs::rename(&name, &aside).is_ok() && symlink(text, &name).is_ok() {
            count.fetch_add(1, Ordering::Relaxed);
        }
        thread::sleep(pause);
        let _ = fs::remove_file(&name);
        let _ = fs::rename(&aside, &name);
        thread::sleep(pause);
    }
}

/// Repeats the instructions until the time is over. `$time` is when that is.
fn repeat(guest: &mut Guest, instructions: &str) {
    guest.instructions(&format!(
        "(drop (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 0)))
        (local.set $time (i64.add (i64.load (i32.const 0)) (i64.const {TIME_NS})))
        (loop $again
          {instructions}
          (drop (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 0)))
          (br_if $again (i64.lt_u (i64.load (i32.const 0)) (local.get $time))))"
    ));
}

/// Runs the guest while `swap` leads here and there. It must have been swapped often, even if many
/// other tests run, or nothing was tried.
#[track_caller]
fn run(world: &World, text: &Path, guest: &Guest) -> Vec<u32> {
    fs::create_dir_all(world.inside().join("swap")).unwrap();
    fs::write(world.inside().join("swap/secret"), "own").unwrap();
    let (is_over, count) = (AtomicBool::new(false), AtomicU32::new(0));
    let given = thread::scope(|scope| {
        scope.spawn(|| swap(&world.inside(), text, &is_over, &count));
        let given = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| guest.run(&["--dir", &world.option()])));
        is_over.store(true, Ordering::Relaxed);
        given
    });
    let given = given.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    assert!(count.load(Ordering::Relaxed) > 20, "{count:?} swaps");
    world.check();
    given
}

/// Opens `swap/secret` again and again. What can be opened is the guest's own file, which has three bytes.
fn reads(text: &Path, world: &World) {
    let mut guest = Guest::default();
    let path = guest.constants("swap/secret");
    let link = guest.constants("swap");
    let empty = guest.constants("empty");
    repeat(
        &mut guest,
        &format!(
            "(if (i32.eqz (call $path_open (i32.const 3) (i32.const 1) {path} (i32.const 0) (i64.const {RIGHT_READ})
                (i64.const 0) (i32.const 0) (i32.const 512)))
              (then
                (i32.store (i32.const 520) (i32.const 600))
                (i32.store (i32.const 524) (i32.const 64))
                (drop (call $fd_read (i32.load (i32.const 512)) (i32.const 520) (i32.const 1) (i32.const 528)))
                (drop (call $fd_close (i32.load (i32.const 512))))
                (i32.store (i32.const 700) (i32.add (i32.load (i32.const 700)) (i32.const 1)))
                ;; The first byte of what is not for the guest, and more bytes than its own file has.
                (if (i32.or (i32.eq (i32.load8_u (i32.const 600)) (i32.const {first}))
                    (i32.gt_u (i32.load (i32.const 528)) (i32.const 3)))
                  (then unreachable))))
            ;; The directory itself must not be the one outside either, where there is something named `empty`.
            (if (i32.eqz (call $path_open (i32.const 3) (i32.const 1) {link} (i32.const {OPEN_DIRECTORY})
                (i64.const {RIGHTS_DIRECTORY}) (i64.const {RIGHTS_DIRECTORY}) (i32.const 0) (i32.const 512)))
              (then
                (if (i32.eqz (call $path_filestat_get (i32.load (i32.const 512)) (i32.const 0) {empty} (i32.const 600)))
                  (then unreachable))
                (drop (call $fd_close (i32.load (i32.const 512))))))",
            first = b'n',
        ),
    );
    // Some of that must have been possible, or the denials say nothing.
    guest.instructions("(if (i32.eqz (i32.load (i32.const 700))) (then unreachable))");
    // No descriptor was lost on the way.
    let file = guest.open(DIR, "file", 0, RIGHT_READ);
    guest.call("fd_close", &[file]);
    assert_eq!(run(world, text, &guest), [errno::SUCCESS; 2]);
}

#[test]
fn reading_through_a_directory_that_becomes_a_link() {
    let world = World::new();
    reads(Path::new("../outside"), &world);
    let world = World::new();
    reads(&world.outside(), &world);
}

#[test]
fn changing_through_a_directory_that_becomes_a_link() {
    for is_absolute in [false, true] {
        let world = World::new();
        let text = if is_absolute { world.outside() } else { "../outside".into() };
        let mut guest = Guest::default();
        let secret = guest.constants("swap/secret");
        let new = guest.constants("swap/new");
        let empty = guest.constants("swap/empty");
        let own = guest.constants("file");
        let create = OPEN_CREATE | OPEN_TRUNCATE;
        repeat(
            &mut guest,
            &format!(
                "(if (i32.eqz (call $path_open (i32.const 3) (i32.const 1) {new} (i32.const {create})
                    (i64.const {RIGHT_WRITE}) (i64.const 0) (i32.const 0) (i32.const 512)))
                  (then (drop (call $fd_close (i32.load (i32.const 512))))))
                (if (i32.eqz (call $path_open (i32.const 3) (i32.const 1) {secret} (i32.const {OPEN_TRUNCATE})
                    (i64.const {RIGHT_WRITE}) (i64.const 0) (i32.const 0) (i32.const 512)))
                  (then (drop (call $fd_close (i32.load (i32.const 512))))))
                (drop (call $path_filestat_set_times (i32.const 3) (i32.const 1) {secret} (i64.const 0) (i64.const 0)
                    (i32.const 5)))
                (drop (call $path_rename (i32.const 3) {secret} (i32.const 3) {new}))
                (drop (call $path_rename (i32.const 3) {new} (i32.const 3) {secret}))
                (drop (call $path_link (i32.const 3) (i32.const 0) {own} (i32.const 3) {new}))
                (drop (call $path_unlink_file (i32.const 3) {new}))
                (drop (call $path_symlink {own} (i32.const 3) {new}))
                (drop (call $path_unlink_file (i32.const 3) {new}))
                (drop (call $path_create_directory (i32.const 3) {new}))
                (drop (call $path_remove_directory (i32.const 3) {new}))
                (drop (call $path_remove_directory (i32.const 3) {empty}))"
            ),
        );
        guest.open(DIR, "file", 0, RIGHT_READ);
        assert_eq!(run(&world, &text, &guest), [errno::SUCCESS]);
    }
}
