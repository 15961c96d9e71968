"""Which attributes a container instance needs for a task definition, from the members that it uses.

The names are those of the container agent's capabilities (amazon-ecs-agent, `agent/app/agent_capability.go`); which member asks for
which is plausible, not promised.
"""

DOCKER = "com.amazonaws.ecs.capability.docker-remote-api.1."
COMMON = "com.amazonaws.ecs.capability."
OWN = "ecs.capability."


def required(definition):
    """The attributes, sorted."""
    found = {COMMON + "task-iam-role"} if definition.get("taskRoleArn") else set()
    if definition.get("networkMode") == "awsvpc":
        found |= {OWN + "task-eni", DOCKER + "18"}
    if definition.get("networkMode") == "host" and definition.get("taskRoleArn"):
        found.add(COMMON + "task-iam-role-network-host")
    if definition.get("pidMode") or definition.get("ipcMode"):
        found.add(OWN + "pid-ipc-namespace-sharing")
    if definition.get("enableFaultInjection"):
        found.add(OWN + "fault-injection")
    if definition.get("proxyConfiguration"):
        found.add(OWN + "aws-appmesh")
    for volume in definition.get("volumes", []):
        found |= _volume(volume)
    for container in definition["containerDefinitions"]:
        found |= _container(definition, container)
    return [{"name": name} for name in sorted(found)]


def _volume(volume):
    if "efsVolumeConfiguration" in volume:
        return {OWN + "efs"} | ({OWN + "efsAuth"} if volume["efsVolumeConfiguration"].get("authorizationConfig") else set())
    if volume.get("configuredAtLaunch"):
        return {OWN + "storage.ebs-task-volume-attach"}
    driver = volume.get("dockerVolumeConfiguration", {}).get("driver")
    return {OWN + "docker-plugin." + driver} if driver else set()


def _container(definition, container):
    found, role = set(), definition.get("executionRoleArn")
    linux = container.get("linuxParameters", {})
    if ".dkr.ecr." in container["image"]:
        found |= {COMMON + "ecr-auth"} | ({OWN + "execution-role-ecr-pull"} if role else set())
    if container.get("privileged"):
        found.add(COMMON + "privileged-container")
    if linux.get("tmpfs") or linux.get("sharedMemorySize"):
        found.add(DOCKER + "22")
    if linux.get("initProcessEnabled"):
        found.add(DOCKER + "25")
    if container.get("healthCheck"):
        found |= {OWN + "container-health-check", DOCKER + "24"}
    if container.get("dependsOn"):
        found.add(OWN + "container-ordering")
    if container.get("restartPolicy", {}).get("enabled"):
        found.add(OWN + "container-restart-policy")
    if container.get("environmentFiles"):
        found.add(OWN + "env-files.s3")
    if container.get("repositoryCredentials"):
        found.add(OWN + "private-registry-authentication.secretsmanager")
    for secret in container.get("secrets", []):
        kind = "asm" if ":secretsmanager:" in secret["valueFrom"] else "ssm"
        found.add(f"{OWN}secrets.{kind}.environment-variables")
        if kind == "asm" and secret["valueFrom"].count(":") > 6:
            found.add(OWN + "secrets.asm.environment-variables.json-key")
    for option in container.get("dockerSecurityOptions", []):
        found |= {COMMON + kind for kind in ("selinux", "apparmor") if option.startswith({"selinux": "label:"}.get(kind, kind + ":"))}
    return found | _logs(container, role) | _router(container)


def _logs(container, role):
    logs = container.get("logConfiguration", {})
    driver = logs.get("logDriver")
    if not driver:
        return set()
    found = {COMMON + "logging-driver." + driver, DOCKER + ("19" if driver == "awslogs" else "18")}
    if driver == "awslogs" and role:
        found.add(OWN + "execution-role-awslogs")
    return found


def _router(container):
    router = container.get("firelensConfiguration")
    if not router:
        return set()
    user = str(container.get("user", "0")).split(":")[0]
    return {OWN + "firelens." + router["type"]} | ({OWN + "firelens.non-root-user"} if user != "0" else set())


# What an instance with a recent agent has; Security modules are off unless its owner turns them on.
RECENT = sorted(
    {COMMON + "task-iam-role", COMMON + "task-iam-role-network-host", COMMON + "ecr-auth", COMMON + "privileged-container"}
    | {f"{DOCKER}{minor}" for minor in range(17, 45)}
    | {COMMON + "logging-driver." + driver for driver in ("awslogs", "awsfirelens", "json-file", "fluentd", "splunk", "syslog", "none")}
    | {
        OWN + name
        for name in (
            "task-eni", "pid-ipc-namespace-sharing", "fault-injection", "aws-appmesh", "efs", "efsAuth", "storage.ebs-task-volume-attach",
            "execution-role-ecr-pull", "execution-role-awslogs", "container-health-check", "container-ordering",
            "container-restart-policy", "env-files.s3", "private-registry-authentication.secretsmanager", "docker-plugin.local",
            "secrets.asm.environment-variables", "secrets.asm.environment-variables.json-key", "secrets.ssm.environment-variables",
            "firelens.fluentd", "firelens.fluentbit", "firelens.non-root-user",
        )
    }
)
