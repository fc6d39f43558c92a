//! The engine over real language data: what it reads, and how it refuses.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::time::Duration;

use bansao_tesseract::{Engine, EngineError, Line, version};

const DATA: &str = "/usr/share/tesseract-ocr/5/tessdata/vie.traineddata";
const LONG: Duration = Duration::from_secs(20);

fn engine() -> Engine {
    Engine::new(&std::fs::read(DATA).unwrap(), "vie").unwrap()
}

/// A line with one `I` and one `L` in the blackest of strokes.
fn strokes() -> (Vec<u8>, u32, u32) {
    let (width, height) = (160_u32, 56_u32);
    let mut pixels = vec![255_u8; (width * height) as usize];
    let mut bar = |x: std::ops::Range<u32>, y: std::ops::Range<u32>| {
        for (x, y) in y.flat_map(|y| x.clone().map(move |x| (x, y))) {
            pixels[(y * width + x) as usize] = 0;
        }
    };
    for left in [30, 60, 90] {
        bar(left..left + 6, 10..46);
        bar(left..left + 20, 41..46);
    }
    (pixels, width, height)
}

#[test]
fn it_reads_and_reads_the_same_again() {
    assert!(version().starts_with('5'), "{}", version());
    let (pixels, width, height) = strokes();
    let line = Line::new(&pixels, width, height).unwrap();
    let mut engine = engine();
    let first = engine.read(&line, LONG).unwrap();
    assert_eq!(first.iter().map(|word| word.text.as_str()).collect::<String>(), "LLL", "{first:?}");
    let [left, _, wide, _] = first[0].rect;
    assert!((25..35).contains(&left) && wide > 40, "{first:?}");
    let blank = vec![255; 64 * 32];
    engine.read(&Line::new(&blank, 64, 32).unwrap(), LONG).unwrap();
    assert_eq!(engine.read(&line, LONG).unwrap(), first);
}

#[test]
fn it_refuses_what_it_cannot_read() {
    assert_eq!(Engine::new(b"not a language", "vie").err(), Some(EngineError::LanguageData));
    let mut engine = engine();
    assert!(matches!(engine.read(&Line::new(&[], 0, 0).unwrap(), LONG), Err(EngineError::Size { .. })));
    assert!(matches!(engine.set("no_such_parameter", "1"), Err(EngineError::Parameter(_))));
    let (pixels, width, height) = strokes();
    assert_eq!(engine.read(&Line::new(&pixels, width, height).unwrap(), Duration::ZERO), Err(EngineError::Overrun));
}
