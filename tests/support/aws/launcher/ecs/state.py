"""What a service, its deployments, its revisions and its task sets are made of."""

import copy
import dataclasses

from . import clusters, definitions

# Members of a service that CreateService and UpdateService set and that Describe gives back.
KEPT = (
    "loadBalancers", "serviceRegistries", "platformVersion", "deploymentConfiguration", "placementConstraints", "placementStrategy",
    "networkConfiguration", "healthCheckGracePeriodSeconds", "propagateTags", "enableECSManagedTags", "enableExecuteCommand",
    "capacityProviderStrategy", "launchType", "availabilityZoneRebalancing", "serviceConnectConfiguration", "volumeConfigurations",
)
# Those that belong to a revision of the service (API model, ServiceRevision).
OF_REVISION = (
    "loadBalancers", "serviceRegistries", "networkConfiguration", "capacityProviderStrategy", "launchType", "platformVersion",
    "serviceConnectConfiguration", "volumeConfigurations",
)
# Those that are told of each deployment (API model, Deployment).
OF_DEPLOYMENT = (
    "launchType", "capacityProviderStrategy", "platformVersion", "networkConfiguration", "serviceConnectConfiguration",
    "volumeConfigurations",
)


@dataclasses.dataclass
class Deployment:
    """One deployment of a service, as Describe lists them."""

    id: str
    definition: str
    revision: str
    script: dict
    created: float
    updated: float
    status: str = "PRIMARY"
    state: str = "IN_PROGRESS"
    reason: str = ""
    failed: int = 0
    polls: int = 0
    settled: int = 0
    deaths: int = 0
    pending: int = 0
    history: str = ""
    tasks: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Service:
    """One service. The first of `deployments` is PRIMARY."""

    cluster: str
    name: str
    arn: str
    definition: str
    settings: dict
    controller: str
    scheduling: str
    desired: int
    created: float
    tags: list
    status: str = "ACTIVE"
    management: str = "CUSTOMER"
    deployments: list = dataclasses.field(default_factory=list)
    task_sets: list = dataclasses.field(default_factory=list)
    events: list = dataclasses.field(default_factory=list)
    scripts: list = dataclasses.field(default_factory=list)
    running: dict = dataclasses.field(default_factory=dict)
    history: list = dataclasses.field(default_factory=list)
    completed: Deployment | None = None
    stale: tuple | None = None

    def configuration(self):
        """The deployment configuration, with what Amazon ECS fills in."""
        given = self.settings.get("deploymentConfiguration", {})
        daemon = self.scheduling == "DAEMON"
        percentages = {"maximumPercent": 100 if daemon else 200, "minimumHealthyPercent": 0 if daemon else 100}
        if self.controller != "ECS":
            return percentages | given
        off = {"deploymentCircuitBreaker": {"enable": False, "rollback": False}, "strategy": "ROLLING", "bakeTimeInMinutes": 0}
        return percentages | off | given

    def native(self):
        """Whether the strategy is one of those that run two revisions beside one another."""
        return self.controller == "ECS" and self.configuration()["strategy"] != "ROLLING"

    def launch_type(self, world, settings=None):
        """Where its tasks run, by launch type or capacity provider."""
        settings = self.settings if settings is None else settings
        strategy = settings.get("capacityProviderStrategy")
        return clusters.kind_of_provider(world, strategy[0]["capacityProvider"]) if strategy else settings.get("launchType", "EC2")

    def wanted(self, world):
        """How many tasks it wants: of a DAEMON, one on each active instance."""
        if self.scheduling != "DAEMON":
            return self.desired
        return sum(instance["told"]["status"] == "ACTIVE" for instance in clusters.of_cluster(world, self.cluster))

    def say(self, world, message):
        """Adds an event, newest first; Amazon ECS keeps the latest hundred."""
        event = {"id": world.hex_id("event"), "createdAt": world.now(), "message": f"(service {self.name}) {message}"}
        self.events = [event, *self.events][:100]


def running(world, arns):
    """Those of the tasks that run."""
    return [arn for arn in arns if world.tasks[arn]["lastStatus"] == "RUNNING"]


