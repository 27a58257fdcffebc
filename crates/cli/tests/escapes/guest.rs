//! Guests that are written as a list of WASI calls. Each call's error number comes out; no compiler is needed.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a guest may take before it counts as hung.
const PATIENCE: Duration = Duration::from_secs(60);

/// Four times what the process takes for any of these guests, in KiB; much less than what any of them asks for. With LLVM
/// in it, a process takes 53 MiB more before it does anything.
const PEAK_KIB_MAX: u64 = if cfg!(feature = "llvm") { 96 << 10 } else { 32 << 10 };

/// Each function's parameters: `i` for 32 bits, `I` for 64.
const FUNCTIONS: &[(&str, &str)] = &[
    ("args_get", "ii"),
    ("args_sizes_get", "ii"),
    ("environ_get", "ii"),
    ("environ_sizes_get", "ii"),
    ("clock_res_get", "ii"),
    ("clock_time_get", "iIi"),
    ("fd_advise", "iIIi"),
    ("fd_allocate", "iII"),
    ("fd_close", "i"),
    ("fd_datasync", "i"),
    ("fd_fdstat_get", "ii"),
    ("fd_fdstat_set_flags", "ii"),
    ("fd_fdstat_set_rights", "iII"),
    ("fd_filestat_get", "ii"),
    ("fd_filestat_set_size", "iI"),
    ("fd_filestat_set_times", "iIIi"),
    ("fd_pread", "iiiIi"),
    ("fd_prestat_dir_name", "iii"),
    ("fd_prestat_get", "ii"),
    ("fd_pwrite", "iiiIi"),
    ("fd_read", "iiii"),
    ("fd_readdir", "iiiIi"),
    ("fd_renumber", "ii"),
    ("fd_seek", "iIii"),
    ("fd_sync", "i"),
    ("fd_tell", "ii"),
    ("fd_write", "iiii"),
    ("path_create_directory", "iii"),
    ("path_filestat_get", "iiiii"),
    ("path_filestat_set_times", "iiiiIIi"),
    ("path_link", "iiiiiii"),
    ("path_open", "iiiiiIIii"),
    ("path_readlink", "iiiiii"),
    ("path_remove_directory", "iii"),
    ("path_rename", "iiiiii"),
    ("path_symlink", "iiiii"),
    ("path_unlink_file", "iii"),
    ("poll_oneoff", "iiii"),
    ("random_get", "ii"),
    ("sock_accept", "iii"),
    ("sock_recv", "iiiiii"),
    ("sock_send", "iiiii"),
    ("sock_shutdown", "ii"),
];

/// The first preopened directory.
pub const DIR: Word = Word::Number(3);

pub const OPEN_CREATE: u64 = 1;
pub const OPEN_DIRECTORY: u64 = 2;
pub const OPEN_TRUNCATE: u64 = 8;
pub const RIGHT_READ: u64 = 1 << 1;
pub const RIGHT_WRITE: u64 = 1 << 6;
/// All that there are, for a file; and for a directory, which nobody writes.
pub const RIGHTS: u64 = (1 << 30) - 1;
pub const RIGHTS_DIRECTORY: u64 = RIGHTS & !RIGHT_WRITE;
pub const BOTH_TIMES: u64 = 1 | 4;

/// Bytes of the guest's memory: one page.
pub const MEMORY_BYTES: u64 = 65_536;
/// Where calls may write what they like: the first bytes of the memory, all zeros at first.
pub const SCRATCH: Word = Word::Number(64);
/// Where the guest keeps error numbers, two letters each, behind the vector that writes them.
const RESULTS: usize = 16_384;
/// Where texts and records stand.
const DATA: usize = 32_768;

/// An argument of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    Number(u64),
    /// What stands at that address when the call is made.
    Loaded(u64),
}

impl From<u64> for Word {
    fn from(number: u64) -> Self {
        Word::Number(number)
    }
}

/// A list of calls that becomes a module.
#[derive(Default)]
pub struct Guest {
    data: Vec<u8>,
    body: String,
    calls: usize,
    descriptors: u64,
}

impl Guest {
    /// Puts bytes into the guest's memory; gives their address and their number.
    pub fn bytes(&mut self, bytes: &[u8]) -> [Word; 2] {
        // Records of 64-bit words may stand anywhere, but real guests align them.
        self.data.resize(self.data.len().next_multiple_of(8), 0);
        let address = DATA + self.data.len();
        self.data.extend_from_slice(bytes);
        assert!(DATA + self.data.len() <= MEMORY_BYTES as usize, "too much data");
        [Word::Number(address as u64), Word::Number(bytes.len() as u64)]
    }

    /// A vector that leads to these bytes; gives its address.
    pub fn vector(&mut self, address: u64, size: u64) -> Word {
        let words = [address as u32, size as u32].map(u32::to_le_bytes);
        self.bytes(words.as_flattened())[0]
    }

