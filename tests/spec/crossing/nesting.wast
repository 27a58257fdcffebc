;; Calls go down through three instances, a table and the host, and what they give comes back up.

(module $a
  (import "host" "call" (func $host (param funcref i32) (result i32)))
  (type $unary (func (param i32) (result i32)))
  (table (export "table") 8 funcref)
  (elem (i32.const 0) $double $divide)
  (global $entered (export "entered") (mut i32) (i32.const 0))
  (func $double (type $unary) (i32.mul (local.get 0) (i32.const 2)))
  (func $divide (export "divide") (type $unary) (i32.div_u (i32.const 1000) (local.get 0)))
  ;; Calls the table's element at n % 8 with n / 8.
  (func $by_number (export "by_number") (type $unary)
    (global.set $entered (i32.add (global.get $entered) (i32.const 1)))
    (call_indirect (type $unary)
      (i32.shr_u (local.get 0) (i32.const 3)) (i32.and (local.get 0) (i32.const 7))))
  (func (export "through_host") (type $unary)
    (i32.add (call $host (ref.func $by_number) (local.get 0)) (i32.const 1)))
  ;; Values of every kind, more than registers hold.
  (func (export "many") (param i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64) (result f64 f32 i64 i32)
    (f64.sub (f64.add (local.get 3) (local.get 7)) (local.get 11))
    (f32.sub (f32.add (local.get 2) (local.get 6)) (local.get 10))
    (i64.sub (i64.add (local.get 1) (local.get 5)) (local.get 9))
    (i32.sub (i32.add (local.get 0) (local.get 4)) (local.get 8)))
  (func (export "references") (param externref funcref i32) (result funcref externref)
    (local.get 1) (local.get 0)))
(register "a")

(module $b
  (import "a" "table" (table 8 funcref))
  (import "a" "by_number" (func $by_number (param i32) (result i32)))
  (import "a" "through_host" (func $through_host (param i32) (result i32)))
  (import "a" "many" (func $many
    (param i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64) (result f64 f32 i64 i32)))
  (import "a" "references" (func $references (param externref funcref i32) (result funcref externref)))
  (type $unary (func (param i32) (result i32)))
  (elem (i32.const 2) $up $sum)
  (func $sum (type $unary) (local $sum i32)
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (call $by_number (i32.shl (local.get 0) (i32.const 3)))))
      (br_if $next (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get $sum))
  ;; Back to where it came from, through the host.
  (func $up (type $unary) (i32.add (call $through_host (local.get 0)) (i32.const 10)))
  (func (export "many") (param i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64) (result f64 f32 i64 i32)
    (call $many (local.get 8) (local.get 9) (local.get 10) (local.get 11) (local.get 4) (local.get 5) (local.get 6)
      (local.get 7) (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
  (func (export "references") (param externref funcref) (result externref funcref) (local funcref externref)
    (call $references (local.get 0) (local.get 1) (i32.const 0))
    (local.set 3) (local.set 2) (local.get 3) (local.get 2)))
(register "b")

(module $c
  (import "a" "table" (table 8 funcref))
  (import "a" "by_number" (func $by_number (param i32) (result i32)))
  (import "a" "entered" (global $entered (mut i32)))
  (import "b" "many" (func $many
    (param i32 i64 f32 f64 i32 i64 f32 f64 i32 i64 f32 f64) (result f64 f32 i64 i32)))
  (import "b" "references" (func $references (param externref funcref) (result externref funcref)))
  (import "host" "frames" (func $frames (result i32)))
  (type $unary (func (param i32) (result i32)))
  (elem (i32.const 4) $again)
  (export "frames" (func $frames))
  (export "many" (func $many))
  (export "references" (func $references))
  (func $again (export "again") (type $unary)
    (global.set $entered (i32.const 100))
    (i32.add (call $by_number (local.get 0)) (global.get $entered)))
  (func (export "many_sums") (result i32) (local i32 i64 f32 f64)
    (call $many (i32.const 1) (i64.const 2) (f32.const 3) (f64.const 4) (i32.const 5) (i64.const 6) (f32.const 7)
      (f64.const 8) (i32.const 9) (i64.const 10) (f32.const 11) (f64.const 12))
    (local.set 0) (local.set 1) (local.set 2) (local.set 3)
    (i32.add
      (i32.add (local.get 0) (i32.wrap_i64 (local.get 1)))
      (i32.add (i32.trunc_f32_s (local.get 2)) (i32.trunc_f64_s (local.get 3))))))

;; Numbers are octal: the last digit chooses the function, the rest is its argument. 0 doubles, 1 divides 1000, 2 goes up
;; through the host, 3 adds up, 4 is the last module's.
(assert_return (invoke $a "by_number" (i32.const 0x28)) (i32.const 10))
(assert_return (invoke $c "again" (i32.const 0x28)) (i32.const 111))
(assert_return (invoke $a "through_host" (i32.const 0x28)) (i32.const 11))
;; 5 in octal 52: up through the host, then double.
(assert_return (invoke $a "by_number" (i32.const 0x142)) (i32.const 21))
(assert_return (invoke $a "by_number" (i32.const 0xa12)) (i32.const 32))
;; The last module calls the first, which calls the second, and so on to the division.
(assert_return (invoke $c "again" (i32.const 0x50a2)) (i32.const 236))
(assert_return (invoke $a "by_number" (i32.const 0x33)) (i32.const 42))
(assert_return (invoke $c "many_sums") (i32.const 58))
(assert_return
  (invoke $c "many" (i32.const 1) (i64.const -2) (f32.const 0.5) (f64.const -0.25) (i32.const 5) (i64.const 6)
    (f32.const 7) (f64.const 8) (i32.const 9) (i64.const 0x1_0000_0000) (f32.const 11) (f64.const 12))
  (f64.const 20.25) (f32.const 17.5) (i64.const 0x1_0000_0008) (i32.const 13))
(assert_return (invoke $c "references" (ref.extern 7) (ref.null func)) (ref.extern 7) (ref.null func))

;; A trap at the bottom: it is the same, and as many functions were active, whoever runs them.
(assert_trap (invoke $a "divide" (i32.const 0)) "integer divide by zero")
(assert_return (invoke $c "frames") (i32.const 1))
(assert_trap (invoke $a "by_number" (i32.const 1)) "integer divide by zero")
(assert_return (invoke $c "frames") (i32.const 2))
;; by_number, up, through_host, by_number, divide.
(assert_trap (invoke $a "by_number" (i32.const 0xa)) "integer divide by zero")
(assert_return (invoke $c "frames") (i32.const 5))
;; again, by_number, again, by_number, up, through_host, by_number, again, by_number, divide.
(assert_trap (invoke $c "again" (i32.const 0x314)) "integer divide by zero")
(assert_return (invoke $c "frames") (i32.const 10))
;; An element that is not there, seen from below the host.
(assert_trap (invoke $a "by_number" (i32.const 0x3a)) "uninitialized element")
(assert_return (invoke $c "frames") (i32.const 4))
;; Nothing is left of it.
(assert_return (invoke $c "again" (i32.const 0x28)) (i32.const 111))
