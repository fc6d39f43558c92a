//! Lists in files that may be replaced while the service runs.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::Trust;
use super::list::{Expected, MAX_BYTES, Refusal, TrustList, Uses, read, timely};
use crate::clock::{Clock, unix_ms};
use crate::keys::{Purpose, SharedAnchors};
use crate::record::{AnchorUse, ListFault, ListPurpose, ListStanding, Sha256};

/// How often the files are looked at, at most, ms. A look is one system call a file.
const LOOK_EVERY_MS: i64 = 1_000;

/// Whoever knows what is trusted at this moment. Never fails: what is not good vouches for nothing, and says so in its standing.
pub trait TrustSource: Send + Sync {
    /// What is trusted now.
    fn current(&self) -> Arc<Trust>;
}

/// A file that holds a list.
#[derive(Debug, Clone)]
pub struct ListSource {
    /// The file.
    pub path: PathBuf,
    /// What is expected of it.
    pub expected: Expected,
    /// What its anchors may vouch for.
    pub uses: Uses,
}

/// Lists in files. A changed file is read again; one that is not good leaves the last good edition in force until that one's own
/// time is over. Which edition was the newest is remembered as long as the process lives.
pub struct TrustFiles {
    sources: Vec<ListSource>,
    clock: Arc<dyn Clock>,
    shared: SharedAnchors,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    slots: Vec<Slot>,
    looked_ms: Option<i64>,
    current: Arc<Trust>,
}

/// One file.
#[derive(Default)]
struct Slot {
    seen: Option<Seen>,
    good: Option<TrustList>,
    refusal: Option<Refusal>,
}

/// What tells an unchanged file from another: inode, size and time of change, ns.
type Seen = (u64, u64, i64, i64);

fn seen(metadata: &Metadata) -> Seen {
    (metadata.ino(), metadata.len(), metadata.ctime(), metadata.ctime_nsec())
}

impl TrustFiles {
    /// Reads the lists.
    pub fn new(sources: Vec<ListSource>, clock: Arc<dyn Clock>) -> Self {
        let slots = sources.iter().map(|_| Slot::default()).collect();
        let state = Mutex::new(State { slots, ..State::default() });
        let files = Self { sources, clock, shared: SharedAnchors::default(), state };
        files.current();
        files
    }

    /// The anchors, for those who need nothing else; they follow when [`TrustSource::current`] finds a change.
    pub fn anchors(&self) -> SharedAnchors {
        self.shared.clone()
    }

    /// The files that are not taken as they are, with the reasons.
    pub fn refused(&self) -> Vec<(PathBuf, Refusal)> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let both = self.sources.iter().zip(&state.slots);
        both.filter_map(|(source, slot)| slot.refusal.clone().map(|refusal| (source.path.clone(), refusal))).collect()
    }

    fn look(&self, state: &mut State) {
        let now = self.clock.now();
        for (source, slot) in self.sources.iter().zip(&mut state.slots) {
            let before = slot.seen;
            let found = std::fs::metadata(&source.path).ok();
            slot.seen = found.as_ref().map(seen);
            // What was refused for its time may be in time by now.
            let again = slot.refusal.as_ref().is_some_and(|refusal| refusal.fault == ListFault::NotYetIssued);
            if before.is_some() && slot.seen == before && !again {
                continue;
            }
            match self.load(source, slot, found.as_ref()) {
                Ok(list) => {
                    let ListStanding { name, purpose, sequence, .. } = &list.standing;
                    tracing::info!(path = %source.path.display(), name, %purpose, sequence, anchors = list.anchors.len(), "trust list");
                    (slot.good, slot.refusal) = (Some(list), None);
                }
                Err(refusal) if slot.refusal.as_ref() == Some(&refusal) => {}
                Err(refusal) => {
                    let kept = slot.good.is_some();
                    let Refusal { fault, detail } = &refusal;
                    tracing::error!(path = %source.path.display(), ?fault, detail, kept, "trust list refused");
                    slot.refusal = Some(refusal);
                }
            }
        }
        let trust = together(&self.sources, &state.slots, now);
        if *state.current != trust {
            state.current = Arc::new(trust);
            self.shared.replace(Arc::new(state.current.anchors.clone()));
        }
        state.looked_ms = Some(unix_ms(now));
    }

    fn load(&self, source: &ListSource, slot: &Slot, found: Option<&Metadata>) -> Result<TrustList, Refusal> {
        let corrupt = |detail: String| Refusal { fault: ListFault::Corrupt, detail };
        let size = found.map_or(Err(corrupt("the file is not there".to_owned())), |metadata| Ok(metadata.len()))?;
        if size > MAX_BYTES as u64 {
            return Err(corrupt(format!("larger than {MAX_BYTES} bytes")));
        }
        let bytes = std::fs::read(&source.path).map_err(|error| corrupt(error.to_string()))?;
        let list = read(&name_of(&source.path), &bytes, &source.expected, self.clock.now())?;
        let before = slot.good.as_ref().map(|good| &good.standing);
        let older = before.filter(|good| good.sequence.is_some() && good.sha256 != list.standing.sha256);
        match older {
            Some(good) if list.standing.sequence <= good.sequence => {
                let detail = format!("edition {:?} after edition {:?}", list.standing.sequence, good.sequence);
                Err(Refusal { fault: ListFault::Older, detail })
            }
            _ => Ok(list),
        }
    }
}

