//! Scan-only PDFs pass without loss; everything else is named and refused.

use crate::common::{FULL_PAGE, Pdf, flate_stream, jpeg, jpeg_stream, picture};
use bansao_scan::{Active, Limits, Orientation, Original, Page, ScanError, open};
use lopdf::{Dictionary, Object, Stream, StringFormat, dictionary};

fn pages(bytes: &[u8]) -> Result<Vec<Page>, ScanError> {
    open(bytes, &Limits::default()).map(|source| source.pages)
}

fn scan() -> Pdf {
    Pdf::new().page(jpeg_stream(&picture(595, 842)), FULL_PAGE)
}

fn why(content: &str) -> ScanError {
    pages(&Pdf::new().page(jpeg_stream(&picture(59, 84)), content).bytes()).unwrap_err()
}

#[test]
fn a_jpeg_page_comes_out_as_it_went_in() {
    let image = picture(1190, 1684);
    let found = pages(&Pdf::new().page(jpeg_stream(&image), FULL_PAGE).bytes()).unwrap();
    assert_eq!(found[0].original, Original::Jpeg(jpeg(&image)));
    let (x, y) = found[0].dpi.unwrap();
    assert!((x - 144.0).abs() < 0.1 && (y - 144.0).abs() < 0.1);
}

#[test]
fn sampled_pages_are_decoded() {
    let image = picture(120, 170);
    let found = pages(&Pdf::new().page(flate_stream(&image), FULL_PAGE).page(flate_stream(&image), FULL_PAGE).bytes());
    let found = found.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!((&found[1].image, found[1].index), (&image, 1));
    assert_eq!(found[1].original, Original::Raster);
}

#[test]
fn gray_and_two_level_samples_are_decoded() {
    let stream = |bits: i64, bytes: Vec<u8>| {
        let dictionary = dictionary! {
            "Type" => "XObject", "Subtype" => "Image", "Width" => 16, "Height" => 2,
            "ColorSpace" => "DeviceGray", "BitsPerComponent" => bits,
        };
        Stream::new(dictionary, bytes)
    };
    let gray = pages(&Pdf::new().page(stream(8, (0..32).collect()), FULL_PAGE).bytes()).unwrap();
    assert_eq!(gray[0].image.get_pixel(3, 1).0, [19; 3]);
    let two = pages(&Pdf::new().page(stream(1, vec![0b1000_0000, 0, 0, 1]), FULL_PAGE).bytes()).unwrap();
    assert_eq!([two[0].image.get_pixel(0, 0).0, two[0].image.get_pixel(1, 0).0], [[255; 3], [0; 3]]);
    assert_eq!(two[0].image.get_pixel(15, 1).0, [255; 3]);
    let short = pages(&Pdf::new().page(stream(8, vec![0; 20]), FULL_PAGE).bytes());
    assert!(matches!(short, Err(ScanError::Damaged { .. })));
}

#[test]
fn a_text_layer_of_recognition_is_harmless() {
    let content = "q 595 0 0 842 0 0 cm /Im0 Do Q BT 3 Tr /F1 9 Tf 50 50 Td (words) Tj ET";
    assert!(pages(&Pdf::new().page(jpeg_stream(&picture(59, 84)), content).bytes()).is_ok());
}

#[test]
fn rotation_and_mirrors_are_applied() {
    let cases = [
        ("q 595 0 0 842 0 0 cm /Im0 Do Q", 0, Orientation::NoTransforms),
        ("q 595 0 0 842 0 0 cm /Im0 Do Q", 180, Orientation::Rotate180),
        ("q 595 0 0 842 0 0 cm /Im0 Do Q", 90, Orientation::Rotate90),
        ("q 595 0 0 842 0 0 cm /Im0 Do Q", -90, Orientation::Rotate270),
        ("q 595 0 0 -842 0 842 cm /Im0 Do Q", 0, Orientation::FlipVertical),
        // Turned counter-clockwise by its placement.
        ("q 0 842 -595 0 595 0 cm /Im0 Do Q", 0, Orientation::Rotate270),
    ];
    for (content, rotate, expected) in cases {
        let pdf = Pdf::new().page(jpeg_stream(&picture(59, 84)), content);
        let found = pages(&pdf.bytes_with(|_| {}, |page| page.set("Rotate", rotate))).unwrap();
        assert_eq!(found[0].orientation, expected, "{content} {rotate}");
    }
}

