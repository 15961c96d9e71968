#!/usr/bin/env python3
"""Makes the venv that the double runs in, once, and prints its interpreter. Tests that run beside one another wait for the first.

With a directory and a list of packages it makes another: `provision.py DIRECTORY REQUIREMENTS`."""

import fcntl
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
WANTED = HERE / "requirements.txt"
OLDEST = (3, 11)


class Failed(Exception):
    """A step that did not go as it should, in words for whoever has to mend it."""


def place():
    """Where it belongs: beside what cargo builds, never in the source."""
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or HERE.parents[2] / "target") / "aws-double"


def interpreter(into, wanted=WANTED):
    """The interpreter of a venv that has exactly what the list of packages says."""
    if sys.version_info < OLDEST:
        raise Failed(f"{sys.executable} is Python {sys.version.split()[0]}, and what is tested with it needs {'.'.join(map(str, OLDEST))} or later")
    into.mkdir(parents=True, exist_ok=True)
    with open(into / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        python, stamp = into / "venv" / "bin" / "python", into / "venv" / "made-of"
        made_of = f"{sys.version}\n{wanted.read_text(encoding='utf-8')}"
        if not (python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == made_of):
            _make(into / "venv", python, wanted)
            stamp.write_text(made_of, encoding="utf-8")
    return python


def _make(venv, python, wanted):
    shutil.rmtree(venv, ignore_errors=True)
    _run([sys.executable, "-m", "venv", venv], "no venv could be made; on Debian `apt-get install python3-venv` brings what is missing")
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", wanted]
    _run(install, f"the packages of {wanted} could not be installed; the package index has to be reachable once")


def _run(command, advice):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        told = (done.stderr or done.stdout).strip().splitlines()[-5:]
        raise Failed("\n".join([advice, *told]))


def main():
    """Prints the path, or tells on standard error what is missing."""
    try:
        told = [pathlib.Path(argument) for argument in sys.argv[1:3]]
        print(interpreter(*(told or [place()])))
    except (Failed, OSError) as error:
        print(f"the packages for tests cannot be set up: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
