//! The policy of an execution role, as JSON, CloudFormation and Terraform, and what is said beside it.

use std::collections::BTreeSet;

use ecs_harden_transforms::engine::{Decision, Judged};
use ecs_harden_transforms::iam::{Gap, Grants, Needs, Right};
use ecs_harden_transforms::passes::plaintext_secret;
use serde_json::{Value, json};

use super::{clean, counted};
use crate::plan::Plan;

/// The name of the policy on the role.
const POLICY_NAME: &str = "ecs-harden-execution";

/// What inline policies of one role may hold together, blanks not counted (IAM user guide, "IAM and AWS STS quotas").
const MOST_CHARACTERS: usize = 10_240;

/// The policy document (IAM user guide, "IAM JSON policy elements").
pub fn json(grants: &Grants) -> String {
    format!("{:#}\n", document(grants))
}

fn document(grants: &Grants) -> Value {
    let statements = grants.iter().map(|(right, resources)| {
        let action = match right.actions() {
            [one] => json!(one),
            several => json!(several),
        };
        json!({ "Sid": right.sid(), "Effect": "Allow", "Action": action, "Resource": resources })
    });
    json!({ "Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>() })
}

/// A template that puts the policy on the role (AWS CloudFormation user guide, `AWS::IAM::RolePolicy`).
pub fn cloudformation(grants: &Grants, role: Option<&str>) -> String {
    let default = role.map(|role| format!("    Default: {}\n", quoted(role))).unwrap_or_default();
    let statement = |(right, resources): (Right, &BTreeSet<String>)| {
        let item = |text: &str| format!("              - {text}\n");
        let actions: String = right.actions().iter().map(|action| item(action)).collect();
        let resources: String = resources.iter().map(|arn| item(&quoted(arn))).collect();
        let sid = right.sid();
        format!(
            "          - Sid: {sid}\n            Effect: Allow\n            Action:\n{actions}            Resource:\n{resources}"
        )
    };
    let statements: String = grants.iter().map(statement).collect();
    format!(
        "AWSTemplateFormatVersion: \"2010-09-09\"\n\
         Description: What the ECS task execution role needs, and nothing else\n\
         Parameters:\n  ExecutionRoleName:\n    Type: String\n    Description: The name of the role in executionRoleArn\n{default}\
         Resources:\n  ExecutionPolicy:\n    Type: AWS::IAM::RolePolicy\n    Properties:\n      RoleName: !Ref ExecutionRoleName\n      \
         PolicyName: {POLICY_NAME}\n      PolicyDocument:\n        Version: \"2012-10-17\"\n        Statement:\n{statements}"
    )
}

/// The policy on the role (Terraform AWS provider, `aws_iam_policy_document` and `aws_iam_role_policy`), as `terraform fmt` has it.
pub fn terraform(grants: &Grants, role: Option<&str>) -> String {
    let default = role.map(|role| format!("  default     = {}\n", quoted(role))).unwrap_or_default();
    let statement = |(right, resources): (Right, &BTreeSet<String>)| {
        let item = |text: &str| format!("      {},\n", quoted(text));
        let actions: String = right.actions().iter().map(|action| item(action)).collect();
        let resources: String = resources.iter().map(|arn| item(arn)).collect();
        let sid = right.sid();
        format!(
            "  statement {{\n    sid    = \"{sid}\"\n    effect = \"Allow\"\n\n    actions = [\n{actions}    ]\n\n    resources = [\n{resources}    ]\n  }}\n"
        )
    };
    let statements = grants.iter().map(statement).collect::<Vec<_>>().join("\n");
    format!(
        "variable \"execution_role_name\" {{\n  description = \"The name of the role in executionRoleArn\"\n  type        = string\n{default}}}\n\n\
         data \"aws_iam_policy_document\" \"ecs_execution\" {{\n{statements}}}\n\n\
         resource \"aws_iam_role_policy\" \"ecs_execution\" {{\n  name   = \"{POLICY_NAME}\"\n  role   = var.execution_role_name\n  \
         policy = data.aws_iam_policy_document.ecs_execution.json\n}}\n"
    )
}

/// A text in double quotes. ARNs and names of roles hold nothing that YAML or HCL would read: no `\`, `"`, `${` or `%{`.
fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// What became of the credentials of all definitions.
#[derive(Debug, Default)]
pub struct Told {
    /// What was moved: file, container, variable.
    moved: Vec<String>,
    /// The findings about credentials that stay, by file.
    stay: Vec<(String, usize)>,
    /// The roles that the definitions name; `None` for one that names none.
    roles: BTreeSet<Option<String>>,
    /// The definitions that read variables from files.
    reads_files: Vec<String>,
    /// The definitions that need something, and name no role.
    without_role: Vec<String>,
}

impl Told {
    /// Takes in one definition, and tells what is left out of the policy.
    pub fn add(&mut self, shown: &str, plan: &Plan, needs: &Needs) -> String {
        let shown = clean(shown);
        let secrets = |judged: &&Judged| is_secret(judged);
        let applied = plan.weaknesses().filter(secrets).filter(|judged| judged.decision == Decision::Applied);
        self.moved.extend(applied.map(|judged| {
            let container = judged.finding.container.as_ref();
            let container = container.map(|at| at.name.clone().unwrap_or_else(|| format!("#{}", at.index)));
            format!("{shown}: {}: {}", clean(&container.unwrap_or_default()), clean(&judged.finding.subject))
        }));
        let stay = plan.outcome.findings.iter().filter(secrets);
        let stay = stay.filter(|judged| judged.decision != Decision::Applied).count();
        self.stay.extend((stay > 0).then(|| (shown.clone(), stay)));
        if !needs.grants.is_empty() {
            self.without_role.extend(needs.role.is_none().then(|| shown.clone()));
            self.roles.insert(needs.role.clone());
        }
        self.reads_files.extend(needs.reads_files.then(|| shown.clone()));
        let gap = |gap: &Gap| format!("{shown}: left out: {}\n  next: {}\n", clean(&gap.reason), clean(&gap.next_step));
        needs.gaps.iter().map(gap).collect()
    }

    /// The one role that every definition names.
    pub fn role(&self) -> Option<&str> {
        let mut roles = self.roles.iter();
        let one = roles.next().and_then(Option::as_deref);
        one.filter(|_| roles.next().is_none())
    }

    /// Everything that has to be known beside the policy.
    pub fn notes(&self, grants: &Grants) -> String {
        let mut lines = Vec::new();
        let mut note = |line: &str| lines.push(format!("{line}\n"));
        if grants.is_empty() {
            note("nothing to grant: no secret, parameter or log group that can be told");
        }
        let size = document(grants).to_string().chars().filter(|letter| !letter.is_whitespace()).count();
        if size > MOST_CHARACTERS {
            note(&format!(
                "warning: {size} characters; the inline policies of a role hold {MOST_CHARACTERS}: run it for fewer files"
            ));
        }
        if self.roles.iter().flatten().count() > 1 {
            let roles: Vec<&str> = self.roles.iter().flatten().map(String::as_str).collect();
            note(&format!(
                "warning: the definitions have different execution roles ({}), and each would get the rights of all: run it once for each",
                roles.join(", ")
            ));
        }
        for file in &self.without_role {
            note(&format!("warning: {file}: no role is told in `executionRoleArn`, which the policy is for"));
        }
        if !self.moved.is_empty() {
            note(&format!(
                "replace {} once the new revision runs everywhere, in the store and where it is checked:",
                counted(self.moved.len(), "value")
            ));
            for moved in &self.moved {
                note(&format!("  {moved}"));
            }
            note(
                "note: earlier revisions still show these values to whoever may describe them; deregister them, then delete them \
                 (`aws ecs delete-task-definitions`)",
            );
            note(
                "note: who overrides one of these variables (RunTask, Step Functions, EventBridge, a scheduler) sets it in `environment`, \
                 beside the secret of the same name: take it out there first",
            );
            note("note: tasks read secrets when they start: redeploy the service after each rotation");
        }
        for (file, count) in &self.stay {
            note(&format!(
                "note: {file}: {} not moved: see `ecs-harden check --only plaintext-secret`",
                counted(*count, "finding")
            ));
        }
        for file in &self.reads_files {
            note(&format!(
                "note: {file}: `environmentFiles` take s3:GetObject and s3:GetBucketLocation, which are not in this policy"
            ));
        }
        if !grants.is_empty() {
            note("note: pulling images from ECR is not in this policy: AmazonECSTaskExecutionRolePolicy allows that");
        }
        lines.concat()
    }
}

fn is_secret(judged: &Judged) -> bool {
    judged.finding.pass.id == plaintext_secret::PASS.id
}
