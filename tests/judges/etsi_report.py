"""Whether validation reports are what the schema of ETSI TS 119 102-2 allows.

pyHanko carries classes that xsdata generated from the published schema (with those of XML-DSig, XAdES and TS 119 612). A report is
read into them strictly: an element or attribute that the schema does not have, or a value that is not of its type, is an error. What
the classes state is checked after that: required elements, how often one may stand, the order (written again from the classes, which
is the schema's, every element must stand where it stood), identifiers that are unique, references that lead to one.

usage: etsi_report.py REPORT.xml...
"""
import dataclasses
import sys
import typing

from lxml import etree
from pyhanko.generated.etsi.ts_11910202 import ValidationReport
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.formats.dataclass.serializers import XmlSerializer

STRICT = ParserConfig(fail_on_unknown_properties=True, fail_on_unknown_attributes=True, fail_on_converter_warnings=True)
NAMESPACES = {
    None: "http://uri.etsi.org/19102/v1.2.1#",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "XAdES": "http://uri.etsi.org/01903/v1.3.2#",
    "bansao": "urn:bansao:report:1",
}


# The schema has a choice here (a digest, or a reference, or both), which the class cannot say.
CHOICES = {"SignersDocumentRepresentation"}


def counts(value, path):
    """Required fields are there, lists are as long as they may be."""
    if not dataclasses.is_dataclass(value):
        return
    for field in dataclasses.fields(value):
        found, meta = getattr(value, field.name), field.metadata
        here = f"{path}/{meta.get('name', field.name)}"
        if isinstance(found, (list, tuple)):
            least = 0 if meta.get("name") in CHOICES else meta.get("min_occurs", 0)
            if len(found) < least or len(found) > meta.get("max_occurs", sys.maxsize):
                sys.exit(f"{here}: {len(found)} of them")
            for one in found:
                counts(one, here)
            continue
        if meta.get("required") and found is None:
            sys.exit(f"{here}: missing")
        counts(found, here)


def elements(text):
    root = etree.fromstring(text)
    return [(e.tag, sorted(e.attrib.items()), (e.text or "").strip()) for e in root.iter()]


def same(ours, theirs):
    # Times may be written in another way; all else must be the same.
    is_time = ours[0].endswith("Time") or ours[0].endswith("TimeStampValue")
    return ours[:2] == theirs[:2] and (is_time or "".join(ours[2].split()) == "".join(theirs[2].split()))


def references(text):
    root = etree.fromstring(text)
    ids = [e.attrib[name] for e in root.iter() for name in e.attrib if name == "id"]
    if len(ids) != len(set(ids)):
        sys.exit("an identifier stands twice")
    for element in root.iter():
        for reference in element.attrib.get("VOReference", "").split():
            if reference not in ids:
                sys.exit(f"{element.tag}: {reference} leads nowhere")


def judge(path):
    with open(path, "rb") as file:
        text = file.read()
    report = XmlParser(config=STRICT).from_bytes(text, ValidationReport)
    counts(report, "")
    ours, theirs = elements(text), elements(XmlSerializer().render(report, ns_map=NAMESPACES).encode())
    for mine, other in zip(ours, theirs):
        if not same(mine, other):
            sys.exit(f"{path}: {mine} stands where {other} should")
    if len(ours) != len(theirs):
        sys.exit(f"{path}: {len(ours)} elements, {len(theirs)} of them known")
    references(text)
    main = report.signature_validation_report[0].signature_validation_status.main_indication
    print(f"{path}: {main.rsplit(':', 1)[-1]}, {len(report.signature_validation_report)} signatures")


if __name__ == "__main__":
    for path in sys.argv[1:]:
        judge(path)
