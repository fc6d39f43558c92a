//! Counting: decisions and kinds over cases, values over fields.

use std::collections::BTreeMap;

use super::case::Case;
use super::inspect::Outcome;
use super::text::{distance, plain};

/// Decisions over some cases.
#[derive(Debug, Default, Clone)]
pub(super) struct Decisions {
    pub(super) cases: usize,
    /// Decided as the case allows.
    pub(super) right: usize,
    /// Approved, though it must not be.
    pub(super) false_accepts: Vec<String>,
    /// Refused, though it must be certified or at least shown to an officer.
    pub(super) false_refusals: Vec<String>,
    /// Sent to an officer, though it must be approved.
    pub(super) needless_referrals: usize,
    /// Supported kinds, and those recognised.
    pub(super) kinds: (usize, usize),
    /// Known forms, and those recognised.
    pub(super) forms: (usize, usize),
}

impl Decisions {
    pub(super) fn add(&mut self, case: &Case, outcome: &Outcome) {
        self.cases += 1;
        let allowed = case.expect.contains(&outcome.decision);
        self.right += usize::from(allowed);
        match outcome.decision.as_str() {
            "approve" if !case.may_pass() => self.false_accepts.push(case.path.clone()),
            "refuse" if !allowed && case.may_pass() => self.false_refusals.push(case.path.clone()),
            "refer" if !allowed && case.may_pass() => self.needless_referrals += 1,
            _ => {}
        }
        if case.is_readable() {
            self.kinds.0 += 1;
            self.kinds.1 += usize::from(outcome.kind.as_ref() == Some(&case.kind));
            self.forms.0 += 1;
            self.forms.1 += usize::from(outcome.form == case.form);
        }
    }
}

/// Values over some fields.
#[derive(Debug, Default, Clone)]
pub(super) struct Values {
    pub(super) fields: usize,
    /// Same letters in the same case of letters aside.
    pub(super) exact: usize,
    /// No value given at all.
    pub(super) missing: usize,
    /// A wrong value given without a finding that says it is unsure.
    pub(super) misread: usize,
    letters: usize,
    errors: usize,
}

impl Values {
    pub(super) fn add(&mut self, truth: &str, read: Option<&String>, doubted: bool) {
        let (truth, read) = (plain(truth), read.map(|read| plain(read)));
        let length = truth.chars().count();
        let value = read.clone().unwrap_or_default();
        let wrong = value != truth;
        self.fields += 1;
        self.exact += usize::from(!wrong);
        self.missing += usize::from(value.is_empty());
        self.misread += usize::from(wrong && !value.is_empty() && !doubted);
        self.letters += length;
        self.errors += distance(&value, &truth).min(length);
    }

    pub(super) fn exact_percent(&self) -> f64 {
        percent(self.exact, self.fields)
    }

    /// Edits a character, in per cent; a missing value counts as all its characters.
    pub(super) fn error_percent(&self) -> f64 {
        percent(self.errors, self.letters)
    }
}

pub(super) fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        return f64::NAN;
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of a few thousand")]
    let share = part as f64 / whole as f64;
    share * 100.0
}

/// Values of honest papers, grouped by what `group` says of the case and field.
pub(super) fn values(scored: &[(&Case, &Outcome)], group: impl Fn(&Case, &str) -> Option<String>) -> BTreeMap<String, Values> {
    let mut groups: BTreeMap<String, Values> = BTreeMap::new();
    for (case, outcome) in scored.iter().filter(|(case, _)| case.is_readable()) {
        for (id, truth) in &case.fields {
            if let Some(group) = group(case, id) {
                let doubted = outcome.codes.iter().any(|code| *code == format!("FIELD_UNREADABLE {id}"));
                groups.entry(group).or_default().add(truth, outcome.fields.get(id), doubted);
            }
        }
    }
    groups
}

/// What sort of value a field holds, by its name.
pub(super) fn class(id: &str) -> &'static str {
    let last = id.rsplit('.').next().unwrap_or(id);
    match last {
        "full_name" | "signer_name" => "names",
        "signer_title" | "gender" | "ethnicity" | "nationality" | "relation" | "land_use_type" | "term" | "tenure_form" | "origin" => {
            "closed lists"
        }
        _ if last.ends_with("_words") => "words",
        _ if last.contains("date") || last == "birth_year" || last == "death_time" => "dates",
        "personal_id" | "identity_document" => "identity numbers",
        _ if last.ends_with("_no") || last == "area" || last == "land_certificate_code" => "numbers",
        _ => "places and text",
    }
}

/// The value at this share of a sorted list.
pub(super) fn at_share(sorted: &[u64], hundredths: usize) -> u64 {
    let at = (sorted.len() * hundredths).div_ceil(100).saturating_sub(1);
    sorted.get(at).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_value_costs_all_its_letters() {
        let mut values = Values::default();
        values.add("Lê An", Some(&"LÊ AN".to_owned()), false);
        values.add("Lê An", None, false);
        values.add("Lê An", Some(&"Lê Ân".to_owned()), false);
        assert_eq!((values.exact, values.missing, values.misread), (1, 1, 1));
        assert!((values.error_percent() - 40.0).abs() < 1e-9);
    }

    #[test]
    fn shares_of_a_list() {
        let list: Vec<u64> = (1..=20).collect();
        assert_eq!((at_share(&list, 50), at_share(&list, 95), at_share(&list, 100)), (10, 19, 20));
    }
}
