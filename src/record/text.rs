//! Vietnamese text as printed: normal form, and the foldings that comparison needs.
//!
//! Names are compared after NFC, case folding and tone-position folding (`HÒA` = `HOÀ`), never with diacritics
//! removed: Đ ≠ D (domain reference 2.9).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The NFC form of `text`, inner white space collapsed to single spaces, ends trimmed.
pub fn nfc(text: &str) -> String {
    let composed: String = text.nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `text` without control characters and without the marks that reorder or hide text, in NFC.
///
/// What a person types or a scan yields goes through here before it is printed on a copy.
pub fn printable(text: &str) -> String {
    nfc(&text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !is_bidi_or_hidden(*c)).collect::<String>())
}

fn is_bidi_or_hidden(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{00AD}')
}

/// The form under which two printed names are equal: lower case, tone mark moved to the end of its syllable,
/// punctuation and runs of white space as one space.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split(|c: char| !(c.is_alphanumeric() || is_combining_mark(c))).filter(|w| !w.is_empty()) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(&fold_word(word));
    }
    folded
}

/// [`fold`] without diacritics and without spaces: for finding a label in what OCR read, never for equality of names.
pub fn fold_loose(text: &str) -> String {
    text.nfd()
        .filter(|c| !is_combining_mark(*c) && c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect()
}

/// Whether two printed texts say the same (see [`fold`]).
pub fn same_text(a: &str, b: &str) -> bool {
    fold(a) == fold(b)
}

fn fold_word(word: &str) -> String {
    let mut letters = String::with_capacity(word.len() + 4);
    let mut tone = None;
    for c in word.nfd().flat_map(char::to_lowercase) {
        match c {
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => tone = Some(c),
            other => letters.push(other),
        }
    }
    letters.extend(tone);
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tone_position_and_case_do_not_matter_but_letters_do() {
        assert!(same_text("CỘNG HÒA", "Cộng hoà"));
        assert!(same_text("Thúy", "Thuý"));
        assert!(!same_text("Đào", "Dào"));
        assert!(!same_text("Hà", "Hạ"));
        assert!(same_text("Hà  Nội,", "Hà Nội"));
    }

    #[test]
    fn loose_folding_drops_marks_and_spaces() {
        assert_eq!(fold_loose("Họ, chữ đệm, tên:"), "hochudemten");
        assert_eq!(fold_loose("ĐÃ CHẾT"), "dachet");
    }

    #[test]
    fn printable_takes_out_what_hides_or_reorders() {
        assert_eq!(printable("Nguyễn\u{202E} Văn\u{0007}  A\u{200B}"), "Nguyễn Văn A");
    }
}
