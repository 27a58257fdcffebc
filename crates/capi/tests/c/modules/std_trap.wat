;; Ends by a host function's trap, and by its own, some calls deep.
(module
  (import "" "fail" (func $fail (result i32)))
  (func (export "callback") (result i32) (call $fail))
  (func (export "own") (result i32) (call $deep) (i32.const 1))
  (func $deep (call $deeper))
  (func $deeper (nop) (unreachable))
  (func (export "divide") (param i32 i32) (result i32)
    (i32.div_s (local.get 0) (local.get 1)))
  (func $forever (export "forever") (call $forever)))
