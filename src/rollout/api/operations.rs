//! Every operation that is called, once. Whoever adds one says here whether it changes something, and in
//! [`crate::rollout::permissions`] which command takes it.

use crate::rollout::port::{Api, Call, Effect};

/// What is called: service, operation by its name in the API model, and whether it changes something.
pub const OPERATIONS: [(Api, &str, Effect); 43] = [
    (Api::Sts, "GetCallerIdentity", Effect::Reads),
    (Api::Ecs, "DescribeCapacityProviders", Effect::Reads),
    (Api::Ecs, "DescribeContainerInstances", Effect::Reads),
    (Api::Ecs, "DescribeServiceDeployments", Effect::Reads),
    (Api::Ecs, "DescribeServiceRevisions", Effect::Reads),
    (Api::Ecs, "DescribeServices", Effect::Reads),
    (Api::Ecs, "DescribeTaskDefinition", Effect::Reads),
    (Api::Ecs, "DescribeTaskSets", Effect::Reads),
    (Api::Ecs, "DescribeTasks", Effect::Reads),
    (Api::Ecs, "ListClusters", Effect::Reads),
    (Api::Ecs, "ListContainerInstances", Effect::Reads),
    (Api::Ecs, "ListServiceDeployments", Effect::Reads),
    (Api::Ecs, "ListServices", Effect::Reads),
    (Api::Ecs, "ListTaskDefinitions", Effect::Reads),
    (Api::Ecs, "ListTasks", Effect::Reads),
    (Api::CodeDeploy, "BatchGetDeploymentGroups", Effect::Reads),
    (Api::CodeDeploy, "GetApplicationRevision", Effect::Reads),
    (Api::CodeDeploy, "GetDeployment", Effect::Reads),
    (Api::CodeDeploy, "GetDeploymentGroup", Effect::Reads),
    (Api::CodeDeploy, "ListApplications", Effect::Reads),
    (Api::CodeDeploy, "ListDeploymentGroups", Effect::Reads),
    (Api::CodeDeploy, "ListDeployments", Effect::Reads),
    (Api::Logs, "DescribeLogGroups", Effect::Reads),
    (Api::Logs, "GetLogEvents", Effect::Reads),
    (Api::SecretsManager, "DescribeSecret", Effect::Reads),
    (Api::Ssm, "DescribeParameters", Effect::Reads),
    (Api::Iam, "SimulatePrincipalPolicy", Effect::Reads),
    (Api::Ecr, "BatchGetImage", Effect::Reads),
    (Api::CloudWatch, "DescribeAlarms", Effect::Reads),
    (Api::Events, "ListEventBuses", Effect::Reads),
    (Api::Events, "ListRules", Effect::Reads),
    (Api::Events, "ListTargetsByRule", Effect::Reads),
    (Api::Scheduler, "GetSchedule", Effect::Reads),
    (Api::Scheduler, "ListSchedules", Effect::Reads),
    (Api::Ecs, "CreateTaskSet", Effect::Writes),
    (Api::Ecs, "DeleteTaskSet", Effect::Writes),
    (Api::Ecs, "DeregisterTaskDefinition", Effect::Writes),
    (Api::Ecs, "RegisterTaskDefinition", Effect::Writes),
    (Api::Ecs, "StopServiceDeployment", Effect::Writes),
    (Api::Ecs, "UpdateService", Effect::Writes),
    (Api::Ecs, "UpdateServicePrimaryTaskSet", Effect::Writes),
    (Api::CodeDeploy, "CreateDeployment", Effect::Writes),
    (Api::CodeDeploy, "StopDeployment", Effect::Writes),
];

/// Whether a call is of the list.
pub(super) fn is_listed(call: &Call) -> bool {
    OPERATIONS.contains(&(call.api, call.operation, call.effect))
}
