//! The base of a linearised file (ISO 32000-1, annex F): two cross-reference sections, of which the first stands in front.
//!
//! `/Prev` of the section of the first page goes forward, once, to the rest's; both together are one revision. It is read in one way only
//! and nothing is forgiven: the parameter dictionary is the first object and states the length of exactly this base; the first section is
//! closed by `startxref 0` (a stream by nothing too), the second by the place of the first; no object is listed in both; what follows is another revision, or
//! nothing. Hints let readers show a page before they have read the rest; once a revision follows, `/L` is no longer the file's length
//! and they are void for every reader. A signed file is judged only then.

use super::section::{Closing, Section};
use super::structure::{Revision, StructureFault, StructureLimits};
use super::syntax::{Dictionary, Scanner, Value};

/// The base whose first section is at `at`; all of it lies before `upper`.
///
/// # Errors
///
/// [`StructureFault::ChainOrder`] when it is no linearised file or not exactly one, and the faults of its sections.
pub(super) fn base(bytes: &[u8], at: usize, upper: usize, limits: StructureLimits) -> Result<Revision, StructureFault> {
    let (parameters, place, number) = parameters(bytes).ok_or(StructureFault::ChainOrder)?;
    let first = Section::read(bytes, at, Closing::FirstOfTwo, limits)?;
    let rest_at = first.previous.ok_or(StructureFault::ChainOrder)?;
    if place >= at || rest_at < first.end || rest_at >= upper {
        return Err(StructureFault::ChainOrder);
    }
    let rest = Section::read(bytes, rest_at, Closing::By(at), limits)?;
    let length = parameters.get(b"L").and_then(Value::as_offset).ok_or(StructureFault::ChainOrder)?;
    let tail = bytes.get(rest.end..length).ok_or(StructureFault::ChainOrder)?;
    let whole = rest.previous.is_none() && rest.end <= upper && matches!(tail, b"" | b"\n" | b"\r" | b"\r\n");
    if !whole || !first.lists(number, place) {
        return Err(StructureFault::ChainOrder);
    }
    if rest.size < rest.objects() {
        return Err(StructureFault::Size { at: rest_at });
    }
    let mut entries = rest.entries;
    for (id, entry) in first.entries {
        if entries.insert(id, entry).is_some() {
            return Err(StructureFault::DuplicateEntry(id));
        }
    }
    if entries.len() > limits.objects {
        return Err(StructureFault::TooLarge);
    }
    Ok(Revision { bytes: 0..rest.end, section: rest_at, size: first.size, linearised: true, entries, trailer: first.trailer })
}

/// The linearisation parameter dictionary, its place and its object number: the first object behind the header and its comments.
fn parameters(bytes: &[u8]) -> Option<(Dictionary, usize, u32)> {
    let mut scanner = Scanner::new(bytes, 0);
    scanner.skip_white();
    let place = scanner.at;
    let (number, generation) = scanner.object_header().ok()?;
    let dictionary = scanner.dictionary().ok()?;
    let is_one = generation == 0 && dictionary.get(b"Linearized").is_some();
    is_one.then_some((dictionary, place, u32::try_from(number).ok()?))
}
