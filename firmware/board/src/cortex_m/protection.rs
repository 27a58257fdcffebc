//! What the memory protection unit allows on the MPS2 and MPS3 boards: the image is read and executed, RAM is read and
//! written, the partition for modules is read and executed but while it is written, and the stack has an end.

use core::ptr::addr_of;

use moteur_platform::cortex_m::mpu::{Access, Layer, Memory, Mpu};
use moteur_platform::cortex_m::{CodeLayer, faults};
use moteur_platform::{CodeRegion, Error};

use crate::family::map::Unit;

unsafe extern "C" {
    static __vector_table: u8;
    static _flash_end: u8;
    static _ram_start: u8;
    static _ram_end: u8;
    static _stack_end: u8;
}

// SAFETY: the only one, which interrupts leave alone.
static MPU: Mpu<Unit> = unsafe { Mpu::new() };
static CODE: CodeLayer<Unit> = CodeLayer::new(&MPU);
#[cfg(feature = "modules")]
static MODULES: CodeLayer<Unit> = CodeLayer::new(&MPU);

/// Peripherals, of the architecture's map.
const DEVICES: Layer = Layer { start: 0x4000_0000, bytes: 1 << 29, memory: Memory::Device, access: Access::ReadWrite };
/// Below the stack, where nothing else says where it ends: what a function with a frame of less cannot jump over.
const GUARD_BYTES: usize = 256;

/// Protects memory from now on. A board whose unit is another than its map says does not start.
pub fn start() {
    if lay().is_err() {
        #[cfg(feature = "report")]
        crate::println!("memory cannot be protected");
        super::exit(crate::EXIT_FAULT);
    }
}

fn lay() -> Result<(), Error> {
    let (flash, flash_end) = (addr_of!(__vector_table).addr(), addr_of!(_flash_end).addr());
    let (ram, ram_end) = (addr_of!(_ram_start).addr(), addr_of!(_ram_end).addr());
    let layer = |start, bytes, memory, access| MPU.add(Layer { start, bytes, memory, access });
    layer(flash, flash_end - flash, Memory::Flash, Access::ReadExecute)?;
    layer(ram, ram_end - ram, Memory::Ram, Access::ReadWrite)?;
    layer(crate::EXTERNAL.start, crate::EXTERNAL.bytes, Memory::Ram, Access::ReadWrite)?;
    MPU.add(DEVICES)?;
    #[cfg(feature = "modules")]
    {
        let (start, bytes) = crate::modules::partition();
        MODULES.lay(start, bytes, Memory::Flash, Access::ReadExecute)?;
    }
    let end = addr_of!(_stack_end).addr().next_multiple_of(32);
    if !crate::family::map::HAS_STACK_LIMIT {
        layer(end, GUARD_BYTES, Memory::Ram, Access::None)?;
    }
    // SAFETY: what is linked, the stack and all devices are in the layers; the handlers are those of `faults`.
    unsafe {
        // First, as the processor may know the table of vectors by an address that is in no layer.
        faults::enable();
        MPU.enable()?;
        if crate::family::map::HAS_STACK_LIMIT {
            faults::set_stack_limit(end);
        } else {
            faults::set_stack_guard(end + GUARD_BYTES, GUARD_BYTES);
        }
    }
    Ok(())
}

/// Makes so many bytes of RAM, which nobody uses yet, a region for code, opened. Once.
pub fn code_region(start: usize, bytes: usize) -> Option<&'static dyn CodeRegion> {
    CODE.lay(start, bytes, Memory::Ram, Access::ReadWrite).ok()?;
    Some(&CODE)
}

/// Whether an address is in that region.
pub fn is_in_code_region(address: usize) -> bool {
    CODE.addresses().is_some_and(|addresses| addresses.contains(&address))
}

/// The partition for modules.
#[cfg(feature = "modules")]
pub fn modules() -> &'static dyn CodeRegion {
    &MODULES
}
