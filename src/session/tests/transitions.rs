//! Every key in every state leads where it should.

use super::*;

/// Keys, and what each leads to.
type Keys = &'static [(&'static str, &'static str)];

/// The passes that run, the keys that lead to a state, its name; then keys, and what each leads to. What begins with `!` stays and says
/// why; what begins with `.` ends the session.
const TABLE: &[(&str, &str, &str, Keys)] = &[
    (
        "root-user",
        "",
        "opening",
        &[
            ("\n", "asking"),
            (" ", "asking"),
            ("?", "help"),
            ("q", ".quit"),
            ("z", "!no such key"),
            ("⎋", "!no such key"),
        ],
    ),
    (
        "root-user",
        "\n",
        "asking",
        &[
            ("a", "asking db"),
            ("A", "closing"),
            ("S", "closing"),
            ("s", "skipping"),
            ("e", "typing"),
            ("w", "reason"),
            ("x", "explaining"),
            ("b", "opening"),
            ("←", "opening"),
            ("\n", "!no such key"),
            ("?", "help"),
            ("q", ".quit"),
            ("z", "!no such key"),
            ("⎋", "!no such key"),
        ],
    ),
    ("root-user", "\na", "asking", &[("b", "asking web"), ("a", "closing")]),
    // Answered already: it may stay so.
    ("root-user", "\nab", "asking", &[("\n", "asking db"), ("a", "asking db"), ("q", ".quit")]),
    // Nothing to apply, nothing to decide for good.
    (
        "plaintext-secret",
        "\n",
        "asking",
        &[
            ("a", "!nothing to apply"),
            ("A", "!nothing to apply"),
            ("s", "closing"),
            ("S", "closing"),
            ("e", "typing"),
            ("w", "reason"),
        ],
    ),
    ("mutable-image-tag", "\n", "asking", &[("e", "!no value to give")]),
    (
        "root-user",
        "\ns",
        "skipping",
        &[
            ("s", "asking db"),
            ("d", "asking db"),
            ("b", "asking web"),
            ("\n", "asking web"),
            ("⎋", "asking web"),
            ("?", "help"),
            ("q", ".quit"),
            ("z", "!no such key"),
        ],
    ),
    (
        "root-user",
        "\ne",
        "typing",
        &[
            ("\n", "asking web"),
            ("⌧7:7\n", "asking web"),
            ("⌧\n", "asking web"),
            ("⌧0\n", "!must not be root"),
            ("⌧a b\n", "!a user is"),
            ("z", "typing"),
            ("⌫", "typing"),
            ("⎋", "asking web"),
        ],
    ),
    (
        "plaintext-secret",
        "\ne",
        "typing",
        &[
            ("hunter2\n", "!this is no ARN"),
            ("arn:aws:ssm:eu-central-1:123456789012:parameter/x\n", "asking web"),
            ("arn:aws-cn:ssm:cn-north-1:123456789012:parameter/x\n", "!in the partition aws"),
            ("\n", "asking web"),
        ],
    ),
    (
        "writable-root-filesystem",
        "\ne",
        "typing",
        &[("⌧tmp\n", "!a writable path is absolute"), ("⌧/tmp 8\n", "asking web")],
    ),
    (
        "missing-log-configuration",
        "\ne⌧/ecs/shop\n",
        "typing",
        &[
            ("⌧Frankfurt\n", "!a region is named"),
            ("⌧eu-central-1\n", "asking web"),
            ("⌧\n", "asking web"),
            ("⎋", "asking web"),
        ],
    ),
    ("missing-log-configuration", "\ne", "typing", &[("⌧two words\n", "!"), ("⌧\n", "asking web")]),
    (
        "excess-capabilities",
        "\ne",
        "picking",
        &[
            (" ", "picking"),
            ("↓", "picking"),
            ("j↑", "picking"),
            ("⇲k", "picking"),
            ("⇱", "picking"),
            ("\n", "asking web"),
            ("⎋", "asking web"),
            ("←", "asking web"),
            ("b", "asking web"),
            ("?", "help"),
            ("q", ".quit"),
            ("z", "!no such key"),
        ],
    ),
    ("root-user", "\nw", "reason", &[("q", "reason"), ("\n", "asking web"), ("⎋", "asking web"), ("r\n", "expiry")]),
    (
        "root-user",
        "\nwr\n",
        "expiry",
        &[
            ("\n", "asking db"),
            ("2027-01-31\n", "asking db"),
            ("2026-06-30\n", "asking db"),
            ("2026-06-29\n", "!is over"),
            ("soon\n", "!write the day"),
            ("⎋", "asking web"),
            ("q", "expiry"),
        ],
    ),
    (
        "root-user",
        "\nx",
        "explaining",
        &[
            (" ", "explaining"),
            ("\n", "explaining"),
            ("↓", "explaining"),
            ("b", "asking web"),
            ("q", "asking web"),
            ("⎋", "asking web"),
        ],
    ),
    ("root-user", "\nx\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n", "asking", &[("q", ".quit")]),
    ("root-user", "\n?", "help", &[("q", "asking web"), ("⎋", "asking web")]),
    ("root-user", "?", "help", &[("z", "opening")]),
    (
        "root-user",
        "\nA",
        "closing",
        &[
            ("w", "keeping"),
            ("o", "elsewhere"),
            ("b", "choosing"),
            ("←", "choosing"),
            ("x", ".abandoned"),
            ("?", "help"),
            ("q", ".quit"),
            ("\n", "!no such key"),
            ("⎋", "!no such key"),
        ],
    ),
    // Nothing that a policy could say.
    ("root-user", "\nssss", "closing", &[("w", ".itself false")]),
    (
        "root-user",
        "\nAb",
        "choosing",
        &[
            ("\n", "asking db"),
            ("↑\n", "asking web"),
            ("k ", "asking web"),
            ("⇱\n", "asking web"),
            ("⇱j\n", "asking db"),
            ("⇱⇲\n", "asking db"),
            ("↓↓\n", "asking db"),
            ("⎋", "closing"),
            ("b", "closing"),
            ("←", "closing"),
            ("?", "help"),
            ("q", ".quit"),
            ("z", "!no such key"),
        ],
    ),
    (
        "root-user",
        "\nAo",
        "elsewhere",
        &[
            ("\n", "closing"),
            ("⎋", "closing"),
            ("taken\n", "!is there already"),
            ("other\n", "keeping"),
            ("q", "elsewhere"),
        ],
    ),
    (
        "root-user",
        "\nAw",
        "keeping",
        &[
            ("y", ".itself true"),
            ("n", ".itself false"),
            ("b", "closing"),
            ("⎋", "closing"),
            ("←", "closing"),
            ("?", "help"),
            ("q", ".quit"),
            ("z", "!no such key"),
        ],
    ),
    ("root-user", "\nAoother\n", "keeping", &[("y", ".other true"), ("n", ".other false")]),
];

