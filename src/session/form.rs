//! Which values a finding lets people decide, what is suggested for each and by whom, and how an answer is read.

use std::collections::BTreeSet;

use ecs_harden_transforms::arn::{Region, SecretArn};
use ecs_harden_transforms::capability;
use ecs_harden_transforms::engine::Judged;
use ecs_harden_transforms::intent::{ContainerIntent, SecretSource};
use ecs_harden_transforms::knobs::{Knobs, Subject};
use ecs_harden_transforms::model::{ContainerView, Os, Read, TaskView};
use ecs_harden_transforms::pass::{Provenance, Source, Vouched};
use ecs_harden_transforms::passes::{
    excess_capabilities, missing_log_configuration, plaintext_secret, privileged_container, root_user,
    writable_root_filesystem,
};
use serde_json::{Value as Json, json};

use super::answers::Slot;
use super::paths;
use crate::plan::Plan;

/// What is asked.
#[derive(Clone, Debug)]
pub(super) enum Form {
    /// Values that are typed, one after the other.
    Lines(Vec<Ask>),
    /// Some of these.
    Pick(Pick),
}

/// A value that is typed.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    /// Where it goes.
    pub slot: Slot,
    /// What it is.
    pub label: &'static str,
    /// What it takes.
    pub takes: &'static str,
    /// What it would be.
    pub suggestion: String,
    /// Who says that.
    pub from: String,
    /// Reads an answer.
    pub read: Reader,
}

/// How an answer is read: to a value of the knob, or to what is wrong.
pub(super) type Reader = fn(&str, &Known) -> Result<Json, String>;

/// What is known about where an answer goes.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// The partition of the account, where the definition tells.
    pub partition: Option<String>,
}

/// Capabilities, some of which are kept.
#[derive(Clone, Debug)]
pub(super) struct Pick {
    /// Where the answer goes.
    pub slot: Slot,
    /// Each, and whether it is kept.
    pub options: Vec<(String, bool)>,
    /// Who says what is kept.
    pub from: String,
}

/// What a finding lets people decide, or why it does not.
pub(super) fn form(plan: &Plan, judged: &Judged) -> Result<Form, String> {
    let finding = &judged.finding;
    let task = TaskView::new(&plan.document);
    let seen = task.seen();
    let container = finding.container.as_ref().and_then(|at| seen.iter().find(|seen| seen.index() == at.index));
    let nothing = || Err("there is no value to give here".to_owned());
    let Some(container) = container else { return nothing() };
    let Some(intent) = plan.outcome.intent.container(container.index()) else { return nothing() };
    if container.name().is_none() {
        return Err("the name of the container is not known here, so no answer could be about it".into());
    }
    let about = Of { plan, container, intent };
    match finding.pass {
        pass if *pass == root_user::PASS => about.user(),
        pass if *pass == writable_root_filesystem::PASS => about.paths(),
        pass if *pass == excess_capabilities::PASS || *pass == privileged_container::PASS => about.capabilities(),
        pass if *pass == plaintext_secret::PASS => about.secret(&finding.subject),
        pass if *pass == missing_log_configuration::PASS => about.logs(),
        _ => nothing(),
    }
}

/// The finding whose values are asked for.
struct Of<'f> {
    plan: &'f Plan,
    container: &'f ContainerView<'f>,
    intent: &'f ContainerIntent,
}

/// A value, and who says so.
type Suggested = Option<Vouched<String>>;

