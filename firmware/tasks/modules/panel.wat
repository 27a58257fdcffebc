;; Waits for the button, and shows how often it was pressed.
(module
    (import "env" "button" (func $button (result i32)))
    (import "env" "show" (func $show (param i32 i32)))
    (func (export "run") (local $presses i32)
        (loop $again
            (call $show (call $button) (local.tee $presses (i32.add (local.get $presses) (i32.const 1))))
            (br $again))))
