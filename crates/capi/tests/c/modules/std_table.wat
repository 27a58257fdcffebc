;; A table of functions, and calls through it.
(module
  (type $unary (func (param i32) (result i32)))
  (table (export "table") 2 10 funcref)
  (elem (i32.const 1) func $double)
  (func $double (export "double") (type $unary) (i32.mul (local.get 0) (i32.const 2)))
  (func (export "negate") (type $unary) (i32.sub (i32.const 0) (local.get 0)))
  (func (export "call") (param i32 i32) (result i32)
    (call_indirect (type $unary) (local.get 0) (local.get 1)))
  (func (export "pass") (param funcref) (result funcref) (local.get 0)))
