//! What a line costs: CPU time by width, and beside warm Tesseract on the lines of a page.
//!
//! `cargo bench -p bansao-recogniser`, or with `-- MODEL` for trained weights and the texts that both engines read. Nothing is
//! asserted: machines differ.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and ends where the ground under it gives way")]

use std::time::Duration;

use bansao_recogniser::line::HEIGHT;
use bansao_recogniser::model::{MAGIC, Sizes};
use bansao_recogniser::prior::{Anything, Pattern, Words};
use bansao_recogniser::{Line, Model, Posteriors, Recogniser, Search};
use bansao_scan::rectify::LayerOptions;
use bansao_scan::{layout, rectify};
use bansao_tesseract::{self as ocr, Engine};
use image::{GrayImage, Luma};
use nix::sys::resource::{UsageWho, getrusage};

/// The sizes that are trained.
const CHANNELS: [usize; 5] = [32, 48, 64, 96, 208];
const EXPANSION: usize = 416;
const ROWS: usize = 6;
const SYMBOLS: &str =
    " aăâbcdđeêfghijklmnoôơpqrstuưvwxyzAĂÂBCDĐEÊFGHIJKLMNOÔƠPQRSTUƯVWXYZ0123456789.,:;/-()'\"%+*°²&?!=\u{300}\u{309}\u{303}\u{301}\u{323}";

/// A specimen of the repository: print with filled-in type, 300 dpi.
const SPECIMEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/scans/birth_certificate/b2015-bold-300/scan.jpg");
const LANGUAGE_DATA: &str = "/usr/share/tesseract-ocr/5/tessdata/vie.traineddata";
/// Height at which lines are cut for both engines, pixels.
const CUT_HEIGHT: u32 = 48;
const DEADLINE: Duration = Duration::from_secs(5);

fn main() {
    // Cargo hands over `--bench` too.
    let path = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let bytes = path.as_ref().map_or_else(random_model, |path| std::fs::read(path).unwrap());
    let mut recogniser = Recogniser::new(&Model::parse(&bytes).unwrap()).unwrap();
    println!("weights: {}", path.as_deref().unwrap_or("random; the cost does not depend on them, the texts are nonsense"));
    println!("CPU ms of one thread, median\n");
    by_width(&mut recogniser);
    beside_tesseract(&mut recogniser, path.is_some());
}

fn by_width(recogniser: &mut Recogniser) {
    println!("{:>8} {:>9} {:>9} {:>9}", "columns", "picture", "network", "greedy");
    for width in [64, 128, 220, 256, 512, 1024, 2400] {
        let picture = GrayImage::from_fn(width * 2, 64, |x, y| Luma([if (x * 7 + y * 3) % 11 < 3 { 30 } else { 220 }]));
        let line = Line::from_gray(&picture).unwrap();
        let posteriors = recogniser.posteriors(&line);
        let [cut, network, greedy] = [
            median_ms(|| drop(Line::from_gray(&picture))),
            median_ms(|| drop(recogniser.posteriors(&line))),
            median_ms(|| drop(posteriors.greedy())),
        ];
        println!("{width:>8} {cut:>9.2} {network:>9.2} {greedy:>9.3}");
    }
}

