//! Where other tools disagree with each other, and with what one would expect.

use super::*;
use crate::document::Document;

/// What the rules of these ids say of a task with one container, each as `ID: judgement`.
#[track_caller]
fn says(task: &str, container: &str, ids: &[&str]) -> Vec<String> {
    let comma = if container.is_empty() { "" } else { ", " };
    let text =
        format!("{{{task} \"containerDefinitions\": [{{\"name\": \"app\", \"image\": \"app:1\"{comma}{container}}}]}}");
    let document = Document::read(text).expect("the text is a task definition");
    let task = TaskView::new(&document);
    let tools = [Tool::SecurityHub, Tool::Config, Tool::ControlTower, Tool::Prowler, Tool::Checkov, Tool::Trivy];
    let rules: Vec<&Rule> = tools.iter().flat_map(|tool| tool.rules()).collect();
    let rule = |id: &&str| *rules.iter().find(|rule| rule.id == *id).unwrap_or_else(|| panic!("there is no rule {id}"));
    ids.iter().map(|id| format!("{id}: {:?}", rule(id).judge(&task))).collect()
}

#[test]
fn root_by_number_and_group_is_root_to_some() {
    let host = "\"networkMode\": \"host\",";
    let ids = ["ECS.20", "ecs_task_definitions_host_networking_mode_users"];
    for user in ["0", "0:0", "0:1000", "root:root"] {
        let told = says(host, &format!("\"user\": \"{user}\""), &ids);
        assert_eq!(told, ["ECS.20: Fails", "ecs_task_definitions_host_networking_mode_users: Passes"], "{user}");
    }
    assert_eq!(says(host, "\"user\": \"root\"", &ids)[1], "ecs_task_definitions_host_networking_mode_users: Fails");
    assert_eq!(says(host, "", &ids)[1], "ecs_task_definitions_host_networking_mode_users: Fails");
    assert_eq!(says(host, "\"privileged\": true", &ids)[1], "ecs_task_definitions_host_networking_mode_users: Passes");
    assert_eq!(says("", "\"user\": \"${USER}\"", &ids)[0], "ECS.20: Unknown");
}

#[test]
fn both_rules_about_users_run_where_the_operating_system_is_not_set() {
    let ids = ["ECS.20", "ECS.21"];
    let system = |name: &str| format!("\"runtimePlatform\": {{\"operatingSystemFamily\": \"{name}\"}},");
    assert_eq!(says("", "\"user\": \"1000\"", &ids), ["ECS.20: Passes", "ECS.21: Passes"]);
    assert_eq!(says("", "", &ids), ["ECS.20: Fails", "ECS.21: Fails"]);
    assert_eq!(says(&system("LINUX"), "", &ids), ["ECS.20: Fails", "ECS.21: Passes"]);
    assert_eq!(says(&system("WINDOWS_SERVER_2022_CORE"), "", &ids), ["ECS.20: Passes", "ECS.21: Fails"]);
    assert_eq!(
        says(&system("WINDOWS_SERVER_2022_CORE"), "", &["ECS.5", "CT.ECS.PR.6"]),
        ["ECS.5: Passes", "CT.ECS.PR.6: Fails"]
    );
}

#[test]
fn credentials_are_three_names_to_some_and_a_matter_of_values_to_others() {
    let ids = ["ECS.8", "AWS-0036"];
    let variable = |name: &str| format!("\"environment\": [{{\"name\": \"{name}\", \"value\": \"x\"}}]");
    assert_eq!(says("", &variable("DB_PASSWORD"), &ids), ["ECS.8: Passes", "AWS-0036: Unknown"]);
    assert_eq!(says("", &variable("AWS_SECRET_ACCESS_KEY"), &ids), ["ECS.8: Fails", "AWS-0036: Unknown"]);
    assert_eq!(says("", "", &ids), ["ECS.8: Passes", "AWS-0036: Passes"]);
}

#[test]
fn logs_without_a_mode_fail_one_rule_and_pass_another() {
    let ids = ["ecs_task_definitions_logging_block_mode", "ecs_task_definitions_logging_enabled"];
    let told = says("", "\"logConfiguration\": {\"logDriver\": \"awslogs\"}", &ids);
    assert_eq!(
        told,
        ["ecs_task_definitions_logging_block_mode: Fails", "ecs_task_definitions_logging_enabled: Passes"]
    );
    let told = says("", "", &ids);
    assert_eq!(
        told,
        ["ecs_task_definitions_logging_block_mode: Passes", "ecs_task_definitions_logging_enabled: Fails"]
    );
}

#[test]
fn other_rules_judge_what_they_name() {
    let efs = "\"volumes\": [{\"name\": \"a\", \"efsVolumeConfiguration\": {\"fileSystemId\": \"fs-1\"}}],";
    assert_eq!(says(efs, "", &["ECS.18", "AWS-0035"]), ["ECS.18: Fails", "AWS-0035: Fails"]);
    assert_eq!(says("\"volumes\": [{\"name\": \"a\"}],", "", &["ECS.18"]), ["ECS.18: Passes"]);
    let roles = "\"executionRoleArn\": \"arn:aws:iam::123456789012:role/x\", \"taskRoleArn\": \"arn:aws:iam::123456789012:role/x\",";
    assert_eq!(says(roles, "", &["CKV_AWS_249"]), ["CKV_AWS_249: Fails"]);
    let bridge = ["ECS.17", "CT.ECS.PR.4", "ecs-awsvpc-networking-enabled"];
    let told = says("\"networkMode\": \"bridge\",", "", &bridge);
    assert_eq!(told, ["ECS.17: Passes", "CT.ECS.PR.4: Fails", "ecs-awsvpc-networking-enabled: Fails"]);
    assert_eq!(
        says("\"pidMode\": \"host\",", "\"privileged\": true", &["ECS.3", "ECS.4", "CKV_AWS_334", "CKV_AWS_335"]),
        ["ECS.3: Fails", "ECS.4: Fails", "CKV_AWS_334: Passes", "CKV_AWS_335: Passes"]
    );
    assert_eq!(says("\"tags\": [{\"key\": \"aws:x\", \"value\": \"y\"}],", "", &["ECS.15"]), ["ECS.15: Fails"]);
    assert_eq!(says("\"tags\": [{\"key\": \"team\", \"value\": \"y\"}],", "", &["ECS.15"]), ["ECS.15: Passes"]);
}

/// Every rule names passes that there are, and every control of a pass that belongs to a tool is among its rules.
#[test]
fn rules_and_controls_agree() {
    for tool in [Tool::SecurityHub, Tool::Config, Tool::ControlTower, Tool::Prowler, Tool::Checkov, Tool::Trivy] {
        for rule in tool.rules() {
            for id in rule.passes {
                assert!(crate::passes::find(id).is_some(), "{} names the pass {id}, which there is not", rule.id);
            }
        }
    }
    for pass in crate::passes::TABLE {
        for control in pass.controls {
            let tool = match control {
                id if id.starts_with("ECS.") => Tool::SecurityHub,
                id if id.starts_with("CT.") => Tool::ControlTower,
                id if id.starts_with("ecs_") => Tool::Prowler,
                id if id.starts_with("CKV") => Tool::Checkov,
                _ => continue,
            };
            let rule = tool.rules().iter().find(|rule| rule.id == *control);
            assert!(
                rule.is_some_and(|rule| rule.passes.contains(&pass.id.0)),
                "{control} of {} is not a rule of {}",
                pass.id,
                tool.name()
            );
        }
    }
}
