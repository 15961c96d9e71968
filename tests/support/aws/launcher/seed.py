"""One JSON document to a world. README.md lists its members; each is optional, and whatever is left out gets a plain default."""

import copy
import json

from . import around, shapes
from .codedeploy import appspec, deployments, groups
from .ecs import clusters, definitions, rollout, services, state, task_sets
from .ecs.scripts import script
from .errors import Control, Refused

IMAGE = "public.ecr.aws/docker/library/nginx:1.29"
CONTAINER = {"name": "app", "image": IMAGE, "essential": True, "portMappings": [{"containerPort": 8080}]}
DEFINITION = {"networkMode": "awsvpc", "cpu": "256", "memory": "512", "containerDefinitions": [CONTAINER]}
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d"], "securityGroups": ["sg-0a1b2c3d"], "assignPublicIp": "DISABLED"}}
OWN = {"script", "runningDigests", "codedeploy", "deploying", "ran", "taskSets", "status", "express"}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def plant(double, document):
    """Adds everything that a document describes to the world of the double, and tells the ARNs that came of it."""
    unknown = set(document) - set(PARTS)
    if unknown:
        raise Control(f"a seed has no `{sorted(unknown)[0]}`: it takes {', '.join(PARTS)}")
    told = {"taskDefinitions": [], "services": {}}
    try:
        for name, part in PARTS.items():
            if name in document:
                part(double, document[name], told)
    except Refused as error:
        raise Control(f"the seed is refused, as the service would: {error}") from error
    return told


def _start(double, at, _told):
    double.world.start = at


def _keys(double, keys, _told):
    double.world.keys |= keys


def _images(double, images, _told):
    for reference, digest in images.items():
        around.add_image(double.world, reference, digest)


def _log_groups(double, groups, _told):
    for name, streams in (groups if isinstance(groups, dict) else dict.fromkeys(groups, {})).items():
        around.add_log_group(double.world, name, streams)


def _roles(double, roles, _told):
    for name, role in roles.items():
        double.world.roles[name] = role
        _call(double, "iam", "CreateRole", RoleName=name, AssumeRolePolicyDocument=json.dumps(role.get("trust", TRUST)))


def _secrets(double, secrets, _told):
    for name, secret in secrets.items():
        _call(double, "secretsmanager", "CreateSecret", Name=name, SecretString=secret.get("value", "seeded"))
        if "suffix" in secret:
            from moto.secretsmanager.models import secretsmanager_backends

            arn = double.world.arn("secretsmanager", f"secret:{name}-{secret['suffix']}")
            backend = secretsmanager_backends[double.account][double.region]
            backend.secrets[name].arn = arn


def _parameters(double, parameters, _told):
    for name, parameter in parameters.items():
        given = {"Type": parameter.get("type", "SecureString"), "Value": parameter.get("value", "seeded")}
        _call(double, "ssm", "PutParameter", Name=name, **given)


def _alarms(double, alarms, _told):
    for name, alarm_state in alarms.items():
        double.alarm(name, alarm_state)


def _named(double, name):
    """What a rule or a schedule pins: an ARN of a revision, or of the family alone."""
    return name if name.startswith("arn:") else double.world.arn("ecs", f"task-definition/{name}")


def _rules(double, rules, _told):
    for rule in rules:
        _call(double, "events", "PutRule", Name=rule["name"], ScheduleExpression=rule.get("schedule", "rate(1 day)"))
        target = {
            "Id": "1",
            "Arn": double.world.arn("ecs", f"cluster/{rule.get('cluster', 'default')}"),
            "RoleArn": f"arn:aws:iam::{double.account}:role/events",
            "EcsParameters": {"TaskDefinitionArn": _named(double, rule["taskDefinition"]), "TaskCount": 1},
        }
        _call(double, "events", "PutTargets", Rule=rule["name"], Targets=[target])


def _schedules(double, schedules, _told):
    for schedule in schedules:
        target = {
            "Arn": double.world.arn("ecs", f"cluster/{schedule.get('cluster', 'default')}"),
            "RoleArn": f"arn:aws:iam::{double.account}:role/scheduler",
            "EcsParameters": {"TaskDefinitionArn": _named(double, schedule["taskDefinition"])},
        }
        expression = schedule.get("schedule", "rate(1 day)")
        _call(
            double, "scheduler", "CreateSchedule", Name=schedule["name"], ScheduleExpression=expression, FlexibleTimeWindow={"Mode": "OFF"},
            Target=target,
        )


