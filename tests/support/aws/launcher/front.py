"""The HTTP server in front: it holds the socket, so that a connection can be dropped before or after the work was done."""

import http.server
import json
import re
import socket
import sys
import threading
import traceback

from . import around, codedeploy, faults, motos, seed, shapes, signature, wire
from .calls import Calls
from .ecs import api
from .errors import Control, Refused
from .world import World

OWN = {"ecs": api.OPERATIONS, "codedeploy": codedeploy.OPERATIONS, **around.OPERATIONS}
WHOLE = ("ecs", "codedeploy", "ecr", "logs")
# What a service says to a member that is absent, or of the right type and not allowed.
CONSTRAINT = {"codedeploy": "ValidationException"}
ALARM = {
    "MetricName": "HTTPCode_Target_5XX_Count", "Namespace": "AWS/ApplicationELB", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
    "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold",
}
GARBAGE = b"<html><body>not what was asked for</body></html>"


class Double:
    """One world, its calls and its faults, behind one lock: calls are carried out one after another."""

    def __init__(self, account, region, keep_bodies):
        self.account, self.region = account, region
        self.lock = threading.RLock()
        self.moto = motos.Moto(account)
        self.calls = Calls(keep_bodies)
        self.number = 0
        self.reset()

    def reset(self):
        """Forgets everything: the world, the calls, the faults, what moto knows."""
        self.world = World(self.account, self.region)
        self.world.alarm = self.alarm
        self.elsewhere = {}
        self.moto.reset()
        self.calls.wipe()
        self.faults = faults.Faults()
        self.number = 0

    def alarm(self, name, state="ALARM"):
        """Gives a CloudWatch alarm its state, and makes it where it is new."""
        if not self.moto.call(self.region, "cloudwatch", "DescribeAlarms", {"AlarmNames": [name]})["MetricAlarms"]:
            self.moto.call(self.region, "cloudwatch", "PutMetricAlarm", ALARM | {"AlarmName": name})
        given = {"AlarmName": name, "StateValue": state, "StateReason": "Threshold Crossed"}
        self.moto.call(self.region, "cloudwatch", "SetAlarmState", given)

    def call(self, service, operation, given):
        """One operation with the members of its request, unsigned and unlogged: for seeds, and for what somebody else does."""
        own = OWN.get(service, {}).get(operation)
        if own is None:
            return self.moto.call(self.region, service, operation, given)
        shapes.check(service, operation, given)
        return own(self.world, given)

    def world_of(self, request):
        """The world of the region that a request is signed for: any but the seeded one is empty. IAM is everywhere the same."""
        if request.region in ("", self.region) or request.service == "iam":
            return self.world
        return self.elsewhere.setdefault(request.region, World(self.account, request.region))

    def handle(self, request):
        """The answer to one call of a service, or None where the connection is to be dropped without one."""
        with self.lock:
            self.number += 1
            number, fault = self.number, self.faults.met(request)
        if fault:
            faults.wait(fault)
        with self.lock:
            told, signed = self._answer(request, fault, number)
            self.calls.add(request, told[0] if told else None, fault and fault["kind"], signed)
        return told

    def _answer(self, request, fault, number):
        kind = fault["kind"] if fault else None
        try:
            signature.check(request, self.world.keys)
        except Refused as error:
            return wire.refusal(request, error, number), "refused"
        if kind == "drop":
            return None, "valid"
        if kind == "garbage":
            return (200, [("Content-Type", "text/html")], GARBAGE), "valid"
        if kind in faults.ERRORS:
            return wire.refusal(request, faults.refusal(fault, request, self.account), number), "valid"
        if kind == "meanwhile" and not fault.get("after"):
            self._meanwhile(fault)
        told = self.carry_out(request, number)
        if kind == "meanwhile" and fault.get("after"):
            self._meanwhile(fault)
        if kind == "commit-then-drop":
            return None, "valid"
        if kind == "commit-then-garbage":
            return (200, [("Content-Type", "text/html")], GARBAGE), "valid"
        if kind == "commit-then-500":
            return wire.refusal(request, faults.refusal(fault, request, self.account), number), "valid"
        return told, "valid"

    def _meanwhile(self, fault):
        for call in fault["calls"]:
            self.call(call["service"], call["operation"], call.get("input", {}))

    def carry_out(self, request, number=0):
        """The answer of the double's own services, or moto's."""
        operation = OWN.get(request.service, {}).get(request.operation)
        if operation is None and request.service not in WHOLE:
            return self._moto(request)
        try:
            if operation is None:
                raise Refused("UnknownOperationException", f"The double has no {request.service}:{request.operation}.")
            members = shapes.without_null(request.members())
            code = CONSTRAINT.get(request.service, "InvalidParameterException")
            if request.operation == "RegisterTaskDefinition":
                code = "ClientException"
            if request.protocol != "query":
                shapes.check(request.service, request.operation, members, code)
            if request.service == "ecs":
                self.world.limits.count(request.operation)
            world = self.world_of(request)
            told = operation(world, members)
            world.moves += 1
            return wire.answer(request, told, number)
        except Refused as error:
            return wire.refusal(request, error, number)

    def _moto(self, request):
        told = self.moto.request(request.method, request.target, request.headers, request.body)
        if request.operation == "AssumeRole" and told[0] == 200:
            key, secret = (re.search(f"<{name}>([^<]+)<", told[2].decode()) for name in ("AccessKeyId", "SecretAccessKey"))
            self.world.keys[key[1]] = secret[1]
        return told

    def control(self, method, path, body):
        """The answer to a request to the double itself: a value, or bytes."""
        given = json.loads(body) if body else None
        with self.lock:
            if (method, path) == ("POST", "/_double/seed"):
                return seed.plant(self, given)
            if (method, path) == ("POST", "/_double/faults"):
                self.faults.add(given)
                return self.faults.listed
            if (method, path) == ("GET", "/_double/faults"):
                return self.faults.listed
            if (method, path) == ("DELETE", "/_double/faults"):
                self.faults = faults.Faults()
                return []
            if (method, path) == ("GET", "/_double/calls"):
                return self.calls.log
            if (method, path) == ("DELETE", "/_double/calls"):
                self.calls.wipe()
                return []
            if (method, path) == ("POST", "/_double/reset"):
                self.reset()
                return {}
            if (method, path) == ("GET", "/_double/limits"):
                return self.world.limits.told()
            if (method, path) == ("POST", "/_double/alarm"):
                self.alarm(given["name"], given.get("state", "ALARM"))
                return {}
            if (method, path) == ("POST", "/_double/call"):
                told = self.call(given["service"], given["operation"], given.get("input", {}))
                return json.loads(json.dumps(told, default=str))
            if method == "GET" and path.startswith("/_double/raw/"):
                return self._raw(path.rsplit("/", 1)[1])
        raise Control(f"the double has no {method} {path}")

    def _raw(self, number):
        if not self.calls.keep_bodies:
            raise Control("bodies are kept with --keep-bodies alone")
        if not number.isdecimal() or int(number) not in self.calls.bodies:
            raise Control(f"no call has the number {number}")
        return self.calls.bodies[int(number)]


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    double = None

    def _any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/_double/"):
            self._send(*self._controlled(body))
            return
        try:
            told = self.double.handle(wire.Request(self.command, self.path, self.headers.items(), body))
        except Exception as error:  # A fault of the double itself: told in full here, and to the client as what it is.
            traceback.print_exc()
            told = 500, [("Content-Type", "text/plain")], f"the double broke: {error!r}".encode()
        if told is None:
            self._drop()
        else:
            self._send(*told)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _any

    def _controlled(self, body):
        try:
            told = self.double.control(self.command, self.path, body)
        except Exception as error:
            if not isinstance(error, (Control, Refused)):
                traceback.print_exc()
            told = {"error": f"{type(error).__name__}: {error}"}
            return 400, [("Content-Type", "application/json")], json.dumps(told).encode()
        content = told if isinstance(told, bytes) else json.dumps(told, ensure_ascii=False).encode()
        return 200, [("Content-Type", "application/json")], content

    def _send(self, status, headers, body):
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "connection", "date", "server", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def _drop(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_rest):
        """Nothing: the log of calls is asked for, and standard output has one line."""


class Server(http.server.ThreadingHTTPServer):
    """A thread a connection; none of them keeps the process alive."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """A client that went away is no error; the rest is a fault of the double and told in full."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def serve(double, port):
    """A server on the loopback interface."""
    Handler.double = double
    return Server(("127.0.0.1", port), Handler)
