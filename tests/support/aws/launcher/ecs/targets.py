"""What each launch type takes of a task definition (Amazon ECS API model; Developer Guide, "Task definition parameters").

What is listed in `requiresCompatibilities` has to fit; what fits besides is told in `compatibilities`.
"""

from .rules import amount

ALL = ("EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES")
FARGATE_MEMORY = {
    256: (512, 1024, 2048), 512: range(1024, 4097, 1024), 1024: range(2048, 8193, 1024), 2048: range(4096, 16385, 1024),
    4096: range(8192, 30721, 1024), 8192: range(16384, 61441, 4096), 16384: range(32768, 122881, 8192),
}
FARGATE_DRIVERS = {"awslogs", "splunk", "awsfirelens"}


def misfit(request, target):
    """Why a launch type refuses the definition, or None."""
    rules = {"EC2": _ec2, "FARGATE": _fargate, "EXTERNAL": _external, "MANAGED_INSTANCES": _managed}[target]
    return next(rules(request), None)


def windows(request):
    """Whether the definition says that it is for Windows."""
    return request.get("runtimePlatform", {}).get("operatingSystemFamily", "").startswith("WINDOWS")


def _containers(request):
    return ((container, container.get("linuxParameters", {})) for container in request["containerDefinitions"])


def _ec2(request):
    mode = request.get("networkMode")
    for container, linux in _containers(request):
        if container.get("links") and mode == "awsvpc":
            yield "Links are not supported when networkMode=awsvpc."
        if container.get("hostname") and mode == "awsvpc":
            yield "Hostname is not supported when networkMode=awsvpc."
        if container.get("extraHosts") and mode == "awsvpc":
            yield "Extra hosts are not supported when networkMode=awsvpc."
        if windows(request) and (linux or container.get("privileged") or container.get("readonlyRootFilesystem")):
            yield "Windows containers do not support linuxParameters, privileged and readonlyRootFilesystem."


def _fargate(request):
    if request.get("networkMode") != "awsvpc":
        yield "Fargate only supports network mode ‘awsvpc’."
    for member in ("cpu", "memory"):
        if member not in request:
            yield f"Fargate requires that '{member}' be defined at the task level."
    cpu, memory = amount(request["cpu"], "vCPU"), amount(request["memory"], "GB")
    if memory not in FARGATE_MEMORY.get(cpu, ()):
        given = f"{cpu} CPU, {memory} memory"
        yield f"No Fargate configuration exists for given values: {given}. See the Amazon ECS documentation for the valid values."
    if request.get("ipcMode"):
        yield "Fargate compatible task definitions do not support ipcMode."
    if request.get("pidMode") == "host":
        yield "Fargate compatible task definitions only support 'task' for pidMode."
    if request.get("placementConstraints"):
        yield "Fargate compatible task definitions do not support placement constraints."
    if request.get("inferenceAccelerators"):
        yield "Fargate compatible task definitions do not support inference accelerators."
    if not 21 <= request.get("ephemeralStorage", {}).get("sizeInGiB", 21) <= 200:
        yield "Ephemeral storage must be between 21 and 200 GiB."
    for volume in request.get("volumes", []):
        if volume.get("host", {}).get("sourcePath"):
            yield "Fargate compatible task definitions do not support sourcePath."
        if "dockerVolumeConfiguration" in volume:
            yield "Fargate compatible task definitions do not support dockerVolumeConfiguration."
    for container, linux in _containers(request):
        yield from _fargate_container(request, container, linux)


def _fargate_container(request, container, linux):
    if container.get("privileged"):
        yield "Fargate compatible task definitions do not support privileged."
    added = [name for name in linux.get("capabilities", {}).get("add", []) if name != "SYS_PTRACE"]
    if added:
        yield f"Fargate compatible task definitions only support SYS_PTRACE in capabilities.add, not {added[0]}."
    for member in ("devices", "sharedMemorySize", "maxSwap", "swappiness"):
        if linux.get(member) not in (None, []):
            yield f"Fargate compatible task definitions do not support {member}."
    for member in ("links", "hostname", "extraHosts", "dnsServers", "dnsSearchDomains", "disableNetworking", "dockerSecurityOptions"):
        if container.get(member):
            yield f"Fargate compatible task definitions do not support {member}."
    if any(need.get("type") in ("GPU", "InferenceAccelerator") for need in container.get("resourceRequirements", [])):
        yield "Fargate compatible task definitions do not support resourceRequirements."
    if not 2 <= container.get("stopTimeout", 30) <= 120:
        yield "Fargate compatible task definitions only support a stopTimeout of 2 to 120 seconds."
    if windows(request) and (linux or container.get("readonlyRootFilesystem") or container.get("environmentFiles")):
        yield "Windows containers on Fargate do not support linuxParameters, readonlyRootFilesystem and environmentFiles."
    yield from _fargate_logs(request, container.get("logConfiguration", {}))


def _fargate_logs(request, logs):
    driver, options = logs.get("logDriver"), logs.get("options", {})
    if driver and driver not in FARGATE_DRIVERS:
        yield f"Log driver {driver} is not supported by Fargate."
    if driver != "awslogs":
        return
    for option in ("awslogs-group", "awslogs-region", "awslogs-stream-prefix"):
        if not options.get(option):
            yield f"Log driver awslogs requires option '{option}' on Fargate."
    if not request.get("executionRoleArn"):
        yield "Fargate requires task definition to have execution role ARN to support log driver awslogs."


def _external(request):
    if request.get("networkMode") == "awsvpc":
        yield "Task definitions for external instances do not support networkMode=awsvpc."
    if any("efsVolumeConfiguration" in volume for volume in request.get("volumes", [])):
        yield "Task definitions for external instances do not support EFS volumes."
    yield from _ec2(request)


def _managed(request):
    if request.get("networkMode") not in (None, "awsvpc", "host"):
        yield "Task definitions for managed instances only support networkMode awsvpc and host."
    if windows(request):
        yield "Task definitions for managed instances do not support Windows."
    for container, linux in _containers(request):
        for member in ("links", "dnsServers", "dnsSearchDomains", "disableNetworking", "dockerSecurityOptions"):
            if container.get(member):
                yield f"Task definitions for managed instances do not support {member}."
        for member in ("sharedMemorySize", "maxSwap", "swappiness"):
            if linux.get(member) is not None:
                yield f"Task definitions for managed instances do not support {member}."
