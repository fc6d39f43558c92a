//! One more revision that changes what people see, fill in or rely on: incremental saving attacks, shadow content put over,
//! in place of or instead of what was signed, and attacks on certified documents (annotations, fields, actions).

use lopdf::{Dictionary, Object, ObjectId, Stream, dictionary};

use crate::edit::{Copy, Update};
use crate::{Error, Variant, invalid};

type Change = fn(&mut Update<'_>) -> Result<(), Error>;

pub(crate) fn add(bytes: &[u8], out: &mut Vec<Variant>) -> Result<(), Error> {
    let copy = Copy::read(bytes)?;
    for (name, change) in PAGES.iter().chain(CATALOG).chain(OBJECTS) {
        match copy.update(change) {
            Ok(bytes) => out.push(invalid(format!("update/{name}"), bytes)),
            // The copy has not what would be changed.
            Err(Error::Missing(_)) => {}
            Err(other) => return Err(other),
        }
    }
    for subtype in ANNOTATIONS {
        let bytes = copy.update(|u| {
            let annotation = u.add(annotation(subtype));
            annotate(u, annotation)
        })?;
        out.push(invalid(format!("update/annotation-{}", subtype.to_lowercase()), bytes));
    }
    for (nr, field) in copy.fields.iter().enumerate() {
        for (name, key, value) in field_lies() {
            let bytes = copy.update(|u| {
                u.edit(*field)?.set(key, value);
                Ok(())
            })?;
            out.push(invalid(format!("update/field-{nr}-{name}"), bytes));
        }
    }
    for key in
        ["OpenAction", "AA", "Names", "OCProperties", "PageLabels", "Outlines", "ViewerPreferences", "Lang", "Collection", "URI", "Later"]
    {
        let bytes = copy.update(|u| {
            let root = u.copy.root;
            u.edit(root)?.set(key, dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") });
            Ok(())
        })?;
        out.push(invalid(format!("update/catalog-{}", key.to_lowercase()), bytes));
    }
    Ok(())
}

/// The kinds of annotation that a certified document may allow (P 3), and those that show or act.
const ANNOTATIONS: [&str; 14] = [
    "FreeText",
    "Stamp",
    "Ink",
    "Square",
    "Highlight",
    "Redact",
    "Text",
    "Line",
    "Popup",
    "FileAttachment",
    "Link",
    "Widget",
    "Screen",
    "Caret",
];

fn annotation(subtype: &str) -> Dictionary {
    dictionary! {
        "Type" => "Annot", "Subtype" => subtype, "F" => 4,
        "Rect" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        "Contents" => Object::string_literal("another name"),
    }
}

fn annotate(u: &mut Update<'_>, annotation: ObjectId) -> Result<(), Error> {
    let page = u.copy.page()?;
    let document = &u.copy.document;
    let list = document.get_dictionary(page)?.get(b"Annots").ok().and_then(|a| document.dereference(a).ok());
    let mut list = list.and_then(|(_, a)| a.as_array().ok().cloned()).unwrap_or_default();
    list.push(annotation.into());
    u.edit(page)?.set("Annots", list);
    Ok(())
}

fn field_lies() -> Vec<(&'static str, &'static str, Object)> {
    vec![
        ("moved", "Rect", vec![0.into(), 0.into(), 595.into(), 842.into()].into()),
        ("hidden", "F", 2.into()),
        ("renamed", "T", Object::string_literal("certifier2")),
        ("of-another-kind", "FT", Object::Name(b"Tx".to_vec())),
        ("made-read-only", "Ff", 1.into()),
        ("with-an-action", "AA", dictionary! { "E" => dictionary! { "S" => "JavaScript" } }.into()),
        ("unlocked", "Lock", dictionary! { "Type" => "SigFieldLock", "Action" => "Include", "Fields" => Vec::<Object>::new() }.into()),
        ("with-other-looks", "MK", dictionary! { "BG" => vec![1.into(), 0.into(), 0.into()] }.into()),
        ("with-kids", "Kids", Vec::<Object>::new().into()),
    ]
}

fn content() -> Stream {
    Stream::new(dictionary! {}, b"1 g 0 0 595 842 re f 0 g BT /F1 24 Tf 72 700 Td (another name) Tj ET".to_vec())
}

const PAGES: &[(&str, Change)] = &[
    ("page-content-replaced", |u| {
        let id = first_content(u)?;
        u.set(id, content());
        Ok(())
    }),
    ("page-points-at-other-content", |u| {
        let (page, other) = (u.copy.page()?, u.add(content()));
        u.edit(page)?.set("Contents", other);
        Ok(())
    }),
    ("page-content-appended", |u| {
        let (page, first, other) = (u.copy.page()?, first_content(u)?, u.add(content()));
        u.edit(page)?.set("Contents", vec![first.into(), other.into()]);
        Ok(())
    }),
    ("page-content-emptied", |u| {
        let page = u.copy.page()?;
        u.edit(page)?.remove(b"Contents");
        Ok(())
    }),
    ("page-rotated", |u| set_page(u, "Rotate", 180.into())),
    ("page-cropped", |u| set_page(u, "CropBox", vec![0.into(), 0.into(), 100.into(), 100.into()].into())),
    ("page-enlarged", |u| set_page(u, "MediaBox", vec![0.into(), 0.into(), 5950.into(), 8420.into()].into())),
    ("page-scaled", |u| set_page(u, "UserUnit", 2.into())),
    ("page-resources-replaced", |u| set_page(u, "Resources", Dictionary::new().into())),
    ("page-with-an-action", |u| set_page(u, "AA", dictionary! { "O" => dictionary! { "S" => "JavaScript" } }.into())),
    ("page-annotations-removed", |u| set_page(u, "Annots", Vec::<Object>::new().into())),
    ("page-metadata-added", |u| {
        let metadata = u.add(Stream::new(dictionary! { "Type" => "Metadata", "Subtype" => "XML" }, b"<x/>".to_vec()));
        set_page(u, "Metadata", metadata.into())
    }),
    ("page-object-replaced", |u| {
        let page = u.copy.page()?;
        let tree = u.copy.document.get_dictionary(page)?.get(b"Parent")?.clone();
        let contents = u.add(content());
        u.set(page, dictionary! { "Type" => "Page", "Parent" => tree, "Contents" => contents, "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()] });
        Ok(())
    }),
    ("page-added", |u| {
        let page = u.copy.page()?;
        let copy = u.copy.document.get_object(page)?.clone();
        let copy = u.add(copy);
        let mut kids: Vec<Object> = u.copy.pages.iter().map(|p| (*p).into()).collect();
        kids.push(copy.into());
        set_kids(u, kids)
    }),
    ("pages-removed", |u| set_kids(u, Vec::new())),
    ("pages-reversed", |u| {
        if u.copy.pages.len() < 2 {
            return Err(Error::Missing("second page"));
        }
        let kids = u.copy.pages.iter().rev().map(|p| (*p).into()).collect();
        set_kids(u, kids)
    }),
    ("page-repeated", |u| {
        let page = u.copy.page()?;
        set_kids(u, vec![page.into(), page.into()])
    }),
];

fn first_content(u: &Update<'_>) -> Result<ObjectId, Error> {
    u.copy.document.get_page_contents(u.copy.page()?).first().copied().ok_or(Error::Missing("content"))
}

fn set_page(u: &mut Update<'_>, key: &str, value: Object) -> Result<(), Error> {
    let page = u.copy.page()?;
    u.edit(page)?.set(key, value);
    Ok(())
}

fn set_kids(u: &mut Update<'_>, kids: Vec<Object>) -> Result<(), Error> {
    let tree = u.copy.document.get_dictionary(u.copy.root)?.get(b"Pages")?.as_reference()?;
    let count = i64::try_from(kids.len()).unwrap_or_default();
    let tree = u.edit(tree)?;
    tree.set("Kids", kids);
    tree.set("Count", count);
    Ok(())
}

const CATALOG: &[(&str, Change)] = &[
    ("certification-dropped", |u| {
        let root = u.copy.root;
        u.edit(root)?.remove(b"Perms").ok_or(Error::Missing("certification"))?;
        Ok(())
    }),
    ("certification-of-another-object", |u| {
        let (root, page) = (u.copy.root, u.copy.page()?);
        u.edit(root)?.set("Perms", dictionary! { "DocMDP" => page });
        Ok(())
    }),
    ("usage-rights-added", |u| {
        let root = u.copy.root;
        let value = u.add(dictionary! { "Type" => "Sig" });
        u.edit(root)?.set("Perms", dictionary! { "UR3" => value });
        Ok(())
    }),
    ("form-asks-for-new-looks", |u| set_form(u, "NeedAppearances", true.into())),
    ("form-with-a-second-description", |u| set_form(u, "XFA", Object::string_literal("<xdp/>"))),
    ("form-without-fields", |u| set_form(u, "Fields", Vec::<Object>::new().into())),
    ("form-with-other-fonts", |u| set_form(u, "DR", dictionary! { "Font" => Dictionary::new() }.into())),
    ("form-with-a-calculation", |u| set_form(u, "CO", Vec::<Object>::new().into())),
    ("form-signature-flags-cleared", |u| set_form(u, "SigFlags", 0.into())),
    ("form-removed", |u| {
        let root = u.copy.root;
        u.edit(root)?.remove(b"AcroForm");
        Ok(())
    }),
    ("field-added", |u| {
        let field = u.add(dictionary! {
            "Type" => "Annot", "Subtype" => "Widget", "FT" => "Tx", "T" => Object::string_literal("Note"),
            "V" => Object::string_literal("another name"), "Rect" => vec![0.into(), 0.into(), 300.into(), 30.into()], "F" => 4,
        });
        annotate(u, field)?;
        let form = u.below_root("AcroForm")?;
        u.edit(form)?.get_mut(b"Fields").and_then(Object::as_array_mut)?.push(field.into());
        Ok(())
    }),
    ("empty-signature-field-added", |u| {
        let field = u.add(dictionary! {
            "Type" => "Annot", "Subtype" => "Widget", "FT" => "Sig", "T" => Object::string_literal("third"),
            "Rect" => vec![0.into(), 0.into(), 300.into(), 30.into()], "F" => 4,
        });
        annotate(u, field)?;
        let form = u.below_root("AcroForm")?;
        u.edit(form)?.get_mut(b"Fields").and_then(Object::as_array_mut)?.push(field.into());
        Ok(())
    }),
    ("metadata-replaced", |u| {
        let metadata = u.copy.document.get_dictionary(u.copy.root)?.get(b"Metadata").and_then(Object::as_reference);
        let metadata = metadata.map_err(|_| Error::Missing("metadata"))?;
        u.set(metadata, Stream::new(dictionary! { "Type" => "Metadata", "Subtype" => "XML" }, b"<x/>".to_vec()));
        Ok(())
    }),
    ("metadata-removed", |u| {
        let root = u.copy.root;
        u.edit(root)?.remove(b"Metadata").ok_or(Error::Missing("metadata"))?;
        Ok(())
    }),
    ("output-intent-replaced", |u| {
        let root = u.copy.root;
        u.edit(root)?.set("OutputIntents", Vec::<Object>::new());
        Ok(())
    }),
    ("store-with-page-content", |u| {
        let first = first_content(u)?;
        u.set(first, content());
        set_store(u, dictionary! { "Certs" => vec![first.into()] })
    }),
    ("store-with-unknown-entry", |u| set_store(u, dictionary! { "Later" => 1 })),
    ("store-with-a-page", |u| {
        let page = u.copy.page()?;
        set_store(u, dictionary! { "Certs" => vec![page.into()] })
    }),
    ("store-that-is-an-array", |u| {
        let root = u.copy.root;
        u.edit(root)?.set("DSS", Vec::<Object>::new());
        Ok(())
    }),
    ("extension-of-a-stranger", |u| {
        let root = u.copy.root;
        u.edit(root)?.set("Extensions", dictionary! { "EVIL" => dictionary! { "BaseVersion" => "1.7", "ExtensionLevel" => 1 } });
        Ok(())
    }),
];

fn set_form(u: &mut Update<'_>, key: &str, value: Object) -> Result<(), Error> {
    let form = u.below_root("AcroForm")?;
    u.edit(form)?.set(key, value);
    Ok(())
}

fn set_store(u: &mut Update<'_>, store: Dictionary) -> Result<(), Error> {
    let store = u.add(store);
    let root = u.copy.root;
    u.edit(root)?.set("DSS", store);
    Ok(())
}

const OBJECTS: &[(&str, Change)] = &[
    ("loose-object-for-later", |u| {
        u.add(dictionary! { "Later" => true });
        Ok(())
    }),
    ("loose-javascript", |u| {
        u.add(dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") });
        Ok(())
    }),
    ("font-replaced", |u| change_first(u, b"Type", b"Font", |d| d.set("BaseFont", "Courier"))),
    ("font-encoding-replaced", |u| change_first(u, b"Type", b"Font", |d| d.set("Encoding", "MacExpertEncoding"))),
    ("image-replaced", |u| {
        let id = first_with(u, b"Subtype", b"Image")?;
        let image = dictionary! { "Type" => "XObject", "Subtype" => "Image", "Width" => 1, "Height" => 1, "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8 };
        u.set(id, Stream::new(image, vec![0]));
        Ok(())
    }),
    ("image-stretched", |u| change_first(u, b"Subtype", b"Image", |d| d.set("Decode", vec![1.into(), 0.into()]))),
    ("form-object-replaced", |u| {
        let id = first_with(u, b"Subtype", b"Form")?;
        u.set(
            id,
            Stream::new(
                dictionary! { "Type" => "XObject", "Subtype" => "Form", "BBox" => vec![0.into(), 0.into(), 9.into(), 9.into()] },
                Vec::new(),
            ),
        );
        Ok(())
    }),
    ("link-redirected", |u| {
        let id = first_with(u, b"Subtype", b"Link")?;
        u.edit(id)?.set("A", dictionary! { "S" => "URI", "URI" => Object::string_literal("https://copies.example.test/") });
        Ok(())
    }),
    ("colour-profile-replaced", |u| {
        let id = u
            .copy
            .document
            .objects
            .iter()
            .find(|(_, o)| o.as_stream().is_ok_and(|s| s.dict.has(b"N") && s.dict.has(b"Length") && !s.dict.has(b"First")));
        let id = *id.ok_or(Error::Missing("profile"))?.0;
        u.set(id, Stream::new(dictionary! { "N" => 3 }, Vec::new()));
        Ok(())
    }),
];

fn first_with(u: &Update<'_>, key: &[u8], name: &[u8]) -> Result<ObjectId, Error> {
    let is = |o: &Object| {
        let dictionary = match o {
            Object::Stream(s) => Some(&s.dict),
            other => other.as_dict().ok(),
        };
        dictionary.is_some_and(|d| d.get(key).and_then(Object::as_name).ok() == Some(name))
    };
    u.copy.document.objects.iter().find(|(_, o)| is(o)).map(|(id, _)| *id).ok_or(Error::Missing("such object"))
}

fn change_first(u: &mut Update<'_>, key: &[u8], name: &[u8], change: fn(&mut Dictionary)) -> Result<(), Error> {
    let id = first_with(u, key, name)?;
    change(u.edit(id)?);
    Ok(())
}