    /// Adds a call, whose error number will be among the results.
    pub fn call(&mut self, name: &str, words: &[Word]) {
        let (_, parameters) = FUNCTIONS.iter().find(|(function, _)| *function == name).expect(name);
        assert_eq!(parameters.len(), words.len(), "{name}");
        let at = RESULTS + 16 + 2 * self.calls;
        let mut call = format!("(local.set $errno (call ${name}");
        for (parameter, word) in parameters.chars().zip(words) {
            let ty = if parameter == 'i' { "i32" } else { "i64" };
            match word {
                Word::Number(number) => write!(call, " ({ty}.const {number})"),
                Word::Loaded(address) => write!(call, " ({ty}.load (i32.const {address}))"),
            }
            .unwrap();
        }
        writeln!(
            self.body,
            "{call}))
            (i32.store8 (i32.const {at}) (i32.add (i32.const 65) (i32.shr_u (local.get $errno) (i32.const 4))))
            (i32.store8 (i32.const {}) (i32.add (i32.const 97) (i32.and (local.get $errno) (i32.const 15))))",
            at + 1
        )
        .unwrap();
        self.calls += 1;
    }

    /// Adds a call whose words are a directory, a path, and others behind it.
    pub fn path_call(&mut self, name: &str, before: &[Word], path: &str, behind: &[Word]) {
        let path = self.bytes(path.as_bytes());
        self.call(name, &[before, &path, behind].concat());
    }

    /// Opens a path below a directory with all rights, following links; gives the descriptor for later calls.
    pub fn open(&mut self, directory: Word, path: &str, open: u64, rights: u64) -> Word {
        // Eight bytes, so that nothing stands in the upper half of a descriptor.
        let place = 8_192 + 8 * self.descriptors;
        self.descriptors += 1;
        let behind = [open.into(), rights.into(), RIGHTS.into(), 0.into(), place.into()];
        self.path_call("path_open", &[directory, 1.into()], path, &behind);
        Word::Loaded(place)
    }

    /// Puts a text into the guest's memory; gives its address and size as two instructions.
    pub fn constants(&mut self, text: &str) -> String {
        let words = self.bytes(text.as_bytes()).map(|word| match word {
            Word::Number(number) | Word::Loaded(number) => number,
        });
        format!("(i32.const {}) (i32.const {})", words[0], words[1])
    }

    /// Adds instructions of its own. `$errno` is there to use, and `$time` of 64 bits.
    pub fn instructions(&mut self, text: &str) {
        self.body += text;
    }

    fn module(&self) -> String {
        let mut text = String::from("(module\n");
        for (name, parameters) in FUNCTIONS {
            let types: String = parameters.chars().map(|p| if p == 'i' { " i32" } else { " i64" }).collect();
            writeln!(text, "(import \"wasi_snapshot_preview1\" \"{name}\" (func ${name} (param{types}) (result i32)))")
                .unwrap();
        }
        let data: String = self.data.iter().fold(String::new(), |data, byte| data + &format!("\\{byte:02x}"));
        let (first, size) = (RESULTS + 16, 2 * self.calls + 1);
        write!(
            text,
            "(memory (export \"memory\") 1)
            (data (i32.const {DATA}) \"{data}\")
            (func (export \"_start\") (local $errno i32) (local $time i64)
              {}
              (i32.store8 (i32.const {}) (i32.const 10))
              (i32.store (i32.const {RESULTS}) (i32.const {first}))
              (i32.store (i32.const {}) (i32.const {size}))
              (drop (call $fd_write (i32.const 1) (i32.const {RESULTS}) (i32.const 1) (i32.const 0)))
              ;; Until somebody has looked what this process takes.
              (i32.store (i32.const {RESULTS}) (i32.const 0))
              (i32.store (i32.const {}) (i32.const 1))
              (drop (call $fd_read (i32.const 0) (i32.const {RESULTS}) (i32.const 1) (i32.const 8)))))",
            self.body,
            first + size - 1,
            RESULTS + 4,
            RESULTS + 4,
        )
        .unwrap();
        text
    }

    /// Runs the guest with these options; gives the error numbers of its calls. It must end well, and the process that
    /// runs it must stay small.
    #[track_caller]
    pub fn run(&self, options: &[&str]) -> Vec<u32> {
        let file = write_module(&self.module());
        let mut child = Command::new(env!("CARGO_BIN_EXE_moteur"))
            .arg("run")
            .args(options)
            .arg(&file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut stderr = child.stderr.take().unwrap();
        let errors = thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).map(|_| text)
        });
        let results = thread::spawn(move || {
            let mut line = String::new();
            stdout.read_line(&mut line).map(|_| line)
        });
        let begin = Instant::now();
        while !results.is_finished() {
            if begin.elapsed() > PATIENCE {
                child.kill().unwrap();
                panic!("the guest does not end");
            }
            thread::sleep(Duration::from_millis(1));
        }
        let line = results.join().unwrap().unwrap();
        let peak = peak_kib(child.id());
        drop(stdin);
        let status = child.wait().unwrap();
        let errors = errors.join().unwrap().unwrap();
        assert_eq!(status.code(), Some(0), "{errors}");
        assert_eq!(line.len(), 2 * self.calls + 1, "{line:?}");
        assert!(peak.is_none_or(|kib| kib < PEAK_KIB_MAX), "{peak:?} KiB");
        let letters = line.trim_end().as_bytes();
        letters.chunks(2).map(|two| u32::from(two[0] - b'A') * 16 + u32::from(two[1] - b'a')).collect()
    }
}

/// The most memory that a process has taken so far, where the system tells.
fn peak_kib(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

fn write_module(text: &str) -> PathBuf {
    let file = crate::world::new_folder().join("guest.wat");
    std::fs::write(&file, text).unwrap();
    file
}
