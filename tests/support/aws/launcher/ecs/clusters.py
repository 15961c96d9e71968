"""Clusters, what stands in them, and the account's settings."""

from ..errors import Refused, invalid
from . import attributes
from .pages import page

FARGATE = ("FARGATE", "FARGATE_SPOT")


def name_of(request):
    """The name in a request's `cluster`, which may be an ARN or absent."""
    return request.get("cluster", "default").rsplit("/", 1)[-1]


def find(world, request):
    """The cluster that a request names."""
    asked, cluster = request.get("cluster", "default"), world.clusters.get(name_of(request))
    if cluster is None or cluster["status"] != "ACTIVE" or (asked.startswith("arn:") and asked != cluster["clusterArn"]):
        raise Refused("ClusterNotFoundException", "Cluster not found.")
    return cluster


def create(world, request):
    """CreateCluster; a second call with one name gives the first again."""
    name = request.get("clusterName", "default")
    cluster = world.clusters.setdefault(
        name,
        {
            "clusterArn": world.arn("ecs", f"cluster/{name}"),
            "clusterName": name,
            "status": "ACTIVE",
            "tags": request.get("tags", []),
            "settings": request.get("settings", [{"name": "containerInsights", "value": "disabled"}]),
            "capacityProviders": request.get("capacityProviders", []),
            "defaultCapacityProviderStrategy": request.get("defaultCapacityProviderStrategy", []),
        },
    )
    return {"cluster": _told(world, cluster, ["TAGS", "SETTINGS"])}


def _told(world, cluster, include):
    name = cluster["clusterName"]
    told = {member: value for member, value in cluster.items() if member not in ("tags", "settings")}
    tasks = [task for task in world.tasks.values() if task["clusterArn"] == cluster["clusterArn"]]
    told |= {
        "registeredContainerInstancesCount": len(of_cluster(world, name)),
        "runningTasksCount": sum(task["lastStatus"] == "RUNNING" for task in tasks),
        "pendingTasksCount": sum(task["lastStatus"] in ("PENDING", "PROVISIONING") for task in tasks),
        "activeServicesCount": sum(key[0] == name and service.status == "ACTIVE" for key, service in world.services.items()),
        "statistics": [],
    }
    for member in ("tags", "settings"):
        told[member] = cluster[member] if member.upper() in include else []
    return told


def describe(world, request):
    """DescribeClusters; what is not there is a failure in the answer, not an error."""
    found, failures = [], []
    for asked in request.get("clusters", ["default"]):
        cluster = world.clusters.get(asked.rsplit("/", 1)[-1])
        if cluster:
            found.append(_told(world, cluster, request.get("include", [])))
        else:
            arn = asked if asked.startswith("arn:") else world.arn("ecs", f"cluster/{asked}")
            failures.append({"arn": arn, "reason": "MISSING"})
    return {"clusters": found, "failures": failures}


def list_all(world, request):
    """ListClusters."""
    arns = [cluster["clusterArn"] for _, cluster in sorted(world.clusters.items()) if cluster["status"] == "ACTIVE"]
    return page(request, arns, "clusterArns", 100, 100)


def of_cluster(world, name):
    """The container instances of a cluster."""
    return [instance for instance in world.instances.values() if instance["cluster"] == name]


def add_instance(world, cluster, given):
    """A container instance, as one that its agent registered: the API that does so is the agent's own."""
    arn = world.arn("ecs", f"container-instance/{cluster}/{world.hex_id('container-instance')}")
    names = [*given.get("attributes", attributes.RECENT), *given.get("also", [])]
    lacking = set(given.get("without", []))
    world.instances[arn] = {
        "cluster": cluster,
        "told": {
            "containerInstanceArn": arn,
            "ec2InstanceId": given.get("id", "i-" + world.hex_id("instance", 17)),
            "status": given.get("status", "ACTIVE"),
            "agentConnected": given.get("agentConnected", True),
            "version": 1,
            "versionInfo": {"agentVersion": given.get("agentVersion", "1.102.0"), "dockerVersion": "DockerVersion: 25.0.13"},
            "attributes": [{"name": name} for name in sorted(set(names) - lacking)]
            + [{"name": "ecs.os-type", "value": given.get("os", "linux")}],
            "registeredAt": world.now(),
        },
    }
    return arn


