//! Where credentials go that stand in plain text.

use std::collections::BTreeMap;

use super::{Plan, Setting, home};
use crate::arn::{Account, Region, SecretArn};
use crate::exposure::{self, Evidence, Variable};
use crate::knobs::{Knobs, Subject};
use crate::model::{ContainerView, Place, Read, Why};
use crate::pass::{Applicability, Obstacle, Provenance, Source, Vouched, Voucher};
use crate::passes::plaintext_secret::{self as pass, Names};
use crate::secrets::{Confidence, Kind, Suspect};

/// Where the credentials of one container go, by the subject of the finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretsPlan(BTreeMap<String, Plan<SecretMend>>);

/// How a credential is moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretMend {
    /// Where ECS reads it from.
    pub source: SecretSource,
    /// Who says that it is a credential, where that is not plain.
    pub certain: Option<Vouched<String>>,
}

/// Where ECS reads a moved credential from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// From what an entry of the same name reads already.
    Existing(Voucher),
    /// From this secret or parameter.
    New(Vouched<SecretArn>),
}

impl SecretMend {
    /// Who vouches for the source.
    pub const fn voucher(&self) -> Voucher {
        match &self.source {
            SecretSource::Existing(by) => *by,
            SecretSource::New(arn) => arn.by,
        }
    }

    /// The weakest voucher of all that the fix rests on.
    pub fn weakest(&self) -> Voucher {
        self.certain.as_ref().map_or(self.voucher(), |certain| certain.by.min(self.voucher()))
    }
}

impl SecretsPlan {
    /// What is planned for the finding about `subject`.
    pub fn of(&self, subject: &str) -> Option<&Plan<SecretMend>> {
        self.0.get(subject)
    }

    /// The ARNs that the container will read from after the run, beside those that it reads from already.
    pub(super) fn arns<'p>(
        &'p self,
        setting: &'p Setting<'_>,
        container: &'p ContainerView<'_>,
    ) -> impl Iterator<Item = &'p SecretArn> {
        self.0.iter().filter_map(move |(subject, plan)| match plan {
            Plan::Ready(mend @ SecretMend { source: SecretSource::New(arn), .. }) => {
                let with = (Applicability::Unsafe, mend.weakest());
                setting.wishes.applies(&pass::PASS, container.into(), subject, with).then_some(&arn.value)
            }
            _ => None,
        })
    }
}

/// The plans of all containers.
pub(super) fn plan(setting: &Setting<'_>) -> Vec<SecretsPlan> {
    let reads = setting.seen.iter().any(|container| container.member("secrets").is_filled());
    let role = role_obstacle(setting, reads);
    setting.seen.iter().map(|container| one(setting, container, role.as_ref())).collect()
}

fn one(setting: &Setting<'_>, container: &ContainerView<'_>, role: Option<&Obstacle>) -> SecretsPlan {
    let scene = Scene { setting, container, role };
    let stated = |name: &str| pass::is_stated(&setting.wishes.layers, container.into(), name);
    let variables = exposure::variables(container, setting.judge, &stated).exposed.into_iter();
    let variables = variables.map(|variable| (variable.name.to_owned(), scene.variable(&variable)));
    let options = exposure::log_options(container, setting.judge).into_iter().filter_map(|option| {
        let name = option.name?;
        Some((pass::option_subject(name), scene.log_option(name, option.suspect)))
    });
    SecretsPlan(variables.chain(options).collect())
}

/// One container, and what is known of the task around it.
struct Scene<'s> {
    setting: &'s Setting<'s>,
    container: &'s ContainerView<'s>,
    role: Option<&'s Obstacle>,
}

