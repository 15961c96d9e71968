//! Where the logs of containers go that say nothing about it.

use serde_json::json;

use super::secrets::SecretsPlan;
use super::{Plan, Setting, memory};
use crate::arn::Region;
use crate::model::{ContainerView, LaunchType, Place, Read, Why};
use crate::pass::{Applicability, Obstacle, Provenance, Source, Vouched, Voucher};
use crate::passes::missing_log_configuration::{self as pass, DEFAULT_BUFFER, Mode};

/// The values of a log configuration that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogMend {
    /// The log group.
    pub group: Vouched<String>,
    /// The container that it is copied from, as people call it.
    pub of: Option<String>,
    /// The region of the group.
    pub region: Vouched<String>,
    /// What the names of the streams begin with.
    pub stream_prefix: Vouched<String>,
    /// Who wants the log driver to create the group, if anybody does.
    pub create_group: Option<Voucher>,
    /// What happens when logs are written faster than they are delivered.
    pub mode: Vouched<Mode>,
    /// How much may wait, where the container does not.
    pub buffer: Option<Vouched<String>>,
}

/// A container that logs to CloudWatch, or will.
#[derive(Clone, Debug)]
struct Sibling {
    index: usize,
    title: String,
    name: Option<String>,
    group: Option<String>,
    region: Option<String>,
    prefix: Option<String>,
    /// The group may be there only because the driver creates it.
    creates: bool,
}

impl Sibling {
    fn voucher(&self) -> Voucher {
        Voucher::at(Provenance::Sibling, Source::of_container(self.index, "logConfiguration"))
    }

    fn region(&self) -> Option<Vouched<String>> {
        Some(Vouched { value: self.region.clone()?, by: self.voucher() })
    }
}

/// The plans of all containers. One that gets a log group by a setting of its own is a sibling to the others in the same run: it
/// would be one in the next.
pub(super) fn plan(setting: &Setting<'_>, secrets: &[SecretsPlan]) -> Vec<Plan<LogMend>> {
    let arns = arns(setting, secrets);
    let stated: Vec<Sibling> = setting.seen.iter().filter_map(stated).collect();
    let role = role_obstacle(setting, &stated);
    let mut siblings = stated;
    let draft = |container: &ContainerView<'_>, siblings: &[Sibling]| {
        one(setting, container, siblings, (role.as_ref(), arns.as_ref()))
    };
    let mut plans: Vec<Plan<LogMend>> = setting.seen.iter().map(|container| draft(container, &siblings)).collect();
    let mut counted = vec![false; plans.len()];
    loop {
        let before = siblings.len();
        for ((container, plan), counted) in setting.seen.iter().zip(&plans).zip(&mut counted) {
            if let (Plan::Ready(mend), false) = (plan, *counted)
                && applied(setting, container, mend)
            {
                siblings.push(planned(container, mend));
                *counted = true;
            }
        }
        if siblings.len() == before {
            return plans;
        }
        for (container, plan) in setting.seen.iter().zip(&mut plans) {
            if matches!(plan, Plan::Blocked(_)) {
                *plan = draft(container, &siblings);
            }
        }
    }
}

/// Whether this is written.
pub(super) fn applied(setting: &Setting<'_>, container: &ContainerView<'_>, mend: &LogMend) -> bool {
    let with = (Applicability::Unsafe, mend.weakest());
    let weak = pass::is_weak(container) == Read::Known(true);
    weak && setting.wishes.applies(&pass::PASS, container.into(), "logConfiguration", with)
}

/// The buffer that a container without a log configuration would get from this pass.
pub(super) fn pending_buffer(setting: &Setting<'_>, container: &ContainerView<'_>) -> Option<String> {
    let weak = pass::is_weak(container) == Read::Known(true);
    let looked_at = setting.wishes.runs(&pass::PASS, container.into())
        && !setting.wishes.lets_be(&pass::PASS, container.into(), "logConfiguration");
    buffer(setting, container).filter(|_| weak && looked_at).map(|size| size.value)
}

