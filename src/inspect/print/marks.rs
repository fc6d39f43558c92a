//! What the copy itself puts on a scan page: the mark of conversion in the margin and the agency's signature at the head. It is taken
//! out before the certificate's own labels are looked for, for it has numbers and names of its own.

use crate::inspect::read::text::{Letters, PageText, occurrences};
use crate::record::fold_loose;

/// Words that stand in both marks.
const CONVERTED: &str = "chuyển đổi từ bản giấy";

/// The page without the marks of a copy of this book.
pub(super) fn without_marks(text: &PageText, book: &str) -> PageText {
    let patterns: Vec<Vec<char>> = [CONVERTED, book].iter().map(|words| fold_loose(words).chars().collect()).collect();
    let mut kept = text.clone();
    for row in &mut kept.rows {
        let groups = row.groups(text.mm(5.0)).into_iter().filter(|group| {
            let letters = Letters::of(group).folded;
            // Small print: a letter in ten may be read amiss.
            !patterns.iter().any(|pattern| !occurrences(&letters, pattern, pattern.len() / 8).is_empty())
        });
        row.words = groups.flatten().cloned().collect();
    }
    kept.rows.retain(|row| !row.words.is_empty());
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::read::text::tests::row;

    #[test]
    fn only_the_marks_are_taken_out() {
        let mut head = row("Bản sao điện tử chuyển đổi tử bản giấy", 0);
        head.words.iter_mut().for_each(|word| word.rect.x += 1500);
        head.words.splice(0..0, row("GIẤY KHAI SINH", 0).words);
        let rows = vec![head, row("Số 01, quyển số 1/2026-SCTBS", 80), row("Số: 281/2024", 160)];
        let kept = without_marks(&PageText { rows, size: (2400, 3400), dpi: 300.0 }, "1/2026-SCT/BS");
        assert_eq!(kept.rows.iter().map(|row| row.text()).collect::<Vec<_>>(), ["GIẤY KHAI SINH", "Số: 281/2024"]);
    }
}
