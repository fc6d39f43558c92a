//! A strict reader for the few PDF objects whose exact place in the file matters: trailers, cross-reference sections and
//! signature dictionaries (ISO 32000-1, 7.3).
//!
//! It is no document reader; lopdf is. It exists because lopdf forgives and forgets places, and a signature check must
//! know which bytes a value came from and that no key was written twice.

use std::ops::Range;

const MAX_DEPTH: usize = 32;

/// Entries of one dictionary; each key is compared with all before it.
const MAX_ENTRIES: usize = 2_000;

/// Bytes of comments at one place. Objects may begin inside the comments of others, and each would go through all that follow.
const MOST_COMMENTS: usize = 512;

/// Why bytes are not the object that was expected; the position is counted from the start of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    pub(crate) at: usize,
}

/// A PDF object with what is needed of it; strings are known by their place only.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Boolean(bool),
    Integer(i64),
    Real,
    Name(Vec<u8>),
    LiteralString,
    HexString,
    Array(Vec<Value>),
    Dictionary(Dictionary),
    Reference(u32, u16),
}

impl Value {
    pub(crate) fn as_offset(&self) -> Option<usize> {
        match self {
            Self::Integer(n) => usize::try_from(*n).ok(),
            _ => None,
        }
    }

    pub(crate) fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }
}

/// Keys in file order, each once.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Dictionary(Vec<(Vec<u8>, Value, Range<usize>)>);

impl Dictionary {
    pub(crate) fn get(&self, key: &[u8]) -> Option<&Value> {
        self.0.iter().find(|(k, _, _)| k == key).map(|(_, v, _)| v)
    }

    /// The bytes of the value of `key`, delimiters included.
    pub(crate) fn span(&self, key: &[u8]) -> Option<Range<usize>> {
        self.0.iter().find(|(k, _, _)| k == key).map(|(_, _, span)| span.clone())
    }
}

