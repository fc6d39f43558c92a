//! What is no print: ornaments, specks and strokes of a pen are cut like print and read as something, unsurely.

use super::text::{Row, TextWord};

/// So few letters and digits can be an ornament, a speck or a stroke of a pen.
const SHORT: usize = 4;
/// Surer short parts are print; less sure parts of any length are none.
const SHORT_SURE: f32 = 0.55;
const SURE: f32 = 0.30;
/// No word of Vietnamese, and no number, has more letters or digits: a row of rosettes does.
const LONGEST: usize = 18;
/// A sign or two in a box that is so many times lower or higher than most lines are.
const ODD_HEIGHT: (f32, f32) = (0.6, 1.9);
const ODD_SURE: f32 = 0.97;
/// But a word of two letters without marks is low among lines that have them (`An` under an address): so low, so sure.
const LOW_WORD: (f32, f32) = (0.45, 0.8);
/// Unsure signs that stand further out than all words are a border's, by so many millimetres; engines differ in how sure they are of
/// words.
const MARGIN_MM: f32 = 2.0;
const MARGIN_WORD: f32 = 0.7;
const MARGIN_SURE: f32 = 0.95;
/// A lone letter that a stroke can be taken for, less sure than this, is none.
const LONE_SURE: f32 = 0.6;
/// A sign or two that stand off from the rest of their part by so much, millimetres.
const OFF_MM: f32 = 5.0;

/// Leaves the parts of a page that are print, without the stray signs beside them.
pub(super) fn drop_noise(parts: &mut Vec<Row>, dpi: f32) {
    let mut heights: Vec<u32> = parts.iter().map(|part| part.rect().h).collect();
    heights.sort_unstable();
    let usual = heights.get(heights.len() / 2).copied().unwrap_or_default() as f32;
    let (off, margin) = ((OFF_MM * dpi / 25.4) as u32, (MARGIN_MM * dpi / 25.4) as u32);
    let is_sure = |word: &&TextWord| match signs(word) {
        0 | 1 => false,
        2..SHORT => word.confidence >= MARGIN_SURE && word.text.chars().any(char::is_alphabetic),
        _ => word.confidence >= MARGIN_WORD,
    };
    let sure = || parts.iter().flat_map(|part| &part.words).filter(is_sure);
    let left = sure().map(|word| word.rect.x).min().unwrap_or(0).saturating_sub(margin);
    let right = sure().map(|word| word.rect.right()).max().unwrap_or(u32::MAX).saturating_add(margin);
    for part in parts.iter_mut() {
        trim(&mut part.words, off);
        let within = |word: &TextWord| word.rect.right() > left && word.rect.x < right;
        part.words.retain(|word| within(word) || signs(word) > 2 || word.confidence >= MARGIN_SURE);
    }
    parts.retain(|part| !part.words.is_empty());
    parts.retain(|part| {
        let (count, sure) = (part.words.iter().map(signs).sum::<usize>(), sureness(part));
        let height = part.rect().h as f32 / usual.max(1.0);
        let is_word =
            matches!(part.words.as_slice(), [word] if word.text.chars().count() == 2 && word.text.chars().all(char::is_alphabetic));
        let low = is_word && sure >= LOW_WORD.1 && (LOW_WORD.0..ODD_HEIGHT.1).contains(&height);
        let odd = count <= 2 && sure < ODD_SURE && !low && !(ODD_HEIGHT.0..ODD_HEIGHT.1).contains(&height);
        let endless = part.words.iter().any(|word| signs(word) > LONGEST) && sure < 0.7;
        !(sure < SURE || endless || (count <= SHORT && sure < SHORT_SURE) || odd)
    });
}

