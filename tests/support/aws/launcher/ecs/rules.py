"""What RegisterTaskDefinition refuses, whatever the launch type.

Texts in quotation marks of the service are known from public reports; the others say the same in words of the double (README.md).
"""

import json
import re

from ..errors import client, invalid

NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
LARGEST = 65536
VOLUME_KINDS = (
    "host", "dockerVolumeConfiguration", "efsVolumeConfiguration", "s3filesVolumeConfiguration", "fsxWindowsFileServerVolumeConfiguration",
)


def check(request):
    """Raises what Amazon ECS answers to a definition that no launch type takes."""
    length = len(json.dumps(request, separators=(",", ":"), ensure_ascii=False).encode())
    if length > LARGEST:
        raise client(f"Actual length: '{length}'. Max allowed length is '{LARGEST}' bytes.")
    if not NAME.fullmatch(request["family"]):
        raise client("Family contains invalid characters, or is longer than 255 characters.")
    containers = request["containerDefinitions"]
    if not containers:
        raise client("Container list cannot be empty.")
    if len(containers) > 10:
        raise client("Too many container definitions: at most 10 are allowed in a task definition.")
    check_tags(request.get("tags"))
    _volumes(request)
    for container in containers:
        _container(request, container)
    _together(request)


def check_tags(tags):
    """Raises what any service answers to tags that it does not take (Amazon ECS Developer Guide, "Tagging your resources")."""
    keys = [tag.get("key", "") for tag in tags or []]
    if len(keys) > 50:
        raise invalid("The number of tags exceeds the limit of 50.")
    for tag in tags or []:
        if not 1 <= len(tag.get("key", "")) <= 128 or len(tag.get("value", "")) > 256:
            raise invalid("A tag key has 1 to 128 characters, and a tag value at most 256.")
        if not re.fullmatch(r"[\w\s.:/=+@-]*", tag["key"] + tag.get("value", "")):
            raise invalid("Tags have letters, numbers, spaces, and the characters _ . : / = + - @ alone.")
        if tag["key"].lower().startswith("aws:"):
            raise invalid(f"aws: prefixed tag key names are not allowed for external use: {tag['key']}")
    if len(set(keys)) != len(keys):
        raise invalid("Duplicate tag keys found.")


def _volumes(request):
    names = [volume.get("name") for volume in request.get("volumes", [])]
    for volume in request.get("volumes", []):
        if not volume.get("name"):
            raise client("Volume name should not be null or empty.")
        if sum(kind in volume for kind in VOLUME_KINDS) > 1:
            raise client(f"Only one type of configuration may be specified for volume '{volume['name']}'.")
        _efs(volume)
    if len(set(names)) != len(names):
        raise client("Volume names must be unique within a task definition.")
    if sum(bool(volume.get("configuredAtLaunch")) for volume in request.get("volumes", [])) > 1:
        raise client("Only one volume of a task definition can be configured at launch.")


def _efs(volume):
    efs = volume.get("efsVolumeConfiguration")
    if not efs:
        return
    authorization = efs.get("authorizationConfig", {})
    point, iam = authorization.get("accessPointId"), authorization.get("iam") == "ENABLED"
    if (point or iam) and efs.get("transitEncryption") != "ENABLED":
        raise client("EFS volumes with an access point or IAM authorization must have transit encryption enabled.")
    if point and efs.get("rootDirectory", "/") != "/":
        raise client("EFS volumes with an access point must leave rootDirectory out, or set it to '/'.")


def _container(request, container):
    name = container.get("name")
    if not name:
        raise client("Container.name should not be null or empty.")
    if not NAME.fullmatch(name):
        raise client(f"Invalid container name: {name}")
    if not container.get("image"):
        raise client("Container.image should not be null or empty.")
    _memory(request, container)
    _environment(request, container)
    _mounts(request, container)
    _linux(container)
    for ulimit in container.get("ulimits", []):
        if ulimit["softLimit"] > ulimit["hardLimit"]:
            raise client(f"Invalid ulimit '{ulimit['name']}': the soft limit must not be above the hard limit.")
    _health(container)
    _ports(request, container)
    period = container.get("restartPolicy", {}).get("restartAttemptPeriod", 300)
    if not 60 <= period <= 1800:
        raise client("restartAttemptPeriod must be between 60 and 1800 seconds.")
    for control in container.get("systemControls", []):
        if request.get("networkMode") == "host" and control.get("namespace", "").startswith("net."):
            raise client("Network namespaced sysctls are not supported with networkMode=host.")


def _memory(request, container):
    hard, soft = container.get("memory"), container.get("memoryReservation")
    setting = f"Invalid setting for container '{container['name']}'."
    if hard is None and soft is None and "memory" not in request:
        raise client(f"{setting} At least one of 'memory' or 'memoryReservation' must be specified.")
    for figure in (hard, soft):
        if figure is not None and figure < 6:
            raise client(f"{setting} 'memory' must be at least 6 MiB.")
    if hard is not None and soft is not None and soft > hard:
        raise client(f"{setting} 'memoryReservation' must not be above 'memory'.")


