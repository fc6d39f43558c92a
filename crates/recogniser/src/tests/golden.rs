//! The fast way and the plain way give the same scores, whatever vectors the machine has.

use fearless_simd::Level;

use super::build::{model, picture};
use super::naive;
use crate::{Line, Model, Posteriors, Recogniser};

/// This machine's vectors and all narrower ones.
fn levels() -> Vec<Level> {
    let best = Level::new();
    let mut all = vec![best];
    #[cfg(target_arch = "x86_64")]
    all.extend(
        [best.as_avx2().map(Level::Avx2), best.as_sse4_2().map(Level::Sse4_2), best.as_sse2().map(Level::Sse2)].into_iter().flatten(),
    );
    all
}

fn worst(fast: &Posteriors, plain: &[Vec<f64>]) -> f64 {
    let mut worst: f64 = 0.0;
    for (fast, plain) in fast.steps().zip(plain) {
        let total = plain.iter().map(|score| score.exp()).sum::<f64>().ln();
        for (fast, plain) in fast.iter().zip(plain) {
            worst = worst.max((f64::from(*fast) - (plain - total)).abs());
        }
    }
    worst
}

#[test]
fn scores_are_those_of_the_plain_loops() {
    for (seed, width, height) in [(1, 61, 32), (2, 20, 40), (3, 301, 64), (4, 3, 9)] {
        let model = Model::parse(&model(seed)).unwrap();
        let line = Line::from_gray(&picture(width, height, seed)).unwrap();
        let plain = naive::scores(&model, &line);
        for level in levels() {
            let posteriors = Recogniser::with_level(&model, level).unwrap().posteriors(&line);
            assert_eq!(posteriors.steps().len(), line.width().div_ceil(3));
            let worst = worst(&posteriors, &plain);
            // Single precision: 32 units in the last place of the largest score.
            let largest = plain.iter().flatten().fold(0.0, |most: f64, score| most.max(score.abs()));
            assert!(worst < 2e-6 * largest, "{level:?} {width} x {height}: {worst} of {largest}");
        }
    }
}

#[test]
fn a_line_leaves_nothing_for_the_next() {
    let model = Model::parse(&model(5)).unwrap();
    let lines = [(200, 32), (40, 32), (90, 50)].map(|(w, h)| Line::from_gray(&picture(w, h, u64::from(w))).unwrap());
    let mut warm = Recogniser::new(&model).unwrap();
    for line in &lines {
        let cold = Recogniser::new(&model).unwrap().posteriors(line);
        assert!(warm.posteriors(line).steps().eq(cold.steps()));
        assert_eq!(warm.read(line), cold.greedy());
    }
}

#[test]
fn greedy_reads_the_likeliest_path() {
    let model = Model::parse(&model(6)).unwrap();
    let line = Line::from_gray(&picture(400, 40, 6)).unwrap();
    let posteriors = Recogniser::new(&model).unwrap().posteriors(&line);
    let mut best: Vec<usize> =
        posteriors.steps().map(|logs| (0..logs.len()).max_by(|a, b| logs[*a].total_cmp(&logs[*b])).unwrap()).collect();
    best.dedup();
    best.retain(|symbol| *symbol != 0);
    let reading = posteriors.greedy();
    let symbols: Vec<char> = best.iter().map(|s| model.alphabet().char(u16::try_from(*s).unwrap()).unwrap()).collect();
    assert!(symbols.len() > 3, "the weights should say something: {symbols:?}");
    assert_eq!(reading.signs.iter().map(|sign| sign.symbol).collect::<Vec<_>>(), symbols);
    assert!(reading.signs.iter().all(|sign| sign.probability > 0.0 && sign.probability <= 1.0 && sign.columns[1] <= 400.0));
}