#[derive(Clone)]
pub(crate) struct Scanner<'a> {
    bytes: &'a [u8],
    pub(crate) at: usize,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn fail<T>(&self) -> Result<T, SyntaxError> {
        Err(SyntaxError { at: self.at })
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// White space and comments; it stops before a comment that would make them too long.
    pub(crate) fn skip_white(&mut self) {
        let mut comments = 0;
        while let Some(b) = self.peek() {
            match b {
                0 | b'\t' | b'\n' | 12 | b'\r' | b' ' => self.at += 1,
                b'%' if !self.rest().starts_with(b"%%EOF") => {
                    let left = MOST_COMMENTS - comments;
                    let length = self.rest().iter().take(left + 1).take_while(|b| !matches!(b, b'\n' | b'\r')).count();
                    if length > left {
                        break;
                    }
                    comments += length;
                    self.at += length;
                }
                _ => break,
            }
        }
    }

    /// Takes exactly these bytes at this place.
    pub(crate) fn exactly(&mut self, text: &[u8]) -> Result<(), SyntaxError> {
        if !self.rest().starts_with(text) {
            return self.fail();
        }
        self.at += text.len();
        Ok(())
    }

    /// Takes a word after white space; it must end at a delimiter.
    pub(crate) fn keyword(&mut self, word: &[u8]) -> Result<(), SyntaxError> {
        self.skip_white();
        self.exactly(word)?;
        match self.peek() {
            Some(b) if !is_delimiter(b) => self.fail(),
            _ => Ok(()),
        }
    }

    pub(crate) fn unsigned(&mut self) -> Result<usize, SyntaxError> {
        self.skip_white();
        let digits = self.rest().iter().take_while(|b| b.is_ascii_digit()).count();
        let text = self.rest().get(..digits).unwrap_or_default();
        let value = std::str::from_utf8(text).ok().and_then(|t| t.parse().ok());
        match value {
            Some(n) if digits <= 15 => {
                self.at += digits;
                Ok(n)
            }
            _ => self.fail(),
        }
    }

    /// `number generation obj`.
    pub(crate) fn object_header(&mut self) -> Result<(usize, usize), SyntaxError> {
        let id = (self.unsigned()?, self.unsigned()?);
        self.keyword(b"obj")?;
        Ok(id)
    }

    pub(crate) fn dictionary(&mut self) -> Result<Dictionary, SyntaxError> {
        self.skip_white();
        match self.value(0)? {
            Value::Dictionary(d) => Ok(d),
            _ => self.fail(),
        }
    }

    /// Any object but a stream, of which this is the dictionary.
    pub(crate) fn object(&mut self) -> Result<Value, SyntaxError> {
        self.value(0)
    }

    fn value(&mut self, depth: usize) -> Result<Value, SyntaxError> {
        if depth > MAX_DEPTH {
            return self.fail();
        }
        self.skip_white();
        match self.peek() {
            Some(b'/') => self.name().map(Value::Name),
            Some(b'(') => self.literal_string(),
            Some(b'<') if self.rest().starts_with(b"<<") => self.dictionary_body(depth).map(Value::Dictionary),
            Some(b'<') => self.hex_string(),
            Some(b'[') => self.array(depth),
            Some(b'+' | b'-' | b'.' | b'0'..=b'9') => self.number(),
            Some(b't') => self.keyword(b"true").map(|()| Value::Boolean(true)),
            Some(b'f') => self.keyword(b"false").map(|()| Value::Boolean(false)),
            Some(b'n') => self.keyword(b"null").map(|()| Value::Null),
            _ => self.fail(),
        }
    }

    fn dictionary_body(&mut self, depth: usize) -> Result<Dictionary, SyntaxError> {
        self.exactly(b"<<")?;
        let mut entries: Vec<(Vec<u8>, Value, Range<usize>)> = Vec::new();
        loop {
            self.skip_white();
            if self.rest().starts_with(b">>") {
                self.at += 2;
                return Ok(Dictionary(entries));
            }
            let key = self.name()?;
            if entries.len() >= MAX_ENTRIES || entries.iter().any(|(k, _, _)| *k == key) {
                return self.fail();
            }
            self.skip_white();
            let start = self.at;
            let value = self.value(depth + 1)?;
            entries.push((key, value, start..self.at));
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, SyntaxError> {
        self.exactly(b"[")?;
        let mut items = Vec::new();
        loop {
            self.skip_white();
            if self.peek() == Some(b']') {
                self.at += 1;
                return Ok(Value::Array(items));
            }
            items.push(self.value(depth + 1)?);
        }
    }

    fn name(&mut self) -> Result<Vec<u8>, SyntaxError> {
        self.exactly(b"/")?;
        let mut name = Vec::new();
        while let Some(b) = self.peek().filter(|b| !is_delimiter(*b)) {
            self.at += 1;
            if b == b'#' {
                let hex = self.bytes.get(self.at..self.at + 2).and_then(|h| std::str::from_utf8(h).ok());
                match hex.and_then(|h| u8::from_str_radix(h, 16).ok()) {
                    Some(decoded) => name.push(decoded),
                    None => return self.fail(),
                }
                self.at += 2;
            } else {
                name.push(b);
            }
        }
        Ok(name)
    }

    fn hex_string(&mut self) -> Result<Value, SyntaxError> {
        self.exactly(b"<")?;
        self.at += self.rest().iter().take_while(|b| b.is_ascii_hexdigit() || b.is_ascii_whitespace()).count();
        self.exactly(b">").map(|()| Value::HexString)
    }

    fn literal_string(&mut self) -> Result<Value, SyntaxError> {
        let mut open = 0usize;
        while let Some(b) = self.peek() {
            self.at += 1;
            match b {
                b'\\' => self.at += 1,
                b'(' => open += 1,
                b')' => {
                    open = open.saturating_sub(1);
                    if open == 0 {
                        return Ok(Value::LiteralString);
                    }
                }
                _ => {}
            }
        }
        self.fail()
    }

    fn number(&mut self) -> Result<Value, SyntaxError> {
        let length = self.rest().iter().take_while(|b| !is_delimiter(**b)).count();
        let text = std::str::from_utf8(self.rest().get(..length).unwrap_or_default()).unwrap_or_default();
        if length == 0 || length > 32 || !text.bytes().all(|b| b.is_ascii_digit() || b"+-.".contains(&b)) {
            return self.fail();
        }
        if text.contains('.') {
            self.at += length;
            return Ok(Value::Real);
        }
        let Ok(value) = text.parse::<i64>() else { return self.fail() };
        self.at += length;
        Ok(self.reference_after(value).unwrap_or(Value::Integer(value)))
    }

    /// `12 0 R` reads as one value; anything else leaves the scanner after the first number.
    fn reference_after(&mut self, number: i64) -> Option<Value> {
        let number = u32::try_from(number).ok()?;
        let mut ahead = Scanner::new(self.bytes, self.at);
        let generation = u16::try_from(ahead.unsigned().ok()?).ok()?;
        ahead.keyword(b"R").ok()?;
        self.at = ahead.at;
        Some(Value::Reference(number, generation))
    }
}

fn is_delimiter(b: u8) -> bool {
    matches!(b, 0 | b'\t' | b'\n' | 12 | b'\r' | b' ' | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}
