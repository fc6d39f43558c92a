//! What the machine needs: Debian packages, and the foreign judges of the tests in a virtual environment.

use std::path::Path;

use crate::run::{Failed, root, say, shown, succeeds};

/// A package, and how to tell that it is there.
pub(crate) struct Package {
    name: &'static str,
    proof: Proof,
}

enum Proof {
    Command(&'static str, &'static str),
    File(&'static str),
}

const fn command(name: &'static str, program: &'static str, argument: &'static str) -> Package {
    Package { name, proof: Proof::Command(program, argument) }
}

const fn file(name: &'static str, path: &'static str) -> Package {
    Package { name, proof: Proof::File(path) }
}

const CC: Package = command("gcc", "cc", "--version");
const TESSERACT: Package = command("tesseract-ocr", "tesseract", "--version");
const VIETNAMESE: Package = file("tesseract-ocr-vie", "/usr/share/tesseract-ocr/5/tessdata/vie.traineddata");
const LIBTESSERACT: Package = file("libtesseract-dev", "/usr/include/tesseract/capi.h");
const FONTS: Package = file("fonts-liberation2", "/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf");
const OPENSSL: Package = command("openssl", "openssl", "version");
const GYRE: Package = file("fonts-texgyre", "/usr/share/texmf/fonts/opentype/public/tex-gyre/texgyrechorus-mediumitalic.otf");
const DEJAVU: Package = file("fonts-dejavu-core", "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf");

const POPPLER: Package = command("poppler-utils", "pdfsig", "-v");

/// What the service and the demonstration need.
pub(crate) const RUN: &[Package] = &[CC, LIBTESSERACT, VIETNAMESE, FONTS, OPENSSL];

/// The same where our own network alone reads.
pub(crate) const RUN_OWN: &[Package] = &[CC, FONTS, OPENSSL];

/// What cargo is told to build the program without Tesseract.
pub(crate) const WITHOUT_TESSERACT: &[&str] = &["--workspace", "--exclude", "bansao-tesseract", "--no-default-features"];

/// What the demonstration needs beside that when its keys lie in a security module.
pub(crate) const HSM: &[Package] =
    &[file("softhsm2", "/usr/lib/softhsm/libsofthsm2.so"), command("softhsm2", "softhsm2-util", "--version")];

/// What the fuzz targets need: libFuzzer is built from its C++ source.
pub(crate) const FUZZ: &[Package] = &[CC, command("g++", "c++", "--version"), OPENSSL];

/// What drawing the specimens needs.
pub(crate) const FIXTURES: &[Package] = &[CC, FONTS, GYRE, DEJAVU];

/// What drawing the scored set needs beside [`FIXTURES`]: fonts that the committed specimens do not have.
pub(crate) const SCORE: &[Package] = &[
    CC,
    FONTS,
    GYRE,
    DEJAVU,
    file("fonts-freefont-ttf", "/usr/share/fonts/truetype/freefont/FreeSerif.ttf"),
    file("fonts-linuxlibertine", "/usr/share/fonts/opentype/linux-libertine/LinLibertine_R.otf"),
    file("fonts-sil-charis", "/usr/share/fonts/truetype/charis/CharisSIL-Regular.ttf"),
    file("fonts-sil-andika", "/usr/share/fonts/truetype/andika/Andika-Italic.ttf"),
    file("fonts-lato", "/usr/share/fonts/truetype/lato/Lato-Regular.ttf"),
    file("fonts-league-mono", "/usr/share/fonts/opentype/league-mono/LeagueMono-Regular.otf"),
    file("fonts-open-sans", "/usr/share/fonts/truetype/open-sans/OpenSans-Regular.ttf"),
    file("fonts-ebgaramond", "/usr/share/fonts/opentype/ebgaramond/EBGaramond12-Italic.otf"),
];

/// What drawing its split `trial` needs beside [`FIXTURES`].
pub(crate) const TRIAL: &[Package] = &[
    CC,
    file("fonts-sil-gentiumplus", "/usr/share/fonts/truetype/gentiumplus/GentiumPlus-Regular.ttf"),
    file("fonts-junicode", "/usr/share/fonts/opentype/junicode/JunicodeTwoBeta-Regular.otf"),
    file("fonts-cantarell", "/usr/share/fonts/opentype/cantarell/Cantarell-Regular.otf"),
    file("fonts-noto-mono", "/usr/share/fonts/truetype/noto/NotoMono-Regular.ttf"),
    file("fonts-noto-core", "/usr/share/fonts/truetype/noto/NotoSans-Italic.ttf"),
    file("fonts-sil-doulos", "/usr/share/fonts/truetype/doulos/DoulosSIL-Regular.ttf"),
];

/// What drawings by number need beside both.
pub(crate) const DRAWING: &[Package] = &[
    DEJAVU,
    file("fonts-dejavu-extra", "/usr/share/fonts/truetype/dejavu/DejaVuSerif-Italic.ttf"),
    file("fonts-roboto-unhinted", "/usr/share/fonts/truetype/roboto/unhinted/RobotoTTF/Roboto-Regular.ttf"),
];

/// What measuring stock Tesseract on the scored set needs.
pub(crate) const STOCK: &[Package] = &[TESSERACT, VIETNAMESE, POPPLER];

/// What the tests need beside that.
pub(crate) const TEST: &[Package] = &[
    CC,
    LIBTESSERACT,
    // Stock Tesseract, which the benchmark measures beside ours.
    TESSERACT,
    VIETNAMESE,
    FONTS,
    OPENSSL,
    GYRE,
    DEJAVU,
    POPPLER,
    command("qpdf", "qpdf", "--version"),
    command("zbar-tools", "zbarimg", "--version"),
    file("softhsm2", "/usr/lib/softhsm/libsofthsm2.so"),
    command("libnss3-tools", "sh", "command -v certutil"),
    command("python3-venv", "python3", "import venv, ensurepip"),
];

impl Package {
    fn is_there(&self) -> bool {
        match self.proof {
            Proof::File(path) => Path::new(path).exists(),
            Proof::Command("sh" | "python3", script) => {
                let program = if script.starts_with("import") { "python3" } else { "sh" };
                succeeds(program, &["-c", script])
            }
            Proof::Command(program, argument) => succeeds(program, &[argument]),
        }
    }
}

/// Installs the packages that are missing, with apt-get; where that may not be done, says which are missing.
pub(crate) fn packages(needed: &[Package]) -> Result<(), Failed> {
    let missing: Vec<&str> = needed.iter().filter(|package| !package.is_there()).map(|package| package.name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    say(&format!("missing system packages: {}", missing.join(" ")));
    let refuse = || Failed(format!("install them by hand: sudo apt-get install {}", missing.join(" ")));
    let mut install = vec!["apt-get", "install", "--yes", "--no-install-recommends"];
    install.extend(&missing);
    if !succeeds("apt-get", &["--version"]) {
        return Err(refuse());
    }
    let prefix: &[&str] = if succeeds("sh", &["-c", "test \"$(id -u)\" = 0"]) {
        &["env", "DEBIAN_FRONTEND=noninteractive"]
    } else if succeeds("sudo", &["-n", "true"]) {
        &["sudo", "-n", "DEBIAN_FRONTEND=noninteractive"]
    } else {
        return Err(refuse());
    };
    let with_prefix = |arguments: &[&str]| -> Result<(), Failed> {
        let all: Vec<&str> = prefix.iter().chain(arguments).copied().collect();
        all.split_first().map_or(Ok(()), |(program, rest)| shown(program, rest))
    };
    with_prefix(&["apt-get", "update", "--quiet"]).and_then(|()| with_prefix(&install)).map_err(|_| refuse())?;
    match needed.iter().find(|package| !package.is_there()) {
        Some(package) => Err(Failed(format!("{} was installed but cannot be found", package.name))),
        None => Ok(()),
    }
}

/// The foreign judges that come from PyPI (pyHanko, grpcio), pinned, in `target/judges`.
pub(crate) fn judges() -> Result<(), Failed> {
    let environment = root().join("target/judges");
    let requirements = root().join("tests/judges/requirements.txt");
    let wanted = std::fs::read_to_string(&requirements)?;
    let stamp = environment.join("installed.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let folder = environment.display().to_string();
    shown("python3", &["-m", "venv", &folder])?;
    let pip = format!("{folder}/bin/pip");
    shown(&pip, &["install", "--quiet", "--disable-pip-version-check", "--requirement", &requirements.display().to_string()])?;
    Ok(std::fs::write(stamp, wanted)?)
}
