//! Programs do what they do in `wasmi`: the same results, traps, questions to the host, globals, memories and tables.

use arbitrary::{Result, Unstructured};
use moteur::pool::Counted;
use moteur::{Config, Heap, Trap};

use crate::value::End;
use crate::{input, ours, theirs};

static HEAP: Counted = Counted::new();

/// Checks one input.
pub fn check(input: &[u8]) {
    // An input that is too short for a module is none.
    let _ = compare(&mut Unstructured::new(input));
    let stats = Heap::counted(&HEAP).stats();
    assert_eq!((stats.used, stats.allocations), (0, 0));
}

fn compare(input: &mut Unstructured) -> Result<()> {
    let config = Config::new(Heap::counted(&HEAP)).stack_bytes(2 << 20).eager(input.arbitrary()?);
    let slice = if input.arbitrary()? { Some(input.int_in_range(1..=200)?) } else { None };
    let seed = u64::from(input.arbitrary::<u8>()?);
    let module = input::module(input, true)?;
    let (ours, theirs) = (ours::start(config, &module, slice), theirs::start(&module));
    let (mut ours, mut theirs) = match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => (ours, theirs),
        (Ok(_), Err(error)) => {
            // Theirs may have a smaller stack.
            assert_eq!(theirs::end(&error), End::StackOverflow, "instantiated");
            return Ok(());
        }
        (Err(error), Ok(_)) => {
            assert_eq!(ours::end(Err(error), &[]), End::StackOverflow, "{error}");
            return Ok(());
        }
        (Err(ours), Err(theirs)) => {
            // They have no trap for a segment that does not fit.
            let (ours, theirs) = (ours::end(Err(ours), &[]), theirs::end(&theirs));
            assert!(are_same(&ours, &theirs) || matches!(theirs, End::Other(_)), "{ours:?}, theirs {theirs:?}");
            return Ok(());
        }
    };
    assert_eq!(ours.state().sorted(), theirs.state().sorted());
    for name in ours.funcs() {
        let (our_end, their_end) = (ours.call(&name, seed), theirs.call(&name, seed));
        if matches!(our_end, End::StackOverflow) || matches!(their_end, End::StackOverflow) {
            break;
        }
        assert!(are_same(&our_end, &their_end), "{name}: {our_end:?}, theirs {their_end:?}");
        assert_eq!(ours.state().sorted(), theirs.state().sorted(), "after {name}");
    }
    Ok(())
}

fn are_same(ours: &End, theirs: &End) -> bool {
    // We tell a call through an index outside the table from an access there.
    let ours = if *ours == End::Trap(Trap::UndefinedElement) { &End::Trap(Trap::TableOutOfBounds) } else { ours };
    ours == theirs
}
