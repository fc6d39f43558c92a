//! Rows as they are measured, one aligned table at the end.

use super::measure::{Cost, Costs, Work, measure_beside};

/// How thorough the run is, and what it has measured.
pub(crate) struct Bench {
    quick: bool,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    costs: Costs,
    floors: Vec<Floor>,
}

struct Floor {
    name: String,
    /// CPU time here and in children.
    cpu_ms: f64,
    wall_ms: f64,
}

/// A row in figures.
pub(crate) struct Measured {
    pub(crate) cpu_ms: f64,
    pub(crate) wall_ms: f64,
    pub(crate) wall_p95_ms: f64,
    pub(crate) peak_mib: f64,
    /// Name, CPU time, time on the clock.
    pub(crate) floors: Vec<(String, f64, f64)>,
}

const HEADINGS: [&str; 10] =
    ["stage", "n", "CPU ms (min–max)", "child CPU ms", "wall ms (p95)", "peak MiB", "floor", "floor CPU ms", "floor wall ms", "ratio"];

impl Bench {
    /// A quick run does everything twice.
    pub(crate) fn new(quick: bool) -> Self {
        Self { quick, rows: Vec::new() }
    }

    /// How often something is done that would be done `samples` times in a thorough run.
    pub(crate) fn samples(&self, samples: usize) -> usize {
        if self.quick { 2 } else { samples }
    }

    /// Measures a stage, which comes first in `works`, beside its floors.
    pub(crate) fn row(&mut self, samples: usize, mut works: Vec<Work<'_>>) {
        let mut measured = measure_beside(&mut works, self.samples(samples), !self.quick).into_iter();
        let mut names = works.into_iter().map(|work| work.name);
        let (name, costs) = (names.next().unwrap_or_default(), measured.next().unwrap_or_default());
        let floor = |(name, costs): (String, Costs)| Floor {
            name,
            cpu_ms: costs.median(Cost::all_cpu_ms),
            wall_ms: costs.median(|cost| cost.wall_ms),
        };
        self.rows.push(Row { name, costs, floors: names.zip(measured).map(floor).collect() });
    }

    /// Adds what was measured elsewhere, beside the stages of `parts` added up where all of them were measured.
    pub(crate) fn row_of(&mut self, name: &str, costs: Costs, floor: &str, parts: &[&str]) {
        let of = |part: &&str| self.rows.iter().find(|row| row.name == **part).map(|row| &row.costs);
        let measured: Option<Vec<&Costs>> = parts.iter().map(of).collect();
        let floor = measured.map(|costs| {
            let sum = |what: fn(&Cost) -> f64| costs.iter().map(|costs| costs.median(what)).sum();
            Floor { name: floor.to_owned(), cpu_ms: sum(Cost::all_cpu_ms), wall_ms: sum(|cost| cost.wall_ms) }
        });
        self.rows.push(Row { name: name.to_owned(), costs, floors: floor.into_iter().collect() });
    }

    /// What was measured under this name: median and 95th percentile on the clock, CPU time, most memory.
    pub(crate) fn measured(&self, name: &str) -> Option<Measured> {
        let row = self.rows.iter().find(|row| row.name == name)?;
        let wall = |cost: &Cost| cost.wall_ms;
        Some(Measured {
            cpu_ms: row.costs.median(Cost::all_cpu_ms),
            wall_ms: row.costs.median(wall),
            wall_p95_ms: row.costs.percentile(95.0, wall),
            peak_mib: row.costs.percentile(100.0, |cost| cost.peak_mib),
            floors: row.floors.iter().map(|floor| (floor.name.clone(), floor.cpu_ms, floor.wall_ms)).collect(),
        })
    }

    /// The table, columns aligned.
    pub(crate) fn table(&self) -> String {
        let mut lines = vec![HEADINGS.map(str::to_owned)];
        lines.extend(self.rows.iter().flat_map(Row::lines));
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
        let widths: Vec<usize> = (0..HEADINGS.len()).map(width).collect();
        let mut text = String::new();
        for (at, line) in lines.iter().enumerate() {
            let cells: Vec<String> =
                line.iter().zip(&widths).enumerate().map(|(column, (cell, width))| aligned(column, cell, *width)).collect();
            text.push_str(cells.join("  ").trim_end());
            text.push('\n');
            if at == 0 {
                text.push_str(&widths.iter().map(|width| "─".repeat(*width)).collect::<Vec<_>>().join("  "));
                text.push('\n');
            }
        }
        text
    }
}

/// Names stand left, numbers right.
fn aligned(column: usize, cell: &str, width: usize) -> String {
    if matches!(column, 0 | 6) { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
}

impl Row {
    /// The stage with its first floor, then a line for each further floor.
    fn lines(&self) -> Vec<[String; HEADINGS.len()]> {
        let (costs, cpu) = (&self.costs, |cost: &Cost| cost.cpu_ms);
        let (least, most) = costs.range(cpu);
        let wall = |cost: &Cost| cost.wall_ms;
        let children = costs.median(|cost| cost.children_ms);
        let mut stage = [
            self.name.clone(),
            costs.len().to_string(),
            format!("{} ({}–{})", number(costs.median(cpu)), number(least), number(most)),
            if children > 0.0 { number(children) } else { "–".to_owned() },
            format!("{} ({})", number(costs.median(wall)), number(costs.percentile(95.0, wall))),
            format!("{:.1}", costs.percentile(100.0, |cost| cost.peak_mib)),
        ];
        let mut lines = Vec::new();
        for floor in &self.floors {
            let ratio = costs.median(Cost::all_cpu_ms) / floor.cpu_ms;
            let ratio = if ratio < 0.1 { format!("× {ratio:.3}") } else { format!("× {ratio:.2}") };
            lines.push(line(&stage, [floor.name.clone(), number(floor.cpu_ms), number(floor.wall_ms), ratio]));
            stage = Default::default();
        }
        if lines.is_empty() {
            lines.push(line(&stage, ["–", "", "", ""].map(str::to_owned)));
        }
        lines
    }
}

fn line(stage: &[String; 6], floor: [String; 4]) -> [String; HEADINGS.len()] {
    let mut cells = stage.iter().cloned().chain(floor);
    std::array::from_fn(|_| cells.next().unwrap_or_default())
}

/// Three digits that matter.
fn number(ms: f64) -> String {
    match ms {
        ms if ms >= 100.0 => format!("{ms:.0}"),
        ms if ms >= 10.0 => format!("{ms:.1}"),
        ms if ms >= 1.0 => format!("{ms:.2}"),
        ms => format!("{ms:.4}"),
    }
}
