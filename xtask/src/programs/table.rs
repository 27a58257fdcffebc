//! The programs: where each comes from and what building it takes. Cases are in `tests/programs/cases/<name>/`.

/// A program that is built for WASI, and natively to record what it should do.
pub struct Program {
    /// Its name: of the folder with its cases, and what it finds as its first argument.
    pub name: &'static str,
    /// How it is built.
    pub kind: Kind,
}

/// How a program is built.
pub enum Kind {
    /// By `cargo install`, with the package's own lock file.
    Rust(Crate),
    /// By a C compiler, from sources that a package carries.
    C(Sources),
}

/// A program that is published as a package.
pub struct Crate {
    /// The package.
    pub package: &'static str,
    /// Its exact version.
    pub version: &'static str,
    /// The binary's name.
    pub binary: &'static str,
    /// Further arguments for `cargo install`.
    pub arguments: &'static [&'static str],
}

/// C sources. The version of the package stands in `tests/programs/c/Cargo.toml`.
pub struct Sources {
    /// The package that carries them.
    pub package: &'static str,
    /// Files of the package, all of a folder with `*.c`; a `!` before a name leaves it out.
    pub files: &'static [&'static str],
    /// Files of ours, from `tests/programs/c`.
    pub own_files: &'static [&'static str],
    /// Folders of the package with headers.
    pub headers: &'static [&'static str],
    /// Flags of the compiler. Paths are relative to `tests/programs/c`.
    pub flags: &'static [&'static str],
    /// A text of the package, and the name under which the sources include it as a C string.
    pub string: Option<(&'static str, &'static str)>,
    /// Whether errors unwind through `asyncify`, as WASI's C library has no `longjmp`.
    pub unwinds: bool,
}

const fn rust(name: &'static str, package: &'static str, version: &'static str) -> Program {
    Program { name, kind: Kind::Rust(Crate { package, version, binary: name, arguments: &[] }) }
}

const C: Sources =
    Sources { package: "", files: &[], own_files: &[], headers: &[], flags: &[], string: None, unwinds: false };

/// Every program, those that take longest to build first in each language.
#[rustfmt::skip]
pub const PROGRAMS: &[Program] = &[
    rust("sort", "uu_sort", "0.12.0"),
    Program { name: "rhai-run", kind: Kind::Rust(Crate { package: "rhai", version: "1.27.0", binary: "rhai-run", arguments: &["--bin", "rhai-run"] }) },
    Program { name: "minijinja-cli", kind: Kind::Rust(Crate { package: "minijinja-cli", version: "3.0.5", binary: "minijinja-cli", arguments: &["--no-default-features"] }) },
    rust("rg", "ripgrep", "15.2.0"),
    rust("hexyl", "hexyl", "0.17.0"),
    rust("brotli", "brotli", "9.1.1"),
    rust("choose", "choose", "1.3.7"),
    rust("pulldown-cmark", "pulldown-cmark", "0.13.6"),
    Program { name: "sqlite3", kind: Kind::C(Sources {
        package: "sqlite3-src",
        files: &["source/sqlite3.c", "source/shell.c"],
        flags: &["-DSQLITE_THREADSAFE=0", "-DSQLITE_OMIT_LOAD_EXTENSION", "-DSQLITE_NOHAVE_SYSTEM", "-DSQLITE_OMIT_POPEN", "-DSQLITE_ENABLE_FTS5", "-DSQLITE_ENABLE_MATH_FUNCTIONS"],
        ..C
    }) },
    Program { name: "qjs", kind: Kind::C(Sources {
        package: "rquickjs-sys",
        files: &["quickjs/quickjs.c", "quickjs/quickjs-libc.c", "quickjs/libregexp.c", "quickjs/libunicode.c", "quickjs/dtoa.c", "quickjs/qjs.c", "quickjs/gen/repl.c", "quickjs/gen/standalone.c"],
        flags: &["-D_GNU_SOURCE", "-DQUICKJS_NG_BUILD"],
        ..C
    }) },
    Program { name: "lua", kind: Kind::C(Sources {
        package: "rlua-lua54-sys",
        files: &["lua-5.4.6/src/*.c", "!luac.c"],
        flags: &["-Ilua", "-include", "lua/throw.h"],
        unwinds: true,
        ..C
    }) },
    Program { name: "jq", kind: Kind::C(Sources {
        package: "jq-src",
        files: &["modules/jq/src/*.c", "!inject_errors.c"],
        headers: &["modules/jq", "modules/jq/src"],
        flags: &["-D_GNU_SOURCE", "-Ijq", "-include", "jq/config.h"],
        string: Some(("modules/jq/src/builtin.jq", "src/builtin.inc")),
        ..C
    }) },
    Program { name: "cmark-gfm", kind: Kind::C(Sources {
        package: "cmark-gfm-sys",
        files: &["cmark-gfm/src/*.c", "cmark-gfm/extensions/*.c"],
        headers: &["cmark-gfm/src", "cmark-gfm/extensions"],
        flags: &["-Icmark-gfm"],
        ..C
    }) },
    Program { name: "lz4", kind: Kind::C(Sources {
        package: "lz4-sys",
        files: &["liblz4/lib/lz4.c", "liblz4/lib/lz4hc.c", "liblz4/lib/lz4frame.c", "liblz4/lib/xxhash.c", "liblz4/programs/*.c"],
        headers: &["liblz4/lib"],
        flags: &["-DLZ4IO_MULTITHREAD=0"],
        ..C
    }) },
    Program { name: "wren", kind: Kind::C(Sources {
        package: "wren-sys",
        files: &["wren/src/vm/*.c", "wren/src/optional/*.c"],
        own_files: &["wren/main.c"],
        headers: &["wren/src/include", "wren/src/vm", "wren/src/optional"],
        ..C
    }) },
    Program { name: "bzip2", kind: Kind::C(Sources {
        package: "bzip2-sys",
        files: &["bzip2-1.0.8/bzip2.c", "bzip2-1.0.8/blocksort.c", "bzip2-1.0.8/huffman.c", "bzip2-1.0.8/crctable.c", "bzip2-1.0.8/randtable.c", "bzip2-1.0.8/compress.c", "bzip2-1.0.8/decompress.c", "bzip2-1.0.8/bzlib.c"],
        ..C
    }) },
];
