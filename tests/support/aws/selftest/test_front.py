"""Faults, the log of calls, signatures, and the double's own endpoints."""

import hashlib
import http.client
import json
import time
import urllib.error
import urllib.request

import boto3
import botocore.exceptions

from .base import URL, Scenario, client, control, raw, signed

DEFINITION = {"family": "web", "containerDefinitions": [{"name": "app", "image": "nginx:1", "memory": 64}]}


class Faults(Scenario):
    """Every kind of fault, as a client meets it."""

    def fault(self, kind, operation="RegisterTaskDefinition", **members):
        """Sets one fault of Amazon ECS."""
        control("POST", "faults", [{"service": "ecs", "operation": operation, "kind": kind} | members])

    def revisions(self):
        """How many revisions there are."""
        return len(self.ecs.list_task_definitions()["taskDefinitionArns"])

    def test_errors_before_anything_is_done(self):
        kinds = {
            "throttle": "ThrottlingException", "500": "ServerException", "503": "ServiceUnavailableException",
            "denied": "AccessDeniedException", "expired-token": "ExpiredTokenException", "absent": "UnknownOperationException",
        }
        for kind, code in kinds.items():
            with self.subTest(kind):
                self.fault(kind)
                text = self.refused(code, self.ecs.register_task_definition, **DEFINITION)
                self.assertTrue(kind != "denied" or "not authorized to perform: ecs:RegisterTaskDefinition" in text)
        self.assertEqual(self.revisions(), 0)

    def test_an_error_in_words_of_the_test(self):
        self.fault("refused", code="ClientException", message="Too many concurrent attempts.")
        text = self.refused("ClientException", self.ecs.register_task_definition, **DEFINITION)
        self.assertEqual((text, self.revisions()), ("Too many concurrent attempts.", 0))
        with self.assertRaises(urllib.error.HTTPError) as caught:
            self.fault("refused")
        self.assertIn("`refused` has the `code`", json.load(caught.exception)["error"])

    def test_errors_after_it_was_done(self):
        self.fault("commit-then-500")
        self.refused("ServerException", self.ecs.register_task_definition, **DEFINITION)
        self.assertEqual(self.revisions(), 1)
        self.fault("commit-then-drop")
        with self.assertRaises(botocore.exceptions.HTTPClientError):
            self.ecs.register_task_definition(**DEFINITION)
        self.assertEqual(self.revisions(), 2)

    def test_a_dropped_connection(self):
        self.fault("drop")
        with self.assertRaises((ConnectionError, http.client.RemoteDisconnected, urllib.error.URLError)):
            urllib.request.urlopen(signed(json.dumps(DEFINITION).encode()))
        self.assertEqual(self.revisions(), 0)
        self.assertIsNone(control("GET", "calls")[0]["status"])

    def test_no_json(self):
        self.fault("garbage")
        with urllib.request.urlopen(signed(json.dumps(DEFINITION).encode())) as answer:
            self.assertRaises(ValueError, json.load, answer)
        self.assertEqual(self.revisions(), 0)

    def test_latency(self):
        self.fault("latency", "ListTaskDefinitions", ms=80)
        began = time.monotonic()
        self.revisions()
        self.assertGreater(time.monotonic() - began, 0.08)

    def test_the_nth_call_and_no_other(self):
        self.fault("throttle", nth=[2, 3])
        answers = [raw(json.dumps(DEFINITION).encode())[0] for _ in range(4)]
        self.assertEqual(answers, [200, 400, 400, 200])

    def test_all_calls_and_a_number_of_them(self):
        self.fault("throttle", nth="all", times=2)
        told = client("ecs", attempts=3).register_task_definition(**DEFINITION)
        self.assertEqual(told["taskDefinition"]["revision"], 1)
        calls = control("GET", "calls")
        self.assertEqual([call["attempt"].split(";")[0] for call in calls], ["attempt=1", "attempt=2", "attempt=3"])
        self.assertEqual(len({call["sha256"] for call in calls}), 1)

    def test_what_somebody_else_does_meanwhile(self):
        self.shop(revisions=3)
        update = {"cluster": "shop", "service": "checkout", "taskDefinition": "checkout:3"}
        self.fault("meanwhile", calls=[{"service": "ecs", "operation": "UpdateService", "input": update}])
        self.ecs.register_task_definition(**DEFINITION)
        self.assertEqual(self.service()["taskDefinition"][-1], "3")
        self.assertNotIn("UpdateService", [call["operation"] for call in control("GET", "calls")])

    def test_other_services_too(self):
        control("POST", "faults", [{"service": "sts", "operation": "GetCallerIdentity", "kind": "expired-token"}])
        self.refused("ExpiredToken", client("sts").get_caller_identity)
        control("POST", "faults", [{"service": "codedeploy", "operation": "ListApplications", "kind": "throttle"}])
        self.refused("ThrottlingException", client("codedeploy").list_applications)


