"""What pyHanko says about every PDF of a folder: pyhanko_folder.py TRUST.pem FOLDER, one JSON object a line."""

import json
import logging
import sys
import time
from pathlib import Path

from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext


def verdict(path, anchors, others):
    """VALID when every signature has a good bottom line and every time-stamp is good; otherwise why not."""
    with open(path, "rb") as stream:
        reader = PdfFileReader(stream)
        signatures = reader.embedded_signatures
        if not signatures:
            return "NOT SIGNED"
        for signature in signatures:
            context = ValidationContext(trust_roots=anchors, other_certs=others, allow_fetching=False, revocation_mode="soft-fail")
            if signature.sig_object_type == "/DocTimeStamp":
                status = validate_pdf_timestamp(signature, context)
                good = status.intact and status.valid and status.trusted
            else:
                good = validate_pdf_signature(signature, context, context).bottom_line
            if not good:
                return "INVALID"
    return "VALID"


def main():
    logging.disable(logging.CRITICAL)
    trust, folder = sys.argv[1:3]
    certificates = list(load_certs_from_pemder([trust]))
    anchors = [c for c in certificates if c.self_issued]
    others = [c for c in certificates if not c.self_issued]
    for path in sorted(Path(folder).glob("*.pdf")):
        began = time.process_time()
        try:
            answer = verdict(path, anchors, others)
        except Exception as error:  # whatever a hostile file provokes is an answer too
            answer = f"ERROR {type(error).__name__}"
        cpu_ms = (time.process_time() - began) * 1000
        print(json.dumps({"file": path.name, "verdict": answer, "cpu_ms": round(cpu_ms, 1)}), flush=True)


main()