impl TrustSource for TrustFiles {
    fn current(&self) -> Arc<Trust> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now_ms = self.clock.now_ms();
        // A clock that was set back makes the last look one of the future.
        let due = state.looked_ms.is_none_or(|looked| now_ms < looked || now_ms - looked >= LOOK_EVERY_MS);
        let over = state.current.lists.all().iter().any(|list| list.in_force && list.next_update_ms.is_some_and(|next| next <= now_ms));
        if due || over {
            self.look(&mut state);
        }
        Arc::clone(&state.current)
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// What all lists say together at the time `now`.
fn together(sources: &[ListSource], slots: &[Slot], now: time::OffsetDateTime) -> Trust {
    let mut trust = Trust::default();
    for (source, slot) in sources.iter().zip(slots) {
        let Some(list) = &slot.good else {
            let refusal = slot.refusal.clone().unwrap_or(Refusal { fault: ListFault::Corrupt, detail: "not read".to_owned() });
            trust.lists.add(refused(name_of(&source.path), source.expected.purpose, b"", &refusal));
            continue;
        };
        let over = timely(&list.standing, now).err();
        let mut standing = list.standing.clone();
        standing.in_force = over.is_none();
        if let Some(Refusal { fault, detail }) = over.or_else(|| slot.refusal.clone()) {
            (standing.fault, standing.detail) = (Some(fault), detail);
        }
        trust.take(list, standing, source.uses);
    }
    trust
}

/// How a file stands of which nothing is taken.
fn refused(name: String, purpose: Option<ListPurpose>, bytes: &[u8], refusal: &Refusal) -> ListStanding {
    ListStanding {
        name,
        purpose: purpose.unwrap_or(ListPurpose::Local),
        sequence: None,
        issued_ms: None,
        next_update_ms: None,
        loaded_ms: 0,
        sha256: Sha256::of(bytes),
        in_force: false,
        fault: Some(refusal.fault),
        detail: refusal.detail.clone(),
    }
}

impl Trust {
    /// Takes a list as it stands; one that is not in force is only named.
    fn take(&mut self, list: &TrustList, standing: ListStanding, uses: Uses) {
        let in_force = standing.in_force;
        self.lists.add(standing);
        if !in_force {
            return;
        }
        for anchor in &list.anchors {
            if uses.signers {
                self.anchors.add(Purpose::Signer, anchor.clone());
                self.lists.vouch(AnchorUse::Signers, anchor);
            }
            if uses.timestamps {
                self.anchors.add(Purpose::Timestamp, anchor.clone());
                self.lists.vouch(AnchorUse::Timestamps, anchor);
            }
        }
        self.intermediates.extend(list.intermediates.iter().cloned());
        self.leaves.extend(list.leaves.iter().cloned());
    }

    /// Reads one more list of bytes that will not change; one that is refused is named and vouches for nothing.
    pub fn read(&mut self, name: &str, bytes: &[u8], expected: &Expected, now: time::OffsetDateTime) {
        match read(name, bytes, expected, now) {
            Ok(list) => {
                let (standing, uses) = (list.standing.clone(), Uses::of(list.standing.purpose));
                self.take(&list, standing, uses);
            }
            Err(refusal) => self.lists.add(refused(name.to_owned(), expected.purpose, bytes, &refusal)),
        }
    }
}
