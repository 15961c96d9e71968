"""How deployments go: one step a poll, as their script says.

A poll is a DescribeServices or a DescribeServiceDeployments that names the service.
"""

from . import clusters, definitions, history, native, state, tasks
from .scripts import ending, script

MORE = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."


def start(world, service, definition, settled=False):
    """A new PRIMARY deployment of a definition; what was under way is superseded."""
    told = script(service.scripts.pop(0) if service.scripts and not settled else {})
    if told["stale"] and service.deployments:
        service.stale = (told["stale"], state.told_service(world, service))
    under_way = history.is_open(world, service)
    if under_way:
        history.move(world, under_way, "STOPPED", "Service deployment was superseded by a newer service deployment.")
    service.definition = definition
    deployment = _primary(world, service, definition, told)
    others = service.deployments[1:]
    origin = [service.completed] if service.completed else others[:1]
    history.begin(world, service, deployment, [(other.id, other.revision) for other in origin])
    if settled:
        _scale(world, service, deployment, service.wanted(world))
        complete(world, service, deployment)
    return deployment


def _primary(world, service, definition, told):
    for other in service.deployments:
        other.status = "ACTIVE"
    deployment = state.Deployment(
        id=f"ecs-svc/{1000000000000000000 + world.number('deployment')}",
        definition=definition,
        revision=history.new_revision(world, service, definition),
        script=told,
        created=world.now(),
        updated=world.now(),
    )
    deployment.reason = f"ECS deployment {deployment.id} in progress."
    service.deployments.insert(0, deployment)
    return deployment


def tick(world, service):
    """One poll of a service under the ECS controller."""
    if not service.deployments or service.status != "ACTIVE":
        return
    primary = service.deployments[0]
    told = world.service_deployments[primary.history]["told"]
    if told["status"] == "ROLLBACK_REQUESTED":
        roll_back(world, service, primary, told["statusReason"])
        return
    if primary.state == "IN_PROGRESS":
        primary.polls += 1
        if told["status"] == "PENDING":
            history.move(world, primary.history, "IN_PROGRESS")
        primary.updated = world.now()
        _step(world, service, primary)
    elif primary.state == "COMPLETED":
        primary.settled += 1
        if len(state.running(world, primary.tasks)) != service.wanted(world):
            _scale(world, service, primary, service.wanted(world))
        afterwards(world, service, primary)


def _step(world, service, deployment):
    told = deployment.script
    outcome = "misfit" if told["outcome"] == "misfit" or misfit(world, service, deployment) else told["outcome"]
    if outcome == "superseded" and deployment.polls >= told["polls"]:
        supersede(world, service, deployment)
        return
    if outcome == "alarm" and deployment.polls >= told["polls"] and told["during"] != "settled" and not told["stage"]:
        alarm(world, service, deployment)
        return
    if outcome == "misfit":
        _unplaced(world, service, deployment)
        return
    if outcome == "stuck":
        deployment.pending = service.wanted(world)
        return
    if outcome == "fails":
        _fail(world, service, deployment)
        return
    if service.native() and not _rolls_back(world, deployment):
        native.step(world, service, deployment)
        return
    if progress(world, service, deployment) >= service.wanted(world):
        complete(world, service, deployment)


