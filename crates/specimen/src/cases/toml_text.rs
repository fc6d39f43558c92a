//! The text of `case.toml`.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::{Case, Register};

/// Writes the case; `written` are the fields that the paper prints.
pub(super) fn of(case: &Case, files: &[String], written: &BTreeSet<String>) -> String {
    let mut text = String::new();
    let mut line = |key: &str, value: String| {
        let _ = writeln!(text, "{key} = {value}");
    };
    line("kind", quoted(case.kind.id()));
    if let Some(form) = case.form.id() {
        line("form", quoted(form));
    }
    match case.expect {
        [one] => line("expect", quoted(one)),
        many => line("expect", list(many.iter().copied())),
    }
    line("codes", list(case.codes.iter().copied()));
    line("files", list(files.iter().map(String::as_str)));
    line("note", quoted(case.note));
    if let Some(label) = case.label {
        line("degradation", quoted(label.degradation));
        line("fill", quoted(label.fill));
        if !label.altered.is_empty() {
            line("altered", quoted(label.altered));
        }
    }
    let facts = &case.record.facts;
    let shown = |id: &str, value: &str| {
        if facts.get("_altered") == id { facts.get("_shown").to_owned() } else { value.to_owned() }
    };
    if case.legible {
        text.push_str("\n[fields]\n");
        for (id, value) in facts.filled().filter(|(id, _)| written.contains(*id)) {
            let value = shown(id, value);
            if !value.is_empty() {
                let _ = writeln!(text, "{} = {}", key(id), quoted(&value));
            }
        }
    }
    match &case.register {
        Register::Same => {}
        Register::Absent => text.push_str("\n[register]\nabsent = true\n"),
        Register::Holds(truth) => {
            text.push_str("\n[register]\n");
            for (id, value) in truth.filled().filter(|(id, _)| written.contains(*id)) {
                let _ = writeln!(text, "{} = {}", key(id), quoted(value));
            }
        }
    }
    text
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn key(id: &str) -> String {
    if id.contains('.') { quoted(id) } else { id.to_owned() }
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", items.map(quoted).collect::<Vec<_>>().join(", "))
}
