//! Rules about the task as a whole.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Case, Os, Target, json, size};

/// Bytes of the largest definition that can be registered (service quotas).
const LARGEST: usize = 64 * 1024;

/// Whether `name` has the form of a family, container or volume name.
pub fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=255).contains(&name.len()) && name.bytes().all(plain)
}

/// Judges everything that is not about one container or one volume.
pub fn judge(case: &mut Case<'_>) {
    let definition = case.definition;
    let containers = json::elements(definition, "", "containerDefinitions");
    if let Some(family) = json::text(definition, "family") {
        case.report_if(!is_name(family), "family-format", "/family", "letters, digits, `_` and `-`");
    }
    let count = containers.len();
    case.report_if(
        !(1..=10).contains(&count),
        "container-count",
        "/containerDefinitions",
        format!("{count} containers"),
    );
    let length = definition.to_string().len();
    case.report_if(length > LARGEST, "document-size", "", format!("{length} bytes"));
    let idle = count > 0 && containers.iter().all(|(_, container)| !is_essential(container));
    case.report_if(idle, "no-essential-container", "/containerDefinitions", "every container is optional");
    platform(case);
    tags(case);
    sizes(case, &containers);
    roles(case, &containers);
}

/// Absent means essential.
pub fn is_essential(container: &Value) -> bool {
    json::member(container, "essential").and_then(Value::as_bool) != Some(false)
}

/// The memory of the task in MiB, where it counts: Windows on EC2 ignores it.
pub fn memory(case: &Case<'_>) -> Option<i64> {
    let counts = case.os == Os::Linux || case.target == Target::Fargate;
    json::member(case.definition, "memory").filter(|_| counts).and_then(size::mebibytes)
}

fn platform(case: &mut Case<'_>) {
    let at = "/runtimePlatform/operatingSystemFamily";
    let family = json::member(case.definition, "runtimePlatform")
        .and_then(|platform| json::text(platform, "operatingSystemFamily"));
    let windows = case.os == Os::Windows;
    if let Some(family) = family {
        let other = family.starts_with("WINDOWS") != windows;
        case.report_if(other, "os-mismatch", at, format!("{family} is not meant"));
    } else if case.target == Target::Fargate {
        case.report_if(windows, "os-mismatch", at, "without it Fargate runs Linux");
    }
}

fn tags(case: &mut Case<'_>) {
    let tags = json::elements(case.definition, "", "tags");
    case.report_if(tags.len() > 50, "tags", "/tags", "more than 50");
    let mut seen = BTreeSet::new();
    for (at, tag) in tags {
        let Some(key) = json::text(tag, "key") else { continue };
        let wrong = key.is_empty() || key.len() > 128 || key.to_ascii_lowercase().starts_with("aws:");
        case.report_if(wrong, "tags", &at, format!("`{key}` cannot be a key"));
        case.report_if(!seen.insert(key), "tags", &at, format!("`{key}` is there twice"));
    }
}

fn sizes(case: &mut Case<'_>, containers: &[(String, &Value)]) {
    let (cpu, memory) = (json::member(case.definition, "cpu"), json::member(case.definition, "memory"));
    let units = cpu.and_then(size::cpu_units);
    let mebibytes = memory.and_then(size::mebibytes);
    case.report_if(cpu.is_some() && units.is_none(), "task-size-format", "/cpu", "no amount of cpu");
    case.report_if(memory.is_some() && mebibytes.is_none(), "task-size-format", "/memory", "no amount of memory");
    if let (Target::Fargate, Some(units), Some(mebibytes)) = (case.target, units, mebibytes) {
        let wrong = !size::fargate_offers(units, mebibytes);
        case.report_if(wrong, "fargate-size", "/memory", format!("{mebibytes} MiB do not go with {units} units"));
    }

    let sum: i64 = containers.iter().filter_map(|(_, container)| json::integer(container, "cpu")).sum();
    let over = case.os == Os::Linux && units.is_some_and(|units| sum > units);
    case.report_if(over, "cpu-over-task", "/cpu", format!("the containers ask for {sum} units"));

    let task = self::memory(case);
    let mut reserved = 0;
    for (at, container) in containers {
        let (limit, soft) = (json::integer(container, "memory"), json::integer(container, "memoryReservation"));
        let none = limit.unwrap_or(0) == 0 && soft.unwrap_or(0) == 0;
        case.report_if(none && task.is_none(), "memory-missing", at, "neither memory nor memoryReservation");
        let inverted = limit.zip(soft).is_some_and(|(limit, soft)| soft > limit);
        case.report_if(inverted, "memory-over-task", at, "memoryReservation is above memory");
        let above = limit.zip(task).is_some_and(|(limit, task)| limit > task);
        case.report_if(above, "memory-over-task", at, "memory is above that of the task");
        reserved += soft.or(limit).unwrap_or(0);
    }
    let over = task.is_some_and(|task| reserved > task);
    case.report_if(over, "memory-over-task", "/memory", format!("the containers reserve {reserved} MiB"));
}

/// Judges whether somebody may fetch what the containers refer to.
fn roles(case: &mut Case<'_>, containers: &[(String, &Value)]) {
    if json::text(case.definition, "executionRoleArn").is_some_and(|role| !role.is_empty()) {
        return;
    }
    for (at, container) in containers {
        for list in ["secrets", "environmentFiles"] {
            let wanted = !json::elements(container, at, list).is_empty();
            case.report_if(wanted, "execution-role-missing", at, format!("`{list}` needs executionRoleArn"));
        }
        let private = json::member(container, "repositoryCredentials").is_some();
        case.report_if(private, "execution-role-missing", at, "`repositoryCredentials` needs executionRoleArn");
        let Some(log) = json::member(container, "logConfiguration") else {
            continue;
        };
        let secret = !json::elements(log, at, "secretOptions").is_empty();
        case.report_if(secret, "execution-role-missing", at, "`secretOptions` needs executionRoleArn");
        let managed = case.target != Target::Ec2 && json::text(log, "logDriver") == Some("awslogs");
        case.report_if(managed, "execution-role-missing", at, "`awslogs` needs executionRoleArn here");
    }
}
