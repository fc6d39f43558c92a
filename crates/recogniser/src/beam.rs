//! Reads a line with knowledge of what can be written there: CTC prefix beam search.
//!
//! At each step the likeliest beginnings of the text are kept, each with the probability of all its alignments so far and with
//! what the prior says of it (Hannun et al., "First-Pass Large Vocabulary Continuous Speech Recognition using Bi-Directional
//! Recurrent DNNs", 2014). Beginnings that the prior does not allow are never followed.

use std::collections::HashMap;

use crate::alphabet::{Alphabet, BLANK, Symbol};
use crate::lattice::add;
use crate::prior::Prior;

/// How much is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Search {
    /// Beginnings that are kept at each step.
    pub width: usize,
    /// Symbols that a beginning goes on with at each step: the likeliest that the prior allows. It bounds the work where the network
    /// knows nothing.
    pub symbols: usize,
    /// How far below the best beginning another one is still followed, natural logarithm. It must be wide where the prior forbids
    /// what the network is sure of.
    pub slack: f32,
    /// What the prior's logarithms are multiplied by.
    pub weight: f32,
}

impl Default for Search {
    /// Chosen for speed, not tuned: no trained weights were at hand.
    fn default() -> Self {
        Self { width: 16, symbols: 8, slack: 20.0, weight: 1.0 }
    }
}

/// A beginning of the text.
struct Node<S> {
    parent: usize,
    symbol: Symbol,
    state: S,
    /// The weighted prior of the whole beginning.
    prior: f32,
}

/// The log-probabilities of a beginning's alignments that end in a blank, and in its last symbol.
#[derive(Clone, Copy)]
struct Ends {
    blank: f32,
    symbol: f32,
}

const NEVER: Ends = Ends { blank: f32::NEG_INFINITY, symbol: f32::NEG_INFINITY };

impl Ends {
    fn both(self) -> f32 {
        add(self.blank, self.symbol)
    }
}

/// A beginning that is followed, and its score: alignments and prior.
struct Followed {
    node: usize,
    ends: Ends,
    score: f32,
}

struct Beam<'a, P: Prior> {
    prior: &'a P,
    alphabet: &'a Alphabet,
    search: Search,
    nodes: Vec<Node<P::State>>,
    /// The node of a beginning and one symbol more; none where the prior forbids it.
    children: HashMap<(usize, Symbol), Option<usize>>,
}

/// The best texts that the prior allows, with their scores, best first: at most `count`.
pub(crate) fn search<'a, P: Prior>(
    steps: impl Iterator<Item = &'a [f32]>,
    alphabet: &Alphabet,
    prior: &P,
    search: Search,
    count: usize,
) -> Vec<(Vec<Symbol>, f32)> {
    let root = Node { parent: 0, symbol: BLANK, state: prior.start(), prior: 0.0 };
    let mut beam = Beam { prior, alphabet, search, nodes: vec![root], children: HashMap::new() };
    let mut followed = vec![Followed { node: 0, ends: Ends { blank: 0.0, ..NEVER }, score: 0.0 }];
    for logs in steps {
        followed = beam.step(&followed, logs);
    }
    beam.best(&followed, count)
}

impl<P: Prior> Beam<'_, P> {
    fn step(&mut self, followed: &[Followed], logs: &[f32]) -> Vec<Followed> {
        let mut likely: Vec<(Symbol, f32)> = (BLANK + 1..).zip(logs.iter().copied().skip(1)).collect();
        likely.sort_unstable_by(|(_, a), (_, b)| b.total_cmp(a));
        let blank = logs.first().copied().unwrap_or(f32::NEG_INFINITY);
        let peak = likely.first().map_or(blank, |(_, log)| log.max(blank));
        let best = followed.iter().map(|one| one.score).fold(f32::NEG_INFINITY, f32::max);
        let least = best + peak - self.search.slack;
        let mut next: HashMap<usize, Ends> = HashMap::new();
        for Followed { node, ends, score } in followed {
            let last = self.nodes[*node].symbol;
            let stay = next.entry(*node).or_insert(NEVER);
            stay.blank = add(stay.blank, ends.both() + blank);
            if last != BLANK {
                stay.symbol = add(stay.symbol, ends.symbol + logs[usize::from(last)]);
            }
            let mut room = self.search.symbols;
            for (symbol, log) in &likely {
                // A prior only lowers the score, and the rest is less likely still.
                if room == 0 || score + log < least {
                    break;
                }
                // The same symbol once more needs a blank between.
                let from = if *symbol == last { ends.blank } else { ends.both() };
                if from == f32::NEG_INFINITY {
                    continue;
                }
                if let Some(child) = self.child(*node, *symbol) {
                    let entry = next.entry(child).or_insert(NEVER);
                    entry.symbol = add(entry.symbol, from + log);
                    room -= 1;
                }
            }
        }
        let scored = next.into_iter().map(|(node, ends)| Followed { node, ends, score: ends.both() + self.nodes[node].prior });
        let mut kept: Vec<Followed> = scored.filter(|one| one.score > f32::NEG_INFINITY).collect();
        // Equal scores in the order of the nodes: the order of a hash map is chance.
        kept.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.node.cmp(&b.node)));
        kept.truncate(self.search.width.max(1));
        kept
    }

    fn child(&mut self, parent: usize, symbol: Symbol) -> Option<usize> {
        if let Some(known) = self.children.get(&(parent, symbol)) {
            return *known;
        }
        let node = &self.nodes[parent];
        let before = node.prior;
        let after = self.alphabet.char(symbol).and_then(|c| self.prior.next(&node.state, c));
        let child = after.map(|(state, log)| {
            let prior = before + self.search.weight * log.min(0.0);
            self.nodes.push(Node { parent, symbol, state, prior });
            self.nodes.len() - 1
        });
        self.children.insert((parent, symbol), child);
        child
    }

    fn best(&self, followed: &[Followed], count: usize) -> Vec<(Vec<Symbol>, f32)> {
        let mut ended: Vec<(usize, f32)> = followed
            .iter()
            .filter_map(|one| Some((one.node, one.score + self.search.weight * self.prior.end(&self.nodes[one.node].state)?.min(0.0))))
            .collect();
        ended.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        ended.into_iter().take(count).map(|(node, score)| (self.text(node), score)).collect()
    }

    fn text(&self, mut node: usize) -> Vec<Symbol> {
        let mut text = Vec::new();
        while node != 0 {
            text.push(self.nodes[node].symbol);
            node = self.nodes[node].parent;
        }
        text.reverse();
        text
    }
}