/// A container that says that it logs to CloudWatch.
fn stated(container: &ContainerView<'_>) -> Option<Sibling> {
    let log = container.member("logConfiguration");
    if log.clone().member("logDriver").text() != Read::Known("awslogs") {
        return None;
    }
    let options = log.member("options");
    let option = |name: &str| {
        let text = options.clone().member(name).text().known().map(str::trim);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let creates = options.clone().member("awslogs-create-group").flag();
    Some(Sibling {
        index: container.index(),
        title: container.title(),
        name: container.name().map(str::to_owned),
        // Whether the group has to be created first cannot be told: so it is none to copy.
        group: option("awslogs-group").filter(|_| creates.unresolved().is_none()),
        region: option("awslogs-region"),
        prefix: option("awslogs-stream-prefix"),
        creates: creates == Read::Known(true),
    })
}

fn planned(container: &ContainerView<'_>, mend: &LogMend) -> Sibling {
    Sibling {
        index: container.index(),
        title: container.title(),
        name: container.name().map(str::to_owned),
        group: Some(mend.group.value.clone()),
        region: Some(mend.region.value.clone()),
        prefix: Some(mend.stream_prefix.value.clone()),
        creates: mend.create_group.is_some(),
    }
}

fn one(
    setting: &Setting<'_>,
    container: &ContainerView<'_>,
    siblings: &[Sibling],
    (role, arns): (Option<&Obstacle>, Option<&Vouched<String>>),
) -> Plan<LogMend> {
    let mut obstacles: Vec<Obstacle> = leftovers(container).into_iter().collect();
    let named = match named_group(setting, container) {
        Ok(named) => named,
        Err(obstacle) => {
            obstacles.push(obstacle);
            return Plan::Blocked(obstacles);
        }
    };
    let sibling = siblings.iter().find(|sibling| fits(setting, container, sibling));
    let region = region(setting, container, (siblings, arns), sibling.filter(|_| named.is_none()));
    let group = named.or_else(|| {
        let sibling = sibling?;
        Some(Vouched { value: sibling.group.clone()?, by: sibling.voucher() })
    });
    let copied = sibling.filter(|_| group.as_ref().is_some_and(|group| group.by == Provenance::Sibling));
    let stream_prefix = stream_prefix(setting, container, sibling);
    if stream_prefix.is_none() {
        obstacles.push(Obstacle::new(
            "neither container nor family has a name that is known here, so the log streams would have none",
            "--set logs.stream-prefix=NAME",
        ));
    }
    let mend = LogMend {
        of: copied.map(|sibling| sibling.title.clone()),
        stream_prefix: stream_prefix.unwrap_or_else(|| Vouched::default_of("NAME".into())),
        create_group: create_group(setting, container, copied),
        mode: mode(setting, container),
        buffer: buffer(setting, container),
        region: region.clone().unwrap_or_else(|| Vouched::default_of("REGION".into())),
        group: group.clone().unwrap_or_else(|| Vouched::default_of(suggestion(setting))),
    };
    let reader = on_instances(setting).filter(|_| mend.group.by < Provenance::Policy);
    if let Some(target) = reader {
        let reason = format!(
            "{target} is a target, where an agent on the host may be reading what containers write to json-file by default"
        );
        let when = group
            .as_ref()
            .map_or_else(|| format!("if none does, and {} exists", mend.group.value), |_| "if none does".to_owned());
        obstacles.extend(vouch(setting, container, &mend, (&reason, &when)));
    } else if group.is_none() {
        let reason = "no log group is named, and no sibling container logs to one";
        obstacles.extend(vouch(setting, container, &mend, (reason, &format!("once {} exists", mend.group.value))));
    }
    if region.is_none() {
        let next_step = format!("--set {}", quoted(container, "logs.region=REGION"));
        obstacles.push(Obstacle::new("nothing tells the region of the log group", next_step));
    }
    obstacles.extend(role.cloned());
    obstacles.extend(memory::buffer_obstacle(setting, container, mend.buffer.as_ref().map(|size| size.value.as_str())));
    if obstacles.is_empty() { Plan::Ready(mend) } else { Plan::Blocked(obstacles) }
}

/// A setting for this container alone where it has a name; quoted for a shell.
fn quoted(container: &ContainerView<'_>, setting: &str) -> String {
    let scope = container.scope();
    if scope.is_empty() { setting.to_owned() } else { format!("'{scope}{setting}'") }
}

/// What is needed before the group may be written: the flag with the block that it writes, and the rights.
fn vouch(
    setting: &Setting<'_>,
    container: &ContainerView<'_>,
    mend: &LogMend,
    (reason, when): (&str, &str),
) -> Vec<Obstacle> {
    let group = &mend.group.value;
    let flag = format!("{when}: --set {}", quoted(container, &format!("logs.group={group}")));
    let role = match setting.task.member("executionRoleArn") {
        Read::Absent if setting.target.types.iter().eq([&LaunchType::Ec2]) => "the role of the instance",
        _ => "the execution role",
    };
    let region = Region::try_from(mend.region.value.clone());
    let partition = region.as_ref().map_or("aws", Region::partition);
    let resource = format!("arn:{partition}:logs:{}:*:log-group:{group}:*", mend.region.value);
    let statement = json!({ "Effect": "Allow", "Action": pass::actions(mend), "Resource": resource });
    vec![
        Obstacle::new(reason, format!("{flag}; it writes \"logConfiguration\": {}", pass::block(mend))),
        Obstacle::new(format!("{role} has to be allowed to write there"), format!("give it {statement}")),
    ]
}

fn suggestion(setting: &Setting<'_>) -> String {
    format!("/ecs/{}", setting.task.family().unwrap_or("FAMILY"))
}

/// A launch type whose hosts are the user's own.
fn on_instances(setting: &Setting<'_>) -> Option<LaunchType> {
    [LaunchType::Ec2, LaunchType::External].into_iter().find(|known| setting.target.includes(*known))
}

/// Options without a driver were meant for another one.
fn leftovers(container: &ContainerView<'_>) -> Option<Obstacle> {
    let log = container.member("logConfiguration");
    let rest = ["options", "secretOptions"].map(|name| log.clone().member(name));
    let there = rest.iter().any(|place| place.is_filled() || place.unresolved().is_some());
    there.then(|| {
        Obstacle::new(
            "`logConfiguration` has options and no driver that they are for",
            "name the driver by hand, or take the options out",
        )
    })
}

/// The group that policy or flag name.
fn named_group(setting: &Setting<'_>, container: &ContainerView<'_>) -> Result<Option<Vouched<String>>, Obstacle> {
    let Some(group) = setting.wishes.layers.pick(container.into(), |knobs| knobs.logs.group.as_ref()) else {
        return Ok(None);
    };
    match group.value.of(setting.task.family(), container.name()) {
        Ok(value) => Ok(Some(Vouched { value, by: group.by })),
        Err(what) => Err(Obstacle::new(
            format!("`logs.group` holds {what}, which is not known here"),
            format!("write the name out: --set {}", quoted(container, "logs.group=GROUP")),
        )),
    }
}

/// The region that policy or flag name.
fn named_region(setting: &Setting<'_>, container: &ContainerView<'_>) -> Option<Vouched<String>> {
    let region = setting.wishes.layers.pick(container.into(), |knobs| knobs.logs.region.as_ref())?;
    Some(region.map(ToString::to_string))
}

/// Whether the group of a sibling can be copied: a region that somebody named has to be that of the group.
fn fits(setting: &Setting<'_>, container: &ContainerView<'_>, sibling: &Sibling) -> bool {
    let named = named_region(setting, container).filter(|region| region.by > Provenance::Environment);
    let elsewhere = named.is_some_and(|named| sibling.region.as_ref() != Some(&named.value));
    sibling.group.is_some() && sibling.region.is_some() && !elsewhere
}

/// What somebody named; the region of the group that is copied; else an ARN of the file; else a sibling; else the environment.
fn region(
    setting: &Setting<'_>,
    container: &ContainerView<'_>,
    (siblings, arns): (&[Sibling], Option<&Vouched<String>>),
    copied: Option<&Sibling>,
) -> Option<Vouched<String>> {
    let named = named_region(setting, container);
    let (named, environment) = match named {
        Some(region) if region.by > Provenance::Environment => (Some(region), None),
        other => (None, other),
    };
    named
        .or_else(|| copied?.region())
        .or_else(|| arns.cloned())
        .or_else(|| same(siblings.iter().filter_map(Sibling::region)))
        .or(environment)
}

/// The region of the definition's own ARN, else that on which all ARNs of secrets and volumes agree, those that this run writes among
/// them: the next would see them too. Roles have none.
fn arns(setting: &Setting<'_>, secrets: &[SecretsPlan]) -> Option<Vouched<String>> {
    let region = |(source, place): (Source, Place<'_>)| {
        let region = Region::of_arn(place.text().known()?)?;
        Some(Vouched { value: region.to_string(), by: Voucher::at(Provenance::Definition, source) })
    };
    let own = "taskDefinitionArn";
    if let Some(own) = region((Source::of_task(own), setting.task.member(own))) {
        return Some(own);
    }
    let mut found: Vec<(Source, Place<'_>)> = Vec::new();
    for container in setting.seen {
        let of = |name| (Source::of_container(container.index(), name), container.member(name));
        let (log, options) = of("logConfiguration");
        for (source, list) in [of("secrets"), (log, options.member("secretOptions"))] {
            found.extend(list.list().items.into_iter().map(|secret| (source, secret.member("valueFrom"))));
        }
        let (credentials, place) = of("repositoryCredentials");
        found.push((credentials, place.member("credentialsParameter")));
    }
    for volume in setting.task.member("volumes").list().items {
        let place = volume.member("s3filesVolumeConfiguration").member("fileSystemArn");
        found.push((Source::of_task("volumes"), place));
    }
    let found = found.into_iter().filter_map(region);
    let written = setting.seen.iter().zip(secrets).flat_map(|(container, plan)| {
        let by = Voucher::at(Provenance::Definition, Source::of_container(container.index(), "secrets"));
        plan.arns(setting, container).map(move |arn| Vouched { value: arn.region().to_owned(), by })
    });
    same(found.chain(written))
}

/// The one value that all of them are, by the first of them.
fn same(mut values: impl Iterator<Item = Vouched<String>>) -> Option<Vouched<String>> {
    let first = values.next()?;
    values.all(|value| value.value == first.value).then_some(first)
}

/// Streams are named prefix/container/task, so equal prefixes do not clash: a sibling's is taken over, unless it is its name.
fn stream_prefix(
    setting: &Setting<'_>,
    container: &ContainerView<'_>,
    sibling: Option<&Sibling>,
) -> Option<Vouched<String>> {
    let named = setting.wishes.layers.pick(container.into(), |knobs| knobs.logs.stream_prefix.as_ref());
    if let Some(prefix) = named {
        return Some(prefix.map(ToString::to_string));
    }
    let shared = sibling.filter(|sibling| sibling.prefix != sibling.name);
    let shared = shared.and_then(|other| Some(Vouched { value: other.prefix.clone()?, by: other.voucher() }));
    let stated = |value: &str, source| Vouched::of(value.to_owned(), Voucher::at(Provenance::Definition, source));
    shared
        .or_else(|| Some(stated(container.name()?, Source::of_container(container.index(), "name"))))
        .or_else(|| Some(stated(setting.task.family()?, Source::of_task("family"))))
}

fn create_group(setting: &Setting<'_>, container: &ContainerView<'_>, copied: Option<&Sibling>) -> Option<Voucher> {
    match setting.wishes.layers.pick(container.into(), |knobs| knobs.logs.create_group.as_ref()) {
        Some(wanted) => wanted.value.then_some(wanted.by),
        None => copied.filter(|sibling| sibling.creates).map(Sibling::voucher),
    }
}

fn mode(setting: &Setting<'_>, container: &ContainerView<'_>) -> Vouched<Mode> {
    let named = setting.wishes.layers.pick(container.into(), |knobs| knobs.logs.mode.as_ref());
    named.map_or_else(|| Vouched::default_of(Mode::NonBlocking), |mode| mode.map(|mode| *mode))
}

fn buffer(setting: &Setting<'_>, container: &ContainerView<'_>) -> Option<Vouched<String>> {
    let named = setting.wishes.layers.pick(container.into(), |knobs| knobs.logs.max_buffer_size.as_ref());
    let size = named.map_or_else(|| Vouched::default_of(DEFAULT_BUFFER.into()), |size| size.map(ToString::to_string));
    (!mode(setting, container).value.is_blocking()).then_some(size)
}

/// Fargate, Managed Instances and ECS Anywhere write logs with the execution role, and Fargate refuses awslogs without one; on EC2
/// the role of the instance steps in (AWS page "Send Amazon ECS logs to CloudWatch").
fn role_obstacle(setting: &Setting<'_>, stated: &[Sibling]) -> Option<Obstacle> {
    let target = setting.target.types.iter().find(|known| **known != LaunchType::Ec2)?;
    let role = setting.task.member("executionRoleArn");
    match role {
        // A sibling that logs with awslogs could not be registered without one.
        _ if !stated.is_empty() && role.unresolved().is_some() => None,
        Read::Unresolved(Why::Placeholder) => None,
        Read::Unresolved(why) => Some(Obstacle::unresolved("`executionRoleArn`, which awslogs needs,", why)),
        _ if role.is_filled() => None,
        _ => Some(Obstacle::new(
            format!("on {target} awslogs needs `executionRoleArn`, and there is none"),
            "add `executionRoleArn` by hand, with a role that may write to the log group",
        )),
    }
}
