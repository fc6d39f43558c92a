//! Whether every byte of a revision belongs to something that the revision lists: an object, the cross-reference section, its
//! trailer. Between them there may be white space and nothing else, so that nothing can lie hidden for another reader.

use std::ops::Range;

use super::structure::{Entry, Revision, Structure};
use super::syntax::{Scanner, SyntaxError, Value};

/// Streams whose length is a reference to another object are followed this far.
const MOST_LENGTHS: usize = 10_000;

impl Structure {
    /// Whether the revision with this index holds nothing but what it lists.
    pub(crate) fn is_tight(&self, bytes: &[u8], index: usize) -> bool {
        let Some(revision) = self.revisions.get(index) else { return false };
        let mut spans: Vec<Range<usize>> = Vec::new();
        spans.push(revision.section..revision.bytes.end);
        for entry in revision.entries.values() {
            let Entry::At { offset, .. } = *entry else { continue };
            // A cross-reference stream may list itself.
            if offset == revision.section {
                continue;
            }
            match self.object_end(bytes, revision, offset) {
                Ok(end) => spans.push(offset..end),
                Err(_) => return false,
            }
        }
        spans.sort_unstable_by_key(|s| s.start);
        let mut at = revision.bytes.start;
        for Range { start, end } in spans {
            if start < at || !bytes.get(at..start).is_some_and(is_white) {
                return false;
            }
            at = end;
        }
        at == revision.bytes.end
    }

    /// The end of an object that this revision lists.
    pub(crate) fn object_end(&self, bytes: &[u8], revision: &Revision, offset: usize) -> Result<usize, SyntaxError> {
        let mut scanner = Scanner::new(bytes, offset);
        scanner.object_header()?;
        let value = scanner.object()?;
        if let Value::Dictionary(dictionary) = &value
            && scanner.keyword(b"stream").is_ok()
        {
            let bad = SyntaxError { at: offset };
            let length = dictionary.get(b"Length").ok_or(bad)?;
            let length = self.length(bytes, revision, length).ok_or(bad)?;
            scanner.exactly(b"\r\n").or_else(|_| scanner.exactly(b"\n"))?;
            scanner.at = scanner.at.checked_add(length).filter(|end| *end <= bytes.len()).ok_or(bad)?;
            scanner.keyword(b"endstream")?;
        }
        scanner.keyword(b"endobj")?;
        Ok(scanner.at)
    }

    /// A length, written directly or as an object of the same revision.
    fn length(&self, bytes: &[u8], revision: &Revision, length: &Value) -> Option<usize> {
        if revision.entries.len() > MOST_LENGTHS {
            return None;
        }
        match length {
            Value::Reference(id, _) => match revision.entries.get(id) {
                Some(Entry::At { offset, .. }) => {
                    let mut scanner = Scanner::new(bytes, *offset);
                    scanner.object_header().and_then(|_| scanner.unsigned()).ok()
                }
                _ => None,
            },
            direct => direct.as_offset(),
        }
    }
}

fn is_white(bytes: &[u8]) -> bool {
    bytes.iter().all(|b| matches!(b, 0 | b'\t' | b'\n' | 12 | b'\r' | b' '))
}
