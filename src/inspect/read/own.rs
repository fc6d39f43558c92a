//! Our own network (`bansao-recogniser`) as a reader: its weights are in the program, so it opens no file.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bansao_recogniser::{Line, Model, Recogniser, VIETNAMESE, Word};
use bansao_scan::{GrayImage, Rect};
use image::imageops::crop_imm;

use super::reader::{ReadError, ReadWord, Reader, Round, cut};

/// Darker than this is ink: the network was taught on lines cut where half of a stroke's darkness is reached.
const INK: u8 = 160;
/// Air around the ink as a share of its height, as the network was taught: 2 of 28 rows.
const AIR: f32 = 2.0 / 28.0;
/// Ink lower than this share of the picture is a dash or dots: the line is not blown up to it.
const LEAST: f32 = 0.3;
/// Height at which a value is cut for a reading of its own, pixels.
const ALONE_PX: u32 = 48;

/// Reads with our own network.
#[derive(Debug)]
pub struct Own {
    ready: Recogniser,
    name: String,
    idle: Mutex<Vec<Recogniser>>,
}

impl Own {
    /// The network with the weights of this program.
    ///
    /// # Errors
    /// [`ReadError::NotStarted`] when they are not what they should be.
    pub fn new() -> Result<Self, ReadError> {
        let not_started = |error: &dyn std::fmt::Display| ReadError::NotStarted(format!("the network: {error}"));
        let model = Model::parse(VIETNAMESE).map_err(|error| not_started(&error))?;
        let ready = Recogniser::new(&model).map_err(|error| not_started(&error))?;
        let name = format!("own {}", model.training().get(..12).unwrap_or_default());
        Ok(Self { ready, name, idle: Mutex::default() })
    }
}

impl Reader for Own {
    fn read(&self, lines: &[GrayImage], deadline: Duration) -> Result<Vec<Vec<ReadWord>>, ReadError> {
        let end = Instant::now() + deadline;
        let in_time = || if Instant::now() < end { Ok(()) } else { Err(ReadError::Overrun(deadline)) };
        self.with(|recogniser| lines.iter().map(|line| in_time().map(|()| one(recogniser, line))).collect())
    }

    fn again(&self, layer: &GrayImage, boxes: &[Rect], deadline: Duration) -> Result<Vec<Round>, ReadError> {
        // Sizes are all one to it: what helps is the value without its neighbours.
        Ok(vec![Round { height: ALONE_PX, words: self.read(&cut(layer, boxes, ALONE_PX), deadline)? }])
    }

    fn likelihoods(&self, layer: &GrayImage, place: Rect, texts: &[String], deadline: Duration) -> Result<Vec<f32>, ReadError> {
        let end = Instant::now() + deadline;
        let cut = cut(layer, &[place], ALONE_PX);
        let line = cut.first().and_then(line).map(|(line, _)| line);
        let Some(line) = line else { return Ok(Vec::new()) };
        let posteriors = self.with(|recogniser| recogniser.posteriors(&line));
        let in_time = || if Instant::now() < end { Ok(()) } else { Err(ReadError::Overrun(deadline)) };
        // A text with a sign that the network does not know cannot be what it sees.
        let of = |text: &String| posteriors.log_likelihood(text).unwrap_or(f32::NEG_INFINITY);
        texts.iter().map(|text| in_time().map(|()| of(text))).collect()
    }

    fn name(&self) -> &str {
        &self.name
    }
}

impl Own {
    /// Works with an idle network, or with one made for it.
    fn with<T>(&self, work: impl FnOnce(&mut Recogniser) -> T) -> T {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut recogniser = idle.unwrap_or_else(|| self.ready.clone());
        let done = work(&mut recogniser);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(recogniser);
        done
    }
}

fn one(recogniser: &mut Recogniser, picture: &GrayImage) -> Vec<ReadWord> {
    let Some((line, x)) = line(picture) else { return Vec::new() };
    recogniser.read(&line).words.into_iter().map(|word| placed(word, picture, x)).collect()
}

/// The ink of a picture with the air around it that the network was taught with, and where it begins; none of a blank picture.
fn line(picture: &GrayImage) -> Option<(Line, u32)> {
    let ink = ink(picture, 0, picture.width())?;
    let tall = (ink.h as f32).max(picture.height() as f32 * LEAST);
    let air = ((tall - ink.h as f32) / 2.0 + tall * AIR).round() as u32;
    let (x, y) = (ink.x.saturating_sub(2 * air), ink.y.saturating_sub(air));
    let (right, bottom) = ((ink.right() + 2 * air).min(picture.width()), (ink.bottom() + air).min(picture.height()));
    let cut = crop_imm(picture, x, y, right - x, bottom - y).to_image();
    Some((Line::from_gray(&cut).ok()?, x))
}

/// The network knows where along the line a word is; its height is that of its ink.
fn placed(word: Word, picture: &GrayImage, x: u32) -> ReadWord {
    let [left, _, w, _] = word.rect;
    let from = (left + x).min(picture.width());
    let whole = Rect { x: from, y: 0, w, h: picture.height() };
    let rect = ink(picture, from, (from + w).min(picture.width())).unwrap_or(whole);
    ReadWord { text: word.text, confidence: word.confidence, rect }
}

/// The box around the ink of some columns.
fn ink(picture: &GrayImage, from: u32, until: u32) -> Option<Rect> {
    let width = picture.width() as usize;
    let mut found: Option<Rect> = None;
    for (y, row) in picture.as_raw().chunks_exact(width.max(1)).enumerate() {
        let row = row.get(from as usize..until as usize).unwrap_or_default();
        let dark = |value: &u8| *value < INK;
        let (Some(first), Some(last)) = (row.iter().position(dark), row.iter().rposition(dark)) else { continue };
        let line = Rect { x: from + first as u32, y: y as u32, w: (last - first) as u32 + 1, h: 1 };
        found = Some(found.map_or(line, |found| found.union(&line)));
    }
    found
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn blank_lines_have_no_words_and_a_passed_deadline_is_an_overrun() {
        let reader = Own::new().unwrap();
        let blank = [GrayImage::from_pixel(80, 40, Luma([255])), GrayImage::new(0, 0)];
        assert_eq!(reader.read(&blank, Duration::from_secs(60)).unwrap(), [vec![], vec![]]);
        assert_eq!(reader.read(&blank, Duration::ZERO), Err(ReadError::Overrun(Duration::ZERO)));
    }

    #[test]
    fn ink_has_its_box() {
        let mut picture = GrayImage::from_pixel(60, 30, Luma([255]));
        assert_eq!(ink(&picture, 0, 60), None);
        picture.put_pixel(10, 5, Luma([0]));
        picture.put_pixel(40, 20, Luma([90]));
        picture.put_pixel(50, 29, Luma([200]));
        assert_eq!(ink(&picture, 0, 60), Some(Rect { x: 10, y: 5, w: 31, h: 16 }));
        assert_eq!(ink(&picture, 30, 60), Some(Rect { x: 40, y: 20, w: 1, h: 1 }));
    }
}
