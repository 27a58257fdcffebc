//! A byte-code interpreter: fetch, a many-way branch, and registers that live in memory.

const REGISTERS: usize = 8;
const CELLS: usize = 256;
static mut MEMORY: [u32; CELLS] = [0; CELLS];

/// The program: each instruction is four bytes, operator and three operands. It fills a table with a running hash, then
/// counts the odd entries, `r7` times.
#[rustfmt::skip]
static PROGRAM: [[u8; 4]; 20] = [
    [LOAD_IMM, 0, 0, 0],      //  0: r0 = 0
    [LOAD_IMM, 1, 17, 0],     //  1: r1 = 17
    [LOAD_IMM, 2, 1, 0],      //  2: r2 = 1
    [LOAD_IMM, 3, 64, 0],     //  3: r3 = 64 entries
    [LOAD_IMM, 4, 0, 0],      //  4: r4 = 0
    [MUL_IMM, 1, 1, 31],      //  5: outer: r1 = r1 * 31
    [ADD, 1, 1, 0],           //  6: r1 = r1 + r0
    [SHIFT_RIGHT, 5, 1, 7],   //  7: r5 = r1 >> 7
    [XOR, 5, 5, 1],           //  8: r5 = r5 ^ r1
    [STORE, 5, 0, 0],         //  9: cells[r0] = r5
    [ADD, 0, 0, 2],           // 10: r0 = r0 + 1
    [JUMP_LESS, 0, 3, 5],     // 11: if r0 < r3: goto 5
    [SUB, 0, 0, 2],           // 12: down: r0 = r0 - 1
    [LOAD, 5, 0, 0],          // 13: r5 = cells[r0]
    [AND, 6, 5, 2],           // 14: r6 = r5 & 1
    [ADD, 4, 4, 6],           // 15: r4 = r4 + r6
    [JUMP_NOT_ZERO, 0, 12, 0],// 16: if r0 != 0: goto 12
    [SUB, 7, 7, 2],           // 17: r7 = r7 - 1
    [JUMP_NOT_ZERO, 7, 5, 0], // 18: if r7 != 0: goto 5
    [HALT, 0, 0, 0],
];

const HALT: u8 = 0;
const LOAD_IMM: u8 = 1;
const ADD: u8 = 2;
const SUB: u8 = 3;
const MUL_IMM: u8 = 4;
const XOR: u8 = 5;
const AND: u8 = 6;
const SHIFT_RIGHT: u8 = 7;
const LOAD: u8 = 8;
const STORE: u8 = 9;
const JUMP_LESS: u8 = 10;
const JUMP_NOT_ZERO: u8 = 11;

/// Runs the program with `n` rounds and returns a mix of the registers it leaves.
///
/// # Safety
/// Works in static memory: not from two contexts at once.
pub unsafe extern "C" fn run(n: u32) -> u32 {
    // SAFETY: the caller sees to it that nobody else is in here.
    let cells = unsafe { (&raw mut MEMORY).as_mut_unchecked() };
    cells.fill(0);
    let mut registers = [0_u32; REGISTERS];
    registers[7] = n.max(1);
    interpret(&mut registers, cells);
    registers.iter().fold(0, |mix, r| mix.rotate_left(5) ^ r)
}

#[inline(never)]
fn interpret(registers: &mut [u32; REGISTERS], cells: &mut [u32; CELLS]) {
    let mut pc = 0;
    while let Some(&[op, a, b, c]) = PROGRAM.get(pc) {
        pc += 1;
        let (a, b_index, c_index) =
            (usize::from(a) % REGISTERS, usize::from(b) % REGISTERS, usize::from(c) % REGISTERS);
        match op {
            LOAD_IMM => registers[a] = u32::from(b),
            ADD => registers[a] = registers[b_index].wrapping_add(registers[c_index]),
            SUB => registers[a] = registers[b_index].wrapping_sub(registers[c_index]),
            MUL_IMM => registers[a] = registers[b_index].wrapping_mul(u32::from(c)),
            XOR => registers[a] = registers[b_index] ^ registers[c_index],
            AND => registers[a] = registers[b_index] & registers[c_index],
            SHIFT_RIGHT => registers[a] = registers[b_index] >> (c & 31),
            LOAD => registers[a] = cells[registers[b_index] as usize % CELLS],
            STORE => cells[registers[b_index] as usize % CELLS] = registers[a],
            JUMP_LESS if registers[a] < registers[b_index] => pc = usize::from(c),
            JUMP_NOT_ZERO if registers[a] != 0 => pc = usize::from(b),
            JUMP_LESS | JUMP_NOT_ZERO => {}
            _ => return,
        }
    }
}
