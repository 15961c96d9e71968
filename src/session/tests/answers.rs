//! What answers lead to, and that a policy says the same.

use super::*;

/// The policy that would be kept, and the document under it without a person.
fn kept(planner: &Pure, keys: &str) -> String {
    let mut session = session(planner);
    let ending = press(&mut session, keys);
    assert!(matches!(ending, Some(Ending::Decided { keep: true, .. })), "{keys:?}: {}", shown(&session));
    let policy = planner.policy(session.answers()).expect("it can be kept").after;
    assert_eq!(planner.alone(&policy).hardened_text(), session.plan().hardened_text(), "{policy}");
    policy
}

#[test]
fn every_kind_of_answer_becomes_the_lines_that_say_it() {
    let planner = Pure::of(TWO, &["root-user", "plaintext-secret"]);
    let arn = "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/DB_PASSWORD";
    // The credential is given its place, one user is given, the other is waived.
    let policy = kept(&planner, &format!("\ne{arn}\nae⌧101:101\nawimage says root\n2027-01-31\nwy"));
    assert_eq!(
        policy,
        format!(
            "[[override]]\nfamily = \"shop\"\ncontainer = \"web\"\nroot-user = {{ user = \"101:101\" }}\n\
             secrets = {{ arns = {{ DB_PASSWORD = \"{arn}\" }} }}\n\n\
             [[waiver]]\npass = \"root-user\"\nfamily = \"shop\"\ncontainer = \"db\"\nsubject = \"user\"\n\
             reason = \"image says root\"\nexpires = 2027-01-31\n"
        )
    );
}

#[test]
fn a_guess_that_is_applied_is_accepted_and_one_that_is_declined_stays() {
    let planner = Pure::of(TWO, &["root-user"]);
    let policy = kept(&planner, "\nasdwy");
    assert_eq!(
        policy,
        "[[accept]]\npass = \"root-user\"\nfamily = \"shop\"\ncontainer = \"web\"\nsubject = \"user\"\n\n\
         [[decline]]\npass = \"root-user\"\nfamily = \"shop\"\ncontainer = \"db\"\nsubject = \"user\"\n"
    );
    // Containers of which the same is said share the lines.
    assert!(kept(&planner, "\nAwy").contains("container = \"{web,db}\""));
}

#[test]
fn a_skip_holds_this_time_alone() {
    let planner = Pure::of(TWO, &["root-user"]);
    let mut session = session(&planner);
    press(&mut session, "\nssa");
    assert_eq!(name(&session), "closing");
    let text = session.plan().hardened_text().expect("one fix is applied");
    assert_eq!(text.matches("1000:1000").count(), 1);
    let policy = planner.policy(session.answers()).expect("it can be kept").after;
    assert!(!policy.contains("decline") && !policy.contains("web"), "{policy}");
}

#[test]
fn a_value_counts_for_all_alike() {
    let planner = Pure::of(TWO, &["root-user"]);
    let policy = kept(&planner, "\ne⌧7:8\nAwy");
    assert_eq!(policy.matches("user = \"7:8\"").count(), 2, "{policy}");
    assert!(!policy.contains("accept"), "what somebody names is no guess: {policy}");
}

#[test]
fn what_an_answer_changes_is_asked_again() {
    let planner = Pure::of(TWO, &["root-user", "writable-root-filesystem"]);
    let mut session = session(&planner);
    // The file systems come first, and their tmpfs belong to a user that is a guess.
    press(&mut session, "\naa");
    assert!(shown(&session).contains("root-user"));
    press(&mut session, "e⌧7:8\na");
    press(&mut session, "a");
    let screen = shown(&session);
    assert!(screen.contains("another answer changed") && screen.contains("\"uid=7\", \"gid=8\""), "{screen}");
    assert!(screen.contains("writable-root-filesystem · `web`"), "{screen}");
    press(&mut session, "a");
    assert_eq!(name(&session), "closing");
}

#[test]
fn a_policy_that_is_there_keeps_what_it_says_and_asks_nothing_twice() {
    let mut planner = Pure::of(TWO, &["root-user"]);
    "# ours\n[[decline]]\npass = \"root-user\"\ncontainer = \"db\"\n".clone_into(&mut planner.policy);
    let mut session = session(&planner);
    assert_eq!(session.cards.len(), 1, "what the policy declines is no question");
    press(&mut session, "\naw");
    assert!(text(&session.screen().body).contains("+[[accept]]"), "{}", shown(&session));
}

#[test]
fn answers_go_on_where_somebody_quit() {
    let planner = Pure::of(TWO, &["root-user", "writable-root-filesystem"]);
    let mut first = session(&planner);
    assert_eq!(press(&mut first, "\nawa reason\n\nq"), Some(Ending::Quit));
    let plain = planner.alone("");
    let ground = Ground { shown: "task.json", bytes: TWO.as_bytes(), policy: "", plan: &plain };
    let saved = Saved::parse(&Saved::of(ground, first.answers()).text()).expect("it reads back");
    assert_eq!(saved.answers(), *first.answers());
    assert_eq!(saved.changes(ground), [""; 0]);
    let mut next = Session::new(&planner, first.subject.clone(), (SIZE, today()), saved.answers()).expect("it begins");
    assert!(shown(&next).contains("2 of 4 answered"), "{}", shown(&next));
    press(&mut next, "\n");
    assert!(shown(&next).contains("3 of 4"), "{}", shown(&next));

    let other = TWO.replace("DB_PASSWORD", "DB_HOST");
    let changes = saved.changes(Ground { bytes: other.as_bytes(), policy: "# new\n", ..ground });
    assert_eq!(changes, ["task.json has other bytes", "the policy says something else", "the findings are the same"]);
    let fewer = Pure::of(TWO, &["root-user"]).alone("");
    let changes = saved.changes(Ground { bytes: b"{}", plan: &fewer, ..ground });
    assert!(changes[1].starts_with("2 findings gone: writable-root-filesystem"), "{changes:?}");
    assert!(Saved::parse(&saved.text().replace("\"form\": 1", "\"form\": 2")).is_none());
}

#[test]
fn what_is_kept_of_a_session_holds_no_value_of_the_definition() {
    let planner = Pure::of(TWO, &[]);
    let mut session = session(&planner);
    press(&mut session, "\naaaaaaaa");
    let plain = planner.alone("");
    let ground = Ground { shown: "task.json", bytes: TWO.as_bytes(), policy: "", plan: &plain };
    assert!(!Saved::of(ground, session.answers()).text().contains("correct-horse"));
}

#[test]
fn nothing_is_asked_about_a_container_that_no_policy_could_single_out() {
    let planner = Pure::of(&TWO.replace("\"name\": \"web\"", "\"name\": \"${name}\""), &["root-user"]);
    let mut session = session(&planner);
    press(&mut session, "\ne");
    assert!(shown(&session).contains("the name of the container is not known here"), "{}", shown(&session));
    press(&mut session, "s");
    assert_eq!(name(&session), "asking");
    press(&mut session, "w");
    assert_eq!(name(&session), "asking");
}
