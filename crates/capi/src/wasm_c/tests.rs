//! Each allocation fails in turn, in a program that uses all kinds of objects: nothing is left behind, nothing is taken for
//! what it isn't.

use core::ffi::c_void;
use core::ptr;
use std::sync::atomic::{AtomicI32, Ordering};

use moteur::Heap;
use moteur::pool::Counted;

use super::engine::*;
use super::externs::*;
use super::foreign::*;
use super::func::*;
use super::global::*;
use super::heap::set_default_heap;
use super::instance::*;
use super::memory::*;
use super::module::*;
use super::ports::*;
use super::refs::*;
use super::store::*;
use super::table::*;
use super::trap::*;
use super::types::*;
use super::val::*;
use super::vec::*;

const MODULE: &str = r#"(module
    (import "env" "pass" (func $pass (param externref i64) (result externref i64)))
    (global (export "g") (mut externref) (ref.null extern))
    (table (export "t") 2 funcref) (memory (export "m") 1)
    (func $deep (unreachable))
    (func (export "through") (param externref i64) (result externref i64)
        (call $pass (local.get 0) (local.get 1)))
    (func (export "trap") (call $deep)))"#;

/// What is finalized is counted down.
static LIVE: AtomicI32 = AtomicI32::new(0);

unsafe extern "C" fn gone(_: *mut c_void) {
    LIVE.fetch_sub(1, Ordering::Relaxed);
}

unsafe extern "C" fn pass(_: *mut c_void, args: *const Vector<Val>, results: *mut Vector<Val>) -> *mut Ref {
    // SAFETY: both vectors have two values.
    unsafe {
        for at in 0..2 {
            wasm_val_copy((*results).data.add(at), (*args).data.add(at));
        }
    }
    ptr::null_mut()
}

/// Attaches something that is counted.
unsafe fn attach(handle: *mut Ref) {
    LIVE.fetch_add(1, Ordering::Relaxed);
    // SAFETY: the handle is there, or null.
    unsafe { wasm_ref_set_host_info_with_finalizer(handle, ptr::null_mut(), Some(gone)) };
}

/// A vector that a function writes.
fn written<T: Element>(write: impl FnOnce(*mut Vector<T>)) -> Owned<T> {
    let mut vector = Vector::EMPTY;
    write(&raw mut vector);
    Owned::from(vector)
}

/// What types and copies there are of a module; whether there was memory for all of them.
unsafe fn reflect(module: *mut Ref) -> bool {
    // SAFETY: the module is there.
    unsafe {
        let imports = written(|out| wasm_module_imports(module, out));
        let exports = written(|out| wasm_module_exports(module, out));
        let copies = written(|out| wasm_importtype_vec_copy(out, imports.as_ptr()));
        let more = written(|out| wasm_exporttype_vec_copy(out, exports.as_ptr()));
        let counts = [imports.as_slice(), copies.as_slice()].map(<[_]>::len);
        assert!(counts.iter().all(|count| [0, 1].contains(count)));
        assert!([exports.as_slice(), more.as_slice()].iter().all(|exports| [0, 5].contains(&exports.len())));
        let bytes = written(|out| wasm_module_serialize(module, out));
        assert!(bytes.as_slice().is_empty() || bytes.as_slice().len() > 16);
        counts == [1, 1] && exports.as_slice().len() == 5 && more.as_slice().len() == 5 && !bytes.as_slice().is_empty()
    }
}

/// Whether a call returned; if not, whatever can be asked of a trap is asked.
unsafe fn returned(trap: *mut Ref, expected: &[&str]) -> bool {
    if trap.is_null() {
        return true;
    }
    // SAFETY: the trap was just given.
    unsafe {
        let message = written(|out| wasm_trap_message(trap, out));
        let text = message.as_slice();
        assert!(
            text.is_empty() || expected.iter().any(|expected| text.strip_suffix(&[0]) == Some(expected.as_bytes()))
        );
        let trace = written(|out| wasm_trap_trace(trap, out));
        for frame in trace.as_slice() {
            let instance = wasm_instance_copy(wasm_frame_instance(*frame));
            assert!(instance.is_null() || wasm_instance_same(instance, wasm_frame_instance(*frame)));
            wasm_instance_delete(instance);
        }
        wasm_frame_delete(wasm_trap_origin(trap));
        wasm_trap_delete(trap);
    }
    false
}

