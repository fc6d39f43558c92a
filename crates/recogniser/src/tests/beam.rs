//! Priors over probabilities that are laid out by hand.

use super::build::{Dice, SYMBOLS, model, picture};
use crate::prior::{Anything, List, Pattern, Words};
use crate::{Alphabet, Knowledge, Line, Model, Posteriors, Prior, Recogniser, Search};

/// A line on which each place has some candidates with their probabilities, a blank after each; the rest is spread thin.
fn line(places: &[&[(char, f32)]]) -> Posteriors {
    let alphabet = Alphabet::new(SYMBOLS).unwrap();
    let outputs = alphabet.outputs();
    let mut steps = Vec::new();
    for place in places {
        let mut step = vec![1e-6; outputs];
        for (c, p) in *place {
            step[usize::from(alphabet.symbol(*c).unwrap())] = *p;
        }
        steps.push(step);
        let mut gap = vec![1e-6; outputs];
        gap[0] = 0.999;
        steps.push(gap);
    }
    Posteriors::of(alphabet, &steps)
}

fn sure(text: &str) -> Posteriors {
    let places: Vec<[(char, f32); 1]> = crate::alphabet::split(text).into_iter().map(|c| [(c, 0.99)]).collect();
    line(&places.iter().map(<[_; 1]>::as_slice).collect::<Vec<_>>())
}

fn text(posteriors: &Posteriors, prior: &impl Prior) -> Option<String> {
    posteriors.search(prior, Search::default()).map(|found| found.reading.text)
}

#[test]
fn without_a_prior_the_sum_over_alignments_decides() {
    // Step by step the blank is likeliest; all alignments together say "a".
    let alphabet = Alphabet::new("ab").unwrap();
    let posteriors = Posteriors::of(alphabet, &[vec![0.6, 0.4, 1e-9], vec![0.6, 0.4, 1e-9]]);
    assert_eq!(posteriors.greedy().text, "");
    let found = posteriors.search(&Anything, Search::default()).unwrap();
    assert_eq!(found.reading.text, "a");
    assert!((found.log_likelihood.exp() - 0.64).abs() < 1e-5);
    assert!((found.margin - (0.64_f32 / 0.36).ln()).abs() < 1e-4);
}

#[test]
fn a_wide_beam_finds_the_likeliest_text() {
    let model = Model::parse(&model(8)).unwrap();
    let mut recogniser = Recogniser::new(&model).unwrap();
    let mut dice = Dice(9);
    for seed in 0..6 {
        let posteriors = recogniser.posteriors(&Line::from_gray(&picture(24, 32, seed)).unwrap());
        let wide = posteriors.search(&Anything, Search { width: 400, symbols: 60, slack: 60.0, weight: 1.0 }).unwrap();
        let symbols: Vec<_> = wide.reading.signs.iter().map(|sign| sign.symbol).collect();
        // No text that differs in one symbol is likelier.
        for _ in 0..60 {
            let mut other = symbols.clone();
            let c = SYMBOLS.chars().nth(usize::from(dice.byte()) % SYMBOLS.chars().count()).unwrap();
            let at = usize::from(dice.byte()) % (other.len() + 1);
            if at < other.len() && dice.byte() < 128 {
                other[at] = c
            } else {
                other.insert(at, c)
            }
            let other: Vec<_> = other.iter().map(|c| model.alphabet().symbol(*c).unwrap()).collect();
            let likelihood = crate::lattice::likelihood(posteriors.steps(), &other);
            assert!(likelihood <= wide.log_likelihood + 1e-3, "{other:?} {likelihood} {}", wide.log_likelihood);
        }
    }
}

#[test]
fn a_pattern_turns_letters_into_digits_and_says_how_unsure_that_is() {
    let posteriors = line(&[&[('1', 0.9)], &[('o', 0.9), ('0', 0.05)], &[('B', 0.8), ('8', 0.1)]]);
    assert_eq!(posteriors.greedy().text, "1oB");
    let found = posteriors.search(&Pattern::digits(3).unwrap(), Search::default()).unwrap();
    assert_eq!(found.reading.text, "108");
    assert!((found.reading.confidence() - 0.05).abs() < 1e-4);
    assert!(found.log_likelihood < posteriors.log_likelihood("1oB").unwrap() - 4.0);
    assert_eq!(text(&posteriors, &Pattern::digits(40).unwrap()), None);
}

#[test]
fn dates_exist() {
    let date = Pattern::date().unwrap();
    for good in ["05/11/1987", "31-12-2024", "29.02.2001"] {
        assert_eq!(text(&sure(good), &date).as_deref(), Some(good));
    }
    // Month 13 is none; month 12 is the next likely one.
    let posteriors = line(&[
        &[('0', 0.9)],
        &[('5', 0.9)],
        &[('/', 0.9)],
        &[('1', 0.9)],
        &[('3', 0.7), ('2', 0.2)],
        &[('/', 0.9)],
        &[('1', 0.9)],
        &[('9', 0.9)],
        &[('8', 0.9)],
        &[('7', 0.9)],
    ]);
    assert_eq!(text(&posteriors, &date).as_deref(), Some("05/12/1987"));
}

