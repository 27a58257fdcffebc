;; A pure computation: no imports, no memory, functions called by name.
;;
;;     cargo run --release -- run --invoke fib examples/fib.wat 30
;;     cargo run --release -- run --invoke fib_fast examples/fib.wat 90
(module
  ;; The n-th Fibonacci number the slow way: two calls per step, which measures what a call costs.
  (func $fib (export "fib") (param $n i32) (result i32)
    (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
      (then (local.get $n))
      (else
        (i32.add
          (call $fib (i32.sub (local.get $n) (i32.const 1)))
          (call $fib (i32.sub (local.get $n) (i32.const 2)))))))

  ;; The same with a tail call: `return_call` leaves this frame before it enters the next one, so any `n` runs in
  ;; constant stack. From n = 94 on the 64 bits wrap around.
  (func (export "fib_fast") (param $n i64) (result i64)
    (return_call $step (local.get $n) (i64.const 0) (i64.const 1)))

  (func $step (param $n i64) (param $a i64) (param $b i64) (result i64)
    (if (i64.eqz (local.get $n))
      (then (return (local.get $a))))
    (return_call $step
      (i64.sub (local.get $n) (i64.const 1))
      (local.get $b)
      (i64.add (local.get $a) (local.get $b)))))
