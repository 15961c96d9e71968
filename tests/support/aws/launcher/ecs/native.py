"""Blue/green, linear and canary deployments: stage by stage, one a poll (Amazon ECS API model, ServiceDeployment.lifecycleStage)."""

from ..errors import Refused, invalid
from . import history, rollout

STAGES = (
    "RECONCILE_SERVICE", "PRE_SCALE_UP", "SCALE_UP", "POST_SCALE_UP", "TEST_TRAFFIC_SHIFT", "POST_TEST_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME", "CLEAN_UP",
)


def step(world, service, deployment):
    """One poll of the deployment."""
    entry, told = world.service_deployments[deployment.history], deployment.script
    place = entry.setdefault("stage", 0)
    stage = STAGES[place]
    entry["told"]["lifecycleStage"] = stage
    entry["at"] = entry.get("at", 0) + 1
    if told["outcome"] == "alarm" and told["stage"] == stage:
        rollout.alarm(world, service, deployment)
        return
    if told["outcome"] == "hook-fails" and told["stage"] == stage:
        rollout.failed(world, service, deployment, True, "Lifecycle hook", f"the hook of stage {stage} failed.")
        return
    if _held(world, service, entry, stage) or not _done(world, service, deployment, entry, stage):
        return
    if stage == "CLEAN_UP":
        rollout.complete(world, service, deployment)
        return
    entry["stage"], entry["at"] = place + 1, 0


def _done(world, service, deployment, entry, stage):
    if stage == "SCALE_UP":
        return rollout.progress(world, service, deployment) >= service.wanted(world)
    if stage == "PRODUCTION_TRAFFIC_SHIFT":
        steps = _shifts(service)
        entry["traffic"] = steps[min(entry["at"], len(steps)) - 1]
        return entry["traffic"] >= 100
    if stage == "BAKE_TIME":
        if deployment.script["outcome"] == "dies" and deployment.script["during"] == "BAKE_TIME":
            rollout.die(world, service, deployment, entry["at"])
        return entry["at"] >= deployment.script["bake"]
    return True


def _shifts(service):
    configuration = service.configuration()
    if configuration["strategy"] == "CANARY":
        return [configuration.get("canaryConfiguration", {}).get("canaryPercent", 5.0), 100.0]
    if configuration["strategy"] == "LINEAR":
        percent = configuration.get("linearConfiguration", {}).get("stepPercent", 10.0)
        return [min(100.0, percent * step_number) for step_number in range(1, int(-(-100 // percent)) + 1)]
    return [100.0]


def _held(world, service, entry, stage):
    """Whether a hook holds the stage: PAUSE until somebody continues, a function for one poll."""
    held = False
    for number, hook in enumerate(service.configuration().get("lifecycleHooks", [])):
        if stage not in hook.get("lifecycleStages", []):
            continue
        details = entry["told"].setdefault("lifecycleHookDetails", [])
        hook_id = f"{stage.lower().replace('_', '-')}-{number}"
        known = next((detail for detail in details if detail["hookId"] == hook_id), None)
        if known is None:
            details.append(_begun(world, hook_id, hook))
            held = True
        elif known["status"] == "IN_PROGRESS":
            known["status"] = "SUCCEEDED"
        elif known["status"] == "AWAITING_ACTION":
            held = True
    return held


def _begun(world, hook_id, hook):
    """A hook that the deployment has come to. Without a time-out it waits for two weeks, then rolls back."""
    target = {"targetArn": hook["hookTargetArn"]} if "hookTargetArn" in hook else {}
    if hook.get("targetType") != "PAUSE":
        return {"hookId": hook_id, "targetType": "AWS_LAMBDA", "status": "IN_PROGRESS"} | target
    timeout = hook.get("timeoutConfiguration", {})
    return {
        "hookId": hook_id,
        "targetType": "PAUSE",
        "status": "AWAITING_ACTION",
        "expiresAt": world.now() + 60 * timeout.get("timeoutInMinutes", 20160),
        "timeoutAction": timeout.get("action", "ROLLBACK"),
    } | target


def resume(world, request):
    """ContinueServiceDeployment: answers a paused hook."""
    entry = found(world, request["serviceDeploymentArn"])
    details = entry["told"].get("lifecycleHookDetails", [])
    hook = next((detail for detail in details if detail["hookId"] == request["hookId"]), None)
    if hook is None or hook["status"] != "AWAITING_ACTION":
        raise invalid("The lifecycle hook is not awaiting action.")
    hook["status"] = "SUCCEEDED"
    if request.get("action", "CONTINUE") == "ROLLBACK":
        hook["status"] = "FAILED"
        why = "Service deployment rolled back at a paused lifecycle hook."
        history.move(world, request["serviceDeploymentArn"], "ROLLBACK_REQUESTED", why)
    return {"serviceDeploymentArn": request["serviceDeploymentArn"]}


def found(world, arn):
    """The service deployment of an ARN."""
    entry = world.service_deployments.get(arn)
    if entry is None:
        raise Refused("ServiceDeploymentNotFoundException", "Service deployment not found.")
    return entry


def stop(world, request):
    """StopServiceDeployment: takes effect with the next poll. ABORT is in the model and not in the documentation."""
    arn, kind = request["serviceDeploymentArn"], request.get("stopType", "ROLLBACK")
    entry = found(world, arn)
    if entry["told"]["status"] not in ("PENDING", "IN_PROGRESS"):
        raise Refused("ConflictException", f"The service deployment cannot be stopped: its status is {entry['told']['status']}.")
    service = world.services[entry["service"]]
    if kind == "ABORT":
        history.move(world, arn, "STOPPED", "Service deployment was stopped by a user.")
        service.deployments[0].state = "FAILED"
    elif service.completed is None:
        raise invalid("There is no service revision to roll back to.")
    else:
        history.move(world, arn, "ROLLBACK_REQUESTED", "Service deployment stopped with rollback by a user.")
    return {"serviceDeploymentArn": arn}
