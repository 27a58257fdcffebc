//! What a store keeps for native code: the context, filled for the instance that is entered, and what was in it before,
//! for when that returns.

use core::ptr::NonNull;

use moteur_image::context::Context;
use moteur_image::helper::Helper;
use moteur_pool::{Box, Heap};

use super::faults::{Gate, HELPERS};
use super::library;
use super::load::Code;
use crate::error::Error;
use crate::store::StoreInner;
use crate::store::entity::InstanceEntity;

/// The context as native code sees it.
#[repr(C)]
pub(crate) struct NativeContext {
    pub head: Context,
    helpers: [*const (); Helper::COUNT],
    library: [*const (); library::COUNT],
    /// Whether a function of the runtime is on the way that native code called.
    pub(super) gate: Gate,
}

/// Bytes of native stack that stay free for what native code calls.
const RESERVE_BYTES: usize = if cfg!(feature = "std") { 128 << 10 } else { 1 << 10 };

/// Native code's part of a store.
#[derive(Default)]
pub(crate) struct StorePart {
    context: Option<Box<NativeContext>>,
    failure: Option<Error>,
    /// The last fault of the processor in native code.
    #[cfg(feature = "faults")]
    pub fault: Option<moteur_platform::GuestFault>,
}

/// The state of the context before native code was entered, to be put back.
pub(crate) struct Outer {
    head: Context,
    gate: Gate,
}

impl StorePart {
    /// Why native code was ended, if no trap was the reason.
    pub fn take_failure(&mut self) -> Error {
        self.failure.take().unwrap_or(Error::OutOfBounds)
    }

    pub fn fail(&mut self, error: Error) {
        self.failure = Some(error);
    }

    /// The context, made at the first use.
    fn context(&mut self, heap: Heap) -> Result<NonNull<NativeContext>, Error> {
        let context = match &mut self.context {
            Some(context) => context,
            None => {
                let (head, gate) = (Context::default(), Gate::OPEN);
                let new = NativeContext { head, helpers: HELPERS, library: library::TABLE, gate };
                self.context.insert(Box::new_in(new, heap)?)
            }
        };
        Ok(NonNull::from(&mut **context))
    }

    /// Fills the context for an instance; gives its address and what was in it.
    ///
    /// # Safety
    /// Store and instance are valid and belong together; `code` is that of the instance's module.
    pub unsafe fn begin(
        store: NonNull<StoreInner>,
        instance: NonNull<InstanceEntity>,
        code: &Code,
    ) -> Result<(NonNull<NativeContext>, Outer), Error> {
        // SAFETY: the caller's promise; the context lives as long as the store.
        unsafe {
            let inner = store.as_ptr();
            let context = (*inner).native.context((*inner).heap)?;
            let head = &mut (*context.as_ptr()).head;
            let outer = Outer { head: *head, gate: (*context.as_ptr()).gate };
            let end = (*inner).engine.config().native.faults.stack_end();
            let limit = match outer.head.stack_limit {
                0 => stack_pointer().saturating_sub((*inner).engine.config().native_stack_bytes).max(end),
                limit => limit,
            };
            let entity = instance.as_ptr();
            head.stack_limit = limit;
            head.interrupt = (*inner).ctx.interrupt as usize;
            head.globals = (*entity).globals.as_ptr() as usize;
            head.tables = (*entity).tables.as_ptr() as usize;
            head.funcs = (*entity).funcs.as_ptr() as usize;
            head.types = (*(*entity).loaded.as_ptr()).type_ids.as_ptr() as usize;
            head.instance = entity as usize;
            head.runtime = inner as usize;
            (head.tail_area, head.tail_entry) = (0, 0);
            head.fuel = (*inner).ctx.fuel;
            // The code's own frames and what it calls must fit below the limit.
            let need = code.frame_bytes_max().saturating_add(RESERVE_BYTES);
            // At the first entry, the limit is what this may take, and there may be more.
            let known = outer.head.stack_limit.max(end);
            if stack_pointer() < known.saturating_add(need) && known != 0 {
                *head = outer.head;
                return Err(Error::Trap(moteur_wasm::Trap::StackOverflow));
            }
            (*context.as_ptr()).gate = Gate::OPEN;
            refresh_memory(context, instance);
            Ok((context, outer))
        }
    }

    /// Puts back what was in the context; the store gets the fuel that is left.
    ///
    /// # Safety
    /// The store is valid, and `outer` came from its last `begin` that was not ended.
    pub unsafe fn end(store: NonNull<StoreInner>, context: NonNull<NativeContext>, outer: Outer) {
        // SAFETY: the caller's promise.
        unsafe {
            (*store.as_ptr()).ctx.fuel = (*context.as_ptr()).head.fuel;
            (*context.as_ptr()).head = outer.head;
            (*context.as_ptr()).gate = outer.gate;
        }
    }
}

/// Reads base and length of the instance's memory again.
///
/// # Safety
/// Both are valid.
pub(crate) unsafe fn refresh_memory(context: NonNull<NativeContext>, instance: NonNull<InstanceEntity>) {
    // SAFETY: the caller's promise; entities never move while their store lives.
    unsafe {
        let head = &mut (*context.as_ptr()).head;
        let memory = (*instance.as_ptr()).memories.first();
        (head.memory_base, head.memory_bytes) = match memory {
            Some(memory) => ((*memory.as_ptr()).base as usize, (*memory.as_ptr()).len),
            None => (0, 0),
        };
    }
}

/// About where the native stack ends now.
#[inline(never)]
fn stack_pointer() -> usize {
    let here = 0_u8;
    (&raw const here).addr()
}
