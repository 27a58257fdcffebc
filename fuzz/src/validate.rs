//! What we accept is what `wasmparser` accepts, with the same proposals.

use arbitrary::Unstructured;
use moteur::wasm::{ErrorKind, Global, Module};
use wasmparser::{Validator, WasmFeatures};

use crate::input;

/// Checks one input.
pub fn check(input: &[u8]) {
    let Ok(bytes) = input::bytes(&mut Unstructured::new(input)) else { return };
    let features = WasmFeatures::WASM2
        .difference(WasmFeatures::SIMD)
        .union(WasmFeatures::TAIL_CALL)
        .union(WasmFeatures::EXTENDED_CONST)
        .union(WasmFeatures::CUSTOM_PAGE_SIZES);
    let theirs = Validator::new_with_features(features).validate_all(&bytes);
    match (Module::new(&bytes, &Global), theirs) {
        (Ok(_), Err(error)) => panic!("accepted, but {error}"),
        (Err(error), Ok(_)) if !is_ours(error.kind) => panic!("refused: {error}"),
        _ => {}
    }
}

/// Limits that only we have.
fn is_ours(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::TooManyOperands | ErrorKind::TooDeep | ErrorKind::ConstTooDeep)
}
