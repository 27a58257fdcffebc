System.print("before")
Fiber.abort("on purpose")
