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
    /// A form field to fill in.
    Form,
    /// A form in XML.
    Xfa,
    /// A field with the value of a digital signature.
    Signature,
    /// A name written over the scan.
    Overlay,
    /// No cross-reference table, and a pointer that leads nowhere.
    NoTable,
    /// An image longer than it says.
    LongStream,
}

/// Writes the file. The identifier is fixed, so the bytes depend on the pages alone.
pub(super) fn scans(pages: &[Page], quality: u8, extra: Extra) -> Result<Vec<u8>> {
    let mut document = Document::with_version("1.6");
    let tree = document.new_object_id();
    let mut kids = Vec::new();
    for page in pages {
        kids.push(Object::Reference(add_page(&mut document, tree, page, quality, extra)?));
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
    match extra {
        Extra::NoTable => bytes = without_table(bytes),
        Extra::LongStream => shorten_first_length(&mut bytes),
        _ => {}
    }
    Ok(bytes)
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Cut where the table starts; the trailer stays.
fn without_table(bytes: Vec<u8>) -> Vec<u8> {
    let (Some(table), Some(trailer)) = (find(&bytes, b"\nxref"), find(&bytes, b"trailer")) else { return bytes };
    let end = find(&bytes, b"startxref").unwrap_or(bytes.len());
    [&bytes[..=table], &bytes[trailer..end], b"startxref\n0\n%%EOF\n"].concat()
}

/// Writes 1 for the leading digit of the first stream's length.
fn shorten_first_length(bytes: &mut [u8]) {
    if let Some(digit) = find(bytes, b"/Length ").and_then(|at| bytes.get_mut(at + 8)) {
        *digit = if *digit == b'1' { b'0' } else { b'1' };
    }
}

fn add_page(document: &mut Document, tree: lopdf::ObjectId, page: &Page, quality: u8, extra: Extra) -> Result<lopdf::ObjectId> {
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
    let mut drawing = format!("q {width:.3} 0 0 {height:.3} 0 0 cm /Im0 Do Q\n");
    if extra == Extra::Overlay {
        let (x, y) = (width * 0.42, height * 0.66);
        drawing += &format!("1 g {x:.1} {y:.1} 150 18 re f BT 0.1 g /F1 13 Tf {x:.1} {:.1} Td (NGUYEN VAN MOI) Tj ET\n", y + 4.0);
    }
    let font = dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Times-Roman" };
    let mut resources = dictionary! { "XObject" => dictionary! { "Im0" => image } };
    if extra == Extra::Overlay {
        resources.set("Font", dictionary! { "F1" => font });
    }
    let content = document.add_object(Stream::new(Dictionary::new(), drawing.into_bytes()));
    Ok(document.add_object(dictionary! {
        "Type" => "Page",
        "Parent" => tree,
        "MediaBox" => vec![0.into(), 0.into(), Object::Real(width), Object::Real(height)],
        "Resources" => resources,
        "Contents" => content,
    }))
}

fn add_extra(document: &mut Document, catalog: &mut Dictionary, extra: Extra) {
    match extra {
        Extra::None | Extra::Password | Extra::Overlay | Extra::NoTable | Extra::LongStream => {}
        Extra::Form => {
            let field = document.add_object(dictionary! { "FT" => "Tx", "T" => Object::string_literal("ho-ten") });
            catalog.set("AcroForm", dictionary! { "Fields" => vec![field.into()] });
        }
        Extra::Xfa => {
            let form = document.add_object(Stream::new(Dictionary::new(), b"<xdp:xdp xmlns:xdp=\"http://ns.adobe.com/xdp/\"/>".to_vec()));
            catalog.set("AcroForm", dictionary! { "Fields" => Vec::<Object>::new(), "XFA" => form });
        }
        Extra::Signature => {
            let value = document.add_object(dictionary! {
                "Type" => "Sig", "Filter" => "Adobe.PPKLite", "SubFilter" => "ETSI.CAdES.detached",
                "ByteRange" => vec![0.into(), 1.into(), 2.into(), 3.into()],
                "Contents" => Object::String(vec![0; 64], StringFormat::Hexadecimal),
            });
            let field = document.add_object(dictionary! { "FT" => "Sig", "T" => Object::string_literal("chu-ky"), "V" => value });
            catalog.set("AcroForm", dictionary! { "Fields" => vec![field.into()], "SigFlags" => 3 });
        }
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
