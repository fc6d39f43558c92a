//! Writes all variants of a signed copy into a folder, with `manifest.jsonl`: `bansao-attack COPY.pdf FOLDER`.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use bansao_attack::{derive, legal};
use bansao_pades::Dss;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [copy, folder] = arguments.as_slice() else {
        let _ = writeln!(io::stderr(), "bansao-attack COPY.pdf FOLDER");
        return ExitCode::from(2);
    };
    match write(Path::new(copy), Path::new(folder)) {
        Ok(count) => {
            let _ = writeln!(io::stdout(), "{count} files in {folder}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "{copy}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(copy: &Path, folder: &Path) -> Result<usize, Box<dyn std::error::Error>> {
    let bytes = std::fs::read(copy)?;
    let mut variants = legal(&bytes, &Dss::default())?;
    variants.extend(derive(&bytes)?);
    std::fs::create_dir_all(folder)?;
    let mut manifest = std::fs::File::create(folder.join("manifest.jsonl"))?;
    for variant in &variants {
        let file = format!("{}.pdf", variant.name.replace('/', "-"));
        std::fs::write(folder.join(&file), &variant.bytes)?;
        writeln!(manifest, "{}", serde_json::json!({ "file": file, "name": variant.name, "expect": variant.expect.name() }))?;
    }
    Ok(variants.len())
}
