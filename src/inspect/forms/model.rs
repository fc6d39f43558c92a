//! What a form file can say.

use serde::Deserialize;
use time::Date;

use crate::finding::Code;
use crate::record::{Facts, FieldId, Kind};

/// A text in the two languages of the service.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

/// One form variant.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Its id, unique in the set.
    pub id: String,
    /// The kind that it is a form of.
    pub kind: Kind,
    /// The kind's name; all forms of a kind agree.
    pub kind_name: Text,
    /// The form's name.
    pub name: Text,
    /// Whether papers of this form are certified here; others are recognised only to be turned away.
    #[serde(default = "yes")]
    pub certified: bool,
    /// Whether such a paper is itself a copy (domain reference 1.2).
    #[serde(default)]
    pub copy: bool,
    /// Spellings of the title as printed; a title printed in several lines is one text.
    pub titles: Vec<String>,
    /// Other printed words by which the form is told from those with the same title.
    #[serde(default)]
    pub marks: Vec<String>,
    /// Printed words that this form never bears.
    #[serde(default)]
    pub never: Vec<String>,
    /// Its pages, in order.
    pub pages: Vec<PageSpec>,
    /// Whether an original of this form bears a red seal at the signature.
    #[serde(default = "yes")]
    pub seal: bool,
    /// Page of the seal and the signature, from 0.
    #[serde(default)]
    pub seal_page: usize,
    /// Where on that page the seal stands: left, top, right, bottom in shares of the upright page.
    #[serde(default = "lower_part")]
    pub seal_place: (f32, f32, f32, f32),
    /// Fields that name the office whose seal it is: the words of the seal are held against them.
    #[serde(default)]
    pub seal_offices: Vec<FieldId>,
    /// Printed words that end a value and start nothing.
    #[serde(default)]
    pub stops: Vec<String>,
    /// Heads of the two value columns of a table, left then right, where the form prints one.
    #[serde(default)]
    pub table_heads: Vec<String>,
    /// Fields by which the register is asked.
    #[serde(default)]
    pub register_key: Vec<FieldId>,
    /// Fields that must say the same in the register.
    #[serde(default)]
    pub register_compare: Vec<FieldId>,
    /// Facts that the QR token of the copy carries.
    #[serde(default)]
    pub token_facts: Vec<FieldId>,
    /// The fields, in printed order.
    #[serde(default)]
    pub fields: Vec<FieldSpec>,
    /// The rules that the fields obey together.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

impl Form {
    /// The field with this id.
    pub fn field(&self, id: &str) -> Option<&FieldSpec> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// Those of `facts` that the QR token spells out.
    pub fn token_facts_of(&self, facts: &Facts) -> Facts {
        self.token_facts.iter().filter_map(|id| Some((id.clone(), facts.get(id)?.to_owned()))).collect()
    }

    /// Those of `facts` that are names of persons and not in the QR token: it carries a digest of them.
    pub fn other_names_of(&self, facts: &Facts) -> Facts {
        let spelt = |id: &FieldId| self.token_facts.contains(id);
        let names = self.fields.iter().filter(|field| field.kind == FieldType::Name && !spelt(&field.id));
        names.filter_map(|field| Some((field.id.clone(), facts.get(&field.id)?.to_owned()))).collect()
    }
}

/// One page of a form.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageSpec {
    /// Width and height of the paper, millimetres.
    pub size_mm: (f32, f32),
    /// Printed words by which the page is known; any of them is enough. The first page is known by its title.
    #[serde(default)]
    pub marks: Vec<String>,
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldSpec {
    /// Its id (domain reference, section 2).
    pub id: FieldId,
    /// Its name as people read it.
    pub name: Text,
    /// How its value is written.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// Spellings of the printed label. None: the field is found by its type alone, in its zone.
    #[serde(default)]
    pub labels: Vec<String>,
    /// The field whose printed text this one is read from too.
    #[serde(default)]
    pub within: Option<FieldId>,
    /// Fields under labels that repeat (`Năm sinh` of mother and father) belong to the section last opened.
    #[serde(default)]
    pub section: String,
    /// Whether its label counts only once its section is open: `ngày` and `do` are words of values too.
    #[serde(default)]
    pub inner: bool,
    /// The column it stands in, on a form with two.
    #[serde(default)]
    pub column: Column,
    /// Part of the page it stands in.
    #[serde(default)]
    pub zone: Zone,
    /// Page it stands on, from 0.
    #[serde(default)]
    pub page: usize,
    /// Whether a paper without it is not passed.
    #[serde(default)]
    pub mandatory: bool,
}