impl Scene<'_> {
    fn variable(&self, variable: &Variable<'_>) -> Plan<SecretMend> {
        let list = self.container.member("secrets");
        let steps = Steps { name: variable.name, list: &list, shown: "secrets", evidence: variable.evidence };
        self.moved(&steps, Vec::new())
    }

    fn log_option(&self, name: &str, suspect: Suspect) -> Plan<SecretMend> {
        let log = self.container.member("logConfiguration");
        let driver = log.clone().member("logDriver").text();
        // AWS page "LogConfiguration": `secretOptions` hands secrets to the driver; awslogs takes none of the options named here.
        let takes = matches!(driver, Read::Known("splunk" | "awsfirelens"));
        let driver = (!takes).then(|| {
            Obstacle::new(
                "whether this log driver reads the option from `secretOptions` is not known",
                "move it to `logConfiguration.secretOptions` by hand if the driver takes it there",
            )
        });
        let list = log.member("secretOptions");
        let evidence = Evidence::Suspect(suspect);
        let steps = Steps { name, list: &list, shown: "logConfiguration.secretOptions", evidence };
        self.moved(&steps, driver.into_iter().collect())
    }

    fn moved(&self, steps: &Steps<'_>, mut obstacles: Vec<Obstacle>) -> Plan<SecretMend> {
        let mapped = self.knob(|knobs| knobs.secrets.arns.as_ref()?.get(steps.name));
        let named = mapped.as_ref().map(|arn| arn.by);
        let existing = steps.existing();
        let arn = match (&existing, mapped) {
            (Ok(true) | Err(_), _) => {
                let member = if steps.shown == "secrets" { "secrets" } else { "logConfiguration" };
                let source = Source::of_container(self.container.index(), member);
                Ok(SecretSource::Existing(Voucher::at(Provenance::Definition, source)))
            }
            (_, Some(arn)) => Ok(SecretSource::New(arn.map(Clone::clone))),
            (_, None) => self.by_template(steps.name).map(SecretSource::New),
        };
        obstacles.extend(existing.err());
        let certain = certain(steps, named.or_else(|| self.stated(steps.name)), &self.flag(steps.name));
        let source = arn.map_err(|reasons| {
            // Whoever has to tell first whether it is a secret is asked that alone.
            if certain.is_ok() {
                obstacles.extend(reasons);
            }
        });
        let certain = certain.map_err(|reason| obstacles.insert(0, reason));
        obstacles.extend(self.role.cloned());
        match (source, certain) {
            (Ok(source), Ok(certain)) if obstacles.is_empty() => Plan::Ready(SecretMend { source, certain }),
            _ => Plan::Blocked(obstacles),
        }
    }

    fn knob<'k, T>(&'k self, knob: impl Fn(&'k Knobs) -> Option<&'k T>) -> Option<Vouched<&'k T>> {
        self.setting.wishes.layers.pick(Subject::from(self.container), knob)
    }

    fn stated(&self, name: &str) -> Option<Voucher> {
        let names = |knobs: &Names| knobs.covers(name);
        self.knob(|knobs| knobs.secrets.names.as_ref().filter(|known| names(known))).map(|names| names.by)
    }

    /// The setting that names the ARN of one variable.
    fn flag(&self, name: &str) -> String {
        let region = self.region().map(|region| region.value.to_string()).or_else(|| self.log_region());
        let region = region.unwrap_or_else(|| "REGION".to_owned());
        let partition = self.partition().unwrap_or("aws");
        let account = self.account().map_or_else(|| "ACCOUNT".to_owned(), |account| account.value.to_string());
        let family = self.setting.task.family().unwrap_or("FAMILY");
        let arn = format!("arn:{partition}:ssm:{region}:{account}:parameter/{family}/{name}");
        format!("--set '{}secrets.arns.{name}={arn}'", self.container.scope())
    }

    /// The ARN that the template of policy or flag gives, or what it lacks.
    fn by_template(&self, name: &str) -> Result<Vouched<SecretArn>, Vec<Obstacle>> {
        let Some(template) = self.knob(|knobs| knobs.secrets.template.as_ref()) else {
            return Err(vec![Obstacle::new(
                "no secret or parameter is named for it",
                format!(
                    "store the value, then {}; the whole ARN of a secret does as well, and `secrets.template` names all at once",
                    self.flag(name)
                ),
            )]);
        };
        let (mut by, mut missing) = (template.by, Vec::new());
        let mut values =
            vec![("{name}", name.to_owned()), ("{partition}", self.partition().unwrap_or("aws").to_owned())];
        for (mark, value, ask) in self.marks(name) {
            match value {
                Some(value) => {
                    // What the definition says of itself makes a template no weaker.
                    let weaker = value.by < Provenance::Definition && template.value.has(mark);
                    by = if weaker { by.min(value.by) } else { by };
                    values.push((mark, value.value));
                }
                None if template.value.has(mark) => missing.push(Obstacle::new(
                    format!("nothing tells what {mark} is in `secrets.template`"),
                    format!("--set {ask}"),
                )),
                None => {}
            }
        }
        if !missing.is_empty() {
            return Err(missing);
        }
        let arn = template.value.filled(&values);
        let arn = arn.map(|value| Vouched { value, by });
        arn.ok_or_else(|| {
            let reason = "what `secrets.template` makes of its name is no ARN of a secret or parameter";
            vec![Obstacle::new(reason, format!("name one for it: --set {}", self.own_flag(name)))]
        })
    }

    /// What the marks of a template stand for, and the setting that tells it where nothing else does.
    fn marks(&self, name: &str) -> [(&'static str, Option<Vouched<String>>, String); 4] {
        let known = |value: &str| Vouched::of(value.to_owned(), Provenance::Definition);
        let region = self.region().map(|region| region.map(|region| region.to_string()));
        let account = self.account().map(|account| account.map(|account| account.to_string()));
        [
            ("{region}", region, "secrets.region=REGION".to_owned()),
            ("{account}", account, "secrets.account=ACCOUNT".to_owned()),
            ("{family}", self.setting.task.family().map(known), self.own_flag(name)),
            ("{container}", self.container.name().map(known), self.own_flag(name)),
        ]
    }

    fn own_flag(&self, name: &str) -> String {
        format!("'{}secrets.arns.{name}=ARN'", self.container.scope())
    }

    fn region(&self) -> Option<Vouched<Region>> {
        home::region(self.setting.task, &self.setting.wishes.layers, self.container.into())
    }

    fn account(&self) -> Option<Vouched<Account>> {
        home::account(self.setting.task, &self.setting.wishes.layers, self.container.into())
    }

    /// The region that some container logs to: good enough for an example.
    fn log_region(&self) -> Option<String> {
        let of = |container: &ContainerView<'_>| {
            let options = container.member("logConfiguration").member("options");
            let region = options.member("awslogs-region").text().known()?;
            Region::try_from(region.to_owned()).ok()
        };
        self.setting.seen.iter().find_map(of).map(|region| region.to_string())
    }

    /// That of the region, else that of the definition's ARNs.
    fn partition(&self) -> Option<&'static str> {
        let of_region = self.region().map(|region| region.value.partition());
        of_region.or_else(|| home::partition(self.setting.task))
    }
}

