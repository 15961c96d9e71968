"""The log of calls: what was asked, in order, without a value that could be a secret.

Every scalar of a body is masked unless its position is listed here, so are member names that users choose; the digest of the bytes
as they came tells whether two bodies are equal.
"""

import hashlib

MASK = "***"
# Positions that are shown whatever the operation: names, ARNs, counts, choices. `[]` stands for the members of a list.
SHOWN = {
    "ecs": """
        cluster clusters[] service services[] serviceName taskDefinition taskDefinitions[] family familyPrefix status status[] sort
        nextToken maxResults include[] desiredStatus desiredCount forceNewDeployment launchType
        schedulingStrategy platformVersion tasks[] startedBy
        containerInstance containerInstances[] serviceArns[] serviceDeploymentArn serviceDeploymentArns[] serviceRevisionArns[] stopType
        hookId action taskSet taskSets[] primaryTaskSet force externalId clientToken scale.unit scale.value resourceArn capacityProviders[]
        deploymentController.type capacityProviderStrategy[].capacityProvider capacityProviderStrategy[].base
        capacityProviderStrategy[].weight loadBalancers[].containerName loadBalancers[].containerPort loadBalancers[].targetGroupArn
        networkConfiguration.awsvpcConfiguration.subnets[] networkConfiguration.awsvpcConfiguration.securityGroups[]
        networkConfiguration.awsvpcConfiguration.assignPublicIp createdAt.after createdAt.before serviceArn name effectiveSettings
        taskRoleArn executionRoleArn networkMode cpu memory pidMode ipcMode requiresCompatibilities[] runtimePlatform.cpuArchitecture
        runtimePlatform.operatingSystemFamily volumes[].name tags[].key containerDefinitions[].name containerDefinitions[].image
        containerDefinitions[].user containerDefinitions[].essential containerDefinitions[].privileged
        containerDefinitions[].readonlyRootFilesystem containerDefinitions[].cpu containerDefinitions[].memory
        containerDefinitions[].memoryReservation containerDefinitions[].portMappings[].containerPort
        containerDefinitions[].portMappings[].hostPort containerDefinitions[].portMappings[].protocol
        containerDefinitions[].linuxParameters.capabilities.add[] containerDefinitions[].linuxParameters.capabilities.drop[]
        containerDefinitions[].linuxParameters.tmpfs[].containerPath containerDefinitions[].linuxParameters.tmpfs[].size
        containerDefinitions[].logConfiguration.logDriver
    """,
    "codedeploy": """
        applicationName applicationNames[] deploymentGroupName deploymentGroupNames[] deploymentId deploymentIds[] deploymentConfigName
        includeOnlyStatuses[] revision.revisionType revision.appSpecContent.sha256 autoRollbackEnabled deploymentWaitType
        autoRollbackConfiguration.enabled autoRollbackConfiguration.events[] nextToken
    """,
    "logs": "logGroupName logGroupNamePrefix logStreamName logStreamNames[] logStreamNamePrefix limit startTime endTime nextToken",
    "secretsmanager": "SecretId",
    "ssm": "ParameterFilters[].Key ParameterFilters[].Option ParameterFilters[].Values[] MaxResults NextToken",
    "iam": "RoleName PolicySourceArn ActionNames[] ResourceArns[] Action Version",
    "sts": "Action Version RoleArn",
    "ecr": "repositoryName registryId imageIds[].imageTag imageIds[].imageDigest",
    "events": "Rule TargetArn NextToken Limit NamePrefix EventBusName",
    "cloudwatch": "AlarmNames[] AlarmNames.member[] StateValue MaxRecords NextToken Action Version",
    "scheduler": "",
}
SHOWN = {service: set(positions.split()) for service, positions in SHOWN.items()}
# Below these the names of members are chosen by users.
CHOSEN = ("dockerLabels", "options", "driverOpts", "labels")


def masked(service, members):
    """The body with every scalar masked that is not on the list, and with every name that a user chose."""
    return _masked(SHOWN.get(service, set()), members, "")


def _masked(shown, value, path):
    if isinstance(value, dict):
        if path.rsplit(".", 1)[-1] in CHOSEN:
            return {f"{MASK}{number}": MASK for number, _ in enumerate(value, 1)}
        return {name: _masked(shown, member, f"{path}.{name}" if path else name) for name, member in value.items()}
    if isinstance(value, list):
        return [_masked(shown, member, f"{path}[]") for member in value]
    return value if path in shown else MASK


class Calls:
    """What was asked since the last wiping."""

    def __init__(self, keep_bodies):
        self.keep_bodies, self.log, self.bodies, self.wiped = keep_bodies, [], {}, 0

    def add(self, request, status, fault, signature):
        """Notes one call and how it was answered."""
        try:
            members = request.members()
        except Exception:  # A body that nobody can read is told by its digest alone.
            members = {}
        number = len(self.log) + 1
        if self.keep_bodies:
            self.bodies[number] = request.body
        target = {
            name: members[source]
            for name, source in (
                ("cluster", "cluster"), ("service", "service"), ("service", "services"), ("taskDefinition", "taskDefinition"),
                ("family", "family"), ("applicationName", "applicationName"), ("deploymentId", "deploymentId"),
            )
            if source in members
        }
        self.log.append(
            {
                "n": number,
                "service": request.service,
                "operation": request.operation,
                "region": request.region,
                "writes": request.writes,
                "target": target,
                "body": masked(request.service, members),
                "sha256": hashlib.sha256(request.body).hexdigest(),
                "length": len(request.body),
                "status": status,
                "attempt": request.headers.get("amz-sdk-request"),
                "invocation": request.headers.get("amz-sdk-invocation-id"),
                "signature": signature,
                "fault": fault,
            }
        )
        return number

    def wipe(self):
        """Forgets all of it."""
        self.log, self.bodies = [], {}
