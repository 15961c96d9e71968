//! Whole sessions: what is written is what a run without a person writes under the policy that was kept.

use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::prompts::TWO;
use crate::pty::{CTRL_C, Stage, example};

/// What the run without a person makes of a definition under the policy that lies there.
fn alone(stage: &Stage, name: &str, text: &str, flags: &[&str]) -> String {
    let again = Stage::with(name, text);
    if let Some(policy) = stage.read("ecs-harden.toml") {
        again.write("ecs-harden.toml", &policy);
    }
    let output = again.program(&[&["fix", name][..], flags].concat()).output().unwrap();
    assert!(output.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&output.stderr));
    again.read(name).unwrap()
}

#[test]
fn a_session_on_the_example_applies_edits_waives_declines_goes_back_quits_resumes_and_writes() {
    let name = "checkout-api.json";
    let text = example(name);
    let stage = Stage::with(name, &text);
    let mut pty = stage.begin(&["fix", "-i", name]);
    pty.press("\r", "1 of 9 · high · excess-capabilities · `api`");
    pty.press("a", "2 of 9 · high · excess-capabilities · `xray-daemon`");
    pty.press("e", "that `xray-daemon` keeps");
    pty.press("\u{1b}[F", "> [ ] SYS_CHROOT");
    pty.press("k\u{1b}[B ", "> [x] SYS_CHROOT");
    pty.press("\r", "the capabilities that are kept: your answer");
    pty.press("a", "3 of 9 · high · missing-log-configuration");
    pty.press("wits own stream\r", "until: ");
    pty.press("2027-01-31\r", "4 of 9 · high · plaintext-secret");
    pty.press("b", "answered: waive: its own stream, until 2027-01-31");
    pty.press("\r", "4 of 9");
    // Quit, and go on.
    pty.send("q");
    let ended = pty.end();
    assert_eq!(ended.status, 3, "{}", ended.text);
    assert_eq!(stage.read(name).unwrap(), text);
    assert_eq!(stage.read("ecs-harden.toml"), None);
    let kept: Vec<_> = std::fs::read_dir(stage.path(".state/ecs-harden/sessions")).unwrap().collect();
    let kept = kept.into_iter().next().unwrap().unwrap();
    assert_eq!(kept.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!std::fs::read_to_string(kept.path()).unwrap().contains("correct-horse"));

    let mut pty = stage.begin(&["fix", "-i", name, "--resume"]);
    pty.press("\r", "4 of 9 · high · plaintext-secret");
    pty.press("e", "ARN: ");
    pty.press("DB_PASSWORD\r", "this is no ARN");
    pty.press("\u{15}arn:aws:ssm:eu-central-1:123456789012:parameter/checkout/DB\r", "your answer");
    pty.press("a", "5 of 9 · high · writable-root-filesystem");
    pty.press("a", "6 of 9 · high · writable-root-filesystem");
    pty.press("s", "this time");
    pty.press("d", "7 of 9 · medium · root-user");
    pty.press("e", "user: ");
    pty.press("\u{15}101:101\r", "\"user\": \"101:101\"");
    pty.press("a", "8 of 9 · low · unbounded-open-files");
    // The tmpfs belongs to the new user, so it is asked again after the rest.
    pty.press("A", "another answer changed what this one rests on");
    pty.expect("uid=101");
    pty.press("a", "all decided");
    pty.press("w", "keep these answers for next time? They go into ecs-harden.toml, a new file");
    pty.expect("+[[decline]]");
    pty.send("y");
    let ended = pty.end();
    assert_eq!(ended.status, 1, "{}", ended.text);
    assert!(ended.text.contains("answers kept: ecs-harden.toml") && ended.text.contains(&format!("written: {name}")));
    let policy = stage.read("ecs-harden.toml").unwrap();
    for line in
        ["root-user = { user = \"101:101\" }", "reason = \"its own stream\"", "[[decline]]", "DB_PASSWORD = \"arn:"]
    {
        assert!(policy.contains(line), "{policy}");
    }
    assert_eq!(alone(&stage, name, &text, &[]), stage.read(name).unwrap(), "{policy}");
    // Nothing is asked twice: what is left was decided.
    let output = stage.program(&["fix", name]).output().unwrap();
    assert_eq!(output.stdout, b"", "{}", String::from_utf8_lossy(&output.stderr));
    assert!(std::fs::read_dir(stage.path(".state/ecs-harden/sessions")).unwrap().next().is_none());
}

