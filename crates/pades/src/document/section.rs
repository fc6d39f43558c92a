//! One cross-reference section: a table with its trailer, or a stream (ISO 32000-1, 7.5.4, 7.5.5, 7.5.8).

use std::collections::BTreeMap;
use std::ops::Range;

use super::structure::{Entry, StructureFault, StructureLimits};
use super::syntax::{Dictionary, Scanner, SyntaxError, Value};

/// `startxref N %%EOF`; gives N and the end of the marker.
pub(super) fn startxref(scanner: &mut Scanner<'_>) -> Result<(usize, usize), SyntaxError> {
    scanner.keyword(b"startxref")?;
    let at = scanner.unsigned()?;
    scanner.skip_white();
    scanner.exactly(b"%%EOF")?;
    Ok((at, scanner.at))
}

/// How a section is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closing {
    /// By a `startxref` that names this place.
    By(usize),
    /// As the first of the two of a linearised file (ISO 32000-1, F.2.4): by `startxref 0`, and a stream by nothing too.
    FirstOfTwo,
}

pub(super) struct Section {
    pub(super) size: usize,
    pub(super) entries: Entries,
    pub(super) previous: Option<usize>,
    pub(super) end: usize,
    /// The bytes of the trailer's dictionary, or of that of the cross-reference stream.
    pub(super) trailer: Range<usize>,
}

impl Section {
    /// The section at `at`, closed as `closing` says.
    pub(super) fn read(bytes: &[u8], at: usize, closing: Closing, limits: StructureLimits) -> Result<Self, StructureFault> {
        let mut scanner = Scanner::new(bytes, at);
        let is_stream = !scanner.rest().starts_with(b"xref");
        let (entries, trailer, span) = if is_stream { read_stream(&mut scanner, limits)? } else { read_table(&mut scanner, limits)? };
        if trailer.get(b"XRefStm").is_some() {
            return Err(StructureFault::Hybrid);
        }
        if trailer.get(b"Encrypt").is_some() {
            return Err(StructureFault::Encrypted);
        }
        let previous = match trailer.get(b"Prev") {
            None => None,
            Some(value) => Some(value.as_offset().ok_or(StructureFault::ChainOrder)?),
        };
        let size = trailer.get(b"Size").and_then(Value::as_offset).ok_or(StructureFault::Size { at })?;
        let end = scanner.at;
        let end = match (closing, startxref(&mut scanner)) {
            (Closing::By(place), Ok((named, end))) if named == place => end,
            (Closing::FirstOfTwo, Ok((0, end))) => end,
            // Writers leave it out behind a stream.
            (Closing::FirstOfTwo, Err(_)) if is_stream => end,
            _ => return Err(StructureFault::UnclosedSection { at }),
        };
        Ok(Self { size, entries, previous, end, trailer: span })
    }
}

impl Section {
    /// One more than the highest object number that is listed.
    pub(super) fn objects(&self) -> usize {
        self.entries.last_key_value().and_then(|(id, _)| usize::try_from(*id).ok()).map_or(0, |highest| highest.saturating_add(1))
    }

    /// Whether the object is listed at this place.
    pub(super) fn lists(&self, id: u32, place: usize) -> bool {
        matches!(self.entries.get(&id), Some(Entry::At { offset, generation: 0 }) if *offset == place)
    }
}

type Entries = BTreeMap<u32, Entry>;

fn add(entries: &mut Entries, id: usize, entry: Entry, limits: StructureLimits) -> Result<(), StructureFault> {
    let id = u32::try_from(id).map_err(|_| StructureFault::TooLarge)?;
    if entries.insert(id, entry).is_some() {
        return Err(StructureFault::DuplicateEntry(id));
    }
    if entries.len() > limits.objects { Err(StructureFault::TooLarge) } else { Ok(()) }
}

/// A cross-reference table and its trailer (7.5.4, 7.5.5).
fn read_table(scanner: &mut Scanner<'_>, limits: StructureLimits) -> Result<(Entries, Dictionary, Range<usize>), StructureFault> {
    scanner.keyword(b"xref")?;
    let mut entries = Entries::new();
    loop {
        scanner.skip_white();
        if scanner.rest().starts_with(b"trailer") {
            break;
        }
        let (first, count) = (scanner.unsigned()?, scanner.unsigned()?);
        scanner.skip_white();
        for i in 0..count {
            let line = scanner.rest().get(..20).ok_or(SyntaxError { at: scanner.at })?;
            let entry = table_entry(line).ok_or(SyntaxError { at: scanner.at })?;
            add(&mut entries, first.saturating_add(i), entry, limits)?;
            scanner.at += 20;
        }
    }
    scanner.keyword(b"trailer")?;
    let (trailer, span) = spanned_dictionary(scanner)?;
    Ok((entries, trailer, span))
}

fn spanned_dictionary(scanner: &mut Scanner<'_>) -> Result<(Dictionary, Range<usize>), SyntaxError> {
    scanner.skip_white();
    let start = scanner.at;
    let dictionary = scanner.dictionary()?;
    Ok((dictionary, start..scanner.at))
}

