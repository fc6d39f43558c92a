//! What goes in and what comes out: a line of pixels, and words with boxes.

/// One line of print: grey pixels, row by row, 0 black.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    pixels: &'a [u8],
    width: u32,
    height: u32,
}

impl<'a> Line<'a> {
    /// A line of `width` x `height` pixels; `None` where `pixels` are not as many.
    pub fn new(pixels: &'a [u8], width: u32, height: u32) -> Option<Self> {
        let count = usize::try_from(u64::from(width) * u64::from(height)).ok()?;
        (pixels.len() == count).then_some(Self { pixels, width, height })
    }

    /// The pixels.
    pub fn pixels(&self) -> &'a [u8] {
        self.pixels
    }

    /// Width, pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height, pixels.
    pub fn height(&self) -> u32 {
        self.height
    }
}

/// One word that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// The text, as the engine gave it.
    pub text: String,
    /// How sure the engine was, 0 to 1.
    pub confidence: f32,
    /// Left, top, width and height in the picture of the line, pixels.
    pub rect: [u32; 4],
}

/// The words of Tesseract's TSV: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.
/// Lines that are not of a word have the confidence -1.
pub(crate) fn words_of_tsv(tsv: &str) -> Vec<Word> {
    tsv.lines().filter_map(word).collect()
}

fn word(line: &str) -> Option<Word> {
    let cells: Vec<&str> = line.split('\t').collect();
    let [_, _, _, _, _, _, left, top, width, height, confidence, text] = cells.as_slice() else { return None };
    let confidence: f32 = confidence.parse().ok()?;
    let text = text.trim();
    if confidence < 0.0 || text.is_empty() {
        return None;
    }
    let rect = [left.parse().ok()?, top.parse().ok()?, width.parse().ok()?, height.parse().ok()?];
    Some(Word { text: text.to_owned(), confidence: confidence / 100.0, rect })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_taken_and_headings_are_not() {
        let tsv = "1\t1\t0\t0\t0\t0\t0\t0\t40\t20\t-1\t\n5\t1\t1\t1\t1\t1\t4\t5\t20\t12\t96.5\tSố\n5\t1\t1\t1\t1\t2\t30\t5\t2\t12\t95\t \n";
        let word = Word { text: "Số".into(), confidence: 0.965, rect: [4, 5, 20, 12] };
        assert_eq!(words_of_tsv(tsv), [word]);
    }

    #[test]
    fn a_line_has_as_many_pixels_as_it_says() {
        assert!(Line::new(&[0; 6], 3, 2).is_some());
        assert!(Line::new(&[0; 5], 3, 2).is_none());
        assert!(Line::new(&[], u32::MAX, u32::MAX).is_none());
    }
}