/// How a value is written; the parser and the corrections follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// A person's name.
    Name,
    /// A date in digits, possibly partial.
    Date,
    /// A date in words.
    DateWords,
    /// A year.
    Year,
    /// `12 giờ 30 phút`.
    Time,
    /// Twelve digits; nine on older papers.
    PersonalId,
    /// `n[/yyyy][/SYMBOL]`.
    RegistrationNo,
    /// `Nam` or `Nữ`.
    Gender,
    /// One of the 54 ethnic groups.
    Ethnicity,
    /// A country.
    Nationality,
    /// An address or an office.
    Place,
    /// Type, number, issuer and date of an identity paper.
    IdentityDocument,
    /// Letters and digits of a land certificate's blank.
    LandSerial,
    /// Letters and digits of the land register.
    LandRegisterNo,
    /// Digits only.
    Digits,
    /// Square metres.
    Area,
    /// Anything else.
    Text,
    /// Title of the signer, from a closed list.
    SignerTitle,
    /// Name of the signer, under seal and signature.
    SignerName,
    /// The office in capitals above the signer's title.
    Issuer,
}

impl FieldType {
    /// Whether a value names administrative units.
    pub fn is_address(self) -> bool {
        matches!(self, Self::Place | Self::Issuer)
    }

    /// Whether a value may run on over several lines.
    pub fn runs_on(self) -> bool {
        matches!(self, Self::Place | Self::IdentityDocument | Self::Text | Self::DateWords | Self::Area)
    }
}

/// The column of a field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// The form has one column here.
    #[default]
    Full,
    /// Left of two, label and value.
    Left,
    /// Right of two, label and value.
    Right,
    /// The first value cell of a table row.
    FirstCell,
    /// The second value cell of a table row.
    SecondCell,
}

/// The part of the page that a field stands in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Zone {
    /// Anywhere.
    #[default]
    Any,
    /// Above the title.
    Head,
    /// Below the title.
    Body,
}

/// A rule over several fields (domain reference 2.9). A rule is silent on fields that were not read: their absence has a
/// finding of its own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// D2: digits and words state one date.
    WordsAgree {
        /// The date in digits.
        date: FieldId,
        /// The date in words.
        words: FieldId,
    },
    /// B1, T1: each date is not before the one named before it.
    InOrder {
        /// The dates, earliest first.
        dates: Vec<FieldId>,
        /// What a wrong order is called.
        code: Code,
    },
    /// B1, T2: noted when `until` is more than `days` after `from`.
    Late {
        /// When the time starts.
        from: FieldId,
        /// When it ended.
        until: FieldId,
        /// How long the law gives.
        days: u16,
    },
    /// B2, M3: a personal id, alone or inside an identity paper's text, states gender and year of birth.
    IdAgrees {
        /// The field with the number.
        id: FieldId,
        /// The date or year of birth.
        birth: Option<FieldId>,
        /// The gender field.
        gender: Option<FieldId>,
        /// The gender that the column itself says.
        is: Option<String>,
        /// The place whose province code is compared.
        place: Option<FieldId>,
    },
    /// B3: the parents were born at least `years` before the child.
    ParentAge {
        /// Birth of the child.
        child: FieldId,
        /// Births of the parents.
        parents: Vec<FieldId>,
        /// The least difference.
        years: u16,
    },
    /// B4: the child bears a parent's family name.
    FamilyName {
        /// The child.
        child: FieldId,
        /// The parents.
        parents: Vec<FieldId>,
    },
    /// M1, M2: full years of age on a day, for days of a period.
    OfAge {
        /// Birth.
        birth: FieldId,
        /// The day.
        on: FieldId,
        /// Full years reached on that day.
        years: u16,
        /// First day of the period.
        #[serde(default, with = "optional_date")]
        from: Option<Date>,
        /// Last day of the period.
        #[serde(default, with = "optional_date")]
        until: Option<Date>,
        /// Whether it is only shown.
        #[serde(default)]
        warn: bool,
    },
    /// M3: two fields name different people.
    Differ {
        /// One.
        one: FieldId,
        /// The other.
        other: FieldId,
    },
    /// N1: the year in a number is the year of a date.
    NumberYear {
        /// The number.
        number: FieldId,
        /// The date.
        date: FieldId,
    },
    /// L1: letters and digits of the serial.
    Serial {
        /// The serial.
        serial: FieldId,
        /// How many digits its form may have.
        digits: Vec<u8>,
    },
    /// L1, L2: the form was in use on the day of issue.
    FormPeriod {
        /// The day.
        date: FieldId,
        /// First day of the form.
        #[serde(default, with = "optional_date")]
        from: Option<Date>,
        /// Last day of the form.
        #[serde(default, with = "optional_date")]
        until: Option<Date>,
    },
    /// L4: a positive area, its words agreeing where the form prints them.
    Area {
        /// The area.
        area: FieldId,
        /// The words.
        words: Option<FieldId>,
    },
    /// L3: the land QR code states the printed serial and code.
    LandQr {
        /// The serial.
        serial: FieldId,
        /// The certificate's code.
        code: FieldId,
    },
    /// S2: no district authority signs after 30 June 2025.
    NoDistrict {
        /// Offices as printed.
        offices: Vec<FieldId>,
        /// When they signed.
        date: FieldId,
    },
    /// P1: another page repeats one of these fields, as the parcel map does the parcel's number and area.
    Repeated {
        /// The fields.
        fields: Vec<FieldId>,
        /// The page that repeats it, from 0.
        page: usize,
    },
}

