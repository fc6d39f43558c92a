//! What people at a terminal see.

use std::io::Write;

use tonic::Status;
use tonic_types::{ErrorDetail, StatusExt};

use super::CliError;
use crate::api::proto::{Finding, Severity};

/// The language of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Language {
    /// Tiếng Việt.
    Vi,
    /// English.
    En,
}

/// Writes one line to standard output; a closed pipe ends the output, not the command.
pub(super) fn say(line: &str) {
    let _written = writeln!(std::io::stdout().lock(), "{line}").is_ok();
}

/// Writes an error to standard error: for an answer of the service with its sentences and next steps.
pub(super) fn complain(error: &CliError) {
    let mut out = std::io::stderr().lock();
    let _written = match error {
        CliError::Service(status) => writeln!(out, "bansao: {}", service_error(status)).is_ok(),
        CliError::Failed(text) => writeln!(out, "bansao: {text}").is_ok(),
    };
}

/// An answer of the service in words: Vietnamese and English sentence, next step, code.
pub(super) fn service_error(status: &Status) -> String {
    let mut lines = Vec::new();
    let mut next = Vec::new();
    for detail in status.get_error_details_vec() {
        match detail {
            ErrorDetail::LocalizedMessage(message) => lines.push(message.message),
            ErrorDetail::ErrorInfo(info) => {
                next = ["next_step_vi", "next_step_en"].iter().filter_map(|key| info.metadata.get(*key).cloned()).collect();
                lines.insert(0, info.metadata.get("subject").map_or(info.reason.clone(), |s| format!("{} ({s})", info.reason)));
            }
            _ => {}
        }
    }
    if lines.is_empty() {
        return transport_error(status);
    }
    lines.extend(next.into_iter().map(|step| format!("→ {step}")));
    lines.join("\n  ")
}

/// A call that never reached the service. With TLS 1.3 a certificate that the service does not accept shows only here.
fn transport_error(status: &Status) -> String {
    format!(
        "{:?}: {}\n  Không kết nối được dịch vụ, hoặc chứng thư máy trạm hết hạn hay không được chấp nhận.\n  \
         The service is out of reach, or does not accept the client certificate (expired or unknown).",
        status.code(),
        status.message()
    )
}

/// A finding in one language: mark, code, sentence, evidence, next step.
pub(super) fn finding(finding: &Finding, language: Language) -> String {
    let mark = match finding.severity() {
        Severity::Error => "✗",
        Severity::Warning => "!",
        _ => "·",
    };
    let advice = finding.advice.clone().unwrap_or_default();
    let (message, next) = match language {
        Language::Vi => (advice.message_vi, advice.next_step_vi),
        Language::En => (advice.message_en, advice.next_step_en),
    };
    let field = if finding.field.is_empty() { String::new() } else { format!(" [{}]", finding.field) };
    let mut text = format!("{mark} {}{field}: {message}", finding.code);
    if !finding.seen.is_empty() || !finding.expected.is_empty() {
        text.push_str(&format!(" ({} / {})", finding.seen, finding.expected));
    }
    if finding.severity() == Severity::Error {
        text.push_str(&format!("\n    → {next}"));
    }
    text
}
