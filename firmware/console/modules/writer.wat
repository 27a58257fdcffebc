;; Writes by WASI and by the built-in libc, in pieces of lines.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "env" "printf" (func $printf (param i32 i32) (result i32)))
  (import "env" "putchar" (func $putchar (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "reading %d of ten\00")
  (data (i32.const 128) "half a line")
  (data (i32.const 160) "to standard error\0a")

  ;; A piece of guest memory to a descriptor.
  (func $write (param $fd i32) (param $at i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $length))
    (drop (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))))

  ;; One letter of the alphabet.
  (func (export "letter") (param i32)
    (drop (call $putchar (i32.add (i32.const 97) (local.get 0)))))

  (func (export "end_line")
    (drop (call $putchar (i32.const 10))))

  ;; A line by printf.
  (func $reading (export "reading") (param $number i32)
    (i32.store (i32.const 32) (local.get $number))
    (drop (call $printf (i32.const 64) (i32.const 32)))
    (drop (call $putchar (i32.const 10))))

  (func (export "readings") (param $to i32) (local $at i32)
    (loop $next
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (call $reading (local.get $at))
      (br_if $next (i32.lt_u (local.get $at) (local.get $to)))))

  ;; Half a line, and a whole one to the other stream, which comes first.
  (func $half (export "half")
    (call $write (i32.const 1) (i32.const 128) (i32.const 11))
    (call $write (i32.const 2) (i32.const 160) (i32.const 18)))

  (func (export "half_and_trap") (call $half) (unreachable))

  (func (export "half_and_exit") (call $half) (call $exit (i32.const 3))))
