//! The guest's side of devices, `guests/moteur-devices`: its imports in Rust, its header for C and its error codes, read as
//! text and compared with the rows of the host, so that none of the three can change alone.

use std::path::Path;

use moteur_guest::devices::{self, Code, Kind, MODULE, OPERATIONS_MAX, Record};

fn text(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../guests/moteur-devices").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A function: its name, and its type as the host writes it.
type Function = (String, String);

/// The host's rows, in order.
fn rows() -> Vec<Function> {
    let rows = devices::PARTS.iter().copied().flatten();
    rows.map(|row| (row.name.to_owned(), row.ty.to_string())).collect()
}

/// `i32` or `i64` for a type of Rust or C in a guest, where a pointer has 32 bits. Panics at what is neither.
fn word(ty: &str) -> &'static str {
    match ty.trim() {
        pointer if pointer.contains('*') => "i32",
        "u32" | "i32" | "usize" | "uint32_t" | "int32_t" | "size_t" => "i32",
        "u64" | "uint64_t" => "i64",
        other => panic!("what is a {other}?"),
    }
}

fn function_type<'a>(params: impl Iterator<Item = &'a str>, result: &str) -> String {
    let params: Vec<_> = params.map(word).collect();
    format!("[{}] -> [{}]", params.join(" "), word(result))
}

/// What stands between two texts.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no `{from}`"));
    rest.split_once(to).unwrap_or_else(|| panic!("no `{to}`")).0
}

/// `ArbitrationLoss` as C writes it: `ARBITRATION_LOSS`; and `I2c` as `I2C`.
fn constant(name: &str) -> String {
    let mut constant = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !constant.is_empty() {
            constant.push('_');
        }
        constant.push(letter.to_ascii_uppercase());
    }
    constant
}

#[test]
fn the_imports_in_rust_are_the_rows_of_the_host() {
    let text = text("src/imports.rs");
    assert!(text.contains(&format!("#[link(wasm_import_module = \"{MODULE}\")]")));
    let block = between(&text, "unsafe extern \"C\" {\n", "\n}");
    let mut functions = Vec::new();
    for function in block.split(';').filter(|function| !function.trim().is_empty()) {
        let name = between(function, "fn ", "(");
        let params = between(function, "(", ")").split(',').filter(|param| !param.trim().is_empty());
        let types = params.map(|param| param.split_once(':').unwrap().1);
        let result = function.split_once("->").unwrap().1;
        functions.push((name.to_owned(), function_type(types, result)));
    }
    assert_eq!(functions, rows());
}

#[test]
fn the_header_is_the_rows_of_the_host() {
    let text = text("include/moteur_devices.h");
    assert!(text.contains(&format!("import_module(\"{MODULE}\"), import_name(name)")));
    let mut functions = Vec::new();
    for function in text.split("\nMOTEUR_IMPORT(\"").skip(1) {
        let (name, rest) = function.split_once("\")\n").unwrap();
        let (declaration, _) = rest.split_once(';').unwrap();
        let (result, rest) = declaration.split_once(" moteur_").unwrap();
        let (own_name, params) = rest.split_once('(').unwrap();
        assert_eq!(own_name, name, "the import and the function have one name");
        let params = params.strip_suffix(')').unwrap().split(',');
        // The parameter's name stands behind the last space or star.
        let types = params.map(|param| param.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_'));
        functions.push((name.to_owned(), function_type(types, result)));
    }
    assert_eq!(functions, rows());
}

#[test]
fn codes_are_the_same_everywhere() {
    let (rust, header) = (text("src/error.rs"), text("include/moteur_devices.h"));
    let block = between(&rust, "\ncodes! {\n", "\n}");
    let rows: Vec<&str> = block.lines().map(str::trim).filter(|line| !line.starts_with("///")).collect();
    let expected: Vec<String> = Code::ALL.iter().map(|(name, code)| format!("{name} = {},", *code as i32)).collect();
    assert_eq!(rows, expected);

    let defined: Vec<&str> = header.lines().filter(|line| line.starts_with("#define") && line.contains("(-")).collect();
    let expected: Vec<String> =
        Code::ALL.iter().map(|(name, code)| format!("#define MOTEUR_{} ({})", constant(name), *code as i32)).collect();
    assert_eq!(defined, expected);
}

#[test]
fn kinds_are_the_same_everywhere() {
    let (rust, header) = (text("src/imports.rs"), text("include/moteur_devices.h"));
    let rows: Vec<&str> = between(&rust, "pub enum Kind {\n", "\n}").lines().map(str::trim).collect();
    let expected: Vec<String> = Kind::ALL.iter().map(|(name, kind)| format!("{name} = {},", *kind as u32)).collect();
    assert_eq!(rows, expected);
    for (name, kind) in Kind::ALL {
        let line = format!("\n#define MOTEUR_{} {}\n", name.to_uppercase(), *kind as u32);
        assert!(header.contains(&line), "{line}");
    }
}

#[test]
fn operations_are_the_same_everywhere() {
    let (rust, header) = (text("src/imports.rs"), text("include/moteur_devices.h"));
    for (name, kind) in [
        ("READ", Record::READ),
        ("WRITE", Record::WRITE),
        ("TRANSFER", Record::TRANSFER),
        ("TRANSFER_IN_PLACE", Record::TRANSFER_IN_PLACE),
        ("DELAY", Record::DELAY),
    ] {
        assert!(rust.contains(&format!("    const {name}: u32 = {kind};\n")), "{name}");
        assert!(header.contains(&format!("\n#define MOTEUR_OPERATION_{name} {kind}\n")), "{name}");
    }
    assert!(rust.contains(&format!("OPERATIONS_MAX: usize = {OPERATIONS_MAX};")));
    assert!(header.contains(&format!("#define MOTEUR_OPERATIONS_MAX {OPERATIONS_MAX}\n")));

    let fields = ["kind", "to", "to_bytes", "from", "from_bytes", "delay_ns"];
    let in_rust = between(&rust, "pub struct Record {\n", "\n}").lines().map(|line| line.trim().split(':').next());
    assert!(in_rust.eq(fields.map(Some)));
    let in_header = between(&header, "struct moteur_operation {\n", "\n}").lines();
    let names = in_header.map(|line| line.trim_end_matches(';').rsplit([' ', '*']).next());
    assert!(names.eq(fields.map(Some)));
}
