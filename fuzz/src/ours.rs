//! Programs in our runtime.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use moteur::{
    Call, Caller, Config, Engine, Error, Extern, ExternRef, ExternType, Func, Global, HeapType, Instance, Memory,
    Module, Store, Table, Trap, Val, ValType,
};

use crate::value::{End, State, Type, Value, answer, hash, value_of};

/// What host functions were asked.
pub type Asked = Vec<(usize, Vec<Value>)>;

/// A module that was instantiated.
pub struct Program {
    store: Store<Asked>,
    instance: Instance,
    /// How much fuel a call gets at a time, if it is metered.
    slice: Option<u64>,
}

/// How a call ended, and all that can be said of it.
#[derive(Debug)]
pub struct Ended {
    pub end: End,
    /// What is left, if it is counted.
    pub fuel: Option<u64>,
    /// Function and offset of the frames that were kept, and how many there were.
    pub frames: Vec<(u32, Option<u32>)>,
    pub total: u32,
}

/// Instantiates a module with items of the host's for its imports.
pub fn start(config: Config, bytes: &[u8], slice: Option<u64>) -> Result<Program, Error> {
    let engine = Engine::new(config.fuel(slice.is_some()))?;
    let module = Module::new(&engine, bytes)?;
    let mut store = Store::new(&engine, Vec::new())?;
    if slice.is_some() {
        store.set_fuel(u64::MAX)?;
    }
    let imports = imports(&mut store, &module)?;
    let instance = Instance::new(&mut store, &module, &imports)?;
    Ok(Program { store, instance, slice })
}

/// Loads a module and calls all that it exports; each call gets so much fuel.
pub fn run_all(config: Config, bytes: &[u8], fuel: u64) -> Result<(), Error> {
    let engine = Engine::new(config)?;
    let module = Module::new(&engine, bytes)?;
    let mut store = Store::new(&engine, Vec::new())?;
    store.set_fuel(fuel)?;
    let imports = imports(&mut store, &module)?;
    let instance = Instance::new(&mut store, &module, &imports)?;
    let mut program = Program { store, instance, slice: Some(fuel) };
    for name in program.funcs() {
        program.store.set_fuel(fuel)?;
        let (func, args, mut results) = program.prepare(&name, 1)?;
        // A trap is as good as a result.
        let _ = func.call(&mut program.store, &args, &mut results);
        let _ = program.state();
    }
    Ok(())
}

/// Loads a module, and calls what it exports in small steps, each of which may be the last.
pub fn run_in_steps(config: Config, bytes: &[u8], fuel: u64, steps: u32) -> Result<(), Error> {
    let mut program = start(config, bytes, Some(fuel))?;
    for name in program.funcs() {
        program.store.set_fuel(fuel)?;
        let (func, args, mut results) = program.prepare(&name, 2)?;
        if fuel % 2 == 1 {
            let mut call = func.call_async(&mut program.store, &args, &mut results).yield_every(fuel / 16);
            // The last one drops the call, wherever it is.
            let _ = (0..steps).find(|_| poll(&mut call).is_ready());
            continue;
        }
        let mut call = func.call_resumable(&mut program.store, &args, &mut results);
        for _ in 0..steps {
            let Ok(Call::Suspended(suspended)) = call else { break };
            program.store.set_fuel(fuel)?;
            call = suspended.resume(&mut program.store, &mut results);
        }
        if let Ok(Call::Suspended(suspended)) = call
            && steps.is_multiple_of(2)
        {
            suspended.cancel(&mut program.store)?;
        }
    }
    Ok(())
}

/// Goes on with a call.
fn poll(call: &mut (impl Future<Output = Result<(), Error>> + Unpin)) -> Poll<Result<(), Error>> {
    pin!(call).poll(&mut Context::from_waker(Waker::noop()))
}

impl Program {
    /// The names of the exported functions, in the module's order.
    pub fn funcs(&self) -> Vec<String> {
        let Ok(exports) = self.instance.exports(&self.store) else { return Vec::new() };
        exports.filter(|(_, item)| item.func().is_some()).map(|(name, _)| name.to_owned()).collect()
    }

    /// Calls an exported function with arguments that depend on `seed`.
    pub fn call(&mut self, name: &str, seed: u64) -> End {
        let Ok((func, args, mut results)) = self.prepare(name, seed) else {
            return End::Other("cannot be called".into());
        };
        let ended = match self.slice {
            Some(slice) => self.call_in_slices(func, &args, &mut results, slice),
            None => func.call(&mut self.store, &args, &mut results),
        };
        end(ended, &results)
    }

    /// Calls as `call` does, with so much fuel if any is counted, and tells more of how it ended.
    pub fn call_with(&mut self, name: &str, seed: u64, fuel: Option<u64>) -> Ended {
        let Ok((func, args, mut results)) = self.prepare(name, seed) else {
            return Ended { end: End::Other("cannot be called".into()), fuel: None, frames: Vec::new(), total: 0 };
        };
        if let Some(fuel) = fuel {
            let _ = self.store.set_fuel(fuel);
        }
        let ended = func.call(&mut self.store, &args, &mut results);
        let is_error = ended.is_err();
        let backtrace = self.store.backtrace();
        let frames = backtrace.frames().filter(|_| is_error).map(|frame| (frame.func(), frame.offset())).collect();
        let total = if is_error { backtrace.total() } else { 0 };
        Ended { end: end(ended, &results), fuel: fuel.and_then(|_| self.store.fuel().ok()), frames, total }
    }

