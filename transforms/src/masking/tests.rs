//! What is shown and what is masked, position by position.

use super::*;

#[track_caller]
fn read(text: &str) -> Document {
    Document::read(text.to_owned()).expect("the text is a task definition")
}

/// The whole text with everything sensitive masked.
#[track_caller]
fn shown(text: &str) -> String {
    let document = read(text);
    masked(text, Span::new(0, text.len()), &sensitive(&document))
}

fn at(pointer: &str) -> Path {
    let step = |step: &str| step.parse().map_or_else(|_| Step::Key(step.to_owned()), Step::Index);
    Path::from(pointer.split('/').skip(1).map(step).collect::<Vec<_>>())
}

#[test]
fn a_definition_shows_what_is_listed_and_masks_the_rest() {
    let text = r#"{
  "family": "shop", "taskRoleArn": "arn:a", "executionRoleArn": "arn:b", "networkMode": "awsvpc", "cpu": "256", "memory": 512,
  "requiresCompatibilities": ["FARGATE"], "pidMode": "task", "ipcMode": "none", "enableFaultInjection": true,
  "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}, "ephemeralStorage": {"sizeInGiB": 30},
  "volumes": [
    {"name": "v", "configuredAtLaunch": true, "host": {"sourcePath": "s1"}},
    {"efsVolumeConfiguration": {"fileSystemId": "fs-1", "rootDirectory": "s2", "transitEncryption": "ENABLED",
      "transitEncryptionPort": 2049, "authorizationConfig": {"iam": "ENABLED", "accessPointId": "s3"}}},
    {"dockerVolumeConfiguration": {"scope": "s4", "autoprovision": true, "driver": "s5", "driverOpts": {"s6": "s7"}, "labels": {"s8": "s9"}}}
  ],
  "placementConstraints": [{"type": "s10", "expression": "s11"}],
  "proxyConfiguration": {"type": "APPMESH", "containerName": "envoy", "properties": [{"name": "s12", "value": "s13"}]},
  "tags": [{"key": "team", "value": "s14"}],
  "containerDefinitions": []
}"#;
    let expected = r#"{
  "family": "shop", "taskRoleArn": "arn:a", "executionRoleArn": "arn:b", "networkMode": "awsvpc", "cpu": "256", "memory": 512,
  "requiresCompatibilities": ["FARGATE"], "pidMode": "task", "ipcMode": "none", "enableFaultInjection": true,
  "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}, "ephemeralStorage": {"sizeInGiB": 30},
  "volumes": [
    {"name": "v", "configuredAtLaunch": true, "host": {"sourcePath": "***"}},
    {"efsVolumeConfiguration": {"fileSystemId": "fs-1", "rootDirectory": "***", "transitEncryption": "ENABLED",
      "transitEncryptionPort": 2049, "authorizationConfig": {"iam": "ENABLED", "accessPointId": "***"}}},
    {"dockerVolumeConfiguration": {"scope": "***", "autoprovision": ***, "driver": "***", "driverOpts": {"***": "***"}, "labels": {"***": "***"}}}
  ],
  "placementConstraints": [{"type": "***", "expression": "***"}],
  "proxyConfiguration": {"type": "APPMESH", "containerName": "envoy", "properties": [{"name": "***", "value": "***"}]},
  "tags": [{"key": "team", "value": "***"}],
  "containerDefinitions": []
}"#;
    assert_eq!(shown(text), expected);
}

