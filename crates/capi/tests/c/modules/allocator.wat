;; A module with an allocator of its own: each allocation stands behind the one before.
(module
  (memory (export "memory") 1)
  (global $next (mut i32) (i32.const 1024))
  (global $live (export "live") (mut i32) (i32.const 0))
  (func (export "malloc") (param i32) (result i32)
    (if (i32.gt_u (local.get 0) (i32.const 32768)) (then (return (i32.const 0))))
    (global.set $live (i32.add (global.get $live) (i32.const 1)))
    (global.get $next)
    (global.set $next (i32.add (global.get $next) (local.get 0))))
  (func (export "free") (param i32)
    (global.set $live (i32.sub (global.get $live) (i32.const 1)))))
