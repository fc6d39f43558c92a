//! What a line costs: CPU time by width, with random weights (the cost does not depend on them).
//!
//! `cargo bench -p bansao-recogniser`. Nothing is asserted: machines differ.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and ends where the ground under it gives way")]

use bansao_recogniser::model::{MAGIC, Sizes};
use bansao_recogniser::{Line, Model, Recogniser};
use image::{GrayImage, Luma};
use nix::sys::resource::{UsageWho, getrusage};

/// The sizes that are trained.
const CHANNELS: [usize; 5] = [24, 36, 64, 96, 208];
const EXPANSION: usize = 416;
const ROWS: usize = 6;
const SYMBOLS: &str =
    " aăâbcdđeêfghijklmnoôơpqrstuưvwxyzAĂÂBCDĐEÊFGHIJKLMNOÔƠPQRSTUƯVWXYZ0123456789.,:;/-()'\"%+*°²…\u{300}\u{309}\u{303}\u{301}\u{323}";

fn main() {
    let mut recogniser = Recogniser::new(&Model::parse(&random_model()).unwrap()).unwrap();
    println!("{:>8} {:>10} {:>12} {:>8}", "columns", "network ms", "picture ms", "greedy ms");
    for width in [64, 128, 220, 256, 512, 1024, 2400] {
        let picture = GrayImage::from_fn(width * 2, 64, |x, y| Luma([if (x * 7 + y * 3) % 11 < 3 { 30 } else { 220 }]));
        let line = Line::from_gray(&picture).unwrap();
        let posteriors = recogniser.posteriors(&line);
        let [network, cut, greedy] = [
            median_ms(|| drop(recogniser.posteriors(&line))),
            median_ms(|| drop(Line::from_gray(&picture))),
            median_ms(|| drop(posteriors.greedy())),
        ];
        println!("{width:>8} {network:>10.2} {cut:>12.2} {greedy:>8.3}");
    }
}

/// CPU time of this thread's process for one call, the median of 21 after one to warm up, milliseconds.
fn median_ms(mut work: impl FnMut()) -> f64 {
    work();
    let mut times: Vec<f64> = (0..21)
        .map(|_| {
            let before = cpu_ms();
            (0..4).for_each(|_| work());
            (cpu_ms() - before) / 4.0
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
        "c": CHANNELS, "e": EXPANSION, "r": ROWS, "height": 32, "symbols": SYMBOLS, "training": "0".repeat(64),
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
