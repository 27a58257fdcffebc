console.log("2026-11-20".replace(/(?<y>\d+)-(?<m>\d+)-(?<d>\d+)/u, "$<d>.$<m>.$<y>"), "aBc".match(/b/i).index, [..."a1b22".matchAll(/\d+/g)].join());
console.log((2n ** 200n).toString(36), -7n / 2n, BigInt.asUintN(8, -1n), 0x1fffffffffffffn * 3n);
function* count(n) { for (let i = 0; i < n; i++) { const x = yield i * i; if (x) i = x; } }
console.log([...count(6)].join(), Object.entries({ b: 1, a: [2, { c: null }] }).flat(3).length);
class Shape { #side = 2; static made = 0; constructor() { Shape.made++; } get area() { return this.#side ** 2; } }
console.log(new Shape().area, Shape.made, new Proxy({}, { get: (_, name) => `no ${String(name)}` }).luck);
console.log(new Date(Date.UTC(2024, 1, 29, 12)).toISOString(), new Date(0).getTimezoneOffset(), Date.parse("2000-01-01T00:00:00Z"));
console.log(new Float32Array([0.1, 1e39, -0])[0], [0.1 + 0.2, 1e21, 1 / 3, 5e-324, -0].join(" "), (255).toString(2), (1234.5678).toFixed(2), (0.000001234).toExponential(2));
console.log(Math.hypot(3, 4), Math.sin(1), Math.exp(1), Math.atan2(1, -1), Math.fround(5.5), Math.clz32(1));
console.log(JSON.stringify({ d: new Date(0), u: undefined, n: [NaN, Infinity], s: "\u2028\ud800" }), JSON.parse('{"a":[1,2,{"b":"\\u00e9"}]}').a[2].b);
console.log([3, 1, 2].toSorted().join(), Object.groupBy([1, 2, 3], x => x % 2 ? "odd" : "even").odd.length, typeof structuredClone ?? "none");
label: for (const a of [1, 2, 3]) { for (const b of [1, 2, 3]) { if (a * b === 4) { console.log(a, b); break label; } } }
try { null.x; } catch (error) { console.log(error.name, error instanceof TypeError); }
let text = ""; for (let i = 0; i < 20000; i++) text += String.fromCharCode(97 + i % 26);
console.log(text.length, [...text].reduce((h, c) => (h * 31 + c.charCodeAt(0)) | 0, 7));
const memo = new Map(); const fib = n => n < 2 ? n : memo.get(n) ?? (memo.set(n, fib(n - 1) + fib(n - 2)), memo.get(n));
console.log(fib(80), new Set([1, 1, 2]).size, new WeakRef({}).deref() !== undefined);
console.log(Date.now() > 1.7e12, Math.random() !== Math.random(), performance.now() >= 0);
(async () => { for await (const x of (async function* () { yield 1; yield 2; })()) console.log("async", x); })();
Promise.all([1, Promise.resolve(2)]).then(all => console.log("all", all.join()));
queueMicrotask(() => console.log("microtask"));
console.log("end of script");
