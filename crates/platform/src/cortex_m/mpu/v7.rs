//! The registers of Armv7-M, and of Armv6-M where it has the unit: a region is a power of two of bytes at a multiple of
//! itself; each of its eighths can be left out; where regions overlap, the one with the highest number counts.

use super::layers::{Access, Layer, Layers, Memory};
use super::unit::{Pmsa, Put};
use crate::Error;

/// Armv7-M (PMSAv7): Cortex-M3, M4, M7, and M0+ for regions of 256 bytes and more.
#[derive(Clone, Copy, Debug)]
pub struct V7;

/// RBAR: the address, and in the low bits a number that counts only with the bit `VALID`, which stays clear.
/// RASR, from the highest field down: execute never, who may do what, what memory it is, eighths that are left out, the
/// size's logarithm less one, and whether it is on.
const RASR_XN: u32 = 1 << 28;
const RASR_ACCESS: u32 = 24;
const RASR_TEX: u32 = 19;
const RASR_C: u32 = 1 << 17;
const RASR_B: u32 = 1 << 16;
const RASR_LEFT_OUT: u32 = 8;
const RASR_SIZE: u32 = 1;
const RASR_ENABLE: u32 = 1 << 0;

/// Values of the access field: nobody; privileged code reads and writes; it reads.
const ACCESS_NONE: u32 = 0b000;
const ACCESS_READ_WRITE: u32 = 0b001;
const ACCESS_READ: u32 = 0b101;

/// The logarithms of the least bytes of a region, of one with eighths, and of the address space.
const LOG_MIN: u32 = 5;
const LOG_EIGHTHS: u32 = 8;
const LOG_MAX: u32 = 32;

impl Pmsa for V7 {
    const GENERATION: u32 = 3;
    const ATTRIBUTES: Option<u32> = None;

    fn encode(layers: &Layers, put: &mut Put<'_>) -> Result<(), Error> {
        for layer in layers.iter() {
            let (mut start, end) = (layer.start as u64, layer.start as u64 + layer.bytes as u64);
            while start < end {
                let block = Block::longest(start, end);
                put(block.registers(layer))?;
                start = block.end(end);
            }
        }
        Ok(())
    }
}

/// What one region can cover.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Block {
    base: u64,
    log: u32,
    /// A bit for each eighth that is not in it.
    left_out: u32,
}

impl Block {
    /// The block that begins with `start` and reaches farthest up to `end`: both are multiples of 32 bytes.
    fn longest(start: u64, end: u64) -> Block {
        let whole = Block { base: start, log: LOG_MIN, left_out: 0 };
        (LOG_MIN..=LOG_MAX).filter_map(|log| Block::of(start, end, log)).fold(whole, |best, block| {
            // Of those that reach as far, the smallest.
            if block.end(end) > best.end(end) { block } else { best }
        })
    }

    /// The block of so many bytes around `start`, of which all before that and all behind `end` is left out.
    fn of(start: u64, end: u64, log: u32) -> Option<Block> {
        let base = start >> log << log;
        if log < LOG_EIGHTHS {
            return (base == start && base + (1 << log) <= end).then_some(Block { base, log, left_out: 0 });
        }
        let eighth = log - 3;
        let before = start - base;
        if before & ((1 << eighth) - 1) != 0 {
            return None;
        }
        let (first, last) = (before >> eighth, ((end - base) >> eighth).min(8));
        let used = ((1_u32 << last) - 1) & !((1 << first) - 1);
        (used != 0).then_some(Block { base, log, left_out: !used & 0xff })
    }

    /// Where it ends, which is `end` at most.
    fn end(&self, end: u64) -> u64 {
        if self.log < LOG_EIGHTHS {
            return self.base + (1 << self.log);
        }
        let last = u64::from(u8::BITS - (!self.left_out as u8).leading_zeros());
        (self.base + (last << (self.log - 3))).min(end)
    }

    /// The values of RBAR and RASR.
    fn registers(&self, layer: &Layer) -> [u32; 2] {
        let access = match layer.access {
            Access::None => ACCESS_NONE,
            Access::Read | Access::ReadExecute => ACCESS_READ,
            Access::ReadWrite => ACCESS_READ_WRITE,
        };
        let memory = match layer.memory {
            Memory::Flash => RASR_C,
            Memory::Ram => 1 << RASR_TEX | RASR_C | RASR_B,
            Memory::Device => RASR_B,
        };
        let never = if layer.is_executable() { 0 } else { RASR_XN };
        let size = (self.log - 1) << RASR_SIZE;
        let fields = access << RASR_ACCESS | memory | self.left_out << RASR_LEFT_OUT | size | RASR_ENABLE;
        [self.base as u32, fields | never]
    }
}

