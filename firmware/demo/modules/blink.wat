;; A well-behaved guest: greets, blinks, and computes something that can be checked.
(module
  (import "env" "print" (func $print (param i32 i32)))
  (import "env" "led" (func $led (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "Hello from WebAssembly")

  (func (export "greet")
    (call $print (i32.const 16) (i32.const 22)))

  ;; Switches the LED on and off `times` times and returns how often it was switched.
  (func (export "blink") (param $times i32) (result i32)
    (local $switched i32)
    (loop $next
      (if (i32.lt_u (local.get $switched) (i32.shl (local.get $times) (i32.const 1)))
        (then
          (call $led (i32.and (i32.xor (local.get $switched) (i32.const 1)) (i32.const 1)))
          (local.set $switched (i32.add (local.get $switched) (i32.const 1)))
          (br $next))))
    (local.get $switched))

  ;; Counts the primes below `limit` (at most 32,768) with a sieve at address 1,024.
  (func (export "primes") (param $limit i32) (result i32)
    (local $i i32) (local $multiple i32) (local $count i32)
    (memory.fill (i32.const 1024) (i32.const 0) (local.get $limit))
    (local.set $i (i32.const 2))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $limit)))
        (if (i32.eqz (i32.load8_u offset=1024 (local.get $i)))
          (then
            (local.set $count (i32.add (local.get $count) (i32.const 1)))
            (local.set $multiple (i32.shl (local.get $i) (i32.const 1)))
            (block $crossed
              (loop $cross
                (br_if $crossed (i32.ge_u (local.get $multiple) (local.get $limit)))
                (i32.store8 offset=1024 (local.get $multiple) (i32.const 1))
                (local.set $multiple (i32.add (local.get $multiple) (local.get $i)))
                (br $cross)))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (local.get $count))

  ;; The golden ratio by a continued fraction, in both float widths.
  (func (export "golden") (param $steps i32) (result f64)
    (local $narrow f32) (local $wide f64)
    (local.set $narrow (f32.const 1))
    (local.set $wide (f64.const 1))
    (loop $next
      (local.set $narrow (f32.add (f32.const 1) (f32.div (f32.const 1) (local.get $narrow))))
      (local.set $wide (f64.add (f64.const 1) (f64.div (f64.const 1) (local.get $wide))))
      (br_if $next (local.tee $steps (i32.sub (local.get $steps) (i32.const 1)))))
    (f64.div (f64.add (f64.promote_f32 (local.get $narrow)) (local.get $wide)) (f64.const 2))))
