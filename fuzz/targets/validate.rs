//! The fuzz target `validate`: see the module of that name.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| moteur_fuzz::validate::check(input));
