//! How something outside the guest stops it: a flag that loops and calls look at.

use core::sync::atomic::{AtomicU32, Ordering};

use moteur_pool::Arc;

/// A flag that stops the guest when it is raised. Firmware makes it a static and gives it to
/// [`Store::set_interrupt_flag`](crate::Store::set_interrupt_flag); its interrupt handler then raises it.
///
/// ```
/// use moteur::InterruptFlag;
///
/// static STOP: InterruptFlag = InterruptFlag::new();
///
/// fn watchdog_handler() {
///     STOP.raise();
/// }
/// # watchdog_handler();
/// # assert!(STOP.is_raised());
/// ```
pub struct InterruptFlag(AtomicU32);

impl InterruptFlag {
    /// A flag that is not raised.
    pub const fn new() -> InterruptFlag {
        InterruptFlag(AtomicU32::new(0))
    }

    /// Stops the guest with [`Trap::Interrupted`](crate::Trap::Interrupted) at its next loop or call, and each that
    /// starts, until the flag is cleared.
    pub fn raise(&self) {
        self.0.store(1, Ordering::Release);
    }

    /// Lets guests run again.
    pub fn clear(&self) {
        self.0.store(0, Ordering::Release);
    }

    /// Whether guests are to stop.
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Acquire) != 0
    }

    pub(crate) fn raw(&self) -> *const AtomicU32 {
        &raw const self.0
    }
}

impl Default for InterruptFlag {
    fn default() -> InterruptFlag {
        InterruptFlag::new()
    }
}

/// Stops the guest of one store from elsewhere. It may outlive the store. An interrupt handler may use it but must not
/// drop it, since that may give memory back; an [`InterruptFlag`] has no such condition.
///
/// ```
/// use std::thread;
/// use std::time::Duration;
/// use moteur::{Config, Engine, Error, Heap, Instance, Module, Store, Trap};
///
/// let engine = Engine::new(Config::new(Heap::system()))?;
/// # let wasm = wat::parse_str(r#"(module (func (export "spin") (loop (br 0))))"#).unwrap();
/// let module = Module::new(&engine, &wasm)?; // (module (func (export "spin") (loop (br 0))))
/// let mut store = Store::new(&engine, ())?;
/// let instance = Instance::new(&mut store, &module, &[])?;
/// let spin = instance.typed_func::<(), ()>(&store, "spin")?;
/// let handle = store.interrupt_handle();
/// thread::spawn(move || {
///     thread::sleep(Duration::from_millis(10));
///     handle.interrupt();
/// });
/// assert_eq!(spin.call(&mut store, ()), Err(Error::Trap(Trap::Interrupted)));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone)]
pub struct InterruptHandle(Arc<InterruptFlag>);

impl InterruptHandle {
    pub(crate) fn new(flag: Arc<InterruptFlag>) -> InterruptHandle {
        InterruptHandle(flag)
    }

    /// See [`InterruptFlag::raise`].
    pub fn interrupt(&self) {
        self.0.raise();
    }

    /// See [`InterruptFlag::clear`].
    pub fn clear(&self) {
        self.0.clear();
    }
}
