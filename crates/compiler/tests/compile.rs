//! Modules through LLVM for every machine: the linker accepts them, and what comes out is a valid module.

use moteur_compiler::{Bodies, Emit, Error, Machine, Optimise, Options, compile, compile_all, emit, jobs, llvm_ir};
use moteur_image::feature::{DSP, FP64, MVE, UNALIGNED, V8_1M, X86_64_V3, ZBA, ZBB, ZBS, ZCB, ZICOND};
use moteur_image::section::{NAME, Native};

const MACHINES: [&str; 12] = [
    "thumbv6m-none-eabi",
    "thumbv7m-none-eabi",
    "thumbv7em-none-eabi",
    "thumbv7em-none-eabihf",
    "thumbv8m.main-none-eabi",
    "thumbv8m.main-none-eabihf",
    "riscv32imc-unknown-none-elf",
    "riscv32imac-unknown-none-elf",
    "riscv64gc-unknown-none-elf",
    "aarch64-unknown-linux-gnu",
    "aarch64-unknown-none",
    "x86_64-unknown-linux-gnu",
];

const PROGRAM: &str = r#"(module
    (import "env" "f" (func $f (param i32 i64 f32) (result f64)))
    (memory (export "memory") 1 4)
    (table 2 funcref)
    (global $g (mut i64) (i64.const 5))
    (elem (i32.const 0) $fib $fib)
    (func $fib (export "fib") (param i32) (result i32)
        (if (result i32) (i32.lt_s (local.get 0) (i32.const 2)) (then (local.get 0))
            (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                (call_indirect (param i32) (result i32) (i32.sub (local.get 0) (i32.const 2)) (i32.const 1))))))
    (func (export "sum") (param $n i32) (result i64) (local $i i32)
        (loop $next
            (global.set $g (i64.add (global.get $g) (i64.load offset=8 (local.get $i))))
            (local.set $i (i32.add (local.get $i) (i32.const 8)))
            (br_if $next (i32.lt_u (local.get $i) (local.get $n))))
        (i64.div_s (global.get $g) (i64.const 3)))
    (func (export "float") (param f64 f64) (result f64)
        (f64.nearest (f64.min (f64.mul (local.get 0) (local.get 1)) (call $f (i32.const 1) (i64.const 2) (f32.const 3)))))
    (func (export "trunc") (param f32) (result i64 i32)
        (i64.trunc_f32_u (local.get 0)) (i32.trunc_sat_f32_s (local.get 0)))
    (func (export "switch") (param i32) (result i32)
        (block (block (block (block (block (br_table 0 1 2 3 4 (local.get 0)))
            (return (i32.const 10))) (return (i32.const 25))) (return (i32.const 7))) (return (i32.const 99)))
        (i32.const 4))
    (func (export "grow") (result i32) (memory.fill (i32.const 0) (i32.const 1) (i32.const 9)) (memory.grow (i32.const 1))))"#;

#[test]
fn every_machine_gets_code() {
    let wasm = wat::parse_str(PROGRAM).unwrap();
    for machine in MACHINES {
        let options = Options::new(Machine::new(machine, None).unwrap());
        let compiled = compile(&wasm, &options).unwrap_or_else(|error| panic!("{machine}: {error}"));
        wasmparser::Validator::new().validate_all(&compiled).unwrap();
        let section = wasmparser::Parser::new(0).parse_all(&compiled).find_map(|payload| match payload {
            Ok(wasmparser::Payload::CustomSection(section)) if section.name() == NAME => {
                Some((section.data_offset(), section.data().to_vec()))
            }
            _ => None,
        });
        let (place, bytes) = section.unwrap();
        let native = Native::read(&bytes).unwrap();
        println!(
            "{machine}: {} bytes of code, frame {}, needs {:?}",
            native.code().len(),
            native.frame_bytes_max,
            native.needs().collect::<Vec<_>>()
        );
        assert_eq!(native.function_count(), 6);
        let code = native.code().as_ptr() as usize - bytes.as_ptr() as usize;
        assert_eq!((place as usize + code) % 16, 0);
    }
}

#[test]
fn every_cpu_that_is_offered_is_known() {
    let wasm = wat::parse_str(PROGRAM).unwrap();
    for machine in MACHINES {
        let Err(Error::Machine(text)) = Machine::new(machine, Some("z80")) else { panic!("{machine} has a z80") };
        let (_, cpus) = text.split_once("there are ").unwrap();
        for cpu in cpus.split(", ") {
            let options = Options::new(Machine::new(machine, Some(cpu)).unwrap());
            compile(&wasm, &options).unwrap_or_else(|error| panic!("{machine}, {cpu}: {error}"));
        }
    }
}

