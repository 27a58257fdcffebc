//! Functions of C that guests import: how they are registered and found, what their signatures mean, and what happens when a
//! guest calls one.
//!
//! | letter | the guest's type | the function's |
//! |---|---|---|
//! | `i` `I` `f` `F` | `i32` `i64` `f32` `f64` | `int32_t` `int64_t` `float` `double` |
//! | `r` | `externref` | `void *`, the embedder's object |
//! | `*` | `i32` | an address: checked to be inside memory, with as many bytes as the next argument says if that is `~` |
//! | `~` | `i32` | the length for the `*` before |
//! | `$` | `i32` | the address of a text, checked to end inside memory |

use core::ffi::{c_char, c_void};

use moteur::{Caller, Error, FuncType, ValType};

use super::abi::Layout;
use super::env::ExecEnv;
use super::instance::{Instance, World};
use super::runtime::{self, Foreign};
use super::types::NativeSymbol;
use super::{exception, externref, libc, memory, text, wasi};

/// What was registered in one call.
pub struct Natives {
    module: Foreign<*const c_char>,
    symbols: Foreign<*const NativeSymbol>,
    count: u32,
    raw: bool,
}

/// A function that was found for an import.
#[derive(Clone, Copy)]
pub struct Native {
    pub symbol: NativeSymbol,
    /// Whether it takes its arguments from an array.
    raw: bool,
}

/// # Safety
/// As the header says of `wasm_runtime_register_natives`.
pub unsafe fn register(module: *const c_char, symbols: *const NativeSymbol, count: u32, raw: bool) -> bool {
    if module.is_null() || (symbols.is_null() && count > 0) {
        return false;
    }
    let natives = Natives { module: Foreign(module), symbols: Foreign(symbols), count, raw };
    runtime::with(|runtime| runtime.natives.push(natives).is_ok()) == Some(true)
}

impl Natives {
    fn symbols(&self) -> &[NativeSymbol] {
        if self.count == 0 {
            return &[];
        }
        // SAFETY: the header: they are there until they are unregistered.
        unsafe { core::slice::from_raw_parts(self.symbols.0, self.count as usize) }
    }

    fn find(&self, module: &[u8], name: &[u8]) -> Option<Native> {
        // SAFETY: the header: names are there as long.
        let is = |text: *const c_char, wanted: &[u8]| unsafe { text::bytes(text) } == Some(wanted);
        if !is(self.module.0, module) {
            return None;
        }
        let by_name = |name: &[u8]| self.symbols().iter().find(|symbol| is(symbol.symbol, name));
        // Compilers of long ago put an underscore before a function's name.
        let symbol = by_name(name).or_else(|| by_name(name.strip_prefix(b"_")?))?;
        Some(Native { symbol: *symbol, raw: self.raw })
    }
}

/// The function that was registered last under this name.
pub fn find(module: &[u8], name: &[u8]) -> Option<Native> {
    runtime::with(|runtime| runtime.natives.iter().rev().find_map(|natives| natives.find(module, name))).flatten()
}

impl Native {
    /// Whether its signature is that of the import.
    pub fn fits(&self, ty: FuncType<'_>) -> bool {
        // SAFETY: the header: the signature is there until the function is unregistered.
        let signature = unsafe { text::bytes(self.symbol.signature) }.unwrap_or_default();
        !self.symbol.func_ptr.is_null() && (signature.is_empty() || is_signature_of(signature, ty))
    }

    /// The letters of the parameters.
    fn letters(&self) -> &[u8] {
        // SAFETY: as in `fits`.
        unsafe { text::bytes(self.symbol.signature) }.and_then(|signature| signature.get(1..)).unwrap_or_default()
    }

