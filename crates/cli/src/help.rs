//! The texts that `--help` and `--version` print.

/// `moteur --version`
pub const VERSION: &str = concat!("moteur ", env!("CARGO_PKG_VERSION"), "\n");

/// `moteur --help`
pub const MAIN: &str = "\
moteur - a WebAssembly micro runtime

Usage: moteur COMMAND [OPTIONS] [FILE]

FILE is a WebAssembly module, binary (.wasm) or text (.wat).

Commands:
  run FILE [ARGS]   Run a program, or call one of its functions
  compile FILE      Add native code for one or several machines to a module
  validate FILE     Say whether a module is valid, and if not, where and why
  inspect FILE      Show imports, exports and what the module takes in flash and RAM
  trim FILE         Make a module's memory as small as its data, its stack and a heap
  keygen            Make a pair of keys
  sign FILE         Vouch for the native code in a module with a private key
  send FILE         Send a module to a device that waits for one

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
the directories given by --dir and --dir-ro, the part of the network that --allow-net
and its like name, clocks, random numbers and the standard streams, and nothing else
of this machine. Programs without a C library find `printf`, `malloc` and their like
as imports of `env`.

What to run:
      --invoke NAME     Call the exported function NAME. ARGS are read by its type:
                        i32 and i64 as decimal (-1, 4294967295) or hexadecimal
                        (0xff), f32 and f64 as 1.5, 1e-3, inf, nan or nan:0x7fc00001,
                        references as `null`. Results are printed one per line
  -e, --env KEY=VALUE   Give the guest an environment variable; may be repeated
      --dir HOST[::GUEST]
                        Give the guest the directory HOST and all below it, under the
                        name GUEST (or the same name). No path, `..` or symbolic link
                        leads out of it; may be repeated
      --dir-ro HOST[::GUEST]
                        The same, but the guest can change nothing in it
      --allow-net HOST:PORT[/tcp|/udp]
                        Let the guest connect and send there. HOST is a name, an
                        address (IPv6 in brackets), a network such as 10.0.0.0/8, or *
                        for every host; PORT is a number, or * for every port. A name
                        may be looked up, and allows the addresses that it then has;
                        may be repeated
      --allow-listen ADDRESS:PORT[/tcp|/udp]
                        Let others reach the guest at this address of the machine
      --listen ADDRESS:PORT
                        Give the guest a socket that listens there already: the next
                        descriptor from 3 on, behind the directories
      --eager           Translate all functions at load, not each at its first call
      --jit             Compile to native code for this machine in memory, run that
      --native          Run the native code that `moteur compile` put into FILE, where
                        it fits this machine; otherwise say why not, and interpret.
                        NATIVE CODE CANNOT BE CHECKED: it can do whatever you can.
                        Use this for files whose maker you trust. Without it, native
                        code in FILE is ignored
      --trust KEY       The same for native code that the holder of KEY has signed with
                        `moteur sign`, and for no other. KEY is a file with a public
                        key, or 64 hexadecimal digits; may be repeated
      --explicit-checks Let native code compare addresses. Without it, the processor
                        does that where it can (Linux on x86-64 and AArch64), and each
                        memory takes 8 GiB of addresses (not of memory)

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

/// `moteur compile --help`
pub const COMPILE: &str = "\
Add native code for one or several machines to a module

Usage: moteur compile [OPTIONS] FILE

The result is the same module with one more custom section per machine. It still runs
everywhere: natively where a section fits and is trusted (`moteur run --native`),
interpreted elsewhere. Compiling for one more machine adds a section; for the same
machine, it takes the old one's place.

      --target TRIPLE   The machine; may be repeated. Without it, this one. There are
                        thumbv6m-none-eabi, thumbv7m-none-eabi, thumbv7em-none-eabi,
                        thumbv7em-none-eabihf, thumbv8m.main-none-eabi,
                        thumbv8m.main-none-eabihf, riscv32imc-unknown-none-elf,
                        riscv32imac-unknown-none-elf, riscv64gc-unknown-none-elf,
                        aarch64-unknown-none, aarch64-unknown-linux-gnu,
                        x86_64-unknown-linux-gnu
      --cpu NAME        The CPU of the --target before it, as LLVM calls it, such as
                        cortex-m7: the code may then need what not every such machine
                        has, and is refused where that is missing. Without --target
                        also `native`: all that the CPU of this machine has
      --features LIST   Features of the CPU of the --target before it, as LLVM spells
                        them: +dsp,-fp64. May be repeated. Code that needs one is
                        refused where it is missing; a wrong name tells which there are
  -O LEVEL              How hard to try: 0, 1, 2 or 3 (for speed), s or z (for size).
                        Without it, 3
      --fuel            The code counts fuel: `moteur run --fuel` needs that, a run
                        without it the other kind. A file may have both
      --guard-pages     The code compares no addresses: only Linux on x86-64 and AArch64
                        runs that. A file may have both
  -o, --output OUT      Where the result goes; `-` is the standard output. Without it,
                        beside FILE: a.wasm and a.wat become a.native.wasm
      --no-offsets      Leave out the list of which code belongs to which operator.
                        Backtraces then name functions only, and the section is about
                        a quarter smaller; the code is the same
      --strip-bodies    Take the function bodies out, for devices that run native code
                        alone: the module is smaller, and runs natively or not at all.
                        Keep the original: backtraces have its offsets, and only it
                        can be compiled again
      --emit KIND       Write what stands in between instead: llvm-ir, asm or obj.
                        Goes beside FILE as .ll, .s or .o
      --sign KEY        Sign the code with a private key, as `moteur sign` does. FILE
                        must have no native code yet: you would vouch for that, too
  -j, --jobs N          Compile large modules with N threads. Without it, as many as
                        this machine has cores. The result is the same
  -q, --quiet           Show no progress. Only terminals see it in any case

  -h, --help            Print this text
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

