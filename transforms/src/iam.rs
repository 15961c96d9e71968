//! What the execution role has to be allowed, so that ECS can start the task: read its secrets and parameters, and write its logs.
//!
//! Nothing more than what the definition names. What it does not tell is a [`Gap`], and never a wider right.

use std::collections::{BTreeMap, BTreeSet};

use crate::arn::{KeyArn, Region, SecretArn, Store};
use crate::intent::home;
use crate::knobs::{Layers, Subject};
use crate::model::{ContainerSlot, ContainerView, Place, Read, TaskView, Why};
use crate::secrets;

/// What is allowed, and with which actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Reading secrets of Secrets Manager.
    ReadSecrets,
    /// Reading parameters of Parameter Store.
    ReadParameters,
    /// Decrypting either with a key of one's own.
    Decrypt,
    /// Writing logs to groups that are there.
    WriteLogs,
    /// Making the log groups.
    CreateLogGroups,
}

impl Right {
    /// The name of the statement; letters and digits alone (IAM user guide, "IAM JSON policy elements: Sid").
    pub const fn sid(self) -> &'static str {
        match self {
            Self::ReadSecrets => "ReadSecrets",
            Self::ReadParameters => "ReadParameters",
            Self::Decrypt => "DecryptSecrets",
            Self::WriteLogs => "WriteLogs",
            Self::CreateLogGroups => "CreateLogGroups",
        }
    }

    /// The actions (ECS developer guide, "Task execution IAM role"; "Send Amazon ECS logs to CloudWatch" for the logs).
    pub const fn actions(self) -> &'static [&'static str] {
        match self {
            Self::ReadSecrets => &["secretsmanager:GetSecretValue"],
            Self::ReadParameters => &["ssm:GetParameters"],
            Self::Decrypt => &["kms:Decrypt"],
            Self::WriteLogs => &["logs:CreateLogStream", "logs:PutLogEvents"],
            Self::CreateLogGroups => &["logs:CreateLogGroup"],
        }
    }
}

/// The rights, each with the ARNs that it is about, sorted and without duplicates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants(BTreeMap<Right, BTreeSet<String>>);

impl Grants {
    /// The rights and their ARNs; no right is without any.
    pub fn iter(&self) -> impl Iterator<Item = (Right, &BTreeSet<String>)> {
        self.0.iter().map(|(right, resources)| (*right, resources))
    }

    /// Whether nothing is granted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes over what another definition needs.
    pub fn extend(&mut self, other: Self) {
        for (right, resources) in other.0 {
            self.0.entry(right).or_default().extend(resources);
        }
    }

    /// Lets secrets and parameters be decrypted with these keys; `false` where nothing is read that they could be for.
    pub fn decrypt_with(&mut self, keys: &[KeyArn]) -> bool {
        let reads = self.0.contains_key(&Right::ReadSecrets) || self.0.contains_key(&Right::ReadParameters);
        if reads && !keys.is_empty() {
            self.0.entry(Right::Decrypt).or_default().extend(keys.iter().map(ToString::to_string));
        }
        reads
    }

    fn add(&mut self, right: Right, resource: String) {
        self.0.entry(right).or_default().insert(resource);
    }
}

/// Something that the role needs and that the definition does not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Which member, and why it is left out.
    pub reason: String,
    /// What to do about it.
    pub next_step: String,
}

/// A right and the member that takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The right.
    pub right: Right,
    /// The ARN that it is about.
    pub resource: String,
    /// The member, for people: "`secrets[0].valueFrom` of container api".
    pub shown: String,
}

/// What one task definition needs of its execution role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// What is to be allowed.
    pub grants: Grants,
    /// The same member by member, in source order.
    pub uses: Vec<Use>,
    /// What cannot be told, in source order.
    pub gaps: Vec<Gap>,
    /// The name of the execution role, where the definition tells it.
    pub role: Option<String>,
    /// Whether it reads variables from files, which takes rights of their own.
    pub reads_files: bool,
}

