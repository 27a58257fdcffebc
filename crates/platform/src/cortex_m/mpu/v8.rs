//! The registers of Armv8-M: a region is any number of granules, and no two overlap.

use super::layers::{Access, Layer, Layers, Memory};
use super::unit::{Pmsa, Put};
use crate::Error;

/// Armv8-M (PMSAv8): Cortex-M23, M33, M35P, M52, M55, M85.
#[derive(Clone, Copy, Debug)]
pub struct V8;

/// RBAR: the first address in bits 31 to 5, and then shareability (none), who may do what, and execute never.
const RBAR_READ_ONLY: u32 = 0b10 << 1;
const RBAR_XN: u32 = 1 << 0;
/// RLAR: the last granule's address in bits 31 to 5, which byte of MAIR says what memory it is, and whether it is on.
const RLAR_ATTRIBUTES: u32 = 1;
const RLAR_ENABLE: u32 = 1 << 0;
const GRANULE_MASK: u32 = !31;

/// MAIR0, a byte for each of [`Memory`] in its order: normal memory, written through, allocated when read; written back,
/// allocated when read or written; device memory that gathers and reorders nothing, whose writes may be acknowledged early.
const MAIR0: u32 = u32::from_le_bytes([0xaa, 0xff, 0x04, 0]);

impl Pmsa for V8 {
    const GENERATION: u32 = 4;
    const ATTRIBUTES: Option<u32> = Some(MAIR0);

    fn encode(layers: &Layers, put: &mut Put<'_>) -> Result<(), Error> {
        layers.flat().try_for_each(|layer| put(region(&layer)))
    }
}

/// The values of RBAR and RLAR for a layer that is accessible.
fn region(layer: &Layer) -> [u32; 2] {
    let access = if layer.access == Access::ReadWrite { 0 } else { RBAR_READ_ONLY };
    let never = if layer.is_executable() { 0 } else { RBAR_XN };
    let attributes = match layer.memory {
        Memory::Flash => 0,
        Memory::Ram => 1,
        Memory::Device => 2,
    };
    let last = (layer.start as u32).wrapping_add(layer.bytes as u32).wrapping_sub(1);
    let base = layer.start as u32 & GRANULE_MASK | access | never;
    [base, last & GRANULE_MASK | attributes << RLAR_ATTRIBUTES | RLAR_ENABLE]
}

#[cfg(test)]
mod tests {
    use super::super::unit;
    use super::*;
    use rust_std::vec::Vec;

    fn encode(layers: &[Layer]) -> Vec<[u32; 2]> {
        unit::encode::<V8>(layers)
    }

    #[test]
    fn registers_have_the_manuals_bits() {
        let flash = Layer { start: 0x1000_0000, bytes: 3 << 20, memory: Memory::Flash, access: Access::ReadExecute };
        let ram = Layer { start: 0x3800_0000, bytes: 4 << 20, memory: Memory::Ram, access: Access::ReadWrite };
        let device = Layer { start: 0x4000_0000, bytes: 1 << 29, memory: Memory::Device, access: Access::ReadWrite };
        let constants = Layer { start: 0x2000_0000, bytes: 32, memory: Memory::Ram, access: Access::Read };
        // XN is clear in the first and set in the others.
        assert_eq!(encode(&[flash]), [[0x1000_0004, 0x102f_ffe1]]);
        assert_eq!(encode(&[ram]), [[0x3800_0001, 0x383f_ffe3]]);
        assert_eq!(encode(&[device]), [[0x4000_0001, 0x5fff_ffe5]]);
        assert_eq!(encode(&[constants]), [[0x2000_0005, 0x2000_0003]]);
        assert_eq!(MAIR0, 0x0004_ffaa);
    }

    #[test]
    fn devices_are_not_executed_whatever_is_asked() {
        let device = Layer { start: 0x4000_0000, bytes: 32, memory: Memory::Device, access: Access::ReadExecute };
        assert_eq!(encode(&[device])[0][0] & RBAR_XN, RBAR_XN);
    }

    #[test]
    fn what_is_not_accessible_takes_no_region() {
        let ram = Layer { start: 0x2000_0000, bytes: 0x1000, memory: Memory::Ram, access: Access::ReadWrite };
        let guard = Layer { bytes: 32, access: Access::None, ..ram };
        assert_eq!(encode(&[ram, guard]), [[0x2000_0021, 0x2000_0fe3]]);
        assert_eq!(encode(&[guard]), [] as [[u32; 2]; 0]);
    }

    #[test]
    fn the_end_of_the_address_space_is_a_limit() {
        let all = Layer { start: 0xe000_0000, bytes: 0x2000_0000, memory: Memory::Device, access: Access::ReadWrite };
        assert_eq!(encode(&[all]), [[0xe000_0001, 0xffff_ffe5]]);
    }
}
