//! Mutated files through every decoder, for as long as it is asked to: `cargo xtask soak [--minutes N] [--seed N] [FILE...]`
//!
//! Seeds are the specimens and small files cut from them; what is done to an input depends on the seed and its number
//! alone. Every input must end without a panic, before the deadline and within the bound on the heap, and keep what
//! `tests/it/walk.rs` asks. One that does not is left under `target/soak`; so is the one at work when the whole process
//! dies (`running`). Files that are named are tried as they are.
#![expect(clippy::print_stdout, reason = "a command that prints is what this is")]
#![expect(clippy::unwrap_used, reason = "a seed that cannot be made stops the soak")]

#[path = "../../tests/it/common.rs"]
#[expect(dead_code, reason = "shared with the tests")]
mod common;
#[path = "../../tests/it/mutate.rs"]
mod mutate;
mod paths;
#[path = "../../tests/it/seeds.rs"]
mod seeds;
#[path = "../../tests/it/walk.rs"]
mod walk;

use std::alloc::System;
use std::error::Error;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use peakmem_alloc::{PeakMemAlloc, PeakMemAllocTrait};

use mutate::Chance;
use paths::{Input, PATHS, Paths};
use walk::End;

#[global_allocator]
static HEAP: PeakMemAlloc<System> = PeakMemAlloc::system();

/// An input may take so long; a whole page takes a twentieth of it.
const DEADLINE: Duration = Duration::from_secs(15);
/// And so much of the heap, in MiB, under the limits of [`paths::limits`].
const HEAP_MIB: usize = 400;
const FOLDER: &str = "target/soak";

struct Options {
    minutes: f64,
    seed: u64,
    files: Vec<PathBuf>,
}

/// What became of the inputs of one path.
#[derive(Default)]
struct Count {
    inputs: u64,
    opened: u64,
    refused: u64,
    caught: u64,
    failed: u64,
    slowest: Duration,
    heap_mib: usize,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let options = options()?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(FOLDER);
    fs::create_dir_all(&folder)?;
    // What decoders panic with inside their guard is counted, not shown.
    std::panic::set_hook(Box::new(|_| {}));
    let started: Arc<Mutex<Option<Instant>>> = Arc::default();
    watch(Arc::clone(&started), folder.clone());
    let mut counts: [Count; PATHS.len()] = Default::default();
    let mut attempt = |path: usize, input: &Input, name: &str| -> Result<(), Box<dyn Error>> {
        input.save(&folder.join("running"))?;
        let reason = examine(input, &mut counts[path], &started);
        if let Some(reason) = reason {
            println!("FAILED {name}: {reason}");
            fs::rename(folder.join("running"), folder.join(name))?;
        }
        Ok(())
    };
    if options.files.is_empty() {
        println!("seed {}, {} minutes; failing inputs go to {FOLDER}", options.seed, options.minutes);
        let paths = Paths::new();
        let end = Instant::now() + Duration::from_secs_f64(options.minutes * 60.0);
        for number in 0_u64.. {
            if Instant::now() > end {
                break;
            }
            let path = (number % PATHS.len() as u64) as usize;
            let input = paths.input(path, &mut Chance::new(options.seed, number));
            attempt(path, &input, &format!("{}-{}-{number}", PATHS[path], options.seed))?;
        }
    }
    for file in &options.files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let path = PATHS.iter().position(|path| name.starts_with(path)).unwrap_or_default();
        attempt(path, &Input::load(PATHS[path], fs::read(file)?)?, &name)?;
    }
    fs::remove_file(folder.join("running")).ok();
    report(&counts);
    Ok(if counts.iter().all(|count| count.failed == 0) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Why an input fails, if it does.
fn examine(input: &Input, count: &mut Count, started: &Mutex<Option<Instant>>) -> Option<String> {
    let start = Instant::now();
    let set = |to| *started.lock().unwrap_or_else(PoisonError::into_inner) = to;
    HEAP.reset_peak_memory();
    set(Some(start));
    let end = catch_unwind(AssertUnwindSafe(|| input.examine()));
    set(None);
    let heap_mib = HEAP.get_peak_memory() >> 20;
    let took = start.elapsed();
    count.inputs += 1;
    count.slowest = count.slowest.max(took);
    count.heap_mib = count.heap_mib.max(heap_mib);
    let reason = match end {
        Err(panic) => Some(format!("a panic: {}", message(panic.as_ref()))),
        Ok(Err(broken)) => Some(broken),
        Ok(Ok(_)) if heap_mib > HEAP_MIB => Some(format!("{heap_mib} MiB of heap")),
        Ok(Ok(end)) => {
            *match end {
                End::Opened => &mut count.opened,
                End::Refused => &mut count.refused,
                End::Caught => &mut count.caught,
            } += 1;
            None
        }
    };
    count.failed += u64::from(reason.is_some());
    reason
}

fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without words")
}

/// A thread that runs too long cannot be stopped: the process ends with the input kept.
fn watch(started: Arc<Mutex<Option<Instant>>>, folder: PathBuf) {
    thread::spawn(move || {
        loop {
            thread::sleep(Duration::from_millis(250));
            let at_work = *started.lock().unwrap_or_else(PoisonError::into_inner);
            if at_work.is_some_and(|start| start.elapsed() > DEADLINE) {
                println!("FAILED: an input takes more than {} s; it is {}", DEADLINE.as_secs(), folder.join("running").display());
                std::process::exit(1);
            }
        }
    });
}

fn report(counts: &[Count]) {
    println!(
        "{:8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>11} {:>9}",
        "path", "inputs", "opened", "refused", "caught", "failed", "slowest ms", "heap MiB"
    );
    for (path, count) in PATHS.iter().zip(counts) {
        let Count { inputs, opened, refused, caught, failed, slowest, heap_mib } = count;
        println!("{path:8} {inputs:8} {opened:8} {refused:8} {caught:8} {failed:8} {:11} {heap_mib:9}", slowest.as_millis());
    }
}

fn options() -> Result<Options, Box<dyn Error>> {
    let mut options = Options { minutes: 5.0, seed: 1, files: Vec::new() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--minutes" => options.minutes = words.next().ok_or("--minutes N")?.parse()?,
            "--seed" => options.seed = words.next().ok_or("--seed N")?.parse()?,
            file => options.files.push(PathBuf::from(file)),
        }
    }
    Ok(options)
}
