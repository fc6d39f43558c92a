//! The revisions of a PDF file, read strictly and in one way only (ISO 32000-1, 7.5).
//!
//! A file is a chain of revisions, each ending in its own cross-reference section, `startxref` and `%%EOF`. Here every
//! object of a revision must lie inside the bytes of that revision, so that cutting the file at a signature's end shows
//! exactly what was signed. Forms in which readers are known to disagree are refused: hybrid cross-references,
//! linearised files, bytes before the header or after the last end marker, an object listed twice.

use std::collections::BTreeMap;
use std::ops::Range;

use super::syntax::{Dictionary, Scanner, SyntaxError, Value};

/// What is wrong with the structure of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StructureFault {
    /// The first byte is not the start of `%PDF-1.x` or `%PDF-2.0`.
    #[error("the file does not begin with a PDF header")]
    NoHeader,
    /// Something other than one end-of-line follows the last `%%EOF`, or there is none.
    #[error("the file does not end with an end-of-file marker")]
    NoEnd,
    /// An object, number or keyword is malformed.
    #[error("malformed object at byte {at}")]
    Syntax {
        /// Offset in the file.
        at: usize,
    },
    /// `startxref` and the place of its section differ, or a section is not followed by its own end marker.
    #[error("the cross-reference section at byte {at} is not closed by its own startxref")]
    UnclosedSection {
        /// Offset of the section.
        at: usize,
    },
    /// `/Prev` does not point backwards (linearised files and loops).
    #[error("the cross-reference chain does not go backwards (a loop, or a linearised file)")]
    ChainOrder,
    /// `/XRefStm`: tables and streams that readers may resolve differently.
    #[error("the file has hybrid cross-references")]
    Hybrid,
    /// `/Encrypt`.
    #[error("the file is encrypted")]
    Encrypted,
    /// `/Size` leaves out objects that this or an earlier section lists: some readers would not see them.
    #[error("the cross-reference section at byte {at} leaves out objects by its size")]
    Size {
        /// Offset of the section.
        at: usize,
    },
    /// The object is listed twice in one section.
    #[error("object {0} is listed twice")]
    DuplicateEntry(u32),
    /// The listed place holds no such object, or lies in another revision.
    #[error("object {0} is not where its revision says")]
    MisplacedObject(u32),
    /// More revisions or objects than the limits allow.
    #[error("the file has too many revisions or objects")]
    TooLarge,
}

impl From<SyntaxError> for StructureFault {
    fn from(e: SyntaxError) -> Self {
        Self::Syntax { at: e.at }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    Free,
    At { offset: usize, generation: u16 },
    InStream { container: u32 },
}

/// One revision: its bytes, and what its own cross-reference section lists.
#[derive(Debug, Clone)]
pub(crate) struct Revision {
    /// From the end of the revision before to the end of `%%EOF`, end-of-line excluded.
    pub(crate) bytes: Range<usize>,
    pub(crate) section: usize,
    size: usize,
    pub(crate) entries: BTreeMap<u32, Entry>,
}

/// All revisions, the oldest first.
#[derive(Debug, Clone)]
pub(crate) struct Structure {
    pub(crate) revisions: Vec<Revision>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct StructureLimits {
    pub(crate) revisions: usize,
    pub(crate) objects: usize,
}

impl Structure {
    pub(crate) fn read(bytes: &[u8], limits: StructureLimits) -> Result<Self, StructureFault> {
        check_header(bytes)?;
        let (mut at, end) = last_section(bytes)?;
        let mut revisions = Vec::new();
        let mut objects = 0usize;
        let mut upper = end;
        loop {
            let section = Section::read(bytes, at, limits)?;
            objects = objects.saturating_add(section.entries.len());
            if section.end > upper || revisions.len() >= limits.revisions || objects > limits.objects {
                return Err(if section.end > upper { StructureFault::ChainOrder } else { StructureFault::TooLarge });
            }
            upper = at;
            let previous = section.previous;
            revisions.push(Revision { bytes: 0..section.end, section: at, size: section.size, entries: section.entries });
            match previous {
                Some(p) if p >= at => return Err(StructureFault::ChainOrder),
                Some(p) => at = p,
                None => break,
            }
        }
        revisions.reverse();
        if revisions.last().is_none_or(|r| r.bytes.end != end) {
            return Err(StructureFault::NoEnd);
        }
        let mut start = 0;
        for revision in &mut revisions {
            revision.bytes.start = start;
            start = revision.bytes.end;
        }
        let mut objects = 0;
        for revision in &revisions {
            let highest = revision.entries.last_key_value().map_or(0, |(id, _)| id_as_usize(*id).saturating_add(1));
            objects = highest.max(objects);
            if revision.size < objects {
                return Err(StructureFault::Size { at: revision.section });
            }
            revision.check_objects(bytes)?;
        }
        Ok(Self { revisions })
    }

