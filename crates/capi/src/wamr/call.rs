//! Calls of guests. Arguments and results travel as words of 64 bits; cells of 32 bits, as most programs have them, and
//! `wasm_val_t` are converted to and from them.

use core::ffi::{c_char, c_void};
use core::ptr::{NonNull, null_mut};

use moteur::pool::Vec;
use moteur::wasm::{ExternIdx, FuncIdx, TableIdx};
use moteur::{Error, Func, FuncType, Heap, Val, ValType};

use super::env::ExecEnv;
use super::instance::Instance;
use super::types::{WasmVal, kind_of};
use super::{exception, externref, runtime, text, wasi};

/// So many words take no memory from the heap.
const WORDS_IN_PLACE: usize = 8;

/// Cells of four bytes that an address takes.
const ADDRESS_CELLS: usize = size_of::<usize>() / 4;

/// A function as the program has it: an address, which means something together with its instance.
pub type Function = *mut c_void;

/// The function behind the program's address.
///
/// # Safety
/// The instance is there, and the function is one of its.
unsafe fn function(instance: *mut Instance, function: Function) -> Option<Func> {
    // SAFETY: the caller's promise.
    unsafe { Some(Func::from_raw(&(*instance).caller(), NonNull::new(function)?.cast())) }
}

/// The type of a function, which lives as long as the instance.
///
/// # Safety
/// As for `function`.
unsafe fn type_of<'a>(instance: *mut Instance, func: Func) -> Option<FuncType<'a>> {
    // SAFETY: types stand in the store, which is there as long as the instance.
    unsafe {
        let caller = (*instance).caller();
        let ty = func.ty(&caller).ok()?;
        Some(core::mem::transmute::<FuncType<'_>, FuncType<'a>>(ty))
    }
}

/// Words for a call: in place if there are few, otherwise from the heap.
struct Words {
    in_place: [u64; WORDS_IN_PLACE],
    more: Vec<u64>,
    count: usize,
}

impl Words {
    fn new(ty: FuncType<'_>, heap: Heap) -> Result<Words, Error> {
        let count = ty.params.len().max(ty.results.len());
        let mut more = Vec::new_in(heap);
        if count > WORDS_IN_PLACE {
            more.resize(count, 0)?;
        }
        Ok(Words { in_place: [0; WORDS_IN_PLACE], more, count })
    }

    fn get(&mut self) -> &mut [u64] {
        if self.count > WORDS_IN_PLACE {
            return &mut self.more;
        }
        self.in_place.get_mut(..self.count).unwrap_or_default()
    }
}

/// Calls a function with words; says whether it returned. Otherwise the instance has an exception.
///
/// # Safety
/// The environment and its instance are there, and the function is of that.
unsafe fn enter(env: *mut ExecEnv, func: Func, words: &mut [u64]) -> bool {
    // SAFETY: the caller's promise. No reference is held while the guest runs.
    unsafe {
        let instance = (*env).instance;
        if exception::is_raised(instance) {
            return false;
        }
        let root = (*instance).root;
        let outer = (*root).current;
        (*root).current = env;
        let mut caller = (*root).caller();
        let fuel = caller.fuel();
        if cfg!(feature = "metering") {
            let limit = u64::try_from((*env).limit).unwrap_or(u64::MAX);
            // An engine for native code counts nothing.
            let _ = caller.set_fuel(limit);
        }
        let result = func.call_words(&mut caller, words);
        if let (true, Ok(fuel)) = (cfg!(feature = "metering"), fuel) {
            let _ = caller.set_fuel(fuel);
        }
        (*root).current = outer;
        match result {
            Ok(()) => !exception::is_raised(instance),
            Err(error) => {
                exception::take(instance, error);
                false
            }
        }
    }
}

/// The guest's `malloc` or `free`, if it exports both.
///
/// # Safety
/// The instance is there.
pub unsafe fn guest_allocator(instance: *mut Instance, name: &str) -> Option<Func> {
    // SAFETY: the caller's promise.
    unsafe {
        let caller = (*instance).caller();
        let handle = (*instance).handle?;
        let is = |name: &str, results: usize| {
            let func = handle.func(&caller, name)?;
            let ty = func.ty(&caller).ok()?;
            (ty.params == [ValType::I32] && ty.results.len() == results).then_some(func)
        };
        let (malloc, free) = is("malloc", 1).zip(is("free", 0))?;
        Some(if name == "malloc" { malloc } else { free })
    }
}

