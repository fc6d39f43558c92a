//! The same original certified before: remembered at issue, looked up before the decision.

use super::Flow;
use crate::error::Failure;
use crate::finding::{Finding, Severity};
use crate::inspect::earlier::{NEAREST, compare_with_earlier, from_hex, identity};
use crate::inspect::forms::Form;
use crate::inspect::{InspectionReport, PageReport};
use crate::record::Facts;
use crate::store::{IssuedCopy, OriginalTrace, Submission};

/// Earlier copies that are compared; the newest say enough.
const MOST: u32 = 8;

impl Flow {
    /// What earlier copies of the same original say against the paper, or that there is one.
    pub(super) async fn certified_before(&self, report: &InspectionReport) -> Result<Vec<Finding>, Failure> {
        let Some(form) = report.form.as_deref().and_then(|form| self.forms.form(form)).filter(|form| form.certified && !form.copy) else {
            return Ok(Vec::new());
        };
        let facts: Facts = report.fields.iter().map(|field| (field.id.clone(), field.value.clone())).collect();
        let trace = self.trace(form, &facts, &report.pages);
        let earlier = self.ports.originals.earlier(&trace, NEAREST, MOST).await?;
        let compared: Vec<Vec<Finding>> = earlier
            .iter()
            .map(|earlier| compare_with_earlier(report, form, &earlier.copy.facts, &earlier.copy.number, earlier.same_identity))
            .filter(|findings| !findings.is_empty())
            .collect();
        // One that differs says more than all that agree.
        let differs = |findings: &&Vec<Finding>| findings.iter().any(|finding| finding.severity == Severity::Error);
        Ok(compared.iter().find(differs).or(compared.first()).cloned().unwrap_or_default())
    }

    /// Remembers the original of a copy that is about to be recorded.
    pub(super) async fn remember_original(&self, copy: &IssuedCopy, submission: &Submission) -> Result<(), Failure> {
        let Some(report) = &submission.report else { return Ok(()) };
        let of_kind = |form: &&Form| form.kind == copy.kind && form.certified;
        let seen = report.form.as_deref().and_then(|form| self.forms.form(form)).filter(of_kind);
        let Some(form) = seen.or_else(|| self.forms.forms().iter().find(of_kind)) else { return Ok(()) };
        let trace = self.trace(form, &copy.facts, &report.pages);
        Ok(self.ports.originals.remember(&copy.id, &trace).await?)
    }

    fn trace(&self, form: &Form, facts: &Facts, pages: &[PageReport]) -> OriginalTrace {
        // The first page tells papers apart; the later ones of one form are nearly alike.
        let print = |(page, report): (u32, &PageReport)| Some((page, from_hex(report.fingerprint.as_deref()?)?));
        OriginalTrace {
            kind: form.kind.clone(),
            identity: identity(form, facts).map(|text| self.ports.cipher.pseudonym(&text)),
            pages: (0..).zip(pages).take(1).filter_map(print).collect(),
        }
    }
}
