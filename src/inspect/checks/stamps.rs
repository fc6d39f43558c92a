//! Red print that the form does not have: a stamp may cancel, correct or restrict the paper, so an officer reads it.

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::read::text::{Row, contains};
use crate::inspect::read::value::land_serial;
use crate::inspect::seen::Seen;

pub(super) struct Stamps;

/// Words less sure than this are pattern, not print.
const LEAST_CONFIDENCE: f32 = 0.6;
const LEAST_LETTERS: usize = 3;

impl Check for Stamps {
    fn name(&self) -> &'static str {
        "stamps"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let Some(form) = seen.form() else { return Vec::new() };
        let mut findings = Vec::new();
        for (at, page) in seen.texts.iter().enumerate() {
            let in_title = |number: usize| {
                let title = seen.recognised.and_then(|recognised| recognised.title).filter(|title| title.page == at);
                title.is_some_and(|title| (title.rows.0..=title.rows.1).contains(&number))
            };
            for (number, row) in page.rows.iter().enumerate().filter(|(_, row)| row.red) {
                let printed = form.stops.iter().chain(&form.titles).chain(&form.marks).any(|words| contains(row, words));
                let Some(text) = surely_words(row).filter(|_| !printed && !in_title(number)) else { continue };
                if land_serial(&text).trust < 0.5 {
                    findings.push(Finding::new(Code::Altered).on_page(at).seen(text));
                }
            }
        }
        findings
    }
}

/// The words of a row, if it surely has words: capitals of three letters and more.
fn surely_words(row: &Row) -> Option<String> {
    let sure: Vec<&str> = row.words.iter().filter(|word| word.confidence >= LEAST_CONFIDENCE).map(|word| word.text.as_str()).collect();
    let word = |word: &&&str| {
        let letters: Vec<char> = word.chars().filter(|c| c.is_alphabetic()).collect();
        letters.len() >= LEAST_LETTERS && letters.iter().filter(|c| c.is_uppercase()).count() * 3 >= letters.len() * 2
    };
    sure.iter().any(|text| word(&text)).then(|| sure.join(" "))
}
