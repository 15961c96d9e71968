#!/usr/bin/env python3
"""Records the session of the README from a real run: drives `ecs-harden fix -i` in a pseudo terminal, and draws what the terminal shows.

    docs/session.py           writes docs/src/session.svg
    docs/session.py --check   fails where the picture is not what the program shows by now
"""

import argparse
import fcntl
import html
import os
import pathlib
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "src" / "session.svg"
COLUMNS, ROWS = 96, 36

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:checkout/db-Q7xK2m:password::"

# What is pressed, what is waited for then, and for how many seconds it is shown.
SITTING = [
    ("\r", "excess-capabilities · `api`", 5),
    ("A", "missing-log-configuration · `xray-daemon`", 4),
    ("a", "plaintext-secret · `api`", 3.5),
    ("e", "ARN: ", 1.5),
    (ARN, "password::", 1.5),
    ("\r", "your answer", 4.5),
    ("a", "writable-root-filesystem · `api`", 4),
    ("A", "root-user · `api`", 3),
    ("e", "user: ", 1.5),
    ("\x1510001:10001", "user: 10001:10001", 1.5),
    ("\r", "user 10001:10001: your answer", 3.5),
    ("a", "unbounded-open-files · `api`", 2.5),
    ("A", "another answer changed what this one rests on", 5),
    ("a", "all decided", 5),
    ("w", "keep these answers for next time?", 6),
    ("y", "ended", 5),
]

COLOURS = {31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 36: "#76d9e6"}
PLAIN, FAINT, BACK, FRAME = "#d6dde6", "#8b96a3", "#10151c", "#2b3440"


class Screen:
    """As much of a terminal as the program makes use of."""

    def __init__(self):
        self.lines, self.row, self.column, self.style = [[]], 0, 0, (None, False, False)

    def feed(self, text):
        """Takes what the program wrote."""
        for escape, final, plain in re.findall(r"\x1b\[([\d;]*)([A-Za-z])|([^\x1b])", text):
            if final:
                self.sequence(final, [int(part) for part in escape.split(";") if part])
            elif plain == "\n":
                self.row += 1
                while len(self.lines) <= self.row:
                    self.lines.append([])
            elif plain == "\r":
                self.column = 0
            else:
                self.put(plain)

    def sequence(self, final, numbers):
        """Moves, clears or colours."""
        if final == "A":
            self.row -= numbers[0]
        elif final == "D":
            self.column -= numbers[0]
        elif final == "J":
            del self.lines[self.row + 1:]
            del self.lines[self.row][self.column:]
        elif final == "m":
            for number in numbers or [0]:
                colour, bold, faint = self.style
                if number == 0:
                    self.style = (None, False, False)
                elif number == 1:
                    self.style = (colour, True, faint)
                elif number == 2:
                    self.style = (colour, bold, True)
                else:
                    self.style = (number, bold, faint)
        else:
            raise SystemExit(f"the recorder knows no sequence that ends with {final}")

    def put(self, letter):
        """Writes a letter; behind the last column on a line of its own."""
        if self.column == COLUMNS:
            self.row, self.column = self.row + 1, 0
            if len(self.lines) <= self.row:
                self.lines.append([])
        line = self.lines[self.row]
        line.extend([(" ", (None, False, False))] * (self.column + 1 - len(line)))
        line[self.column] = (letter, self.style)
        self.column += 1

    def shown(self):
        """The last rows, and where the next letter goes."""
        first = max(0, len(self.lines) - ROWS)
        return [list(line) for line in self.lines[first:]], (self.row - first, self.column)


def record(program):
    """What the terminal shows after each key, and for how long."""
    place = pathlib.Path(tempfile.mkdtemp())
    try:
        shutil.copy(ROOT / "examples" / "checkout-api.json", place)
        (place / ".git").mkdir()
        return sit(program, place)
    finally:
        shutil.rmtree(place)


