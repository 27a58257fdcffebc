;; A table that three instances share, with functions of each and of the host; who calls and who is called is of any kind.

(module $a
  (import "host" "add" (func $add (param i32 i32) (result i32)))
  (type $binary (func (param i32 i32) (result i32)))
  (type $unary (func (param i32) (result i32)))
  (table $t (export "table") 4 16 funcref)
  (elem (i32.const 0) $subtract $add)
  (func $subtract (type $binary) (i32.sub (local.get 0) (local.get 1)))
  (func (export "call") (param i32 i32 i32) (result i32)
    (call_indirect $t (type $binary) (local.get 1) (local.get 2) (local.get 0)))
  ;; Calls a function that makes the table larger, then one that was not there before.
  (func (export "grow_below") (param i32 i32) (result i32)
    (drop (call_indirect $t (type $unary) (local.get 1) (i32.const 3)))
    (i32.add
      (table.size $t)
      (call_indirect $t (type $binary) (i32.const 7) (i32.const 6) (local.get 0))))
  (func (export "size") (result i32) (table.size $t))
  (func (export "get") (param i32) (result funcref) (table.get $t (local.get 0))))
(register "a")

(module $b
  (import "a" "table" (table $t 4 funcref))
  (type $binary (func (param i32 i32) (result i32)))
  (elem (i32.const 2) $multiply $grow)
  (elem declare func $multiply)
  (func $multiply (type $binary) (i32.mul (local.get 0) (local.get 1)))
  (func $grow (param i32) (result i32) (table.grow $t (ref.func $multiply) (local.get 0)))
  (func (export "call") (param i32 i32 i32) (result i32)
    (call_indirect $t (type $binary) (local.get 1) (local.get 2) (local.get 0)))
  (func (export "clear") (param i32) (table.set $t (local.get 0) (ref.null func))))
(register "b")

(module $c
  (import "a" "table" (table $t 4 funcref))
  (import "a" "call" (func $call_a (param i32 i32 i32) (result i32)))
  (import "host" "add" (func $add (param i32 i32) (result i32)))
  (type $binary (func (param i32 i32) (result i32)))
  (elem declare func $add $call_a)
  (func $call (export "call") (param i32 i32 i32) (result i32)
    (call_indirect $t (type $binary) (local.get 1) (local.get 2) (local.get 0)))
  ;; Puts a function there in the middle of a loop that calls it.
  (func (export "changes") (param i32) (result i32) (local $i i32) (local $sum i32)
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (call $call (local.get 0) (local.get $i) (i32.const 10))))
      (if (i32.eq (local.get $i) (i32.const 2))
        (then (table.copy $t $t (local.get 0) (i32.const 1) (i32.const 1))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 5))))
    (local.get $sum))
  (func (export "set_host") (param i32) (table.set $t (local.get 0) (ref.func $add)))
  (func (export "set_import") (param i32) (table.set $t (local.get 0) (ref.func $call_a))))
(register "c")

;; Each calls the first's, the host's and the second's.
(assert_return (invoke $a "call" (i32.const 0) (i32.const 9) (i32.const 4)) (i32.const 5))
(assert_return (invoke $b "call" (i32.const 0) (i32.const 9) (i32.const 4)) (i32.const 5))
(assert_return (invoke $c "call" (i32.const 0) (i32.const 9) (i32.const 4)) (i32.const 5))
(assert_return (invoke $a "call" (i32.const 1) (i32.const 9) (i32.const 4)) (i32.const 13))
(assert_return (invoke $b "call" (i32.const 1) (i32.const 9) (i32.const 4)) (i32.const 13))
(assert_return (invoke $c "call" (i32.const 1) (i32.const 9) (i32.const 4)) (i32.const 13))
(assert_return (invoke $a "call" (i32.const 2) (i32.const 9) (i32.const 4)) (i32.const 36))
(assert_return (invoke $b "call" (i32.const 2) (i32.const 9) (i32.const 4)) (i32.const 36))
(assert_return (invoke $c "call" (i32.const 2) (i32.const 9) (i32.const 4)) (i32.const 36))

;; Of another type, not there, beyond the end.
(assert_trap (invoke $a "call" (i32.const 3) (i32.const 9) (i32.const 4)) "indirect call type mismatch")
(assert_trap (invoke $b "call" (i32.const 3) (i32.const 9) (i32.const 4)) "indirect call type mismatch")
(assert_trap (invoke $c "call" (i32.const 3) (i32.const 9) (i32.const 4)) "indirect call type mismatch")
(assert_trap (invoke $a "call" (i32.const 4) (i32.const 9) (i32.const 4)) "undefined element")
(assert_trap (invoke $c "call" (i32.const 4) (i32.const 9) (i32.const 4)) "undefined element")

;; The one that is called makes the table larger, which may move it, while the caller is active.
(assert_return (invoke $a "grow_below" (i32.const 6) (i32.const 3)) (i32.const 49))
(assert_return (invoke $c "call" (i32.const 6) (i32.const 9) (i32.const 4)) (i32.const 36))
(assert_trap (invoke $b "call" (i32.const 7) (i32.const 9) (i32.const 4)) "undefined element")
(assert_trap (invoke $a "grow_below" (i32.const 9) (i32.const 2)) "undefined element")
(assert_return (invoke $a "size") (i32.const 9))
(assert_return (invoke $b "call" (i32.const 8) (i32.const 5) (i32.const 5)) (i32.const 25))

(invoke $b "clear" (i32.const 6))
(assert_trap (invoke $a "call" (i32.const 6) (i32.const 9) (i32.const 4)) "uninitialized element")
(invoke $c "set_host" (i32.const 6))
(assert_return (invoke $a "call" (i32.const 6) (i32.const 9) (i32.const 4)) (i32.const 13))
(assert_return (invoke $b "call" (i32.const 6) (i32.const 9) (i32.const 4)) (i32.const 13))
(assert_return (invoke $a "get" (i32.const 6)) (ref.func))
(invoke $c "set_import" (i32.const 6))
(assert_trap (invoke $b "call" (i32.const 6) (i32.const 9) (i32.const 4)) "indirect call type mismatch")
;; 0*10 + 1*10 + 2*10, then 3+10 and 4+10.
(assert_return (invoke $c "changes" (i32.const 2)) (i32.const 57))
