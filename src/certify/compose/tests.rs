//! Copies as foreign tools see them: qpdf, poppler and zbar.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, Rgb, RgbImage};
use proptest::prelude::*;
use tempfile::TempDir;
use time::macros::{date, datetime};

use super::*;
use crate::anatomy::{PageDigestError, extract_page_digests};
use crate::finding::Region;
use crate::record::{Agency, CertificationNo, Certifier, SigningCapacity, salted_digest};

mod archival;
mod marks;
mod snapshot;
mod structure;

const TOKEN: &str = "2KCEWQUCAEMQ7Z3LJ4YFQWERTASDFGHZXCVB2345672KCEWQUCAEMQ7Z3LJ4YFQWERT";

pub(in crate::certify) fn fonts() -> Fonts {
    Fonts::load(&FontPaths::default()).unwrap()
}

/// A page with soft colours and a dark mark at the top left.
fn pixels(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| match (x < width / 4, y < height / 8) {
        (true, true) => Rgb([20, 20, 120]),
        _ => Rgb([240, (200 + x % 32) as u8, (210 + (x * y) % 40) as u8]),
    })
}

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 80).encode(&pixels(width, height), width, height, ExtendedColorType::Rgb8).unwrap();
    bytes
}

fn jpeg_page(width: u32, height: u32, dpi: f32, orientation: u8) -> PageContent {
    PageContent { image: PageImage::Jpeg { bytes: jpeg(width, height).into(), orientation }, dpi, words: words() }
}

fn rgb_page(width: u32, height: u32, dpi: f32) -> PageContent {
    PageContent { image: PageImage::Rgb { pixels: pixels(width, height).into_raw().into(), width, height }, dpi, words: vec![] }
}

fn word(text: &str, left: u16, top: u16, right: u16) -> Word {
    Word { text: text.to_owned(), region: Region { left, top, right, bottom: top + 20 } }
}

fn words() -> Vec<Word> {
    vec![
        word("GIẤY", 400, 100, 460),
        // Decomposed, as some engines give it.
        word("KHAI", 470, 100, 530),
        word("SINH", 540, 100, 600),
        word("Nguye\u{302}\u{303}n", 300, 200, 380),
        word("Thị", 390, 200, 430),
        word("Phượng", 440, 200, 520),
        word("☃", 600, 200, 620),
        word("", 0, 0, 1000),
    ]
}

fn content(pages: Vec<PageContent>) -> CopyContent {
    let statement = Statement {
        template: Templates::builtin().unwrap().in_force(date!(2026 - 11 - 20)).unwrap().clone(),
        certification_no: CertificationNo { agency: "ba-dinh".into(), year: 2026, book: 1, number: 1207, symbol: "SCT/BS".into() },
        date: date!(2026 - 11 - 20),
        certifier: Certifier {
            id: "pct".into(),
            full_name: "Trần Thị Mỹ Hạnh".into(),
            title: "Phó Chủ tịch".into(),
            signing_capacity: SigningCapacity::Deputy,
            authority_ref: None,
        },
        agency: Agency { id: "ba-dinh".into(), name: "Ủy ban nhân dân phường Ba Đình".into(), place: "Hà Nội".into() },
        kind_label: "Giấy khai sinh".into(),
        system: "Hệ thống xác thực và cấp bản sao số, Trung tâm Phục vụ hành chính công thành phố Hà Nội".into(),
        copy_id: "mzxw6ytboimzxw6ytboiabcdef".into(),
    };
    CopyContent {
        pages,
        statement,
        qr_text: format!("https://bansao.hanoi.gov.vn/v#{}", TOKEN.repeat(8)),
        title: "Bản sao chứng thực điện tử: Giấy khai sinh".into(),
        created_at: datetime!(2026-11-20 03:04:05 UTC),
        document_id: b"mzxw6ytboimzxw6ytboiabcdef".to_vec(),
    }
}

