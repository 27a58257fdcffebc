//! Damaged modules: each is refused or runs within its limits, and nothing is left in the heap.

use moteur::pool::Counted;
use moteur::{Caller, Config, Engine, Error, ExternType, Heap, Linker, Module, Store, Val};

use crate::out_of_memory::PROGRAMS;

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below as u64) as usize
    }
}

/// Loads a module, gives it what it asks for where that can be had, and calls all it exports.
fn run_all(heap: Heap, bytes: &[u8]) -> Result<(), Error> {
    let limits = Config::new(heap).fuel(true).stack_bytes(16 << 10).max_memory_pages(20).max_table_elements(10_000);
    let engine = Engine::new(limits)?;
    let module = Module::new(&engine, bytes)?;
    let mut store = Store::new(&engine, 0)?;
    store.set_fuel(20_000)?;
    let mut linker = Linker::new(&engine);
    for import in module.imports() {
        if let ExternType::Func(ty) = import.ty {
            let count = |mut caller: Caller<'_, i32>, _: &[Val], _: &mut [Val]| {
                *caller.data_mut() += 1;
                Ok(())
            };
            match linker.func_dyn(import.module, import.name, ty.params, ty.results, count) {
                Ok(()) | Err(Error::AlreadyDefined) => {}
                Err(error) => return Err(error),
            }
        }
    }
    let instance = linker.instantiate(&mut store, &module)?;
    let funcs: Vec<_> = instance.exports(&store)?.filter_map(|(_, item)| item.func()).collect();
    for func in funcs {
        let ty = func.ty(&store)?;
        let args: Vec<Val> = ty.params.iter().map(|ty| Val::default(*ty)).collect();
        let mut results = vec![Val::I32(0); ty.results.len()];
        store.set_fuel(20_000)?;
        // A trap is as good as a result.
        let _ = func.call(&mut store, &args, &mut results);
    }
    Ok(())
}

#[test]
fn damaged_modules_do_no_harm() {
    static COUNTED: Counted = Counted::new();
    let heap = Heap::counted(&COUNTED);
    let mut random = Random(0x1234_5678_9ABC_DEF1);
    let mut accepted = 0;
    let rounds = if cfg!(miri) { 10 } else { 4000 };
    for text in PROGRAMS {
        let good = wat::parse_str(text).unwrap();
        for _ in 0..rounds {
            let mut bytes = good.clone();
            for _ in 0..=random.next(3) {
                let at = random.next(bytes.len());
                match random.next(4) {
                    0 => bytes[at] ^= 1 << random.next(8),
                    1 => bytes[at] = random.next(256) as u8,
                    2 => bytes[at] = [0, 1, 0x0b, 0x40, 0x7f, 0x80, 0xff][random.next(7)],
                    _ => bytes.truncate(at.max(8)),
                }
            }
            accepted += u32::from(run_all(heap, &bytes).is_ok());
            assert_eq!(heap.stats().used, 0, "{bytes:x?}");
        }
    }
    assert!(cfg!(miri) || accepted > 100, "{accepted}");
}
