//! Containers by their part in the task: the log router, those that prepare files for others, agents of the host.

use super::*;

const ROUTER: &str = r#", "firelensConfiguration": {"type": "fluentbit"}"#;

fn user_of(text: &str, layers: &[(Option<&str>, Json)]) -> Result<String, Vec<String>> {
    match first(text, &Wishes { layers: set(layers), ..wishes(json!({})) }).user.mend {
        Plan::Ready(mend) => Ok(mend.user.value),
        Plan::Blocked(obstacles) => Err(lines(&obstacles)),
    }
}

fn user(user: &str) -> Json {
    json!({ "root-user": { "user": user } })
}

#[test]
fn a_log_router_gets_a_number_that_somebody_gives_it_by_name() {
    let text = ec2(ROUTER, r#", {"name": "app", "image": "app"}"#, "");
    assert_eq!(user_of(&text, &[(Some("web"), user("2000:2000"))]), Ok("2000:2000".into()));
    for layers in [vec![], vec![(None, user("2000:2000"))], vec![(Some("web"), user("fluent"))]] {
        let found = user_of(&text, &layers).expect_err("nobody gives it a number");
        assert!(found[0].starts_with("`web` is the FireLens log router"), "{found:?}");
    }
}

#[test]
fn a_log_router_never_shares_its_number() {
    let shared = "the uid is that of `app` too, and the one of a log router must be its alone | choose another: --set 'web:root-user.user=UID:GID'";
    let beside = |members: &str| ec2(ROUTER, &format!(r#", {{"name": "app", "image": "app" {members}}}"#), "");
    let of = |members: &str, number: &str| user_of(&beside(members), &[(Some("web"), user(number))]);
    // The other container gets 1000 in the same run, or has it already.
    assert_eq!(of("", "1000:1000"), Err(vec![shared.into()]));
    assert_eq!(of(r#", "user": "1000""#, "1000:1000"), Err(vec![shared.into()]));
    assert_eq!(of(r#", "user": "7""#, "1000:1000"), Ok("1000:1000".into()));
    let plan = first(&beside(""), &Wishes { layers: set(&[(Some("web"), user("1000"))]), ..wishes(json!({})) });
    assert_eq!(after(&plan.user.after), "unknown");
}

const CHOWN: &str = r#", "command": ["sh", "-c", "chown -R 1000 /data"]"#;
const WAITS: &str =
    r#", {"name": "app", "image": "app", "dependsOn": [{"containerName": "web", "condition": "SUCCESS"}]}"#;

#[test]
fn a_command_that_changes_owners_keeps_root() {
    let next = "if it needs no root: --set 'web:root-user.user=UID:GID'";
    let waited = "`app` waits until `web` has done its work, and its command changes owners or modes, which takes root";
    let alone = "the command of `web` changes owners or modes, which takes root";
    assert_eq!(user_of(&ec2(CHOWN, WAITS, ""), &[]), Err(vec![format!("{waited} | {next}")]));
    assert_eq!(user_of(&ec2(CHOWN, "", ""), &[]), Err(vec![format!("{alone} | {next}")]));
    assert_eq!(user_of(&ec2(CHOWN, WAITS, ""), &[(Some("web"), user("7:7"))]), Ok("7:7".into()));
    // An image that is not root by itself changes no more than its own, unless it is made root.
    let of_image = |members: &str| {
        let text = ec2(&format!("{CHOWN}{members}"), "", "");
        user_of(&text.replacen(r#""image": "web""#, r#""image": "prom/node-exporter:v1""#, 1), &[])
    };
    assert_eq!(of_image(""), Ok("65534:65534".into()));
    assert_eq!(of_image(r#", "user": "0""#), Err(vec![format!("{alone} | {next}")]));
}

#[test]
fn what_the_program_of_an_image_writes_says_nothing_of_a_command_that_fills_volumes() {
    let paths = |command: &str, others: &str| {
        let text = ec2(&format!(r#", "command": {command}"#), others, "");
        let text = text.replacen(r#""image": "web""#, r#""image": "public.ecr.aws/datadog/agent:7.60.1""#, 1);
        match first(&text, &wishes(json!({}))).writable.mounts {
            Plan::Ready(mounts) => Ok(mounts.into_iter().map(|mount| mount.path).collect::<Vec<_>>().join(" ")),
            Plan::Blocked(obstacles) => Err(lines(&obstacles).len()),
        }
    };
    let copies = r#"["sh", "-c", "cp -a /etc/datadog-agent/. /config/"]"#;
    assert_eq!(paths(copies, WAITS), Ok("/tmp".into()));
    assert_eq!(paths(copies, ""), Err(1));
    assert_eq!(paths(r#"["agent", "run"]"#, WAITS), Err(1));
}

#[test]
fn what_prepares_files_keeps_what_that_takes() {
    let capabilities = |members: &str, others: &str, knobs: Json| {
        let text = ec2(members, others, "").replacen(r#""image": "web""#, r#""image": "busybox:1""#, 1);
        let plan = first(&text, &wishes(knobs)).capabilities;
        (names(&plan.allowed).join(" "), plan.form, plan.by.kind)
    };
    let guess = Provenance::BuiltInDefault;
    let for_files = ("CHOWN DAC_OVERRIDE FOWNER".to_owned(), DropForm::AllThenAdd, guess);
    assert_eq!(capabilities(CHOWN, WAITS, json!({})), for_files);
    assert_eq!(capabilities(&format!(r#"{CHOWN}, "user": "0""#), WAITS, json!({})), for_files);
    assert_eq!(capabilities(r#", "command": ["cp", "-a", "/etc/agent/.", "/config/"]"#, WAITS, json!({})), for_files);
    // Nobody waits, so it may do more than that; what is known of busybox says nothing of this command.
    let (allowed, form, _) = capabilities(CHOWN, "", json!({}));
    assert!(allowed.contains("SETUID") && !allowed.contains("NET_RAW") && form == DropForm::ByName, "{allowed}");
    let keep = capabilities(CHOWN, WAITS, json!({ "excess-capabilities": { "keep": ["CHOWN"] } }));
    assert_eq!(keep, ("CHOWN".to_owned(), DropForm::AllThenAdd, Provenance::Flag));
    // Going on as somebody else takes more.
    let migrates = r#", "command": ["sh", "-c", "chown -R 1000 /data && exec su-exec 1000 migrate"]"#;
    let (allowed, form, _) = capabilities(migrates, WAITS, json!({}));
    assert!(allowed.contains("SETUID") && form == DropForm::ByName, "{allowed}");
    // Whoever starts later may wait for it or not.
    let perhaps = r#", {"name": "app", "image": "app", "dependsOn": ${waits}}"#;
    assert_eq!(capabilities(CHOWN, perhaps, json!({})).1, DropForm::ByName);
    let not_root = capabilities(&format!(r#"{CHOWN}, "user": "7""#), WAITS, json!({}));
    assert_eq!(not_root.1, DropForm::All);
}

#[test]
fn an_agent_that_reads_its_host_stays_who_it_is() {
    let host = r#""volumes": [{"name": "proc", "host": {"sourcePath": "/proc"}}],"#;
    let mount = r#", "mountPoints": [{"sourceVolume": "proc", "containerPath": "/rootfs/proc", "readOnly": true}]"#;
    let agent = |image: &str, members: &str, task: &str| {
        let text = ec2(members, "", task).replacen(r#""image": "web""#, &format!(r#""image": "{image}""#), 1);
        user_of(&text, &[]).map_err(|reasons| reasons.join("; "))
    };
    let next = "if it needs no root: --set 'web:root-user.user=UID:GID'";
    let looks = "`web` looks like an agent that watches its host and";
    assert_eq!(
        agent("amazon/cloudwatch-agent:1", mount, host),
        Err(format!("{looks} mounts directories of its host (`proc`), which it may not read without root | {next}"))
    );
    assert_eq!(
        agent("amazon/cloudwatch-agent:1", "", r#""pidMode": "host","#),
        Err(format!("{looks} shares the processes of its host, which it may not read without root | {next}"))
    );
    assert_eq!(agent("amazon/cloudwatch-agent:1", "", ""), Ok("1000:1000".into()));
    // It starts as somebody else by itself.
    assert_eq!(agent("prom/node-exporter:v1", mount, host), Ok("65534:65534".into()));
    assert_eq!(agent("registry.example.com/web:1", mount, host), Ok("1000:1000".into()));
}
