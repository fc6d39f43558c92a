//! Our own network (`bansao-recogniser`) as a reader: its weights are in the program, so it opens no file.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bansao_recogniser::{Candidate, Knowledge, Line, Model, Posteriors, Recogniser, Search, VIETNAMESE, Word};
use bansao_scan::{GrayImage, Rect};
use image::imageops::crop_imm;

use super::prior::{known_of, weighed};
use super::reader::{Asked, Heard, ReadError, ReadWord, Reader, Round, cut};

/// Darker than this is ink: the network was taught on lines cut where half of a stroke's darkness is reached.
const INK: u8 = 160;
/// Air around the ink as a share of its height, as the network was taught: 3 of 42 rows.
const AIR: f32 = 3.0 / 42.0;
/// Ink lower than this share of the picture is a dash or dots: the line is not blown up to it.
const LEAST: f32 = 0.3;
/// Height at which a value is cut for a reading of its own, pixels.
const ALONE_PX: u32 = 72;

/// How a value is searched: as wide as the beam's default; what is 14 below the best beginning came to nothing on drawn lines.
const SEARCH: Search = Search { width: 16, symbols: 8, slack: 14.0, weight: 1.0 };
/// Texts of one line that are weighed.
const TEXTS: usize = 8;

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

    /// Does something to each of `items`, with one network, until the deadline.
    fn each<T, R>(&self, items: &[T], deadline: Duration, mut work: impl FnMut(&mut Recogniser, &T) -> R) -> Result<Vec<R>, ReadError> {
        let end = Instant::now() + deadline;
        let in_time = || if Instant::now() < end { Ok(()) } else { Err(ReadError::Overrun(deadline)) };
        self.with(|recogniser| items.iter().map(|item| in_time().map(|()| work(recogniser, item))).collect())
    }

    /// Asks the network the same of each text about one line; nothing where the box holds no line.
    fn each_text(
        &self,
        layer: &GrayImage,
        place: Rect,
        texts: &[String],
        deadline: Duration,
        ask: impl Fn(&Posteriors, &str) -> f32,
    ) -> Result<Vec<f32>, ReadError> {
        let end = Instant::now() + deadline;
        let cut = cut(layer, &[place], ALONE_PX);
        let Some((line, _)) = cut.first().and_then(trimmed) else { return Ok(Vec::new()) };
        let posteriors = self.with(|recogniser| recogniser.posteriors(&line));
        let in_time = || if Instant::now() < end { Ok(()) } else { Err(ReadError::Overrun(deadline)) };
        texts.iter().map(|text| in_time().map(|()| ask(&posteriors, text))).collect()
    }

    /// Works with an idle network, or with one made for it.
    fn with<T>(&self, work: impl FnOnce(&mut Recogniser) -> T) -> T {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut recogniser = idle.unwrap_or_else(|| self.ready.clone());
        let done = work(&mut recogniser);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(recogniser);
        done
    }
}

impl Reader for Own {
    fn read(&self, lines: &[GrayImage], deadline: Duration) -> Result<Vec<Vec<ReadWord>>, ReadError> {
        self.each(lines, deadline, one)
    }

    fn weigh(&self, layer: &GrayImage, values: &[Asked], deadline: Duration) -> Result<Vec<Vec<Heard>>, ReadError> {
        self.each(values, deadline, |recogniser, value| {
            let lines = cut(layer, &value.lines, ALONE_PX);
            whole(lines.iter().map(|line| texts(recogniser, line, value)).filter(|texts| !texts.is_empty()).collect())
        })
    }

    fn again(&self, layer: &GrayImage, boxes: &[Rect], deadline: Duration) -> Result<Vec<Round>, ReadError> {
        // Sizes are all one to it: what helps is the value without its neighbours.
        Ok(vec![Round { height: ALONE_PX, words: self.read(&cut(layer, boxes, ALONE_PX), deadline)? }])
    }

    fn other(&self, _layer: &GrayImage, _boxes: &[Rect], _deadline: Duration) -> Result<Vec<Round>, ReadError> {
        Ok(Vec::new())
    }

    fn likelihoods(&self, layer: &GrayImage, place: Rect, texts: &[String], deadline: Duration) -> Result<Vec<f32>, ReadError> {
        // A text with a sign that the network does not know cannot be what it sees.
        self.each_text(layer, place, texts, deadline, |posteriors, text| posteriors.log_likelihood(text).unwrap_or(f32::NEG_INFINITY))
    }

    fn shortfalls(&self, layer: &GrayImage, place: Rect, texts: &[String], deadline: Duration) -> Result<Vec<f32>, ReadError> {
        self.each_text(layer, place, texts, deadline, |posteriors, text| posteriors.shortfall(text).unwrap_or(f32::INFINITY))
    }

