;; Asks for a table of 4 Gi elements.
(module (table (export "t") 0xffffffff funcref))
