"""A kiosk and an office in Python, made from the .proto files alone: submits a scan, fetches the copy, verifies it.

usage: grpc_client.py PROTO_FOLDER HOST:PORT AUTHORITY_FOLDER ASSERTION_FILE SCAN GENERATED_FOLDER
"""
import hashlib
import os
import sys
import uuid

import grpc
from grpc_tools import protoc


def generate(folder, out):
    os.makedirs(out, exist_ok=True)
    included = os.path.join(os.path.dirname(sys.modules["grpc_tools"].__file__), "_proto")
    names = [os.path.join(folder, "bansao/v1", name) for name in sorted(os.listdir(os.path.join(folder, "bansao/v1")))]
    if protoc.main(["protoc", f"-I{folder}", f"-I{included}", f"--python_out={out}", f"--grpc_python_out={out}", *names]):
        sys.exit("protoc refuses the .proto files")
    sys.path.insert(0, out)


def channel(address, authority, leaf):
    def read(*parts):
        with open(os.path.join(authority, *parts), "rb") as file:
            return file.read()

    credentials = grpc.ssl_channel_credentials(read("anchors", "tls.pem"), read(leaf, "key.pem"), read(leaf, "chain.pem"))
    return grpc.secure_channel(address, credentials, [("grpc.max_receive_message_length", 16 << 20)])


def main():
    proto_folder, address, authority, assertion_file, scan_file, generated = sys.argv[1:]
    generate(proto_folder, generated)
    from bansao.v1 import certification_pb2, certification_pb2_grpc, types_pb2, verification_pb2, verification_pb2_grpc

    with open(scan_file, "rb") as file:
        scan = file.read()
    with open(assertion_file) as file:
        assertion = file.read().strip()

    def upload():
        declared = certification_pb2.FileDeclaration(
            display_name=os.path.basename(scan_file), size_bytes=len(scan), sha256=hashlib.sha256(scan).digest()
        )
        yield certification_pb2.SubmitScanRequest(
            header=certification_pb2.SubmissionHeader(
                request_id=uuid.uuid4().hex, declared_kind="birth_certificate", citizen_assertion=assertion, files=[declared]
            )
        )
        for at in range(0, len(scan), 100_000):
            yield certification_pb2.SubmitScanRequest(chunk=scan[at : at + 100_000])

    kiosk = certification_pb2_grpc.CertificationServiceStub(channel(address, authority, "kiosk-1"))
    submission = kiosk.SubmitScan(upload(), timeout=60)
    for event in kiosk.WatchSubmission(certification_pb2.WatchSubmissionRequest(name=submission.name), timeout=120):
        submission = event.submission
        print(certification_pb2.SubmissionEvent.Stage.Name(event.stage))
    print(certification_pb2.Submission.State.Name(submission.state), list(submission.reasons))
    copy, pdf = None, b""
    for part in kiosk.GetCopy(certification_pb2.GetCopyRequest(name=submission.copy), timeout=60):
        if part.WhichOneof("part") == "copy":
            copy = part.copy
        else:
            pdf += part.chunk
    if hashlib.sha256(pdf).digest() != copy.sha256:
        sys.exit("the copy did not arrive whole")

    office = verification_pb2_grpc.VerificationServiceStub(channel(address, authority, "office-1"))
    chunks = (verification_pb2.VerifyCopyRequest(chunk=pdf[at : at + 100_000]) for at in range(0, len(pdf), 100_000))
    report = office.VerifyCopy(chunks, timeout=60)
    print(types_pb2.Verdict.Name(report.verdict), [finding.code for finding in report.findings])
    token = office.VerifyToken(verification_pb2.VerifyTokenRequest(token=copy.qr_text), timeout=60)
    print(types_pb2.Verdict.Name(token.verdict))
    status = office.GetStatus(verification_pb2.GetStatusRequest(sha256=copy.sha256), timeout=10).statuses[0]
    if status.status != types_pb2.COPY_STATUS_VALID or not status.HasField("as_of_time"):
        sys.exit(f"unexpected: {status}")
    pictures = iter([verification_pb2.VerifyImageRequest(chunk=scan, last=True)])
    image = office.VerifyImage(pictures, timeout=120)
    if [finding.code for finding in image.findings] != ["QR_NOT_FOUND"]:
        sys.exit(f"a scan without a code of ours: {image.findings}")
    try:
        kiosk.GetSubmission(certification_pb2.GetSubmissionRequest(name="submissions/none"), timeout=10)
        sys.exit("a wrong name was accepted")
    except grpc.RpcError as error:
        if error.code() != grpc.StatusCode.INVALID_ARGUMENT or "FIELD_INVALID" not in error.details():
            sys.exit(f"unexpected: {error}")


if __name__ == "__main__":
    main()
