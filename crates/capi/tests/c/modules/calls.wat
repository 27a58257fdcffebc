;; Functions of all kinds of numbers, with several results, and by references.
(module
  (type $pair (func (param i32 i32) (result i32)))
  (table (export "table") 4 8 funcref)
  (elem (i32.const 0) $add $sub)
  (func $add (export "add") (type $pair) (i32.add (local.get 0) (local.get 1)))
  (func $sub (export "sub") (type $pair) (i32.sub (local.get 0) (local.get 1)))
  (func (export "mixed") (param i32 i64 f32 f64) (result f64)
    (f64.add
      (f64.add (f64.convert_i32_s (local.get 0)) (f64.convert_i64_s (local.get 1)))
      (f64.add (f64.promote_f32 (local.get 2)) (local.get 3))))
  (func (export "wide") (param i64) (result i64) (i64.add (local.get 0) (i64.const 1)))
  (func (export "half") (param f32) (result f32) (f32.div (local.get 0) (f32.const 2)))
  (func (export "swap") (param i32 i64) (result i64 i32) (local.get 1) (local.get 0))
  (func (export "nothing"))
  (func (export "many")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (i32.sub (local.get 19) (local.get 0)))
  (func (export "same_func") (param funcref) (result funcref) (local.get 0)))
