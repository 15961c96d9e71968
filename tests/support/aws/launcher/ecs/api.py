"""Amazon ECS by operation."""

import copy

from ..errors import Refused
from . import clusters, definitions, express, history, native, rules, services, task_sets, tasks

OPERATIONS = {
    "ContinueServiceDeployment": native.resume,
    "CreateCapacityProvider": clusters.create_capacity_provider,
    "CreateCluster": clusters.create,
    "CreateService": services.create,
    "CreateTaskSet": task_sets.create,
    "DeleteService": services.delete,
    "DeleteTaskDefinitions": definitions.delete,
    "DeleteTaskSet": task_sets.delete,
    "DeregisterTaskDefinition": definitions.deregister,
    "DescribeCapacityProviders": clusters.describe_capacity_providers,
    "DescribeClusters": clusters.describe,
    "DescribeContainerInstances": clusters.describe_instances,
    "DescribeExpressGatewayService": express.describe,
    "DescribeServiceDeployments": lambda world, request: history.describe(world, request, services.tick),
    "DescribeServiceRevisions": history.describe_revisions,
    "DescribeServices": services.describe,
    "DescribeTaskDefinition": definitions.describe,
    "DescribeTaskSets": task_sets.describe,
    "DescribeTasks": tasks.describe,
    "ListAccountSettings": clusters.list_settings,
    "ListClusters": clusters.list_all,
    "ListContainerInstances": clusters.list_instances,
    "ListServiceDeployments": history.list_all,
    "ListServices": services.list_all,
    "ListTaskDefinitionFamilies": definitions.list_families,
    "ListTaskDefinitions": definitions.list_revisions,
    "ListTasks": tasks.list_all,
    "PutAccountSetting": clusters.put_setting,
    "PutAccountSettingDefault": clusters.put_setting,
    "RegisterTaskDefinition": definitions.register,
    "StopServiceDeployment": native.stop,
    "UpdateService": services.update,
    "UpdateServicePrimaryTaskSet": task_sets.primary,
    "UpdateTaskSet": task_sets.update,
}


def tags_of(world, arn):
    """The list of tags of a resource, to read and to change."""
    if ":task-definition/" in arn:
        return definitions.find(world, arn, "The specified task definition is not found.")["tags"]
    for service in world.services.values():
        if service.arn == arn:
            return service.tags
    for cluster in world.clusters.values():
        if cluster["clusterArn"] == arn:
            return cluster["tags"]
    raise Refused("InvalidParameterException", "The specified resource is not found.")


def list_tags(world, request):
    """ListTagsForResource."""
    return {"tags": copy.deepcopy(tags_of(world, request["resourceArn"]))}


def tag(world, request):
    """TagResource."""
    rules.check_tags(request["tags"])
    present = tags_of(world, request["resourceArn"])
    given = {tag["key"] for tag in request["tags"]}
    present[:] = [tag for tag in present if tag["key"] not in given] + copy.deepcopy(request["tags"])
    return {}


def untag(world, request):
    """UntagResource."""
    present = tags_of(world, request["resourceArn"])
    present[:] = [tag for tag in present if tag["key"] not in request["tagKeys"]]
    return {}


OPERATIONS |= {"ListTagsForResource": list_tags, "TagResource": tag, "UntagResource": untag}
