//! What actions are about, and the ARNs of that, as far as they are known.

/// What an action is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// Nothing that can be named.
    Everything,
    /// The clusters.
    Clusters,
    /// Container instances of the clusters.
    Instances,
    /// Tasks of the clusters.
    Tasks,
    /// Every task of the account and region.
    AllTasks,
    /// Capacity providers of the account and region.
    CapacityProviders,
    /// The services.
    Services,
    /// Every service of the account and region.
    AllServices,
    /// The services and their deployments.
    ServiceDeployments,
    /// The services and their service revisions, which are no task definitions.
    ServiceRevisions,
    /// The task sets of the services.
    TaskSets,
    /// The revisions of the families.
    Definitions,
    /// The revisions that `doctor --probe` registers.
    ProbeDefinitions,
    /// The execution role and the task role.
    Roles,
    /// Whose permissions are asked for: those roles, and whoever runs `doctor`.
    Simulated,
    /// Log groups of tasks.
    LogGroups,
    /// Secrets.
    Secrets,
    /// Repositories of images.
    Repositories,
    /// Applications of CodeDeploy.
    Applications,
    /// Deployment groups of CodeDeploy.
    DeploymentGroups,
    /// Deployment configurations of CodeDeploy.
    DeploymentConfigs,
    /// Rules of EventBridge.
    Rules,
    /// Schedules of EventBridge Scheduler.
    Schedules,
}

/// What of this is known; the rest stands in capitals in the policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// Clusters by name, each with a service by name, or [`ALL`] of them; none where only the cluster is known.
    pub places: Vec<(String, Option<String>)>,
    /// Families.
    pub families: Vec<String>,
    /// The ARNs of the roles that definitions name.
    pub roles: Vec<String>,
    /// Whoever runs the command, where it can be asked what they may.
    pub caller: Option<String>,
}

/// All services of a cluster.
pub const ALL: &str = "*";

/// The family that `doctor --probe` registers.
pub const PROBE_FAMILY: &str = "ecs-harden-probe";

impl Names {
    /// The ARNs that a policy names for a resource.
    pub fn arns(&self, resource: Resource) -> Vec<String> {
        let one = |service: &str, rest: &str| vec![self.arn(service, rest)];
        match resource {
            Resource::Everything => vec!["*".into()],
            Resource::Clusters => self.of_clusters("cluster", ""),
            Resource::Instances => self.of_clusters("container-instance", "/*"),
            Resource::Tasks => self.of_clusters("task", "/*"),
            Resource::AllTasks => one("ecs", "task/*"),
            Resource::CapacityProviders => one("ecs", "capacity-provider/*"),
            Resource::Services => self.of_services("service", ""),
            Resource::AllServices => one("ecs", "service/*"),
            Resource::ServiceDeployments => self.with_services("service-deployment"),
            Resource::ServiceRevisions => self.with_services("service-revision"),
            Resource::TaskSets => self.of_services("task-set", "/*"),
            Resource::Definitions => {
                let families = or(&self.families, "FAMILY");
                families.iter().map(|family| self.arn("ecs", &format!("task-definition/{family}:*"))).collect()
            }
            Resource::ProbeDefinitions => one("ecs", &format!("task-definition/{PROBE_FAMILY}:*")),
            Resource::Roles => self.roles(),
            Resource::Simulated => self.roles().into_iter().chain(self.caller.clone()).collect(),
            Resource::LogGroups => one("logs", "log-group:*"),
            Resource::Secrets => one("secretsmanager", "secret:*"),
            Resource::Repositories => one("ecr", "repository/*"),
            Resource::Applications => one("codedeploy", "application:*"),
            Resource::DeploymentGroups => one("codedeploy", "deploymentgroup:*"),
            Resource::DeploymentConfigs => one("codedeploy", "deploymentconfig:*"),
            Resource::Rules => one("events", "rule/*"),
            Resource::Schedules => one("scheduler", "schedule/*"),
        }
    }

    /// Whether every part of the ARNs is known, so that no word stands in capitals.
    pub fn knows(&self, resource: Resource) -> bool {
        let here = self.region.is_some() && self.account.is_some();
        let has_service = self.places.iter().any(|(_, service)| service.is_some());
        match resource {
            Resource::Everything => true,
            Resource::Clusters | Resource::Instances | Resource::Tasks => here && !self.places.is_empty(),
            Resource::Services | Resource::ServiceDeployments | Resource::ServiceRevisions | Resource::TaskSets => {
                here && has_service
            }
            Resource::Definitions => here && !self.families.is_empty(),
            Resource::Roles | Resource::Simulated => !self.roles.is_empty(),
            _ => here,
        }
    }

    fn of_clusters(&self, kind: &str, rest: &str) -> Vec<String> {
        let mut clusters: Vec<String> = self.places.iter().map(|(cluster, _)| cluster.clone()).collect();
        clusters.sort();
        clusters.dedup();
        or(&clusters, "CLUSTER").iter().map(|cluster| self.arn("ecs", &format!("{kind}/{cluster}{rest}"))).collect()
    }

    fn of_services(&self, kind: &str, rest: &str) -> Vec<String> {
        let named = |(cluster, service): &(String, Option<String>)| {
            let service = service.as_deref().unwrap_or("SERVICE");
            self.arn("ecs", &format!("{kind}/{cluster}/{service}{rest}"))
        };
        let nobody = [("CLUSTER".to_owned(), None)];
        let places = if self.places.is_empty() { &nobody[..] } else { &self.places };
        places.iter().map(named).collect()
    }

    fn with_services(&self, kind: &str) -> Vec<String> {
        let mut arns = self.of_services("service", "");
        arns.extend(self.of_services(kind, "/*"));
        arns
    }

    fn roles(&self) -> Vec<String> {
        let partition = self.partition();
        let account = self.account.as_deref().unwrap_or("ACCOUNT");
        or(&self.roles, &format!("arn:{partition}:iam::{account}:role/ROLE"))
    }

    fn arn(&self, service: &str, rest: &str) -> String {
        let region = self.region.as_deref().unwrap_or("REGION");
        let account = self.account.as_deref().unwrap_or("ACCOUNT");
        format!("arn:{}:{service}:{region}:{account}:{rest}", self.partition())
    }

    /// That of the region, where no ARN tells it (AWS general reference, "Amazon Resource Names").
    fn partition(&self) -> &str {
        match (self.partition.as_deref(), self.region.as_deref()) {
            (Some(partition), _) => partition,
            (None, Some(region)) if region.starts_with("cn-") => "aws-cn",
            (None, Some(region)) if region.starts_with("us-gov-") => "aws-us-gov",
            (None, _) => "aws",
        }
    }
}

fn or(known: &[String], otherwise: &str) -> Vec<String> {
    if known.is_empty() { vec![otherwise.to_owned()] } else { known.to_vec() }
}
