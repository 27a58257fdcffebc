//! What can be checked of the Zephyr module without Zephyr: the shim compiles against stubs of the headers that it uses, the
//! library for every target, and a program in C calls every function of the library on the host.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{qemu, shell};

const MANIFEST: &str = "zephyr/library/Cargo.toml";

/// Targets that `zephyr/cmake/target.cmake` chooses, with features for each: those of rustup that the project has anyhow.
const LIBRARIES: &[(&str, &str)] = &[
    ("thumbv8m.main-none-eabi", "interpreter,small,texts,libc,native,floats"),
    ("thumbv8m.main-none-eabi", "native,small,libc"),
    ("thumbv8m.main-none-eabi", "interpreter,small,texts,libc,wasm-export,wasm-c-api"),
    (
        "thumbv8m.main-none-eabihf",
        "threaded,texts,libc,wasi,wasi-clocks,wasi-random,wasi-poll,wasi-files,signatures,receive",
    ),
    ("thumbv7em-none-eabihf", "threaded,libc,wasi-poll"),
    ("thumbv6m-none-eabi", "interpreter,small,texts,libc"),
    ("riscv32imac-unknown-none-elf", "threaded,texts,libc,wasi-clocks,native"),
];

/// A key that no firmware has: that of the first test of RFC 8032.
const KEY: (&str, &str) = ("MOTEUR_PUBLIC_KEY", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");

/// Configurations that the shim is compiled for.
const CONFIGURATIONS: &[&[&str]] = &[
    &["-DCONFIG_PRINTK=1"],
    &[
        "-DCONFIG_PRINTK=1",
        "-DCONFIG_USERSPACE=1",
        "-DCONFIG_TIMER_HAS_64BIT_CYCLE_COUNTER=1",
        "-DCONFIG_CSPRNG_ENABLED=1",
    ],
    &[
        "-DCONFIG_TEST_RANDOM_GENERATOR=1",
        "-DCONFIG_MOTEUR_CODE_BYTES=4096",
        "-DCONFIG_ARM_MPU=1",
        "-DCONFIG_POSIX_TIMERS=1",
    ],
    &["-DKERNEL_VERSION_NUMBER=0x030000", "-DCONFIG_MOTEUR_CODE_BYTES=4096", "-DCONFIG_CACHE_MANAGEMENT=1"],
    &["-DCONFIG_ARCH_POSIX=1", "-DCONFIG_PRINTK=1"],
];

const WARNINGS: [&str; 5] = ["-std=c11", "-O1", "-Wall", "-Wextra", "-Werror"];

/// Checks all of that.
pub fn run() -> Result<()> {
    let folder = shell::target_dir("Cargo.toml")?.join("zephyr-check");
    std::fs::create_dir_all(&folder)?;
    let shim = sources("zephyr/shim")?;
    for (number, configuration) in CONFIGURATIONS.iter().enumerate() {
        for source in shim.iter().filter(|source| !source.ends_with("memory.c")) {
            let object = folder.join(format!("{number}.o"));
            shell::run(cc().args(*configuration).arg("-c").arg(source).arg("-o").arg(object))?;
        }
    }
    println!("the shim compiles for {} configurations", CONFIGURATIONS.len());
    libraries()?;
    on_host(&folder, &shim)?;
    Ok(())
}

/// The C files of a folder.
fn sources(folder: &str) -> Result<Vec<PathBuf>> {
    let folder = shell::root().join(folder);
    let entries = folder.read_dir().with_context(|| folder.display().to_string())?;
    let mut files: Vec<_> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "c"));
    files.sort();
    ensure!(!files.is_empty(), "{} holds no C", folder.display());
    Ok(files)
}

/// The host's C compiler, with the stubs.
fn cc() -> Command {
    let mut cc = shell::command("cc");
    cc.args(WARNINGS).args(["-D_POSIX_C_SOURCE=200809L", "-DCONFIG_MOTEUR_LOG_LEVEL=3", "-DCONFIG_MOTEUR_FILES_MAX=4"]);
    cc.args(["-I", "zephyr/tests/stubs", "-I", "zephyr/shim", "-I", "zephyr/include", "-I", "crates/capi/include"]);
    cc
}

fn cargo(subcommand: &str) -> Command {
    let mut cargo = shell::cargo();
    cargo.args([subcommand, "--quiet", "--locked", "--manifest-path", MANIFEST]).env(KEY.0, KEY.1);
    cargo
}

fn libraries() -> Result<()> {
    for (target, features) in LIBRARIES {
        if let Err(missing) = qemu::ensure_rust_target(target) {
            println!("SKIPPED the library for {target}: {missing:#}");
            continue;
        }
        let mut clippy = cargo("clippy");
        clippy.args(["--release", "--target", target, "--features", features, "--", "-D", "warnings"]);
        shell::run(&mut clippy)?;
        println!("the library compiles for {target} with {features}");
    }
    Ok(())
}

/// Builds `zephyr/tests/api` with the library for this host, and runs it.
fn on_host(folder: &Path, shim: &[PathBuf]) -> Result<()> {
    let guest = wat::parse_file(shell::root().join("zephyr/tests/api/guest.wat"))?;
    let mut header = String::from("static const unsigned char guest[] __attribute__((aligned(16))) = {");
    for byte in guest {
        write!(header, "{byte},")?;
    }
    std::fs::write(folder.join("guest.h"), header + "};\n")?;

    let target = folder.join("library");
    let mut build = cargo("rustc");
    build.args(["--lib", "--profile", "size", "--features", "interpreter,small,texts,libc"]);
    shell::run(build.env("CARGO_TARGET_DIR", &target))?;
    let program = folder.join("api");
    let mut cc = cc();
    cc.args(["-DCONFIG_ARCH_POSIX=1", "-DCONFIG_PRINTK=1", "-I"]).arg(folder).arg("-o").arg(&program);
    cc.args(["zephyr/tests/api/api.c", "zephyr/tests/stubs/kernel.c"]);
    cc.args(shim.iter().filter(|source| source.ends_with("shim.c") || source.ends_with("code.c")));
    shell::run(cc.arg(target.join("size/libmoteur_zephyr.a")))?;
    let output = shell::output(&mut shell::command(&program))?;
    println!("functions of moteur/zephyr.h: {}", output.trim_end());
    Ok(())
}
