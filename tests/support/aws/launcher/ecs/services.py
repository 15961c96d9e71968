"""Services: created, described, listed, updated, deleted."""

import copy

from ..errors import Refused, client, invalid
from . import clusters, definitions, rollout, rules, state, task_sets, tasks
from .pages import page

# What UpdateService takes of a service under CODE_DEPLOY (API Reference, UpdateService).
CODE_DEPLOY_TAKES = {
    "cluster", "service", "desiredCount", "deploymentConfiguration", "healthCheckGracePeriodSeconds", "enableExecuteCommand",
    "placementConstraints", "placementStrategy", "propagateTags", "enableECSManagedTags",
}
# And of one under EXTERNAL.
EXTERNAL_TAKES = {"cluster", "service", "desiredCount", "healthCheckGracePeriodSeconds"}
# A change of these starts a deployment (API Reference, UpdateService; Developer Guide, "Updating a service").
DEPLOYS = {
    "taskDefinition", "capacityProviderStrategy", "networkConfiguration", "platformVersion", "loadBalancers", "serviceRegistries",
    "serviceConnectConfiguration", "volumeConfigurations", "enableECSManagedTags", "propagateTags",
}
NEEDS_1_4 = ("tmpfs",)
NO_COUNT = "The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again."


def create(world, request, settled=False):
    """CreateService. Seeds ask for a service that is already steady."""
    cluster = clusters.find(world, request)["clusterName"]
    name = request["serviceName"]
    if not rules.NAME.fullmatch(name):
        raise invalid("Invalid service name.")
    old = world.services.get((cluster, name))
    if old and old.status == "ACTIVE":
        raise invalid("Creation of service was not idempotent.")
    rules.check_tags(request.get("tags"))
    controller = request.get("deploymentController", {}).get("type", "ECS")
    service = state.Service(
        cluster=cluster,
        name=name,
        arn=world.arn("ecs", f"service/{cluster}/{name}"),
        definition="",
        settings={member: copy.deepcopy(request[member]) for member in state.KEPT if member in request},
        controller=controller,
        scheduling=request.get("schedulingStrategy", "REPLICA"),
        desired=request.get("desiredCount", 0),
        created=world.now(),
        tags=copy.deepcopy(request.get("tags", [])),
    )
    if "launchType" in request and "capacityProviderStrategy" in request:
        raise invalid("Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.")
    if not {"launchType", "capacityProviderStrategy"} & set(request) and controller != "EXTERNAL":
        default = world.clusters[cluster]["defaultCapacityProviderStrategy"]
        service.settings |= {"capacityProviderStrategy": copy.deepcopy(default)} if default else {"launchType": "EC2"}
    _daemon(world, service, request)
    if controller == "EXTERNAL":
        world.services[cluster, name] = service
        return {"service": _told(world, service)}
    if "taskDefinition" not in request:
        raise invalid("TaskDefinition can not be blank.")
    definition = definitions.usable(world, request["taskDefinition"])
    fits(world, service, definition, service.settings)
    service.definition = definition["taskDefinitionArn"]
    world.services[cluster, name] = service
    if controller == "CODE_DEPLOY":
        task_sets.first(world, service)
    else:
        rollout.start(world, service, service.definition, settled)
    return {"service": _told(world, service)}


def _daemon(world, service, request):
    if service.scheduling != "DAEMON":
        return
    if service.controller != "ECS" or service.launch_type(world) == "FARGATE":
        raise invalid("The daemon scheduling strategy is not supported for this launch type or deployment controller.")
    if "desiredCount" in request:
        raise invalid(NO_COUNT)
    if request.get("deploymentConfiguration", {}).get("maximumPercent", 100) != 100:
        raise invalid("The daemon scheduling strategy does not support values above 100 for maximumPercent.")


def fits(world, service, definition, settings):
    """Refuses a definition that the service cannot run (texts known from public reports)."""
    launch_type = service.launch_type(world, settings)
    if launch_type not in definition["compatibilities"]:
        raise invalid(f"Task definition does not support launch_type {launch_type}.")
    awsvpc, network = definition.get("networkMode") == "awsvpc", settings.get("networkConfiguration")
    if awsvpc and not network:
        raise invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    if network and not awsvpc:
        raise invalid("Network Configuration is not valid for the given networkMode of this task definition.")
    containers = {container["name"]: container for container in definition["containerDefinitions"]}
    for balancer in settings.get("loadBalancers", []):
        container = containers.get(balancer.get("containerName"))
        if container is None:
            raise invalid(f"The container {balancer.get('containerName')} does not exist in the task definition.")
        if balancer.get("containerPort") not in [port.get("containerPort") for port in container["portMappings"]]:
            raise invalid(f"The container {container['name']} did not have a container port {balancer.get('containerPort')} defined.")
    version = settings.get("platformVersion", "LATEST")
    uses = any(container.get("linuxParameters", {}).get(member) for container in containers.values() for member in NEEDS_1_4)
    if launch_type == "FARGATE" and version not in ("LATEST", "1.4.0", "1.3.0", "1.0.0"):
        raise Refused("PlatformUnknownException", "The specified platform version does not exist.")
    if launch_type == "FARGATE" and version == "1.3.0" and uses:
        raise Refused("PlatformTaskDefinitionIncompatibilityException", "One or more of the requested capabilities are not supported.")


def find(world, request, active=True):
    """The service that a request names."""
    cluster = clusters.find(world, request)["clusterName"]
    check_identifier(cluster, request["service"])
    service = world.services.get((cluster, request["service"].rsplit("/", 1)[-1]))
    if service is None:
        raise Refused("ServiceNotFoundException", "Service not found.")
    if active and service.status != "ACTIVE":
        raise Refused("ServiceNotActiveException", "Service was not ACTIVE.")
    return service