#[test]
fn pages_that_are_no_scans_say_why() {
    let refused = |content| matches!(why(content), ScanError::PageNotAScan { page: 1, .. });
    assert!(refused(""));
    assert!(refused("q 200 0 0 200 0 0 cm /Im0 Do Q"));
    assert!(refused("BT /F1 9 Tf (words) Tj ET"));
    assert!(refused("/OC /x BDC q 595 0 0 842 0 0 cm /Im0 Do Q EMC"));
    assert!(refused("q 595 0 0 842 0 0 cm /Im0 Do Q /Sh0 sh"));
    assert!(refused("q 595 0 0 842 0 0 cm /Im0 Do Q /Pattern cs /P0 scn 0 0 100 100 re f"));
    assert!(matches!(why("q 595 0 0 842 0 0 cm /Im1 Do Q"), ScanError::Damaged { .. }));
    let note = |page: &mut Dictionary| page.set("Annots", vec![Object::Dictionary(dictionary! { "Subtype" => "FreeText" })]);
    assert!(matches!(pages(&scan().bytes_with(|_| {}, note)), Err(ScanError::PageNotAScan { page: 1, .. })));
}

#[test]
fn active_content_is_named() {
    let action = |kind: &str| Object::Dictionary(dictionary! { "Type" => "Action", "S" => kind });
    let name = |key: &'static str, value: Object| pages(&scan().bytes_with(|root| root.set(key, value), |_| {})).unwrap_err();
    assert_eq!(name("OpenAction", action("JavaScript")), ScanError::ActiveContent(Active::JavaScript));
    assert_eq!(name("OpenAction", action("Launch")), ScanError::ActiveContent(Active::Launch));
    assert_eq!(name("OpenAction", action("GoTo")), ScanError::ActiveContent(Active::OpenAction));
    assert_eq!(
        name("AA", Object::Dictionary(dictionary! { "WC" => action("Named") })),
        ScanError::ActiveContent(Active::AdditionalActions)
    );
    let names = |key: &str| Object::Dictionary(dictionary! { key => dictionary! { "Names" => Vec::<Object>::new() } });
    assert_eq!(name("Names", names("JavaScript")), ScanError::ActiveContent(Active::JavaScript));
    assert_eq!(name("Names", names("EmbeddedFiles")), ScanError::ActiveContent(Active::EmbeddedFiles));
    let form = |key: &str, value: Object| Object::Dictionary(dictionary! { key => value });
    assert_eq!(name("AcroForm", form("XFA", Object::string_literal("x"))), ScanError::ActiveContent(Active::Xfa));
    let field = Object::Dictionary(dictionary! { "FT" => "Tx" });
    assert_eq!(name("AcroForm", form("Fields", vec![field].into())), ScanError::ActiveContent(Active::FormFields));
}

#[test]
fn a_first_page_to_show_and_an_empty_form_are_no_actions() {
    let open_at = |root: &mut Dictionary| root.set("OpenAction", vec![Object::Integer(0), Object::Name(b"Fit".to_vec())]);
    assert!(pages(&scan().bytes_with(open_at, |_| {})).is_ok());
    let empty = |root: &mut Dictionary| root.set("AcroForm", dictionary! { "Fields" => Vec::<Object>::new() });
    assert!(pages(&scan().bytes_with(empty, |_| {})).is_ok());
}

