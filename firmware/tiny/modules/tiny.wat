;; A guest for 16 KB of RAM: its pages have one byte, so that its memory ends where its data ends.
(module
  (import "env" "print" (func $print (param i32 i32)))
  (import "env" "led" (func $led (param i32)))
  ;; 64 bytes of text, then a bit for each odd number below 1,024.
  (memory (export "memory") 128 128 (pagesize 1))
  (data (i32.const 0) "Hello from 128 bytes of memory")

  (func (export "greet") (call $print (i32.const 0) (i32.const 30)))

  ;; Switches the LED on and off `times` times.
  (func (export "blink") (param $times i32) (local $i i32)
    (loop $next
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (call $led (i32.and (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.shl (local.get $times) (i32.const 1))))))

  ;; Counts the primes below `limit` (at most 1,024) with a sieve of bits at address 64.
  (func (export "primes") (param $limit i32) (result i32)
    (local $i i32) (local $multiple i32) (local $count i32)
    (memory.fill (i32.const 64) (i32.const 0) (i32.const 64))
    (local.set $i (i32.const 3))
    (local.set $count (i32.gt_u (local.get $limit) (i32.const 2)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $limit)))
        (if (i32.eqz (call $is_crossed (local.get $i)))
          (then
            (local.set $count (i32.add (local.get $count) (i32.const 1)))
            (local.set $multiple (i32.mul (local.get $i) (local.get $i)))
            (block $crossed
              (loop $cross
                (br_if $crossed (i32.ge_u (local.get $multiple) (local.get $limit)))
                (call $cross_out (local.get $multiple))
                (local.set $multiple (i32.add (local.get $multiple) (i32.shl (local.get $i) (i32.const 1))))
                (br $cross)))))
        (local.set $i (i32.add (local.get $i) (i32.const 2)))
        (br $next)))
    (local.get $count))
  (func $byte (param $n i32) (result i32)
    (i32.add (i32.const 64) (i32.shr_u (local.get $n) (i32.const 4))))
  (func $bit (param $n i32) (result i32)
    (i32.shl (i32.const 1) (i32.and (i32.shr_u (local.get $n) (i32.const 1)) (i32.const 7))))
  (func $is_crossed (param $n i32) (result i32)
    (i32.and (i32.load8_u (call $byte (local.get $n))) (call $bit (local.get $n))))
  (func $cross_out (param $n i32)
    (i32.store8 (call $byte (local.get $n))
      (i32.or (i32.load8_u (call $byte (local.get $n))) (call $bit (local.get $n)))))

  ;; The square of the golden ratio's n-th approximation, in millionths.
  (func (export "golden") (param $n i32) (result i32) (local $ratio f64)
    (local.set $ratio (f64.const 1))
    (loop $next
      (local.set $ratio (f64.add (f64.div (f64.const 1) (local.get $ratio)) (f64.const 1)))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.trunc_f64_u (f64.mul (f64.mul (local.get $ratio) (local.get $ratio)) (f64.const 1000000))))

  (func (export "beyond") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func $recurse (export "recurse") (param i32) (result i32)
    (i32.add (call $recurse (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))
  (func (export "spin") (param i32) (result i32) (loop $for_ever (br $for_ever)) (unreachable)))
