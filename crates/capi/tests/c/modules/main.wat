;; A main that adds up the lengths of its arguments, for a heap that the program asks for.
(module
  (memory (export "memory") 1)
  (func $length (param $at i32) (result i32) (local $len i32)
    (block $end (loop $next
      (br_if $end (i32.eqz (i32.load8_u (i32.add (local.get $at) (local.get $len)))))
      (local.set $len (i32.add (local.get $len) (i32.const 1)))
      (br $next)))
    (local.get $len))
  (func (export "main") (param $argc i32) (param $argv i32) (result i32) (local $sum i32)
    (block $end (loop $next
      (br_if $end (i32.eqz (local.get $argc)))
      (local.set $sum (i32.add (local.get $sum) (call $length (i32.load (local.get $argv)))))
      (local.set $argv (i32.add (local.get $argv) (i32.const 4)))
      (local.set $argc (i32.sub (local.get $argc) (i32.const 1)))
      (br $next)))
    (local.get $sum))
  (func (export "id32") (param i32) (result i32) (local.get 0))
  (func (export "id64") (param i64) (result i64) (local.get 0))
  (func (export "idf") (param f32) (result f32) (local.get 0))
  (func (export "idd") (param f64) (result f64) (local.get 0))
  (func (export "two") (param i32 f64) (result i32 f64) (local.get 0) (local.get 1))
  (func (export "nothing"))
  (func (export "fail") unreachable))
