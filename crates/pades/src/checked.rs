//! Signatures of authorities that were checked before: certificates, OCSP responses, revocation lists.
//!
//! Whether a signature fits a message and a key never changes, and the same few statements of authorities stand behind every copy
//! of an agency. So a check that succeeded is remembered by a digest of all that it rests on: the algorithm, the key with its
//! parameters, the message, the signature. Nothing else is remembered: validity, usage, policies, revocation and freshness are
//! judged anew each time, and so is every signature of a person or a time-stamp. A check that failed is never remembered.
//!
//! The memory is bounded; it belongs to the process, since what it answers depends on nothing but the bytes that it is asked about.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use ring::digest::{Context, SHA256};

use crate::certificate::forget_read;

/// Checks that are remembered; beyond, the older half is forgotten.
const MOST: usize = 8_192;

type Key = [u8; 32];

/// Two generations: what is asked for moves into the younger one, and the older one is dropped when that is full.
#[derive(Default)]
struct Memory {
    young: HashSet<Key>,
    old: HashSet<Key>,
}

static MEMORY: Mutex<Option<Memory>> = Mutex::new(None);

impl Memory {
    fn knows(&mut self, key: &Key) -> bool {
        if self.young.contains(key) {
            return true;
        }
        let known = self.old.contains(key);
        if known {
            self.add(*key);
        }
        known
    }

    fn add(&mut self, key: Key) {
        if self.young.len() >= MOST / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key);
    }
}

/// The outcome of `check` on these parts, or success where it has succeeded on exactly these parts before.
pub(crate) fn once<E>(parts: [&[u8]; 4], check: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
    let key = key(parts);
    if with(|memory| memory.knows(&key)) {
        return Ok(());
    }
    check()?;
    with(|memory| memory.add(key));
    Ok(())
}

/// Forgets all checks, and the certificates that were read: for measuring what a first validation costs.
pub fn forget_checked_signatures() {
    with(|memory| *memory = Memory::default());
    forget_read();
}

fn with<T>(ask: impl FnOnce(&mut Memory) -> T) -> T {
    ask(MEMORY.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default())
}

/// Each part with its length before it, so that no two lists of parts give the same bytes.
fn key(parts: [&[u8]; 4]) -> Key {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(part);
    }
    let mut key = Key::default();
    key.copy_from_slice(context.finish().as_ref());
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_success_is_remembered_for_exactly_its_parts_and_a_failure_is_not() {
        let parts: [&[u8]; 4] = [b"scheme", b"key of this test", b"message", b"signature"];
        assert_eq!(once(parts, || Err("wrong")), Err("wrong"));
        assert_eq!(once(parts, || Err("wrong again")), Err("wrong again"), "failures are checked again");
        assert_eq!(once(parts, || Ok::<(), &str>(())), Ok(()));
        assert_eq!(once(parts, || Err("not asked")), Ok(()));
        for other in [
            [&b"schem"[..], b"ekey of this test", b"message", b"signature"],
            [b"scheme", b"key of this test", b"messag", b"esignature"],
            [b"scheme", b"key of this test", b"message", b"signaturf"],
        ] {
            assert_eq!(once(other, || Err("checked")), Err("checked"), "other parts are other checks");
        }
    }

    #[test]
    fn the_memory_is_bounded_and_keeps_what_is_asked_for() {
        let mut memory = Memory::default();
        let key = |n: usize| super::key([&n.to_be_bytes(), b"", b"", b""]);
        memory.add(key(0));
        for n in 1..4 * MOST {
            memory.add(key(n));
            assert!(memory.knows(&key(0)), "{n}");
            assert!(memory.young.len() + memory.old.len() <= MOST, "{n}");
        }
        assert!(!memory.knows(&key(1)));
    }
}
