//! Functions: the program's as guests call them, and the guests' as the program calls them.

use core::ffi::c_void;
use core::ptr;

use moteur::pool::{Arc, Vec};
use moteur::{Caller, Error, Func, FuncType, OutOfMemory, ValType};

use super::heap::InPlace;
use super::host_info::{Entity, Finalizer, HostInfo};
use super::refs::{Ref, RefKind};
use super::store::{Home, Store, StoreShared};
use super::trap::{self, HOST_TRAP, Pending, Ready};
use super::types::ExternType;
use super::val::Val;
use super::vec::{Element, Vector};

/// `wasm_func_callback_t`.
type Callback = unsafe extern "C" fn(*const Vector<Val>, *mut Vector<Val>) -> *mut Ref;
/// `wasm_func_callback_with_env_t`.
type CallbackWithEnv = unsafe extern "C" fn(*mut c_void, *const Vector<Val>, *mut Vector<Val>) -> *mut Ref;

/// A function of the program, with its environment, which is finalized when this goes.
struct HostCode {
    code: Code,
    env: HostInfo,
    params: Vec<ValType>,
    results: Vec<ValType>,
}

/// As many values of a call take no memory from the heap.
const FEW: usize = 8;

enum Code {
    Plain(Callback),
    WithEnv(CallbackWithEnv),
}

// SAFETY: the store that has it is for one thread at a time, as the header demands.
unsafe impl Send for HostCode {}
// SAFETY: as above.
unsafe impl Sync for HostCode {}

impl HostCode {
    /// Serves a call of the guest's.
    fn call(&self, caller: Caller<'_, Home>, words: &mut [u64]) -> Result<(), Error> {
        // SAFETY: this is a call into the store.
        let store = unsafe { caller.data().share() }.ok_or(Error::OutOfMemory)?;
        store.within(caller, || self.call_in(&store, words))
    }

    fn call_in(&self, store: &Arc<StoreShared>, words: &mut [u64]) -> Result<(), Error> {
        let heap = store.heap();
        let (mut args_place, mut results_place) = (InPlace::<Val, FEW>::new(heap), InPlace::<Val, FEW>::new(heap));
        let array = args_place.array(self.params.len())?;
        // SAFETY: as many elements, all zero; words are as the runtime gives them.
        let args = unsafe {
            Vector::filled(array, &self.params, |at, ty| Val::of_word(words.get(at).copied().unwrap_or(0), ty, store))?
        };
        let array = results_place.array(self.results.len())?;
        // SAFETY: as above.
        let mut given = unsafe { Vector::filled(array, &self.results, |_, ty| Ok(Val::zero(ty)))? }.into_vector();
        // SAFETY: C gave the function for calls like this.
        let trap = unsafe {
            match self.code {
                Code::Plain(code) => code(args.as_ptr(), &raw mut given),
                Code::WithEnv(code) => code(self.env.get(), args.as_ptr(), &raw mut given),
            }
        };
        // SAFETY: the vector is as the function left it, which may have made it anew.
        let given = unsafe { Vector::take_from(&raw mut given) };
        if !trap.is_null() {
            // SAFETY: the function handed it over.
            store.pending.set(Some(unsafe { Pending::new(trap, &store.context()) }));
            return Err(HOST_TRAP);
        }
        let given = given?;
        if given.as_slice().len() != self.results.len() {
            return Err(Error::Type);
        }
        for ((word, given), ty) in words.iter_mut().zip(given.as_slice()).zip(&self.results) {
            // SAFETY: references are as the function left them: null or there.
            *word = Val::word(unsafe { given.value(*ty, store)? });
        }
        Ok(())
    }
}

