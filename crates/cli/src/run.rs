//! `moteur run`: loads a module, gives it WASI, the built-in libc and its limits, calls `_start` or the function that was
//! asked for, and tells how it ended.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use moteur::{Config, Engine, Error, ExternType, FuncType, Heap, Instance, Linker, Module, Store, Trap, Val};
use moteur_guest::wasi::{Access, Allowed};
use moteur_guest::{Libc, Wasi, libc};
use moteur_platform::std::files::{self, HostFiles};

use crate::args::{GivenDirectory, Native, Run};
use crate::compile;
use crate::describe;
use crate::failure::Failure;
use crate::keys;
use crate::load::{self, Source};
use crate::locate;
use crate::native;
use crate::sections::{self, sections};
use crate::values;
use crate::watchdog::Watchdog;

/// The most that native code may have of this process's own stack, in bytes, which is the default too.
const NATIVE_STACK_BYTES_MAX: usize = 512 << 10;
/// Where a WASI program begins, and where a WASI library gets ready to be called.
const START: &str = "_start";
const INITIALIZE: &str = "_initialize";

/// The directories that the guest gets, and what it opens there.
static FILES: HostFiles = HostFiles::new();

/// What the guest's imports work on.
struct World {
    wasi: Wasi,
    libc: Libc,
}

/// Runs a module as the command line says.
pub fn run(options: &Run) -> Result<(), Failure> {
    let file = &options.file;
    let mut source = load::read(file)?;
    if options.native == Native::Compiled {
        source = compile::in_memory(file, source, options.fuel.is_some(), has_guard_pages(options))?;
    }
    let engine = Engine::new(config(options)?).map_err(|error| load::refused(file, error))?;
    let module = load::module(&engine, file, source)?;
    if module.is_stripped() && options.native == Native::Ignored {
        let text = "its function bodies were taken out, so that it only runs as native code: --native or --trust KEY";
        return Err(load::refused(file, text));
    }
    if options.native != Native::Ignored {
        tell_if_interpreted(file, &module);
    }
    let entry = entry(options, &module, source)?;

    let wasi = wasi(options, &engine).map_err(|error| load::refused(file, error))?;
    let world = World { wasi, libc: Libc::new(&moteur_platform::std::Std) };
    let mut store = Store::new(&engine, world).map_err(|error| load::refused(file, error))?;
    if let Some(fuel) = options.fuel {
        store.set_fuel(fuel).map_err(|error| load::refused(file, error))?;
    }
    let watchdog = options.timeout.map(|timeout| Watchdog::start(timeout, store.interrupt_handle(), file));
    let result = execute(&mut store, &module, &entry);
    drop(watchdog);
    match result {
        Ok(results) => {
            let lines: String = results.iter().map(|value| values::print(value) + "\n").collect();
            crate::print(&lines);
            Ok(())
        }
        Err(Error::Exit(0)) => Ok(()),
        Err(Error::Exit(status)) => Err(Failure::Exit(status)),
        Err(error) => Err(ended(options, &store, &module, error)),
    }
}

fn config(options: &Run) -> Result<Config, Failure> {
    let mut config = Config::new(Heap::system()).fuel(options.fuel.is_some()).eager(options.eager);
    if let Some(bytes) = options.stack_bytes {
        config = config.stack_bytes(bytes).native_stack_bytes(bytes.min(NATIVE_STACK_BYTES_MAX));
    }
    if let Some(bytes) = options.memory_bytes_max {
        config = config.max_memory_bytes(bytes);
    }
    let config = match options.native {
        Native::Ignored => Some(config),
        Native::Signed => native::trusting_keys(config, keys::trusted(&options.trusted)?, has_guard_pages(options)),
        Native::Trusted | Native::Compiled => native::trusting(config, has_guard_pages(options)),
    };
    config.ok_or_else(|| Failure::Refused("this system runs no native code".into()))
}

/// Whether memories are guarded, so that native code needs no checks.
fn has_guard_pages(options: &Run) -> bool {
    native::CAN_GUARD && !options.explicit_checks
}

