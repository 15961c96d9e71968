#!/usr/bin/env python3
"""Builds the site of docs/ with mdBook, without a warning, and follows every link in what came of it.

    docs/site.py          installs mdBook below target/ where it is not there, builds into target/site, checks the links
    docs/site.py --links  checks the links alone
"""

import argparse
import html.parser
import os
import pathlib
import re
import subprocess
import sys
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
TOOLS = TARGET / "tools"
SITE = ROOT / "target" / "site"

# A build for debugging takes half a minute, and one for release four times that; the site is small.
MDBOOK = "0.5.4"
INSTALL = ["cargo", "install", "mdbook", "--version", MDBOOK, "--locked", "--debug", "--no-default-features", "--features", "search"]

# Attributes that lead somewhere.
LEADING = {"href", "src"}


def mdbook():
    """The program, in exactly the version that is wanted."""
    program = TOOLS / "bin" / "mdbook"
    if not program.exists() or subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip() != f"mdbook v{MDBOOK}":
        subprocess.run([*INSTALL, "--root", TOOLS, "--quiet"], check=True)
    return program


def included():
    """Tells whether every part that a page includes by name is marked there: mdBook would leave it out without a word."""
    found = []
    for page in sorted((ROOT / "docs" / "src").rglob("*.md")):
        for path, name in re.findall(r"{{#include ([^:}]+):([a-z][a-z-]*)}}", page.read_text(encoding="utf-8")):
            marked = (page.parent / path).read_text(encoding="utf-8").splitlines()
            if not any(line.removesuffix(" -->").endswith(f"ANCHOR: {name}") for line in marked):
                found.append(f"{page.relative_to(ROOT)}: {path} marks no part {name}")
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    return not found


def build():
    """Builds, and tells whether nothing was said against it."""
    done = subprocess.run([mdbook(), "build", ROOT / "docs"], capture_output=True, text=True, check=False)
    told = done.stdout + done.stderr
    if done.returncode or any(word in told for word in ("WARN", "ERROR")):
        print(told, file=sys.stderr)
        return False
    return True


class Page(html.parser.HTMLParser):
    """What a page leads to, and where others can lead within it."""

    def __init__(self, path):
        super().__init__()
        self.links, self.anchors = [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        """Takes down ids and links."""
        for name, value in attrs:
            if name == "id" or (name == "name" and tag == "a"):
                self.anchors.add(value)
            elif name in LEADING and value is not None:
                self.links.append((self.getpos()[0], value))


def wrong(pages, path, link):
    """What is wrong with a link of a page, or nothing."""
    parts = urllib.parse.urlsplit(link)
    if parts.scheme or parts.netloc:
        # Whether it is there cannot be told from everywhere; whether it could be there can.
        well_formed = parts.scheme == "https" and "." in (parts.hostname or "") and not set(link) & set(" <>\"{}|\\^`")
        return None if well_formed or parts.scheme == "data" else "is no address of a page"
    if "{{" in link:
        return "was not filled in"
    target = path if not parts.path else path.parent / urllib.parse.unquote(parts.path)
    if target.is_dir():
        target = target / "index.html"
    target = pathlib.Path(os.path.normpath(target))
    if not target.is_file() or not target.is_relative_to(SITE):
        return "leads nowhere"
    anchor = urllib.parse.unquote(parts.fragment)
    if anchor and target in pages and anchor not in pages[target].anchors:
        return "names no place in that page"
    return None


def links():
    """Follows every link, tells those that are wrong, and how many there were."""
    # What stands for a missing page is served from anywhere, so its links begin at the top of wherever the site is.
    pages = {path: Page(path) for path in sorted(SITE.rglob("*.html")) if path.name not in ("404.html", "toc.html")}
    followed, found = 0, []
    for path, page in pages.items():
        for line, link in page.links:
            followed += 1
            told = wrong(pages, path, link)
            if told:
                found.append(f"{path.relative_to(SITE)}:{line}: {link} {told}")
    print("\n".join(dict.fromkeys(found)), file=sys.stderr, end="\n" if found else "")
    print(f"site: {len(pages)} pages, {followed} links, {len(found)} wrong")
    return bool(pages) and not found


def main():
    """Builds and checks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--links", action="store_true", help="check the links of the site that is there")
    options = parser.parse_args()
    return 0 if (options.links or included() and build()) and links() else 1


if __name__ == "__main__":
    sys.exit(main())