    /// The place of an object as the newest revision up to `upto` (inclusive) lists it.
    pub(crate) fn offset_of(&self, id: u32, upto: usize) -> Option<usize> {
        let entry = self.revisions.iter().take(upto + 1).rev().find_map(|r| r.entries.get(&id))?;
        match entry {
            Entry::At { offset, .. } => Some(*offset),
            _ => None,
        }
    }
}

impl Revision {
    fn check_objects(&self, bytes: &[u8]) -> Result<(), StructureFault> {
        for (&id, entry) in &self.entries {
            let placed = match *entry {
                Entry::Free => true,
                Entry::At { offset, generation } => {
                    let mut scanner = Scanner::new(bytes, offset);
                    let starts_here = bytes.get(offset).is_some_and(u8::is_ascii_digit);
                    let inside = self.bytes.contains(&offset) && offset <= self.section;
                    let header = scanner.object_header().ok();
                    inside && starts_here && header == Some((id_as_usize(id), usize::from(generation)))
                }
                Entry::InStream { container } => matches!(self.entries.get(&container), Some(Entry::At { .. })),
            };
            if !placed {
                return Err(StructureFault::MisplacedObject(id));
            }
        }
        Ok(())
    }
}

fn check_header(bytes: &[u8]) -> Result<(), StructureFault> {
    let version = bytes.get(..8).unwrap_or_default();
    let known = version.starts_with(b"%PDF-1.") && version.last().is_some_and(u8::is_ascii_digit);
    let ends = bytes.get(8).is_some_and(|b| matches!(b, b'\r' | b'\n'));
    if (known || version == b"%PDF-2.0") && ends { Ok(()) } else { Err(StructureFault::NoHeader) }
}

/// The place of the newest section, and the end of the file without its optional end-of-line.
fn last_section(bytes: &[u8]) -> Result<(usize, usize), StructureFault> {
    let body = bytes.strip_suffix(b"\r\n").or_else(|| bytes.strip_suffix(b"\n")).or_else(|| bytes.strip_suffix(b"\r"));
    let body = body.unwrap_or(bytes);
    let window = body.len().saturating_sub(64);
    let tail = body.get(window..).unwrap_or_default();
    let found = tail.windows(9).rposition(|w| w == b"startxref").ok_or(StructureFault::NoEnd)?;
    let mut scanner = Scanner::new(body, window + found);
    let (at, end) = startxref(&mut scanner).map_err(|_| StructureFault::NoEnd)?;
    if end == body.len() { Ok((at, end)) } else { Err(StructureFault::NoEnd) }
}

/// `startxref N %%EOF`; gives N and the end of the marker.
fn startxref(scanner: &mut Scanner<'_>) -> Result<(usize, usize), SyntaxError> {
    scanner.keyword(b"startxref")?;
    let at = scanner.unsigned()?;
    scanner.skip_white();
    scanner.exactly(b"%%EOF")?;
    Ok((at, scanner.at))
}

struct Section {
    size: usize,
    entries: BTreeMap<u32, Entry>,
    previous: Option<usize>,
    end: usize,
}

impl Section {
    fn read(bytes: &[u8], at: usize, limits: StructureLimits) -> Result<Self, StructureFault> {
        let mut scanner = Scanner::new(bytes, at);
        let is_stream = !scanner.rest().starts_with(b"xref");
        let (entries, trailer) = if is_stream { read_stream(&mut scanner, limits)? } else { read_table(&mut scanner, limits)? };
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
        match startxref(&mut scanner) {
            Ok((named, end)) if named == at => Ok(Self { size, entries, previous, end }),
            _ => Err(StructureFault::UnclosedSection { at }),
        }
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
fn read_table(scanner: &mut Scanner<'_>, limits: StructureLimits) -> Result<(Entries, Dictionary), StructureFault> {
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
    Ok((entries, scanner.dictionary()?))
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
fn read_stream(scanner: &mut Scanner<'_>, limits: StructureLimits) -> Result<(Entries, Dictionary), StructureFault> {
    let at = scanner.at;
    let bad = SyntaxError { at };
    scanner.object_header()?;
    let dictionary = scanner.dictionary()?;
    scanner.keyword(b"stream")?;
    scanner.exactly(b"\r\n").or_else(|_| scanner.exactly(b"\n"))?;
    let length = dictionary.get(b"Length").and_then(Value::as_offset).ok_or(bad)?;
    let raw = scanner.rest().get(..length).ok_or(bad)?;
    scanner.at += length;
    scanner.keyword(b"endstream")?;
    scanner.keyword(b"endobj")?;

    let limit = limits.objects.saturating_mul(24);
    let data = lopdf::Stream::new(to_lopdf(&dictionary), raw.to_vec());
    let data = data.get_plain_content_with_limit(limit).map_err(|_| bad)?;
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
    Ok((entries, dictionary))
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

fn id_as_usize(id: u32) -> usize {
    usize::try_from(id).unwrap_or(usize::MAX)
}
