//! Every key at every prompt, and Ctrl-C at each.

use std::fs;

use crate::pty::{CTRL_C, Stage};

/// Two containers; everything that nobody may see holds `planted`.
pub(crate) const TWO: &str = r#"{
  "family": "shop",
  "requiresCompatibilities": ["EC2"],
  "executionRoleArn": "arn:aws:iam::123456789012:role/shop",
  "containerDefinitions": [
    {
      "name": "web",
      "image": "registry.example.com/web:1",
      "command": ["--token=planted-in-a-command"],
      "dockerLabels": {"planted-label": "planted"},
      "memberOfTheFuture": "planted",
      "environment": [{"name": "DB_PASSWORD", "value": "planted-horse-battery"}]
    },
    {
      "name": "db",
      "image": "registry.example.com/db:1"
    }
  ]
}
"#;

const ESC: &str = "\u{1b}";
/// Keys, and what each shows.
type Keys = &'static [(&'static str, &'static str)];

/// The pass that runs, the keys that lead to a prompt and what it shows; then keys there, and what each shows. What begins with `.` is an
/// exit status.
const PROMPTS: &[(&str, &str, &str, Keys)] = &[
    (
        "root-user",
        "",
        "",
        &[("\r", "1 of 2"), (" ", "1 of 2"), ("?", "goes to the first finding"), ("q", ".3"), ("z", "no such key")],
    ),
    (
        "root-user",
        "\r",
        "1 of 2",
        &[
            ("a", "2 of 2"),
            ("A", "all decided"),
            ("S", "all decided"),
            ("s", "not applied"),
            ("e", "user of `web`"),
            ("w", "waive root-user"),
            ("x", "Severity medium"),
            ("b", "2 findings"),
            ("\u{1b}[D", "2 findings"),
            ("?", "applies the fix"),
            ("q", ".3"),
            ("z", "no such key"),
            ("\r", "no such key"),
            (ESC, "no such key"),
        ],
    ),
    ("root-user", "\rab", "answered: apply", &[("\r", "2 of 2"), ("s", "not applied")]),
    (
        "plaintext-secret",
        "\r",
        "1 of 2",
        &[
            ("a", "nothing to apply"),
            ("A", "nothing to apply"),
            ("s", "2 of 2"),
            ("e", "ARN of `DB_PASSWORD` of `web`"),
            ("w", "waive"),
        ],
    ),
    (
        "root-user",
        "\rs",
        "not applied",
        &[
            ("s", "2 of 2"),
            ("d", "2 of 2"),
            ("b", "1 of 2"),
            ("\r", "1 of 2"),
            (ESC, "1 of 2"),
            ("?", "declines it"),
            ("q", ".3"),
            ("z", "no such key"),
        ],
    ),
    (
        "root-user",
        "\re",
        "user of `web`",
        &[
            ("\r", "1 of 2"),
            ("7", "1000:10007"),
            ("\u{7f}", "1000:100"),
            ("\u{1b}[D\u{1b}[D7", "1000:1070"),
            ("\u{1b}[H7", "71000:1000"),
            ("\u{1b}[H\u{1b}[3~", "000:1000"),
            ("\u{15}0\r", "must not be root"),
            ("\u{15}\r", "1 of 2"),
            (ESC, "1 of 2"),
            ("倉", "1000:1000倉"),
        ],
    ),
    (
        "missing-log-configuration",
        "\re",
        "log group of `web`",
        &[("\r", "1 of 2"), ("two words\r", "! "), ("/ecs/shop\r", "its region of `web`"), (ESC, "1 of 2")],
    ),
    (
        "missing-log-configuration",
        "\re/ecs/shop\r",
        "its region of `web`",
        &[("Frankfurt\r", "a region is named"), ("eu-central-1\r", "your answer"), ("\r", "1 of 2"), (ESC, "1 of 2")],
    ),
    (
        "writable-root-filesystem",
        "\re",
        "paths of `web`",
        &[
            ("\u{15}tmp\r", "is absolute"),
            ("\u{15}/tmp 8\r", "your answer"),
            ("\u{15}/tmp 8, /run 16 exec\r", "left to you: a tmpfs at /run"),
            (ESC, "1 of 2"),
        ],
    ),
    (
        "plaintext-secret",
        "\re",
        "ARN of `DB_PASSWORD` of `web`",
        &[
            ("nonsense\r", "this is no ARN"),
            ("arn:aws:ssm:eu-central-1:123456789012:parameter/x\r", "your answer"),
            ("\r", "1 of 2"),
        ],
    ),
    (
        "excess-capabilities",
        "\re",
        "that `web` keeps",
        &[
            (" ", "> [x] AUDIT_WRITE"),
            ("\u{1b}[B", "> [ ] CHOWN"),
            ("j", "> [ ] CHOWN"),
            ("jk", "> [ ] AUDIT_WRITE"),
            ("j\u{1b}[A", "> [ ] AUDIT_WRITE"),
            ("\u{1b}[F", "> [ ] SYS_CHROOT"),
            ("j\u{1b}[H", "> [ ] AUDIT_WRITE"),
            ("\r", "your answer"),
            (ESC, "1 of 2"),
            ("b", "1 of 2"),
            ("\u{1b}[D", "1 of 2"),
            ("?", "lets it go"),
            ("q", ".3"),
            ("z", "no such key"),
        ],
    ),
    (
        "root-user",
        "\rw",
        "reason: ",
        &[("\r", "1 of 2"), ("why", "reason: why"), ("why\r", "until: "), (ESC, "1 of 2")],
    ),
    (
        "root-user",
        "\rwwhy\r",
        "until: ",
        &[
            ("\r", "2 of 2"),
            ("2027-01-31\r", "2 of 2"),
            ("2020-01-31\r", "is over"),
            ("soon\r", "write the day"),
            (ESC, "1 of 2"),
        ],
    ),
    (
        "root-user",
        "\rx",
        "Severity medium",
        &[
            (" ", "more lines"),
            ("\r", "more lines"),
            ("\u{1b}[B", "more lines"),
            ("b", "1 of 2"),
            ("q", "1 of 2"),
            (ESC, "1 of 2"),
        ],
    ),
    ("root-user", "\r?", "any key back", &[("z", "1 of 2"), (ESC, "1 of 2")]),
    (
        "root-user",
        "\rA",
        "all decided",
        &[
            ("w", "keep these answers"),
            ("o", "stays as it is"),
            ("b", "back to which finding"),
            ("\u{1b}[D", "back to which finding"),
            ("x", ".3"),
            ("q", ".3"),
            ("?", "writes the file"),
            ("z", "no such key"),
        ],
    ),
    (
        "root-user",
        "\rAb",
        "back to which finding",
        &[
            ("\r", "2 of 2"),
            (" ", "2 of 2"),
            ("k\r", "1 of 2"),
            ("\u{1b}[A\r", "1 of 2"),
            ("\u{1b}[H\r", "1 of 2"),
            ("kj\r", "2 of 2"),
            ("k\u{1b}[B\r", "2 of 2"),
            ("k\u{1b}[F\r", "2 of 2"),
            ("b", "all decided"),
            (ESC, "all decided"),
            ("\u{1b}[D", "all decided"),
            ("?", "goes to that finding"),
            ("q", ".3"),
            ("z", "no such key"),
        ],
    ),
    (
        "root-user",
        "\rAo",
        "stays as it is",
        &[
            ("\r", "all decided"),
            (ESC, "all decided"),
            ("task.json\r", "is there already"),
            ("no/such\r", "there is no directory"),
            ("x.json\r", "keep these answers"),
        ],
    ),
    (
        "root-user",
        "\rAw",
        "keep these answers",
        &[
            ("b", "all decided"),
            (ESC, "all decided"),
            ("\u{1b}[D", "all decided"),
            ("?", "into the policy"),
            ("q", ".3"),
            ("z", "no such key"),
        ],
    ),
];