#[test]
fn a_container_shows_what_is_listed_and_masks_the_rest() {
    let text = r#"[{
  "name": "web", "image": "web:1", "cpu": 10, "memory": 20, "memoryReservation": 30, "essential": true, "user": "0", "privileged": false,
  "readonlyRootFilesystem": true, "disableNetworking": false, "interactive": true, "pseudoTerminal": true, "startTimeout": 1, "stopTimeout": 2,
  "versionConsistency": "enabled",
  "command": ["s1", 2, true], "entryPoint": ["s2"], "workingDirectory": "s3", "hostname": "s4", "links": ["s5"],
  "dnsServers": ["s6"], "dnsSearchDomains": ["s7"], "dockerSecurityOptions": ["s8", "no-new-privileges:s8", "no-new-privileges"], "credentialSpecs": ["s9"],
  "environment": [{"name": "KEY", "value": "s10"}, {"name": "PORT", "value": 1}], "secrets": [{"name": "KEY", "valueFrom": "s11"}, {"name": "ARN", "valueFrom": "arn:aws:ssm:eu-central-1:123456789012:parameter/x"}],
  "environmentFiles": [{"type": "s3", "value": "s12"}], "dockerLabels": {"s13": "s14"}, "extraHosts": [{"hostname": "s15", "ipAddress": "s16"}],
  "portMappings": [{"containerPort": 80, "hostPort": 81, "protocol": "tcp", "name": "http", "appProtocol": "http2", "containerPortRange": "1-2"}],
  "mountPoints": [{"sourceVolume": "v", "containerPath": "/v", "readOnly": true}], "volumesFrom": [{"sourceContainer": "db", "readOnly": false}],
  "dependsOn": [{"containerName": "db", "condition": "START"}],
  "linuxParameters": {"capabilities": {"add": ["KILL"], "drop": ["ALL"]}, "initProcessEnabled": true, "sharedMemorySize": 1, "maxSwap": 2,
    "swappiness": 3, "tmpfs": [{"containerPath": "/tmp", "size": 4, "mountOptions": ["exec"]}],
    "devices": [{"hostPath": "/dev/a", "containerPath": "/dev/b", "permissions": ["read"]}]},
  "systemControls": [{"namespace": "net.a", "value": "0"}], "ulimits": [{"name": "nofile", "softLimit": 1, "hardLimit": 2}],
  "healthCheck": {"command": ["CMD", "s17"], "interval": 1, "timeout": 2, "retries": 3, "startPeriod": 4},
  "restartPolicy": {"enabled": true, "restartAttemptPeriod": 60, "ignoredExitCodes": [1]},
  "resourceRequirements": [{"type": "GPU", "value": "s18"}], "repositoryCredentials": {"credentialsParameter": "s19"},
  "firelensConfiguration": {"type": "fluentbit", "options": {"s20": "s21"}},
  "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g", "awslogs-region": "r", "awslogs-stream-prefix": "p",
    "awslogs-create-group": "true", "mode": "non-blocking", "max-buffer-size": "1m", "awslogs-datetime-format": "s22", "s23": "s24"},
    "secretOptions": [{"name": "s25", "valueFrom": "s26"}]}
}]"#;
    let expected = r#"[{
  "name": "web", "image": "web:1", "cpu": 10, "memory": 20, "memoryReservation": 30, "essential": true, "user": "0", "privileged": false,
  "readonlyRootFilesystem": true, "disableNetworking": false, "interactive": true, "pseudoTerminal": true, "startTimeout": 1, "stopTimeout": 2,
  "versionConsistency": "enabled",
  "command": ["***", ***, ***], "entryPoint": ["***"], "workingDirectory": "***", "hostname": "***", "links": ["***"],
  "dnsServers": ["***"], "dnsSearchDomains": ["***"], "dockerSecurityOptions": ["***", "***", "no-new-privileges"], "credentialSpecs": ["***"],
  "environment": [{"name": "KEY", "value": "***"}, {"name": "PORT", "value": ***}], "secrets": [{"name": "KEY", "valueFrom": "***"}, {"name": "ARN", "valueFrom": "arn:aws:ssm:eu-central-1:123456789012:parameter/x"}],
  "environmentFiles": [{"type": "s3", "value": "***"}], "dockerLabels": {"***": "***"}, "extraHosts": [{"hostname": "***", "ipAddress": "***"}],
  "portMappings": [{"containerPort": 80, "hostPort": 81, "protocol": "tcp", "name": "http", "appProtocol": "http2", "containerPortRange": "1-2"}],
  "mountPoints": [{"sourceVolume": "v", "containerPath": "/v", "readOnly": true}], "volumesFrom": [{"sourceContainer": "db", "readOnly": false}],
  "dependsOn": [{"containerName": "db", "condition": "START"}],
  "linuxParameters": {"capabilities": {"add": ["KILL"], "drop": ["ALL"]}, "initProcessEnabled": true, "sharedMemorySize": 1, "maxSwap": 2,
    "swappiness": 3, "tmpfs": [{"containerPath": "/tmp", "size": 4, "mountOptions": ["exec"]}],
    "devices": [{"hostPath": "/dev/a", "containerPath": "/dev/b", "permissions": ["read"]}]},
  "systemControls": [{"namespace": "net.a", "value": "0"}], "ulimits": [{"name": "nofile", "softLimit": 1, "hardLimit": 2}],
  "healthCheck": {"command": ["***", "***"], "interval": 1, "timeout": 2, "retries": 3, "startPeriod": 4},
  "restartPolicy": {"enabled": true, "restartAttemptPeriod": 60, "ignoredExitCodes": [***]},
  "resourceRequirements": [{"type": "GPU", "value": "***"}], "repositoryCredentials": {"credentialsParameter": "***"},
  "firelensConfiguration": {"type": "fluentbit", "options": {"***": "***"}},
  "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g", "awslogs-region": "r", "awslogs-stream-prefix": "p",
    "awslogs-create-group": "true", "mode": "non-blocking", "max-buffer-size": "1m", "***": "***", "***": "***"},
    "secretOptions": [{"name": "***", "valueFrom": "***"}]}
}]"#;
    assert_eq!(shown(text), expected);
}

