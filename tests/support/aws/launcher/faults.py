"""Faults by request: what goes wrong with the n-th call of an operation."""

import time

from .errors import Control, Refused

KINDS = (
    "throttle", "500", "503", "commit-then-500", "commit-then-drop", "commit-then-garbage", "drop", "denied", "latency", "expired-token",
    "garbage", "meanwhile", "absent", "refused",
)
# Those whose answer is an error, and nothing is carried out.
ERRORS = ("throttle", "500", "503", "denied", "expired-token", "absent", "refused")
MEMBERS = {
    "service", "operation", "nth", "times", "kind", "ms", "target", "used", "seen", "calls", "after", "code", "message", "status",
}


class Faults:
    """The faults that are set, and how often each was met."""

    def __init__(self):
        self.listed = []

    def add(self, given):
        """Sets more faults. `nth` counts the calls that match from now on: a number, a list of numbers, or "all"; `times` bounds "all"."""
        for fault in given if isinstance(given, list) else [given]:
            unknown = set(fault) - MEMBERS
            if unknown:
                raise Control(f"a fault has no `{sorted(unknown)[0]}`")
            if fault.get("kind") not in KINDS:
                raise Control(f"no kind of fault `{fault.get('kind')}`: there are {', '.join(KINDS)}")
            if fault["kind"] == "meanwhile" and not isinstance(fault.get("calls"), list):
                raise Control("`meanwhile` has `calls`: what somebody else does, as [{service, operation, input}]")
            if fault["kind"] == "refused" and not isinstance(fault.get("code"), str):
                raise Control("`refused` has the `code` of an error, and may have its `message` and `status`")
            nth = fault.get("nth", 1)
            if nth != "all" and not all(isinstance(number, int) and number > 0 for number in ([nth] if isinstance(nth, int) else nth)):
                raise Control('`nth` is a number from 1, a list of such, or "all"')
            self.listed.append(fault | {"nth": nth, "seen": 0, "used": 0})

    def met(self, request):
        """The fault that this call meets, if any. A fault that is spent is skipped; each call meets one at most."""
        chosen = None
        for fault in self.listed:
            if fault.get("service", request.service) != request.service or fault.get("operation", request.operation) != request.operation:
                continue
            if "target" in fault and fault["target"].encode() not in request.body:
                continue
            fault["seen"] += 1
            nth = fault["nth"]
            if nth == "all":
                hit = fault["used"] < fault.get("times", float("inf"))
            else:
                hit = fault["seen"] in ([nth] if isinstance(nth, int) else nth)
            if hit and chosen is None:
                fault["used"] += 1
                chosen = fault
        return chosen


def refusal(fault, request, account):
    """The error of a fault that answers with one."""
    kind, query = fault["kind"], request.protocol == "query"
    if kind == "refused":
        return Refused(fault["code"], fault.get("message", "Refused."), fault.get("status", 400))
    if kind == "absent":
        return Refused("InvalidAction" if query else "UnknownOperationException", f"The action {request.operation} is not valid.")
    if kind == "throttle":
        return Refused("Throttling" if query else "ThrottlingException", "Rate exceeded")
    if kind in ("500", "commit-then-500"):
        code = "ServerException" if request.service == "ecs" else "InternalFailure"
        return Refused(code, "Service Unavailable. Please try again later.", 500)
    if kind == "503":
        return Refused("ServiceUnavailable" if query else "ServiceUnavailableException", "Service is unable to handle request.", 503)
    if kind == "expired-token":
        code, status = ("ExpiredToken", 403) if query else ("ExpiredTokenException", 400)
        return Refused(code, "The security token included in the request is expired", status)
    action = f"{request.service}:{request.operation}"
    text = f"User: arn:aws:iam::{account}:user/test is not authorized to perform: {action}"
    text += f" because no identity-based policy allows the {action} action"
    return Refused("AccessDenied" if query else "AccessDeniedException", text, 403 if query else 400)


def wait(fault):
    """Latency, of any kind of fault that has `ms`."""
    time.sleep(fault.get("ms", 0) / 1000)
