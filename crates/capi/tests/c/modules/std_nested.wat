;; Calls the host, which calls back: `down` until the number is 0, where it traps.
(module
  (import "" "again" (func $again (param i32) (result i32)))
  (func (export "down") (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (unreachable)))
    (call $again (i32.sub (local.get 0) (i32.const 1)))))
