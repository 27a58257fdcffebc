;; Tail calls with more arguments and results than any machine has registers for, of every type, in every direction:
;; direct, through a table, of another instance, out of another instance, again and again in bounded stack.

(module $other
  (func (export "mix") (param i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64) (result i64)
    (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.const 0) (i64.const 31)) (i64.extend_i32_u (local.get 0))) (i64.const 31)) (local.get 1)) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 2)))) (i64.const 31)) (i64.reinterpret_f64 (local.get 3))) (i64.const 31)) (i64.extend_i32_u (local.get 4))) (i64.const 31)) (local.get 5)) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 6)))) (i64.const 31)) (i64.reinterpret_f64 (local.get 7))) (i64.const 31)) (i64.extend_i32_u (local.get 8))) (i64.const 31)) (local.get 9)) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 10)))) (i64.const 31)) (i64.reinterpret_f64 (local.get 11))) (i64.const 31)) (i64.extend_i32_u (local.get 12))) (i64.const 31)) (local.get 13)) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 14)))) (i64.const 31)) (i64.reinterpret_f64 (local.get 15))) (i64.const 31)) (i64.extend_i32_u (local.get 16))) (i64.const 31)) (local.get 17)) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 18)))) (i64.const 31)) (i64.reinterpret_f64 (local.get 19))))
)
(register "other" $other)

