//! Tells the linker which script of the HAL has the memory map.

fn main() {
    println!("cargo::rustc-link-arg-bins=-Tlinkall.x");
}
