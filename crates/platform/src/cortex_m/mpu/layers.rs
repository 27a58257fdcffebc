//! What a machine's memory is, as layers over each other, whatever unit holds it.

use core::ops::Range;

use crate::Error;

/// The least bytes that any unit tells apart. Layers begin and end at multiples of it.
pub const GRANULE_BYTES: usize = 32;

/// The most layers: a machine's memories, a guard or two, and what a loader opens.
const LAYERS_MAX: usize = 12;

/// What kind of memory an address has: how the processor may cache and reorder accesses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Memory {
    /// Normal memory, cached, written through.
    Flash,
    /// Normal memory, cached, written back.
    Ram,
    /// Registers of devices: each access happens once, in order.
    Device,
}

/// What may be done. Nothing is both written and executed, and devices are never executed, whatever is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Nothing.
    None,
    /// Reading.
    Read,
    /// Reading and executing.
    ReadExecute,
    /// Reading and writing.
    ReadWrite,
}

/// Addresses, and what may be done there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layer {
    /// The first address.
    pub start: usize,
    /// How many bytes. The end may be that of the address space.
    pub bytes: usize,
    /// What is there.
    pub memory: Memory,
    /// What may be done.
    pub access: Access,
}

impl Layer {
    const NOTHING: Layer = Layer { start: 0, bytes: 0, memory: Memory::Flash, access: Access::None };

    /// The addresses.
    pub fn addresses(&self) -> Range<usize> {
        self.start..self.start.saturating_add(self.bytes)
    }

    /// Whether something may be executed.
    pub fn is_executable(&self) -> bool {
        self.access == Access::ReadExecute && self.memory != Memory::Device
    }
}

/// Which of the layers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LayerIndex(u8);

/// Layers: a later one covers those before it.
///
/// ```
/// use moteur_platform::cortex_m::mpu::{Access, Layer, Layers, Memory};
///
/// let mut layers = Layers::new();
/// layers.add(Layer { start: 0x2000_0000, bytes: 0x1_0000, memory: Memory::Ram, access: Access::ReadWrite })?;
/// let code = layers.add(Layer { start: 0x2000_8000, bytes: 0x1000, memory: Memory::Ram, access: Access::ReadExecute })?;
/// assert_eq!(layers.at(0x2000_8000).map(|layer| layer.access), Some(Access::ReadExecute));
/// layers.change(code, Access::ReadWrite)?;
/// assert_eq!(layers.at(0x2000_8000).map(|layer| layer.access), Some(Access::ReadWrite));
/// assert!(layers.at(0x3000_0000).is_none());
/// # Ok::<(), moteur_platform::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Layers {
    layers: [Layer; LAYERS_MAX],
    count: u8,
}

impl Default for Layers {
    fn default() -> Layers {
        Layers::new()
    }
}

impl Layers {
    /// No layer: nothing is accessible.
    pub const fn new() -> Layers {
        Layers { layers: [Layer::NOTHING; LAYERS_MAX], count: 0 }
    }

    /// Puts a layer over those before.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it does not begin and end at multiples of 32 bytes or goes beyond the address space,
    /// [`Error::Exhausted`] when there are too many.
    pub fn add(&mut self, layer: Layer) -> Result<LayerIndex, Error> {
        let is_whole = layer.start.is_multiple_of(GRANULE_BYTES) && layer.bytes.is_multiple_of(GRANULE_BYTES);
        let last = layer.bytes.checked_sub(1).and_then(|bytes| layer.start.checked_add(bytes));
        if !is_whole || last.is_none_or(|last| last as u64 > u64::from(u32::MAX)) {
            return Err(Error::Invalid);
        }
        let index = self.count;
        *self.layers.get_mut(usize::from(index)).ok_or(Error::Exhausted)? = layer;
        self.count = index.wrapping_add(1);
        Ok(LayerIndex(index))
    }

    /// Allows something else where a layer is. Gives what was allowed before.
    ///
    /// # Errors
    /// [`Error::BadHandle`] when there is no such layer.
    pub fn change(&mut self, layer: LayerIndex, access: Access) -> Result<Access, Error> {
        let count = usize::from(self.count);
        let layer = self.layers.get_mut(..count).and_then(|layers| layers.get_mut(usize::from(layer.0)));
        layer.map(|layer| core::mem::replace(&mut layer.access, access)).ok_or(Error::BadHandle)
    }

    /// A layer.
    pub fn get(&self, layer: LayerIndex) -> Option<&Layer> {
        self.layers.get(..usize::from(self.count))?.get(usize::from(layer.0))
    }

