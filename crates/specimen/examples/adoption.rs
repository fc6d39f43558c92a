//! Draws the specimens of a fifth kind, the adoption certificate, into `fixtures/forms/scans`.
//!
//! The form is data here as it is to inspection: a list of labels and fields. `cargo run --example adoption -- DIR`.

use std::fmt::Write as _;
use std::path::Path;

use bansao_specimen::error::Result;
use bansao_specimen::facts::{Facts, Office, Record};
use bansao_specimen::file::{Container, Page};
use bansao_specimen::fonts::{FontFiles, Fonts};
use bansao_specimen::forms::plain::{Plain, plain};
use bansao_specimen::forms::{Form, Look, Press};
use bansao_specimen::people::{Date, Gender, Person};
use bansao_specimen::places::{PROVINCES, Unit};
use bansao_specimen::raster::Raster;
use bansao_specimen::rng::Rng;
use bansao_specimen::sheet::Fill;
use bansao_specimen::wear::Scanner;

const FORM: Plain<'static> = Plain {
    title: "GIẤY CHỨNG NHẬN NUÔI CON NUÔI",
    number: ("Số:", "registration_no"),
    lines: &[
        &[("Họ, chữ đệm, tên con nuôi:", "child.full_name", 0.0)],
        &[("Ngày, tháng, năm sinh:", "child.birth_date", 0.0), ("Giới tính:", "child.gender", 0.62)],
        &[("Nơi sinh:", "child.birth_place", 0.0)],
        &[],
        &[("Họ, chữ đệm, tên mẹ nuôi:", "mother.full_name", 0.0)],
        &[("Ngày, tháng, năm sinh:", "mother.birth_date", 0.0)],
        &[("Giấy tờ tùy thân:", "mother.identity_document", 0.0)],
        &[],
        &[("Họ, chữ đệm, tên cha nuôi:", "father.full_name", 0.0)],
        &[("Ngày, tháng, năm sinh:", "father.birth_date", 0.0)],
        &[("Giấy tờ tùy thân:", "father.identity_document", 0.0)],
        &[],
        &[("Nơi đăng ký:", "registration_place", 0.0)],
        &[("Ngày, tháng, năm đăng ký:", "registration_date", 0.0)],
    ],
    signer: "NGƯỜI KÝ GIẤY CHỨNG NHẬN NUÔI CON NUÔI",
};

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "fixtures/forms/scans".to_owned());
    let files = FontFiles::read()?;
    let fonts = files.parse()?;
    let good = record(&mut Rng::named("adoption/a2019-print"));
    let mut early = good.clone();
    early.facts.set("registration_date", "14/02/2009");
    early.facts.set("registration_no", "7/2009");
    write(Path::new(&folder), "a2019-print", &good, &fonts, ("approve", ""))?;
    write(Path::new(&folder), "registered-before-birth", &early, &fonts, ("refer", "\"REGISTRATION_BEFORE_BIRTH\""))
}

/// An adoption of 2019, invented whole.
fn record(rng: &mut Rng) -> Record {
    let unit = Unit::within(rng, &PROVINCES[0], false);
    let mut facts = Facts::default();
    let child = Person::born(rng, "Lê", Gender::Female, Date::new(2012, 5, 21));
    let mother = Person::any(rng, Gender::Female, 1980);
    let father = Person::new(rng, "Lê", Gender::Male, 1977);
    facts.set("registration_no", "7/2019");
    facts.set("child.full_name", child.name.to_uppercase());
    facts.set("child.birth_date", child.birth.dmy());
    facts.set("child.gender", "Nữ");
    facts.set("child.birth_place", format!("Trạm Y tế {}", unit.address()));
    for (role, person) in [("mother", &mother), ("father", &father)] {
        facts.set(&format!("{role}.full_name"), person.name.clone());
        facts.set(&format!("{role}.birth_date"), person.birth.dmy());
        facts.set(&format!("{role}.identity_document"), person.identity_document(rng, 2019));
    }
    facts.set("registration_place", unit.committee());
    facts.set("registration_date", "14/02/2019");
    facts.set("signer_name", Person::any(rng, Gender::Male, 1971).name);
    facts.set("signer_title", "CHỦ TỊCH");
    Record { facts, office: Office::commune(&unit) }
}

fn write(root: &Path, name: &str, record: &Record, fonts: &Fonts<'_>, (expect, codes): (&str, &str)) -> Result<()> {
    let mut rng = Rng::named(name);
    let look = Look::of(Form::Birth2015, Fill::PRINT);
    let press = Press { fonts, record, look: &look, dpi: 200.0, seed: rng.bits() };
    let page = plain(&press, &FORM)?;
    let scanner = Scanner::office(200, &mut rng);
    let image = scanner.scan(&Raster::of(&page.pixmap), &mut rng);
    let folder = root.join("adoption_certificate").join(name);
    let failed = |source| bansao_specimen::error::Error::File { path: folder.clone(), source };
    std::fs::create_dir_all(&folder).map_err(failed)?;
    for (file, bytes) in Container::Jpeg(70).pack(&[Page { image, dpi: 200 }])? {
        std::fs::write(folder.join(file), bytes).map_err(failed)?;
    }
    let mut case = format!(
        "kind = \"adoption_certificate\"\nform = \"adoption_2011\"\nexpect = \"{expect}\"\ncodes = [{codes}]\nfiles = [\"scan.jpg\"]\n\
         note = \"a kind that only a form file knows\"\n\n[fields]\n"
    );
    for (id, value) in record.facts.filled() {
        let _ = writeln!(case, "{id:?} = {value:?}");
    }
    std::fs::write(folder.join("case.toml"), case).map_err(failed)
}
