//! Files as programs in Rust use them.
//! run: --dir .::/

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use guests::{done, equal, fails, finish, holds};

fn main() -> ExitCode {
    whole_files();
    if let Err(error) = positions() {
        equal(Some(error.to_string()), None::<String>);
    }
    names();
    refusals();
    finish()
}

fn whole_files() {
    done(fs::write("/a", "some text"));
    equal(done(fs::read_to_string("/a")), "some text");
    done(fs::write("/a", "short"));
    equal(done(fs::read("a")), b"short");
    equal(done(fs::copy("/a", "/copy")), 5);
    equal(done(fs::read_to_string("/copy")), "short");
    // More than any buffer on the way.
    let large: Vec<u8> = (0..5_000_000u32).map(|number| (number.wrapping_mul(number) >> 7) as u8).collect();
    done(fs::write("/large", &large));
    holds(done(fs::read("/large")) == large);
    done(fs::write("/empty", ""));
    equal(done(fs::read("/empty")), b"");
    done(fs::write("/ö ü ☂", "name"));
    equal(done(fs::read_to_string("/ö ü ☂")), "name");
}

fn positions() -> std::io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).create_new(true).open("/positions")?;
    file.write_all(b"0123456789")?;
    equal(file.stream_position()?, 10);
    equal(file.seek(SeekFrom::Start(3))?, 3);
    let mut bytes = [0; 4];
    file.read_exact(&mut bytes)?;
    equal(&bytes, b"3456");
    equal(file.seek(SeekFrom::End(-2))?, 8);
    let mut rest = String::new();
    file.read_to_string(&mut rest)?;
    equal(rest, "89");
    holds(file.seek(SeekFrom::Current(-11)).is_err());
    file.set_len(4)?;
    equal(file.metadata()?.len(), 4);
    file.set_len(6)?;
    file.sync_all()?;
    file.sync_data()?;
    equal(fs::read("/positions")?, b"0123\0\0");
    let mut appending = OpenOptions::new().append(true).open("/positions")?;
    appending.write_all(b"end")?;
    file.rewind()?;
    file.write_all(b"x")?;
    appending.write_all(b"!")?;
    equal(fs::read("/positions")?, b"x123\0\0end!");
    let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_234_567_890);
    file.set_modified(then)?;
    equal(fs::metadata("/positions")?.modified()?, then);
    Ok(())
}

fn names() {
    done(fs::rename("/a", "/b"));
    holds(!fs::exists("/a").unwrap_or(true));
    equal(done(fs::read_to_string("/b")), "short");
    done(fs::rename("/b", "/c"));
    done(fs::remove_file("/copy"));
    fails(fs::metadata("/copy").map(drop), ErrorKind::NotFound);
    let kind = fs::metadata("/c").map(|metadata| (metadata.is_file(), metadata.is_dir(), metadata.len()));
    equal(kind.ok(), Some((true, false, 5)));
}

fn refusals() {
    fails(File::open("/missing"), ErrorKind::NotFound);
    fails(File::open("/missing/x"), ErrorKind::NotFound);
    fails(File::open("/c/x"), ErrorKind::NotADirectory);
    fails(OpenOptions::new().write(true).create_new(true).open("/c"), ErrorKind::AlreadyExists);
    fails(fs::remove_file("/missing"), ErrorKind::NotFound);
    done(fs::create_dir("/directory"));
    fails(fs::write("/directory", "text"), ErrorKind::IsADirectory);
    fails(fs::write("/no\0name", "text"), ErrorKind::InvalidInput);
    fails(fs::write(format!("/{}", "n".repeat(300)), "text"), ErrorKind::InvalidFilename);
    holds(fs::write("/../outside", "text").is_err());
    holds(fs::read("/../../../../etc/passwd").is_err());
    let reading = File::open("/c").and_then(|mut file| file.write_all(b"text"));
    holds(reading.is_err());
    let writing = OpenOptions::new().write(true).open("/c").and_then(|mut file| file.read(&mut [0; 4]));
    holds(writing.is_err());
    equal(done(fs::read_to_string("/c")), "short");
}
