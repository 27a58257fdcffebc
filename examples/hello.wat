;; The first program: prints a greeting through WASI.
;;
;;     cargo run --release -- run examples/hello.wat
;;
;; A module can do nothing by itself but compute. Whatever it wants from the outside it imports by name, and the one who
;; runs it decides what stands behind that name. `moteur run` offers WASI preview 1, the interface that compilers
;; target when they are asked for `wasm32-wasip1`.
(module
  ;; fd_write(stream, vectors, vector count, where to put the number of bytes written) -> error number
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))

  ;; proc_exit(exit status): ends the program and does not come back.
  (import "wasi_snapshot_preview1" "proc_exit"
    (func $proc_exit (param i32)))

  ;; One page (64 KiB) of memory. WASI finds it by this name.
  (memory (export "memory") 1)

  ;; At address 0 one "vector": the text's address (16) and its length (19), little endian.
  (data (i32.const 0) "\10\00\00\00" "\13\00\00\00")
  ;; The text itself, at address 16.
  (data (i32.const 16) "Hello from Moteur!\n")

  ;; `_start` is where a WASI program begins.
  (func (export "_start")
    ;; The error number of fd_write, 0 when all went well, becomes the exit status.
    (call $proc_exit
      (call $fd_write
        (i32.const 1)      ;; stream 1, the standard output
        (i32.const 0)      ;; the vectors stand at address 0
        (i32.const 1)      ;; and there is one
        (i32.const 8)))))  ;; the number of bytes written goes to address 8