def list_instances(world, request):
    """ListContainerInstances."""
    cluster, status = find(world, request), request.get("status")
    arns = [
        instance["told"]["containerInstanceArn"]
        for instance in of_cluster(world, cluster["clusterName"])
        if status in (None, instance["told"]["status"])
    ]
    return page(request, arns, "containerInstanceArns", 100, 100)


def describe_instances(world, request):
    """DescribeContainerInstances, of one cluster."""
    cluster = find(world, request)["clusterName"]
    if len(request["containerInstances"]) > 100:
        raise invalid("Container instances cannot be more than 100.")
    found, failures = [], []
    for asked in request["containerInstances"]:
        arn = asked if asked.startswith("arn:") else world.arn("ecs", f"container-instance/{cluster}/{asked}")
        instance = world.instances.get(arn)
        if instance and instance["cluster"] == cluster:
            running = sum(task.get("containerInstanceArn") == arn and task["lastStatus"] == "RUNNING" for task in world.tasks.values())
            found.append(instance["told"] | {"runningTasksCount": running, "pendingTasksCount": 0})
        else:
            failures.append({"arn": arn, "reason": "MISSING"})
    return {"containerInstances": found, "failures": failures}


def create_capacity_provider(world, request):
    """CreateCapacityProvider: of an Auto Scaling group, or of managed instances."""
    provider = {
        "capacityProviderArn": world.arn("ecs", f"capacity-provider/{request['name']}"),
        "name": request["name"],
        "status": "ACTIVE",
        "type": "MANAGED_INSTANCES" if "managedInstancesProvider" in request else "EC2_AUTOSCALING",
        "tags": request.get("tags", []),
    } | {name: request[name] for name in ("autoScalingGroupProvider", "managedInstancesProvider") if name in request}
    world.capacity_providers[request["name"]] = provider
    return {"capacityProvider": provider}


def describe_capacity_providers(world, request):
    """DescribeCapacityProviders; those of Fargate are always there."""
    known = {
        name: {
            "capacityProviderArn": world.arn("ecs", f"capacity-provider/{name}"), "name": name, "status": "ACTIVE", "type": name, "tags": []
        }
        for name in FARGATE
    } | world.capacity_providers
    found, failures = [], []
    for asked in request.get("capacityProviders", list(known)):
        provider = known.get(asked.rsplit("/", 1)[-1])
        if provider:
            found.append(provider)
        else:
            failures.append({"arn": asked, "reason": "MISSING"})
    return {"capacityProviders": found, "failures": failures}


def kind_of_provider(world, name):
    """The launch type that a capacity provider comes to."""
    if name in FARGATE:
        return "FARGATE"
    provider = world.capacity_providers.get(name)
    if provider is None:
        raise invalid(f"The specified capacity provider '{name}' was not found.")
    return "MANAGED_INSTANCES" if provider["type"] == "MANAGED_INSTANCES" else "EC2"


def list_settings(world, request):
    """ListAccountSettings: what was set; with `effectiveSettings` the defaults too."""
    known = {"containerInsights": "disabled", "defaultLogDriverMode": "non-blocking"} if request.get("effectiveSettings") else {}
    known = known | world.settings
    wanted = request.get("name")
    principal = f"arn:aws:iam::{world.account}:root"
    settings = [
        {"name": name, "value": value, "principalArn": principal, "type": "user"}
        for name, value in sorted(known.items())
        if wanted in (None, name)
    ]
    return {"settings": settings}


def put_setting(world, request):
    """PutAccountSettingDefault and PutAccountSetting."""
    world.settings[request["name"]] = request["value"]
    return {"setting": {"name": request["name"], "value": request["value"], "principalArn": f"arn:aws:iam::{world.account}:root"}}
