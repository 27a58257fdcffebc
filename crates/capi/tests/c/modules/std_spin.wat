;; Never ends.
(module
  (import "" "turning" (func $turning))
  (func (export "spin") (call $turning) (loop $again (br $again)))
  (func (export "done")))
