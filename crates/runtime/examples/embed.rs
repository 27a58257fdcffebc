//! Embedding in one page: a host function, limits, a call with results, a trap with its backtrace.
//!
//! ```sh
//! cargo run -p moteur --example embed
//! ```

use moteur::{Caller, Config, Engine, Error, GuestAddr, Heap, Linker, Module, Store};

/// In firmware this would be bytes in flash (`include_bytes!` and `Module::from_static`); here it is text.
const GUEST: &str = r#"
(module $thermostat
  (import "env" "log" (func $log (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "heating")

  ;; Heats below the target, and says so; 1 when it heats.
  (func (export "regulate") (param $now i32) (param $target i32) (result i32)
    (if (result i32) (i32.lt_s (local.get $now) (local.get $target))
      (then (call $log (i32.const 0) (i32.const 7)) (i32.const 1))
      (else (i32.const 0))))

  (func $mean (export "mean") (param $sum i32) (param $count i32) (result i32)
    (i32.div_s (local.get $sum) (local.get $count)))

  (func (export "spin") (loop (br 0))))
"#;

/// What the host functions of this program work on.
#[derive(Default)]
struct Board {
    log: Vec<String>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // All memory comes from this heap, and no guest gets more than these limits. A board gives a static buffer instead:
    // Heap::new(BUFFER.take()).
    let config = Config::new(Heap::system()).stack_bytes(16 << 10).max_memory_pages(4).fuel(true);
    let engine = Engine::new(config)?;
    let module = Module::new(&engine, &wat::parse_str(GUEST)?)?;

    // A host function is a closure. What the guest passes as an address and a length is checked here.
    let mut linker = Linker::<Board>::new(&engine);
    linker.func("env", "log", |mut caller: Caller<'_, Board>, text: GuestAddr, len: u32| {
        let memory = caller.memory()?;
        let (text, board) = memory.str_and_data_mut(&mut caller, text, len)?;
        board.log.push(text.to_owned());
        Ok::<(), Error>(())
    })?;

    let mut store = Store::new(&engine, Board::default())?;
    store.set_fuel(10_000)?;
    let instance = linker.instantiate(&mut store, &module)?;

    let regulate = instance.typed_func::<(i32, i32), i32>(&store, "regulate")?;
    println!("at 19 degrees: {}", regulate.call(&mut store, (19, 21))?);
    println!("at 22 degrees: {}", regulate.call(&mut store, (22, 21))?);
    println!("the guest said: {:?}", store.data().log);

    // A mistake of the guest is a value, and the store tells where it happened.
    let mean = instance.typed_func::<(i32, i32), i32>(&store, "mean")?;
    if let Err(error) = mean.call(&mut store, (100, 0)) {
        println!("{error}\n{}", store.backtrace());
    }

    // A guest that loops for ever runs out of fuel; others go on.
    let spin = instance.typed_func::<(), ()>(&store, "spin")?;
    println!("{:?}", spin.call(&mut store, ()));
    store.set_fuel(10_000)?;
    println!("at 15 degrees: {}", regulate.call(&mut store, (15, 21))?);
    Ok(())
}
