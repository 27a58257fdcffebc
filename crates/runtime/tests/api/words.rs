//! What layers build on that have values of their own: functions on words, index spaces, stacks of a store's own.

use moteur::pool::Counted;
use moteur::wasm::{ExternIdx, FuncIdx, GlobalIdx, MemIdx, TableIdx};
use moteur::{
    Config, Engine, Error, Func, FuncType, GuestAddr, Heap, Instance, Limits, Memory, MemoryType, Store, Trap, ValType,
};

use crate::{engine, instance, module};

const MANY: usize = 20;

#[test]
fn words_go_in_and_come_out() {
    let engine = engine();
    let mut store = Store::new(&engine, 0_u64).unwrap();
    let params = [ValType::I32; MANY];
    let ty = FuncType { params: &params, results: &[ValType::I64, ValType::I32] };
    let host = Func::on_words(&mut store, ty, |mut caller, words| {
        *caller.data_mut() = words.len() as u64;
        let sum = words.iter().sum();
        words[0] = sum;
        // Only the low half of a narrow value counts.
        words[1] = !0;
        Ok(())
    });
    let mut words: Vec<u64> = (1..=MANY as u64).collect();
    assert_eq!(host.unwrap().call_words(&mut store, &mut words), Ok(()));
    assert_eq!((words[0], words[1]), (210, 0xffff_ffff));
    assert_eq!(*store.data(), MANY as u64);
    assert_eq!(host.unwrap().call_words(&mut store, &mut words[1..]), Err(Error::Type));
    let fails = Func::on_words(&mut store, FuncType { params: &[], results: &[] }, |_, _| Err(Error::host(7))).unwrap();
    assert_eq!(fails.call_words(&mut store, &mut []), Err(Error::Host(7)));
}

#[test]
fn a_function_that_cannot_be_made_leaves_nothing() {
    static HEAP: Counted = Counted::new();
    let heap = Heap::counted(&HEAP);
    let engine = Engine::new(Config::new(heap)).unwrap();
    let ty = FuncType { params: &[ValType::I32], results: &[ValType::I32] };
    for allocations in 0.. {
        let mut store = Store::new(&engine, ()).unwrap();
        heap.fail_after(Some(allocations));
        let made = Func::on_words(&mut store, ty, |_, _| Ok(()));
        heap.fail_after(None);
        drop(store);
        if made.is_ok() {
            break;
        }
        assert_eq!(made.err(), Some(Error::OutOfMemory));
    }
    drop(engine);
    assert_eq!(heap.stats().used, 0);
}

#[test]
fn items_are_found_by_their_indices() {
    let engine = engine();
    let mut store = Store::new(&engine, ()).unwrap();
    let instance = instance(
        &mut store,
        r#"(module (memory 1) (table 2 funcref) (global i32 (i32.const 5)) (func (export "f") (result i32) i32.const 1))"#,
    );
    let func = instance.item(&store, ExternIdx::Func(FuncIdx(0))).and_then(|item| item.func()).unwrap();
    assert_eq!(instance.func(&store, "f"), Some(func));
    // SAFETY: it is of this store.
    assert_eq!(unsafe { Func::from_raw(&store, func.into_raw()) }, func);
    assert!(instance.item(&store, ExternIdx::Memory(MemIdx(0))).is_some());
    assert!(instance.item(&store, ExternIdx::Table(TableIdx(0))).is_some());
    let global = instance.item(&store, ExternIdx::Global(GlobalIdx(0))).and_then(|item| item.global()).unwrap();
    // SAFETY: the store is there, and nobody writes.
    assert_eq!(unsafe { global.place(&store).unwrap().read() }, 5);
    assert_eq!(instance.item(&store, ExternIdx::Func(FuncIdx(1))), None);
    let other = Store::new(&engine, ()).unwrap();
    assert_eq!(instance.item(&other, ExternIdx::Func(FuncIdx(0))), None);
}

#[test]
fn a_larger_stack_holds_more_calls() {
    const DEEP: &str = r#"(module (func $f (export "f") (param i32) (result i32)
        (if (result i32) (local.get 0)
            (then (i32.add (i32.const 1) (call $f (i32.sub (local.get 0) (i32.const 1)))))
            (else (i32.const 0)))))"#;
    let engine = engine();
    let module = module(&engine, DEEP);
    let mut store = Store::with_stack_bytes(&engine, (), 4096).unwrap();
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let deep = instance.typed_func::<i32, i32>(&store, "f").unwrap();
    assert_eq!(deep.call(&mut store, 10_000), Err(Error::Trap(Trap::StackOverflow)));
    store.set_stack_bytes(4 << 20).unwrap();
    assert_eq!(deep.call(&mut store, 10_000), Ok(10_000));
    store.set_stack_bytes(4096).unwrap();
    assert_eq!(deep.call(&mut store, 10_000), Err(Error::Trap(Trap::StackOverflow)));
    assert_eq!(deep.call(&mut store, 3), Ok(3));
}

#[test]
fn a_memory_is_extended_beyond_its_maximum_and_not_beyond_the_limit() {
    let engine = engine();
    let mut store = Store::new(&engine, ()).unwrap();
    store.limit_memories(3 << 16);
    let memory = Memory::new(&mut store, MemoryType::new(Limits { min: 1, max: Some(1) })).unwrap();
    assert_eq!(memory.grow(&mut store, 1), Ok(None));
    assert_eq!(memory.extend(&mut store, 1), Ok(Some(1)));
    assert_eq!(memory.ty(&store).unwrap().limits, Limits { min: 2, max: Some(2) });
    assert_eq!(memory.extend(&mut store, 2), Ok(None));
    assert_eq!(memory.ty(&store).unwrap().limits, Limits { min: 2, max: Some(2) });
    assert_eq!(memory.write(&mut store, GuestAddr(0x1_ffff), &[1]), Ok(()));
    let larger = MemoryType::new(Limits { min: 4, max: None });
    assert_eq!(Memory::new(&mut store, larger).err(), Some(Error::Limit(moteur::Limit::MemoryPages)));
}
