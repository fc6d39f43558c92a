//! The revisions of a PDF file, read strictly and in one way only (ISO 32000-1, 7.5).
//!
//! A file is a chain of revisions, each ending in its own cross-reference section, `startxref` and `%%EOF`. Here every
//! object of a revision must lie inside the bytes of that revision, so that cutting the file at a signature's end shows
//! exactly what was signed. Forms in which readers are known to disagree are refused: hybrid cross-references, bytes before
//! the header or after the last end marker, an object listed twice; linearised files unless they are asked for (`linear`).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::linear;
use super::section::{Closing, Section, decoded_stream, startxref};
use super::syntax::{Scanner, SyntaxError};

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
    pub(super) size: usize,
    /// Whether it is the base of a linearised file.
    pub(crate) linearised: bool,
    pub(crate) entries: BTreeMap<u32, Entry>,
    /// The bytes of the trailer's dictionary, or of that of the cross-reference stream.
    pub(crate) trailer: Range<usize>,
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
    /// Whether the oldest revision may be linearised.
    pub(crate) linearised: bool,
}

impl Structure {
    pub(crate) fn read(bytes: &[u8], limits: StructureLimits) -> Result<Self, StructureFault> {
        check_header(bytes)?;
        let (mut at, end) = last_section(bytes)?;
        let mut revisions = Vec::new();
        let mut objects = 0usize;
        let mut upper = end;
        loop {
            let section = match Section::read(bytes, at, Closing::By(at), limits) {
                Err(StructureFault::UnclosedSection { .. }) if limits.linearised => {
                    let base = linear::base(bytes, at, upper, limits)?;
                    objects = objects.saturating_add(base.entries.len());
                    if revisions.len() >= limits.revisions || objects > limits.objects {
                        return Err(StructureFault::TooLarge);
                    }
                    revisions.push(base);
                    break;
                }
                read => read?,
            };
            objects = objects.saturating_add(section.entries.len());
            if section.end > upper || revisions.len() >= limits.revisions || objects > limits.objects {
                return Err(if section.end > upper { StructureFault::ChainOrder } else { StructureFault::TooLarge });
            }
            upper = at;
            let previous = section.previous;
            let Section { size, entries, trailer, end, .. } = section;
            revisions.push(Revision { bytes: 0..end, section: at, size, linearised: false, entries, trailer });
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

    /// Bytes that all object streams hold when decompressed; more than `limit` is a fault.
    pub(crate) fn container_bytes(&self, bytes: &[u8], limit: usize) -> Result<usize, StructureFault> {
        let mut total = 0usize;
        for revision in &self.revisions {
            let containers: BTreeSet<u32> = revision
                .entries
                .values()
                .filter_map(|e| match e {
                    Entry::InStream { container } => Some(*container),
                    _ => None,
                })
                .collect();
            for container in containers {
                let Some(Entry::At { offset, .. }) = revision.entries.get(&container) else {
                    return Err(StructureFault::MisplacedObject(container));
                };
                let (_, data) = decoded_stream(&mut Scanner::new(bytes, *offset), limit.saturating_sub(total))?;
                total = total.saturating_add(data.len());
            }
        }
        Ok(total)
    }

    /// Whether a document that another reader made of the same bytes has the objects that are listed here, where they are.
    pub(crate) fn check_agrees(&self, document: &lopdf::Document) -> Result<(), StructureFault> {
        use lopdf::xref::XrefEntry;
        let mut newest: BTreeMap<u32, &Entry> = BTreeMap::new();
        for revision in &self.revisions {
            newest.extend(revision.entries.iter().map(|(id, entry)| (*id, entry)));
        }
        for (id, entry) in &newest {
            let agrees = match (entry, document.reference_table.get(*id)) {
                (Entry::Free, None | Some(XrefEntry::Free | XrefEntry::UnusableFree)) => true,
                (Entry::At { offset, generation }, Some(XrefEntry::Normal { offset: o, generation: g })) => {
                    usize::try_from(*o) == Ok(*offset) && g == generation
                }
                (Entry::InStream { container }, Some(XrefEntry::Compressed { container: c, .. })) => c == container,
                _ => false,
            };
            if !agrees {
                return Err(StructureFault::MisplacedObject(*id));
            }
        }
        let unlisted = |id: &u32| matches!(newest.get(id), None | Some(Entry::Free));
        match document.objects.keys().map(|id| id.0).find(unlisted) {
            Some(id) => Err(StructureFault::MisplacedObject(id)),
            None => Ok(()),
        }
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
                    // Every reader would go through all the comments of every object that begins in one.
                    scanner.skip_white();
                    let is_commented_away = scanner.rest().starts_with(b"%");
                    inside && starts_here && !is_commented_away && header == Some((id_as_usize(id), usize::from(generation)))
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

fn id_as_usize(id: u32) -> usize {
    usize::try_from(id).unwrap_or(usize::MAX)
}
