//! A list of whole texts: provinces, ethnic groups, titles.

use super::Prior;
use crate::alphabet::split;

/// One of a list of texts, as they are written there. Texts that start alike share their beginning (a trie).
#[derive(Debug, Clone)]
pub struct List {
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Default)]
struct Node {
    next: Vec<(char, usize)>,
    /// The logarithm of the prior of the text that ends here.
    end: Option<f32>,
}

impl Default for List {
    fn default() -> Self {
        Self { nodes: vec![Node::default()] }
    }
}

impl List {
    /// A list of texts that are equally likely.
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut list = Self::default();
        texts.into_iter().for_each(|text| list.insert(text, 0.0));
        list
    }

    /// Adds a text with the natural logarithm of its prior; the greater one holds where it is there already. Upper case is
    /// another text.
    pub fn insert(&mut self, text: &str, log_prior: f32) {
        let mut at = 0;
        for c in split(text) {
            at = match self.step(at, c) {
                Some(next) => next,
                None => {
                    let next = self.nodes.len();
                    self.nodes.push(Node::default());
                    self.nodes[at].next.push((c, next));
                    next
                }
            };
        }
        let end = &mut self.nodes[at].end;
        *end = Some(end.map_or(log_prior, |there| there.max(log_prior)));
    }

    /// Where a symbol leads from a node.
    pub(super) fn step(&self, node: usize, symbol: char) -> Option<usize> {
        self.nodes.get(node)?.next.iter().find(|(c, _)| *c == symbol).map(|(_, next)| *next)
    }

    /// The prior of the text that ends at a node.
    pub(super) fn ending(&self, node: usize) -> Option<f32> {
        self.nodes.get(node)?.end
    }
}

impl Prior for List {
    type State = usize;

    fn start(&self) -> usize {
        0
    }

    fn next(&self, state: &usize, symbol: char) -> Option<(usize, f32)> {
        Some((self.step(*state, symbol)?, 0.0))
    }

    fn end(&self, state: &usize) -> Option<f32> {
        self.ending(*state)
    }
}
