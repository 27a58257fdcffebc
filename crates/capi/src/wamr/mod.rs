//! `wasm_export.h`: the functions that programs written for WAMR call.
//!
//! | module | functions |
//! |---|---|
//! | `types` | the structures of the header, and what its handles point to |
//! | `text` | texts from and to C |
//! | `runtime` | what all modules share, and how often it was asked for |
//! | `life`, `allocate` | initialising and destroying; memory of the runtime |
//! | `module`, `registry` | loading; modules that others import from |
//! | `reflect` | imports, exports and their types |
//! | `instance`, `arguments`, `link`, `heap` | instantiating; what imports become; the heap inside a guest's memory |
//! | `natives`, `abi` | functions of C that guests import, and how such are called |
//! | `env`, `call` | execution environments; calls |
//! | `application`, `number` | `main` and functions with arguments as texts |
//! | `exception`, `errors`, `backtrace` | why a call failed, in WAMR's words, and where |
//! | `memory`, `items` | addresses and memories; globals and tables |
//! | `wasi` | arguments, directories, exit code |
//! | `context` | data of the embedder's at an instance |
//! | `externref` | the embedder's objects as references |
//! | `threads` | threads of the embedder's |

mod abi;
mod allocate;
mod application;
mod arguments;
mod backtrace;
mod call;
mod context;
mod env;
#[cfg_attr(not(feature = "texts"), path = "errors_none.rs")]
mod errors;
mod exception;
#[cfg_attr(not(feature = "references"), path = "externref_none.rs")]
mod externref;
mod heap;
mod instance;
mod items;
#[cfg_attr(not(feature = "libc"), path = "libc_none.rs")]
mod libc;
mod life;
mod link;
mod memory;
mod module;
mod natives;
mod number;
mod reflect;
#[cfg_attr(not(feature = "multi-module"), path = "registry_none.rs")]
mod registry;
mod runtime;
mod text;
#[cfg_attr(not(feature = "std"), path = "threads_none.rs")]
mod threads;
mod types;
#[cfg_attr(not(feature = "wasi"), path = "wasi_none.rs")]
mod wasi;
