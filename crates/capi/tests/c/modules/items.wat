;; Globals and a table.
(module
  (global $count (export "count") (mut i32) (i32.const 7))
  (global (export "wide") i64 (i64.const -1))
  (global (export "pi") (mut f64) (f64.const 3.25))
  (global (export "held") (mut externref) (ref.null extern))
  (table (export "table") 3 10 funcref)
  (elem (i32.const 1) $next)
  (func $next (export "next") (result i32)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (global.get $count)))
