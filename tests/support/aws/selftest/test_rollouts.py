"""Rolling deployments: every script, told poll by poll."""

from .base import Scenario, client, control, short

BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
NONE = {"deploymentCircuitBreaker": {"enable": False, "rollback": False}}
LOGGING = {
    "family": "checkout", "networkMode": "awsvpc", "cpu": "256", "memory": "512", "executionRoleArn": "arn:aws:iam::123456789012:role/e",
    "containerDefinitions": [
        {
            "name": "app", "image": "nginx:1",
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {"awslogs-group": "/ecs/checkout", "awslogs-region": "eu-central-1", "awslogs-stream-prefix": "web"},
            },
        }
    ],
}


def states(service):
    """Of each deployment its status, revision, running count and state."""
    return [(d["status"], short(d["taskDefinition"]), d["runningCount"], d["rolloutState"]) for d in service["deployments"]]


class Rolling(Scenario):
    """UpdateService under the ECS controller."""

    def test_steady(self):
        self.shop({"outcome": "steady", "polls": 3})
        before = self.service()
        self.assertEqual(states(before), [("PRIMARY", "checkout:1", 2, "COMPLETED")])
        arn = self.deploy()
        self.assertEqual(states(self.service())[0], ("PRIMARY", "checkout:2", 0, "IN_PROGRESS"))
        told = self.service()
        self.assertEqual(states(told), [("PRIMARY", "checkout:2", 1, "IN_PROGRESS"), ("ACTIVE", "checkout:1", 1, "COMPLETED")])
        self.assertEqual(self.history(arn)["status"], "SUCCESSFUL")
        told = self.service()
        self.assertEqual(states(told), [("PRIMARY", "checkout:2", 2, "COMPLETED")])
        self.assertEqual(told["currentServiceDeployment"], arn)
        self.assertEqual(told["events"][0]["message"], "(service checkout) has reached a steady state.")
        self.assertEqual({t["stopCode"] for t in self.tasks()}, {"ServiceSchedulerInitiated"})
        started_by = told["deployments"][0]["id"]
        self.assertEqual(len(self.ecs.list_tasks(cluster="shop", startedBy=started_by)["taskArns"]), 2)

    def test_what_starts_no_deployment(self):
        self.shop()
        settings = ({"desiredCount": 2}, {"enableExecuteCommand": True}, {"deploymentConfiguration": NONE})
        for members in (*settings, {"taskDefinition": "checkout:1"}):
            self.ecs.update_service(cluster="shop", service="checkout", **members)
        self.assertEqual(len(self.ecs.list_service_deployments(cluster="shop", service="checkout")["serviceDeployments"]), 1)
        self.ecs.update_service(cluster="shop", service="checkout", forceNewDeployment=True)
        self.assertEqual(len(self.ecs.list_service_deployments(cluster="shop", service="checkout")["serviceDeployments"]), 2)

    def test_the_breaker_rolls_back(self):
        self.shop({"outcome": "fails", "stop": "read-only", "rollback": {"polls": 1}})
        arn = self.deploy()
        self.service()
        self.assertEqual(self.service()["deployments"][0]["failedTasks"], 2)
        told = self.service()
        primary, failed = [(status, revision, state) for status, revision, _, state in states(told)][:2]
        self.assertEqual(primary, ("PRIMARY", "checkout:1", "IN_PROGRESS"))
        self.assertEqual(failed, ("ACTIVE", "checkout:2", "FAILED"))
        self.assertIn("rolling back to deploymentId", told["deployments"][0]["rolloutStateReason"])
        self.assertEqual(short(told["taskDefinition"]), "checkout:1")
        history = self.history(arn)
        self.assertEqual(history["status"], "ROLLBACK_SUCCESSFUL")
        self.assertEqual(history["deploymentCircuitBreaker"], {"status": "TRIGGERED", "failureCount": 3, "threshold": 3})
        self.assertIn("tasks failed to start", history["rollback"]["reason"])
        self.assertEqual(states(self.service()), [("PRIMARY", "checkout:1", 2, "COMPLETED")])
        failed = [task for task in self.tasks() if task["taskDefinitionArn"].endswith(":2")]
        self.assertEqual({task["stopCode"] for task in failed}, {"EssentialContainerExited"})
        self.assertEqual(failed[0]["containers"][0]["exitCode"], 1)
        self.assertRegex(failed[0]["containers"][0]["imageDigest"], "^sha256:[0-9a-f]{64}$")

    def test_a_breaker_without_roll_back_stops(self):
        configuration = {"deploymentCircuitBreaker": {"enable": True, "rollback": False}}
        self.shop("fails", deploymentConfiguration=configuration)
        arn = self.deploy()
        for _ in range(3):
            self.service()
        self.assertEqual(states(self.service()), [("PRIMARY", "checkout:2", 0, "FAILED"), ("ACTIVE", "checkout:1", 2, "COMPLETED")])
        self.assertEqual(self.history(arn)["status"], "STOPPED")

    def test_without_a_breaker_it_fails_for_ever(self):
        self.shop("fails", deploymentConfiguration=NONE)
        arn = self.deploy()
        for number in range(1, 30):
            self.assertEqual(self.service()["deployments"][0]["failedTasks"], number)
        self.assertEqual(self.history(arn)["status"], "IN_PROGRESS")
        self.assertTrue(any("unable to consistently start tasks" in event["message"] for event in self.service()["events"]))

    def test_a_failing_roll_back(self):
        self.shop({"outcome": "fails", "rollback": "fails"})
        arn = self.deploy()
        for _ in range(7):
            self.service()
        self.assertEqual(self.history(arn)["status"], "ROLLBACK_FAILED")

    def test_slow_but_progressing(self):
        self.shop({"outcome": "slow", "every": 2}, desiredCount=3)
        self.deploy()
        counts = [self.service()["deployments"][0]["runningCount"] for _ in range(6)]
        self.assertEqual(counts, [0, 1, 1, 2, 2, 3])
        self.assertEqual(states(self.service()), [("PRIMARY", "checkout:2", 3, "COMPLETED")])

    def test_stuck(self):
        self.shop("stuck")
        self.deploy()
        for _ in range(20):
            told = self.service()["deployments"][0]
        self.assertEqual((told["pendingCount"], told["failedTasks"], told["rolloutState"]), (2, 0, "IN_PROGRESS"))

    def test_superseded(self):
        self.shop({"outcome": "superseded", "polls": 2, "taskDefinition": "checkout:3", "then": {"polls": 1}}, revisions=3)
        arn = self.deploy()
        self.service()
        self.assertEqual([s[1] for s in states(self.service())][:2], ["checkout:3", "checkout:2"])
        self.assertEqual(self.history(arn)["status"], "STOPPED")
        self.assertEqual(states(self.service()), [("PRIMARY", "checkout:3", 2, "COMPLETED")])

    def test_it_dies_after_it_was_steady(self):
        self.shop({"outcome": "dies", "polls": 1, "after": 2, "count": 2, "stop": "oom"})
        self.deploy()
        self.assertEqual(states(self.service()), [("PRIMARY", "checkout:2", 2, "COMPLETED")])
        self.service()
        self.assertEqual(sum(t["taskDefinitionArn"].endswith(":2") for t in self.tasks()), 0)
        self.service()
        self.service()
        self.service()
        died = [t for t in self.tasks() if t["taskDefinitionArn"].endswith(":2")]
        self.assertEqual([t["containers"][0]["exitCode"] for t in died], [137, 137])
        self.assertIn("OutOfMemoryError", died[0]["stoppedReason"])
        self.assertEqual(self.service()["runningCount"], 2, "the scheduler replaced them")

    def test_a_crash_loop_hides_in_running_tasks_and_shows_in_the_log(self):
        service = {"taskDefinition": "checkout:1", "script": {"outcome": "crash-loop", "polls": 1, "container": "app"}}
        self.seed(taskDefinitions=[LOGGING] * 2, logGroups=["/ecs/checkout"], clusters={"shop": {"services": {"checkout": service}}})
        self.deploy()
        for _ in range(4):
            self.service()
        self.assertEqual(self.service()["runningCount"], 2)
        events = client("logs").filter_log_events(logGroupName="/ecs/checkout")["events"]
        self.assertEqual(len(events), 8)
        self.assertIn("read-only file system", events[0]["message"])

    def test_stopped_tasks_leave_their_logs(self):
        service = {"taskDefinition": "checkout:1", "script": {"outcome": "fails", "stop": "permission"}}
        self.seed(taskDefinitions=[LOGGING] * 2, logGroups=["/ecs/checkout"], clusters={"shop": {"services": {"checkout": service}}})
        self.deploy()
        self.service()
        task = self.tasks()[0]["taskArn"].rsplit("/", 1)[1]
        events = client("logs").get_log_events(logGroupName="/ecs/checkout", logStreamName=f"web/app/{task}")["events"]
        self.assertEqual([event["message"] for event in events], ["open /data/state.db: permission denied"])

    def test_tasks_that_never_start(self):
        for stop, text in (("pull", "CannotPullContainerError"), ("secrets", "ResourceInitializationError"), ("log-group", "log group")):
            with self.subTest(stop):
                control("POST", "reset")
                self.shop({"outcome": "fails", "stop": stop})
                self.deploy()
                self.service()
                (task,) = self.tasks()
                self.assertEqual(task["stopCode"], "TaskFailedToStart")
                self.assertIn(text, task["stoppedReason"])
                self.assertNotIn("exitCode", task["containers"][0])

    def test_a_watched_alarm_rolls_back(self):
        alarms = {"alarms": {"alarmNames": ["5xx"], "enable": True, "rollback": True}}
        self.seed(alarms={"5xx": "OK"})
        self.shop({"outcome": "alarm", "polls": 2, "rollback": {"polls": 1}}, deploymentConfiguration=alarms)
        arn = self.deploy()
        self.service()
        self.service()
        history = self.history(arn)
        self.assertEqual((history["status"], history["alarms"]["triggeredAlarmNames"]), ("ROLLBACK_SUCCESSFUL", ["5xx"]))
        told = client("cloudwatch").describe_alarms(AlarmNames=["5xx"])["MetricAlarms"][0]
        self.assertEqual(told["StateValue"], "ALARM")

    def test_an_alarm_after_it_was_steady(self):
        self.seed(alarms={"5xx": "OK"})
        self.shop({"outcome": "alarm", "polls": 1, "after": 2, "during": "settled", "alarm": "5xx"})
        self.deploy()

        def state():
            return client("cloudwatch").describe_alarms(AlarmNames=["5xx"])["MetricAlarms"][0]["StateValue"]

        self.assertEqual(states(self.service())[0][3], "COMPLETED")
        self.assertEqual(state(), "OK")
        self.service()
        self.service()
        self.assertEqual(state(), "ALARM")

    def test_the_old_picture_for_a_while(self):
        self.shop({"outcome": "steady", "polls": 1, "stale": 2})
        answer = self.ecs.update_service(cluster="shop", service="checkout", taskDefinition="checkout:2")["service"]
        self.assertEqual(short(answer["taskDefinition"]), "checkout:2")
        self.assertEqual([short(self.service()["taskDefinition"]) for _ in range(3)], ["checkout:1", "checkout:1", "checkout:2"])

    def test_stopped_with_roll_back(self):
        self.shop({"outcome": "stuck", "rollback": {"polls": 1}})
        arn = self.deploy()
        self.service()
        self.ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ROLLBACK")
        self.assertEqual(self.history(arn)["status"], "ROLLBACK_IN_PROGRESS")
        self.assertEqual(self.history(arn)["status"], "ROLLBACK_SUCCESSFUL")
        self.assertEqual(states(self.service()), [("PRIMARY", "checkout:1", 2, "COMPLETED")])
        self.refused("ConflictException", self.ecs.stop_service_deployment, serviceDeploymentArn=arn)
        self.refused("ServiceDeploymentNotFoundException", self.ecs.stop_service_deployment, serviceDeploymentArn=arn + "0")

    def test_what_update_refuses(self):
        self.shop()
        update = {"cluster": "shop", "service": "checkout"}
        self.ecs.deregister_task_definition(taskDefinition="checkout:2")
        text = self.refused("ClientException", self.ecs.update_service, **update, taskDefinition="checkout:2")
        self.assertEqual(text, "TaskDefinition is inactive")
        self.refused("ClientException", self.ecs.update_service, **update, taskDefinition="checkout:7")
        self.refused("ClusterNotFoundException", self.ecs.update_service, cluster="x", service="checkout")
        self.refused("ServiceNotFoundException", self.ecs.update_service, cluster="shop", service="x")
        bridge = {"family": "bridge", "containerDefinitions": [{"name": "app", "image": "a", "memory": 64}]}
        self.ecs.register_task_definition(**bridge)
        text = self.refused("InvalidParameterException", self.ecs.update_service, **update, taskDefinition="bridge:1")
        self.assertEqual(text, "Task definition does not support launch_type FARGATE.")
        self.assertEqual(len(self.service()["deployments"]), 1)

    def test_an_old_platform_takes_no_tmpfs(self):
        self.shop(platformVersion="1.3.0")
        definition = self.ecs.describe_task_definition(taskDefinition="checkout:2")["taskDefinition"]
        container = definition["containerDefinitions"][0] | {"linuxParameters": {"tmpfs": [{"containerPath": "/tmp", "size": 8}]}}
        members = {name: definition[name] for name in ("family", "networkMode", "cpu", "memory")} | {"containerDefinitions": [container]}
        self.ecs.register_task_definition(**members)
        update = {"cluster": "shop", "service": "checkout", "taskDefinition": "checkout:3"}
        self.refused("PlatformTaskDefinitionIncompatibilityException", self.ecs.update_service, **update)

    def test_no_instance_has_what_the_revision_requires(self):
        plain = {"family": "agent", "containerDefinitions": [{"name": "app", "image": "a", "memory": 64}]}
        container = {"name": "app", "image": "a", "memory": 64, "dockerSecurityOptions": ["label:type:x"]}
        labelled = {"family": "agent", "containerDefinitions": [container]}
        service = {"taskDefinition": "agent:1", "launchType": "EC2", "deploymentConfiguration": BREAKER}
        self.seed(taskDefinitions=[plain, labelled], clusters={"shop": {"instances": 2, "services": {"checkout": service}}})
        attributes = self.ecs.describe_task_definition(taskDefinition="agent:2")["taskDefinition"]["requiresAttributes"]
        self.assertIn({"name": "com.amazonaws.ecs.capability.selinux"}, attributes)
        self.deploy("agent:2")
        told = self.service()
        self.assertIn("was unable to place a task", told["events"][0]["message"])
        self.assertIn("is missing an attribute required by your task", told["events"][0]["message"])
        self.assertEqual(states(told)[0], ("PRIMARY", "agent:2", 0, "IN_PROGRESS"))

    def test_a_daemon_follows_its_instances(self):
        plain = {"family": "agent", "containerDefinitions": [{"name": "app", "image": "a", "memory": 64}]}
        service = {"taskDefinition": "agent:1", "schedulingStrategy": "DAEMON"}
        self.seed(taskDefinitions=[plain] * 2, clusters={"shop": {"instances": 3, "services": {"checkout": service}}})
        self.assertEqual((self.service()["desiredCount"], self.service()["runningCount"]), (3, 3))
        self.deploy("agent:2")
        self.service()
        self.assertEqual(states(self.service()), [("PRIMARY", "agent:2", 3, "COMPLETED")])
        instances = self.ecs.list_container_instances(cluster="shop")["containerInstanceArns"]
        self.assertEqual(len(self.ecs.describe_container_instances(cluster="shop", containerInstances=instances)["containerInstances"]), 3)

    def test_nothing_wanted_is_done_at_once(self):
        self.shop(desiredCount=0)
        arn = self.deploy()
        self.assertEqual(self.history(arn)["status"], "SUCCESSFUL")
        self.assertEqual(self.service()["runningCount"], 0)

    def test_revisions_tell_the_digests(self):
        self.seed(images={"public.ecr.aws/docker/library/nginx:1.29": "sha256:" + "ab" * 32})
        self.shop(runningDigests={"app": "sha256:" + "cd" * 32})
        arn = self.service()["currentServiceRevisions"][0]["arn"]
        told = self.ecs.describe_service_revisions(serviceRevisionArns=[arn])["serviceRevisions"][0]
        self.assertEqual(told["containerImages"][0]["imageDigest"], "sha256:" + "cd" * 32)
        self.assertEqual({c["imageDigest"] for t in self.tasks("RUNNING") for c in t["containers"]}, {"sha256:" + "cd" * 32})
        self.deploy()
        arn = self.service()["currentServiceRevisions"][0]["arn"]
        told = self.ecs.describe_service_revisions(serviceRevisionArns=[arn])["serviceRevisions"][0]
        self.assertEqual(told["containerImages"][0]["imageDigest"], "sha256:" + "ab" * 32, "a deployment resolves the tag again")

    def test_what_is_missing_is_a_failure_in_the_answer(self):
        self.shop()
        told = self.ecs.describe_services(cluster="shop", services=["checkout", "x"])
        self.assertEqual([failure["reason"] for failure in told["failures"]], ["MISSING"])
        self.refused("InvalidParameterException", self.ecs.describe_services, cluster="shop", services=["x"] * 11)
        self.assertEqual(self.ecs.list_tasks(cluster="shop", desiredStatus="PENDING")["taskArns"], [])
