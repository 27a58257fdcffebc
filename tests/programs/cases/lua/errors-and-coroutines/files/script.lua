print(pcall(error, { code = 2 }) == false, select(2, pcall(error, "plain", 0)))
print(pcall(function() local x = nil; return x.y end))
print(xpcall(function() error("traced") end, function(m) return "handled " .. m end))
local generate = coroutine.wrap(function(a) for i = 1, 3 do a = coroutine.yield(a + i) end return "end" end)
print(generate(1), generate(2), generate(3), generate(4))
print(pcall(generate))
local inner = coroutine.create(function() error("inside") end)
print(coroutine.resume(inner), coroutine.status(inner))
print(pcall(string.rep), pcall(string.format, "%d", 1.5))
local function deep(n) if n == 0 then error("deep", 0) end return 1 + deep(n - 1) end
print(pcall(deep, 150))
local ok, message = pcall(function() local function f() return 1 + f() end return f() end)
print(ok, message:match("stack overflow"))
local caught = 0
for i = 1, 2000 do if not pcall(error, i) then caught = caught + 1 end end
print(caught)
do
  local log = {}
  pcall(function()
    local a <close> = setmetatable({}, { __close = function() log[#log + 1] = "a" end })
    local b <close> = setmetatable({}, { __close = function() log[#log + 1] = "b" end })
    error("x")
  end)
  print(table.concat(log, ","))
end
print(pcall(table.sort, { 3, 1, 2, 5, 4 }, function(a, b) error("comparing") end))
-- A coroutine that yields out of pcall, and out of a sort's comparison, which it must not.
local through = coroutine.wrap(function() print(pcall(function() print(coroutine.yield("out")); error("after", 0) end)) return "done" end)
print(through(), through("in"))
print(select(2, pcall(coroutine.wrap(function() table.sort({ 2, 1 }, coroutine.yield) end))))
print(_VERSION, 7 // 2, -7 // 2, -7 % 3, 2 ^ 53, math.maxinteger + 1 == math.mininteger, 1e15, 3 | 4, 1 << 62)
print(string.format("%5.2f|%q|%-5s|%x|%g", 3.14159, "a\nb", "ab", 255, 1e100), ("x"):rep(3, "-"))
print(("hello world"):gsub("o", "0"), ("key=value"):match("(%w+)=(%w+)"), #"\u{20AC}", utf8.char(8364, 0x1F600))
print(string.pack("<i4z", 7, "hi"):byte(1, -1))
local weak = setmetatable({}, { __mode = "k" }); weak[{}] = 1; collectgarbage(); print(next(weak))
local t = {}; for i = 1, 3000 do t[i] = (i * 7919) % 3001 end; table.sort(t); print(t[1], t[1500], t[3000])
print(load("return 1 +")); print(load("return ...", "chunk", "t", {})(42))
print(tostring(1e308 * 10), tostring(0/0):match("nan"), math.tointeger(3.0), 10 // 0.0, math.type(2^31))
goto last
print("never")
::last::
print(os.time { year = 2024, month = 2, day = 29, hour = 12 } - os.time { year = 2024, month = 2, day = 28, hour = 12 }, os.time() > 1700000000, os.clock() >= 0)