#[test]
fn what_wraps_a_definition_is_masked_but_for_the_names_of_describe_output() {
    let cases = [
        (
            r#"{"taskDefinition": {"revision": 7, "status": "ACTIVE", "taskDefinitionArn": "arn", "registeredAt": 1.5, "registeredBy": "s",
                "deregisteredAt": "s", "deleteRequestedAt": "s", "compatibilities": ["EC2"],
                "requiresAttributes": [{"name": "n", "value": "s", "targetId": "s", "targetType": "s"}],
                "containerDefinitions": []}, "tags": [{"key": "k", "value": "s"}], "ResponseMetadata": {"RequestId": "s"}}"#,
            r#"{"taskDefinition": {"revision": 7, "status": "ACTIVE", "taskDefinitionArn": "arn", "registeredAt": 1.5, "registeredBy": "***",
                "deregisteredAt": "***", "deleteRequestedAt": "***", "compatibilities": ["EC2"],
                "requiresAttributes": [{"name": "n", "value": "***", "targetId": "***", "targetType": "***"}],
                "containerDefinitions": []}, "tags": [{"key": "k", "value": "***"}], "***": {"***": "***"}}"#,
        ),
        (
            r#"{"s": {"taskDefinition": {"family": "f", "containerDefinitions": []}}, "family": "s", "cpu": null}"#,
            r#"{"***": {"taskDefinition": {"family": "f", "containerDefinitions": []}}, "***": "***", "***": ***}"#,
        ),
        (
            r#"[{"family": "f", "containerDefinitions": []}, "s", 1]"#,
            r#"[{"family": "f", "containerDefinitions": []}, "***", ***]"#,
        ),
        (r#"{"image": "i", "name": "n", "command": ["s"]}"#, r#"{"image": "i", "name": "n", "command": ["***"]}"#),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text), expected);
    }
}

