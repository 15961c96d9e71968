"""Applications, deployment groups, and the AppSpecs that were deployed."""

import copy
import hashlib

from ..errors import Refused


def add_group(world, application, name, given):
    """An application and a deployment group of one service, for the seed."""
    world.applications.setdefault(
        application,
        {
            "told": {
                "applicationId": world.hex_id("application"), "applicationName": application, "createTime": world.now(),
                "linkedToGitHub": False, "computePlatform": given.get("computePlatform", "ECS"),
            },
            "groups": {},
        },
    )["groups"][name] = {
        "form": given.get("revisionForm", "appSpecContent"),
        "told": {
            "applicationName": application,
            "deploymentGroupId": world.hex_id("deployment-group"),
            "deploymentGroupName": name,
            "deploymentConfigName": given.get("deploymentConfigName", "CodeDeployDefault.ECSAllAtOnce"),
            "serviceRoleArn": f"arn:aws:iam::{world.account}:role/codedeploy",
            "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
            "blueGreenDeploymentConfiguration": {
                "terminateBlueInstancesOnDeploymentSuccess": {
                    "action": "TERMINATE", "terminationWaitTimeInMinutes": given.get("terminationWait", 5)
                },
                "deploymentReadyOption": given.get("ready", {"actionOnTimeout": "CONTINUE_DEPLOYMENT", "waitTimeInMinutes": 0}),
            },
            "autoRollbackConfiguration": given.get("autoRollback", {"enabled": False, "events": []}),
            "alarmConfiguration": given.get("alarmConfiguration", {"enabled": False, "alarms": []}),
            "triggerConfigurations": [],
            "loadBalancerInfo": {
                "targetGroupPairInfoList": [
                    {"targetGroups": [{"name": "blue"}, {"name": "green"}], "prodTrafficRoute": {"listenerArns": []}}
                ]
            },
            "computePlatform": given.get("computePlatform", "ECS"),
            "ecsServices": [{"serviceName": given["service"], "clusterName": given["cluster"]}],
        },
    }


def application(world, request):
    """The application that a request names."""
    found = world.applications.get(request["applicationName"])
    if found is None:
        raise Refused("ApplicationDoesNotExistException", f"No application found for name: {request['applicationName']}")
    return found


def group(world, request):
    """The deployment group that a request names."""
    name = request.get("deploymentGroupName")
    if not name:
        raise Refused("DeploymentGroupNameRequiredException", "Deployment Group name is missing")
    found = application(world, request)["groups"].get(name)
    if found is None:
        raise Refused("DeploymentGroupDoesNotExistException", f"No Deployment Group found for name: {name}")
    return found


def location(form, digest, content=None):
    """Where a revision is. GetDeployment gives its digest, GetApplicationRevision its content too: hooks rely on that."""
    kind = "AppSpecContent" if form == "appSpecContent" else "String"
    return {"revisionType": kind, form: ({"content": content} if content is not None else {}) | {"sha256": digest}}


def revision(world, request):
    """GetApplicationRevision: the content of an AppSpec, by its digest."""
    application(world, request)
    asked = request["revision"]
    given = asked.get("appSpecContent", asked.get("string", {}))
    digest = given.get("sha256") or hashlib.sha256(given.get("content", "").encode()).hexdigest()
    known = world.app_revisions.get(request["applicationName"], {}).get(digest)
    if known is None:
        raise Refused("RevisionDoesNotExistException", f"No revision found for application {request['applicationName']}")
    info = {"deploymentGroups": known["groups"], "registerTime": known["registerTime"], "firstUsedTime": known["registerTime"]}
    told = location(known["form"], digest, known["content"])
    return {"applicationName": request["applicationName"], "revision": told, "revisionInfo": info}


def batch(world, request):
    """BatchGetDeploymentGroups."""
    known = application(world, request)["groups"]
    found = [copy.deepcopy(known[name]["told"]) for name in request["deploymentGroupNames"] if name in known]
    return {"deploymentGroupsInfo": found}
