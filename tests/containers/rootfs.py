"""Makes the root file systems: a Debian base by debootstrap, one copy of it for each server with its packages.

What stands below `<server>/image/` is laid over the copy. `image.json` names the packages, the users with the uids of the official
image, a set-up script, and the configuration of the image as Docker would know it.
"""

import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
SUITE = "bookworm"
# debootstrap knows Debian's own mirror; another one is named here.
MIRROR = os.environ.get("DEBIAN_MIRROR")
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}


def image(server):
    """What is known about the image of a server."""
    return json.loads((HERE / server / "image.json").read_text())


def run(command, log):
    """Run a command and keep what it says in a log, which is told when it fails."""
    with open(log, "ab") as out:
        code = subprocess.call(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env={**os.environ, **ENVIRONMENT})
    if code:
        tail = "".join(open(log, errors="replace").readlines()[-15:])
        raise SystemExit(f"{command[0]} ended with {code}:\n{tail}")


def in_root(root, script, log):
    """Run a script of the shell inside a root file system, with its own /proc."""
    inner = 'mount -t proc proc "$1/proc" && exec chroot "$1" /bin/sh -euc "$2"'
    run(["unshare", "--mount", "--pid", "--fork", "sh", "-euc", inner, "sh", str(root), script], log)


def finish(made, target):
    """Put what is complete in its place, so that a build that was broken off is never taken for a whole one."""
    shutil.rmtree(target, ignore_errors=True)
    made.rename(target)


def base(cache):
    """The Debian base that all servers start from."""
    target = cache / "base"
    if not target.exists():
        made = cache / "base.part"
        shutil.rmtree(made, ignore_errors=True)
        run(["debootstrap", "--variant=minbase", SUITE, str(made), *([MIRROR] if MIRROR else [])], cache / "base.log")
        policy = made / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        for name in ("hostname", "resolv.conf"):
            (made / "etc" / name).unlink(missing_ok=True)
        finish(made, target)
    return target


def recipe(server):
    """A digest of everything that a root file system is made from, so that a change makes a new one."""
    digest = hashlib.sha256(SUITE.encode())
    files = [HERE / server / "image.json", *sorted((HERE / server / "image").rglob("*"))]
    for file in files:
        digest.update(str(file.relative_to(HERE)).encode())
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def lay_over(overlay, made):
    """Copy the files of an image over a root file system; they belong to root there."""
    if overlay.exists():
        shutil.copytree(overlay, made, dirs_exist_ok=True)
        for file in overlay.rglob("*"):
            os.chown(made / file.relative_to(overlay), 0, 0)


def install(made, packages, users, log):
    """Add users and packages to a root file system. The users come first, so that packages give their files to them."""
    shutil.copy("/etc/resolv.conf", made / "etc/resolv.conf")
    script = ""
    for name, ids in users.items():
        uid, gid = ids.split(":")
        script += f"groupadd -r -o -g {gid} {name} 2>/dev/null || groupmod -o -g {gid} {name}\n"
        script += f"useradd -r -o -u {uid} -g {gid} -M -s /usr/sbin/nologin {name} 2>/dev/null || usermod -u {uid} {name}\n"
    if packages:
        script += "apt-get -q update\n"
        script += f"apt-get -qy install --no-install-recommends {' '.join(packages)}\napt-get clean\nrm -rf /var/lib/apt/lists/*\n"
    in_root(made, script, log)
    (made / "etc/resolv.conf").unlink()


def build(server, cache):
    """The root file system of a server: from the cache, or made now, by one run at a time."""
    with open(cache / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return made_or_found(server, cache)


def made_or_found(server, cache):
    """The root file system of a server, while nobody else makes one."""
    target = cache / f"{server}-{recipe(server)}"
    if not target.exists():
        about, log, made = image(server), cache / f"{server}.log", cache / f"{server}.part"
        log.unlink(missing_ok=True)
        shutil.rmtree(made, ignore_errors=True)
        run(["cp", "-a", str(base(cache)), str(made)], log)
        install(made, about["packages"], about.get("users", {}), log)
        lay_over(HERE / server / "image", made)
        in_root(made, "\n".join(about.get("setup", [])), log)
        for old in cache.glob(f"{server}-????????????"):
            shutil.rmtree(old)
        finish(made, target)
    return target


def version_of(package, root):
    """The version of a package in a root file system, as Debian counts it."""
    query = ["chroot", str(root), "dpkg-query", "-W", "-f", "${Version}", package]
    return subprocess.run(query, check=True, capture_output=True, text=True).stdout.strip()


def version(server, root):
    """The version of the software of a server."""
    return version_of(image(server)["version-of"], root)