impl Rule {
    /// The fields that the rule speaks of.
    pub fn fields(&self) -> Vec<&FieldId> {
        match self {
            Self::WordsAgree { date, words } => vec![date, words],
            Self::InOrder { dates, .. } => dates.iter().collect(),
            Self::Late { from, until, .. } => vec![from, until],
            Self::IdAgrees { id, birth, gender, place, .. } => {
                [Some(id), birth.as_ref(), gender.as_ref(), place.as_ref()].into_iter().flatten().collect()
            }
            Self::ParentAge { child, parents, .. } | Self::FamilyName { child, parents } => std::iter::once(child).chain(parents).collect(),
            Self::OfAge { birth, on, .. } => vec![birth, on],
            Self::Differ { one, other } => vec![one, other],
            Self::NumberYear { number, date } => vec![number, date],
            Self::Serial { serial, .. } => vec![serial],
            Self::FormPeriod { date, .. } => vec![date],
            Self::Area { area, words } => std::iter::once(area).chain(words).collect(),
            Self::LandQr { serial, code } => vec![serial, code],
            Self::NoDistrict { offices, date } => offices.iter().chain([date]).collect(),
            Self::Repeated { fields, .. } => fields.iter().collect(),
        }
    }
}

impl Rule {
    /// The fields whose values the rule can only compare when they are of these types.
    pub(super) fn typed(&self) -> Vec<(&FieldId, &'static [FieldType])> {
        const DATE: &[FieldType] = &[FieldType::Date, FieldType::Year];
        const WORDS: &[FieldType] = &[FieldType::DateWords];
        const NUMBER: &[FieldType] = &[FieldType::RegistrationNo];
        const NUMBERED: &[FieldType] = &[FieldType::PersonalId, FieldType::IdentityDocument];
        match self {
            Self::WordsAgree { date, words } => vec![(date, DATE), (words, WORDS)],
            Self::InOrder { dates, .. } => dates.iter().map(|date| (date, DATE)).collect(),
            Self::Late { from, until, .. } => vec![(from, DATE), (until, DATE)],
            Self::IdAgrees { id, birth, .. } => std::iter::once((id, NUMBERED)).chain(birth.iter().map(|birth| (birth, DATE))).collect(),
            Self::ParentAge { child, parents, .. } => std::iter::once(child).chain(parents).map(|date| (date, DATE)).collect(),
            Self::OfAge { birth, on, .. } => vec![(birth, DATE), (on, DATE)],
            Self::NumberYear { number, date } => vec![(number, NUMBER), (date, DATE)],
            Self::Serial { serial, .. } | Self::LandQr { serial, .. } => vec![(serial, &[FieldType::LandSerial])],
            Self::FormPeriod { date, .. } | Self::NoDistrict { date, .. } => vec![(date, DATE)],
            Self::Area { area, .. } => vec![(area, &[FieldType::Area])],
            Self::FamilyName { .. } | Self::Differ { .. } | Self::Repeated { .. } => Vec::new(),
        }
    }
}

fn yes() -> bool {
    true
}

/// Seals stand below the middle, with the signer.
fn lower_part() -> (f32, f32, f32, f32) {
    (0.0, 0.4, 1.0, 1.0)
}

/// Dates in a form file are written `yyyy-mm-dd`, as text.
mod optional_date {
    use serde::{Deserialize, Deserializer, de::Error as _};
    use time::Date;
    use time::macros::format_description;

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
        let text = String::deserialize(deserializer)?;
        Date::parse(&text, format_description!("[year]-[month]-[day]"))
            .map(Some)
            .map_err(|_| D::Error::custom(format!("{text:?} is not a date yyyy-mm-dd")))
    }
}