def sit(program, place):
    """Holds the session."""
    child, master = pty.fork()
    if child == 0:
        os.chdir(place)
        environment = {"TERM": "xterm-256color", "PATH": os.environ["PATH"], "XDG_STATE_HOME": str(place / ".state")}
        script = 'read -r _; "$0" fix -i checkout-api.json'
        os.execvpe("sh", ["sh", "-c", script, str(program)], environment)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    screen = Screen()
    os.write(master, b"\n")
    frames = []
    wait(master, screen, "begin")
    screen.lines[0] = [(letter, (None, False, False)) for letter in "$ ecs-harden fix -i checkout-api.json"]
    frames.append((screen.shown(), 4))
    for keys, text, seconds in SITTING:
        before = len(screen.lines)
        os.write(master, keys.encode())
        wait(master, screen, text, max(0, before - 3))
        frames.append((screen.shown(), seconds))
    os.waitpid(child, 0)
    return frames


def wait(master, screen, text, since=0):
    """Reads until a text is shown and nothing more comes; or, for the end, until there is nothing to read."""
    limit, heard = time.monotonic() + 30, b""
    while time.monotonic() < limit:
        ready = select.select([master], [], [], 0.3)[0]
        if ready:
            try:
                part = os.read(master, 65536)
            except OSError:
                return
            heard += part
            try:
                screen.feed(heard.decode())
                heard = b""
            except UnicodeDecodeError:
                pass
        elif text != "ended":
            shown = "\n".join("".join(letter for letter, _ in line) for line in screen.lines[since:])
            if text in re.sub(r"\s+", " ", shown):
                return
    raise SystemExit(f"{text!r} was not shown")


def spans(line):
    """Parts of a line with one style each, and their columns."""
    parts = []
    for column, (letter, style) in enumerate(line):
        if parts and parts[-1][2] == style:
            parts[-1][1].append(letter)
        else:
            parts.append((column, [letter], style))
    texts = [(column, "".join(letters), style) for column, letters, style in parts]
    # Not every viewer keeps spaces at the beginning.
    return [(column + len(text) - len(text.lstrip()), text.strip(), style) for column, text, style in texts if text.strip()]


def draw(frames):
    """The picture: frame after frame, and the last one where motion is not wanted."""
    wide, high, margin = 7.8, 17, 14
    width, height = round(COLUMNS * wide + 2 * margin), ROWS * high + 2 * margin
    whole = sum(seconds for _, seconds in frames)
    rules, groups, begun = [], [], 0
    for number, ((lines, (row, column)), seconds) in enumerate(frames):
        start, end = 100 * begun / whole, 100 * (begun + seconds) / whole
        begun += seconds
        rules.append(
            f"@keyframes f{number}{{0%,{start:.3f}%{{opacity:0}}{start + 0.001:.3f}%,{end:.3f}%{{opacity:1}}{min(100, end + 0.001):.3f}%,100%{{opacity:0}}}}"
            f"#f{number}{{animation:f{number} {whole}s step-end infinite}}"
        )
        texts = []
        for at, line in enumerate(lines):
            y = margin + at * high + 12
            for left, text, (colour, bold, faint) in spans(line):
                fill = COLOURS.get(colour, FAINT if faint else PLAIN)
                weight = ' font-weight="700"' if bold else ""
                x = margin + left * wide
                texts.append(
                    f'<text x="{x:.1f}" y="{y}" fill="{fill}"{weight} textLength="{len(text) * wide:.1f}">{html.escape(text)}</text>'
                )
        texts.append(f'<rect x="{margin + column * wide:.1f}" y="{margin + row * high}" width="{wide}" height="{high - 2}" fill="{FAINT}"/>')
        groups.append(f'<g id="f{number}">' + "\n".join(texts) + "</g>")
    last = len(frames) - 1
    still = f"@media (prefers-reduced-motion:reduce){{g{{animation:none!important;opacity:0}}#f{last}{{opacity:1}}}}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        'aria-label="A session of ecs-harden fix -i on an example, from the first finding to the kept answers">\n'
        f"<style>text{{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre}}g{{opacity:0}}{''.join(rules)}{still}</style>\n"
        f'<rect width="{width}" height="{height}" rx="8" fill="{BACK}" stroke="{FRAME}"/>\n' + "\n".join(groups) + "\n</svg>\n"
    )


def main():
    """Writes the picture, or compares it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    options = parser.parse_args()
    subprocess.run(["cargo", "build", "--quiet", "--locked"], cwd=ROOT, check=True)
    program = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug" / "ecs-harden"
    picture = draw(record(program))
    if not options.check:
        PICTURE.write_text(picture)
        return 0
    if PICTURE.read_text() == picture:
        return 0
    print("docs/src/session.svg is not what the program shows; docs/session.py makes it anew", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
