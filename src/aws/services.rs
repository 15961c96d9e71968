//! What is to know of each service to call it: the names under which AWS's own tools know it, and how it wants to be spoken to.
//!
//! All of it is from the API models: `serviceId`, `endpointPrefix`, `signingName`, `protocols`, `targetPrefix`, `apiVersion`.

use crate::rollout::port::Api;

/// A service as its API model describes it.
pub(super) struct Service {
    /// The id in configuration: `AWS_ENDPOINT_URL_CLOUDWATCH_LOGS` is for `CloudWatch Logs`.
    pub(super) id: &'static str,
    /// The first label of its hosts.
    pub(super) host: &'static str,
    /// The name in signatures.
    pub(super) signing: &'static str,
    /// How it wants to be spoken to.
    pub(super) dialect: Dialect,
}

/// A protocol of AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// AWS JSON 1.1: a POST of the members, the operation in `X-Amz-Target`.
    Json {
        /// What stands before the operation in `X-Amz-Target`.
        target: &'static str,
    },
    /// AWS query: a form, answered in XML.
    Query {
        /// `Version` of each form.
        version: &'static str,
    },
    /// REST with JSON answers.
    Rest,
}

/// The service behind `api`.
pub(super) const fn service(api: Api) -> Service {
    let (id, host, signing, dialect) = match api {
        Api::Ecs => ("ECS", "ecs", "ecs", Dialect::Json { target: "AmazonEC2ContainerServiceV20141113" }),
        Api::Sts => ("STS", "sts", "sts", Dialect::Query { version: "2011-06-15" }),
        Api::CodeDeploy => ("CodeDeploy", "codedeploy", "codedeploy", Dialect::Json { target: "CodeDeploy_20141006" }),
        Api::Logs => ("CloudWatch Logs", "logs", "logs", Dialect::Json { target: "Logs_20140328" }),
        Api::SecretsManager => {
            ("Secrets Manager", "secretsmanager", "secretsmanager", Dialect::Json { target: "secretsmanager" })
        }
        Api::Ssm => ("SSM", "ssm", "ssm", Dialect::Json { target: "AmazonSSM" }),
        Api::Iam => ("IAM", "iam", "iam", Dialect::Query { version: "2010-05-08" }),
        Api::Ecr => ("ECR", "api.ecr", "ecr", Dialect::Json { target: "AmazonEC2ContainerRegistry_V20150921" }),
        Api::Events => ("EventBridge", "events", "events", Dialect::Json { target: "AWSEvents" }),
        Api::Scheduler => ("Scheduler", "scheduler", "scheduler", Dialect::Rest),
        Api::CloudWatch => ("CloudWatch", "monitoring", "monitoring", Dialect::Query { version: "2010-08-01" }),
    };
    Service { id, host, signing, dialect }
}
