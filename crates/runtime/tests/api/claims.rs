//! Guest pointers are claims: host functions get slices only of what is inside the memory.

use moteur::{Caller, Error, GuestAddr, Linker, Store, Trap};

use crate::{engine, module};

#[test]
fn claims_of_the_guest_are_checked() {
    let engine = engine();
    let mut store = Store::new(&engine, String::new()).unwrap();
    let mut linker = Linker::new(&engine);
    linker
        .func("", "print", |mut caller: Caller<'_, String>, addr: GuestAddr, len: u32| -> Result<(), Error> {
            let memory = caller.memory()?;
            let (text, out) = memory.str_and_data_mut(&mut caller, addr, len)?;
            out.push_str(text);
            Ok(())
        })
        .unwrap();
    linker
        .func("", "fill", |mut caller: Caller<'_, String>, addr: GuestAddr, len: u32| -> Result<(), Error> {
            caller.memory()?.slice_mut(&mut caller, addr, len)?.fill(b'!');
            Ok(())
        })
        .unwrap();
    let user = module(
        &engine,
        r#"(module (import "" "print" (func $print (param i32 i32))) (import "" "fill" (func $fill (param i32 i32)))
            (memory 1) (data (i32.const 100) "Gr\c3\bc\c3\9fe")
            (func (export "print") (param i32 i32) (call $print (local.get 0) (local.get 1)))
            (func (export "fill") (param i32 i32) (call $fill (local.get 0) (local.get 1))))"#,
    );
    let instance = linker.instantiate(&mut store, &user).unwrap();
    let print = instance.typed_func::<(u32, u32), ()>(&store, "print").unwrap();
    let fill = instance.typed_func::<(u32, u32), ()>(&store, "fill").unwrap();

    assert_eq!(print.call(&mut store, (100, 7)), Ok(()));
    assert_eq!(print.call(&mut store, (65_536, 0)), Ok(()));
    assert_eq!(print.call(&mut store, (100, 3)), Err(Error::Utf8));
    for (addr, len) in [(65_536, 1), (65_537, 0), (65_530, 7), (u32::MAX, 1), (1, u32::MAX), (0x8000_0000, 0x8000_0000)]
    {
        for func in [print, fill] {
            assert_eq!(func.call(&mut store, (addr, len)), Err(Error::Trap(Trap::MemoryOutOfBounds)), "{addr} {len}");
        }
    }
    assert_eq!(fill.call(&mut store, (65_534, 2)), Ok(()));
    assert_eq!(print.call(&mut store, (65_534, 2)), Ok(()));
    assert_eq!(store.data(), "Grüße!!");
}
