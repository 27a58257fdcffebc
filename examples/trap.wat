;; What a mistake looks like: the program ends with a reason and a backtrace, and exit status 134.
;;
;;     cargo run --release -- run examples/trap.wat
;;     cargo run --release -- run --invoke divide examples/trap.wat 7 0
(module $trap
  (memory (export "memory") 1 1)

  (func (export "_start")
    (call $fill (i32.const 65_528)))

  ;; Stores words from `address` upwards and never stops by itself; memory does, at 65,536 bytes.
  (func $fill (param $address i32)
    (loop $next
      (call $store_word (local.get $address))
      (local.set $address (i32.add (local.get $address) (i32.const 4)))
      (br $next)))

  (func $store_word (param $address i32)
    (i32.store (local.get $address) (i32.const 0x5a5a5a5a)))

  (func $divide (export "divide") (param $a i32) (param $b i32) (result i32)
    (i32.div_s (local.get $a) (local.get $b))))
