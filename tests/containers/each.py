#!/usr/bin/env python3
"""Shows what each part of a hardened definition is for: takes away one tmpfs, owner, capability or control, and tells what comes of it.

The container is started twice on its data, as in run.py. Nothing here is right or wrong; the table goes into EACH.md.
"""

import argparse
import json
import pathlib
import sys
import tempfile

import run
import rootfs

START, STOP = 10, 10


def parts(container):
    """What may be taken away, each as a name and the container without it."""
    def without(change):
        copy = json.loads(json.dumps(container))
        change(copy)
        return copy

    linux = container.get("linuxParameters", {})
    for place, mount in enumerate(linux.get("tmpfs", [])):
        path = mount["containerPath"]
        yield f"tmpfs {path}", without(lambda copy, place=place: copy["linuxParameters"]["tmpfs"].pop(place))
        if "mountOptions" in mount:
            yield f"owner of {path}", without(lambda copy, place=place: copy["linuxParameters"]["tmpfs"][place].pop("mountOptions"))
    for place, name in enumerate(linux.get("capabilities", {}).get("add", [])):
        yield name, without(lambda copy, place=place: copy["linuxParameters"]["capabilities"]["add"].pop(place))
    for place, control in enumerate(container.get("systemControls", [])):
        yield control["namespace"], without(lambda copy, place=place: copy["systemControls"].pop(place))


def outcome(case, container, task, owner):
    """What comes of two starts."""
    data = run.volumes(task, owner, case["work"])
    for turn in (1, 2):
        try:
            run.one_run(case, container, data, turn)
        except run.Failed as failure:
            return f"{failure}; {run.telling(case['log'])}"
    return "not missed"


def rows(server, launch, variant, program, cache, work):
    """The rows of one hardened definition."""
    case = {"server": server, "launch": launch, "variant": variant, "about": rootfs.image(server), "work": work, "log": ""}
    case |= {"root": rootfs.build(server, cache), "nofile": run.highest_nofile()}
    task = json.loads((run.HERE / server / f"{launch}.json").read_text())
    whole, _, _ = run.prepared(case, program)
    owner = run.oci.user(case["root"], whole, case["about"]["config"])
    for name, less in parts(whole):
        yield f"| {server} | {whole.get('user', 'of the image')} | {name} | {outcome(case, less, task, owner)} |"


def main():
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("servers", nargs="*", metavar="SERVER")
    parser.add_argument("--program", default=run.PROGRAM, help="the ecs-harden to run")
    parser.add_argument("--cache", type=pathlib.Path, default=run.CACHE, help="where root file systems are kept")
    asked = parser.parse_args()
    run.START_TIMEOUT, run.STOP_TIMEOUT = START, STOP
    lines = ["| server | user | without | what comes of it |", "|---|---|---|---|"]
    with tempfile.TemporaryDirectory(prefix="ecs-harden-") as work:
        pathlib.Path(work).chmod(0o755)
        for server in asked.servers or run.SERVERS:
            for variant in ("user" if run.fits(server, "ec2", "user") else "alone", "root"):
                if run.fits(server, "ec2", variant) and variant not in rootfs.image(server).get("fails", []):
                    for line in rows(server, "ec2", variant, str(asked.program), asked.cache, work):
                        print(line, flush=True)
                        lines.append(line)
    if not asked.servers:
        title = "# What each part is for\n\nMade by `each.py`: one part of the hardened definition is taken away, all else stays.\n\n"
        (run.HERE / "EACH.md").write_text(title + "\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
