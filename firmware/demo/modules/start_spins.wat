;; Loops for ever before anyone calls it.
(module (func $spin (loop $again (br $again))) (start $spin))