/// A credential on its way from one list to another.
struct Steps<'s> {
    name: &'s str,
    list: &'s Place<'s>,
    shown: &'static str,
    evidence: Evidence,
}

impl Steps<'_> {
    /// Whether an entry of that name is there already; an error where that, or the list, cannot be read.
    fn existing(&self) -> Result<bool, Obstacle> {
        let listed = self.list.clone().list();
        if self.list.unresolved().is_some() || listed.hidden == Some(Why::WrongType) {
            let why = self.list.unresolved().unwrap_or(Why::WrongType);
            return Err(Obstacle::unresolved(&format!("`{}`", self.shown), why));
        }
        let named =
            listed.items.into_iter().filter(|item| item.clone().member("name").text() == Read::Known(self.name));
        let mut sources = named.map(|item| item.member("valueFrom").text());
        let Some(first) = sources.next() else { return Ok(false) };
        if sources.all(|other| other == first) && first != Read::Absent {
            return Ok(true);
        }
        Err(Obstacle::new(
            format!("`{}` has entries of that name that read from different places", self.shown),
            "leave one of them, then run this again",
        ))
    }
}

/// Who says that it is a credential, where that is not plain; an error where a person has to tell, or should choose another way.
fn certain(steps: &Steps<'_>, stated: Option<Voucher>, flag: &str) -> Result<Option<Vouched<String>>, Obstacle> {
    let name = steps.name;
    let suspect = match (steps.evidence, stated) {
        (Evidence::Suspect(suspect), None) => suspect,
        (Evidence::Suspect(Suspect { kind, confidence: Confidence::High, .. }), Some(_))
            if kind != Kind::AwsKeyPair =>
        {
            return Ok(None);
        }
        (_, Some(by)) => return Ok(Some(Vouched { value: format!("{name} holds a secret"), by })),
        (_, None) => return Ok(None),
    };
    match (suspect.kind, suspect.confidence) {
        (Kind::AwsKeyPair, _) => Err(Obstacle::new(
            "a key of AWS lasts until somebody revokes it, and ECS hands out keys that change by themselves",
            format!(
                "give the role in `taskRoleArn` what the key may do, take the variable out and revoke the key; to move the key nevertheless: {flag}"
            ),
        )),
        (Kind::Placeholder, _) => Err(Obstacle::new(
            "its value looks like a stand-in for a secret",
            format!("if something fills it in later, let that fill in a secret: {flag}; else waive it in the policy"),
        )),
        (_, Confidence::Low) => Err(Obstacle::new(
            format!("it may be no secret at all: {} says so, with low confidence", suspect.rule),
            format!("if it is one: {flag}; if not, waive it in the policy"),
        )),
        (_, Confidence::Medium) => {
            let value = format!("{name} holds a secret ({}, medium confidence)", suspect.rule);
            Ok(Some(Vouched::default_of(value)))
        }
        (_, Confidence::High) => Ok(None),
    }
}

/// ECS reads secrets with the execution role (ECS developer guide, "Task execution IAM role").
fn role_obstacle(setting: &Setting<'_>, reads: bool) -> Option<Obstacle> {
    let role = setting.task.member("executionRoleArn");
    match role {
        Read::Unresolved(Why::Placeholder) => None,
        // It has one, or it could not be registered with the secrets that it reads.
        Read::Unresolved(_) if reads => None,
        Read::Unresolved(why) => Some(Obstacle::unresolved("`executionRoleArn`, which secrets are read with,", why)),
        _ if role.is_filled() => None,
        _ => Some(Obstacle::new(
            "secrets are read with the role in `executionRoleArn`, and there is none",
            "add `executionRoleArn` by hand, with a role that may read the secret (secretsmanager:GetSecretValue or ssm:GetParameters)",
        )),
    }
}
