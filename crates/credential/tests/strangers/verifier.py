"""A verifier of tokens made from docs/QR-TOKEN.md alone: verifier.py QR-TOKEN.md VECTORS.json, one JSON line a vector."""
import base64, hashlib, json, re, sys
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

SPEC = open(sys.argv[1], encoding="utf-8").read()
table = lambda title: {int(n): w for n, w in re.findall(r"(\d+) `([a-z_.]+)`", SPEC.split(title)[1].split("\n### ")[0])}
KINDS, FIELDS = table("### 3.1"), table("### 3.2")
KIND_NO, FIELD_NO = ({w: n for n, w in t.items()} for t in (KINDS, FIELDS))
refuse = lambda why: (_ for _ in ()).throw(ValueError(why))
must = lambda ok, why: ok or refuse(why)

def head(major, n):
    for low, size, info in ((24, 0, n), (1 << 8, 1, 24), (1 << 16, 2, 25), (1 << 32, 4, 26), (1 << 64, 8, 27)):
        if n < low: return bytes([major << 5 | info]) + n.to_bytes(size, "big") if size else bytes([major << 5 | n])

def enc(v):
    if isinstance(v, int): return head(0, v) if v >= 0 else head(1, -1 - v)
    if isinstance(v, bytes): return head(2, len(v)) + v
    if isinstance(v, str): return head(3, len(v.encode())) + v.encode()
    if isinstance(v, list): return head(4, len(v)) + b"".join(map(enc, v))
    return head(5, len(v)) + b"".join(k + enc(x) for k, x in sorted((enc(k), x) for k, x in v.items()))

def dec(b, depth=0):  # strict: what does not encode to the same bytes again is refused
    def item(at, depth):
        must(at < len(b) and depth < 6, "short")
        major, info = b[at] >> 5, b[at] & 31
        must(info < 28 and major < 6, "item")
        size = 0 if info < 24 else 1 << info - 24
        n, at = (info if info < 24 else int.from_bytes(b[at + 1 : at + 1 + size], "big")), at + 1 + size
        if major in (0, 1): return (n if major == 0 else -1 - n), at
        if major in (2, 3): must(at + n <= len(b), "short"); return (b[at : at + n] if major == 2 else b[at : at + n].decode()), at + n
        out = []
        for _ in range(n * (2 if major == 5 else 1)): x, at = item(at, depth + 1); out.append(x)
        return (out if major == 4 else dict(zip(out[::2], out[1::2]))), at
    v, end = item(0, 0)
    must(end == len(b), "rest")
    must(enc(v) == b, "not deterministic")
    return v

text = lambda v, most: must(isinstance(v, str) and 0 < len(v.encode()) <= most and not re.search(r"[\x00-\x1f\x7f-\x9f]", v), "text") and v
def date(v): must(10**7 <= v < 10**8, "date"); return f"{v % 100:02}/{v // 100 % 100:02}/{v // 10000:04}"
def plain(v): must(not re.fullmatch(r"\d\d/\d\d/[1-9]\d{3}", text(v, 512), re.A), "date as text"); return v
def word(v, names, numbers): return names.get(v) or refuse("number") if isinstance(v, int) else must(text(v, 64) not in numbers, "has a number") and v

def verify(qr, keys):
    qr = qr.strip().split("#")[-1]
    must(re.fullmatch("[A-Z2-7]{1,3277}", qr) and len(qr) % 8 not in (1, 3, 6), "base 32")
    b = base64.b32decode(qr + "=" * (-len(qr) % 8))
    must(base64.b32encode(b).rstrip(b"=").decode() == qr and len(b) <= 2048 and b[0] == 0xD2, "bits")
    protected, none, payload, sig = dec(b[1:])
    header = dec(protected)
    must(none == {} and set(header) == {1, 4} and len(header[4]) == 8 and len(sig) == 64, "message")
    key = keys.get(header[4].hex()) or refuse("key")
    must(header[1] == {"ES256": -7, "EdDSA": -8}[key["alg"]], "algorithm")
    signed, public = enc(["Signature1", protected, b"", payload]), bytes.fromhex(key["public_key"])
    if key["alg"] == "EdDSA": ed25519.Ed25519PublicKey.from_public_bytes(public).verify(sig, signed)
    else:
        der = utils.encode_dss_signature(int.from_bytes(sig[:32], "big"), int.from_bytes(sig[32:], "big"))
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public).verify(der, signed, ec.ECDSA(hashes.SHA256()))
    c = dec(payload)
    must(set(c) - {5} == {0, 1, 2, 3, 4, 6, 7, 8, 9, 10} and c[0] == 1, "claims")
    must(isinstance(c[6], int) and 0 <= c[6] <= 253402300799 and len(c[8]) <= 32, "bounds")
    must(isinstance(c[9], bytes) and len(c[9]) == 32 and isinstance(c[10], bytes) and len(c[10]) == 16, "digests")
    if isinstance(c[7], bytes): must(len(c[7]) == 17 and not c[7][16] & 63, "copy id"); c[7] = base64.b32encode(c[7]).decode().lower()[:26]
    else: must(not re.fullmatch("[a-z2-7]{26}", text(c[7], 64)), "copy id")
    facts = {word(k, FIELDS, FIELD_NO): date(v) if isinstance(v, int) else plain(v) for k, v in c[8].items()}
    return {"issuer": text(c[1], 64), "kind": word(c[2], KINDS, KIND_NO), "certification_no": text(c[3], 64), "agency_id": text(c[4], 64),
            "agency_name": text(c[5], 256) if 5 in c else None, "issued_at": c[6], "copy_id": c[7], "facts": facts,
            "pages_digest": c[9].hex(), "salt": c[10].hex()}

file = json.load(open(sys.argv[2], encoding="utf-8"))
for vector in file["vectors"]:
    try: said = verify(vector["qr"], file["keys"])
    except Exception: said = None
    print(json.dumps({"name": vector["name"], "claims": said}, sort_keys=True, ensure_ascii=False))
