;; Addresses with offsets, constants that are stored, and an access whose end needs more than 32 bits.
(module
  (memory 1)
  (func (param i32 i64) (result i32)
    (i32.store8 offset=3 (local.get 0) (i32.const 65))
    (i64.store offset=8 (local.get 0) (local.get 1))
    (i64.store (local.get 0) (i64.const 0x123456789a))
    (i32.load offset=4294967295 (local.get 0)))
  (func (param i32)
    (memory.fill (local.get 0) (i32.const 0) (i32.const 64))))
;;! func 0, 6 slots
;;!    0 I32Store8Imm #4 #65 0
;;!    6 I64Store #16 0 1
;;!   11 Const64 #878082202 #18 4
;;!   17 I64Store #8 0 4
;;!   22 EffectiveAddress #-1 #4 0 3
;;!   29 I32Load #4 3 3
;;!   34 ReturnI32 3 2
;;! func 1, 6 slots
;;!    0 CopyI32 0 2
;;!    3 Const32 #0 3
;;!    7 Const32 #64 4
;;!   11 MemoryFill 2
;;!   13 Return 1
