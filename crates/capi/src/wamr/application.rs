//! `main`, and functions that a person calls: arguments are texts, results are printed.

use core::ffi::{c_char, c_int, c_void};
use core::fmt::Write;

use moteur::pool::Vec;
use moteur::{Func, FuncType, ValType};
use moteur_platform::{Stream, Writer};

use super::instance::Instance;
use super::{call, exception, memory, number, runtime, text, wasi};
use crate::machine;

/// What `main` goes by, after `_start`.
const MAINS: [&str; 3] = ["main", "__main_argc_argv", "_main"];

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_application_execute_main(
    module_inst: *mut Instance,
    argc: i32,
    argv: *mut *mut c_char,
) -> bool {
    // SAFETY: the header: null or valid.
    unsafe { !module_inst.is_null() && execute_main(module_inst, argc, argv).is_some() }
}

/// # Safety
/// The instance is there, and so many texts are.
unsafe fn execute_main(instance: *mut Instance, argc: i32, argv: *mut *mut c_char) -> Option<()> {
    // SAFETY: the caller's promise.
    unsafe {
        if wasi::is_used(instance)
            && let Some((func, ty)) = call::find(instance, "_start")
        {
            if call::call(instance, func, ty, &mut []).is_none() && !exited_well(instance) {
                return None;
            }
            return Some(());
        }
        let Some((func, ty)) = MAINS.iter().find_map(|name| call::find(instance, name)) else {
            exception::set(
                instance,
                "lookup the entry point symbol (like _start, main, _main, __main_argc_argv) failed",
            );
            return None;
        };
        let is_main =
            matches!(ty.params, [] | [ValType::I32, ValType::I32]) && matches!(ty.results, [] | [ValType::I32]);
        if !is_main {
            exception::set(instance, "invalid function type of main function");
            return None;
        }
        let mut words = [0; 2];
        let mut texts = 0;
        if !ty.params.is_empty() {
            let count = usize::try_from(argc).ok().filter(|_| !argv.is_null()).unwrap_or(0);
            let Some((block, list)) = give_texts(instance, count, argv) else {
                if !exception::is_raised(instance) {
                    exception::set(instance, "allocate memory failed");
                }
                return None;
            };
            texts = block;
            words = [count as u64, list];
        }
        let result = call::call(instance, func, ty, words.get_mut(..ty.params.len().max(ty.results.len()))?);
        if texts != 0 && result.is_some() {
            memory::wasm_runtime_module_free(instance, texts);
        }
        result?;
        // As in WAMR: the status takes the place of the first argument.
        if !ty.results.is_empty() && argc > 0 && !argv.is_null() {
            argv.cast::<c_int>().write_unaligned(words[0] as c_int);
        }
        Some(())
    }
}

/// Whether a guest has ended itself, which is no failure here.
///
/// # Safety
/// The instance is there.
unsafe fn exited_well(instance: *mut Instance) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let text = &(*(*instance).root).exception;
        let has_exited = text.windows(exception::EXITED.len()).any(|part| part == exception::EXITED.as_bytes());
        if has_exited {
            exception::clear(instance);
        }
        has_exited
    }
}

