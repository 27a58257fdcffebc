//! The fuzz target `native`: see the module of that name.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| moteur_fuzz::native::check(input));
