//! Reports as documents: what the service and the office client write, and what other people's software says of them.

use std::path::Path;
use std::process::{Command, Output};

use bansao::api::proto::submission::State;
use bansao::api::proto::verification_service_client::VerificationServiceClient;
use bansao::api::proto::{self, ReportFormat, Verdict};
use bansao_attack::{derive, legal};
use bansao_pades::Dss;

use crate::stage::{GOOD, Stage, reason, specimen};

fn run(program: &str, arguments: &[&str]) -> Output {
    Command::new(program).args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"))
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Whether `openssl` takes the signature of a report, trusting the root that `anchors` names.
fn openssl_takes(report: &Path, anchors: &Path) -> bool {
    let (content, signature) = (report.display().to_string(), format!("{}.p7s", report.display()));
    let anchors = anchors.display().to_string();
    let verify = ["cms", "-verify", "-binary", "-inform", "DER", "-in", &signature, "-content", &content, "-CAfile", &anchors];
    run("openssl", &[verify.as_slice(), &["-purpose", "any", "-out", "/dev/null"]].concat()).status.success()
}

/// What the schema of ETSI TS 119 102-2, as pyHanko's generated classes state it, says of reports.
fn judged(reports: &[String]) -> Output {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/judges/bin/python");
    assert!(python.exists(), "the judges are not installed: run `cargo xtask test`");
    let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/etsi_report.py").display().to_string();
    let mut arguments = vec![judge.as_str()];
    arguments.extend(reports.iter().map(String::as_str));
    run(&python.display().to_string(), &arguments)
}

fn schema_allows(reports: &[String]) {
    let judged = judged(reports);
    assert!(judged.status.success(), "{}", said(&judged));
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_follow_their_schema_and_carry_a_signature_that_openssl_takes() {
    let stage = Stage::set().await;
    let submission = stage.submit("reported", "birth_certificate", &specimen(GOOD)).await.unwrap();
    let settled = stage.settle(&submission.name).await;
    assert_eq!(settled.state(), State::Issued, "{:?}", settled.reasons);
    let (_, pdf) = stage.copy(&settled.copy).await;
    let (folder, out) = (stage.path("files"), stage.path("reports"));
    std::fs::create_dir_all(&folder).unwrap();

    // The service, asked by the office client: written, signed, and taken by openssl; not after a byte was changed.
    let copy = folder.join("copy.pdf").display().to_string();
    std::fs::write(&copy, &pdf).unwrap();
    let at = |name: &str| stage.path("authority").join(name).display().to_string();
    let (cert, key, anchors) = (at("office-1/chain.pem"), at("office-1/key.pem"), at("anchors/tls.pem"));
    let (service, out_dir) = (stage.service(), out.display().to_string());
    let asked = ["verify", &copy, "--service", &service, "--cert", &cert, "--key", &key, "--anchors", &anchors];
    let bansao = env!("CARGO_BIN_EXE_bansao");
    for format in ["xml", "json", "simple"] {
        let report = ["--report", format, "--report-dir", &out_dir, "--sign-report"];
        let done = run(bansao, &[asked.as_slice(), &report].concat());
        assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    }
    let written = |extension: &str| {
        let of = |path: &std::path::PathBuf| path.extension().is_some_and(|one| one == extension);
        let mut found: Vec<_> = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).filter(of).collect();
        found.sort();
        found
    };
    for extension in ["xml", "json", "txt"] {
        let report = written(extension).pop().unwrap();
        assert!(openssl_takes(&report, Path::new(&anchors)), "{extension}");
        assert!(!openssl_takes(&report, Path::new(&at("anchors/signer.pem"))), "its key is none of those that sign copies");
        let text = std::fs::read_to_string(&report).unwrap();
        std::fs::write(&report, text.replacen('H', "K", 1).replacen("VALID", "INVALID", 1)).unwrap();
        assert!(!openssl_takes(&report, Path::new(&anchors)), "a changed {extension} report");
        std::fs::write(&report, text).unwrap();
    }
    // The judge can say no: a required element left out, two in the wrong order, one that nobody knows.
    let report = written("xml").pop().unwrap();
    let text = std::fs::read_to_string(&report).unwrap();
    schema_allows(&[report.display().to_string()]);
    for (from, to) in [
        ("<HashOnly>false</HashOnly>", ""),
        ("<HashOnly>false</HashOnly><DocHashOnly>false</DocHashOnly>", "<DocHashOnly>false</DocHashOnly><HashOnly>false</HashOnly>"),
        ("<DocHashOnly>", "<Extra>1</Extra><DocHashOnly>"),
    ] {
        assert!(text.contains(from), "{from}");
        let broken = stage.path("broken.xml");
        std::fs::write(&broken, text.replacen(from, to, 1)).unwrap();
        assert!(!judged(&[broken.display().to_string()]).status.success(), "{to}");
    }
    let sentence = std::fs::read_to_string(written("txt").pop().unwrap()).unwrap();
    assert!(sentence.starts_with("HỢP LỆ: bản sao do Nguyễn Văn An và Ủy ban nhân dân phường Ba Đình ký lúc "), "{sentence}");
    assert!(sentence.trim_end().ends_with("còn nguyên vẹn, theo danh sách dùng cho phát triển, không có giá trị pháp lý."), "{sentence}");

    // Offline, over altered files, updates, and what is no signed file at all: each has a report, and the schema allows it.
    let attacks = derive(&pdf).unwrap();
    for variant in attacks.iter().filter(|one| one.bytes.len() < 2 * pdf.len()).step_by(31).chain(&legal(&pdf, &Dss::default()).unwrap()) {
        std::fs::write(folder.join(format!("{}.pdf", variant.name.replace('/', "-"))), &variant.bytes).unwrap();
    }
    for (name, bytes) in [("empty", &b""[..]), ("zip", b"PK\x03\x04"), ("text", b"xin ch\xc3\xa0o"), ("cut", &pdf[..pdf.len() / 2])] {
        std::fs::write(folder.join(format!("{name}.pdf")), bytes).unwrap();
    }
    let files = std::fs::read_dir(&folder).unwrap().count();
    let (trust, folder) = (at("trust.pem"), folder.display().to_string());
    for (policy, moment) in [("copy", "2046-01-01"), ("pades", "2046-01-01")] {
        std::fs::remove_dir_all(&out).unwrap();
        let arguments =
            ["verify", "--offline", "--trust", &trust, "--policy", policy, "--report", "xml", "--report-dir", &out_dir, &folder];
        for at in [&[][..], &["--at", moment]] {
            let done = run(bansao, &[arguments.as_slice(), at].concat());
            assert!(matches!(done.status.code(), Some(1 | 2)), "{}", said(&done));
            let reports: Vec<String> = written("xml").iter().map(|path| path.display().to_string()).collect();
            assert!(reports.len() >= files - 3, "{} reports on {files} files", reports.len());
            schema_allows(&reports);
        }
    }

    // A wallet is shown no facts in any form, and nobody is signed for who asked for no document.
    let mut wallet = VerificationServiceClient::new(stage.channel("wallet-1"));
    let ask = |format: ReportFormat, signed| proto::VerifyCopyRequest {
        chunk: pdf.clone().into(),
        report_format: format.into(),
        sign_report: signed,
    };
    let answer = wallet.verify_copy(tokio_stream::iter([ask(ReportFormat::Detailed, false)])).await.unwrap().into_inner();
    let document = answer.document.as_ref().unwrap();
    assert_eq!((answer.verdict(), document.signature.len()), (Verdict::Valid, 0));
    let detailed: serde_json::Value = serde_json::from_slice(&document.content).unwrap();
    assert!(detailed["token"].is_object() && detailed["token"]["facts"].is_null(), "{detailed}");
    let refused = wallet.verify_copy(tokio_stream::iter([ask(ReportFormat::Unspecified, true)])).await.unwrap_err();
    assert_eq!(reason(&refused), "FIELD_INVALID");
}
