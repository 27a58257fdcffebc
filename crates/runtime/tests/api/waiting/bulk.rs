//! Bulk operators that cost more than a slice has are done in pieces, and do what they would do at once.

use moteur::{Call, Error, Instance, Memory, Store, Trap, Val};

use super::{finish, metered};
use crate::module;

const MODULE: &str = r#"(module
    (memory (export "memory") 2)
    (table $t (export "table") 9000 funcref) (table $u 9000 funcref)
    (data $d "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz")
    (elem $e funcref (ref.func $f) (ref.null func) (ref.func $f))
    (func $f)
    (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
    (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
    (func (export "init") (param i32 i32 i32) (memory.init $d (local.get 0) (local.get 1) (local.get 2)))
    (func (export "table_fill") (param i32 i32 i32)
        (table.fill $t (local.get 0) (ref.func $f) (local.get 2)))
    (func (export "table_copy") (param i32 i32 i32) (table.copy $t $t (local.get 0) (local.get 1) (local.get 2)))
    (func (export "table_other") (param i32 i32 i32) (table.copy $u $t (local.get 0) (local.get 1) (local.get 2)))
    (func (export "table_init") (param i32 i32 i32) (table.init $t $e (local.get 0) (local.get 1) (local.get 2)))
    (func (export "is_null") (param i32 i32) (result i32)
        (if (result i32) (local.get 0)
            (then (ref.is_null (table.get $u (local.get 1)))) (else (ref.is_null (table.get $t (local.get 1)))))))"#;

struct Guest {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
}

impl Guest {
    fn new() -> Guest {
        let engine = metered();
        let mut store = Store::new(&engine, ()).unwrap();
        let instance = Instance::new(&mut store, &module(&engine, MODULE), &[]).unwrap();
        let memory = instance.memory(&store, "memory").unwrap();
        let mut guest = Guest { store, instance, memory };
        guest.store.set_fuel(u64::MAX).unwrap();
        for (at, byte) in (0..).zip(guest.memory.data_mut(&mut guest.store).unwrap()) {
            *byte = (at * 7 + at / 251) as u8;
        }
        for at in (0..9_000).step_by(3) {
            guest.now("table_fill", [at, 0, 1]).unwrap();
        }
        guest
    }

    fn now(&mut self, name: &str, args: [u32; 3]) -> Result<(), Error> {
        let func = self.instance.typed_func::<(u32, u32, u32), ()>(&self.store, name).unwrap();
        func.call(&mut self.store, args.into())
    }

    fn sliced(&mut self, name: &str, args: [u32; 3], every: u64) -> (Result<(), Error>, usize) {
        let func = self.instance.typed_func::<(u32, u32, u32), ()>(&self.store, name).unwrap();
        let course = finish(func.call_async(&mut self.store, args.into()).yield_every(every));
        (course.result, course.pending)
    }

    /// Bytes of the memory, which elements of the tables are null, and what fuel is left.
    fn state(&mut self) -> (Vec<u8>, Vec<u32>, u64) {
        let bytes = self.memory.data(&self.store).unwrap().to_vec();
        let fuel = self.store.fuel().unwrap();
        let is_null = self.instance.typed_func::<(u32, u32), u32>(&self.store, "is_null").unwrap();
        self.store.set_fuel(u64::MAX).unwrap();
        let mut nulls = Vec::new();
        for at in 0..9_000 {
            nulls.push(is_null.call(&mut self.store, (0, at)).unwrap());
            nulls.push(is_null.call(&mut self.store, (1, at)).unwrap());
        }
        (bytes, nulls, fuel)
    }
}

#[test]
fn pieces_make_a_whole() {
    for (name, args, least) in [
        ("fill", [1, 0xAB, 130_000], 7),
        ("fill", [0, 1, 131_072], 7),
        ("copy", [0, 1, 131_071], 7),
        ("copy", [1, 0, 131_071], 7),
        ("copy", [70_000, 0, 60_001], 3),
        ("copy", [0, 70_000, 60_001], 3),
        ("copy", [50, 50, 120_000], 7),
        ("init", [3, 2, 100], 0),
        ("table_fill", [5, 0, 8_990], 0),
        ("table_copy", [1, 0, 8_999], 0),
        ("table_copy", [0, 1, 8_999], 0),
        ("table_other", [0, 1, 8_999], 0),
        ("table_init", [7, 1, 2], 0),
    ] {
        for every in [1, 256, 10_000] {
            let (mut whole, mut sliced) = (Guest::new(), Guest::new());
            whole.store.set_fuel(100_000).unwrap();
            sliced.store.set_fuel(100_000).unwrap();
            whole.now(name, args).unwrap();
            let (result, pending) = sliced.sliced(name, args, every);
            assert_eq!(result, Ok(()), "{name} {args:?}");
            if every == 256 {
                assert!(pending >= least && pending <= least + 2, "{name} {args:?}: {pending}");
            }
            assert!(whole.state() == sliced.state(), "{name} {args:?} {every}");
        }
    }
}

#[test]
fn what_ends_outside_writes_nothing() {
    for (name, args, trap) in [
        ("fill", [1, 0, 131_072], Trap::MemoryOutOfBounds),
        ("copy", [1, 0, 131_072], Trap::MemoryOutOfBounds),
        ("copy", [0, 1, 131_072], Trap::MemoryOutOfBounds),
        ("init", [0, 0, 100_000], Trap::MemoryOutOfBounds),
        ("table_fill", [1, 0, 9_000], Trap::TableOutOfBounds),
        ("table_copy", [0, 1, 9_000], Trap::TableOutOfBounds),
        ("table_init", [0, 0, 9_000], Trap::TableOutOfBounds),
        // The end is no address any more.
        ("fill", [u32::MAX, 0, 70_000], Trap::MemoryOutOfBounds),
        ("copy", [70_000, u32::MAX, 70_000], Trap::MemoryOutOfBounds),
    ] {
        let (mut whole, mut sliced) = (Guest::new(), Guest::new());
        whole.store.set_fuel(100_000).unwrap();
        sliced.store.set_fuel(100_000).unwrap();
        assert_eq!(whole.now(name, args), Err(Error::Trap(trap)), "{name} {args:?}");
        assert_eq!(sliced.sliced(name, args, 10).0, Err(Error::Trap(trap)), "{name} {args:?}");
        assert!(whole.state() == sliced.state(), "{name} {args:?}");
    }
}

#[test]
fn what_cannot_be_paid_is_not_begun() {
    let (mut whole, mut sliced) = (Guest::new(), Guest::new());
    let before = whole.state().0;
    whole.store.set_fuel(2_000).unwrap();
    sliced.store.set_fuel(2_000).unwrap();
    let out_of_fuel = Err(Error::Trap(Trap::OutOfFuel));
    assert_eq!(whole.now("fill", [0, 9, 131_072]), out_of_fuel);
    assert_eq!(sliced.sliced("fill", [0, 9, 131_072], 100).0, out_of_fuel);
    let state = whole.state();
    assert!(state.0 == before && state == sliced.state());
}

#[test]
fn any_portion_brings_a_resumed_call_forward() {
    let (mut whole, mut resumed) = (Guest::new(), Guest::new());
    whole.now("copy", [1, 0, 131_071]).unwrap();
    let copy = resumed.instance.func(&resumed.store, "copy").unwrap();
    let args = [Val::I32(1), Val::I32(0), Val::I32(131_071)];
    resumed.store.set_fuel(100).unwrap();
    let mut call = copy.call_resumable(&mut resumed.store, &args, &mut []).unwrap();
    let mut portions = 1;
    while let Call::Suspended(suspended) = call {
        assert!(resumed.store.fuel().unwrap() < 100);
        resumed.store.set_fuel(100).unwrap();
        call = suspended.resume(&mut resumed.store, &mut []).unwrap();
        portions += 1;
    }
    // 2,047 units of bytes, and 4 operators.
    assert_eq!(portions, 21);
    assert!(whole.state().0 == resumed.state().0);
}

#[test]
fn small_pieces_are_pieces_too() {
    let text = r#"(module (memory (export "memory") 1) (table $t 300 funcref) (elem declare func $f) (func $f)
        (func (export "run") (result i32)
            (memory.fill (i32.const 1) (i32.const 7) (i32.const 300))
            (memory.fill (i32.const 300) (i32.const 9) (i32.const 1))
            (memory.copy (i32.const 100) (i32.const 99) (i32.const 300))
            (memory.copy (i32.const 0) (i32.const 1) (i32.const 300))
            (table.fill $t (i32.const 0) (ref.func $f) (i32.const 299))
            (table.copy $t $t (i32.const 1) (i32.const 0) (i32.const 299))
            (ref.is_null (table.get $t (i32.const 299)))))"#;
    let engine = metered();
    let mut seen = Vec::new();
    for every in [1, 2, 1_000] {
        let mut store = Store::new(&engine, ()).unwrap();
        let instance = Instance::new(&mut store, &module(&engine, text), &[]).unwrap();
        let run = instance.typed_func::<(), i32>(&store, "run").unwrap();
        store.set_fuel(1_000).unwrap();
        let course = finish(run.call_async(&mut store, ()).yield_every(every));
        assert_eq!((course.result, course.pending > 3), (Ok(0), every < 1_000));
        let bytes = instance.memory(&store, "memory").unwrap().data(&store).unwrap()[..500].to_vec();
        seen.push((bytes, store.fuel().unwrap()));
    }
    assert!(seen.iter().all(|state| *state == seen[0]));

    // The nine came up by one, and so did the seven below it.
    assert_eq!(seen[0].0, [&[7; 301][..], &[9], &[0; 198]].concat());
}
