"""Judges signed files by PAdES validation with pyHanko: judge.py ROOT.pem MANIFEST, one JSON object a signature.

Each line of the manifest is an object: "file"; "level"; "time" (ISO 8601) at which it is judged; "known": files with OCSP
responses (.ocsp) and revocation lists (.crl) that the judge has beside the file.

B-B: basic validation (ETSI EN 319 102-1, 5.3). B-T and B-LT: validation with time (5.5), B-LT with the store of the file. All
others: long-term validation (5.6.3), the time-stamps of the document included. Revocation data are demanded for every
certificate and nothing is fetched.
"""

import asyncio
import datetime
import json
import logging
import sys

from asn1crypto import crl, ocsp
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import ades, policy_decl
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

logging.disable(logging.ERROR)
root_file, manifest = sys.argv[1:]
root = load_cert_from_pemder(root_file)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def policy(known, store):
    responses = [read(path) for path in known if path.endswith(".ocsp")]
    lists = [read(path) for path in known if path.endswith(".crl")]
    if store:
        responses += [item.get_object().data for item in store.ocsps]
        lists += [item.get_object().data for item in store.crls]
    responses = [OCSPContainer(ocsp.OCSPResponse.load(item)) for item in responses]
    lists = [CRLContainer(crl.CertificateList.load(item)) for item in lists]
    return policy_decl.SignatureValidationSpec(
        cert_validation_policy=CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build([CertTrustAnchor(root)]),
            revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("hard-fail")),
        ),
        revinfo_gathering_policy=policy_decl.RevocationInfoGatheringSpec(
            online_fetching_rule=policy_decl.RevinfoOnlineFetchingRule.LOCAL_ONLY
        ),
        local_knowledge=policy_decl.LocalKnowledge(known_ocsps=responses, known_crls=lists),
    )


def judge(signature, level, time, spec):
    signature.compute_integrity_info()
    timing = ValidationTimingInfo(validation_time=time, best_signature_time=time, point_in_time_validation=False)
    if level in ("B-LTA", "renewed"):
        whole = policy_decl.PdfSignatureValidationSpec(spec)
        return asyncio.run(ades.ades_lta_validation(signature, whole, timing_info=timing))
    validation = ades.ades_basic_validation if level == "B-B" else ades.ades_with_time_validation
    return asyncio.run(validation(signature.signed_data, spec, timing_info=timing, raw_digest=signature.compute_digest()))


def said(signature, result):
    status = result.api_status
    evidence = getattr(result, "oldest_evidence_record_timestamp", None)
    stamp = getattr(result, "signature_timestamp_status", None)
    time = getattr(result, "best_signature_time", None)
    return {
        "indication": str(result.ades_subindic),
        "message": result.failure_msg,
        "time": time and time.timestamp(),
        "stamped": bool(stamp and stamp.ades_subindic == ades.AdESPassed.OK),
        "archived": evidence and evidence.timestamp(),
        "intact": bool(status and status.intact and status.valid),
        "permitted": bool(signature.summarise_integrity_info()["docmdp_ok"]),
    }


with open(manifest) as lines:
    for line in lines:
        case = json.loads(line)
        with open(case["file"], "rb") as file:
            reader = PdfFileReader(file)
            store = DocumentSecurityStore.read_dss(reader) if case["level"] == "B-LT" else None
            time = datetime.datetime.fromisoformat(case["time"])
            for signature in reader.embedded_regular_signatures:
                result = judge(signature, case["level"], time, policy(case["known"], store))
                print(json.dumps({"file": case["file"], "judged": case["time"], "field": signature.field_name, **said(signature, result)}))
