//! Reading alone: what inspection asks the engines on a page, written down once and asked again by itself.

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use bansao::clock::{Clock, SystemClock};
use bansao::inspect::inspect;
use bansao::inspect::read::{Asked, Heard, LANGUAGE_DATA, Pair, ReadError, ReadWord, Reader, Round};
use bansao::inspect::scan_limits;
use bansao_scan::layout::lines;
use bansao_scan::rectify::{LayerOptions, text_layer};
use bansao_scan::{GrayImage, Measures, Page, Rect, measure};

use super::ground::{Ground, Specimen};
use super::measure::spend;

/// No question takes longer.
const DEADLINE: Duration = Duration::from_secs(60);

/// One question to the engines.
enum Question {
    Read(Vec<GrayImage>),
    Weigh(GrayImage, Vec<Asked>),
    Again(GrayImage, Vec<Rect>),
    Other(GrayImage, Vec<Rect>),
    Likelihoods(GrayImage, Rect, Vec<String>),
    Shortfalls(GrayImage, Rect, Vec<String>),
}

/// The engines, with a list of what they are asked.
struct Asking {
    engines: Pair,
    asked: Mutex<Vec<Question>>,
}

impl Asking {
    fn note(&self, question: Question) {
        self.asked.lock().unwrap().push(question);
    }
}

impl Reader for Asking {
    fn read(&self, lines: &[GrayImage], deadline: Duration) -> Result<Vec<Vec<ReadWord>>, ReadError> {
        self.note(Question::Read(lines.to_vec()));
        self.engines.read(lines, deadline)
    }

    fn again(&self, layer: &GrayImage, boxes: &[Rect], deadline: Duration) -> Result<Vec<Round>, ReadError> {
        self.note(Question::Again(layer.clone(), boxes.to_vec()));
        self.engines.again(layer, boxes, deadline)
    }

    fn weigh(&self, layer: &GrayImage, values: &[Asked], deadline: Duration) -> Result<Vec<Vec<Heard>>, ReadError> {
        self.note(Question::Weigh(layer.clone(), values.to_vec()));
        self.engines.weigh(layer, values, deadline)
    }

    fn other(&self, layer: &GrayImage, boxes: &[Rect], deadline: Duration) -> Result<Vec<Round>, ReadError> {
        self.note(Question::Other(layer.clone(), boxes.to_vec()));
        self.engines.other(layer, boxes, deadline)
    }

    fn likelihoods(&self, layer: &GrayImage, place: Rect, texts: &[String], deadline: Duration) -> Result<Vec<f32>, ReadError> {
        self.note(Question::Likelihoods(layer.clone(), place, texts.to_vec()));
        self.engines.likelihoods(layer, place, texts, deadline)
    }

    fn shortfalls(&self, layer: &GrayImage, place: Rect, texts: &[String], deadline: Duration) -> Result<Vec<f32>, ReadError> {
        self.note(Question::Shortfalls(layer.clone(), place, texts.to_vec()));
        self.engines.shortfalls(layer, place, texts, deadline)
    }

    fn name(&self) -> &str {
        self.engines.name()
    }
}

/// The reading of one page, ready to be done again.
pub(crate) struct Reading {
    engines: Pair,
    page: Page,
    measures: Measures,
    asked: Vec<Question>,
}

impl Reading {
    /// What inspection asks about this page.
    pub(crate) fn of(ground: &Ground, specimen: &Specimen) -> Self {
        let asking = Asking { engines: Pair::load(Path::new(LANGUAGE_DATA)).unwrap(), asked: Mutex::default() };
        spend(inspect(std::slice::from_ref(&specimen.jpeg), None, &ground.forms, &asking, &ground.limits, SystemClock.today()));
        let page = bansao_scan::open(&specimen.jpeg, &scan_limits(&ground.limits)).unwrap().pages.remove(0);
        let measures = measure(&page);
        Self { engines: asking.engines, page, measures, asked: asking.asked.into_inner().unwrap() }
    }

    /// The layers that are read, and their lines.
    pub(crate) fn find_lines(&self) {
        let dpi = self.measures.resolution.dpi;
        for options in [LayerOptions::reading(), LayerOptions::titles()] {
            let layer = text_layer(&self.page.image, dpi, self.measures.pose(), &options);
            spend(lines(&layer.image, dpi));
        }
    }

    /// Every question that the engines were asked.
    pub(crate) fn ask(&self) {
        for question in &self.asked {
            match question {
                Question::Read(lines) => spend(self.engines.read(lines, DEADLINE).unwrap()),
                Question::Weigh(layer, values) => spend(self.engines.weigh(layer, values, DEADLINE).unwrap()),
                Question::Again(layer, boxes) => spend(self.engines.again(layer, boxes, DEADLINE).unwrap()),
                Question::Other(layer, boxes) => spend(self.engines.other(layer, boxes, DEADLINE).unwrap()),
                Question::Likelihoods(layer, place, texts) => spend(self.engines.likelihoods(layer, *place, texts, DEADLINE).unwrap()),
                Question::Shortfalls(layer, place, texts) => spend(self.engines.shortfalls(layer, *place, texts, DEADLINE).unwrap()),
            }
        }
    }

    /// The questions, counted by kind.
    pub(crate) fn in_words(&self) -> String {
        let count = |is: fn(&Question) -> usize| self.asked.iter().map(is).sum::<usize>();
        let lines = count(|question| if let Question::Read(lines) = question { lines.len() } else { 0 });
        let weighed = count(
            |question| if let Question::Weigh(_, values) = question { values.iter().map(|value| value.lines.len()).sum() } else { 0 },
        );
        let other = count(|question| if let Question::Other(_, boxes) | Question::Again(_, boxes) = question { boxes.len() } else { 0 });
        let texts = count(|question| match question {
            Question::Likelihoods(_, _, texts) | Question::Shortfalls(_, _, texts) => texts.len(),
            _ => 0,
        });
        format!("{lines} lines, {weighed} lines of values again, {other} by Tesseract, {texts} texts weighed")
    }
}