    /// The layers, the lowest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Layer> {
        self.layers.iter().take(usize::from(self.count))
    }

    /// The layer that an address is in.
    pub fn at(&self, address: usize) -> Option<&Layer> {
        self.iter().rev().find(|layer| address.wrapping_sub(layer.start) < layer.bytes)
    }

    /// The layers as seen from above: pieces that do not overlap, ascending, the largest there are. What is not accessible
    /// is left out.
    pub fn flat(&self) -> impl Iterator<Item = Layer> + '_ {
        let mut next = Some(0_usize);
        core::iter::from_fn(move || {
            loop {
                let start = next?;
                let seen = self.at(start).copied().filter(|layer| layer.access != Access::None);
                let kind = |layer: Option<&Layer>| {
                    layer.filter(|layer| layer.access != Access::None).map(|layer| (layer.memory, layer.access))
                };
                let mut end = self.edge_after(start);
                while let Some(edge) = end
                    && kind(self.at(edge)) == kind(seen.as_ref())
                {
                    end = self.edge_after(edge);
                }
                next = end;
                if let Some(layer) = seen {
                    // Without a further edge, up to the end of the address space.
                    let bytes = end.unwrap_or(0).wrapping_sub(start) & u32::MAX as usize;
                    return Some(Layer { start, bytes, ..layer });
                }
            }
        })
    }

    /// The next address after this one where a layer begins or ends.
    fn edge_after(&self, address: usize) -> Option<usize> {
        let edges = self.iter().flat_map(|layer| [Some(layer.start), layer.start.checked_add(layer.bytes)]);
        edges.flatten().filter(|edge| *edge > address && *edge as u64 <= u64::from(u32::MAX)).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_std::vec::Vec;

    fn layer(start: usize, bytes: usize, access: Access) -> Layer {
        Layer { start, bytes, memory: Memory::Ram, access }
    }

    #[test]
    fn edges_are_at_granules_and_inside_the_address_space() {
        let mut layers = Layers::new();
        for (start, bytes) in [(16, 32), (32, 16), (64, 0), (0xffff_ffe0, 64)] {
            assert_eq!(layers.add(layer(start, bytes, Access::Read)), Err(Error::Invalid), "{start:#x} {bytes}");
        }
        assert!(layers.add(layer(0xffff_ffe0, 32, Access::Read)).is_ok());
        for _ in 1..LAYERS_MAX {
            assert!(layers.add(layer(0, 32, Access::Read)).is_ok());
        }
        assert_eq!(layers.add(layer(0, 32, Access::Read)), Err(Error::Exhausted));
        assert_eq!(Layers::new().change(LayerIndex(0), Access::Read), Err(Error::BadHandle));
    }

    #[test]
    fn a_region_inside_of_another_divides_it() {
        let mut layers = Layers::new();
        layers.add(layer(0x1000, 0x1000, Access::ReadWrite)).unwrap();
        let code = layers.add(layer(0x1400, 0x400, Access::ReadExecute)).unwrap();
        layers.add(layer(0x1c00, 0x20, Access::None)).unwrap();
        let flat: Vec<_> = layers.flat().map(|layer| (layer.start, layer.bytes, layer.access)).collect();
        let expected = [
            (0x1000, 0x400, Access::ReadWrite),
            (0x1400, 0x400, Access::ReadExecute),
            (0x1800, 0x400, Access::ReadWrite),
            (0x1c20, 0x3e0, Access::ReadWrite),
        ];
        assert_eq!(flat, expected);
        // Opened, it is one with what is around it.
        layers.change(code, Access::ReadWrite).unwrap();
        assert_eq!(layers.flat().count(), 2);
    }

    #[test]
    fn the_last_address_can_be_in_a_layer() {
        let mut layers = Layers::new();
        layers.add(layer(0xe000_0000, 0x2000_0000, Access::ReadWrite)).unwrap();
        let flat: Vec<_> = layers.flat().map(|layer| (layer.start, layer.bytes)).collect();
        assert_eq!(flat, [(0xe000_0000, 0x2000_0000)]);
    }

    /// Whatever the layers are, the pieces give each granule what the layers give it.
    #[test]
    fn pieces_say_what_layers_say() {
        let mut dice = 7_u32;
        let mut roll = move |end: u32| {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (dice >> 8) % end
        };
        for _ in 0..500 {
            let mut layers = Layers::new();
            for _ in 0..1 + roll(8) {
                let start = roll(60) as usize * GRANULE_BYTES;
                let bytes = (1 + roll(20) as usize) * GRANULE_BYTES;
                let all = [Access::None, Access::Read, Access::ReadExecute, Access::ReadWrite];
                layers.add(layer(start, bytes, all[roll(4) as usize])).unwrap();
            }
            let pieces: Vec<_> = layers.flat().collect();
            assert!(pieces.windows(2).all(|pair| pair[0].addresses().end <= pair[1].start));
            for granule in 0..96 {
                let address = granule * GRANULE_BYTES;
                let by_layers = layers.at(address).map(|layer| layer.access).filter(|access| *access != Access::None);
                let by_pieces = pieces.iter().find(|piece| piece.addresses().contains(&address));
                assert_eq!(by_pieces.map(|piece| piece.access), by_layers, "{address:#x} of {layers:?}");
            }
        }
    }
}