Usage: moteur inspect [OPTIONS] FILE

The module is loaded and instantiated once in a counted heap, with stand-ins for its
imports; its start function does not run. RAM is measured on this machine: a 32-bit
board needs less for the tables, and the same for memory.

      --trust KEY       Verify the signatures of native code that are made in the name
                        of this key: a file with a public key, or 64 hexadecimal
                        digits; may be repeated

  -h, --help            Print this text
";

/// `moteur trim --help`
pub const TRIM: &str = "\
Make a module's memory as small as its data, its stack and a heap

Usage: moteur trim [OPTIONS] FILE

Memory comes in pages of 64 KiB, which is more than many a machine has. The result is the
same module with a memory that is counted in bytes (the custom-page-sizes proposal) and
ends behind its data and its stack. The module has to say where that is: link it with
`-Wl,--export=__heap_base`. Its memory must be its own and never grow; exporting it is
fine. Trim before compiling and signing.

      --heap SIZE       Bytes behind data and stack: 512, 4K. Without it, none; a module
                        that imports `malloc` from `env` gets its memory there
      --size SIZE       Bytes in all, for a module that does not say where its stack ends.
                        A stack outside of them will trap
  -o, --output OUT      Where the result goes; `-` is the standard output. Without it,
                        beside FILE: a.wasm and a.wat become a.trimmed.wasm

  -h, --help            Print this text

A program with an allocator of its own that takes the memory behind its data for granted
needs --heap, too: it traps where nothing is.
";

/// `moteur keygen --help`
pub const KEYGEN: &str = "\
Make a pair of keys, with which native code is signed and verified

Usage: moteur keygen [-o NAME]

Writes NAME.key, the private key, which only you can read, and NAME.pub, the public key.
Files that exist are not overwritten. Prints the public key in hexadecimal too, and the
name that signatures give it. Both files are in PEM (PKCS#8, RFC 8410): `openssl pkey`
and others read them, and what `openssl genpkey -algorithm ed25519` makes will do.

  -o, --output NAME     Instead of `moteur`

  -h, --help            Print this text
";

/// `moteur sign --help`
pub const SIGN: &str = "\
Vouch for the native code in a module with a private key

Usage: moteur sign --key KEY [-o OUT] FILE

Signs each native section of FILE (`moteur compile` makes them). With that you say that
this code may do on a machine whatever it wants: `moteur run --trust` and devices that
have your public key run it without a question. Sign what you compiled yourself, or got
from somebody who did.

      --key KEY         The file with the private key; `-` is the standard input
  -o, --output OUT      Where the result goes; `-` is the standard output. Without it,
                        FILE gets the signature. Signatures of other keys stay

  -h, --help            Print this text
";

/// `moteur send --help`
pub const SEND: &str = "\
Send a module to a device that waits for one

Usage: moteur send --port PORT [OPTIONS] FILE

The device gets FILE by YMODEM, as from `sb`. It answers when the module is checked and
written: status 0 means that it will run. Otherwise the device goes on with the module
that it has, and its reason is printed if it gave one. A module as text is translated
before. Ctrl-C cancels the transfer, and the device is told.

  -p, --port PORT       Where the device is: a serial port (/dev/ttyACM0, COM3), a pseudo
                        terminal or a local socket of an emulator, tcp:HOST:PORT, or `-`
                        for the standard input and output
  -b, --baud N          Bits per second of a serial port. Without it, 115200
      --timeout TIME    How long to wait until the device asks for a module: 500ms, 2s
                        (or 2), 1m. Without it, 15s
  -q, --quiet           Show no progress. Only terminals see it in any case

  -h, --help            Print this text
";
