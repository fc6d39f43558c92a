//! The text of a page: words in rows, in the coordinates of the upright layer.

use bansao_scan::Rect;

use crate::record::fold_loose;

/// One word of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct TextWord {
    /// The text, NFC.
    pub text: String,
    /// How sure the engine was, 0 to 1.
    pub confidence: f32,
    /// Box on the layer.
    pub rect: Rect,
    /// Box of the strip of print that it was read in.
    pub strip: Rect,
}

/// One row of print, left to right.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// The words, by their left edge.
    pub words: Vec<TextWord>,
    /// Whether it was read from the layer on which red is dark.
    pub red: bool,
}

impl Row {
    /// The words with single spaces between them.
    pub fn text(&self) -> String {
        self.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The box around the words.
    pub fn rect(&self) -> Rect {
        self.words.iter().map(|word| word.rect).reduce(|a, b| a.union(&b)).unwrap_or_default()
    }

    /// Groups of words that stand closer to each other than `gap` pixels.
    pub fn groups(&self, gap: u32) -> Vec<&[TextWord]> {
        self.words.chunk_by(|a, b| b.rect.x <= a.rect.right().saturating_add(gap)).collect()
    }
}

/// Everything that was read on one page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageText {
    /// Rows from top to bottom.
    pub rows: Vec<Row>,
    /// Width and height of the layer, pixels.
    pub size: (u32, u32),
    /// Resolution of the layer.
    pub dpi: f32,
}

impl PageText {
    /// The share of all letters that stand in words, not signs, that were read surely: near 1 on print that is upright,
    /// near 0 on print that is upside down, and on none.
    pub fn legible(&self) -> f32 {
        let letters = |word: &TextWord| word.text.chars().filter(|c| c.is_alphanumeric()).count();
        let words = self.rows.iter().flat_map(|row| &row.words);
        let (mut sure, mut all) = (0, 0);
        for (count, confidence) in words.map(|word| (letters(word), word.confidence)) {
            all += count;
            sure += if count >= 3 && confidence >= 0.8 { count } else { 0 };
        }
        sure as f32 / all.max(1) as f32
    }

    /// Pixels of so many millimetres.
    pub fn mm(&self, mm: f32) -> u32 {
        (mm * self.dpi / 25.4).max(0.0) as u32
    }
}

/// The letters and digits of a row without marks, each with the word and the character that it comes from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Letters {
    /// Folded characters ([`fold_loose`]).
    pub folded: Vec<char>,
    /// Word and character of each.
    pub origin: Vec<(usize, usize)>,
}

impl Letters {
    /// Of these words.
    pub(crate) fn of(words: &[TextWord]) -> Self {
        let mut letters = Self::default();
        for (word_at, word) in words.iter().enumerate() {
            for (char_at, character) in word.text.chars().enumerate() {
                for folded in fold_loose(character.encode_utf8(&mut [0; 4])).chars() {
                    letters.folded.push(folded);
                    letters.origin.push((word_at, char_at));
                }
            }
        }
        letters
    }

    /// Whether a word starts at this letter.
    pub(crate) fn starts_word(&self, at: usize) -> bool {
        match (at.checked_sub(1).and_then(|before| self.origin.get(before)), self.origin.get(at)) {
            (Some(before), Some(here)) => before.0 != here.0,
            _ => true,
        }
    }
}

/// Levenshtein distance, given up on beyond `most`.
pub(crate) fn distance(a: &[char], b: &[char], most: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, cb) in row.iter_mut().skip(1).zip(b) {
            let above = *cell;
            left = (diagonal + usize::from(ca != cb)).min(above + 1).min(left + 1);
            diagonal = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().filter(|found| *found <= most)
}

/// [`distance`] of two strings.
pub(crate) fn text_distance(a: &str, b: &str, most: usize) -> Option<usize> {
    distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>(), most)
}

/// A place where a pattern stands in a row, by letter: the first, and the one after the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Match {
    /// First letter.
    pub start: usize,
    /// The one after the last letter.
    pub end: usize,
    /// Letters that differ.
    pub errors: usize,
}