/// A function that only this module calls needs no code of its own where it is part of its caller; one that others may call
/// keeps it.
#[test]
fn what_only_one_function_calls_is_part_of_it() {
    let wasm = wat::parse_str(
        r#"(module (table 1 funcref) (elem (i32.const 0) $in_table)
            (func $inner (param i32) (result i32) (i32.mul (local.get 0) (local.get 0)))
            (func $in_table (param i32) (result i32) (i32.add (call $inner (local.get 0)) (i32.const 1)))
            (func (export "f") (param i32) (result i32) (call $in_table (local.get 0))))"#,
    )
    .unwrap();
    let compiled = compile(&wasm, &Options::new(Machine::new("thumbv8m.main-none-eabihf", None).unwrap())).unwrap();
    let bytes = moteur_image::module::parts(&compiled).find_map(|part| part.native).unwrap();
    let native = Native::read(bytes).unwrap();
    let has_code: Vec<_> = (0..3).map(|index| native.function(index).is_some()).collect();
    assert_eq!(has_code, [false, true, true]);
}

/// How many bounds checks the optimised code of a function has, with this body.
fn checks(body: &str) -> usize {
    let text = format!(
        r#"(module (memory 1) (func $g (export "g"))
        (func (export "f") (param $a i32) (param $b i32) (result i32) {body}))"#
    );
    let wasm = wat::parse_str(text).unwrap();
    let options = Options::new(Machine::new("thumbv8m.main-none-eabihf", None).unwrap());
    llvm_ir(&wasm, &options).unwrap().lines().filter(|line| line.contains("call") && line.contains("@trap5(")).count()
}

#[test]
fn checks_of_one_address_are_merged() {
    let two = |first: u32, between: &str, second: u32| {
        checks(&format!(
            "(i32.add (i32.load offset={first} (local.get $a)) (i32.load offset={second} (local.get $a) {between}))"
        ))
    };
    assert_eq!(checks("(i32.load (local.get $a))"), 1);
    assert_eq!(checks("(i32.load (i32.const 8))"), 0, "below the smallest size");
    assert_eq!(two(8, "", 0), 1, "the second reaches less far");
    assert_eq!(two(0, "", 8), 1, "the first is widened");
    assert_eq!(two(8, "(i32.store (local.get $b) (i32.const 1))", 0), 2, "the store has one of its own");
    assert_eq!(two(0, "(i32.store (local.get $b) (i32.const 1))", 8), 3, "the store must be seen before the trap");
    assert_eq!(two(0, "(drop (i32.load (local.get $b)))", 8), 2, "reading cannot be seen");
    assert_eq!(two(0, "(drop (i32.div_u (local.get $b) (local.get $b)))", 8), 2, "division traps first");
}

/// Whatever the results are, in registers or not, LLVM must not give up: it would take the process with it.
#[test]
fn tail_calls_with_any_results_are_compiled() {
    for machine in MACHINES {
        let step = if machine.ends_with("linux-gnu") { 1 } else { 3 };
        let counts = move || (0..10).step_by(step);
        for (ints, floats) in counts().flat_map(|ints| counts().map(move |floats| (ints, floats))) {
            let results = [" i32", " i64"]
                .into_iter()
                .cycle()
                .take(ints)
                .chain([" f64", " f32"].into_iter().cycle().take(floats));
            let results = results.collect::<String>();
            let wat = format!(
                "(module (type $t (func (param i32 f32) (result{results}))) (table 1 funcref)
                    (func $f (type $t) unreachable)
                    (func (type $t) (return_call $f (local.get 0) (local.get 1)))
                    (func (type $t) (return_call_indirect (type $t) (local.get 0) (local.get 1) (i32.const 0))))"
            );
            let options = Options::new(Machine::new(machine, None).unwrap());
            for optimise in [Optimise::None, Optimise::Speed] {
                let compiled = compile(&wat::parse_str(&wat).unwrap(), &Options { optimise, ..options.clone() });
                assert!(compiled.is_ok(), "{machine}: {ints}, {floats}");
            }
        }
    }
}

