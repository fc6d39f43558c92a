//! Prints what `forensic` measures on scans: `cargo run --release -p bansao-scan --example forensic -- FILE...`
#![expect(clippy::print_stdout, reason = "a command that prints is what this is")]

use std::error::Error;

use bansao_scan::rectify::{LayerOptions, text_layer};
use bansao_scan::{Limits, forensic, layout, measure, open};

fn main() -> Result<(), Box<dyn Error>> {
    for file in std::env::args().skip(1) {
        let source = open(&std::fs::read(&file)?, &Limits::default())?;
        for (number, page) in source.pages.iter().enumerate() {
            let measures = measure(page);
            let dpi = measures.resolution.dpi;
            let layer = text_layer(&page.image, dpi, measures.pose(), &LayerOptions::reading());
            let lines = layout::lines(&layer.image, dpi);
            let examined = forensic::examine(&page.image, dpi, layer.pose, &lines);
            for trace in forensic::traces(&examined) {
                println!("T {file}#{number} {:?} {:?} {:.2} {:.2}", trace.kind, trace.rect, trace.measured, trace.bound);
            }
            if let Some(print) = bansao_scan::Fingerprint::of(&layer) {
                let hex: String = print.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
                println!("F {file}#{number} {hex}");
            }
            for p in &examined.patches {
                let g = |g: &forensic::Ground| {
                    let [r, gr, b] = g.colour;
                    format!("{r:.1} {gr:.1} {b:.1} {:.2} {:.2} {}", g.texture, g.grain, g.pixels)
                };
                let (inside, above, below) = (g(&p.inside), g(&p.above), g(&p.below));
                let (left, right) = (g(&p.left), g(&p.right));
                let smudges = p.smudges.map(|s| format!("{:.3} {:.3} {:.3}", s.share, s.against_either, s.beside)).join(" ");
                let [r, gr, b] = p.ink;
                println!(
                    "P {file}#{number} {} {} {} {} {:.2} {inside} {above} {below} {:.3} {r:.3} {gr:.3} {b:.3} {:.3} {left} {right} {smudges}",
                    p.rect.x, p.rect.y, p.rect.w, p.rect.h, p.height_mm, p.steepness, p.stroke_mm
                );
            }
        }
    }
    Ok(())
}