/// Where `pattern` (folded) stands in `text`, with at most `most` differing letters: the best matches, none overlapping.
pub(crate) fn occurrences(text: &[char], pattern: &[char], most: usize) -> Vec<Match> {
    if pattern.is_empty() || text.is_empty() {
        return Vec::new();
    }
    // Sellers: distance of the pattern to the best substring ending at each letter, and where that one starts.
    let mut column: Vec<(usize, usize)> = (0..=pattern.len()).map(|errors| (errors, 0)).collect();
    let mut ends: Vec<Match> = Vec::new();
    for (at, letter) in text.iter().enumerate() {
        let mut diagonal = (0, at);
        let mut below = (0, at + 1);
        if let Some(first) = column.first_mut() {
            *first = below;
        }
        for (cell, expected) in column.iter_mut().skip(1).zip(pattern) {
            let substituted = (diagonal.0 + usize::from(expected != letter), diagonal.1);
            let skipped = (cell.0 + 1, cell.1);
            let missed = (below.0 + 1, below.1);
            diagonal = *cell;
            below = substituted.min(skipped).min(missed);
            *cell = below;
        }
        if below.0 <= most && below.1 <= at {
            ends.push(Match { start: below.1, end: at + 1, errors: below.0 });
        }
    }
    ends.sort_by_key(|found| (found.errors, found.start));
    let mut best: Vec<Match> = Vec::new();
    for found in ends {
        if best.iter().all(|other| found.end <= other.start || found.start >= other.end) {
            best.push(found);
        }
    }
    best.sort_by_key(|found| found.start);
    best
}

/// How many letters of a printed text may differ for it still to be that text.
pub(crate) fn tolerance(letters: usize) -> usize {
    match letters {
        0..=4 => 0,
        5..=7 => 1,
        8..=12 => 2,
        more => (more / 5).min(8),
    }
}

/// Whether `pattern` (as printed) stands anywhere in `row`.
pub(crate) fn contains(row: &Row, pattern: &str) -> bool {
    let pattern: Vec<char> = fold_loose(pattern).chars().collect();
    !occurrences(&Letters::of(&row.words).folded, &pattern, tolerance(pattern.len())).is_empty()
}

/// [`contains`] with at most one letter off: for words that other print comes near to.
pub(crate) fn contains_nearly(row: &Row, pattern: &str) -> bool {
    let pattern: Vec<char> = fold_loose(pattern).chars().collect();
    !occurrences(&Letters::of(&row.words).folded, &pattern, 1).is_empty()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A row of words, 20 pixels a letter, at a height.
    pub(crate) fn row(text: &str, y: u32) -> Row {
        let mut x = 100;
        let words = text.split(' ').map(|word| {
            let w = word.chars().count() as u32 * 20;
            let rect = Rect { x, y, w, h: 40 };
            x += w + 15;
            TextWord { text: word.to_owned(), confidence: 0.95, rect, strip: rect }
        });
        Row { words: words.filter(|word| !word.text.is_empty()).collect(), red: false }
    }

    #[test]
    fn labels_are_found_in_what_was_misread() {
        let chars = |text: &str| fold_loose(text).chars().collect::<Vec<_>>();
        let text = chars("Giới tinh: Nữ Dântôc: Nùng Quốc lịch: Việt Nam");
        let found = occurrences(&text, &chars("Dân tộc"), 1);
        assert_eq!(found, [Match { start: 10, end: 16, errors: 0 }]);
        assert_eq!(occurrences(&text, &chars("Quốc tịch"), 2).len(), 1);
        assert!(occurrences(&text, &chars("Quê quán"), 1).is_empty());
    }

    #[test]
    fn distances() {
        assert_eq!(text_distance("kinh", "kinh", 2), Some(0));
        assert_eq!(text_distance("kinh", "kính", 2), Some(1));
        assert_eq!(text_distance("a", "abcd", 2), None);
        assert_eq!(text_distance("", "ab", 2), Some(2));
    }

    #[test]
    fn groups_split_at_gaps() {
        let mut two = row("Nguyễn Thị Nương Ngô Gia Hùng", 0);
        for word in &mut two.words[3..] {
            word.rect.x += 300;
        }
        assert_eq!(two.groups(60).len(), 2);
    }
}