/// RISC-V has tail calls as LLVM makes them of C's: not one may stay a call, however hard LLVM tries.
#[test]
fn tail_calls_are_jumps_on_risc_v() {
    let wasm = wat::parse_str(
        r#"(module (type $t (func (param i32) (result i64)))
            (table 2 funcref) (elem (i32.const 0) $even $other)
            (func $even (export "even") (param i64 i32) (result i64)
                (if (result i64) (i64.eqz (local.get 0))
                    (then (return_call $other (local.get 1)))
                    (else
                        (if (i32.eqz (local.get 1))
                            (then (return_call $odd (i32.const 7) (local.get 0) (i32.const 1))))
                        (drop (i32.div_s (i32.const 9) (local.get 1)))
                        (return_call $odd (local.get 1) (i64.sub (local.get 0) (i64.const 1)) (i32.const 3)))))
            (func $odd (param i32 i64 i32) (result i64)
                (if (i64.eqz (local.get 1)) (then (return_call_indirect (type $t) (local.get 0) (local.get 2))))
                (return_call $even (i64.sub (local.get 1) (i64.const 1)) (i32.add (local.get 0) (local.get 2))))
            (func $other (param i32) (result i64)
                (i64.extend_i32_u (local.get 0))
                (return_call $even (i32.const 5))))"#,
    )
    .unwrap();
    for triple in ["riscv32imac-unknown-none-elf", "riscv64gc-unknown-none-elf"] {
        for optimise in
            [Optimise::None, Optimise::Less, Optimise::Default, Optimise::Speed, Optimise::Size, Optimise::SizeAlone]
        {
            let options = Options { optimise, ..Options::new(Machine::new(triple, None).unwrap()) };
            let text = String::from_utf8(emit(&wasm, &options, Emit::Assembly).unwrap()).unwrap();
            let calls = text.lines().filter(|line| line.trim_start().starts_with("call\tf")).count();
            let jumps = text.lines().filter(|line| line.trim_start().starts_with("tail\tf")).count();
            assert_eq!(calls, 0, "{triple} {optimise:?}\n{text}");
            assert!(jumps > 0, "{triple} {optimise:?}\n{text}");
        }
    }
}

/// Behind a trap that is certain, LLVM has constants that are no numbers.
#[test]
fn what_follows_a_certain_trap_is_compiled() {
    let wasm = wat::parse_str(
        "(module (func (result f32) (f32.add (f32.const 2) (f32.convert_i32_s (i32.trunc_f32_s (f32.const nan)))))
            (func (result f64) (f64.mul (f64.convert_i32_s (i32.div_u (i32.const 1) (i32.const 0))) (f64.const 3))))",
    );
    for machine in MACHINES {
        compile(wasm.as_ref().unwrap(), &Options::new(Machine::new(machine, None).unwrap())).unwrap();
    }
}

#[test]
fn features_change_the_code_and_what_it_needs() {
    let wasm = wat::parse_str(PROGRAM).unwrap();
    let machine = |triple, cpu, list| Machine::new(triple, cpu).and_then(|machine| machine.with_features(list));
    for (triple, cpu, list, gone, more) in [
        ("thumbv7m-none-eabi", None, "+dsp", 0, DSP),
        ("thumbv8m.main-none-eabi", None, "-dsp", DSP, 0),
        ("thumbv7em-none-eabihf", Some("cortex-m7"), "-fp64", FP64, 0),
        ("thumbv7em-none-eabihf", None, "+fp64,+strict-align", 0, FP64),
        ("thumbv8m.main-none-eabihf", Some("cortex-m55"), "-mve", MVE, 0),
        ("thumbv8m.main-none-eabihf", Some("cortex-m55"), "-dsp", DSP | MVE, 0),
        ("thumbv8m.main-none-eabihf", None, "+mve.fp", 0, MVE | V8_1M),
        ("riscv32imc-unknown-none-elf", None, "+zba,+zbb,+zbs,+zcb,+zicond", 0, ZBA | ZBB | ZBS | ZCB | ZICOND),
        ("riscv64gc-unknown-none-elf", None, "+unaligned-scalar-mem, +zbb,-zbb", 0, UNALIGNED),
        ("aarch64-unknown-none", None, "+strict-align", 0, 0),
        ("x86_64-unknown-linux-gnu", None, "+bmi2", 0, X86_64_V3),
        ("x86_64-unknown-linux-gnu", Some("x86-64-v3"), "-avx", 0, 0),
    ] {
        let plain = Machine::new(triple, cpu).unwrap();
        let chosen = machine(triple, cpu, list).unwrap();
        assert_eq!(chosen.features, plain.features & !gone | more, "{triple} {list}");
        let [plain, chosen] = [plain, chosen].map(|machine| compile(&wasm, &Options::new(machine)).unwrap());
        assert!(plain != chosen, "{triple} {list}");
    }
}

