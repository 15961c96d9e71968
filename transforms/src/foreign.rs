//! How other tools judge a definition: their rules by their own ids, evaluated as they evaluate them, where they differ from ours too.
//!
//! Security Hub and AWS Config: AWS's pages "Security Hub controls for Amazon ECS" and "List of AWS Config managed rules"; Control Tower: "Amazon
//! ECS controls" of its guide; Prowler, Checkov and Trivy: the sources of their checks (Prowler 5.46.0, Checkov 3.3.30).

mod judge;
#[cfg(test)]
mod tests;

use crate::model::TaskView;

/// A tool that judges task definitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// AWS Security Hub.
    SecurityHub,
    /// The managed rules of AWS Config.
    Config,
    /// The proactive controls of AWS Control Tower.
    ControlTower,
    /// Prowler.
    Prowler,
    /// Checkov.
    Checkov,
    /// Trivy.
    Trivy,
}

/// One rule of a tool.
#[derive(Debug)]
pub struct Rule {
    /// Its id in the tool's own words.
    pub id: &'static str,
    /// The passes that look for the same weakness.
    pub passes: &'static [&'static str],
    /// Where it judges otherwise than one would expect, or is not about what the passes mend.
    pub note: &'static str,
    judge: fn(&TaskView<'_>) -> Judgement,
}

/// What a rule says about a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Nothing is wrong.
    Passes,
    /// Something is.
    Fails,
    /// It depends on what this text does not tell, or on how the tool looks at values.
    Unknown,
}

impl Rule {
    /// What it says about a definition.
    pub fn judge(&self, task: &TaskView<'_>) -> Judgement {
        (self.judge)(task)
    }
}

impl Tool {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SecurityHub => "Security Hub",
            Self::Config => "AWS Config",
            Self::ControlTower => "Control Tower",
            Self::Prowler => "Prowler",
            Self::Checkov => "Checkov",
            Self::Trivy => "Trivy",
        }
    }

    /// What of a definition it looks at, and when.
    pub const fn looks_at(self) -> &'static str {
        match self {
            Self::SecurityHub | Self::Config => {
                "it looks at the latest active revision of each family, whether it runs or not"
            }
            Self::ControlTower => "it looks at CloudFormation templates before they are deployed, and at nothing else",
            Self::Prowler => {
                "it looks at every active revision, so old ones stay red until they are deregistered (`ecs-harden retire`)"
            }
            Self::Checkov => {
                "it reads Terraform, where a definition like this one stands in the template; in CloudFormation CKV_AWS_97 alone looks at it"
            }
            Self::Trivy => {
                "it reads CloudFormation and Terraform: there a definition like this one stands in the template"
            }
        }
    }

    /// Its rules about task definitions.
    pub const fn rules(self) -> &'static [Rule] {
        match self {
            Self::SecurityHub => SECURITY_HUB,
            Self::Config => CONFIG,
            Self::ControlTower => CONTROL_TOWER,
            Self::Prowler => PROWLER,
            Self::Checkov => CHECKOV,
            Self::Trivy => TRIVY,
        }
    }
}

const fn rule(
    id: &'static str,
    passes: &'static [&'static str],
    judge: fn(&TaskView<'_>) -> Judgement,
    note: &'static str,
) -> Rule {
    Rule { id, passes, note, judge }
}

const THREE_NAMES: &str = "it compares names alone: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ECS_ENGINE_AUTH_DATA";
const BOTH_SYSTEMS: &str =
    "where the operating system is not set, ECS.20 and ECS.21 both run; a number as user passes both";
const BY_NAME: &str = "it knows root by that name alone, and passes privileged containers";
const TAGS: &str = "no pass writes tags: what they should say is known to nobody but you";
const BY_VALUE: &str = "it depends on how its scanner takes the values; what `plaintext-secret` finds is likely red";

const SECURITY_HUB: &[Rule] = &[
    rule("ECS.3", &["host-pid-namespace"], judge::host_pid, ""),
    rule("ECS.4", &["privileged-container"], judge::privileged, ""),
    rule("ECS.5", &["writable-root-filesystem"], judge::writable_root_unless_windows, ""),
    rule("ECS.8", &["plaintext-secret"], judge::three_names, THREE_NAMES),
    rule("ECS.9", &["missing-log-configuration"], judge::no_log_driver, ""),
    rule("ECS.15", &[], judge::untagged, TAGS),
    rule("ECS.17", &["host-network-mode"], judge::host_network, ""),
    rule("ECS.18", &["unencrypted-efs-transit"], judge::plain_efs, ""),
    rule("ECS.20", &["root-user"], judge::root_on_linux, BOTH_SYSTEMS),
    rule("ECS.21", &["root-user"], judge::administrator_on_windows, BOTH_SYSTEMS),
];

