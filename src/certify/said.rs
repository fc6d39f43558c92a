//! What the text objects of a page say, read back from the bytes that will be signed.
//!
//! For pages of our own making: one content stream, fonts of two-byte codes with a map to Unicode (ISO 32000-1, 9.4.3, 9.10.3). It is no
//! reader for other files: what it does not know, it does not guess at.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Object, ObjectId};

/// The text of `page` in the order in which it is drawn, without regard to lines; content and maps may each decode to `most`
/// bytes. None where the page is made in another way.
pub(super) fn text_of(document: &Document, page: ObjectId, most: usize) -> Option<String> {
    let [_] = *document.get_page_contents(page) else { return None };
    let content = document.get_page_content_with_limit(page, most).ok()?;
    let fonts = document.get_page_fonts(page).ok()?;
    let mut known = BTreeMap::new();
    for (name, font) in &fonts {
        known.insert(name.as_slice(), characters(document, font, most)?);
    }
    text_in(&content, &known)
}

/// What a content stream shows in these fonts.
fn text_in(content: &[u8], fonts: &BTreeMap<&[u8], Characters>) -> Option<String> {
    let mut text = String::new();
    let mut font = None;
    for object in text_objects(content) {
        let (mut name, mut shown) = (None, Vec::new());
        for token in Tokens(object) {
            match token {
                Token::Name(said) => name = Some(said),
                Token::Text(codes) => shown.extend(codes),
                Token::Word(b"Tf") => font = Some(fonts.get(name?)?),
                Token::Word(b"Tj" | b"TJ") => say(&mut text, &std::mem::take(&mut shown), font?)?,
                Token::Word(b"'" | b"\"") => return None,
                // Strings of other operators, as the text that stands for marked content, are not shown.
                Token::Word([first, ..]) if first.is_ascii_alphabetic() => shown.clear(),
                Token::Word(_) => {}
            }
        }
    }
    Some(text)
}

/// The parts of a content stream from `BT` to `ET`, each at the start of a line.
fn text_objects(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = content;
    std::iter::from_fn(move || {
        let from = rest.get(find(rest, b"\nBT")?..)?;
        let (object, after) = from.split_at_checked(find(from, b"\nET")?)?;
        rest = after;
        Some(object)
    })
}

/// Where `wanted`, which begins with a line break, is in `bytes`.
fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        from += bytes.get(from..)?.iter().position(|byte| *byte == b'\n')?;
        if bytes.get(from..)?.starts_with(wanted) {
            return Some(from);
        }
        from += 1;
    }
}

type Characters = BTreeMap<u16, String>;

fn say(text: &mut String, codes: &[u8], characters: &Characters) -> Option<()> {
    let (codes, []) = codes.as_chunks() else { return None };
    codes.iter().try_for_each(|code| {
        text.push_str(characters.get(&u16::from_be_bytes(*code))?);
        Some(())
    })
}

/// What the codes of a font mean.
fn characters(document: &Document, font: &Dictionary, most: usize) -> Option<Characters> {
    if font.get(b"Encoding").and_then(Object::as_name).ok()? != b"Identity-H" {
        return None;
    }
    let map = font.get_deref(b"ToUnicode", document).and_then(Object::as_stream).ok()?;
    let map = map.get_plain_content_with_limit(most).ok()?;
    let (mut characters, mut pending) = (Characters::new(), Vec::new());
    for token in Tokens(&map) {
        match token {
            Token::Text(text) => pending.push(text),
            Token::Word(b"beginbfrange") => return None,
            Token::Word(b"endbfchar") => {
                let (pairs, []) = pending.as_chunks() else { return None };
                for [code, text] in pairs {
                    characters.insert(u16::from_be_bytes(*code.as_slice().as_array()?), utf16(text)?);
                }
                pending.clear();
            }
            Token::Word(_) => pending.clear(),
            Token::Name(_) => {}
        }
    }
    Some(characters)
}

fn utf16(text: &[u8]) -> Option<String> {
    let (units, []) = text.as_chunks() else { return None };
    let units: Vec<u16> = units.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
    String::from_utf16(&units).ok()
}

/// A word of PDF syntax (ISO 32000-1, 7.2 and 7.3); brackets are passed over.
enum Token<'a> {
    /// Without its slash, escapes as they stand.
    Name(&'a [u8]),
    /// The bytes of a string.
    Text(Vec<u8>),
    /// A number or an operator.
    Word(&'a [u8]),
}

struct Tokens<'a>(&'a [u8]);

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let (first, rest) = self.0.split_first()?;
            match first {
                b'(' => {
                    self.0 = rest;
                    return self.literal().map(Token::Text);
                }
                b'<' if rest.first() != Some(&b'<') => {
                    self.0 = rest;
                    return self.hexadecimal().map(Token::Text);
                }
                b'<' => self.0 = rest.get(1..)?,
                b'%' => self.0 = rest.get(rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'))?..)?,
                b'/' => {
                    self.0 = rest;
                    return Some(Token::Name(self.regular()));
                }
                byte if is_regular(*byte) => return Some(Token::Word(self.regular())),
                _ => self.0 = rest,
            }
        }
    }
}

