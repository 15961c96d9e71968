"""AWS CodeDeploy for Amazon ECS: applications, groups, and deployments that move task sets."""

import copy

from . import deployments, groups

OPERATIONS = {
    "BatchGetDeploymentGroups": groups.batch,
    "BatchGetDeployments": deployments.batch_get,
    "ContinueDeployment": deployments.proceed,
    "CreateDeployment": deployments.create,
    "GetApplication": lambda world, request: {"application": groups.application(world, request)["told"]},
    "GetApplicationRevision": groups.revision,
    "GetDeployment": deployments.get,
    "GetDeploymentGroup": lambda world, request: {"deploymentGroupInfo": copy.deepcopy(groups.group(world, request)["told"])},
    "ListApplications": lambda world, _request: {"applications": sorted(world.applications)},
    "ListDeploymentGroups": lambda world, request: {
        "applicationName": request["applicationName"], "deploymentGroups": sorted(groups.application(world, request)["groups"])
    },
    "ListDeployments": deployments.list_all,
    "StopDeployment": deployments.stop,
}