#[test]
fn features_that_cannot_be_chosen_are_named() {
    for (triple, list, parts) in [
        ("thumbv8m.main-none-eabihf", "dsp", &["neither +dsp nor -dsp"][..]),
        ("thumbv8m.main-none-eabihf", "+dps", &["\"dps\" is not a feature", "did you mean dsp?", "dsp, fp64, mve"]),
        ("thumbv8m.main-none-eabihf", "+soft-float", &["soft-float", "is fixed", "dsp, fp64, mve"]),
        ("thumbv7m-none-eabi", "-reserve-r9", &["reserve-r9", "is fixed"]),
        ("thumbv6m-none-eabi", "+thumb2", &["is fixed", "none can be chosen"]),
        ("riscv32imc-unknown-none-elf", "+zbb,+d", &["the feature d", "is fixed", "zicond"]),
        ("x86_64-unknown-linux-gnu", "+", &["\"\" is not a feature"]),
    ] {
        let Err(error) = Machine::new(triple, None).unwrap().with_features(list) else { panic!("{triple} {list}") };
        parts.iter().for_each(|part| assert!(error.to_string().contains(part), "{error}"));
    }
    for (triple, cpu, part) in [
        ("thumbv8m.main-none-eabihf", Some("cortex-m3"), "did you mean cortex-m33?"),
        ("thumbv7m-none-eab", None, "did you mean thumbv7m-none-eabi?"),
    ] {
        let Err(error) = Machine::new(triple, cpu) else { panic!("{triple}") };
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn a_module_without_bodies_is_valid_and_its_sections_belong_to_it() {
    let wasm = wat::parse_str(PROGRAM).unwrap();
    let machines = MACHINES.map(|triple| Options::new(Machine::new(triple, None).unwrap()));
    let made = compile_all(&wasm, Bodies::Strip, &machines[5..7], jobs(), &mut |_| ()).unwrap();
    wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all()).validate_all(&made).unwrap();
    let module = moteur_wasm::Module::new(&made, &moteur_wasm::Global).unwrap();
    assert!(module.is_stripped());
    let bodies =
        (module.imported_func_count()..module.func_count()).map(|func| module.body(moteur_wasm::FuncIdx(func)));
    for body in bodies {
        assert_eq!(&made[body.unwrap()], [0, 0x00, 0x0B]);
    }
    let sections: Vec<_> = module.custom_sections(&made).filter(|section| section.name == NAME).collect();
    assert_eq!(sections.len(), 2);
    let whole = compile_all(&wasm, Bodies::Keep, &machines[5..7], jobs(), &mut |_| ()).unwrap();
    let with_bodies = moteur_wasm::Module::new(&whole, &moteur_wasm::Global).unwrap();
    for (section, other) in
        sections.iter().zip(with_bodies.custom_sections(&whole).filter(|section| section.name == NAME))
    {
        let (section, other) = (Native::read(section.bytes).unwrap(), Native::read(other.bytes).unwrap());
        assert_eq!(section.fingerprint.module_hash, moteur_image::hash::module(&made));
        assert_ne!(section.fingerprint.module_hash, other.fingerprint.module_hash);
        assert_eq!(section.code(), other.code());
    }
    // What has no bodies cannot be compiled again.
    assert!(matches!(compile(&made, &machines[0]), Err(Error::Unsupported(_))));
}

/// What a guest's static data needs is one address, and not an offset for each access.
#[test]
fn places_far_behind_an_address_share_the_way_there() {
    let wasm = wat::parse_str(
        r#"(module (memory 4)
            (func (export "f") (param i32) (result i32)
                (local.set 0 (i32.shl (i32.and (local.get 0) (i32.const 255)) (i32.const 4)))
                (i32.add (i32.load offset=131084 (local.get 0))
                    (i32.add (i32.load offset=131080 (local.get 0)) (i32.load offset=131076 (local.get 0))))))"#,
    )
    .unwrap();
    for triple in ["thumbv8m.main-none-eabihf", "riscv32imac-unknown-none-elf"] {
        let ir = llvm_ir(&wasm, &Options::new(Machine::new(triple, None).unwrap())).unwrap();
        let far = ir.lines().filter(|line| line.contains("getelementptr") && line.contains(", i32 1310")).count();
        assert_eq!(far, 1, "{triple}\n{ir}");
    }
}

#[test]
fn who_calls_passes_the_context_even_where_only_looks_for_interrupts_need_it() {
    // The callee is called from outside too, touches nothing, and is too large for its callers.
    let step =
        "(local.set $x (i64.rem_u (i64.mul (local.get $x) (local.get $x)) (i64.or (local.get $n) (i64.const 1))))";
    let text = format!(
        "(module (func $f (export \"f\") (param $x i64) (param $n i64) (result i64)
            (loop $next {} (br_if $next (i64.ne (local.get $x) (local.get $n)))) (local.get $x))
          (func (export \"g\") (param i64) (result i64)
            (i64.add (call $f (local.get 0) (i64.const 5)) (call $f (i64.const 7) (local.get 0)))))",
        step.repeat(40)
    );
    let wasm = wat::parse_str(text).unwrap();
    let machine = Machine::new("x86_64-unknown-linux-gnu", None).unwrap();
    let ir = llvm_ir(&wasm, &Options::new(machine)).unwrap();
    let calls: Vec<_> = ir.lines().filter(|line| line.contains("call") && line.contains("@f0(")).collect();
    assert_eq!(calls.len(), 2, "{ir}");
    assert!(calls.iter().all(|call| !call.contains("poison") && !call.contains("undef")), "{calls:?}");
}
