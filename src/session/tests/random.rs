//! Whatever is pressed: nothing panics, nothing is decided before the whole diff was seen, two keys end it, and a policy says the same.

use proptest::prelude::*;

use super::*;

const KEYS: &str = "aaaASssdewxbq?ony1 7:/zA\n\n\n\n⎋⌫↑↓←⇱⇲⌧¿倉";

fn keys() -> impl Strategy<Value = Vec<char>> {
    let letters: Vec<char> = KEYS.chars().collect();
    prop::collection::vec(prop::sample::select(letters), 0..60)
}

fn documents() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        TWO,
        include_str!("../../../examples/checkout-api.json"),
        include_str!("../../../examples/log-agent-ec2.json"),
        include_str!("../../../examples/reports-windows.json"),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_keys_end_well(document in documents(), keys in keys()) {
        let planner = Pure::of(document, &[]);
        let mut session = session(&planner);
        let mut seen_whole_diff = false;
        for letter in keys {
            seen_whole_diff |= name(&session) == "closing";
            let before = name(&session);
            let screen = session.screen();
            prop_assert!(!screen.live.is_empty());
            match press(&mut session, &letter.to_string()) {
                None => {}
                Some(Ending::Decided { keep, .. }) => {
                    prop_assert!(seen_whole_diff && ["closing", "elsewhere", "keeping"].contains(&before));
                    let answers = session.answers();
                    let skips = answers.verdicts.values().any(|verdict| *verdict == Verdict::Skip);
                    if keep && !skips {
                        let policy = planner.policy(answers).unwrap().after;
                        let alone = planner.alone(&policy);
                        prop_assert_eq!(alone.hardened_text(), session.plan().hardened_text());
                    }
                    return Ok(());
                }
                Some(_) => return Ok(()),
            }
        }
        let ending = press(&mut session, "⎋").or_else(|| press(&mut session, "q"));
        prop_assert_eq!(ending, Some(Ending::Quit));
    }
}