#[test]
fn unknown_members_are_masked_with_their_names_wherever_they_stand() {
    let cases = [
        (
            r#"{"containerDefinitions": [], "secret": {"family": ["s", {"name": 1}]}}"#,
            r#"{"containerDefinitions": [], "***": {"***": ["***", {"***": ***}]}}"#,
        ),
        (
            r#"{"containerDefinitions": [{"nmae": "s", "name": "n"}]}"#,
            r#"{"containerDefinitions": [{"***": "***", "name": "n"}]}"#,
        ),
        (r#"{"containerDefinitions": [["s"], "s", null]}"#, r#"{"containerDefinitions": [["***"], "***", null]}"#),
        (
            r#"{"containerDefinitions": [], "family": {"s": "s"}}"#,
            r#"{"containerDefinitions": [], "family": {"***": "***"}}"#,
        ),
        (r#"{"containerDefinitions": [], "family": ["s"]}"#, r#"{"containerDefinitions": [], "family": ["***"]}"#),
        (r#"{"containerDefinitions": [], "volumes": "s"}"#, r#"{"containerDefinitions": [], "volumes": "***"}"#),
        (
            r#"{"containerDefinitions": [], "*": {"family": "s"}}"#,
            r#"{"containerDefinitions": [], "***": {"***": "***"}}"#,
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text), expected);
    }
}

#[test]
fn a_null_is_shown_where_the_api_knows_the_member() {
    let cases = [
        (r#"{"containerDefinitions": [], "family": null}"#, r#"{"containerDefinitions": [], "family": null}"#),
        (
            r#"{"containerDefinitions": [], "inferenceAccelerators": null}"#,
            r#"{"containerDefinitions": [], "inferenceAccelerators": null}"#,
        ),
        (r#"[{"name": "a", "image": "a", "command": null}]"#, r#"[{"name": "a", "image": "a", "command": null}]"#),
        (
            r#"[{"name": "a", "image": "a", "environment": [{"value": null}]}]"#,
            r#"[{"name": "a", "image": "a", "environment": [{"value": null}]}]"#,
        ),
        (
            r#"[{"name": "a", "image": "a", "dockerLabels": null}]"#,
            r#"[{"name": "a", "image": "a", "dockerLabels": null}]"#,
        ),
        (
            r#"[{"name": "a", "image": "a", "dockerLabels": {"s": null}}]"#,
            r#"[{"name": "a", "image": "a", "dockerLabels": {"***": ***}}]"#,
        ),
        (r#"[{"name": "a", "image": "a", "command": [null]}]"#, r#"[{"name": "a", "image": "a", "command": [***]}]"#),
        (r#"[{"name": "a", "image": "a", "unknown": null}]"#, r#"[{"name": "a", "image": "a", "***": ***}]"#),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text), expected);
    }
}

#[test]
fn comments_are_masked() {
    let text = "// s\n{ # s\n  \"containerDefinitions\": [ /* s\n s */ ], // s: \"family\": 1\n}\n// s";
    let expected = "***\n{ ***\n  \"containerDefinitions\": [ *** ], ***\n}\n***";
    assert_eq!(shown(text), expected);
}

#[test]
fn placeholders_are_masked_as_what_they_stand_for() {
    let cases = [
        (r#"{"containerDefinitions": ${s}}"#, r#"{"containerDefinitions": ***}"#),
        (r#"{"containerDefinitions": [${s}]}"#, r#"{"containerDefinitions": [***]}"#),
        (r#"{"containerDefinitions": [], ${s}}"#, r#"{"containerDefinitions": [], ***}"#),
        (r#"{"containerDefinitions": [{"name": "a"} ${s}]}"#, r#"{"containerDefinitions": [{"name": "a"} ***]}"#),
        (
            r#"{"containerDefinitions": [{"environment": [{"name": "A", "value": ${s}}]}]}"#,
            r#"{"containerDefinitions": [{"environment": [{"name": "A", "value": ***}]}]}"#,
        ),
        (
            r#"{"containerDefinitions": [{"environment": [{"name": "A", "value": "a${s("b")}"}]}]}"#,
            r#"{"containerDefinitions": [{"environment": [{"name": "A", "value": "***"}]}]}"#,
        ),
        // At a position that is shown, the name of a placeholder is shown.
        (r#"{"containerDefinitions": [], "cpu": ${cpu}}"#, r#"{"containerDefinitions": [], "cpu": ${cpu}}"#),
        (
            r#"{"containerDefinitions": [], "family": "${family}"}"#,
            r#"{"containerDefinitions": [], "family": "${family}"}"#,
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text), expected);
    }
}

#[test]
fn a_mask_tells_nothing_about_what_it_hides() {
    let definition = |value: &str| {
        format!(r#"[{{"name": "a", "image": "a", "command": [{value}], "dockerLabels": {{{value}: "x"}}}}]"#)
    };
    let expected = definition(r#""***""#).replace("\"x\"", "\"***\"");
    let long = format!("\"{}\"", "x".repeat(500));
    for value in [r#""""#, r#""x""#, r#""\"\\\n""#, r#""日本""#, r#""*""#, long.as_str()] {
        assert_eq!(shown(&definition(value)), expected, "{value}");
    }
}

#[test]
fn positions_are_shown_one_by_one() {
    let cases = [
        ("", false),
        ("/family", true),
        ("/family/family", false),
        ("/Family", false),
        ("/0", false),
        ("/tags/0/key", true),
        ("/tags/12/key", true),
        ("/tags/0/value", false),
        ("/tags/key", false),
        ("/volumes", false),
        ("/volumes/0/host/sourcePath", false),
        ("/containerDefinitions/0", false),
        ("/containerDefinitions/0/user", true),
        ("/containerDefinitions/0/environment/3/name", true),
        ("/containerDefinitions/0/environment/3/value", false),
        ("/containerDefinitions/0/command/0", false),
        ("/containerDefinitions/0/linuxParameters/capabilities/drop/0", true),
        ("/containerDefinitions/0/linuxParameters/capabilities/drop", false),
        ("/containerDefinitions/0/logConfiguration/options/awslogs-group", true),
        ("/containerDefinitions/0/logConfiguration/options/other", false),
        ("/containerDefinitions/0/firelensConfiguration/options/awslogs-group", false),
    ];
    for (path, expected) in cases {
        assert_eq!(is_shown(&at(path)), expected, "{path}");
    }
}

#[test]
fn sensitive_spans_come_in_source_order_and_do_not_overlap() {
    let text = r#"{ // c
  "x": {"y": 1}, ${m},
  "containerDefinitions": [{"name": "a", "command": ["b", ${c}], "dockerLabels": {"d": null}} /* e */]
}"#;
    let spans = sensitive(&read(text));
    let texts: Vec<&str> = spans.iter().map(|span| span.of(text)).collect();
    assert_eq!(texts, ["// c", "\"x\"", "\"y\"", "1", "${m}", "\"b\"", "${c}", "\"d\"", "null", "/* e */"]);
    assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start));
}

#[test]
fn a_line_touches_a_span_where_they_share_a_byte() {
    let spans = [Span::new(2, 4), Span::new(4, 5), Span::new(8, 12)];
    let cases = [
        ((0, 2), false),
        ((0, 3), true),
        ((3, 4), true),
        ((3, 9), true),
        ((4, 5), true),
        ((5, 8), false),
        ((5, 9), true),
        ((6, 6), false),
        ((9, 10), true),
        ((10, 10), true),
        ((11, 20), true),
        ((12, 20), false),
        ((0, 20), true),
    ];
    for ((start, end), expected) in cases {
        assert_eq!(touches(&spans, Span::new(start, end)), expected, "{start}..{end}");
    }
    assert!(!touches(&[], Span::new(0, 9)));
}

#[test]
fn a_part_of_a_text_is_masked_where_it_meets_sensitive_spans() {
    let text = r#"ab "secret" cd 12 ef"#;
    let spans = [Span::new(3, 11), Span::new(15, 17)];
    let cases = [
        ((0, 20), r#"ab "***" cd *** ef"#),
        ((0, 2), "ab"),
        ((0, 3), "ab "),
        ((11, 15), " cd "),
        ((3, 11), r#""***""#),
        ((15, 17), "***"),
        // A part of a string is masked whole, so that its cut shows nothing.
        ((0, 6), r#"ab "***""#),
        ((5, 7), r#""***""#),
        ((6, 14), r#""***" cd"#),
        ((16, 20), "*** ef"),
        ((9, 16), r#""***" cd ***"#),
        ((20, 20), ""),
    ];
    for ((start, end), expected) in cases {
        assert_eq!(masked(text, Span::new(start, end), &spans), expected, "{start}..{end}");
    }
    assert_eq!(masked(text, Span::new(0, 20), &[]), text);
}
