//! Host functions from Rust functions: the attribute [`host_functions`] turns an impl block into imports of a module.
//!
//! Each function of the block is imported under its own name. Arguments come as the guest's words and are checked before
//! the function sees them:
//!
//! | parameter | the guest passes |
//! |---|---|
//! | `i32`, `u32`, `i64`, `u64`, `f32`, `f64`, `bool` | one value of that type (`bool`: an `i32`, true unless zero) |
//! | [`Address<V>`](crate::claim::Address) | an `i32`: where a `V` is said to stand |
//! | `&[u8]`, `&mut [u8]` | two `i32`: address and length in bytes |
//! | `&str` | two `i32`: address and length of UTF-8 text |
//! | `&CStr` | an `i32`: the address of a text that ends with a zero byte |
//! | any other type that is an [`Argument`] | what that says |
//!
//! A slice that is not wholly inside the guest's memory ends the guest with the trap of an access out of bounds, and so
//! do slices that overlap in a call that has a `&mut` one; text that is not UTF-8 with [`Error::Utf8`]. A function returns nothing, a
//! value, an address, or a `Result` of one with [`moteur::Error`] or [`Stop`] ([`HostResult`]).
//!
//! ```
//! use moteur::{Config, Engine, Error, Heap, Linker, Module, Store};
//! use moteur_guest::{host_functions, link};
//!
//! #[derive(Default)]
//! struct Lamp {
//!     on: bool,
//!     label: String,
//! }
//!
//! #[host_functions]
//! impl Lamp {
//!     fn lamp_set(&mut self, on: bool) {
//!         self.on = on;
//!     }
//!
//!     fn lamp_label(&mut self, text: &str) -> u32 {
//!         self.label = text.into();
//!         text.len() as u32
//!     }
//!
//!     #[host(name = "lamp.swap")]
//!     fn swap(&mut self, to: &mut [u8], from: &[u8]) -> Result<(), Error> {
//!         to.get_mut(..from.len()).ok_or(Error::OutOfBounds)?.copy_from_slice(from);
//!         Ok(())
//!     }
//! }
//!
//! let engine = Engine::new(Config::new(Heap::system()))?;
//! let mut linker = Linker::new(&engine);
//! link::<_, Lamp>(&mut linker, "board", |lamp: &mut Lamp| lamp)?;
//! # let wasm = wat::parse_str(r#"(module
//! #     (import "board" "lamp_set" (func $set (param i32)))
//! #     (import "board" "lamp_label" (func $label (param i32 i32) (result i32)))
//! #     (import "board" "lamp.swap" (func $swap (param i32 i32 i32 i32)))
//! #     (memory 1) (data (i32.const 8) "door")
//! #     (func (export "overlap") (call $swap (i32.const 8) (i32.const 4) (i32.const 11) (i32.const 1)))
//! #     (func (export "run") (result i32) (call $set (i32.const 2)) (call $label (i32.const 8) (i32.const 4))))"#).unwrap();
//! let module = Module::new(&engine, &wasm)?; // calls lamp_set(2) and lamp_label("door")
//! let mut store = Store::new(&engine, Lamp::default())?;
//! let instance = linker.instantiate(&mut store, &module)?;
//! assert_eq!(instance.typed_func::<(), i32>(&store, "run")?.call(&mut store, ())?, 4);
//! assert!(store.data().on && store.data().label == "door");
//! # assert!(instance.typed_func::<(), ()>(&store, "overlap")?.call(&mut store, ()).is_err());
//! # Ok::<(), Error>(())
//! ```
//!
//! # The whole call
//! A function that needs more than its arguments takes `call: &mut Call<'_, State>` first, and then single words:
//! [`Call`] has the state, the guest's memory, and what is kept when the function is called again ([`Stop`]). With
//! `#[host_functions(state = State)]` the functions of a type work on the state of another, so that one state can have
//! many parts, of which a firmware links those that it needs: what is not linked is not in the image.

//!
//! # What does not compile
//! A parameter that a guest cannot lend, and slices beside the whole call, which owns the memory:
//!
//! ```compile_fail
//! # use moteur_guest::host_functions;
//! struct Lamp;
//! #[host_functions]
//! impl Lamp {
//!     fn set(&mut self, levels: &[u16]) {}
//! }
//! ```
//!
//! ```compile_fail
//! # use moteur_guest::{host_functions, host::Call};
//! struct Lamp;
//! #[host_functions]
//! impl Lamp {
//!     fn set(call: &mut Call<'_, Lamp>, name: &str) {}
//! }
//! ```

mod call;
mod convert;
mod link;

pub use call::{Answer, Call, GuestCall, HostFunction, HostFunctions, Progress, Run, Stop};
pub use convert::{Argument, HostResult, c_text, text};
pub use link::link;
pub(crate) use link::link_rows;
pub use moteur::{FuncType, ValType};
pub use moteur_macros::host_functions;

#[cfg(doc)]
use moteur::Error;
