//! A paper that is itself a copy is no base for one (domain reference 1.2; T3).

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::forms::FieldType;
use crate::inspect::read::stands_on;
use crate::inspect::read::text::contains;
use crate::inspect::seen::Seen;
use crate::record::RegistrationNo;

pub(super) struct Copy;

/// By themselves on a row.
const MARKS: [&str; 4] = ["BẢN SAO", "TRÍCH SAO", "SAO Y BẢN CHÍNH", "SAO Y"];
/// Anywhere in a row: what copies from the register and certified copies say.
const PHRASES: [&str; 5] = [
    "Sao từ Sổ đăng ký",
    "Thực hiện trích lục từ",
    "CHỨNG THỰC BẢN SAO ĐÚNG VỚI BẢN CHÍNH",
    "CHỨNG THỰC SAO ĐÚNG VỚI BẢN CHÍNH",
    "NGƯỜI KÝ BẢN SAO",
];

impl Check for Copy {
    fn name(&self) -> &'static str {
        "copy"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        if let Some(form) = seen.form().filter(|form| form.copy) {
            return vec![Finding::new(Code::SourceIsCopy).seen(&form.name.vi)];
        }
        for (at, page) in seen.texts.iter().enumerate() {
            let mark = MARKS.iter().find(|mark| stands_on(page, mark));
            let phrase = || PHRASES.iter().find(|phrase| page.rows.iter().any(|row| contains(row, phrase)));
            if let Some(words) = mark.or_else(phrase) {
                return vec![Finding::new(Code::SourceIsCopy).on_page(at).seen(words)];
            }
        }
        let numbers = seen.fields.iter().filter(|field| {
            seen.spec(&field.id).is_some_and(|spec| spec.kind == FieldType::RegistrationNo)
                && RegistrationNo::parse(&field.value).is_ok_and(|number| number.is_copy())
        });
        numbers.map(|field| seen.in_field(Finding::new(Code::SourceIsCopy).seen(&field.value), &field.id)).collect()
    }
}
