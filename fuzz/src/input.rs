//! From an input's bytes to a module: the bytes themselves, or a module that `wasm-smith` makes of them, or such a module
//! with some bytes changed.

use arbitrary::{Result, Unstructured};
use wasm_smith::{Config, Module};

/// Bytes that may or may not be a module.
pub fn bytes(input: &mut Unstructured) -> Result<Vec<u8>> {
    let kind = input.int_in_range(0..=3)?;
    if kind == 0 {
        let len = input.len();
        return Ok(input.bytes(len)?.to_vec());
    }
    let mut config = config(input)?;
    config.allow_invalid_funcs = kind == 1;
    // The changes come first: making the module may take all that there is.
    let mut changes = Vec::new();
    while kind == 3 && input.ratio(3_u8, 4_u8)? && changes.len() < 8 {
        changes.push((input.arbitrary::<u16>()?, input.arbitrary::<[u8; 2]>()?));
    }
    let mut bytes = Module::new(config, input)?.to_bytes();
    for (at, change) in changes {
        damage(&mut bytes, usize::from(at), change);
    }
    keep(&bytes);
    Ok(bytes)
}

/// A valid module; if it `ends`, it counts down a global and traps at zero.
pub fn module(input: &mut Unstructured, ends: bool) -> Result<Vec<u8>> {
    let mut module = Module::new(config(input)?, input)?;
    if ends {
        // Fails for modules with functions made of raw bytes only, which the configuration excludes.
        module.ensure_termination(STEPS).map_err(|_| arbitrary::Error::IncorrectFormat)?;
    }
    let bytes = module.to_bytes();
    keep(&bytes);
    Ok(bytes)
}

/// Function calls and turns of loops that a module may make which must end.
const STEPS: u32 = 2_000;

/// What is in scope, and small enough that a module runs in milliseconds.
fn config(input: &mut Unstructured) -> Result<Config> {
    Ok(Config {
        allow_start_export: true,
        bulk_memory_enabled: input.ratio(7_u8, 8_u8)?,
        canonicalize_nans: true,
        exceptions_enabled: false,
        export_everything: true,
        extended_const_enabled: true,
        gc_enabled: false,
        compact_imports_enabled: false,
        custom_page_sizes_enabled: true,
        max_data_segments: 8,
        max_element_segments: 8,
        max_funcs: 12,
        max_globals: 12,
        max_imports: 12,
        max_instructions: input.int_in_range(20..=400)?,
        max_memories: 1,
        max_memory32_bytes: 10 << 16,
        max_nesting_depth: 20,
        max_table_elements: 1_000,
        max_tables: 3,
        memory_max_size_required: true,
        memory64_enabled: false,
        min_funcs: 2,
        multi_value_enabled: input.ratio(7_u8, 8_u8)?,
        reference_types_enabled: input.ratio(7_u8, 8_u8)?,
        relaxed_simd_enabled: false,
        shared_everything_threads_enabled: false,
        simd_enabled: false,
        table_max_size_required: true,
        tail_call_enabled: input.ratio(3_u8, 4_u8)?,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        ..Config::default()
    })
}

fn damage(bytes: &mut Vec<u8>, at: usize, [kind, value]: [u8; 2]) {
    let Some(at) = at.checked_rem(bytes.len()) else { return };
    match kind % 6 {
        0 => bytes[at] ^= 1 << (value % 8),
        1 => bytes[at] = bytes[at].wrapping_add(1),
        2 => bytes[at] = [0x00, 0x0B, 0x40, 0x70, 0x7F, 0x80, 0xFC, 0xFF][usize::from(value % 8)],
        3 => bytes.insert(at, value),
        4 => drop(bytes.remove(at)),
        _ => bytes[at] = value,
    }
}

/// Writes the module to a file if the environment names one: for looking at what fails.
fn keep(bytes: &[u8]) {
    if let Some(path) = std::env::var_os("MOTEUR_FUZZ_MODULE") {
        let _ = std::fs::write(path, bytes);
    }
}
