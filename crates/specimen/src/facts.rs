//! What a paper says, field by field, and the office that says it.

use crate::places::Unit;

/// Field values in printed order. An empty value is a blank left on the paper.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts(Vec<(String, String)>);

impl Facts {
    /// The value of a field, empty when the paper has none.
    #[must_use]
    pub fn get(&self, id: &str) -> &str {
        self.0.iter().find(|(key, _)| key == id).map_or("", |(_, value)| value)
    }

    /// Sets a field, in place if it is there.
    pub fn set(&mut self, id: &str, value: impl Into<String>) {
        match self.0.iter_mut().find(|(key, _)| key == id) {
            Some((_, old)) => *old = value.into(),
            None => self.0.push((id.to_owned(), value.into())),
        }
    }

    /// The fields that are not blank. Names that begin with `_` are wording, not fields.
    pub fn filled(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter(|(key, value)| !value.is_empty() && !key.starts_with('_')).map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

/// The body that issues a paper.
#[derive(Debug, Clone, Default)]
pub struct Office {
    /// First line of its name at the head, e.g. `ỦY BAN NHÂN DÂN`.
    pub head: String,
    /// Second line, e.g. `XÃ KIM HIỆP`.
    pub body: String,
    /// Third line, e.g. `Huyện Thanh Ba, tỉnh Phú Thọ`.
    pub above: String,
    /// Place name before a date.
    pub short: String,
    /// Upper arc of the seal.
    pub ring: String,
    /// Lower arc of the seal.
    pub foot: String,
}

impl Office {
    /// The People's Committee of a commune.
    #[must_use]
    pub fn commune(unit: &Unit) -> Self {
        let body = unit.commune_title().to_uppercase();
        Self {
            head: "ỦY BAN NHÂN DÂN".to_owned(),
            ring: format!("ỦY BAN NHÂN DÂN {body}"),
            body,
            above: crate::words::capitalised(&unit.above()),
            short: unit.short(),
            foot: unit.seal_foot(),
        }
    }

    /// The People's Committee of a district.
    #[must_use]
    pub fn district(unit: &Unit) -> Self {
        let body = unit.district_name().to_uppercase();
        let province = format!("{} {}", unit.province.0, unit.province.1);
        Self {
            head: "ỦY BAN NHÂN DÂN".to_owned(),
            ring: format!("ỦY BAN NHÂN DÂN {body}"),
            body,
            foot: province.to_uppercase(),
            above: crate::words::capitalised(&province),
            short: unit.district.map_or(unit.commune.1, |d| d.1).to_owned(),
        }
    }

    /// A body that is no People's Committee, in the same place.
    #[must_use]
    pub fn named(self, head: &str, body: &str) -> Self {
        Self { ring: format!("{head} {body}").trim().to_owned(), head: head.to_owned(), body: body.to_owned(), ..self }
    }

    /// Its name in one line of capitals.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} {}", self.head, self.body)
    }
}

/// A paper's content.
#[derive(Debug, Clone)]
pub struct Record {
    /// The fields.
    pub facts: Facts,
    /// The office.
    pub office: Office,
}

impl Record {
    /// The same record with a field changed.
    #[must_use]
    pub fn with(mut self, id: &str, value: &str) -> Self {
        self.facts.set(id, value);
        self
    }
}
