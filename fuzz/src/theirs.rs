//! Programs in `wasmi`.

use moteur::Trap;
use wasmi::{
    Caller, Config, Engine, Error, Extern, ExternRef, ExternType, F32, F64, Func, FuncType, Global, Instance, Memory,
    Module, Nullable, Ref, Store, Table, TrapCode, Val, ValType,
};

use crate::ours::Asked;
use crate::value::{End, State, Type, Value, answer, hash, value_of};

/// A module that was instantiated.
pub struct Program {
    store: Store<Asked>,
    instance: Instance,
}

/// Instantiates a module with items of the host's for its imports.
pub fn start(bytes: &[u8]) -> Result<Program, Error> {
    let mut config = Config::default();
    config.set_max_recursion_depth(100_000).set_max_stack_height(4 << 20).wasm_custom_page_sizes(true);
    let engine = Engine::new(&config);
    let module = Module::new(&engine, bytes)?;
    let mut store = Store::new(&engine, Vec::new());
    let imports = imports(&mut store, &module)?;
    let instance = Instance::new(&mut store, &module, &imports)?;
    Ok(Program { store, instance })
}

impl Program {
    /// Calls an exported function with arguments that depend on `seed`.
    pub fn call(&mut self, name: &str, seed: u64) -> End {
        let Some(func) = self.instance.get_func(&self.store, name) else {
            return End::Other("cannot be called".into());
        };
        let ty = func.ty(&self.store);
        let values = ty.params().iter().zip(seed..).map(|(ty, seed)| value_of(type_of(*ty), seed));
        let values: Vec<Value> = values.collect();
        let args: Vec<Val> = values.into_iter().map(|value| val(&mut self.store, value)).collect();
        let mut results = vec![Val::I32(0); ty.results().len()];
        match func.call(&mut self.store, &args, &mut results) {
            Ok(()) => End::Values(results.iter().map(|val| value(&self.store, val)).collect()),
            Err(error) => end(&error),
        }
    }

    /// What can be seen of the instance.
    pub fn state(&self) -> State {
        let store = &self.store;
        let mut state = State { asked: store.data().clone(), ..State::default() };
        for export in self.instance.exports(store) {
            let name = export.name().to_owned();
            match export.into_extern() {
                Extern::Func(_) => {}
                Extern::Global(global) => state.globals.push((name, value(store, &global.get(store)))),
                Extern::Memory(memory) => state.memories.push((name, memory.size(store), hash(memory.data(store)))),
                Extern::Table(table) => {
                    let elements = (0..table.size(store)).filter_map(|at| table.get(store, at));
                    state.tables.push((name, elements.map(|element| value(store, &Val::from(element))).collect()));
                }
            }
        }
        state
    }
}

/// How something ended, in words that both sides have.
pub fn end(error: &Error) -> End {
    let trap = match error.as_trap_code() {
        Some(TrapCode::UnreachableCodeReached) => Trap::Unreachable,
        Some(TrapCode::MemoryOutOfBounds) => Trap::MemoryOutOfBounds,
        // Ours tells an access from a call.
        Some(TrapCode::TableOutOfBounds) => Trap::TableOutOfBounds,
        Some(TrapCode::IndirectCallToNull) => Trap::UninitializedElement,
        Some(TrapCode::IntegerDivisionByZero) => Trap::IntegerDivideByZero,
        Some(TrapCode::IntegerOverflow) => Trap::IntegerOverflow,
        Some(TrapCode::BadConversionToInteger) => Trap::BadConversionToInteger,
        Some(TrapCode::BadSignature) => Trap::IndirectCallTypeMismatch,
        Some(TrapCode::StackOverflow) => return End::StackOverflow,
        _ => return End::Other(error.to_string()),
    };
    End::Trap(trap)
}

/// Items of the host's for everything that the module imports.
fn imports(store: &mut Store<Asked>, module: &Module) -> Result<Vec<Extern>, Error> {
    let mut items = Vec::new();
    // Numbers are those within a kind: the runtimes list the kinds in different orders.
    let (mut funcs, mut globals) = (0.., 0..);
    for import in module.imports() {
        items.push(match import.ty() {
            ExternType::Func(ty) => host_func(store, funcs.next().unwrap_or(0), ty.clone()).into(),
            ExternType::Global(ty) => {
                let init = val(store, value_of(type_of(ty.content()), globals.next().unwrap_or(0)));
                Global::new(&mut *store, init, ty.mutability()).into()
            }
            ExternType::Memory(ty) => Memory::new(&mut *store, *ty)?.into(),
            ExternType::Table(ty) => Table::new(&mut *store, *ty, Ref::null(ty.element()))?.into(),
        });
    }
    Ok(items)
}

fn host_func(store: &mut Store<Asked>, number: usize, ty: FuncType) -> Func {
    let types: Vec<Type> = ty.results().iter().map(|ty| type_of(*ty)).collect();
    Func::new(store, ty, move |mut caller: Caller<'_, Asked>, args, results| {
        let args = args.iter().map(|val| value(&caller, val)).collect();
        caller.data_mut().push((number, args));
        let values = answer(&types, caller.data().len()).ok_or(Error::from(TrapCode::UnreachableCodeReached))?;
        for (result, value) in results.iter_mut().zip(values) {
            *result = val(&mut caller, value);
        }
        Ok(())
    })
}

fn type_of(ty: ValType) -> Type {
    match ty {
        ValType::I32 => Type::I32,
        ValType::I64 => Type::I64,
        ValType::F32 => Type::F32,
        ValType::F64 | ValType::V128 => Type::F64,
        ValType::FuncRef => Type::Func,
        ValType::ExternRef => Type::Extern,
    }
}

fn value(store: &impl wasmi::AsContext, val: &Val) -> Value {
    match val {
        Val::I32(value) => Value::I32(*value as u32),
        Val::I64(value) => Value::I64(*value as u64),
        Val::F32(value) => Value::F32(value.to_bits()),
        Val::F64(value) => Value::F64(value.to_bits()),
        Val::V128(_) => Value::I64(0),
        Val::FuncRef(func) => Value::Func { is_null: func.is_null() },
        Val::ExternRef(value) => {
            let number = |value: &ExternRef| value.data(store.as_context()).downcast_ref::<u32>().copied();
            Value::Extern(value.val().and_then(number))
        }
    }
}

fn val(store: &mut impl wasmi::AsContextMut, value: Value) -> Val {
    match value {
        Value::I32(value) => Val::I32(value as i32),
        Value::I64(value) => Val::I64(value as i64),
        Value::F32(bits) => Val::F32(F32::from_bits(bits)),
        Value::F64(bits) => Val::F64(F64::from_bits(bits)),
        Value::Func { .. } => Val::FuncRef(Nullable::Null),
        Value::Extern(None) => Val::ExternRef(Nullable::Null),
        Value::Extern(Some(number)) => Val::ExternRef(Nullable::Val(ExternRef::new(store, number))),
    }
}
