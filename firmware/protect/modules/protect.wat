(module
  (import "env" "ask" (func $ask (param i32) (result i32)))
  (memory (export "memory") 1)
  (global $calls (mut i32) (i32.const 0))
  ;; Fills memory with what a generator gives, and sums it up. In the hostile modules, other machine code stands here.
  (func (export "run") (param $n i32) (result i32)
    (local $at i32) (local $x i32) (local $sum i32)
    (local.set $x (i32.const 1))
    (loop $next
      (local.set $x (i32.add (i32.mul (local.get $x) (i32.const 1664525)) (i32.const 1013904223)))
      (i32.store (i32.and (local.get $at) (i32.const 0xfffc)) (local.get $x))
      (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $at))))
      (local.set $sum (i32.rotl (local.get $sum) (i32.const 3)))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (local.get $n))))
    (local.get $sum))
  ;; How often this was called.
  (func (export "calls") (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (global.get $calls))
  ;; Asks the host for something, with a value to keep meanwhile.
  (func (export "ask") (param $what i32) (result i32)
    (i32.add (call $ask (local.get $what)) (i32.load (i32.const 16)))))
