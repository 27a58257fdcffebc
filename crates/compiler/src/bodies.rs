//! Modules without the bodies of their functions: for devices that run native code alone, where bodies only take flash.

use moteur_image::module::parts;
use moteur_wasm::{Alloc, Module, STRIPPED};

/// The number of custom sections.
const CUSTOM: u8 = 0;
/// The number of the section that holds bodies.
const CODE: u8 = 10;
/// What stands in the place of each body: three bytes, which are no locals, `unreachable`, `end`.
const BODY: [u8; 4] = [3, 0, 0x00, 0x0B];

/// Whether bodies stay in a module that is compiled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Bodies {
    /// As they are: where the native code does not fit, the module is interpreted.
    #[default]
    Keep,
    /// `unreachable` stands in the place of each. The module is still valid, and a custom section says what was done, so that
    /// no interpreter of ours takes that for the program.
    Strip,
}

/// The module without bodies, and with the section that says so. Native sections stay, though they fit no more.
pub fn strip<A: Alloc>(wasm: &Module<A>, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for (index, part) in parts(bytes).enumerate() {
        // The first part is the preamble.
        if index > 0 && part.whole.first() == Some(&CODE) {
            let count = wasm.func_count() - wasm.imported_func_count();
            let mut code = number(count);
            code.extend(BODY.iter().copied().cycle().take(BODY.len() * count as usize));
            section(&mut out, CODE, &code);
        } else {
            out.extend_from_slice(part.whole);
        }
    }
    let mut name = number(STRIPPED.len() as u32);
    name.extend_from_slice(STRIPPED.as_bytes());
    section(&mut out, CUSTOM, &name);
    out
}

fn section(out: &mut Vec<u8>, id: u8, contents: &[u8]) {
    out.push(id);
    out.extend(number(contents.len() as u32));
    out.extend_from_slice(contents);
}

/// A number as modules have them: LEB128.
fn number(mut number: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}
