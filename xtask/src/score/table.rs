//! The table, and the same figures as JSON.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use super::case::Case;
use super::count::{Decisions, Values, at_share, class, percent, values};
use super::inspect::Outcome;
use super::tesseract::Stock;

type Scored<'a> = [(&'a Case, &'a Outcome)];

fn decisions(scored: &Scored<'_>, group: impl Fn(&Case) -> String) -> BTreeMap<String, Decisions> {
    let mut groups: BTreeMap<String, Decisions> = BTreeMap::new();
    for (case, outcome) in scored {
        groups.entry(group(case)).or_default().add(case, outcome);
    }
    groups
}

/// Processor milliseconds a page, over cases that had pages.
fn costs(scored: &Scored<'_>) -> Vec<u64> {
    let pages = |outcome: &Outcome| u64::try_from(outcome.pages).unwrap_or(1);
    let mut costs: Vec<u64> = scored.iter().filter(|(_, o)| o.pages > 0).map(|(_, o)| o.cpu_ms / pages(o).max(1)).collect();
    costs.sort_unstable();
    costs
}

fn worker_mib(scored: &Scored<'_>) -> u64 {
    scored.iter().map(|(_, outcome)| outcome.worker_kib).max().unwrap_or(0) / 1024
}

pub(super) fn text(scored: &Scored<'_>, stock: &[Stock]) -> String {
    let mut out = String::new();
    summary(scored, &mut out);
    let _ = writeln!(
        out,
        "\n{:28} {:>6} {:>7} {:>7} {:>9} {:>9} {:>9}",
        "decisions by degradation", "cases", "right", "%", "false acc", "false ref", "referred"
    );
    for (name, d) in decisions(scored, |case| case.degradation.clone()) {
        let _ = writeln!(
            out,
            "{name:28} {:6} {:7} {:7.1} {:9} {:9} {:9}",
            d.cases,
            d.right,
            percent(d.right, d.cases),
            d.false_accepts.len(),
            d.false_refusals.len(),
            d.needless_referrals
        );
    }
    altered(scored, &mut out);
    for (title, groups) in [
        ("values by fill", values(scored, |case, _| Some(case.fill.clone()))),
        ("values by sort", values(scored, |case, id| (case.fill != "cursive").then(|| class(id).to_owned()))),
        ("values by degradation", values(scored, |case, _| (case.fill != "cursive").then(|| case.degradation.clone()))),
    ] {
        let _ = writeln!(out, "\n{title:28} {:>6} {:>7} {:>7} {:>8} {:>8}", "fields", "exact %", "CER %", "missing", "misread");
        for (name, v) in groups {
            let _ = writeln!(
                out,
                "{name:28} {:6} {:7.1} {:7.2} {:8} {:8}",
                v.fields,
                v.exact_percent(),
                v.error_percent(),
                v.missing,
                v.misread
            );
        }
    }
    beside(scored, stock, &mut out);
    out
}

fn summary(scored: &Scored<'_>, out: &mut String) {
    let all = decisions(scored, |_| String::new()).remove("").unwrap_or_default();
    let must_not = scored.iter().filter(|(case, _)| !case.may_pass()).count();
    let printed = values(scored, |case, _| (case.fill != "cursive").then(String::new)).remove("").unwrap_or_default();
    let costs = costs(scored);
    let _ = writeln!(out, "{} cases, {must_not} must not be certified", all.cases);
    let _ = writeln!(out, "false accepts          {} of {must_not}  {}", all.false_accepts.len(), all.false_accepts.join(" "));
    let _ =
        writeln!(out, "false refusals         {} of {}  {}", all.false_refusals.len(), all.cases - must_not, all.false_refusals.join(" "));
    let _ = writeln!(out, "needless referrals     {}", all.needless_referrals);
    let _ = writeln!(out, "decisions right        {:.1} %", percent(all.right, all.cases));
    let _ = writeln!(
        out,
        "kind, form             {:.1} %, {:.1} % of {}",
        percent(all.kinds.1, all.kinds.0),
        percent(all.forms.1, all.forms.0),
        all.kinds.0
    );
    let _ = writeln!(
        out,
        "printed fields exact   {:.1} % of {}, CER {:.2} %",
        printed.exact_percent(),
        printed.fields,
        printed.error_percent()
    );
    let _ = writeln!(
        out,
        "processor ms a page    median {}, p95 {}, worst {}; worker memory at most {} MiB",
        at_share(&costs, 50),
        at_share(&costs, 95),
        at_share(&costs, 100),
        worker_mib(scored)
    );
}

