"""Everything that one process of the double knows. A reset replaces it; nothing is kept on disk."""

import hashlib

from . import limits

# 2026-01-05 09:00:00 UTC, a Monday.
START = 1767603600


class World:
    """The account, its resources, and the sources of identifiers and time, so that two equal runs answer alike."""

    def __init__(self, account="123456789012", region="eu-central-1"):
        self.account, self.region, self.start = account, region, START
        self.keys = {"test": "test"}
        self.moves = 0
        self.counters = {}
        # Amazon ECS: by name, by (cluster, service), by ARN, and families as lists of revisions.
        self.clusters, self.services, self.tasks, self.instances = {}, {}, {}, {}
        self.families, self.service_deployments, self.revisions = {}, {}, {}
        self.capacity_providers, self.settings = {}, {}
        # What stands around it.
        self.applications, self.deployments, self.app_revisions = {}, {}, {}
        self.images, self.repositories, self.log_groups, self.roles = {}, {}, {}, {}
        self.limits = limits.Limits()

    def now(self):
        """Seconds since the epoch: one for each call that was answered, never those of the machine's clock."""
        return float(self.start + self.moves)

    def number(self, kind):
        """The next number of a kind, from 1."""
        self.counters[kind] = self.counters.get(kind, 0) + 1
        return self.counters[kind]

    def hex_id(self, kind, length=32):
        """An identifier of hexadecimal digits that looks drawn by lot and is not."""
        return hashlib.sha256(f"{kind}/{self.number(kind)}".encode()).hexdigest()[:length]

    def arn(self, service, rest):
        """An ARN of this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{rest}"

    def digest_of(self, image):
        """The digest an image reference resolves to: its own, the seeded one, or one made from the text of the reference."""
        if "@sha256:" in image:
            return image.split("@", 1)[1]
        return self.images.get(image) or "sha256:" + hashlib.sha256(image.encode()).hexdigest()
