;; More than one result, selection, conversions, constants of every type.
(module
  (func $two (param f32 f64) (result f64 f32)
    (f64.add (local.get 1) (f64.const 0.5))
    (f32.sub (local.get 0) (f32.const 1.5)))
  (func (param i32) (result f32)
    (call $two (f32.convert_i32_s (local.get 0)) (f64.const 0.1))
    (f32.demote_f64 (select (f64.const 1) (f64.const 2) (i32.eqz (local.get 0))))
    drop
    (return))
  (func (param i64) (result i64)
    (i64.rotr (i64.xor (local.get 0) (i64.const 0x1_0000_0001)) (i64.const 8))))
;;! func 0, 7 slots
;;!    0 F64AddImm #1056964608 1 3
;;!    5 F32AddImm #-1077936128 0 4
;;!   10 ReturnSlots #2 3 2
;;! func 1, 8 slots
;;!    0 F32ConvertI32S 0 2
;;!    3 Const64 #-1717986918 #1069128089 3
;;!    9 Call #0 2 2
;;!   14 I32Eqz 0 6
;;!   17 Const64 #0 #1072693248 4
;;!   23 Const64 #0 #1073741824 5
;;!   29 SelectF64 6 4 5 4
;;!   34 F32DemoteF64 4 4
;;!   37 ReturnF32 3 1
;;! func 2, 5 slots
;;!    0 Const64 #1 #1 3
;;!    6 I64Xor 0 3 2
;;!   10 I64RotlImm #56 2 2
;;!   15 ReturnI64 2 1
