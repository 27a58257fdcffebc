;; A guest that tries to take the board for itself. Every export is a way to misbehave: no parameters, one result.
(module
  (import "env" "print" (func $print (param i32 i32)))
  (memory (export "memory") 1)
  (type $deep (func (param i64) (result i64)))
  (table $table 1 funcref)
  (elem (table $table) (i32.const 0) func $indirect)

  ;; Calls itself for ever.
  (func $recurse (export "recurse") (result i32)
    (i32.add (call $recurse) (i32.const 1)))

  ;; Calls itself for ever through the table, with many locals.
  (func (export "recurse through a table") (result i32)
    (i32.wrap_i64 (call $indirect (i64.const 0))))
  (func $indirect (type $deep)
    (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
    (i64.add (call_indirect $table (type $deep) (local.get 0) (i32.const 0)) (i64.const 1)))

  ;; Loops for ever.
  (func (export "spin") (result i32)
    (loop $again (br $again))
    (i32.const 0))

  ;; Replaces itself by itself for ever.
  (func $tail (export "spin by tail calls") (result i32)
    (return_call $tail))

  ;; Grows the memory until it may not, and returns the pages it got.
  (func (export "grow") (result i32)
    (loop $again
      (br_if $again (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    (memory.size))

  ;; Grows the table until it may not, and returns the elements it got: twice the size each time, then one by one.
  (func (export "grow the table") (result i32)
    (loop $again
      (br_if $again (i32.ne (table.grow $table (ref.null func) (table.size $table)) (i32.const -1))))
    (loop $again
      (br_if $again (i32.ne (table.grow $table (ref.null func) (i32.const 1)) (i32.const -1))))
    (table.size $table))

  ;; Grows the memory by 4 GiB at once, and by as much as overflows; returns what it was told.
  (func (export "grow by everything") (result i32)
    (i32.add
      (memory.grow (i32.const 65536))
      (i32.add (memory.grow (i32.const -1)) (table.grow $table (ref.null func) (i32.const -1)))))

  ;; Reads beyond its memory, with an offset that would wrap round.
  (func (export "reach") (result i32)
    (i32.load offset=4294967295 (i32.const 1024)))

  ;; Writes across the end of its memory.
  (func (export "poke") (result i32)
    (i64.store (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 7)) (i64.const -1))
    (i32.const 0))

  ;; Fills, and copies, more than there is.
  (func (export "fill") (result i32)
    (memory.fill (i32.const 1) (i32.const 170) (i32.const -1))
    (i32.const 0))

  ;; Hands the host a claim on bytes that are not its own.
  (func (export "lie") (result i32)
    (call $print (i32.const 65000) (i32.const 0x7fffffff))
    (i32.const 0))

  ;; Calls what is not there.
  (func (export "call nothing") (result i32)
    (call_indirect $table (result i32) (i32.const -1)))

  ;; Calls what is of another type.
  (func (export "call something else") (result i32)
    (call_indirect $table (result i32) (i32.const 0)))

  (func (export "divide by zero") (result i32)
    (i32.div_s (i32.const 1) (i32.const 0)))

  (func (export "divide beyond the range") (result i32)
    (i32.div_s (i32.const 0x80000000) (i32.const -1)))

  (func (export "convert not a number") (result i32)
    (i32.trunc_f64_s (f64.const nan))))
