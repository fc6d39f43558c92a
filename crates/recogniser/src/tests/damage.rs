//! Files that are no models, each said in its own words.

use serde_json::{Value, json};

use super::build::{SYMBOLS, file, header, model, small};
use crate::model::Sizes;
use crate::{Model, ModelError};

fn with(change: impl Fn(&mut Value)) -> Result<Model, ModelError> {
    let mut header = header(&small(), SYMBOLS);
    change(&mut header);
    Model::parse(&file(&header, &small(), 1))
}

#[test]
fn a_whole_model_is_taken() {
    let model = Model::parse(&model(1)).unwrap();
    assert_eq!(model.sizes(), &small());
    assert_eq!((model.training().len(), model.license()), (64, "Apache-2.0"));
    assert_eq!(model.tensors().len(), 7 + 3 * 2 + 1);
}

#[test]
fn every_cut_is_noticed() {
    let whole = model(2);
    for length in (0..whole.len()).step_by(97).chain([whole.len() - 1]) {
        let error = Model::parse(&whole[..length]).unwrap_err();
        assert!(matches!(error, ModelError::Magic | ModelError::Truncated), "{length}: {error}");
    }
    let longer = [whole.as_slice(), &[0]].concat();
    assert_eq!(Model::parse(&longer).unwrap_err(), ModelError::Trailing(1));
}

#[test]
fn what_is_no_number_is_refused() {
    let whole = model(3);
    let length = u32::from_le_bytes(whole[8..12].try_into().unwrap()) as usize;
    for bad in [f32::NAN, f32::INFINITY, -1e9] {
        let mut damaged = whole.clone();
        damaged[12 + length..16 + length].copy_from_slice(&bad.to_le_bytes());
        assert_eq!(Model::parse(&damaged).unwrap_err(), ModelError::Number("conv0".to_owned()));
    }
}

#[test]
fn headers_that_do_not_fit_are_refused() {
    assert_eq!(with(|h| h["height"] = json!(32)).unwrap_err(), ModelError::Bounds("height"));
    assert_eq!(with(|h| h["e"] = json!(0)).unwrap_err(), ModelError::Bounds("expansion"));
    assert_eq!(with(|h| h["c"][2] = json!(1_u64 << 40)).unwrap_err(), ModelError::Bounds("count of channels"));
    assert_eq!(with(|h| h["r"] = json!(65)).unwrap_err(), ModelError::Bounds("count of rows"));
    assert_eq!(with(|h| h["training"] = json!("none")).unwrap_err(), ModelError::Bounds("training record"));
    assert_eq!(with(|h| h["license"] = json!("")).unwrap_err(), ModelError::Bounds("license"));
    assert_eq!(with(|h| h["symbols"] = json!("aa")).unwrap_err(), ModelError::Symbols);
    assert!(matches!(with(|h| h["extra"] = json!(1)), Err(ModelError::Header(_))));
    // One symbol more, and the head is too small.
    assert!(matches!(with(|h| h["symbols"] = json!(format!("{SYMBOLS}Z"))), Err(ModelError::Tensor { index: 13, .. })));
    assert!(matches!(with(|h| h["tensors"][1]["name"] = json!("conv9")), Err(ModelError::Tensor { index: 1, .. })));
    assert!(matches!(with(|h| h["tensors"][0]["shape"][3] = json!(3)), Err(ModelError::Tensor { index: 0, .. })));
    let extra = |h: &mut Value| h["tensors"].as_array_mut().unwrap().push(json!({"name": "more", "shape": [1, 1, 1, 1]}));
    assert!(matches!(with(extra), Err(ModelError::Tensor { index: 14, .. })));
    let mut shorter = header(&Sizes { rows: 1, ..small() }, SYMBOLS);
    shorter["r"] = json!(2);
    assert!(matches!(Model::parse(&file(&shorter, &small(), 1)), Err(ModelError::Tensor { index: 10, .. })));
}

#[test]
fn any_changed_byte_of_the_header_is_answered() {
    let whole = model(4);
    let length = u32::from_le_bytes(whole[8..12].try_into().unwrap()) as usize;
    let mut taken = 0;
    for at in 0..12 + length {
        for change in [0x01, 0x10, 0x80] {
            let mut damaged = whole.clone();
            damaged[at] ^= change;
            taken += usize::from(Model::parse(&damaged).is_ok());
        }
    }
    // What is left are other letters in the symbols and the licence, and other digits in the hash.
    let free = 64 + SYMBOLS.len() + "Apache-2.0".len();
    assert!(taken < 3 * free, "{taken} of {}", 3 * (12 + length));
}
