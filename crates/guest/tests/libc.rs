//! The functions of the built-in libc but `printf` and the allocator: what C says about them, and what hostile arguments
//! do.

mod libc_guest;

use libc_guest::{Guest, module, signatures};
use moteur::{Config, Engine, Error, Heap, LinkError, Linker, Module, Store, Trap};
use moteur_guest::{Libc, libc};
use moteur_platform::std::Std;

const A: u32 = 0x100;
const B: u32 = 0x800;
const END: u32 = 0x1_0000;

#[test]
fn there_are_52_functions_with_the_types_of_c() {
    assert_eq!(signatures().count(), 52);
    Guest::new();
}

#[test]
fn what_is_not_there_does_not_link() {
    let engine = Engine::new(Config::new(Heap::system())).unwrap();
    let mut linker = Linker::new(&engine);
    libc::add_to_linker(&mut linker, |libc: &mut Libc| libc).unwrap();
    for (import, reason) in [
        (r#"(import "env" "system" (func (param i32) (result i32)))"#, LinkError::Unknown),
        (r#"(import "env" "print" (func (param i32 i32) (result i32)))"#, LinkError::Unknown),
        (r#"(import "env" "" (func))"#, LinkError::Unknown),
        (r#"(import "wasi" "printf" (func (param i32 i32) (result i32)))"#, LinkError::Unknown),
        (r#"(import "env" "printf" (func (param i32) (result i32)))"#, LinkError::Incompatible),
        (r#"(import "env" "printf" (func (param i32 i32)))"#, LinkError::Incompatible),
        (r#"(import "env" "clock" (func (result i32)))"#, LinkError::Incompatible),
    ] {
        let module = Module::new(&engine, &wat::parse_str(format!("(module {import})")).unwrap()).unwrap();
        let mut store = Store::new(&engine, Libc::new(&Std)).unwrap();
        let error = linker.instantiate(&mut store, &module).err();
        assert_eq!(error, Some(Error::Link { import: 0, reason }), "{import}");
    }
}

#[test]
fn a_guest_without_memory_faults_and_nothing_else() {
    let engine = Engine::new(Config::new(Heap::system())).unwrap();
    let mut linker = Linker::new(&engine);
    libc::add_to_linker(&mut linker, |libc: &mut Libc| libc).unwrap();
    let text = r#"(module (import "env" "strlen" (func $strlen (param i32) (result i32)))
        (func (export "run") (param i32) (result i32) (call $strlen (local.get 0))))"#;
    let module = Module::new(&engine, &wat::parse_str(text).unwrap()).unwrap();
    let mut store = Store::new(&engine, Libc::new(&Std)).unwrap();
    let instance = linker.instantiate(&mut store, &module).unwrap();
    let run = instance.typed_func::<u32, u32>(&store, "run").unwrap();
    assert_eq!(run.call(&mut store, 0), Err(Error::trap(Trap::MemoryOutOfBounds)));
}

#[test]
fn kinds_of_characters() {
    let mut guest = Guest::new();
    for byte in 0..=255_u8 {
        for (name, expected) in [
            ("isupper", byte.is_ascii_uppercase()),
            ("isalpha", byte.is_ascii_alphabetic()),
            ("isspace", byte.is_ascii_whitespace() || byte == 11),
            ("isgraph", byte.is_ascii_graphic()),
            ("isprint", byte.is_ascii_graphic() || byte == b' '),
            ("isdigit", byte.is_ascii_digit()),
            ("isxdigit", byte.is_ascii_hexdigit()),
            ("isalnum", byte.is_ascii_alphanumeric()),
        ] {
            assert_eq!(guest.call(name, &[byte.into()]) != 0, expected, "{name} {byte}");
        }
        assert_eq!(guest.call("tolower", &[byte.into()]), byte.to_ascii_lowercase().into());
        assert_eq!(guest.call("toupper", &[byte.into()]), byte.to_ascii_uppercase().into());
    }
    for (name, _, _) in signatures().filter(|(name, ..)| name.starts_with("is")) {
        for other in [u32::MAX, 256 + 65, 1 << 31] {
            assert_eq!(guest.call(name, &[other]), 0, "{name} {other}");
        }
    }
    assert_eq!(guest.call("tolower", &[u32::MAX]), u32::MAX);
}

#[test]
fn numbers_in_texts() {
    let mut guest = Guest::new();
    // Text, base, strtol, strtoul, where it ends.
    let rows: &[(&str, u32, i32, u32, u32)] = &[
        ("42", 10, 42, 42, 2),
        ("  \t\n\u{b}\u{c}\r-42xyz", 10, -42, -42_i32 as u32, 10),
        ("+7", 10, 7, 7, 2),
        ("", 10, 0, 0, 0),
        ("x", 10, 0, 0, 0),
        ("-", 10, 0, 0, 0),
        ("+-5", 10, 0, 0, 0),
        ("  ", 10, 0, 0, 0),
        ("0", 0, 0, 0, 1),
        ("0x1F", 0, 31, 31, 4),
        ("0X1f", 16, 31, 31, 4),
        ("1f", 16, 31, 31, 2),
        ("0x", 0, 0, 0, 1),
        ("0xg", 16, 0, 0, 1),
        ("-0x10", 0, -16, -16_i32 as u32, 5),
        ("010", 0, 8, 8, 3),
        ("08", 0, 0, 0, 1),
        ("10", 0, 10, 10, 2),
        ("0x10", 10, 0, 0, 1),
        ("1012", 2, 5, 5, 3),
        ("zZ", 36, 1295, 1295, 2),
        ("2147483647", 10, i32::MAX, i32::MAX as u32, 10),
        ("2147483648", 10, i32::MAX, 1 << 31, 10),
        ("-2147483648", 10, i32::MIN, 1 << 31, 11),
        ("-2147483649", 10, i32::MIN, i32::MAX as u32, 11),
        ("4294967295", 10, i32::MAX, u32::MAX, 10),
        ("4294967296", 10, i32::MAX, u32::MAX, 10),
        ("-4294967295", 10, i32::MIN, 1, 11),
        ("-4294967296", 10, i32::MIN, u32::MAX, 11),
        ("99999999999999999999999999", 10, i32::MAX, u32::MAX, 26),
        ("-99999999999999999999999999", 10, i32::MIN, u32::MAX, 27),
        ("18446744073709551616", 10, i32::MAX, u32::MAX, 20),
    ];
    for &(text, base, signed, unsigned, end) in rows {
        guest.text(A, text.as_bytes());
        for (name, expected) in [("strtol", signed.cast_unsigned()), ("strtoul", unsigned)] {
            guest.write(B, &[0xee; 4]);
            assert_eq!(guest.call(name, &[A, B, base]), expected, "{name} {text:?} {base}");
            assert_eq!(guest.word(B), A + end, "{name} {text:?} {base}");
            assert_eq!(guest.call(name, &[A, 0, base]), expected, "without an end");
        }
        if base == 10 {
            assert_eq!(guest.call("atoi", &[A]), signed.cast_unsigned(), "{text:?}");
        }
    }
    // Bases that C does not have.
    for base in [1, 37, 1 << 31, u32::MAX] {
        guest.text(A, b"zz!");
        guest.call("strtoul", &[A, B, base]);
        assert!(guest.word(B) <= A + 3);
    }
}

#[test]
fn bytes() {
    let mut guest = Guest::new();
    for name in ["memcpy", "memmove", "emscripten_memcpy_big"] {
        for (to, from) in [(2, 0), (0, 2), (0, 0), (8, 0)] {
            guest.write(A, b"0123456789abcdef");
            assert_eq!(guest.call(name, &[A + to, A + from, 6]), A + to);
            let mut expected = *b"0123456789abcdef";
            expected.copy_within(from as usize..from as usize + 6, to as usize);
            assert_eq!(guest.read(A, 16), expected, "{name} {from} {to}");
        }
        assert_eq!(guest.call(name, &[END, END, 0]), END, "nothing may stand at the end");
        for (to, from, count) in
            [(END - 1, A, 2), (A, END - 1, 2), (A, B, u32::MAX), (u32::MAX, A, 1), (A, u32::MAX, 1)]
        {
            assert!(guest.faults(name, &[to, from, count]), "{name} {to:#x} {from:#x} {count:#x}");
        }
    }
    assert_eq!(guest.call("memset", &[A, 0x1ab, 4]), A);
    assert_eq!(guest.read(A, 5), [0xab, 0xab, 0xab, 0xab, b'4']);
    for (to, count) in [(END, 1), (END - 1, 2), (0, END + 1), (1, u32::MAX), (u32::MAX, u32::MAX)] {
        assert!(guest.faults("memset", &[to, 0, count]), "{to:#x} {count:#x}");
    }
    guest.write(A, b"ab\0cd");
    guest.write(B, b"ab\0ce");
    assert_eq!(guest.call("memcmp", &[A, B, 4]), 0);
    assert_eq!(guest.call("memcmp", &[A, B, 5]).cast_signed(), -1);
    assert_eq!(guest.call("memcmp", &[B, A, 5]).cast_signed(), 1);
    guest.write(A, &[0xff]);
    guest.write(B, &[1]);
    assert!(guest.call("memcmp", &[A, B, 1]).cast_signed() > 0, "bytes are unsigned");
    assert!(guest.faults("memcmp", &[END - 1, END - 1, 2]));
    assert!(guest.faults("memcmp", &[0, 0, u32::MAX]));
    guest.write(A, b"abcabc");
    assert_eq!(guest.call("memchr", &[A, u32::from(b'c') + 256, 6]), A + 2);
    assert_eq!(guest.call("memchr", &[A, b'd'.into(), 6]), 0);
    assert_eq!(guest.call("memchr", &[A, b'c'.into(), 2]), 0);
    assert_eq!(guest.call("memchr", &[END, b'c'.into(), 0]), 0);
    assert!(guest.faults("memchr", &[END - 4, b'x'.into(), u32::MAX]));
}

#[test]
fn texts() {
    let mut guest = Guest::new();
    guest.text(A, b"hello world");
    assert_eq!(guest.call("strlen", &[A]), 11);
    assert_eq!(guest.call("strchr", &[A, b'o'.into()]), A + 4);
    assert_eq!(guest.call("strchr", &[A, b'x'.into()]), 0);
    assert_eq!(guest.call("strchr", &[A, 0]), A + 11, "the end can be found");
    assert_eq!(guest.call("strcpy", &[B, A]), B);
    assert_eq!(guest.read(B, 12), b"hello world\0");
    assert_eq!(guest.call("strcpy", &[B + 2, B]), B + 2, "overlapping copies are whole");
    assert_eq!(guest.read(B, 14), b"hehello world\0");
    for (count, expected) in [(0, &b"........"[..]), (3, b"hel....."), (5, b"hello..."), (8, b"hello\0\0\0")] {
        guest.write(B, b"........");
        guest.text(A, b"hello");
        assert_eq!(guest.call("strncpy", &[B, A, count]), B);
        assert_eq!(guest.read(B, 8), expected);
    }
    for (a, b, count, compared, folded) in [
        ("abc", "abc", 9, 0, 0),
        ("abc", "abd", 9, -1, -1),
        ("abc", "ab", 9, 99, 99),
        ("ab", "abc", 9, -99, -99),
        ("abc", "abd", 2, 0, 0),
        ("", "", 9, 0, 0),
        ("Abc", "aBc", 9, -32, 0),
        ("x", "y", 0, 0, 0),
        ("[", "{", 1, -32, -32),
    ] {
        guest.text(A, a.as_bytes());
        guest.text(B, b.as_bytes());
        assert_eq!(guest.call("strncmp", &[A, B, count]).cast_signed(), compared, "{a} {b} {count}");
        assert_eq!(guest.call("strncasecmp", &[A, B, count]).cast_signed(), folded, "{a} {b} {count}");
        if count == 9 {
            assert_eq!(guest.call("strcmp", &[A, B]).cast_signed(), compared, "{a} {b}");
        }
    }
    for (text, set, with, without) in
        [("aabbc", "ab", 4, 0), ("hello, you", " ,", 0, 5), ("abc", "", 0, 3), ("", "abc", 0, 0), ("abc", "cba", 3, 0)]
    {
        guest.text(A, text.as_bytes());
        guest.text(B, set.as_bytes());
        assert_eq!(guest.call("strspn", &[A, B]), with, "{text} {set}");
        assert_eq!(guest.call("strcspn", &[A, B]), without, "{text} {set}");
    }
    for (text, wanted) in
        [("abcabd", "abd"), ("aaab", "aab"), ("abc", "abcd"), ("abc", ""), ("", "a"), ("", ""), ("xyz", "z")]
    {
        guest.text(A, text.as_bytes());
        guest.text(B, wanted.as_bytes());
        let expected = text.find(wanted).map_or(0, |at| A + at as u32);
        assert_eq!(guest.call("strstr", &[A, B]), expected, "{text} {wanted}");
    }
}

#[test]
fn texts_without_end_fault() {
    let mut guest = Guest::new();
    guest.write(END - 3, b"abc");
    for at in [END - 3, END, u32::MAX, 0x8000_0000] {
        // A function that ends the guest may have written before.
        guest.text(A, b"abcd");
        for name in ["strlen", "strdup", "puts"] {
            assert!(guest.faults(name, &[at]), "{name} {at:#x}");
        }
        for name in ["strspn", "strcmp"] {
            assert!(guest.faults(name, &[at, at]), "{name} {at:#x}");
        }
        assert!(guest.faults("strchr", &[at, b'x'.into()]));
        assert!(guest.faults("strcpy", &[A, at]));
        assert!(guest.faults("strstr", &[A, at]));
        assert!(guest.faults("strstr", &[at, A]));
        assert!(guest.faults("strcspn", &[at, B]));
        assert!(guest.faults("strncpy", &[A, at, 4]));
        assert!(guest.faults("strtol", &[at, 0, 16]));
        assert!(guest.faults("strtol", &[A, at, 16]));
        assert!(guest.faults("strncmp", &[at, at, u32::MAX]));
    }
    guest.text(A, b"abcd");
    guest.write(END - 3, b" 12");
    assert!(guest.faults("atoi", &[END - 3]));
    assert!(guest.faults("strcpy", &[END - 3, A]), "five bytes do not fit in three");
    assert_eq!(guest.call("strncpy", &[END - 3, A, 3]), END - 3);
    assert_eq!(guest.call("strncmp", &[END - 3, END - 3, 3]), 0);
}

#[test]
fn time() {
    let mut guest = Guest::new();
    for (clock, seconds, ns) in [(0, 5_u64, 6_u32), (1, 3, 4), (77, 3, 4)] {
        assert_eq!(guest.call("clock_gettime", &[clock, A]), 0);
        assert_eq!(guest.read(A, 8), seconds.to_le_bytes());
        assert_eq!(guest.word(A + 8), ns);
    }
    assert_eq!(guest.try_call("clock", &[]), Ok(3_000_000_004));
    assert!(guest.faults("clock_gettime", &[0, END - 8]));
    assert!(guest.faults("clock_gettime", &[0, u32::MAX]));
}

#[test]
fn ends() {
    let mut guest = Guest::new();
    assert_eq!(guest.try_call("exit", &[7]), Err(Error::exit(7)));
    assert_eq!(guest.try_call("exit", &[u32::MAX]), Err(Error::exit(-1)));
    for (name, arguments, trap) in [
        ("abort", &[1][..], Trap::Unreachable),
        ("abortStackOverflow", &[1], Trap::StackOverflow),
        ("nullFunc_X", &[1], Trap::UninitializedElement),
        ("__cxa_throw", &[A, B, 0], Trap::Unreachable),
    ] {
        assert_eq!(guest.try_call(name, arguments), Err(Error::trap(trap)), "{name}");
    }
    assert_eq!(guest.try_call("__cxa_begin_catch", &[A]), Ok(0));
}

/// Every function with every combination of wild words: none may do worse than end the guest.
#[test]
fn wild_words_end_the_guest_at_worst() {
    let mut guest = Guest::with("", |libc| libc.with_heap(0x8000..0xc000));
    // Guests that touch 4 GiB bytewise would take too long here; each of these ends at the end of memory.
    const WILD: [u32; 6] = [0, 0x9000, END - 2, 0x8000_0001, u32::MAX - 1, u32::MAX];
    let before: Vec<u8> = (0..END).map(|at| (at * 31 % 251) as u8).collect();
    for (name, params, _) in signatures() {
        for round in 0..WILD.len().pow(params.len() as u32) {
            guest.write(0, &before);
            let pick = |index: usize| WILD[round / WILD.len().pow(index as u32) % WILD.len()];
            let arguments: Vec<u32> = (0..params.len()).map(pick).collect();
            match guest.try_call(name, &arguments) {
                Ok(_) | Err(Error::Trap(_) | Error::Exit(_)) => {}
                Err(other) => panic!("{name}{arguments:x?}: {other}"),
            }
        }
    }
    assert!(!module("").is_empty());
}
