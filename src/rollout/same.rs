//! Whether a registered revision is the one that would be registered, so that it can be used again.
//!
//! ECS answers with more than it was given: empty lists and some defaults. Both sides are brought to one form, in which what ECS fills in
//! is left out. Anything else that differs makes them different: one revision too many costs nothing, one that is not what was planned
//! would be rolled out.

use serde_json::{Map, Number, Value as Json, json};

/// Maps whose keys and values are the user's own: an empty value there is a value.
const MAPS: [&str; 4] = ["options", "dockerLabels", "driverOpts", "labels"];

/// Whether `registered` is what registering `planned` would make. Both are inputs of `RegisterTaskDefinition`; that of a revision comes of
/// the answer of `DescribeTaskDefinition`, by [`ecs_harden_transforms::emit::register_input`].
pub fn is_same(planned: &Json, registered: &Json) -> bool {
    canonical(planned) == canonical(registered)
}

/// The definition without what ECS fills in, lists that have no order sorted.
fn canonical(definition: &Json) -> Json {
    let mut task = plain(definition);
    let Some(members) = task.as_object_mut() else { return task };
    for name in ["cpu", "memory"] {
        if let Some(amount) = members.get_mut(name) {
            *amount = units(amount);
        }
    }
    sort(members, "requiresCompatibilities", |name| name.as_str().map(str::to_owned));
    sort(members, "tags", |tag| tag["key"].as_str().map(str::to_owned));
    let network = members.get("networkMode").and_then(Json::as_str).map(str::to_owned);
    for container in objects(members, "containerDefinitions") {
        fill_container(container, network.as_deref());
    }
    for volume in objects(members, "volumes") {
        if let Some(efs) = volume.get_mut("efsVolumeConfiguration").and_then(Json::as_object_mut) {
            // `EFSVolumeConfiguration.rootDirectory`: "/" is the same as nothing.
            leave_out(efs, "rootDirectory", &json!("/"));
        }
    }
    task
}

/// The defaults of a container (ECS API model, `ContainerDefinition`, `PortMapping`, `HealthCheck`).
fn fill_container(container: &mut Map<String, Json>, network: Option<&str>) {
    leave_out(container, "cpu", &json!(0));
    leave_out(container, "essential", &json!(true));
    if container.contains_key("firelensConfiguration") {
        // ECS stores the user of a log router that names none.
        leave_out(container, "user", &json!("0"));
    }
    for mapping in objects(container, "portMappings") {
        leave_out(mapping, "protocol", &json!("tcp"));
        leave_out(mapping, "hostPort", &json!(0));
        // In a bridge the same number is a port of the host that was asked for, and no number is any free one.
        if let (Some("awsvpc" | "host"), Some(port)) = (network, mapping.get("containerPort").cloned()) {
            leave_out(mapping, "hostPort", &port);
        }
    }
    if let Some(check) = container.get_mut("healthCheck").and_then(Json::as_object_mut) {
        for (name, default) in [("interval", 30), ("timeout", 5), ("retries", 3), ("startPeriod", 0)] {
            leave_out(check, name, &json!(default));
        }
    }
    for name in ["environment", "secrets"] {
        sort(container, name, |entry| entry["name"].as_str().map(str::to_owned));
    }
}

/// Without nulls, empty texts, lists and objects, and with one spelling of each number. Elements of lists stay.
fn plain(value: &Json) -> Json {
    match value {
        Json::Object(members) => {
            let kept = members.iter().filter_map(|(name, value)| {
                let value = if MAPS.contains(&name.as_str()) { as_it_is(value) } else { plain(value) };
                (!is_empty(name, &value)).then(|| (name.clone(), value))
            });
            Json::Object(kept.collect())
        }
        Json::Array(items) => items.iter().map(plain).collect(),
        Json::Number(number) => Json::Number(by_value(number)),
        scalar => scalar.clone(),
    }
}

/// A value of the user's own, with one spelling of each number.
fn as_it_is(value: &Json) -> Json {
    match value {
        Json::Object(members) => members.iter().map(|(name, value)| (name.clone(), as_it_is(value))).collect(),
        Json::Array(items) => items.iter().map(as_it_is).collect(),
        Json::Number(number) => Json::Number(by_value(number)),
        scalar => scalar.clone(),
    }
}

fn is_empty(name: &str, value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        // An empty one still says that the volume is a volume of Docker.
        Json::Object(members) => members.is_empty() && name != "dockerVolumeConfiguration",
        Json::Bool(_) | Json::Number(_) => false,
    }
}