/// Takes unsure signs off both ends that stand apart from the words beside them.
fn trim(words: &mut Vec<TextWord>, off: u32) {
    // A crease or the stroke of a pen between two words reads as one letter.
    let stroke = |word: &TextWord| signs(word) == 1 && word.confidence < LONE_SURE && word.text.chars().all(|c| "IJLTl|V1/\\".contains(c));
    if words.len() > 2 {
        words.retain(|word| !stroke(word));
    }
    let stray = |word: &TextWord, gap: u32| signs(word) <= 2 && word.confidence < SHORT_SURE && gap > off;
    while let [.., before, last] = words.as_slice()
        && stray(last, last.rect.x.saturating_sub(before.rect.right()))
    {
        words.pop();
    }
    while let [first, after, ..] = words.as_slice()
        && stray(first, after.rect.x.saturating_sub(first.rect.right()))
    {
        words.remove(0);
    }
}

/// Letters and digits of a word.
fn signs(word: &TextWord) -> usize {
    word.text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Mean confidence by letters.
pub(super) fn sureness(row: &Row) -> f32 {
    let letters = |word: &TextWord| word.text.chars().count() as f32;
    let sum: f32 = row.words.iter().map(|word| letters(word) * word.confidence).sum();
    sum / row.words.iter().map(letters).sum::<f32>().max(1.0)
}

#[cfg(test)]
mod tests {
    use super::super::text::tests::row;
    use super::*;

    fn sure(text: &str, y: u32, confidence: f32) -> Row {
        let mut row = row(text, y);
        row.words.iter_mut().for_each(|word| word.confidence = confidence);
        row
    }

    #[test]
    fn ornaments_and_specks_go_and_short_values_stay() {
        let mut speck = sure("8", 250, 0.9);
        speck.words[0].rect.h = 12;
        let mut parts = vec![sure("Giới tính: Nữ", 0, 1.0), sure("S", 100, 0.5), sure("909090909", 200, 0.2), speck, sure("12", 300, 0.9)];
        parts.push(sure("Quê quán: xã Vật Lại", 400, 1.0));
        // Half as high as the other lines: a word without marks is, and so is a speck that reads as two signs.
        for (text, y, confidence) in [("An", 450, 0.9), ("8a", 500, 0.9), ("sa", 550, 0.7)] {
            let mut low = sure(text, y, confidence);
            low.words[0].rect.h /= 2;
            parts.push(low);
        }
        drop_noise(&mut parts, 300.0);
        let texts: Vec<String> = parts.iter().map(Row::text).collect();
        assert_eq!(texts, ["Giới tính: Nữ", "12", "Quê quán: xã Vật Lại", "An"]);
    }

    #[test]
    fn signs_of_a_border_beside_the_text_go() {
        let mut border = sure("8", 80, 0.8);
        border.words[0].rect.x = 10;
        let mut parts = vec![sure("Sinh tại Trạm Y tế", 0, 1.0), border, sure("7", 160, 0.8)];
        drop_noise(&mut parts, 300.0);
        assert_eq!(parts.iter().map(Row::text).collect::<Vec<_>>(), ["Sinh tại Trạm Y tế", "7"]);
        // A short word begins as far left as the short words of labels do.
        let long = |y: u32| {
            let mut row = sure("Bà: Hoàng Thị Lạng", y, 1.0);
            row.words.iter_mut().skip(1).for_each(|word| word.rect.x += 200);
            row
        };
        let mut parts = vec![long(0), long(80), sure("An", 160, 0.9)];
        drop_noise(&mut parts, 300.0);
        assert_eq!(parts.len(), 3);
    }

    #[test]
    fn a_stray_sign_at_the_end_of_a_row_goes() {
        let mut parts = vec![sure("Suy hô hấp 8", 0, 1.0), sure("Số 4 8", 80, 1.0)];
        let stray = parts[0].words.last_mut().unwrap();
        (stray.confidence, stray.rect.x) = (0.4, stray.rect.x + 300);
        drop_noise(&mut parts, 300.0);
        assert_eq!(parts[0].text(), "Suy hô hấp");
        assert_eq!(parts[1].text(), "Số 4 8");
    }
}
