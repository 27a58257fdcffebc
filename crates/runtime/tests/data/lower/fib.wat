;; Arguments are computed where the callee's frame begins; the comparison joins the branch.
(module
  (func $fib (param i32) (result i32)
    (if (result i32) (i32.lt_s (local.get 0) (i32.const 2))
      (then (local.get 0))
      (else
        (i32.add
          (call $fib (i32.sub (local.get 0) (i32.const 1)))
          (call $fib (i32.sub (local.get 0) (i32.const 2))))))))
;;! func 0, 6 slots
;;!    0 BrIfI32GeSImm @12 #2 0
;;!    6 CopyI32 0 2
;;!    9 Br @36
;;!   12 I32AddImm #-1 0 2
;;!   17 Call #0 1 2
;;!   22 I32AddImm #-2 0 3
;;!   27 Call #0 1 3
;;!   32 I32Add 2 3 2
;;!   36 ReturnI32 2 1
