//! The fields of a submission: printed values of all pages, read by type, with what supports them.

use std::time::Duration;

use super::forms::{FieldType, Rule};
use super::read::text::PageText;
use super::read::value;
use super::read::{Candidate, Printed, ReadError, Reader, Recognised, Settled, alone_fields, printed_fields, settle};
use super::report::{Field, FieldSource};
use super::seen::SeenPage;
use crate::finding::Region;
use crate::record::{PartialDate, RegistrationNo, date_in_words, parse_date_words};

/// The fields that the form asks for and that were found, in the form's order.
///
/// # Errors
/// [`ReadError`] of the reader, when values are read again.
pub(super) fn fields(
    recognised: &Recognised<'_>,
    texts: &[PageText],
    pages: &[SeenPage],
    reader: &dyn Reader,
    deadline: Duration,
) -> Result<Vec<Field>, ReadError> {
    let form = recognised.form;
    let mut found: Vec<Field> = Vec::new();
    for (at, number) in recognised.pages.iter().enumerate() {
        let (Some(number), Some(text), Some(page)) = (number, texts.get(at), pages.get(at)) else { continue };
        let title_rows = recognised.title.filter(|title| title.page == at).map(|title| title.rows);
        let mut printed = printed_fields(form, *number, text, title_rows);
        printed.extend(alone_fields(form, *number, text, title_rows.map(|(_, last)| last), &printed));
        let shared: Vec<Printed> = form
            .fields
            .iter()
            .filter_map(|spec| {
                let within = spec.within.as_ref()?;
                printed.iter().find(|value| value.id == *within).map(|value| Printed { id: spec.id.clone(), ..value.clone() })
            })
            .collect();
        printed.extend(shared);
        let candidates = printed.iter().filter_map(|printed| candidate(form.field(&printed.id)?.kind, printed)).collect::<Vec<_>>();
        let ids: Vec<(&Printed, FieldType, String)> =
            candidates.iter().map(|candidate| (candidate.printed, candidate.kind, candidate.first.value.text.clone())).collect();
        let settled = match &page.layer {
            Some(layer) => settle(&layer.image, candidates, reader, deadline)?,
            None => continue,
        };
        for ((printed, kind, first), settled) in ids.into_iter().zip(settled) {
            let region = page.layer.as_ref().map(|layer| page.region(&layer.to_page(&printed.rect)));
            found.push(field(kind, &printed.id, settled, first, at, region));
        }
    }
    support(recognised, &mut found);
    let place = |field: &Field| form.fields.iter().position(|spec| spec.id == field.id);
    found.sort_by_key(place);
    Ok(found)
}

fn candidate(kind: FieldType, printed: &Printed) -> Option<Candidate<'_>> {
    let value = value::parse(kind, &printed.text)?;
    // In a long text one word in doubt does not put the rest in doubt.
    let confidence = if kind.runs_on() { (printed.confidence + printed.mean) / 2.0 } else { printed.confidence };
    let first = Settled { printed: printed.text.clone(), confidence: confidence * value.trust, value, others: Vec::new() };
    Some(Candidate { kind, printed, first })
}

/// `first` is the value of the first reading: kept beside the settled one where they differ.
fn field(kind: FieldType, id: &str, settled: Settled, first: String, page: usize, region: Option<Region>) -> Field {
    // A value out of a closed list, or one that fits a narrow grammar as it stands, is hardly a chance reading.
    let narrow = matches!(
        kind,
        FieldType::Ethnicity | FieldType::Nationality | FieldType::Gender | FieldType::DateWords | FieldType::SignerTitle | FieldType::Time
    );
    let confidence = if narrow && settled.value.trust > 0.8 { settled.confidence.max(0.7) } else { settled.confidence };
    let mut alternatives: Vec<String> = Vec::new();
    for other in std::iter::once(first).chain(settled.others) {
        if other != settled.value.text && !alternatives.contains(&other) {
            alternatives.push(other);
        }
    }
    Field {
        id: id.to_owned(),
        alternatives,
        value: settled.value.text,
        printed: settled.printed,
        confidence: confidence.clamp(0.0, 1.0),
        page,
        region,
        source: FieldSource::Ocr,
    }
}

/// Two readings that agree make each other sure: a date in digits and in words.
fn support(recognised: &Recognised<'_>, fields: &mut [Field]) {
    for rule in &recognised.form.rules {
        if let Rule::NumberYear { number, date } = rule {
            part_year(fields, number, date);
        }
        let Rule::WordsAgree { date, words } = rule else { continue };
        agree(fields, date, words);
    }
}

fn agree(fields: &mut [Field], date: &str, words: &str) {
    let Some(digits) = fields.iter().find(|field| field.id == date).and_then(|field| PartialDate::parse(&field.value).ok()) else { return };
    let Some(spelled) = fields.iter_mut().find(|field| field.id == words) else { return };
    let stated = parse_date_words(&spelled.value);
    if stated != Ok(digits) {
        let meant = date_in_words(&digits).filter(|_| value::could_say(&spelled.printed, &digits));
        let Some(meant) = meant else { return };
        let read = std::mem::replace(&mut spelled.value, meant);
        if read != spelled.value {
            spelled.alternatives.push(read);
        }
    }
    for field in fields.iter_mut().filter(|field| field.id == date || field.id == words) {
        field.confidence = field.confidence.max(0.95);
    }
}

/// What the date of registration says of a number: `3852019` registered in 2019 is `385/2019`, for no running number has
/// seven digits and a stroke is easily lost; `98/2611` registered in 2011 is `98/2011`, for there is no year 2611.
fn part_year(fields: &mut [Field], number: &str, date: &str) {
    let year = fields.iter().find(|field| field.id == date).and_then(|field| PartialDate::parse(&field.value).ok()).map(|date| date.year);
    let (Some(year), Some(field)) = (year, fields.iter_mut().find(|field| field.id == number)) else { return };
    let year_text = year.to_string();
    let running = match RegistrationNo::parse(&field.value) {
        Ok(RegistrationNo { year: Some(stated), .. }) if stated == year => {
            if field.confidence >= 0.3 {
                field.confidence = field.confidence.max(SUPPORTED);
            }
            return;
        }
        Ok(RegistrationNo { number, year: Some(stated), symbol: None }) if !(1900..2100).contains(&stated) => {
            let off = stated.to_string().chars().zip(year_text.chars()).filter(|(a, b)| a != b).count();
            (off == 1).then(|| number.to_string())
        }
        Ok(_) => None,
        Err(_) => {
            let digits = field.value.bytes().all(|b| b.is_ascii_digit()) && field.value.len() > 5;
            field.value.strip_suffix(&year_text).filter(|running| digits && (1..=4).contains(&running.len())).map(str::to_owned)
        }
    };
    if let Some(running) = running {
        let read = std::mem::replace(&mut field.value, format!("{running}/{year}"));
        field.alternatives.push(read);
        field.confidence = field.confidence.max(SUPPORTED);
    }
}

/// Sure enough to pass where a second field bears a reading out.
const SUPPORTED: f32 = 0.6;
