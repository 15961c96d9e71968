#!/usr/bin/env python3
"""Closes the loop: hardened by guesses, started, refused, and mended by what `ecs-harden learn` reads in the log, until it serves.

Each server is hardened as an image that the program does not know. Where it does not serve, `learn --write` adds what it names to a
policy, and where a hint says so, the volume is given to the user of the container, as a person would do. Then the definition as
somebody wrote it is hardened again, under that policy. With --write-results the table in README.md is refreshed.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib

import oci
import rootfs
import run

MARKS = ("<!-- learnt -->\n", "<!-- end of learnt -->")
MOST_STARTS, START_TIMEOUT = 6, 20
# Without a list of one's own this one is in force, and a new list begins with it.
IN_FORCE = "tmpfs /tmp"


def settings(policy):
    """What the overrides of a policy list, as texts."""
    found = []
    for override in tomllib.loads(policy.read_text()).get("override", []):
        for path in override.get("writable-root-filesystem", {}).get("paths", []):
            path = {"path": path} if isinstance(path, str) else path
            options = [f"{name} {value}".lower() for name, value in path.items() if name != "path"]
            found.append(" ".join(["tmpfs", path["path"], *options]))
        found += [f"keep {name}" for name in override.get("excess-capabilities", {}).get("keep", [])]
    return found


def learnt(program, policy, container, log):
    """What `learn` names in a log, as pairs of what was found and the hint, while it adds to the policy what that can say."""
    command = [program, "learn", "--write", "--policy", str(policy), "--container", container["name"], str(log)]
    told = subprocess.run(command, capture_output=True, text=True)
    if told.returncode not in (0, 1):
        raise run.Failed(f"learn ended with {told.returncode}: {told.stderr.strip()}")
    signs = re.findall(rf"^{re.escape(str(log))}:\d+: (.*)\n  hint: (.*)$", told.stdout, re.MULTILINE)
    return list(dict.fromkeys(signs))


def volume_to_give(container, signs):
    """A mounted path that a hint wants to belong to the user of the container, if there is one."""
    mounts = [mount["containerPath"] for mount in container.get("mountPoints", [])]
    for _, hint in signs:
        match = re.search(r"give (/\S+) to the user|tmpfs at (/\S+) belongs to the user", hint)
        path = match and (match[1] or match[2])
        given = [mount for mount in mounts if path and (path + "/").startswith(mount.rstrip("/") + "/")]
        if given:
            return given[0]
    return None


def start(case, container, task, owner):
    """One start on fresh volumes; then a second one on what the first left behind."""
    data = run.volumes(task, owner, case["work"])
    try:
        first = run.one_run(case, container, data, 1)
        run.one_run(case, container, data, 2)
    except run.Failed as failure:
        return None, str(failure)
    return first["request"], None


def rounds(case, program):
    """The starts of one server, one after the other, each with what the log said and what followed from it."""
    task = json.loads((run.HERE / case["server"] / f"{case['launch']}.json").read_text())
    task["containerDefinitions"][0]["image"] = run.UNKNOWN
    policy, log = pathlib.Path(case["work"]) / f"{case['server']}-{case['launch']}.toml", pathlib.Path(case["work"]) / "start.log"
    policy.write_text((run.HERE / "naive.toml").read_text())
    owner = (0, 0)
    for number in range(1, MOST_STARTS + 1):
        container = run.bounded(run.hardened(program, task, policy)["containerDefinitions"][0], case["nofile"])
        served, failure = start(case, container, task, owner)
        log.write_text(case["log"])
        before = [IN_FORCE, *settings(policy)]
        signs = learnt(program, policy, container, log)
        added = [one for one in settings(policy) if one not in before] if failure else []
        path = volume_to_give(container, signs) if failure and owner == (0, 0) else None
        if path:
            owner = oci.user(case["root"], container, {})
            added.append(f"{path} belongs to {container['user']}")
        yield {"number": number, "served": served, "failure": failure, "said": run.telling(case["log"]), "signs": signs, "added": added}
        if served or not added:
            return


def rows(server, starts):
    """The rows of the table about one server."""
    for start_ in starts:
        signs = "; ".join(found for found, _ in start_["signs"])
        if start_["served"]:
            yield [server, start_["number"], f"serves, twice: {start_['served']}", signs and f"{signs} (not missed)", ""]
        else:
            yield [server, start_["number"], start_["said"], signs or "**nothing**", "; ".join(start_["added"]) or "**nothing**"]


def same(starts):
    """What two launch types have to agree on to be told as one."""
    return [(one["served"], one["added"]) for one in starts]


def table(told):
    """The table: launch types that went the same way share their rows."""
    lines = ["| server | start | what it said | what `learn` named | what followed |", "|---|--:|---|---|---|"]
    for server, by_launch in told.items():
        ways = list(by_launch.items())
        alike = len(ways) > 1 and all(same(starts) == same(ways[0][1]) for _, starts in ways)
        for launch, starts in ways[:1] if alike else ways:
            name = server if alike else f"{server}, {launch}"
            lines += ["| " + " | ".join(str(cell).replace("\n", " ") for cell in row) + " |" for row in rows(name, starts)]
    return "\n".join(lines)


def main():
    """Go through the servers; 1 when the log of a start that failed told nothing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("servers", nargs="*", metavar="SERVER", help="all by default: " + ", ".join(run.SERVERS))
    parser.add_argument("--program", default=run.PROGRAM, help="the ecs-harden to run")
    parser.add_argument("--cache", type=pathlib.Path, default=run.CACHE, help="where root file systems are kept")
    parser.add_argument("--write-results", action="store_true", help="refresh the table in README.md")
    asked = parser.parse_args()
    run.START_TIMEOUT = START_TIMEOUT
    told, silent = {}, []
    asked.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="ecs-harden-") as work:
        os.chmod(work, 0o755)
        for server in asked.servers or run.SERVERS:
            for launch in run.LAUNCH_TYPES:
                case = {"server": server, "launch": launch, "variant": "naive", "about": rootfs.image(server), "work": work, "log": ""}
                case |= {"root": rootfs.build(server, asked.cache), "nofile": run.highest_nofile()}
                starts = list(rounds(case, str(asked.program)))
                told.setdefault(server, {})[launch] = starts
                if any(not start_["served"] and not start_["signs"] for start_ in starts):
                    silent.append(f"{server} on {launch}")
            print("\n".join(table({server: told[server]}).splitlines()[2:]), flush=True)
    serving = sum(bool(starts[-1]["served"]) for by_launch in told.values() for starts in by_launch.values())
    count = sum(len(by_launch) for by_launch in told.values())
    sum_up = f"{serving} of {count} serve in the end"
    if asked.write_results:
        readme = run.HERE / "README.md"
        parts = re.split("(" + "|".join(map(re.escape, MARKS)) + ")", readme.read_text())
        readme.write_text("".join([*parts[:2], "\n", table(told), "\n\n", *parts[3:]]))
    print(sum_up + (f"; the log told nothing: {', '.join(silent)}" if silent else ""))
    return 1 if silent else 0


if __name__ == "__main__":
    sys.exit(main())
