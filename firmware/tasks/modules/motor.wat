;; Regulates a motor: each period it reads the speed, reckons, and sets the power; all before the period is half over.
(module
    (import "env" "period" (func $period))
    (import "env" "speed" (func $speed (result i32)))
    (import "env" "power" (func $power (param i32)))
    (func (export "run") (local $sum i32) (local $error i32) (local $i i32)
        (loop $again
            (call $period)
            (local.set $error (i32.sub (i32.const 1000) (call $speed)))
            ;; As much work as a filter of some steps.
            (local.set $i (i32.const 50))
            (loop $filter
                (local.set $sum (i32.add (local.get $sum) (i32.div_s (local.get $error) (local.get $i))))
                (br_if $filter (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
            (call $power (i32.shr_s (local.get $sum) (i32.const 10)))
            (br $again))))
