"""AppSpecs: the text that tells CodeDeploy which definition goes behind which container and port."""

import hashlib
import json

import yaml

from ..errors import Refused


def read(revision):
    """The content of an AppSpec, its digest, and the properties of its one service."""
    kind = revision.get("revisionType")
    if kind not in ("AppSpecContent", "String"):
        raise Refused("InvalidRevisionException", "For ECS deployment group, revisionType can only be AppSpecContent")
    given = revision.get("appSpecContent" if kind == "AppSpecContent" else "string", {})
    content = given.get("content", "")
    digest = hashlib.sha256(content.encode()).hexdigest()
    if given.get("sha256") not in (None, digest):
        raise Refused("InvalidRevisionException", "The sha256 of the AppSpec content does not match the content")
    try:
        spec = yaml.safe_load(content)
        resources = {key.lower(): value for key, value in spec.items()}["resources"]
        (only,) = resources
        (target,) = only.values()
        target = {key.lower(): value for key, value in target.items()}
        properties = {key.lower(): value for key, value in target["properties"].items()}
        balancer = {key.lower(): value for key, value in properties["loadbalancerinfo"].items()}
        wanted = properties["taskdefinition"]
        if target["type"] != "AWS::ECS::Service" or not isinstance(wanted, str):
            raise ValueError
        return content, digest, wanted, balancer
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise Refused("InvalidRevisionException", "The AppSpec file is not well-formed") from error


def plain(definition, container, port, hooks=None):
    """The text of a plain AppSpec, for the seed."""
    target = {
        "Type": "AWS::ECS::Service",
        "Properties": {"TaskDefinition": definition, "LoadBalancerInfo": {"ContainerName": container, "ContainerPort": port}},
    }
    return json.dumps({"version": 0.0, "Resources": [{"TargetService": target}]} | ({"Hooks": hooks} if hooks else {}))
