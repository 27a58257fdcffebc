;; A memory with room behind __heap_base, which grows.
(module
  (memory (export "memory") 1 3)
  (global (export "__heap_base") i32 (i32.const 4096))
  (data (i32.const 100) "text\00")
  (func (export "load8") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))