/// Uses an instance's exports; whether there was memory for all of it.
unsafe fn use_exports(store: *mut Store, instance: *mut Ref) -> bool {
    // SAFETY: both are there.
    unsafe {
        let exports = written(|out| wasm_instance_exports(instance, out));
        let [global, table, memory, through, trap] = *exports.as_slice() else { return false };
        let copies = written(|out| wasm_extern_vec_copy(out, exports.as_ptr()));
        let types = [global, table, memory, through].map(|item| wasm_extern_type(item));
        let made = types.iter().all(|ty| !ty.is_null()) && copies.as_slice().len() == 5;
        types.iter().for_each(|ty| wasm_externtype_delete(*ty));
        let object = wasm_foreign_new(store);
        attach(object);
        let mut args = [Val::referring(object), Val::zero(moteur::ValType::I64)];
        wasm_global_set(global, &raw const args[0]);
        let mut results = [Val::zero(moteur::ValType::I32); 2];
        let given = Vector { size: 2, data: args.as_mut_ptr() };
        let mut taken = Vector { size: 2, data: results.as_mut_ptr() };
        let out_of_memory = ["out of memory"];
        let mut done = returned(wasm_func_call(through, &raw const given, &raw mut taken), &out_of_memory);
        results.iter_mut().for_each(|val| wasm_val_delete(&raw mut *val));
        done &= wasm_table_set(table, 1, through) && wasm_table_grow(table, 3, through);
        let element = wasm_table_get(table, 4);
        assert!(element.is_null() || wasm_ref_same(element, through));
        done &= !element.is_null();
        wasm_ref_delete(element);
        done &= wasm_memory_grow(memory, 1);
        let trapped = wasm_func_call(trap, ptr::null(), ptr::null_mut());
        assert!(!returned(trapped, &["unreachable", "out of memory"]));
        attach(memory);
        wasm_foreign_delete(object);
        done && made && !object.is_null()
    }
}

/// A global, a table and a memory of the program's own.
unsafe fn own_entities(store: *mut Store) -> bool {
    // SAFETY: the store is there.
    unsafe {
        let globaltype = wasm_globaltype_new(wasm_valtype_new(EXTERNREF), 1);
        let object = wasm_foreign_new(store);
        let val = Val::referring(object);
        let global = wasm_global_new(store, globaltype, &raw const val);
        let limits = [1_u32, 2];
        let tabletype = wasm_tabletype_new(wasm_valtype_new(EXTERNREF), limits.as_ptr().cast());
        let table = wasm_table_new(store, tabletype, object);
        let memorytype = wasm_memorytype_new(limits.as_ptr().cast());
        let memory = wasm_memory_new(store, memorytype);
        let all = [object, global, table, memory];
        let done = all.iter().all(|handle| !handle.is_null());
        all.iter().for_each(|handle| wasm_ref_delete(*handle));
        [globaltype, tabletype, memorytype].iter().for_each(|ty| wasm_externtype_delete(*ty));
        done
    }
}

/// The whole program; whether there was memory for all of it.
unsafe fn program(heap: Heap, wasm: &[u8]) -> bool {
    // SAFETY: the functions get what they gave, or null.
    unsafe {
        let engine = engine_in(heap);
        let store = wasm_store_new(engine);
        wasm_engine_delete(engine);
        let binary = Vector { size: wasm.len(), data: wasm.as_ptr().cast_mut() };
        let module = wasm_module_new(store, &raw const binary);
        let kinds = [EXTERNREF, I64].map(|kind| wasm_valtype_new(kind));
        let mut lists = [Vector::EMPTY, Vector::EMPTY];
        lists.iter_mut().for_each(|list| wasm_valtype_vec_new(&raw mut *list, 2, kinds.as_ptr()));
        let [params, results] = &mut lists;
        let ty = wasm_functype_new(&raw mut *params, &raw mut *results);
        LIVE.fetch_add(1, Ordering::Relaxed);
        let func = wasm_func_new_with_env(store, ty, Some(pass), ptr::null_mut(), Some(gone));
        wasm_functype_delete(ty);
        let mut externs = [func];
        let imports = Vector { size: 1, data: externs.as_mut_ptr() };
        let mut trap = ptr::null_mut();
        let instance = wasm_instance_new(store, module, &raw const imports, &raw mut trap);
        assert!(instance.is_null() || trap.is_null());
        assert!(returned(trap, &["out of memory", "unknown import: env::pass"]) || instance.is_null());
        let mut done = !instance.is_null() && reflect(module);
        if !instance.is_null() {
            done &= use_exports(store, instance);
        }
        done &= !store.is_null() && own_entities(store);
        let shared = wasm_module_share(module);
        wasm_module_delete(module);
        let again = wasm_module_obtain(store, shared);
        done &= !again.is_null();
        wasm_shared_module_delete(shared);
        [again, func, instance].iter().for_each(|handle| wasm_ref_delete(*handle));
        wasm_store_delete(store);
        done
    }
}

/// Under Miri, which is slow, some allocations must do.
const STEP: u32 = if cfg!(miri) { 37 } else { 1 };

#[test]
fn each_allocation_may_fail_and_nothing_is_left() {
    static COUNTED: Counted = Counted::new();
    let heap = Heap::counted(&COUNTED);
    let wasm = wat::parse_str(MODULE).unwrap();
    set_default_heap(Some(heap)).unwrap();
    let mut failures = 0;
    loop {
        heap.fail_after(Some(failures));
        // SAFETY: `program` keeps to the header.
        let done = unsafe { program(heap, &wasm) };
        heap.fail_after(None);
        assert_eq!((heap.stats().used, heap.stats().allocations), (0, 0), "after {failures} allocations");
        assert_eq!(LIVE.load(Ordering::Relaxed), 0, "after {failures} allocations");
        if done {
            break;
        }
        failures += STEP;
    }
    set_default_heap(None).unwrap();
    assert!(failures > 100, "{failures}");
}
