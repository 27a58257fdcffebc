//! Functions of the application that guests import.

use core::ffi::{c_char, c_int, c_void};
use core::ptr::{NonNull, null_mut};

use moteur::{Caller, Error, GuestAddr, Trap, Val, ValType};

use crate::runtime::{Runtime, code};
use crate::text;
use crate::value::{self, Value};
use crate::world::World;

/// The most parameters that a function has.
const PARAMS_MAX: usize = 16;

/// `moteur_function_t`.
type Function = unsafe extern "C" fn(*mut c_void, *mut c_void, *const Value, *mut Value) -> c_int;

/// A function and what is handed to it.
struct Host {
    function: Function,
    context: *mut c_void,
}

// SAFETY: the header says that one thread at a time uses a runtime.
unsafe impl Send for Host {}
// SAFETY: as above.
unsafe impl Sync for Host {}

impl Host {
    fn call(&self, mut caller: Caller<'_, World>, arguments: &[Val], results: &mut [Val]) -> Result<(), Error> {
        let mut values = [Value::default(); PARAMS_MAX];
        for (value, argument) in values.iter_mut().zip(arguments) {
            *value = Value::of(argument).ok_or(Error::Type)?;
        }
        let mut result = results.first().and_then(Value::of).unwrap_or_default();
        let caller = (&raw mut caller).cast::<c_void>();
        // SAFETY: what `moteur_define` was given; the values are as many as the signature says.
        match unsafe { (self.function)(caller, self.context, values.as_ptr(), &raw mut result) } {
            code::OK => {}
            code::TRAP => return Err(Error::trap(Trap::Unreachable)),
            number => return Err(Error::host(number.cast_unsigned())),
        }
        if let Some(place) = results.first_mut() {
            // A function that changes the kind of its result answers with another type than it has.
            *place = result.get().filter(|value| value.ty() == place.ty()).ok_or(Error::Type)?;
        }
        Ok(())
    }
}

/// A signature such as `(iI)f`: how many parameters there are in `params`, and the result.
fn parse(signature: &str, params: &mut [ValType; PARAMS_MAX]) -> Option<(usize, Option<ValType>)> {
    let (inside, behind) = signature.strip_prefix('(')?.split_once(')')?;
    let mut places = params.iter_mut();
    for letter in inside.bytes() {
        *places.next()? = value::letter(letter)?;
    }
    let result = match behind.as_bytes() {
        [] => None,
        [letter] => Some(value::letter(*letter)?),
        _ => return None,
    };
    Some((inside.len(), result))
}

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_define(
    runtime: *mut Runtime,
    module: *const c_char,
    name: *const c_char,
    signature: *const c_char,
    function: Option<Function>,
    context: *mut c_void,
) -> c_int {
    // SAFETY: the caller's runtime and texts.
    let (runtime, texts) = unsafe { (runtime.as_ref(), [text::read(module), text::read(name), text::read(signature)]) };
    let Some(runtime) = runtime else {
        return code::INVALID;
    };
    let mut params = [ValType::I32; PARAMS_MAX];
    let ([Some(module), Some(name), Some(signature)], Some(function)) = (texts, function) else {
        return runtime.fail_as(code::INVALID, c"a function needs a module, a name, a signature and code");
    };
    let Some((count, result)) = parse(signature, &mut params) else {
        return runtime.fail_as(code::INVALID, c"a signature has at most 16 of the letters iIfF, as in (iI)f");
    };
    let host = Host { function, context };
    // SAFETY: one thread at a time, and defining calls nothing.
    let linker = unsafe { &mut *runtime.linker.get() };
    let params = params.get(..count).unwrap_or_default();
    let defined = linker.func_dyn(module, name, params, result.as_slice(), move |caller, arguments, results| {
        host.call(caller, arguments, results)
    });
    defined.map_or_else(|error| runtime.fail(&error, None), |()| code::OK)
}

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_caller_memory(caller: *mut c_void, address: u32, bytes: u32) -> *mut u8 {
    let Some(mut caller) = NonNull::new(caller.cast::<Caller<'_, World>>()) else {
        return null_mut();
    };
    // SAFETY: what `Host::call` has handed out, for as long as the function runs.
    let caller = unsafe { caller.as_mut() };
    let Ok(memory) = caller.memory() else {
        return null_mut();
    };
    memory.slice_mut(caller, GuestAddr(address), bytes).map_or(null_mut(), |slice| slice.as_mut_ptr())
}
