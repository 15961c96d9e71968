use super::*;
use crate::rollout::api::Aws;
use crate::rollout::port::Failure;
use crate::rollout::table::{ACCOUNT, DENIED, Table, World};

const ROLE: &str = "arn:aws:iam::123456789012:role/checkout-execution";
const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/db-AbCdEf";
const PARAMETER: &str = "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/token";
const GROUP: &str = "arn:aws:logs:eu-central-1:123456789012:log-group:/ecs/checkout:*";
const LOGS: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];

fn definition(container: &str) -> Document {
    with_role(container, &format!(r#""executionRoleArn": "{ROLE}","#))
}

fn with_role(container: &str, role: &str) -> Document {
    let text = format!(
        r#"{{"family": "checkout", {role} "containerDefinitions": [{{"name": "api", "image": "i" {container}}}]}}"#
    );
    Document::read(text).unwrap()
}

fn secret(pointer: &str) -> String {
    format!(r#", "secrets": [{{"name": "DB_PASSWORD", "valueFrom": "{pointer}"}}]"#)
}

fn logs(further: &str) -> String {
    format!(
        r#", "logConfiguration": {{"logDriver": "awslogs", "options": {{"awslogs-group": "/ecs/checkout", "awslogs-region": "eu-central-1"{further}}}}}"#
    )
}

fn look(table: &Table, before: &Document, after: &Document, version: &str) -> Result<Preflight, CallError> {
    let placement = Placement { account: ACCOUNT.into(), platform_versions: [version.to_owned()].into() };
    preflight(&Aws::new(table, table), before, after, &Layers::default(), &placement)
}

/// What was found out about a container that was given more, as lines.
fn told(fill: impl FnOnce(&mut World), more: &str) -> Vec<String> {
    let table = Table::of(|world| {
        world.roles.insert(ROLE.into());
        fill(world);
    });
    lines(&look(&table, &definition(""), &definition(more), "LATEST").unwrap())
}

fn lines(found: &Preflight) -> Vec<String> {
    let part = |word: &str, obstacles: &[Obstacle]| {
        obstacles.iter().map(|obstacle| format!("{word}: {}", obstacle.what)).collect::<Vec<_>>()
    };
    let confirmed = found.confirmed.iter().map(|what| format!("ok: {what}")).collect();
    [part("missing", &found.missing), part("unchecked", &found.unchecked), confirmed].concat()
}

#[test]
fn a_secret_that_is_there_and_may_be_read_is_confirmed() {
    let fill = |world: &mut World| {
        world.secrets.insert(SECRET.into(), None);
        world.allow(ROLE, &["secretsmanager:GetSecretValue"], SECRET);
    };
    assert_eq!(
        told(fill, &secret(&format!("{SECRET}:password::"))),
        [
            format!(
                "ok: the secret {SECRET} of `secrets[0].valueFrom` of `api` exists; its value, JSON keys included, was not read"
            ),
            format!("ok: {ROLE} may secretsmanager:GetSecretValue on {SECRET}"),
        ]
    );
}

#[test]
fn what_does_not_exist_is_missing() {
    for (more, what) in [
        (secret(SECRET), "the secret"),
        (secret(PARAMETER), "the parameter"),
        (logs(""), "the log group /ecs/checkout"),
    ] {
        let told = told(|world| world.allow(ROLE, &LOGS, GROUP), &more);
        assert!(told[0].starts_with(&format!("missing: {what}")) && told[0].contains("does not exist"), "{told:?}");
    }
}

#[test]
fn a_role_that_may_not_is_missing_and_one_that_another_policy_may_allow_is_unchecked() {
    let all = |world: &mut World| {
        world.secrets.insert(SECRET.into(), None);
        world.parameters.insert("/shop/token".into(), None);
        world.log_groups.insert("/ecs/checkout".into());
    };
    assert!(
        told(all, &secret(PARAMETER))[0].starts_with(&format!("missing: no policy of {ROLE} allows ssm:GetParameters"))
    );
    assert!(told(all, &logs(""))[1].starts_with(&format!("missing: no policy of {ROLE} allows logs:PutLogEvents")));
    assert!(told(all, &secret(SECRET))[0].ends_with("; one of the resource itself may"));
    for (decision, begins) in [("explicitDeny", "missing: a policy of"), ("conditional", "unchecked: the policies of")]
    {
        let fill = |world: &mut World| {
            all(world);
            world.decide(ROLE, &["secretsmanager:GetSecretValue"], SECRET, decision);
        };
        assert!(told(fill, &secret(SECRET))[0].starts_with(begins), "{decision}");
    }
}

#[test]
fn a_key_of_ones_own_has_to_be_one_that_the_role_decrypts_with() {
    let key = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    for (named, allowed) in [(key, true), (key, false), ("1234abcd-12ab-34cd-56ef-1234567890ab", true)] {
        let fill = |world: &mut World| {
            world.secrets.insert(SECRET.into(), Some(named.into()));
            world.allow(ROLE, &["secretsmanager:GetSecretValue"], SECRET);
            if allowed {
                world.allow(ROLE, &["kms:Decrypt"], key);
            }
        };
        let told = told(fill, &secret(SECRET)).join("\n");
        assert_eq!(told.contains(&format!("ok: {ROLE} may kms:Decrypt on {key}")), allowed, "{told}");
        assert_eq!(
            told.contains(&format!("unchecked: no policy of {ROLE} allows kms:Decrypt on {key}")),
            !allowed,
            "{told}"
        );
    }
    let alias = |world: &mut World| drop(world.secrets.insert(SECRET.into(), Some("alias/shop".into())));
    assert!(told(alias, &secret(SECRET)).iter().any(|line| line.contains("is named by an alias, alias/shop")));
    let of_aws = |world: &mut World| drop(world.secrets.insert(SECRET.into(), Some("alias/aws/secretsmanager".into())));
    assert!(!told(of_aws, &secret(SECRET)).join("\n").contains("alias"));
}

#[test]
fn a_log_group_that_ecs_makes_need_not_exist_but_the_role_has_to_make_it() {
    let may = |world: &mut World| world.allow(ROLE, &[LOGS[0], LOGS[1], "logs:CreateLogGroup"], GROUP);
    let told_all = told(may, &logs(r#", "awslogs-create-group": "true""#));
    assert!(told_all.iter().all(|line| line.starts_with("ok: ")) && told_all.len() == 3, "{told_all:?}");
    let may_not = |world: &mut World| world.allow(ROLE, &LOGS, GROUP);
    let told = told(may_not, &logs(r#", "awslogs-create-group": "true""#));
    assert!(told[0].starts_with(&format!("missing: no policy of {ROLE} allows logs:CreateLogGroup")), "{told:?}");
}

#[test]
fn what_was_used_before_is_not_looked_at() {
    let table = Table::default();
    let container = format!("{}{}", secret(SECRET), logs(""));
    let (before, after) =
        (definition(&container), definition(&format!(r#"{container}, "readonlyRootFilesystem": true"#)));
    assert_eq!(look(&table, &before, &after, "1.3.0"), Ok(Preflight::default()));
    assert_eq!(table.world().calls, Vec::<String>::new());
}

#[test]
fn what_cannot_be_asked_is_unchecked_with_the_way_to_ask() {
    let table = Table::of(|world| {
        world.fail("logs:DescribeLogGroups", DENIED);
        world.fail("iam:SimulatePrincipalPolicy", (Failure::Unreachable, ""));
    });
    let found = look(&table, &definition(""), &definition(&logs("")), "").unwrap();
    assert_eq!((found.missing.len(), found.unchecked.len(), found.confirmed.len()), (0, 3, 0));
    assert!(found.unchecked[0].next_step.contains("\"logs:DescribeLogGroups\""), "{found:?}");
    // A host that cannot be reached is not tried again.
    let asked = table.world().calls.iter().filter(|call| *call == "iam:SimulatePrincipalPolicy").count();
    assert_eq!(asked, 1);
}

#[test]
fn without_credentials_nothing_else_is_tried() {
    let table = Table::of(|world| {
        world.fail("secretsmanager:DescribeSecret", (Failure::BadCredentials, "ExpiredTokenException"));
    });
    let found = look(&table, &definition(""), &definition(&secret(SECRET)), "");
    assert_eq!(found.unwrap_err().failure, Failure::BadCredentials);
    assert_eq!(table.world().calls.len(), 1);
}

#[test]
fn a_role_that_cannot_be_asked_about_is_told_once() {
    let elsewhere = ROLE.replace(ACCOUNT, "999999999999");
    for (role, why) in [
        (String::new(), "names no executionRoleArn"),
        (format!(r#""executionRoleArn": "{elsewhere}","#), "is of another account"),
        (r#""executionRoleArn": "checkout","#.to_owned(), "is no ARN"),
    ] {
        let table = Table::of(|world| drop(world.secrets.insert(SECRET.into(), None)));
        let after = with_role(&format!("{}{}", secret(SECRET), logs("")), &role);
        let found = look(&table, &with_role("", &role), &after, "").unwrap();
        assert_eq!(found.unchecked.iter().filter(|obstacle| obstacle.what.contains(why)).count(), 1, "{found:?}");
        assert!(!table.world().calls.iter().any(|call| call.starts_with("iam:")));
    }
    let table = Table::of(|world| drop(world.secrets.insert(SECRET.into(), None)));
    let found = look(&table, &definition(""), &definition(&secret(SECRET)), "").unwrap();
    assert_eq!(lines(&found)[0], format!("missing: the execution role {ROLE} does not exist"));
}

#[test]
fn what_is_of_another_region_or_account_is_unchecked() {
    for (arn, place) in [
        (SECRET.replace("eu-central-1", "us-east-1"), "region us-east-1"),
        (SECRET.replace(ACCOUNT, "999999999999"), "account 999999999999"),
    ] {
        let told = told(|world| drop(world.secrets.insert(arn.clone(), None)), &secret(&arn));
        assert!(told[0].starts_with("unchecked: ") && told[0].ends_with(&format!("is of {place}")), "{told:?}");
    }
}

#[test]
fn an_old_platform_version_has_no_tmpfs() {
    let tmpfs = r#", "linuxParameters": {"tmpfs": [{"containerPath": "/tmp", "size": 64}]}"#;
    let found = |version: &str, before: &str, after: &str| {
        lines(&look(&Table::default(), &definition(before), &definition(after), version).unwrap())
    };
    let expected = "missing: tmpfs of `api` takes platform version 1.4.0, and the service asks for 1.3.0";
    assert_eq!(found("1.3.0", "", tmpfs), [expected]);
    assert_eq!(found("1.3.0", tmpfs, tmpfs), Vec::<String>::new());
    for version in ["LATEST", "", "1.4.0", "1.10.0"] {
        assert_eq!(found(version, "", tmpfs), Vec::<String>::new(), "{version}");
    }
    assert!(found("next", "", tmpfs)[0].starts_with("unchecked: tmpfs"));
    let control = r#", "systemControls": [{"namespace": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]"#;
    assert!(found("1.3.0", "", control)[0].starts_with("missing: systemControls"));
}

#[test]
fn a_key_of_a_secret_needs_a_newer_platform_version_than_the_secret() {
    let found = |version: &str, pointer: &str| {
        let table = Table::default();
        let found = look(&table, &definition(""), &definition(&secret(pointer)), version).unwrap();
        lines(&found).into_iter().filter(|line| line.contains("platform version")).count()
    };
    let key = format!("{SECRET}:password::");
    assert_eq!(
        (found("1.3.0", SECRET), found("1.3.0", &key), found("1.2.0", &key), found("1.4.0", &key)),
        (0, 1, 2, 0)
    );
}

#[test]
fn attributes_that_are_new_and_that_no_instance_has_are_told() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let new = new_attributes(&names(&["a", "b"]), &names(&["b", "c", "a", "d"]));
    assert_eq!(new, names(&["c", "d"]));
    assert_eq!(unplaceable(&new, &[names(&["a", "c"]), names(&["a"])]), names(&["d"]));
    assert_eq!(unplaceable(&new, &[]), names(&["c", "d"]));
}