#[cfg(test)]
mod tests {
    use super::super::unit;
    use super::*;
    use rust_std::vec::Vec;

    fn encode(layers: &[Layer]) -> Vec<[u32; 2]> {
        unit::encode::<V7>(layers)
    }

    /// What an address gets: the access field and whether it is executed, read back from the registers.
    fn seen(regions: &[[u32; 2]], address: u32) -> Option<(u32, bool)> {
        let holds = |[base, fields]: &&[u32; 2]| {
            let log = (fields >> RASR_SIZE & 31) + 1;
            let offset = u64::from(address).wrapping_sub(u64::from(*base));
            let eighth = if log < LOG_EIGHTHS { 0 } else { offset >> (log - 3) };
            fields & RASR_ENABLE != 0
                && offset < 1 << log
                && (log < LOG_EIGHTHS || fields >> RASR_LEFT_OUT >> eighth & 1 == 0)
        };
        let [_, fields] = regions.iter().rev().find(holds)?;
        Some((fields >> RASR_ACCESS & 7, fields & RASR_XN == 0))
    }

    #[test]
    fn registers_have_the_manuals_bits() {
        let flash = Layer { start: 0, bytes: 4 << 20, memory: Memory::Flash, access: Access::ReadExecute };
        let ram = Layer { start: 0x2000_0000, bytes: 4 << 20, memory: Memory::Ram, access: Access::ReadWrite };
        let device = Layer { start: 0x4000_0000, bytes: 1 << 29, memory: Memory::Device, access: Access::ReadWrite };
        let guard = Layer { start: 0x2000_1000, bytes: 32, memory: Memory::Ram, access: Access::None };
        // XN is clear in the first and set in the others.
        assert_eq!(encode(&[flash]), [[0, 0x0502_002b]]);
        assert_eq!(encode(&[ram]), [[0x2000_0000, 0x110b_002b]]);
        assert_eq!(encode(&[device]), [[0x4000_0000, 0x1101_0039]]);
        assert_eq!(encode(&[guard]), [[0x2000_1000, 0x100b_0009]]);
    }

    #[test]
    fn eighths_spare_regions() {
        let flash = |start, bytes| Layer { start, bytes, memory: Memory::Flash, access: Access::ReadExecute };
        // Three quarters of 4 MiB, and the last one.
        assert_eq!(encode(&[flash(0, 3 << 20)]), [[0, 0x0502_c02b]]);
        assert_eq!(encode(&[flash(3 << 20, 1 << 20)]), [[3 << 20, 0x0502_0027]]);
        // 640 KiB from 0x2000_0000 on, as an STM32H5 has it, are five eighths of 1 MiB.
        assert_eq!(encode(&[flash(0x2000_0000, 640 << 10)]), [[0x2000_0000, 0x0502_e027]]);
    }

    /// Whatever the layers are, the regions give each granule what the layers give it.
    #[test]
    fn regions_say_what_layers_say() {
        let mut dice = 11_u32;
        let mut roll = move |end: u32| {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (dice >> 8) % end
        };
        for _ in 0..500 {
            let mut layers = Layers::new();
            for _ in 0..1 + roll(5) {
                let (start, bytes) = (roll(200) as usize * 32, (1 + roll(200) as usize) * 32);
                let all = [Access::None, Access::Read, Access::ReadExecute, Access::ReadWrite];
                let access = all[roll(4) as usize];
                layers.add(Layer { start, bytes, memory: Memory::Ram, access }).unwrap();
            }
            let mut regions = Vec::new();
            let put = &mut |value| {
                regions.push(value);
                Ok(())
            };
            V7::encode(&layers, put).unwrap();
            for granule in 0..420 {
                let expected = layers.at(granule * 32).map(|layer| {
                    let access = match layer.access {
                        Access::None => ACCESS_NONE,
                        Access::Read | Access::ReadExecute => ACCESS_READ,
                        Access::ReadWrite => ACCESS_READ_WRITE,
                    };
                    (access, layer.access == Access::ReadExecute)
                });
                assert_eq!(seen(&regions, granule as u32 * 32), expected, "granule {granule} of {layers:?}");
            }
        }
    }

    #[test]
    fn a_refused_region_ends_the_encoding() {
        let mut layers = Layers::new();
        layers.add(Layer { start: 32, bytes: 33 * 32, memory: Memory::Ram, access: Access::Read }).unwrap();
        let mut left = 1;
        let put = &mut |_| {
            left -= 1;
            if left < 0 { Err(Error::Exhausted) } else { Ok(()) }
        };
        assert_eq!(V7::encode(&layers, put), Err(Error::Exhausted));
    }
}
