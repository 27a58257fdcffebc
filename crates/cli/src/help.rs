//! The texts that `--help` and `--version` print.

/// `moteur --version`
pub const VERSION: &str = concat!("moteur ", env!("CARGO_PKG_VERSION"), "\n");

/// `moteur --help`
pub const MAIN: &str = "\
moteur - a WebAssembly micro runtime

Usage: moteur COMMAND [OPTIONS] FILE

FILE is a WebAssembly module, binary (.wasm) or text (.wat).

Commands:
  run FILE [ARGS]   Run a program, or call one of its functions
  validate FILE     Say whether a module is valid, and if not, where and why
  inspect FILE      Show imports, exports and what the module takes in flash and RAM

Options:
  -h, --help        Print this text; `moteur COMMAND --help` tells about one command
  -V, --version     Print the version

Exit status: the guest's own; 134 after a trap; 1 when a module cannot be loaded
or linked; 2 when the command line is not understood.
";

/// `moteur run --help`
pub const RUN: &str = "\
Run a program, or call one of its functions

Usage: moteur run [OPTIONS] FILE [ARGS]

Without --invoke, the exported function `_start` is called, which is where a WASI
program begins. Everything after FILE goes to the guest as it stands; a `--` right
after FILE is dropped. The guest sees its arguments, the variables given by --env,
clocks, random numbers and the standard streams, and nothing else of this machine.

What to run:
      --invoke NAME     Call the exported function NAME. ARGS are read by its type:
                        i32 and i64 as decimal (-1, 4294967295) or hexadecimal
                        (0xff), f32 and f64 as 1.5, 1e-3, inf, nan or nan:0x7fc00001,
                        references as `null`. Results are printed one per line
  -e, --env KEY=VALUE   Give the guest an environment variable; may be repeated
      --eager           Translate all functions at load, not each at its first call

What it may use up:
      --fuel N          Stop with a trap after about N instructions
      --timeout TIME    Stop with a trap after TIME: 500ms, 2s (or 2), 1m
      --stack-size SIZE Bytes of the guest's call stack: 65536, 64K, 1M
      --max-memory SIZE Bytes that a memory of the guest may have: 64K, 16M, 1G

  -h, --help            Print this text

Exit status:
  the guest's own       (0 when it returns; a status that does not fit 8 bits
                        keeps its low 8 bits, or becomes 255 if those are zero)
  134                   after a trap; reason and backtrace go to the standard error
  1                     when the module cannot be loaded or linked
  2                     when the command line is not understood
";

/// `moteur validate --help`
pub const VALIDATE: &str = "\
Say whether a module is valid, and if not, where and why

Usage: moteur validate FILE

Prints nothing and ends with status 0 for a valid module. Otherwise prints the byte
offset, the function and the reason, and ends with status 1.
";

/// `moteur inspect --help`
pub const INSPECT: &str = "\
Show imports, exports and what the module takes in flash and RAM

Usage: moteur inspect FILE

The module is loaded and instantiated once in a counted heap, with stand-ins for its
imports; its start function does not run. RAM is measured on this machine: a 32-bit
board needs less for the tables, and the same for memory.
";
