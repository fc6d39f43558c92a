"""pyHanko's verdict on a copy, trusting only the given roots, with the revocation data that lies in the file.

usage: pyhanko_judge.py COPY.pdf SIGNER_ROOT.pem TIMESTAMP_ROOT.pem
"""
import sys

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext


def main():
    path, *roots = sys.argv[1:]
    anchors = [load_cert_from_pemder(root) for root in roots]
    with open(path, "rb") as file:
        reader = PdfFileReader(file)
        signatures = reader.embedded_regular_signatures
        if [signature.field_name for signature in signatures] != ["certifier", "agency"]:
            sys.exit(f"fields: {[signature.field_name for signature in signatures]}")
        store = DocumentSecurityStore.read_dss(reader)
        if not store.certs or not (store.ocsps or store.crls):
            sys.exit("no security store")
        for signature in signatures:
            context = store.as_validation_context({"trust_roots": anchors, "allow_fetching": False, "revocation_mode": "hard-fail"})
            status = validate_pdf_signature(signature, signer_validation_context=context, ts_validation_context=context)
            print(signature.field_name, status.summary())
            if not (status.intact and status.valid and status.trusted and status.docmdp_ok):
                sys.exit(status.pretty_print_details())
            if status.modification_level not in (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING):
                sys.exit(f"modified: {status.modification_level}")
            if status.timestamp_validity is None or not status.timestamp_validity.trusted:
                sys.exit("the time-stamp is not trusted")


if __name__ == "__main__":
    main()