def check_identifier(cluster, name):
    """Refuses the ARN of a service of another cluster."""
    if name.startswith("arn:") and name.count("/") == 2 and name.split("/")[1] != cluster:
        raise invalid(f"Invalid identifier: Identifier is for cluster {name.split('/')[1]}. Your cluster is {cluster}")


def tick(world, service):
    """One poll of a service."""
    if service.controller == "ECS":
        rollout.tick(world, service)
    else:
        task_sets.tick(world, service)


def _told(world, service, include=("TAGS",)):
    told = state.told_service(world, service)
    if "TAGS" in include:
        told["tags"] = copy.deepcopy(service.tags)
    return told


def _stale(service):
    """The picture from before the last update, for as many polls as the script says."""
    left, told = service.stale
    service.stale = (left - 1, told) if left > 1 else None
    return copy.deepcopy(told)


def describe(world, request):
    """DescribeServices: a poll of each service that is named."""
    cluster = clusters.find(world, request)["clusterName"]
    asked = request["services"]
    if not 1 <= len(asked) <= 10:
        raise invalid("Services cannot be empty." if not asked else "Services cannot be more than 10.")
    told, failures = [], []
    for name in asked:
        check_identifier(cluster, name)
        service = world.services.get((cluster, name.rsplit("/", 1)[-1]))
        if service is None:
            arn = name if name.startswith("arn:") else world.arn("ecs", f"service/{cluster}/{name}")
            failures.append({"arn": arn, "reason": "MISSING"})
            continue
        if service.stale:
            told.append(_stale(service))
            continue
        tick(world, service)
        told.append(_told(world, service, request.get("include", [])))
    return {"services": told, "failures": failures}


def list_all(world, request):
    """ListServices."""
    cluster = clusters.find(world, request)["clusterName"]
    arns = [
        service.arn
        for (where, _), service in sorted(world.services.items())
        if where == cluster
        and service.status != "INACTIVE"
        and request.get("launchType") in (None, service.settings.get("launchType"))
        and request.get("schedulingStrategy") in (None, service.scheduling)
        and request.get("resourceManagementType") in (None, service.management)
    ]
    return page(request, arns, "serviceArns", 10, 100)


def update(world, request):
    """UpdateService: a deployment where one is asked for or needed, by the controller's own rules."""
    service = find(world, request)
    if service.management == "ECS":
        raise invalid("The service is managed by Amazon ECS Express Mode. Use UpdateExpressGatewayService.")
    _controller(service, request)
    settings = service.settings | {name: copy.deepcopy(request[name]) for name in state.KEPT if name in request}
    if "capacityProviderStrategy" in request:
        settings.pop("launchType", None)
    definition = service.definition
    if "taskDefinition" in request:
        definition = definitions.usable(world, request["taskDefinition"])["taskDefinitionArn"]
    if service.controller == "ECS":
        if definition != service.definition and state.definition_of(world, definition)["status"] != "ACTIVE":
            raise client("TaskDefinition is inactive")
        fits(world, service, state.definition_of(world, definition), settings)
    if "desiredCount" in request and service.scheduling == "DAEMON":
        raise invalid(NO_COUNT)
    changed = definition != service.definition or any(
        name in request and settings[name] != service.settings.get(name) for name in DEPLOYS - {"taskDefinition"}
    )
    service.settings = settings
    service.desired = request.get("desiredCount", service.desired)
    if "deploymentController" in request:
        service.controller = request["deploymentController"]["type"]
    if service.controller == "ECS" and (changed or request.get("forceNewDeployment")):
        rollout.start(world, service, definition)
    return {"service": _told(world, service)}


def _controller(service, request):
    if service.controller == "CODE_DEPLOY":
        use = "Use AWS CodeDeploy to trigger a new deployment."
        if "taskDefinition" in request:
            raise invalid(f"Unable to update task definition on services with a CODE_DEPLOY deployment controller. {use}")
        if request.get("forceNewDeployment"):
            raise invalid(f"Cannot force a new deployment on services with a CODE_DEPLOY deployment controller. {use}")
        _only(request, CODE_DEPLOY_TAKES | {"forceNewDeployment"}, "CODE_DEPLOY")
    elif service.controller == "EXTERNAL":
        if "taskDefinition" in request:
            raise invalid("Unable to update task definition on services with an EXTERNAL deployment controller. Use CreateTaskSet.")
        if request.get("forceNewDeployment"):
            raise invalid("Cannot force a new deployment on services with an EXTERNAL deployment controller.")
        _only(request, EXTERNAL_TAKES | {"forceNewDeployment"}, "EXTERNAL")


def _only(request, takes, controller):
    beyond = sorted(set(request) - takes - {"deploymentController"})
    if beyond:
        raise invalid(f"Unable to update {beyond[0]} on services with a {controller} deployment controller.")


def delete(world, request):
    """DeleteService: DRAINING, then INACTIVE with the next poll of its tasks; here at once."""
    service = find(world, request)
    if service.desired and not request.get("force"):
        raise invalid("The service cannot be stopped while it is scaled above 0.")
    service.status = "DRAINING"
    for arn, task in world.tasks.items():
        if task["group"] == f"service:{service.name}" and task["lastStatus"] == "RUNNING" and f"/{service.cluster}/" in arn:
            tasks.scale_in(world, arn, "service deletion")
    return {"service": _told(world, service)}
