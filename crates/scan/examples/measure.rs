//! Looks at scans: `cargo run -p bansao-scan --example measure -- [--out DIR] [--crops PX] FILE...`
//!
//! Prints what each step finds and the CPU milliseconds that it takes. With `--out`, writes the reading layer with the
//! boxes of lines and words, the titles layer, and the page with its seals, to look at; with `--crops`, also each line
//! as a picture of that height, and `crops.txt`, a list that `tesseract` takes.
#![expect(clippy::print_stdout, reason = "a command that prints is what this is")]

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use bansao_scan::measure::Measures;
use bansao_scan::rectify::{Layer, LayerOptions, text_layer};
use bansao_scan::seal::Seal;
use bansao_scan::{GrayImage, Limits, Page, Rect, RgbImage, layout, measure, open, qr, seal, sheet};
use image::Rgb;

struct Options {
    out: Option<PathBuf>,
    crops: u32,
    files: Vec<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = options()?;
    let mut list = String::new();
    for file in &options.files {
        let bytes = fs::read(file)?;
        let mut clock = Clock::default();
        match clock.step("open", || open(&bytes, &Limits::default())) {
            Ok(source) => {
                for page in &source.pages {
                    look(page, &name(file), clock.clone(), &options, &mut list)?;
                }
            }
            Err(error) => println!("{}: {error}", file.display()),
        }
    }
    if let (Some(out), false) = (&options.out, list.is_empty()) {
        fs::write(out.join("crops.txt"), list)?;
    }
    Ok(())
}

fn options() -> Result<Options, Box<dyn Error>> {
    let mut options = Options { out: None, crops: 0, files: Vec::new() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--out" => options.out = words.next().map(PathBuf::from),
            "--crops" => options.crops = words.next().ok_or("--crops needs a height")?.parse()?,
            _ => options.files.push(word.into()),
        }
    }
    if let Some(out) = &options.out {
        fs::create_dir_all(out)?;
    }
    Ok(options)
}

/// `birth-some-case` for `…/birth/some-case/scan.jpg`, the stem for anything else.
fn name(file: &Path) -> String {
    let part = |path: Option<&Path>| path.and_then(Path::file_name).map(|n| n.to_string_lossy().into_owned());
    let stem = file.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let case = part(file.parent()).unwrap_or_default();
    let kind = part(file.parent().and_then(Path::parent)).unwrap_or_default();
    if stem.starts_with("scan") { format!("{kind}-{case}-{stem}") } else { stem }
}

fn look(page: &Page, name: &str, mut clock: Clock, options: &Options, list: &mut String) -> Result<(), Box<dyn Error>> {
    let sheet = clock.step("sheet", || sheet::find(&page.image));
    let measures = clock.step("measure", || measure(page));
    let dpi = measures.resolution.dpi;
    let seals = clock.step("seal", || seal::find(&page.image, dpi));
    let ink = clock.step("ink", || seals.first().map(|seal| seal::signature_ink(&page.image, dpi, measures.pose(), seal)));
    let layer = clock.step("layer", || text_layer(&page.image, dpi, measures.pose(), &LayerOptions::reading()));
    let titles = clock.step("titles", || text_layer(&page.image, dpi, measures.pose(), &LayerOptions::titles()));
    let lines = clock.step("lines", || layout::lines(&layer.image, dpi));
    let symbols = clock.step("qr", || qr::read(&page.image));
    let size = page.image.dimensions();
    println!("{name} page {} {}x{} {:?}", page.index + 1, size.0, size.1, page.orientation);
    println!("  {}", clock.line());
    println!("  {sheet:?}");
    print_measures(&measures);
    for seal in &seals {
        println!("  {seal:?}");
    }
    println!("  {ink:?}");
    for symbol in &symbols {
        println!("  qr confirmed={} {:?}", symbol.confirmed, symbol.text);
    }
    println!("  {} lines, {} words", lines.len(), lines.iter().map(|line| line.words.len()).sum::<usize>());
    if let Some(out) = &options.out {
        let base = format!("{name}-p{}", page.index + 1);
        write_pictures(out, &base, page, &layer, &titles, &lines, &seals)?;
        if options.crops > 0 {
            write_crops(out, &base, &layer.image, &lines, options.crops, list)?;
        }
    }
    Ok(())
}

