//! Random documents in random layouts × random edits.

use proptest::prelude::*;
use proptest::test_runner::Config;

use super::dice::{self, Dice, Layout};
use super::*;

fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

/// A document as the dice fall, with the edits that fit it.
fn document(dice: &mut Dice<'_>) -> (Layout, String) {
    let layout = dice::layout(dice);
    let value = if dice.roll(4) == 3 { dice::value(dice, 4) } else { dice::container(dice, 4) };
    (layout, dice::write(dice, &value, layout))
}

/// The same edits in another order; the order of appends is meant, so it stays.
fn permuted(edits: &[Edit]) -> Vec<Edit> {
    let (appends, mut others): (Vec<_>, Vec<_>) =
        edits.iter().cloned().partition(|edit| matches!(edit, Edit::Append { .. }));
    others.reverse();
    others.extend(appends);
    others
}

/// What a run comes to: the new text, or nothing where the edits contradict each other or placeholders are in the way.
fn run(text: &str, edits: &[Edit]) -> Result<Option<String>, TestCaseError> {
    let avoid = |line: Span| line.of(text).contains('x');
    let plain = try_edit(text, edits, &|_| false);
    let careful = try_edit(text, edits, &avoid);
    match (plain, careful) {
        (Ok(after), Ok(careful)) => {
            let values = [&after, &careful].map(|text| read::json(text).map(|parsed| to_json(&parsed.root, text)));
            prop_assert_eq!(&values[0], &values[1], "avoiding lines changed the value");
            Ok(Some(after))
        }
        (Err(why), Err(_)) if why.starts_with("merge:") || why.starts_with("splice: placeholders") => Ok(None),
        (plain, careful) => {
            let why = plain.err().or(careful.err()).unwrap_or_default();
            Err(TestCaseError::fail(format!("{why}\n--- before\n{text}\n--- escaped {text:?}\n--- edits {edits:?}")))
        }
    }
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn splices_mean_what_the_patch_means(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut dice = Dice::new(&bytes);
        let (layout, text) = document(&mut dice);
        let parsed = match read::json(&text) {
            Ok(parsed) => parsed,
            Err(_) if layout == Layout::Placeholders => return Ok(()),
            Err(error) => return Err(TestCaseError::fail(format!("{error} at {} in {text:?}", error.at))),
        };
        let edits = dice::edits(&mut dice, &parsed.root);
        let Some(after) = run(&text, &edits)? else { return Ok(()) };
        let permuted = permuted(&edits);
        let Some(other) = run(&text, &permuted)? else {
            return Err(TestCaseError::fail("another order of the edits is refused"));
        };
        let values = [&after, &other].map(|text| read::json(text).map(|parsed| to_json(&parsed.root, text)));
        prop_assert_eq!(&values[0], &values[1], "another order of the edits gives another value");
    }

    #[test]
    fn a_second_run_of_the_same_sets_changes_nothing(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut dice = Dice::new(&bytes);
        let (_, text) = document(&mut dice);
        let Ok(parsed) = read::json(&text) else { return Ok(()) };
        let mut edits = dice::edits(&mut dice, &parsed.root);
        edits.retain(|edit| matches!(edit, Edit::Set { .. }));
        let Some(after) = run(&text, &edits)? else { return Ok(()) };
        prop_assert_eq!(run(&after, &edits)?, Some(after));
    }

    #[test]
    fn adding_a_member_and_removing_it_gives_back_the_value(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut dice = Dice::new(&bytes);
        let (layout, text) = document(&mut dice);
        let Ok(parsed) = read::json(&text) else { return Ok(()) };
        if layout == Layout::Placeholders || parsed.root.as_object().is_none() {
            return Ok(());
        }
        let path = Path::root().key("brand new");
        let added = run(&text, &[Edit::Set { path: path.clone(), value: dice::value(&mut dice, 2) }])?;
        let added = added.ok_or_else(|| TestCaseError::fail("not added"))?;
        let removed = run(&added, &[Edit::Remove { path }])?.ok_or_else(|| TestCaseError::fail("not removed"))?;
        let value = read::json(&removed).map(|parsed| to_json(&parsed.root, &removed));
        prop_assert_eq!(value, Ok(to_json(&parsed.root, &text)));
        if let Layout::Tidy { style: 0 | 1 | 5 | 6, .. } = layout && !parsed.root.as_object().is_some_and(|root| root.members.is_empty()) {
            prop_assert_eq!(removed, text, "a tidy text comes back byte for byte");
        }
    }
}
