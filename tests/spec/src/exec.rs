//! Runs a stream of commands against the public API of `moteur` and reports a verdict on each.
//!
//! Nothing here allocates but through the runtime's own heap, so that after each file the heap must be as it was:
//! that is checked too.

use core::fmt;

use moteur::wasm::ErrorKind;
use moteur::{Config, Engine, Error, Extern, Func, Heap, Instance, Linker, Module, Store, Val};

use crate::format::{Action, Kind, MAGIC, Malformed, Reader, SLOTS};
use crate::host::Host;
use crate::tally::{Place, Sink, Verdict};
use crate::value::{self, Shown, VALUES_MAX};

/// What a target gives to the suite.
#[derive(Clone, Copy)]
pub struct Resources {
    /// Where the runtime takes memory from.
    pub heap: Heap,
    /// The stack of the guest's frames.
    pub stack_bytes: usize,
    /// How many pages a memory may have.
    pub memory_pages_max: u32,
    /// Whether a module that the heap has no room for is skipped; otherwise it is a failure.
    pub skips_large: bool,
    /// Changes the configuration that follows from the rest.
    pub configure: fn(Config) -> Config,
    /// Whether a module is run in the way that is tested here; the second says whether some modules may be interpreted
    /// although others are not.
    pub accept: fn(&Module, bool) -> bool,
}

/// Why a file could not be run at all.
#[derive(Clone, Copy, Debug)]
pub enum Broken {
    /// The stream does not follow the format.
    Stream(Malformed),
    /// The runtime refused to start.
    Runtime(Error),
}

impl From<Malformed> for Broken {
    fn from(error: Malformed) -> Broken {
        Broken::Stream(error)
    }
}

impl From<Error> for Broken {
    fn from(error: Error) -> Broken {
        Broken::Runtime(error)
    }
}

/// Reads the stream's header.
pub fn header(stream: &mut Reader<'_>) -> Result<(), Malformed> {
    if stream.take(MAGIC.len())? == MAGIC { Ok(()) } else { Err(Malformed) }
}

/// Runs one file: its name and its commands, without the length in front.
pub fn file(resources: &Resources, bytes: &[u8], sink: &mut dyn Sink) -> Result<(), Broken> {
    let mut stream = Reader::new(bytes);
    let name = stream.text()?;
    let used_before = resources.heap.stats().used;
    let mut line = 0;
    while !stream.is_empty() {
        let mut world = World::new(resources, name.starts_with(MIXED))?;
        line = world.until_reset(name, &mut stream, sink)?;
    }
    let used_after = resources.heap.stats().used;
    if used_after != used_before {
        let place = Place { file: name, line, kind: Kind::Reset };
        let lost = format_args!("the heap held {used_before} bytes before and {used_after} after");
        sink.record(place, Verdict::Failed(lost));
    }
    Ok(())
}

/// What a slot holds.
#[derive(Clone, Copy)]
enum Slot {
    Empty,
    Instance(Instance),
    Failed,
    /// The module is out of scope or too large here, and so is all that refers to it.
    Skipped(Cause),
}

/// Why something is skipped.
#[derive(Clone, Copy)]
struct Cause(Error);

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Error::OutOfMemory => f.write_str("needs more memory than this target gives"),
            error => write!(f, "{error}"),
        }
    }
}

/// One store and what lives in it, between two resets.
struct World<'r> {
    resources: &'r Resources,
    engine: Engine,
    store: Store<Host>,
    linker: Linker<Host>,
    instances: [Slot; SLOTS],
    definitions: [Option<Module>; SLOTS],
    /// Whether only some of the modules bring native code along.
    is_mixed: bool,
}

/// How an action ended.
enum Done {
    Values(usize),
    Error(Error),
    Missing,
    Skipped(Cause),
    NoInstance,
}

/// How the names begin of files in which only some of the modules bring native code along.
pub const MIXED: &str = "crossing/";

/// The number of the error of a module whose native code is not run.
const NOT_NATIVE: u32 = 1;