impl<'a> Tokens<'a> {
    /// The regular characters from here on.
    fn regular(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|byte| !is_regular(*byte)).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        word
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    fn hexadecimal(&mut self) -> Option<Vec<u8>> {
        let mut digits = Vec::new();
        loop {
            match self.byte()? {
                b'>' => break,
                byte if byte.is_ascii_whitespace() => {}
                byte => digits.push(char::from(byte).to_digit(16)? as u8),
            }
        }
        if digits.len() % 2 == 1 {
            digits.push(0);
        }
        Some(digits.as_chunks().0.iter().map(|[high, low]| high << 4 | low).collect())
    }

    fn literal(&mut self) -> Option<Vec<u8>> {
        let (mut text, mut open) = (Vec::new(), 1);
        loop {
            match self.byte()? {
                b'\\' => text.extend(self.escaped()?),
                b')' if open == 1 => return Some(text),
                byte => {
                    open += i32::from(byte == b'(') - i32::from(byte == b')');
                    text.push(byte);
                }
            }
        }
    }

    /// What follows a backslash: nothing where it breaks a line.
    fn escaped(&mut self) -> Option<Option<u8>> {
        Some(Some(match self.byte()? {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'\n' => return Some(None),
            b'\r' => {
                self.0 = self.0.strip_prefix(b"\n").unwrap_or(self.0);
                return Some(None);
            }
            first @ b'0'..=b'7' => {
                let mut code = u32::from(first - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.0.first() else { break };
                    code = code * 8 + u32::from(digit - b'0');
                    self.byte();
                }
                code as u8
            }
            other => other,
        }))
    }
}

fn is_regular(byte: u8) -> bool {
    !matches!(byte, 0 | b'\t' | b'\n' | 12 | b'\r' | b' ' | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anatomy::read_copy;
    use crate::certify::compose::compose;
    use crate::certify::compose::tests::{a4, fonts};

    #[test]
    fn each_page_says_what_another_reader_reads_on_it() {
        let document = read_copy(&compose(&a4(), &fonts()).unwrap().pdf).unwrap();
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        for (number, page) in document.get_pages() {
            let whole = document.extract_text(&[number]).unwrap();
            assert!(whole.len() > 50, "{whole}");
            assert_eq!(bare(&text_of(&document, page, 1 << 20).unwrap()), bare(&whole));
        }
    }

    #[test]
    fn what_an_operator_shows_counts_and_what_another_is_told_does_not() {
        let font = Characters::from([(1, "A".to_owned()), (2, "B".to_owned())]);
        let fonts = BTreeMap::from([(&b"F0"[..], font)]);
        let said = |content: &[u8]| text_in(content, &fonts);
        let content = b"q\nBT\n/F0 12 Tf\n/Span <</ActualText <0002>>> BDC\n[<0001> -12.5 <0002>] TJ\nEMC\n<0001> Tj\nET\n<0002> Tj";
        assert_eq!(said(content).as_deref(), Some("ABA"));
        assert_eq!(said(b"\nBT\n/F0 12 Tf\n<0003> Tj\nET"), None, "a code that means nothing");
        assert_eq!(said(b"\nBT\n/F1 12 Tf\n<0001> Tj\nET"), None, "a font that is not there");
        assert_eq!(said(b"\nBT\n/F0 12 Tf\n<0001> '\nET"), None);
    }

    #[test]
    fn strings_and_words_are_taken_apart() {
        let text = |bytes: &[u8]| match Tokens(bytes).next() {
            Some(Token::Text(text)) => Some(text),
            _ => None,
        };
        assert_eq!(text(b" % (no)\n (a(b)\\)\\101\\\n\\n\\7x)"), Some(b"a(b))A\n\x07x".to_vec()));
        assert_eq!(text(b"[<4 1\n4>]"), Some(b"A@".to_vec()));
        assert_eq!((text(b"<41"), text(b"(41"), text(b"<4g>"), text(b"<< /A"), text(b"")), (None, None, None, None, None));
        let words = Tokens(b"/F0 12 Tf<</MCID 3>>BDC").map(|token| match token {
            Token::Name(name) => [b"/", name].concat(),
            Token::Word(word) => word.to_vec(),
            Token::Text(text) => text,
        });
        assert_eq!(words.collect::<Vec<_>>(), [&b"/F0"[..], b"12", b"Tf", b"/MCID", b"3", b"BDC"]);
    }
}
