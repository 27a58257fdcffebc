//! Links like every program here, and with `defmt`'s script where that is used.

#[path = "../link.rs"]
mod link;

fn main() {
    link::main();
    if std::env::var_os("CARGO_FEATURE_DEFMT").is_some() {
        println!("cargo::rustc-link-arg-bins=-Tdefmt.x");
    }
}
