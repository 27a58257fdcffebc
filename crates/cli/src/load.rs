//! From a file to a module and back: reads it, translates the text format, and explains what is wrong with it: the file, the byte
//! offset, the function and the cause.

use std::io::Write;
use std::path::Path;

use moteur::{Config, Engine, Error, Heap, Module};

use crate::failure::Failure;
use crate::locate;

/// What every binary module begins with.
pub const MAGIC: &[u8] = b"\0asm";

/// A module's bytes, for as long as the process lives: it is loaded the way a board loads it from flash, not copied.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// The binary form.
    pub bytes: &'static [u8],
    /// Whether the file was text, so that offsets are not those of the file.
    pub text: bool,
}

/// Reads a module, binary or text.
pub fn read(file: &Path) -> Result<Source, Failure> {
    let bytes = std::fs::read(file).map_err(|error| refused(file, format_args!("{error}")))?;
    let binary = bytes.starts_with(MAGIC) || file.extension().is_some_and(|extension| extension == "wasm");
    let (bytes, text) = match String::from_utf8(bytes) {
        Ok(text) if !binary => (translate(file, &text)?, true),
        Ok(text) => (text.into_bytes(), false),
        Err(error) => (error.into_bytes(), false),
    };
    Ok(Source { bytes: bytes.leak(), text })
}

fn translate(file: &Path, text: &str) -> Result<Vec<u8>, Failure> {
    wat::parse_str(text).map_err(|mut error| {
        error.set_path(file);
        // It names file, line and column, and shows the line.
        Failure::Refused(error.to_string())
    })
}

/// Writes a result; `-` is the standard output.
pub fn write(out: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = if out == Path::new("-") { std::io::stdout().write_all(bytes) } else { std::fs::write(out, bytes) };
    written.map_err(|error| refused(out, error))
}

/// Loads a module that was read from `file`.
pub fn module(engine: &Engine, file: &Path, source: Source) -> Result<Module, Failure> {
    Module::from_static(engine, source.bytes).map_err(|error| explain(file, source, error))
}

/// `moteur validate`
pub fn validate(file: &Path) -> Result<(), Failure> {
    let source = read(file)?;
    let engine = Engine::new(Config::new(Heap::system())).map_err(|error| refused(file, error))?;
    Module::validate(&engine, source.bytes).map_err(|error| explain(file, source, error))
}

/// Names file, offset, function and cause of an error that a module was refused with.
pub fn explain(file: &Path, source: Source, error: Error) -> Failure {
    let mut text = error.to_string();
    if let Error::Module(error) = error {
        if let Some(place) = usize::try_from(error.offset).ok().and_then(|at| locate::function_at(source.bytes, at)) {
            text += &format!(", in function {}", place.function);
            if let Some(name) = place.name {
                text += &format!(" <{name}>");
            }
        }
        if source.text {
            text += " (of the binary form of this text)";
        }
    }
    refused(file, text)
}

/// An error about a file.
pub fn refused(file: &Path, cause: impl std::fmt::Display) -> Failure {
    Failure::Refused(format!("{}: {cause}", file.display()))
}