#[test]
fn every_example_written_in_a_session_is_what_its_policy_says() {
    for (name, keys) in [("checkout-api.json", "a"), ("log-agent-ec2.json", "a"), ("reports-windows.json", "s")] {
        let text = example(name);
        let stage = Stage::with(name, &text);
        let policy = example("ecs-harden.toml");
        stage.write("ecs-harden.toml", &policy);
        let mut pty = stage.begin(&["fix", "-i", name]);
        pty.send("\r");
        // Whatever is asked: apply it, and what cannot be applied is left.
        pty.send(&format!("{keys}sd").repeat(40));
        pty.expect("all decided");
        pty.expect("> ");
        pty.send("w");
        pty.send("y");
        let ended = pty.end();
        assert!(ended.status < 2, "{name}:\n{}", ended.text);
        let now = stage.read("ecs-harden.toml").unwrap();
        assert!(now.starts_with(&policy[..policy.find("[[override]]").unwrap()]), "what stood there stays: {now}");
        assert_eq!(alone(&stage, name, &text, &[]), stage.read(name).unwrap(), "{name}: {now}");
    }
}

#[test]
fn a_definition_can_go_elsewhere() {
    let stage = Stage::with("task.json", TWO);
    let mut pty = stage.begin(&["fix", "-i", "task.json", "--only", "root-user"]);
    pty.press("\rAo", "file: ");
    pty.press("hardened.json\r", "keep these answers");
    pty.send("n");
    let ended = pty.end();
    assert_eq!(ended.status, 0, "{}", ended.text);
    assert!(ended.text.contains("written: hardened.json"), "{}", ended.text);
    assert_eq!(stage.read("task.json").unwrap(), TWO);
    assert_eq!(stage.read("hardened.json").unwrap(), alone(&stage, "task.json", TWO, &["--only", "root-user"]));
}

#[test]
fn a_file_that_somebody_changed_meanwhile_stays_and_so_do_the_answers() {
    let stage = Stage::with("task.json", TWO);
    let mut pty = stage.begin(&["fix", "-i", "task.json", "--only", "root-user"]);
    pty.press("\rA", "all decided");
    let other = TWO.replace("web:1", "web:2");
    stage.write("task.json", &other);
    pty.press("w", "keep these answers");
    pty.send("y");
    let ended = pty.end();
    assert_eq!(ended.status, 2, "{}", ended.text);
    assert!(ended.text.contains("changed"), "{}", ended.text);
    assert_eq!(stage.read("task.json").unwrap(), other);
    assert_eq!(stage.read("ecs-harden.toml"), None);
    stage.write("task.json", TWO);
    let mut pty = stage.begin(&["fix", "-i", "task.json", "--only", "root-user", "--resume"]);
    pty.press("\r", "all decided");
    pty.press("w", "keep these answers");
    pty.send("y");
    assert_eq!(pty.end().status, 0);
}

#[test]
fn several_files_are_asked_about_one_after_the_other() {
    let stage = Stage::with("a.json", TWO);
    stage.write("b.json", TWO);
    let mut pty = stage.begin(&["fix", "-i", "a.json", "b.json", "--only", "root-user"]);
    pty.press("\rAw", "keep these answers");
    pty.press("y", "b.json (2 of 2)");
    // The answers of the first are kept, and hold here.
    pty.press("\r", "1 of 2 · medium · root-user");
    pty.press("A", "all decided");
    pty.send("w");
    let ended = pty.end();
    assert_eq!(ended.status, 0, "{}", ended.text);
    assert_eq!(stage.read("a.json"), stage.read("b.json"));
}

