"""Appends to copy.pdf, as another program would: a security store (stored.pdf), an archive time-stamp (archived.pdf).

With the argument "metadata", pyHanko also rewrites the XMP metadata, as it does unless it is kept from it.
"""

import io
import sys

from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfTimeStamper
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

if sys.argv[1] != "metadata":
    IncrementalPdfFileWriter._update_meta = lambda self: None

certificates = [load_cert_from_pemder("ca.pem"), load_cert_from_pemder("root.pem")]
with open("copy.pdf", "rb") as file:
    original = file.read()

stored = io.BytesIO(original)
DocumentSecurityStore.add_dss(output_stream=stored, sig_contents=None, certs=certificates, ocsps=[], crls=[])
with open("stored.pdf", "wb") as file:
    file.write(stored.getvalue())

stamper = DummyTimeStamper(
    load_cert_from_pemder("tsa.pem"),
    load_private_key_from_pemder("tsa.key", None),
    certs_to_embed=SimpleCertificateStore.from_certs(certificates),
)
archived = io.BytesIO()
writer = IncrementalPdfFileWriter(io.BytesIO(original))
PdfTimeStamper(stamper, field_name="Other").timestamp_pdf(writer, "sha256", output=archived)
with open("archived.pdf", "wb") as file:
    file.write(archived.getvalue())
