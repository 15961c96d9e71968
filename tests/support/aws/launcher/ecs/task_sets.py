"""Task sets: of services under EXTERNAL, where clients make them, and under CODE_DEPLOY, where CodeDeploy does."""

import copy

from ..errors import Refused, invalid
from . import definitions, rules, services, state, tasks
from .scripts import script

COPIED = ("networkConfiguration", "loadBalancers", "serviceRegistries", "launchType", "capacityProviderStrategy", "platformVersion")


def make(world, service, definition, settings, started_by, told, status="ACTIVE"):
    """A task set; `settings` are its own, for nothing is inherited from the service (API model, CreateTaskSetRequest)."""
    number = f"ecs-svc/{2000000000000000000 + world.number('task-set')}"
    task_set = {
        "told": {
            "id": number,
            "taskSetArn": world.arn("ecs", f"task-set/{service.cluster}/{service.name}/{number}"),
            "serviceArn": service.arn,
            "clusterArn": world.clusters[service.cluster]["clusterArn"],
            "startedBy": started_by,
            "taskDefinition": definition,
            "createdAt": world.now(),
            "updatedAt": world.now(),
            "stabilityStatusAt": world.now(),
            "scale": {"unit": "PERCENT", "value": 100.0},
            "loadBalancers": [],
            "serviceRegistries": [],
        }
        | {name: copy.deepcopy(settings[name]) for name in (*COPIED, "scale", "externalId") if name in settings},
        "settings": settings,
        "status": status,
        "steady": False,
        "script": told,
        "polls": 0,
        "failed": 0,
        "pending": 0,
        "tasks": [],
        "tags": copy.deepcopy(settings.get("tags", [])),
    }
    service.task_sets.append(task_set)
    return task_set


def first(world, service, started_by="CODE_DEPLOY"):
    """The steady PRIMARY task set that a service begins with."""
    settings = {name: service.settings[name] for name in COPIED if name in service.settings}
    task_set = make(world, service, service.definition, settings, started_by, script({}), "PRIMARY")
    settle(world, service, task_set)
    return task_set


def settle(world, service, task_set):
    """Brings a task set to its count at once."""
    scale(world, service, task_set, state.computed(service, task_set))
    task_set |= {"steady": True, "pending": 0}
    task_set["told"]["stabilityStatusAt"] = world.now()


def scale(world, service, task_set, number):
    """Starts or stops tasks of a task set."""
    present = state.running(world, task_set["tasks"])
    definition = state.definition_of(world, task_set["told"]["taskDefinition"])
    for _ in range(number - len(present)):
        task_set["tasks"].append(tasks.launch(world, service, definition, task_set["told"]["id"], task_set["settings"]))
    for arn in present[number:] if number < len(present) else []:
        tasks.scale_in(world, arn, task_set["told"]["id"])


def tick(world, service):
    """One poll: each task set that is not steady goes on as its script says; what drains is gone.

    A task set that CodeDeploy is bringing up goes on with the polls of its deployment instead.
    """
    service.task_sets = [task_set for task_set in service.task_sets if task_set["status"] != "DRAINING"]
    for task_set in service.task_sets:
        wanted = state.computed(service, task_set)
        if task_set["steady"] and len(state.running(world, task_set["tasks"])) == wanted:
            after(world, service, task_set)
        elif service.controller == "EXTERNAL":
            task_set["steady"] = False
            step(world, service, task_set, wanted)
        elif task_set["steady"]:
            settle(world, service, task_set)


def step(world, service, task_set, wanted):
    """One poll of a task set on its way."""
    task_set["polls"] += 1
    told, polls = task_set["script"], task_set["polls"]
    if told["outcome"] == "fails":
        definition = state.definition_of(world, task_set["told"]["taskDefinition"])
        arn = tasks.launch(world, service, definition, task_set["told"]["id"], task_set["settings"])
        task_set["tasks"].append(arn)
        tasks.stop(world, arn, told["stop"], told["container"])
        task_set["failed"] += 1
        return
    if told["outcome"] in ("stuck", "misfit"):
        task_set["pending"] = wanted
        return
    every = told["every"] if told["outcome"] == "slow" else None
    number = polls // max(1, every) if every else wanted * polls // max(1, told["polls"])
    number = min(wanted, number)
    scale(world, service, task_set, number)
    task_set["pending"] = wanted - number
    if number == wanted and (every or polls >= told["polls"]):
        settle(world, service, task_set)


def after(world, service, task_set):
    """What happens to a task set that was steady: with the script `dies`, one task a poll ends and is replaced."""
    told = task_set["script"]
    if told["outcome"] != "dies":
        return
    task_set["settled"] = task_set.get("settled", 0) + 1
    limit = told["count"] or state.computed(service, task_set)
    if task_set["settled"] < told["after"] or task_set["failed"] >= limit:
        return
    task_set["failed"] += 1
    tasks.stop(world, state.running(world, task_set["tasks"])[0], told["stop"], told["container"])
    definition = state.definition_of(world, task_set["told"]["taskDefinition"])
    task_set["tasks"].append(tasks.launch(world, service, definition, task_set["told"]["id"], task_set["settings"]))


