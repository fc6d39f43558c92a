//! The fields of a submission: printed values of all pages, read by type, with what supports them.

use super::forms::FieldType;
use super::read::text::PageText;
use super::read::value::{self, Value};
use super::read::{Printed, Recognised, alone_fields, printed_fields};
use super::report::{Field, FieldSource};
use super::seen::SeenPage;
use crate::record::{PartialDate, parse_date_words};

/// The fields that the form asks for and that were found, in the form's order.
pub(super) fn fields(recognised: &Recognised<'_>, texts: &[PageText], pages: &[SeenPage]) -> Vec<Field> {
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
        for value in printed {
            let Some(spec) = form.field(&value.id) else { continue };
            let Some(read) = value::parse(spec.kind, &value.text) else { continue };
            let region = page.layer.as_ref().map(|layer| page.region(&layer.to_page(&value.rect)));
            found.push(field(spec.kind, &value, &read, at, region));
        }
    }
    support(recognised, &mut found);
    let place = |field: &Field| form.fields.iter().position(|spec| spec.id == field.id);
    found.sort_by_key(place);
    found
}

fn field(kind: FieldType, printed: &Printed, read: &Value, page: usize, region: Option<crate::finding::Region>) -> Field {
    // A value out of a closed list, or one that fits a narrow grammar as it stands, is hardly a chance reading.
    let narrow = matches!(
        kind,
        FieldType::Ethnicity | FieldType::Nationality | FieldType::Gender | FieldType::DateWords | FieldType::SignerTitle | FieldType::Time
    );
    let engine = if narrow && read.trust > 0.8 { printed.confidence.max(0.75) } else { printed.confidence };
    Field {
        id: printed.id.clone(),
        value: read.text.clone(),
        printed: printed.text.clone(),
        confidence: (engine * read.trust).clamp(0.0, 1.0),
        page,
        region,
        source: FieldSource::Ocr,
    }
}

/// Two readings that agree make each other sure: a date in digits and in words.
fn support(recognised: &Recognised<'_>, fields: &mut [Field]) {
    for rule in &recognised.form.rules {
        let super::forms::Rule::WordsAgree { date, words } = rule else { continue };
        let value = |id: &str| fields.iter().find(|field| field.id == id).map(|field| field.value.clone());
        let (Some(digits), Some(spelled)) = (value(date), value(words)) else { continue };
        let agree = matches!((PartialDate::parse(&digits), parse_date_words(&spelled)), (Ok(a), Ok(b)) if a == b);
        if agree {
            for field in fields.iter_mut().filter(|field| field.id == *date || field.id == *words) {
                field.confidence = field.confidence.max(0.95);
            }
        }
    }
}
