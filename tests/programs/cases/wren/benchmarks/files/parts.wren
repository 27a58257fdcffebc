class Tree {
  construct new(depth) {
    if (depth > 0) {
      _left = Tree.new(depth - 1)
      _right = Tree.new(depth - 1)
    }
  }
  count { 1 + (_left == null ? 0 : _left.count + _right.count) }
}
