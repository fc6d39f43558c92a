//! Times of ASN.1 and of PDF as [`time::OffsetDateTime`], whole seconds.

use der::asn1::GeneralizedTime;
use time::OffsetDateTime;
use x509_cert::time::Time;

use crate::Error;

/// The UTC time of a certificate field.
pub(crate) fn from_x509(t: &Time) -> OffsetDateTime {
    from_seconds(t.to_unix_duration().as_secs())
}

/// The UTC time of an OCSP field.
pub(crate) fn from_generalized(t: &GeneralizedTime) -> OffsetDateTime {
    from_seconds(t.to_unix_duration().as_secs())
}

/// A `GeneralizedTime` of whole seconds.
///
/// # Errors
///
/// [`Error::Malformed`] for a time before 1970 or after 9999.
pub(crate) fn to_generalized(t: OffsetDateTime) -> Result<GeneralizedTime, Error> {
    let seconds = u64::try_from(t.unix_timestamp()).map_err(|e| Error::malformed("time", e))?;
    GeneralizedTime::from_unix_duration(std::time::Duration::from_secs(seconds)).map_err(|e| Error::malformed("time", e))
}

/// The time-stamp form of `GeneralizedTime`, which may carry a fraction of a second (RFC 3161, 2.4.2); the fraction is kept.
pub(crate) fn parse_gen_time(text: &[u8]) -> Result<OffsetDateTime, Error> {
    let bad = || Error::malformed("genTime", "not YYYYMMDDhhmmss[.f]Z");
    let text = std::str::from_utf8(text).map_err(|_| bad())?;
    let body = text.strip_suffix('Z').ok_or_else(bad)?;
    let (whole, fraction) = match body.split_once('.') {
        // RFC 3161: no trailing zeros, and no point without digits.
        Some((_, f)) if f.is_empty() || f.len() > 9 || f.ends_with('0') => return Err(bad()),
        Some((w, f)) => (w, f),
        None => (body, ""),
    };
    if whole.len() != 14 || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return Err(bad());
    }
    let number = |range: std::ops::Range<usize>| whole.get(range).and_then(|s| s.parse::<u16>().ok()).ok_or_else(bad);
    let small = |range| number(range).and_then(|n| u8::try_from(n).map_err(|_| bad()));
    let month = time::Month::try_from(small(4..6)?).map_err(|_| bad())?;
    let date = time::Date::from_calendar_date(i32::from(number(0..4)?), month, small(6..8)?).map_err(|_| bad())?;
    let nanos = format!("{fraction:0<9}").parse::<u32>().map_err(|_| bad())?;
    let clock = time::Time::from_hms_nano(small(8..10)?, small(10..12)?, small(12..14)?, nanos).map_err(|_| bad())?;
    Ok(date.with_time(clock).assume_utc())
}

/// The PDF date form `D:YYYYMMDDHHmmSS+HH'mm'` (ISO 32000-1, 7.9.4) in the offset of the argument.
pub(crate) fn to_pdf(t: OffsetDateTime) -> String {
    let (h, m, _) = t.offset().as_hms();
    let zone = if h == 0 && m == 0 {
        "Z".to_owned()
    } else {
        let sign = if t.offset().is_negative() { '-' } else { '+' };
        format!("{sign}{:02}'{:02}'", h.unsigned_abs(), m.unsigned_abs())
    };
    format!("D:{:04}{:02}{:02}{:02}{:02}{:02}{zone}", t.year(), u8::from(t.month()), t.day(), t.hour(), t.minute(), t.second())
}

/// Reads the form that [`to_pdf`] writes; anything shorter or otherwise is `None`, for the time in `/M` is only a claim.
pub(crate) fn from_pdf(text: &[u8]) -> Option<OffsetDateTime> {
    let text = std::str::from_utf8(text).ok()?.strip_prefix("D:")?;
    let utc = parse_gen_time(format!("{}Z", text.get(..14)?).as_bytes()).ok()?;
    let zone = text.get(14..)?;
    let offset = match zone.chars().next() {
        None | Some('Z') => time::UtcOffset::UTC,
        Some(sign @ ('+' | '-')) => {
            let hours: i8 = zone.get(1..3)?.parse().ok()?;
            let minutes: i8 = zone.get(4..6).unwrap_or("00").parse().ok()?;
            let sign = if sign == '-' { -1 } else { 1 };
            time::UtcOffset::from_hms(hours.checked_mul(sign)?, minutes.checked_mul(sign)?, 0).ok()?
        }
        Some(_) => return None,
    };
    Some(utc.replace_offset(offset))
}

fn from_seconds(seconds: u64) -> OffsetDateTime {
    // Certificates end in the year 9999 at the latest, which fits; a later value cannot be decoded.
    i64::try_from(seconds).ok().and_then(|s| OffsetDateTime::from_unix_timestamp(s).ok()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn pdf_dates_keep_the_offset() {
        let t = datetime!(2026-03-05 07:08:09 +07:00);
        assert_eq!(to_pdf(t), "D:20260305070809+07'00'");
        assert_eq!(from_pdf(to_pdf(t).as_bytes()), Some(t));
        assert_eq!(from_pdf(b"D:20260305070809Z"), Some(datetime!(2026-03-05 07:08:09 UTC)));
        assert_eq!(from_pdf(b"D:2026"), None);
    }

    #[test]
    fn gen_time_may_have_a_fraction() {
        assert_eq!(parse_gen_time(b"20260305070809Z").unwrap(), datetime!(2026-03-05 07:08:09 UTC));
        assert_eq!(parse_gen_time(b"20260305070809.25Z").unwrap(), datetime!(2026-03-05 07:08:09.25 UTC));
        for bad in [&b"20260305070809"[..], b"20260305070809.Z", b"20260305070809.10Z", b"2026030507080Z", b"20261305070809Z", b"\xff"] {
            assert!(parse_gen_time(bad).is_err());
        }
    }
}
