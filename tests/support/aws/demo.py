#!/usr/bin/env python3
"""Starts the double with something to look at, and tells how to reach it: cluster `shop`, service `checkout`."""

import argparse
import subprocess
import sys

import provision


def main():
    """Runs until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", default="4566", help="4566 unless told otherwise, so that commands can be repeated")
    options = parser.parse_args()
    try:
        python = provision.interpreter(provision.place())
    except (provision.Failed, OSError) as error:
        print(f"the double of AWS cannot be set up: {error}", file=sys.stderr)
        return 1
    command = [python, "-m", "launcher", "--demo", "--until-eof", "--port", options.port]
    with subprocess.Popen(command, cwd=provision.HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as double:
        port = double.stdout.readline().strip()
        if not port:
            return double.wait() or 1
        print("cluster `shop`, service `checkout`, which runs examples/checkout-api.json. In another terminal:\n")
        print(f"export AWS_ENDPOINT_URL=http://127.0.0.1:{port} AWS_REGION=eu-central-1")
        print("export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test")
        print(f"\ncurl -s http://127.0.0.1:{port}/_double/calls tells what was asked. Ctrl-C ends it.", flush=True)
        try:
            return double.wait()
        except KeyboardInterrupt:
            return 130 if double.wait() else 0


if __name__ == "__main__":
    sys.exit(main())
