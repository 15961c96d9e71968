"""Task definitions: registered, described, listed, deregistered."""

import copy
import json

from ..errors import client, invalid
from . import attributes, rules, targets
from .pages import page

DEFAULTS = {"portMappings": [], "environment": [], "mountPoints": [], "volumesFrom": [], "systemControls": []}
# The names of the request, without which nothing is known to be a member (API model, RegisterTaskDefinitionRequest).
UNIT = {"cpu": "vCPU", "memory": "GB"}


def register(world, request, registered_at=None):
    """RegisterTaskDefinition. Members that nobody knows are kept, as they would be by a service that is newer than its model."""
    rules.check(request)
    listed = request.get("requiresCompatibilities", [])
    misfits = {target: targets.misfit(request, target) for target in targets.ALL}
    for target in listed:
        if misfits[target]:
            raise client(misfits[target])
    if not listed and misfits["EC2"]:
        raise client(misfits["EC2"])
    revisions = world.families.setdefault(request["family"], [])
    number = len(revisions) + 1
    definition = {"taskDefinitionArn": world.arn("ecs", f"task-definition/{request['family']}:{number}")}
    definition |= filled({name: member for name, member in request.items() if name != "tags"})
    definition |= {
        "revision": number,
        "status": "ACTIVE",
        "requiresAttributes": attributes.required(request),
        "compatibilities": [target for target in targets.ALL if not misfits[target]],
        "registeredAt": world.now() if registered_at is None else float(registered_at),
        "registeredBy": f"arn:aws:iam::{world.account}:user/test",
    }
    tags = copy.deepcopy(request.get("tags", []))
    revisions.append({"definition": definition, "tags": tags})
    return {"taskDefinition": copy.deepcopy(definition)} | ({"tags": tags} if tags else {})


def filled(request):
    """What Describe fills in: empty lists, a cpu of 0, host ports, `essential`, FireLens's user (reported by users of the API)."""
    request = json.loads(json.dumps(request))
    for name, unit in UNIT.items():
        if name in request:
            request[name] = str(rules.amount(request[name], unit))
    for name in ("volumes", "placementConstraints"):
        request.setdefault(name, [])
    for volume in request["volumes"]:
        if not any(kind in volume for kind in (*rules.VOLUME_KINDS, "configuredAtLaunch")):
            volume["host"] = {}
    for container in request["containerDefinitions"]:
        container.setdefault("cpu", 0)
        container.setdefault("essential", True)
        for name, empty in DEFAULTS.items():
            container.setdefault(name, list(empty))
        if "firelensConfiguration" in container:
            container.setdefault("user", "0")
        for port in container["portMappings"]:
            port.setdefault("protocol", "tcp")
            port.setdefault("hostPort", port.get("containerPort", 0) if request.get("networkMode") in ("awsvpc", "host") else 0)
    return request


def find(world, name, message="Unable to describe task definition."):
    """The revision that a family, family:revision or ARN names; of a bare family the latest that is ACTIVE."""
    short = name.rsplit("/", 1)[1] if name.startswith("arn:") and "/" in name else name
    family, _, number = short.partition(":")
    revisions = world.families.get(family, [])
    if name.startswith("arn:") and not name.startswith(world.arn("ecs", "task-definition/")):
        raise client(message)
    if number:
        if not number.isdecimal() or not 1 <= int(number) <= len(revisions):
            raise client(message)
        return revisions[int(number) - 1]
    active = [revision for revision in revisions if revision["definition"]["status"] == "ACTIVE"]
    if not active:
        raise client(message)
    return active[-1]


def usable(world, name):
    """The definition to start something from: an INACTIVE one is refused (API model, DeregisterTaskDefinition)."""
    definition = find(world, name, "TaskDefinition not found.")["definition"]
    if definition["status"] != "ACTIVE":
        raise client("TaskDefinition is inactive")
    return definition


def describe(world, request):
    """DescribeTaskDefinition; tags only where they are asked for."""
    revision = find(world, request["taskDefinition"])
    answer = {"taskDefinition": copy.deepcopy(revision["definition"])}
    if "TAGS" in request.get("include", []):
        answer["tags"] = copy.deepcopy(revision["tags"])
    return answer


def deregister(world, request):
    """DeregisterTaskDefinition: a family alone is refused, and what runs goes on."""
    if ":" not in request["taskDefinition"].rsplit("/", 1)[-1]:
        raise invalid("Missing revision in task definition. Specify a full ARN or family:revision.")
    definition = find(world, request["taskDefinition"], "The specified task definition does not exist.")["definition"]
    if definition["status"] != "ACTIVE":
        raise client("The specified task definition is inactive. Specify an active task definition and try again.")
    definition |= {"status": "INACTIVE", "deregisteredAt": world.now()}
    return {"taskDefinition": copy.deepcopy(definition)}


def delete(world, request):
    """DeleteTaskDefinitions: only what is INACTIVE goes on its way."""
    done, failures = [], []
    for name in request["taskDefinitions"]:
        definition = find(world, name)["definition"]
        if definition["status"] == "ACTIVE":
            reason = "The specified task definition is still in ACTIVE status. Please deregister the target and try again."
            failures.append({"arn": definition["taskDefinitionArn"], "reason": reason})
            continue
        definition |= {"status": "DELETE_IN_PROGRESS", "deleteRequestedAt": world.now()}
        done.append(copy.deepcopy(definition))
    return {"taskDefinitions": done, "failures": failures}


def list_revisions(world, request):
    """ListTaskDefinitions: `familyPrefix` is a whole family name (API model), and `sort` is by family, then revision."""
    status, family = request.get("status", "ACTIVE"), request.get("familyPrefix")
    arns = [
        revision["definition"]["taskDefinitionArn"]
        for name in sorted(world.families)
        if family in (None, name)
        for revision in world.families[name]
        if revision["definition"]["status"] == status
    ]
    if request.get("sort") == "DESC":
        arns.reverse()
    return page(request, arns, "taskDefinitionArns", 100, 100)


def list_families(world, request):
    """ListTaskDefinitionFamilies: without a status, those that have only inactive revisions too."""
    status, prefix = request.get("status", "ALL"), request.get("familyPrefix", "")
    found = []
    for name in sorted(world.families):
        active = any(revision["definition"]["status"] == "ACTIVE" for revision in world.families[name])
        if name.startswith(prefix) and status in ("ALL", "ACTIVE" if active else "INACTIVE"):
            found.append(name)
    return page(request, found, "families", 100, 100)
