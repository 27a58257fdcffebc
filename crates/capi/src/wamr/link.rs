//! What imports become: functions of C, exports of other modules, the built-in libc, WASI. A function that nobody has is one
//! that fails when it is called, as in WAMR.

use moteur::pool::Vec;
use moteur::{Error, Extern, ExternType, Func, FuncType, ImportType, Linker, Memory, Module, Table, Val};

use super::instance::{Args, Failure, Instance, World};
use super::natives::{self, Native};
use super::runtime::{self, Foreign};
use super::text::Out;
use super::{exception, instance, libc, registry, wasi};
use crate::machine;

/// Finds something for each import of the module.
///
/// # Safety
/// The instance is there, and its store is not borrowed.
pub unsafe fn imports(
    instance: *mut Instance,
    module: &Module,
    args: &Args,
    found: &mut Vec<Extern>,
    error: &mut Out,
) -> Result<(), Failure> {
    let mut linker = None;
    for import in module.imports() {
        // SAFETY: the caller's promise.
        let item = unsafe { find(instance, module, &import, args, &mut linker, error)? };
        found.push(item)?;
    }
    Ok(())
}

/// # Safety
/// As for `imports`.
unsafe fn find(
    instance: *mut Instance,
    module: &Module,
    import: &ImportType<'_>,
    args: &Args,
    linker: &mut Option<Linker<World>>,
    error: &mut Out,
) -> Result<Extern, Failure> {
    // SAFETY: the caller's promise.
    unsafe {
        if let ExternType::Func(ty) = import.ty
            && let Some(native) = natives::find(import.module.as_bytes(), import.name.as_bytes())
        {
            if native.fits(ty) {
                return Ok(of_native(instance, native, ty)?.into());
            }
            warn(&["failed to check signature of import function (", import.module, ", ", import.name, ")\n"]);
            return Ok(unlinked(instance, import, ty)?.into());
        }
        if !is_built_in(import.module)
            && let Some(other) = registry::find_or_read(import.module, module.engine(), error)?
        {
            let other = instance::imported((*instance).root, other, args, error)?;
            let item = (*other).handle.and_then(|handle| handle.export(&(*instance).caller(), import.name));
            if let Some(item) = item {
                return Ok(item);
            }
        }
        if HAS_FUNCTIONS && matches!(import.ty, ExternType::Func(_)) && is_built_in(import.module) {
            let linker = match linker {
                Some(linker) => linker,
                none => none.insert(built_in(module)?),
            };
            if let Some(item) = linker.get(&mut (*instance).caller(), import.module, import.name)? {
                return Ok(item);
            }
        }
        missing(instance, import, error)
    }
}

/// Whether the library itself has functions for guests.
const HAS_FUNCTIONS: bool = cfg!(any(feature = "libc", feature = "wasi"));

/// Whether the library itself has functions under this name.
pub fn is_built_in(module: &str) -> bool {
    module == "env" || wasi::is_module(module)
}

/// Whether something is there for an import now.
pub fn is_linked(import: &ImportType<'_>) -> bool {
    match import.ty {
        ExternType::Func(ty) => match natives::find(import.module.as_bytes(), import.name.as_bytes()) {
            Some(native) => native.fits(ty),
            None => {
                let built_in =
                    libc::signature(import.module, import.name).or_else(|| wasi::signature(import.module, import.name));
                built_in == Some(ty) || registry::is_registered(import.module)
            }
        },
        // These are made.
        ExternType::Memory(_) | ExternType::Table(_) if is_built_in(import.module) => true,
        _ => registry::is_registered(import.module),
    }
}

fn built_in(module: &Module) -> Result<Linker<World>, Error> {
    let mut linker = Linker::new(module.engine());
    libc::add(&mut linker)?;
    wasi::add(&mut linker)?;
    Ok(linker)
}

/// A memory or a table of `env` that nobody has is made: a compiler was told to import it, and the program cannot know.
///
/// # Safety
/// As for `imports`.
unsafe fn missing(instance: *mut Instance, import: &ImportType<'_>, error: &mut Out) -> Result<Extern, Failure> {
    // SAFETY: the caller's promise.
    let mut caller = unsafe { (*instance).caller() };
    let kind = match import.ty {
        ExternType::Memory(ty) if is_built_in(import.module) => return Ok(Memory::new(&mut caller, ty)?.into()),
        ExternType::Table(ty) if is_built_in(import.module) => {
            let null = Val::default(moteur::ValType::Ref(ty.element));
            return Ok(Table::new(&mut caller, ty, null)?.into());
        }
        ExternType::Func(ty) => {
            warn(&["failed to link import function (", import.module, ", ", import.name, ")\n"]);
            // SAFETY: the caller's promise.
            return Ok(unsafe { unlinked(instance, import, ty)? }.into());
        }
        ExternType::Memory(_) => "memory",
        ExternType::Table(_) => "table",
        ExternType::Global(_) => "global",
    };
    for text in ["failed to link import ", kind, " (", import.module, ", ", import.name, ")"] {
        error.push(text.as_bytes());
    }
    Err(Failure::Told)
}

/// # Safety
/// As for `imports`.
unsafe fn of_native(instance: *mut Instance, native: Native, ty: FuncType<'_>) -> Result<Func, Error> {
    // SAFETY: the store keeps the module, and with it the type, for as long as its functions can be called.
    let (mut caller, stays) =
        unsafe { ((*instance).caller(), core::mem::transmute::<FuncType<'_>, FuncType<'static>>(ty)) };
    let native = Foreign(native);
    Func::on_words(&mut caller, ty, move |caller, words| {
        let native = &native;
        native.0.call(caller, stays, words)
    })
}

/// # Safety
/// As for `imports`.
unsafe fn unlinked(instance: *mut Instance, import: &ImportType<'_>, ty: FuncType<'_>) -> Result<Func, Error> {
    // SAFETY: as in `of_native`.
    let (mut caller, import) =
        unsafe { ((*instance).caller(), core::mem::transmute::<ImportType<'_>, ImportType<'static>>(*import)) };
    Func::on_words(&mut caller, ty, move |caller, _| {
        // SAFETY: an instance that calls is there.
        let mut out = unsafe { exception::out(Instance::of(&caller)) };
        for text in ["failed to call unlinked import function (", import.module, ", ", import.name, ")"] {
            out.push(text.as_bytes());
        }
        Err(exception::RAISED)
    })
}

/// Tells the person at the console, if the program lets it.
fn warn(texts: &[&str]) {
    const WARNING: u32 = 2;
    if runtime::with(|runtime| runtime.log_level >= WARNING) == Some(true) {
        for text in [&["warning: "], texts].into_iter().flatten() {
            let _ = machine::platform().console().write(moteur_platform::Stream::Err, text.as_bytes());
        }
    }
}
