//! A second reading: the `pdf` crate, written by other people, must see the same document as lopdf.
//!
//! Every object of the newest revision is read by both and compared, value by value and stream by stream as stored. A file
//! that two readers understand differently can show one thing to a verifier and another to a person.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use lopdf::{Document, Object};
use pdf::enc::StreamFilter;
use pdf::error::PdfError;
use pdf::file::{Cache, NoLog, Storage};
use pdf::object::{ParseOptions, PlainRef, RcRef, Ref, Resolve};
use pdf::parser::ParseFlags;
use pdf::primitive::{Dictionary, PdfStream, Primitive};

/// What the second reader made of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SecondReading {
    Same,
    /// It cannot read the file, or not an object that the first reads.
    Unreadable,
    /// It reads an object, with this number, as something else; zero for the trailer.
    Differs(u32),
}

pub(super) fn compare(bytes: &[u8], first: &Document) -> SecondReading {
    // A panic inside the other reader is a file that it does not understand.
    catch_unwind(AssertUnwindSafe(|| read_and_compare(bytes, first))).unwrap_or(SecondReading::Unreadable)
}

fn read_and_compare(bytes: &[u8], first: &Document) -> SecondReading {
    let storage = Storage::with_cache(bytes, ParseOptions::strict(), Memo::default(), Memo::default(), NoLog);
    let Ok(mut storage) = storage else { return SecondReading::Unreadable };
    let Ok(trailer) = storage.load_storage_and_trailer() else { return SecondReading::Unreadable };
    let resolver = storage.resolver();
    let places = Places { bytes, place: RefCell::new(None) };
    for key in ["Root", "Info", "ID"] {
        let (one, other) = (first.trailer.get(key.as_bytes()).ok(), trailer.get(key));
        let same = match (one, other) {
            (None, None) => true,
            (Some(one), Some(other)) => same(one, other, &places, 0),
            _ => false,
        };
        if !same {
            return SecondReading::Differs(0);
        }
    }
    let mut unreadable = false;
    for (id, object) in &first.objects {
        // The streams that hold the file together were read by both readers already, each in its way.
        if matches!(object.type_name(), Ok(b"XRef" | b"ObjStm")) {
            continue;
        }
        let reference = PlainRef { id: u64::from(id.0), r#gen: u64::from(id.1) };
        match resolver.resolve(reference) {
            Ok(other) if same(object, &other, &places, 0) => {}
            Ok(_) => return SecondReading::Differs(id.0),
            Err(_) if *object == Object::Null => {}
            Err(_) => unreadable = true,
        }
    }
    if unreadable { SecondReading::Unreadable } else { SecondReading::Same }
}

/// Values nested deeper than either reader goes.
const MOST_DEPTH: usize = 64;

fn same(one: &Object, other: &Primitive, places: &Places<'_>, depth: usize) -> bool {
    if depth > MOST_DEPTH {
        return false;
    }
    match (one, other) {
        (Object::Null, Primitive::Null) => true,
        (Object::Boolean(a), Primitive::Boolean(b)) => a == b,
        (Object::Integer(a), Primitive::Integer(b)) => *a == i64::from(*b),
        (Object::Real(a), Primitive::Number(b)) => close(*a, *b),
        (Object::Name(a), Primitive::Name(b)) => a.as_slice() == b.as_bytes(),
        (Object::String(a, _), Primitive::String(b)) => a.as_slice() == b.as_bytes(),
        (Object::Reference(a), Primitive::Reference(b)) => u64::from(a.0) == b.id && u64::from(a.1) == b.r#gen,
        (Object::Array(a), Primitive::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b, places, depth + 1)),
        (Object::Dictionary(a), Primitive::Dictionary(b)) => same_entries((a, b), None, places, depth),
        (Object::Stream(a), Primitive::Stream(b)) =>
        // The first reader puts the length itself where it was a reference; that both read the same content says more.
        {
            same_entries((&a.dict, &b.info), Some(b"Length"), places, depth) && places.holds(b, &a.content)
        }
        _ => false,
    }
}

/// Entries whose value is null are entries that are not there (ISO 32000-1, 7.3.7).
fn same_entries((one, other): (&lopdf::Dictionary, &Dictionary), but: Option<&[u8]>, places: &Places<'_>, depth: usize) -> bool {
    let counts = |key: &[u8]| but != Some(key);
    let there = one.iter().filter(|(k, v)| **v != Object::Null && counts(k.as_slice()));
    let count = other.iter().filter(|(k, v)| !matches!(v, Primitive::Null) && counts(k.as_bytes())).count();
    let mut found = 0;
    for (key, value) in there {
        let twin = std::str::from_utf8(key).ok().and_then(|key| other.get(key));
        if !twin.is_some_and(|twin| same(value, twin, places, depth + 1)) {
            return false;
        }
        found += 1;
    }
    found == count
}

/// Both keep real numbers in single precision, but read the digits in different ways.
fn close(a: f32, b: f32) -> bool {
    (a - b).abs() <= a.abs().max(1.0) * 1e-5
}

/// Asks the second reader where the data of a stream lie, so that they are compared there and not copied: pictures are large.
struct Places<'b> {
    bytes: &'b [u8],
    place: RefCell<Option<Range<usize>>>,
}

impl Places<'_> {
    fn holds(&self, stream: &PdfStream, content: &[u8]) -> bool {
        self.place.replace(None);
        match (stream.raw_data(self), self.place.take()) {
            (Ok(_), Some(place)) => self.bytes.get(place) == Some(content),
            (Ok(data), None) => *data == *content,
            (Err(_), _) => false,
        }
    }
}

impl Resolve for Places<'_> {
    /// The place is all that is wanted.
    fn stream_data(&self, _: PlainRef, range: Range<usize>) -> Result<Arc<[u8]>, PdfError> {
        self.place.replace(Some(range));
        Ok(Arc::default())
    }

    fn resolve_flags(&self, _: PlainRef, _: ParseFlags, _: usize) -> Result<Primitive, PdfError> {
        Err(PdfError::Reference)
    }

    fn get<T: pdf::object::Object>(&self, _: Ref<T>) -> Result<RcRef<T>, PdfError> {
        Err(PdfError::Reference)
    }

    fn options(&self) -> &ParseOptions {
        const { &ParseOptions::strict() }
    }

    fn get_data_or_decode(&self, _: PlainRef, _: Range<usize>, _: &[StreamFilter]) -> Result<Arc<[u8]>, PdfError> {
        Err(PdfError::Reference)
    }
}

/// What was read stays read, so that an object stream is not decoded for each object in it.
struct Memo<T>(Mutex<HashMap<PlainRef, T>>);

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<T: Clone> Cache<T> for Memo<T> {
    fn get_or_compute(&self, key: PlainRef, compute: impl FnOnce() -> T) -> T {
        if let Some(known) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return known.clone();
        }
        let value = compute();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, value.clone());
        value
    }

    fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn remove(&self, key: PlainRef) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
    }
}