def _environment(request, container):
    names = [entry.get("name", "") for entry in container.get("environment", [])]
    seen = set(names)
    for secret in container.get("secrets", []):
        if secret["name"] in seen:
            raise client(
                "The secret name must be unique and not shared with any new or existing environment variables set on the container, "
                f"such as '{secret['name']}'."
            )
        seen.add(secret["name"])
    options = container.get("logConfiguration", {}).get("secretOptions")
    if (container.get("secrets") or options) and not request.get("executionRoleArn"):
        raise client("When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.")


def _mounts(request, container):
    volumes = {volume.get("name") for volume in request.get("volumes", [])}
    for mount in container.get("mountPoints", []):
        if mount.get("sourceVolume") not in volumes:
            raise client(f"Unknown volume '{mount.get('sourceVolume')}'.")
        if not mount.get("containerPath"):
            raise client("Mount point containerPath should not be null or empty.")
    names = {other.get("name") for other in request["containerDefinitions"]}
    for source in container.get("volumesFrom", []):
        if source.get("sourceContainer") not in names:
            raise client(f"Unknown container '{source.get('sourceContainer')}' in volumesFrom.")


def _linux(container):
    for tmpfs in container.get("linuxParameters", {}).get("tmpfs", []):
        if tmpfs["size"] < 1:
            raise client("The container has an invalid tmpfs size value specified. It must be a non-zero, non-negative integer.")
        if not tmpfs["containerPath"].startswith("/"):
            raise client("The container has an invalid tmpfs containerPath. It must be an absolute path.")
        if any(option.split("=")[0] == "size" for option in tmpfs.get("mountOptions", [])):
            raise client("The container has an invalid tmpfs mount option: 'size'.")


def _health(container):
    check_of = container.get("healthCheck")
    if not check_of:
        return
    if not check_of["command"] or check_of["command"][0] not in ("CMD", "CMD-SHELL", "NONE"):
        raise client("Health check command must begin with CMD or CMD-SHELL.")
    for member, low, high in (("interval", 5, 300), ("timeout", 2, 120), ("retries", 1, 10), ("startPeriod", 0, 300)):
        if not low <= check_of.get(member, low) <= high:
            raise client(f"Health check {member} must be between {low} and {high}.")


def _ports(request, container):
    mode = request.get("networkMode")
    for port in container.get("portMappings", []):
        inside, outside = port.get("containerPort"), port.get("hostPort")
        if mode == "none":
            raise client("Port mappings are not supported when networkMode=none.")
        if mode in ("awsvpc", "host") and outside not in (None, 0, inside):
            raise client(f"When networkMode={mode}, the host ports and container ports in port mappings must match.")


def _together(request):
    containers = request["containerDefinitions"]
    names = [container["name"] for container in containers]
    if len(set(names)) != len(names):
        raise client("Container names must be unique within a task definition.")
    if not any(container.get("essential", True) for container in containers):
        raise client("At least one container of a task definition must be essential.")
    by_name = dict(zip(names, containers, strict=True))
    for container in containers:
        for dependency in container.get("dependsOn", []):
            other = by_name.get(dependency["containerName"])
            if other is None or other is container:
                raise client(f"Container '{container['name']}' depends on an unknown container '{dependency['containerName']}'.")
            if dependency["condition"] in ("COMPLETE", "SUCCESS") and other.get("essential", True):
                raise client(f"A container cannot depend on essential container '{other['name']}' with {dependency['condition']}.")
            if dependency["condition"] == "HEALTHY" and "healthCheck" not in other:
                raise client(f"Container '{other['name']}' needs a health check, as another container depends on its being HEALTHY.")
    _cycle(by_name)
    _firelens(containers)
    if "memory" in request:
        reserved = sum(container.get("memoryReservation", container.get("memory", 0)) for container in containers)
        if reserved > amount(request["memory"], "GB"):
            raise client("The memory of the containers exceeds the memory of the task.")


def _cycle(by_name):
    def walk(name, path):
        if name in path:
            raise client(f"Container dependencies form a cycle at '{name}'.")
        for dependency in by_name[name].get("dependsOn", []):
            walk(dependency["containerName"], path | {name})

    for name in by_name:
        walk(name, frozenset())


def _firelens(containers):
    routers = [container for container in containers if "firelensConfiguration" in container]
    routed = [c for c in containers if c.get("logConfiguration", {}).get("logDriver") == "awsfirelens"]
    if len(routers) > 1:
        raise client("Only one container of a task definition can have a firelensConfiguration.")
    if routed and not routers:
        raise client("The awsfirelens log driver needs a container with a firelensConfiguration in the same task definition.")
    if routers and not routed:
        raise client("A container with a firelensConfiguration needs another container that uses the awsfirelens log driver.")
    for router in routers:
        user = str(router.get("user", "0"))
        others = {str(c.get("user", "")).split(":")[0] for c in containers if c is not router}
        if not re.fullmatch(r"\d+(:\S+)?", user) or (user.split(":")[0] != "0" and user.split(":")[0] in others):
            raise client("If 'user' field is specified on firelens container, then 'UID' has to be '0'.")


def amount(text, unit):
    """`"1024"`, `"1 vCPU"` and `"0.5 GB"` as CPU units or MiB."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(vcpu|gb)?\s*", str(text), re.IGNORECASE)
    if not found:
        raise client(f"Invalid '{'cpu' if unit == 'vCPU' else 'memory'}' setting for task.")
    figure = float(found[1]) * (1024 if found[2] else 1)
    return int(figure)