/// What `task` needs of its execution role.
pub fn needs(task: &TaskView<'_>, layers: &Layers) -> Needs {
    let role = task.member("executionRoleArn").text().known().and_then(role_name);
    let mut collector = Collector { task, layers, needs: Needs { role, ..Needs::default() } };
    for slot in task.containers() {
        match slot {
            ContainerSlot::Seen(container) => collector.container(&container),
            ContainerSlot::Hidden { why, .. } => collector.unresolved("a container", why),
        }
    }
    if task.is_whole() {
        collector.volumes();
    }
    collector.needs
}

/// `checkout` of `arn:aws:iam::123456789012:role/ecs/checkout`.
fn role_name(arn: &str) -> Option<String> {
    let (path, legal) =
        (arn.split_once(":role/")?.1, |letter: char| letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter));
    let name = path.rsplit('/').next().filter(|name| !name.is_empty() && name.chars().all(legal))?;
    Some(name.to_owned())
}

/// What a pointer to a secret may be besides a whole ARN.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bare {
    /// The name of a parameter in the region of the task (ECS API model, `Secret.valueFrom`).
    Parameter,
    /// Nothing that tells an ARN: the name of a secret does not say its suffix.
    Nothing,
}

struct Collector<'c> {
    task: &'c TaskView<'c>,
    layers: &'c Layers,
    needs: Needs,
}

