use ecs_harden_transforms::knobs::{Layers, Subject};
use ecs_harden_transforms::pass::PassId;
use ecs_harden_transforms::waiver::{Says, Waivers};

use super::*;

fn read(text: &str) -> Result<Policy, PolicyError> {
    Policy::parse("ecs-harden.toml", text, "2026-06-30".parse().expect("a day"))
}

fn refusal(text: &str) -> String {
    let error = read(text).expect_err("the policy is refused");
    format!("{error} | {}", error.next_step)
}

fn of<'s>(family: &'s str, container: &'s str) -> Subject<'s> {
    Subject { family: Some(family), container: Some(container) }
}

const POLICY: &str = r#"
disable = ["excess-capabilities"]

[root-user]
user = "7:7"

[[override]]
family = "shop-*"
container = "web"
enable = ["excess-capabilities"]
[override.root-user]
user = "8:8"

[[override]]
container = "web"
[override.root-user]
user = "9:9"
"#;

#[test]
fn the_later_override_that_matches_is_heard() {
    let layers = Layers::from(read(POLICY).expect("the policy is fine").layers);
    let user = |subject| {
        let found = layers.pick(subject, |knobs| knobs.root_user.user.as_ref()).expect("a user is set");
        (found.value.to_string(), found.by.kind)
    };
    assert_eq!(user(of("shop-eu", "web")), ("9:9".into(), Provenance::Policy));
    assert_eq!(user(of("shop-eu", "db")), ("7:7".into(), Provenance::Policy));
    assert_eq!(layers.switch(of("shop-eu", "web"), PassId("excess-capabilities")), Some(true));
    assert_eq!(layers.switch(of("blog", "web"), PassId("excess-capabilities")), Some(false));
    assert_eq!(layers.switch(of("blog", "web"), PassId("root-user")), None);
}

#[test]
fn every_setting_knows_its_line() {
    let policy = read(POLICY).expect("the policy is fine");
    let lines: Vec<_> = policy.settings.iter().map(|setting| (setting.key.as_str(), setting.line)).collect();
    assert_eq!(
        lines,
        [("disable", 2), ("root-user.user", 5), ("enable", 10), ("root-user.user", 12), ("root-user.user", 17)]
    );
}

const WAIVERS: &str = r#"
[[waiver]]
pass = "excess-capabilities"
container = "web"
subject = "NET_*"
reason = "packet capture"
owner = "network team"
expires = 2026-06-30

[[waiver]]
pass = "root-user"
reason = "until the image is rebuilt"
expires = "2026-06-29"
"#;

#[test]
fn a_waiver_holds_on_its_last_day_and_for_its_subject_alone() {
    let waivers = Waivers::from(read(WAIVERS).expect("the policy is fine").waivers);
    let found = |pass, container, what| {
        waivers
            .find(PassId(pass), of("shop", container), what)
            .map(|(_, waiver)| (waiver.state, waiver.written.as_str()))
    };
    let holds = Some((WaiverState::Holds, "ecs-harden.toml:2"));
    assert_eq!(found("excess-capabilities", "web", "NET_ADMIN"), holds);
    assert_eq!(found("excess-capabilities", "web", "SYS_ADMIN"), None);
    assert_eq!(found("excess-capabilities", "db", "NET_ADMIN"), None);
    assert_eq!(found("root-user", "db", "user"), Some((WaiverState::Expired, "ecs-harden.toml:10")));
    assert_eq!(found("writable-root-filesystem", "db", "user"), None);
}

#[test]
fn of_two_waivers_the_one_that_holds_counts() {
    let text = "[[waiver]]\npass = \"root-user\"\nreason = \"a\"\nexpires = 2020-01-01\n[[waiver]]\npass = \"root-user\"\nreason = \"b\"\n";
    let waivers = Waivers::from(read(text).expect("the policy is fine").waivers);
    let found =
        waivers.find(PassId("root-user"), of("shop", "web"), "user").map(|(number, waiver)| (number, waiver.state));
    assert_eq!(found, Some((1, WaiverState::Holds)));
}