impl Of<'_> {
    fn user(&self) -> Result<Form, String> {
        if self.plan.outcome.intent.os == Os::Windows {
            self.is_free(|knobs| knobs.root_user.windows_user.as_ref())?;
            let mut ask = self.ask("root-user", "windows-user", "user", "a name, not ContainerAdministrator", None);
            "ContainerUser".clone_into(&mut ask.suggestion);
            ask.read = |text, _| {
                root_user::WindowsUser::try_from(text.to_owned()).map(|user| json!(user.to_string())).map_err(wrong)
            };
            return Ok(Form::Lines(vec![ask]));
        }
        self.is_free(|knobs| knobs.root_user.user.as_ref())?;
        let suggested = self.intent.user.mend.ready().map(|mend| mend.user.clone());
        let suggested = suggested.unwrap_or_else(|| Vouched::default_of(root_user::DEFAULT_USER.to_owned()));
        let takes = "UID:GID, UID, or a name that the image knows; not root";
        let mut ask = self.ask("root-user", "user", "user", takes, Some(suggested));
        ask.read = |text, _| {
            root_user::LinuxUser::try_from(text.to_owned()).map(|user| json!(user.to_string())).map_err(wrong)
        };
        Ok(Form::Lines(vec![ask]))
    }

    fn paths(&self) -> Result<Form, String> {
        self.is_free(|knobs| knobs.writable_root_filesystem.paths.as_ref())?;
        let planned = &self.intent.writable;
        let told = planned.mounts.ready().map(|mounts| paths::shown(mounts, planned.for_exec.is_some()));
        let suggested = Vouched::of(told.unwrap_or_else(|| "/tmp".to_owned()), planned.paths_by);
        let takes =
            "paths that are written, each with MiB and `exec` where programs run from it: /tmp 64 exec, /run 16";
        let mut ask = self.ask("writable-root-filesystem", "paths", "paths", takes, Some(suggested));
        ask.read = |text, _| paths::read(text);
        Ok(Form::Lines(vec![ask]))
    }

    fn capabilities(&self) -> Result<Form, String> {
        self.is_free(|knobs| knobs.excess_capabilities.keep.as_ref())?;
        let plan = &self.intent.capabilities;
        let lists =
            self.container.capabilities().map_err(|why| format!("the lists of capabilities {}", why.phrase()))?;
        let mut has: BTreeSet<String> = if self.container.privileged() == Read::Known(true) {
            capability::all().map(str::to_owned).collect()
        } else {
            capability::effective(&lists)
        };
        has.remove("ALL");
        let kept =
            |name: &String| plan.allowed.contains(name) && (plan.vouched_by.is_some() || !capability::is_default(name));
        let options = has.into_iter().map(|name| (name.clone(), kept(&name))).collect();
        let from = plan.vouched_by.map_or(Provenance::BuiltInDefault, |by| by.kind).phrase().to_owned();
        Ok(Form::Pick(Pick { slot: self.slot("excess-capabilities", "keep", None), options, from }))
    }

    fn secret(&self, subject: &str) -> Result<Form, String> {
        let name = subject.rsplit_once('/').map_or(subject, |(_, name)| name);
        self.is_free(|knobs| knobs.secrets.arns.as_ref()?.get(name))?;
        let suggested = self.intent.secrets.of(subject).and_then(|plan| match &plan.ready()?.source {
            SecretSource::New(arn) => Some(arn.clone().map(|arn| arn.to_string())),
            SecretSource::Existing(_) => None,
        });
        let takes = "the whole ARN: of a parameter, or of a secret with its suffix, and :KEY:: behind it for one key";
        let mut ask = self.ask("secrets", "arns", "ARN", takes, suggested);
        ask.slot.entry = Some(name.to_owned());
        ask.read = secret_arn;
        Ok(Form::Lines(vec![ask]))
    }

    fn logs(&self) -> Result<Form, String> {
        self.is_free(|knobs| knobs.logs.group.as_ref())?;
        self.is_free(|knobs| knobs.logs.region.as_ref())?;
        let planned = self.intent.logs.ready();
        let layers = &self.plan.outcome.intent.wishes.layers;
        let subject = Subject::from(self.container);
        let region =
            || layers.pick(subject, |knobs| knobs.logs.region.as_ref()).map(|region| region.map(ToString::to_string));
        let takes = "a log group that exists; {family} and {container} stand for theirs";
        let mut group = self.ask("logs", "group", "log group", takes, planned.map(|mend| mend.group.clone()));
        group.read = |text, _| {
            missing_log_configuration::LogGroup::try_from(text.to_owned()).map(|_| json!(text)).map_err(wrong)
        };
        let region = planned.map(|mend| mend.region.clone()).or_else(region);
        let mut region = self.ask("logs", "region", "its region", "a region, such as eu-central-1", region);
        region.read = |text, _| Region::try_from(text.to_owned()).map(|_| json!(text)).map_err(wrong);
        Ok(Form::Lines(vec![group, region]))
    }

    fn slot(&self, section: &str, knob: &str, entry: Option<&str>) -> Slot {
        Slot {
            container: self.container.index(),
            section: section.to_owned(),
            knob: knob.to_owned(),
            entry: entry.map(str::to_owned),
        }
    }

    fn ask(&self, section: &str, knob: &str, label: &'static str, takes: &'static str, suggested: Suggested) -> Ask {
        let from = match &suggested {
            None => String::new(),
            Some(value) if value.by.kind == Provenance::BuiltInDefault => "built-in default, a guess".to_owned(),
            Some(value) => value.by.kind.phrase().to_owned(),
        };
        let suggestion = suggested.map(|value| value.value).unwrap_or_default();
        Ask { slot: self.slot(section, knob, None), label, takes, suggestion, from, read: |text, _| Ok(json!(text)) }
    }

    /// Whether an answer would be heard: what a flag says is heard before.
    fn is_free<T>(&self, knob: impl Fn(&Knobs) -> Option<&T>) -> Result<(), String> {
        let layers = &self.plan.outcome.intent.wishes.layers;
        match layers.pick(Subject::from(self.container), knob) {
            Some(value) if value.by.kind == Provenance::Flag => {
                let written = match value.by.source {
                    Source::Setting(at) => layers.written(at).map(|written| written.name.clone()),
                    _ => None,
                };
                let flag = written.unwrap_or_else(|| "a flag".to_owned());
                Err(format!("{flag} decides this; start again without it to decide here"))
            }
            _ => Ok(()),
        }
    }
}

