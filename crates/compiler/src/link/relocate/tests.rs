//! Each kind of relocation: what is written is what LLVM's assembler writes for the same distance (`llvm-mc
//! -show-encoding`), up to the limits; beyond them, and between two instructions, it is refused.

use super::*;

const PLACE: u64 = 0x0800_0104;
/// Where the relocation stands; what is before and behind it must stay.
const AT: usize = 4;

/// Applies a relocation to some bytes; the symbol is so many bytes away, addends included.
fn applied(arch: Arch, kind: u32, old: &[u8], distance: i64) -> Result<Vec<u8>, Error> {
    // An addend that is not 0, where it is not kept in the code.
    let addend = if arch == Arch::Thumb { 0 } else { -12 };
    let symbol = (PLACE as i64 + distance - addend) as u64;
    let change = Change { at: AT, place: PLACE, kind, symbol, thumb_bit: 0, addend };
    apply_to(arch, &change, old)
}

fn apply_to(arch: Arch, change: &Change, old: &[u8]) -> Result<Vec<u8>, Error> {
    let mut code = [&[0xA5; AT], old, &[0x5A; 4]].concat();
    let mut pairs = Pairs::default();
    for pass in [Pass::First, Pass::Second] {
        apply(&mut code, arch, change, pass, &mut pairs)?;
    }
    assert_eq!((&code[..AT], &code[AT + old.len()..]), (&[0xA5; AT][..], &[0x5A; 4][..]));
    Ok(code[AT..AT + old.len()].to_vec())
}

/// What a kind writes for distances, and what it refuses.
struct Row {
    arch: Arch,
    kind: u32,
    old: &'static [u8],
    good: &'static [(i64, &'static [u8])],
    bad: &'static [i64],
}

const GIB: i64 = 1 << 30;