fn ended(ending: &Ending) -> String {
    match ending {
        Ending::Quit => ".quit".into(),
        Ending::Abandoned => ".abandoned".into(),
        Ending::Interrupted => ".interrupted".into(),
        Ending::Decided { to: Destination::Itself, keep } => format!(".itself {keep}"),
        Ending::Decided { to: Destination::Elsewhere(path), keep } => format!(".{path} {keep}"),
    }
}

#[test]
fn every_key_in_every_state_leads_where_it_should() {
    for (only, setup, state, keys) in TABLE {
        let planner = Pure::of(TWO, &[only]);
        for (key, expected) in *keys {
            let mut session = session(&planner);
            assert_eq!(press(&mut session, setup), None, "{only} {setup:?}");
            assert_eq!(name(&session), *state, "{only} {setup:?}");
            let ending = press(&mut session, key);
            let now = match (&ending, &session.state) {
                (Some(ending), _) => ended(ending),
                (None, State::Asking(at)) if expected.contains(' ') && !expected.starts_with('!') => {
                    let containers = ["web", "db"];
                    format!("asking {}", containers[at.container.expect("it is about a container")])
                }
                (None, _) => name(&session).to_owned(),
            };
            match (expected.strip_prefix('!'), &session.notice) {
                (Some(what), Some(notice)) => {
                    assert_eq!(now, *state, "{only} {setup:?} {key:?}");
                    assert!(notice.contains(what), "{only} {setup:?} {key:?}: {notice}");
                }
                (Some(_), None) => panic!("{only} {setup:?} {key:?}: nothing is said"),
                (None, _) => assert_eq!(now, *expected, "{only} {setup:?} {key:?}"),
            }
        }
    }
}

#[test]
fn ctrl_c_ends_every_state_at_once() {
    for (only, setup, ..) in TABLE {
        let planner = Pure::of(TWO, &[only]);
        let mut session = session(&planner);
        press(&mut session, setup);
        assert_eq!(session.handle(Event::Interrupt), Some(Ending::Interrupted), "{setup:?}");
    }
}

#[test]
fn the_table_knows_every_state_and_every_key_that_a_screen_offers() {
    let mut states: Vec<&str> = TABLE.iter().map(|(_, _, state, _)| *state).collect();
    states.sort_unstable();
    states.dedup();
    assert_eq!(states.len(), 13);
    for (only, setup, state, _) in TABLE {
        let tried: Vec<&str> =
            TABLE.iter().filter(|row| row.2 == *state).flat_map(|row| row.3).map(|(key, _)| *key).collect();
        let planner = Pure::of(TWO, &[only]);
        let mut session = session(&planner);
        press(&mut session, setup);
        for row in session.screen().live {
            for key in row.iter().filter(|span| span.style == Style::Key) {
                let key = match key.text.as_str() {
                    "enter" => "\n",
                    "esc" => "⎋",
                    "space" => " ",
                    "↑↓" => "↓",
                    "any key" => "z",
                    key => key,
                };
                assert!(tried.iter().any(|keys| keys.starts_with(key)), "{state}: no row tries {key:?}");
            }
        }
    }
}
