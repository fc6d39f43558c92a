//! D2: digits and words state one date.

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::forms::Rule;
use crate::inspect::seen::Seen;
use crate::record::{DateError, date_in_words, fold_loose, parse_date_words};

pub(super) struct WordsAgree;

impl Check for WordsAgree {
    fn name(&self) -> &'static str {
        "words_agree"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let differing = seen.rules().iter().filter_map(|rule| match rule {
            Rule::WordsAgree { date, words } => agree(seen, date, words),
            _ => None,
        });
        differing.collect()
    }
}

fn agree(seen: &Seen<'_>, date: &str, words: &str) -> Option<Finding> {
    let (printed, spelled) = (seen.value(date)?, seen.value(words)?);
    let digits = seen.date(date)?;
    let differ = || seen.in_field(Finding::new(Code::DateWordsDiffer).seen(spelled).expected(printed), words);
    match parse_date_words(spelled) {
        Ok(stated) => (stated != digits).then(differ),
        Err(DateError::NotInCalendar(_)) => Some(differ()),
        // Words that cannot be parsed are compared as text: they agree, or they were not surely read.
        Err(_) => {
            let agree = date_in_words(&digits).is_some_and(|expected| fold_loose(&expected) == fold_loose(spelled));
            (!agree).then(|| seen.in_field(Finding::new(Code::FieldUnreadable).seen(spelled), words))
        }
    }
}