/// Calls a function of one number, and gives its result if it returned.
///
/// # Safety
/// The instance is there, and the function is of it.
pub unsafe fn one_word(instance: *mut Instance, func: Func, word: u32) -> Option<u32> {
    // SAFETY: the caller's promise.
    unsafe {
        let mut words = [u64::from(word)];
        enter((*instance).env(), func, &mut words).then_some(words[0] as u32)
    }
}

/// Runs what WASI's and older compilers' modules want to have run first.
///
/// # Safety
/// The instance was just made, and nothing runs.
pub unsafe fn run_initializers(instance: *mut Instance) -> Result<(), Error> {
    // SAFETY: the caller's promise.
    unsafe {
        let (is_root, is_wasi) = ((*instance).root == instance, wasi::is_used(instance));
        let names = [
            ("_initialize", is_root && is_wasi),
            ("__post_instantiate", is_root),
            ("__wasm_call_ctors", is_root && !is_wasi),
        ];
        for (name, wanted) in names {
            let mut caller = (*instance).caller();
            let func = (*instance).handle.filter(|_| wanted).and_then(|handle| handle.func(&caller, name));
            let Some(func) = func else { continue };
            let ty = func.ty(&caller)?;
            if ty.params.is_empty() && ty.results.is_empty() {
                func.call_words(&mut caller, &mut [])?;
            }
        }
        Ok(())
    }
}

/// The function that an instance exports under this name, with its type.
///
/// # Safety
/// The instance is there, and outlives the result.
pub unsafe fn find<'a>(instance: *mut Instance, name: &str) -> Option<(Func, FuncType<'a>)> {
    // SAFETY: the caller's promise.
    unsafe {
        let func = (*instance).handle?.func(&(*instance).caller(), name)?;
        Some((func, type_of(instance, func)?))
    }
}

/// Calls a function with the program's values, which the results replace; none if it did not return, with an exception.
///
/// # Safety
/// The instance is there, and the function is of it and of this type.
pub unsafe fn call(instance: *mut Instance, func: Func, ty: FuncType<'_>, words: &mut [u64]) -> Option<()> {
    // SAFETY: the caller's promise.
    unsafe {
        for (word, ty) in words.iter_mut().zip(ty.params) {
            *word = word_of(instance, *ty, *word)?;
        }
        if !enter((*instance).env(), func, words) {
            return None;
        }
        for (word, ty) in words.iter_mut().zip(ty.results) {
            *word = value_of(instance, *ty, *word);
        }
        Some(())
    }
}

/// A value of the program's as a word; `None` if it is no such value, with an exception where that is the cause.
///
/// # Safety
/// The instance is there.
unsafe fn word_of(instance: *mut Instance, ty: ValType, bits: u64) -> Option<u64> {
    // SAFETY: the caller's promise.
    unsafe {
        match ty {
            ValType::EXTERNREF => externref::to_bits(instance, bits as usize as *mut c_void).ok(),
            ValType::FUNCREF => func_of_index(instance, bits as u32),
            _ => Some(bits),
        }
    }
}

/// A word as a value of the program's.
///
/// # Safety
/// The instance is there.
unsafe fn value_of(instance: *mut Instance, ty: ValType, word: u64) -> u64 {
    // SAFETY: the caller's promise.
    unsafe {
        match ty {
            ValType::EXTERNREF => externref::from_bits(word).map_or(0, |object| object as usize as u64),
            ValType::FUNCREF => u64::from(index_of_func(instance, word)),
            _ => word,
        }
    }
}

/// The number of no function.
const NO_FUNCTION: u32 = u32::MAX;

/// # Safety
/// The instance is there.
unsafe fn func_of_index(instance: *mut Instance, index: u32) -> Option<u64> {
    if index == NO_FUNCTION {
        return Some(0);
    }
    // SAFETY: the caller's promise.
    let item = unsafe { (*instance).handle?.item(&(*instance).caller(), ExternIdx::Func(FuncIdx(index)))? };
    Some(item.func()?.into_raw().as_ptr() as usize as u64)
}