def progress(world, service, deployment):
    """Starts as many tasks as the script has by now, stops as many old ones, and tells how many there are."""
    told, wanted = deployment.script, service.wanted(world)
    if told["outcome"] == "slow":
        number = min(wanted, deployment.polls // max(1, told["every"]))
    elif told["outcome"] in ("superseded", "alarm") and not told["stage"] and told["during"] != "settled":
        number = min(max(0, wanted - 1), wanted * deployment.polls // max(1, told["polls"]))
    else:
        number = wanted if deployment.polls >= told["polls"] else wanted * deployment.polls // max(1, told["polls"])
    _scale(world, service, deployment, number)
    return number


def _scale(world, service, deployment, number):
    present = state.running(world, deployment.tasks)
    started = []
    definition = state.definition_of(world, deployment.definition)
    for arn in present[number:]:
        tasks.scale_in(world, arn, deployment.id)
    for _ in range(number - len(present)):
        started.append(tasks.launch(world, service, definition, deployment.id, service.settings))
    deployment.tasks += started
    deployment.pending = service.wanted(world) - number
    if started:
        names = " ".join(f"(task {arn.rsplit('/', 1)[1]})" for arn in started)
        service.say(world, f"has started {len(started)} tasks: {names}.")
    if not service.native() or _rolls_back(world, deployment):
        _drain(world, service, deployment, max(0, service.wanted(world) - number))


def _drain(world, service, deployment, left):
    stopped = []
    for other in reversed(service.deployments):
        present = state.running(world, other.tasks) if other is not deployment else []
        keep = min(left, len(present))
        left -= keep
        for arn in present[: len(present) - keep]:
            tasks.scale_in(world, arn, other.id)
            stopped.append(arn)
    if stopped:
        names = " ".join(f"(task {arn.rsplit('/', 1)[1]})" for arn in stopped)
        service.say(world, f"has stopped {len(stopped)} running tasks: {names}.")


def _rolls_back(world, deployment):
    return world.service_deployments[deployment.history]["told"]["status"] == "ROLLBACK_IN_PROGRESS"


def complete(world, service, deployment):
    """The deployment is done: what it replaces goes, and it becomes what a failing one is rolled back to."""
    _drain(world, service, deployment, 0)
    deployment.pending = 0
    deployment.state, deployment.reason = "COMPLETED", f"ECS deployment {deployment.id} completed."
    deployment.updated = world.now()
    service.deployments = [deployment]
    service.completed = deployment
    back = _rolls_back(world, deployment)
    history.move(world, deployment.history, "ROLLBACK_SUCCESSFUL" if back else "SUCCESSFUL")
    world.service_deployments[deployment.history]["traffic"] = 0.0 if back else 100.0
    service.say(world, f"(deployment {deployment.id}) deployment completed.")
    service.say(world, "has reached a steady state.")


def _fail(world, service, deployment):
    told, breaker = deployment.script, service.configuration()["deploymentCircuitBreaker"]
    definition = state.definition_of(world, deployment.definition)
    arn = tasks.launch(world, service, definition, deployment.id, service.settings)
    deployment.tasks.append(arn)
    service.say(world, f"has started 1 tasks: (task {arn.rsplit('/', 1)[1]}).")
    tasks.stop(world, arn, told["stop"], told["container"])
    deployment.failed += 1
    deployment.pending = 0
    watch = world.service_deployments[deployment.history]["told"]["deploymentCircuitBreaker"]
    watch["failureCount"] = deployment.failed
    if told["stop"] == "elb":
        service.say(world, f"(task {arn.rsplit('/', 1)[1]}) failed ELB health checks in (target-group {_target_group(service)}).")
    if deployment.failed == 3:
        service.say(world, f"is unable to consistently start tasks successfully. {MORE}")
    counts = breaker["enable"] and not told["ignoreBreaker"] and not service.native()
    if not counts or deployment.failed < watch["threshold"]:
        return
    watch["status"] = "TRIGGERED"
    why = told["message"] or "tasks failed to start."
    service.say(world, f"(deployment {deployment.id}) deployment failed: {why}")
    failed(world, service, deployment, breaker["rollback"], "ECS deployment circuit breaker", why)


def failed(world, service, deployment, back, who, why):
    """The deployment failed: it is rolled back where that is asked for and there is something to go back to."""
    deployment.state, deployment.reason = "FAILED", f"{who}: {why}"
    if _rolls_back(world, deployment):
        history.move(world, deployment.history, "ROLLBACK_FAILED", f"{who}: {why}")
    elif back and service.completed:
        roll_back(world, service, deployment, f"{who}: {why}")
    else:
        history.move(world, deployment.history, "STOPPED", f"{who}: {why}")


def roll_back(world, service, failed, reason):
    """A new PRIMARY on what ran before, within the same service deployment."""
    origin, arn = service.completed, failed.history
    if origin is None or origin is failed:
        history.move(world, arn, "ROLLBACK_FAILED", "There is no completed deployment to roll back to.")
        return
    service.say(world, f"rolling back to deployment {origin.id}.")
    for task in state.running(world, failed.tasks):
        tasks.scale_in(world, task, failed.id)
    failed.state, failed.pending = "FAILED", 0
    service.definition = origin.definition
    back = _primary(world, service, origin.definition, script(failed.script["rollback"] or {}))
    back.history = arn
    back.reason = f"{reason.split(':')[0]}: rolling back to deploymentId {origin.id}."
    revision = {"reason": reason, "startedAt": world.now(), "serviceRevisionArn": origin.revision}
    history.move(world, arn, "ROLLBACK_IN_PROGRESS", reason, rollback=revision)
    world.service_deployments[arn]["traffic"] = 0.0


def supersede(world, service, deployment):
    """Somebody else's UpdateService: to the definition that the script names, or to the one that ran before."""
    told = deployment.script
    origin = service.completed.definition if service.completed else deployment.definition
    other = told["taskDefinition"]
    definition = definitions.find(world, other)["definition"]["taskDefinitionArn"] if other else origin
    service.scripts.insert(0, told["then"] or {})
    start(world, service, definition)


def alarm(world, service, deployment):
    """An alarm goes off: where the service watches it, the deployment fails."""
    alarms = service.configuration().get("alarms", {})
    name = deployment.script["alarm"] or next(iter(alarms.get("alarmNames", [])), None)
    world.alarm(name)
    if not alarms.get("enable") or name not in alarms["alarmNames"] or deployment.state == "COMPLETED":
        deployment.script = deployment.script | {"outcome": "steady"}
        return
    watch = world.service_deployments[deployment.history]["told"]["alarms"]
    watch |= {"status": "TRIGGERED", "triggeredAlarmNames": [name]}
    service.say(world, f"(deployment {deployment.id}) deployment failed: alarm detected.")
    failed(world, service, deployment, alarms["rollback"], "ECS deployment alarm", f"{name} is in ALARM state.")


def misfit(world, service, deployment):
    """The instance that lacks an attribute which the definition requires, when no instance has them all; "" when there is none at all."""
    if service.launch_type(world) not in ("EC2", "EXTERNAL"):
        return None
    required = {attribute["name"] for attribute in state.definition_of(world, deployment.definition)["requiresAttributes"]}
    nearest, fewest = "", None
    for instance in clusters.of_cluster(world, service.cluster):
        lacking = required - {attribute["name"] for attribute in instance["told"]["attributes"]}
        if not lacking and instance["told"]["status"] == "ACTIVE":
            return None
        if fewest is None or len(lacking) < fewest:
            nearest, fewest = instance["told"]["containerInstanceArn"].rsplit("/", 1)[1], len(lacking)
    return (nearest,)


def _unplaced(world, service, deployment):
    found = misfit(world, service, deployment)
    instances = clusters.of_cluster(world, service.cluster)
    nearest = (found and found[0]) or (instances[0]["told"]["containerInstanceArn"].rsplit("/", 1)[1] if instances else "")
    why = "because no container instance met all of its requirements."
    closest = f"The closest matching (container-instance {nearest}) is missing an attribute required by your task."
    if not nearest:
        closest = "Reason: No Container Instances were found in your cluster."
    deployment.pending = 0
    service.say(world, f"was unable to place a task {why} {closest} {MORE}")


def afterwards(world, service, deployment):
    """What happens to a deployment that was completed."""
    told = deployment.script
    if told["outcome"] == "dies" and not told["during"]:
        die(world, service, deployment)
    elif told["outcome"] == "alarm" and told["during"] == "settled" and deployment.settled == told["after"]:
        alarm(world, service, deployment)
    elif told["outcome"] == "crash-loop":
        crash(world, deployment)


def die(world, service, deployment, since=None):
    """One task a poll ends and is replaced, from `after` polls on, until `count` have."""
    told = deployment.script
    if (deployment.settled if since is None else since) < told["after"] or deployment.deaths >= (told["count"] or service.wanted(world)):
        return
    present = state.running(world, deployment.tasks)
    if not present:
        return
    deployment.deaths += 1
    tasks.stop(world, present[0], told["stop"], told["container"])
    definition = state.definition_of(world, deployment.definition)
    arn = tasks.launch(world, service, definition, deployment.id, service.settings)
    deployment.tasks.append(arn)
    service.say(world, f"has started 1 tasks: (task {arn.rsplit('/', 1)[1]}).")


def crash(world, deployment):
    """A restart policy starts a container again and again inside tasks that go on running.

    `restartCount` is no member of the API model: what a client may rely on is the log, and the metric of that name.
    """
    told = deployment.script
    for arn in state.running(world, deployment.tasks):
        parts = world.tasks[arn]["containers"]
        part = next((part for part in parts if part["name"] == told["container"]), parts[0])
        part["restartCount"] = part.get("restartCount", 0) + 1
        tasks.write_logs(world, world.tasks[arn], part["name"], ending(told["stop"]).get("logs", []))


def _target_group(service):
    balancers = service.settings.get("loadBalancers", [])
    return balancers[0].get("targetGroupArn", "") if balancers else ""

