"""Task definitions: what is refused, what is kept, what is told."""

import copy
import json

from .base import Scenario, control, raw, short

PLAIN = {"family": "web", "containerDefinitions": [{"name": "app", "image": "nginx:1", "memory": 64}]}
FARGATE = PLAIN | {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512"}
SECRET = {"name": "A", "valueFrom": "arn:aws:ssm:eu-central-1:123456789012:parameter/a"}
AWSLOGS = {"logDriver": "awslogs", "options": {"awslogs-group": "/g", "awslogs-region": "eu-central-1"}}
ROLE = "arn:aws:iam::123456789012:role/execution"


def of(base, top=None, **container):
    """A request with members changed, in its container or beside it."""
    request = copy.deepcopy(base) | (top or {})
    request["containerDefinitions"][0] |= container
    return request


REFUSED = [
    (of(PLAIN, environment=[{"name": "A", "value": "1"}], secrets=[SECRET], top={"executionRoleArn": ROLE}), "such as 'A'"),
    (of(PLAIN, secrets=[SECRET]), "'executionRoleArn'"),
    (of(PLAIN, linuxParameters={"tmpfs": [{"containerPath": "/tmp", "size": 0}]}), "non-zero, non-negative integer"),
    (of(PLAIN, mountPoints=[{"sourceVolume": "data", "containerPath": "/data"}]), "Unknown volume 'data'."),
    (of(PLAIN, volumesFrom=[{"sourceContainer": "other"}]), "Unknown container 'other'"),
    (of(PLAIN, name=""), "Container.name should not be null or empty."),
    (of(PLAIN, image=""), "Container.image should not be null or empty."),
    (of(PLAIN, memory=2), "at least 6 MiB"),
    (of(PLAIN, memoryReservation=128), "must not be above"),
    (of(PLAIN, ulimits=[{"name": "nofile", "softLimit": 2, "hardLimit": 1}]), "Invalid ulimit"),
    (of(PLAIN, ulimits=[{"name": "files", "softLimit": 1, "hardLimit": 1}]), "enum value set"),
    (of(PLAIN, healthCheck={"command": ["true"]}), "must begin with CMD"),
    (of(PLAIN, healthCheck={"command": ["CMD", "true"], "interval": 1}), "interval must be between"),
    (of(PLAIN, restartPolicy={"enabled": True, "restartAttemptPeriod": 10}), "between 60 and 1800"),
    (of(PLAIN, dependsOn=[{"containerName": "db", "condition": "START"}]), "unknown container 'db'"),
    (of(PLAIN, essential=False), "must be essential"),
    (of(PLAIN, logConfiguration={"logDriver": "awsfirelens"}), "needs a container with a firelensConfiguration"),
    (of(PLAIN, {"networkMode": "host"}, systemControls=[{"namespace": "net.core.somaxconn", "value": "1"}]), "networkMode=host"),
    (of(PLAIN, {"networkMode": "awsvpc"}, links=["db"]), "Links are not supported"),
    (of(PLAIN, {"networkMode": "awsvpc"}, portMappings=[{"containerPort": 80, "hostPort": 8080}]), "must match"),
    (of(PLAIN, {"networkMode": "somewhere"}), "enum value set"),
    (of(PLAIN, {"volumes": [{"name": "v", "host": {}, "dockerVolumeConfiguration": {}}]}), "Only one type"),
    (of(PLAIN, {"family": "a b"}), "invalid characters"),
    (PLAIN | {"containerDefinitions": []}, "cannot be empty"),
    (of(PLAIN, environment=[{"name": "A", "value": "x" * 70_000}]), "Max allowed length is '65536' bytes."),
    (of(FARGATE, privileged=True), "privileged"),
    (of(FARGATE, linuxParameters={"capabilities": {"add": ["NET_ADMIN"]}}), "only support SYS_PTRACE"),
    (of(FARGATE, linuxParameters={"sharedMemorySize": 64}), "sharedMemorySize"),
    (of(FARGATE, logConfiguration=AWSLOGS), "awslogs-stream-prefix"),
    (of(FARGATE, logConfiguration={"logDriver": "json-file"}), "not supported by Fargate"),
    (of(FARGATE, {"memory": "768"}), "No Fargate configuration exists"),
    (of(FARGATE, {"networkMode": "bridge"}), "network mode"),
    (of(FARGATE, {"ipcMode": "task"}), "ipcMode"),
    (of(FARGATE, {"volumes": [{"name": "v", "host": {"sourcePath": "/etc"}}]}), "sourcePath"),
    (of(FARGATE, stopTimeout=600), "stopTimeout"),
]


class Definitions(Scenario):
    """Register, describe, list, deregister."""

    def test_what_is_refused(self):
        for request, text in REFUSED:
            with self.subTest(text):
                self.assertIn(text, self.refused("ClientException", self.ecs.register_task_definition, **request))
        self.assertEqual(self.ecs.list_task_definitions()["taskDefinitionArns"], [], "nothing came of it")

    def test_wrong_types_are_refused_as_such(self):
        for request in (of(PLAIN, memory="64"), of(PLAIN, {"family": 1}), of(PLAIN, privileged="true")):
            status, answer = raw(json.dumps(request).encode())
            self.assertEqual((status, answer["__type"]), (400, "SerializationException"))

    def test_a_definition_that_is_taken_is_filled_in(self):
        request = of(FARGATE, {"executionRoleArn": ROLE, "cpu": "0.25 vCPU", "tags": [{"key": "team", "value": "a"}]})
        request["containerDefinitions"][0]["portMappings"] = [{"containerPort": 80}]
        told = self.ecs.register_task_definition(**request)
        definition = told["taskDefinition"]
        self.assertEqual(told["tags"], [{"key": "team", "value": "a"}])
        self.assertEqual((definition["revision"], definition["status"], definition["cpu"]), (1, "ACTIVE", "256"))
        self.assertEqual(definition["compatibilities"], ["EC2", "FARGATE", "MANAGED_INSTANCES"])
        self.assertEqual(definition["containerDefinitions"][0]["portMappings"], [{"containerPort": 80, "protocol": "tcp", "hostPort": 80}])
        self.assertIn({"name": "ecs.capability.task-eni"}, definition["requiresAttributes"])
        self.assertNotIn("tags", self.ecs.describe_task_definition(taskDefinition="web"))
        self.assertEqual(self.ecs.describe_task_definition(taskDefinition="web", include=["TAGS"])["tags"], told["tags"])

    def test_members_that_nobody_knows_are_kept(self):
        request = of(PLAIN, {"futureMember": {"deep": [1, "x"]}}, futureKnob="y")
        status, answer = raw(json.dumps(request).encode())
        self.assertEqual(status, 200)
        self.assertEqual(answer["taskDefinition"]["futureMember"], {"deep": [1, "x"]})
        status, answer = raw(b'{"taskDefinition": "web:1"}', "DescribeTaskDefinition")
        self.assertEqual(answer["taskDefinition"]["containerDefinitions"][0]["futureKnob"], "y")

    def test_tags_of_aws_are_refused(self):
        request = PLAIN | {"tags": [{"key": "aws:cloudformation:stack-name", "value": "x"}]}
        self.assertIn("aws:", self.refused("InvalidParameterException", self.ecs.register_task_definition, **request))

    def test_the_bare_family_is_the_latest_active_revision(self):
        for _ in range(3):
            self.ecs.register_task_definition(**PLAIN)
        self.ecs.deregister_task_definition(taskDefinition="web:3")
        self.assertEqual(self.ecs.describe_task_definition(taskDefinition="web")["taskDefinition"]["revision"], 2)
        told = self.ecs.describe_task_definition(taskDefinition="web:3")["taskDefinition"]
        self.assertEqual(told["status"], "INACTIVE")
        self.refused("ClientException", self.ecs.deregister_task_definition, taskDefinition="web:3")
        self.refused("InvalidParameterException", self.ecs.deregister_task_definition, taskDefinition="web")
        text = self.refused("ClientException", self.ecs.describe_task_definition, taskDefinition="web:9")
        self.assertEqual(text, "Unable to describe task definition.")

    def test_lists_come_sorted_and_in_pages(self):
        for family in ("web", "web-2", "api"):
            for _ in range(3):
                self.ecs.register_task_definition(**PLAIN | {"family": family})
        first = self.ecs.list_task_definitions(familyPrefix="web", sort="DESC", maxResults=2)
        self.assertEqual([short(arn) for arn in first["taskDefinitionArns"]], ["web:3", "web:2"])
        rest = self.ecs.list_task_definitions(familyPrefix="web", sort="DESC", maxResults=2, nextToken=first["nextToken"])
        self.assertEqual([short(arn) for arn in rest["taskDefinitionArns"]], ["web:1"])
        self.assertNotIn("nextToken", rest)
        self.refused("InvalidParameterException", self.ecs.list_task_definitions, maxResults=101)
        for number in (1, 2, 3):
            self.ecs.deregister_task_definition(taskDefinition=f"api:{number}")
        self.assertEqual(self.ecs.list_task_definition_families(status="ACTIVE")["families"], ["web", "web-2"])
        self.assertEqual(self.ecs.list_task_definition_families()["families"], ["api", "web", "web-2"])

    def test_rates_are_counted_and_not_enforced(self):
        for _ in range(23):
            self.ecs.register_task_definition(**PLAIN)
        told = control("GET", "limits")["task definition modify"]
        self.assertEqual(told["calls"], 23)
        self.assertIn(told["beyond"], (2, 3))
