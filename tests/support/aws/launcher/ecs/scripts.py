"""What is to become of a deployment: the script that a test writes for it, and the ways in which a task can end."""

from ..errors import Control

# Every member a script may have, and what it is when it is absent.
DEFAULTS = {
    "outcome": "steady", "polls": 2, "every": 1, "after": 2, "count": None, "stop": "read-only", "container": None, "stale": 0, "bake": 2,
    "rollback": None, "then": None, "taskDefinition": None, "alarm": None, "ignoreBreaker": False, "during": None, "stage": None,
    "errorCode": None, "message": None,
}
OUTCOMES = ("steady", "fails", "stuck", "slow", "superseded", "dies", "crash-loop", "misfit", "alarm", "hook-fails")

MEMORY = "OutOfMemoryError: Container killed due to memory usage"
ELB = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/blue/0123456789abcdef"
# Ends of tasks in the words of Amazon ECS (Developer Guide, "Stopped tasks error codes"), with the lines that their containers leave.
STOPS = {
    "read-only": {"exitCode": 1, "logs": ["Error: EROFS: read-only file system, open '/var/cache/app/state.db'"]},
    "permission": {"exitCode": 1, "logs": ["open /data/state.db: permission denied"]},
    "bind": {"exitCode": 1, "logs": ["listen tcp :80: bind: permission denied"]},
    "setuid": {"exitCode": 1, "logs": ["setgid(101) failed (1: Operation not permitted)"]},
    "oom": {"exitCode": 137, "reason": MEMORY, "stoppedReason": MEMORY},
    "user": {
        "stopCode": "TaskFailedToStart",
        "stoppedReason": "Task failed to start",
        "reason": "CannotStartContainerError: Error response from daemon: unable to find user app: no matching entries in passwd file",
    },
    "pull": {
        "stopCode": "TaskFailedToStart",
        "stoppedReason": "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref {image}: "
        "not found",
    },
    "secrets": {
        "stopCode": "TaskFailedToStart",
        "stoppedReason": "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
        "unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret from secrets manager: "
        "AccessDeniedException",
    },
    "log-group": {
        "stopCode": "TaskFailedToStart",
        "stoppedReason": "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to "
        "create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1",
    },
    "elb": {
        "stopCode": "ServiceSchedulerInitiated", "stoppedReason": f"Task failed ELB health checks in (target-group {ELB})", "exitCode": 143
    },
    "health": {"stopCode": "ServiceSchedulerInitiated", "stoppedReason": "Task failed container health checks", "exitCode": 137},
    "spot": {"stopCode": "SpotInterruption", "stoppedReason": "Your Spot Task was interrupted.", "exitCode": 143},
}
ESSENTIAL = {"stopCode": "EssentialContainerExited", "stoppedReason": "Essential container in task exited"}


def script(given):
    """A script with everything in it; a word alone is its outcome."""
    given = {"outcome": given} if isinstance(given, str) else given
    unknown = set(given) - set(DEFAULTS)
    if unknown:
        raise Control(f"a script has no `{sorted(unknown)[0]}`: it takes {', '.join(DEFAULTS)}")
    if given.get("outcome", "steady") not in OUTCOMES:
        raise Control(f"no outcome `{given['outcome']}`: there are {', '.join(OUTCOMES)}")
    whole = DEFAULTS | given
    ending(whole["stop"])
    return whole


def ending(given):
    """How a task ends, whole: a name of the table, or the members themselves."""
    if isinstance(given, str):
        if given not in STOPS:
            raise Control(f"no stop `{given}`: there are {', '.join(STOPS)}; or give its members")
        given = STOPS[given]
    return ESSENTIAL | given
