;; A memory that is one page and no more, so that a heap needs a page beyond the maximum.
(module
  (import "env" "malloc" (func $malloc (param i32) (result i32)))
  (import "env" "free" (func $free (param i32)))
  (memory (export "memory") 1 1)
  (func (export "take") (param i32) (result i32) (call $malloc (local.get 0)))
  (func (export "give") (param i32) (call $free (local.get 0))))
