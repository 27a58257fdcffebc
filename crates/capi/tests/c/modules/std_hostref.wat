;; Keeps things of the host's in a global, in a table, and not at all.
(module
  (import "" "identity" (func $identity (param externref) (result externref)))
  (global $global (export "global") (mut externref) (ref.null extern))
  (global $hidden (mut externref) (ref.null extern))
  (table $table (export "table") 10 externref)
  (func (export "set_global") (param externref) (global.set $global (local.get 0)))
  (func (export "get_global") (result externref) (global.get $global))
  (func (export "set_hidden") (param externref) (global.set $hidden (local.get 0)))
  (func (export "get_hidden") (result externref) (global.get $hidden))
  (func (export "set_table") (param i32 externref) (table.set $table (local.get 0) (local.get 1)))
  (func (export "get_table") (param i32) (result externref) (table.get $table (local.get 0)))
  (func (export "call") (param externref) (result externref) (call $identity (local.get 0)))
  (func (export "drop") (param externref)))
