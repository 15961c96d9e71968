//! Changes that try to get past the gate: what they bring is weak, whatever its name, place or spelling, and is told.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::{FINDING, NO_POLICY, Scratch, Told, WAIVER, git, weak};

/// A definition in which nothing is weak to `root-user`.
fn good(family: &str) -> String {
    weak(family, 0).replace("\"memory\"", "\"user\": \"7:7\", \"memory\"")
}

impl Scratch {
    /// A repository with these files, and a branch at hand on which nothing was changed yet.
    fn branched(files: &[(&str, &str)]) -> Self {
        let scratch = Self::repository(files);
        scratch.git(&["checkout", "--quiet", "-b", "change"]);
        scratch
    }

    /// Commits all there is, what is ignored too, and runs the gate over these paths.
    fn gate(&self, arguments: &[&str]) -> Told {
        self.git(&["add", "--all", "--force"]);
        self.git(&["commit", "--quiet", "--message", "change"]);
        self.gate_as_it_is(arguments)
    }

    fn gate_as_it_is(&self, arguments: &[&str]) -> Told {
        self.check(&[&["--changed-since", "main", "--policy-from", "main"], arguments].concat())
    }

    fn link(&self, to: &str, name: &str) {
        let path = self.path().join(name);
        drop(fs::remove_file(&path));
        symlink(to, path).unwrap();
    }
}

impl Told {
    /// That the weak definition at `place` is told, and decides.
    #[track_caller]
    fn finds(&self, place: &str) {
        assert!(
            self.status == 1 && self.out.contains(&format!("{place}:")),
            "{}\n{}{}",
            self.status,
            self.out,
            self.err
        );
    }
}

