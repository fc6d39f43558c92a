// A verifier of tokens made from docs/QR-TOKEN.md alone, on WebCrypto: verifier.mjs QR-TOKEN.md VECTORS.json, one JSON line a vector.
import { readFileSync } from "node:fs";
const [spec, vectors] = process.argv.slice(2).map((path) => readFileSync(path, "utf8"));
const table = (title) => Object.fromEntries([...spec.split(title)[1].split("\n### ")[0].matchAll(/(\d+) `([a-z_.]+)`/g)].map((m) => [m[1], m[2]]));
const KINDS = table("### 3.1"), FIELDS = table("### 3.2"), ABC = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const must = (ok, why) => { if (!ok) throw new Error(why); return true; };
const hex = (bytes) => [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
const join = (...parts) => Uint8Array.from(parts.flatMap((p) => [...p]));
const isBytes = (v) => v instanceof Uint8Array, isText = (v) => typeof v === "string", isUint = (v) => Number.isSafeInteger(v) && v >= 0;

function head(major, n) {
  const size = n < 24 ? 0 : n < 2 ** 8 ? 1 : n < 2 ** 16 ? 2 : n < 2 ** 32 ? 4 : 8, low = [];
  for (let i = 0, rest = BigInt(n); i < size; i++, rest >>= 8n) low.unshift(Number(rest & 255n));
  return [(major << 5) | (size ? 24 + Math.log2(size) : n), ...low];
}
function enc(v) {
  if (isBytes(v)) return join(head(2, v.length), v);
  if (isText(v)) { const utf8 = new TextEncoder().encode(v); return join(head(3, utf8.length), utf8); }
  if (Array.isArray(v)) return join(head(4, v.length), ...v.map(enc));
  if (typeof v === "number") return Uint8Array.from(v >= 0 ? head(0, v) : head(1, -1 - v));
  return join(head(5, v.size), ...[...v].map(([k, x]) => [hex(enc(k)), enc(k), enc(x)]).sort((a, b) => (a[0] < b[0] ? -1 : 1)).map((e) => join(e[1], e[2])));
}
function dec(b, first = 0) { // strict: what does not encode to the same bytes again is refused
  let at = first;
  const item = (depth) => {
    must(at < b.length && depth < 6, "short");
    const major = b[at] >> 5, info = b[at++] & 31, size = info < 24 ? 0 : 2 ** (info - 24);
    must(info < 28 && major < 6, "item");
    const n = size ? Number(b.slice(at, (at += size)).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)) : info;
    must(Number.isSafeInteger(n), "number");
    if (major < 2) return major ? -1 - n : n;
    if (major < 4) { must(at + n <= b.length, "short"); const s = b.slice(at, (at += n)); return major === 2 ? s : new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(s); }
    const out = [];
    for (let i = 0; i < n * (major - 3); i++) out.push(item(depth + 1));
    if (major === 4) return out;
    const map = new Map(out.flatMap((k, i) => (i % 2 ? [] : [[k, out[i + 1]]])));
    must(map.size === n, "twice");
    return map;
  };
  const v = item(0);
  must(at === b.length && hex(enc(v)) === hex(b.slice(first)), "not deterministic");
  return v;
}
function bytesOf(text) {
  must(/^[A-Z2-7]{1,3277}$/.test(text) && ![1, 3, 6].includes(text.length % 8), "base 32");
  const bits = [...text].map((c) => ABC.indexOf(c).toString(2).padStart(5, "0")).join(""), whole = bits.length - (bits.length % 8);
  must(!bits.slice(whole).includes("1"), "bits");
  return Uint8Array.from(bits.slice(0, whole).match(/.{8}/g), (byte) => parseInt(byte, 2));
}
const text = (v, most) => must(isText(v) && v && new TextEncoder().encode(v).length <= most && !/[\x00-\x1f\x7f-\x9f]/.test(v), "text") && v;
const two = (n) => String(n).padStart(2, "0");
const date = (v) => must(v >= 1e7 && v < 1e8, "date") && `${two(v % 100)}/${two(Math.floor(v / 100) % 100)}/${Math.floor(v / 10000)}`;
const plain = (v) => must(!/^\d\d\/\d\d\/[1-9]\d{3}$/.test(text(v, 512)), "date as text") && v;
const word = (v, names) => (typeof v === "number" ? must(names[v], "number") && names[v] : must(!Object.values(names).includes(text(v, 64)), "has a number") && v);

async function verify(qr, keys) {
  const b = bytesOf(qr.trim().split("#").pop());
  must(b.length <= 2048 && b[0] === 0xd2, "tag");
  const [protectedBytes, none, payload, signature] = dec(b, 1), header = dec(protectedBytes), kid = header.get(4);
  must(none instanceof Map && !none.size && header.size === 2 && isBytes(kid) && kid.length === 8 && signature.length === 64, "message");
  const key = keys[hex(kid)];
  must(key && header.get(1) === { ES256: -7, EdDSA: -8 }[key.alg], "key");
  const how = key.alg === "EdDSA" ? { name: "Ed25519" } : { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", unhex(key.public_key), how, false, ["verify"]);
  must(await crypto.subtle.verify(how, imported, signature, enc(["Signature1", protectedBytes, new Uint8Array(), payload])), "signature");
  const c = dec(payload);
  must([...c.keys()].filter((k) => k !== 5).sort((x, y) => x - y).join() === "0,1,2,3,4,6,7,8,9,10" && c.get(0) === 1, "claims");
  must(isUint(c.get(6)) && c.get(6) <= 253402300799 && c.get(8) instanceof Map && c.get(8).size <= 32, "bounds");
  must(isBytes(c.get(9)) && c.get(9).length === 32 && isBytes(c.get(10)) && c.get(10).length === 16, "digests");
  let id = c.get(7);
  if (isBytes(id)) { must(id.length === 17 && !(id[16] & 63), "copy id"); id = [...id].map((x) => x.toString(2).padStart(8, "0")).join("").match(/.{5}/g).slice(0, 26).map((x) => ABC[parseInt(x, 2)].toLowerCase()).join(""); }
  else must(!/^[a-z2-7]{26}$/.test(text(id, 64)), "copy id");
  const facts = Object.fromEntries([...c.get(8)].map(([k, v]) => [word(k, FIELDS), typeof v === "number" ? date(v) : plain(v)]));
  return { issuer: text(c.get(1), 64), kind: word(c.get(2), KINDS), certification_no: text(c.get(3), 64), agency_id: text(c.get(4), 64),
    agency_name: c.has(5) ? text(c.get(5), 256) : null, issued_at: c.get(6), copy_id: id, facts, pages_digest: hex(c.get(9)), salt: hex(c.get(10)) };
}
const file = JSON.parse(vectors);
for (const { name, qr } of file.vectors) console.log(JSON.stringify({ name, claims: await verify(qr, file.keys).catch(() => null) }));
