//! A policy to start from: what the definitions of a directory ask for, every setting commented out.
//!
//! Prose begins with `# `, a setting with `#` alone: taking the `#` away puts it in force.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use ecs_harden_transforms::arn::{self, Region};
use ecs_harden_transforms::edit::Edit;
use ecs_harden_transforms::engine::{Decision, Judged};
use ecs_harden_transforms::knobs::Subject;
use ecs_harden_transforms::model::TaskView;
use ecs_harden_transforms::pass::{Provenance, Remedy, Run};
use ecs_harden_transforms::passes::{self, excess_capabilities, missing_log_configuration, plaintext_secret};
use ecs_harden_transforms::passes::{root_user, writable_root_filesystem};

use super::{clean, counted};
use crate::plan::Plan;

/// The most containers that get a block of their own; one shows how it is done.
const MOST_BLOCKS: usize = 12;

/// What was seen so far.
#[derive(Debug, Default)]
pub struct Starter {
    files: usize,
    region: Option<String>,
    account: Option<String>,
    secrets: BTreeMap<String, BTreeSet<String>>,
    without_logs: BTreeSet<String>,
    blocks: Vec<Block>,
    manual: BTreeMap<&'static str, usize>,
}

/// What one container asks for.
#[derive(Debug)]
struct Block {
    about: String,
    family: Option<String>,
    container: String,
    settings: Vec<String>,
}

impl Starter {
    /// Adds what one file asks for.
    pub fn add(&mut self, shown: &str, plan: &Plan) {
        self.files += 1;
        let task = TaskView::new(&plan.document);
        self.places(&task);
        let mut settings: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for judged in &plan.outcome.findings {
            let finding = &judged.finding;
            let subject = Subject {
                family: task.family(),
                container: finding.container.as_ref().and_then(|container| container.name.as_deref()),
            };
            let id = finding.pass.id;
            if id == plaintext_secret::PASS.id && judged.decision == Decision::Manual {
                self.secrets.entry(finding.subject.clone()).or_default().insert(title(subject));
            } else if id == missing_log_configuration::PASS.id && judged.decision == Decision::Manual {
                self.without_logs.insert(title(subject));
            } else if judged.decision == Decision::Manual && finding.pass.knobs.is_empty() {
                *self.manual.entry(id.0).or_default() += 1;
            }
            if let (Some(container), Some(setting)) = (&finding.container, setting(judged)) {
                settings.entry(container.index).or_default().push(setting);
            }
        }
        for container in task.seen() {
            let wanted = settings.remove(&container.index()).unwrap_or_default();
            let Some(name) = container.name().filter(|_| !wanted.is_empty()) else { continue };
            self.blocks.push(Block {
                about: format!("{} in {}", container.title(), shown),
                family: task.family().map(str::to_owned),
                container: name.to_owned(),
                settings: wanted,
            });
        }
    }

    /// Region and account, as far as a definition tells them.
    fn places(&mut self, task: &TaskView<'_>) {
        let arns = ["taskDefinitionArn", "executionRoleArn", "taskRoleArn"];
        let arns: Vec<&str> = arns.into_iter().filter_map(|member| task.member(member).text().known()).collect();
        let account =
            arns.iter().filter_map(|arn| arn::owner(arn)).map(|(_, account)| account).find(|id| !id.is_empty());
        let logs = task.seen().into_iter().find_map(|container| {
            container.member("logConfiguration").member("options").member("awslogs-region").text().known()
        });
        let region = arns.iter().find_map(|arn| Region::of_arn(arn)).map(|region| region.to_string());
        let region = region.or_else(|| Region::try_from(logs?.to_owned()).ok().map(|region| region.to_string()));
        self.account = self.account.take().or_else(|| account.map(str::to_owned));
        self.region = self.region.take().or(region);
    }

    /// How many definitions were seen.
    pub const fn files(&self) -> usize {
        self.files
    }

    /// The policy.
    pub fn text(&self) -> String {
        let mut text = format!(
            "# Policy of ecs-harden, made from {}. Nothing below is in force until the # before it is taken away.\n\
             # `ecs-harden policy show FILE` tells what applies to a definition, `ecs-harden explain PASS` what each setting does.\n",
            counted(self.files, "task definition")
        );
        Self::on_request(&mut text);
        self.secret_section(&mut text);
        self.log_section(&mut text);
        Self::ownership(&mut text);
        self.overrides(&mut text);
        self.waivers(&mut text);
        text
    }

