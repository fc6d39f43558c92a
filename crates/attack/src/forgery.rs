//! Universal signature forgery: signature dictionaries that make a careless verifier check nothing.
//!
//! Each is tried twice: changed in the signed bytes, and as a newer version of the object in one more revision.

use lopdf::{Object, StringFormat};

use crate::edit::{Copy, places, replaced};
use crate::{Error, Variant, invalid};

pub(crate) fn add(bytes: &[u8], out: &mut Vec<Variant>) -> Result<(), Error> {
    let copy = Copy::read(bytes)?;
    in_place(bytes, out);
    for (nr, (signature, field)) in copy.signatures.iter().zip(&copy.fields).enumerate() {
        for (name, key, value) in lies(bytes.len()) {
            let forged = copy.update(|u| {
                let dictionary = u.edit(*signature)?;
                match value {
                    Some(value) => dictionary.set(key, value),
                    None => drop(dictionary.remove(key.as_bytes())),
                }
                Ok(())
            })?;
            out.push(invalid(format!("forgery/signature-{nr}-{name}"), forged));
        }
        let emptied = copy.update(|u| {
            u.edit(*field)?.remove(b"V");
            Ok(())
        })?;
        out.push(invalid(format!("forgery/signature-{nr}-taken-out-of-its-field"), emptied));
        let direct = copy.document.get_dictionary(*signature)?.clone();
        let direct = copy.update(|u| {
            u.edit(*field)?.set("V", direct);
            Ok(())
        })?;
        out.push(invalid(format!("forgery/signature-{nr}-made-direct"), direct));
    }
    Ok(())
}

type Lie = (&'static str, &'static str, Option<Object>);

fn lies(len: usize) -> Vec<Lie> {
    let len = i64::try_from(len).unwrap_or(i64::MAX);
    let range = |numbers: &[i64]| Some(Object::Array(numbers.iter().map(|n| (*n).into()).collect()));
    let hex = |bytes: &[u8]| Some(Object::String(bytes.to_vec(), StringFormat::Hexadecimal));
    vec![
        ("contents-missing", "Contents", None),
        ("contents-null", "Contents", Some(Object::Null)),
        ("contents-empty", "Contents", hex(b"")),
        ("contents-zero", "Contents", hex(&[0])),
        ("contents-zeros", "Contents", hex(&[0; 4096])),
        ("contents-nested-deep", "Contents", hex(&nested(10_000))),
        ("range-missing", "ByteRange", None),
        ("range-null", "ByteRange", Some(Object::Null)),
        ("range-empty", "ByteRange", range(&[])),
        ("range-of-three", "ByteRange", range(&[0, 10, 20])),
        ("range-negative", "ByteRange", range(&[0, -1, 1, -1])),
        ("range-zero", "ByteRange", range(&[0, 0, 0, 0])),
        ("range-huge", "ByteRange", range(&[0, i64::MAX, i64::MAX, i64::MAX])),
        ("range-overlaps", "ByteRange", range(&[0, len, 0, len])),
        ("range-without-gap", "ByteRange", range(&[0, len / 2, len / 2, len - len / 2])),
        ("range-from-the-middle", "ByteRange", range(&[10, len / 2, len / 2 + 10, 10])),
        ("subfilter-unknown", "SubFilter", Some(Object::Name(b"adbe.x509.rsa_sha1".to_vec()))),
        ("subfilter-missing", "SubFilter", None),
        ("type-of-a-time-stamp", "Type", Some(Object::Name(b"DocTimeStamp".to_vec()))),
        ("reason-changed", "Reason", Some(Object::string_literal("another reason"))),
        ("time-changed", "M", Some(Object::string_literal("D:19991231235959Z"))),
        ("reference-dropped", "Reference", None),
    ]
}

/// A value in a value, as deep as that.
fn nested(depth: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for _ in 0..depth {
        out.extend_from_slice(&[0x30, 0x80]);
    }
    out
}

fn in_place(bytes: &[u8], out: &mut Vec<Variant>) {
    for (nr, at) in places(bytes, b"/ByteRange").into_iter().enumerate() {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(open) = rest.iter().position(|b| *b == b'[') else { continue };
        let Some(close) = rest.iter().position(|b| *b == b']') else { continue };
        let range = at + open..at + close + 1;
        let width = range.len();
        for (name, text) in [("zero", "[0 0 0 0"), ("two-numbers", "[0 10"), ("huge", "[0 9999999999 9999999999 1"), ("words", "[a b c d")]
        {
            let padded = format!("{text:<fill$}]", fill = width.saturating_sub(1));
            if padded.len() == width {
                out.push(invalid(format!("forgery/range-{nr}-in-place-{name}"), replaced(bytes, range.clone(), padded.as_bytes())));
            }
        }
        out.push(invalid(format!("forgery/range-{nr}-in-place-renamed"), replaced(bytes, at..at + 10, b"/ByteRangX")));
    }
    for (nr, at) in places(bytes, b"/Contents<").into_iter().enumerate() {
        let first = at + 10;
        let length = bytes.get(first..).unwrap_or_default().iter().take_while(|b| b.is_ascii_hexdigit()).count();
        let zeros = vec![b'0'; length];
        out.push(invalid(format!("forgery/contents-{nr}-in-place-zeros"), replaced(bytes, first..first + length, &zeros)));
        let fs = vec![b'F'; length];
        out.push(invalid(format!("forgery/contents-{nr}-in-place-ones"), replaced(bytes, first..first + length, &fs)));
        out.push(invalid(format!("forgery/contents-{nr}-in-place-no-hexadecimal"), replaced(bytes, first..first + 2, b"zz")));
        let tail = first + length;
        out.push(invalid(format!("forgery/contents-{nr}-in-place-padding-used"), replaced(bytes, tail - 4..tail, b"4142")));
        out.push(invalid(format!("forgery/contents-{nr}-in-place-lower-case"), lower_case(bytes, first, length)));
    }
}

fn lower_case(bytes: &[u8], first: usize, length: usize) -> Vec<u8> {
    let mut out = bytes.to_vec();
    let digit = out.iter_mut().skip(first).take(length).find(|b| b.is_ascii_uppercase());
    if let Some(digit) = digit {
        digit.make_ascii_lowercase();
    }
    out
}
