;; Imports from another module.
(module
  (import "provider" "twice" (func $twice (param i32) (result i32)))
  (import "provider" "calls" (func $calls (result i32)))
  (import "provider" "break" (func $break))
  (import "provider" "memory" (memory 1))
  (func (export "four_times") (param i32) (result i32) (call $twice (call $twice (local.get 0))))
  (func (export "calls") (result i32) (call $calls))
  (func (export "break") (call $break))
  (func (export "store") (param i32) (i32.store (i32.const 0) (local.get 0))))
