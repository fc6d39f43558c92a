//! What is no copy at all: a typed verdict each, in time, under both policies.

use std::process::Command;
use std::time::{Duration, Instant};

use lopdf::{Document, Object, dictionary};
use time::macros::datetime;

use super::*;
use crate::record::ListFault;

/// A page with nothing on it, signed by nobody.
fn plain_pdf() -> Vec<u8> {
    let mut document = Document::with_version("1.7");
    let pages = document.new_object_id();
    let page = document
        .add_object(dictionary! { "Type" => "Page", "Parent" => pages, "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()] });
    document.objects.insert(pages, Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 }));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

fn encrypted_pdf() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (plain, locked) = (folder.path().join("plain.pdf"), folder.path().join("locked.pdf"));
    std::fs::write(&plain, plain_pdf()).unwrap();
    let made = Command::new("qpdf").args(["--encrypt", "", "owner", "256", "--"]).arg(&plain).arg(&locked).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    std::fs::read(locked).unwrap()
}

fn picture(format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(40, 30, image::Rgb([200, 10, 10])).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[test]
fn what_is_no_copy_gets_a_typed_verdict_in_time() {
    let plain = plain_pdf();
    let zip = [&b"PK\x03\x04"[..], &[0; 26], b"a.pdf", &plain, b"PK\x05\x06", &[0; 18]].concat();
    let cases: &[(&str, Vec<u8>, VerifyCode)] = &[
        ("nothing", Vec::new(), VerifyCode::NotAPdf),
        ("one byte", b"%".to_vec(), VerifyCode::NotAPdf),
        ("a header alone", b"%PDF-1.7\n".to_vec(), VerifyCode::NotAPdf),
        ("a PDF without its end", plain[..plain.len() - 20].to_vec(), VerifyCode::NotAPdf),
        ("40 MB of zeros", vec![0; 40_000_000], VerifyCode::NotAPdf),
        ("40 MB of zeros behind a header", [&b"%PDF-1.7\n"[..], &vec![0; 40_000_000]].concat(), VerifyCode::NotAPdf),
        ("70 MB", vec![b'%'; 70_000_000], VerifyCode::TooLarge),
        ("a ZIP with a PDF in it", zip, VerifyCode::NotAPdf),
        ("a JPEG", picture(image::ImageFormat::Jpeg), VerifyCode::NotAPdf),
        ("a PNG", picture(image::ImageFormat::Png), VerifyCode::NotAPdf),
        ("an encrypted PDF", encrypted_pdf(), VerifyCode::NotAPdf),
        ("a PDF that nobody signed", plain.clone(), VerifyCode::NotSigned),
    ];
    let now = datetime!(2026-03-05 07:08:09 UTC);
    for (name, bytes, code) in cases {
        for verify in [verify_copy, verify_pades] {
            let began = Instant::now();
            let report = verify(bytes, &Material::default(), now);
            assert!(began.elapsed() < Duration::from_secs(2), "{name}: {:?}", began.elapsed());
            assert_eq!((report.verdict, report.findings[0].code), (Verdict::Invalid, *code), "{name}: {:?}", report.findings);
            assert!(simple(&report).starts_with("KHÔNG HỢP LỆ: "), "{name}");
            assert!(etsi(&report).contains("urn:etsi:019102:mainindication:total-failed"), "{name}");
        }
    }
}

#[test]
fn every_fault_of_a_trust_list_has_its_code_and_its_own_next_step() {
    for fault in [
        ListFault::Corrupt,
        ListFault::Empty,
        ListFault::Expired,
        ListFault::NotYetIssued,
        ListFault::Unpinned,
        ListFault::OtherPurpose,
        ListFault::Older,
    ] {
        let code = VerifyCode::of_list(fault);
        assert_eq!((code.list_fault(), code.verdict()), (Some(fault), Verdict::Indeterminate));
        assert_ne!(code.sentences().next_vi, Verdict::Indeterminate.sentences().next_vi);
        assert_eq!(VerifyCode::parse(code.as_str()), Some(code));
    }
    assert_eq!(VerifyCode::NotSigned.list_fault(), None);
}