    /// The function, arguments for it, and room for its results.
    fn prepare(&mut self, name: &str, seed: u64) -> Result<(Func, Vec<Val>, Vec<Val>), Error> {
        let func = self.instance.func(&self.store, name).ok_or(Error::NoExport)?;
        let ty = func.ty(&self.store)?;
        let args = ty.params.iter().zip(seed..).map(|(ty, seed)| val(value_of(type_of(*ty), seed)));
        Ok((func, args.collect(), vec![Val::I32(0); ty.results.len()]))
    }

    /// Calls with little fuel, and goes on until the call has ended: as a future, or resumed with more each time, for what
    /// costs much at once.
    fn call_in_slices(&mut self, func: Func, args: &[Val], results: &mut [Val], slice: u64) -> Result<(), Error> {
        if slice % 2 == 1 {
            let mut call = func.call_async(&mut self.store, args, results).yield_every(slice);
            loop {
                if let Poll::Ready(result) = poll(&mut call) {
                    return result;
                }
            }
        }
        let mut fuel = slice;
        self.store.set_fuel(fuel)?;
        let mut call = func.call_resumable(&mut self.store, args, results)?;
        while let Call::Suspended(suspended) = call {
            fuel += slice;
            self.store.set_fuel(fuel)?;
            call = suspended.resume(&mut self.store, results)?;
        }
        // What runs outside of calls must not run out.
        self.store.set_fuel(u64::MAX)
    }

    /// What can be seen of the instance.
    pub fn state(&self) -> State {
        let mut state = State { asked: self.store.data().clone(), ..State::default() };
        let Ok(exports) = self.instance.exports(&self.store) else { return state };
        for (name, item) in exports {
            let name = name.to_owned();
            match item {
                Extern::Func(_) => {}
                Extern::Global(global) => {
                    state.globals.extend(global.get(&self.store).map(|val| (name, value(&val))));
                }
                Extern::Memory(memory) => {
                    let bytes = memory.data(&self.store).unwrap_or(&[]);
                    let pages = memory.size(&self.store).unwrap_or(0);
                    state.memories.push((name, pages.into(), hash(bytes)));
                }
                Extern::Table(table) => {
                    let elements = (0..table.size(&self.store).unwrap_or(0)).filter_map(|at| {
                        table.get(&self.store, at).ok().map(|val| value(&val)) //
                    });
                    state.tables.push((name, elements.collect()));
                }
            }
        }
        state
    }
}

/// How something ended, in words that both sides have.
pub fn end(ended: Result<(), Error>, results: &[Val]) -> End {
    match ended {
        Ok(()) => End::Values(results.iter().map(value).collect()),
        Err(Error::Trap(Trap::StackOverflow)) => End::StackOverflow,
        Err(Error::Trap(trap)) => End::Trap(trap),
        Err(error) => End::Other(error.to_string()),
    }
}

/// Items of the host's for everything that the module imports.
fn imports(store: &mut Store<Asked>, module: &Module) -> Result<Vec<Extern>, Error> {
    let mut items = Vec::new();
    // Numbers are those within a kind: the runtimes list the kinds in different orders.
    let (mut funcs, mut globals) = (0.., 0..);
    for import in module.imports() {
        items.push(match import.ty {
            ExternType::Func(ty) => host_func(store, funcs.next().unwrap_or(0), ty.params, ty.results)?.into(),
            ExternType::Global(ty) => {
                let init = val(value_of(type_of(ty.value), globals.next().unwrap_or(0)));
                Global::new(store, ty, init)?.into()
            }
            ExternType::Memory(ty) => Memory::new(store, ty)?.into(),
            ExternType::Table(ty) => Table::new(store, ty, Val::default(ValType::Ref(ty.element)))?.into(),
        });
    }
    Ok(items)
}

fn host_func(store: &mut Store<Asked>, number: usize, params: &[ValType], results: &[ValType]) -> Result<Func, Error> {
    let types: Vec<Type> = results.iter().map(|ty| type_of(*ty)).collect();
    Func::new(store, params, results, move |mut caller: Caller<'_, Asked>, args, results| {
        let asked = caller.data_mut();
        asked.push((number, args.iter().map(value).collect()));
        let values = answer(&types, asked.len()).ok_or(Error::Trap(Trap::Unreachable))?;
        results.iter_mut().zip(values).for_each(|(result, value)| *result = val(value));
        Ok(())
    })
}

fn type_of(ty: ValType) -> Type {
    match ty {
        ValType::I32 => Type::I32,
        ValType::I64 => Type::I64,
        ValType::F32 => Type::F32,
        ValType::F64 | ValType::V128 => Type::F64,
        ValType::Ref(ty) if ty.heap == HeapType::Func => Type::Func,
        ValType::Ref(_) => Type::Extern,
    }
}

fn value(val: &Val) -> Value {
    match val {
        Val::I32(value) => Value::I32(*value as u32),
        Val::I64(value) => Value::I64(*value as u64),
        Val::F32(bits) => Value::F32(*bits),
        Val::F64(bits) => Value::F64(*bits),
        Val::FuncRef(func) => Value::Func { is_null: func.is_none() },
        Val::ExternRef(value) => Value::Extern(value.map(ExternRef::number)),
    }
}

fn val(value: Value) -> Val {
    match value {
        Value::I32(value) => Val::I32(value as i32),
        Value::I64(value) => Val::I64(value as i64),
        Value::F32(bits) => Val::F32(bits),
        Value::F64(bits) => Val::F64(bits),
        Value::Func { .. } => Val::FuncRef(None),
        Value::Extern(number) => Val::ExternRef(number.map(ExternRef::new)),
    }
}