#[test]
fn who_declines_is_heard_before_who_accepts_and_each_about_what_it_names() {
    let text = "[[decline]]\npass = \"root-user\"\ncontainer = \"db\"\n\n[[accept]]\npass = \"root-user\"\nfamily = \"sh*\"\n\n\
        [[accept]]\npass = \"excess-capabilities\"\nsubject = \"NET_*\"\n";
    let policy = read(text).expect("the policy is fine");
    let written: Vec<&str> = policy.rulings.iter().map(|ruling| ruling.written.as_str()).collect();
    assert_eq!(written, ["ecs-harden.toml:1", "ecs-harden.toml:5", "ecs-harden.toml:9"]);
    let waivers = Waivers::from(policy.waivers).with(policy.rulings);
    let said = |pass, family, container, what| waivers.ruling(PassId(pass), of(family, container), what);
    assert_eq!(said("root-user", "shop", "web", "user"), Some(Says::Accept));
    assert_eq!(said("root-user", "shop", "db", "user"), Some(Says::Decline));
    assert_eq!(said("root-user", "blog", "web", "user"), None);
    assert_eq!(said("excess-capabilities", "blog", "web", "NET_RAW"), Some(Says::Accept));
    assert_eq!(said("excess-capabilities", "blog", "web", "CHOWN"), None);
}

#[test]
fn refusals_name_the_place_and_the_nearest_and_never_a_value() {
    let cases = [
        (
            "[root-usr]\nuser = \"7\"\n",
            "ecs-harden.toml:1:2: there is no key `root-usr` here | the nearest is `root-user`",
        ),
        ("[root-user]\nusr = \"7\"\n", "ecs-harden.toml:2:1: there is no key `usr` here | the nearest is `user`"),
        (
            "[root-user]\nuser = \"hunter2 hunter2\"\n",
            "ecs-harden.toml:2:8: `root-user.user` takes \"UID:GID\" or a name, not root | `ecs-harden explain root-user` tells more about it",
        ),
        (
            "root-user = 7\n",
            "ecs-harden.toml:1:1: `root-user` is a section | write it as [root-user], and the knobs below it",
        ),
        (
            "disable = [\"root-usr\"]\n",
            "ecs-harden.toml:1:11: `disable` takes a list of passes | `ecs-harden passes` lists them",
        ),
        ("[[overide]]\n", "ecs-harden.toml:1:3: there is no key `overide` here | the nearest is `override`"),
        (
            "[override]\nfamily = \"a\"\n",
            "ecs-harden.toml:1:1: these are tables, each of its own | write [[override]], [[waiver]], [[accept]] or [[decline]] before each",
        ),
        (
            "[[override]]\nfamily = \"a\"\ncontainer = \"[\"\n",
            "ecs-harden.toml:3:13: this is not a valid glob | names may hold * and ?",
        ),
        (
            "[[waiver]]\npass = \"root-user\"\n",
            "ecs-harden.toml:1:1: this waiver has no `reason` | a waiver says which pass it is about, and the reason",
        ),
        (
            "[[decline]]\ncontainer = \"web\"\n",
            "ecs-harden.toml:1:1: this has no `pass` | say which pass it is about; `ecs-harden passes` lists them",
        ),
        (
            "[[accept]]\npass = \"root-user\"\nreason = \"r\"\n",
            "ecs-harden.toml:3:1: there is no key `reason` here | the nearest is `pass`",
        ),
        (
            "[[waiver]]\npass = \"root-usr\"\nreason = \"r\"\n",
            "ecs-harden.toml:2:8: there is no such pass | the nearest is `root-user`",
        ),
        (
            "[[waiver]]\npass = \"root-user\"\nreason = \"r\"\nexpires = 2026-06-30T10:00:00Z\n",
            "ecs-harden.toml:4:11: `expires` takes a day | write it as 2027-01-31: its last day, in UTC",
        ),
        (
            "[ownership]\nteraform = []\n",
            "ecs-harden.toml:2:1: there is no key `teraform` here | the nearest is `terraform`",
        ),
        (
            "[ownership]\nnobody = \"shop\"\n",
            "ecs-harden.toml:2:10: `ownership.nobody` takes a list of names | write it as [\"shop-*\", \"blog\"]: services or families",
        ),
        (
            "[ownership]\npipeline = [\"a\",\n  \" \"]\n",
            "ecs-harden.toml:3:3: `ownership.pipeline` takes a list of names | write it as [\"shop-*\", \"blog\"]: services or families",
        ),
        (
            "[ownership]\npipeline = [\"a\", \"[\"]\n",
            "ecs-harden.toml:2:18: this is not a valid glob | names may hold * and ?",
        ),
        (
            "ownership = []\n",
            "ecs-harden.toml:1:1: `ownership` is a section | write it as [ownership], and the lists below it",
        ),
        ("[ownerships]\n", "ecs-harden.toml:1:2: there is no key `ownerships` here | the nearest is `ownership`"),
        (
            "[[override]]\nownership = {}\n",
            "ecs-harden.toml:2:1: `ownership` is about services, not about containers | write [ownership] before the first [[override]]",
        ),
        ("[root-user\n", "ecs-harden.toml:1:11: this is not TOML | see https://toml.io for its rules"),
    ];
    for (text, expected) in cases {
        assert_eq!(refusal(text), expected);
    }
}

