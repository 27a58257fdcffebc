//! Loops that count addresses up to the end of memory, and over it: native code leaves out checks that cannot fail, and
//! must end where the interpreter does, with the same fuel left and the same memory.
//!
//! The programs are made at random from what loops of compiled programs look like: an index that is compared, and addresses
//! that go along; in one of them another that goes down; with the bound tested before, or not, or wrongly.

use moteur::{Config, Engine, Error, Heap, Linker, Module, Store};
use moteur_compiler::{Machine, Optimise, Options, compile};
use moteur_image::target::Checks;
use moteur_platform::std::Std;

/// Enough for the loops to end by themselves or outside of memory, not for all of them.
const FUEL: u64 = 900_000;
const PROGRAMS: u64 = 240;

/// A stream of numbers (Knuth's MMIX).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn one_of<'t>(&mut self, words: &[&'t str]) -> &'t str {
        words[self.below(words.len() as u64) as usize]
    }
}

/// A function of a bound `$n` and a gap `$g`. `$i` and `$p` go up, `$q` and `$r` down from there.
fn program(random: &mut Random) -> String {
    let memory =
        random.one_of(&["(memory 1)", "(memory 1 1)", "(memory (export \"m\") 1)", "(memory (export \"m\") 1 3)"]);
    let limit = random.one_of(&["2000", "16000", "16384", "16385", "70000"]);
    let bounded = match random.below(4) {
        0 => "(local.get $n)".into(),
        1 => format!("(i32.and (local.get $n) (i32.const {limit}))"),
        2 => format!("(i32.rem_u (local.get $n) (i32.const {limit}))"),
        _ => format!("(select (local.get $n) (i32.const {limit}) (i32.lt_u (local.get $n) (i32.const {limit})))"),
    };
    let factor = [1, 2, 4, 4, 8][random.below(5) as usize];
    let base = random.one_of(&["0", "64", "1024", "6224", "57536", "65532", "4294967292", "4294959296"]);
    let start = random.one_of(&["(i32.const 0)", "(i32.const 1)", "(local.get $g)", "(i32.const 5)"]);
    let guard = random.one_of(&["i32.ge_u", "i32.gt_u", "i32.ge_s", "i32.eq"]);
    let goes_on = random.one_of(&["i32.ne", "i32.lt_u", "i32.le_u", "i32.lt_s"]);
    let step = random.one_of(&["1", "1", "1", "1", "2", "3"]);
    let (offset, more) = (random.one_of(&["0", "0", "4", "8000", "65528"]), random.one_of(&["0", "4", "12"]));
    let stops = random.one_of(&["i32.lt_u", "i32.lt_u", "i32.le_u", "i32.lt_s"]);
    let down = random.one_of(&["(local.get $g)", "(local.get $g)", "(i32.const 1)", "(i32.const 3)"]);
    let ratio = [factor, factor, factor, 2 * factor][random.below(4) as usize];
    let inner = match random.below(2) {
        0 => String::new(),
        _ => format!(
            "(local.set $q {q}) (local.set $r {r})
            (block $out (loop $inner
                (local.set $sum (i32.add (local.get $sum) (i32.load offset={more} (local.get $r))))
                (i32.store8 (i32.add (local.get $r) (i32.mul (local.get $g) (i32.const {factor}))) (local.get $sum))
                (br_if $out ({stops} (local.get $q) {down}))
                (local.set $q (i32.sub (local.get $q) {down}))
                (local.set $r (i32.sub (local.get $r) (i32.mul {down} (i32.const {ratio}))))
                (br $inner)))",
            q = random.one_of(&["(local.get $i)", "(local.get $i)", "(local.get $k)"]),
            r = random.one_of(&["(local.get $p)", "(local.get $p)", "(i32.const 4000)"]),
        ),
    };
    let index = random.one_of(&["(local.get $i)", "(i32.and (local.get $i) (i32.const 31))", "(local.get $k)"]);
    let has_guard = random.below(4) > 0;
    let test = if has_guard { format!("(br_if $done ({guard} {start} (local.get $n)))") } else { String::new() };
    format!(
        "(module {memory} (data (i32.const 6000) \"some bytes that are summed up\")
        (func (export \"f\") (param $n i32) (param $g i32) (result i32)
            (local $i i32) (local $k i32) (local $p i32) (local $q i32) (local $r i32) (local $sum i32)
            (local.set $n {bounded})
            (local.set $i {start}) (local.set $p (i32.const {base}))
            (block $done
                {test}
                (loop $next
                    (local.set $sum (i32.add (local.get $sum) (i32.load offset={offset} (local.get $p))))
                    (i32.store offset={more} (i32.mul {index} (i32.const {factor})) (local.get $sum))
                    {inner}
                    (local.set $p (i32.add (local.get $p) (i32.const {by})))
                    (local.set $k (i32.add (local.get $k) (i32.const {step})))
                    (local.set $i (i32.add (local.get $i) (i32.const {step})))
                    (br_if $next ({goes_on} (local.get $i) (local.get $n)))))
            (local.get $sum)))",
        by = factor * step.parse::<u64>().unwrap(),
    )
}

