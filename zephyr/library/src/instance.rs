//! An instance: what C gets from `moteur_instantiate`.

use core::ffi::{c_char, c_int, c_void};
use core::ptr::{NonNull, null_mut};
use core::slice;

use moteur::pool::{Box, Vec};
use moteur::{Error, GuestAddr, Instance, InterruptHandle, Store, Val, ValType};
use moteur_platform::zephyr::Zephyr;

use crate::module::Loaded;
use crate::runtime::{OutputFunction, Runtime, code, hand_out, take_back};
use crate::text;
use crate::value::Value;
use crate::words::Text;
use crate::world::{Given, World};

/// What stands in the pool for C.
pub struct Running {
    store: Store<World>,
    instance: Instance,
    interrupt: InterruptHandle,
    // Behind the store, which refers to it.
    machine: Box<Zephyr>,
    loaded: NonNull<Loaded>,
}

impl Running {
    unsafe fn new(place: NonNull<Loaded>, given: Option<&Given>) -> Result<Running, Error> {
        // SAFETY: the caller's module.
        let loaded = unsafe { place.as_ref() };
        let runtime = loaded.runtime();
        let heap = runtime.engine.heap();
        // SAFETY: the header says that one thread at a time uses it.
        let machine = Box::new_in(unsafe { Zephyr::new(runtime.output) }, heap)?;
        // SAFETY: it stands in the heap until the store, which alone refers to it, is gone.
        let forever: &'static Zephyr = unsafe { &*Box::as_ptr(&machine) };
        // SAFETY: the caller's promise.
        let world = unsafe { World::new(heap, forever, given)? };
        let mut store = Store::new(&runtime.engine, world)?;
        let interrupt = store.interrupt_handle();
        // SAFETY: one thread at a time; a guest's start function may define nothing.
        let linker = unsafe { &*runtime.linker.get() };
        let instance = linker.instantiate(&mut store, &loaded.module)?;
        Ok(Running { store, instance, interrupt, machine, loaded: place })
    }

    fn loaded(&self) -> &Loaded {
        // SAFETY: `moteur_unload` refuses while there are instances.
        unsafe { self.loaded.as_ref() }
    }

    fn runtime(&self) -> &Runtime {
        self.loaded().runtime()
    }

    /// What has been printed goes out, and what went wrong is remembered.
    fn finish(&self, result: Result<(), Error>) -> c_int {
        self.machine.flush();
        result.map_or_else(|error| self.runtime().fail(&error, Some(&self.loaded().module)), |()| code::OK)
    }

    fn call(&mut self, name: &str, arguments: &[Value], results: &mut [Value]) -> Result<(), Error> {
        let func = self.instance.func(&self.store, name).ok_or(Error::NoExport)?;
        let heap = self.store.engine().heap();
        let mut given = Vec::with_capacity_in(arguments.len(), heap)?;
        for argument in arguments {
            given.push(argument.get().ok_or(Error::Type)?)?;
        }
        let mut taken = Vec::with_capacity_in(results.len(), heap)?;
        for ty in func.ty(&self.store)?.results {
            taken.push(Val::default(*ty))?;
        }
        if taken.len() != results.len() {
            return Err(Error::Type);
        }
        func.call(&mut self.store, &given, &mut taken)?;
        for (result, value) in results.iter_mut().zip(&taken[..]) {
            *result = Value::of(value).ok_or(Error::Type)?;
        }
        Ok(())
    }