class Calls(Scenario):
    """The log of calls holds no value that could be a secret."""

    def test_values_are_masked_and_names_are_not(self):
        container = {
            "name": "app", "image": "nginx:1", "memory": 64, "environment": [{"name": "DB", "value": "hunter2"}],
            "command": ["--token=hunter2"], "dockerLabels": {"hunter2": "hunter2"}, "futureKnob": {"x": "hunter2"},
        }
        body = json.dumps({"family": "web", "containerDefinitions": [container], "tags": [{"key": "k", "value": "hunter2"}]}).encode()
        raw(body)
        (call,) = control("GET", "calls")
        self.assertNotIn("hunter2", json.dumps(call))
        self.assertEqual(call["body"]["containerDefinitions"][0]["image"], "nginx:1")
        self.assertEqual(call["body"]["containerDefinitions"][0]["environment"], [{"name": "***", "value": "***"}])
        self.assertEqual(call["sha256"], hashlib.sha256(body).hexdigest())
        self.assertEqual((call["writes"], call["target"]["family"], call["status"], call["signature"]), (True, "web", 200, "valid"))
        with urllib.request.urlopen(f"{URL}/_double/raw/1") as answer:
            self.assertEqual(answer.read(), body)

    def test_a_signature_over_something_else_is_refused(self):
        self.refused("InvalidSignatureException", client("ecs", secret="other").list_clusters)
        request = signed(b'{"family": "web"}')
        request.data = b'{"family": "wxb"}'
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request)
        self.assertEqual(json.load(caught.exception)["__type"], "InvalidSignatureException")
        self.assertEqual({call["signature"] for call in control("GET", "calls")}, {"refused"})

    def test_an_operation_that_the_double_has_not(self):
        self.refused("UnknownOperationException", self.ecs.run_task, taskDefinition="web")


class Seeds(Scenario):
    """Worlds by document."""

    def test_other_regions_are_empty(self):
        self.shop()
        session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
        elsewhere = session.client("ecs", endpoint_url=URL)
        self.assertEqual(elsewhere.list_clusters()["clusterArns"], [])
        self.refused("ClusterNotFoundException", elsewhere.describe_services, cluster="shop", services=["checkout"])
        arn = "arn:aws:ecs:us-east-1:123456789012:cluster/shop"
        self.refused("ClusterNotFoundException", self.ecs.describe_services, cluster=arn, services=["checkout"])

    def test_a_service_of_another_cluster(self):
        self.shop()
        self.seed(clusters={"other": {}})
        arn = self.service()["serviceArn"]
        text = self.refused("InvalidParameterException", self.ecs.describe_services, cluster="other", services=[arn])
        self.assertIn("Identifier is for cluster shop. Your cluster is other", text)

    def test_what_is_wanted_changes_without_a_deployment(self):
        self.shop()
        for count in (4, 1):
            self.ecs.update_service(cluster="shop", service="checkout", desiredCount=count)
            self.assertEqual(self.service()["runningCount"], count)
        self.assertEqual(len(self.service()["deployments"]), 1)

    def test_equal_seeds_make_equal_worlds(self):
        told = []
        for _ in range(2):
            self.setUp()
            self.shop("fails")
            self.deploy()
            told.append(json.dumps([self.service(), self.tasks()], default=str, sort_keys=True))
        self.assertEqual(told[0], told[1])

    def test_a_past_and_a_deployment_under_way(self):
        service = {"taskDefinition": "checkout:2", "ran": ["checkout:1"], "deploying": "checkout:3", "script": "stuck"}
        self.seed(taskDefinitions=[{"family": "checkout"}] * 3, clusters={"shop": {"services": {"checkout": service}}})
        told = self.ecs.list_service_deployments(cluster="shop", service="checkout")["serviceDeployments"]
        self.assertEqual([one["status"] for one in told], ["PENDING", "SUCCESSFUL", "SUCCESSFUL"])
        revisions = self.ecs.describe_service_revisions(serviceRevisionArns=[one["targetServiceRevisionArn"] for one in told])
        self.assertEqual([one["taskDefinition"][-1] for one in revisions["serviceRevisions"]], ["3", "2", "1"])

    def test_tags_of_aws_itself(self):
        tags = [{"key": "aws:cloudformation:stack-name", "value": "shop"}, {"key": "team", "value": "checkout"}]
        self.refused("InvalidParameterException", self.ecs.register_task_definition, **DEFINITION, tags=tags)
        definition = DEFINITION | {"family": "checkout", "tags": tags}
        self.seed(taskDefinitions=[definition], clusters={"shop": {"services": {"checkout": {"tags": tags, "launchType": "EC2"}}}})
        self.assertEqual(self.service()["tags"], tags[::-1])
        told = self.ecs.describe_task_definition(taskDefinition="checkout", include=["TAGS"])
        self.assertEqual(told["tags"], tags[::-1])

    def test_a_running_revision_may_be_inactive(self):
        definitions = [{"family": "checkout", "status": "INACTIVE"}, {"family": "checkout"}]
        self.seed(taskDefinitions=definitions, clusters={"shop": {"services": {"checkout": {"taskDefinition": "checkout:1"}}}})
        self.assertEqual(self.service()["runningCount"], 2)
        told = self.ecs.describe_task_definition(taskDefinition="checkout:1")["taskDefinition"]
        self.assertEqual(told["status"], "INACTIVE")

    def test_mistakes_are_told(self):
        for document, text in (
            ({"cluster": {}}, "a seed has no `cluster`"),
            ({"clusters": {"shop": {"services": {"a": {"script": "explodes"}}}}}, "no outcome `explodes`"),
            ({"taskDefinitions": [{"family": "a b"}]}, "the seed is refused"),
        ):
            with self.subTest(text), self.assertRaises(urllib.error.HTTPError) as caught:
                self.seed(**document)
            self.assertIn(text, json.load(caught.exception)["error"])
