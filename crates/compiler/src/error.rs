//! Why a module was not compiled.

use std::fmt;

/// Why a module was not compiled.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The module is not valid.
    Module(moteur_wasm::Error),
    /// The machine's name is not one that this compiler knows.
    Machine(String),
    /// The module asks for what the code of this machine cannot do.
    Unsupported(String),
    /// LLVM refused what it was given.
    Llvm(String),
    /// The code could not be made independent of its place.
    Link(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Module(error) => error.fmt(f),
            Error::Machine(text) | Error::Unsupported(text) => f.write_str(text),
            Error::Llvm(text) => write!(f, "LLVM: {text}"),
            Error::Link(text) => write!(f, "linking native code: {text}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<moteur_wasm::Error> for Error {
    fn from(error: moteur_wasm::Error) -> Self {
        Error::Module(error)
    }
}

impl From<inkwell::builder::BuilderError> for Error {
    fn from(error: inkwell::builder::BuilderError) -> Self {
        Error::Llvm(error.to_string())
    }
}
