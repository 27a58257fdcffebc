;; A WASI program: writes its first argument and the value of its first variable, and ends with how many arguments it has.
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (drop (call $args_sizes (i32.const 0) (i32.const 4)))
    (call $exit (i32.load (i32.const 0))))
  ;; The first byte of an argument.
  (func (export "argument") (param i32) (result i32)
    (drop (call $args (i32.const 64) (i32.const 256)))
    (i32.load8_u (i32.load (i32.add (i32.const 64) (i32.mul (local.get 0) (i32.const 4))))))
  (func (export "variables") (result i32)
    (drop (call $environ_sizes (i32.const 0) (i32.const 4)))
    (i32.load (i32.const 0)))
  ;; The error of asking for a directory.
  (func (export "directory") (param i32) (result i32) (call $prestat (local.get 0) (i32.const 16))))