/// The number that a function has in the instance; that of no function if it has none.
///
/// # Safety
/// The instance is there.
unsafe fn index_of_func(instance: *mut Instance, word: u64) -> u32 {
    // SAFETY: the caller's promise.
    unsafe {
        let mut index = 0;
        while let Some(found) = func_of_index(instance, index).filter(|_| word != 0) {
            if found == word {
                return index;
            }
            index = index.wrapping_add(1);
        }
        NO_FUNCTION
    }
}

/// Cells that a value takes in the program's arrays.
fn cells_of(ty: ValType) -> usize {
    match ty {
        ValType::I64 | ValType::F64 => 2,
        ValType::EXTERNREF => ADDRESS_CELLS,
        _ => 1,
    }
}

fn cells_of_all(types: &[ValType]) -> usize {
    types.iter().map(|ty| cells_of(*ty)).sum()
}

/// Calls with cells.
///
/// # Safety
/// The environment and its instance are there, the function is of that, and so many cells stand at `argv`, and as many as
/// the results take.
unsafe fn call_with_cells(env: *mut ExecEnv, func: Func, argc: u32, argv: *mut u32) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let instance = (*env).instance;
        let (Some(ty), Some(heap)) = (type_of(instance, func), runtime::heap()) else {
            return false;
        };
        let wanted = cells_of_all(ty.params);
        if (argc as usize) < wanted {
            let mut out = exception::out(instance);
            out.push(b"invalid argument count ");
            out.push_number(argc);
            out.push(b", must be no smaller than ");
            out.push_number(wanted as u32);
            return false;
        }
        let Ok(mut words) = Words::new(ty, heap) else {
            exception::set(instance, "allocate memory failed");
            return false;
        };
        let words = words.get();
        let mut at = argv;
        for (word, ty) in words.iter_mut().zip(ty.params) {
            let is_wide = cells_of(*ty) == 2;
            let high = if is_wide { u64::from(at.wrapping_add(1).read()) << 32 } else { 0 };
            let Some(converted) = word_of(instance, *ty, u64::from(at.read()) | high) else {
                exception::set(instance, "the arguments conversion is failed");
                return false;
            };
            *word = converted;
            at = at.wrapping_add(cells_of(*ty));
        }
        if !enter(env, func, words) {
            return false;
        }
        let mut at = argv;
        for (word, ty) in words.iter().zip(ty.results) {
            let value = value_of(instance, *ty, *word);
            at.write(value as u32);
            if cells_of(*ty) == 2 {
                at.wrapping_add(1).write((value >> 32) as u32);
            }
            at = at.wrapping_add(cells_of(*ty));
        }
        finish(instance, ty, words);
        true
    }
}

