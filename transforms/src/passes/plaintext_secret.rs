//! `plaintext-secret`: a credential stands in the definition, where everybody who may describe it can read it.

mod knobs;

use serde_json::json;

pub use self::knobs::{Knobs, Names, Template};
use crate::arn::{SecretArn, Store};
use crate::edit::Edit;
use crate::exposure::{self, Evidence, Fixed, LogOption, Variable};
use crate::intent::{Intent, Plan, SecretMend, SecretSource};
use crate::knobs::{Knob, Layers, Subject};
use crate::model::{ContainerView, Fact, Form, Is, LaunchType, Place, Read, TaskView, Why};
use crate::pass::{
    self, Applicability, Finding, Fix, Obstacle, Pass, PassId, Remedy, Risk, Run, Severity, Vouched, Yield,
};
use crate::secrets::{self, Kind, Nearby, Suspect};
use crate::tree::Path;
use crate::weakness::{Weakness, Weaknesses};

/// The pass.
pub static PASS: Pass = Pass {
    id: PassId("plaintext-secret"),
    summary: "a credential stands in plain text",
    severity: Severity::High,
    controls: &["ECS.8", "CT.ECS.PR.12"],
    yields: &[
        Yield {
            applicability: Applicability::Manual,
            when: "no ARN is named, no `executionRoleArn`, low confidence, a key of AWS, or a place that cannot read secrets (commands, health checks, labels, options of volume drivers)",
        },
        Yield {
            applicability: Applicability::Unsafe,
            when: "a variable, or an option of splunk or awsfirelens, for which policy or flag name a secret or parameter",
        },
    ],
    section: "secrets",
    knobs: &[
        Knob {
            name: "arns",
            takes: "a table of variables and whole ARNs of parameters or secrets (with their suffix of six characters)",
            help: "where the value of each variable is kept; naming it says that it exists and that the variable is a secret",
        },
        Knob {
            name: "template",
            takes: "an ARN with {name} in it; {partition}, {region}, {account}, {family} and {container} stand for theirs",
            help: "where the values of all others are kept, in SSM or as keys of one secret",
        },
        Knob {
            name: "region",
            takes: "a region, such as eu-central-1",
            help: "what {region} is in the template (else that of the definition's own ARN, else that of the environment)",
        },
        Knob {
            name: "account",
            takes: "the twelve digits of an account, in quotes",
            help: "what {account} is in the template (else that of the roles)",
        },
        Knob {
            name: "names",
            takes: "a list of names, which may hold * and ?",
            help: "variables that are secrets too, whatever they look like",
        },
    ],
    run: Run::ByDefault,
    page: include_str!("plaintext_secret.md"),
    weaknesses: Weaknesses::all_but(
        "credentials that are told by their value, or by name and value together: other variables, options of log drivers, commands, labels, volume drivers",
        &[&NAMED],
    ),
    inspect,
};

/// The names that Security Hub ECS.8 compares with, whatever stands there.
static NAMED: Weakness = Weakness::container(
    "a variable whose name is that of a credential of AWS holds it in plain text",
    &[Fact::Some(&["environment"], &[Fact::Member(&["name"], &[Is::Text(&Form::exactly(&secrets::ECS_8))])])],
);

/// Whether policy or flag say that the variable is a secret.
pub fn is_stated(layers: &Layers, subject: Subject<'_>, name: &str) -> bool {
    layers.pick(subject, |knobs| knobs.secrets.arns.as_ref()?.get(name)).is_some()
        || layers.pick(subject, |knobs| knobs.secrets.names.as_ref().filter(|names| names.covers(name))).is_some()
}

/// What a finding about an option of the log driver is about.
pub fn option_subject(name: &str) -> String {
    format!("options/{name}")
}

fn inspect(task: &TaskView<'_>, intent: &Intent) -> Vec<Finding> {
    let mut findings = pass::each_container(&PASS, task, |container| inspect_container(container, intent));
    findings.extend(exposure::volumes(task, &intent.judge).into_iter().map(|(name, fixed)| in_a_volume(name, fixed)));
    findings
}

