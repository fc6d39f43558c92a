//! A printed copy judged by pictures of it: its QR token, and whether the print states what the token signs.
//!
//! Reading the pictures is `crate::inspect`'s, in a sandboxed worker; here stands what its answers mean. A print proves nothing by
//! itself, so it is VALID only where every fact that counts was read back and is the same.

use bansao_credential::{Claims, token_from_text};
use time::OffsetDateTime;

use super::token::{facts_of, read_token, summary};
use super::{Material, Report, VerifyCode};
use crate::clock::unix_ms;
use crate::finding::Region;
use crate::inspect::print::{ExpectedPrint, Likeness, NamesSeal, PrintComparison, PrintSymbol};
use crate::record::{Facts, Kind, NAMES_DIGEST, Sha256, salted_digest};

/// What was told of a print, beside the findings.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PrintReport {
    /// The whole.
    pub likeness: Likeness,
    /// The facts.
    pub facts: Vec<PrintFact>,
    /// Ids of names on the print that neither token nor register vouch for.
    pub uncovered: Vec<String>,
    /// The pictures against the pages of the copy as it was issued; empty where those were not at hand.
    pub pages: Vec<PrintPage>,
}

/// A page of the issued copy against the picture that shows it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PrintPage {
    /// What comparing came to. Sameness says nothing of single letters.
    pub likeness: Likeness,
    /// Picture that shows the page, from 1; none where no picture surely does.
    pub picture: Option<usize>,
    /// Where the picture shows something else.
    pub regions: Vec<Region>,
}

/// One fact of a print.
#[derive(Clone, PartialEq, Eq, serde::Serialize)]
pub struct PrintFact {
    /// Id of the field.
    pub field: String,
    /// What comparing came to.
    pub likeness: Likeness,
    /// Picture that it was found on, from 1; none where it was not found.
    pub picture: Option<usize>,
    /// Where it stands in the picture.
    pub region: Option<Region>,
    /// What was read there. Personal data.
    pub seen: Option<String>,
    /// What should stand there. Personal data.
    pub expected: String,
}

impl std::fmt::Debug for PrintFact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrintFact({}, {:?})", self.field, self.likeness)
    }
}

/// A token without its address is longer than this.
const SHORTEST: usize = 200;

/// Starts the report on pictures, named by their digests, of one print.
pub fn print_report(pictures: &[Sha256], material: &Material, now: OffsetDateTime) -> Report {
    let sha256 = match pictures {
        [one] => *one,
        several => salted_digest(&[], several),
    };
    Report::of_digest(sha256, unix_ms(now), material.as_of_ms)
}

/// Judges the QR codes of a print; gives what the print should state where one token of ours was found and is genuine.
pub fn judge_symbols(report: &mut Report, symbols: &[PrintSymbol], material: &Material, now: OffsetDateTime) -> Option<ExpectedPrint> {
    let mut genuine: Vec<(&PrintSymbol, Claims)> = Vec::new();
    for symbol in symbols {
        // A certificate may bear codes of its own: what does not look like a token says nothing.
        let like_ours = symbol.text.contains('#') || symbol.text.len() > SHORTEST;
        if !like_ours || token_from_text(&symbol.text).is_err() || genuine.iter().any(|(known, _)| known.text == symbol.text) {
            continue;
        }
        match read_token(&symbol.text, &material.token_keys, now) {
            Ok(claims) => genuine.push((symbol, claims)),
            Err((code, detail)) => report.find(code, detail),
        }
    }
    match genuine.as_slice() {
        [(symbol, claims)] => {
            report.token = Some(summary(claims));
            let Some(kind) = Kind::new(&claims.kind) else {
                report.find(VerifyCode::TokenMalformed, "kind");
                return None;
            };
            Some(ExpectedPrint {
                qr_page: symbol.page,
                kind,
                certification_no: claims.certification_no.clone(),
                signed: facts_of(claims),
                registered: Facts::new(),
                other_names: names_seal(claims),
            })
        }
        [] => {
            if report.findings.is_empty() {
                report.find(VerifyCode::QrNotFound, "");
            }
            None
        }
        several => {
            report.find(VerifyCode::QrSeveral, several.len().to_string());
            None
        }
    }
}

