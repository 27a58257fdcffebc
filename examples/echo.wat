;; Arguments and exit status: prints its arguments, one per line, and ends with their number.
;;
;;     cargo run --release -- run examples/echo.wat one two three; echo "status $?"
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))

  ;; Memory:  0  number of arguments     8  two vectors for fd_write (the text, the newline)
  ;;          4  bytes of their texts   24  number of bytes written     32  the newline
  ;;         64  one pointer per argument, then the texts, each with a zero byte at its end
  (memory (export "memory") 1)
  (data (i32.const 32) "\n")
  (data (i32.const 16) "\20\00\00\00" "\01\00\00\00")

  (func (export "_start") (local $index i32) (local $count i32)
    (call $check (call $args_sizes_get (i32.const 0) (i32.const 4)))
    (local.set $count (i32.load (i32.const 0)))
    ;; One page is enough for this example; whoever passes more gets an error number as the exit status.
    (call $check (call $args_get
      (i32.const 64)
      (i32.add (i32.const 64) (i32.mul (local.get $count) (i32.const 4)))))
    ;; Argument 0 is the program's name.
    (local.set $index (i32.const 1))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $index) (local.get $count)))
        (call $print (i32.load (i32.add (i32.const 64) (i32.mul (local.get $index) (i32.const 4)))))
        (local.set $index (i32.add (local.get $index) (i32.const 1)))
        (br $next)))
    (call $proc_exit (i32.sub (local.get $count) (i32.const 1))))

  ;; Writes the text at `text` and a newline.
  (func $print (param $text i32)
    (i32.store (i32.const 8) (local.get $text))
    (i32.store (i32.const 12) (call $length (local.get $text)))
    (call $check (call $fd_write (i32.const 1) (i32.const 8) (i32.const 2) (i32.const 24))))

  ;; How many bytes stand before the zero byte.
  (func $length (param $text i32) (result i32) (local $end i32)
    (local.set $end (local.get $text))
    (block $found
      (loop $next
        (br_if $found (i32.eqz (i32.load8_u (local.get $end))))
        (local.set $end (i32.add (local.get $end) (i32.const 1)))
        (br $next)))
    (i32.sub (local.get $end) (local.get $text)))

  ;; Ends the program with the error number unless it is 0.
  (func $check (param $error i32)
    (if (local.get $error)
      (then (call $proc_exit (local.get $error))))))