fn print_measures(measures: &Measures) {
    println!("  {:?}", measures.resolution);
    println!("  {:?}", measures.sharpness);
    println!(
        "  ink {:.4} letters {} skew {:.2} {:?} noise {:.2}",
        measures.ink_share, measures.letters, measures.skew_degrees, measures.facing, measures.noise
    );
    println!("  {:?}\n  {:?}\n  {:?}", measures.exposure, measures.colour, measures.crop);
    println!("  shading {:.2} glare {:?} covers {:?}", measures.shading, measures.glare, measures.covers);
    println!("  screen {:?}", measures.screen);
    println!("  blurred {:?} folds {:?} cut {:?}", measures.blurred, measures.folds, measures.cut_sides);
}

fn write_pictures(
    out: &Path,
    base: &str,
    page: &Page,
    layer: &Layer,
    titles: &Layer,
    lines: &[layout::Line],
    seals: &[Seal],
) -> Result<(), Box<dyn Error>> {
    let mut boxes = image::DynamicImage::ImageLuma8(layer.image.clone()).into_rgb8();
    for line in lines {
        line.words.iter().for_each(|word| outline(&mut boxes, word, Rgb([90, 190, 90])));
        outline(&mut boxes, &line.bbox, Rgb([220, 60, 60]));
    }
    boxes.save(out.join(format!("{base}.boxes.png")))?;
    layer.image.save(out.join(format!("{base}.layer.png")))?;
    titles.image.save(out.join(format!("{base}.titles.png")))?;
    let mut shown = page.image.clone();
    seals.iter().for_each(|seal| outline(&mut shown, &seal.bbox, Rgb([0, 160, 0])));
    let half = image::imageops::thumbnail(&shown, shown.width() / 2, shown.height() / 2);
    half.save(out.join(format!("{base}.page.png")))?;
    Ok(())
}

fn write_crops(
    out: &Path,
    base: &str,
    layer: &GrayImage,
    lines: &[layout::Line],
    height: u32,
    list: &mut String,
) -> Result<(), Box<dyn Error>> {
    for (at, line) in lines.iter().enumerate() {
        let path = out.join(format!("{base}-{at:03}.png"));
        layout::crop_line(layer, &line.bbox, height).save(&path)?;
        writeln!(list, "{}", path.display())?;
    }
    Ok(())
}

fn outline(image: &mut RgbImage, rect: &Rect, colour: Rgb<u8>) {
    let (right, bottom) = (rect.right().min(image.width()), rect.bottom().min(image.height()));
    for x in rect.x..right {
        image.put_pixel(x, rect.y, colour);
        image.put_pixel(x, bottom - 1, colour);
    }
    for y in rect.y..bottom {
        image.put_pixel(rect.x, y, colour);
        image.put_pixel(right - 1, y, colour);
    }
}

/// CPU time of this thread by step.
#[derive(Clone, Default)]
struct Clock(Vec<(&'static str, f64)>);

impl Clock {
    fn step<T>(&mut self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let before = cpu_ms();
        let result = work();
        self.0.push((name, cpu_ms() - before));
        result
    }

    fn line(&self) -> String {
        let steps: Vec<String> = self.0.iter().map(|(name, ms)| format!("{name} {ms:.0}")).collect();
        let total: f64 = self.0.iter().skip(1).map(|(_, ms)| ms).sum();
        format!("CPU ms: {} | after opening {total:.0}", steps.join(" "))
    }
}

/// Milliseconds that this thread has run, from the scheduler (Linux); 0 elsewhere.
fn cpu_ms() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(0.0) / 1e6
}
