"""Runs a command at a terminal of its own, types an answer once it asks, prints what the terminal showed, and ends as the command ended."""

import os
import pty
import sys


def main():
    """Takes the answer, with escapes, and the command line."""
    answer, command = sys.argv[1].encode().decode("unicode_escape").encode(), sys.argv[2:]
    child, terminal = pty.fork()
    if child == 0:
        os.execv(command[0], command)
    shown, asked = b"", False
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            # Linux tells the end of the other side so.
            break
        if not part:
            break
        shown += part
        if not asked and b"[y/N]" in shown:
            asked = True
            os.write(terminal, answer)
    sys.stdout.buffer.write(shown)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return 128 - status if status < 0 else status


if __name__ == "__main__":
    sys.exit(main())
