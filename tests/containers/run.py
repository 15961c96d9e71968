#!/usr/bin/env python3
"""Runs hardened task definitions for real: packaged servers under runc, with exactly what the hardened definition says.

Each server starts, answers a request, stops on a signal, and starts a second time on its data. Needs root, Debian's runc and
debootstrap, and a mirror of Debian for the first run. README.md says more.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import resource
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import check
import oci
import rootfs

HERE = pathlib.Path(__file__).resolve().parent
VARIANTS = ["as written", "alone", "user", "taken over", "root", "no new privileges", "naive"]
SERVERS = [
    "nginx", "httpd", "redis", "postgres", "mariadb", "php-fpm", "haproxy", "memcached", "caddy", "prometheus", "nats", "rabbitmq",
    "tomcat",
]
LAUNCH_TYPES = ["fargate", "ec2"]
PROGRAM = HERE.parents[1] / "target/debug/ecs-harden"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "ecs-harden-containers"
PASSWORD = secrets.token_hex(12)
# An image that the catalogue does not know, so that the program falls back to its guesses.
UNKNOWN = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/checkout/backend:42"
START_TIMEOUT, STOP_TIMEOUT = 40, 30


class Failed(Exception):
    """A step that did not go as it should."""


def hardened(program, task, policy):
    """The task definition as the program hardens it under a policy, or without one. What it leaves to a person is none of our business."""
    chosen = ["--policy", str(policy)] if policy else ["--no-policy"]
    told = subprocess.run([program, "fix", "-q", *chosen, "-"], input=json.dumps(task), capture_output=True, text=True)
    if told.returncode not in (0, 1):
        raise Failed(f"the program ended with {told.returncode}: {told.stderr.strip()}")
    return json.loads(told.stdout)


def highest_nofile():
    """How many open files this machine lets root grant; without the capability SYS_RESOURCE no more than it has itself."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1 << 20))
    except (PermissionError, ValueError):
        return hard
    return 1 << 20


def bounded(container, highest):
    """The container with limits of open files that this machine can grant."""
    limits = [dict(one) for one in container.get("ulimits", [])]
    for one in limits:
        if one["name"] == "nofile":
            one.update(softLimit=min(one["softLimit"], highest), hardLimit=min(one["hardLimit"], highest))
    return {**container, "ulimits": limits} if limits else container


