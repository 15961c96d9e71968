"""Tasks: how they start and end, and how clients find them."""

import copy

from ..errors import invalid
from . import clusters
from .pages import page
from .scripts import ending


def launch(world, service, definition, started_by, settings, status="RUNNING"):
    """A new task of a service."""
    task_id = world.hex_id("task")
    arn = world.arn("ecs", f"task/{service.cluster}/{task_id}")
    launch_type = service.launch_type(world, settings)
    healths = {c["name"]: "HEALTHY" if "healthCheck" in c else "UNKNOWN" for c in definition["containerDefinitions"]}
    task = {
        "taskArn": arn,
        "taskDefinitionArn": definition["taskDefinitionArn"],
        "clusterArn": world.clusters[service.cluster]["clusterArn"],
        "group": f"service:{service.name}",
        "startedBy": started_by,
        "launchType": launch_type,
        "lastStatus": status,
        "desiredStatus": "RUNNING",
        "healthStatus": "HEALTHY" if "HEALTHY" in healths.values() else "UNKNOWN",
        "createdAt": world.now(),
        "startedAt": world.now(),
        "cpu": definition.get("cpu", "0"),
        "memory": definition.get("memory", "0"),
        "enableExecuteCommand": service.settings.get("enableExecuteCommand", False),
        "overrides": {"containerOverrides": [{"name": c["name"]} for c in definition["containerDefinitions"]]},
        "attachments": [],
        "version": 1,
        "tags": _tags(world, service, definition),
        "containers": [_container(world, service, arn, c, status, healths) for c in definition["containerDefinitions"]],
    }
    if launch_type == "FARGATE":
        task |= {"platformVersion": "1.4.0", "platformFamily": "Linux"}
    else:
        instances = clusters.of_cluster(world, service.cluster)
        if instances:
            task["containerInstanceArn"] = instances[world.number("placement") % len(instances)]["told"]["containerInstanceArn"]
    world.tasks[arn] = task
    return arn


def _tags(world, service, definition):
    if service.settings.get("propagateTags") == "SERVICE":
        return copy.deepcopy(service.tags)
    if service.settings.get("propagateTags") == "TASK_DEFINITION":
        revisions = world.families[definition["family"]]
        return copy.deepcopy(revisions[definition["revision"] - 1]["tags"])
    return []


def _container(world, service, task_arn, container, status, healths):
    return {
        "containerArn": world.arn("ecs", f"container/{service.cluster}/{task_arn.rsplit('/', 1)[1]}/{world.hex_id('container')}"),
        "taskArn": task_arn,
        "name": container["name"],
        "image": container["image"],
        "imageDigest": service.running.get(container["name"]) or world.digest_of(container["image"]),
        "runtimeId": world.hex_id("runtime"),
        "lastStatus": status,
        "networkBindings": [],
        "networkInterfaces": [],
        "healthStatus": healths[container["name"]],
        "cpu": str(container.get("cpu", 0)),
    }


def stop(world, arn, how, container=None):
    """Ends a task as `how` tells (see `scripts`): one container is to blame, the others go with it."""
    task, how = world.tasks[arn], ending(how)
    names = [c["name"] for c in task["containers"]]
    blamed = container if container in names else names[0]
    task |= {
        "lastStatus": "STOPPED", "desiredStatus": "STOPPED", "stopCode": how["stopCode"], "stoppingAt": world.now(),
        "stoppedAt": world.now(), "executionStoppedAt": world.now(), "version": task["version"] + 1,
    }
    image = next(c["image"] for c in task["containers"] if c["name"] == blamed)
    task["stoppedReason"] = how["stoppedReason"].replace("{image}", image)
    started = how["stopCode"] != "TaskFailedToStart"
    for part in task["containers"]:
        part |= {"lastStatus": "STOPPED", "healthStatus": "UNKNOWN"}
        if part["name"] == blamed:
            part |= {name: how[name] for name in ("exitCode", "reason") if name in how}
        elif started:
            part["exitCode"] = 143
        if not started:
            part.pop("runtimeId", None)
    if not started:
        task.pop("startedAt", None)
        if "CannotPull" in task["stoppedReason"]:
            next(c for c in task["containers"] if c["name"] == blamed).pop("imageDigest", None)
    write_logs(world, task, blamed, how.get("logs", []))