    fn on_request(text: &mut String) {
        let ids: Vec<&str> =
            passes::TABLE.into_iter().filter(|pass| pass.run == Run::OnRequest).map(|pass| pass.id.0).collect();
        if !ids.is_empty() {
            push(text, &["", "# Passes that run on request."]);
            push(text, &[&format!("#enable = [{}]", listed(&ids))]);
        }
        push(text, &["", "# Passes that never run.", "#disable = []"]);
    }

    fn secret_section(&self, text: &mut String) {
        let region = self.region.as_deref().unwrap_or("eu-central-1");
        let account = self.account.as_deref().unwrap_or("123456789012");
        push(text, &["", "[secrets]"]);
        push(
            text,
            &[
                "# Where the values of variables are kept. Naming a parameter says that it exists: store the values first.",
            ],
        );
        push(text, &[&format!("#template = \"arn:aws:ssm:{region}:{account}:parameter/{{family}}/{{name}}\"")]);
        if self.secrets.is_empty() {
            push(text, &["# No credential was found in plain text."]);
        }
        for (name, containers) in &self.secrets {
            let bare = name.strip_prefix("options/").unwrap_or(name);
            push(text, &[&format!("# {}: {}", clean(name), few(containers))]);
            let legal = bare.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.-".contains(letter));
            let last = if legal { bare } else { "NAME" };
            let arn = format!("arn:aws:ssm:{region}:{account}:parameter/FAMILY/{last}");
            push(text, &[&format!("#arns.{} = {}", quoted(bare), quoted(&arn))]);
        }
    }

    fn log_section(&self, text: &mut String) {
        let region = self.region.as_deref().unwrap_or("eu-central-1");
        push(
            text,
            &[
                "",
                "[logs]",
                "# The log group of containers without one, and its region. Naming it says that it exists.",
            ],
        );
        if !self.without_logs.is_empty() {
            push(text, &[&format!("# Without one: {}", few(&self.without_logs))]);
        }
        push(text, &["#group = \"/ecs/{family}\"", &format!("#region = {}", quoted(region))]);
    }

    fn ownership(text: &mut String) {
        push(text, &["", "[ownership]"]);
        push(text, &["# Who else registers revisions, and so may undo a change: names of services or of families."]);
        push(text, &["#terraform = [\"shop-*\"]", "#pipeline = []"]);
        push(text, &["# Nobody else does, and you vouch for it."]);
        push(text, &["#nobody = []"]);
    }

    fn overrides(&self, text: &mut String) {
        push(
            text,
            &[
                "",
                "# What single containers need. Users and paths below are guesses: try each before you take its # away.",
            ],
        );
        for block in self.blocks.iter().take(MOST_BLOCKS) {
            push(text, &["", &format!("# {}", clean(&block.about)), "#[[override]]"]);
            if let Some(family) = &block.family {
                push(text, &[&format!("#family = {}", quoted(&glob(family)))]);
            }
            push(text, &[&format!("#container = {}", quoted(&glob(&block.container)))]);
            for setting in &block.settings {
                push(text, &[&format!("#{setting}")]);
            }
        }
        match self.blocks.len().saturating_sub(MOST_BLOCKS) {
            0 => {}
            more => push(text, &["", &format!("# {} would look alike.", counted(more, "further container"))]),
        }
    }

    fn waivers(&self, text: &mut String) {
        push(text, &["", "# What you live with, and why. `family`, `container` and `subject` narrow a waiver down."]);
        let mut manual: Vec<(&str, String)> =
            self.manual.iter().map(|(id, count)| (*id, counted(*count, "finding"))).collect();
        if manual.is_empty() {
            manual.push((root_user::PASS.id.0, "for example".to_owned()));
        }
        for (id, count) in manual {
            push(text, &["", &format!("# {id}: {count}"), "#[[waiver]]", &format!("#pass = {}", quoted(id))]);
            push(text, &["#reason = \"why, and who agreed\"", "#owner = \"a team\"", "#expires = 2099-12-31"]);
        }
    }
}

