"""Deployments, one step a poll. A poll is a GetDeployment or a BatchGetDeployments that names the deployment."""

import copy
import hashlib

from ..ecs import definitions, services, state, task_sets
from ..ecs.scripts import script
from ..errors import Refused
from . import appspec, groups

OPEN = ("Created", "Queued", "InProgress", "Baking", "Ready")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def _deployment(world, deployment_id):
    found = world.deployments.get(deployment_id)
    if found is None:
        raise Refused("DeploymentDoesNotExistException", f"The deployment {deployment_id} could not be found")
    return found


def create(world, request):
    """CreateDeployment. One at a time in a group."""
    group = groups.group(world, request)
    if "revision" not in request:
        raise Refused("RevisionRequiredException", "Revision is required")
    spec = appspec.read(request["revision"])
    active = next((d for d in world.deployments.values() if d["group"] is group and d["told"]["status"] in OPEN), None)
    if active:
        name, other = group["told"]["deploymentGroupName"], active["told"]["deploymentId"]
        raise Refused("DeploymentLimitExceededException", f"The Deployment Group '{name}' already has an active Deployment '{other}'")
    where = group["told"]["ecsServices"][0]
    service = world.services.get((where["clusterName"], where["serviceName"]))
    if service is None or service.controller != "CODE_DEPLOY":
        raise Refused("InvalidECSServiceException", "The ECS service does not exist, or is not under the CODE_DEPLOY controller")
    told = script(service.scripts.pop(0) if service.scripts else {})
    return {"deploymentId": _begin(world, group, service, request, spec, told, "user")}


def _begin(world, group, service, request, spec, told, creator):
    content, digest, wanted, balancer = spec
    number = world.number("codedeploy")
    letters = hashlib.sha256(f"d/{number}".encode()).digest()
    deployment_id = "d-" + "".join(ALPHABET[byte % 36] for byte in letters[:9])
    named = group["told"]
    last = named.get("lastSuccessfulDeployment")
    world.deployments[deployment_id] = {
        "group": group,
        "service": service,
        "script": told,
        "polls": 0,
        "phase": 0,
        "blue": None,
        "green": None,
        "wanted": wanted,
        "balancer": balancer,
        "told": {
            "applicationName": named["applicationName"],
            "deploymentGroupName": named["deploymentGroupName"],
            "deploymentConfigName": request.get("deploymentConfigName", named["deploymentConfigName"]),
            "deploymentId": deployment_id,
            "revision": groups.location(group["form"], digest),
            "status": "Created",
            "createTime": world.now(),
            "deploymentOverview": {"Pending": 0, "InProgress": 0, "Succeeded": 0, "Failed": 0, "Skipped": 0, "Ready": 0},
            "creator": creator,
            "ignoreApplicationStopFailures": False,
            "updateOutdatedInstancesOnly": False,
            "autoRollbackConfiguration": request.get("autoRollbackConfiguration", named["autoRollbackConfiguration"]),
            "deploymentStyle": named["deploymentStyle"],
            "instanceTerminationWaitTimeStarted": False,
            "blueGreenDeploymentConfiguration": copy.deepcopy(named["blueGreenDeploymentConfiguration"]),
            "loadBalancerInfo": named["loadBalancerInfo"],
            "fileExistsBehavior": "DISALLOW",
            "computePlatform": "ECS",
        }
        | ({"description": request["description"]} if "description" in request else {})
        | ({"previousRevision": world.deployments[last["deploymentId"]]["told"]["revision"]} if last else {}),
    }
    world.app_revisions.setdefault(named["applicationName"], {})[digest] = {
        "content": content, "form": group["form"], "registerTime": world.now(), "groups": [named["deploymentGroupName"]],
    }
    named["lastAttemptedDeployment"] = {"deploymentId": deployment_id, "status": "Created", "createTime": world.now()}
    named["targetRevision"] = groups.location(group["form"], digest)
    return deployment_id


def succeed_at_once(world, application, group_name, content):
    """A deployment of the past, for the seed: the group's last successful one."""
    group = world.applications[application]["groups"][group_name]
    where = group["told"]["ecsServices"][0]
    service = world.services[where["clusterName"], where["serviceName"]]
    spec = appspec.read({"revisionType": "AppSpecContent", "appSpecContent": {"content": content}})
    deployment_id = _begin(world, group, service, {}, spec, script({}), "user")
    _end(world, world.deployments[deployment_id], "Succeeded")
    return deployment_id


