;; A module to send to the board: greets when it is started, and blinks.
(module
  (import "env" "print" (func $print (param i32 i32)))
  (import "env" "led" (func $led (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "Hello from the flash")
  (global $on (mut i32) (i32.const 0))

  (func (export "start") (result i32)
    (call $print (i32.const 16) (i32.const 20))
    (i32.const 0))

  (func (export "step")
    (global.set $on (i32.xor (global.get $on) (i32.const 1)))
    (call $led (global.get $on))))
