//! The trained weights read a few lines as the trainer reads them: `tools/recogniser/beside.py --golden` wrote both.

use std::path::Path;

use bansao_recogniser::{Line, Model, Recogniser, VIETNAMESE};

#[test]
fn lines_read_as_the_trainer_reads_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let texts: Vec<String> = serde_json::from_slice(&std::fs::read(folder.join("readings.json")).unwrap()).unwrap();
    let model = Model::parse(VIETNAMESE).unwrap();
    let mut recogniser = Recogniser::new(&model).unwrap();
    assert!(texts.len() >= 10);
    for (at, text) in texts.iter().enumerate() {
        let picture = image::open(folder.join(format!("{at:02}.png"))).unwrap().into_luma8();
        assert_eq!(recogniser.read(&Line::from_gray(&picture).unwrap()).text, *text, "line {at}");
    }
}

#[test]
fn the_weights_name_the_training_that_made_them() {
    let log = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("weights/training.jsonl")).unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, &log);
    let hexadecimal: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(Model::parse(VIETNAMESE).unwrap().training(), hexadecimal);
}
