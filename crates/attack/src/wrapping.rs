//! Signature wrapping: the signed bytes stay in the file, and another document is shown.

use lopdf::{Object, dictionary};

use crate::edit::{Copy, inserted, last_place, places, replaced};
use crate::{Error, Variant, invalid};

pub(crate) fn add(bytes: &[u8], out: &mut Vec<Variant>) -> Result<(), Error> {
    let copy = Copy::read(bytes)?;
    // The second part of the range is moved away, and something else is put where it was.
    for (nr, at) in places(bytes, b"/Contents<").into_iter().enumerate() {
        let first = at + 10;
        let length = bytes.get(first..).unwrap_or_default().iter().take_while(|b| b.is_ascii_hexdigit()).count();
        let end = first + length + 1;
        let evil: &[u8] = b"\n9 0 obj\n<</Type/Page/Contents 99 0 R>>\nendobj\n";
        out.push(invalid(format!("wrapping/signature-{nr}-object-behind-the-contents"), inserted(bytes, end, evil)));
        out.push(invalid(
            format!("wrapping/signature-{nr}-object-in-the-contents"),
            replaced(bytes, first + length - evil.len()..first + length, evil),
        ));
        let closed: &[u8] = b"> /Reason(other) /X<";
        out.push(invalid(
            format!("wrapping/signature-{nr}-entry-in-the-contents"),
            replaced(bytes, first + length - closed.len()..first + length, closed),
        ));
        out.push(invalid(format!("wrapping/signature-{nr}-contents-longer"), inserted(bytes, first + length, b"0000")));
        out.push(invalid(format!("wrapping/signature-{nr}-contents-shorter"), replaced(bytes, first + length - 4..first + length, b"")));
    }
    for (nr, (signature, field)) in copy.signatures.iter().zip(&copy.fields).enumerate() {
        let twin = copy.document.get_object(*signature)?.clone();
        out.push(invalid(
            format!("wrapping/signature-{nr}-again-as-a-loose-object"),
            copy.update(|u| {
                u.add(twin.clone());
                Ok(())
            })?,
        ));
        out.push(invalid(
            format!("wrapping/signature-{nr}-again-in-a-field-of-its-own"),
            copy.update(|u| {
                let value = u.add(twin.clone());
                let mut twin = u.copy.document.get_dictionary(*field)?.clone();
                twin.set("V", value);
                twin.set("T", Object::string_literal("Twin"));
                let twin = u.add(twin);
                let form = u.below_root("AcroForm")?;
                let fields = u.edit(form)?.get_mut(b"Fields").and_then(Object::as_array_mut)?;
                fields.push(twin.into());
                Ok(())
            })?,
        ));
        out.push(invalid(
            format!("wrapping/signature-{nr}-field-points-at-a-twin"),
            copy.update(|u| {
                let value = u.add(twin.clone());
                u.edit(*field)?.set("V", value);
                Ok(())
            })?,
        ));
    }
    if let [one, other, ..] = copy.signatures.as_slice() {
        out.push(invalid(
            "wrapping/signatures-change-places",
            copy.update(|u| {
                for (field, value) in copy.fields.iter().zip([*other, *one]) {
                    u.edit(*field)?.set("V", value);
                }
                Ok(())
            })?,
        ));
    }
    // Another catalog, with the signed pages out of sight.
    out.push(invalid(
        "wrapping/another-catalog",
        copy.update(|u| {
            let tree = u.add(dictionary! { "Type" => "Pages", "Kids" => Vec::<Object>::new(), "Count" => 0 });
            let mut catalog = u.copy.document.get_dictionary(u.copy.root)?.clone();
            catalog.set("Pages", tree);
            let catalog = u.add(catalog);
            u.trailer().set("Root", catalog);
            Ok(())
        })?,
    ));
    if let Some(eof) = last_place(bytes, b"%%EOF") {
        out.push(invalid("wrapping/whole-copy-behind-another-document", [ANOTHER, bytes].concat()));
        out.push(invalid("wrapping/another-document-behind-the-copy", [bytes.get(..eof + 5).unwrap_or_default(), b"\n", ANOTHER].concat()));
    }
    Ok(())
}

/// A small document without signatures.
const ANOTHER: &[u8] =
    b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\nxref\n0 3\n\
0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \ntrailer\n<</Size 3/Root 1 0 R>>\nstartxref\n99\n%%EOF\n";