def drop(world, service, task_set):
    """DRAINING, and gone with the next poll."""
    task_set["status"] = "DRAINING"
    scale(world, service, task_set, 0)


def _service(world, request):
    service = services.find(world, request)
    if service.controller == "ECS":
        raise invalid("The service must use a deployment controller of type EXTERNAL or CODE_DEPLOY.")
    return service


def _of(service, name):
    found = next((s for s in service.task_sets if name in (s["told"]["id"], s["told"]["taskSetArn"])), None)
    if found is None:
        raise Refused("TaskSetNotFoundException", "The specified task set wasn't found.")
    return found


def _external(service):
    if service.controller != "EXTERNAL":
        raise invalid("The service must use a deployment controller of type EXTERNAL.")


def create(world, request):
    """CreateTaskSet, of a service under EXTERNAL. A client token that was used before gives its task set again."""
    service = _service(world, request)
    _external(service)
    token = request.get("clientToken")
    known = next((s for s in service.task_sets if token and s.get("token") == token), None)
    if known:
        return {"taskSet": state.told_task_set(world, service, known)}
    definition = definitions.usable(world, request["taskDefinition"])
    if len(token or "") > 36:
        raise invalid("clientToken must be at most 36 characters long.")
    if len([s for s in service.task_sets if s["status"] != "DRAINING"]) >= 5:
        raise Refused("LimitExceededException", "The number of task sets of a service is limited to 5.")
    rules.check_tags(request.get("tags"))
    if not {"launchType", "capacityProviderStrategy"} & set(request):
        request = request | {"launchType": "EC2"}
    services.fits(world, service, definition, request)
    told = script(service.scripts.pop(0) if service.scripts else {})
    task_set = make(world, service, definition["taskDefinitionArn"], request, f"arn:aws:iam::{world.account}:user/test", told)
    task_set["token"] = token
    return {"taskSet": state.told_task_set(world, service, task_set)}


def describe(world, request):
    """DescribeTaskSets: a poll of the service."""
    service = services.find(world, request, active=False)
    services.tick(world, service)
    asked = request.get("taskSets")
    found, failures = [], []
    for task_set in service.task_sets:
        if asked is None or {task_set["told"]["id"], task_set["told"]["taskSetArn"]} & set(asked):
            told = state.told_task_set(world, service, task_set)
            found.append(told | ({"tags": task_set["tags"]} if "TAGS" in request.get("include", []) else {}))
    known = {name for s in service.task_sets for name in (s["told"]["id"], s["told"]["taskSetArn"])}
    failures = [{"arn": name, "reason": "MISSING"} for name in asked or [] if name not in known]
    return {"taskSets": found, "failures": failures}


def update(world, request):
    """UpdateTaskSet: the scale alone."""
    service = _service(world, request)
    _external(service)
    task_set = _of(service, request["taskSet"])
    value = request["scale"].get("value", 100.0)
    if not 0 <= value <= 100:
        raise invalid("The scale of a task set is a percentage between 0 and 100.")
    task_set["told"]["scale"] = {"unit": "PERCENT", "value": float(value)}
    task_set |= {"steady": False, "polls": 0}
    return {"taskSet": state.told_task_set(world, service, task_set)}


def primary(world, request):
    """UpdateServicePrimaryTaskSet."""
    service = _service(world, request)
    _external(service)
    task_set = _of(service, request["primaryTaskSet"])
    if task_set["status"] == "DRAINING":
        raise invalid("A task set that is DRAINING cannot become primary.")
    make_primary(world, service, task_set)
    return {"taskSet": state.told_task_set(world, service, task_set)}


def make_primary(world, service, task_set):
    """Makes a task set PRIMARY, and the one that was ACTIVE."""
    for other in service.task_sets:
        if other["status"] == "PRIMARY":
            other["status"] = "ACTIVE"
    task_set["status"] = "PRIMARY"
    task_set["told"]["updatedAt"] = world.now()


def delete(world, request):
    """DeleteTaskSet: without `force` only what is scaled to zero; never the primary one."""
    service = _service(world, request)
    _external(service)
    task_set = _of(service, request["taskSet"])
    if task_set["status"] == "PRIMARY":
        raise invalid("The primary task set cannot be deleted.")
    if not request.get("force") and state.running(world, task_set["tasks"]):
        raise invalid("The task set must be scaled down to zero before it can be deleted. Use force to delete it as it is.")
    drop(world, service, task_set)
    return {"taskSet": state.told_task_set(world, service, task_set)}

