//! The modules that programs load: `tests/c/modules/NAME.wat` becomes `NAME.h` with an array `NAME_wasm`.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::library::{CRATE, folder};
use crate::{kernels, shell};

/// Writes a header for each module, and gives the folder to include from.
pub fn interpreted() -> Result<PathBuf> {
    let include = folder("interpreted")?;
    let folder = include.join("modules");
    fs::create_dir_all(&folder)?;
    for path in sources()? {
        let bytes = wat::parse_file(&path).with_context(|| format!("{}", path.display()))?;
        write_header(&folder, name_of(&path)?, &bytes)?;
    }
    Ok(include)
}

/// As `interpreted`, with native code for this machine in each module.
pub fn native() -> Result<PathBuf> {
    let include = folder("native")?;
    let folder = include.join("modules");
    fs::create_dir_all(&folder)?;
    let moteur = kernels::moteur_program()?;
    for path in sources()? {
        let name = name_of(&path)?;
        let compiled = folder.join(format!("{name}.wasm"));
        shell::run(shell::command(&moteur).arg("compile").arg(&path).arg("-o").arg(&compiled))?;
        write_header(&folder, name, &fs::read(&compiled)?)?;
    }
    Ok(include)
}

fn sources() -> Result<Vec<PathBuf>> {
    let folder = shell::root().join(CRATE).join("tests/c/modules");
    let entries = folder.read_dir()?.collect::<Result<Vec<_>, _>>()?;
    let mut paths: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "wat"));
    paths.sort();
    Ok(paths)
}

fn name_of(path: &Path) -> Result<&str> {
    path.file_stem().and_then(|name| name.to_str()).context("a module's name is not UTF-8")
}

fn write_header(folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let mut text = format!("static unsigned char {name}_wasm[] = {{");
    for (at, byte) in bytes.iter().enumerate() {
        text.push_str(if at % 24 == 0 { "\n    " } else { " " });
        write!(text, "{byte},")?;
    }
    text.push_str("\n};\n");
    let path = folder.join(format!("{name}.h"));
    // What did not change stays as it is.
    if fs::read_to_string(&path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(path, text).with_context(|| format!("writing {name}.h"))
}