#[test]
fn whatever_is_ignored_hidden_or_spelled_otherwise_is_looked_at() {
    let start = || Scratch::branched(&[("prod/t.json", &good("t")), ("o.json", &good("o"))]);
    let weak = weak("t", 0);

    let ignored = start();
    ignored.write("prod/t.json", &weak);
    ignored.write("prod/.gitignore", "t.json\n");
    ignored.gate(&["."]).finds("prod/t.json");

    let dotted = start();
    dotted.write("prod/t.json", &weak);
    dotted.write(".ignore", "prod\n");
    dotted.gate(&["."]).finds("prod/t.json");

    let hidden = start();
    hidden.git(&["mv", "prod", ".prod"]);
    hidden.write(".prod/t.json", &weak);
    hidden.gate(&["."]).finds(".prod/t.json");

    let spelled = start();
    spelled.write("prod/t.json", &weak.replace("containerD", "container\\u0044"));
    spelled.gate(&["."]).finds("prod/t.json");

    // What is too long to be read is refused, and not left out.
    let long = start();
    long.write("prod/t.json", &format!("{}{weak}", " ".repeat(5 << 20)));
    let told = long.gate(&["."]);
    assert!(
        told.status == 2 && told.err.contains("prod/t.json:1:4194305: the text is larger than 4 MiB"),
        "{}",
        told.err
    );

    let wide = start();
    let utf16: Vec<u8> = "\u{feff}".encode_utf16().chain(weak.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    fs::write(wide.path().join("prod/t.json"), utf16).unwrap();
    let told = wide.gate(&["."]);
    assert!(told.status == 2 && told.err.contains("prod/t.json:1:1: the text is UTF-16"), "{}", told.err);

    let odd = start();
    fs::write(odd.path().join(std::ffi::OsStr::from_bytes(b"prod/t\xff.json")), &weak).unwrap();
    odd.gate(&["."]).finds("prod/t\u{fffd}.json");
}

#[test]
fn a_directory_that_cannot_be_looked_into_is_told() {
    let scratch = Scratch::new();
    scratch.write("sub/t.json", &weak("t", 0));
    scratch.write("ok.json", &good("ok"));
    let sub = scratch.path().join("sub");
    fs::set_permissions(&sub, fs::Permissions::from_mode(0o444)).unwrap();
    // Root may look into everything.
    if fs::metadata(sub.join("t.json")).is_err() {
        let told = scratch.check(&["."]);
        assert!(told.status == 2 && told.err.contains("`./sub/t.json` cannot be read"), "{}", told.err);
    } else {
        println!("skipped: this user may look into every directory");
    }
    fs::set_permissions(&sub, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_move_is_none_only_where_content_and_policy_stay() {
    // The order of lines is content, though git calls the two alike.
    let lines = |first: &str, second: &str| {
        format!(
            "{{\n\"family\": \"t\",\n\"containerDefinitions\": [{{\n\"name\": \"app\",\n\"image\": \"a:1\",\n{first}\n\"x\": {{\n{second}\n\"y\": 1 }} }}]\n}}\n"
        )
    };
    let scratch = Scratch::branched(&[("a.json", &lines("\"user\": \"7:7\",", "\"user\": \"0\","))]);
    scratch.git(&["mv", "a.json", "b.json"]);
    scratch.write("b.json", &lines("\"user\": \"0\",", "\"user\": \"7:7\","));
    scratch.gate(&["."]).finds("b.json");

    let policies = Scratch::branched(&[("lab/t.json", &weak("t", 0)), ("lab/ecs-harden.toml", WAIVER)]);
    policies.write("svc/.keep", "");
    policies.git(&["mv", "lab/t.json", "svc/t.json"]);
    policies.gate(&["."]).finds("svc/t.json");

    let renamed = Scratch::branched(&[("notes.txt", &weak("t", 0)), ("attic/u.json", &weak("u", 0))]);
    renamed.git(&["mv", "notes.txt", "task.json"]);
    renamed.gate(&["."]).finds("task.json");
    // It was not among what is looked at.
    fs::create_dir(renamed.path().join("live")).unwrap();
    renamed.git(&["mv", "attic/u.json", "live/u.json"]);
    renamed.gate(&["live"]).finds("live/u.json");

    let same = Scratch::branched(&[("lab/t.json", &weak("t", 0)), ("lab/ecs-harden.toml", "")]);
    fs::create_dir(same.path().join("lab/deep")).unwrap();
    same.git(&["mv", "lab/t.json", "lab/deep/u.json"]);
    same.gate(&["."]).is(0, "", "");
}

#[test]
fn what_links_and_submodules_lead_to_is_touched_with_them() {
    let linked = Scratch::repository(&[("v1/t.json", &good("t")), ("v2/t.json", &weak("t", 0))]);
    linked.link("v1", "current");
    linked.commit();
    linked.git(&["checkout", "--quiet", "-b", "change"]);
    linked.gate_as_it_is(&["current/t.json"]).is(0, "", "");
    linked.link("v2", "current");
    linked.gate(&["current/t.json"]).finds("current/t.json");
    linked.gate_as_it_is(&["."]).finds("v2/t.json");

    let module = Scratch::repository(&[("t.json", &good("t"))]);
    let scratch = Scratch::repository(&[("o.json", &good("o"))]);
    scratch.git(&["submodule", "--quiet", "add", module.path().to_str().unwrap(), "s"]);
    scratch.commit();
    scratch.git(&["checkout", "--quiet", "-b", "change"]);
    scratch.gate_as_it_is(&["."]).is(0, "", "");
    scratch.write("s/t.json", &weak("t", 0));
    git(&scratch.path().join("s"), &["commit", "--quiet", "--all", "--message", "weak"]);
    scratch.gate(&["."]).finds("s/t.json");

    // Of what git does not track nobody can tell what it was.
    let other = scratch.check(&["--changed-since", "main", module.path().to_str().unwrap()]);
    other.is(0, "", NO_POLICY);
    module.write("t.json", &weak("t", 0));
    let other = scratch.check(&["--changed-since", "main", module.path().join("t.json").to_str().unwrap()]);
    assert_eq!(other.status, 1, "{}", other.err);
    scratch.write(".gitignore", "built.json\n");
    scratch.write("built.json", &weak("built", 0));
    scratch.gate_as_it_is(&["built.json"]).finds("built.json");
    scratch.git(&["update-index", "--assume-unchanged", "o.json"]);
    scratch.write("o.json", &weak("o", 0));
    scratch.gate_as_it_is(&["o.json"]).finds("o.json");
}

#[test]
fn links_of_the_change_choose_neither_policy_nor_baseline() {
    let empty = "{\"version\": 1, \"findings\": []}";
    let known = "{\"version\": 1, \"findings\": [{\"file\": \"t.json\", \"pass\": \"root-user\", \"family\": \"t\", \"container\": \"app\", \"subject\": \"user\"}]}";
    let start = || {
        Scratch::branched(&[
            ("lab/ecs-harden.toml", WAIVER),
            ("lab/b.json", known),
            ("strict.toml", ""),
            ("b.json", empty),
            ("t.json", &good("t")),
            ("svc/t.json", &good("t")),
        ])
    };
    let policy = start();
    policy.link("lab/ecs-harden.toml", "strict.toml");
    policy.write("t.json", &weak("t", 0));
    let told = policy.gate(&["--policy", "strict.toml", "."]);
    told.finds("t.json");
    assert!(told.err.ends_with("policy main:strict.toml\n"), "{}", told.err);

    let baseline = start();
    baseline.link("lab/b.json", "b.json");
    baseline.write("t.json", &weak("t", 0));
    baseline.gate(&["--baseline", "b.json", "."]).finds("t.json");

    let definition = start();
    definition.write("lab/t.json", &weak("t", 0));
    definition.link("../lab/t.json", "svc/t.json");
    let refused = "error: svc/t.json: this link is new, and another policy counts where it leads: here none, there main:lab/ecs-harden.toml\n  hint: put the file itself there, or name one policy with --policy\n";
    for path in ["svc/t.json", "."] {
        let told = definition.gate_as_it_is(&[path]);
        assert!(told.status == 2 && told.err.ends_with(refused), "{path}: {}", told.err);
    }

    // A policy outside of the repository is beyond the reach of its changes.
    let elsewhere = Scratch::new();
    elsewhere.write("org.toml", WAIVER);
    let outside = elsewhere.path().join("org.toml");
    let told = baseline.gate_as_it_is(&["--policy", outside.to_str().unwrap(), "."]);
    assert_eq!((told.status, told.out.as_str()), (0, ""), "{}", told.err);
}

#[test]
fn a_policy_that_is_a_link_counts_as_what_it_led_to() {
    let scratch = Scratch::repository(&[
        ("ecs-harden.toml", WAIVER),
        ("pol/strict.toml", ""),
        ("svc/t.json", &good("t")),
        ("out/t.json", &good("t")),
    ]);
    scratch.link("../pol/strict.toml", "svc/ecs-harden.toml");
    scratch.link("/nonexistent/ecs-harden.toml", "out/ecs-harden.toml");
    scratch.commit();
    scratch.git(&["checkout", "--quiet", "-b", "change"]);
    scratch.write("svc/t.json", &weak("t", 0));
    scratch.link("../ecs-harden.toml", "svc/ecs-harden.toml");
    scratch.gate(&["svc"]).finds("svc/t.json");
    let out = "error: out/ecs-harden.toml: at main the link out/ecs-harden.toml leads out of the repository\n  hint: put the file itself there, or name one with --policy\n";
    scratch.check(&["--policy-from", "main", "out"]).is(2, "", out);
}

#[test]
fn a_tag_is_not_taken_for_the_branch_of_its_name() {
    let scratch = Scratch::branched(&[("t.json", &good("t"))]);
    scratch.write("t.json", &weak("t", 0));
    scratch.commit();
    scratch.git(&["tag", "main", "change"]);
    let told = "error: main names more than one thing here: refs/heads/main, refs/tags/main\n  hint: write the one that is meant in full\n";
    scratch.gate_as_it_is(&["."]).is(2, "", told);
    scratch.check(&["--changed-since", "refs/heads/main", "."]).finds("t.json");
}

/// What a repository's configuration would run on its files may not run here.
#[test]
fn no_filter_of_the_repository_is_run() {
    let scratch = Scratch::branched(&[("t.json", &good("t"))]);
    scratch.write(".gitattributes", "*.json filter=a=b\n*.tpl filter=x\n");
    for key in ["filter.a=b.clean", "filter.a=b.process", "filter.x.clean"] {
        scratch.git(&["config", key, "touch ran; cat"]);
    }
    scratch.git(&["config", "filter.a=b.required", "true"]);
    scratch.write("t.json", &weak("t", 0));
    scratch.write("u.tpl", &weak("u", 0));
    scratch.gate_as_it_is(&["."]).finds("t.json");
    assert!(!scratch.path().join("ran").exists());
}

#[test]
fn the_last_definition_may_go() {
    let scratch = Scratch::branched(&[("svc/t.json", &good("t")), ("package.json", "{}")]);
    scratch.git(&["rm", "--quiet", "svc/t.json", "package.json"]);
    let note = "note: svc/t.json: gone since main, so there is nothing to check\n";
    scratch.gate(&["."]).is(0, "", note);
    let directory = "note: svc: gone since main, so there is nothing to check\n";
    scratch.gate_as_it_is(&["svc"]).is(0, "", directory);
}

#[test]
fn what_could_not_be_told_is_no_excuse_for_what_is_weak() {
    let scratch = Scratch::new();
    let user = |user: &str| weak("t", 0).replace("\"memory\"", &format!("\"user\": \"{user}\", \"memory\""));
    scratch.write("t.json", &user("${APP_USER}"));
    scratch.check(&["t.json", "--write-baseline", "b.json"]);
    assert!(scratch.read("b.json").contains("\"undetermined\": true"), "{}", scratch.read("b.json"));
    scratch.check(&["t.json", "--strict", "--baseline", "b.json"]).is(0, "", NO_POLICY);
    scratch.write("t.json", &user("0"));
    scratch.check(&["t.json", "--baseline", "b.json"]).finds("t.json");
}

#[test]
fn reports_go_over_nothing_that_is_read_and_not_over_each_other() {
    let scratch = Scratch::new();
    let definition = weak("t", 0);
    scratch.write("t.json", &definition);
    scratch.write("ecs-harden.toml", "");
    scratch.write("b.json", "{\"version\": 1, \"findings\": []}");
    scratch.link("t.json", "link");
    let hint = "  hint: name another file; `check` changes no file that it reads\n";
    for (arguments, told) in [
        (&["--output", "sarif=./t.json"][..], "no report can go to ./t.json: it is looked at itself"),
        (&["--output", "sarif=link"], "no report can go to link: it is looked at itself"),
        (&["--write-baseline", "t.json"], "no report can go to t.json: it is looked at itself"),
        (&["--output", "json=ecs-harden.toml"], "no report can go to ecs-harden.toml: a policy is there"),
        (&["--baseline", "b.json", "--output", "json=b.json"], "no report can go to b.json: the baseline is there"),
    ] {
        scratch.check(&[&["t.json"], arguments].concat()).is(2, "", &format!("error: {told}\n{hint}"));
    }
    let twice = "error: two reports go to ./r\n  hint: give each a file of its own\n";
    scratch.check(&["t.json", "--output", "json=r", "--output", "sarif=./r"]).is(2, "", twice);
    assert_eq!(scratch.read("t.json"), definition);
    // One that cannot be written keeps no other from being written.
    let told = scratch.check(&["t.json", "--output", "json=none/r", "--output", "junit=r.xml"]);
    assert_eq!(told.status, 2, "{}", told.err);
    assert!(scratch.read("r.xml").contains("root-user"));
    // A baseline of what was touched alone would forget the rest.
    let part = scratch.check(&["t.json", "--changed-since", "main", "--write-baseline", "b.json"]);
    assert!(part.status == 2 && part.err.contains("cannot be used with"), "{}", part.err);
}

#[test]
fn named_files_that_hold_something_else_are_skipped_on_request() {
    let scratch = Scratch::new();
    scratch.write("taskdef.schema.json", "{\"a\": 1}");
    scratch.write("t.json", &weak("t", 0));
    assert_eq!(scratch.check(&["taskdef.schema.json"]).status, 2);
    scratch.check(&["--definitions-only", "taskdef.schema.json"]).is(0, "", "");
    let both = scratch.check(&["--definitions-only", "taskdef.schema.json", "t.json"]);
    both.is(1, &format!("t.json:4:7: {FINDING}"), NO_POLICY);
    assert_eq!(scratch.check(&["--definitions-only", "none.json"]).status, 2);
}
