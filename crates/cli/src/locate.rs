//! Which function a byte of a module belongs to. A module that is refused has no index tables to ask, so this walks the
//! sections by itself, and gives up quietly where they make no sense: the error that is being explained says why.

use std::ops::Range;

use crate::sections::{self, Reader, sections};

/// The part of the name section that holds the names of functions.
const SUBSECTION_FUNCTIONS: u8 = 1;

/// A function that holds a byte of interest.
#[derive(Debug, PartialEq, Eq)]
pub struct Place {
    /// The function's index, imports counted.
    pub function: u32,
    /// Its name in the name section or, failing that, the name it is exported by.
    pub name: Option<String>,
}

/// The function whose body holds the byte at `offset`.
pub fn function_at(module: &[u8], offset: usize) -> Option<Place> {
    let mut imported = 0;
    for section in sections(module) {
        let mut reader = Reader::new(module, section.content.clone());
        match section.id {
            sections::IMPORT => imported = imported_functions(&mut reader)?,
            sections::CODE if section.content.contains(&offset) => {
                let function = imported.checked_add(body_at(&mut reader, offset)?)?;
                return Some(Place { function, name: name_of(module, function) });
            }
            _ => {}
        }
    }
    None
}

fn imported_functions(reader: &mut Reader<'_>) -> Option<u32> {
    let mut functions = 0;
    for _ in 0..reader.number()? {
        reader.name()?;
        reader.name()?;
        match reader.byte()? {
            0 => {
                reader.number()?;
                functions += 1;
            }
            1 => {
                reader.byte()?;
                reader.limits()?;
            }
            2 => {
                reader.limits()?;
            }
            3 => {
                reader.byte()?;
                reader.byte()?;
            }
            _ => return None,
        }
    }
    Some(functions)
}

fn body_at(reader: &mut Reader<'_>, offset: usize) -> Option<u32> {
    for index in 0..reader.number()? {
        let before = reader.position();
        let body = reader.sized()?;
        if (before..body.end).contains(&offset) {
            return Some(index);
        }
    }
    None
}

/// The name of a function: in the name section or, failing that, what it is exported as.
pub fn name_of(module: &[u8], function: u32) -> Option<String> {
    let named = sections(module).find(|section| section.name == Some("name"));
    named.and_then(|section| debug_name(module, section.content, function)).or_else(|| {
        let exports = sections(module).find(|section| section.id == sections::EXPORT)?;
        export_name(module, exports.content, function)
    })
}

fn debug_name(module: &[u8], content: Range<usize>, function: u32) -> Option<String> {
    let mut reader = Reader::new(module, content);
    reader.name()?;
    while let Some(kind) = reader.byte() {
        let content = reader.sized()?;
        if kind != SUBSECTION_FUNCTIONS {
            continue;
        }
        let mut names = Reader::new(module, content);
        for _ in 0..names.number()? {
            let index = names.number()?;
            let name = names.name()?;
            if index == function {
                return Some(name.to_owned());
            }
        }
    }
    None
}

fn export_name(module: &[u8], content: Range<usize>, function: u32) -> Option<String> {
    let mut reader = Reader::new(module, content);
    for _ in 0..reader.number()? {
        let name = reader.name()?;
        let kind = reader.byte()?;
        if reader.number()? == function && kind == 0 {
            return Some(name.to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(text: &str) -> Vec<u8> {
        match wat::parse_str(text) {
            Ok(bytes) => bytes,
            Err(error) => panic!("{error}"),
        }
    }

    const TEXT: &str = r#"(module
        (import "a" "f" (func)) (import "a" "t" (table 1 2 funcref)) (import "a" "m" (memory 1))
        (import "a" "g" (global (mut i32))) (import "a" "h" (func))
        (func (export "first") nop) (func $second unreachable) (func nop nop nop))"#;

    #[test]
    fn bytes_of_bodies_belong_to_their_function() {
        let bytes = module(TEXT);
        let unreachable = bytes.windows(2).position(|pair| pair == [0x00, 0x0b]).map(|at| at + 1);
        let code = sections(&bytes).find(|section| section.id == sections::CODE).map(|section| section.content);
        let (Some(unreachable), Some(code)) = (unreachable, code) else { panic!("no code") };
        let second = Place { function: 3, name: Some("second".into()) };
        assert!(code.contains(&unreachable));
        assert_eq!(function_at(&bytes, unreachable), Some(second));
        assert_eq!(function_at(&bytes, code.start + 2), Some(Place { function: 2, name: Some("first".into()) }));
        assert_eq!(function_at(&bytes, code.end - 1), Some(Place { function: 4, name: None }));
        assert_eq!(function_at(&bytes, code.end + 1), None);
        assert_eq!(function_at(&bytes, 0), None);
    }

    #[test]
    fn nonsense_is_nowhere() {
        let bytes = module(TEXT);
        for end in 0..bytes.len() {
            let part = &bytes[..end];
            for offset in 0..=end {
                let _ = function_at(part, offset);
            }
        }
        for at in 0..bytes.len() {
            let mut bytes = bytes.clone();
            bytes[at] = 0xff;
            for offset in 0..bytes.len() {
                let _ = function_at(&bytes, offset);
            }
        }
    }
}
