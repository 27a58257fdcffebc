;; A guest that tries to take the board for itself.
(module
  (import "env" "print" (func $print (param i32 i32)))
  (memory (export "memory") 1)
  (table $table 1 funcref)

  ;; Calls itself for ever.
  (func $recurse (export "recurse") (param i32) (result i32)
    (i32.add (call $recurse (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))

  ;; Calls itself for ever through the table, with many locals.
  (type $deep (func (param i64) (result i64)))
  (elem (table $table) (i32.const 0) func $indirect)
  (func $indirect (export "recurse_indirect") (type $deep)
    (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
    (i64.add (call_indirect $table (type $deep) (local.get 0) (i32.const 0)) (i64.const 1)))

  ;; Loops for ever.
  (func (export "spin")
    (loop $again (br $again)))

  ;; Replaces itself by itself for ever.
  (func $tail (export "spin_tail")
    (return_call $tail))

  ;; Grows the memory until it may not, and returns the pages it got.
  (func (export "grow") (result i32)
    (loop $again
      (br_if $again (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    (memory.size))

  ;; Grows the table until it may not; twice the size each time, then by one.
  (func (export "grow_table") (result i32)
    (loop $again
      (br_if $again (i32.ne (table.grow $table (ref.null func) (table.size $table)) (i32.const -1))))
    (loop $again
      (br_if $again (i32.ne (table.grow $table (ref.null func) (i32.const 1)) (i32.const -1))))
    (i32.const 0))

  ;; Reads beyond its memory, with an offset that would wrap round.
  (func (export "reach") (result i32)
    (i32.load offset=4294967295 (i32.const 1024)))

  ;; Writes just beyond its memory.
  (func (export "poke")
    (i64.store (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 7)) (i64.const -1)))

  ;; Hands the host a claim on bytes that are not its own.
  (func (export "lie")
    (call $print (i32.const 65000) (i32.const 0x7fffffff)))

  ;; Calls what is not there.
  (func (export "call_nothing")
    (call_indirect $table (i32.const 17)))

  (func (export "divide") (param i32) (result i32)
    (i32.div_s (i32.const 0x80000000) (local.get 0))))
