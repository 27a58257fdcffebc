;; Holds objects of the program's in a global and a table, and gives them to a function of C.
(module
  (import "env" "look" (func $look (param externref) (result externref)))
  (global $held (mut externref) (ref.null extern))
  (table $held_too 2 externref)
  (func (export "same") (param externref) (result externref) (local.get 0))
  (func (export "is_null") (param externref) (result i32) (ref.is_null (local.get 0)))
  (func (export "look") (param externref) (result externref) (call $look (local.get 0)))
  (func (export "hold") (param externref) (global.set $held (local.get 0)))
  (func (export "held") (result externref) (global.get $held))
  (func (export "hold_too") (param externref) (table.set $held_too (i32.const 1) (local.get 0))))
