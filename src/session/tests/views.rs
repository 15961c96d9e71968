//! What screens hold: whatever their width, never wider, and never a value.

use super::*;

/// Ten containers with twenty credentials each.
fn crowd() -> String {
    let variable =
        |number: usize| format!(r#"{{"name": "KEY_{number}_PASSWORD", "value": "hunter-{number}-horse-battery"}}"#);
    let variables: Vec<String> = (0..20).map(variable).collect();
    let container = |number: usize| {
        format!(
            r#"{{"name": "c{number}", "image": "r.example.com/倉庫/c:1", "environment": [{}]}}"#,
            variables.join(", ")
        )
    };
    let containers: Vec<String> = (0..10).map(container).collect();
    format!(r#"{{"family": "倉庫", "containerDefinitions": [{}]}}"#, containers.join(", "))
}

fn assert_fits(session: &Session<'_>) {
    let screen = session.screen();
    for row in screen.body.iter().chain(&screen.live) {
        let width: usize = row.iter().map(|span| unicode_width::UnicodeWidthStr::width(span.text.as_str())).sum();
        let width_of = session.size.width.saturating_sub(1).max(30);
        assert!(width <= width_of, "{width} > {width_of}: {}", text(std::slice::from_ref(row)));
        let is_harmless = |letter: char| !letter.is_control();
        assert!(row.iter().all(|span| span.text.chars().all(is_harmless)), "{row:?}");
    }
    assert!(!shown(session).contains("horse"), "{}", shown(session));
}

#[test]
fn every_screen_fits_and_shows_no_value() {
    let crowd = crowd();
    for document in [TWO, crowd.as_str(), include_str!("../../../examples/checkout-api.json")] {
        let planner = Pure::of(document, &[]);
        for width in [20, 40, 60, 80, 200] {
            let mut session = session(&planner);
            session.handle(Event::Resize(Size { width, height: 24 }));
            for keys in [
                "",
                "\n",
                "e",
                "⎋",
                "x",
                "b",
                "?",
                "z",
                "w倉庫の理由です。倉庫の理由です。倉庫の理由です。倉庫の理由です。",
                "\n",
                "⎋",
                "s",
                "s",
                "A",
                "A",
                "A",
            ] {
                press(&mut session, keys);
                assert_fits(&session);
            }
        }
    }
}

#[test]
fn two_hundred_findings_of_one_pass_are_one_answer() {
    let planner = Pure::of(&crowd(), &["root-user", "plaintext-secret"]);
    let mut session = session(&planner);
    assert_eq!(session.cards.len(), 210);
    // Credentials without a place are left, and the users are one answer.
    press(&mut session, "\nS");
    assert!(shown(&session).contains("plaintext-secret: skipped 200 findings this time"), "{}", shown(&session));
    press(&mut session, "A");
    assert_eq!(name(&session), "closing");
    assert_fits(&session);
    press(&mut session, "b");
    assert_fits(&session);
    assert!(session.screen().live.len() < 24, "the list leaves room for the keys");
}

#[test]
fn a_file_on_one_line_shows_what_differs() {
    let planner = Pure::of(&crowd(), &["root-user"]);
    let mut session = session(&planner);
    press(&mut session, "\n");
    let screen = shown(&session);
    assert!(screen.contains("\"user\": \"1000:1000\"") && screen.contains('…'), "{screen}");
    assert!(screen.lines().count() < 40, "{screen}");
}

#[test]
fn the_opening_tells_what_was_read() {
    let planner = Pure::of(TWO, &["root-user", "plaintext-secret"]);
    let expected = "task.json\nfamily: shop\ncontainers: 2: `web`, `db`\ntarget: EC2 (requiresCompatibilities), operating system not told\n\
        policy: none: built-in defaults\n\n3 findings: 1 high, 2 medium\n\
        nothing is written before you have seen the whole diff at the end\n\nenter begin · q quit · ? help\n> ";
    assert_eq!(shown(&session(&planner)), expected);
}

#[test]
fn the_end_tells_what_is_fixed_and_what_is_left() {
    let planner = Pure::of(TWO, &["root-user", "plaintext-secret"]);
    let mut session = session(&planner);
    press(&mut session, "\nsass");
    let screen = shown(&session);
    assert!(screen.contains("would fix 1 of 3 findings"), "{screen}");
    assert!(screen.contains("left: line 9:") && screen.contains("withheld: line 12:"), "{screen}");
    assert!(screen.contains("1 skip this time alone"), "{screen}");
}
