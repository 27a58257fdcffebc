print(arg[0], arg[1], arg[2], os.getenv("GREETING"), os.getenv("NONE"))
print(words("the cat and the hat").the)
local out = assert(io.open("out.txt", "w"))
for i = 1, 50 do out:write(i, " ", i * i, "\n") end
print(out:seek("cur"), out:seek("set", 2), out:write("X"), out:close())
local sum = 0
for a, b in io.lines("out.txt", "n", "n") do if not b then break end sum = sum + b end
print(sum)
print(io.open("nowhere/x.txt") == nil, (io.type(out)))
local append = io.open("out.txt", "a+"); append:write("last\n"); append:seek("set"); print(append:read("L")); append:close()
print(os.rename("out.txt", "renamed.txt"), (os.remove("old.txt")), (os.remove("old.txt")))
io.stdout:setvbuf("full"); io.write("buffered ", 1, " ", 2.5, "\n")
os.exit(9)
