"""Validates a certified copy with pyHanko, as often as it is asked to: a line on standard input, a line with the result back.

usage: pyhanko_verify.py COPY.pdf SIGNER_ROOT.pem TIMESTAMP_ROOT.pem

What `bansao verify` checks and pyHanko can: both signatures with their time-stamps, the chains, the revocation answers that lie in the
file, and what was changed after each (its default difference policy). The program is loaded and the roots are read; the file is
parsed anew each time, from memory, and so is its security store.
"""

import io
import sys

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore

path, *roots = sys.argv[1:]
anchors = [load_cert_from_pemder(root) for root in roots]
with open(path, "rb") as file:
    pdf = file.read()


def verdict():
    reader = PdfFileReader(io.BytesIO(pdf))
    store = DocumentSecurityStore.read_dss(reader)
    good = 0
    for signature in reader.embedded_regular_signatures:
        context = store.as_validation_context({"trust_roots": anchors, "allow_fetching": False, "revocation_mode": "hard-fail"})
        status = validate_pdf_signature(signature, signer_validation_context=context, ts_validation_context=context)
        good += status.bottom_line and status.timestamp_validity is not None and status.timestamp_validity.trusted
    return good


while sys.stdin.readline():
    print(verdict(), flush=True)