#[rustfmt::skip]
const ROWS: &[Row] = &[
    // bl
    Row { arch: Arch::Thumb, kind: arm::THM_CALL, old: &[0x00, 0xf0, 0x00, 0xf8], good: &[
        (0, &[0x00, 0xf0, 0x00, 0xf8]), (4, &[0x00, 0xf0, 0x02, 0xf8]), (0xffc, &[0x00, 0xf0, 0xfe, 0xff]),
        (-4, &[0xff, 0xf7, 0xfe, 0xff]), (0x34_5678, &[0x45, 0xf3, 0x3c, 0xfb]), (-0x34_5678, &[0xba, 0xf4, 0xc4, 0xfc]),
        (0xff_fffe, &[0xff, 0xf3, 0xff, 0xd7]), (-0x100_0000, &[0x00, 0xf4, 0x00, 0xd0]),
    ], bad: &[0x100_0000, -0x100_0002, 1] },
    // b.w
    Row { arch: Arch::Thumb, kind: arm::THM_JUMP24, old: &[0x00, 0xf0, 0x00, 0xb8], good: &[
        (0, &[0x00, 0xf0, 0x00, 0xb8]), (4094, &[0x00, 0xf0, 0xff, 0xbf]), (-4, &[0xff, 0xf7, 0xfe, 0xbf]),
        (0xff_fffe, &[0xff, 0xf3, 0xff, 0x97]), (-0x100_0000, &[0x00, 0xf4, 0x00, 0x90]),
    ], bad: &[0x100_0000, -0x100_0002, 3] },
    Row { arch: Arch::Thumb, kind: arm::REL32, old: &[0; 4], good: &[
        (1, &[1, 0, 0, 0]), (-2, &[0xfe, 0xff, 0xff, 0xff]), (0x1234_5678, &[0x78, 0x56, 0x34, 0x12]),
    ], bad: &[4 * GIB] },
    // bl and b
    Row { arch: Arch::AArch64, kind: aarch64::CALL26, old: &[0, 0, 0, 0x94], good: &[
        (4, &[0x01, 0x00, 0x00, 0x94]), (-4, &[0xff, 0xff, 0xff, 0x97]), (0x12_3454, &[0x15, 0x8d, 0x04, 0x94]),
        (0x7ff_fffc, &[0xff, 0xff, 0xff, 0x95]), (-0x800_0000, &[0x00, 0x00, 0x00, 0x96]),
    ], bad: &[0x800_0000, -0x800_0004, 2] },
    Row { arch: Arch::AArch64, kind: aarch64::JUMP26, old: &[0, 0, 0, 0x14], good: &[
        (4, &[0x01, 0x00, 0x00, 0x14]), (-4, &[0xff, 0xff, 0xff, 0x17]), (0x12_3454, &[0x15, 0x8d, 0x04, 0x14]),
        (0x7ff_fffc, &[0xff, 0xff, 0xff, 0x15]), (-0x800_0000, &[0x00, 0x00, 0x00, 0x16]),
    ], bad: &[0x800_0000, -0x800_0004, 1] },
    // ldr x3
    Row { arch: Arch::AArch64, kind: aarch64::LD_PREL_LO19, old: &[0x03, 0, 0, 0x58], good: &[
        (4, &[0x23, 0x00, 0x00, 0x58]), (-4, &[0xe3, 0xff, 0xff, 0x58]),
        (0xf_fffc, &[0xe3, 0xff, 0x7f, 0x58]), (-0x10_0000, &[0x03, 0x00, 0x80, 0x58]),
    ], bad: &[0x10_0000, -0x10_0004, 2] },
    // adr x3
    Row { arch: Arch::AArch64, kind: aarch64::ADR_PREL_LO21, old: &[0x03, 0, 0, 0x10], good: &[
        (1, &[0x03, 0x00, 0x00, 0x30]), (-1, &[0xe3, 0xff, 0xff, 0x70]), (0x1_2345, &[0x23, 0x1a, 0x09, 0x30]),
        (0xf_ffff, &[0xe3, 0xff, 0x7f, 0x70]), (-0x10_0000, &[0x03, 0x00, 0x80, 0x10]),
    ], bad: &[0x10_0000, -0x10_0001] },
    Row { arch: Arch::AArch64, kind: aarch64::PREL32, old: &[9; 4], good: &[
        (1, &[1, 0, 0, 0]), (2 * GIB - 1, &[0xff, 0xff, 0xff, 0x7f]), (-2 * GIB, &[0, 0, 0, 0x80]),
    ], bad: &[2 * GIB, -2 * GIB - 1] },
    // jal ra
    Row { arch: Arch::RiscV32, kind: riscv::JAL, old: &[0xef, 0, 0, 0], good: &[
        (2, &[0xef, 0x00, 0x20, 0x00]), (-2, &[0xef, 0xf0, 0xff, 0xff]), (0x1_2344, &[0xef, 0x20, 0x41, 0x34]),
        (0xf_fffe, &[0xef, 0xf0, 0xff, 0x7f]), (-0x10_0000, &[0xef, 0x00, 0x00, 0x80]),
    ], bad: &[0x10_0000, -0x10_0002, 1] },
    // bne a0, a1
    Row { arch: Arch::RiscV64, kind: riscv::BRANCH, old: &[0x63, 0x10, 0xb5, 0x00], good: &[
        (2, &[0x63, 0x11, 0xb5, 0x00]), (-2, &[0xe3, 0x1f, 0xb5, 0xfe]), (0x344, &[0x63, 0x12, 0xb5, 0x34]),
        (4094, &[0xe3, 0x1f, 0xb5, 0x7e]), (-4096, &[0x63, 0x10, 0xb5, 0x80]),
    ], bad: &[4096, -4098, 1] },
    // auipc t1; jalr ra, t1
    Row { arch: Arch::RiscV64, kind: riscv::CALL_PLT, old: &[0x17, 0x03, 0, 0, 0xe7, 0, 0x03, 0], good: &[
        (0x1234_5678, &[0x17, 0x53, 0x34, 0x12, 0xe7, 0x00, 0x83, 0x67]),
        (0x1234_5987, &[0x17, 0x63, 0x34, 0x12, 0xe7, 0x00, 0x73, 0x98]),
    ], bad: &[2 * GIB - 0x800, 2 * GIB, -2 * GIB - 0x801] },
    Row { arch: Arch::RiscV32, kind: riscv::CALL, old: &[0x17, 0x03, 0, 0, 0xe7, 0, 0x03, 0], good: &[
        (0x1234_5678, &[0x17, 0x53, 0x34, 0x12, 0xe7, 0x00, 0x83, 0x67]),
        (0x1234_5987, &[0x17, 0x63, 0x34, 0x12, 0xe7, 0x00, 0x73, 0x98]),
    ], bad: &[2 * GIB] },
    // auipc t1
    Row { arch: Arch::RiscV32, kind: riscv::PCREL_HI20, old: &[0x17, 0x03, 0, 0], good: &[
        (0x1234_5678, &[0x17, 0x53, 0x34, 0x12]), (0x1234_5987, &[0x17, 0x63, 0x34, 0x12]),
    ], bad: &[2 * GIB] },
    Row { arch: Arch::RiscV64, kind: riscv::PC32, old: &[9; 4], good: &[
        (1, &[1, 0, 0, 0]), (2 * GIB - 1, &[0xff, 0xff, 0xff, 0x7f]), (-2 * GIB, &[0, 0, 0, 0x80]),
    ], bad: &[2 * GIB, -2 * GIB - 1] },
    Row { arch: Arch::RiscV64, kind: riscv::RELAX, old: &[1, 2, 3, 4], good: &[(77, &[1, 2, 3, 4])], bad: &[] },
    Row { arch: Arch::X86_64, kind: x86_64::PC32, old: &[9; 4], good: &[
        (1, &[1, 0, 0, 0]), (2 * GIB - 1, &[0xff, 0xff, 0xff, 0x7f]), (-2 * GIB, &[0, 0, 0, 0x80]),
    ], bad: &[2 * GIB, -2 * GIB - 1] },
    Row { arch: Arch::X86_64, kind: x86_64::PLT32, old: &[9; 4], good: &[(-4, &[0xfc, 0xff, 0xff, 0xff])], bad: &[2 * GIB] },
];

