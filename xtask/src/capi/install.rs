//! `cargo xtask capi --install PREFIX`: headers, both libraries, and what `pkg-config` and CMake ask for, below a folder. The
//! check installs to a folder of ours and builds and runs a program in each way that it is meant for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::library::{self, CRATE, SYSTEM_LIBRARIES};
use crate::{debian, shell};

/// What the check builds: it needs no more than the headers and the library.
const PROGRAM: &str = "tests/c/install/version.c";
const CMAKE_LISTS: &str = "tests/c/install/CMakeLists.txt";
const PACKAGES: [&str; 2] = ["cmake", "pkg-config"];

/// Installs below a folder, as `make install` would.
pub fn install(prefix: &Path) -> Result<()> {
    let prefix = std::path::absolute(prefix)?;
    let built = library::build()?;
    let (include, libraries) = (prefix.join("include"), prefix.join("lib"));
    let (pkgconfig, cmake) = (libraries.join("pkgconfig"), libraries.join("cmake/moteur"));
    for folder in [&include, &pkgconfig, &cmake] {
        fs::create_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
    }
    for header in library::headers()? {
        fs::copy(&header, include.join(header.file_name().context("a header without a name")?))?;
    }
    fs::copy(library::archive(&built), libraries.join("libmoteur.a"))?;
    let version = version()?;
    let major = version.split('.').next().unwrap_or_default();
    let shared = format!("libmoteur.so.{major}");
    fs::copy(built.join("libmoteur_capi.so"), libraries.join(&shared))?;
    link(&shared, &libraries.join("libmoteur.so"))?;
    fs::write(pkgconfig.join("moteur.pc"), pkg_config(&version))?;
    fs::write(cmake.join("moteur-config.cmake"), CMAKE_CONFIG.replace("@SYSTEM@", &SYSTEM_LIBRARIES.join(";")))?;
    fs::write(cmake.join("moteur-config-version.cmake"), CMAKE_VERSION.replace("@VERSION@", &version))?;
    println!("installed Moteur {version} below {}", prefix.display());
    Ok(())
}

/// A name that leads to a file beside it.
fn link(to: &str, name: &Path) -> Result<()> {
    if name.symlink_metadata().is_ok() {
        fs::remove_file(name)?;
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(to, name)?;
    #[cfg(not(unix))]
    fs::copy(name.with_file_name(to), name)?;
    Ok(())
}

fn version() -> Result<String> {
    let metadata = shell::metadata("Cargo.toml")?;
    let packages = metadata["packages"].as_array().context("cargo metadata: packages")?;
    let package = packages.iter().find(|package| package["name"] == "moteur-capi").context("no package moteur-capi")?;
    Ok(package["version"].as_str().context("cargo metadata: version")?.to_owned())
}

fn pkg_config(version: &str) -> String {
    let system = SYSTEM_LIBRARIES.join(" ");
    format!(
        "prefix=${{pcfiledir}}/../..\nincludedir=${{prefix}}/include\nlibdir=${{prefix}}/lib\n\nName: moteur\n\
         Description: A WebAssembly micro runtime, with wasm_export.h and wasm.h\nVersion: {version}\n\
         Cflags: -I${{includedir}}\nLibs: -L${{libdir}} -lmoteur\nLibs.private: {system}\n"
    )
}

const CMAKE_CONFIG: &str = r#"# Targets moteur::moteur (the shared library) and moteur::moteur-static.
get_filename_component(_moteur_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
if(NOT TARGET moteur::moteur)
  add_library(moteur::moteur SHARED IMPORTED)
  set_target_properties(moteur::moteur PROPERTIES
    IMPORTED_LOCATION "${_moteur_prefix}/lib/libmoteur.so"
    INTERFACE_INCLUDE_DIRECTORIES "${_moteur_prefix}/include")
  add_library(moteur::moteur-static STATIC IMPORTED)
  set_target_properties(moteur::moteur-static PROPERTIES
    IMPORTED_LOCATION "${_moteur_prefix}/lib/libmoteur.a"
    INTERFACE_INCLUDE_DIRECTORIES "${_moteur_prefix}/include"
    INTERFACE_LINK_LIBRARIES "@SYSTEM@")
endif()
unset(_moteur_prefix)
"#;

/// A version is compatible within its minor number, as long as the major one is 0.
const CMAKE_VERSION: &str = r#"set(PACKAGE_VERSION "@VERSION@")
if(PACKAGE_FIND_VERSION VERSION_GREATER PACKAGE_VERSION)
  set(PACKAGE_VERSION_COMPATIBLE FALSE)
else()
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
  if(PACKAGE_FIND_VERSION VERSION_EQUAL PACKAGE_VERSION)
    set(PACKAGE_VERSION_EXACT TRUE)
  endif()
endif()
"#;

/// Installs to a folder below `target` and builds a program with what is there; gives how many ways worked.
pub fn check() -> Result<u32> {
    if !PACKAGES.iter().all(|program| debian::is_program(program)) {
        debian::install(&PACKAGES, &[&[]])?;
    }
    for program in PACKAGES {
        ensure!(debian::is_program(program), "{program} is missing; on Debian: apt-get install {}", PACKAGES.join(" "));
    }
    let prefix = library::folder("prefix")?;
    install(&prefix)?;
    for (name, options) in [("shared", &["--cflags", "--libs"][..]), ("static", &["--static", "--cflags", "--libs"])] {
        with_pkg_config(&prefix, name, options)?;
    }
    with_cmake(&prefix)?;
    Ok(4)
}

fn with_pkg_config(prefix: &Path, name: &str, options: &[&str]) -> Result<()> {
    let mut ask = shell::command("pkg-config");
    ask.env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig")).args(options).arg("moteur");
    let flags = shell::output(&mut ask)?;
    let executable = library::folder("installed")?.join(name);
    let mut compile = shell::command("gcc");
    compile.arg(shell::root().join(CRATE).join(PROGRAM)).arg("-o").arg(&executable);
    if name == "static" {
        // Of both libraries, the linker is to take this one.
        compile.arg(prefix.join("lib/libmoteur.a"));
        compile.args(flags.split_whitespace().filter(|flag| *flag != "-lmoteur"));
    } else {
        compile.args(flags.split_whitespace());
    }
    shell::run(&mut compile)?;
    shell::run(Command::new(&executable).env("LD_LIBRARY_PATH", prefix.join("lib")))
}

fn with_cmake(prefix: &Path) -> Result<()> {
    let (source, build) = (library::folder("cmake-source")?, library::folder("cmake-build")?);
    for file in [PROGRAM, CMAKE_LISTS] {
        let file = shell::root().join(CRATE).join(file);
        fs::copy(&file, source.join(PathBuf::from(&file).file_name().context("a file without a name")?))?;
    }
    let mut configure = shell::command("cmake");
    configure.arg("-S").arg(&source).arg("-B").arg(&build).arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()));
    shell::output(&mut configure)?;
    shell::output(shell::command("cmake").arg("--build").arg(&build))?;
    for program in ["with_shared", "with_static"] {
        shell::run(&mut Command::new(build.join(program)))?;
    }
    Ok(())
}