/// One spelling of each number: `1`, `1.0`, `10e-1`.
fn by_value(number: &Number) -> Number {
    let text = number.to_string();
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((&text, "0"));
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    let shown = digits.trim_end_matches('0');
    let Ok(exponent) = exponent.parse::<i64>() else { return number.clone() };
    let places = i64::try_from(digits.len() - shown.len()).unwrap_or(0) - i64::try_from(fraction.len()).unwrap_or(0);
    let spelt =
        if shown.is_empty() { "0".to_owned() } else { format!("{sign}{shown}e{}", exponent.saturating_add(places)) };
    spelt.parse().unwrap_or_else(|_| number.clone())
}

/// Amounts of the task: `1 vCPU` is 1024 units, `2 GB` are 2048 MiB (`RegisterTaskDefinitionRequest.cpu`, `memory`).
fn units(amount: &Json) -> Json {
    let Some(text) = amount.as_str() else { return amount.clone() };
    let small = text.trim().to_ascii_lowercase();
    let Some(number) = small.strip_suffix("vcpu").or_else(|| small.strip_suffix("gb")) else {
        return json!(text.trim());
    };
    let parsed = number.trim().parse::<f64>().ok().map(|number| number * 1024.0);
    match parsed.filter(|units| units.fract() == 0.0) {
        Some(units) => json!(format!("{units:.0}")),
        None => amount.clone(),
    }
}

fn objects<'m>(members: &'m mut Map<String, Json>, name: &str) -> impl Iterator<Item = &'m mut Map<String, Json>> {
    members.get_mut(name).and_then(Json::as_array_mut).into_iter().flatten().filter_map(Json::as_object_mut)
}

fn leave_out(members: &mut Map<String, Json>, name: &str, default: &Json) {
    if members.get(name) == Some(&plain(default)) {
        drop(members.shift_remove(name));
    }
}

