;; Grows a memory or a table as far as that goes, a step at a time, and then does nothing for ever.
(module
    (memory (export "memory") 1 24)
    (table $t (export "table") 10 20000 funcref)
    (elem declare func $f)
    (func $f)
    (func (export "grow") (loop (drop (memory.grow (i32.const 2))) (br 0)))
    (func (export "grow-table") (loop (drop (table.grow $t (ref.func $f) (i32.const 1000))) (br 0))))
