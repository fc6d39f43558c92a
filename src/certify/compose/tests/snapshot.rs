//! A composed copy in a form that people can read and compare: `snapshot.txt` beside this file.
//!
//! What changes the page changes this text. Where they differ the test leaves the new one as `target/copy-snapshot.txt`: the
//! difference is to be looked at, then the file copied.

use std::fmt::Write as _;

use super::*;

const NEW: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/copy-snapshot.txt");
const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/certify/compose/tests/snapshot.txt");

/// Pages and fonts and pictures as poppler lists them, each line of text with its place in points, then the structure.
fn readable(folder: &Path) -> String {
    let mut all = String::new();
    let info = said("pdfinfo", &["-f", "1", "-l", "9", "copy.pdf"], folder);
    let wanted = ["Title", "Subject", "Keywords", "Author", "Tagged", "Pages", "Page "];
    info.lines().filter(|line| wanted.iter().any(|start| line.starts_with(start))).for_each(|line| writeln!(all, "{line}").unwrap());
    all += "\nfonts: name, type, embedded, subset, Unicode map\n";
    for font in said("pdffonts", &["copy.pdf"], folder).lines().skip(2) {
        let columns: Vec<&str> = font.split_whitespace().collect();
        // The six letters before the name are drawn from the glyphs.
        let columns = [columns[0].split_once('+').unwrap().1, columns[1], columns[2], columns[4], columns[5], columns[6]];
        writeln!(all, "{}", columns.join(" ")).unwrap();
    }
    all += "\npictures: page, width, height, colour, components, bits, encoding, dots per inch\n";
    for picture in said("pdfimages", &["-list", "copy.pdf"], folder).lines().skip(2) {
        let columns: Vec<&str> = picture.split_whitespace().collect();
        let columns = [0, 3, 4, 5, 6, 7, 8, 12].map(|column| columns[column]);
        writeln!(all, "{}", columns.join(" ")).unwrap();
    }
    all += "\ntext: left, top, right, bottom\n";
    let lines = said("pdftotext", &["-bbox-layout", "copy.pdf", "-"], folder);
    let mut page = 0;
    let mut words: Vec<String> = Vec::new();
    let mut place = String::new();
    for line in lines.lines().map(str::trim) {
        let edges = || line.split('"').skip(1).step_by(2).map(|edge| format!("{:.0}", edge.parse::<f32>().unwrap())).collect::<Vec<_>>();
        if line.starts_with("<page ") {
            page += 1;
            writeln!(all, "page {page}").unwrap();
        } else if line.starts_with("<line ") {
            (place, words) = (edges().join(" "), Vec::new());
        } else if line.starts_with("<word ") {
            words.push(line.split_once('>').unwrap().1.trim_end_matches("</word>").to_owned());
        } else if line == "</line>" {
            writeln!(all, "  {place}  {}", words.join(" ")).unwrap();
        }
    }
    all += "\nstructure\n";
    // Titles of headings are printed as the bytes that they are, which is not for people.
    let structure = said("pdfinfo", &["-struct-text", "copy.pdf"], folder);
    all += &structure.replace("\"\u{FFFD}\u{FFFD}\" ", "");
    all
}

#[test]
fn a_copy_is_as_its_snapshot_says() {
    let folder = judge(&compose(&a4(), &fonts()).unwrap().pdf);
    let now = readable(folder.path());
    let before = std::fs::read_to_string(SNAPSHOT).unwrap();
    if now != before {
        std::fs::write(NEW, &now).unwrap();
    }
    for (number, (now, before)) in (1..).zip(now.lines().zip(before.lines())) {
        assert_eq!(now, before, "line {number} of {SNAPSHOT}; the new one is {NEW}");
    }
    assert!(now == before, "{SNAPSHOT}: other lines at the end; the new one is {NEW}");
}