/// How a call ends, how much fuel is left, and what is in memory then, where that can be asked for.
type Ended = (Result<u32, Error>, u64, Option<Vec<u8>>);

/// Calls with each pair of arguments, each time in a new instance.
fn ended(engine: &Engine, module: &Module, arguments: &[(u32, u32)]) -> Vec<Ended> {
    let call = |(n, g): &(u32, u32)| {
        let mut store = Store::new(engine, ()).unwrap();
        let instance = Linker::new(engine).instantiate(&mut store, module).unwrap();
        store.set_fuel(FUEL).unwrap();
        let func = instance.typed_func::<(u32, u32), u32>(&store, "f").unwrap();
        let result = func.call(&mut store, (*n, *g));
        let memory = instance.memory(&store, "m");
        let bytes = memory.map(|memory| memory.data(&store).unwrap().to_vec());
        (result, store.fuel().unwrap(), bytes)
    };
    arguments.iter().map(call).collect()
}

#[test]
fn loops_end_where_they_do_interpreted() {
    let mut random = Random(33);
    let (mut trapped, mut returned) = (0, 0);
    let config = || Config::new(Heap::system()).fuel(true);
    // SAFETY: all native code here was just compiled.
    let native = Engine::new(unsafe { config().native(&Std) }).unwrap();
    let interpreter = Engine::new(config()).unwrap();
    for number in 0..PROGRAMS {
        let text = program(&mut random);
        let wasm = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let options = Options {
            optimise: [Optimise::Speed, Optimise::Speed, Optimise::Size, Optimise::Less][random.below(4) as usize],
            checks: Checks::Explicit,
            metering: true,
            ..Options::new(Machine::host(None).unwrap())
        };
        let compiled = Module::new(&native, &compile(&wasm, &options).unwrap()).unwrap();
        assert_eq!(compiled.native(), Ok(true));
        let mut arguments = vec![(0, 0), (1, 1), (3, 1), (700, 13), (2000, 1), (2000, 600), (16_383, 4000)];
        for _ in 0..6 {
            let n = [40, 3000, 17_000, 1 << 32][random.below(4) as usize];
            arguments.push((random.below(n) as u32, random.below(5000) as u32));
        }
        let expected = ended(&interpreter, &Module::new(&interpreter, &wasm).unwrap(), &arguments);
        let found = ended(&native, &compiled, &arguments);
        for ((arguments, expected), found) in arguments.iter().zip(&expected).zip(&found) {
            assert!(
                expected == found,
                "program {number} with {arguments:?}: {:?}, native {:?}\n{text}",
                expected.0,
                found.0
            );
            match expected.0 {
                Ok(_) => returned += 1,
                Err(_) => trapped += 1,
            }
        }
    }
    assert!(trapped > 500 && returned > 500, "{trapped} trapped, {returned} returned");
}
