//! Which instructions have a form with an immediate, a form that branches, an inverse, a mirror image.
//!
//! The ten comparisons of integers stand in the same order in every form, so their answers are places in lists.

use crate::code::op::Instr;

/// The forms of the comparisons of one type: equal, not equal, then less, greater, less or equal, greater or equal,
/// signed and unsigned. Lists are empty where there is no such form.
struct Comparisons {
    /// Of two slots.
    plain: &'static [Instr],
    /// Of a slot and an immediate.
    imm: &'static [Instr],
    /// A branch that is taken if the comparison holds.
    branch: &'static [Instr],
    branch_imm: &'static [Instr],
}

/// A list of instructions.
macro_rules! list {
    ($($name:ident)*) => { &[$(crate::code::op::Instr::$name),*] };
}

/// A list of pairs.
macro_rules! pairs {
    ($($from:ident => $to:ident,)*) => { &[$((crate::code::op::Instr::$from, crate::code::op::Instr::$to)),*] };
}

#[cfg_attr(not(feature = "small"), path = "fuse/all.rs")]
#[cfg_attr(feature = "small", path = "fuse/small.rs")]
mod more;

static COMPARISONS: [Comparisons; 2] = [
    Comparisons {
        plain: list![I32Eq I32Ne I32LtS I32LtU I32GtS I32GtU I32LeS I32LeU I32GeS I32GeU],
        imm: list![I32EqImm I32NeImm I32LtSImm I32LtUImm I32GtSImm I32GtUImm I32LeSImm I32LeUImm I32GeSImm I32GeUImm],
        branch: list![
            BrIfI32Eq BrIfI32Ne BrIfI32LtS BrIfI32LtU BrIfI32GtS BrIfI32GtU BrIfI32LeS BrIfI32LeU BrIfI32GeS BrIfI32GeU
        ],
        branch_imm: list![
            BrIfI32EqImm BrIfI32NeImm BrIfI32LtSImm BrIfI32LtUImm BrIfI32GtSImm BrIfI32GtUImm BrIfI32LeSImm
            BrIfI32LeUImm BrIfI32GeSImm BrIfI32GeUImm
        ],
    },
    more::I64,
];

/// Where each comparison's opposite stands.
const INVERSE: [u8; 10] = [1, 0, 8, 9, 6, 7, 4, 5, 2, 3];
/// Where the comparison stands that does the same with its operands exchanged.
const MIRRORED: [u8; 10] = [0, 1, 4, 5, 2, 3, 8, 9, 6, 7];

/// The place of a comparison in a list, whose instructions have consecutive numbers.
fn place(list: &[Instr], instr: Instr) -> Option<usize> {
    let first = *list.first()?;
    let at = (instr as usize).wrapping_sub(first as usize);
    debug_assert!(list.get(at).is_none_or(|found| *found == instr), "comparisons are consecutive");
    (at < list.len()).then_some(at)
}

/// The instruction at the place that `places` gives.
fn other(list: &[Instr], places: &[u8; 10], at: usize) -> Option<Instr> {
    list.get(usize::from(*places.get(at)?)).copied()
}

/// Pairs of an instruction and the one that takes its place.
type Pairs = [(Instr, Instr)];

fn find(pairs: &Pairs, instr: Instr) -> Option<Instr> {
    pairs.iter().find(|(from, _)| *from == instr).map(|(_, to)| *to)
}

static WITH_IMM: &Pairs = pairs! {
    I32Add => I32AddImm, I32Mul => I32MulImm, I32And => I32AndImm, I32Or => I32OrImm, I32Xor => I32XorImm,
    I32Shl => I32ShlImm, I32ShrS => I32ShrSImm, I32ShrU => I32ShrUImm, I32Rotl => I32RotlImm,
    I32DivS => I32DivSImm, I32DivU => I32DivUImm, I32RemS => I32RemSImm, I32RemU => I32RemUImm,
};

/// The form with an immediate as second operand.
pub(super) fn with_imm(instr: Instr) -> Option<Instr> {
    for of in &COMPARISONS {
        if let Some(at) = place(of.plain, instr) {
            return of.imm.get(at).copied();
        }
    }
    find(WITH_IMM, instr).or_else(|| find(more::WITH_IMM, instr))
}

static STORE_IMM: &Pairs = pairs! {
    I32Store8 => I32Store8Imm, I32Store16 => I32Store16Imm, I32Store => I32StoreImm, F32Store => I32StoreImm,
    I64Store8 => I32Store8Imm, I64Store16 => I32Store16Imm, I64Store32 => I32StoreImm, I64Store => I64StoreImm,
    F64Store => I64StoreImm,
};

/// The store of a constant.
pub(super) fn store_imm(instr: Instr) -> Option<Instr> {
    find(STORE_IMM, instr)
}

static COMMUTATIVE: &[Instr] = list![I32Add I32Mul I32And I32Or I32Xor];

/// The instruction that does the same with its operands exchanged.
pub(super) fn mirrored(instr: Instr) -> Option<Instr> {
    for of in &COMPARISONS {
        if let Some(at) = place(of.plain, instr) {
            return other(of.plain, &MIRRORED, at);
        }
    }
    if COMMUTATIVE.contains(&instr) { Some(instr) } else { find(more::MIRRORED, instr) }
}

/// The comparison of integers that gives the opposite.
pub(super) fn inverse(instr: Instr) -> Option<Instr> {
    for of in &COMPARISONS {
        for list in [of.plain, of.imm] {
            if let Some(at) = place(list, instr) {
                return other(list, &INVERSE, at);
            }
        }
    }
    None
}

/// The branch that is taken if the comparison holds, and whether it has an immediate.
pub(super) fn branch_if(instr: Instr) -> Option<(Instr, bool)> {
    for of in &COMPARISONS {
        for (list, branches, imm) in [(of.plain, of.branch, false), (of.imm, of.branch_imm, true)] {
            if let Some(at) = place(list, instr) {
                return Some((*branches.get(at)?, imm));
            }
        }
    }
    None
}

/// The branch that is taken if a 64-bit integer equals the immediate, or if it does not.
pub(super) fn branch_if_64(equal: bool) -> Option<Instr> {
    more::I64.branch_imm.get(usize::from(!equal)).copied()
}