#[test]
fn unreferenced_scripts_count_too() {
    let mut pdf = scan();
    pdf.document.add_object(dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") });
    assert_eq!(pages(&pdf.bytes()).unwrap_err(), ScanError::ActiveContent(Active::JavaScript));
}

#[test]
fn signed_files_are_told_apart() {
    let mut pdf = scan();
    let contents = Object::String(vec![0; 8], StringFormat::Hexadecimal);
    let value = pdf.document.add_object(dictionary! {
        "Type" => "Sig", "ByteRange" => vec![0.into(), 1.into(), 2.into(), 3.into()], "Contents" => contents,
    });
    let field = pdf.document.add_object(dictionary! { "FT" => "Sig", "V" => value });
    let signed = |root: &mut Dictionary| root.set("AcroForm", dictionary! { "Fields" => vec![field.into()] });
    assert_eq!(pages(&pdf.bytes_with(signed, |_| {})).unwrap_err(), ScanError::AlreadySigned);
}

#[test]
fn encrypted_files_are_refused() {
    let mut pdf = scan();
    let handler = dictionary! { "Filter" => "Standard", "V" => 1, "R" => 2, "P" => -4,
    "O" => Object::String(vec![1; 32], StringFormat::Hexadecimal),
    "U" => Object::String(vec![2; 32], StringFormat::Hexadecimal) };
    let handler = pdf.document.add_object(handler);
    pdf.document.trailer.set("Encrypt", handler);
    let id = Object::String(vec![3; 16], StringFormat::Hexadecimal);
    pdf.document.trailer.set("ID", vec![id.clone(), id]);
    assert_eq!(pages(&pdf.bytes()).unwrap_err(), ScanError::Encrypted);
}

#[test]
fn page_counts_are_bounded_and_must_agree() {
    let many = (0..21).fold(Pdf::new(), |pdf, _| pdf.page(jpeg_stream(&picture(8, 8)), FULL_PAGE));
    assert_eq!(pages(&many.bytes()).unwrap_err(), ScanError::TooManyPages { limit: 20 });
    let bytes = scan().bytes();
    let at = bytes.windows(8).position(|window| window == b"/Count 1").unwrap();
    let mut two = bytes.clone();
    two[at + 7] = b'2';
    assert!(matches!(pages(&two), Err(ScanError::Ambiguous { .. })), "{:?}", pages(&two).err());
    assert!(matches!(pages(&bytes[..bytes.len() / 2]), Err(ScanError::Damaged { .. } | ScanError::NoPages)));
}

#[test]
fn foreign_codings_are_named() {
    let with = |key: &str, value: Object| {
        let mut stream = jpeg_stream(&picture(59, 84));
        stream.dict.set(key, value);
        pages(&Pdf::new().page(stream, FULL_PAGE).bytes()).unwrap_err()
    };
    let coding = |error| match error {
        ScanError::UnsupportedCoding { page: 1, coding } => coding,
        other => other.to_string(),
    };
    assert_eq!(coding(with("Filter", "FooDecode".into())), "FooDecode");
    assert_eq!(coding(with("Filter", vec!["DCTDecode".into(), "FlateDecode".into()].into())), "DCTDecode");
    assert_eq!(coding(with("BitsPerComponent", 12.into())), "samples of 12 bits");
    assert!(matches!(with("ColorSpace", "DeviceGray".into()), ScanError::Damaged { .. }));
    assert!(matches!(with("Filter", "JPXDecode".into()), ScanError::Damaged { .. }));
    assert!(matches!(with("Filter", "JBIG2Decode".into()), ScanError::Damaged { .. }));
    assert!(matches!(with("Filter", "CCITTFaxDecode".into()), ScanError::Damaged { .. }));
}

#[test]
fn an_image_larger_than_the_limit_is_not_decoded() {
    let mut large = jpeg_stream(&picture(59, 84));
    large.dict.set("Width", 20_000);
    large.dict.set("Height", 20_000);
    assert!(matches!(pages(&Pdf::new().page(large, FULL_PAGE).bytes()), Err(ScanError::ImageTooLarge { page: 1, .. })));
}
