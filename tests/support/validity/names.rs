//! Rules about containers that refer to one another.

use std::collections::BTreeSet;

use serde_json::Value;

use super::task::{is_essential, is_name};
use super::{Case, json};

/// Judges names of containers and everything that names one.
pub fn judge(case: &mut Case<'_>) {
    let containers = json::elements(case.definition, "", "containerDefinitions");
    let mut seen = BTreeSet::new();
    let mut ports = BTreeSet::new();
    for (at, container) in &containers {
        if let Some(name) = json::text(container, "name") {
            case.report_if(!is_name(name), "container-name", at, format!("`{name}` is no name"));
            case.report_if(!seen.insert(name), "container-name-duplicate", at, format!("`{name}` is there twice"));
        }
        for (at, port) in json::elements(container, at, "portMappings") {
            let again = json::text(port, "name").is_some_and(|name| !ports.insert(name));
            case.report_if(again, "port-name-duplicate", &at, "a port name is there twice");
        }
    }
    for (at, container) in &containers {
        references(case, at, container, &containers);
    }
    if let Some(proxy) = json::member(case.definition, "proxyConfiguration") {
        let name = json::text(proxy, "containerName").unwrap_or_default();
        case.report_if(!seen.contains(name), "container-unknown", "/proxyConfiguration", format!("no `{name}`"));
    }
    firelens(case, &containers);
}

fn named<'a>(containers: &[(String, &'a Value)], name: &str) -> Option<&'a Value> {
    containers.iter().map(|(_, container)| *container).find(|container| json::text(container, "name") == Some(name))
}

fn references(case: &mut Case<'_>, at: &str, container: &Value, containers: &[(String, &Value)]) {
    let own = json::text(container, "name").unwrap_or_default();
    let known = |name: &str| name != own && named(containers, name).is_some();
    for (at, source) in json::elements(container, at, "volumesFrom") {
        let name = json::text(source, "sourceContainer").unwrap_or_default();
        case.report_if(!known(name), "container-unknown", &at, format!("no other container `{name}`"));
    }
    for (at, link) in json::elements(container, at, "links") {
        let name = link.as_str().unwrap_or_default().split(':').next().unwrap_or_default();
        case.report_if(!known(name), "container-unknown", &at, format!("no other container `{name}`"));
    }
    for (at, dependency) in json::elements(container, at, "dependsOn") {
        let name = json::text(dependency, "containerName").unwrap_or_default();
        let Some(other) = named(containers, name).filter(|_| name != own) else {
            case.report("container-unknown", &at, format!("no other container `{name}`"));
            continue;
        };
        let condition = json::text(dependency, "condition").unwrap_or_default();
        let ends = matches!(condition, "COMPLETE" | "SUCCESS") && is_essential(other);
        case.report_if(ends, "depends-on-condition", &at, format!("`{name}` is essential, it must not end"));
        let blind = condition == "HEALTHY" && json::member(other, "healthCheck").is_none();
        case.report_if(blind, "depends-on-condition", &at, format!("`{name}` has no healthCheck"));
    }
    let cycle = reaches(containers, own, own, &mut BTreeSet::new());
    case.report_if(cycle, "depends-on-cycle", &json::below(at, "dependsOn"), format!("`{own}` waits for itself"));
}

/// Whether `goal` comes up among what `from` waits for, directly or not.
fn reaches(containers: &[(String, &Value)], from: &str, goal: &str, seen: &mut BTreeSet<String>) -> bool {
    let Some(container) = named(containers, from) else {
        return false;
    };
    json::elements(container, "", "dependsOn").into_iter().any(|(_, dependency)| {
        let next = json::text(dependency, "containerName").unwrap_or_default();
        next == goal || (seen.insert(next.to_owned()) && reaches(containers, next, goal, seen))
    })
}

fn uid(container: &Value) -> Option<&str> {
    json::text(container, "user").and_then(|user| user.split(':').next())
}

fn firelens(case: &mut Case<'_>, containers: &[(String, &Value)]) {
    let users = containers.iter().any(|(_, container)| {
        json::member(container, "logConfiguration").and_then(|log| json::text(log, "logDriver")) == Some("awsfirelens")
    });
    let mut routers = 0;
    for (index, (at, container)) in containers.iter().enumerate() {
        if json::member(container, "firelensConfiguration").is_none() {
            continue;
        }
        routers += 1;
        case.report_if(!users, "firelens-pair", at, "no container logs to awsfirelens");
        let Some(own) = uid(container).filter(|uid| !uid.is_empty()) else {
            continue;
        };
        let numeric = own.bytes().all(|byte| byte.is_ascii_digit());
        let shared =
            containers.iter().enumerate().any(|(other, (_, container))| other != index && uid(container) == Some(own));
        let root = own == "0";
        case.report_if(
            !numeric || (shared && !root),
            "firelens-user",
            at,
            format!("`{own}` is no numeric uid of its own"),
        );
    }
    case.report_if(users && routers == 0, "firelens-pair", "/containerDefinitions", "no log router for awsfirelens");
}
