//! Time as an argument: the service asks a [`Clock`], tests set one.

use std::sync::atomic::{AtomicI64, Ordering};

use time::{Date, OffsetDateTime, UtcOffset};

/// Where the time comes from. Implementations never fail and may jump; callers store times as milliseconds since 1970 UTC.
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> OffsetDateTime;

    /// Now, in milliseconds since 1970 UTC.
    fn now_ms(&self) -> i64 {
        unix_ms(self.now())
    }

    /// Today in Việt Nam: the date on copies and the year of the register.
    fn today(&self) -> Date {
        in_vietnam(self.now()).date()
    }
}

/// `time` in milliseconds since 1970 UTC.
pub fn unix_ms(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

/// The instant `ms` milliseconds after 1970 UTC; out-of-range values become 1970.
pub fn from_unix_ms(ms: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// `time` on the clock of Việt Nam, UTC+07:00 the whole year.
pub fn in_vietnam(time: OffsetDateTime) -> OffsetDateTime {
    UtcOffset::from_hms(7, 0, 0).map_or(time, |offset| time.to_offset(offset))
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

/// A clock that stands where it is set.
#[derive(Debug, Default)]
pub struct MockClock(AtomicI64);

impl MockClock {
    /// A clock that shows `now_ms`.
    pub fn at(now_ms: i64) -> Self {
        Self(AtomicI64::new(now_ms))
    }

    /// Moves the clock.
    pub fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for MockClock {
    fn now(&self) -> OffsetDateTime {
        from_unix_ms(self.0.load(Ordering::SeqCst))
    }
}
