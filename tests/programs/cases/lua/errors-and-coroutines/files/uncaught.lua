local function inner() error("on purpose") end
print("before")
inner()