fn inspect_container(container: &ContainerView<'_>, intent: &Intent) -> Vec<Finding> {
    let stated = |name: &str| is_stated(&intent.wishes.layers, container.into(), name);
    let variables = exposure::variables(container, &intent.judge, &stated);
    let mut findings: Vec<Finding> =
        variables.exposed.iter().map(|variable| in_a_variable(container, intent, variable)).collect();
    findings.extend(variables.hidden.map(|why| {
        let message = format!("credentials may stand among the variables of {}", container.title());
        let remedy =
            Remedy::Undetermined(to_be_filled("`environment`, or a name in it,", why, "check the rendered file"));
        let finding = pass::finding(&PASS, container, "environment", message, remedy);
        Finding { place: container.path().key("environment"), controls: PASS.controls.to_vec(), ..finding }
    }));
    let mut unnamed = false;
    for option in exposure::log_options(container, &intent.judge) {
        // Names that somebody chose are not shown, so one finding stands for all of them.
        if option.name.is_some() || !unnamed {
            unnamed |= option.name.is_none();
            findings.push(in_a_log_option(container, intent, &option));
        }
    }
    findings
        .extend(exposure::fixed(container, &intent.judge).into_iter().map(|fixed| in_a_fixed_place(container, fixed)));
    findings
}

fn in_a_variable(container: &ContainerView<'_>, intent: &Intent, variable: &Variable<'_>) -> Finding {
    let name = variable.name;
    let of = format!("`{name}` of {}", container.title());
    let message = match variable.evidence {
        Evidence::Suspect(suspect) => format!("{of} holds {} in plain text ({})", noun(suspect.kind), basis(suspect)),
        Evidence::Stated => format!("{of} holds in plain text what is called a secret"),
        Evidence::NameAlone(_) => format!("{of} may hold a credential in plain text"),
    };
    let environment = container.path().key("environment");
    let take_out = variable.entries.iter().map(|index| Edit::Remove { path: environment.index(*index) }).collect();
    let remedy = match (variable.evidence, planned(container, intent, name)) {
        (_, Some(Plan::Ready(mend))) => {
            let place =
                Reading { intent, name, list: container.member("secrets"), path: container.path().key("secrets") };
            Remedy::Fix(place.fix(mend, take_out, "environment"))
        }
        (Evidence::NameAlone(why), _) => {
            let scope = container.scope();
            let next = format!(
                "look at the rendered file; if it is a secret: --set '{scope}secrets.arns.{name}=ARN', and nothing fills it in any more"
            );
            Remedy::Undetermined(to_be_filled("its value", why, &next))
        }
        (_, Some(Plan::Blocked(obstacles))) => Remedy::Manual(obstacles.clone()),
        (_, None) => changed(),
    };
    let listed = secrets::variable(name, "", Nearby::default()).is_some();
    Finding {
        place: environment.index(variable.at),
        controls: if listed { PASS.controls.to_vec() } else { Vec::new() },
        ..pass::finding(&PASS, container, name, message, remedy)
    }
}

fn in_a_log_option(container: &ContainerView<'_>, intent: &Intent, option: &LogOption<'_>) -> Finding {
    let log = container.path().key("logConfiguration");
    let (what, kind) = (basis(option.suspect), noun(option.suspect.kind));
    let Some(name) = option.name else {
        let message =
            format!("an option of the log driver of {} holds {kind} in plain text ({what})", container.title());
        let remedy = Remedy::Manual(vec![Obstacle::new(
            "options with names of their own are left alone",
            "move it to `logConfiguration.secretOptions` by hand, then replace the credential: every revision shows it",
        )]);
        let finding = pass::finding(&PASS, container, "options", message, remedy);
        return Finding { place: log.key("options"), controls: Vec::new(), ..finding };
    };
    let subject = option_subject(name);
    let message = format!("the log option `{name}` of {} holds {kind} in plain text ({what})", container.title());
    let remedy = match planned(container, intent, &subject) {
        Some(Plan::Ready(mend)) => {
            let list = container.member("logConfiguration").member("secretOptions");
            let place = Reading { intent, name, list, path: log.key("secretOptions") };
            let take_out = vec![Edit::Remove { path: log.key("options").key(name) }];
            Remedy::Fix(place.fix(mend, take_out, "options"))
        }
        Some(Plan::Blocked(obstacles)) => Remedy::Manual(obstacles.clone()),
        None => changed(),
    };
    let finding = pass::finding(&PASS, container, &subject, message, remedy);
    Finding { place: log.key("options").key(name), controls: Vec::new(), ..finding }
}