(module
  (import "other" "mix" (func $imported (param i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64) (result i64)))
  (type $loop-a (func (param i32 i32 i32 i32 i32 i32) (result i64)))
  (type $loop-b (func (param i32 i32 i64 i32) (result i64)))
  (type $loop-c (func (param i32 i64 i64 i64) (result i64)))
  (type $loop-d (func (param i32 f64 i32 f32 i64 f64) (result i64)))
  (type $loop-e (func (param i32 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64) (result i64)))
  (type $loop-f (func (param i32 f64 i32 f64 i32 f64 i32 f64 i32 f64 i32 f64 i32 f64 i32 f64 i32 f64 i32) (result i64)))
  (type $loop-g (func (param i32 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64)))
  (type $loop-h (func (param i32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32) (result i64)))
  (type $mix-e (func (param i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64) (result i64)))
  (type $many (func (param i32) (result i32 i64 f32 f64 i32 i64)))
  (type $wide (func (param i32 i64) (result i64 i64 i64 i64 i64 i64 i64 i64 i64)))
  (table funcref (elem $loop-a $loop-b $loop-c $loop-d $loop-e $loop-f $loop-g $loop-h $imported $many $wide))

  ;; a
  (func $mix-a (param i32 i32 i32 i32 i32) (result i64)
    (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.const 0) (i64.const 31)) (i64.extend_i32_u (local.get 0))) (i64.const 31)) (i64.extend_i32_u (local.get 1))) (i64.const 31)) (i64.extend_i32_u (local.get 2))) (i64.const 31)) (i64.extend_i32_u (local.get 3))) (i64.const 31)) (i64.extend_i32_u (local.get 4))))
  (func (export "once-a") (param i32 i32 i32 i32 i32) (result i64)
    (return_call $mix-a (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 0)))
  (func $loop-a (export "loop-a") (type $loop-a)
    (if (i32.eqz (local.get 0)) (then (return_call $mix-a (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5))))
    (if (i32.and (local.get 0) (i32.const 1)) (then (return_call $loop-a (i32.sub (local.get 0) (i32.const 1)) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 1))))
    (return_call_indirect (type $loop-a) (i32.sub (local.get 0) (i32.const 1)) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 1) (i32.const 0)))
  ;; Two calls that are none, one inside of the arguments of the other.
  (func (export "twice-a") (param i32 i32 i32 i32 i32 i32) (result i64)
    (i64.sub (call $loop-a (i32.wrap_i64 (i64.and (call $loop-a (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5)) (i64.const 3))) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5))
      (call_indirect (type $loop-a) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (i32.const 0))))

  ;; b
  (func $mix-b (param i32 i64 i32) (result i64)
    (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.const 0) (i64.const 31)) (i64.extend_i32_u (local.get 0))) (i64.const 31)) (local.get 1)) (i64.const 31)) (i64.extend_i32_u (local.get 2))))
  (func (export "once-b") (param i32 i64 i32) (result i64)
    (return_call $mix-b (local.get 2) (local.get 1) (local.get 0)))
  (func $loop-b (export "loop-b") (type $loop-b)
    (if (i32.eqz (local.get 0)) (then (return_call $mix-b (local.get 1) (local.get 2) (local.get 3))))
    (if (i32.and (local.get 0) (i32.const 1)) (then (return_call $loop-b (i32.sub (local.get 0) (i32.const 1)) (local.get 3) (local.get 2) (local.get 1))))
    (return_call_indirect (type $loop-b) (i32.sub (local.get 0) (i32.const 1)) (local.get 3) (local.get 2) (local.get 1) (i32.const 1)))
  ;; Two calls that are none, one inside of the arguments of the other.
  (func (export "twice-b") (param i32 i32 i64 i32) (result i64)
    (i64.sub (call $loop-b (i32.wrap_i64 (i64.and (call $loop-b (local.get 0) (local.get 1) (local.get 2) (local.get 3)) (i64.const 3))) (local.get 1) (local.get 2) (local.get 3))
      (call_indirect (type $loop-b) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 1))))

  ;; c
  (func $mix-c (param i64 i64 i64) (result i64)
    (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.const 0) (i64.const 31)) (local.get 0)) (i64.const 31)) (local.get 1)) (i64.const 31)) (local.get 2)))
  (func (export "once-c") (param i64 i64 i64) (result i64)
    (return_call $mix-c (local.get 1) (local.get 2) (local.get 0)))
  (func $loop-c (export "loop-c") (type $loop-c)
    (if (i32.eqz (local.get 0)) (then (return_call $mix-c (local.get 1) (local.get 2) (local.get 3))))
    (if (i32.and (local.get 0) (i32.const 1)) (then (return_call $loop-c (i32.sub (local.get 0) (i32.const 1)) (local.get 2) (local.get 3) (local.get 1))))
    (return_call_indirect (type $loop-c) (i32.sub (local.get 0) (i32.const 1)) (local.get 2) (local.get 3) (local.get 1) (i32.const 2)))
  ;; Two calls that are none, one inside of the arguments of the other.
  (func (export "twice-c") (param i32 i64 i64 i64) (result i64)
    (i64.sub (call $loop-c (i32.wrap_i64 (i64.and (call $loop-c (local.get 0) (local.get 1) (local.get 2) (local.get 3)) (i64.const 3))) (local.get 1) (local.get 2) (local.get 3))
      (call_indirect (type $loop-c) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 2))))

  ;; d
  (func $mix-d (param f64 i32 f32 i64 f64) (result i64)
    (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.const 0) (i64.const 31)) (i64.reinterpret_f64 (local.get 0))) (i64.const 31)) (i64.extend_i32_u (local.get 1))) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 2)))) (i64.const 31)) (local.get 3)) (i64.const 31)) (i64.reinterpret_f64 (local.get 4))))
  (func (export "once-d") (param f64 i32 f32 i64 f64) (result i64)
    (return_call $mix-d (local.get 4) (local.get 1) (local.get 2) (local.get 3) (local.get 0)))
  (func $loop-d (export "loop-d") (type $loop-d)
    (if (i32.eqz (local.get 0)) (then (return_call $mix-d (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5))))
    (if (i32.and (local.get 0) (i32.const 1)) (then (return_call $loop-d (i32.sub (local.get 0) (i32.const 1)) (local.get 5) (local.get 2) (local.get 3) (local.get 4) (local.get 1))))
    (return_call_indirect (type $loop-d) (i32.sub (local.get 0) (i32.const 1)) (local.get 5) (local.get 2) (local.get 3) (local.get 4) (local.get 1) (i32.const 3)))
  ;; Two calls that are none, one inside of the arguments of the other.
  (func (export "twice-d") (param i32 f64 i32 f32 i64 f64) (result i64)
    (i64.sub (call $loop-d (i32.wrap_i64 (i64.and (call $loop-d (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5)) (i64.const 3))) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5))
      (call_indirect (type $loop-d) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (i32.const 3))))

  ;; e
  (func $mix-e (param i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64) (result i64)
    (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.const 0) (i64.const 31)) (i64.extend_i32_u (local.get 0))) (i64.const 31)) (local.get 1)) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 2)))) (i64.const 31)) (i64.reinterpret_f64 (local.get 3))) (i64.const 31)) (i64.extend_i32_u (local.get 4))) (i64.const 31)) (local.get 5)) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 6)))) (i64.const 31)) (i64.reinterpret_f64 (local.get 7))) (i64.const 31)) (i64.extend_i32_u (local.get 8))) (i64.const 31)) (local.get 9)) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 10)))) (i64.const 31)) (i64.reinterpret_f64 (local.get 11))) (i64.const 31)) (i64.extend_i32_u (local.get 12))) (i64.const 31)) (local.get 13)) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 14)))) (i64.const 31)) (i64.reinterpret_f64 (local.get 15))) (i64.const 31)) (i64.extend_i32_u (local.get 16))) (i64.const 31)) (local.get 17)) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 18)))) (i64.const 31)) (i64.reinterpret_f64 (local.get 19))))
  (func (export "once-e") (param i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64) (result i64)
    (return_call $mix-e (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 18) (local.get 19) (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
  (func $loop-e (export "loop-e") (type $loop-e)
    (if (i32.eqz (local.get 0)) (then (return_call $mix-e (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 18) (local.get 19) (local.get 20))))
    (if (i32.and (local.get 0) (i32.const 1)) (then (return_call $loop-e (i32.sub (local.get 0) (i32.const 1)) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 18) (local.get 19) (local.get 20) (local.get 1) (local.get 2) (local.get 3) (local.get 4))))
    (return_call_indirect (type $loop-e) (i32.sub (local.get 0) (i32.const 1)) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 18) (local.get 19) (local.get 20) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (i32.const 4)))
  ;; Two calls that are none, one inside of the arguments of the other.
  (func (export "twice-e") (param i32 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64) (result i64)
    (i64.sub (call $loop-e (i32.wrap_i64 (i64.and (call $loop-e (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 18) (local.get 19) (local.get 20)) (i64.const 3))) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 18) (local.get 19) (local.get 20))
      (call_indirect (type $loop-e) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 18) (local.get 19) (local.get 20) (i32.const 4))))

  ;; f
  (func $mix-f (param f64 i32 f64 i32 f64 i32 f64 i32 f64 i32 f64 i32 f64 i32 f64 i32 f64 i32) (result i64)
    (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.const 0) (i64.const 31)) (i64.reinterpret_f64 (local.get 0))) (i64.const 31)) (i64.extend_i32_u (local.get 1))) (i64.const 31)) (i64.reinterpret_f64 (local.get 2))) (i64.const 31)) (i64.extend_i32_u (local.get 3))) (i64.const 31)) (i64.reinterpret_f64 (local.get 4))) (i64.const 31)) (i64.extend_i32_u (local.get 5))) (i64.const 31)) (i64.reinterpret_f64 (local.get 6))) (i64.const 31)) (i64.extend_i32_u (local.get 7))) (i64.const 31)) (i64.reinterpret_f64 (local.get 8))) (i64.const 31)) (i64.extend_i32_u (local.get 9))) (i64.const 31)) (i64.reinterpret_f64 (local.get 10))) (i64.const 31)) (i64.extend_i32_u (local.get 11))) (i64.const 31)) (i64.reinterpret_f64 (local.get 12))) (i64.const 31)) (i64.extend_i32_u (local.get 13))) (i64.const 31)) (i64.reinterpret_f64 (local.get 14))) (i64.const 31)) (i64.extend_i32_u (local.get 15))) (i64.const 31)) (i64.reinterpret_f64 (local.get 16))) (i64.const 31)) (i64.extend_i32_u (local.get 17))))
  (func (export "once-f") (param f64 i32 f64 i32 f64 i32 f64 i32 f64 i32 f64 i32 f64 i32 f64 i32 f64 i32) (result i64)
    (return_call $mix-f (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 0) (local.get 1)))
  (func $loop-f (export "loop-f") (type $loop-f)
    (if (i32.eqz (local.get 0)) (then (return_call $mix-f (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 18))))
    (if (i32.and (local.get 0) (i32.const 1)) (then (return_call $loop-f (i32.sub (local.get 0) (i32.const 1)) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 18) (local.get 1) (local.get 2))))
    (return_call_indirect (type $loop-f) (i32.sub (local.get 0) (i32.const 1)) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 18) (local.get 1) (local.get 2) (i32.const 5)))
  ;; Two calls that are none, one inside of the arguments of the other.
  (func (export "twice-f") (param i32 f64 i32 f64 i32 f64 i32 f64 i32 f64 i32 f64 i32 f64 i32 f64 i32 f64 i32) (result i64)
    (i64.sub (call $loop-f (i32.wrap_i64 (i64.and (call $loop-f (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 18)) (i64.const 3))) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 18))
      (call_indirect (type $loop-f) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 18) (i32.const 5))))

  ;; g
  (func $mix-g (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64)
    (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.const 0) (i64.const 31)) (local.get 0)) (i64.const 31)) (local.get 1)) (i64.const 31)) (local.get 2)) (i64.const 31)) (local.get 3)) (i64.const 31)) (local.get 4)) (i64.const 31)) (local.get 5)) (i64.const 31)) (local.get 6)) (i64.const 31)) (local.get 7)) (i64.const 31)) (local.get 8)) (i64.const 31)) (local.get 9)) (i64.const 31)) (local.get 10)) (i64.const 31)) (local.get 11)))
  (func (export "once-g") (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64)
    (return_call $mix-g (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 0)))
  (func $loop-g (export "loop-g") (type $loop-g)
    (if (i32.eqz (local.get 0)) (then (return_call $mix-g (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12))))
    (if (i32.and (local.get 0) (i32.const 1)) (then (return_call $loop-g (i32.sub (local.get 0) (i32.const 1)) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 1))))
    (return_call_indirect (type $loop-g) (i32.sub (local.get 0) (i32.const 1)) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 1) (i32.const 6)))
  ;; Two calls that are none, one inside of the arguments of the other.
  (func (export "twice-g") (param i32 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64)
    (i64.sub (call $loop-g (i32.wrap_i64 (i64.and (call $loop-g (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12)) (i64.const 3))) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12))
      (call_indirect (type $loop-g) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (i32.const 6))))

  ;; h
  (func $mix-h (param f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32) (result i64)
    (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.add (i64.mul (i64.const 0) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 0)))) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 1)))) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 2)))) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 3)))) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 4)))) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 5)))) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 6)))) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 7)))) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 8)))) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 9)))) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 10)))) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 11)))) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 12)))) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 13)))) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 14)))) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 15)))) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 16)))) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 17)))) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 18)))) (i64.const 31)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get 19)))))
  (func (export "once-h") (param f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32) (result i64)
    (return_call $mix-h (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 18) (local.get 19) (local.get 0)))
  (func $loop-h (export "loop-h") (type $loop-h)
    (if (i32.eqz (local.get 0)) (then (return_call $mix-h (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 18) (local.get 19) (local.get 20))))
    (if (i32.and (local.get 0) (i32.const 1)) (then (return_call $loop-h (i32.sub (local.get 0) (i32.const 1)) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 18) (local.get 19) (local.get 20) (local.get 1))))
    (return_call_indirect (type $loop-h) (i32.sub (local.get 0) (i32.const 1)) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 18) (local.get 19) (local.get 20) (local.get 1) (i32.const 7)))
  ;; Two calls that are none, one inside of the arguments of the other.
  (func (export "twice-h") (param i32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32 f32) (result i64)
    (i64.sub (call $loop-h (i32.wrap_i64 (i64.and (call $loop-h (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 18) (local.get 19) (local.get 20)) (i64.const 3))) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 18) (local.get 19) (local.get 20))
      (call_indirect (type $loop-h) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 18) (local.get 19) (local.get 20) (i32.const 7))))

  ;; Out of the instance.
  (func (export "imported") (type $mix-e) (return_call $imported (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 18) (local.get 19)))
  (func (export "imported-indirect") (type $mix-e) (return_call_indirect (type $mix-e) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7) (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 12) (local.get 13) (local.get 14) (local.get 15) (local.get 16) (local.get 17) (local.get 18) (local.get 19) (i32.const 8)))

  ;; Results.
  (func $many (export "many") (type $many)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 1) (i64.const -2) (f32.const 3.5) (f64.const -4.5) (i32.const -5) (i64.const 6))))
    (if (i32.and (local.get 0) (i32.const 1)) (then (return_call $many (i32.sub (local.get 0) (i32.const 1)))))
    (return_call_indirect (type $many) (i32.sub (local.get 0) (i32.const 1)) (i32.const 9)))
  (func (export "many-sum") (param i32) (result f64) (local i32 i64 f32 f64)
    (call $many (local.get 0)) (drop) (local.set 1) (local.set 4) (local.set 3) (local.set 2)
    (f64.convert_i32_s) (f64.add (f64.convert_i64_s (local.get 2))) (f64.add (f64.promote_f32 (local.get 3)))
    (f64.add (local.get 4)) (f64.add (f64.convert_i32_s (local.get 1))))
  (func $wide (export "wide") (type $wide)
    (if (i32.eqz (local.get 0)) (then (return (i64.add (local.get 1) (i64.const 0)) (i64.add (local.get 1) (i64.const 1)) (i64.add (local.get 1) (i64.const 2)) (i64.add (local.get 1) (i64.const 3)) (i64.add (local.get 1) (i64.const 4)) (i64.add (local.get 1) (i64.const 5)) (i64.add (local.get 1) (i64.const 6)) (i64.add (local.get 1) (i64.const 7)) (i64.add (local.get 1) (i64.const 8)))))
    (return_call $wide (i32.sub (local.get 0) (i32.const 1)) (i64.add (local.get 1) (i64.const 10))))
  (func (export "wide-last") (param i32 i64) (result i64) (local i64)
    (call $wide (local.get 0) (local.get 1)) (local.set 2) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (drop) (local.get 2))
  (func $nothing (param i32 i64 i64 i64 i64) (if (local.get 0) (then
    (return_call $nothing (i32.sub (local.get 0) (i32.const 1)) (local.get 1) (local.get 2) (local.get 3) (local.get 4)))))
  (func (export "nothing") (param i32) (call $nothing (local.get 0) (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4)))

  ;; What ends them early.
  (func $falls (export "falls") (param i32 i64 i64 i64 i64) (result i64)
    (if (i32.eqz (local.get 0)) (then (return (i64.div_u (local.get 1) (i64.const 0)))))
    (return_call $falls (i32.sub (local.get 0) (i32.const 1)) (local.get 4) (local.get 1) (local.get 2) (local.get 3)))
  (func (export "wrong-type") (param i64 i64 i64 i64 i64) (result i64)
    (return_call_indirect (param i64 i64 i64 i64 i64) (result i64)
      (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (i32.const 0)))
  (func $deep (export "deep") (param i64 i64 i64 i64 i64) (result i64)
    (i64.add (i64.const 1) (call $deeper (local.get 4) (local.get 0) (local.get 1) (local.get 2) (local.get 3))))
  (func $deeper (param i64 i64 i64 i64 i64) (result i64)
    (return_call $deep (local.get 4) (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
)

(assert_return (invoke "once-a" (i32.const 1) (i32.const 19088744) (i32.const 38177487) (i32.const 57266230) (i32.const 76354973)) (i64.const 18823601314035))
(assert_return (invoke "loop-a" (i32.const 1) (i32.const 1) (i32.const 19088744) (i32.const 38177487) (i32.const 57266230) (i32.const 76354973)) (i64.const 18823601314035))
(assert_return (invoke "loop-a" (i32.const 2) (i32.const 1) (i32.const 19088744) (i32.const 38177487) (i32.const 57266230) (i32.const 76354973)) (i64.const 37037125447485))
(assert_return (invoke "loop-a" (i32.const 7) (i32.const 1) (i32.const 19088744) (i32.const 38177487) (i32.const 57266230) (i32.const 76354973)) (i64.const 37037125447485))
(assert_return (invoke "loop-a" (i32.const 1000000) (i32.const 1) (i32.const 19088744) (i32.const 38177487) (i32.const 57266230) (i32.const 76354973)) (i64.const 607213869135))
(assert_return (invoke "twice-a" (i32.const 5) (i32.const 1) (i32.const 19088744) (i32.const 38177487) (i32.const 57266230) (i32.const 76354973)) (i64.const 54554673056850))

(assert_return (invoke "once-b" (i32.const 1) (i64.const 2501999792982) (i32.const 38177487)) (i64.const 77598682147450))
(assert_return (invoke "loop-b" (i32.const 1) (i32.const 1) (i64.const 2501999792982) (i32.const 38177487)) (i64.const 77598682147450))
(assert_return (invoke "loop-b" (i32.const 2) (i32.const 1) (i64.const 2501999792982) (i32.const 38177487)) (i64.const 77562031760890))
(assert_return (invoke "loop-b" (i32.const 7) (i32.const 1) (i64.const 2501999792982) (i32.const 38177487)) (i64.const 77598682147450))
(assert_return (invoke "loop-b" (i32.const 20000) (i32.const 1) (i64.const 2501999792982) (i32.const 38177487)) (i64.const 77562031760890))
(assert_return (invoke "twice-b" (i32.const 5) (i32.const 1) (i64.const 2501999792982) (i32.const 38177487)) (i64.const -36650386560))

(assert_return (invoke "once-c" (i64.const 1250999896491) (i64.const 2501999792982) (i64.const 3752999689473)) (i64.const 2522015791325856))
(assert_return (invoke "loop-c" (i32.const 1) (i64.const 1250999896491) (i64.const 2501999792982) (i64.const 3752999689473)) (i64.const 2522015791325856))
(assert_return (invoke "loop-c" (i32.const 2) (i64.const 1250999896491) (i64.const 2501999792982) (i64.const 3752999689473)) (i64.const 3647915698167756))
(assert_return (invoke "loop-c" (i32.const 7) (i64.const 1250999896491) (i64.const 2501999792982) (i64.const 3752999689473)) (i64.const 2522015791325856))
(assert_return (invoke "loop-c" (i32.const 20000) (i64.const 1250999896491) (i64.const 2501999792982) (i64.const 3752999689473)) (i64.const 3647915698167756))
(assert_return (invoke "twice-c" (i32.const 5) (i64.const 1250999896491) (i64.const 2501999792982) (i64.const 3752999689473)) (i64.const -2364389804367990))

(assert_return (invoke "once-d" (f64.const -0.25) (i32.const 19088744) (f32.const 2.5) (i64.const 5003999585964) (f64.const -4.25)) (i64.const 1108323709851045996))
(assert_return (invoke "loop-d" (i32.const 1) (f64.const -0.25) (i32.const 19088744) (f32.const 2.5) (i64.const 5003999585964) (f64.const -4.25)) (i64.const 1108323709851045996))
(assert_return (invoke "loop-d" (i32.const 2) (f64.const -0.25) (i32.const 19088744) (f32.const 2.5) (i64.const 5003999585964) (f64.const -4.25)) (i64.const 1720813259173433452))
(assert_return (invoke "loop-d" (i32.const 7) (f64.const -0.25) (i32.const 19088744) (f32.const 2.5) (i64.const 5003999585964) (f64.const -4.25)) (i64.const 1108323709851045996))
(assert_return (invoke "loop-d" (i32.const 20000) (f64.const -0.25) (i32.const 19088744) (f32.const 2.5) (i64.const 5003999585964) (f64.const -4.25)) (i64.const 1720813259173433452))
(assert_return (invoke "twice-d" (i32.const 5) (f64.const -0.25) (i32.const 19088744) (f32.const 2.5) (i64.const 5003999585964) (f64.const -4.25)) (i64.const 612489549322387456))

(assert_return (invoke "once-e" (i32.const 1) (i64.const 2501999792982) (f32.const 2.5) (f64.const -3.25) (i32.const 76354973) (i64.const 7505999378946) (f32.const 6.5) (f64.const -7.25) (i32.const 152709945) (i64.const 12509998964910) (f32.const 10.5) (f64.const -11.25) (i32.const 229064917) (i64.const 17513998550874) (f32.const 14.5) (f64.const -15.25) (i32.const 305419889) (i64.const 22517998136838) (f32.const 18.5) (f64.const -19.25)) (i64.const 2752654643001065385))
(assert_return (invoke "loop-e" (i32.const 1) (i32.const 1) (i64.const 2501999792982) (f32.const 2.5) (f64.const -3.25) (i32.const 76354973) (i64.const 7505999378946) (f32.const 6.5) (f64.const -7.25) (i32.const 152709945) (i64.const 12509998964910) (f32.const 10.5) (f64.const -11.25) (i32.const 229064917) (i64.const 17513998550874) (f32.const 14.5) (f64.const -15.25) (i32.const 305419889) (i64.const 22517998136838) (f32.const 18.5) (f64.const -19.25)) (i64.const 2752654643001065385))
(assert_return (invoke "loop-e" (i32.const 2) (i32.const 1) (i64.const 2501999792982) (f32.const 2.5) (f64.const -3.25) (i32.const 76354973) (i64.const 7505999378946) (f32.const 6.5) (f64.const -7.25) (i32.const 152709945) (i64.const 12509998964910) (f32.const 10.5) (f64.const -11.25) (i32.const 229064917) (i64.const 17513998550874) (f32.const 14.5) (f64.const -15.25) (i32.const 305419889) (i64.const 22517998136838) (f32.const 18.5) (f64.const -19.25)) (i64.const -5085496265836161111))
(assert_return (invoke "loop-e" (i32.const 7) (i32.const 1) (i64.const 2501999792982) (f32.const 2.5) (f64.const -3.25) (i32.const 76354973) (i64.const 7505999378946) (f32.const 6.5) (f64.const -7.25) (i32.const 152709945) (i64.const 12509998964910) (f32.const 10.5) (f64.const -11.25) (i32.const 229064917) (i64.const 17513998550874) (f32.const 14.5) (f64.const -15.25) (i32.const 305419889) (i64.const 22517998136838) (f32.const 18.5) (f64.const -19.25)) (i64.const -5085496265836161111))
(assert_return (invoke "loop-e" (i32.const 1000000) (i32.const 1) (i64.const 2501999792982) (f32.const 2.5) (f64.const -3.25) (i32.const 76354973) (i64.const 7505999378946) (f32.const 6.5) (f64.const -7.25) (i32.const 152709945) (i64.const 12509998964910) (f32.const 10.5) (f64.const -11.25) (i32.const 229064917) (i64.const 17513998550874) (f32.const 14.5) (f64.const -15.25) (i32.const 305419889) (i64.const 22517998136838) (f32.const 18.5) (f64.const -19.25)) (i64.const -249809114339979351))
(assert_return (invoke "twice-e" (i32.const 5) (i32.const 1) (i64.const 2501999792982) (f32.const 2.5) (f64.const -3.25) (i32.const 76354973) (i64.const 7505999378946) (f32.const 6.5) (f64.const -7.25) (i32.const 152709945) (i64.const 12509998964910) (f32.const 10.5) (f64.const -11.25) (i32.const 229064917) (i64.const 17513998550874) (f32.const 14.5) (f64.const -15.25) (i32.const 305419889) (i64.const 22517998136838) (f32.const 18.5) (f64.const -19.25)) (i64.const 3002463757341044736))

(assert_return (invoke "once-f" (f64.const -0.25) (i32.const 19088744) (f64.const -2.25) (i32.const 57266230) (f64.const -4.25) (i32.const 95443716) (f64.const -6.25) (i32.const 133621202) (f64.const -8.25) (i32.const 171798688) (f64.const -10.25) (i32.const 209976174) (f64.const -12.25) (i32.const 248153660) (f64.const -14.25) (i32.const 286331146) (f64.const -16.25) (i32.const 324508632)) (i64.const -4197437980700661344))
(assert_return (invoke "loop-f" (i32.const 1) (f64.const -0.25) (i32.const 19088744) (f64.const -2.25) (i32.const 57266230) (f64.const -4.25) (i32.const 95443716) (f64.const -6.25) (i32.const 133621202) (f64.const -8.25) (i32.const 171798688) (f64.const -10.25) (i32.const 209976174) (f64.const -12.25) (i32.const 248153660) (f64.const -14.25) (i32.const 286331146) (f64.const -16.25) (i32.const 324508632)) (i64.const -4197437980700661344))
(assert_return (invoke "loop-f" (i32.const 2) (f64.const -0.25) (i32.const 19088744) (f64.const -2.25) (i32.const 57266230) (f64.const -4.25) (i32.const 95443716) (f64.const -6.25) (i32.const 133621202) (f64.const -8.25) (i32.const 171798688) (f64.const -10.25) (i32.const 209976174) (f64.const -12.25) (i32.const 248153660) (f64.const -14.25) (i32.const 286331146) (f64.const -16.25) (i32.const 324508632)) (i64.const 5036322881340580640))
(assert_return (invoke "loop-f" (i32.const 7) (f64.const -0.25) (i32.const 19088744) (f64.const -2.25) (i32.const 57266230) (f64.const -4.25) (i32.const 95443716) (f64.const -6.25) (i32.const 133621202) (f64.const -8.25) (i32.const 171798688) (f64.const -10.25) (i32.const 209976174) (f64.const -12.25) (i32.const 248153660) (f64.const -14.25) (i32.const 286331146) (f64.const -16.25) (i32.const 324508632)) (i64.const 4781109851753153312))
(assert_return (invoke "loop-f" (i32.const 20000) (f64.const -0.25) (i32.const 19088744) (f64.const -2.25) (i32.const 57266230) (f64.const -4.25) (i32.const 95443716) (f64.const -6.25) (i32.const 133621202) (f64.const -8.25) (i32.const 171798688) (f64.const -10.25) (i32.const 209976174) (f64.const -12.25) (i32.const 248153660) (f64.const -14.25) (i32.const 286331146) (f64.const -16.25) (i32.const 324508632)) (i64.const 5036322881340580640))
(assert_return (invoke "twice-f" (i32.const 5) (f64.const -0.25) (i32.const 19088744) (f64.const -2.25) (i32.const 57266230) (f64.const -4.25) (i32.const 95443716) (f64.const -6.25) (i32.const 133621202) (f64.const -8.25) (i32.const 171798688) (f64.const -10.25) (i32.const 209976174) (f64.const -12.25) (i32.const 248153660) (f64.const -14.25) (i32.const 286331146) (f64.const -16.25) (i32.const 324508632)) (i64.const -4176333206247134464))

(assert_return (invoke "once-g" (i64.const 1250999896491) (i64.const 2501999792982) (i64.const 3752999689473) (i64.const 5003999585964) (i64.const 6254999482455) (i64.const 7505999378946) (i64.const 8756999275437) (i64.const 10007999171928) (i64.const 11258999068419) (i64.const 12509998964910) (i64.const 13760998861401) (i64.const 15011998757892)) (i64.const 7278578334457268862))
(assert_return (invoke "loop-g" (i32.const 1) (i64.const 1250999896491) (i64.const 2501999792982) (i64.const 3752999689473) (i64.const 5003999585964) (i64.const 6254999482455) (i64.const 7505999378946) (i64.const 8756999275437) (i64.const 10007999171928) (i64.const 11258999068419) (i64.const 12509998964910) (i64.const 13760998861401) (i64.const 15011998757892)) (i64.const 7278578334457268862))
(assert_return (invoke "loop-g" (i32.const 2) (i64.const 1250999896491) (i64.const 2501999792982) (i64.const 3752999689473) (i64.const 5003999585964) (i64.const 6254999482455) (i64.const 7505999378946) (i64.const 8756999275437) (i64.const 10007999171928) (i64.const 11258999068419) (i64.const 12509998964910) (i64.const 13760998861401) (i64.const 15011998757892)) (i64.const 7833692875095512642))
(assert_return (invoke "loop-g" (i32.const 7) (i64.const 1250999896491) (i64.const 2501999792982) (i64.const 3752999689473) (i64.const 5003999585964) (i64.const 6254999482455) (i64.const 7505999378946) (i64.const 8756999275437) (i64.const 10007999171928) (i64.const 11258999068419) (i64.const 12509998964910) (i64.const 13760998861401) (i64.const 15011998757892)) (i64.const 4572190286649527678))
(assert_return (invoke "loop-g" (i32.const 20000) (i64.const 1250999896491) (i64.const 2501999792982) (i64.const 3752999689473) (i64.const 5003999585964) (i64.const 6254999482455) (i64.const 7505999378946) (i64.const 8756999275437) (i64.const 10007999171928) (i64.const 11258999068419) (i64.const 12509998964910) (i64.const 13760998861401) (i64.const 15011998757892)) (i64.const 8398719862198134338))
(assert_return (invoke "twice-g" (i32.const 5) (i64.const 1250999896491) (i64.const 2501999792982) (i64.const 3752999689473) (i64.const 5003999585964) (i64.const 6254999482455) (i64.const 7505999378946) (i64.const 8756999275437) (i64.const 10007999171928) (i64.const 11258999068419) (i64.const 12509998964910) (i64.const 13760998861401) (i64.const 15011998757892)) (i64.const -5787938720818894396))

(assert_return (invoke "once-h" (f32.const 0.5) (f32.const 1.5) (f32.const 2.5) (f32.const 3.5) (f32.const 4.5) (f32.const 5.5) (f32.const 6.5) (f32.const 7.5) (f32.const 8.5) (f32.const 9.5) (f32.const 10.5) (f32.const 11.5) (f32.const 12.5) (f32.const 13.5) (f32.const 14.5) (f32.const 15.5) (f32.const 16.5) (f32.const 17.5) (f32.const 18.5) (f32.const 19.5)) (i64.const -6587977930449616896))
(assert_return (invoke "loop-h" (i32.const 1) (f32.const 0.5) (f32.const 1.5) (f32.const 2.5) (f32.const 3.5) (f32.const 4.5) (f32.const 5.5) (f32.const 6.5) (f32.const 7.5) (f32.const 8.5) (f32.const 9.5) (f32.const 10.5) (f32.const 11.5) (f32.const 12.5) (f32.const 13.5) (f32.const 14.5) (f32.const 15.5) (f32.const 16.5) (f32.const 17.5) (f32.const 18.5) (f32.const 19.5)) (i64.const -6587977930449616896))
(assert_return (invoke "loop-h" (i32.const 2) (f32.const 0.5) (f32.const 1.5) (f32.const 2.5) (f32.const 3.5) (f32.const 4.5) (f32.const 5.5) (f32.const 6.5) (f32.const 7.5) (f32.const 8.5) (f32.const 9.5) (f32.const 10.5) (f32.const 11.5) (f32.const 12.5) (f32.const 13.5) (f32.const 14.5) (f32.const 15.5) (f32.const 16.5) (f32.const 17.5) (f32.const 18.5) (f32.const 19.5)) (i64.const -6691298850624241664))
(assert_return (invoke "loop-h" (i32.const 7) (f32.const 0.5) (f32.const 1.5) (f32.const 2.5) (f32.const 3.5) (f32.const 4.5) (f32.const 5.5) (f32.const 6.5) (f32.const 7.5) (f32.const 8.5) (f32.const 9.5) (f32.const 10.5) (f32.const 11.5) (f32.const 12.5) (f32.const 13.5) (f32.const 14.5) (f32.const 15.5) (f32.const 16.5) (f32.const 17.5) (f32.const 18.5) (f32.const 19.5)) (i64.const -216611573296267264))
(assert_return (invoke "loop-h" (i32.const 20000) (f32.const 0.5) (f32.const 1.5) (f32.const 2.5) (f32.const 3.5) (f32.const 4.5) (f32.const 5.5) (f32.const 6.5) (f32.const 7.5) (f32.const 8.5) (f32.const 9.5) (f32.const 10.5) (f32.const 11.5) (f32.const 12.5) (f32.const 13.5) (f32.const 14.5) (f32.const 15.5) (f32.const 16.5) (f32.const 17.5) (f32.const 18.5) (f32.const 19.5)) (i64.const 757008272100163584))
(assert_return (invoke "twice-h" (i32.const 5) (f32.const 0.5) (f32.const 1.5) (f32.const 2.5) (f32.const 3.5) (f32.const 4.5) (f32.const 5.5) (f32.const 6.5) (f32.const 7.5) (f32.const 8.5) (f32.const 9.5) (f32.const 10.5) (f32.const 11.5) (f32.const 12.5) (f32.const 13.5) (f32.const 14.5) (f32.const 15.5) (f32.const 16.5) (f32.const 17.5) (f32.const 18.5) (f32.const 19.5)) (i64.const -2600614120275312640))

(assert_return (invoke "imported" (i32.const 1) (i64.const 2501999792982) (f32.const 2.5) (f64.const -3.25) (i32.const 76354973) (i64.const 7505999378946) (f32.const 6.5) (f64.const -7.25) (i32.const 152709945) (i64.const 12509998964910) (f32.const 10.5) (f64.const -11.25) (i32.const 229064917) (i64.const 17513998550874) (f32.const 14.5) (f64.const -15.25) (i32.const 305419889) (i64.const 22517998136838) (f32.const 18.5) (f64.const -19.25)) (i64.const -249809114339979351))
(assert_return (invoke "imported-indirect" (i32.const 1) (i64.const 2501999792982) (f32.const 2.5) (f64.const -3.25) (i32.const 76354973) (i64.const 7505999378946) (f32.const 6.5) (f64.const -7.25) (i32.const 152709945) (i64.const 12509998964910) (f32.const 10.5) (f64.const -11.25) (i32.const 229064917) (i64.const 17513998550874) (f32.const 14.5) (f64.const -15.25) (i32.const 305419889) (i64.const 22517998136838) (f32.const 18.5) (f64.const -19.25)) (i64.const -249809114339979351))

(assert_return (invoke "many" (i32.const 0)) (i32.const 1) (i64.const -2) (f32.const 3.5) (f64.const -4.5) (i32.const -5) (i64.const 6))
(assert_return (invoke "many" (i32.const 1)) (i32.const 1) (i64.const -2) (f32.const 3.5) (f64.const -4.5) (i32.const -5) (i64.const 6))
(assert_return (invoke "many" (i32.const 4)) (i32.const 1) (i64.const -2) (f32.const 3.5) (f64.const -4.5) (i32.const -5) (i64.const 6))
(assert_return (invoke "many" (i32.const 20000)) (i32.const 1) (i64.const -2) (f32.const 3.5) (f64.const -4.5) (i32.const -5) (i64.const 6))
(assert_return (invoke "many-sum" (i32.const 9)) (f64.const -7))
(assert_return (invoke "wide" (i32.const 20000) (i64.const 5)) (i64.const 200005) (i64.const 200006) (i64.const 200007) (i64.const 200008) (i64.const 200009) (i64.const 200010) (i64.const 200011) (i64.const 200012) (i64.const 200013))
(assert_return (invoke "wide-last" (i32.const 3) (i64.const 5)) (i64.const 43))
(assert_return (invoke "nothing" (i32.const 20000)))

(assert_trap (invoke "falls" (i32.const 9) (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4)) "integer divide by zero")
(assert_trap (invoke "wrong-type" (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4) (i64.const 5)) "indirect call type mismatch")
(assert_exhaustion (invoke "deep" (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4) (i64.const 5)) "call stack exhausted")
(assert_return (invoke "loop-b" (i32.const 2) (i32.const 1) (i64.const 2) (i32.const 3)) (i64.const 1026))

;; More results than are worth a value, with tail calls and without.
(module
  (type $all (func (param i32) (result i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64)))
  (table funcref (elem $all))
  (func $all (export "all") (type $all)
    (if (local.get 0) (then (return_call $all (i32.sub (local.get 0) (i32.const 1)))))
    (i32.const 0) (i64.const 1) (f32.const 2) (f64.const 3) (i32.const 4) (i64.const 5) (f32.const 6) (f64.const 7) (i32.const 8) (i64.const 9) (f32.const 10) (f64.const 11) (i32.const 12) (i64.const 13) (f32.const 14) (f64.const 15) (i32.const 16) (i64.const 17) (f32.const 18) (f64.const 19) (i32.const 20) (i64.const 21) (f32.const 22) (f64.const 23) (i32.const 24) (i64.const 25) (f32.const 26) (f64.const 27) (i32.const 28) (i64.const 29) (f32.const 30) (f64.const 31) (i32.const 32) (i64.const 33) (f32.const 34) (f64.const 35) (i32.const 36) (i64.const 37) (f32.const 38) (f64.const 39))
  (func (export "same") (type $all) (call $all (local.get 0)))
  (func (export "indirect") (type $all) (call_indirect (type $all) (local.get 0) (i32.const 0))))
(assert_return (invoke "all" (i32.const 20000)) (i32.const 0) (i64.const 1) (f32.const 2) (f64.const 3) (i32.const 4) (i64.const 5) (f32.const 6) (f64.const 7) (i32.const 8) (i64.const 9) (f32.const 10) (f64.const 11) (i32.const 12) (i64.const 13) (f32.const 14) (f64.const 15) (i32.const 16) (i64.const 17) (f32.const 18) (f64.const 19) (i32.const 20) (i64.const 21) (f32.const 22) (f64.const 23) (i32.const 24) (i64.const 25) (f32.const 26) (f64.const 27) (i32.const 28) (i64.const 29) (f32.const 30) (f64.const 31) (i32.const 32) (i64.const 33) (f32.const 34) (f64.const 35) (i32.const 36) (i64.const 37) (f32.const 38) (f64.const 39))
(assert_return (invoke "same" (i32.const 3)) (i32.const 0) (i64.const 1) (f32.const 2) (f64.const 3) (i32.const 4) (i64.const 5) (f32.const 6) (f64.const 7) (i32.const 8) (i64.const 9) (f32.const 10) (f64.const 11) (i32.const 12) (i64.const 13) (f32.const 14) (f64.const 15) (i32.const 16) (i64.const 17) (f32.const 18) (f64.const 19) (i32.const 20) (i64.const 21) (f32.const 22) (f64.const 23) (i32.const 24) (i64.const 25) (f32.const 26) (f64.const 27) (i32.const 28) (i64.const 29) (f32.const 30) (f64.const 31) (i32.const 32) (i64.const 33) (f32.const 34) (f64.const 35) (i32.const 36) (i64.const 37) (f32.const 38) (f64.const 39))
(assert_return (invoke "indirect" (i32.const 3)) (i32.const 0) (i64.const 1) (f32.const 2) (f64.const 3) (i32.const 4) (i64.const 5) (f32.const 6) (f64.const 7) (i32.const 8) (i64.const 9) (f32.const 10) (f64.const 11) (i32.const 12) (i64.const 13) (f32.const 14) (f64.const 15) (i32.const 16) (i64.const 17) (f32.const 18) (f64.const 19) (i32.const 20) (i64.const 21) (f32.const 22) (f64.const 23) (i32.const 24) (i64.const 25) (f32.const 26) (f64.const 27) (i32.const 28) (i64.const 29) (f32.const 30) (f64.const 31) (i32.const 32) (i64.const 33) (f32.const 34) (f64.const 35) (i32.const 36) (i64.const 37) (f32.const 38) (f64.const 39))

(module
  (type $all (func (param i32) (result i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64)))
  (table funcref (elem $all))
  (func $all (export "all") (type $all)
    (if (local.get 0) (then (return (call $all (i32.sub (local.get 0) (i32.const 1))))))
    (i32.const 0) (i64.const 1) (f32.const 2) (f64.const 3) (i32.const 4) (i64.const 5) (f32.const 6) (f64.const 7) (i32.const 8) (i64.const 9) (f32.const 10) (f64.const 11) (i32.const 12) (i64.const 13) (f32.const 14) (f64.const 15) (i32.const 16) (i64.const 17) (f32.const 18) (f64.const 19) (i32.const 20) (i64.const 21) (f32.const 22) (f64.const 23) (i32.const 24) (i64.const 25) (f32.const 26) (f64.const 27) (i32.const 28) (i64.const 29) (f32.const 30) (f64.const 31) (i32.const 32) (i64.const 33) (f32.const 34) (f64.const 35) (i32.const 36) (i64.const 37) (f32.const 38) (f64.const 39))
  (func (export "indirect") (type $all) (call_indirect (type $all) (local.get 0) (i32.const 0))))
(assert_return (invoke "all" (i32.const 3)) (i32.const 0) (i64.const 1) (f32.const 2) (f64.const 3) (i32.const 4) (i64.const 5) (f32.const 6) (f64.const 7) (i32.const 8) (i64.const 9) (f32.const 10) (f64.const 11) (i32.const 12) (i64.const 13) (f32.const 14) (f64.const 15) (i32.const 16) (i64.const 17) (f32.const 18) (f64.const 19) (i32.const 20) (i64.const 21) (f32.const 22) (f64.const 23) (i32.const 24) (i64.const 25) (f32.const 26) (f64.const 27) (i32.const 28) (i64.const 29) (f32.const 30) (f64.const 31) (i32.const 32) (i64.const 33) (f32.const 34) (f64.const 35) (i32.const 36) (i64.const 37) (f32.const 38) (f64.const 39))
(assert_return (invoke "indirect" (i32.const 3)) (i32.const 0) (i64.const 1) (f32.const 2) (f64.const 3) (i32.const 4) (i64.const 5) (f32.const 6) (f64.const 7) (i32.const 8) (i64.const 9) (f32.const 10) (f64.const 11) (i32.const 12) (i64.const 13) (f32.const 14) (f64.const 15) (i32.const 16) (i64.const 17) (f32.const 18) (f64.const 19) (i32.const 20) (i64.const 21) (f32.const 22) (f64.const 23) (i32.const 24) (i64.const 25) (f32.const 26) (f64.const 27) (i32.const 28) (i64.const 29) (f32.const 30) (f64.const 31) (i32.const 32) (i64.const 33) (f32.const 34) (f64.const 35) (i32.const 36) (i64.const 37) (f32.const 38) (f64.const 39))
