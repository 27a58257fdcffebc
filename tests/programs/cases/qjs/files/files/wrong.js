function inner() { throw new TypeError("on purpose"); }
console.log("before");
inner();