def told_deployment(world, service, deployment):
    """A member of `deployments`. `rolloutState` is for rolling deployments alone (API model, Deployment.rolloutState)."""
    told = {
        "id": deployment.id,
        "status": deployment.status,
        "taskDefinition": deployment.definition,
        "desiredCount": service.wanted(world) if deployment.status == "PRIMARY" else len(running(world, deployment.tasks)),
        "pendingCount": deployment.pending,
        "runningCount": len(running(world, deployment.tasks)),
        "failedTasks": deployment.failed,
        "createdAt": deployment.created,
        "updatedAt": deployment.updated,
    } | {name: copy.deepcopy(service.settings[name]) for name in OF_DEPLOYMENT if name in service.settings}
    if not service.native():
        told |= {"rolloutState": deployment.state, "rolloutStateReason": deployment.reason}
    return told


def told_service(world, service):
    """A member of `services`, without its tags."""
    settings = {name: copy.deepcopy(value) for name, value in service.settings.items() if name in KEPT}
    told = {
        "serviceArn": service.arn,
        "serviceName": service.name,
        "clusterArn": world.clusters[service.cluster]["clusterArn"],
        "status": service.status,
        "taskDefinition": service.definition,
        "desiredCount": service.wanted(world),
        "createdAt": service.created,
        "createdBy": f"arn:aws:iam::{world.account}:user/test",
        "schedulingStrategy": service.scheduling,
        "deploymentController": {"type": service.controller},
        "events": copy.deepcopy(service.events),
        "loadBalancers": [], "serviceRegistries": [], "placementConstraints": [], "placementStrategy": [],
        "enableECSManagedTags": False, "propagateTags": "NONE", "enableExecuteCommand": False,
    } | settings | {"deploymentConfiguration": service.configuration()}
    for name in ("serviceConnectConfiguration", "volumeConfigurations"):
        told.pop(name, None)
    if service.management == "ECS":
        told["resourceManagementType"] = "ECS"
    if service.launch_type(world) == "FARGATE":
        told |= {"platformVersion": service.settings.get("platformVersion", "LATEST"), "platformFamily": "Linux"}
    if service.controller in ("CODE_DEPLOY", "EXTERNAL"):
        told |= {"deployments": [], "taskSets": [told_task_set(world, service, task_set) for task_set in service.task_sets]}
        counted = [arn for task_set in service.task_sets for arn in task_set["tasks"]]
        told |= {"runningCount": len(running(world, counted)), "pendingCount": sum(task_set["pending"] for task_set in service.task_sets)}
        return told
    told["deployments"] = [told_deployment(world, service, deployment) for deployment in service.deployments]
    told["runningCount"] = sum(deployment["runningCount"] for deployment in told["deployments"])
    told["pendingCount"] = sum(deployment["pendingCount"] for deployment in told["deployments"])
    if service.history:
        told["currentServiceDeployment"] = service.history[0]
    told["currentServiceRevisions"] = [
        {
            "arn": deployment.revision, "requestedTaskCount": service.wanted(world) if deployment.status == "PRIMARY" else 0,
            "runningTaskCount": len(running(world, deployment.tasks)), "pendingTaskCount": deployment.pending,
        }
        for deployment in service.deployments
    ]
    return told


def told_task_set(world, service, task_set):
    """A member of `taskSets`."""
    return task_set["told"] | {
        "computedDesiredCount": computed(service, task_set),
        "runningCount": len(running(world, task_set["tasks"])),
        "pendingCount": task_set["pending"],
        "status": task_set["status"],
        "stabilityStatus": "STEADY_STATE" if task_set["steady"] else "STABILIZING",
    }


def computed(service, task_set):
    """How many tasks a scale in per cent comes to, rounded up (API model, TaskSet.computedDesiredCount)."""
    if task_set["status"] == "DRAINING":
        return 0
    return -int(-(service.desired * task_set["told"]["scale"]["value"]) // 100)


def definition_of(world, arn):
    """A definition by its ARN, whatever its status."""
    return definitions.find(world, arn)["definition"]
