;; Something of every kind, imported and exported.
(module
  (import "a" "func" (func (param i32 f64) (result i64)))
  (import "a" "global" (global (mut f32)))
  (import "b" "memory" (memory 1 2))
  (import "b" "table" (table 2 funcref))
  (func (export "f") (param i32 i64 f32 f64 funcref externref) (result externref i32)
    (local.get 5) (local.get 0))
  (global (export "g") i64 (i64.const 7))
  (table (export "t") 3 12 externref)
  (export "m" (memory 0)))