/// How often each alteration was itself seen, not only the value's difference from the register.
fn altered(scored: &Scored<'_>, out: &mut String) {
    let mut groups: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    for (case, outcome) in scored.iter().filter(|(case, _)| !case.altered.is_empty()) {
        let counts = groups.entry(case.altered.as_str()).or_default();
        counts.0 += 1;
        counts.1 += usize::from(outcome.has("ALTERED"));
        counts.2 += usize::from(outcome.decision != "approve");
    }
    let _ = writeln!(out, "\n{:28} {:>6} {:>14} {:>12}", "alterations", "cases", "seen as such", "not passed");
    for (name, (cases, seen, stopped)) in groups {
        let _ = writeln!(out, "{name:28} {cases:6} {seen:14} {stopped:12}");
    }
    let honest: Vec<_> = scored.iter().filter(|(case, _)| case.may_pass()).collect();
    let alarms = honest.iter().filter(|(_, outcome)| outcome.has("ALTERED")).count();
    let _ = writeln!(out, "{:28} {:6} {alarms:14}", "honest papers", honest.len());
}

/// The reading columns beside stock Tesseract's, on the same honest cases and by the same lenient measure where it applies.
fn beside(scored: &Scored<'_>, stock: &[Stock], out: &mut String) {
    if stock.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\nreading beside stock Tesseract, honest papers (its values: contained in the page's text, spaces and punctuation dropped)"
    );
    let _ = writeln!(out, "{:28} {:>6} {:>8} {:>14}", "", "fields", "found %", "CPU ms a page");
    let own = values(scored, |_, _| Some(String::new())).remove("").unwrap_or_else(Values::default);
    let readable: Vec<_> = scored.iter().filter(|(case, _)| case.is_readable()).copied().collect();
    let _ = writeln!(out, "{:28} {:6} {:8.1} {:14}", "bansao, as fields", own.fields, own.exact_percent(), at_share(&costs(&readable), 50));
    for one in stock {
        let (mut found, mut fields, mut costs) = (0, 0, Vec::new());
        for (f, n, pages, ms) in one.cases.iter().flatten() {
            found += f;
            fields += n;
            costs.push(ms / u64::try_from(*pages).unwrap_or(1).max(1));
        }
        costs.sort_unstable();
        let name = format!("tesseract --psm {}", one.mode);
        let _ = writeln!(out, "{name:28} {fields:6} {:8.1} {:14}", percent(found, fields), at_share(&costs, 50));
    }
}

pub(super) fn json(scored: &Scored<'_>, stock: &[Stock]) -> Value {
    let all = decisions(scored, |_| String::new()).remove("").unwrap_or_default();
    let groups = |map: BTreeMap<String, Values>| -> Value {
        map.into_iter()
            .map(|(name, v)| {
                (name, json!({"fields": v.fields, "exact_percent": v.exact_percent(), "cer_percent": v.error_percent(), "missing": v.missing, "misread": v.misread}))
            })
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let costs = costs(scored);
    let case = |(case, outcome): &(&Case, &Outcome)| {
        let differing: serde_json::Map<_, _> = case
            .fields
            .iter()
            .filter(|(id, value)| outcome.fields.get(*id).is_none_or(|read| super::text::plain(read) != super::text::plain(value)))
            .map(|(id, value)| (id.clone(), json!([value, outcome.fields.get(id)])))
            .collect();
        json!({
            "case": case.path, "expect": case.expect, "decision": outcome.decision, "right": case.expect.contains(&outcome.decision),
            "degradation": case.degradation, "fill": case.fill, "altered": case.altered, "kind": outcome.kind, "form": outcome.form,
            "codes": outcome.codes, "differing": differing, "pages": outcome.pages, "cpu_ms": outcome.cpu_ms, "elapsed_ms": outcome.elapsed_ms,
        })
    };
    json!({
        "cases": all.cases, "right": all.right, "false_accepts": all.false_accepts, "false_refusals": all.false_refusals,
        "needless_referrals": all.needless_referrals, "kind_percent": percent(all.kinds.1, all.kinds.0), "form_percent": percent(all.forms.1, all.forms.0),
        "values_by_fill": groups(values(scored, |case, _| Some(case.fill.clone()))),
        "values_by_sort": groups(values(scored, |case, id| (case.fill != "cursive").then(|| class(id).to_owned()))),
        "values_by_degradation": groups(values(scored, |case, _| (case.fill != "cursive").then(|| case.degradation.clone()))),
        "cpu_ms_a_page": {"median": at_share(&costs, 50), "p95": at_share(&costs, 95), "worst": at_share(&costs, 100)},
        "worker_mib": worker_mib(scored),
        "tesseract": stock.iter().map(|one| json!({"psm": one.mode, "cases": one.cases})).collect::<Vec<_>>(),
        "each": scored.iter().map(case).collect::<Vec<_>>(),
    })
}