/// Copies texts, and then a list of their addresses, into the guest's memory. Gives the block and the list.
///
/// # Safety
/// The instance is there, and so many texts are.
unsafe fn give_texts(instance: *mut Instance, count: usize, texts: *mut *mut c_char) -> Option<(u64, u64)> {
    // SAFETY: the caller's promise.
    unsafe {
        let text_at = |at: usize| text::bytes(*texts.add(at)).unwrap_or_default();
        let bytes = (0..count).try_fold(0_usize, |sum, at| sum.checked_add(text_at(at).len())?.checked_add(1))?;
        let list_at = bytes.checked_next_multiple_of(4)?;
        let size = list_at.checked_add(count.checked_mul(4)?)?.max(1);
        let mut place = core::ptr::null_mut();
        let block = memory::wasm_runtime_module_malloc(instance, size as u64, &raw mut place);
        if block == 0 {
            return None;
        }
        // The guest's own allocator may have said anything.
        let place = memory::checked(instance, block, size as u64)?;
        let mut at = 0;
        for index in 0..count {
            let text = text_at(index);
            place.add(at).copy_from(text.as_ptr(), text.len());
            place.add(at.wrapping_add(text.len())).write(0);
            let address = (block as u32).wrapping_add(at as u32);
            place.add(list_at).cast::<u32>().add(index).write_unaligned(address.to_le());
            at = at.wrapping_add(text.len()).wrapping_add(1);
        }
        Some((block, block.wrapping_add(list_at as u64)))
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_application_execute_func(
    module_inst: *mut Instance,
    name: *const c_char,
    argc: i32,
    argv: *mut *mut c_char,
) -> bool {
    // SAFETY: the header: null or valid.
    unsafe {
        let Some(name) = text::str(name).filter(|_| !module_inst.is_null()) else {
            return false;
        };
        execute_func(module_inst, name, argc, argv).is_some()
    }
}

/// # Safety
/// The instance is there, and so many texts are.
unsafe fn execute_func(instance: *mut Instance, name: &str, argc: i32, argv: *mut *mut c_char) -> Option<()> {
    // SAFETY: the caller's promise.
    unsafe {
        let Some((func, ty)) = call::find(instance, name) else {
            let _ = write!(exception::out(instance), "lookup function {name} failed");
            return None;
        };
        if usize::try_from(argc) != Ok(ty.params.len()) || (argv.is_null() && argc > 0) {
            exception::set(instance, "invalid input argument count");
            return None;
        }
        let mut words = Vec::new_in(runtime::heap()?);
        if words.resize(ty.params.len().max(ty.results.len()), 0).is_err() {
            exception::set(instance, "allocate memory failed");
            return None;
        }
        for (at, (ty, word)) in ty.params.iter().zip(words.as_mut_slice()).enumerate() {
            let text = text::bytes(*argv.add(at)).unwrap_or_default();
            let Some(value) = argument(*ty, text) else {
                let mut out = exception::out(instance);
                let _ = write!(out, "invalid input argument {at}");
                if !text.is_empty() {
                    out.push(b": ");
                    out.push(text);
                }
                return None;
            };
            *word = value;
        }
        exception::clear(instance);
        execute(instance, func, ty, &mut words)
    }
}

/// Calls a function with the program's values, and prints what it gives.
///
/// # Safety
/// The instance is there, and the function is of it.
unsafe fn execute(instance: *mut Instance, func: Func, ty: FuncType<'_>, words: &mut Vec<u64>) -> Option<()> {
    // SAFETY: the caller's promise.
    unsafe { call::call(instance, func, ty, words)? };
    let mut out = Writer::new(machine::platform().console(), Stream::Out);
    for (at, (ty, value)) in ty.results.iter().zip(words.iter()).enumerate() {
        if at > 0 {
            let _ = out.write_str(",");
        }
        let _ = print(&mut out, *ty, *value);
    }
    let _ = out.write_str("\n");
    Some(())
}

/// Reads an argument. What follows an underscore is no part of it, as in WAMR.
fn argument(ty: ValType, text: &[u8]) -> Option<u64> {
    let end = |rest: &[u8]| rest.is_empty() || rest.starts_with(b"_");
    if matches!(ty, ValType::Ref(_)) && text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"null")) {
        return Some(u64::MAX);
    }
    match ty {
        ValType::F32 => number::float(text, 24).filter(|(_, rest)| end(rest)).map(|(bits, _)| bits),
        ValType::F64 => number::float(text, 53).filter(|(_, rest)| end(rest)).map(|(bits, _)| bits),
        ValType::V128 => None,
        _ => number::integer(text).filter(|(_, rest)| end(rest)).map(|(value, _)| value),
    }
}

/// Prints a value in WAMR's form.
fn print(out: &mut impl Write, ty: ValType, value: u64) -> core::fmt::Result {
    match ty {
        ValType::I32 => write!(out, "{:#x}:i32", value as u32),
        ValType::F32 => {
            number::print(out, f64::from(f32::from_bits(value as u32)))?;
            out.write_str(":f32")
        }
        ValType::F64 => {
            number::print(out, f64::from_bits(value))?;
            out.write_str(":f64")
        }
        ValType::FUNCREF if value as u32 == u32::MAX => out.write_str("func:ref.null"),
        ValType::FUNCREF => write!(out, "{}:ref.func", value as u32),
        ValType::EXTERNREF if value == 0 || value == u64::MAX => out.write_str("extern:ref.null"),
        ValType::EXTERNREF => write!(out, "{:#x}:ref.extern", value as usize as *const c_void as usize),
        _ => write!(out, "{value:#x}:i64"),
    }
}