pub(in crate::certify) fn a4() -> CopyContent {
    content(vec![jpeg_page(827, 1169, 100.0, 1), rgb_page(300, 400, 72.0)])
}

/// What the token of a copy names.
fn digests_of(content: &CopyContent) -> Vec<Sha256> {
    content.pages.iter().map(|page| page.image.digest()).collect()
}

fn run(program: &str, arguments: &[&str], folder: &Path) -> Output {
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    output.unwrap_or_else(|error| panic!("{program} is needed to judge copies: {error}"))
}

fn said(program: &str, arguments: &[&str], folder: &Path) -> String {
    let output = run(program, arguments, folder);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program}: {out}{err}");
    out.into_owned()
}

/// The PDF as `copy.pdf` in a folder of its own.
fn on_disk(pdf: &[u8]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("copy.pdf"), pdf).unwrap();
    folder
}

/// What holds for every PDF that this module makes.
fn judge(pdf: &[u8]) -> TempDir {
    let folder = on_disk(pdf);
    let check = said("qpdf", &["--check", "copy.pdf"], folder.path());
    assert!(check.contains("No syntax or stream encoding errors"), "{check}");
    let listed = said("pdffonts", &["copy.pdf"], folder.path());
    for font in listed.lines().skip(2) {
        let columns: Vec<&str> = font.split_whitespace().rev().collect();
        assert_eq!(columns[2..5], ["yes", "yes", "yes"], "embedded, subset, with Unicode map: {font}");
    }
    let metadata = said("pdfinfo", &["-meta", "copy.pdf"], folder.path());
    assert!(metadata.contains("<pdfaid:part>2</pdfaid:part>") && metadata.contains("<pdfaid:conformance>U<"), "{metadata}");
    folder
}