/// Makes a function of the program's. What is not made is finalized all the same.
///
/// # Safety
/// Store and type are null or there.
unsafe fn new(store: *mut Store, ty: *const ExternType, code: Code, env: HostInfo) -> *mut Ref {
    // SAFETY: the caller's promise.
    let (store, ty) = unsafe { (store.as_ref(), ty.as_ref()) };
    let Some(Store(store)) = store else { return ptr::null_mut() };
    let Some((params, results)) = ty.and_then(|ty| ty.func(store.heap())) else {
        store.fail(Error::Type);
        return ptr::null_mut();
    };
    let made = || {
        let code = HostCode {
            code,
            env,
            params: Vec::from_slice_in(&params, store.heap())?,
            results: Vec::from_slice_in(&results, store.heap())?,
        };
        let ty = FuncType { params: &params, results: &results };
        Func::on_words(&mut store.context(), ty, move |caller: Caller<'_, Home>, words: &mut [u64]| {
            code.call(caller, words)
        })
    };
    Ref::give_entity(store.note(made()).map(Entity::Func), store)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_func_new(
    store: *mut Store,
    ty: *const ExternType,
    callback: Option<Callback>,
) -> *mut Ref {
    let Some(callback) = callback else { return ptr::null_mut() };
    // SAFETY: both are there, or null.
    unsafe { new(store, ty, Code::Plain(callback), HostInfo::NONE) }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_func_new_with_env(
    store: *mut Store,
    ty: *const ExternType,
    callback: Option<CallbackWithEnv>,
    env: *mut c_void,
    finalizer: Finalizer,
) -> *mut Ref {
    let env = HostInfo::new(env, finalizer);
    let Some(callback) = callback else { return ptr::null_mut() };
    // SAFETY: both are there, or null.
    unsafe { new(store, ty, Code::WithEnv(callback), env) }
}

/// How many parameters and results a function has.
///
/// # Safety
/// The handle is null or there.
unsafe fn arity(func: *const Ref) -> (usize, usize) {
    // SAFETY: the caller's promise.
    let Some((store, Entity::Func(func))) = (unsafe { Ref::entity(func, RefKind::Func) }) else { return (0, 0) };
    let context = store.context();
    store.note(func.ty(&context).map(|ty| (ty.params.len(), ty.results.len()))).unwrap_or((0, 0))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_func_param_arity(func: *const Ref) -> usize {
    // SAFETY: the handle is there, or null.
    unsafe { arity(func) }.0
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_func_result_arity(func: *const Ref) -> usize {
    // SAFETY: the handle is there, or null.
    unsafe { arity(func) }.1
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_func_call(
    func: *const Ref,
    args: *const Vector<Val>,
    results: *mut Vector<Val>,
) -> *mut Ref {
    // SAFETY: the handle is there, or null.
    let Some((store, Entity::Func(func))) = (unsafe { Ref::entity(func, RefKind::Func) }) else {
        return Ready::NoFunction.handle();
    };
    // A function of the program's that is called may delete the handle.
    let store = StoreShared::collected(store);
    store.pending.set(None);
    // SAFETY: both are there, or null.
    match unsafe { call(&store, func, args.as_ref(), results.as_ref()) } {
        Ok(()) => ptr::null_mut(),
        Err(error) => trap::of_error(error, &store, None),
    }
}

/// Words of a call that are few stand here, and in the heap if there are more.
struct Words {
    few: [u64; FEW],
    many: Vec<u64>,
    count: usize,
}

impl Words {
    fn new(count: usize, store: &StoreShared) -> Result<Words, OutOfMemory> {
        let mut many = Vec::new_in(store.heap());
        if count > FEW {
            many.resize(count, 0)?;
        }
        Ok(Words { few: [0; FEW], many, count })
    }

    fn as_mut_slice(&mut self) -> &mut [u64] {
        match self.few.get_mut(..self.count) {
            Some(few) => few,
            None => &mut self.many,
        }
    }
}

/// # Safety
/// The vectors are whole, and their references are null or there.
unsafe fn call(
    store: &Arc<StoreShared>,
    func: Func,
    args: Option<&Vector<Val>>,
    results: Option<&Vector<Val>>,
) -> Result<(), Error> {
    // SAFETY: the caller's promise.
    let args = unsafe { args.unwrap_or(&Vector::EMPTY).elements()? };
    let results = results.unwrap_or(&Vector::EMPTY);
    let mut words = {
        let context = store.context();
        let ty = func.ty(&context)?;
        // Whoever gives no room for results wants none.
        let is_room = results.size == 0 || (results.size == ty.results.len() && !results.data.is_null());
        if args.len() != ty.params.len() || !is_room {
            return Err(Error::Type);
        }
        let mut words = Words::new(args.len().max(ty.results.len()), store)?;
        for ((word, arg), ty) in words.as_mut_slice().iter_mut().zip(args).zip(ty.params) {
            // SAFETY: the caller's promise.
            *word = Val::word(unsafe { arg.value(*ty, store)? });
        }
        words
    };
    let words = words.as_mut_slice();
    StoreShared::entered(store, || func.call_words(&mut store.context(), words))?;
    let context = store.context();
    let types = func.ty(&context)?.results;
    for (at, (word, ty)) in words.iter().zip(types).take(results.size).enumerate() {
        // SAFETY: the function just returned it.
        match unsafe { Val::of_word(*word, *ty, store) } {
            // SAFETY: there is room for so many; what stands there is not the library's to delete.
            Ok(val) => unsafe { results.data.add(at).write(val) },
            Err(error) => {
                // SAFETY: written just now.
                (0..at).for_each(|at| unsafe {
                    results.data.add(at).read().delete();
                    results.data.add(at).write(Val::zero(ValType::I32));
                });
                return Err(error.into());
            }
        }
    }
    Ok(())
}
