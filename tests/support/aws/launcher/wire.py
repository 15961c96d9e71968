"""Requests as services and their operations, and answers in the protocol of the request."""

import datetime
import json
import re
import uuid
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from . import cbor, shapes
from .errors import Refused

TARGETS = {
    "AmazonEC2ContainerServiceV20141113": "ecs", "CodeDeploy_20141006": "codedeploy", "Logs_20140328": "logs",
    "secretsmanager": "secretsmanager", "AmazonSSM": "ssm", "AmazonEC2ContainerRegistry_V20150921": "ecr", "AWSEvents": "events",
    "GraniteServiceVersion20100801": "cloudwatch",
}
SIGNED_AS = {"monitoring": "cloudwatch"}
CBOR_NAMES = {"CodeDeploy_20141006": "codedeploy", "GraniteServiceVersion20100801": "cloudwatch"}
READS = ("Describe", "List", "Get", "BatchGet", "Filter", "Simulate", "Discover", "Lookup")
SCHEDULER = [
    ("GET", r"/schedules/?", "ListSchedules"), ("GET", r"/schedules/[^/]+", "GetSchedule"), ("POST", r"/schedules/[^/]+", "CreateSchedule"),
]


class Request:
    """One request: what it asks of which service, and how it came."""

    def __init__(self, method, target, headers, body):
        self.method, self.target, self.body = method, target, body
        self.headers = {name.lower(): value for name, value in headers}
        self.path, _, self.query = target.partition("?")
        self.protocol, self.service, self.operation, self.params = "rest", "", f"{method} {self.path}", None
        self.region = ""
        scope = re.search(r"Credential=[^/]+/\d{8}/([^/]+)/([^/]+)/aws4_request", self.headers.get("authorization", ""))
        if scope:
            self.region, self.service = scope[1], SIGNED_AS.get(scope[2], scope[2])
        self._recognise()

    def _recognise(self):
        header, kind = self.headers.get("x-amz-target"), self.headers.get("content-type", "")
        if header:
            prefix, _, self.operation = header.rpartition(".")
            self.protocol, self.service = "json", TARGETS.get(prefix, self.service)
        elif found := re.fullmatch(r"/service/([^/]+)/operation/([^/]+)", self.path):
            self.protocol, self.operation = "cbor", found[2]
            self.service = CBOR_NAMES.get(found[1], self.service)
        elif kind.startswith("application/x-www-form-urlencoded") or "Action=" in self.query:
            self.protocol = "query"
            self.params = dict(parse_qsl(self.body.decode("utf-8", "replace") or self.query, keep_blank_values=True))
            self.operation = self.params.get("Action", "")
        elif self.service == "scheduler":
            for method, pattern, name in SCHEDULER:
                if method == self.method and re.fullmatch(pattern, self.path):
                    self.operation = name

    @property
    def writes(self):
        """Whether the operation changes anything, by its name."""
        return not self.operation.startswith((*READS, "GET ", "AssumeRole"))

    def members(self):
        """The members of the request as Python values."""
        if self.protocol == "query":
            return _unflattened(self.params)
        if not self.body:
            return {}
        try:
            members = cbor.decode(self.body) if self.protocol == "cbor" else json.loads(self.body)
        except ValueError as error:
            raise Refused("SerializationException", "The request could not be read.") from error
        if not isinstance(members, dict):
            raise Refused("SerializationException", "Unexpected field type")
        return members


def _unflattened(params):
    found = {}
    for name, value in params.items():
        listed = re.fullmatch(r"(\w+)\.member\.\d+", name)
        if listed:
            found.setdefault(listed[1], []).append(value)
        else:
            found[name] = value
    return found


def _headers(request, kind, number):
    identity = str(uuid.UUID(int=number))
    headers = [("Content-Type", kind), ("x-amzn-RequestId", identity)]
    return [*headers, ("smithy-protocol", "rpc-v2-cbor")] if request.protocol == "cbor" else headers


def answer(request, members, number):
    """Status, headers and body of a success."""
    if request.protocol == "cbor":
        when = shapes.timestamps(request.service, request.operation, members, lambda at: datetime.datetime.fromtimestamp(at, datetime.UTC))
        return 200, _headers(request, "application/cbor", number), cbor.encode(when)
    if request.protocol == "query":
        name = request.operation
        body = f"<{name}Response><{name}Result>{_xml(members)}</{name}Result><ResponseMetadata/></{name}Response>"
        return 200, _headers(request, "text/xml", number), body.encode()
    return 200, _headers(request, "application/x-amz-json-1.1", number), json.dumps(members, ensure_ascii=False).encode()


def _xml(value):
    if isinstance(value, dict):
        return "".join(f"<{name}>{_xml(member)}</{name}>" for name, member in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{_xml(member)}</member>" for member in value)
    return escape(str(value).lower() if isinstance(value, bool) else str(value))


def refusal(request, error, number):
    """Status, headers and body of an error."""
    if request.protocol == "cbor":
        body = cbor.encode({"__type": f"com.amazonaws.{request.service}#{error.code}", "message": error.message})
        return error.status, _headers(request, "application/cbor", number), body
    if request.protocol == "query":
        told = f"<Error><Type>Sender</Type><Code>{error.code}</Code><Message>{escape(error.message)}</Message></Error>"
        identity = f"<RequestId>{uuid.UUID(int=number)}</RequestId>"
        return error.status, _headers(request, "text/xml", number), f"<ErrorResponse>{told}{identity}</ErrorResponse>".encode()
    headers = [*_headers(request, "application/x-amz-json-1.1", number), ("x-amzn-ErrorType", error.code)]
    return error.status, headers, json.dumps({"__type": error.code, "message": error.message}).encode()
