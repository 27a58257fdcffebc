//! What Rust programs do with their standard library, one program per first argument. `rust_guests.rs` compiles this
//! file for WASI and for this machine, and compares what both say.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = || arguments.get(2).and_then(|text| text.parse::<i32>().ok()).unwrap_or_default();
    match arguments.get(1).map_or("", String::as_str) {
        "print" => {
            println!("{:>8}|{:<8}|{:^8}|{:#x}|{:e}", "right", "left", "mid", 255, 12345.678);
            eprintln!("and this to the standard error");
        }
        "arguments" => println!("{:?}", &arguments[2..]),
        "environment" => println!("{:?}", std::env::var("GIVEN")),
        "input" => {
            let mut text = String::new();
            println!("{:?}", std::io::stdin().read_to_string(&mut text).map(|size| (size, text)));
        }
        "lines" => {
            for line in std::io::stdin().lock().lines() {
                println!("> {line:?}");
            }
        }
        "output" => {
            let mut out = std::io::stdout().lock();
            (0..20_000).for_each(|line| writeln!(out, "line {line}").expect("the output is open"));
        }
        "clock" => {
            let begin = Instant::now();
            std::thread::sleep(Duration::from_millis(20));
            let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
            println!("{} {}", begin.elapsed() >= Duration::from_millis(20), since_1970 > 1_600_000_000);
        }
        "random" => {
            // The map's order comes from random numbers; its content does not.
            let map: HashMap<u32, u64> = (0..2000).map(|key| (key, u64::from(key) * 3)).collect();
            println!("{} {}", map.len(), map.values().sum::<u64>());
        }
        "memory" => {
            let blocks: Vec<Vec<u8>> = (0..64).map(|value| vec![value; 1 << 20]).collect();
            println!("{}", blocks.iter().map(|block| u64::from(block[12_345])).sum::<u64>());
        }
        "sort" => {
            let mut numbers: Vec<u32> = (0..50_000u32).map(|number| number.wrapping_mul(2_654_435_761)).collect();
            numbers.sort_unstable();
            println!("{:x}", numbers.iter().fold(0u64, |hash, &number| hash.rotate_left(7) ^ u64::from(number)));
        }
        "numbers" => numbers(),
        "recursion" => println!("{}", recurse(number())),
        "files" => println!("{}", std::fs::read("surely/not/there").is_err()),
        "tree" => println!("{:?}", tree(Path::new(&arguments[2]))),
        "exit" => std::process::exit(number()),
        "panic" => panic!("as asked"),
        other => println!("no program {other:?}"),
    }
}

fn recurse(depth: i32) -> i32 {
    if depth == 0 { 0 } else { std::hint::black_box(recurse(depth - 1)) + 1 }
}

/// Arithmetic whose result is the same bits on every machine.
fn numbers() {
    let (mut state, mut hash) = (7u64, 0u64);
    let mut note = |bits: u64| hash = hash.rotate_left(5) ^ bits.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for index in 0..20_000i64 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let x = if index % 2 == 0 { f64::from_bits(state) } else { state as i64 as f64 / 1e12 };
        let y = f32::from_bits((state >> 20) as u32);
        let floats = [
            [
                x.floor(),
                x.ceil(),
                x.trunc(),
                x.round_ties_even(),
                x.abs().sqrt(),
                x.copysign(-1.0),
                x.min(1.5),
                x.max(-3.0),
            ],
            [
                x * 1.1,
                x / 3.7,
                x + 1e-3,
                f64::from(x as f32),
                f64::from(y),
                f64::from(y.floor()),
                f64::from(y * 3.3),
                f64::from(y / 1.7),
            ],
            [
                f64::from(x as i32),
                f64::from(x as u32),
                x as i64 as f64,
                x as u64 as f64,
                y as i64 as f64,
                y as u64 as f64,
                state as f64,
                f64::from(state as f32),
            ],
        ];
        floats.as_flattened().iter().filter(|value| !value.is_nan()).for_each(|value| note(value.to_bits()));
        let divisor = index % 77 + 1;
        note((state as i64 / divisor) as u64 ^ (state as i64 % divisor) as u64 ^ state / divisor as u64);
        note((state as i32 >> (index % 32)) as u64 ^ u64::from((state as u32).rotate_left(index as u32 % 32)));
        note(u64::from(state.leading_zeros() + state.trailing_zeros() * 100 + state.count_ones() * 10_000));
        note(u64::from(x < 1.0) + u64::from(y >= 0.5) * 2 + u64::from(x as u8) * 4);
    }
    println!("{hash:x}");
}

/// Does with the files below a directory what there is in the library.
fn tree(root: &Path) -> io::Result<()> {
    let path = |name: &str| root.join(name);
    fs::create_dir_all(path("a/b/c"))?;
    fs::write(path("a/one"), "one\ntwo\nthree\n")?;
    fs::copy(path("a/one"), path("a/b/copy"))?;
    fs::rename(path("a/b/copy"), path("a/b/c/moved"))?;
    OpenOptions::new().append(true).open(path("a/one"))?.write_all(b"four\n")?;

    let mut file = OpenOptions::new().read(true).write(true).create_new(true).open(path("a/numbers"))?;
    for number in 0..1000u32 {
        file.write_all(&number.to_le_bytes())?;
    }
    file.seek(SeekFrom::Start(400))?;
    let mut bytes = [0; 4];
    file.read_exact(&mut bytes)?;
    println!("{} {:?} {:?}", u32::from_le_bytes(bytes), file.stream_position()?, file.seek(SeekFrom::End(-4))?);
    println!("{:?}", file.seek(SeekFrom::Current(-5000)).map_err(|error| error.kind()));
    file.set_len(10)?;
    file.sync_all()?;
    println!("{:?} {:?}", file.metadata()?.len(), fs::read(path("a/numbers"))?);

    for line in io::BufReader::new(File::open(path("a/one"))?).lines() {
        println!("> {}", line?);
    }
    let mut names: Vec<_> = fs::read_dir(path("a"))?.collect::<io::Result<_>>()?;
    names.sort_by_key(|entry| entry.file_name());
    for entry in names {
        println!(
            "{:?} {} {}",
            entry.file_name(),
            entry.file_type()?.is_dir(),
            entry.path() == path("a").join(entry.file_name())
        );
    }
    for index in 0..300 {
        fs::write(path(&format!("a/b/file {index}")), format!("{index}"))?;
    }
    println!("{}", fs::read_dir(path("a/b"))?.count());
    fs::hard_link(path("a/one"), path("a/b/linked"))?;
    println!("{:?}", fs::read_to_string(path("a/b/linked"))?.len());

    // The library for WASI has no name for this error.
    println!("{}", fs::remove_dir(path("a")).is_err());
    let wrong = [
        fs::read(path("nowhere")).map(|_| ()),
        fs::remove_file(path("a")),
        fs::create_dir(path("a")),
        fs::read_dir(path("a/one")).map(|_| ()),
        OpenOptions::new().write(true).create_new(true).open(path("a/one")).map(|_| ()),
        File::open(path("a/one/more")).map(|_| ()),
    ];
    println!("{:?}", wrong.map(|outcome| outcome.map_err(|error| error.kind())));
    fs::remove_dir_all(path("a"))?;
    println!("{}", fs::read_dir(root)?.count());
    Ok(())
}