/// What is done once a call has returned and its results are the program's.
///
/// # Safety
/// The instance is there.
unsafe fn finish(instance: *mut Instance, ty: FuncType<'_>, words: &[u64]) {
    // SAFETY: the caller's promise.
    unsafe {
        if (*(*instance).root).current.is_null() {
            externref::reclaim(instance, ty.results, words);
        }
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_call_wasm(
    exec_env: *mut ExecEnv,
    function_inst: Function,
    argc: u32,
    argv: *mut u32,
) -> bool {
    // SAFETY: the header: null or valid.
    unsafe {
        if exec_env.is_null() || (*exec_env).instance.is_null() {
            return false;
        }
        function((*exec_env).instance, function_inst).is_some_and(|func| call_with_cells(exec_env, func, argc, argv))
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_call_wasm_a(
    exec_env: *mut ExecEnv,
    function_inst: Function,
    num_results: u32,
    results: *mut WasmVal,
    num_args: u32,
    args: *const WasmVal,
) -> bool {
    // SAFETY: the header: null or valid, and so many values.
    unsafe {
        let (Some(heap), false) = (runtime::heap(), exec_env.is_null()) else {
            return false;
        };
        let instance = (*exec_env).instance;
        if instance.is_null() {
            return false;
        }
        let Some((func, ty)) =
            function(instance, function_inst).and_then(|func| Some((func, type_of(instance, func)?)))
        else {
            return false;
        };
        if ty.params.len() != num_args as usize || ty.results.len() != num_results as usize {
            exception::set(instance, "the arguments conversion is failed");
            return false;
        }
        let Ok(mut words) = Words::new(ty, heap) else {
            exception::set(instance, "allocate memory failed");
            return false;
        };
        let words = words.get();
        for (at, (word, ty)) in words.iter_mut().zip(ty.params).enumerate() {
            let value = args.wrapping_add(at).read();
            let converted = word_of(instance, *ty, value.of).filter(|_| is_of_kind(value.kind, *ty));
            let Some(converted) = converted else {
                exception::set(instance, "the arguments conversion is failed");
                return false;
            };
            *word = converted;
        }
        if !enter(exec_env, func, words) {
            return false;
        }
        for (at, (word, ty)) in words.iter().zip(ty.results).enumerate() {
            // The number of a function is an `i32`, as in WAMR.
            let kind = if *ty == ValType::FUNCREF { kind_of(ValType::I32) } else { kind_of(*ty) };
            let of = value_of(instance, *ty, *word);
            results.wrapping_add(at).write(WasmVal { kind, paddings: [0; 7], of });
        }
        finish(instance, ty, words);
        true
    }
}

/// Whether a value may be an argument of this type: a function goes by its number too.
fn is_of_kind(kind: u8, ty: ValType) -> bool {
    kind == kind_of(ty) || (ty == ValType::FUNCREF && kind == kind_of(ValType::I32))
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_call_indirect(
    exec_env: *mut ExecEnv,
    element_index: u32,
    argc: u32,
    argv: *mut u32,
) -> bool {
    // SAFETY: the header: null or valid.
    unsafe {
        if exec_env.is_null() || (*exec_env).instance.is_null() {
            return false;
        }
        let instance = (*exec_env).instance;
        let element = {
            let caller = (*instance).caller();
            let table = (*instance).handle.and_then(|handle| handle.item(&caller, ExternIdx::Table(TableIdx(0))));
            table.and_then(|item| item.table()).map(|table| table.get(&caller, element_index))
        };
        let text = match element {
            Some(Ok(Val::FuncRef(Some(func)))) => return call_with_cells(exec_env, func, argc, argv),
            Some(Ok(_)) => "uninitialized element",
            Some(Err(_)) => "undefined element",
            None => "unknown table",
        };
        exception::set(instance, text);
        false
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_runtime_lookup_function(module_inst: *mut Instance, name: *const c_char) -> Function {
    // SAFETY: the header: null or valid.
    unsafe {
        let Some(name) = text::str(name).filter(|_| !module_inst.is_null()) else {
            return null_mut();
        };
        let func = (*module_inst).handle.and_then(|handle| handle.func(&(*module_inst).caller(), name));
        func.map_or(null_mut(), |func| func.into_raw().as_ptr().cast())
    }
}

/// The type of a function of the program's.
///
/// # Safety
/// Both are null or there, and the function is of the instance.
unsafe fn type_of_raw<'a>(func: Function, instance: *mut Instance) -> Option<FuncType<'a>> {
    if instance.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    unsafe { type_of(instance, function(instance, func)?) }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_func_get_param_count(func_inst: Function, module_inst: *mut Instance) -> u32 {
    // SAFETY: the header.
    unsafe { type_of_raw(func_inst, module_inst) }.map_or(0, |ty| ty.params.len() as u32)
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_func_get_result_count(func_inst: Function, module_inst: *mut Instance) -> u32 {
    // SAFETY: the header.
    unsafe { type_of_raw(func_inst, module_inst) }.map_or(0, |ty| ty.results.len() as u32)
}

/// Writes the kinds of types.
///
/// # Safety
/// There is room for as many, or the address is null.
unsafe fn write_kinds(types: &[ValType], to: *mut u8) {
    for (at, ty) in types.iter().enumerate().take(if to.is_null() { 0 } else { usize::MAX }) {
        // SAFETY: the caller's promise.
        unsafe { to.add(at).write(kind_of(*ty)) };
    }
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_func_get_param_types(
    func_inst: Function,
    module_inst: *mut Instance,
    param_types: *mut u8,
) {
    // SAFETY: the header.
    unsafe { write_kinds(type_of_raw(func_inst, module_inst).map_or(&[], |ty| ty.params), param_types) };
}

/// See the header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasm_func_get_result_types(
    func_inst: Function,
    module_inst: *mut Instance,
    result_types: *mut u8,
) {
    // SAFETY: the header.
    unsafe { write_kinds(type_of_raw(func_inst, module_inst).map_or(&[], |ty| ty.results), result_types) };
}
