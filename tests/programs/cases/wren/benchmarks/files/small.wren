import "parts" for Tree
var fiber = Fiber.new {
  for (i in 1..3) Fiber.yield(i * i)
}
while (!fiber.isDone) System.print(fiber.call())
System.print(Tree.new(9).count)
var map = {}
for (i in 0...5000) map[i * 7919 % 5003] = i
System.print(map.count)
System.print((1..20).where {|n| n % 3 == 0 }.map {|n| n.sqrt }.reduce {|a, b| a + b })
System.print("%(1 + 2) λόγος".codePoints.count)
System.print(Fiber.new { Fiber.abort("caught") }.try())
