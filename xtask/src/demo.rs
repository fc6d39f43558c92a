//! The main job on the embedded default: every part on loopback, real TLS, real signatures; a table at the end.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::run::{Failed, cargo, output, root, say};
use crate::setup;
use crate::token::Token;

/// Two papers of each kind that are certified, and one that is refused.
const SHOWN: [(&str, &str); 12] = [
    ("birth_certificate/b2015-print", "approve"),
    ("birth_certificate/b2010-bold", "approve"),
    ("birth_certificate/copy-of-2015", "refuse"),
    ("marriage_certificate/m2015-print", "approve"),
    ("marriage_certificate/m2010-print-tiff", "approve"),
    ("marriage_certificate/text-file", "refuse"),
    ("death_certificate/d2015-print", "approve"),
    ("death_certificate/d2010-print", "approve"),
    ("death_certificate/pdf-script", "refuse"),
    ("land_certificate/l2024-bold-tiff", "approve"),
    ("land_certificate/l2009-couple-tiff", "approve"),
    ("land_certificate/paper-letter", "refuse"),
];

/// How long a part may take to start: the authority makes RSA keys.
const START_DEADLINE: Duration = Duration::from_secs(60);

/// A part that runs until the demonstration ends.
struct Part(Child);

impl Drop for Part {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ended = self.0.kill().is_ok() && self.0.wait().is_ok();
    }
}

struct Demo {
    bansao: PathBuf,
    folder: PathBuf,
    parts: Vec<Part>,
    /// The signers' keys lie in it, where they lie in one.
    token: Option<Token>,
}

