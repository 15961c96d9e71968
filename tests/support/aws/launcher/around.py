"""What the double answers itself besides Amazon ECS and CodeDeploy: logs, images, and whether a role is allowed something.

moto has these services too, but takes no events of a fixed past, no digest that a test chooses, and no question about policies.
"""

import copy
import fnmatch

from .ecs.pages import page
from .errors import Refused


def _group(world, request):
    name = request.get("logGroupName") or request.get("logGroupIdentifier", "").rsplit(":log-group:", 1)[-1]
    if name not in world.log_groups:
        raise Refused("ResourceNotFoundException", "The specified log group does not exist.")
    return world.log_groups[name]


def describe_groups(world, request):
    """DescribeLogGroups."""
    prefix, pattern = request.get("logGroupNamePrefix", ""), request.get("logGroupNamePattern", "")
    groups = [
        {
            "logGroupName": name, "arn": world.arn("logs", f"log-group:{name}:*"), "creationTime": int(world.start * 1000),
            "storedBytes": 0, "metricFilterCount": 0,
        }
        for name in sorted(world.log_groups)
        if name.startswith(prefix) and pattern.lower() in name.lower()
    ]
    return page({"maxResults": request.get("limit", 50), "nextToken": request.get("nextToken")}, groups, "logGroups", 50, 50)


def describe_streams(world, request):
    """DescribeLogStreams."""
    group = _group(world, request)
    streams = [
        {"logStreamName": name, "lastEventTimestamp": events[-1]["timestamp"] if events else 0}
        for name, events in sorted(group["streams"].items())
        if name.startswith(request.get("logStreamNamePrefix", ""))
    ]
    return page({"maxResults": request.get("limit", 50), "nextToken": request.get("nextToken")}, streams, "logStreams", 50, 50)


def filter_events(world, request):
    """FilterLogEvents, oldest first; a pattern is a list of words that all have to be there."""
    group, words = _group(world, request), request.get("filterPattern", "").replace('"', " ").split()
    wanted, prefix = request.get("logStreamNames"), request.get("logStreamNamePrefix", "")
    found = [
        {"logStreamName": stream, **event, "ingestionTime": event["timestamp"], "eventId": f"{event['timestamp']:020d}{index:036d}"}
        for stream, events in group["streams"].items()
        if stream.startswith(prefix) and (wanted is None or stream in wanted)
        for index, event in enumerate(events)
        if request.get("startTime", 0) <= event["timestamp"] <= request.get("endTime", float("inf"))
        and all(word in event["message"] for word in words)
    ]
    found.sort(key=lambda event: event["timestamp"])
    return page({"maxResults": request.get("limit", 10000), "nextToken": request.get("nextToken")}, found, "events", 10000, 10000)


def get_events(world, request):
    """GetLogEvents: the whole stream in one page."""
    group = _group(world, request)
    if request["logStreamName"] not in group["streams"]:
        raise Refused("ResourceNotFoundException", "The specified log stream does not exist.")
    low, high = request.get("startTime", 0), request.get("endTime", float("inf"))
    events = [e | {"ingestionTime": e["timestamp"]} for e in group["streams"][request["logStreamName"]] if low <= e["timestamp"] < high]
    if "nextToken" in request:
        events = []
    token = request.get("nextToken", "f/0")
    return {"events": events[-request.get("limit", 10000):], "nextForwardToken": token, "nextBackwardToken": "b/0"}


def _repository(world, request):
    name = request["repositoryName"]
    if name not in world.repositories:
        why = f"The repository with name '{name}' does not exist in the registry with id '{world.account}'"
        raise Refused("RepositoryNotFoundException", why)
    return world.repositories[name]


def describe_images(world, request):
    """DescribeImages."""
    tags, name = _repository(world, request), request["repositoryName"]
    by_digest = {}
    for tag, digest in tags.items():
        by_digest.setdefault(digest, []).append(tag)
    wanted = request.get("imageIds")
    if wanted:
        chosen = {}
        for image in wanted:
            digest = image.get("imageDigest") or tags.get(image.get("imageTag"))
            if digest not in by_digest:
                why = f"The image with imageId {image} does not exist within the repository with name '{name}'"
                raise Refused("ImageNotFoundException", why)
            chosen[digest] = by_digest[digest]
        by_digest = chosen
    details = [
        {
            "registryId": world.account, "repositoryName": name, "imageDigest": digest, "imageTags": sorted(found),
            "imagePushedAt": float(world.start),
        }
        for digest, found in by_digest.items()
    ]
    return {"imageDetails": details}


def batch_get_image(world, request):
    """BatchGetImage."""
    tags, images, failures = _repository(world, request), [], []
    for wanted in request["imageIds"]:
        digest = wanted.get("imageDigest") or tags.get(wanted.get("imageTag"))
        if digest in tags.values():
            images.append(
                {
                    "registryId": world.account, "repositoryName": request["repositoryName"], "imageId": wanted | {"imageDigest": digest},
                    "imageManifest": '{"schemaVersion":2}', "imageManifestMediaType": "application/vnd.oci.image.manifest.v1+json",
                }
            )
        else:
            failures.append({"imageId": wanted, "failureCode": "ImageNotFound", "failureReason": "Requested image not found"})
    return {"images": images, "failures": failures}


def add_image(world, reference, digest):
    """What an image reference resolves to; one in the account's own registry is in its repository too."""
    world.images[reference] = digest
    registry = f"{world.account}.dkr.ecr.{world.region}.amazonaws.com/"
    if reference.startswith(registry):
        name, _, tag = reference[len(registry):].partition(":")
        world.repositories.setdefault(name, {})[tag or "latest"] = digest


def simulate(world, request):
    """SimulatePrincipalPolicy against the seeded allowances of a role; what is not allowed is denied."""
    arn = request["PolicySourceArn"]
    role = world.roles.get(arn.rsplit("/", 1)[-1])
    if role is None or ":role/" not in arn:
        raise Refused("NoSuchEntity", f"The role with name {arn.rsplit('/', 1)[-1]} cannot be found.", 404)
    results = []
    for action in request["ActionNames"]:
        for resource in request.get("ResourceArns", ["*"]):
            decision = "allowed" if _matches(role.get("allow", []), action, resource) else "implicitDeny"
            if _matches(role.get("deny", []), action, resource):
                decision = "explicitDeny"
            results.append({"EvalActionName": action, "EvalResourceName": resource, "EvalDecision": decision})
    return {"EvaluationResults": results, "IsTruncated": False}


def _matches(statements, action, resource):
    for statement in statements:
        statement = {"actions": [statement]} if isinstance(statement, str) else statement
        of_action = any(fnmatch.fnmatchcase(action.lower(), given.lower()) for given in statement["actions"])
        if of_action and any(fnmatch.fnmatchcase(resource, given) for given in statement.get("resources", ["*"])):
            return True
    return False


def add_log_group(world, name, streams):
    """A log group with the events of its streams: texts, or events with a time in milliseconds."""
    told = {}
    for stream, lines in streams.items():
        told[stream] = [
            copy.deepcopy(line) if isinstance(line, dict) else {"timestamp": int(world.start * 1000) + index, "message": line}
            for index, line in enumerate(lines)
        ]
    world.log_groups[name] = {"streams": told}


OPERATIONS = {
    "logs": {
        "DescribeLogGroups": describe_groups,
        "DescribeLogStreams": describe_streams,
        "FilterLogEvents": filter_events,
        "GetLogEvents": get_events,
    },
    "ecr": {"BatchGetImage": batch_get_image, "DescribeImages": describe_images},
    "iam": {"SimulatePrincipalPolicy": simulate},
}