fn names_seal(claims: &Claims) -> Option<NamesSeal> {
    let digest = claims.facts.get(NAMES_DIGEST)?.clone();
    Some(NamesSeal { salt: claims.salt, digest })
}

/// Judges what was read back from the print.
pub fn judge_print(report: &mut Report, comparison: &PrintComparison) {
    let named = |likeness: Likeness, mandatory: bool| {
        let facts = comparison.facts.iter().filter(|fact| fact.likeness == likeness && (fact.mandatory || !mandatory));
        facts.map(|fact| fact.field.as_str()).collect::<Vec<_>>()
    };
    let likeness = comparison.likeness();
    let (differing, untold) = (named(Likeness::Differs, false), named(Likeness::CannotTell, true));
    let missing = comparison.facts.iter().any(|fact| fact.mandatory && fact.region.is_none());
    if !differing.is_empty() {
        report.find(VerifyCode::PrintDiffers, differing.join(", "));
    }
    if !untold.is_empty() {
        let code = if missing { VerifyCode::PrintIncomplete } else { VerifyCode::PrintUnclear };
        report.find(code, untold.join(", "));
    }
    if !comparison.uncovered.is_empty() {
        report.find(VerifyCode::PrintNotCovered, comparison.uncovered.join(", "));
    }
    let differing = comparison.pictures.iter().filter(|picture| picture.likeness == Likeness::Differs).filter_map(|picture| picture.page);
    let differing: Vec<String> = differing.map(|page| page.saturating_add(1).to_string()).collect();
    if !differing.is_empty() {
        report.find(VerifyCode::PrintPictureDiffers, differing.join(", "));
    }
    // Nothing was compared: that is not sameness.
    if likeness != Likeness::Same && report.findings.is_empty() {
        report.find(VerifyCode::PrintUnclear, "");
    }
    let facts = comparison.facts.iter().map(|fact| PrintFact {
        field: fact.field.clone(),
        likeness: fact.likeness,
        picture: fact.page.map(|page| page.saturating_add(1)),
        region: fact.region,
        seen: fact.seen.clone(),
        expected: fact.expected.clone(),
    });
    let pages = comparison.pictures.iter().map(|picture| PrintPage {
        likeness: picture.likeness,
        picture: picture.page.map(|page| page.saturating_add(1)),
        regions: picture.regions.clone(),
    });
    let (facts, pages, uncovered) = (facts.collect(), pages.collect(), comparison.uncovered.clone());
    report.print = Some(PrintReport { likeness, facts, uncovered, pages });
}

