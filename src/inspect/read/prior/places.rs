//! What is known of addresses: the names of units, each behind the word that announces it.
//!
//! A name that differs from a known one in its marks alone is proposed beside what was read, and the network says how well each fits the
//! picture. Known names are likelier beforehand, and those of the province that the address names more so; no name is forced.

use bansao_recogniser::{Candidate, Posteriors};

use crate::inspect::read::value::with_marks_of;
use crate::inspect::units::{self, Rank};
use crate::record::{fold, fold_loose};

/// How much likelier a known name is than one that only could be: natural logarithms.
const KNOWN: f32 = 6.0;
const KNOWN_DISTRICT: f32 = 9.0;
/// A district of the province that the address names.
const OF_THE_PROVINCE: f32 = 2.0;
/// The word that begins an address, spelled as it is.
const KNOWN_WORD: f32 = 4.0;
/// A comma between a name and the unit that it lies in.
const COMMA: f32 = 4.0;
/// Proposals at once, and how often they are made anew of what is then the likeliest text.
const MOST: usize = 6;
const ROUNDS: usize = 3;

/// Words that announce a name. `bản` is not among them: without marks it is the `ban` of an office.
const ANNOUNCE: [&str; 12] = ["xã", "phường", "thị trấn", "huyện", "quận", "thị xã", "thành phố", "thôn", "ấp", "xóm", "buôn", "khu phố"];
/// Words that stand before a number or a name, and that are no names.
const WORDS: [&str; 9] = ["Số", "Thôn", "Tổ", "Ấp", "Xóm", "Xã", "Phường", "Huyện", "Quận"];

/// Whether a text has a name or a word that is a known one but for its marks.
pub(in crate::inspect::read) fn is_near_known(text: &str) -> bool {
    !proposals(text).is_empty()
}

/// Weighs known names in among the texts of a line; `said` is what was read of the whole value.
pub(in crate::inspect::read) fn weighed(mut texts: Vec<Candidate>, posteriors: &Posteriors, said: &str) -> Vec<Candidate> {
    let province = fold_loose(said);
    texts.iter_mut().for_each(|text| text.score += bonus(&text.text, &province));
    for _ in 0..ROUNDS {
        let mut more: Vec<String> = texts.iter().take(2).flat_map(|text| proposals(&text.text)).collect();
        more.retain(|text| texts.iter().all(|known| known.text != *text));
        more.truncate(MOST);
        if more.is_empty() {
            break;
        }
        let scored = |text: String| Some(Candidate { score: posteriors.log_likelihood(&text)? + bonus(&text, &province), text });
        texts.extend(more.into_iter().filter_map(scored));
        texts.sort_by(|a, b| b.score.total_cmp(&a.score));
    }
    texts.sort_by(|a, b| b.score.total_cmp(&a.score));
    texts
}

/// The text with one name, word or comma put as it is known; one for each that is known and differs.
fn proposals(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split(' ').collect();
    let mut all = Vec::new();
    for (from, until) in names(&words) {
        let Some(read) = words.get(from..until) else { continue };
        if let Some(last) = read.last().filter(|_| until < words.len()).filter(|last| !last.ends_with([',', '.', ';', '-'])) {
            let comma = format!("{last},");
            let words = words.iter().enumerate().map(|(at, word)| if at + 1 == until { comma.as_str() } else { word });
            all.push(words.collect::<Vec<_>>().join(" "));
        }
        let letters = loose(read);
        let known: Vec<Vec<&str>> = units::named_like(&letters)
            .map(|unit| unit.name.split(' ').collect())
            .filter(|parts: &Vec<_>| parts.len() == read.len())
            .collect();
        if known.iter().any(|parts| same(read, parts)) {
            continue;
        }
        for text in known.iter().map(|parts| with(&words, from, parts)) {
            if !all.contains(&text) {
                all.push(text);
            }
        }
    }
    for (at, word) in words.iter().enumerate() {
        let known = WORDS.iter().find(|known| fold_loose(known) == fold_loose(word) && fold(known) != fold(word));
        if let Some(known) = known.filter(|_| at == 0) {
            all.push(with(&words, at, &[*known]));
        }
    }
    all
}

fn same(read: &[&str], parts: &[&str]) -> bool {
    read.iter().zip(parts).all(|(a, b)| fold(bare(a)) == fold(b))
}

fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

fn loose(words: &[&str]) -> String {
    words.iter().map(|word| fold_loose(word)).collect()
}