#[test]
fn a_session_does_not_go_on_about_something_else() {
    let stage = Stage::with("task.json", TWO);
    let resumed = |text: &str, expected: i32| {
        let mut pty = stage.start(&["fix", "-i", "task.json", "--resume"]);
        pty.expect(text);
        let ended = pty.end();
        assert_eq!(ended.status, expected, "{}", ended.text);
    };
    resumed("no answers of another time are kept", 3);
    let mut pty = stage.begin(&["fix", "-i", "task.json"]);
    pty.press("\r", "1 of");
    pty.send("sq");
    assert_eq!(pty.end().status, 3);
    let other = TWO.replace("DB_PASSWORD", "DB_HOST_NAME_PASSWORD");
    stage.write("task.json", &other);
    resumed("task.json has other bytes; 1 finding gone: plaintext-secret (DB_PASSWORD); 1 finding new", 3);
    stage.write("task.json", TWO);
    let mut pty = stage.start(&["fix", "-i", "task.json"]);
    pty.expect("answers of another time are kept; --resume goes on with them");
    pty.expect("begin ·");
    pty.send("\r");
    pty.expect("1 of");
    pty.send(CTRL_C);
    assert_eq!(pty.end().status, 130);
}

#[test]
fn any_terminal_will_do() {
    let settings: [(u16, &[(&str, &str)]); 4] =
        [(60, &[]), (60, &[("NO_COLOR", "1")]), (80, &[("TERM", "dumb")]), (30, &[("TERM", "dumb")])];
    for (columns, environment) in settings {
        let mut stage = Stage::with("task.json", TWO);
        stage.columns = columns;
        stage.environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut pty = stage.begin(&["fix", "-i", "task.json", "--only", "root-user"]);
        pty.press("\r", "1 of 2");
        pty.resize(columns + 17);
        pty.press("w", "reason: ");
        pty.press("倉庫", "倉庫");
        pty.resize(columns);
        pty.press("\r", "until: ");
        pty.press("\r", "2 of 2");
        pty.press("a", "all decided");
        pty.press("w", "keep");
        pty.send("y");
        let ended = pty.end();
        assert_eq!(ended.status, 0, "{}", ended.text);
        assert!(stage.read("ecs-harden.toml").unwrap().contains("reason = \"倉庫\""));
        if !environment.is_empty() {
            let widest = ended.text.lines().map(|line| line.chars().count()).filter(|count| *count > 0).max();
            assert!(widest.is_some(), "{}", ended.text);
        }
    }
}

#[test]
fn a_plain_terminal_gets_letters_alone() {
    let mut stage = Stage::with("task.json", TWO);
    stage.environment = vec![("TERM".into(), "dumb".into())];
    let mut pty = stage.begin(&["fix", "-i", "task.json", "--only", "excess-capabilities"]);
    pty.press("\re", "> [ ] AUDIT_WRITE");
    pty.press(" ", "> [x] AUDIT_WRITE");
    pty.send(CTRL_C);
    assert!(!pty.raw().contains('\u{1b}'));
    assert_eq!(pty.end().status, 130);
}

#[test]
fn without_a_terminal_it_is_refused_at_once_and_the_way_without_a_person_is_named() {
    let stage = Stage::with("task.json", TWO);
    for (arguments, names) in [
        (&["fix", "-i", "task.json"][..], &["--set", "--only", "--no-defaults", "ecs-harden.toml"][..]),
        (&["apply", "-i", "--cluster", "c", "--service", "s"], &["--dry-run", "--set", "--yes", "ecs-harden.toml"]),
    ] {
        let begun = std::time::Instant::now();
        let output = stage.program(arguments).stdin(Stdio::null()).output().unwrap();
        assert!(begun.elapsed() < std::time::Duration::from_secs(1));
        assert_eq!(output.status.code(), Some(3));
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.starts_with("error: nobody can be asked: this is no terminal\n  hint: "), "{told}");
        assert!(names.iter().all(|name| told.contains(name)), "{told}");
    }
}