def scale_in(world, arn, deployment):
    """Ends a task because the scheduler wants fewer of its deployment."""
    stop(world, arn, {"stopCode": "ServiceSchedulerInitiated", "stoppedReason": f"Scaling activity initiated by (deployment {deployment})"})
    for part in world.tasks[arn]["containers"]:
        part["exitCode"] = 0


def write_logs(world, task, container, lines):
    """Appends what a container printed to its log stream, where its group exists."""
    definition = _definition_of(world, task)
    found = next((c for c in definition["containerDefinitions"] if c["name"] == container), {})
    logs = found.get("logConfiguration", {})
    if logs.get("logDriver") != "awslogs":
        return
    options = logs.get("options", {})
    group = world.log_groups.get(options.get("awslogs-group"))
    if group is not None and lines:
        task_id = task["taskArn"].rsplit("/", 1)[1]
        stream = f"{options.get('awslogs-stream-prefix', '')}/{container}/{task_id}".lstrip("/")
        events = group["streams"].setdefault(stream, [])
        events += [{"timestamp": int(world.now() * 1000) + index, "message": line} for index, line in enumerate(lines)]


def _definition_of(world, task):
    family, number = task["taskDefinitionArn"].rsplit("/", 1)[1].split(":")
    return world.families[family][int(number) - 1]["definition"]


def list_all(world, request):
    """ListTasks: by default those that are to run; PENDING never gives any (API model, ListTasksRequest.desiredStatus)."""
    cluster = clusters.find(world, request)
    if "startedBy" in request and {"serviceName", "family", "containerInstance"} & set(request):
        raise invalid("startedBy must be the only filter.")
    status = request.get("desiredStatus", "RUNNING")
    service = request.get("serviceName", "").rsplit("/", 1)[-1]
    if service and (cluster["clusterName"], service) not in world.services:
        raise clusters.Refused("ServiceNotFoundException", "Service not found.")
    arns = []
    for arn, task in world.tasks.items():
        family = task["taskDefinitionArn"].rsplit("/", 1)[1].split(":")[0]
        if (
            task["clusterArn"] == cluster["clusterArn"]
            and task["desiredStatus"] == status
            and (not service or task["group"] == f"service:{service}")
            and request.get("startedBy") in (None, task["startedBy"])
            and request.get("family") in (None, family)
            and request.get("launchType") in (None, task["launchType"])
            and request.get("containerInstance", "").rsplit("/", 1)[-1] in ("", task.get("containerInstanceArn", "").rsplit("/", 1)[-1])
        ):
            arns.append(arn)
    return page(request, arns, "taskArns", 100, 100)


def describe(world, request):
    """DescribeTasks, of one cluster."""
    cluster = clusters.find(world, request)
    if len(request["tasks"]) > 100:
        raise invalid("Tasks cannot be more than 100.")
    if not request["tasks"]:
        raise invalid("Tasks cannot be empty.")
    found, failures = [], []
    for asked in request["tasks"]:
        arn = asked if asked.startswith("arn:") else world.arn("ecs", f"task/{cluster['clusterName']}/{asked}")
        task = world.tasks.get(arn)
        if task is None or task["clusterArn"] != cluster["clusterArn"]:
            failures.append({"arn": arn, "reason": "MISSING"})
            continue
        told = copy.deepcopy(task)
        if "TAGS" not in request.get("include", []):
            told.pop("tags")
        found.append(told)
    return {"tasks": found, "failures": failures}
