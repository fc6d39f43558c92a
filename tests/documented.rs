//! `docs/ERRORS.md` says what the catalogues say.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::fmt::Write;
use std::path::Path;

use bansao::error::ErrorCode;
use bansao::finding::{Code, Sentences};
use bansao::verify::VerifyCode;

fn page() -> String {
    let mut page = String::from(
        "# Codes\n\nWritten from the catalogues in `src/finding.rs`, `src/error.rs` and `src/verify/code.rs`; a test holds them together.\n\
         Codes are stable: none is reused with another meaning.\n",
    );
    page.push_str("\n## Findings: what was seen in a document\n\n| code | weight | vi | en | next step (vi) | next step (en) |\n|---|---|---|---|---|---|\n");
    for code in Code::ALL {
        row(&mut page, code.as_str(), &format!("{:?}", code.severity()).to_lowercase(), code.sentences());
    }
    page.push_str("\n## Errors: work that could not be done\n\n| code | gRPC status, retry | vi | en | next step (vi) | next step (en) |\n|---|---|---|---|---|---|\n");
    for code in ErrorCode::ALL {
        row(&mut page, code.as_str(), &format!("{:?}, {:?}", code.class(), code.retry()), code.sentences());
    }
    page.push_str("\n## Verification: what a verdict rests on\n\n| code | verdict | vi | en | next step (vi) | next step (en) |\n|---|---|---|---|---|---|\n");
    for code in VerifyCode::ALL {
        row(&mut page, code.as_str(), &format!("{:?}", code.verdict()).to_uppercase(), code.sentences());
    }
    page
}

fn row(page: &mut String, code: &str, weight: &str, texts: Sentences) {
    writeln!(page, "| `{code}` | {weight} | {} | {} | {} | {} |", texts.vi, texts.en, texts.next_vi, texts.next_en).unwrap();
}

#[test]
fn every_code_is_documented() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ERRORS.md");
    if std::env::var_os("BANSAO_WRITE_DOCS").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page(), "docs/ERRORS.md is behind: run this test with BANSAO_WRITE_DOCS=1");
}
