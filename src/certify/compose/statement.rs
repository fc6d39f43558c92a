//! The certification statement (lời chứng): versioned template data and the values that a copy fills in.
//!
//! Templates are the files of `src/certify/statements/`: text, form code and the time in which they are in force
//! (domain reference 1.5). The law's wording changes there, never in code.

use std::sync::LazyLock;

use serde::Deserialize;
use thiserror::Error;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

use crate::clock::in_vietnam;
use crate::record::{Agency, CertificationNo, Certifier, printable};

/// A template file is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// Not TOML of the form that this module reads.
    #[error("not a statement template: {0}")]
    Form(String),
    /// A date that the calendar does not have.
    #[error("{0:?} is not a date")]
    Date(String),
    /// Something in braces that no copy fills in.
    #[error("nothing fills in {{{0}}}")]
    Placeholder(String),
}

/// All templates, past and present: a copy of any year can be composed again.
#[derive(Debug, Clone)]
pub struct Templates(Vec<Template>);

impl Templates {
    /// The templates that come with the program, read once.
    ///
    /// # Errors
    /// [`TemplateError`]; a test shows that there is none.
    pub fn builtin() -> Result<&'static Self, TemplateError> {
        static BUILTIN: LazyLock<Result<Templates, TemplateError>> = LazyLock::new(|| {
            let files = [include_str!("../statements/certify_copy-2025-11.toml")];
            files.into_iter().map(Template::parse).collect::<Result<_, _>>().map(Templates)
        });
        BUILTIN.as_ref().map_err(TemplateError::clone)
    }

    /// The template that is in force on `date`; of several, the latest.
    pub fn in_force(&self, date: Date) -> Option<&Template> {
        self.0.iter().filter(|template| template.is_in_force(date)).max_by_key(|template| template.valid_from)
    }

    /// The template with this id.
    pub fn by_id(&self, id: &str) -> Option<&Template> {
        self.0.iter().find(|template| template.id == id)
    }
}

/// One template. Texts may hold placeholders in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its id, kept in the register with each copy.
    pub id: String,
    /// The form in the decree's appendix.
    pub form_code: String,
    /// First day in force.
    pub valid_from: Date,
    /// Last day in force.
    pub valid_until: Option<Date>,
    pub(super) text: Texts,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Texts {
    id: String,
    form_code: String,
    valid_from: String,
    valid_until: Option<String>,
    pub(super) conversion_mark: String,
    pub(super) title: String,
    pub(super) number: String,
    pub(super) book: String,
    pub(super) date: String,
    pub(super) signer: String,
    pub(super) conversion: Conversion,
    pub(super) verification: Verification,
    pub(super) appearance: Appearances,
}

/// What Article 12 of Law 20/2023/QH15 asks to be said of a conversion.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Conversion {
    pub(super) heading: String,
    pub(super) basis: String,
    pub(super) rows: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Verification {
    pub(super) heading: String,
    pub(super) vi: Vec<String>,
    pub(super) en: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Appearances {
    pub(super) certifier: Vec<String>,
    pub(super) chung_thuc: Vec<String>,
    pub(super) sao_y: Vec<String>,
}

impl Template {
    /// Reads a template file.
    ///
    /// # Errors
    /// [`TemplateError`].
    pub fn parse(toml: &str) -> Result<Self, TemplateError> {
        let text: Texts = toml::from_str(toml).map_err(|error| TemplateError::Form(error.message().to_owned()))?;
        text.all().try_for_each(|text| check_placeholders(text))?;
        Ok(Self {
            id: text.id.clone(),
            form_code: text.form_code.clone(),
            valid_from: day(&text.valid_from)?,
            valid_until: text.valid_until.as_deref().map(day).transpose()?,
            text,
        })
    }

    /// Whether a copy certified on `date` bears this text.
    pub fn is_in_force(&self, date: Date) -> bool {
        self.valid_from <= date && self.valid_until.is_none_or(|last| date <= last)
    }
}

impl Texts {
    fn all(&self) -> impl Iterator<Item = &String> {
        let single = [&self.conversion_mark, &self.title, &self.number, &self.book, &self.date, &self.signer];
        let conversion = [&self.conversion.heading, &self.conversion.basis].into_iter();
        let rows = self.conversion.rows.iter().flat_map(|(label, value)| [label, value]);
        let verification = [&self.verification.heading, &self.verification.en].into_iter().chain(&self.verification.vi);
        let boxes = self.appearance.certifier.iter().chain(&self.appearance.chung_thuc).chain(&self.appearance.sao_y);
        single.into_iter().chain(conversion).chain(rows).chain(verification).chain(boxes)
    }
}

fn day(text: &str) -> Result<Date, TemplateError> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).map_err(|_| TemplateError::Date(text.to_owned()))
}

/// What the statement of one copy says.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The text; must be in force on `date`.
    pub template: Template,
    /// Number and book.
    pub certification_no: CertificationNo,
    /// The day of the certification, in Việt Nam.
    pub date: Date,
    /// Who certifies, and so converts.
    pub certifier: Certifier,
    /// For which agency.
    pub agency: Agency,
    /// What is copied, as people call it: `Giấy khai sinh`.
    pub kind_label: String,
    /// The system that converts and who owns it, as printed (Law 20/2023/QH15, Article 12).
    pub system: String,
    /// The copy's identifier.
    pub copy_id: String,
}

