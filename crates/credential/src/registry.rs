//! Short numbers for the words that tokens use most. Numbers are never reused; new words take new numbers at the end.

/// Kinds of certificates, by number.
const KINDS: [(u64, &str); 7] = [
    (1, "birth_certificate"),
    (2, "marriage_certificate"),
    (3, "death_certificate"),
    (4, "land_certificate"),
    (5, "death_extract"),
    (6, "birth_extract"),
    (7, "marriage_extract"),
];

/// Fields, by number; the first 23 take one byte.
const FIELDS: [(u64, &str); 63] = [
    (1, "full_name"),
    (2, "birth_date"),
    (3, "gender"),
    (4, "personal_id"),
    (5, "registration_no"),
    (6, "registration_date"),
    (7, "registration_place"),
    (8, "mother.full_name"),
    (9, "father.full_name"),
    (10, "wife.full_name"),
    (11, "wife.birth_date"),
    (12, "husband.full_name"),
    (13, "husband.birth_date"),
    (14, "death_time"),
    (15, "death_place"),
    (16, "land_serial_no"),
    (17, "parcel_no"),
    (18, "map_sheet_no"),
    (19, "area"),
    (20, "parcel_address"),
    (21, "issue_date"),
    (22, "birth_place"),
    (23, "extract_no"),
    (24, "ethnicity"),
    (25, "nationality"),
    (26, "home_town"),
    (27, "birth_date_words"),
    (28, "signer_name"),
    (29, "signer_title"),
    (30, "issuer"),
    (31, "identity_document"),
    (32, "remarks"),
    (33, "mother.birth_date"),
    (34, "mother.ethnicity"),
    (35, "mother.nationality"),
    (36, "mother.residence"),
    (37, "father.birth_date"),
    (38, "father.ethnicity"),
    (39, "father.nationality"),
    (40, "father.residence"),
    (41, "declarant.full_name"),
    (42, "declarant.identity_document"),
    (43, "wife.ethnicity"),
    (44, "wife.nationality"),
    (45, "wife.residence"),
    (46, "wife.identity_document"),
    (47, "husband.ethnicity"),
    (48, "husband.nationality"),
    (49, "husband.residence"),
    (50, "husband.identity_document"),
    (51, "death_date"),
    (52, "death_cause"),
    (53, "death_notice_no"),
    (54, "land_register_no"),
    (55, "land_certificate_code"),
    (56, "land_use_type"),
    (57, "tenure_form"),
    (58, "term"),
    (59, "origin"),
    (60, "holder.full_name"),
    (61, "holder.identity_document"),
    (62, "holder.residence"),
    (63, "names_digest"),
];

pub(crate) fn kind_number(kind: &str) -> Option<u64> {
    number(&KINDS, kind)
}

pub(crate) fn kind_name(number: u64) -> Option<&'static str> {
    name(&KINDS, number)
}

pub(crate) fn field_number(field: &str) -> Option<u64> {
    number(&FIELDS, field)
}

pub(crate) fn field_name(number: u64) -> Option<&'static str> {
    name(&FIELDS, number)
}

fn number(table: &[(u64, &'static str)], word: &str) -> Option<u64> {
    table.iter().find(|(_, known)| *known == word).map(|(number, _)| *number)
}

fn name(table: &[(u64, &'static str)], number: u64) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == number).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_and_every_word_stands_once_and_in_the_specification() {
        let specification = include_str!("../../../docs/QR-TOKEN.md");
        for table in [&KINDS[..], &FIELDS[..]] {
            for (at, (known, word)) in table.iter().enumerate() {
                assert_eq!(*known, at as u64 + 1);
                assert_eq!(number(table, word), Some(*known));
                assert!(specification.contains(&format!("{known} `{word}`")), "{known} {word} is not in docs/QR-TOKEN.md");
            }
        }
    }
}