def _settings(double, settings, _told):
    double.world.settings |= settings


def _capacity_providers(double, providers, _told):
    for name, given in providers.items():
        group = double.world.arn("autoscaling", f"autoScalingGroup:0:autoScalingGroupName/{name}")
        default = {"autoScalingGroupProvider": {"autoScalingGroupArn": group}}
        clusters.create_capacity_provider(double.world, {"name": name} | (given or default))


def _definitions(double, given, told):
    for definition in given:
        definition = copy.deepcopy(definition)
        status, at = definition.pop("status", "ACTIVE"), definition.pop("registeredAt", None)
        owned = _owned(definition)
        request = definition if "containerDefinitions" in definition else DEFINITION | definition
        shapes.check("ecs", "RegisterTaskDefinition", request, "ClientException")
        arn = definitions.register(double.world, request, at)["taskDefinition"]["taskDefinitionArn"]
        definitions.find(double.world, arn)["tags"] += owned
        if status == "INACTIVE":
            definitions.deregister(double.world, {"taskDefinition": arn})
        told["taskDefinitions"].append(arn)


def _owned(given):
    """Takes the tags that AWS alone may give, such as those of CloudFormation, out of a request."""
    owned = [tag for tag in given.get("tags", []) if tag["key"].lower().startswith("aws:")]
    if owned:
        given["tags"] = [tag for tag in given["tags"] if tag not in owned]
    return owned


def _clusters(double, given, told):
    world = double.world
    for name, cluster in given.items():
        members = {key: value for key, value in cluster.items() if key not in ("instances", "services")}
        clusters.create(world, {"clusterName": name} | members)
        instances = cluster.get("instances")
        if instances is None:
            instances = int(any(_on_instances(world, service) for service in cluster.get("services", {}).values()))
        for instance in instances if isinstance(instances, list) else [{}] * instances:
            clusters.add_instance(world, name, instance)
        for service, wanted in cluster.get("services", {}).items():
            told["services"][f"{name}/{service}"] = _service(double, name, service, copy.deepcopy(wanted))


def _on_instances(world, wanted):
    strategy = wanted.get("capacityProviderStrategy")
    if strategy:
        return clusters.kind_of_provider(world, strategy[0]["capacityProvider"]) == "EC2"
    return wanted.get("launchType", "FARGATE") != "FARGATE" or wanted.get("schedulingStrategy") == "DAEMON"


def _service(double, cluster, name, wanted):
    world = double.world
    own, owned = {key: wanted.pop(key) for key in list(wanted) if key in OWN}, _owned(wanted)
    request = {"cluster": cluster, "serviceName": name, "taskDefinition": name} | wanted
    daemon = request.get("schedulingStrategy") == "DAEMON"
    if not {"launchType", "capacityProviderStrategy"} & set(request):
        request["launchType"] = "EC2" if daemon else "FARGATE"
    if not daemon:
        request.setdefault("desiredCount", 2)
    family = request["taskDefinition"].rsplit("/", 1)[-1].split(":")[0]
    if family not in world.families:
        definitions.register(world, DEFINITION | {"family": family})
    definition = definitions.find(world, request["taskDefinition"])["definition"]
    if definition.get("networkMode") == "awsvpc":
        request.setdefault("networkConfiguration", NETWORK)
    arn = _created(double, request, own, definition["taskDefinitionArn"])
    world.services[cluster, name].tags += owned
    return arn


