//! What is no copy any more at its edges: cut, lengthened, shifted, another kind of file.

use crate::edit::{inserted, last_place, places, replaced};
use crate::{Error, Variant, invalid, not_valid};

pub(crate) fn add(copy: &[u8], out: &mut Vec<Variant>) -> Result<(), Error> {
    let len = copy.len();
    out.push(invalid("edges/empty", Vec::new()));
    out.push(invalid("edges/one-byte", copy.get(..1).unwrap_or_default().to_vec()));
    for percent in [1, 10, 25, 50, 75, 90, 99] {
        out.push(invalid(format!("edges/cut-at-{percent}-percent"), copy.get(..len * percent / 100).unwrap_or_default().to_vec()));
    }
    for bytes in [1usize, 2, 3, 6, 7, 20] {
        out.push(not_valid(
            format!("edges/last-{bytes}-bytes-missing"),
            copy.get(..len.saturating_sub(bytes)).unwrap_or_default().to_vec(),
        ));
    }
    for (name, junk) in JUNK {
        out.push(invalid(format!("edges/{name}-before-the-header"), [junk, copy].concat()));
        out.push(not_valid(format!("edges/{name}-after-the-end"), [copy, junk].concat()));
        let end = last_place(copy, b"startxref").ok_or(Error::Missing("startxref"))?;
        out.push(not_valid(format!("edges/{name}-before-startxref"), inserted(copy, end, junk)));
    }
    // Between two revisions.
    let ends = places(copy, b"%%EOF\n");
    if let Some(end) = ends.first().filter(|e| **e + 6 < len) {
        out.push(invalid("edges/comment-between-revisions", inserted(copy, end + 6, b"%hidden\n")));
        out.push(invalid("edges/end-marker-doubled", inserted(copy, end + 6, b"%%EOF\n")));
        out.push(invalid("edges/first-revision-alone", copy.get(..end + 6).unwrap_or_default().to_vec()));
    }
    out.push(invalid("edges/header-version-raised", replaced(copy, 5..8, b"2.0")));
    out.push(invalid("edges/header-version-unknown", replaced(copy, 5..8, b"9.9")));
    out.push(invalid("edges/header-twice", [copy.get(..9).unwrap_or_default(), copy].concat()));
    out.push(invalid("edges/copy-twice", [copy, copy].concat()));
    out.push(invalid("edges/zeros", vec![0; len]));
    out.push(invalid("edges/forty-million-zeros", vec![0; 40_000_000]));
    out.push(invalid("edges/zip", [b"PK\x03\x04\x14\x00\x00\x00".as_slice(), copy].concat()));
    out.push(invalid("edges/jpeg", [b"\xff\xd8\xff\xe0\x00\x10JFIF\x00".as_slice(), copy].concat()));
    out.push(invalid("edges/text", b"certified copy, signed and sealed".to_vec()));
    out.push(invalid("edges/line-ends-of-another-system", with_crlf(copy)));
    Ok(())
}

const JUNK: [(&str, &[u8]); 5] = [
    ("newlines", b"\n\n"),
    ("spaces", b"   "),
    ("comment", b"% nothing\n"),
    ("html", b"<html><script>alert(1)</script></html>\n"),
    ("object", b"99 0 obj\n<</Type/Catalog/Pages 1 0 R>>\nendobj\n"),
];

/// What a transfer in text mode makes of a file.
fn with_crlf(copy: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(copy.len());
    for byte in copy {
        if *byte == b'\n' {
            out.push(b'\r');
        }
        out.push(*byte);
    }
    out
}
