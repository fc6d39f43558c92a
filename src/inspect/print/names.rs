//! Names that a token vouches for by a digest: what was read of each is tried until all together fit it.

use super::{Bench, ComparedFact, FieldId, Form, NamesSeal, Printed, fact};
use crate::record::{NAMES_DIGEST, fold, names_digest};

/// Names on one form beside those that its token spells out; more are not tried.
const MOST_NAMES: usize = 4;
/// Readings of one name that are tried: 5⁴ digests at most.
const MOST_READINGS: usize = 5;

impl Bench<'_> {
    /// The names `ids` that fit the digest, compared like those that the token spells out, for they are known to the sign.
    pub(super) fn sealed_facts(
        &self,
        form: Option<&Form>,
        found: &[(usize, Printed)],
        seal: &NamesSeal,
        ids: &[FieldId],
    ) -> Vec<ComparedFact> {
        if ids.is_empty() {
            // There were names when it was certified, and none was found.
            return vec![self.fact(None, &[], NAMES_DIGEST, "", true)];
        }
        let sealed = self.sealed(seal, found, ids).unwrap_or_default();
        sealed.iter().map(|(id, value)| self.fact(form, found, id, value, true)).collect()
    }

    /// The texts of the names `ids` that fit the digest; `None` where no readings do, or where one does not stand once on the print.
    fn sealed(&self, seal: &NamesSeal, found: &[(usize, Printed)], ids: &[FieldId]) -> Option<Vec<(FieldId, String)>> {
        if ids.len() > MOST_NAMES {
            return None;
        }
        let readings = ids.iter().map(|id| self.readings(found, id)).collect::<Option<Vec<_>>>()?;
        let chosen = first_fitting(&readings, &|texts| {
            names_digest(&seal.salt, ids.iter().map(String::as_str).zip(texts.iter().copied())) == seal.digest
        })?;
        Some(ids.iter().cloned().zip(chosen).collect())
    }

    /// What was read of one name, each text once.
    fn readings(&self, found: &[(usize, Printed)], id: &str) -> Option<Vec<String>> {
        let mut places = found.iter().filter(|(_, printed)| printed.id == id);
        let (Some((page, printed)), None) = (places.next(), places.next()) else { return None };
        let mut texts = vec![printed.text.clone()];
        let layer = self.seen.get(*page).and_then(|seen| seen.layer.as_ref());
        if let (Some(layer), [line]) = (layer, printed.lines.as_slice()) {
            texts.extend(fact::readings(&layer.image, *line, self.reader, self.deadline).unwrap_or_default());
        }
        let mut known = Vec::new();
        texts.retain(|text| {
            !known.contains(&fold(text)) && {
                known.push(fold(text));
                true
            }
        });
        texts.truncate(MOST_READINGS);
        Some(texts)
    }
}

/// The first choice of one reading for each name that `fits`.
fn first_fitting(readings: &[Vec<String>], fits: &dyn Fn(&[&str]) -> bool) -> Option<Vec<String>> {
    let choices: usize = readings.iter().map(Vec::len).product();
    (0..choices).find_map(|mut choice| {
        let texts: Vec<&str> = readings
            .iter()
            .filter_map(|texts| {
                let at = choice % texts.len();
                choice /= texts.len();
                texts.get(at).map(String::as_str)
            })
            .collect();
        fits(&texts).then(|| texts.iter().map(|text| (*text).to_owned()).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reading_of_each_name_is_chosen_or_none() {
        let readings = [vec!["A".to_owned(), "Ă".to_owned()], vec!["B".to_owned(), "D".to_owned(), "Đ".to_owned()]];
        assert_eq!(first_fitting(&readings, &|texts| texts == ["Ă", "Đ"]), Some(vec!["Ă".to_owned(), "Đ".to_owned()]));
        assert_eq!(first_fitting(&readings, &|texts| texts == ["Ă", "C"]), None);
        assert_eq!(first_fitting(&[vec!["A".to_owned()], Vec::new()], &|_| true), None, "a name of which nothing was read");
    }
}
