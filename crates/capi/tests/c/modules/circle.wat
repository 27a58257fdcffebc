;; Imports from itself, by way of its name.
(module
  (import "circle" "f" (func $f))
  (func (export "f") (call $f)))