#[test]
fn every_key_at_every_prompt_does_what_it_says_and_ctrl_c_leaves_everything_as_it_was() {
    let rows: Vec<_> = PROMPTS
        .iter()
        .flat_map(|(only, setup, prompt, keys)| keys.iter().map(move |row| (only, setup, prompt, row)))
        .collect();
    let next = std::sync::Mutex::new(rows.iter());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let Some((only, setup, prompt, (key, shown))) = next.lock().unwrap().next() else { break };
                    let stage = Stage::with("task.json", TWO);
                    stage.write("ecs-harden.toml", "# ours\n");
                    let before = stage.files();
                    let mut pty = stage.begin(&["fix", "-i", "task.json", "--only", only]);
                    pty.send(setup);
                    if !prompt.is_empty() {
                        pty.expect(prompt);
                        pty.expect(if ["reason: ", "until: "].contains(prompt) { "" } else { prompt_end(prompt) });
                    }
                    pty.send(key);
                    let expected = if let Some(status) = shown.strip_prefix('.') {
                        status.parse().unwrap()
                    } else {
                        pty.expect(shown);
                        pty.send(CTRL_C);
                        130
                    };
                    let ended = pty.end();
                    assert_eq!(ended.status, expected, "{only} {setup:?} {key:?}:\n{}", ended.text);
                    assert_eq!(stage.files(), before, "{only} {setup:?} {key:?}");
                }
            });
        }
    });
}

