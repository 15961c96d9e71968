"""Service deployments and service revisions: what was rolled out when, and how it ended."""

import copy

from ..errors import Refused, invalid
from . import clusters, state
from .pages import page

OPEN = ("PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS")


def new_revision(world, service, definition):
    """A revision of the service as it stands, with the digests that its images have now."""
    arn = world.arn("ecs", f"service-revision/{service.cluster}/{service.name}/{7000000000000000000 + world.number('revision')}")
    containers = state.definition_of(world, definition)["containerDefinitions"]
    world.revisions[arn] = {
        "serviceRevisionArn": arn,
        "serviceArn": service.arn,
        "clusterArn": world.clusters[service.cluster]["clusterArn"],
        "taskDefinition": definition,
        "containerImages": [
            {
                "containerName": container["name"], "image": container["image"],
                "imageDigest": service.running.get(container["name"]) or world.digest_of(container["image"]),
            }
            for container in containers
        ],
        "createdAt": world.now(),
    } | {name: copy.deepcopy(service.settings[name]) for name in state.OF_REVISION if name in service.settings}
    return arn


def begin(world, service, deployment, sources):
    """A service deployment that takes the service from some revisions to that of a deployment."""
    arn = world.arn("ecs", f"service-deployment/{service.cluster}/{service.name}/{world.hex_id('service-deployment', 21)}")
    configuration = service.configuration()
    breaker, alarms = configuration["deploymentCircuitBreaker"], configuration.get("alarms", {})
    deployment.history = arn
    world.service_deployments[arn] = {
        "service": (service.cluster, service.name),
        "told": {
            "serviceDeploymentArn": arn,
            "serviceArn": service.arn,
            "clusterArn": world.clusters[service.cluster]["clusterArn"],
            "createdAt": world.now(),
            "startedAt": world.now(),
            "updatedAt": world.now(),
            "status": "PENDING",
            "deploymentConfiguration": configuration,
            "deploymentCircuitBreaker": {
                "status": "MONITORING" if breaker["enable"] else "DISABLED", "failureCount": 0, "threshold": threshold(service, world)
            },
            "alarms": {
                "status": "MONITORING" if alarms.get("enable") else "DISABLED", "alarmNames": alarms.get("alarmNames", []),
                "triggeredAlarmNames": [],
            },
        },
        "sources": [(deployment_id, revision) for deployment_id, revision in sources],
        "target": deployment,
        "traffic": 0.0,
    }
    service.history.insert(0, arn)
    return world.service_deployments[arn]


def threshold(service, world):
    """Half of the desired tasks, at least 3 and at most 200 (API model, DeploymentCircuitBreaker), or what the service sets."""
    wanted = service.wanted(world)
    own = service.configuration()["deploymentCircuitBreaker"].get("thresholdConfiguration")
    if own:
        return max(1, own["value"] if own["type"] == "COUNT" else -(-wanted * own["value"] // 100))
    return min(200, max(3, -(-wanted // 2)))


def move(world, arn, status, reason=None, **members):
    """Gives a service deployment its next status."""
    told = world.service_deployments[arn]["told"]
    told |= {"status": status, "updatedAt": world.now()} | members
    if reason:
        told["statusReason"] = reason
    if status not in OPEN:
        told["finishedAt"] = world.now()
        for watch in ("deploymentCircuitBreaker", "alarms"):
            if told[watch]["status"] == "MONITORING":
                told[watch]["status"] = "MONITORING_COMPLETE"
    if status == "STOPPED":
        told["stoppedAt"] = world.now()


def is_open(world, service):
    """The service deployment that is under way, if one is."""
    return next((arn for arn in service.history if world.service_deployments[arn]["told"]["status"] in OPEN), None)


def _told(world, entry):
    service, target = world.services[entry["service"]], entry["target"]
    told = copy.deepcopy(entry["told"])
    by_revision = {deployment.revision: deployment for deployment in service.deployments}
    native = service.native()

    def summary(revision, requested, weight):
        deployment = by_revision.get(revision)
        counts = {
            "arn": revision,
            "requestedTaskCount": requested if deployment else 0,
            "runningTaskCount": len(state.running(world, deployment.tasks)) if deployment else 0,
            "pendingTaskCount": deployment.pending if deployment else 0,
        }
        return counts | ({"requestedProductionTrafficWeight": weight, "requestedTestTrafficWeight": 0.0} if native else {})

    told["targetServiceRevision"] = summary(target.revision, service.wanted(world), entry["traffic"])
    told["sourceServiceRevisions"] = [summary(revision, 0, 100.0 - entry["traffic"]) for _, revision in entry["sources"]]
    return told


def list_all(world, request):
    """ListServiceDeployments, newest first; `createdAt` takes seconds since the epoch on the wire."""
    cluster = clusters.find(world, request)["clusterName"]
    service = world.services.get((cluster, request["service"].rsplit("/", 1)[-1]))
    if service is None:
        raise Refused("ServiceNotFoundException", "Service not found.")
    created, wanted = request.get("createdAt", {}), request.get("status", [])
    briefs = []
    for arn in service.history:
        told = world.service_deployments[arn]["told"]
        within = created.get("after", 0) <= told["createdAt"] <= created.get("before", float("inf"))
        if not within or (wanted and told["status"] not in wanted):
            continue
        names = ("serviceDeploymentArn", "serviceArn", "clusterArn", "createdAt", "startedAt", "finishedAt", "status", "statusReason")
        brief = {name: told[name] for name in names if name in told}
        briefs.append(brief | {"targetServiceRevisionArn": world.service_deployments[arn]["target"].revision})
    return page(request, briefs, "serviceDeployments", 20, 100)


def describe(world, request, tick):
    """DescribeServiceDeployments: a poll of each service that is named."""
    arns = request["serviceDeploymentArns"]
    if not 1 <= len(arns) <= 20:
        raise invalid("serviceDeploymentArns must hold 1 to 20 items.")
    known = [world.service_deployments[arn] for arn in arns if arn in world.service_deployments]
    for key in dict.fromkeys(entry["service"] for entry in known):
        tick(world, world.services[key])
    failures = [{"arn": arn, "reason": "MISSING"} for arn in arns if arn not in world.service_deployments]
    return {"serviceDeployments": [_told(world, entry) for entry in known], "failures": failures}


def describe_revisions(world, request):
    """DescribeServiceRevisions."""
    arns = request["serviceRevisionArns"]
    if not 1 <= len(arns) <= 20:
        raise invalid("serviceRevisionArns must hold 1 to 20 items.")
    found = [copy.deepcopy(world.revisions[arn]) for arn in arns if arn in world.revisions]
    return {"serviceRevisions": found, "failures": [{"arn": arn, "reason": "MISSING"} for arn in arns if arn not in world.revisions]}