/// The words with some of them replaced, each in the case and with the punctuation of what stood there.
fn with(words: &[&str], from: usize, parts: &[&str]) -> String {
    let replaced = words.iter().enumerate().map(|(at, word)| match at.checked_sub(from).and_then(|at| parts.get(at)) {
        Some(part) => with_marks_of(word, part),
        None => (*word).to_owned(),
    });
    replaced.collect::<Vec<_>>().join(" ")
}

/// Where names stand: from behind a word that announces one to a comma, the next such word or the end; at most four words.
fn names(words: &[&str]) -> Vec<(usize, usize)> {
    let folded: Vec<String> = words.iter().map(|word| fold_loose(word)).collect();
    let announces = |at: usize| {
        ANNOUNCE.iter().find_map(|phrase| {
            let parts: Vec<String> = phrase.split(' ').map(fold_loose).collect();
            (folded.get(at..at + parts.len())? == parts.as_slice()).then_some(parts.len())
        })
    };
    let mut found = Vec::new();
    for at in 0..words.len() {
        let Some(length) = announces(at) else { continue };
        let from = at + length;
        let mut until = from;
        while until < words.len().min(from + 4) && announces(until).is_none() {
            until += 1;
            if words.get(until - 1).is_some_and(|word| word.ends_with([',', '.', ';'])) {
                break;
            }
        }
        if until > from {
            found.push((from, until));
        }
    }
    found
}

/// What the known names and words of a text make it likelier by.
fn bonus(text: &str, said: &str) -> f32 {
    let words: Vec<&str> = text.split(' ').collect();
    let of_name = |(from, until): (usize, usize)| {
        let read = words.get(from..until).unwrap_or_default();
        let known = units::named_like(&loose(read)).filter(|unit| {
            let parts: Vec<&str> = unit.name.split(' ').collect();
            parts.len() == read.len() && same(read, &parts)
        });
        let worth = known.map(|unit| match unit.rank {
            Rank::District if unit.province_named_in(said) => KNOWN_DISTRICT + OF_THE_PROVINCE,
            Rank::Province | Rank::District => KNOWN_DISTRICT,
            Rank::Commune => KNOWN,
        });
        let comma = until < words.len() && read.last().is_some_and(|last| last.ends_with(','));
        worth.fold(0.0, f32::max) + if comma { COMMA } else { 0.0 }
    };
    let first = words.first().is_some_and(|word| WORDS.iter().any(|known| fold(known) == fold(word)));
    names(&words).into_iter().map(of_name).sum::<f32>() + if first { KNOWN_WORD } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_behind_the_words_that_announce_them() {
        let words: Vec<&str> = "Tổ 3, phường Dịch Vọng, quận Cầu Giấy, thành phố Hà Nội".split(' ').collect();
        let found: Vec<String> = names(&words).into_iter().map(|(from, until)| words[from..until].join(" ")).collect();
        assert_eq!(found, ["Dịch Vọng,", "Cầu Giấy,", "Hà Nội"]);
    }

    #[test]
    fn known_names_are_proposed_where_marks_alone_differ() {
        assert_eq!(
            proposals("Thôn Tân Tiên, xã Giai Xuân, huyện Phong Điên, tỉnh"),
            ["Thôn Tân Tiến, xã Giai Xuân, huyện Phong Điên, tỉnh", "Thôn Tân Tiên, xã Giai Xuân, huyện Phong Điền, tỉnh"]
        );
        assert_eq!(proposals("ỦY BAN NHÂN DÂN QUẬN NINH KIÊU"), ["ỦY BAN NHÂN DÂN QUẬN NINH KIỀU"]);
        assert_eq!(proposals("Sô 284 đường Lê Lợi"), ["Số 284 đường Lê Lợi"]);
        assert_eq!(proposals("quận Lê Chân thành phố Hải Phòng"), ["quận Lê Chân, thành phố Hải Phòng"]);
        for known in ["huyện Ba Vì, thành phố Hà Nội", "xã Xyz, huyện Abc", "Số 3 phố Huế"] {
            assert_eq!(proposals(known), Vec::<String>::new(), "{known}");
        }
    }

    #[test]
    fn a_district_of_the_named_province_is_likelier() {
        let worth = |text: &str, said: &str| bonus(text, &fold_loose(said));
        let (near, far) = (worth("huyện Phong Điền,", "thành phố Cần Thơ"), worth("huyện Phong Điền,", "tỉnh Phú Thọ"));
        assert!(near > far && far > worth("huyện Phong Điên,", "thành phố Cần Thơ"));
    }
}
