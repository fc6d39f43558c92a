//! What a piece of work costs: CPU time of this process and of its children, ended or not, wall time, growth of the heap.
//!
//! CPU time is user and system time of every thread (`getrusage`), so it counts what tasks and peers in this process do
//! for the work as well. The heap is counted at the allocator: memory of C libraries and of children is not in it.

use std::hint::black_box;
use std::rc::Rc;
use std::time::{Duration, Instant};

use mimalloc::MiMalloc;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use peakmem_alloc::{PeakMemAlloc, PeakMemAllocTrait};

/// What the program allocates with, counted.
#[global_allocator]
static HEAP: PeakMemAlloc<MiMalloc> = PeakMemAlloc::new(MiMalloc);

/// No row takes much longer than this, however slow the machine.
const ROW_BUDGET: Duration = Duration::from_secs(20);

/// But each piece of work is done so often at least, or a median would say nothing.
const LEAST_SAMPLES: usize = 10;

/// A piece of work that waits to be done.
pub(crate) type Ready<'a> = Box<dyn FnOnce() + 'a>;

/// A piece of work that can be done again and again.
pub(crate) struct Work<'a> {
    /// What it is.
    pub(crate) name: String,
    batch: usize,
    ready: Box<dyn FnMut() -> Ready<'a> + 'a>,
}

impl<'a> Work<'a> {
    /// Work that needs nothing made ready; it is done `batch` times for one sample.
    pub(crate) fn new(name: &str, batch: usize, work: impl Fn() + 'a) -> Self {
        let work: Rc<dyn Fn() + 'a> = Rc::new(work);
        Self::made_ready(name, move || {
            let work = Rc::clone(&work);
            Box::new(move || work())
        })
        .in_batches_of(batch)
    }

    /// Work that is made ready first, which is not measured.
    pub(crate) fn made_ready(name: &str, ready: impl FnMut() -> Ready<'a> + 'a) -> Self {
        Self { name: name.to_owned(), batch: 1, ready: Box::new(ready) }
    }

    fn in_batches_of(self, batch: usize) -> Self {
        Self { batch, ..self }
    }

    /// Does it once for one sample, or in a batch: the cost of one.
    fn sample(&mut self) -> Cost {
        let batch: Vec<Ready<'a>> = (0..self.batch).map(|_| (self.ready)()).collect();
        let cost = cost_of(|| batch.into_iter().for_each(|work| work()));
        cost.divided_by(self.batch)
    }
}

/// What one piece of work cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// User and system time of this process.
    pub(crate) cpu_ms: f64,
    /// User and system time of children, whether they ended meanwhile or go on.
    pub(crate) children_ms: f64,
    /// Time on the clock.
    pub(crate) wall_ms: f64,
    /// Most heap in use at once, beyond what was in use at the start.
    pub(crate) peak_mib: f64,
}

impl Cost {
    /// CPU time, wherever it was spent.
    pub(crate) fn all_cpu_ms(&self) -> f64 {
        self.cpu_ms + self.children_ms
    }

    fn divided_by(self, times: usize) -> Self {
        let times = times as f64;
        Self { cpu_ms: self.cpu_ms / times, children_ms: self.children_ms / times, wall_ms: self.wall_ms / times, ..self }
    }
}

/// Ends the life of a result that nobody asks for, so that making it is not optimised away.
pub(crate) fn spend<T>(result: T) {
    drop(black_box(result));
}

/// Measures `work`.
pub(crate) fn cost_of(work: impl FnOnce()) -> Cost {
    HEAP.reset_peak_memory();
    // Children outside, this process inside: looking at children costs time of this process.
    let children = children_ms();
    let (cpu, start) = (cpu_ms(UsageWho::RUSAGE_SELF), Instant::now());
    work();
    let (wall_ms, cpu_ms) = (start.elapsed().as_secs_f64() * 1e3, cpu_ms(UsageWho::RUSAGE_SELF) - cpu);
    Cost { wall_ms, cpu_ms, children_ms: children_ms() - children, peak_mib: HEAP.get_peak_memory() as f64 / f64::from(1 << 20) }
}

/// Memory of the largest child so far, MiB resident.
pub(crate) fn largest_child_mib() -> f64 {
    let ended = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss() as f64;
    live_children().iter().filter_map(|child| peak_kib(*child)).fold(ended, f64::max) / 1024.0
}

/// Time of the children that ended, and of those that go on.
fn children_ms() -> f64 {
    let live: f64 = live_children().iter().filter_map(|child| live_ms(*child)).sum();
    cpu_ms(UsageWho::RUSAGE_CHILDREN) + live
}

fn live_children() -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let own = std::process::id().to_string();
    processes.filter(|process| stat(*process).is_some_and(|fields| fields.get(1) == Some(&own))).collect()
}

/// The fields of `/proc/PID/stat` after the program's name: state, parent, and so on.
fn stat(process: u32) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    Some(text.rsplit_once(')')?.1.split_whitespace().map(str::to_owned).collect())
}

/// User and system time so far: fields 14 and 15 of proc(5), in hundredths of a second.
fn live_ms(process: u32) -> Option<f64> {
    let fields = stat(process)?;
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) * 10.0)
}

fn peak_kib(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok())
}

/// Memory of this process at its fullest, MiB resident.
pub(crate) fn resident_mib() -> f64 {
    getrusage(UsageWho::RUSAGE_SELF).unwrap().max_rss() as f64 / 1024.0
}

fn cpu_ms(who: UsageWho) -> f64 {
    let usage = getrusage(who).unwrap();
    let ms = |time: TimeVal| time.tv_sec() as f64 * 1e3 + time.tv_usec() as f64 / 1e3;
    ms(usage.user_time()) + ms(usage.system_time())
}

/// The costs of one piece of work, each time that it was done.
#[derive(Debug, Clone, Default)]
pub(crate) struct Costs(pub(crate) Vec<Cost>);

impl Costs {
    /// How often it was done.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The middle value of a part of the cost.
    pub(crate) fn median(&self, part: impl Fn(&Cost) -> f64) -> f64 {
        self.percentile(50.0, part)
    }

    /// The least value that so many percent of the values do not exceed.
    pub(crate) fn percentile(&self, percent: f64, part: impl Fn(&Cost) -> f64) -> f64 {
        let mut values: Vec<f64> = self.0.iter().map(part).collect();
        values.sort_by(f64::total_cmp);
        let rank = (values.len() as f64 * percent / 100.0).ceil().max(1.0);
        values.get(rank as usize - 1).copied().unwrap_or_default()
    }

    /// The least and the greatest value.
    pub(crate) fn range(&self, part: impl Fn(&Cost) -> f64) -> (f64, f64) {
        (self.percentile(0.0, &part), self.percentile(100.0, &part))
    }
}

/// Does `work` and its floors in turn, so that a change of the machine's pace meets all of them; `samples` times each, but
/// not beyond the row's budget. What is done before the first sample warms caches and is not counted.
pub(crate) fn measure_beside(works: &mut [Work<'_>], samples: usize, warm_up: bool) -> Vec<Costs> {
    let mut all = vec![Costs::default(); works.len()];
    if warm_up {
        works.iter_mut().for_each(|work| (work.ready)()());
    }
    let start = Instant::now();
    for done in 0..samples {
        if done >= LEAST_SAMPLES && start.elapsed() > ROW_BUDGET {
            break;
        }
        for (work, costs) in works.iter_mut().zip(&mut all) {
            costs.0.push(work.sample());
        }
    }
    all
}