    fn name(&self) -> &str {
        &self.name
    }
}

fn one(recogniser: &mut Recogniser, picture: &GrayImage) -> Vec<ReadWord> {
    let Some((line, x)) = trimmed(picture) else { return Vec::new() };
    recogniser.read(&line).words.into_iter().map(|word| placed(word, picture, x)).collect()
}

/// What a line may say, best first; what fits no text that is known to be possible is read freely.
fn texts(recogniser: &mut Recogniser, picture: &GrayImage, value: &Asked) -> Vec<Candidate> {
    let Some((line, _)) = trimmed(picture) else { return Vec::new() };
    let posteriors = recogniser.posteriors(&line);
    let mut found = posteriors.candidates(known_of(value.kind), SEARCH, TEXTS);
    if found.is_empty() {
        found = posteriors.candidates(&Knowledge::Nothing, SEARCH, TEXTS);
    }
    if value.kind.is_address() { weighed(found, &posteriors, &value.said) } else { found }
}

/// The texts of a value that stands on several lines: the best of all, and with one line's other texts each.
fn whole(lines: Vec<Vec<Candidate>>) -> Vec<Heard> {
    let best: Vec<&Candidate> = lines.iter().filter_map(|texts| texts.first()).collect();
    let score: f32 = best.iter().map(|text| text.score).sum();
    let with = |at: usize, other: &Candidate| {
        let texts = best.iter().enumerate().map(|(here, text)| if here == at { &other.text } else { &text.text });
        let text = texts.filter(|text| !text.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ");
        Heard { text, weight: score - best.get(at).map_or(0.0, |text| text.score) + other.score }
    };
    let others =
        |(at, texts): (usize, &Vec<Candidate>)| texts.iter().skip(usize::from(at > 0)).map(|text| with(at, text)).collect::<Vec<_>>();
    lines.iter().enumerate().flat_map(others).collect()
}

/// The line around the ink of a picture, with the air that the network was taught, and where it begins.
fn trimmed(picture: &GrayImage) -> Option<(Line, u32)> {
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

    use super::super::odds::Odds;
    use super::*;
    use crate::inspect::forms::FieldType;

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

    /// The likeliest name on a line of `fixtures/lines`, its probability, and what is read there freely.
    fn name(reader: &Own, picture: &str) -> (String, f32, String) {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lines");
        let layer = image::open(folder.join(picture)).unwrap().into_luma8();
        let line = Rect { x: 10, y: 10, w: layer.width() - 20, h: layer.height() - 20 };
        let deadline = Duration::from_secs(60);
        let heard =
            reader.weigh(&layer, &[Asked { kind: FieldType::Name, lines: vec![line], said: String::new() }], deadline).unwrap().remove(0);
        let odds = Odds::of(FieldType::Name, &heard).unwrap();
        let free = reader.again(&layer, &[line], deadline).unwrap().remove(0).words.remove(0);
        let free = free.into_iter().map(|word| word.text).collect::<Vec<_>>().join(" ");
        (odds.clone().settled().unwrap().value.text, odds.best(), free)
    }

    #[test]
    fn a_name_that_is_printed_clearly_stays_however_rare() {
        let reader = Own::new().unwrap();
        let pictures = [
            ("keep-1.png", "QUÀNG THỊ ỔN"),
            ("keep-2.png", "Thạch Sa Rương"),
            ("keep-3.png", "Y Bhiông Niê"),
            ("keep-4.png", "Thào A Chu"),
            ("keep-5.png", "Trần Lệ Phứu"),
            ("keep-6.png", "Võ Quang Suấn"),
            ("keep-7.png", "ĐÀO ĐÌNH QUYÔN"),
            ("keep-9.png", "VŨ BÁ LÂM"),
            ("keep-10.png", "Lê Bá Lâm"),
            ("keep-8.png", "KIÊN SÓC NHỊP"),
        ];
        let read = pictures.map(|(picture, printed)| (printed, name(&reader, picture)));
        let wrong: Vec<_> = read.iter().filter(|(printed, (text, probability, _))| text != printed || *probability < 0.9).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn between_signs_that_look_alike_the_commoner_name_is_read() {
        let reader = Own::new().unwrap();
        let pictures = [
            ("mend-2.png", "DƯƠNG UYÊN MẬN"),
            ("mend-3.png", "LÂM QUỲNH LỢI"),
            ("mend-4.png", "MAI HUYỀN TÚ"),
            ("mend-5.png", "Lê Hồng Phong"),
        ];
        let read = pictures.map(|(picture, printed)| (printed, name(&reader, picture)));
        let wrong: Vec<_> = read.iter().filter(|(printed, (text, _, free))| text != printed || free == printed).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
