;; Calls what it imports.
(module
  (import "" "hello" (func $hello))
  (func (export "run") (call $hello)))