/// The lines of one page, each read by both, from the same pixels.
fn beside_tesseract(recogniser: &mut Recogniser, texts: bool) {
    let Ok(data) = std::fs::read(LANGUAGE_DATA) else {
        println!("\nTesseract's Vietnamese data is not there: nothing to stand beside.");
        return;
    };
    let mut tesseract = Engine::new(&data, "vie").unwrap();
    let lines = cut_lines();
    let columns: Vec<f64> = lines.iter().map(|cut| f64::from(cut.width()) * HEIGHT as f64 / f64::from(cut.height())).collect();
    println!("\n{} lines of a page, {:.0} columns in the mean", lines.len(), columns.iter().sum::<f64>() / columns.len() as f64);
    let date = Pattern::date().unwrap();
    let words = Words::new(["nguyễn", "trần", "văn", "thị"], -4.0);
    let mut read =
        |line: &GrayImage| tesseract.read(&ocr::Line::new(line.as_raw(), line.width(), line.height()).unwrap(), DEADLINE).unwrap();
    let mut table: Vec<(&str, f64)> = vec![("Tesseract, warm", a_line(&lines, |line| drop(read(line))))];
    table.push(("own, greedy", a_line(&lines, |line| drop(recogniser.read(&Line::from_gray(line).unwrap())))));
    let all: Vec<Posteriors> = lines.iter().map(|line| recogniser.posteriors(&Line::from_gray(line).unwrap())).collect();
    let search = Search::default();
    table.push(("beam alone, free", a_line(&all, |line| drop(line.search(&Anything, search)))));
    table.push(("beam alone, date", a_line(&all, |line| drop(line.search(&date, search)))));
    table.push(("beam alone, words", a_line(&all, |line| drop(line.search(&words, search)))));
    for (what, ms) in table {
        println!("{what:<20} {ms:>8.2} ms a line");
    }
    if texts {
        println!();
        for (line, own) in lines.iter().zip(&all) {
            let theirs: Vec<String> = read(line).into_iter().map(|word| word.text).collect();
            println!("tesseract  {}\nown        {}", theirs.join(" "), own.greedy().text);
        }
    }
}

fn a_line<T>(items: &[T], mut work: impl FnMut(&T)) -> f64 {
    median_ms(|| items.iter().for_each(&mut work)) / items.len() as f64
}

fn cut_lines() -> Vec<GrayImage> {
    let page = bansao_scan::open(&std::fs::read(SPECIMEN).unwrap(), &bansao_scan::Limits::default()).unwrap().pages.remove(0);
    let measures = bansao_scan::measure(&page);
    let dpi = measures.resolution.dpi;
    let layer = rectify::text_layer(&page.image, dpi, measures.pose(), &LayerOptions::reading()).image;
    layout::lines(&layer, dpi).iter().map(|line| layout::crop_line(&layer, &line.bbox, CUT_HEIGHT)).collect()
}

/// CPU time of this thread's process for one call, the median of 5 after one to warm up, milliseconds.
fn median_ms(mut work: impl FnMut()) -> f64 {
    work();
    let mut times: Vec<f64> = (0..5)
        .map(|_| {
            let before = cpu_ms();
            work();
            cpu_ms() - before
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn cpu_ms() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_SELF).unwrap();
    [usage.user_time(), usage.system_time()].iter().map(|time| time.tv_sec() as f64 * 1e3 + time.tv_usec() as f64 / 1e3).sum()
}

fn random_model() -> Vec<u8> {
    let sizes = Sizes { channels: CHANNELS, expansion: EXPANSION, rows: ROWS, outputs: SYMBOLS.chars().count() + 1 };
    let tensors: Vec<_> = sizes.tensors().iter().map(|(name, shape)| serde_json::json!({"name": name, "shape": shape})).collect();
    let header = serde_json::to_vec(&serde_json::json!({
        "c": CHANNELS, "e": EXPANSION, "r": ROWS, "height": 48, "symbols": SYMBOLS, "training": "0".repeat(64),
        "license": "Apache-2.0", "tensors": tensors,
    }));
    let header = header.unwrap();
    let mut state = 1_u64;
    let mut bytes = [MAGIC.as_slice(), &u32::try_from(header.len()).unwrap().to_le_bytes(), &header].concat();
    for (_, [out, ins, rows, columns]) in sizes.tensors() {
        let each = ins * rows * columns;
        bytes.extend([1.0 / (74.0 * (each as f32).sqrt())].repeat(out).iter().flat_map(|scale| scale.to_le_bytes()));
        bytes.extend([0.0_f32].repeat(out).iter().flat_map(|bias| bias.to_le_bytes()));
        bytes.extend((0..out * each).map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        }));
    }
    bytes
}