    /// Runs a program as its library expects it to be started.
    fn run(&mut self) -> Result<(), Error> {
        if self.instance.func(&self.store, "_start").is_some() {
            return self.call("_start", &[], &mut []);
        }
        let main = self.instance.func(&self.store, "main").ok_or(Error::NoExport)?;
        let ty = main.ty(&self.store)?;
        let (params, results) = (ty.params.len(), ty.results.len());
        if params > 2 || results > 1 || ty.params.iter().chain(ty.results).any(|ty| *ty != ValType::I32) {
            return Err(Error::Type);
        }
        // A program of this kind has no arguments: none are counted, and there is no list of them.
        let zeros = [Val::I32(0); 2];
        let mut status = [Val::I32(0)];
        let (zeros, taken) = (zeros.get(..params).unwrap_or_default(), status.get_mut(..results).unwrap_or_default());
        main.call(&mut self.store, zeros, taken)?;
        match status {
            [Val::I32(0)] => Ok(()),
            [Val::I32(status)] => Err(Error::exit(status)),
            _ => Err(Error::Type),
        }
    }
}

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_instantiate(module: *mut Loaded, world: *const Given, to: *mut *mut Running) -> c_int {
    let Some(place) = NonNull::new(module) else {
        return code::INVALID;
    };
    // SAFETY: the caller's module.
    let loaded = unsafe { place.as_ref() };
    let runtime = loaded.runtime();
    // SAFETY: the caller's pointers are null or good.
    let (Some(to), world) = (unsafe { (to.as_mut(), world.as_ref()) }) else {
        return runtime.fail_as(code::INVALID, c"no place for the instance");
    };
    // Host functions may come back while the start function runs.
    loaded.instances.set(loaded.instances.get().saturating_add(1));
    // SAFETY: the caller's module and world.
    let running = unsafe { Running::new(place, world) }.and_then(|running| hand_out(running, runtime.engine.heap()));
    match running {
        Ok(running) => {
            *to = running.as_ptr();
            code::OK
        }
        Err(error) => {
            loaded.instances.set(loaded.instances.get().saturating_sub(1));
            runtime.fail(&error, Some(&loaded.module))
        }
    }
}

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_release(instance: *mut Running) {
    let Some(place) = NonNull::new(instance) else {
        return;
    };
    // SAFETY: the caller's instance.
    let (loaded, heap) = unsafe { (place.as_ref().loaded, place.as_ref().runtime().engine.heap()) };
    // SAFETY: the caller does not use it any more.
    unsafe {
        take_back(place, heap);
        let instances = &loaded.as_ref().instances;
        instances.set(instances.get().saturating_sub(1));
    }
}

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_call(
    instance: *mut Running,
    name: *const c_char,
    arguments: *const Value,
    argument_count: usize,
    results: *mut Value,
    result_count: usize,
) -> c_int {
    // SAFETY: the caller's pointers are null or good, and there is as much behind them as it says.
    let (running, name, arguments, results) = unsafe {
        let arguments = if arguments.is_null() { &[] } else { slice::from_raw_parts(arguments, argument_count) };
        let results = if results.is_null() { &mut [] } else { slice::from_raw_parts_mut(results, result_count) };
        (instance.as_mut(), text::read(name), arguments, results)
    };
    let Some(running) = running else {
        return code::INVALID;
    };
    let result = name.ok_or(Error::Utf8).and_then(|name| running.call(name, arguments, results));
    running.finish(result)
}

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_run(instance: *mut Running) -> c_int {
    // SAFETY: the caller's instance.
    let Some(running) = (unsafe { instance.as_mut() }) else {
        return code::INVALID;
    };
    running.runtime().exit(0);
    let result = match running.run() {
        // That is how programs end.
        Err(Error::Exit(0)) => Ok(()),
        result => result,
    };
    running.finish(result)
}

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_memory(instance: *mut Running, address: u32, bytes: u32) -> *mut u8 {
    // SAFETY: the caller's instance.
    let Some(running) = (unsafe { instance.as_mut() }) else {
        return null_mut();
    };
    let Some(memory) = running.instance.memory(&running.store, "memory") else {
        return null_mut();
    };
    let slice = memory.slice_mut(&mut running.store, GuestAddr(address), bytes);
    slice.map_or(null_mut(), |slice| slice.as_mut_ptr())
}

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_set_fuel(instance: *mut Running, fuel: u64) -> c_int {
    // SAFETY: the caller's instance.
    let Some(running) = (unsafe { instance.as_mut() }) else {
        return code::INVALID;
    };
    let result = running.store.set_fuel(fuel);
    result.map_or_else(|error| running.runtime().fail(&error, None), |()| code::OK)
}

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_interrupt(instance: *const Running) {
    if instance.is_null() {
        return;
    }
    // SAFETY: the caller's instance. Nothing else of it is looked at: it may be running.
    unsafe { &(*instance).interrupt }.interrupt();
}

/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn moteur_backtrace(
    instance: *const Running,
    line: Option<OutputFunction>,
    context: *mut c_void,
) {
    // SAFETY: the caller's instance.
    let (Some(running), Some(line)) = (unsafe { instance.as_ref() }, line) else {
        return;
    };
    for frame in running.store.backtrace().frames() {
        let mut text = Text::new();
        let bytes = text.line(&frame);
        // SAFETY: the caller's function.
        unsafe { line(context, 2, bytes.as_ptr(), bytes.len()) };
    }
}
