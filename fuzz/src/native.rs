//! Programs do as native code what they do interpreted: the same results, traps, backtraces, questions to the host,
//! globals, memories and tables, and the same fuel left.

use arbitrary::{Result, Unstructured};
use moteur::pool::Counted;
use moteur::{Config, Engine, Error, Heap, Module, Refusal, Trap};
use moteur_compiler::{Checks, Machine, Optimise, Options, compile};
use moteur_platform::std::{GUARDED, Std};
use wasmparser::{Operator, Parser, Payload};

use crate::value::End;
use crate::{input, ours};

static HEAP: Counted = Counted::new();

/// Checks one input.
pub fn check(input: &[u8]) {
    // An input that is too short for a module is none.
    let _ = compare(&mut Unstructured::new(input));
    let stats = Heap::counted(&HEAP).stats();
    assert_eq!((stats.used, stats.allocations), (0, 0));
}

fn compare(input: &mut Unstructured) -> Result<()> {
    let levels = [Optimise::None, Optimise::Less, Optimise::Speed, Optimise::Size];
    let optimise = *input.choose(&levels)?;
    let fuel = if input.arbitrary()? { Some(input.int_in_range(0..=3_000)?) } else { None };
    let seed = u64::from(input.arbitrary::<u8>()?);
    let module = input::module(input, true)?;
    // Not asked of the input either.
    let cpu = seed.is_multiple_of(3).then_some(Machine::NATIVE);
    let machine = Machine::host(cpu).expect("native code for this host");
    // Not asked of the input, which would be another module then.
    let guarded = GUARDED.filter(|_| seed.is_multiple_of(2));
    let checks = if guarded.is_some() { Checks::GuardPages } else { Checks::Explicit };
    let options = Options { optimise, checks, metering: fuel.is_some(), ..Options::new(machine) };
    let compiled = compile(&module, &options).unwrap_or_else(|error| panic!("not compiled: {error}"));
    // The stacks are too large to matter.
    let config = Config::new(Heap::counted(&HEAP)).stack_bytes(2 << 20);
    // SAFETY: the native code was just compiled.
    let native = unsafe { config.native(&Std) }.native_stack_bytes(5 << 20);
    let native = match guarded {
        // SAFETY: memory is the platform's.
        Some(memory) => unsafe { native.guard_pages(memory) },
        None => native,
    };
    assert_eq!(is_native(native.fuel(fuel.is_some()), &compiled), Ok(Ok(true)));
    let (interpreted, native) = (ours::start(config, &module, fuel), ours::start(native, &compiled, fuel));
    let (mut interpreted, mut native) = match (interpreted, native) {
        (Ok(interpreted), Ok(native)) => (interpreted, native),
        (interpreted, native) => {
            let [interpreted, native] = [interpreted, native].map(|result| result.map(|_| ()));
            assert_eq!(interpreted, native, "instantiated");
            return Ok(());
        }
    };
    assert_eq!(interpreted.state(), native.state());
    let has_tail_calls = has_tail_calls(&module);
    for name in interpreted.funcs() {
        let (expected, found) = (interpreted.call_with(&name, seed, fuel), native.call_with(&name, seed, fuel));
        if expected.end == End::StackOverflow || found.end == End::StackOverflow {
            break;
        }
        assert_eq!((&expected.end, expected.fuel), (&found.end, found.fuel), "{name}");
        assert_eq!(interpreted.state(), native.state(), "after {name}");
        // Callers of tail calls across instances are still there in native code.
        if !has_tail_calls {
            assert_eq!(expected.total, found.total, "{name}: frames");
            for (expected_frame, frame) in expected.frames.iter().zip(&found.frames) {
                assert!(are_same(&expected.end, *expected_frame, *frame), "{name}: {expected:?}, native {found:?}");
            }
        }
    }
    Ok(())
}

/// Whether the module's native code is run.
fn is_native(config: Config, module: &[u8]) -> std::result::Result<std::result::Result<bool, Refusal>, Error> {
    Ok(Module::new(&Engine::new(config)?, module)?.native())
}

/// Whether frames, of function and offset, are the same.
fn are_same(end: &End, expected: (u32, Option<u32>), native: (u32, Option<u32>)) -> bool {
    // Bounds checks are merged; and the interpreter does not know all places where fuel is taken.
    let may_differ = *end == End::Trap(Trap::MemoryOutOfBounds) || expected.1.is_none();
    native.1.is_some() && expected.0 == native.0 && (may_differ || expected.1 == native.1)
}

fn has_tail_calls(module: &[u8]) -> bool {
    Parser::new(0).parse_all(module).any(|payload| {
        let Ok(Payload::CodeSectionEntry(body)) = payload else { return false };
        let Ok(operators) = body.get_operators_reader() else { return false };
        let is_tail_call =
            |operator| matches!(operator, Ok(Operator::ReturnCall { .. } | Operator::ReturnCallIndirect { .. }));
        operators.into_iter().any(is_tail_call)
    })
}
