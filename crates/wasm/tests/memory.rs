//! Every allocation failed in turn: each time there is an error that says so, and nothing else happens. And what a
//! module takes is what its documentation says.

mod common;

use std::cell::Cell;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

use moteur_wasm::trim::{Refused, Size, trim};
use moteur_wasm::{Alloc, Buffer, ErrorKind, FuncIdx, FuncValidator, Module, OutOfMemory, Scratch};

/// Grants some requests and refuses all after those; counts the bytes that are in use.
#[derive(Clone, Default)]
struct Budget {
    left: Rc<Cell<usize>>,
    bytes: Rc<Cell<usize>>,
}

struct Counted<T> {
    items: Vec<T>,
    budget: Budget,
}

impl<T> Counted<T> {
    fn grow_to(&mut self, capacity: usize) -> Result<(), OutOfMemory> {
        let left = self.budget.left.get().checked_sub(1).ok_or(OutOfMemory)?;
        self.budget.left.set(left);
        let before = self.items.capacity();
        self.items.reserve_exact(capacity - self.items.len());
        let grown = (self.items.capacity() - before) * size_of::<T>();
        self.budget.bytes.set(self.budget.bytes.get() + grown);
        Ok(())
    }
}

impl<T> Deref for Counted<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T> DerefMut for Counted<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.items
    }
}

impl<T> Drop for Counted<T> {
    fn drop(&mut self) {
        self.budget.bytes.set(self.budget.bytes.get() - self.items.capacity() * size_of::<T>());
    }
}

impl<T: Copy> Buffer<T> for Counted<T> {
    fn push(&mut self, item: T) -> Result<(), OutOfMemory> {
        if self.items.len() == self.items.capacity() {
            self.grow_to(self.items.len() * 2 + 1)?;
        }
        self.items.push(item);
        Ok(())
    }

    fn truncate(&mut self, len: usize) {
        self.items.truncate(len);
    }

    fn reserve_exact(&mut self, additional: usize) -> Result<(), OutOfMemory> {
        if self.items.capacity() - self.items.len() >= additional {
            return Ok(());
        }
        self.grow_to(self.items.len() + additional)
    }
}

impl Alloc for Budget {
    type Buffer<T: Copy> = Counted<T>;

    fn buffer<T: Copy>(&self) -> Counted<T> {
        Counted { items: Vec::new(), budget: self.clone() }
    }
}

const EVERYTHING: &str = r#"(module
    (type (func (param i32 i64) (result f32)))
    (import "m" "f" (func $f (param i32)))
    (import "m" "g" (global $g i32))
    (table 10 funcref)
    (memory (export "memory") 1)
    (global (mut i32) (i32.add (global.get $g) (i32.const 1)))
    (func $h (export "h") (local i32 i64 f32 f64)
        (block (loop (br_if 1 (i32.const 0))))
        (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 0)))
    (start $h)
    (elem (i32.const 0) $f $h)
    (elem funcref (ref.func $h) (ref.null func))
    (data "passive")
    (data (i32.const 0) "active"))"#;

#[test]
fn each_allocation_may_fail() {
    let bytes = common::wat(EVERYTHING);
    let budget = Budget::default();
    for granted in 0.. {
        budget.left.set(granted);
        match Module::new(&bytes, &budget) {
            Err(error) => assert_eq!(error.kind, ErrorKind::OutOfMemory),
            Ok(_) => {
                assert!(granted > 10, "{granted} allocations are too few to be all");
                break;
            }
        }
        assert_eq!(budget.bytes.get(), 0);
    }
    assert_eq!(budget.bytes.get(), 0);
}

#[test]
fn a_trim_without_memory_writes_nothing() {
    let bytes = common::wat("(module (memory 1) (func (block (i32.store (i32.const 0) (i32.const 1)))) (data \"a\"))");
    let budget = Budget::default();
    for granted in 0.. {
        budget.left.set(granted);
        let mut written = 0;
        let result = trim(&bytes, Size::Bytes(32), &budget, &mut |piece| written += piece.len());
        assert_eq!(budget.bytes.get(), 0);
        match result {
            Err(error) => {
                assert!(matches!(error, Refused::Module(error) if error.kind == ErrorKind::OutOfMemory), "{error}");
                assert_eq!(written, 0);
            }
            Ok(_) => {
                assert!(granted > 3 && written > bytes.len(), "{granted} {written}");
                break;
            }
        }
    }
}

#[test]
fn a_scratch_that_cannot_grow_is_an_error() {
    let bytes = common::wat(EVERYTHING);
    let budget = Budget::default();
    budget.left.set(usize::MAX);
    let module = Module::new(&bytes, &budget).expect("the module is valid");
    for granted in 0.. {
        budget.left.set(granted);
        let mut scratch = Scratch::new(&budget);
        let mut validate = || {
            let mut validator = FuncValidator::new(&module, &bytes, FuncIdx(1), &mut scratch)?;
            while validator.step()?.is_some() {}
            Ok::<_, moteur_wasm::Error>(())
        };
        match validate() {
            Err(error) => assert_eq!(error.kind, ErrorKind::OutOfMemory),
            Ok(()) => break,
        }
    }
}

#[test]
fn what_a_module_takes() {
    let size = |funcs: usize, globals: usize| {
        let (funcs_text, globals_text) = ("(func)".repeat(funcs), "(global i32 (i32.const 0))".repeat(globals));
        let text = format!("(module (type (func)) {funcs_text} {globals_text})");
        let bytes = common::wat(&text);
        let budget = Budget::default();
        budget.left.set(usize::MAX);
        let module = Module::new(&bytes, &budget).expect("the module is valid");
        assert_eq!(module.func_count() as usize, funcs);
        budget.bytes.get()
    };
    assert_eq!(size(0, 0), 8);
    assert_eq!(size(100, 0), 8 + 100 * 8);
    // Globals grow by doubling, as imported ones come before.
    assert_eq!(size(0, 127), 8 + 127 * 8);
}