/// The pictures could not be read: `why` names the reason, `refused` tells whether they are no pictures at all.
pub fn judge_unread(report: &mut Report, refused: bool, why: &str) {
    report.find(if refused { VerifyCode::NotAPicture } else { VerifyCode::PrintUnclear }, why);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::print::{ComparedFact, ComparedPicture};
    use crate::verify::Verdict;

    fn compared(field: &str, likeness: Likeness) -> ComparedFact {
        let region = Region { left: 1, top: 1, right: 2, bottom: 2 };
        let (page, region, seen) = (Some(0), Some(region), Some("x".to_owned()));
        ComparedFact { field: field.to_owned(), likeness, mandatory: true, page, region, seen, expected: "x".to_owned() }
    }

    fn judged(facts: Vec<ComparedFact>, uncovered: &[&str]) -> (Verdict, Vec<VerifyCode>) {
        let mut report = print_report(&[Sha256::of(b"x")], &Material::default(), OffsetDateTime::UNIX_EPOCH);
        let uncovered = uncovered.iter().map(|id| (*id).to_owned()).collect();
        judge_print(&mut report, &PrintComparison { facts, uncovered, pictures: Vec::new() });
        (report.verdict, report.findings.iter().map(|finding| finding.code).collect())
    }

    #[test]
    fn only_a_print_of_which_everything_is_the_same_is_valid() {
        use Likeness::{CannotTell, Differs, Same};
        let pair = |a, b| vec![compared("certification_no", a), compared("full_name", b)];
        assert_eq!(judged(pair(Same, Same), &[]), (Verdict::Valid, vec![]));
        assert_eq!(judged(pair(Same, Differs), &[]), (Verdict::Invalid, vec![VerifyCode::PrintDiffers]));
        assert_eq!(judged(pair(Same, CannotTell), &[]), (Verdict::Indeterminate, vec![VerifyCode::PrintUnclear]));
        assert_eq!(judged(pair(Same, Same), &["mother.full_name"]), (Verdict::Indeterminate, vec![VerifyCode::PrintNotCovered]));
        // Without a fact there is nothing that could be the same.
        assert_eq!(judged(vec![compared("certification_no", Same)], &[]).0, Verdict::Indeterminate);
        assert_eq!(judged(vec![], &[]).0, Verdict::Indeterminate);
        let lost = ComparedFact { region: None, page: None, ..compared("full_name", CannotTell) };
        let of_statement = vec![compared("certification_no", Same), lost];
        assert_eq!(judged(of_statement, &[]), (Verdict::Indeterminate, vec![VerifyCode::PrintIncomplete]));
    }

    #[test]
    fn a_picture_that_shows_something_else_keeps_a_print_from_being_valid_and_one_that_fits_makes_none_valid() {
        let judged = |fact: Likeness, picture: Likeness| {
            let facts = vec![compared("certification_no", Likeness::Same), compared("full_name", fact)];
            let picture = ComparedPicture { page: Some(0), likeness: picture, regions: vec![] };
            let mut report = print_report(&[Sha256::of(b"x")], &Material::default(), OffsetDateTime::UNIX_EPOCH);
            judge_print(&mut report, &PrintComparison { facts, uncovered: vec![], pictures: vec![picture] });
            (report.verdict, report.findings.iter().map(|finding| finding.code).collect::<Vec<_>>())
        };
        use Likeness::{CannotTell, Differs, Same};
        assert_eq!(judged(Same, Differs), (Verdict::Indeterminate, vec![VerifyCode::PrintPictureDiffers]));
        assert_eq!(judged(Same, CannotTell), (Verdict::Valid, vec![]));
        assert_eq!(judged(CannotTell, Same), (Verdict::Indeterminate, vec![VerifyCode::PrintUnclear]));
        assert_eq!(judged(Differs, Same), (Verdict::Invalid, vec![VerifyCode::PrintDiffers]));
    }

    #[test]
    fn pictures_without_a_code_or_with_two_are_not_told() {
        let material = Material::default();
        let judged = |texts: &[&str]| {
            let region = Region { left: 0, top: 0, right: 9, bottom: 9 };
            let symbol = |text: &&str| PrintSymbol { page: 0, text: (*text).to_owned(), confirmed: true, region };
            let symbols: Vec<PrintSymbol> = texts.iter().map(symbol).collect();
            let mut report = print_report(&[], &material, OffsetDateTime::UNIX_EPOCH);
            let expected = judge_symbols(&mut report, &symbols, &material, OffsetDateTime::UNIX_EPOCH);
            assert!(expected.is_none());
            report.findings.iter().map(|finding| finding.code).collect::<Vec<_>>()
        };
        assert_eq!(judged(&[]), [VerifyCode::QrNotFound]);
        assert_eq!(judged(&["https://example.vn/", "01-01-2025|1|2"]), [VerifyCode::QrNotFound]);
        assert_eq!(judged(&["https://bansao.example/v#MZXW6"]), [VerifyCode::TokenMalformed]);
    }
}