/// `nnnnnnnnnn ggggg n` and a two-byte end of line.
fn table_entry(line: &[u8]) -> Option<Entry> {
    let (offset, generation) = (line.get(..10)?, line.get(11..16)?);
    let digits = offset.iter().chain(generation).all(u8::is_ascii_digit);
    let blanks = line.get(10) == Some(&b' ') && line.get(16) == Some(&b' ');
    let ends = matches!(line.get(18..)?, b" \n" | b" \r" | b"\r\n");
    let kind = *line.get(17)?;
    if !digits || !blanks || !ends {
        return None;
    }
    let offset = std::str::from_utf8(offset).ok()?.parse().ok()?;
    let generation = std::str::from_utf8(generation).ok()?.parse().ok();
    match kind {
        b'n' => Some(Entry::At { offset, generation: generation? }),
        b'f' => Some(Entry::Free),
        _ => None,
    }
}

/// A cross-reference stream (7.5.8).
fn read_stream(scanner: &mut Scanner<'_>, limits: StructureLimits) -> Result<(Entries, Dictionary, Range<usize>), StructureFault> {
    let bad = SyntaxError { at: scanner.at };
    let mut ahead = scanner.clone();
    let (_, span) = ahead.object_header().and_then(|_| spanned_dictionary(&mut ahead))?;
    let (dictionary, data) = decoded_stream(scanner, limits.objects.saturating_mul(24))?;
    let integers = |key: &[u8]| -> Option<Vec<usize>> { dictionary.get(key)?.as_array()?.iter().map(Value::as_offset).collect() };
    let widths = integers(b"W").filter(|w| w.len() == 3 && w.iter().all(|n| *n <= 8)).ok_or(bad)?;
    let size = dictionary.get(b"Size").and_then(Value::as_offset).ok_or(bad)?;
    let index = if dictionary.get(b"Index").is_some() { integers(b"Index").ok_or(bad)? } else { vec![0, size] };
    let row: usize = widths.iter().sum();
    if row == 0 || index.len() % 2 != 0 {
        return Err(bad.into());
    }
    let mut rows = data.chunks_exact(row);
    let mut entries = Entries::new();
    for range in index.chunks_exact(2) {
        let (first, count) = (range.first().copied().unwrap_or(0), range.get(1).copied().unwrap_or(0));
        for i in 0..count {
            let entry = rows.next().and_then(|r| stream_entry(r, &widths)).ok_or(bad)?;
            add(&mut entries, first.saturating_add(i), entry, limits)?;
        }
    }
    if rows.next().is_some() || !rows.remainder().is_empty() {
        return Err(bad.into());
    }
    Ok((entries, dictionary, span))
}

/// A stream whose length is written directly, with its content decoded up to a limit.
pub(super) fn decoded_stream(scanner: &mut Scanner<'_>, limit: usize) -> Result<(Dictionary, Vec<u8>), StructureFault> {
    let bad = SyntaxError { at: scanner.at };
    scanner.object_header()?;
    let dictionary = scanner.dictionary()?;
    scanner.keyword(b"stream")?;
    scanner.exactly(b"\r\n").or_else(|_| scanner.exactly(b"\n"))?;
    let length = dictionary.get(b"Length").and_then(Value::as_offset).ok_or(bad)?;
    let raw = scanner.rest().get(..length).ok_or(bad)?;
    scanner.at += length;
    scanner.keyword(b"endstream")?;
    scanner.keyword(b"endobj")?;
    let data = lopdf::Stream::new(to_lopdf(&dictionary), raw.to_vec());
    let data = data.get_plain_content_with_limit(limit).map_err(|_| bad)?;
    Ok((dictionary, data))
}

fn stream_entry(row: &[u8], widths: &[usize]) -> Option<Entry> {
    let mut at = 0usize;
    let mut fields = widths.iter().map(|&w| {
        let field = row.get(at..at + w)?;
        at += w;
        Some((w, field.iter().fold(0u64, |n, b| (n << 8) | u64::from(*b))))
    });
    let (kind_width, kind) = fields.next()??;
    let (_, second) = fields.next()??;
    let (_, third) = fields.next()??;
    // 7.5.8.2: an absent type field means type 1.
    match if kind_width == 0 { 1 } else { kind } {
        0 => Some(Entry::Free),
        1 => Some(Entry::At { offset: usize::try_from(second).ok()?, generation: u16::try_from(third).ok()? }),
        2 => Some(Entry::InStream { container: u32::try_from(second).ok()? }),
        _ => None,
    }
}

/// The filter entries, which are all that decoding the stream needs.
fn to_lopdf(dictionary: &Dictionary) -> lopdf::Dictionary {
    let mut out = lopdf::Dictionary::new();
    for key in [&b"Filter"[..], b"DecodeParms"] {
        if let Some(value) = dictionary.get(key) {
            out.set(key, to_object(value));
        }
    }
    out
}

fn to_object(value: &Value) -> lopdf::Object {
    use lopdf::Object;
    match value {
        Value::Boolean(b) => Object::Boolean(*b),
        Value::Integer(n) => Object::Integer(*n),
        Value::Name(n) => Object::Name(n.clone()),
        Value::Array(items) => Object::Array(items.iter().map(to_object).collect()),
        Value::Dictionary(d) => {
            let mut out = lopdf::Dictionary::new();
            for key in [&b"Predictor"[..], b"Columns", b"Colors", b"BitsPerComponent"] {
                if let Some(v) = d.get(key) {
                    out.set(key, to_object(v));
                }
            }
            Object::Dictionary(out)
        }
        _ => Object::Null,
    }
}
