;; Values of a block: in place where the heights agree, else moved on the way.
(module
  (func (param i32) (result i32)
    (block (result i32)
      i32.const 10
      local.get 0
      br_if 0
      drop
      i32.const 20))
  (func (param i32) (result i32)
    (block (result i32)
      i32.const 1
      i32.const 10
      local.get 0
      i32.eqz
      br_if 0
      i32.add))
  (func (param i32) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.const 3)))
      (br_if 0 (i32.ne (local.tee 0 (i32.sub (local.get 0) (i32.const 1))) (i32.const 0))))
    local.get 1)
  (func (param i64 i64) (result i32)
    (if (i64.lt_u (local.get 0) (local.get 1)) (then (return (i32.const 1))))
    (i64.eqz (local.get 0))
    (if (then unreachable))
    i32.const 0))
;;! func 0, 5 slots
;;!    0 Const32 #10 2
;;!    4 BrIf @12 0
;;!    8 Const32 #20 2
;;!   12 ReturnI32 2 1
;;! func 1, 6 slots
;;!    0 I32Eqz 0 4
;;!    3 Const32 #10 3
;;!    7 BrIfNot @19 4
;;!   11 CopySlots #1 3 2
;;!   16 Br @24
;;!   19 I32AddImm #1 3 2
;;!   24 ReturnI32 2 1
;;! func 2, 6 slots
;;!    0 Const32 #0 2
;;!    4 I32AddImm #3 2 2
;;!    9 I32AddImm #-1 0 0
;;!   14 BrIfI32NeImm @4 #0 0
;;!   20 ReturnI32 2 1
;;! func 3, 6 slots
;;!    0 BrIfI64GeU @12 0 1
;;!    5 Const32 #1 3
;;!    9 ReturnI32 3 2
;;!   12 BrIfI64NeImm @21 #0 0
;;!   18 Stop #257
;;!   21 Const32 #0 3
;;!   25 ReturnI32 3 2
