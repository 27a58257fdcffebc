//! Host functions as rows of static data: one closure serves a whole table of them.
//!
//! A closure for each function costs the linker an allocation and the firmware a copy of the code around it. Interfaces
//! of dozens of functions are tables instead: a row gives name, type and code, the linker holds the table once, and a
//! function takes memory when a module imports it.

use core::ptr::NonNull;

use moteur_pool::{Arc, Heap, unsize};
use moteur_wasm::{FuncType, ValType};

use super::caller::Caller;
use super::host::{HostFunc, Shared};
use crate::error::{Error, Limit};
use crate::slot::{Slot, read_bits, slots_of, write_bits};
use crate::store::StoreInner;
use crate::store::entity::InstanceEntity;

/// The most parameters that a function in a table has.
pub const WORDS_MAX: usize = 10;

/// Arguments as bits: an `i32` or `f32` in the low half, zero where there is no argument.
pub type Words = [u64; WORDS_MAX];

/// A host function as static data. What `code` means is up to the closure that serves the table: see
/// [`Linker::functions`](crate::Linker::functions).
#[derive(Debug)]
pub struct HostFunction<C: 'static> {
    /// The name under which it is imported.
    pub name: &'static str,
    /// Its type: numbers only, at most [`WORDS_MAX`] parameters and one result.
    pub ty: &'static FuncType<'static>,
    /// What distinguishes it from the others.
    pub code: C,
}

/// Which row of which table a host function is; 0 for a function that stands alone.
pub(crate) type Row = u16;

/// A table with the closure that serves it. The closure's code knows the data type `T`, so this type need not.
struct Rows<C: 'static, F> {
    rows: &'static [HostFunction<C>],
    enter: F,
    code: Code<C, F>,
}

type Code<C, F> = unsafe fn(
    &F,
    &'static HostFunction<C>,
    NonNull<StoreInner>,
    Option<NonNull<InstanceEntity>>,
    &Words,
) -> Result<u64, Error>;

/// Makes one host function of a table.
///
/// # Errors
/// [`Error::OutOfMemory`]; [`Error::Type`] or [`Error::Limit`] if a row's type is not one that [`HostFunction`] allows.
pub(crate) fn table<T, C, F>(rows: &'static [HostFunction<C>], enter: F, heap: Heap) -> Result<Arc<dyn HostFunc>, Error>
where
    C: Sync,
    F: Fn(Caller<'_, T>, &'static HostFunction<C>, &Words) -> Result<u64, Error> + Send + Sync + 'static,
{
    unsafe fn code<T, C, F>(
        enter: &F,
        row: &'static HostFunction<C>,
        store: NonNull<StoreInner>,
        caller: Option<NonNull<InstanceEntity>>,
        words: &Words,
    ) -> Result<u64, Error>
    where
        F: Fn(Caller<'_, T>, &'static HostFunction<C>, &Words) -> Result<u64, Error>,
    {
        // SAFETY: the caller's promise; a table made for `T` is only added to stores with data of type `T`.
        enter(unsafe { Caller::new(store, caller) }, row, words)
    }
    if rows.len() > usize::from(Row::MAX) {
        return Err(Error::Limit(Limit::Arguments));
    }
    for row in rows {
        check(row.ty)?;
    }
    let table = Arc::new_in(Rows { rows, enter, code: code::<T, C, F> }, heap)?;
    Ok(unsize!(table => dyn HostFunc))
}

fn check(ty: &FuncType<'_>) -> Result<(), Error> {
    if ty.params.len() > WORDS_MAX || ty.results.len() > 1 {
        return Err(Error::Limit(Limit::Arguments));
    }
    match ty.params.iter().chain(ty.results).any(|ty| matches!(ty, ValType::Ref(_))) {
        true => Err(Error::Type),
        false => Ok(()),
    }
}

impl<C: Sync, F: Shared> HostFunc for Rows<C, F> {
    unsafe fn call(
        &self,
        row: Row,
        store: NonNull<StoreInner>,
        caller: Option<NonNull<InstanceEntity>>,
        frame: *mut Slot,
    ) -> Result<(), Error> {
        let row = self.rows.get(usize::from(row)).ok_or(Error::OutOfBounds)?;
        let mut words = [0; WORDS_MAX];
        let mut at = frame;
        for (word, ty) in words.iter_mut().zip(row.ty.params) {
            // SAFETY: the caller's promise: the arguments stand there.
            unsafe {
                *word = read_bits(at, *ty);
                at = at.add(slots_of(*ty));
            }
        }
        // SAFETY: the caller's promise.
        let result = unsafe { (self.code)(&self.enter, row, store, caller, &words)? };
        if let Some(ty) = row.ty.results.first() {
            // SAFETY: the caller's promise: there is room for the result.
            unsafe { write_bits(frame, *ty, result) };
        }
        Ok(())
    }

    fn find(&self, name: &str) -> Option<(Row, &'static FuncType<'static>)> {
        let index = self.rows.iter().position(|row| row.name == name)?;
        Some((index as Row, self.rows.get(index)?.ty))
    }
}
