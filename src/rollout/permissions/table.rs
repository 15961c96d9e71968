//! The table: what is called for what, in the order in which a run meets it.

use super::{PASS_ROLE, Permission, Resource, When};
use crate::rollout::port::Effect;

const fn reads(action: &'static str, resource: Resource) -> Permission {
    Permission { action, resource, effect: Effect::Reads, when: When::Always, without: None }
}

const fn writes(action: &'static str, resource: Resource) -> Permission {
    Permission { action, resource, effect: Effect::Writes, when: When::Always, without: None }
}

impl Permission {
    const fn only(mut self, when: When) -> Self {
        self.when = when;
        self
    }

    const fn without(mut self, what: &'static str) -> Self {
        self.without = Some(what);
        self
    }
}

/// What runs, and where it stands.
///
/// `ListTasks` of a service is about no container instance, which is the only resource that it can be limited to.
pub(super) const SERVICES: [Permission; 7] = [
    reads("ecs:ListServices", Resource::Everything),
    reads("ecs:DescribeServices", Resource::Services),
    reads("ecs:ListTasks", Resource::Everything),
    reads("ecs:DescribeTasks", Resource::Tasks),
    reads("ecs:DescribeCapacityProviders", Resource::CapacityProviders),
    reads("ecs:ListServiceDeployments", Resource::Services).only(When::Rolling),
    reads("ecs:DescribeServiceDeployments", Resource::ServiceDeployments).only(When::Rolling),
];

/// Revisions.
pub(super) const DEFINITIONS: [Permission; 2] =
    [reads("ecs:DescribeTaskDefinition", Resource::Everything), reads("ecs:ListTaskDefinitions", Resource::Everything)];

const UNCHECKED: &str = "what a revision newly needs is not looked at, and --allow-unchecked is asked for";

/// What edits newly depend on.
pub(super) const PREFLIGHT: [Permission; 4] = [
    reads("logs:DescribeLogGroups", Resource::Everything).without(UNCHECKED),
    reads("secretsmanager:DescribeSecret", Resource::Secrets).without(UNCHECKED),
    reads("ssm:DescribeParameters", Resource::Everything).without(UNCHECKED),
    reads("iam:SimulatePrincipalPolicy", Resource::Simulated).without(UNCHECKED),
];

/// What stands around services. Composite alarms are told to those alone who may ask for all (`DescribeAlarms`).
pub(super) const AROUND: [Permission; 2] = [
    reads("ecr:BatchGetImage", Resource::Repositories)
        .without("what a tag means is not looked up, and --pin-images or --allow-new-image is asked for"),
    ALARMS,
];

const ALARMS: Permission =
    reads("cloudwatch:DescribeAlarms", Resource::Everything).without("alarms of services are not looked at");

/// The deployment group of a service, whether it is at work, and its last AppSpec.
pub(super) const GROUP: [Permission; 7] = [
    reads("codedeploy:GetDeploymentGroup", Resource::DeploymentGroups).only(When::CodeDeploy),
    reads("codedeploy:ListApplications", Resource::Everything).only(When::CodeDeploy),
    reads("codedeploy:ListDeploymentGroups", Resource::Applications).only(When::CodeDeploy),
    reads("codedeploy:BatchGetDeploymentGroups", Resource::DeploymentGroups).only(When::CodeDeploy),
    reads("codedeploy:ListDeployments", Resource::DeploymentGroups).only(When::CodeDeploy),
    reads("codedeploy:GetDeployment", Resource::DeploymentGroups).only(When::CodeDeploy),
    reads("codedeploy:GetApplicationRevision", Resource::Applications).only(When::CodeDeploy),
];

/// A new revision, with its tags and roles.
pub(super) const REGISTER: [Permission; 3] = [
    writes("ecs:RegisterTaskDefinition", Resource::Definitions),
    writes("ecs:TagResource", Resource::Definitions),
    writes(PASS_ROLE, Resource::Roles),
];

/// Whether some instance can place a new revision.
pub(super) const INSTANCES: [Permission; 2] = [
    reads("ecs:ListContainerInstances", Resource::Clusters),
    reads("ecs:DescribeContainerInstances", Resource::Instances),
];

/// A deployment, and taking it back. `CreateDeployment` reads the group's configuration and notes its revision (CodeDeploy API reference,
/// permissions of `CreateDeployment`).
pub(super) const DEPLOY: [Permission; 9] = [
    writes("ecs:UpdateService", Resource::Services),
    writes("ecs:StopServiceDeployment", Resource::ServiceDeployments).only(When::Rolling),
    writes("ecs:CreateTaskSet", Resource::TaskSets).only(When::External),
    writes("ecs:UpdateServicePrimaryTaskSet", Resource::Services).only(When::External),
    writes("ecs:DeleteTaskSet", Resource::TaskSets).only(When::External),
    reads("codedeploy:GetDeploymentConfig", Resource::DeploymentConfigs).only(When::CodeDeploy),
    writes("codedeploy:RegisterApplicationRevision", Resource::Applications).only(When::CodeDeploy),
    writes("codedeploy:CreateDeployment", Resource::DeploymentGroups).only(When::CodeDeploy),
    writes("codedeploy:StopDeployment", Resource::Everything).only(When::CodeDeploy),
];

/// Looking at a deployment, and at what its tasks say.
pub(super) const WATCH: [Permission; 4] = [
    reads("ecs:DescribeServiceRevisions", Resource::ServiceRevisions).only(When::Rolling),
    reads("ecs:DescribeTaskSets", Resource::TaskSets).only(When::External),
    ALARMS,
    reads("logs:GetLogEvents", Resource::LogGroups).without("what failing tasks wrote is not read"),
];

/// A revision that failed.
pub(super) const DISCARD: [Permission; 1] = [writes("ecs:DeregisterTaskDefinition", Resource::Everything)
    .without("a revision that failed stays active, and the family alone means it")];

/// Everything that may use a revision.
pub(super) const USES: [Permission; 13] = [
    reads("ecs:ListClusters", Resource::Everything),
    reads("ecs:ListServices", Resource::Everything),
    reads("ecs:DescribeServices", Resource::AllServices),
    reads("ecs:ListTasks", Resource::Everything),
    reads("ecs:DescribeTasks", Resource::AllTasks),
    reads("ecs:DescribeTaskDefinition", Resource::Everything),
    reads("ecs:ListTaskDefinitions", Resource::Everything),
    reads("ecs:DescribeTaskSets", Resource::TaskSets).only(When::External),
    reads("events:ListEventBuses", Resource::Everything),
    reads("events:ListRules", Resource::Everything),
    reads("events:ListTargetsByRule", Resource::Rules),
    reads("scheduler:ListSchedules", Resource::Everything),
    reads("scheduler:GetSchedule", Resource::Schedules),
];

/// The end of a revision that nothing uses.
pub(super) const RETIRE: [Permission; 2] = [
    writes("ecs:DeleteTaskSet", Resource::TaskSets).only(When::External),
    writes("ecs:DeregisterTaskDefinition", Resource::Everything),
];

/// A throwaway family.
pub(super) const PROBE: [Permission; 5] = [
    reads("ecs:ListTaskDefinitions", Resource::Everything),
    writes("ecs:RegisterTaskDefinition", Resource::ProbeDefinitions),
    reads("ecs:DescribeTaskDefinition", Resource::Everything),
    writes("ecs:DeregisterTaskDefinition", Resource::Everything),
    writes(PASS_ROLE, Resource::Roles),
];
