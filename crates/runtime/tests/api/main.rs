//! The public API, used as an embedder would: each file has the tests of one subject.

mod bounds;
mod claims;
mod corruption;
mod handles;
mod host;
mod limits;
mod linking;
mod out_of_memory;
mod resuming;
mod threads;
mod traps;
#[cfg(feature = "interpreter")]
mod waiting;
mod words;

use moteur::{Config, Engine, Error, Heap, Instance, Linker, Module, Store};

/// An engine with the system's heap.
fn engine() -> Engine {
    Engine::new(config()).unwrap()
}

fn config() -> Config {
    Config::new(Heap::system())
}

/// A module from its text.
fn module(engine: &Engine, text: &str) -> Module {
    let bytes = wat::parse_str(text).unwrap();
    Module::new(engine, &bytes).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// An instance of a module without imports.
fn instance(store: &mut Store<()>, text: &str) -> Instance {
    try_instance(store, text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn try_instance(store: &mut Store<()>, text: &str) -> Result<Instance, Error> {
    let module = module(&store.engine().clone(), text);
    Linker::new(store.engine()).instantiate(store, &module)
}