/// Says why native code is not run although it was asked for: the module is interpreted then, and only slower.
fn tell_if_interpreted(file: &Path, module: &Module) {
    let cause = match module.native() {
        // Without bodies it is not interpreted either: instantiation says so.
        _ if module.is_stripped() => return,
        Ok(true) => return,
        Ok(false) => "there is no native code in it (`moteur compile` adds some)".to_owned(),
        Err(refusal) if refusal.is_for_lack_of_trust() => {
            format!("nobody who is trusted vouches for its native code: {refusal}{}", signers(module))
        }
        Err(refusal) => format!("its native code does not fit this machine: {refusal}{}", machines(module)),
    };
    // Whoever closed the standard error does not want to read it.
    let _ = writeln!(std::io::stderr(), "note: {}: interpreted, as {cause}", file.display());
}

/// The machines that a module has native code for.
fn machines(module: &Module) -> String {
    let lines: Vec<_> =
        module.native_sections().map(|section| format!("\n  {}", describe::machine(&section))).collect();
    format!("; there is code for{}", lines.concat())
}

/// The keys in whose names a module's native code is signed.
fn signers(module: &Module) -> String {
    let all = module.native_sections().filter_map(|section| section.signers().ok()).flatten();
    let mut names: Vec<_> = all.map(|key| key.to_string()).collect();
    names.sort();
    names.dedup();
    match names.as_slice() {
        [] => String::new(),
        [name] => format!(" (key {name})"),
        names => format!(" (keys {})", names.join(", ")),
    }
}

fn wasi(options: &Run, engine: &Engine) -> Result<Wasi, String> {
    let mut wasi = Wasi::new(engine.heap(), &moteur_platform::std::Std);
    let name = options.file.file_name().unwrap_or(options.file.as_os_str());
    for argument in std::iter::once(name).chain(options.arguments.iter().map(|word| word.as_os_str())) {
        wasi.argument(argument.as_encoded_bytes()).map_err(|error| format!("argument {argument:?}: {error}"))?;
    }
    for (key, value) in &options.environment {
        wasi.variable(key.as_encoded_bytes(), value.as_encoded_bytes())
            .map_err(|error| format!("variable {key:?}: {error}"))?;
    }
    for directory in &options.directories {
        give(&mut wasi, directory).map_err(|error| format!("directory {:?}: {error}", directory.host))?;
    }
    // Behind the directories: a C library looks for those one after the other, and ends at the first that is none.
    for address in &options.listeners {
        wasi.listener(*address).map_err(|error| format!("--listen {address}: {error}"))?;
    }
    for (lines, allow) in
        [(&options.connects, Wasi::allow_net as fn(&mut Wasi, &_) -> _), (&options.listens, Wasi::allow_listen)]
    {
        for line in lines {
            let allowed = Allowed::parse(line).map_err(|error| format!("{line:?}: {error}"))?;
            allow(&mut wasi, &allowed).map_err(|error| format!("{line:?}: {error}"))?;
        }
    }
    Ok(wasi)
}

/// Gives the guest a directory of the host.
fn give(wasi: &mut Wasi, directory: &GivenDirectory) -> Result<(), String> {
    let (on_host, in_guest) = match directory.writable {
        true => (files::Access::ReadWrite, Access::ReadWrite),
        false => (files::Access::ReadOnly, Access::ReadOnly),
    };
    let root = FILES.open_root(&directory.host, on_host).map_err(|error| error.to_string())?;
    wasi.directory(&directory.guest, &FILES, root, in_guest).map_err(|error| error.to_string())
}

/// What is called once the module is instantiated.
enum Entry {
    /// Nothing: the start function, which runs at instantiation, is the program.
    Nothing,
    /// `_start`
    Program,
    /// An exported function.
    Function { name: String, arguments: Vec<Val>, results: usize },
}

/// Decides what to call before anything of the guest runs, so that a mistake on the command line has no effects.
fn entry(options: &Run, module: &Module, source: Source) -> Result<Entry, Failure> {
    let Some(name) = &options.invoke else {
        if function(module, START).is_some() {
            return Ok(Entry::Program);
        }
        if sections(source.bytes).any(|section| section.id == sections::START) {
            return Ok(Entry::Nothing);
        }
        let functions = exported_functions(module);
        return Err(Failure::Usage(format!(
            "{}: there is no function `_start`; name one with --invoke\n{functions}",
            options.file.display()
        )));
    };
    let Some(ty) = function(module, name) else {
        let functions = exported_functions(module);
        return Err(Failure::Usage(format!(
            "{}: no function `{name}` is exported\n{functions}",
            options.file.display()
        )));
    };
    Ok(Entry::Function { name: name.clone(), arguments: arguments(options, name, ty)?, results: ty.results.len() })
}

