//! Two engines that err differently: our own network reads every line, and the values that matter again by themselves; where it
//! is unsure of one, Tesseract is asked.

use std::path::Path;
use std::time::Duration;

use bansao_scan::{GrayImage, Rect};

use super::own::Own;
use super::reader::{Asked, Heard, ReadError, ReadWord, Reader, Round, cut};
use super::tesseract::Tesseract;

/// Height at which Tesseract reads a value, pixels.
const TESSERACT_PX: u32 = 56;

/// Our own network and Tesseract.
#[derive(Debug)]
pub struct Pair {
    own: Own,
    tesseract: Tesseract,
    name: String,
}

impl Pair {
    /// Both, warm; Tesseract over the `.traineddata` at `language_data`.
    ///
    /// # Errors
    /// [`ReadError::NotStarted`] of either.
    pub fn load(language_data: &Path) -> Result<Self, ReadError> {
        let (own, tesseract) = (Own::new()?, Tesseract::load(language_data)?);
        let name = format!("{} with {}", own.name(), tesseract.name());
        Ok(Self { own, tesseract, name })
    }
}

impl Reader for Pair {
    fn read(&self, lines: &[GrayImage], deadline: Duration) -> Result<Vec<Vec<ReadWord>>, ReadError> {
        self.own.read(lines, deadline)
    }

    fn again(&self, layer: &GrayImage, boxes: &[Rect], deadline: Duration) -> Result<Vec<Round>, ReadError> {
        let mut rounds = self.own.again(layer, boxes, deadline)?;
        rounds.extend(self.other(layer, boxes, deadline)?);
        Ok(rounds)
    }

    fn weigh(&self, layer: &GrayImage, values: &[Asked], deadline: Duration) -> Result<Vec<Vec<Heard>>, ReadError> {
        self.own.weigh(layer, values, deadline)
    }

    fn other(&self, layer: &GrayImage, boxes: &[Rect], deadline: Duration) -> Result<Vec<Round>, ReadError> {
        Ok(vec![Round { height: TESSERACT_PX, words: self.tesseract.read(&cut(layer, boxes, TESSERACT_PX), deadline)? }])
    }

    fn likelihoods(&self, layer: &GrayImage, place: Rect, texts: &[String], deadline: Duration) -> Result<Vec<f32>, ReadError> {
        self.own.likelihoods(layer, place, texts, deadline)
    }

    fn shortfalls(&self, layer: &GrayImage, place: Rect, texts: &[String], deadline: Duration) -> Result<Vec<f32>, ReadError> {
        self.own.shortfalls(layer, place, texts, deadline)
    }

    fn name(&self) -> &str {
        &self.name
    }
}
