//! Pages of a list (aip.dev/158): a token is the key of the last row, opaque to callers.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tonic::Status;

use super::certification::field_invalid;

const DEFAULT_SIZE: u32 = 50;
const LARGEST_SIZE: u32 = 100;

/// What a list request asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// Rows to return at most.
    pub(super) size: u32,
    /// Key of the last row of the page before.
    pub(super) after: Option<(i64, String)>,
}

impl Page {
    pub(super) fn read(size: i32, token: &str) -> Result<Self, Status> {
        let size = match u32::try_from(size).map_err(|_| field_invalid("page_size"))? {
            0 => DEFAULT_SIZE,
            size => size.min(LARGEST_SIZE),
        };
        let after = match token {
            "" => None,
            token => Some(key(token).ok_or_else(|| field_invalid("page_token"))?),
        };
        Ok(Self { size, after })
    }
}

/// The token of the page after `rows`; empty when they are the last.
pub(super) fn next_token<T>(rows: &[T], size: u32, key: impl Fn(&T) -> (i64, &str)) -> String {
    match rows.last() {
        Some(last) if rows.len() as u64 >= u64::from(size) => {
            let (time_ms, id) = key(last);
            URL_SAFE_NO_PAD.encode(format!("{time_ms}:{id}"))
        }
        _ => String::new(),
    }
}

fn key(token: &str) -> Option<(i64, String)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let (time_ms, id) = text.split_once(':')?;
    Some((time_ms.parse().ok()?, id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_lead_on_and_rubbish_is_refused() {
        let token = next_token(&[(5, "abc")], 1, |row| (row.0, row.1));
        assert_eq!(Page::read(0, &token).unwrap(), Page { size: 50, after: Some((5, "abc".into())) });
        assert_eq!(next_token(&[(5, "abc")], 2, |row| (row.0, row.1)), "");
        assert!(Page::read(0, "!!").is_err());
        assert!(Page::read(-1, "").is_err());
        assert_eq!(Page::read(1000, "").unwrap().size, 100);
    }
}