fn wrong(what: &str) -> String {
    what.to_owned()
}

/// The whole ARN of a secret or parameter, of the partition that the account belongs to.
fn secret_arn(text: &str, known: &Known) -> Result<Json, String> {
    let arn = SecretArn::try_from(text.to_owned()).map_err(wrong)?;
    let partition = text.split(':').nth(1).unwrap_or_default();
    let region = Region::try_from(arn.region().to_owned()).map_err(wrong)?;
    if region.partition() != partition {
        return Err(format!("{region} is a region of {}, and the ARN names {partition}", region.partition()));
    }
    match &known.partition {
        Some(home) if home != partition => {
            Err(format!("the roles of this task are in the partition {home}, and the ARN is in {partition}"))
        }
        _ => Ok(json!(text)),
    }
}

/// What the definition tells about where it runs.
pub(super) fn known(plan: &Plan) -> Known {
    let task = TaskView::new(&plan.document);
    let partition = ["executionRoleArn", "taskRoleArn"].into_iter().find_map(|role| match task.member(role).text() {
        Read::Known(arn) => arn.strip_prefix("arn:")?.split(':').next().map(str::to_owned),
        _ => None,
    });
    Known { partition }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_refused_for_its_shape_its_region_and_its_partition() {
        let home = Known { partition: Some("aws".into()) };
        let said = |text: &str| secret_arn(text, &home).map_err(|error| error.split(',').next().unwrap().to_owned());
        let right = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/db-Q7xK2m:password::";
        assert_eq!(said(right), Ok(json!(right)));
        let shape = Err("this is no ARN of a parameter".to_owned());
        assert_eq!(said("hunter2"), shape);
        assert_eq!(said("arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop"), shape);
        assert_eq!(
            said("arn:aws:ssm:cn-north-1:123456789012:parameter/x"),
            Err("cn-north-1 is a region of aws-cn".to_owned())
        );
        assert_eq!(
            said("arn:aws-cn:ssm:cn-north-1:123456789012:parameter/x"),
            Err("the roles of this task are in the partition aws".to_owned())
        );
    }
}
