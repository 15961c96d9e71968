//! Launch targets: what is listed, wished, computed, or inferred from what the definition holds.

use std::collections::BTreeSet;

use super::*;
use crate::model::LaunchType::{Ec2, External, Fargate, ManagedInstances};
use crate::model::TargetSource::{Computed, Inferred, Listed, Wished};

fn wish(types: &[LaunchType]) -> TargetWish {
    TargetWish(types.iter().copied().collect())
}

fn target(document: &Document, wished: &[LaunchType]) -> Result<LaunchTarget, TargetError> {
    LaunchTarget::of(&TaskView::new(document), &wish(wished))
}

#[expect(clippy::unnecessary_wraps, reason = "the tables compare whole answers")]
fn found(types: &[LaunchType], source: TargetSource) -> Result<LaunchTarget, TargetError> {
    Ok(LaunchTarget { types: types.iter().copied().collect::<BTreeSet<_>>(), source })
}

/// Members that rule nothing out.
const ANYWHERE_WITH_AWSVPC: &str = r#""networkMode": "awsvpc", "cpu": "256", "memory": "512""#;

#[test]
fn what_is_listed_counts_a_wish_adds_to_it_and_what_leaves_it_out_is_refused() {
    let leaves_out = |listed| Err(TargetError::LeavesOut { listed });
    let cases: [(&str, &[LaunchType], _); 19] = [
        (r#""requiresCompatibilities": ["FARGATE"]"#, &[], found(&[Fargate], Listed)),
        (r#""requiresCompatibilities": ["fargate"]"#, &[], found(&[Fargate], Listed)),
        (r#""requiresCompatibilities": ["EC2", null, "FARGATE"]"#, &[], found(&[Ec2, Fargate], Listed)),
        (r#""requiresCompatibilities": ["MANAGED_INSTANCES"]"#, &[], found(&[ManagedInstances], Listed)),
        (r#""requiresCompatibilities": ["EXTERNAL"]"#, &[], found(&[External], Listed)),
        (r#""requiresCompatibilities": ["FARGATE"]"#, &[Fargate], found(&[Fargate], Listed)),
        (r#""requiresCompatibilities": ["FARGATE"]"#, &[Ec2, Fargate], found(&[Ec2, Fargate], Listed)),
        (r#""requiresCompatibilities": ["FARGATE"]"#, &[Ec2], leaves_out(Fargate)),
        (r#""requiresCompatibilities": ["FARGATE", "EC2"]"#, &[Fargate], leaves_out(Ec2)),
        (r#""requiresCompatibilities": ["EC2"], "compatibilities": ["EC2", "FARGATE"]"#, &[], found(&[Ec2], Listed)),
        (r#""requiresCompatibilities": []"#, &[Ec2], found(&[Ec2], Wished)),
        (r#""requiresCompatibilities": null"#, &[Fargate, External], found(&[Fargate, External], Wished)),
        (r#""requiresCompatibilities": ${targets}"#, &[Fargate], found(&[Fargate], Wished)),
        (r#""cpu": "256""#, &[ManagedInstances], found(&[ManagedInstances], Wished)),
        (r#""compatibilities": ["EC2", "EXTERNAL"]"#, &[], found(&[Ec2, External], Computed)),
        (r#""requiresCompatibilities": [], "compatibilities": ["EC2"]"#, &[], found(&[Ec2], Computed)),
        (r#""compatibilities": ["EC2", "FARGATE"]"#, &[Fargate], found(&[Fargate], Wished)),
        (r#""compatibilities": ["MOON"]"#, &[], found(&[Ec2, External, ManagedInstances], Inferred)),
        (r#""compatibilities": []"#, &[], found(&[Ec2, External, ManagedInstances], Inferred)),
    ];
    for (members, wished, expected) in cases {
        assert_eq!(target(&task(members), wished), expected, "{members} with {wished:?}");
    }
}

#[test]
fn a_list_that_cannot_be_read_leaves_what_the_definition_is_valid_for() {
    let lists = [
        r#""requiresCompatibilities": ["${launch_type}"]"#,
        r#""requiresCompatibilities": ${launch_types}"#,
        r#""requiresCompatibilities": "EC2""#,
        r#""requiresCompatibilities": ["${launch_type}"], "compatibilities": ["EC2"]"#,
    ];
    for list in lists {
        let document = task(&format!("{list}, {ANYWHERE_WITH_AWSVPC}"));
        assert_eq!(target(&document, &[]), found(&[Ec2, Fargate, ManagedInstances], Inferred), "{list}");
    }
}

#[test]
fn task_members_rule_launch_types_out() {
    let every: &[LaunchType] = &[Ec2, Fargate, ManagedInstances];
    let cases: [(&str, &[LaunchType]); 27] = [
        ("", every),
        (r#""pidMode": "task""#, every),
        (r#""pidMode": "host""#, &[Ec2, ManagedInstances]),
        (r#""ipcMode": "task""#, &[Ec2, ManagedInstances]),
        (r#""ipcMode": """#, every),
        (r#""ipcMode": null"#, every),
        (r#""placementConstraints": [{"type": "memberOf"}]"#, &[Ec2, ManagedInstances]),
        (r#""placementConstraints": []"#, every),
        (r#""inferenceAccelerators": [{"deviceName": "a"}]"#, &[Ec2]),
        (r#""proxyConfiguration": {"containerName": "envoy"}"#, &[Ec2, Fargate]),
        (r#""proxyConfiguration": {}"#, every),
        (r#""ephemeralStorage": {"sizeInGiB": 30}"#, &[Fargate]),
        (r#""trustedExecutionConfiguration": {"isolationMode": "SHARED"}"#, &[ManagedInstances]),
        (r#""runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}"#, &[Ec2, Fargate]),
        (r#""runtimePlatform": {"operatingSystemFamily": "LINUX"}"#, every),
        (r#""volumes": [{"name": "a"}]"#, every),
        (r#""volumes": [{"name": "a", "host": {}}]"#, every),
        (r#""volumes": [{"name": "a", "host": {"sourcePath": ""}}]"#, every),
        (r#""volumes": [{"name": "a", "host": {"sourcePath": "/data"}}]"#, &[Ec2, ManagedInstances]),
        (r#""volumes": [{"name": "a", "dockerVolumeConfiguration": {"scope": "task"}}]"#, &[Ec2]),
        (r#""volumes": [{"name": "a", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}]"#, every),
        (r#""volumes": [{"name": "a", "configuredAtLaunch": true}]"#, every),
        (r#""volumes": [{"name": "a", "configuredAtLaunch": false}]"#, every),
        (r#""volumes": ${volumes}"#, every),
        (r#""inferenceAccelerators": [{}], "ephemeralStorage": {"sizeInGiB": 30}"#, &[Ec2]),
        (r#""enableFaultInjection": true"#, every),
        (r#""unknownMember": {"a": 1}"#, every),
    ];
    for (members, expected) in cases {
        let comma = if members.is_empty() { "" } else { ", " };
        let document = task(&format!("{ANYWHERE_WITH_AWSVPC}{comma}{members}"));
        assert_eq!(target(&document, &[]), found(expected, Inferred), "{members}");
    }
}

#[test]
fn network_mode_and_task_size_rule_launch_types_out() {
    let cases: [(&str, &[LaunchType]); 11] = [
        (r#""cpu": "256", "memory": "512""#, &[Ec2, External, ManagedInstances]),
        (r#""networkMode": null, "cpu": "256", "memory": "512""#, &[Ec2, External, ManagedInstances]),
        (r#""networkMode": "bridge", "cpu": "256", "memory": "512""#, &[Ec2, External]),
        (r#""networkMode": "none", "cpu": "256", "memory": "512""#, &[Ec2, External]),
        (r#""networkMode": "host", "cpu": "256", "memory": "512""#, &[Ec2, External, ManagedInstances]),
        (r#""networkMode": "awsvpc", "cpu": "256", "memory": "512""#, &[Ec2, Fargate, ManagedInstances]),
        (r#""networkMode": "${mode}", "cpu": "256", "memory": "512""#, &LaunchType::ALL),
        (r#""networkMode": "awsvpc", "cpu": "256""#, &[Ec2, ManagedInstances]),
        (r#""networkMode": "awsvpc", "memory": "512""#, &[Ec2, ManagedInstances]),
        (r#""networkMode": "awsvpc", "memory": "512", "cpu": null"#, &[Ec2, ManagedInstances]),
        (r#""networkMode": "awsvpc", "memory": "${memory}", "cpu": ${cpu}"#, &[Ec2, Fargate, ManagedInstances]),
    ];
    for (members, expected) in cases {
        assert_eq!(target(&task(members), &[]), found(expected, Inferred), "{members}");
    }
    for anywhere in [r#"{"configuredAtLaunch": false}"#, r#"{"dockerVolumeConfiguration": null}"#] {
        let document = task(&format!(r#""networkMode": "host", "volumes": [{anywhere}]"#));
        assert_eq!(target(&document, &[]), found(&[Ec2, External, ManagedInstances], Inferred), "{anywhere}");
    }
    for external in [r#"{"efsVolumeConfiguration": {"fileSystemId": "fs-1"}}"#, r#"{"configuredAtLaunch": "true"}"#] {
        let document = task(&format!(r#""networkMode": "host", "volumes": [{external}]"#));
        assert_eq!(target(&document, &[]), found(&[Ec2, ManagedInstances], Inferred), "{external}");
    }
}

#[test]
fn container_members_rule_launch_types_out() {
    let elsewhere: &[LaunchType] = &[Ec2, External, ManagedInstances];
    let hosts: &[LaunchType] = &[Ec2, External];
    let cases: [(&str, &[LaunchType]); 34] = [
        (r#""essential": true"#, &LaunchType::ALL),
        (r#""privileged": true"#, elsewhere),
        (r#""privileged": false"#, &LaunchType::ALL),
        (r#""privileged": ${privileged}"#, &LaunchType::ALL),
        (r#""linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"]}}"#, &LaunchType::ALL),
        (r#""linuxParameters": {"capabilities": {"add": ["CAP_sys_ptrace"]}}"#, &LaunchType::ALL),
        (r#""linuxParameters": {"capabilities": {"add": ["CHOWN"]}}"#, elsewhere),
        (r#""linuxParameters": {"capabilities": {"drop": ["ALL"]}}"#, &LaunchType::ALL),
        (r#""linuxParameters": {"capabilities": {"add": ["${name}"]}}"#, &LaunchType::ALL),
        (r#""linuxParameters": {"devices": [{"hostPath": "/dev/kvm"}]}"#, elsewhere),
        (r#""linuxParameters": {"devices": []}"#, &LaunchType::ALL),
        (r#""linuxParameters": {"sharedMemorySize": 64}"#, hosts),
        (r#""linuxParameters": {"maxSwap": 0}"#, hosts),
        (r#""linuxParameters": {"swappiness": 60}"#, hosts),
        (r#""linuxParameters": {"initProcessEnabled": true}"#, &LaunchType::ALL),
        (r#""linuxParameters": {"tmpfs": [{"containerPath": "/run", "size": 1}]}"#, &LaunchType::ALL),
        (r#""dockerSecurityOptions": ["no-new-privileges"]"#, hosts),
        (r#""dockerSecurityOptions": []"#, &LaunchType::ALL),
        (r#""extraHosts": [{"hostname": "a", "ipAddress": "10.0.0.1"}]"#, elsewhere),
        (r#""dnsServers": ["10.0.0.2"]"#, hosts),
        (r#""dnsSearchDomains": ["example.com"]"#, hosts),
        (r#""disableNetworking": true"#, hosts),
        (r#""disableNetworking": false"#, &LaunchType::ALL),
        (r#""links": ["db"]"#, hosts),
        (r#""hostname": "web""#, hosts),
        (r#""hostname": """#, &LaunchType::ALL),
        (r#""resourceRequirements": [{"type": "GPU", "value": "1"}]"#, elsewhere),
        (r#""logConfiguration": {"logDriver": "awslogs"}"#, &LaunchType::ALL),
        (r#""logConfiguration": {"logDriver": "splunk"}"#, &LaunchType::ALL),
        (r#""logConfiguration": {"logDriver": "awsfirelens"}"#, &LaunchType::ALL),
        (r#""logConfiguration": {"logDriver": "json-file"}"#, hosts),
        (r#""logConfiguration": {"logDriver": "${driver}"}"#, &LaunchType::ALL),
        (r#""user": "1000", "readonlyRootFilesystem": true"#, &LaunchType::ALL),
        (r#""unknownMember": true"#, &LaunchType::ALL),
    ];
    for (members, expected) in cases {
        // A list of containers says nothing about the task around them.
        let document = read(format!(r#"[{{"name": "a", "image": "a"}}, {{"name": "b", "image": "b", {members}}}]"#));
        assert_eq!(target(&document, &[]), found(expected, Inferred), "{members}");
    }
}

#[test]
fn ec2_takes_what_every_launch_type_refuses() {
    let document = task(r#""trustedExecutionConfiguration": {"isolationMode": "SHARED"}, "networkMode": "bridge""#);
    assert_eq!(target(&document, &[]), found(&[Ec2], Inferred));
}

#[test]
fn containers_alone_may_run_anywhere_unless_the_user_says_otherwise() {
    for text in [r#"[{"name": "a", "image": "a"}]"#, r#"{"name": "a", "image": "a"}"#] {
        assert_eq!(target(&read(text), &[]), found(&LaunchType::ALL, Inferred), "{text}");
        assert_eq!(target(&read(text), &[Fargate]), found(&[Fargate], Wished), "{text}");
    }
}

#[test]
fn a_target_knows_what_it_includes_and_whether_fargate_is_all_of_it() {
    let cases: [(&[LaunchType], bool, bool, &str); 4] = [
        (&[Fargate], true, true, "FARGATE"),
        (&[Fargate, Ec2], true, false, "EC2, FARGATE"),
        (&[Ec2], false, false, "EC2"),
        (&LaunchType::ALL, true, false, "EC2, FARGATE, EXTERNAL, MANAGED_INSTANCES"),
    ];
    for (types, includes, only, shown) in cases {
        let target = found(types, Listed).expect("it is a target");
        assert_eq!(
            (target.includes(Fargate), target.only_fargate(), target.to_string().as_str()),
            (includes, only, shown)
        );
    }
}

#[test]
fn launch_types_have_the_names_of_the_api_and_are_read_in_any_case() {
    for (name, launch_type) in
        [("EC2", Ec2), ("FARGATE", Fargate), ("EXTERNAL", External), ("MANAGED_INSTANCES", ManagedInstances)]
    {
        assert_eq!(launch_type.to_string(), name);
        assert_eq!(name.parse(), Ok(launch_type));
        assert_eq!(format!(" {} ", name.to_lowercase().replace('_', "-")).parse(), Ok(launch_type));
    }
    for wrong in ["", "FARGATE_SPOT", "managed instances"] {
        assert_eq!(wrong.parse::<LaunchType>(), Err("x".parse::<LaunchType>().expect_err("x is none")), "{wrong}");
    }
}

#[test]
fn refusals_say_what_is_listed_and_what_to_do() {
    let leaves_out = TargetError::LeavesOut { listed: Fargate };
    assert_eq!(leaves_out.to_string(), "requiresCompatibilities lists FARGATE, which --launch-type leaves out");
    assert_eq!(leaves_out.next_step(), "name FARGATE as well, or take it out of requiresCompatibilities first");
    let other = TargetError::OtherSystem { set: "Linux" };
    assert_eq!(other.to_string(), "runtimePlatform says Linux, which --os contradicts");
    assert_eq!(other.next_step(), "drop --os, or correct runtimePlatform.operatingSystemFamily first");
    let phrases = [Listed, Wished, Computed, Inferred].map(TargetSource::phrase);
    assert_eq!(
        phrases,
        ["requiresCompatibilities", "--launch-type", "compatibilities", "all that this definition is valid for"]
    );
}

/// What can be read of the list counts, whatever the rest of it brings.
#[test]
fn a_list_that_is_read_in_part_counts_as_far_as_it_is_read() {
    for list in
        [r#"["FARGATE", "${other}"]"#, r#"["FARGATE", ${other}]"#, r#"["FARGATE" ${more}]"#, r#"["FARGATE", "MOON"]"#]
    {
        let document = task(&format!(r#""requiresCompatibilities": {list}, "networkMode": "bridge""#));
        let inferred = target(&document, &[]).expect("nothing contradicts it");
        assert!(inferred.includes(Fargate) && inferred.includes(Ec2), "{list}: {inferred}");
        assert_eq!(target(&document, &[Ec2]), Err(TargetError::LeavesOut { listed: Fargate }), "{list}");
        assert_eq!(target(&document, &[Ec2, Fargate]), found(&[Ec2, Fargate], Wished), "{list}");
    }
}