impl<'r> World<'r> {
    fn new(resources: &'r Resources, is_mixed: bool) -> Result<World<'r>, Error> {
        let config =
            Config::new(resources.heap).stack_bytes(resources.stack_bytes).max_memory_pages(resources.memory_pages_max);
        let engine = Engine::new((resources.configure)(config))?;
        let mut store = Store::new(&engine, Host::default())?;
        let mut linker = Linker::new(&engine);
        // The suite registers modules under names that it used before.
        linker.allow_shadowing(true);
        crate::spectest::define(&mut linker, &mut store)?;
        crate::host::define(&mut linker, &mut store)?;
        let instances = [Slot::Empty; SLOTS];
        let definitions = [const { None }; SLOTS];
        Ok(World { resources, engine, store, linker, instances, definitions, is_mixed })
    }

    /// Runs commands up to a `Reset` or the end; gives the last line.
    fn until_reset(&mut self, file: &str, stream: &mut Reader<'_>, sink: &mut dyn Sink) -> Result<u32, Malformed> {
        let mut line = 0;
        while !stream.is_empty() {
            let kind = stream.kind()?;
            line = stream.u32()?;
            let place = Place { file, line, kind };
            let mut record = |verdict: Verdict<'_>| sink.record(place, verdict);
            match kind {
                Kind::Reset => return Ok(line),
                Kind::Module => self.module(stream, &mut record)?,
                Kind::Definition => self.definition(stream, &mut record)?,
                Kind::Instance => self.instance(stream, &mut record)?,
                Kind::Register => self.register(stream, &mut record)?,
                Kind::Invoke => self.invoke(stream, &mut record)?,
                Kind::AssertReturn => self.assert_return(stream, &mut record)?,
                Kind::AssertTrap | Kind::AssertExhaustion => self.assert_trap(stream, &mut record)?,
                Kind::AssertInvalid | Kind::AssertMalformed => {
                    self.assert_refused(stream, &mut record)?;
                }
                Kind::AssertUnlinkable => self.assert_unlinkable(stream, &mut record)?,
                Kind::AssertUninstantiable => self.assert_uninstantiable(stream, &mut record)?,
                Kind::Skip => {
                    let (directive, reason) = (stream.text()?, stream.text()?);
                    record(Verdict::Skipped(format_args!("{directive}: {reason}")));
                }
            }
        }
        Ok(line)
    }

    /// Whether the suite asks for more than this target or this version has.
    fn skip_cause(&self, error: Error) -> Option<Cause> {
        let skips = match error {
            Error::OutOfMemory => self.resources.skips_large,
            Error::Module(error) => matches!(error.kind, ErrorKind::Unsupported(_)),
            _ => false,
        };
        skips.then_some(Cause(error))
    }

    /// Stores what instantiation gave in a slot and reports it.
    fn settle(&mut self, slot: usize, result: Result<Instance, Error>, record: Record<'_>) {
        let state = match result {
            Ok(instance) => {
                record(Verdict::Passed);
                Slot::Instance(instance)
            }
            Err(error) => match self.skip_cause(error) {
                Some(cause) => {
                    record(Verdict::Skipped(format_args!("{cause}")));
                    Slot::Skipped(cause)
                }
                None => {
                    record(Verdict::Failed(format_args!("{error}")));
                    Slot::Failed
                }
            },
        };
        if let Some(place) = self.instances.get_mut(slot) {
            *place = state;
        }
    }

    fn load(&mut self, bytes: &[u8]) -> Result<Instance, Error> {
        let module = Module::new(&self.engine, bytes)?;
        if !(self.resources.accept)(&module, self.is_mixed) {
            return Err(Error::Host(NOT_NATIVE));
        }
        self.linker.instantiate(&mut self.store, &module)
    }

    fn module(&mut self, stream: &mut Reader<'_>, record: Record<'_>) -> Result<(), Malformed> {
        let (slot, bytes) = (stream.slot()?, stream.module()?);
        let result = self.load(bytes);
        self.settle(slot, result, record);
        Ok(())
    }

    fn definition(&mut self, stream: &mut Reader<'_>, record: Record<'_>) -> Result<(), Malformed> {
        let (slot, bytes) = (stream.slot()?, stream.module()?);
        let result = Module::new(&self.engine, bytes);
        match &result {
            Ok(_) => record(Verdict::Passed),
            Err(error) => match self.skip_cause(*error) {
                Some(cause) => record(Verdict::Skipped(format_args!("{cause}"))),
                None => record(Verdict::Failed(format_args!("{error}"))),
            },
        }
        if let Some(place) = self.definitions.get_mut(slot) {
            *place = result.ok();
        }
        Ok(())
    }

    fn instance(&mut self, stream: &mut Reader<'_>, record: Record<'_>) -> Result<(), Malformed> {
        let (slot, definition) = (stream.slot()?, stream.slot()?);
        match self.definitions.get(definition).and_then(Option::as_ref) {
            Some(module) => {
                let result = self.linker.instantiate(&mut self.store, module);
                self.settle(slot, result, record);
            }
            None => record(Verdict::Failed(format_args!("no module definition"))),
        }
        Ok(())
    }

    fn register(&mut self, stream: &mut Reader<'_>, record: Record<'_>) -> Result<(), Malformed> {
        let (slot, name) = (stream.slot()?, stream.text()?);
        match self.slot(slot) {
            Slot::Instance(instance) => match self.linker.instance(&self.store, name, instance) {
                Ok(_) => record(Verdict::Passed),
                Err(error) => record(Verdict::Failed(format_args!("{error}"))),
            },
            Slot::Skipped(cause) => record(Verdict::Skipped(format_args!("{cause}"))),
            Slot::Empty | Slot::Failed => record(Verdict::Failed(format_args!("no instance"))),
        }
        Ok(())
    }

    fn slot(&self, slot: usize) -> Slot {
        self.instances.get(slot).copied().unwrap_or(Slot::Empty)
    }

    /// Reads an action, carries it out, leaves its results in `values`.
    fn action(&mut self, stream: &mut Reader<'_>, values: &mut Values) -> Result<Done, Malformed> {
        let action = stream.action()?;
        let slot = self.slot(stream.slot()?);
        let name = stream.text()?;
        let mut arguments = [const { Val::I32(0) }; VALUES_MAX];
        let mut count = 0;
        if action == Action::Call {
            count = usize::from(stream.u8()?);
            for argument in arguments.get_mut(..count).ok_or(Malformed)? {
                *argument = value::read(stream)?;
            }
        }
        let instance = match slot {
            Slot::Instance(instance) => instance,
            Slot::Skipped(cause) => return Ok(Done::Skipped(cause)),
            Slot::Empty | Slot::Failed => return Ok(Done::NoInstance),
        };
        let arguments = arguments.get(..count).ok_or(Malformed)?;
        Ok(match (action, instance.export(&self.store, name)) {
            (Action::Call, Some(Extern::Func(func))) => self.call(func, arguments, values)?,
            (Action::Get, Some(Extern::Global(global))) => match global.get(&self.store) {
                Ok(value) => {
                    *values.first_mut().ok_or(Malformed)? = value;
                    Done::Values(1)
                }
                Err(error) => Done::Error(error),
            },
            _ => Done::Missing,
        })
    }

    fn call(&mut self, func: Func, arguments: &[Val], values: &mut Values) -> Result<Done, Malformed> {
        let count = match func.ty(&self.store) {
            Ok(ty) => ty.results.len(),
            Err(error) => return Ok(Done::Error(error)),
        };
        let results = values.get_mut(..count).ok_or(Malformed)?;
        let result = func.call(&mut self.store, arguments, results);
        Ok(match Host::note(&mut self.store, result) {
            Ok(()) => Done::Values(count),
            Err(error) => Done::Error(error),
        })
    }

    fn invoke(&mut self, stream: &mut Reader<'_>, record: Record<'_>) -> Result<(), Malformed> {
        let mut values = no_values();
        match self.action(stream, &mut values)? {
            Done::Values(_) => record(Verdict::Passed),
            other => unexpected(other, record),
        }
        Ok(())
    }

    fn assert_return(&mut self, stream: &mut Reader<'_>, record: Record<'_>) -> Result<(), Malformed> {
        let mut values = no_values();
        let done = self.action(stream, &mut values)?;
        let expected = usize::from(stream.u8()?);
        let actual = match done {
            Done::Values(count) => values.get(..count).ok_or(Malformed)?,
            _ => &[],
        };
        let mut matched = actual.len() == expected;
        for index in 0..expected {
            matched &= value::matches(stream, actual.get(index))?;
        }
        match done {
            Done::Values(_) if matched => record(Verdict::Passed),
            Done::Values(_) => record(Verdict::Failed(format_args!("gave {}", Shown(actual)))),
            other => unexpected(other, record),
        }
        Ok(())
    }

    fn assert_trap(&mut self, stream: &mut Reader<'_>, record: Record<'_>) -> Result<(), Malformed> {
        let mut values = no_values();
        let done = self.action(stream, &mut values)?;
        let message = stream.text()?;
        match done {
            Done::Error(error) => trapped(error, message, record),
            Done::Values(count) => {
                let shown = Shown(values.get(..count).unwrap_or_default());
                record(Verdict::Failed(format_args!("no trap, gave {shown}")));
            }
            other => unexpected(other, record),
        }
        Ok(())
    }

    fn assert_refused(&mut self, stream: &mut Reader<'_>, record: Record<'_>) -> Result<(), Malformed> {
        let (bytes, message) = (stream.module()?, stream.text()?);
        match Module::new(&self.engine, bytes) {
            Ok(_) => record(Verdict::Failed(format_args!("accepted; should be: {message}"))),
            Err(Error::Module(error)) => judge_words(&error, message, record),
            // What cannot be compiled has no native code, without which this runtime does not say what is wrong in bodies.
            Err(error @ Error::Native(_)) => {
                record(Verdict::Skipped(format_args!("bodies are not validated: {error}")))
            }
            Err(error) => match self.skip_cause(error) {
                Some(cause) => record(Verdict::Skipped(format_args!("{cause}"))),
                None => record(Verdict::Failed(format_args!("{error}; should be: {message}"))),
            },
        }
        Ok(())
    }

    fn assert_unlinkable(&mut self, stream: &mut Reader<'_>, record: Record<'_>) -> Result<(), Malformed> {
        let (bytes, message) = (stream.module()?, stream.text()?);
        match self.load(bytes) {
            Ok(_) => record(Verdict::Failed(format_args!("linked; should be: {message}"))),
            Err(error @ Error::Link { .. }) => judge_words(&error, message, record),
            Err(error) => match self.skip_cause(error) {
                Some(cause) => record(Verdict::Skipped(format_args!("{cause}"))),
                None => record(Verdict::Failed(format_args!("{error}; should be: {message}"))),
            },
        }
        Ok(())
    }

    fn assert_uninstantiable(&mut self, stream: &mut Reader<'_>, record: Record<'_>) -> Result<(), Malformed> {
        let (bytes, message) = (stream.module()?, stream.text()?);
        match self.load(bytes) {
            Ok(_) => record(Verdict::Failed(format_args!("no trap; should be: {message}"))),
            Err(error) => match self.skip_cause(error) {
                Some(cause) => record(Verdict::Skipped(format_args!("{cause}"))),
                None => trapped(error, message, record),
            },
        }
        Ok(())
    }
}

type Record<'a> = &'a mut dyn FnMut(Verdict<'_>);
type Values = [Val; VALUES_MAX];

fn no_values() -> Values {
    [const { Val::I32(0) }; VALUES_MAX]
}

/// Reports an action that did not come to values or a trap.
fn unexpected(done: Done, record: Record<'_>) {
    match done {
        Done::Values(_) => record(Verdict::Failed(format_args!("succeeded"))),
        Done::Error(error) => record(Verdict::Failed(format_args!("{error}"))),
        Done::Missing => record(Verdict::Failed(format_args!("no such export"))),
        Done::NoInstance => record(Verdict::Failed(format_args!("no instance"))),
        Done::Skipped(cause) => record(Verdict::Skipped(format_args!("{cause}"))),
    }
}

/// A trap must be the one that the suite names, and so must be what the host or a limit ends a guest with.
fn trapped(error: Error, message: &str, record: Record<'_>) {
    match error {
        Error::Trap(_) | Error::Host(_) | Error::Limit(_) if agrees(&error, message) => record(Verdict::Passed),
        other => record(Verdict::Failed(format_args!("{other}; should be: {message}"))),
    }
}

/// A refusal counts whatever its words; differing words are told apart.
fn judge_words(error: &dyn fmt::Display, message: &str, record: Record<'_>) {
    if agrees(error, message) {
        record(Verdict::Passed);
    } else {
        record(Verdict::PassedOtherWords(format_args!("{error}; suite: {message}")));
    }
}

/// Whether one of the texts begins with the other: the suite's says less ("uninitialized element") or more
/// ("uninitialized element 2") than ours, which goes on with the offset.
fn agrees(actual: &dyn fmt::Display, expected: &str) -> bool {
    let mut prefix = Prefix { expected: expected.as_bytes(), at: 0, same: true };
    let written = fmt::write(&mut prefix, format_args!("{actual}"));
    written.is_ok() && prefix.same && prefix.at > 0
}

/// Compares what is written to it with a text, as far as the shorter goes.
struct Prefix<'a> {
    expected: &'a [u8],
    at: usize,
    same: bool,
}

impl fmt::Write for Prefix<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            if let Some(expected) = self.expected.get(self.at) {
                self.same &= *expected == byte;
                self.at = self.at.saturating_add(1);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::agrees;

    #[test]
    fn the_shorter_text_decides() {
        assert!(agrees(&"uninitialized element", "uninitialized element 2"));
        assert!(agrees(&"type mismatch at offset 0x12", "type mismatch"));
        assert!(!agrees(&"unreachable", "undefined element"));
        assert!(!agrees(&"", "undefined element"));
    }
}
