//! The headers by themselves: each is valid C11 and C++17 without help from another, and together they declare exactly what
//! the library exports.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::library;
use crate::{debian, shell};

const WARNINGS: [&str; 5] = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only"];
/// Compilers, and what they take the headers for.
const WAYS: [(&str, [&str; 3]); 4] = [
    ("gcc", ["-std=c11", "-x", "c"]),
    ("g++", ["-std=c++17", "-x", "c++"]),
    ("clang", ["-std=c11", "-x", "c"]),
    ("clang++", ["-std=c++17", "-x", "c++"]),
];

/// What programs give the library, which exports nothing of it.
const OF_PROGRAMS: &str = "moteur_machine.h";

/// Compiles each header alone, by every compiler that is there.
pub fn compile() -> Result<()> {
    for (compiler, language) in WAYS.iter().filter(|(compiler, _)| debian::is_program(compiler)) {
        for header in library::headers()? {
            // Included, as in a program: a compiler may say of a file itself that its functions are not used.
            shell::run(
                shell::command(compiler).args(WARNINGS).arg("-include").arg(&header).args(language).arg("/dev/null"),
            )?;
        }
    }
    Ok(())
}

/// Compares what the headers declare with what the library exports.
pub fn symbols() -> Result<()> {
    let library = library::build()?.join("libmoteur_capi.so");
    let exported = exported(&shell::output(
        shell::command("nm").args(["--dynamic", "--defined-only", "--extern-only"]).arg(&library),
    )?);
    let mut declared = BTreeMap::new();
    let headers = library::headers()?;
    for header in headers.iter().filter(|header| !header.ends_with(OF_PROGRAMS)) {
        let text = shell::output(shell::command("gcc").args(["-E", "-x", "c"]).arg(header))?;
        let name = header.file_name().and_then(|name| name.to_str()).context("a header's name is not UTF-8")?;
        for function in functions(&own_lines(&text, header)) {
            declared.entry(function).or_insert_with(|| name.to_owned());
        }
    }
    let mut wrong = 0;
    for (function, header) in declared.iter().filter(|(function, _)| !exported.contains(*function)) {
        println!("{function}: in {header}, but not exported");
        wrong += 1;
    }
    for function in exported.iter().filter(|function| !declared.contains_key(*function)) {
        println!("{function}: exported, but in no header");
        wrong += 1;
    }
    println!("{} functions in {} headers, {} exported, {wrong} wrong", declared.len(), headers.len(), exported.len());
    ensure!(wrong == 0, "headers and library differ");
    Ok(())
}

/// Functions in the output of `nm`: lines of an address, a `T`, and a name.
fn exported(symbols: &str) -> BTreeSet<String> {
    let function = |line: &str| match line.split_whitespace().collect::<Vec<_>>()[..] {
        [_, "T", name] => Some(name.to_owned()),
        _ => None,
    };
    symbols.lines().filter_map(function).collect()
}

/// Of a preprocessed text the lines that came from this file.
fn own_lines(text: &str, file: &Path) -> String {
    let marker = format!("\"{}\"", file.display());
    let mut is_own = false;
    let mut own = String::new();
    for line in text.lines() {
        if line.starts_with("# ") {
            is_own = line.contains(&marker);
        } else if is_own {
            own.push_str(line);
            own.push('\n');
        }
    }
    own
}

/// The functions that a preprocessed header declares, those aside that it defines.
fn functions(text: &str) -> BTreeSet<String> {
    let mut functions = BTreeSet::new();
    let mut statement = String::new();
    let mut depth = 0_u32;
    for char in text.chars() {
        match char {
            '{' => depth += 1,
            '}' => {
                depth = depth.saturating_sub(1);
                // The end of a function's body is the end of a statement; that of a type's is not.
                if depth == 0 && statement.contains('(') {
                    statement.clear();
                }
            }
            ';' if depth == 0 => {
                functions.extend(function(&statement));
                statement.clear();
            }
            _ if depth == 0 => statement.push(char),
            _ => {}
        }
    }
    functions
}

/// The name of the function that a statement declares: the word before its first parenthesis.
fn function(statement: &str) -> Option<String> {
    let mut statement = statement.trim();
    while let Some(rest) = statement.strip_prefix("__attribute__") {
        statement = rest.split_once("))")?.1.trim_start();
    }
    if statement.starts_with("typedef") {
        return None;
    }
    let (before, _) = statement.split_once('(')?;
    let is_word = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let name = before.trim_end().rsplit(|char| !is_word(char)).next()?;
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_functions_are_found_and_nothing_else() {
        let text = "typedef struct a { int b; } a;\nstruct c *make(const a *, void (*f)(void *));\n\
            typedef int (*callback)(a *);\nstatic inline int inlined(void) { if (1) { return 2; } return 3; }\n\
            __attribute__((visibility(\"default\"))) void\nspread(\n    int x);\nstatic const int number = (1 + 2);\n\
            enum e { A, B, };\n_Bool last(void);";
        let found: Vec<_> = functions(text).into_iter().collect();
        assert_eq!(found, ["last", "make", "spread"]);
    }

    #[test]
    fn lines_of_other_files_are_left_out() {
        let text = "# 1 \"/x/own.h\"\nint a(void);\n# 1 \"/usr/include/string.h\" 1\nint b(void);\n# 2 \"/x/own.h\" 2\nint c(void);\n";
        assert_eq!(own_lines(text, Path::new("/x/own.h")), "int a(void);\nint c(void);\n");
    }

    #[test]
    fn data_is_no_function() {
        let found = exported("0000000000012340 T wasm_store_new\n0000000000045678 D data\n                 U malloc\n");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["wasm_store_new"]);
    }
}
