;; Globals of both mutabilities, imported and its own.
(module
  (import "" "const" (global $const i64))
  (import "" "var" (global $var (mut f32)))
  (global $mine (export "mine") (mut i32) (i32.const 5))
  (global (export "fixed") f64 (f64.const 2.5))
  (func (export "get_const") (result i64) (global.get $const))
  (func (export "get_var") (result f32) (global.get $var))
  (func (export "set_var") (param f32) (global.set $var (local.get 0)))
  (func (export "get_mine") (result i32) (global.get $mine)))
