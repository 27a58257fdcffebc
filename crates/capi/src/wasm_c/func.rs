//! Functions: the program's as guests call them, and the guests' as the program calls them.

use core::ffi::c_void;
use core::ptr;

use moteur::pool::{Arc, Vec};
use moteur::{Caller, Error, Func, OutOfMemory, ValType};

use super::host_info::{Entity, Finalizer, HostInfo};
use super::refs::{Ref, RefKind};
use super::store::{Home, Store, StoreShared};
use super::trap::{self, HOST_TRAP, Pending, Ready};
use super::types::ExternType;
use super::val::Val;
use super::vec::{Element, Owned, Vector};

/// `wasm_func_callback_t`.
type Callback = unsafe extern "C" fn(*const Vector<Val>, *mut Vector<Val>) -> *mut Ref;
/// `wasm_func_callback_with_env_t`.
type CallbackWithEnv = unsafe extern "C" fn(*mut c_void, *const Vector<Val>, *mut Vector<Val>) -> *mut Ref;

/// A function of the program, with its environment, which is finalized when this goes.
struct HostCode {
    code: Code,
    env: HostInfo,
}

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
    fn call(&self, caller: Caller<'_, Home>, args: &[moteur::Val], results: &mut [moteur::Val]) -> Result<(), Error> {
        // SAFETY: this is a call into the store.
        let store = unsafe { caller.data().share() }.ok_or(Error::OutOfMemory)?;
        store.within(caller, || self.call_in(&store, args, results))
    }

    fn call_in(
        &self,
        store: &Arc<StoreShared>,
        args: &[moteur::Val],
        results: &mut [moteur::Val],
    ) -> Result<(), Error> {
        let heap = store.heap();
        let args = Owned::from(Vector::from_fn(args.len(), heap, |at| match args.get(at) {
            Some(value) => Val::of(*value, store),
            None => Err(OutOfMemory),
        })?);
        let mut given = Vector::from_fn(results.len(), heap, |at| {
            results.get(at).map(|value| Val::zero(value.ty())).ok_or(OutOfMemory)
        })?;
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
        if given.as_slice().len() != results.len() {
            return Err(Error::Type);
        }
        for (result, given) in results.iter_mut().zip(given.as_slice()) {
            // SAFETY: references are as the function left them: null or there.
            *result = unsafe { given.value(result.ty(), store)? };
        }
        Ok(())
    }
}

/// Makes a function of the program's. What is not made is finalized all the same.
///
/// # Safety
/// Store and type are null or there.
unsafe fn new(store: *mut Store, ty: *const ExternType, code: HostCode) -> *mut Ref {
    // SAFETY: the caller's promise.
    let (store, ty) = unsafe { (store.as_ref(), ty.as_ref()) };
    let Some(Store(store)) = store else { return ptr::null_mut() };
    let Some((params, results)) = ty.and_then(|ty| ty.func(store.heap())) else {
        store.fail(Error::Type);
        return ptr::null_mut();
    };
    let call = move |caller: Caller<'_, Home>, args: &[moteur::Val], results: &mut [moteur::Val]| {
        code.call(caller, args, results)
    };
    let made = Func::new(&mut store.context(), &params, &results, call);
    Ref::give_entity(store.note(made).map(Entity::Func), store)
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
    unsafe { new(store, ty, HostCode { code: Code::Plain(callback), env: HostInfo::NONE }) }
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
    unsafe { new(store, ty, HostCode { code: Code::WithEnv(callback), env }) }
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
    let store = store.clone();
    store.collect_if_due();
    store.pending.set(None);
    // SAFETY: both are there, or null.
    match unsafe { call(&store, func, args.as_ref(), results.as_ref()) } {
        Ok(()) => ptr::null_mut(),
        Err(error) => trap::of_error(error, &store, None),
    }
}

/// Values of a call that are few stand here, and in the heap if there are more.
struct Values {
    few: [moteur::Val; Values::FEW],
    many: Vec<moteur::Val>,
    count: usize,
}

impl Values {
    const FEW: usize = 6;

    fn new(count: usize, store: &StoreShared) -> Result<Values, OutOfMemory> {
        let mut many = Vec::new_in(store.heap());
        if count > Values::FEW {
            many.resize(count, moteur::Val::I32(0))?;
        }
        Ok(Values { few: [moteur::Val::I32(0); Values::FEW], many, count })
    }

    fn as_mut_slice(&mut self) -> &mut [moteur::Val] {
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
    let (mut values, mut returned) = {
        let context = store.context();
        let ty = func.ty(&context)?;
        // Whoever gives no room for results wants none.
        let is_room = results.size == 0 || (results.size == ty.results.len() && !results.data.is_null());
        if args.len() != ty.params.len() || !is_room {
            return Err(Error::Type);
        }
        let mut values = Values::new(args.len(), store)?;
        for ((value, arg), ty) in values.as_mut_slice().iter_mut().zip(args).zip(ty.params) {
            // SAFETY: the caller's promise.
            *value = unsafe { arg.value(*ty, store)? };
        }
        (values, Values::new(ty.results.len(), store)?)
    };
    let (values, returned) = (values.as_mut_slice(), returned.as_mut_slice());
    StoreShared::entered(store, || func.call(&mut store.context(), values, returned))?;
    for at in 0..results.size {
        let made = returned.get(at).ok_or(OutOfMemory).and_then(|value| Val::of(*value, store));
        match made {
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