    /// Calls it for a guest: arguments stand in `words`, the result is left in the first.
    pub fn call(&self, caller: Caller<'_, World>, ty: FuncType<'_>, words: &mut [u64]) -> Result<(), Error> {
        let instance = Instance::of(&caller);
        // SAFETY: an instance that calls is there, and so is the environment that it was called in.
        unsafe {
            let env = (*instance).env();
            if !self.convert(instance, ty, words) {
                return Err(exception::RAISED);
            }
            let outer = ((*env).attachment, (*env).instance);
            ((*env).attachment, (*env).instance) = (self.symbol.attachment, instance);
            let result = self.enter(env, ty, words);
            ((*env).attachment, (*env).instance) = outer;
            result?;
            if exception::is_raised(instance) {
                return Err(exception::RAISED);
            }
            if ty.results.first() == Some(&ValType::EXTERNREF)
                && let Some(word) = words.first_mut()
            {
                *word = externref::to_bits(instance, *word as usize as *mut c_void)?;
            }
            Ok(())
        }
    }

    /// Makes addresses of what the guest claims to be addresses; says whether all are.
    ///
    /// # Safety
    /// The instance is there.
    unsafe fn convert(&self, instance: *mut Instance, ty: FuncType<'_>, words: &mut [u64]) -> bool {
        let letters = self.letters();
        for (at, ty) in ty.params.iter().enumerate() {
            let next = words.get(at + 1).copied();
            let Some(word) = words.get_mut(at) else { break };
            // SAFETY: the caller's promise.
            let place = unsafe {
                match letters.get(at) {
                    Some(b'*') => {
                        let has_length = letters.get(at + 1) == Some(&b'~');
                        let len = if has_length { next.unwrap_or(0) as u32 } else { 1 };
                        memory::checked(instance, u64::from(*word as u32), u64::from(len))
                    }
                    Some(b'$') => memory::checked_text(instance, u64::from(*word as u32)),
                    _ if *ty == ValType::EXTERNREF => externref::from_bits(*word),
                    _ => continue,
                }
            };
            match place {
                Some(place) => *word = place as usize as u64,
                None => return false,
            }
        }
        true
    }

    /// # Safety
    /// The environment is there, and the arguments are of the function's type.
    unsafe fn enter(&self, env: *mut ExecEnv, ty: FuncType<'_>, words: &mut [u64]) -> Result<(), Error> {
        if self.raw {
            // SAFETY: the header: it is such a function. There is always one cell, for the result.
            unsafe {
                let mut none = [0];
                let cells = if words.is_empty() { &mut none[..] } else { words };
                let function: unsafe extern "C" fn(*mut ExecEnv, *mut u64) =
                    core::mem::transmute(self.symbol.func_ptr.cast_const());
                function(env, cells.as_mut_ptr());
            }
            return Ok(());
        }
        let letters = self.letters();
        let mut layout = Layout::new();
        let mut fits = layout.word(env as usize);
        for (at, (ty, word)) in ty.params.iter().zip(words.iter()).enumerate() {
            let is_address = matches!(letters.get(at), Some(b'*' | b'$')) || *ty == ValType::EXTERNREF;
            fits = fits.and_then(|()| if is_address { layout.word(*word as usize) } else { layout.value(*ty, *word) });
        }
        fits.map_err(|_| Error::Limit(moteur::Limit::Arguments))?;
        // SAFETY: the caller's promise, and the header's: the function has the type that its signature says.
        let result = unsafe { layout.call(self.symbol.func_ptr, ty.results.first().copied()) };
        if let Some(word) = words.first_mut() {
            *word = result;
        }
        Ok(())
    }
}

/// Whether a signature says the same as a type.
fn is_signature_of(signature: &[u8], ty: FuncType<'_>) -> bool {
    let Some((b'(', rest)) = signature.split_first() else {
        return false;
    };
    let Some((params, result)) = rest.split_at_checked(ty.params.len()) else {
        return false;
    };
    let mut before = 0;
    for (letter, ty) in params.iter().zip(ty.params) {
        let fits = match letter {
            b'*' | b'$' => *ty == ValType::I32,
            b'~' => *ty == ValType::I32 && before == b'*',
            _ => letter_of(*ty) == *letter,
        };
        if !fits {
            return false;
        }
        before = *letter;
    }
    match (result, ty.results) {
        (b")", []) => true,
        ([b')', letter], [ty]) => letter_of(*ty) == *letter,
        _ => false,
    }
}

