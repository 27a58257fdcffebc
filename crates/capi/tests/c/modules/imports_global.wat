;; Imports a global that nobody has, behind a function that nobody has.
(module
  (import "env" "no_function" (func (param i32)))
  (import "env" "no_global" (global i32)))