/// The text of one page (from 1), white space as single spaces.
fn page_text(folder: &Path, page: &str) -> String {
    let text = said("pdftotext", &["-f", page, "-l", page, "-layout", "copy.pdf", "-"], folder);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_scan_passes_through_and_both_texts_are_found() {
    let content = a4();
    let copy = compose(&content, &fonts()).unwrap();
    let folder = judge(&copy.pdf);
    let path = folder.path();
    said("pdfimages", &["-all", "copy.pdf", "image"], path);
    assert_eq!(std::fs::read(path.join("image-000.jpg")).unwrap(), jpeg(827, 1169), "the JPEG is the one that came in");
    let png = image::open(path.join("image-001.png")).unwrap().to_rgb8();
    assert_eq!(png, pixels(300, 400));
    assert_eq!(said("pdfimages", &["-list", "copy.pdf"], path).lines().count(), 4, "no image but the scans");

    let mark = "BẢN SAO ĐIỆN TỬ CHUYỂN ĐỔI TỪ BẢN GIẤY · Số chứng thực: 1207 · Quyển số: 1/2026-SCT/BS · Trang 1/2";
    assert_eq!(page_text(path, "1"), format!("GIẤY KHAI SINH Nguyễn Thị Phượng {mark}"));
    let statement = page_text(path, "3");
    for text in [
        "BẢN SAO ĐIỆN TỬ CHUYỂN ĐỔI TỪ BẢN GIẤY",
        "CHỨNG THỰC BẢN SAO ĐÚNG VỚI BẢN CHÍNH",
        "Số chứng thực: 1207",
        "Quyển số: 1/2026-SCT/BS",
        "Ngày 20 tháng 11 năm 2026",
        "Người thực hiện chứng thực",
        "PHÓ CHỦ TỊCH",
        "Trần Thị Mỹ Hạnh",
        "Ủy ban nhân dân phường Ba Đình",
        "02 trang",
        "20/11/2026 10:04:05 +07:00",
        "Mẫu số 01, NĐ 280/2025/NĐ-CP",
    ] {
        assert!(statement.contains(text), "{text} is not in {statement}");
    }
    let info = said("pdfinfo", &["-f", "1", "-l", "3", "copy.pdf"], path);
    assert!(info.contains("595.44 x 841.68 pts") && info.contains("300 x 400 pts") && info.contains("595.276 x 841.89 pts"), "{info}");
    assert!(info.contains("Bản sao chứng thực điện tử: Giấy khai sinh"), "{info}");
}

/// What a black-and-white printer at 150 dpi puts on paper.
#[test]
fn the_qr_symbol_reads_from_a_coarse_print() {
    let content = a4();
    let copy = compose(&content, &fonts()).unwrap();
    assert_eq!((copy.qr_version, copy.qr_level), (19, 'Q'));
    let folder = on_disk(&copy.pdf);
    said("pdftoppm", &["-r", "150", "-mono", "-f", "3", "copy.pdf", "print"], folder.path());
    said("pdftoppm", &["-r", "150", "-gray", "-f", "3", "copy.pdf", "print"], folder.path());
    for page in ["print-3.pbm", "print-3.pgm"] {
        let read = said("zbarimg", &["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", page], folder.path());
        assert_eq!(read.trim_end(), content.qr_text);
    }
}

#[test]
fn the_words_beneath_leave_no_trace_on_the_page() {
    let render = |content: &CopyContent| {
        let folder = on_disk(&compose(content, &fonts()).unwrap().pdf);
        said("pdftoppm", &["-r", "100", "-l", "1", "-singlefile", "copy.pdf", "page"], folder.path());
        std::fs::read(folder.path().join("page.ppm")).unwrap()
    };
    let with = a4();
    let mut without = a4();
    without.pages[0].words.clear();
    assert!(render(&with) == render(&without));
}

#[test]
fn the_same_content_gives_the_same_bytes_and_another_id_another_file() {
    let copy = |id: &[u8]| compose(&CopyContent { document_id: id.to_vec(), ..a4() }, &fonts()).unwrap().pdf;
    assert!(copy(b"one") == copy(b"one"));
    assert!(copy(b"one") != copy(b"two"));
}

#[test]
fn page_digests_are_found_again_and_tell_copies_apart() {
    let copy = compose(&a4(), &fonts()).unwrap();
    let digests = vec![Sha256::of(&jpeg(827, 1169)), Sha256::of(&pixels(300, 400).into_raw())];
    assert_eq!(digests_of(&a4()), digests);
    assert_eq!(extract_page_digests(&copy.pdf), Ok(digests.clone()));
    let twice = compose(&content(vec![jpeg_page(827, 1169, 100.0, 1), jpeg_page(827, 1169, 100.0, 3)]), &fonts()).unwrap();
    assert_eq!(extract_page_digests(&twice.pdf).unwrap(), [digests[0]; 2], "the same image on two pages counts twice");
    let flipped = {
        let mut pdf = copy.pdf.clone();
        let at = pdf.windows(3).position(|bytes| bytes == [0xFF, 0xD8, 0xFF]).unwrap() + 2000;
        pdf[at] ^= 1;
        pdf
    };
    assert_ne!(extract_page_digests(&flipped), Ok(digests));
    for garbage in [&b""[..], b"%PDF-1.7\n%%EOF", &copy.pdf[..copy.pdf.len() / 2]] {
        assert_eq!(extract_page_digests(garbage), Err(PageDigestError::Unreadable));
    }
}

#[test]
fn every_orientation_stands_upright() {
    // Where the dark mark of the stored image's top left corner comes to stand.
    let corners = [(1, (0, 0)), (2, (1, 0)), (3, (1, 1)), (4, (0, 1)), (5, (0, 0)), (6, (1, 0)), (7, (1, 1)), (8, (0, 1))];
    for (orientation, (right, bottom)) in corners {
        let copy = compose(&content(vec![jpeg_page(800, 400, 100.0, orientation)]), &fonts()).unwrap();
        let folder = on_disk(&copy.pdf);
        said("pdftoppm", &["-r", "50", "-l", "1", "-singlefile", "-png", "copy.pdf", "page"], folder.path());
        let page = image::open(folder.path().join("page.png")).unwrap().to_rgb8();
        assert_eq!(page.dimensions(), if orientation >= 5 { (200, 400) } else { (400, 200) }, "orientation {orientation}");
        let (x, y) = (if right == 1 { page.width() - 5 } else { 4 }, if bottom == 1 { page.height() - 5 } else { 4 });
        assert!(page.get_pixel(x, y)[0] < 100, "orientation {orientation}");
    }
}

#[test]
fn odd_pages_keep_their_size_and_the_agency_its_corner() {
    // 190 × 265 mm, A3 across, 20 mm square.
    for (width, height) in [(1496, 2087), (3307, 2339), (158, 158)] {
        let copy = compose(&content(vec![jpeg_page(width, height, 200.0, 1)]), &fonts()).unwrap();
        let folder = judge(&copy.pdf);
        let (page_width, page_height) = (width as f32 * 0.36, height as f32 * 0.36);
        let info = said("pdfinfo", &["-f", "1", "-l", "1", "copy.pdf"], folder.path());
        let size: Vec<f32> =
            info.lines().find(|line| line.contains("size:")).unwrap().split_whitespace().filter_map(|part| part.parse().ok()).collect();
        assert!((size[1] - page_width).abs() < 0.01 && (size[2] - page_height).abs() < 0.01, "{info}");
        let [left, bottom, right, top] = copy.agency_field.rect;
        assert!(0.0 < left && left < right && right < page_width && 0.0 < bottom && bottom < top && top < page_height);
        assert!(page_width - right <= 5.1 * 72.0 / 25.4 && page_height - top <= 5.1 * 72.0 / 25.4);
        for profile in [AppearanceProfile::ChungThuc, AppearanceProfile::SaoY] {
            let signed_at = datetime!(2026-11-20 03:04:05 UTC);
            let shown = [(SignatureRole::Agency, copy.agency_field.size())];
            let result = appearances(&content(vec![]).statement, profile, signed_at, &shown, &fonts());
            assert!(result.is_ok() || width == 158, "{result:?}");
        }
    }
}

#[test]
fn appearances_say_who_signed_when() {
    let content = a4();
    let copy = compose(&content, &fonts()).unwrap();
    let look = |profile, role, place: &FieldPlace| {
        let signed_at = datetime!(2026-11-20 17:30:00 UTC);
        let pdf = appearances(&content.statement, profile, signed_at, &[(role, place.size())], &fonts()).unwrap();
        let folder = judge(&pdf);
        let info = said("pdfinfo", &["copy.pdf"], folder.path());
        assert!(info.contains("Pages:           1"), "{info}");
        said("pdftotext", &["-layout", "copy.pdf", "-"], folder.path()).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let certifier = look(AppearanceProfile::ChungThuc, SignatureRole::Certifier, &copy.certifier_field);
    assert_eq!(
        certifier,
        "Ký số bởi: Trần Thị Mỹ Hạnh Chức danh: Phó Chủ tịch Cơ quan: Ủy ban nhân dân phường Ba Đình Thời gian ký: 21/11/2026 00:30:00 +07:00"
    );
    let agency = look(AppearanceProfile::ChungThuc, SignatureRole::Agency, &copy.agency_field);
    assert!(agency.starts_with("Bản sao điện tử chuyển đổi từ bản giấy Số 1207, quyển số 1/2026-SCT/BS"), "{agency}");
    let sao_y = look(AppearanceProfile::SaoY, SignatureRole::Agency, &copy.agency_field);
    assert_eq!(sao_y, "SAO Y Ủy ban nhân dân phường Ba Đình 21/11/2026 00:30:00 +07:00");
}

#[test]
fn names_of_any_length_fit_and_hostile_marks_are_gone() {
    use crate::certify::{Rehearsal, prepare};
    let natural = "Nguyễn Phước Bảo Ưỡng Ẫm Ệ ".repeat(8).chars().take(200).collect::<String>();
    let now = datetime!(2026-11-20 03:04:05 UTC);
    let rehearsal = Rehearsal::new(now).unwrap();
    let hostile = "Trần\u{202E} Thị\u{0007} M\u{200B}ỹ\nHạnh {number}".to_owned();
    let every = "ÀÁẢÃẠ ĂẰẮẲẴẶ ÂẦẤẨẪẬ Đ ÈÉẺẼẸ ÊỀẾỂỄỆ ÌÍỈĨỊ ÒÓỎÕỌ ÔỒỐỔỖỘ ƠỜỚỞỠỢ ÙÚỦŨỤ ƯỪỨỬỮỰ ỲÝỶỸỴ";
    let every = format!("{every} {}", every.to_lowercase());
    for name in [natural, every, "W".repeat(200), "Ẫ".repeat(200), hostile] {
        let mut content = a4();
        content.statement.certifier.full_name.clone_from(&name);
        if name.contains(' ') {
            let statement = &mut content.statement;
            for text in [&mut statement.certifier.title, &mut statement.agency.name, &mut statement.system, &mut statement.kind_label] {
                text.clone_from(&name);
            }
        }
        let copy = compose(&content, &fonts()).unwrap();
        let folder = judge(&copy.pdf);
        let pages = digests_of(&content);
        prepare(copy, &pages, &content.statement, &rehearsal, now).unwrap();
        let boxes = said("pdftotext", &["-f", "3", "-bbox", "copy.pdf", "-"], folder.path());
        let edge = |line: &str, name: &str| -> f32 { line.split_once(name).unwrap().1.split('"').nth(1).unwrap().parse().unwrap() };
        for line in boxes.lines().filter(|line| line.contains("<word")) {
            assert!(edge(line, "xMin") > 50.0 && edge(line, "xMax") < 560.0 && edge(line, "yMax") < 830.0, "{line}");
        }
        if name.contains("{number}") {
            assert!(page_text(folder.path(), "3").contains("Trần Thị Mỹ Hạnh {number}"), "a value is never a template");
        }
    }
}

/// The largest image that is let in: as a JPEG it passes through whatever its size; only the page has a greatest size.
#[test]
fn a_page_of_ten_thousand_by_ten_thousand_pixels_is_a_copy_or_a_typed_refusal() {
    let edge = 10_000;
    let mut bytes = Vec::new();
    let grey = vec![200; 100_000_000];
    JpegEncoder::new_with_quality(&mut bytes, 60).encode(&grey, edge, edge, ExtendedColorType::L8).unwrap();
    drop(grey);
    let bytes = Arc::new(bytes);
    let page = |dpi| PageContent { image: PageImage::Jpeg { bytes: Arc::clone(&bytes), orientation: 1 }, dpi, words: vec![] };
    let copy = compose(&content(vec![page(600.0)]), &fonts()).unwrap();
    assert!(copy.pdf.len() < bytes.len() + 200_000, "the image is there once");
    assert_eq!(extract_page_digests(&copy.pdf), Ok(vec![Sha256::of(&bytes)]));
    let info = said("pdfinfo", &["-f", "1", "-l", "1", "copy.pdf"], on_disk(&copy.pdf).path());
    assert!(info.contains("1200 x 1200 pts"), "{info}");
    let refused = compose(&content(vec![page(20.0)]), &fonts()).map(drop).unwrap_err();
    assert_eq!(refused, ComposeError::PageSize { page: 0, width_mm: 12_700, height_mm: 12_700 });
}

#[test]
fn what_cannot_be_a_copy_is_refused() {
    let refused = |change: &dyn Fn(&mut CopyContent)| {
        let mut content = a4();
        change(&mut content);
        compose(&content, &fonts()).err().unwrap()
    };
    assert_eq!(refused(&|c| c.pages.clear()), ComposeError::NoPages);
    assert_eq!(refused(&|c| c.qr_text = format!("https://a.vn/v#{}", "A".repeat(3000))), ComposeError::QrTooLong);
    assert_eq!(refused(&|c| c.statement.certifier.full_name = "雪".into()), ComposeError::NoGlyph('雪'));
    assert!(matches!(refused(&|c| c.statement.agency.name = "dài ".repeat(2000)), ComposeError::DoesNotFit(_)));
    assert!(matches!(refused(&|c| c.statement.date = date!(2025 - 10 - 31)), ComposeError::TemplateNotInForce(_)));
    for dpi in [0.0, -1.0, f32::NAN, f32::INFINITY, 0.5, 100_000.0] {
        assert!(matches!(refused(&|c| c.pages[1].dpi = dpi), ComposeError::PageSize { page: 1, .. }), "{dpi}");
    }
    let images = [
        PageImage::Jpeg { bytes: vec![].into(), orientation: 1 },
        PageImage::Jpeg { bytes: b"not a picture".to_vec().into(), orientation: 1 },
        PageImage::Jpeg { bytes: jpeg(80, 80).into(), orientation: 9 },
        PageImage::Rgb { pixels: vec![0; 10].into(), width: 2, height: 2 },
        PageImage::Rgb { pixels: vec![].into(), width: 0, height: 2 },
        PageImage::Rgb { pixels: vec![0; 12].into(), width: u32::MAX, height: u32::MAX },
    ];
    for image in images {
        assert!(matches!(refused(&|c| c.pages[0].image = image.clone()), ComposeError::Image { page: 0, .. }));
    }
}

/// From the print back to the file: the token in the symbol names the images in the PDF.
#[test]
fn the_token_in_the_symbol_is_for_these_pages() {
    use bansao_credential::{Algorithm, Claims, PublicKey, encode_url, key_id, sign, token_from_text, verify};
    use ring::signature::{Ed25519KeyPair, KeyPair};

    let mut content = a4();
    let digests: Vec<Sha256> = content.pages.iter().map(|page| page.image.digest()).collect();
    let salt = [5; 16];
    let claims = Claims {
        key_id: key_id(b"certificate"),
        issuer: "bansao.hanoi.gov.vn".into(),
        kind: "birth_certificate".into(),
        certification_no: content.statement.certification_no.to_string(),
        agency_id: content.statement.agency.id.clone(),
        agency_name: Some(content.statement.agency.name.clone()),
        issued_at: 1_795_000_000,
        copy_id: content.statement.copy_id.clone(),
        facts: [("full_name".to_owned(), "ĐỖ TUYẾT NƯƠNG".to_owned())].into(),
        pages_digest: *salted_digest(&salt, &digests).as_bytes(),
        salt,
    };
    let key = Ed25519KeyPair::from_seed_unchecked(&[1; 32]).unwrap();
    let token = sign(&claims, Algorithm::EdDsa, |message| Ok::<_, ()>(key.sign(message).as_ref().to_vec())).unwrap();
    content.qr_text = encode_url("https://bansao.hanoi.gov.vn/v", &token).unwrap();
    let copy = compose(&content, &fonts()).unwrap();

    let folder = on_disk(&copy.pdf);
    said("pdftoppm", &["-r", "150", "-gray", "-f", "3", "copy.pdf", "print"], folder.path());
    let read = said("zbarimg", &["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", "print-3.pgm"], folder.path());
    let lookup = |_: &[u8]| Some(PublicKey::EdDsa(key.public_key().as_ref().to_vec()));
    let found = verify(&token_from_text(&read).unwrap(), &lookup).unwrap();
    assert_eq!(*salted_digest(&found.salt, &extract_page_digests(&copy.pdf).unwrap()).as_bytes(), found.pages_digest);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_file_is_answered(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40)) {
        static COPY: LazyLock<Vec<u8>> = LazyLock::new(|| compose(&content(vec![jpeg_page(80, 80, 72.0, 1)]), &fonts()).unwrap().pdf);
        let mut pdf = COPY.clone();
        for (at, byte) in changes {
            let at = at.index(pdf.len());
            pdf[at] = byte;
        }
        let answered = extract_page_digests(&pdf);
        prop_assert!(answered.is_err() || answered.is_ok_and(|digests| digests.len() == 1));
    }
}

#[test]
fn what_is_prepared_was_signed_once_by_a_key_that_is_thrown_away() {
    use crate::certify::{PrepareError, Rehearsal, RehearsalError, prepare};
    let now = datetime!(2026-11-20 03:04:05 UTC);
    let rehearsal = Rehearsal::new(now).unwrap();
    let content = a4();
    let copy = compose(&content, &fonts()).unwrap();
    let pages = extract_page_digests(&copy.pdf).unwrap();
    let attempt = |copy: &ComposedCopy, pages: &[Sha256], statement: &Statement| prepare(copy.clone(), pages, statement, &rehearsal, now);
    let ready = attempt(&copy, &pages, &content.statement).unwrap();
    assert!(!format!("{ready:?}").is_empty());

    let other: Vec<_> = pages.iter().rev().copied().collect();
    assert_eq!(attempt(&copy, &other, &content.statement).unwrap_err(), PrepareError::OtherPages);
    // Another number, book, day, certifier, agency or copy than the page says.
    let refused = |change: &dyn Fn(&mut Statement)| {
        let mut statement = content.statement.clone();
        change(&mut statement);
        attempt(&copy, &pages, &statement).unwrap_err()
    };
    let wanted = |text: &str| PrepareError::OtherStatement(text.to_owned());
    assert_eq!(refused(&|s| s.certification_no.number = 1208), wanted("Số chứng thực: 1208"));
    assert_eq!(refused(&|s| s.certification_no.book = 2), wanted("Quyển số: 2/2026-SCT/BS"));
    assert_eq!(refused(&|s| s.date = date!(2026 - 11 - 21)), wanted("Ngày 21 tháng 11 năm 2026"));
    assert_eq!(refused(&|s| s.certifier.full_name = "Trần Thị Mỹ Hành".into()), wanted("Trần Thị Mỹ Hành"));
    assert_eq!(refused(&|s| s.agency.name = "Ủy ban nhân dân phường Láng".into()), wanted("Ủy ban nhân dân phường Láng"));
    assert_eq!(refused(&|s| s.copy_id = "zzzzzzzzzzzzzzzzzzzzzzzzzz".into()), wanted("zzzzzzzzzzzzzzzzzzzzzzzzzz"));
    // A file without the two fields cannot be signed, and one whose fields were put in twice is not ours.
    let mut bare = bansao_pades::OpenFile::read(copy.pdf.clone()).unwrap();
    assert!(matches!(rehearsal.of(&mut bare, now), Err(RehearsalError::Pdf(_))));
    assert_eq!(bare.bytes(), copy.pdf, "the file itself is not touched");
    let mut outside = copy;
    outside.certifier_field.page = 99;
    assert!(matches!(attempt(&outside, &pages, &content.statement), Err(PrepareError::Fields(_))));
    let rubbish = ComposedCopy { pdf: b"%PDF-1.7 rubbish".to_vec(), ..outside };
    assert!(matches!(attempt(&rubbish, &pages, &content.statement), Err(PrepareError::Fields(_))));
    // The throw-away key is of no use long after.
    let (mut ready, later) = (ready.file, now + time::Duration::days(4000));
    assert!(matches!(rehearsal.of(&mut ready, later), Err(RehearsalError::Judged(_))));
}
