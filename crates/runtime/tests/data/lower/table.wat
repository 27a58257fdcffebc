;; A table of branches, with values that move on the way to some of the labels.
(module
  (func (param i32) (result i32)
    (block
      (block
        (block
          (br_table 0 1 2 (local.get 0)))
        (return (i32.const 100)))
      (return (i32.const 101)))
    i32.const 102)
  (func (param i32) (result i32)
    (block $a (result i32)
      i32.const 5
      (block $b (result i32)
        i32.const 6
        local.get 0
        br_table $b $a $b)
      i32.add)))
;;! func 0, 4 slots
;;!    0 BrTable #2 0 @10 @17 @24
;;!   10 Const32 #100 2
;;!   14 ReturnI32 2 1
;;!   17 Const32 #101 2
;;!   21 ReturnI32 2 1
;;!   24 Const32 #102 2
;;!   28 ReturnI32 2 1
;;! func 1, 6 slots
;;!    0 Const32 #5 2
;;!    4 Const32 #6 3
;;!    8 BrTable #2 0 @26 @18 @26
;;!   18 CopySlots #1 3 2
;;!   23 Br @30
;;!   26 I32Add 2 3 2
;;!   30 ReturnI32 2 1
