;; Reckons for ever, and moves its whole memory about, which takes longer than others may wait. `short` is quick.
(module
    (memory 1)
    (func (export "run") (local $x f64) (local.set $x (f64.const 2))
        (loop $again
            (memory.fill (i32.const 0) (i32.const 85) (i32.const 65536))
            (memory.copy (i32.const 1) (i32.const 0) (i32.const 65535))
            (local.set $x (f64.sqrt (f64.div (f64.const 1e9) (local.get $x))))
            (f64.store (i32.const 0) (local.get $x))
            (br $again)))
    (func (export "short") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2))))
