//! The symbols that the network tells apart.
//!
//! Letters with a circumflex, breve, horn or bar are letters of their own; the five tone marks are symbols that follow their
//! letter, so that a rare letter (`ẵ`) shares its parts with frequent ones. Text leaves composed (Unicode NFC).

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::error::ModelError;

/// The tone marks: grave, hook above, tilde, acute, dot below.
pub const TONES: [char; 5] = ['\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}'];

/// The number of a symbol in the network's output; 0 is the blank of CTC (Graves et al., 2006).
pub type Symbol = u16;

/// CTC's blank: no symbol here.
pub const BLANK: Symbol = 0;

const MOST_SYMBOLS: usize = 1024;

/// The symbols of a model in the order of its output.
#[derive(Debug, Clone)]
pub struct Alphabet {
    chars: Vec<char>,
    by_char: HashMap<char, Symbol>,
}

impl Alphabet {
    /// An alphabet from its characters; the first is symbol 1.
    ///
    /// # Errors
    /// [`ModelError::Symbols`].
    pub fn new(symbols: &str) -> Result<Self, ModelError> {
        let chars: Vec<char> = symbols.chars().collect();
        if chars.is_empty() || chars.len() > MOST_SYMBOLS || chars.iter().any(|c| c.is_control()) {
            return Err(ModelError::Symbols);
        }
        let by_char: HashMap<char, Symbol> = (1..).zip(&chars).map(|(symbol, c)| (*c, symbol)).collect();
        if by_char.len() != chars.len() {
            return Err(ModelError::Symbols);
        }
        Ok(Self { chars, by_char })
    }

    /// How many values the network gives for a place: the symbols and the blank.
    pub fn outputs(&self) -> usize {
        self.chars.len() + 1
    }

    /// The character of a symbol; none for the blank.
    pub fn char(&self, symbol: Symbol) -> Option<char> {
        self.chars.get(usize::from(symbol).checked_sub(1)?).copied()
    }

    /// The symbol of a character, where the network has it.
    pub fn symbol(&self, c: char) -> Option<Symbol> {
        self.by_char.get(&c).copied()
    }

    /// The symbols of a text; none where the network lacks one of them.
    pub fn encode(&self, text: &str) -> Option<Vec<Symbol>> {
        split(text).into_iter().map(|c| self.symbol(c)).collect()
    }

    /// The text of symbols: composed, tones without a letter dropped, spaces single.
    pub fn decode(&self, symbols: impl IntoIterator<Item = Symbol>) -> String {
        let mut text = String::new();
        for c in symbols.into_iter().filter_map(|symbol| self.char(symbol)) {
            let after = text.chars().next_back();
            let kept = match c {
                ' ' => after.is_some_and(|last| last != ' '),
                c if TONES.contains(&c) => after.is_some_and(char::is_alphabetic),
                _ => true,
            };
            if kept {
                text.push(c);
            }
        }
        text.trim_end().nfc().collect()
    }
}

/// Characters that a scan cannot tell from others; the network is trained with the plain ones.
fn plain(c: char) -> char {
    match c {
        '–' | '—' => '-',
        '“' | '”' => '"',
        '‘' | '’' => '\'',
        'º' => '°',
        '…' => '.',
        _ => c,
    }
}

/// The characters of a text as the network has them: letters without tone, each tone after its letter, plain dashes and quotes.
pub fn split(text: &str) -> Vec<char> {
    let mut out = Vec::new();
    for c in text.nfc().map(plain) {
        let mut parts = std::iter::once(c).nfd();
        let Some(base) = parts.next() else { continue };
        let (tones, marks): (Vec<char>, Vec<char>) = parts.partition(|mark| TONES.contains(mark));
        if is_combining_mark(c) {
            out.push(c);
            continue;
        }
        out.extend(std::iter::once(base).chain(marks).nfc());
        out.extend(tones);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alphabet() -> Alphabet {
        Alphabet::new(" aăâbcdđeêghiklmnoôơpqrstuưvxyNĐ0123456789\u{300}\u{309}\u{303}\u{301}\u{323}").unwrap()
    }

    #[test]
    fn tones_are_symbols_after_their_letter() {
        assert_eq!(split("Nguyễn"), ['N', 'g', 'u', 'y', 'ê', '\u{303}', 'n']);
        assert_eq!(split("ặ"), ['ă', '\u{323}']);
        assert_eq!(split("ậ – “e\u{301}”"), ['â', '\u{323}', ' ', '-', ' ', '"', 'e', '\u{301}', '"']);
        let alphabet = alphabet();
        for text in ["Nguyễn", "Đặng ngọc ưởng", "12 3", "ẵ ợ ỷ ị"] {
            assert_eq!(alphabet.decode(alphabet.encode(text).unwrap()), text);
        }
        assert_eq!(alphabet.encode("Z"), None);
    }

    #[test]
    fn stray_tones_and_spaces_are_dropped() {
        let alphabet = alphabet();
        let symbols: Vec<Symbol> = " \u{301} a\u{301}  1\u{300} ".chars().map(|c| alphabet.symbol(c).unwrap()).collect();
        assert_eq!(alphabet.decode(symbols), "á 1");
    }

    #[test]
    fn an_alphabet_has_no_double() {
        assert_eq!(Alphabet::new("aba").unwrap_err(), ModelError::Symbols);
        assert_eq!(Alphabet::new("").unwrap_err(), ModelError::Symbols);
        assert_eq!(Alphabet::new("a\n").unwrap_err(), ModelError::Symbols);
    }
}
