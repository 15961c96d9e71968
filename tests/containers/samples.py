#!/usr/bin/env python3
"""Makes the log samples in tests/logs: takes away one thing that a container needs, and keeps what its log says then.

Each sample is a log of a few lines and a file `.expect` beside it: the software, how the log came about, the part of the container
definition that counts, and what a reader should conclude. Samples that software here cannot write are kept as they are.
"""

import argparse
import json
import os
import pathlib
import re
import sys
import tempfile
import time

import oci
import rootfs
import run
import scenarios
import unrelated

LOGS = run.HERE.parent / "logs"
PATIENCE = 20


def base(case, program):
    """The hardened container that a case starts from: a server's own, or a plain one with the root file system of tools."""
    if case["root"] == "tools":
        return {"name": "tools", "image": "tools:1", "user": "1000:1000", "readonlyRootFilesystem": True,
                "linuxParameters": {"capabilities": {"drop": ["ALL"]}}}
    task = json.loads((run.HERE / case["root"] / "ec2.json").read_text())
    variant = case.get("from", "user")
    if variant == "root":
        task["containerDefinitions"][0]["user"] = "0"
    policy = run.policy_of(case["root"], variant)
    hardened = run.hardened(program, task, policy if policy and policy.exists() else None)
    return hardened["containerDefinitions"][0]


def changed(container, case):
    """The container without what the case takes away, and with what it sets."""
    container = json.loads(json.dumps(container))
    linux = container.setdefault("linuxParameters", {})
    without = case.get("without", [])
    linux["tmpfs"] = [one for one in linux.get("tmpfs", []) if one["containerPath"] not in without]
    for one in linux["tmpfs"]:
        if "owner" in without:
            one["mountOptions"] = [option for option in one.get("mountOptions", []) if "id=" not in option]
    powers = linux.setdefault("capabilities", {})
    powers["add"] = [name for name in powers.get("add", []) if name not in without]
    if "sysctl" in without:
        container.pop("systemControls", None)
    if "volume" in without:
        container.pop("mountPoints", None)
    linux["tmpfs"] += case.get("tmpfs", [])
    powers["add"] += case.get("add", [])
    for name in ("user", "command", "memory", "ulimits", "readonlyRootFilesystem", "dockerSecurityOptions", "systemControls"):
        if name in case:
            container[name] = case[name]
    if case.get("init"):
        linux["initProcessEnabled"] = True
    if "script" in case:
        container["entryPoint"], container["command"] = ["/bin/bash", "-c"], [case["script"]]
    for name in ("tmpfs", "capabilities"):
        linux[name] = {key: value for key, value in linux[name].items() if value} if isinstance(linux[name], dict) else linux[name]
        if not linux[name]:
            del linux[name]
    return {name: value for name, value in container.items() if value or name == "readonlyRootFilesystem"}


def log_of(case, program, work, cache, nofile):
    """What the container says; for a case of two starts, what it says at the second."""
    root = rootfs.build(case["root"], cache)
    whole = run.bounded(base(case, program), nofile)
    asked_for = changed(base(case, program), case)
    container = run.bounded(asked_for, nofile)
    owner = (0, 0) if case.get("from") or case["root"] == "tools" else oci.user(root, container, {})
    owner = case.get("owner", owner)
    data = run.volumes({"volumes": [{"name": one["sourceVolume"]} for one in whole.get("mountPoints", [])]}, owner, work)
    if case.get("starts") == 2:
        with run.Container(case["root"], root, whole, data, work) as first:
            first.ask(1)
            first.stop("SIGTERM")
    with run.Container(case["root"], root, container, data, work) as running:
        began, pattern = time.monotonic(), re.compile(case["pattern"])
        asked = False
        while running.child.poll() is None and not pattern.search(running.said()) and time.monotonic() - began < PATIENCE:
            time.sleep(0.1)
            if case.get("ask") and not asked and (running.bundle / "pid").exists():
                asked = time.monotonic() - began > 1
                if asked:
                    run.subprocess.run(["runc", "exec", running.name, "/bin/sh", "-c", case["ask"]], capture_output=True)
            if case.get("signal") and time.monotonic() - began > 1:
                run.subprocess.run(["runc", "kill", running.name, case.pop("signal")], capture_output=True)
        time.sleep(0.3)
        said = running.said()
    return asked_for, said


def shortened(said, pattern, name):
    """The lines around the first that matches, without what tells about the machine."""
    found, lines = None, [line.rstrip() for line in said.splitlines() if line.strip()]
    places = [place for place, line in enumerate(lines) if (found := found or re.search(pattern, line)) and re.search(pattern, line)]
    if not places:
        raise SystemExit(f"{name}: nothing matches {pattern!r} in:\n{said[-3000:]}")
    kept = lines[max(0, places[0] - 3):places[0] + 6]
    text = "\n".join(line[:400] for line in kept) + "\n"
    return text.replace(os.uname().release, "6.18.0").replace(run.PASSWORD, "PASSWORD"), found


def filled(conclusion, found):
    """A conclusion with what the pattern found in the log."""
    whole = {name: found[1] if value == "{1}" else value for name, value in conclusion.items()}
    return {name: value for name, value in whole.items() if value is not None}


def telling_members(container):
    """The members of the container definition that have to do with what the log says."""
    names = ("user", "readonlyRootFilesystem", "linuxParameters", "mountPoints", "systemControls", "ulimits", "memory",
    "dockerSecurityOptions")
    return {name: container[name] for name in ("name", "image", *names) if name in container}


def make(name, case, asked, nofile):
    """Make one sample."""
    with tempfile.TemporaryDirectory(prefix="ecs-harden-") as work:
        os.chmod(work, 0o755)
        container, said = log_of(dict(case), str(asked.program), work, asked.cache, nofile)
    text, found = shortened(said, case["pattern"], name)
    about = {
        "software": software(case, asked.cache),
        "made": "really run",
        "how": case["how"],
        "container": telling_members(container),
        "conclusions": [filled(one, found) for one in case.get("conclusions", [])],
        **({"harmless": case["harmless"]} if "harmless" in case else {}),
    }
    for one in about["conclusions"]:
        if one.get("path", "") not in text and one["kind"] != "file-capability":
            raise SystemExit(f"{name}: {one['path']} is not in the log:\n{text}")
    (LOGS / f"{name}.log").write_text(text)
    (LOGS / f"{name}.expect").write_text(json.dumps(about, indent=2) + "\n")
    print(name, flush=True)


def software(case, cache):
    """The name and the version of the software that wrote the log."""
    root = rootfs.build(case["root"], cache)
    package = case.get("package") or rootfs.image(case["root"])["version-of"]
    return f"{package} {rootfs.version_of(package, root)}"


def main():
    """Make the samples that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="parts of the names of samples; all by default")
    parser.add_argument("--program", default=run.PROGRAM, help="the ecs-harden to run")
    parser.add_argument("--cache", type=pathlib.Path, default=run.CACHE, help="where root file systems are kept")
    asked = parser.parse_args()
    LOGS.mkdir(exist_ok=True)
    nofile, failed = run.highest_nofile(), 0
    for name, case in {**scenarios.CASES, **unrelated.CASES}.items():
        if not asked.names or any(part in name for part in asked.names):
            try:
                make(name, case, asked, nofile)
            except (SystemExit, run.Failed) as failure:
                print(f"{name}: {failure}", file=sys.stderr)
                failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