/// The setting that would vouch for what a fix guesses.
fn setting(judged: &Judged) -> Option<String> {
    let Remedy::Fix(fix) = &judged.finding.remedy else { return None };
    if fix.weakest() > Provenance::BuiltInDefault {
        return None;
    }
    let id = judged.finding.pass.id;
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    if id == root_user::PASS.id {
        let user = fix.edits.iter().find_map(|edit| match edit {
            Edit::Set { path, value } if path.to_string().ends_with("/user") => text(value),
            _ => None,
        })?;
        return Some(format!("root-user = {{ user = {} }}", quoted(&user)));
    }
    if id == writable_root_filesystem::PASS.id {
        let paths = fix.edits.iter().filter_map(|edit| match edit {
            Edit::Append { value, .. } => text(value.get("containerPath")?),
            _ => None,
        });
        let paths: Vec<String> = paths.collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        return Some(format!("writable-root-filesystem = {{ paths = [{}] }}", listed(&paths)));
    }
    (id == excess_capabilities::PASS.id).then(|| "excess-capabilities = { keep = [] }".to_owned())
}

fn push(text: &mut String, lines: &[&str]) {
    for line in lines {
        writeln!(text, "{line}").expect("a string takes every text");
    }
}

/// A text as TOML writes it on one line: as JSON does, which leaves one character bare that TOML refuses.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

fn listed(texts: &[&str]) -> String {
    texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ")
}

/// A glob that matches this name alone.
fn glob(name: &str) -> String {
    name.chars().fold(String::new(), |mut glob, letter| {
        if "*?[]{}\\".contains(letter) {
            glob.push('\\');
        }
        glob.push(letter);
        glob
    })
}

fn title(subject: Subject<'_>) -> String {
    let names = [subject.family, subject.container];
    let names: Vec<&str> = names.into_iter().flatten().collect();
    if names.is_empty() { "a container without a name".to_owned() } else { names.join("/") }
}

/// The first few names, and how many more there are.
fn few(names: &BTreeSet<String>) -> String {
    const SHOWN: usize = 5;
    let first: Vec<String> = names.iter().take(SHOWN).map(|name| clean(name)).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ecs_harden_transforms::engine::Fault;
    use ecs_harden_transforms::intent::{ExecUse, Selection, Wishes};
    use ecs_harden_transforms::knobs::Layers;
    use ecs_harden_transforms::model::TargetWish;
    use ecs_harden_transforms::waiver::Waivers;

    use super::*;
    use crate::policy::Policy;

    fn starter(text: &str) -> String {
        let wishes = Wishes {
            selection: Selection::all(passes::ids()),
            target: TargetWish::default(),
            os: None,
            layers: Layers::default(),
            waivers: Waivers::default(),
            images: Arc::default(),
            pins: Arc::default(),
            exec: ExecUse::NotKnown,
        };
        let mut starter = Starter::default();
        starter.add("task.json", &Plan::of(text.as_bytes(), &wishes, Fault::None).unwrap());
        starter.text()
    }

    fn policy(text: &str) -> Policy {
        let today = "2026-11-24".parse().unwrap();
        Policy::parse("ecs-harden.toml", text, today).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    /// Names that are hard to write down: quotes, globs, line ends, control characters.
    const DEFINITION: &str = r#"{"family": "shop *[1]", "networkMode": "host", "requiresCompatibilities": ["EC2"],
        "containerDefinitions": [{"name": "a\"b\n#c", "image": "i", "memory": 64, "environment": [
            {"name": "spring.datasource.password", "value": "tr0ub4dor-and-3"},
            {"name": "Key\u0007 \"Token", "value": "tr0ub4dor-and-3"}]}]}"#;

    #[test]
    fn nothing_of_it_is_in_force() {
        let policy = policy(&starter(DEFINITION));
        assert!(policy.layers.is_empty() && policy.waivers.is_empty());
    }

    #[test]
    fn every_setting_can_be_put_in_force() {
        let text = starter(DEFINITION);
        let open = |line: &str| match line.strip_prefix('#') {
            Some(setting) if !setting.starts_with(' ') => setting.to_owned(),
            _ => line.to_owned(),
        };
        let opened: Vec<String> = text.lines().map(open).collect();
        let policy = policy(&opened.join("\n"));
        for key in
            ["disable", "secrets.template", "logs.group", "root-user.user", "secrets.arns.spring.datasource.password"]
        {
            assert!(policy.settings.iter().any(|setting| setting.key == key), "{key}\n{text}");
        }
        let override_ = policy.settings.iter().find(|setting| setting.key == "root-user.user").unwrap();
        let of = |container| Subject { family: Some("shop *[1]"), container: Some(container) };
        assert!(override_.scope.covers(of("a\"b\n#c")) && !override_.scope.covers(of("b")));
        assert!(policy.waivers.iter().any(|waiver| waiver.pass.0 == "host-network-mode"));
    }

    #[test]
    fn no_value_is_in_it() {
        assert!(!starter(DEFINITION).contains("tr0ub4dor"));
    }
}
