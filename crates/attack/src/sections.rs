//! Cross-reference sections that readers understand differently: loops, hybrids, wrong places, objects twice.

use lopdf::Object;

use crate::edit::{Copy, inserted, last_place, replaced};
use crate::{Error, Variant, invalid, not_valid};

pub(crate) fn add(bytes: &[u8], out: &mut Vec<Variant>) -> Result<(), Error> {
    let copy = Copy::read(bytes)?;
    let text = |n: usize| format!("startxref\n{n}\n%%EOF").into_bytes();
    let end = last_place(bytes, b"startxref").ok_or(Error::Missing("startxref"))?;
    let section = section_of(bytes, end)?;
    let hide = |n: usize| [bytes.get(..end).unwrap_or_default(), &text(n)].concat();
    for (name, place) in [
        ("at-zero", 0),
        ("one-byte-early", section.saturating_sub(1)),
        ("one-byte-late", section + 1),
        ("beyond-the-end", bytes.len() + 10),
        ("huge", usize::MAX),
        ("on-itself", end),
    ] {
        out.push(not_valid(format!("sections/startxref-{name}"), hide(place)));
    }
    if let Some(older) = bytes.get(..end).and_then(|b| last_place(b, b"startxref")) {
        out.push(not_valid("sections/startxref-of-the-revision-before", hide(section_of(bytes, older)?)));
        out.push(invalid("sections/last-revision-hidden-by-a-second-end", [bytes, b"\n", &text(section_of(bytes, older)?)].concat()));
    }
    out.push(not_valid("sections/second-end-marker", [bytes, b"\n", &text(section)].concat()));
    out.push(not_valid("sections/startxref-negative", [bytes.get(..end).unwrap_or_default(), b"startxref\n-5\n%%EOF"].concat()));
    out.push(not_valid("sections/startxref-missing", bytes.get(..end).unwrap_or_default().to_vec()));
    trailers(&copy, out)?;
    tables(bytes, end, out);
    Ok(())
}

fn section_of(bytes: &[u8], startxref: usize) -> Result<usize, Error> {
    let rest = bytes.get(startxref + 9..).unwrap_or_default();
    let digits: Vec<u8> = rest.iter().copied().skip_while(u8::is_ascii_whitespace).take_while(u8::is_ascii_digit).collect();
    String::from_utf8(digits).ok().and_then(|d| d.parse().ok()).ok_or(Error::Missing("startxref"))
}

/// One more revision whose trailer lies.
fn trailers(copy: &Copy<'_>, out: &mut Vec<Variant>) -> Result<(), Error> {
    let previous = i64::try_from(copy.bytes.len()).unwrap_or(i64::MAX);
    let lies: Vec<(&str, &str, Object)> = vec![
        ("previous-is-itself", "Prev", previous.into()),
        ("previous-beyond-the-end", "Prev", (previous * 10).into()),
        ("previous-negative", "Prev", (-1).into()),
        ("previous-no-number", "Prev", Object::string_literal("0")),
        ("previous-at-the-header", "Prev", 0.into()),
        ("hybrid", "XRefStm", 17.into()),
        ("hybrid-of-the-newest-section", "XRefStm", previous.into()),
        ("encrypted", "Encrypt", Object::Dictionary(lopdf::Dictionary::new())),
        ("root-missing", "Root", Object::Null),
        ("root-a-page", "Root", copy.page()?.into()),
        ("information-replaced", "Info", Object::Dictionary(lopdf::Dictionary::from_iter([("Title", Object::string_literal("x"))]))),
        ("identifier-replaced", "ID", vec![Object::string_literal("a"), Object::string_literal("b")].into()),
        ("unknown-entry", "Later", 1.into()),
    ];
    for (name, key, value) in lies {
        let bytes = copy.update(|u| {
            u.trailer().set(key, value);
            Ok(())
        })?;
        out.push(not_valid(format!("sections/{name}"), bytes));
    }
    Ok(())
}