/// Folder, files, expected decision.
type Sample = (PathBuf, Vec<PathBuf>, &'static str);

struct Row {
    case: String,
    state: String,
    number: String,
    verdict: String,
    elapsed: Duration,
    file: String,
}

pub(crate) fn run(hsm: bool, own: bool) -> Result<(), Failed> {
    // As the tests build it: features stay the same, and nothing is built twice.
    let what = if own { setup::WITHOUT_TESSERACT } else { &["--workspace"] };
    cargo(&[&["build", "--quiet", "--bins"], what].concat())?;
    let folder = root().join("target/demo");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(folder.join("copies"))?;
    let mut demo = Demo { bansao: root().join("target/debug/bansao"), folder, parts: Vec::new(), token: None };
    if hsm {
        demo.token = Some(Token::make(&demo.folder.join("hsm"))?);
    }
    let service = demo.start_all()?;
    let mut rows = Vec::new();
    for (case, files, expected) in samples()? {
        rows.push(demo.certify(&service, &case, &files, expected)?);
    }
    let delivered = demo.wallet_count(rows.iter().filter(|row| row.state == "ISSUED").count())?;
    demo.table(&rows, delivered)
}

impl Demo {
    fn start_all(&mut self) -> Result<String, Failed> {
        let authority = self.path("authority");
        say("starting: authority, register, wallet, service");
        self.start("authority", &["authority", "serve", "--data", &authority])?;
        let url =
            self.wait_for(|demo| std::fs::read_to_string(demo.folder.join("authority.out")).ok()?.lines().next().map(str::to_owned))?;
        let tls = |leaf: &str| {
            [format!("{authority}/{leaf}/chain.pem"), format!("{authority}/{leaf}/key.pem"), format!("{authority}/anchors/tls.pem")]
        };
        let [cert, key, anchors] = tls("register-civil");
        let people = root().join("fixtures/scans").display().to_string();
        let address = self.path("registry.address");
        let arguments =
            ["registry", "--people", &people, "--address-file", &address, "--cert", &cert, "--key", &key, "--anchors", &anchors];
        self.start("registry", &arguments)?;
        let [cert, key, anchors] = tls("wallet-1");
        let (data, address, trust) = (self.path("wallet"), self.path("wallet.address"), format!("{authority}/trust.pem"));
        let arguments = [
            "wallet",
            "serve",
            "--id",
            "wallet-1",
            "--data",
            &data,
            "--address-file",
            &address,
            "--cert",
            &cert,
            "--key",
            &key,
            "--anchors",
            &anchors,
            "--trust",
            &trust,
        ];
        self.start("wallet", &arguments)?;
        let register_url = self.address("registry")?;
        let wallet = format!("wallet-1={}", self.address("wallet")?);
        let data = self.path("data");
        let arguments = [
            "config",
            "development",
            "--authority",
            &authority,
            "--authority-url",
            &url,
            "--data",
            &data,
            "--register-url",
            &register_url,
            "--wallet",
            &wallet,
        ];
        let mut config = output(&self.bansao, &arguments)?;
        if let Some(token) = &self.token {
            config = token.take_over(&authority, &config)?;
            say("the keys of certifiers and agencies are in a security module, and nowhere else");
        }
        let path = self.path("bansao.toml");
        std::fs::write(&path, config)?;
        let address = self.path("serve.address");
        self.start("serve", &["serve", "--config", &path, "--address-file", &address])?;
        let service = self.address("serve")?;
        self.meet_the_citizen(&url, &service, &authority)?;
        Ok(service)
    }

    /// The identity provider vouches for an invented citizen, who links a wallet.
    fn meet_the_citizen(&self, identity_provider: &str, service: &str, authority: &str) -> Result<(), Failed> {
        let body = r#"{"personal_id":"001190000017","full_name":"Lê Thị Thử","assurance_level":"2","audience":"bansao"}"#;
        let assertion = post(identity_provider, "/assertions", body)?;
        std::fs::write(self.path("assertion.jwt"), assertion)?;
        let (cert, key) = (format!("{authority}/wallet-1/chain.pem"), format!("{authority}/wallet-1/key.pem"));
        let (anchors, assertion) = (format!("{authority}/anchors/tls.pem"), self.path("assertion.jwt"));
        let arguments =
            ["wallet", "link", "--service", service, "--cert", &cert, "--key", &key, "--anchors", &anchors, "--assertion", &assertion];
        output(&self.bansao, &arguments).map(|_| ())
    }

    fn certify(&self, service: &str, case: &Path, files: &[PathBuf], expected: &str) -> Result<Row, Failed> {
        let authority = self.path("authority");
        let name = |path: Option<&Path>| path.and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
        let (kind, case) = (name(case.parent()), name(Some(case)));
        let copy = self.path(&format!("copies/{kind}-{case}.pdf"));
        let (cert, key) = (format!("{authority}/kiosk-1/chain.pem"), format!("{authority}/kiosk-1/key.pem"));
        let (anchors, assertion) = (format!("{authority}/anchors/tls.pem"), self.path("assertion.jwt"));
        let mut arguments = vec!["kiosk", "submit", "--json", "--service", service, "--cert", &cert, "--key", &key];
        arguments.extend(["--anchors", &anchors, "--assertion", &assertion, "--kind", &kind, "--out", &copy]);
        let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        arguments.extend(files.iter().map(String::as_str));
        let started = Instant::now();
        let answer: Value = serde_json::from_str(&output(&self.bansao, &arguments)?).map_err(|error| Failed(error.to_string()))?;
        let elapsed = started.elapsed();
        let text = |key: &str| answer.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let state = text("state");
        let issued = state == "ISSUED";
        let verdict = if issued { self.verify(&copy)? } else { list(&answer, "reasons") };
        let expected_state = if expected == "approve" { "ISSUED" } else { "REFUSED" };
        let mark = if state == expected_state { "" } else { " (!)" };
        Ok(Row {
            case: format!("{kind}/{case}{mark}"),
            number: text("certification_no"),
            file: if issued { copy } else { String::new() },
            state,
            verdict,
            elapsed,
        })
    }

    fn verify(&self, copy: &str) -> Result<String, Failed> {
        let trust = self.path("authority/trust.pem");
        let line = output(&self.bansao, &["verify", "--offline", "--json", "--trust", &trust, copy])?;
        let report: Value = serde_json::from_str(&line).map_err(|error| Failed(error.to_string()))?;
        Ok(report.get("verdict").and_then(Value::as_str).unwrap_or("?").to_owned())
    }

    /// Waits until the wallet holds `issued` copies; pushes come after the kiosk has its copy.
    fn wallet_count(&self, issued: usize) -> Result<usize, Failed> {
        let data = self.path("wallet");
        let count = || output(&self.bansao, &["wallet", "list", "--data", &data]).map(|listed| listed.lines().count());
        let started = Instant::now();
        while count()? < issued && started.elapsed() < Duration::from_secs(15) {
            std::thread::sleep(Duration::from_millis(200));
        }
        count()
    }

    fn table(&self, rows: &[Row], delivered: usize) -> Result<(), Failed> {
        say(&format!("\n{:<44} {:<9} {:<18} {:<28} {:>8}", "scan", "state", "number", "verdict / reasons", "time"));
        for row in rows {
            say(&format!("{:<44} {:<9} {:<18} {:<28} {:>6.1} s", row.case, row.state, row.number, row.verdict, row.elapsed.as_secs_f32()));
        }
        let issued: Vec<&Row> = rows.iter().filter(|row| row.state == "ISSUED").collect();
        say(&format!("\n{} of {} scans certified; {delivered} copies in the wallet ({})", issued.len(), rows.len(), self.path("wallet")));
        say("the copies:");
        for row in &issued {
            say(&format!("  {}", row.file));
        }
        say(&format!("verify one:  target/debug/bansao verify --offline --trust {} COPY.pdf", self.path("authority/trust.pem")));
        let wrong: Vec<&str> = rows.iter().filter(|row| row.case.ends_with("(!)")).map(|row| row.case.as_str()).collect();
        if delivered != issued.len() || issued.iter().any(|row| row.verdict != "VALID") || !wrong.is_empty() {
            return Err(Failed(format!("not as expected: {}", wrong.join(", "))));
        }
        Ok(())
    }

    fn start(&mut self, name: &str, arguments: &[&str]) -> Result<(), Failed> {
        let log = |ending: &str| std::fs::File::create(self.folder.join(format!("{name}.{ending}")));
        let mut command = Command::new(&self.bansao);
        command.args(arguments).current_dir(root()).stdin(Stdio::null()).stdout(log("out")?).stderr(log("log")?);
        command.envs(self.token.iter().map(Token::environment));
        self.parts.push(Part(command.spawn()?));
        Ok(())
    }

    fn address(&mut self, name: &str) -> Result<String, Failed> {
        self.wait_for(|demo| std::fs::read_to_string(demo.folder.join(format!("{name}.address"))).ok())
            .map_err(|_| Failed(format!("{name} did not start: see {}", self.path(&format!("{name}.log")))))
    }

    fn wait_for(&mut self, found: impl Fn(&Self) -> Option<String>) -> Result<String, Failed> {
        let started = Instant::now();
        while started.elapsed() < START_DEADLINE {
            if let Some(text) = found(self).filter(|text| !text.is_empty()) {
                return Ok(text);
            }
            if let Some(part) = self.parts.last_mut()
                && part.0.try_wait()?.is_some()
            {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(Failed(format!("a part did not start: see {}", self.folder.display())))
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }
}

fn list(answer: &Value, key: &str) -> String {
    let items = answer.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")
}

/// The specimens that are shown: folder, files, expected decision.
fn samples() -> Result<Vec<Sample>, Failed> {
    let sample = |(case, expected): &(&str, &'static str)| {
        let folder = root().join("fixtures/scans").join(case);
        let text = std::fs::read_to_string(folder.join("case.toml")).map_err(|error| Failed(format!("{case}: {error}")))?;
        let described: toml::Table = text.parse().map_err(|error| Failed(format!("{case}: {error}")))?;
        let files = described.get("files").and_then(toml::Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let files = files.iter().filter_map(|file| Some(folder.join(file.as_str()?))).collect();
        Ok((folder, files, *expected))
    };
    SHOWN.iter().map(sample).collect()
}

/// A POST over HTTP/1.1; the body of the answer.
fn post(url: &str, path: &str, body: &str) -> Result<String, Failed> {
    let address = url.strip_prefix("http://").ok_or_else(|| Failed(format!("{url} is not an http address")))?;
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.1 200") => Ok(body.trim().to_owned()),
        _ => Err(Failed(format!("{url}{path}: {}", answer.lines().next().unwrap_or_default()))),
    }
}
