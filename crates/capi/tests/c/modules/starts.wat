;; Calls a function of C from its start function.
(module
  (import "env" "started" (func $started (param i32 i32)))
  (memory 1)
  (data (i32.const 8) "start")
  (func $start (call $started (i32.const 8) (i32.const 5)))
  (start $start))
