"""Signs a PDF twice at B-LT with pyHanko, as often as it is asked to: a line on standard input, a line with the length back.

usage: pyhanko_sign.py COPY.pdf CERTIFIER_KEY CERTIFIER_CHAIN AGENCY_KEY AGENCY_CHAIN ROOTS.pem TIMESTAMP_URL

Everything that can be kept between two copies is kept: the program is loaded, keys and certificates are read, revocation data
were fetched before, connections stay open. The validation context is a new one for each copy, with those data: one that is kept
gathers the certificates of every time-stamp, and some copies then cost it seconds.
"""

import asyncio
import io
import sys
from datetime import timedelta

import aiohttp
from pyhanko.keys import load_certs_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner, fields
from pyhanko.sign.timestamps.aiohttp_client import HTTPTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

pdf_file, certifier_key, certifier_chain, agency_key, agency_chain, roots, timestamp_url = sys.argv[1:]
with open(pdf_file, "rb") as file:
    pdf = file.read()


def signer(key, chain, pss):
    leaf, *rest = load_certs_from_pemder([chain])
    store = SimpleCertificateStore.from_certs(rest)
    key = load_private_key_from_pemder(key, None)
    return SimpleSigner(signing_cert=leaf, signing_key=key, cert_registry=store, prefer_pss=pss), [leaf, *rest]


async def sign(file, name, box, page, certify, lock, who, stamper, context):
    writer = IncrementalPdfFileWriter(file)
    spec = fields.SigFieldSpec(name, on_page=page, box=box, field_mdp_spec=lock)
    metadata = PdfSignatureMetadata(
        field_name=name,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=certify,
        docmdp_permissions=fields.MDPPerm.FILL_FORMS,
        embed_validation_info=True,
        validation_context=context,
    )
    machine = PdfSigner(metadata, signer=who, timestamper=stamper, new_field_spec=spec)
    await machine.async_sign_pdf(writer, in_place=True)


async def main():
    certifier, known = signer(certifier_key, certifier_chain, True)
    agency, more = signer(agency_key, agency_chain, False)
    anchors = list(load_certs_from_pemder([roots]))

    def context(ocsps=(), crls=()):
        return ValidationContext(
            trust_roots=anchors,
            other_certs=known + more,
            ocsps=ocsps,
            crls=crls,
            allow_fetching=True,
            revocation_mode="hard-fail",
            # The context has the time of its making; a machine with other work on it fetches a while later.
            time_tolerance=timedelta(minutes=10),
        )

    kept = context()
    lock = fields.FieldMDPSpec(fields.FieldMDPAction.ALL)
    async with aiohttp.ClientSession() as session:
        stamper = HTTPTimeStamper(timestamp_url, session=session)
        loop = asyncio.get_running_loop()
        while await loop.run_in_executor(None, sys.stdin.readline):
            file = io.BytesIO(pdf)
            kept = context(kept.ocsps, kept.crls)
            await sign(file, "certifier", (300, 500, 520, 570), -1, True, None, certifier, stamper, kept)
            await sign(file, "agency", (400, 770, 580, 830), 0, False, lock, agency, stamper, kept)
            print(len(file.getvalue()), flush=True)


asyncio.run(main())
