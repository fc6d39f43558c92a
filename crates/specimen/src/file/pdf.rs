//! PDF of scanned pages: each page holds one DCT image and nothing else; and the forbidden extras.

use lopdf::{Dictionary, Document, EncryptionState, EncryptionVersion, Object, Permissions, Stream, StringFormat, dictionary};

use super::Page;
use super::image::jpeg;
use crate::error::Result;

/// What a PDF has beside its pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extra {
    None,
    Password,
    Script,
    Launch,
    Attachment,
}

/// Writes the file. The identifier is fixed, so the bytes depend on the pages alone.
pub(super) fn scans(pages: &[Page], quality: u8, extra: Extra) -> Result<Vec<u8>> {
    let mut document = Document::with_version("1.6");
    let tree = document.new_object_id();
    let mut kids = Vec::new();
    for page in pages {
        kids.push(Object::Reference(add_page(&mut document, tree, page, quality)?));
    }
    let count = kids.len() as i64;
    document.objects.insert(tree, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }.into());
    let mut catalog = dictionary! { "Type" => "Catalog", "Pages" => tree };
    add_extra(&mut document, &mut catalog, extra);
    let root = document.add_object(catalog);
    document.trailer.set("Root", root);
    let id = Object::String(b"bansao-specimen!".to_vec(), StringFormat::Hexadecimal);
    document.trailer.set("ID", vec![id.clone(), id]);
    if extra == Extra::Password {
        // Revision 2: later ones pad the password check with random bytes.
        let version = EncryptionVersion::V1 {
            document: &document,
            owner_password: "owner",
            user_password: "mật khẩu",
            permissions: Permissions::empty(),
        };
        let state = EncryptionState::try_from(version)?;
        document.encrypt(&state)?;
    }
    let mut bytes = Vec::new();
    document.save_to(&mut bytes)?;
    Ok(bytes)
}

fn add_page(document: &mut Document, tree: lopdf::ObjectId, page: &Page, quality: u8) -> Result<lopdf::ObjectId> {
    let points = |pixels: u32| pixels as f32 * 72.0 / page.dpi as f32;
    let (width, height) = (points(page.image.width), points(page.image.height));
    let image = Stream::new(
        dictionary! {
            "Type" => "XObject",
            "Subtype" => "Image",
            "Width" => i64::from(page.image.width),
            "Height" => i64::from(page.image.height),
            "ColorSpace" => "DeviceRGB",
            "BitsPerComponent" => 8,
            "Filter" => "DCTDecode",
        },
        jpeg(page, quality)?,
    )
    .with_compression(false);
    let image = document.add_object(image);
    let drawing = format!("q {width:.3} 0 0 {height:.3} 0 0 cm /Im0 Do Q\n");
    let content = document.add_object(Stream::new(Dictionary::new(), drawing.into_bytes()));
    Ok(document.add_object(dictionary! {
        "Type" => "Page",
        "Parent" => tree,
        "MediaBox" => vec![0.into(), 0.into(), Object::Real(width), Object::Real(height)],
        "Resources" => dictionary! { "XObject" => dictionary! { "Im0" => image } },
        "Contents" => content,
    }))
}

fn add_extra(document: &mut Document, catalog: &mut Dictionary, extra: Extra) {
    match extra {
        Extra::None | Extra::Password => {}
        Extra::Script => {
            let script = Object::string_literal("app.alert('Xin chào');");
            catalog.set("OpenAction", dictionary! { "Type" => "Action", "S" => "JavaScript", "JS" => script });
        }
        Extra::Launch => {
            let program = Object::string_literal("calc.exe");
            catalog.set("OpenAction", dictionary! { "Type" => "Action", "S" => "Launch", "F" => program });
        }
        Extra::Attachment => {
            let file = document.add_object(Stream::new(dictionary! { "Type" => "EmbeddedFile" }, b"noi dung kem theo".to_vec()));
            let name = Object::string_literal("kem-theo.txt");
            let specification = document.add_object(dictionary! {
                "Type" => "Filespec", "F" => name.clone(), "EF" => dictionary! { "F" => file },
            });
            let names = dictionary! { "Names" => vec![name, specification.into()] };
            catalog.set("Names", dictionary! { "EmbeddedFiles" => names });
        }
    }
}
