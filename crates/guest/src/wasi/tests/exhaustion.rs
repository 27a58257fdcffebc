//! Every allocation failing in turn: the guest is told, nothing is lost, and everything goes back.

use moteur::pool::Counted;

use super::*;

/// What a guest with directories takes from the heap, from the first to the last.
fn life(heap: Heap, files: &'static Witness) -> Result<(), Errno> {
    let mut guest = Guest { files, ..Guest::in_heap(heap) };
    let no_memory = |_| Errno::Nomem;
    guest.wasi.argument(b"program").map_err(no_memory)?;
    guest.wasi.variable(b"KEY", b"value").map_err(no_memory)?;
    guest.wasi.directory("/", files, files.root(), Access::ReadWrite).map_err(no_memory)?;
    for _ in 0..20 {
        match guest.path_open("file", 1, ALL, 0) {
            Ok(0) => {}
            Ok(number) if number == Errno::Nomem as u64 => return Err(Errno::Nomem),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(guest.write(22, b"x"), Ok(1));
    Ok(())
}

#[test]
fn each_allocation_may_fail() {
    let counted: &'static Counted = Box::leak(Box::new(Counted::new()));
    let heap = Heap::counted(counted);
    let files: &'static Witness = Box::leak(Box::new(Witness::new()));
    let mut failures = 0;
    loop {
        heap.fail_after(Some(failures));
        let outcome = life(heap, files);
        heap.fail_after(None);
        assert_eq!((heap.stats().used, files.opened()), (0, 0), "after {failures} allocations");
        match outcome {
            Ok(()) => break,
            Err(errno) => assert_eq!(errno, Errno::Nomem),
        }
        failures += 1;
    }
    assert!(failures >= 5, "{failures}");
}