#[test]
fn serials_and_literal_words_are_patterns_too() {
    let serial = Pattern::new("[A-Z]{2} [0-9]{6}").unwrap();
    assert_eq!(text(&sure("BA 012345"), &serial).as_deref(), Some("BA 012345"));
    let written = Pattern::new("ngày [0-3][0-9] tháng [01][0-9]").unwrap();
    assert_eq!(text(&sure("ngày 05 tháng 11"), &written).as_deref(), Some("ngày 05 tháng 11"));
    assert!(Pattern::new("[0-9").is_err());
    assert!(Pattern::new("(a|b)*a(a|b){30}").is_err(), "too large");
}

#[test]
fn a_list_gives_only_what_is_on_it() {
    let list = List::new(["tỉnh bắc ninh", "tỉnh bắc giang", "tỉnh quảng ninh"]);
    let mut places: Vec<Vec<(char, f32)>> = crate::alphabet::split("tinh băc ninh").into_iter().map(|c| vec![(c, 0.9)]).collect();
    // Marks that were hardly seen.
    places.insert(2, vec![('\u{309}', 0.02)]);
    places.insert(8, vec![('\u{301}', 0.02)]);
    let posteriors = line(&places.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let found = posteriors.search(&list, Search::default()).unwrap();
    assert_eq!(found.reading.text, "tỉnh bắc ninh");
    assert_eq!(found.reading.words.len(), 3);
    assert!(found.margin > 5.0);

    let mut weighted = List::default();
    weighted.insert("nam", 0.0);
    weighted.insert("năm", -3.0);
    let posteriors = line(&[&[('n', 0.9)], &[('a', 0.3), ('ă', 0.6)], &[('m', 0.9)]]);
    assert_eq!(text(&posteriors, &weighted).as_deref(), Some("nam"));
    assert_eq!(posteriors.search(&weighted, Search { weight: 0.0, ..Search::default() }).unwrap().reading.text, "năm");
}

#[test]
fn syllables_pull_and_do_not_force() {
    let words = Words::new(["nguyễn", "hoàng", "bảo"], -4.0);
    // A weak tilde against a hook: only one of them makes a syllable.
    let name = |marks: &[(char, f32)]| {
        let mut places: Vec<Vec<(char, f32)>> = "Nguyê".chars().map(|c| vec![(c, 0.9)]).collect();
        places.push(marks.to_vec());
        places.push(vec![('n', 0.9)]);
        line(&places.iter().map(Vec::as_slice).collect::<Vec<_>>())
    };
    let weak = name(&[('\u{309}', 0.6), ('\u{303}', 0.3)]);
    assert_eq!(weak.greedy().text, "Nguyển");
    assert_eq!(text(&weak, &words).as_deref(), Some("Nguyễn"));
    assert_eq!(text(&name(&[('\u{309}', 0.99), ('\u{303}', 0.001)]), &words).as_deref(), Some("Nguyển"));
    // Names of other peoples are read, capitals too.
    assert_eq!(text(&sure("Bna A"), &words).as_deref(), Some("Bna A"));
}

/// What a prior takes for a whole text; none where it has no way through.
fn cost(words: &Words, text: &str) -> Option<f32> {
    let mut total = 0.0;
    let mut state = words.start();
    for c in crate::alphabet::split(text) {
        let (next, cost) = words.next(&state, c)?;
        (state, total) = (next, total + cost);
    }
    Some(total + words.end(&state)?)
}

#[test]
fn words_cost_once_each_and_by_case() {
    let words = Words::new(["bảo", "an"], -4.0);
    for (text, expected) in
        [("bảo an", 0.0), ("Bảo AN", 0.0), ("BẢO 12", 0.0), ("bả", -4.0), ("bảoo an", -4.0), ("xyz bả", -8.0), ("bẢo", -4.0), ("bảO", -4.0)]
    {
        assert_eq!(cost(&words, text), Some(expected), "{text}");
    }
    assert_eq!(words.next(&words.start(), '\u{301}').map(|(_, cost)| cost), None);
}

#[test]
fn common_words_cost_less_and_the_first_has_a_list_of_its_own() {
    let words = Words::weighted([("hồng", 0.0), ("hông", -3.0), ("lê", -1.0)], -6.0).beginning_with([("lê", 0.0)], -9.0).figures_at(-5.0);
    for (text, expected) in
        [("Lê Hồng", 0.0), ("Lê Hông", -3.0), (" LÊ LÊ", -1.0), ("Hồng Lê", -10.0), ("Lê Hòng", -6.0), ("Lê Hồng 1", -5.0), ("L", -9.0)]
    {
        assert_eq!(cost(&words, text), Some(expected), "{text}");
    }
}

#[test]
fn candidates_share_what_the_line_leaves_open() {
    let posteriors = line(&[&[('N', 0.9)], &[('ê', 0.9)], &[(' ', 0.9)], &[('a', 0.3), ('ă', 0.6)], &[('n', 0.9)]]);
    let free = posteriors.candidates(&Knowledge::Nothing, Search::default(), 2);
    assert_eq!(free.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["Nê ăn", "Nê an"]);
    assert!((free[0].score - free[1].score - 2.0_f32.ln()).abs() < 0.05, "{free:?}");
    let names = Knowledge::Words(Words::weighted([("an", 0.0), ("nê", 0.0)], -3.0));
    let known = posteriors.candidates(&names, Search::default(), 2);
    assert_eq!(known[0].text, "Nê an");
    assert!((known[0].score - known[1].score - (3.0 - 2.0_f32.ln())).abs() < 0.05, "{known:?}");
    let five = Knowledge::Pattern(Pattern::digits(5).unwrap());
    assert!(posteriors.candidates(&five, Search { slack: 5.0, ..Search::default() }, 2).is_empty());
}
