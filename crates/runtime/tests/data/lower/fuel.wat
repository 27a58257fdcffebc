;; fuel: what runs of operators cost is taken at their beginning.
(module
  (func (param i32)
    (loop
      (if (i32.and (local.get 0) (i32.const 1))
        (then (local.set 0 (i32.sub (local.get 0) (i32.const 1))))
        (else (local.set 0 (i32.shr_u (local.get 0) (i32.const 1)))))
      (br_if 0 (local.get 0))))
  (memory 1)
  (func (param i32) (memory.fill (i32.const 0) (i32.const 1) (local.get 0))))
;;! func 0, 5 slots
;;!    0 Fuel #1
;;!    3 Fuel #4
;;!    6 I32AndImm #1 0 2
;;!   11 BrIfNot @26 2
;;!   15 Fuel #4
;;!   18 I32AddImm #-1 0 0
;;!   23 Br @34
;;!   26 Fuel #4
;;!   29 I32ShrUImm #1 0 0
;;!   34 Fuel #2
;;!   37 BrIf @3 0
;;!   41 Return 1
;;! func 1, 6 slots
;;!    0 Fuel #4
;;!    3 Const32 #0 2
;;!    7 Const32 #1 3
;;!   11 CopyI32 0 4
;;!   14 FuelBy 4 0
;;!   17 MemoryFill 2
;;!   19 Return 1
