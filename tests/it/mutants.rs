//! Damaged scans: no input makes inspection crash, exceed its memory or its deadline. Each worker works under the bounds of
//! production, so that whatever broke one would show as `INSPECTION_STOPPED`.

use bansao::finding::Code;
use bansao::inspect::Inspector;
use bansao::inspect::forms::FormSet;
use bansao::inspect::read::{Engine, LANGUAGE_DATA};
use bansao::limits::Limits;
use bansao::worker::{Pool, PoolSettings};
use bytes::Bytes;
use time::macros::date;

use crate::stage::specimen;

/// One of each coding, none of them large.
const SEEDS: [&str; 5] = [
    "birth_certificate/low-resolution",
    "birth_certificate/b2015-png",
    "marriage_certificate/tiff-21-pages",
    "death_certificate/pdf-attachment",
    "birth_certificate/pdf-21-pages",
];

/// Damaged files a seed; `BANSAO_MUTANTS=number` makes more of them.
const EACH: u64 = 4;

/// xorshift64*: the same damage on every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % bound.max(1)
    }
}

/// Bytes changed, most of them in the headers; a piece left out or repeated; the end cut off.
fn mutant(seed: &[u8], number: u64) -> Vec<u8> {
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15 ^ (number + 1));
    let mut bytes = seed.to_vec();
    for _ in 0..=chance.below(12) {
        let within = if chance.below(3) > 0 { bytes.len().min(2048) } else { bytes.len() };
        let at = chance.below(within);
        bytes[at] = [0x00, 0xff, 0x7f, 0x80, chance.below(256) as u8][chance.below(5)];
    }
    let (from, length) = (chance.below(bytes.len()), chance.below(4096));
    let piece = from..(from + length).min(bytes.len());
    match chance.below(4) {
        0 => drop(bytes.drain(piece)),
        1 => {
            let copy = bytes[piece.clone()].to_vec();
            drop(bytes.splice(piece.start..piece.start, copy));
        }
        2 => bytes.truncate(from.max(1)),
        _ => {}
    }
    bytes
}

#[test]
fn damaged_scans_break_no_worker() {
    let settings = PoolSettings {
        program: env!("CARGO_BIN_EXE_bansao").into(),
        workers: 2,
        submissions_per_worker: u32::MAX,
        memory_bytes: 2 << 30,
        engine: Engine::default(),
        language_data: LANGUAGE_DATA.into(),
        limits: Limits::default(),
    };
    let pool = Pool::start(settings, &FormSet::embedded().unwrap()).unwrap();
    let each = std::env::var("BANSAO_MUTANTS").map_or(EACH, |number| number.parse().unwrap());
    let check = |case: &str| {
        let seed = specimen(case).remove(0);
        for number in 0..each {
            let report = pool.inspect(&[Bytes::from(mutant(&seed, number))], None, date!(2026 - 11 - 21)).unwrap();
            let stopped = report.findings.iter().find(|finding| finding.code == Code::InspectionStopped);
            assert!(stopped.is_none(), "{case} {number}: {:?}", stopped.map(|finding| &finding.seen));
        }
    };
    std::thread::scope(|scope| {
        let halves: Vec<_> = SEEDS.chunks(3).map(|seeds| scope.spawn(move || seeds.iter().for_each(|case| check(case)))).collect();
        halves.into_iter().for_each(|half| half.join().unwrap());
    });
}
