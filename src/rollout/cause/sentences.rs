//! What ECS says of tasks that did not start or were stopped, and of services that stay short of tasks.
//!
//! ECS has a code for how a task stopped (`Task.stopCode`) and none for why: `stoppedReason`, `reason` of a container and events are
//! sentences. This is the one place that knows them, by the words that AWS documents ("Stopped tasks error messages", "Service event
//! messages" in the ECS developer guide). A sentence may repeat values, so nothing of it is shown, only what is known of its class.

/// Where a sentence stands among causes: the likeliest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// A program or ECS names what is missing.
    Named,
    /// ECS names the part that failed.
    Part,
    /// Something was seen that has several causes.
    Symptom,
    /// It has nothing to do with the revision.
    Elsewhere,
}

/// A class of sentences.
#[derive(Debug)]
pub(super) struct Sentence {
    /// Words that all stand in it, in small letters.
    words: &'static [&'static str],
    /// The name of the class.
    pub(super) sign: &'static str,
    /// What it means.
    pub(super) what: &'static str,
    /// The one thing to do next.
    pub(super) next_step: &'static str,
    pub(super) rank: Rank,
}

const fn sentence(
    rank: Rank,
    sign: &'static str,
    words: &'static [&'static str],
    what: &'static str,
    next_step: &'static str,
) -> Sentence {
    Sentence { words, sign, what, next_step, rank }
}

const EXECUTION_ROLE_REGISTRY: &str = "see that the execution role may pull (`AmazonECSTaskExecutionRolePolicy` does) and that the subnets reach \
     ECR: a NAT gateway, or endpoints for ecr.api, ecr.dkr and S3";

/// The first that fits is the class, so what says more stands before what says less.
const TABLE: [Sentence; 19] = [
    sentence(
        Rank::Part,
        "registry-access",
        &["resourceinitializationerror", "getauthorizationtoken"],
        "the registry let nobody in",
        EXECUTION_ROLE_REGISTRY,
    ),
    sentence(
        Rank::Part,
        "registry-access",
        &["resourceinitializationerror", "ecr registry auth"],
        "the registry let nobody in",
        EXECUTION_ROLE_REGISTRY,
    ),
    sentence(
        Rank::Named,
        "log-group",
        &["resourceinitializationerror", "log group does not exist"],
        "the log group is not there",
        "make it with `aws logs create-log-group`, or name one that exists in [logs] of the policy",
    ),
    sentence(
        Rank::Named,
        "log-driver",
        &["resourceinitializationerror", "logger args"],
        "the log driver could not start",
        LOGS,
    ),
    sentence(
        Rank::Named,
        "log-driver",
        &["resourceinitializationerror", "logging driver"],
        "the log driver could not start",
        LOGS,
    ),
    sentence(
        Rank::Part,
        "efs",
        &["resourceinitializationerror", "efs utils"],
        "a file system of EFS could not be mounted",
        "see that its mount targets let the tasks in on port 2049, and that the task role may mount it where `iam` is enabled",
    ),
    sentence(
        Rank::Named,
        "secret",
        // "unable to pull secrets or registry auth", "unable to retrieve secret from asm"
        &["resourceinitializationerror", "secret"],
        "a secret or parameter could not be read",
        "`ecs-harden iam-policy` on the definition prints what the execution role needs; see also the suffix of the ARN and the JSON key, \
         and that the subnets reach Secrets Manager or Systems Manager",
    ),
    sentence(
        Rank::Part,
        "initialization",
        &["resourceinitializationerror"],
        "what a task needs around it could not be prepared",
        "`aws ecs describe-tasks` shows the sentence of ECS in `stoppedReason`",
    ),
    sentence(
        Rank::Named,
        "unknown-user",
        // Of the container runtime: "unable to find user web: no matching entries in passwd file"
        &["unable to find user"],
        "the image does not know the user by this name",
        "set `root-user.user` to numbers, \"UID:GID\", which need no entry in the image",
    ),
    sentence(
        Rank::Named,
        "unknown-user",
        &["unable to find group"],
        "the image does not know the group by this name",
        "set `root-user.user` to numbers, \"UID:GID\", which need no entry in the image",
    ),
    sentence(
        Rank::Part,
        "image",
        // CannotPullContainerError, CannotPullECRContainerError, CannotPullImageManifestError
        &["cannotpull"],
        "the image could not be pulled",
        "see that the tag or digest is still in its registry, that the execution role may pull it, and that the subnets reach the registry",
    ),
    sentence(
        Rank::Part,
        "volume",
        &["cannotcreatevolumeerror"],
        "a volume could not be made",
        "see the volume's driver and that its file system can be reached",
    ),
    sentence(
        Rank::Symptom,
        "target-health",
        &["task failed elb health checks"],
        "the load balancer got no healthy answer",
        HEALTH,
    ),
    sentence(
        Rank::Symptom,
        "target-health",
        // An event: "(service web) (task …) (port 80) is unhealthy in (target-group …) due to (reason …)"
        &["is unhealthy in", "target-group"],
        "the load balancer got no healthy answer",
        HEALTH,
    ),
    sentence(
        Rank::Symptom,
        "container-health",
        &["task failed container health checks"],
        "the health check of a container failed",
        "it runs inside the container, as its user and with its capabilities: see that its command needs neither root nor a place to write",
    ),
    sentence(
        Rank::Named,
        "attribute",
        &["unable to place a task", "missing an attribute"],
        "no instance has an attribute that the revision asks for",
        "compare `requiresAttributes` of both revisions with the attributes of the instances; a newer ECS agent mostly brings it",
    ),
    sentence(
        Rank::Part,
        "placement",
        &["unable to place a task"],
        "no instance has room for the task",
        "see cpu, memory and ports of the instances; with maximumPercent above 100 both revisions need room at once",
    ),
    sentence(
        Rank::Part,
        "start",
        // Of the agent, where nothing above says more: CannotStartContainerError, CannotCreateContainerError
        &["containererror"],
        "the container could not be started",
        "`aws ecs describe-tasks` shows the sentence of ECS in `containers[].reason`",
    ),
    sentence(
        Rank::Part,
        "start",
        &["containerruntime"],
        "the container could not be started",
        "`aws ecs describe-tasks` shows the sentence of ECS in `containers[].reason`",
    ),
];

const LOGS: &str = "see that the log group exists, that the execution role may logs:CreateLogStream and logs:PutLogEvents, and that the \
     subnets reach CloudWatch Logs";

const HEALTH: &str = "see that the program binds its port as the user that it runs as, that security groups let the load balancer in, and \
     that the path and the grace period of the health check suit it";

/// The class of a sentence.
pub(super) fn class(text: &str) -> Option<&'static Sentence> {
    let small = text.to_ascii_lowercase();
    TABLE.iter().find(|sentence| sentence.words.iter().all(|words| small.contains(words)))
}

/// What stopped a task that has nothing to do with its revision (`TaskStopCode`).
pub(super) fn elsewhere(stop_code: &str) -> Option<(&'static str, &'static str)> {
    match stop_code {
        "SpotInterruption" => Some(("spot", "AWS took back the capacity of Fargate Spot or of a Spot instance")),
        "TerminationNotice" => Some(("host", "the host of the task was about to be shut down")),
        "InfrastructureHealth" => Some(("host", "AWS replaced a host that was not well")),
        "UserInitiated" => Some(("user", "somebody stopped the task")),
        _ => None,
    }
}