/// The type of the function that is exported as `name`.
fn function<'m>(module: &'m Module, name: &str) -> Option<FuncType<'m>> {
    module.exports().find_map(|export| match export.ty {
        ExternType::Func(ty) if export.name == name => Some(ty),
        _ => None,
    })
}

fn exported_functions(module: &Module) -> String {
    let mut text = String::new();
    for export in module.exports() {
        if let ExternType::Func(ty) = export.ty {
            let _ = write!(text, "\n  {} {ty}", export.name);
        }
    }
    match text.is_empty() {
        true => "The module exports no functions.".into(),
        false => format!("Exported functions:{text}"),
    }
}

fn arguments(options: &Run, name: &str, ty: FuncType<'_>) -> Result<Vec<Val>, Failure> {
    let (given, taken) = (options.arguments.len(), ty.params.len());
    if given != taken {
        let plural = if taken == 1 { "" } else { "s" };
        return Err(Failure::Usage(format!("{name} {ty} takes {taken} argument{plural}, but {given} were given")));
    }
    let read = ty.params.iter().zip(&options.arguments).enumerate().map(|(index, (&ty, word))| {
        values::parse(ty, &word.to_string_lossy())
            .map_err(|error| Failure::Usage(format!("{name}: argument {}: {error}", index + 1)))
    });
    read.collect()
}

fn execute(store: &mut Store<World>, module: &Module, entry: &Entry) -> Result<Vec<Val>, Error> {
    let mut linker = Linker::new(module.engine());
    moteur_guest::wasi::add_to_linker(&mut linker, |world: &mut World| &mut world.wasi)?;
    libc::add_to_linker(&mut linker, |world: &mut World| &mut world.libc)?;
    let instance = linker.instantiate(&mut *store, module)?;
    match entry {
        Entry::Nothing => Ok(Vec::new()),
        Entry::Program => call(store, instance, START),
        Entry::Function { name, arguments, results } => {
            if function(module, INITIALIZE).is_some_and(|ty| ty.params.is_empty() && ty.results.is_empty()) {
                call(store, instance, INITIALIZE)?;
            }
            let func = instance.func(store, name).ok_or(Error::NoExport)?;
            let mut found = vec![Val::I32(0); *results];
            func.call(store, arguments, &mut found)?;
            Ok(found)
        }
    }
}

fn call(store: &mut Store<World>, instance: Instance, name: &str) -> Result<Vec<Val>, Error> {
    instance.typed_func::<(), ()>(&*store, name)?.call(store, ())?;
    Ok(Vec::new())
}

/// Explains how a guest ended that did not end well.
fn ended(options: &Run, store: &Store<World>, module: &Module, error: Error) -> Failure {
    let file: &Path = &options.file;
    match error {
        Error::Trap(trap) => Failure::Trap(trapped(options, store, module, trap)),
        Error::Link { import, .. } => load::refused(file, describe::link_error(module, import, error)),
        Error::Limit(_) | Error::OutOfMemory if options.memory_bytes_max.is_some() => {
            load::refused(file, format_args!("{error} (--max-memory)"))
        }
        _ => load::refused(file, error.describe(module)),
    }
}

/// The reason of a trap, and under it the guest functions that were active, the innermost first.
fn trapped(options: &Run, store: &Store<World>, module: &Module, trap: Trap) -> String {
    let mut text = format!("{}: trap: {trap}", options.file.display());
    match (trap, options.timeout, options.fuel) {
        (Trap::Interrupted, Some(timeout), _) => text += &format!(" after {timeout:?} (--timeout)"),
        (Trap::OutOfFuel, _, Some(fuel)) => text += &format!(" (--fuel {fuel})"),
        _ => {}
    }
    let backtrace = store.backtrace();
    let mut left = backtrace.total();
    for (number, frame) in backtrace.frames().enumerate() {
        let _ = write!(text, "\n  {number:>3}: function {}", frame.func());
        let export = || locate::name_of(module.bytes(), frame.func());
        if let Some(name) = frame.name().map(str::to_owned).or_else(export) {
            let _ = write!(text, " <{name}>");
        }
        if let Some(offset) = frame.offset() {
            let _ = write!(text, " at offset {offset:#x}");
        }
        left = left.saturating_sub(1);
    }
    if left != 0 {
        let _ = write!(text, "\n       and {left} more");
    }
    text
}