fn letter_of(ty: ValType) -> u8 {
    match ty {
        ValType::I32 => b'i',
        ValType::I64 => b'I',
        ValType::F32 => b'f',
        ValType::F64 => b'F',
        ValType::EXTERNREF => b'r',
        _ => 0,
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_register_natives(
    module_name: *const c_char,
    native_symbols: *const NativeSymbol,
    n_native_symbols: u32,
) -> bool {
    // SAFETY: the header.
    unsafe { register(module_name, native_symbols, n_native_symbols, false) }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_register_natives_raw(
    module_name: *const c_char,
    native_symbols: *const NativeSymbol,
    n_native_symbols: u32,
) -> bool {
    // SAFETY: the header.
    unsafe { register(module_name, native_symbols, n_native_symbols, true) }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_unregister_natives(
    module_name: *const c_char,
    native_symbols: *const NativeSymbol,
) -> bool {
    // SAFETY: the header: null or a text.
    let Some(name) = (unsafe { text::bytes(module_name) }) else {
        return false;
    };
    runtime::with(|runtime| {
        let is = |natives: &Natives| {
            // SAFETY: the header: names are there until now.
            natives.symbols.0 == native_symbols && unsafe { text::bytes(natives.module.0) } == Some(name)
        };
        // The one that was registered last, and the order of the others stays.
        let Some(at) = runtime.natives.iter().rposition(is) else {
            return false;
        };
        if let Some(rest) = runtime.natives.as_mut_slice().get_mut(at..) {
            rest.rotate_left(1);
        }
        runtime.natives.pop();
        true
    }) == Some(true)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_is_import_func_linked(
    module_name: *const c_char,
    func_name: *const c_char,
) -> bool {
    // SAFETY: the header: null or valid.
    let (Some(module), Some(name)) = (unsafe { text::str(module_name) }, unsafe { text::str(func_name) }) else {
        return false;
    };
    find(module.as_bytes(), name.as_bytes()).is_some()
        || libc::signature(module, name).is_some()
        || wasi::signature(module, name).is_some()
}

/// See the header.
#[unsafe(no_mangle)]
pub extern "C" fn wasm_runtime_is_import_global_linked(
    _module_name: *const c_char,
    _global_name: *const c_char,
) -> bool {
    // The library has none.
    false
}

#[cfg(test)]
mod tests {
    use moteur::ValType::{F32, F64, I32, I64};

    use super::*;

    #[test]
    fn a_signature_says_what_the_type_says() {
        let none: &[ValType] = &[];
        for (signature, params, results, fits) in [
            ("()", none, none, true),
            ("(i)", &[I32][..], none, true),
            ("(iIfF)F", &[I32, I64, F32, F64], &[F64][..], true),
            ("(*~)i", &[I32, I32], &[I32], true),
            ("(*)", &[I32], none, true),
            ("($$)", &[I32, I32], none, true),
            ("(r)r", &[ValType::EXTERNREF], &[ValType::EXTERNREF], true),
            ("(~*)", &[I32, I32], none, false),
            ("(i~)", &[I32, I32], none, false),
            ("(*~)", &[I64, I32], none, false),
            ("(*~)", &[I32, I64], none, false),
            ("(i)", none, none, false),
            ("(i)i", &[I32], none, false),
            ("(i)", &[I32], &[I32], false),
            ("(i)ii", &[I32], &[I32], false),
            ("(i", &[I32], none, false),
            ("i)", &[I32], none, false),
            ("(I)", &[I32], none, false),
            ("", none, none, false),
        ] {
            assert_eq!(is_signature_of(signature.as_bytes(), FuncType { params, results }), fits, "{signature}");
        }
    }
}