const CONFIG: &[Rule] = &[
    rule("ecs-task-definition-pid-mode-check", &["host-pid-namespace"], judge::host_pid, ""),
    rule("ecs-containers-nonprivileged", &["privileged-container"], judge::privileged, ""),
    rule("ecs-containers-readonly-access", &["writable-root-filesystem"], judge::writable_root_unless_windows, ""),
    rule("ecs-no-environment-secrets", &["plaintext-secret"], judge::three_names, THREE_NAMES),
    rule("ecs-task-definition-log-configuration", &["missing-log-configuration"], judge::no_log_driver, ""),
    rule("ecs-task-definition-network-mode-not-host", &["host-network-mode"], judge::host_network, ""),
    rule(
        "ecs-awsvpc-networking-enabled",
        &["host-network-mode"],
        judge::not_awsvpc,
        "bridge and none fail too, which no pass calls weak",
    ),
    rule("ecs-task-definition-efs-encryption-enabled", &["unencrypted-efs-transit"], judge::plain_efs, ""),
    rule("ecs-task-definition-linux-user-non-root", &["root-user"], judge::root_on_linux, BOTH_SYSTEMS),
    rule("ecs-task-definition-windows-user-non-admin", &["root-user"], judge::administrator_on_windows, BOTH_SYSTEMS),
    rule(
        "ecs-task-definition-nonroot-user",
        &["root-user"],
        judge::root_user,
        "older than the two by operating system",
    ),
    rule(
        "ecs-task-definition-user-for-host-mode-check",
        &["host-network-mode", "root-user"],
        judge::root_on_the_network_of_the_host,
        BY_NAME,
    ),
];

const CONTROL_TOWER: &[Rule] = &[
    rule("CT.ECS.PR.3", &["root-user"], judge::root_user, ""),
    rule(
        "CT.ECS.PR.4",
        &["host-network-mode"],
        judge::not_awsvpc,
        "bridge and none fail too, which no pass calls weak",
    ),
    rule("CT.ECS.PR.5", &["missing-log-configuration"], judge::no_log_driver, ""),
    rule("CT.ECS.PR.6", &["writable-root-filesystem"], judge::writable_root, ""),
    rule("CT.ECS.PR.7", &["missing-memory-limit"], judge::no_memory, ""),
    rule("CT.ECS.PR.10", &["host-pid-namespace"], judge::host_pid, ""),
    rule("CT.ECS.PR.11", &["privileged-container"], judge::privileged, ""),
    rule("CT.ECS.PR.12", &["plaintext-secret"], judge::three_names, THREE_NAMES),
];

const PROWLER: &[Rule] = &[
    rule("ecs_task_definitions_containers_readonly_access", &["writable-root-filesystem"], judge::writable_root, ""),
    rule("ecs_task_definitions_host_namespace_not_shared", &["host-pid-namespace"], judge::host_pid, ""),
    rule(
        "ecs_task_definitions_host_networking_mode_users",
        &["host-network-mode", "root-user"],
        judge::root_on_the_network_of_the_host,
        BY_NAME,
    ),
    rule(
        "ecs_task_definitions_logging_block_mode",
        &["blocking-log-delivery"],
        judge::no_mode,
        "it wants the mode written, although ECS takes non-blocking without it",
    ),
    rule("ecs_task_definitions_logging_enabled", &["missing-log-configuration"], judge::no_log_driver, ""),
    rule("ecs_task_definitions_no_environment_secrets", &["plaintext-secret"], judge::by_value, BY_VALUE),
    rule("ecs_task_definitions_no_privileged_containers", &["privileged-container"], judge::privileged, ""),
];

const CHECKOV: &[Rule] = &[
    rule("CKV_AWS_97", &["unencrypted-efs-transit"], judge::plain_efs, "of several volumes it may miss a later one"),
    rule("CKV_AWS_249", &["shared-execution-role"], judge::one_role, ""),
    rule(
        "CKV_AWS_334",
        &["privileged-container"],
        judge::never_told,
        "it asks for the member `privilege`, which does not exist, so it passes whatever stands there",
    ),
    rule(
        "CKV_AWS_335",
        &["host-pid-namespace"],
        judge::never_told,
        "it looks for `pidMode` within containers, where it is never, so it passes whatever stands there",
    ),
    rule("CKV_AWS_336", &["writable-root-filesystem"], judge::writable_root, ""),
];

const TRIVY: &[Rule] = &[
    rule("AWS-0035", &["unencrypted-efs-transit"], judge::plain_efs, ""),
    rule("AWS-0036", &["plaintext-secret"], judge::by_value, BY_VALUE),
];
