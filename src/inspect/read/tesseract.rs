//! Tesseract in this process: warm engines over language data that was read once.
//!
//! Each thread that reads takes an engine of its own and gives it back; a missing one is made from memory, so a sandbox may
//! close the file system behind it. Deadlines are kept by the engine as well as it can; what it cannot stop, a fault in it
//! included, ends with the process, which is why the service reads in workers (`crate::worker`). The language model is the
//! distribution's (`tesseract-ocr-vie`).

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bansao_scan::{GrayImage, Rect};
use bansao_tesseract::{Engine, EngineError, Line, Word};

use super::reader::{Asked, Heard, ReadError, ReadWord, Reader, Round, cut};

/// Language data is half a megabyte, or some ten in its largest variant.
const DATA_BYTES: usize = 64 << 20;

/// Heights of a line's picture for the second and the third reading, pixels.
const AGAIN_PX: [u32; 2] = [44, 70];

/// Reads with Tesseract.
#[derive(Debug)]
pub struct Tesseract {
    data: Vec<u8>,
    language: String,
    name: String,
    idle: Mutex<Vec<Engine>>,
}

impl Tesseract {
    /// Engines over the `.traineddata` at `path`; one is made at once. The file's name says the language.
    ///
    /// # Errors
    /// [`ReadError::NotStarted`] when it is not there or no such data.
    pub fn load(path: &Path) -> Result<Self, ReadError> {
        let stated = |error: &dyn std::fmt::Display| ReadError::NotStarted(format!("language data {}: {error}", path.display()));
        let data = std::fs::read(path).map_err(|error| stated(&error))?;
        if data.len() > DATA_BYTES {
            return Err(stated(&"too large"));
        }
        let language = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let first = Engine::new(&data, &language).map_err(|error| stated(&error))?;
        let name = format!("tesseract {} {language}", bansao_tesseract::version());
        Ok(Self { data, language, name, idle: Mutex::new(vec![first]) })
    }

    fn engine(&self) -> Result<Engine, ReadError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| Engine::new(&self.data, &self.language).map_err(|error| ReadError::NotStarted(error.to_string())), Ok)
    }
}

impl Reader for Tesseract {
    fn read(&self, lines: &[GrayImage], deadline: Duration) -> Result<Vec<Vec<ReadWord>>, ReadError> {
        let end = Instant::now() + deadline;
        let mut engine = self.engine()?;
        let words = lines.iter().map(|line| one(&mut engine, line, end.saturating_duration_since(Instant::now()), deadline)).collect();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(engine);
        words
    }

    fn again(&self, layer: &GrayImage, boxes: &[Rect], deadline: Duration) -> Result<Vec<Round>, ReadError> {
        // It errs differently at different sizes: a mark lost at one is there at another.
        AGAIN_PX.iter().map(|height| Ok(Round { height: *height, words: self.read(&cut(layer, boxes, *height), deadline)? })).collect()
    }

    fn weigh(&self, _layer: &GrayImage, values: &[Asked], _deadline: Duration) -> Result<Vec<Vec<Heard>>, ReadError> {
        Ok(vec![Vec::new(); values.len()])
    }

    fn other(&self, _layer: &GrayImage, _boxes: &[Rect], _deadline: Duration) -> Result<Vec<Round>, ReadError> {
        Ok(Vec::new())
    }

    fn likelihoods(&self, _layer: &GrayImage, _place: Rect, _texts: &[String], _deadline: Duration) -> Result<Vec<f32>, ReadError> {
        Ok(Vec::new())
    }

    fn shortfalls(&self, _layer: &GrayImage, _place: Rect, _texts: &[String], _deadline: Duration) -> Result<Vec<f32>, ReadError> {
        Ok(Vec::new())
    }

    fn name(&self) -> &str {
        &self.name
    }
}

fn one(engine: &mut Engine, image: &GrayImage, left: Duration, deadline: Duration) -> Result<Vec<ReadWord>, ReadError> {
    let line = Line::new(image.as_raw(), image.width(), image.height()).ok_or_else(|| ReadError::Failed("a line without pixels".into()))?;
    match engine.read(&line, left) {
        Ok(words) => Ok(words.into_iter().map(word).collect()),
        Err(EngineError::Overrun) => Err(ReadError::Overrun(deadline)),
        Err(error) => Err(ReadError::Failed(error.to_string())),
    }
}

fn word(word: Word) -> ReadWord {
    let [x, y, w, h] = word.rect;
    ReadWord { text: word.text, confidence: word.confidence, rect: Rect { x, y, w, h } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::read::LANGUAGE_DATA;

    #[test]
    fn what_is_no_language_data_is_said() {
        assert!(matches!(Tesseract::load(Path::new("/nowhere/vie.traineddata")), Err(ReadError::NotStarted(_))));
        assert!(matches!(Tesseract::load(Path::new("/proc/self/cmdline")), Err(ReadError::NotStarted(_))));
    }

    #[test]
    fn several_threads_read_at_once_and_a_passed_deadline_is_an_overrun() {
        let reader = Tesseract::load(Path::new(LANGUAGE_DATA)).unwrap();
        let blank = [GrayImage::from_pixel(80, 40, image::Luma([255]))];
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| assert_eq!(reader.read(&blank, Duration::from_secs(60)).unwrap().len(), 1));
            }
        });
        assert_eq!(reader.read(&blank, Duration::ZERO), Err(ReadError::Overrun(Duration::ZERO)));
    }
}