/// Sorts a list whose order means nothing. Entries of one name keep their order, which may decide between them.
fn sort(members: &mut Map<String, Json>, name: &str, key: impl Fn(&Json) -> Option<String>) {
    if let Some(list) = members.get_mut(name).and_then(Json::as_array_mut) {
        list.sort_by_key(|entry| key(entry));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Json {
        serde_json::from_str(text).unwrap()
    }

    /// As it is written in a file.
    const PLANNED: &str = r#"{"family": "web", "networkMode": "awsvpc", "cpu": "1 vCPU", "memory": "2 GB",
        "requiresCompatibilities": ["FARGATE", "EC2"], "containerDefinitions": [{
            "name": "web", "image": "web:1", "command": ["a", "b"], "readonlyRootFilesystem": true,
            "portMappings": [{"containerPort": 80}],
            "healthCheck": {"command": ["CMD", "true"]},
            "environment": [{"name": "A", "value": ""}, {"name": "B", "value": "1"}],
            "secrets": [{"name": "X", "valueFrom": "arn:x"}, {"name": "Y", "valueFrom": "arn:y"}],
            "logConfiguration": {"logDriver": "awslogs", "options": {"a": "1", "b": ""}},
            "linuxParameters": {"capabilities": {"drop": ["ALL"]}, "swappiness": 60},
            "ulimits": [{"name": "nofile", "softLimit": 1e3, "hardLimit": 1000}]
        }, {"name": "log", "image": "log:1", "firelensConfiguration": {"type": "fluentbit"}}],
        "volumes": [{"name": "a"}, {"name": "b", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}],
        "tags": [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]}"#;

    /// The same as ECS answers with it.
    const REGISTERED: &str = r#"{"containerDefinitions": [{
            "image": "web:1", "name": "web", "cpu": 0, "essential": true, "command": ["a", "b"], "entryPoint": [], "mountPoints": [],
            "volumesFrom": [], "systemControls": [], "readonlyRootFilesystem": true, "dnsServers": null,
            "portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}],
            "healthCheck": {"command": ["CMD", "true"], "interval": 30, "timeout": 5, "retries": 3, "startPeriod": 0},
            "environment": [{"name": "B", "value": "1"}, {"name": "A"}],
            "secrets": [{"name": "Y", "valueFrom": "arn:y"}, {"name": "X", "valueFrom": "arn:x"}],
            "logConfiguration": {"logDriver": "awslogs", "options": {"b": "", "a": "1"}, "secretOptions": []},
            "linuxParameters": {"swappiness": 60, "capabilities": {"add": [], "drop": ["ALL"]}, "devices": []},
            "ulimits": [{"name": "nofile", "softLimit": 1000, "hardLimit": 1000.0}]
        }, {"name": "log", "image": "log:1", "user": "0", "firelensConfiguration": {"type": "fluentbit"}, "environment": []}],
        "family": "web", "networkMode": "awsvpc", "cpu": "1024", "memory": "2048", "placementConstraints": [],
        "volumes": [{"name": "a", "host": {}}, {"name": "b", "efsVolumeConfiguration": {"fileSystemId": "fs-1", "rootDirectory": "/"}}],
        "requiresCompatibilities": ["EC2", "FARGATE"], "tags": [{"key": "b", "value": "2"}, {"key": "a", "value": "1"}]}"#;

    #[test]
    fn what_ecs_fills_in_makes_no_difference() {
        assert_eq!(canonical(&parse(PLANNED)), canonical(&parse(REGISTERED)));
        assert!(is_same(&parse(PLANNED), &parse(REGISTERED)));
    }

    #[test]
    fn what_means_something_makes_a_difference() {
        let changes = [
            ("\"command\": [\"a\", \"b\"]", "\"command\": [\"b\", \"a\"]"),
            ("\"a\": \"1\", \"b\": \"\"", "\"a\": \"1\""),
            ("\"swappiness\": 60", "\"swappiness\": 0"),
            ("\"readonlyRootFilesystem\": true", "\"readonlyRootFilesystem\": false"),
            ("\"readonlyRootFilesystem\": true,", ""),
            ("\"drop\": [\"ALL\"]", "\"drop\": []"),
            ("{\"containerPort\": 80}", "{\"containerPort\": 80, \"hostPort\": 8080}"),
            ("{\"containerPort\": 80}", "{\"containerPort\": 80, \"protocol\": \"udp\"}"),
            ("{\"command\": [\"CMD\", \"true\"]}", "{\"command\": [\"CMD\", \"true\"], \"interval\": 31}"),
            ("\"name\": \"web\",", "\"name\": \"web\", \"essential\": false,"),
            ("\"name\": \"web\",", "\"name\": \"web\", \"user\": \"0\","),
            ("\"name\": \"web\",", "\"name\": \"web\", \"cpu\": 1,"),
            ("\"name\": \"web\",", "\"name\": \"web\", \"unknownMember\": 0,"),
            ("\"value\": \"1\"", "\"value\": \"2\""),
            ("arn:x", "arn:z"),
            ("2 GB", "3 GB"),
            ("{\"name\": \"a\"}", "{\"name\": \"a\", \"dockerVolumeConfiguration\": {}}"),
            ("\"fs-1\"}", "\"fs-1\", \"rootDirectory\": \"/a\"}"),
            ("[\"FARGATE\", \"EC2\"]", "[\"FARGATE\"]"),
        ];
        for (from, to) in changes {
            assert!(PLANNED.contains(from), "{from}");
            assert!(!is_same(&parse(&PLANNED.replacen(from, to, 1)), &parse(REGISTERED)), "{from} -> {to}");
        }
    }

    #[test]
    fn a_port_of_the_host_counts_where_it_can_be_another() {
        let of = |network: &str, port: &str| {
            parse(&format!(
                r#"{{"networkMode": {network}, "containerDefinitions": [{{"portMappings": [{{"containerPort": 80{port}}}]}}]}}"#
            ))
        };
        for network in ["\"bridge\"", "null", "\"default\""] {
            assert!(is_same(&of(network, ""), &of(network, ", \"hostPort\": 0")), "{network}");
            assert!(!is_same(&of(network, ""), &of(network, ", \"hostPort\": 80")), "{network}");
        }
        assert!(is_same(&of("\"host\"", ""), &of("\"host\"", ", \"hostPort\": 80")));
    }

    #[test]
    fn of_two_variables_of_one_name_the_order_counts() {
        let of = |first: &str, second: &str| {
            json!({"containerDefinitions": [{"environment": [
            {"name": "A", "value": first}, {"name": "A", "value": second}]}]})
        };
        assert!(!is_same(&of("1", "2"), &of("2", "1")));
    }

    #[test]
    fn numbers_are_compared_by_value() {
        let same = |left: &str, right: &str| is_same(&parse(left), &parse(right));
        for (left, right) in
            [("1", "1.0"), ("1000", "1e3"), ("-0.5", "-5E-1"), ("0", "0.00"), ("0", "-0"), ("10", "1.0e+1")]
        {
            assert!(same(left, right), "{left} {right}");
        }
        for (left, right) in
            [("1", "10"), ("1", "-1"), ("1", "1.01"), ("9007199254740993", "9007199254740992"), ("1", "\"1\"")]
        {
            assert!(!same(left, right), "{left} {right}");
        }
    }
}