/// One more revision whose table was changed by hand.
fn tables(bytes: &[u8], end: usize, out: &mut Vec<Variant>) {
    let at = bytes.len() + 1;
    let trailer = last_place(bytes.get(..end).unwrap_or_default(), b"trailer");
    let dictionary = trailer.map(|t| bytes.get(t..end).unwrap_or_default()).map(without_previous);
    let Some(dictionary) = dictionary else { return };
    let previous = section_of(bytes, end).unwrap_or(0);
    let revision = |body: &str, table: &str| {
        let section = at + body.len();
        let trailer = dictionary.replace("<<", &format!("<</Prev {previous}"));
        format!("\n{body}{table}{trailer}\nstartxref\n{section}\n%%EOF").into_bytes()
    };
    let entry = |n: usize| format!("{n:010} 00000 n \n");
    let first = |n: usize| format!("xref\n1 1\n{}", entry(n));
    let object = "1 0 obj\n<</Type/Catalog>>\nendobj\n";
    let cases = [
        ("object-in-no-mans-land", object, first(at + 3)),
        ("object-in-another-revision", "", first(15)),
        ("object-behind-the-end", "", first(at + 1_000_000)),
        ("object-listed-twice", object, format!("xref\n1 2\n{}{}1 1\n{}", entry(at), entry(at), entry(at))),
        ("object-of-another-number", "7 0 obj\nnull\nendobj\n", first(at)),
        ("object-of-another-generation", object, format!("xref\n1 1\n{at:010} 00003 n \n")),
        ("everything-freed", "", format!("xref\n0 4\n{}", "0000000000 65535 f \n".repeat(4))),
        ("table-with-rubbish", "", "xref\n1 1\nabcdefghij 00000 n \n".to_owned()),
        ("table-with-short-lines", object, format!("xref\n1 1\n{at:010} 00000 n\n")),
        ("table-too-long", "", "xref\n1 4000000000\n".to_owned()),
        ("table-empty", "", "xref\n0 0\n".to_owned()),
    ];
    for (name, body, table) in cases {
        out.push(not_valid(format!("sections/{name}"), [bytes, &revision(body, &table)].concat()));
    }
    let small = dictionary
        .split_once("/Size")
        .map(|(head, tail)| format!("{head}/Size 1{}", tail.trim_start().trim_start_matches(|c: char| c.is_ascii_digit())));
    if let (Some(small), Some(at)) = (small, trailer) {
        let size = [bytes.get(..at).unwrap_or_default(), small.as_bytes(), bytes.get(end..).unwrap_or_default()].concat();
        out.push(not_valid("sections/size-leaves-objects-out", size));
    }
    if let Some(xref) = last_place(bytes.get(..end).unwrap_or_default(), b"xref\n") {
        out.push(not_valid("sections/offset-of-one-object-moved", moved(bytes, xref)));
        out.push(not_valid("sections/keyword-spelt-wrong", replaced(bytes, xref..xref + 4, b"xReF")));
        out.push(not_valid("sections/space-in-the-table", inserted(bytes, xref + 5, b" ")));
    }
}

fn without_previous(trailer: &[u8]) -> String {
    let text = String::from_utf8_lossy(trailer).into_owned();
    let Some(at) = text.find("/Prev") else { return text };
    let rest = text.get(at + 5..).unwrap_or_default().trim_start();
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{}{rest}", text.get(..at).unwrap_or_default())
}

/// The first entry in use of the section points one byte further.
fn moved(bytes: &[u8], xref: usize) -> Vec<u8> {
    let rest = bytes.get(xref..).unwrap_or_default();
    let Some(entry) = rest.windows(9).position(|w| w.starts_with(b" 00000 n ") && w.len() == 9) else { return bytes.to_vec() };
    let digit = xref + entry - 1;
    let next = bytes.get(digit).map_or(b'0', |d| if *d == b'9' { b'8' } else { d + 1 });
    replaced(bytes, digit..digit + 1, &[next])
}