def _created(double, request, own, arn):
    world = double.world
    external = request.get("deploymentController", {}).get("type") == "EXTERNAL"
    ran = [definitions.find(world, name)["definition"] for name in own.get("ran", [])]
    first = ran[0]["taskDefinitionArn"] if ran else arn
    # A definition that was deregistered since it was deployed goes on running.
    inactive = [d for d in (*ran, state.definition_of(world, arn)) if d["status"] != "ACTIVE"]
    for definition in inactive:
        definition["status"] = "ACTIVE"
    shapes.check("ecs", "CreateService", request)
    services.create(world, request | {"taskDefinition": first}, settled=True)
    service = world.services[request["cluster"], request["serviceName"]]
    for definition in [d["taskDefinitionArn"] for d in ran[1:]] + ([arn] if ran else []):
        rollout.start(world, service, definition, settled=True)
    for definition in inactive:
        definition["status"] = "INACTIVE"
    if external:
        service.definition = arn
        service.settings |= {k: request[k] for k in ("launchType", "networkConfiguration", "loadBalancers") if k in request}
        task_sets.first(world, service, f"arn:aws:iam::{world.account}:user/test")
    return _dressed(double, service, request, own)


def _dressed(double, service, request, own):
    world = double.world
    if "runningDigests" in own:
        _digests(world, service, own["runningDigests"])
    service.scripts = [script(one) for one in _listed(own.get("script", []))]
    service.status = own.get("status", "ACTIVE")
    service.management = "ECS" if own.get("express") else "CUSTOMER"
    if "codedeploy" in own:
        _group(double, service, request, own["codedeploy"])
    if "deploying" in own:
        rollout.start(world, service, definitions.find(world, own["deploying"])["definition"]["taskDefinitionArn"])
    for extra in own.get("taskSets", []):
        _task_set(world, service, extra)
    return service.arn


def _task_set(world, service, extra):
    """One beside the primary, which lends it its settings."""
    definition = definitions.find(world, extra["taskDefinition"])["definition"]["taskDefinitionArn"]
    settings = service.task_sets[0]["settings"] | {name: extra[name] for name in ("scale", "externalId") if name in extra}
    starter = f"arn:aws:iam::{world.account}:user/test"
    task_set = task_sets.make(world, service, definition, settings, starter, script(extra.get("script", {})))
    if extra.get("steady", True):
        task_sets.settle(world, service, task_set)


def _listed(given):
    return given if isinstance(given, list) else [given]


def _digests(world, service, digests):
    """What the tasks run may be another image than the tag names by now."""
    service.running = digests
    for task in world.tasks.values():
        if task["group"] == f"service:{service.name}" and task["clusterArn"].endswith(f"/{service.cluster}"):
            for part in task["containers"]:
                part["imageDigest"] = digests.get(part["name"], part.get("imageDigest"))
    for revision in world.revisions.values():
        if revision["serviceArn"] == service.arn:
            for image in revision["containerImages"]:
                image["imageDigest"] = digests.get(image["containerName"], image["imageDigest"])
    service.running = {}


def _group(double, service, request, given):
    world = double.world
    application = given.get("application", f"AppECS-{service.cluster}-{service.name}")
    group = given.get("group", f"DgpECS-{service.cluster}-{service.name}")
    groups.add_group(world, application, group, given | {"service": service.name, "cluster": service.cluster})
    spec = given.get("appspec", True)
    if spec is True:
        definition = state.definition_of(world, service.definition)
        first = next(iter(request.get("loadBalancers", [])), None)
        container = definition["containerDefinitions"][0]
        port = container["portMappings"][0]["containerPort"] if container["portMappings"] else 80
        named = (first["containerName"], first["containerPort"]) if first else (container["name"], port)
        spec = appspec.plain(service.definition, *named, given.get("hooks"))
    if spec:
        deployments.succeed_at_once(world, application, group, spec)


def _calls(double, calls, _told):
    for call in calls:
        _call(double, call["service"], call["operation"], **call.get("input", {}))


def _scripts(double, scripts, _told):
    for key, given in scripts.items():
        cluster, _, name = key.partition("/")
        if (cluster, name) not in double.world.services:
            raise Control(f"no service {key}: scripts are for CLUSTER/SERVICE")
        double.world.services[cluster, name].scripts = [script(one) for one in _listed(given)]


def _call(double, service, operation, **given):
    double.call(service, operation, given)


PARTS = {
    "start": _start, "keys": _keys, "images": _images, "logGroups": _log_groups, "roles": _roles, "secrets": _secrets,
    "parameters": _parameters, "alarms": _alarms, "settings": _settings, "capacityProviders": _capacity_providers,
    "taskDefinitions": _definitions, "clusters": _clusters, "rules": _rules, "schedules": _schedules, "calls": _calls, "scripts": _scripts,
}