class Container:
    """One start of a container, on a fresh layer over the root file system."""

    def __init__(self, server, root, container, volumes, work):
        self.about, self.container = rootfs.image(server), container
        self.bundle = pathlib.Path(tempfile.mkdtemp(prefix=f"{server}-", dir=work))
        self.name, self.log = "ecs-harden-" + self.bundle.name, self.bundle / "log"
        self.layer = self.bundle / "rootfs"
        for name in ("rootfs", "upper", "work"):
            (self.bundle / name).mkdir()
        layers = f"lowerdir={root},upperdir={self.bundle}/upper,workdir={self.bundle}/work"
        subprocess.run(["mount", "-t", "overlay", "-o", layers, "overlay", str(self.layer)], check=True)
        (self.bundle / "hosts").write_text("127.0.0.1 localhost container\n::1 localhost\n")
        sources = {**volumes, "/etc/hosts": self.bundle / "hosts"}
        values = {one["name"]: PASSWORD for one in container.get("secrets", [])}
        self.document = oci.config(self.layer, container, self.about["config"], sources, values)
        oci.write(self.bundle, self.document)
        self.child = None

    def __enter__(self):
        pid_file = self.bundle / "pid"
        command = ["runc", "run", "--pid-file", str(pid_file), "--bundle", str(self.bundle), self.name]
        with open(self.log, "wb") as out:
            self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
        return self

    def __exit__(self, *_):
        subprocess.run(["runc", "delete", "--force", self.name], capture_output=True)
        try:
            self.child.wait(10)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        subprocess.run(["umount", str(self.layer)], check=True)

    def pid(self):
        """The process 1 of the container, as the host counts."""
        return int((self.bundle / "pid").read_text())

    def pids(self):
        """All processes of the container, as the host counts."""
        return json.loads(subprocess.run(["runc", "ps", "-f", "json", self.name], check=True, capture_output=True, text=True).stdout)

    def said(self):
        """What the container wrote to its log, without colours, each run of blank lines as one."""
        return re.sub(r"\n\n+", "\n", re.sub(r"\x1b\[[0-9;]*m", "", self.log.read_text(errors="replace")))

    def ask(self, turn):
        """Ask until the server answers; fails when the container ends before, or never answers."""
        asked, began, answer = self.about["ask"], time.monotonic(), "nothing"
        while time.monotonic() - began < START_TIMEOUT:
            if self.child.poll() is not None:
                raise Failed(f"ended with {self.child.returncode} before it served")
            if (self.bundle / "pid").exists():
                command = ["nsenter", f"--net=/proc/{self.pid()}/ns/net", sys.executable, str(HERE / "ask.py")]
                command += [asked["kind"], str(asked["port"]), str(turn)]
                told = subprocess.run(command, input=PASSWORD, capture_output=True, text=True)
                answer = told.stdout.strip() or answer
                if told.returncode == 0:
                    return answer, time.monotonic() - began
            time.sleep(0.1)
        raise Failed(f"no right answer within {START_TIMEOUT} s: {answer}")

    def health(self):
        """Run the health check of the definition inside the container, as its user."""
        command = self.container.get("healthCheck", {}).get("command", [])
        if not command:
            return
        command = ["/bin/sh", "-c", command[1]] if command[0] == "CMD-SHELL" else command[1:]
        process = self.document["process"]
        (self.bundle / "health.json").write_text(json.dumps({**process, "args": command}))
        exec_it = ["runc", "exec", "--process", str(self.bundle / "health.json"), self.name]
        told = subprocess.run(exec_it, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if told.returncode:
            raise Failed(f"the health check ended with {told.returncode}: {(told.stdout + told.stderr).strip()}")

    def stop(self, name):
        """Send a signal and wait for the end, as ECS does before it kills."""
        began = time.monotonic()
        subprocess.run(["runc", "kill", self.name, name], check=True, capture_output=True)
        try:
            code = self.child.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            raise Failed(f"still there {STOP_TIMEOUT} s after {name}") from None
        if code not in (0, 128 + signal.Signals[name], self.about.get("exit")):
            raise Failed(f"ended with {code} after {name}")
        return f"{name} {time.monotonic() - began:.1f} s"


def volumes(task, owner, work):
    """Fresh directories for the volumes of the task, given to the user that an access point or a person would give them to."""
    made = {}
    for volume in task.get("volumes", []):
        made[volume["name"]] = pathlib.Path(tempfile.mkdtemp(prefix="volume-", dir=work))
        made[volume["name"]].chmod(0o755)
        os.chown(made[volume["name"]], *owner)
    return made


def one_run(case, container, data, turn):
    """Start, look, ask, check its health, stop. `turn` counts the starts on the same data."""
    stop_signals = case["about"].get("signals") or [case["about"]["config"].get("StopSignal", "SIGTERM"), "SIGTERM"]
    with Container(case["server"], case["root"], container, data, case["work"]) as running:
        try:
            answer, seconds = running.ask(turn)
            check.as_written(running.pid(), container)
            if running.document["process"]["user"]["uid"] == 0 and not case["about"].get("stays-root"):
                check.dropped(running.pids())
            running.health()
            stopped = running.stop(stop_signals[turn - 1])
        except (Failed, check.Differs) as failure:
            case["log"] = running.said()
            raise Failed(f"start {turn}: {failure}") from None
        case["log"] = running.said()
    return {"start": f"{seconds:.1f} s", "request": answer, "stop": stopped}


def policy_of(server, variant):
    """The policy that a variant is hardened under."""
    shared = {"root": "as-root.toml", "no new privileges": "no-new-privileges.toml", "naive": "naive.toml"}
    if variant in shared:
        return HERE / shared[variant]
    return HERE / server / "ecs-harden.toml" if variant in ("user", "taken over") else None


def prepared(case, program):
    """The containers of the first and the second start, and fresh volumes that belong to who starts first."""
    variant = case["variant"]
    task = json.loads((HERE / case["server"] / f"{case['launch']}.json").read_text())
    first = second = bounded(task["containerDefinitions"][0], case["nofile"])
    if variant == "root":
        task["containerDefinitions"][0]["user"] = "0"
    if variant == "naive":
        task["containerDefinitions"][0]["image"] = UNKNOWN
    if variant != "as written":
        second = bounded(hardened(program, task, policy_of(case["server"], variant))["containerDefinitions"][0], case["nofile"])
    if variant != "taken over":
        first = second
    owner = (0, 0) if variant == "naive" else oci.user(case["root"], first, case["about"]["config"])
    return first, second, volumes(task, owner, case["work"])


def telling(log):
    """The first line of a log that says what was refused."""
    refusal = re.compile("denied|not permitted|read-only file system|erofs|eacces", re.IGNORECASE)
    line = next((line for line in log.splitlines() if refusal.search(line) and "entrypoint" not in line), "").replace("|", "/")
    return f"`{line[-110:].strip()}`" if line else "nothing was said"


def run_case(case, program):
    """One row of the table. Two starts on the same data; the naive variant, and what is known to fail, is one start."""
    began, row = time.monotonic(), {"failed": ""}
    fails = case["variant"] in case["about"].get("fails", [])
    try:
        first, second, data = prepared(case, program)
        row["user"] = second.get("user", "of the image")
        row |= one_run(case, first, data, 1)
        if fails:
            row["failed"] = "was expected to fail"
        elif case["variant"] != "naive":
            again = one_run(case, second, data, 2)
            row["second"] = f"{again['request']}, {again['stop']}"
    except Failed as failure:
        if fails:
            row |= {"start": "fails, as it should", "request": telling(case["log"])}
        else:
            row["failed"] = str(failure)
    row["seconds"] = f"{time.monotonic() - began:.0f}"
    return row


def fits(server, launch, variant):
    """Whether there is something to see: an entry point of root, data that was there before, an option that the launch type takes."""
    config = rootfs.image(server)["config"]
    return {
        "user": (HERE / server / "ecs-harden.toml").exists(),
        "taken over": "Volumes" in config,
        "root": "User" not in config,
        "no new privileges": launch == "ec2",
    }.get(variant, True)


def cases(servers, variants):
    """Every case that has something to see."""
    for server in servers:
        for launch in LAUNCH_TYPES:
            for variant in variants:
                if fits(server, launch, variant):
                    yield {"server": server, "launch": launch, "variant": variant, "about": rootfs.image(server)}


def table(rows):
    """The rows as a table of Markdown."""
    head = ["server", "launch type", "variant", "user", "serves after", "request", "stop", "second start", "seconds"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for case, row in rows:
        cells = [case["server"], case["launch"], case["variant"], row.get("user", "")]
        if row["failed"]:
            cells += [f"**failed**: {row['failed']}", "", "", ""]
        else:
            cells += [row.get(name, "–") for name in ("start", "request", "stop", "second")]
        lines.append("| " + " | ".join([*cells, row["seconds"]]) + " |")
    return "\n".join(lines)


def write_results(rows, versions, nofile):
    """Put the table between the two marks in README.md."""
    runc = subprocess.run(["runc", "--version"], capture_output=True, text=True).stdout.split()[2]
    named = ", ".join(f"{server} {version}" for server, version in versions.items())
    kernel = ".".join(platform.release().split(".")[:2])
    limit = "" if nofile >= 65535 else f" This machine grants no more than {nofile} open files, so `nofile` was cut to that."
    said = f"{datetime.date.today()}, runc {runc}, Linux {kernel}, Debian {rootfs.SUITE}: {named}.{limit}\n\n{table(rows)}"
    readme = HERE / "README.md"
    parts = re.split(r"(<!-- results -->\n|<!-- end of results -->)", readme.read_text())
    readme.write_text("".join([*parts[:2], "\n", said, "\n\n", *parts[3:]]))


def main():
    """Run the cases that were asked for; 1 when one failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("servers", nargs="*", metavar="SERVER", help="all by default: " + ", ".join(SERVERS))
    parser.add_argument("--program", default=PROGRAM, help="the ecs-harden to run")
    parser.add_argument("--cache", type=pathlib.Path, default=CACHE, help="where root file systems are kept")
    parser.add_argument("--variant", action="append", choices=VARIANTS, help="all by default")
    parser.add_argument("--logs", type=pathlib.Path, help="keep the log of each case in this directory")
    parser.add_argument("--write-results", action="store_true", help="refresh the table in README.md")
    asked = parser.parse_args()
    if os.geteuid() != 0 or not all(shutil.which(name) for name in ("runc", "debootstrap", "nsenter")):
        parser.error("this needs root, runc, debootstrap and nsenter")
    if wrong := set(asked.servers) - set(SERVERS):
        parser.error("no such server: " + ", ".join(sorted(wrong)))
    asked.cache.mkdir(parents=True, exist_ok=True)
    rows, versions, nofile = [], {}, highest_nofile()
    with tempfile.TemporaryDirectory(prefix="ecs-harden-") as work:
        os.chmod(work, 0o755)
        for case in cases(asked.servers or SERVERS, asked.variant or VARIANTS):
            case |= {"work": work, "root": rootfs.build(case["server"], asked.cache), "log": "", "nofile": nofile}
            versions[case["server"]] = rootfs.version(case["server"], case["root"])
            row = run_case(case, str(asked.program))
            rows.append((case, row))
            print(table([(case, row)]).splitlines()[-1], flush=True)
            if row["failed"]:
                print("".join(f"    {line}\n" for line in case["log"].splitlines()[-12:]), file=sys.stderr)
            if asked.logs:
                asked.logs.mkdir(parents=True, exist_ok=True)
                name = f"{case['server']}-{case['launch']}-{case['variant'].replace(' ', '-')}.log"
                (asked.logs / name).write_text(case["log"])
    if asked.write_results:
        write_results(rows, versions, nofile)
    failed = sum(bool(row["failed"]) for _, row in rows)
    print(f"{len(rows)} cases, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