fn in_a_fixed_place(container: &ContainerView<'_>, fixed: Fixed) -> Finding {
    let Fixed { place, member, suspect } = fixed;
    let message =
        format!("`{member}` of {} holds {} in plain text ({})", container.title(), noun(suspect.kind), basis(suspect));
    let next_step = match member {
        "dockerLabels" => {
            "take the label out, or read the value another way: whoever can see the container can see its labels"
        }
        "firelensConfiguration" => {
            "keep it in the configuration file of the router, or hand it over by `secrets` of the router"
        }
        "healthCheck" => "move the value to `secrets`, and let the check name the variable: CMD-SHELL … \"$NAME\"",
        _ => {
            "move the value to `secrets`, and let the program or a shell read the variable: [\"sh\", \"-c\", \"exec app --token \\\"$NAME\\\"\"]"
        }
    };
    let remedy = Remedy::Manual(vec![
        Obstacle::new(format!("ECS puts no secret into `{member}`"), next_step),
        Obstacle::new("earlier revisions keep showing it", "replace the credential once nothing uses the old one"),
    ]);
    Finding { place, controls: Vec::new(), ..pass::finding(&PASS, container, member, message, remedy) }
}

fn in_a_volume(name: Option<&str>, fixed: Fixed) -> Finding {
    let volume = name.map_or_else(|| "a volume".to_owned(), |name| format!("volume `{name}`"));
    let message = format!(
        "the driver options of {volume} hold {} in plain text ({})",
        noun(fixed.suspect.kind),
        basis(fixed.suspect)
    );
    let remedy = Remedy::Manual(vec![Obstacle::new(
        "volume drivers read no secrets of ECS",
        "give the credential to the driver on the instance (a credentials file of cifs or nfs), then replace it",
    )]);
    let subject = name.map_or_else(|| "volumes".to_owned(), |name| format!("volumes/{name}"));
    let finding = pass::task_finding(&PASS, "volumes", message, remedy);
    Finding { place: fixed.place, subject, controls: Vec::new(), ..finding }
}

fn planned<'i>(container: &ContainerView<'_>, intent: &'i Intent, subject: &str) -> Option<&'i Plan<SecretMend>> {
    intent.container(container.index())?.secrets.of(subject)
}

fn changed() -> Remedy {
    Remedy::Manual(vec![Obstacle::new("the container changed while it was worked on", "run this again")])
}

/// What another tool fills in: whoever looks for secrets is not told to write them here.
fn to_be_filled(what: &str, why: Why, next_step: &str) -> Obstacle {
    let obstacle = Obstacle::unresolved(what, why);
    match why {
        Why::Placeholder | Why::MayBeHidden => Obstacle { next_step: next_step.to_owned(), ..obstacle },
        Why::OutsideThisFile | Why::WrongType => obstacle,
    }
}

const fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::AwsKeyPair => "a key of AWS",
        Kind::Credential => "a credential",
        Kind::ConnectionString => "an address with its password",
        Kind::PrivateKey => "a private key",
        Kind::Placeholder => "a stand-in for a secret",
    }
}

/// The rule and how sure it is.
fn basis(suspect: Suspect) -> String {
    format!("{}, {} confidence", suspect.rule, suspect.confidence.name())
}

