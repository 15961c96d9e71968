//! Ports that only root may open, unless an entry of `systemControls` opens them.

use super::*;

const PORT: &str = r#", "portMappings": [{"containerPort": 80}]"#;

/// A container with port 80 and these entries, beside one with those.
fn with(own: &str, others: &str) -> String {
    let other = format!(r#", {{"name": "db", "systemControls": {others}}}"#);
    ec2(&format!(r#"{PORT}, "systemControls": {own}"#), &other, r#""networkMode": "awsvpc", "#)
}

fn entry(value: &str) -> String {
    format!(
        r#"[{{"namespace": "net.core.somaxconn", "value": "1"}}, {{"namespace": "net.ipv4.ip_unprivileged_port_start", "value": {value}}}]"#
    )
}

#[test]
fn a_low_port_is_opened_under_every_network_mode_but_host() {
    let port = |mode: &str| ec2(PORT, "", mode);
    ready(
        &[
            port(""),
            port(r#""networkMode": null, "#),
            port(r#""networkMode": "awsvpc", "#),
            port(r#""networkMode": "bridge", "#),
        ],
        OPENS,
    );
    ready(
        &[
            ec2(r#", "portMappings": [{"containerPort": "${port}"}]"#, "", ""),
            ec2(r#", "portMappings": ${ports}"#, "", ""),
            ec2(r#", "portMappings": [{"containerPortRange": "1000-2000"}]"#, "", ""),
        ],
        OPENS,
    );
    ready(
        &[
            ec2(r#", "portMappings": [{"containerPort": 1024, "hostPort": 80}]"#, "", r#""networkMode": "host", "#),
            ec2(r#", "portMappings": []"#, "", r#""networkMode": "${mode}", "#),
        ],
        DEFAULT,
    );
}

#[test]
fn a_low_port_under_host_networking_or_an_unread_mode_is_left_to_a_person() {
    let maybe = r#", "portMappings": [{"containerPort": "${port}"}]"#;
    let host = r#""networkMode": "host", "#;
    blocked(&[
        (
            ec2(PORT, "", host),
            "it listens on port 80 under host networking, where no system control can open low ports to a user | move the container to a port of 1024 or above, or to another network mode",
        ),
        (
            ec2(maybe, "", host),
            "it listens on a port that is unresolved and may be below 1024 under host networking, where no system control can open low ports to a user | move the container to a port of 1024 or above, or to another network mode",
        ),
        (
            ec2(PORT, "", r#""networkMode": "${mode}", "#),
            "it listens on port 80, and `networkMode` is a placeholder | check the rendered file, or write the value here",
        ),
        (
            r#"[{"name": "web", "image": "web", "portMappings": [{"containerPort": 80}]}]"#.to_owned(),
            "it listens on port 80, and `networkMode` belongs to the part of the task definition that this file does not hold | name the launch type if it is Fargate: --launch-type fargate; else check the whole task definition",
        ),
    ]);
}

#[test]
fn fargate_alone_tells_the_network_mode() {
    let text = r#"[{"name": "web", "image": "web", "portMappings": [{"containerPort": 80}]}]"#;
    let wished = |types: &[LaunchType]| {
        let target = TargetWish(types.iter().copied().collect());
        mend(&first(text, &Wishes { target, ..wishes(json!({})) }).user)
    };
    assert_eq!(wished(&[LaunchType::Fargate]), Ok(OPENS.to_owned()));
    assert!(wished(&[LaunchType::Fargate, LaunchType::Ec2]).is_err());
    assert!(wished(&[LaunchType::Ec2]).is_err());
    let listed = ec2(PORT, "", r#""networkMode": "${mode}", "#).replace("EC2", "FARGATE");
    ready(&[listed], OPENS);
}

#[test]
fn an_entry_that_opens_the_port_is_not_added_twice() {
    ready(
        &[
            with(&entry("\"0\""), "[]"),
            with(&entry("0"), &entry("\"0\"")),
            with(&entry("\" 0 \""), "[]"),
            with(&entry("\"80\""), "[]"),
            with(&entry("\"79\""), &entry("\"80\"")),
        ],
        DEFAULT,
    );
    ready(
        &[
            with("[]", &entry("\"0\"")),
            with("null", &entry("0")),
            with(&entry("\"0\"").replace("ip_un", "other_"), "[]"),
        ],
        OPENS,
    );
}

#[test]
fn an_entry_that_keeps_the_port_closed_or_differs_is_left_to_a_person() {
    let closed = |name: &str| {
        format!(
            "`{name}` sets net.ipv4.ip_unprivileged_port_start to a value that keeps the port closed | set the entry of `{name}` to \"0\" by hand"
        )
    };
    let (own, other) = (closed("web"), closed("db"));
    for value in ["\"81\"", "1024", "\"-1\"", "\"x\"", "null"] {
        blocked(&[(with(&entry(value), "[]"), &own), (with("[]", &entry(value)), &other)]);
    }
    blocked(&[(
        with("[]", &entry("\"80\"")),
        "`db` sets net.ipv4.ip_unprivileged_port_start to another value than \"0\", and the one started last decides | set the entry of `db` to \"0\" by hand",
    )]);
    let maybe = with(&entry("\"1\""), "[]").replace(r#""containerPort": 80"#, r#""containerPort": ${port}"#);
    blocked(&[(maybe, &own)]);
    ready(&[with(&entry("\"0\""), "[]").replace(r#""containerPort": 80"#, r#""containerPort": ${port}"#)], DEFAULT);
}

#[test]
fn an_entry_that_cannot_be_read_is_left_to_a_person() {
    let namespace = r#"[{"namespace": "${name}", "value": "0"}]"#;
    let cases = [
        (with("${controls}", "[]"), "`systemControls`, where a low port may have to be opened, is a placeholder"),
        (with(namespace, "[]"), "a namespace in `systemControls` is a placeholder"),
        (with(&entry("\"${value}\""), "[]"), "the value of net.ipv4.ip_unprivileged_port_start is a placeholder"),
        (
            with("[]", "${controls}"),
            "`systemControls` of `db`, which may keep low ports closed for the whole task, is a placeholder",
        ),
        (
            with("[]", namespace),
            "a namespace in `systemControls` of `db`, which may keep low ports closed for the whole task, is a placeholder",
        ),
        (with("[]", &entry("${value}")), "the value of net.ipv4.ip_unprivileged_port_start is a placeholder"),
    ];
    for (text, reason) in cases {
        blocked(&[(text, &format!("{reason} | check the rendered file, or write the value here"))]);
    }
}