impl Statement {
    /// What the statement page must say, whatever its layout: mark of conversion, title, number, book, day, who certifies for
    /// whom, form and copy.
    pub fn essentials(&self) -> Vec<String> {
        let (text, none) = (&self.template.text, OffsetDateTime::UNIX_EPOCH);
        let values = Values { statement: self, pages: 0, created_at: none, signed_at: none };
        let filled = [&text.conversion_mark, &text.title, &text.number, &text.book, &text.date, &text.signer];
        let mut all: Vec<String> = filled.into_iter().map(|text| values.fill(text)).collect();
        all.push(printable(&self.certifier.title).to_uppercase());
        all.extend([&self.certifier.full_name, &self.agency.name, &self.template.form_code, &self.copy_id].map(|text| printable(text)));
        all
    }
}

const PLACEHOLDERS: [&str; 13] =
    ["number", "book", "day", "month", "year", "certifier", "certifier_title", "agency", "kind", "system", "copy_id", "pages", "created"];

/// The placeholder that only signature appearances have.
const SIGNED: &str = "signed";

/// What a text of the template is filled with.
pub(super) struct Values<'a> {
    pub(super) statement: &'a Statement,
    pub(super) pages: usize,
    pub(super) created_at: OffsetDateTime,
    pub(super) signed_at: OffsetDateTime,
}

impl Values<'_> {
    /// `text` with its placeholders filled in, once: braces in a value stay as they are.
    pub(super) fn fill(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len() + 32);
        for part in Parts(text) {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Placeholder(name) => filled.push_str(&printable(&self.value(name))),
            }
        }
        filled
    }

    fn value(&self, name: &str) -> String {
        let statement = self.statement;
        match name {
            "number" => statement.certification_no.number_text(),
            "book" => statement.certification_no.book_no(),
            "day" => format!("{:02}", statement.date.day()),
            "month" => format!("{:02}", u8::from(statement.date.month())),
            "year" => statement.date.year().to_string(),
            "certifier" => statement.certifier.full_name.clone(),
            "certifier_title" => statement.certifier.title.clone(),
            "agency" => statement.agency.name.clone(),
            "kind" => statement.kind_label.clone(),
            "system" => statement.system.clone(),
            "copy_id" => statement.copy_id.clone(),
            "pages" => format!("{:02}", self.pages),
            "created" => timestamp(self.created_at),
            SIGNED => timestamp(self.signed_at),
            _ => String::new(),
        }
    }
}

/// `dd/mm/yyyy hh:mm:ss +07:00` (Nghị định 30/2020/NĐ-CP, Phụ lục I).
pub(super) fn timestamp(time: OffsetDateTime) -> String {
    let format = format_description!("[day]/[month]/[year] [hour]:[minute]:[second] +07:00");
    in_vietnam(time).format(format).unwrap_or_default()
}

fn check_placeholders(text: &str) -> Result<(), TemplateError> {
    let unknown = Parts(text).find_map(|part| match part {
        Part::Placeholder(name) if name != SIGNED && !PLACEHOLDERS.contains(&name) => Some(name.to_owned()),
        _ => None,
    });
    unknown.map_or(Ok(()), |name| Err(TemplateError::Placeholder(name)))
}

enum Part<'a> {
    Text(&'a str),
    Placeholder(&'a str),
}

/// The parts of a text, in order. A brace without its counterpart is text.
struct Parts<'a>(&'a str);

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        let text = self.0;
        if text.is_empty() {
            return None;
        }
        let Some((before, after)) = text.split_once('{').filter(|(_, after)| after.contains('}')) else {
            self.0 = "";
            return Some(Part::Text(text));
        };
        if !before.is_empty() {
            self.0 = &text[before.len()..];
            return Some(Part::Text(before));
        }
        let (name, rest) = after.split_once('}')?;
        self.0 = rest;
        Some(Part::Placeholder(name))
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn the_builtin_template_is_in_force_since_its_decree() {
        let templates = Templates::builtin().unwrap();
        assert_eq!(templates.in_force(date!(2025 - 10 - 31)), None);
        let template = templates.in_force(date!(2025 - 11 - 01)).unwrap();
        assert_eq!(template.form_code, "Mẫu số 01, NĐ 280/2025/NĐ-CP");
        assert_eq!(templates.by_id("certify_copy-2025-11"), Some(template));
    }

    #[test]
    fn a_template_that_nobody_can_fill_in_is_refused() {
        let builtin = include_str!("../statements/certify_copy-2025-11.toml");
        let parse = |from: &str, to: &str| Template::parse(&builtin.replace(from, to)).unwrap_err();
        assert_eq!(parse("{book}", "{shelf}"), TemplateError::Placeholder("shelf".into()));
        assert_eq!(parse("2025-11-01\"", "2025-02-30\""), TemplateError::Date("2025-02-30".into()));
        assert!(matches!(parse("title =", "headline ="), TemplateError::Form(_)));
    }
}
