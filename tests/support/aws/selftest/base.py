"""One double in this process, shared by all tests and wiped before each."""

import functools
import json
import threading
import unittest
import urllib.error
import urllib.request

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials
import botocore.exceptions

from launcher import front

DOUBLE = front.Double("123456789012", "eu-central-1", keep_bodies=True)
SERVER = front.serve(DOUBLE, 0)
URL = f"http://127.0.0.1:{SERVER.server_address[1]}"
threading.Thread(target=SERVER.serve_forever, daemon=True).start()


@functools.cache
def client(service, attempts=1, secret="test"):
    """A client of the double that tries once, unless told otherwise."""
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key=secret, region_name="eu-central-1")
    config = botocore.config.Config(retries={"total_max_attempts": attempts, "mode": "standard"}, parameter_validation=False)
    return session.client(service, endpoint_url=URL, config=config)


def control(method, path, body=None):
    """A request to the double itself."""
    request = urllib.request.Request(f"{URL}/_double/{path}", method=method, data=None if body is None else json.dumps(body).encode())
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


class Scenario(unittest.TestCase):
    """A test with a world of its own."""

    def setUp(self):
        control("POST", "reset")
        self.ecs = client("ecs")

    def seed(self, **document):
        """Plants a world."""
        return control("POST", "seed", document)

    def shop(self, *script, revisions=2, **service):
        """A cluster `shop` with a service `checkout` on the first of some revisions of a family `checkout`."""
        deployment = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
        members = {"taskDefinition": "checkout:1", "deploymentConfiguration": deployment, "script": list(script)} | service
        return self.seed(
            taskDefinitions=[{"family": "checkout"}] * revisions, clusters={"shop": {"services": {"checkout": members}}}
        )

    def service(self):
        """The service as it is told now; this is a poll."""
        return self.ecs.describe_services(cluster="shop", services=["checkout"], include=["TAGS"])["services"][0]

    def deploy(self, revision="checkout:2"):
        """UpdateService to a revision; its PRIMARY deployment and the ARN of its service deployment."""
        self.ecs.update_service(cluster="shop", service="checkout", taskDefinition=revision)
        return self.ecs.list_service_deployments(cluster="shop", service="checkout")["serviceDeployments"][0]["serviceDeploymentArn"]

    def history(self, arn):
        """The service deployment as it is told now; this is a poll."""
        return self.ecs.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"][0]

    def tasks(self, status="STOPPED"):
        """The tasks of the service with a desired status."""
        arns = self.ecs.list_tasks(cluster="shop", serviceName="checkout", desiredStatus=status)["taskArns"]
        return self.ecs.describe_tasks(cluster="shop", tasks=arns)["tasks"] if arns else []

    def refused(self, code, call, **members):
        """The text with which a call is refused."""
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            call(**members)
        error = caught.exception.response["Error"]
        self.assertEqual(error["Code"], code, error)
        return error["Message"]


def short(arn):
    """`family:revision` of an ARN."""
    return arn.rsplit("/", 1)[1]


def signed(body, operation="RegisterTaskDefinition", secret="test"):
    """A request to Amazon ECS with exactly these bytes, signed."""
    headers = {"X-Amz-Target": f"AmazonEC2ContainerServiceV20141113.{operation}", "Content-Type": "application/x-amz-json-1.1"}
    request = botocore.awsrequest.AWSRequest("POST", URL + "/", headers=headers, data=body)
    botocore.auth.SigV4Auth(botocore.credentials.Credentials("test", secret), "ecs", "eu-central-1").add_auth(request)
    return urllib.request.Request(URL + "/", body, dict(request.headers))


def raw(body, operation="RegisterTaskDefinition"):
    """Status and answer of a signed request with exactly these bytes."""
    try:
        with urllib.request.urlopen(signed(body, operation)) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
