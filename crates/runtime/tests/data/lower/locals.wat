;; A value that is still a local is copied before the local changes, and only then.
(module
  (func (param i32 i32) (result i32)
    local.get 0
    local.get 1
    i32.const 7
    local.set 0
    i32.add)
  (func (param i32 i32) (result i32)
    local.get 0
    i32.const 1
    i32.add
    local.tee 1
    local.get 1
    i32.mul)
  (func (param i64) (result i64) (local i64 i64)
    local.get 0
    local.set 1
    local.get 2))
;;! func 0, 7 slots
;;!    0 CopyI32 0 3
;;!    3 Const32 #7 0
;;!    7 I32Add 3 1 3
;;!   11 ReturnI32 3 2
;;! func 1, 6 slots
;;!    0 I32AddImm #1 0 1
;;!    5 I32Mul 1 1 3
;;!    9 ReturnI32 3 2
;;! func 2, 6 slots
;;!    0 ZeroLocals 2 2
;;!    3 CopyI64 0 2
;;!    6 ReturnI64 3 1