const OWNERSHIP: &str = r#"
[ownership]
nobody = ["*"]
pipeline = ["checkout-*",
    "blog"]
terraform = ["shop-?", "checkout-db"]
"#;

#[test]
fn an_owner_is_found_by_service_or_family_and_nobody_is_heard_last() {
    let ownership = read(OWNERSHIP).expect("the policy is fine").ownership;
    let of = |service, family| {
        let owned = ownership.of(service, family).expect("everything is owned");
        (owned.owner, owned.written.as_str())
    };
    assert_eq!(of("shop-1", "anything"), (DeclaredOwner::Terraform, "ecs-harden.toml:6"));
    assert_eq!(of("anything", "shop-1"), (DeclaredOwner::Terraform, "ecs-harden.toml:6"));
    assert_eq!(of("checkout-db", "web"), (DeclaredOwner::Terraform, "ecs-harden.toml:6"));
    assert_eq!(of("checkout-web", "web"), (DeclaredOwner::Pipeline, "ecs-harden.toml:4"));
    assert_eq!(of("blog", "web"), (DeclaredOwner::Pipeline, "ecs-harden.toml:5"));
    assert_eq!(of("shop-12", "web"), (DeclaredOwner::Nobody, "ecs-harden.toml:3"));
    let silent = read("[ownership]\n").expect("the policy is fine").ownership;
    assert!(silent.of("shop-1", "web").is_none());
}

#[test]
fn each_layer_knows_where_it_is_written_and_what_it_was_learnt_from() {
    let text = r#"
# the platform's secrets
[secrets.arns]
A = "arn:aws:ssm:eu-central-1:123456789012:parameter/a"
B = "arn:aws:ssm:eu-central-1:123456789012:parameter/b"

[[images]]
name = "shop-web"
repositories = ["shop/web"]

[[override]]
container = "web"
# learnt from old.log:9
# the wiki says why
# learnt from web.log:3, web.log:7
writable-root-filesystem = { paths = ["/tmp", "/run"] }
root-user = { user = "7:7" }
"#;
    let layers = read(text).expect("the policy is fine").layers;
    let written = |name: &str| {
        let layer = layers.iter().find(|layer| layer.written.name == name).expect("it is set");
        layer.written.clone()
    };
    assert_eq!(written("secrets.arns").place, Some(("ecs-harden.toml".to_owned(), 3)));
    assert_eq!(written("secrets.arns").entry(&["B"]), Some(("B", 5)));
    assert_eq!(written("secrets.arns").entry(&["C", "options/C"]), None);
    assert_eq!(written("images").entry(&["user", "shop-web"]), Some(("shop-web", 7)));
    assert_eq!(written("root-user.user").place, Some(("ecs-harden.toml".to_owned(), 17)));
    assert!(written("root-user.user").learnt.is_empty());
    assert_eq!(written("writable-root-filesystem.paths").learnt, ["old.log:9", "web.log:3", "web.log:7"]);
}
