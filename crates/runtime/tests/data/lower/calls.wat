;; Imported, indirect and tail calls.
(module
  (import "env" "print" (func $print (param i32)))
  (type $op (func (param i32 i32) (result i32)))
  (table 2 funcref)
  (elem (i32.const 0) $add)
  (func $add (type $op) (i32.add (local.get 0) (local.get 1)))
  (func (param i32) (result i32)
    (call $print (local.get 0))
    (call_indirect (type $op) (local.get 0) (i32.const 4) (i32.const 0)))
  (func (param i32) (result i32)
    (return_call $add (local.get 0) (i32.const 1)))
  (func (param i32) (result i32)
    (return_call_indirect (type $op) (local.get 0) (i32.const 4) (local.get 0)))
  (func (result funcref) (ref.func $add)))
;;! func 1, 6 slots
;;!    0 I32Add 0 1 3
;;!    4 ReturnI32 3 2
;;! func 2, 6 slots
;;!    0 CopyI32 0 2
;;!    3 CallImport #0 1 2
;;!    8 Const32 #0 4
;;!   12 CopyI32 0 2
;;!   15 Const32 #4 3
;;!   19 CallIndirect #0 4 0 2 2
;;!   26 ReturnI32 2 1
;;! func 3, 5 slots
;;!    0 CopyI32 0 2
;;!    3 Const32 #1 3
;;!    7 ReturnCall #1 2 2 1 2
;;! func 4, 6 slots
;;!    0 CopyI32 0 2
;;!    3 Const32 #4 3
;;!    7 ReturnCallIndirect #0 0 0 2 2 1 2
;;! func 5, 4 slots
;;!    0 RefFunc #1 2
;;!    4 ReturnI64 2 1
