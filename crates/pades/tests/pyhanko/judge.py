"""Judges a signed file with pyHanko: judge.py FILE ROOT.pem PROFILE TIME, one JSON object a line and signature.

PROFILE plain: each signature and time-stamp as it stands. PROFILE pades: the signatures by PAdES long-term validation
(ETSI EN 319 102-1, 5.6.3) with nothing but the data in the file, at TIME (ISO 8601).
"""

import asyncio
import datetime
import json
import sys

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import ades, policy_decl, validate_pdf_signature, validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

path, root, profile, time = sys.argv[1:]
root = load_cert_from_pemder(root)
time = datetime.datetime.fromisoformat(time)


def context():
    return ValidationContext(trust_roots=[root], allow_fetching=False)


def long_term(signature):
    certificates = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build([CertTrustAnchor(root)]),
        revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("hard-fail")),
    )
    rule = policy_decl.RevinfoOnlineFetchingRule.LOCAL_ONLY
    spec = policy_decl.PdfSignatureValidationSpec(
        policy_decl.SignatureValidationSpec(
            cert_validation_policy=certificates,
            revinfo_gathering_policy=policy_decl.RevocationInfoGatheringSpec(online_fetching_rule=rule),
        )
    )
    timing = ValidationTimingInfo(validation_time=time, best_signature_time=time, point_in_time_validation=False)
    result = asyncio.run(ades.ades_lta_validation(signature, spec, timing_info=timing))
    status = result.api_status
    return {
        "field": signature.field_name,
        "bottom_line": str(result.ades_subindic).endswith("OK"),
        "indication": str(result.ades_subindic),
        "message": result.failure_msg,
        "best_signature_time": str(result.best_signature_time),
        "modification": status.modification_level.name,
    }


def plain(signature):
    status = validate_pdf_signature(signature, context())
    return {
        "field": signature.field_name,
        "bottom_line": status.bottom_line,
        "intact": status.intact,
        "trusted": status.trusted,
        "coverage": status.coverage.name,
        "modification": status.modification_level.name,
        "docmdp_ok": status.docmdp_ok,
        "timestamp": status.timestamp_validity is not None and status.timestamp_validity.trusted,
    }


with open(path, "rb") as file:
    reader = PdfFileReader(file)
    for signature in reader.embedded_regular_signatures:
        print(json.dumps(plain(signature) if profile == "plain" else long_term(signature)))
    for signature in reader.embedded_timestamp_signatures:
        status = validate_pdf_timestamp(signature, context())
        good = status.intact and status.valid and status.trusted
        print(json.dumps({"field": signature.field_name, "bottom_line": good, "coverage": status.coverage.name}))