impl Collector<'_> {
    fn container(&mut self, container: &ContainerView<'_>) {
        let title = container.title();
        let subject = Subject::from(container);
        let log = container.member("logConfiguration");
        for (list, place) in [
            ("secrets", container.member("secrets")),
            ("logConfiguration.secretOptions", log.clone().member("secretOptions")),
        ] {
            let listed = place.list();
            for (index, entry) in listed.items.into_iter().enumerate() {
                let shown = format!("`{list}[{index}].valueFrom` of {title}");
                self.pointer(&shown, entry.member("valueFrom"), Bare::Parameter, subject);
            }
            if let Some(why) = listed.hidden {
                self.unresolved(&format!("`{list}` of {title}"), why);
            }
        }
        let registry = container.member("repositoryCredentials");
        if registry != Read::Absent {
            let shown = format!("`repositoryCredentials.credentialsParameter` of {title}");
            self.pointer(&shown, registry.member("credentialsParameter"), Bare::Nothing, subject);
        }
        match log.clone().member("logDriver").text() {
            Read::Known("awslogs") => self.logs(&title, &log.member("options"), subject),
            Read::Unresolved(why) => self.unresolved(&format!("`logConfiguration.logDriver` of {title}"), why),
            _ => {}
        }
        self.needs.reads_files |= container.member("environmentFiles").is_filled();
    }

    /// A volume on a Windows file server reads the account that it joins with from a secret or parameter (ECS API model,
    /// `FSxWindowsFileServerAuthorizationConfig.credentialsParameter`).
    fn volumes(&mut self) {
        let subject = Subject { family: self.task.family(), container: None };
        for (index, volume) in self.task.member("volumes").list().items.into_iter().enumerate() {
            let config = volume.member("fsxWindowsFileServerVolumeConfiguration");
            if matches!(config, Read::Known(_)) {
                let place = config.member("authorizationConfig").member("credentialsParameter");
                let shown = format!("`volumes[{index}]…authorizationConfig.credentialsParameter`");
                self.pointer(&shown, place, Bare::Nothing, subject);
            }
        }
    }

    /// A member that points to a secret or parameter. What it says is never told: only whole ARNs are known to be none themselves.
    fn pointer(&mut self, shown: &str, place: Place<'_>, bare: Bare, subject: Subject<'_>) {
        let text = match place.text() {
            Read::Known(text) => text,
            Read::Unresolved(why) => return self.unresolved(shown, why),
            Read::Absent => return self.gap(format!("{shown} is not there"), NAME_IT),
        };
        let arn = match SecretArn::try_from(text.to_owned()) {
            Ok(arn) => arn,
            Err(_) if bare == Bare::Parameter && secrets::text(text).is_none() => {
                match self.parameter(shown, text, subject) {
                    Some(arn) => arn,
                    None => return,
                }
            }
            Err(wrong) => return self.gap(format!("{shown} tells no ARN: {wrong}"), NAME_IT),
        };
        let right = match arn.store() {
            Store::SecretsManager => Right::ReadSecrets,
            Store::Ssm => Right::ReadParameters,
        };
        self.grant(right, arn.resource().to_owned(), shown);
    }

    /// The ARN of a parameter that is named alone.
    fn parameter(&mut self, shown: &str, name: &str, subject: Subject<'_>) -> Option<SecretArn> {
        let name = name.strip_prefix('/').unwrap_or(name);
        let arn = |region: &str, account: &str, partition: &str| {
            SecretArn::try_from(format!("arn:{partition}:ssm:{region}:{account}:parameter/{name}"))
        };
        // A name that could be no parameter anywhere is no matter of region and account.
        if let Err(wrong) = arn("eu-central-1", "123456789012", "aws") {
            self.gap(format!("{shown} tells no ARN: {wrong}"), NAME_IT);
            return None;
        }
        let (region, account, partition) = self.home(shown, None, subject)?;
        arn(&region, &account, partition).ok()
    }

    fn logs(&mut self, title: &str, options: &Place<'_>, subject: Subject<'_>) {
        let shown = |option: &str| format!("`{option}` of {title}");
        let group = match options.clone().member("awslogs-group").text() {
            Read::Known(group) if is_log_group(group) => group,
            Read::Unresolved(why) => return self.unresolved(&shown("awslogs-group"), why),
            _ => return self.gap(format!("{} names no log group", shown("awslogs-group")), "name the group there"),
        };
        let region = match options.clone().member("awslogs-region").text() {
            Read::Unresolved(why) => return self.unresolved(&shown("awslogs-region"), why),
            region => region.known(),
        };
        let Some((region, account, partition)) = self.home(&shown("awslogs-group"), region, subject) else { return };
        // With `:*` at its end for every action but those on tags (CloudWatch Logs API model, `LogGroup.arn`).
        let arn = format!("arn:{partition}:logs:{region}:{account}:log-group:{group}:*");
        match options.clone().member("awslogs-create-group").flag() {
            Read::Known(true) => self.grant(Right::CreateLogGroups, arn.clone(), &shown("awslogs-group")),
            Read::Unresolved(why) => self.unresolved(&shown("awslogs-create-group"), why),
            _ => {}
        }
        self.grant(Right::WriteLogs, arn, &shown("awslogs-group"));
    }

    fn grant(&mut self, right: Right, resource: String, shown: &str) {
        self.needs.uses.push(Use { right, resource: resource.clone(), shown: shown.to_owned() });
        self.needs.grants.add(right, resource);
    }

    /// Region, account and partition; the region is `named` where the member beside it says so.
    fn home(
        &mut self,
        shown: &str,
        named: Option<&str>,
        subject: Subject<'_>,
    ) -> Option<(String, String, &'static str)> {
        let own = || home::region(self.task, self.layers, subject).map(|region| region.value);
        let region = match named {
            Some(named) => Region::try_from(named.to_owned()).ok(),
            None => own(),
        };
        let account = home::account(self.task, self.layers, subject).map(|account| account.value.to_string());
        if region.is_none() {
            self.gap(format!("nothing tells the region of {shown}"), "--set secrets.region=REGION");
        }
        if account.is_none() {
            self.gap(format!("nothing tells the account of {shown}"), "--set secrets.account=ACCOUNT");
        }
        let (region, account) = (region?, account?);
        Some((region.to_string(), account, region.partition()))
    }

    fn unresolved(&mut self, shown: &str, why: Why) {
        self.gap(format!("{shown} {}", why.phrase()), "run this on the definition as it is registered");
    }

    fn gap(&mut self, reason: String, next_step: &str) {
        self.needs.gaps.push(Gap { reason, next_step: next_step.to_owned() });
    }
}

const NAME_IT: &str = "write the whole ARN of the secret or parameter there";

/// One to 512 letters, digits and `_ - / . #` (CloudWatch Logs API model, `LogGroupName`): no pattern, and no colon.
fn is_log_group(name: &str) -> bool {
    (1..=512).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-/.#".contains(&byte))
}
