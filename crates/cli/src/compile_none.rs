//! No compiler: what takes the place of `compile` in a build without LLVM.

use std::path::Path;

use crate::args::Compile;
use crate::failure::Failure;
use crate::load::Source;

const ADVICE: &str = "\
this `moteur` was built without LLVM, and so without a compiler. To get one:
  install LLVM 19 (Debian: apt-get install llvm-19-dev libpolly-19-dev zlib1g-dev libzstd-dev)
  build with the feature `llvm` (in a checkout: cargo install --path crates/cli --features llvm)";

/// Says how to get a compiler.
pub fn compile(_: &Compile) -> Result<(), Failure> {
    Err(Failure::Refused(ADVICE.into()))
}

/// Says how to get a compiler.
pub fn in_memory(_: &Path, _: Source, _: bool, _: bool) -> Result<Source, Failure> {
    Err(Failure::Refused(ADVICE.into()))
}
