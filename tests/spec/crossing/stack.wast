;; Recursion across the borders ends with a trap, however deep the stacks are, and leaves nothing behind.

(module $a
  (import "host" "call" (func $host (param funcref i32) (result i32)))
  (type $unary (func (param i32) (result i32)))
  (table (export "table") 4 funcref)
  (elem (i32.const 0) $by_table)
  (elem declare func $by_host)
  ;; Calls the table's second function, which calls this one.
  (func $by_table (export "by_table") (type $unary)
    (if (result i32) (i32.eqz (local.get 0))
      (then (i32.const 0))
      (else (i32.add (i32.const 1)
        (call_indirect (type $unary) (i32.sub (local.get 0) (i32.const 1)) (i32.const 1))))))
  (func $by_host (export "by_host") (type $unary)
    (if (result i32) (i32.eqz (local.get 0))
      (then (i32.const 0))
      (else (i32.add (i32.const 1) (call $host (ref.func $by_host) (i32.sub (local.get 0) (i32.const 1)))))))
  (func $alone (export "alone") (type $unary)
    (if (result i32) (i32.eqz (local.get 0))
      (then (i32.const 0))
      (else (i32.add (i32.const 1) (call $alone (i32.sub (local.get 0) (i32.const 1))))))))
(register "a")

(module $b
  (import "a" "table" (table 4 funcref))
  (import "a" "by_table" (func $by_table (param i32) (result i32)))
  (elem (i32.const 1) $back)
  (func $back (export "back") (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0))
      (then (i32.const 0))
      (else (i32.add (i32.const 1) (call $by_table (i32.sub (local.get 0) (i32.const 1))))))))
(register "b")

(module $c
  (import "a" "alone" (func $alone (param i32) (result i32)))
  (import "b" "back" (func $back (param i32) (result i32)))
  (func $again (export "again") (param i32) (result i32) (i32.add (call $back (local.get 0)) (i32.const 1000)))
  (func (export "inner") (param i32) (result i32) (i32.add (call $alone (local.get 0)) (i32.const 1000))))

(assert_return (invoke $a "by_table" (i32.const 12)) (i32.const 12))
(assert_return (invoke $c "again" (i32.const 12)) (i32.const 1012))
(assert_return (invoke $a "by_host" (i32.const 4)) (i32.const 4))
(assert_return (invoke $c "inner" (i32.const 50)) (i32.const 1050))

(assert_exhaustion (invoke $a "by_table" (i32.const -1)) "call stack exhausted")
(assert_exhaustion (invoke $c "again" (i32.const -1)) "call stack exhausted")
(assert_trap (invoke $a "by_host" (i32.const -1)) "host and guest functions are nested too deeply")
;; In the inner of two, whose caller is of the other kind.
(assert_exhaustion (invoke $c "inner" (i32.const -1)) "call stack exhausted")
(assert_exhaustion (invoke $a "alone" (i32.const -1)) "call stack exhausted")

(assert_return (invoke $a "by_table" (i32.const 12)) (i32.const 12))
(assert_return (invoke $c "again" (i32.const 12)) (i32.const 1012))
(assert_return (invoke $a "by_host" (i32.const 4)) (i32.const 4))
(assert_return (invoke $c "inner" (i32.const 50)) (i32.const 1050))
