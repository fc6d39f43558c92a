//! Photographs of specimens, taken from aside in uneven light, are read about as well as the scans themselves.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

mod camera;

use std::collections::BTreeMap;
use std::path::Path;

use bansao::finding::Code;
use bansao::inspect::forms::FormSet;
use bansao::inspect::read::{LANGUAGE_DATA, Tesseract};
use bansao::inspect::{InspectionReport, inspect};
use bansao::limits::Limits;
use bansao::record::{Kind, same_text};
use bansao_scan::open;
use serde::Deserialize;
use time::macros::date;

use camera::{Camera, jpeg};

#[derive(Deserialize)]
struct Case {
    kind: Kind,
    files: Vec<String>,
    fields: BTreeMap<String, String>,
}

fn exact(report: &InspectionReport, case: &Case) -> usize {
    case.fields.iter().filter(|(id, value)| report.value(id).is_some_and(|read| same_text(read, value))).count()
}

#[test]
fn photographs_are_read_about_as_well_as_scans() {
    let forms = FormSet::embedded().unwrap();
    let reader = Tesseract::load(Path::new(LANGUAGE_DATA)).unwrap();
    let limits = Limits { page_seconds: 60, ..Limits::default() };
    let cameras =
        [Camera { back: 11.0, right: -5.0, turn: 2.0, shadow: 0.45 }, Camera { back: -6.0, right: 9.0, turn: -4.0, shadow: 0.30 }];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scans");
    for (folder, camera) in ["birth_certificate/b2015-bold-300", "marriage_certificate/m2015-bold-300"].iter().zip(&cameras) {
        let path = root.join(folder);
        let case: Case = toml::from_str(&std::fs::read_to_string(path.join("case.toml")).unwrap()).unwrap();
        let scan = std::fs::read(path.join(&case.files[0])).unwrap();
        let sheet = open(&scan, &bansao_scan::Limits::default()).unwrap().pages.remove(0).image;
        // The camera looks at the longer side upright.
        let wide = sheet.width() > sheet.height();
        let upright = if wide { image::imageops::rotate90(&sheet) } else { sheet };
        let photo = jpeg(&camera.shoot(&upright, 3000));
        let look = |file: Vec<u8>| inspect(&[file], Some(&case.kind), &forms, &reader, &limits, date!(2026 - 11 - 21));
        let (of_scan, of_photo) = (look(scan), look(photo));
        let (expected, read) = (exact(&of_scan, &case), exact(&of_photo, &case));
        println!("{folder}: {read} of {} values from the photograph, {expected} from the scan; {:?}", case.fields.len(), of_photo.findings);
        assert_eq!(of_photo.form, of_scan.form, "{folder}");
        assert!(read + 2 >= expected, "{folder}: {read} values from the photograph, {expected} from the scan");
        for code in [Code::SealMissing, Code::SheetUnclear, Code::Cropped, Code::Photocopy] {
            assert!(of_photo.findings.iter().all(|finding| finding.code != code), "{folder}: {:?}", of_photo.findings);
        }
        // Regions are those of the picture as received: the sheet does not fill it, so no value stands at its rim.
        let regions: Vec<_> = of_photo.fields.iter().filter_map(|field| field.region).collect();
        assert!(!regions.is_empty() && regions.iter().all(|region| region.left > 60 && region.right < 960), "{regions:?}");
    }
}
