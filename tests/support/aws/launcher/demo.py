"""The world of the README's commands: a cluster `shop` whose service `checkout` runs examples/checkout-api.json."""

import json
import pathlib

EXAMPLE = pathlib.Path(__file__).resolve().parents[4] / "examples" / "checkout-api.json"


def world():
    """The seed."""
    definition = json.loads(EXAMPLE.read_text())
    service = {
        "taskDefinition": definition["family"],
        "desiredCount": 2,
        "loadBalancers": [{"targetGroupArn": TARGETS, "containerName": "api", "containerPort": 8080}],
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": {"enable": True, "rollback": True}, "maximumPercent": 200, "minimumHealthyPercent": 100
        },
        "script": [{"outcome": "steady", "polls": 4}],
    }
    return {
        "taskDefinitions": [definition],
        "clusters": {"shop": {"services": {"checkout": service}}},
        "logGroups": ["/ecs/checkout-api"],
        "roles": {
            "checkout-api-execution": {"allow": ["logs:*", "secretsmanager:GetSecretValue", "ssm:GetParameters", "ecr:*"]},
            "checkout-api-task": {},
        },
        "secrets": {"checkout/db": {"suffix": "Q7xK2m"}},
    }


TARGETS = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/checkout/0123456789abcdef"
