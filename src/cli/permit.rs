//! The policy for whoever runs a command, as JSON, CloudFormation and Terraform, and what is said beside it.

use serde_json::{Value as Json, json};

use crate::rollout::permissions::{Names, Permission, Resource, Statement};

/// What a managed policy may hold, blanks not counted (IAM user guide, "IAM and AWS STS quotas").
const MOST_CHARACTERS: usize = 6_144;

/// The policy document (IAM user guide, "IAM JSON policy elements").
pub(super) fn json(statements: &[Statement]) -> String {
    format!("{:#}\n", document(statements))
}

/// The policy document as a value.
pub(super) fn document(statements: &[Statement]) -> Json {
    let told = |statement: &Statement| {
        let mut told = json!({
            "Effect": "Allow",
            "Action": one_or_all(&statement.actions),
            "Resource": one_or_all(&statement.resources),
        });
        if let Some((key, value)) = statement.condition {
            told["Condition"] = json!({ "StringEquals": { key: value } });
        }
        told
    };
    json!({ "Version": "2012-10-17", "Statement": statements.iter().map(told).collect::<Vec<_>>() })
}

fn one_or_all(texts: &[impl AsRef<str>]) -> Json {
    match texts {
        [one] => json!(one.as_ref()),
        several => several.iter().map(AsRef::as_ref).collect(),
    }
}

/// A template that makes the policy (AWS CloudFormation user guide, `AWS::IAM::ManagedPolicy`).
pub(super) fn cloudformation(statements: &[Statement], command: &str) -> String {
    let statement = |statement: &Statement| {
        let item = |text: &str| format!("              - {text}\n");
        let actions: String = statement.actions.iter().map(|action| item(action)).collect();
        let resources: String = statement.resources.iter().map(|arn| item(&quoted(arn))).collect();
        let condition = statement.condition.map(|(key, value)| {
            format!("            Condition:\n              StringEquals:\n                {key}: {value}\n")
        });
        format!(
            "          - Effect: Allow\n            Action:\n{actions}            Resource:\n{resources}{}",
            condition.unwrap_or_default()
        )
    };
    let statements: String = statements.iter().map(statement).collect();
    format!(
        "AWSTemplateFormatVersion: \"2010-09-09\"\n\
         Description: What whoever runs ecs-harden {command} has to be allowed\n\
         Resources:\n  Policy:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      \
         PolicyDocument:\n        Version: \"2012-10-17\"\n        Statement:\n{statements}\
         Outputs:\n  PolicyArn:\n    Description: Attach it to the role or group that runs the command\n    Value: !Ref Policy\n"
    )
}

/// The policy (Terraform AWS provider, `aws_iam_policy_document` and `aws_iam_policy`), as `terraform fmt` has it.
pub(super) fn terraform(statements: &[Statement], command: &str) -> String {
    let statement = |statement: &Statement| {
        let item = |text: &str| format!("      {},\n", quoted(text));
        let actions: String = statement.actions.iter().map(|action| item(action)).collect();
        let resources: String = statement.resources.iter().map(|arn| item(arn)).collect();
        let condition = statement.condition.map(|(key, value)| {
            format!(
                "\n    condition {{\n      test     = \"StringEquals\"\n      variable = \"{key}\"\n      values   = [\"{value}\"]\n    }}\n"
            )
        });
        format!(
            "  statement {{\n    effect = \"Allow\"\n\n    actions = [\n{actions}    ]\n\n    resources = [\n{resources}    ]\n{}  }}\n",
            condition.unwrap_or_default()
        )
    };
    let statements = statements.iter().map(statement).collect::<Vec<_>>().join("\n");
    format!(
        "data \"aws_iam_policy_document\" \"ecs_harden_{command}\" {{\n{statements}}}\n\n\
         resource \"aws_iam_policy\" \"ecs_harden_{command}\" {{\n  name   = \"ecs-harden-{command}\"\n  \
         policy = data.aws_iam_policy_document.ecs_harden_{command}.json\n}}\n"
    )
}

/// A text in double quotes. Whoever makes the names sees to it that they hold nothing that YAML or HCL would read.
fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// The words in capitals that stand for what the command line does not name.
pub(super) fn unknown(permissions: &[Permission], names: &Names) -> Vec<&'static str> {
    let concerned = |resources: &[Resource]| {
        permissions.iter().any(|permission| {
            resources.is_empty() && permission.resource != Resource::Everything
                || resources.contains(&permission.resource)
        })
    };
    let of_services =
        [Resource::Services, Resource::ServiceDeployments, Resource::ServiceRevisions, Resource::TaskSets];
    let has_service = names.places.iter().any(|(_, service)| service.is_some());
    let words = [
        ("REGION", names.region.is_none() && concerned(&[])),
        ("ACCOUNT", names.account.is_none() && concerned(&[])),
        ("CLUSTER", names.places.is_empty() && concerned(&of_services)),
        ("SERVICE", !has_service && concerned(&of_services)),
        ("FAMILY", names.families.is_empty() && concerned(&[Resource::Definitions])),
        ("ROLE", names.roles.is_empty() && concerned(&[Resource::Roles, Resource::Simulated])),
    ];
    words.into_iter().filter_map(|(word, stands)| stands.then_some(word)).collect()
}

/// What is said where a policy is larger than AWS takes it.
pub(super) fn too_large(statements: &[Statement]) -> Option<String> {
    let size = document(statements).to_string().chars().filter(|letter| !letter.is_whitespace()).count();
    (size > MOST_CHARACTERS).then(|| {
        format!(
            "{size} characters, and a managed policy holds {MOST_CHARACTERS}: name fewer services, or --all-services"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollout::permissions::{Asked, Errand};

    fn apply(services: usize) -> Vec<Statement> {
        let places = (0..services).map(|number| ("shop".to_owned(), Some(format!("service-{number}")))).collect();
        let (region, account) = (Some("eu-central-1".to_owned()), Some("123456789012".to_owned()));
        let names = Names { region, account, places, ..Names::default() };
        crate::rollout::permissions::statements(
            &Asked { errand: Errand::Apply, names: names.clone() }.permissions(),
            &names,
        )
    }

    #[test]
    fn a_policy_for_several_services_fits_and_one_for_many_is_told_not_to() {
        assert_eq!(too_large(&apply(5)), None);
        assert!(too_large(&apply(30)).is_some_and(|told| told.ends_with("name fewer services, or --all-services")));
    }
}
