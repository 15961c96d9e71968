"""Counts calls against the published rates of Amazon ECS. Nothing is refused: a test asks afterwards what would have been."""

import time

# Burst and refill a second, per account and region (Amazon ECS API Reference, "Request throttling for the Amazon ECS API").
BUCKETS = {
    "task definition modify": (20, 1, {"RegisterTaskDefinition", "DeregisterTaskDefinition"}),
    "task definition read": (50, 20, {"DescribeTaskDefinition", "ListTaskDefinitions", "ListTaskDefinitionFamilies"}),
    "task definition delete": (5, 1, {"DeleteTaskDefinitions"}),
    "service modify": (50, 5, {"CreateService", "UpdateService", "DeleteService"}),
    "service read": (100, 20, {"DescribeServices", "ListServices"}),
    "service deployment": (
        50, 20, {"ListServiceDeployments", "DescribeServiceDeployments", "StopServiceDeployment", "ContinueServiceDeployment"},
    ),
    "service revision": (50, 20, {"DescribeServiceRevisions"}),
    "task set modify": (100, 20, {"CreateTaskSet", "UpdateTaskSet", "DeleteTaskSet", "UpdateServicePrimaryTaskSet"}),
    "cluster read": (50, 20, {"DescribeClusters", "ListClusters"}),
    "task read": (100, 20, {"DescribeTasks", "ListTasks"}),
    "tag modify": (20, 10, {"TagResource", "UntagResource"}),
    "tag read": (50, 20, {"ListTagsForResource"}),
}


class Limits:
    """Token buckets that only count."""

    def __init__(self):
        self.state = {}

    def count(self, operation):
        """Notes one call of Amazon ECS, by the machine's clock: rates are about real seconds."""
        for name, (burst, refill, operations) in BUCKETS.items():
            if operation not in operations:
                continue
            now = time.monotonic()
            bucket = self.state.setdefault(name, {"calls": 0, "beyond": 0, "tokens": float(burst), "at": now})
            bucket["tokens"] = min(burst, bucket["tokens"] + (now - bucket["at"]) * refill)
            bucket["at"] = now
            bucket["calls"] += 1
            if bucket["tokens"] >= 1:
                bucket["tokens"] -= 1
            else:
                bucket["beyond"] += 1

    def told(self):
        """For each bucket in use: how many calls, and how many of them Amazon ECS would have throttled."""
        return {name: {"calls": state["calls"], "beyond": state["beyond"]} for name, state in sorted(self.state.items())}