/// What stands at the end of a screen.
fn prompt_end(prompt: &str) -> &'static str {
    match prompt {
        "user of `web`" => "user: ",
        "log group of `web`" => "log group: ",
        "its region of `web`" => "its region: ",
        "paths of `web`" => "paths: ",
        "ARN of `DB_PASSWORD` of `web`" => "ARN: ",
        "stays as it is" => "file: ",
        _ => "> ",
    }
}

#[test]
fn at_the_two_prompts_that_write_ctrl_c_comes_too_late_for_nothing() {
    // `y` and `n` write, so here is that they do, and that what was there before stays readable.
    for (key, keeps) in [("y", true), ("n", false)] {
        let stage = Stage::with("task.json", TWO);
        let mut pty = stage.begin(&["fix", "-i", "task.json", "--only", "root-user"]);
        pty.press("\rAw", "keep these answers");
        pty.send(key);
        let ended = pty.end();
        assert_eq!(ended.status, 0, "{}", ended.text);
        assert!(ended.text.contains(&format!("> {key}\n")), "the scrollback tells what was answered:\n{}", ended.text);
        assert!(ended.text.contains("fixed 2 of 2 findings"), "{}", ended.text);
        assert_ne!(stage.read("task.json").unwrap(), TWO);
        assert_eq!(stage.read("ecs-harden.toml").is_some(), keeps);
    }
}

#[test]
fn a_signal_from_elsewhere_brings_the_terminal_back_too() {
    for signal in ["INT", "TERM"] {
        let stage = Stage::with("task.json", TWO);
        let before = stage.files();
        let mut pty = stage.begin(&["fix", "-i", "task.json"]);
        pty.press("\r", "1 of");
        let pid = fs::read_dir("/proc")
            .unwrap()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok()?.parse::<u32>().ok())
            .find(|pid| {
                let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
                let at = fs::read_link(format!("/proc/{pid}/cwd")).ok();
                command.starts_with(env!("CARGO_BIN_EXE_ecs-harden").as_bytes())
                    && at == stage.place.path().canonicalize().ok()
            })
            .expect("it runs");
        let sent = std::process::Command::new("kill").arg(format!("-{signal}")).arg(pid.to_string()).status().unwrap();
        assert!(sent.success());
        let ended = pty.end();
        assert_eq!(ended.status, 130, "{signal}:\n{}", ended.text);
        assert_eq!(stage.files(), before);
    }
}