def _end(world, deployment, status, code=None, message=None):
    told = deployment["told"]
    told |= {"status": status, "completeTime": world.now()}
    told["deploymentOverview"] |= {"InProgress": 0, "Succeeded": int(status == "Succeeded"), "Failed": int(status == "Failed")}
    if code:
        told["errorInformation"] = {"code": code, "message": message}
    ended = {"deploymentId": told["deploymentId"], "status": status, "createTime": told["createTime"], "endTime": world.now()}
    named = deployment["group"]["told"]
    named["lastAttemptedDeployment"] = ended
    if status == "Succeeded":
        named["lastSuccessfulDeployment"] = ended


def tick(world, deployment):
    """One poll: Created, replacement task set, Ready or the shift, the wait, Succeeded."""
    told = deployment["told"]
    if told["status"] not in OPEN:
        return
    deployment["polls"] += 1
    (_install, _grow, _ready, _shift, _bake)[deployment["phase"]](world, deployment)


def _install(world, deployment):
    service, told = deployment["service"], deployment["told"]
    told |= {"status": "InProgress", "startTime": world.now()}
    told["deploymentOverview"]["InProgress"] = 1
    blue = next(task_set for task_set in service.task_sets if task_set["status"] == "PRIMARY")
    deployment["blue"] = blue
    try:
        definition = definitions.usable(world, deployment["wanted"])
        names = {part["name"] for part in definition["containerDefinitions"]}
        if deployment["balancer"].get("containername") not in names:
            raise Refused("", f"The container {deployment['balancer'].get('containername')} does not exist in the task definition.")
        services.fits(world, service, definition, blue["settings"])
    except Refused as error:
        _fail(world, deployment, "INVALID_ECS_SERVICE", error.message)
        return
    green = task_sets.make(world, service, definition["taskDefinitionArn"], blue["settings"], "CODE_DEPLOY", deployment["script"])
    green["told"]["externalId"] = told["deploymentId"]
    deployment |= {"green": green, "phase": 1}


def _grow(world, deployment):
    service, green, told = deployment["service"], deployment["green"], deployment["script"]
    if not green["steady"]:
        task_sets.step(world, service, green, state.computed(service, green))
    if told["outcome"] == "fails" and green["failed"] >= told["polls"] and told["during"] is None and not told["ignoreBreaker"]:
        why = told["message"] or "The ECS service cannot start the replacement task set."
        _fail(world, deployment, told["errorCode"] or "TIMEOUT", why)
    elif told["outcome"] == "hook-fails" and green["steady"]:
        _fail(world, deployment, "HOOK_EXECUTION_FAILURE", "The lifecycle hook failed.")
    elif green["steady"]:
        wait = deployment["told"]["blueGreenDeploymentConfiguration"]["deploymentReadyOption"]
        stop = wait.get("actionOnTimeout") == "STOP_DEPLOYMENT"
        deployment["phase"] = 2 if stop else 3
        if stop:
            deployment["told"]["status"] = "Ready"


def _ready(_world, _deployment):
    """Waits for ContinueDeployment."""


def _shift(world, deployment):
    service = deployment["service"]
    task_sets.make_primary(world, service, deployment["green"])
    deployment["told"] |= {"status": "InProgress", "instanceTerminationWaitTimeStarted": True}
    deployment |= {"phase": 4, "polls": 0}


def _bake(world, deployment):
    told = deployment["script"]
    if told["outcome"] == "alarm" and deployment["polls"] >= told["after"]:
        world.alarm(told["alarm"])
        _fail(world, deployment, "ALARM_ACTIVE", f"The deployment was stopped because of alarm {told['alarm']}.")
        return
    if deployment["polls"] >= told["bake"]:
        task_sets.drop(world, deployment["service"], deployment["blue"])
        _end(world, deployment, "Succeeded")