/// A credential that will be read from a list of secrets.
struct Reading<'r> {
    intent: &'r Intent,
    name: &'r str,
    /// The list that ECS reads.
    list: Place<'r>,
    /// Where that list stands.
    path: Path,
}

impl Reading<'_> {
    fn fix(&self, mend: &SecretMend, take_out: Vec<Edit>, from: &str) -> Fix {
        let name = self.name;
        let list = if from == "environment" { "secrets" } else { "secretOptions" };
        let mut edits = take_out;
        let (title, value) = match &mend.source {
            SecretSource::Existing(_) => {
                let surplus = self.present().into_iter().skip(1);
                edits.extend(surplus.map(|index| Edit::Remove { path: self.path.index(index) }));
                let title = format!("take `{name}` out of `{from}`: `{list}` reads it already");
                (title, Vouched { value: format!("the entry of `{list}`"), by: mend.voucher() })
            }
            SecretSource::New(arn) => {
                let value = json!({ "name": name, "valueFrom": arn.value.to_string() });
                edits.push(Edit::Append { array: self.path.clone(), value });
                let noun = arn.value.store().noun();
                let title = format!("take `{name}` out of `{from}`, and read it from a {noun} by `{list}`");
                (title, arn.clone().map(|arn| format!("{noun} {arn}")))
            }
        };
        let values = [value].into_iter().chain(mend.certain.clone()).collect();
        Fix { title, applicability: Applicability::Unsafe, edits, values, risks: self.risks(mend, from) }
    }

    /// The positions of the entries of that name that are there already.
    fn present(&self) -> Vec<usize> {
        let named = self.list.clone().list().items.into_iter().enumerate();
        let named = named.filter(|(_, item)| item.clone().member("name").text() == Read::Known(self.name));
        named.map(|(index, _)| index).collect()
    }

    fn risks(&self, mend: &SecretMend, from: &str) -> Vec<Risk> {
        let name = self.name;
        let mut risks = Vec::new();
        if let SecretSource::New(Vouched { value: arn, .. }) = &mend.source {
            let (noun, action) = (arn.store().noun(), arn.store().action());
            risks.push(Risk::new(
                format!(
                    "the task does not start where the {noun} does not exist, or the execution role may not do {action} on it (and kms:Decrypt with a key of your own)"
                ),
                format!("{}; then run one task and look for ResourceInitializationError", look_up(arn)),
            ));
            if arn.has_parts() && self.intent.target.includes(LaunchType::Fargate) {
                risks.push(Risk::new(
                    "a JSON key or version of a secret takes platform version 1.4.0 on Fargate (Windows: 1.0.0)",
                    "look at the platform version of the service: `aws ecs describe-services`",
                ));
            } else if arn.has_parts() {
                risks.push(Risk::new(
                    "a JSON key or version of a secret takes ECS agent 1.37.0 or later",
                    "look at versionInfo of `aws ecs describe-container-instances`",
                ));
            }
        }
        if from == "environment" {
            risks.push(Risk::new(
                format!("whoever starts tasks and overrides {name} in `environment` (RunTask, EventBridge, Step Functions) gives it twice"),
                format!("search the callers of this family for {name}"),
            ));
        }
        risks.push(Risk::new(
            "nothing takes the value back: earlier revisions keep showing it",
            "once the new revision runs, replace the credential and deregister the old revisions",
        ));
        risks
    }
}

/// A command that tells whether it exists, and shows no value.
fn look_up(arn: &SecretArn) -> String {
    let (region, resource) = (arn.region(), arn.resource());
    match (arn.store(), arn.parameter()) {
        (Store::Ssm, Some(name)) => {
            format!("`aws ssm describe-parameters --region {region} --parameter-filters Key=Name,Values={name}`")
        }
        _ => format!("`aws secretsmanager describe-secret --region {region} --secret-id {resource}`"),
    }
}
