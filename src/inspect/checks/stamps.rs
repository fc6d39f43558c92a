//! Red print that the form does not have: a stamp may cancel, correct or restrict the paper, so an officer reads it.

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::read::text::{Row, contains};
use crate::inspect::read::value::{is_syllable, land_serial};
use crate::inspect::seen::Seen;

pub(super) struct Stamps;

/// Words less sure than this are pattern, not print.
const LEAST_CONFIDENCE: f32 = 0.75;
const LEAST_LETTERS: usize = 5;

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

/// The words of a row, if they surely are words in capitals.
fn surely_words(row: &Row) -> Option<String> {
    let sure: Vec<&str> = row.words.iter().filter(|word| word.confidence >= LEAST_CONFIDENCE).map(|word| word.text.as_str()).collect();
    let bare = |word: &&str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let words: Vec<String> = sure.iter().map(bare).filter(|word| is_syllable(word) && word.chars().all(char::is_uppercase)).collect();
    let letters: usize = words.iter().map(|word| word.chars().count()).sum();
    (words.len() >= 2 && letters >= LEAST_LETTERS).then(|| words.join(" "))
}