def _fail(world, deployment, code, message, status="Failed", asked=False):
    """Ends a deployment; where a roll-back is configured or asked for, traffic goes back and a deployment of its own tells so."""
    told = deployment["told"]
    _end(world, deployment, status, code, message)
    configured = told["autoRollbackConfiguration"]
    event = {"ALARM_ACTIVE": "DEPLOYMENT_STOP_ON_ALARM", "MANUAL_STOP": "DEPLOYMENT_STOP_ON_REQUEST"}.get(code, "DEPLOYMENT_FAILURE")
    back = asked or (configured.get("enabled") and event in configured.get("events", []))
    if not back or deployment["blue"] is None:
        return
    service, group = deployment["service"], deployment["group"]
    task_sets.make_primary(world, service, deployment["blue"])
    if deployment["green"]:
        task_sets.drop(world, service, deployment["green"])
    last = group["told"].get("lastSuccessfulDeployment")
    if last is None:
        told["rollbackInfo"] = {"rollbackMessage": "There is no previous successful deployment to roll back to."}
        return
    digest = _digest(world, last)
    known = world.app_revisions[told["applicationName"]][digest]
    spec = (known["content"], digest, deployment["blue"]["told"]["taskDefinition"], deployment["balancer"])
    back_id = _begin(world, group, service, {}, spec, script({}), "codeDeployRollback")
    told["rollbackInfo"] = {"rollbackDeploymentId": back_id, "rollbackMessage": f"Deployment {back_id} was created to roll back."}
    returned = world.deployments[back_id]
    returned["told"]["rollbackInfo"] = {"rollbackTriggeringDeploymentId": told["deploymentId"]}
    returned |= {"phase": 4, "blue": deployment["green"] or deployment["blue"], "green": deployment["blue"]}
    returned["told"]["status"] = "InProgress"
    _end(world, returned, "Succeeded")


def _digest(world, last):
    revision = world.deployments[last["deploymentId"]]["told"]["revision"]
    return revision.get("appSpecContent", revision.get("string"))["sha256"]


def stop(world, request):
    """StopDeployment, with `autoRollbackEnabled` as it says."""
    deployment = _deployment(world, request["deploymentId"])
    if deployment["told"]["status"] not in OPEN:
        raise Refused("DeploymentAlreadyCompletedException", f"The deployment {request['deploymentId']} is already completed")
    asked = request.get("autoRollbackEnabled", False)
    if not asked and deployment["green"] and deployment["green"]["status"] != "PRIMARY":
        task_sets.drop(world, deployment["service"], deployment["green"])
    _fail(world, deployment, "MANUAL_STOP", "The deployment was stopped by a user.", "Stopped", asked)
    return {"status": "Succeeded", "statusMessage": "Deployment stopped"}


def proceed(world, request):
    """ContinueDeployment: from Ready to the shift, or past the termination wait."""
    deployment = _deployment(world, request["deploymentId"])
    kind = request.get("deploymentWaitType", "READY_WAIT")
    if kind == "READY_WAIT" and deployment["told"]["status"] != "Ready":
        raise Refused("DeploymentIsNotInReadyStateException", "The deployment is not in the Ready state")
    if kind == "READY_WAIT":
        deployment["phase"] = 3
        deployment["told"]["status"] = "InProgress"
    elif deployment["phase"] == 4:
        deployment["polls"] = deployment["script"]["bake"]
    return {}


def get(world, request):
    """GetDeployment: a poll."""
    deployment = _deployment(world, request["deploymentId"])
    tick(world, deployment)
    return {"deploymentInfo": copy.deepcopy(deployment["told"])}


def batch_get(world, request):
    """BatchGetDeployments: a poll of each."""
    found = [world.deployments[name] for name in request["deploymentIds"] if name in world.deployments]
    for deployment in found:
        tick(world, deployment)
    return {"deploymentsInfo": [copy.deepcopy(deployment["told"]) for deployment in found]}


def list_all(world, request):
    """ListDeployments, newest first."""
    if "deploymentGroupName" in request and "applicationName" not in request:
        raise Refused("ApplicationNameRequiredException", "Application name is missing")
    if "deploymentGroupName" in request:
        groups.group(world, request)
    wanted, times = request.get("includeOnlyStatuses", []), request.get("createTimeRange", {})
    found = [
        deployment_id
        for deployment_id, deployment in reversed(world.deployments.items())
        if request.get("applicationName") in (None, deployment["told"]["applicationName"])
        and request.get("deploymentGroupName") in (None, deployment["told"]["deploymentGroupName"])
        and (not wanted or deployment["told"]["status"] in wanted)
        and times.get("start", 0) <= deployment["told"]["createTime"] <= times.get("end", float("inf"))
    ]
    return {"deployments": found}
