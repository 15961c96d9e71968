"""`python3 -m launcher`: starts the double, and prints its port as one line."""

import argparse
import json
import os
import pathlib
import sys
import threading

from . import demo, front


def main():
    """Serves until standard input is closed (with --until-eof) or the process is ended."""
    parser = argparse.ArgumentParser(prog="launcher", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--account", default="123456789012")
    parser.add_argument("--region", default="eu-central-1")
    parser.add_argument("--keep-bodies", action="store_true", help="keep request bodies, for GET /_double/raw/N")
    parser.add_argument("--seed", type=pathlib.Path, help="a seed to plant at the start")
    parser.add_argument("--demo", action="store_true", help="a cluster `shop` whose service `checkout` runs examples/checkout-api.json")
    parser.add_argument("--until-eof", action="store_true", help="end when standard input is closed: with whoever started this")
    options = parser.parse_args()
    double = front.Double(options.account, options.region, options.keep_bodies)
    server = front.serve(double, options.port)
    for given in [*([json.loads(options.seed.read_text())] if options.seed else []), *([demo.world()] if options.demo else [])]:
        double.control("POST", "/_double/seed", json.dumps(given).encode())
    print(server.server_address[1], flush=True)
    if options.until_eof:
        threading.Thread(target=_until_eof, daemon=True).start()
    try:
        server.serve_forever(poll_interval=0.05)
    except KeyboardInterrupt:
        return 130
    return 0


def _until_eof():
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
