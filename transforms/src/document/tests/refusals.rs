//! Texts that do not hold exactly one task definition: what is said of each, and where it points.

use crate::document::*;
use crate::read::{Flaw, ReadErrorKind};

#[track_caller]
fn refusal(text: &str) -> DocumentError {
    Document::read(text.to_owned()).expect_err("the text is no task definition")
}

#[test]
fn a_text_with_no_definition_is_refused_by_what_it_looks_like() {
    let foreign = |looks_like, at| DocumentError::NotOne(NotOne::Foreign { looks_like, at });
    let cases = [
        (r#"{"a": {"b": {"c": {"d": {"containerDefinitions": []}}}}}"#, Foreign::Unknown, 0),
        (r"  {}", Foreign::Unknown, 2),
        ("[]", Foreign::Unknown, 0),
        ("\"text\"", Foreign::Unknown, 0),
        ("null", Foreign::Unknown, 0),
        (r#"{"name": "package", "version": "1"}"#, Foreign::Unknown, 0),
        (r#"{"image": "a"}"#, Foreign::Unknown, 0),
        (r#"{"name": "a", "image": 1}"#, Foreign::Unknown, 0),
        (r#"[{"name": "a"}]"#, Foreign::Unknown, 0),
        (r#"[{"name": "a", "image": "a"}, {"name": "b"}]"#, Foreign::Unknown, 0),
        (r#"[{"name": "a", "image": "a"}, null]"#, Foreign::Unknown, 0),
        (r#"{"containerDefinitions": "[]"}"#, Foreign::Unknown, 0),
        (r#"{"containerDefinitions": null}"#, Foreign::Unknown, 0),
        (r#"{"a": 1, "AWSTemplateFormatVersion": "2010-09-09"}"#, Foreign::CloudFormation, 9),
        (r#"{"Resources": {"Task": {"Type": "AWS::ECS::TaskDefinition"}}}"#, Foreign::CloudFormation, 1),
        (r#"{"format_version": "1.2", "terraform_version": "1.9.0"}"#, Foreign::Terraform, 26),
        (r#"{"container_definitions": "[]"}"#, Foreign::Terraform, 1),
        (r#"{"resource": {"aws_ecs_task_definition": {}}}"#, Foreign::Terraform, 1),
        (r#"{"daemonTaskDefinition": {"containerDefinitions": []}}"#, Foreign::Daemon, 25),
        (r#"{"daemonTaskDefinitions": [{"containerDefinitions": []}]}"#, Foreign::Daemon, 27),
    ];
    for (text, looks_like, at) in cases {
        assert_eq!(refusal(text), foreign(looks_like, at), "{text}");
        assert_eq!(refusal(text).at(), at, "{text}");
    }
}

#[test]
fn several_definitions_are_counted_and_the_second_is_pointed_at() {
    let cases = [
        (r#"[{"containerDefinitions": []}, {"containerDefinitions": []}]"#, 2, 31),
        (
            r#"{"a": {"containerDefinitions": []}, "b": [{"containerDefinitions": []}, {"containerDefinitions": []}]}"#,
            3,
            42,
        ),
    ];
    for (text, count, at) in cases {
        assert_eq!(refusal(text), DocumentError::NotOne(NotOne::Several { count, at }), "{text}");
    }
}

#[test]
fn refusals_say_what_it_is_and_what_to_do_and_only_unreadable_texts_are_broken() {
    let cases = [
        (
            r#"{"AWSTemplateFormatVersion": "2010-09-09"}"#,
            "this is a CloudFormation template",
            "CloudFormation templates are not read yet; deploy the template, then work on the output of `aws ecs describe-task-definition`",
        ),
        (
            r#"{"resource": {}}"#,
            "this is Terraform's JSON",
            "Terraform output is not read yet; give the JSON of `container_definitions` as a file of its own, or the output of `aws ecs describe-task-definition`",
        ),
        (
            r#"{"daemonTaskDefinition": {"containerDefinitions": []}}"#,
            "this is a daemon task definition",
            "only what RegisterTaskDefinition takes is read; leave this file out",
        ),
        (
            "{}",
            "this is not a task definition",
            "give the input of `aws ecs register-task-definition`, the output of `aws ecs describe-task-definition`, or a list of container definitions",
        ),
        (
            r#"[{"containerDefinitions": []}, {"containerDefinitions": []}]"#,
            "this file holds 2 task definitions",
            "split the file so that each holds one task definition",
        ),
    ];
    for (text, message, next_step) in cases {
        let error = refusal(text);
        assert_eq!((error.to_string().as_str(), error.next_step().as_str()), (message, next_step), "{text}");
        assert!(!error.is_broken(), "{text}");
    }
    let broken = refusal(r#"{"family" "secret"}"#);
    assert_eq!(broken, DocumentError::Read(ReadError { kind: ReadErrorKind::Broken(Flaw::ExpectedColon), at: 10 }));
    assert_eq!((broken.at(), broken.is_broken()), (10, true));
    assert_eq!(broken.to_string(), "broken JSON: expected a colon after the name of a member");
    assert_eq!(broken.next_step(), "mend the JSON at that place");
}