#[test]
fn distances_are_written_as_an_assembler_does() {
    for Row { arch, kind, old, good, bad } in ROWS {
        for (distance, new) in *good {
            let found = applied(*arch, *kind, old, *distance);
            assert_eq!(found.ok().as_deref(), Some(*new), "{arch:?}, kind {kind}, distance {distance:#x}");
        }
        for distance in *bad {
            assert!(applied(*arch, *kind, old, *distance).is_err(), "{arch:?}, kind {kind}, distance {distance:#x}");
        }
    }
}

/// Arm keeps addends in the code: each distance that is written is read again as an addend, and then counts twice.
#[test]
fn addends_in_thumb_code_are_read() {
    let rows = ROWS.iter().filter(|row| row.arch == Arch::Thumb);
    for Row { arch, kind, good, .. } in rows {
        for (addend, old) in *good {
            for (distance, new) in *good {
                let found = applied(*arch, *kind, old, distance - addend);
                assert_eq!(found.ok().as_deref(), Some(*new), "kind {kind}, {distance:#x} with addend {addend:#x}");
            }
        }
    }
}

#[test]
fn addresses_of_thumb_code_are_odd() {
    let change = |kind| Change { at: AT, place: PLACE, kind, symbol: PLACE + 0x100, thumb_bit: 1, addend: 0 };
    assert_eq!(apply_to(Arch::Thumb, &change(arm::REL32), &[0; 4]).unwrap(), [1, 1, 0, 0]);
    let call = apply_to(Arch::Thumb, &change(arm::THM_CALL), &[0x00, 0xf0, 0x00, 0xf8]).unwrap();
    assert_eq!(call, [0x00, 0xf0, 0x80, 0xf8]);
}

/// The low part takes its distance from the high part, wherever that stands.
#[test]
fn halves_of_addresses_belong_together() {
    let lows = [
        // addi a0, t1 and sw a0, (t1)
        (riscv::PCREL_LO12_I, [0x13, 0x05, 0x03, 0x00], 0x1234_5678, [0x13, 0x05, 0x83, 0x67]),
        (riscv::PCREL_LO12_I, [0x13, 0x05, 0x03, 0x00], 0x1234_5987, [0x13, 0x05, 0x73, 0x98]),
        (riscv::PCREL_LO12_S, [0x23, 0x20, 0xa3, 0x00], 0x1234_5678, [0x23, 0x2c, 0xa3, 0x66]),
        (riscv::PCREL_LO12_S, [0x23, 0x20, 0xa3, 0x00], 0x1234_5987, [0xa3, 0x23, 0xa3, 0x98]),
    ];
    for (kind, old, distance, new) in lows {
        let mut code = [old, [0x17, 0x03, 0, 0]].concat();
        let high_place = PLACE + 4;
        let high = Change {
            at: 4,
            place: high_place,
            kind: riscv::PCREL_HI20,
            symbol: high_place + distance,
            thumb_bit: 0,
            addend: 0,
        };
        let low = Change { at: 0, place: PLACE, kind, symbol: high_place, thumb_bit: 0, addend: 0 };
        let mut pairs = Pairs::default();
        for pass in [Pass::First, Pass::Second] {
            for change in [&low, &high] {
                apply(&mut code, Arch::RiscV32, change, pass, &mut pairs).unwrap();
            }
        }
        assert_eq!(code[..4], new, "kind {kind}, distance {distance:#x}");
        assert!(apply(&mut code, Arch::RiscV32, &low, Pass::Second, &mut Pairs::default()).is_err());
    }
}

#[test]
fn differences_are_added_up() {
    let change = |kind, symbol| Change { at: AT, place: PLACE, kind, symbol, thumb_bit: 0, addend: 2 };
    let once = apply_to(Arch::RiscV64, &change(riscv::ADD32, 0x1000), &[5, 0, 0, 0]).unwrap();
    assert_eq!(once, [0x07, 0x10, 0, 0]);
    let both = apply_to(Arch::RiscV64, &change(riscv::SUB32, 0x1007), &once).unwrap();
    assert_eq!(both, [0xfe, 0xff, 0xff, 0xff]);
}

#[test]
fn what_depends_on_the_place_is_refused() {
    // Absolute addresses, and those of a global table.
    let kinds = [(Arch::Thumb, 2), (Arch::AArch64, 257), (Arch::RiscV32, 1), (Arch::RiscV64, 20), (Arch::X86_64, 1)];
    for (arch, kind) in kinds {
        assert!(applied(arch, kind, &[0; 8], 16).is_err(), "{arch:?}, kind {kind}");
    }
}

#[test]
fn nothing_is_written_behind_the_code() {
    for Row { arch, kind, old, good, .. } in ROWS.iter().filter(|row| row.kind != riscv::RELAX) {
        let Some((distance, _)) = good.first() else { continue };
        let symbol = (PLACE as i64 + distance) as u64;
        for at in [1, old.len(), usize::MAX - 3] {
            let change = Change { at, place: PLACE, kind: *kind, symbol, thumb_bit: 0, addend: 0 };
            let applied = apply(&mut old.to_vec(), *arch, &change, Pass::First, &mut Pairs::default());
            assert!(applied.is_err(), "{arch:?}, kind {kind}, at {at}");
        }
    }
}
