//! Values, traps and states as both runtimes can say them, and what host functions answer.

use std::hash::{DefaultHasher, Hash, Hasher};

/// A value. Of references only whether they are null can be compared, and an external one's number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Value {
    I32(u32),
    I64(u64),
    F32(u32),
    F64(u64),
    Func { is_null: bool },
    Extern(Option<u32>),
}

/// How a call or an instantiation ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum End {
    Values(Vec<Value>),
    /// The trap, in our words.
    Trap(moteur::Trap),
    /// The stack was too small: how large it is differs.
    StackOverflow,
    /// An error of which only one side has such a kind.
    Other(String),
}

/// What can be seen of an instance from outside.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct State {
    pub globals: Vec<(String, Value)>,
    /// Size in pages and a hash of the bytes.
    pub memories: Vec<(String, u64, u64)>,
    pub tables: Vec<(String, Elements)>,
    /// What host functions were asked: number of the import, arguments.
    pub asked: Vec<(usize, Vec<Value>)>,
}

impl State {
    /// The state in the order of names.
    pub fn sorted(mut self) -> State {
        self.globals.sort_by(|a, b| a.0.cmp(&b.0));
        self.memories.sort();
        self.tables.sort_by(|a, b| a.0.cmp(&b.0));
        self
    }
}

/// The elements of a table: their number, how many are not null, and a hash of all, so that they can be printed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Elements {
    len: usize,
    present: usize,
    hash: u64,
}

impl FromIterator<Value> for Elements {
    fn from_iter<I: IntoIterator<Item = Value>>(elements: I) -> Elements {
        let elements: Vec<Value> = elements.into_iter().collect();
        let is_null = |value: &&Value| matches!(value, Value::Func { is_null: true } | Value::Extern(None));
        let present = elements.len() - elements.iter().filter(is_null).count();
        Elements { len: elements.len(), present, hash: hash(&elements) }
    }
}

/// A hash of a memory's bytes or of other things.
pub fn hash<T: Hash>(things: &[T]) -> u64 {
    let mut hasher = DefaultHasher::new();
    things.hash(&mut hasher);
    hasher.finish()
}

/// Types that host functions return and globals have.
#[derive(Clone, Copy)]
pub enum Type {
    I32,
    I64,
    F32,
    F64,
    Func,
    Extern,
}

/// A value of the given type that depends on `seed` only. Floats are no NaNs, functions are null.
pub fn value_of(ty: Type, seed: u64) -> Value {
    let mixed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (seed % 60);
    match ty {
        Type::I32 => Value::I32(mixed as u32),
        Type::I64 => Value::I64(mixed),
        Type::F32 => Value::F32((mixed as i32 as f32 / 8.0).to_bits()),
        Type::F64 => Value::F64((mixed as i64 as f64 / 8.0).to_bits()),
        Type::Func => Value::Func { is_null: true },
        Type::Extern => Value::Extern((!seed.is_multiple_of(3)).then_some(mixed as u32 % 1000)),
    }
}

/// What the host does when it is asked for the `count`-th time: answers, or ends the guest.
pub fn answer(types: &[Type], count: usize) -> Option<Vec<Value>> {
    let seed = count as u64 * 31 + 7;
    (!seed.is_multiple_of(23)).then(|| types.iter().zip(seed..).map(|(ty, seed)| value_of(*ty, seed)).collect())
}
