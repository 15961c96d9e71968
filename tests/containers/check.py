"""Looks at a running container from outside and compares what it really has with the task definition.

Reads /proc alone, and shares nothing with the translation in oci.py: a mistake there is seen here.
"""

import pathlib
import re
import subprocess

# The numbers of the capabilities in linux/capability.h that Docker gives by default, and SYS_PTRACE.
NUMBERS = {
    "CHOWN": 0, "DAC_OVERRIDE": 1, "FOWNER": 3, "FSETID": 4, "KILL": 5, "SETGID": 6, "SETUID": 7, "SETPCAP": 8, "NET_BIND_SERVICE": 10,
    "NET_RAW": 13, "SYS_CHROOT": 18, "SYS_PTRACE": 19, "MKNOD": 27, "AUDIT_WRITE": 29, "SETFCAP": 31,
}
DEFAULT_MASK = 0xA80425FB


class Differs(Exception):
    """What a container has is not what its definition says."""


def same(what, found, wanted):
    """Fail unless both are equal."""
    if found != wanted:
        raise Differs(f"{what} is {found}, the definition says {wanted}")


def status(pid):
    """The fields of /proc/PID/status."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.split() for name, _, value in (line.partition(":") for line in lines)}


def mask(container):
    """The bounding set that the definition asks for, as the kernel writes it."""
    asked = container.get("linuxParameters", {}).get("capabilities", {})
    value = 0 if "ALL" in asked.get("drop", []) else DEFAULT_MASK
    for name in asked.get("drop", []):
        value &= ~(1 << NUMBERS[name]) if name != "ALL" else value
    for name in asked.get("add", []):
        value |= 1 << NUMBERS[name]
    return value


def mounted(pid):
    """Where what is mounted: mount point to its own options and those of its file system."""
    table = {}
    for line in pathlib.Path(f"/proc/{pid}/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        kind, _, of_file_system = after.split()
        table[before.split()[4]] = (kind, set(before.split()[5].split(",")), of_file_system.split(","))
    return table


def tmpfs(pid, mount, found):
    """Compare one tmpfs with its entry in the definition."""
    path, options = mount["containerPath"], mount.get("mountOptions", [])
    kind, flags, of_file_system = found.get(path, ("nothing", set(), []))
    same(f"what is mounted on {path}", kind, "tmpfs")
    for name in ("exec", "suid", "dev"):
        same(f"{name} on {path}", f"no{name}" not in flags, name in options)
    size = next((option for option in of_file_system if option.startswith("size=")), "")
    same(f"the size of {path}", size, f"size={mount['size'] << 10}k")
    for option in options:
        if re.match("[ug]id=", option) and not option.endswith("=0"):
            same(f"{option} on {path}", option in of_file_system, True)


def sysctl(pid, name):
    """A setting in the namespaces of the container."""
    path = "/proc/sys/" + name.replace(".", "/")
    told = subprocess.run(["nsenter", f"--net=/proc/{pid}/ns/net", "cat", path], capture_output=True, text=True)
    return told.stdout.strip()


def as_written(pid, container):
    """Compare the process 1 of a container with its definition."""
    found, names = status(pid), mounted(pid)
    same("the bounding set", int(found["CapBnd"][0], 16), mask(container))
    same("no-new-privileges", found["NoNewPrivs"][0] == "1", "no-new-privileges" in container.get("dockerSecurityOptions", []))
    user = container.get("user", "")
    if user and user.split(":")[0] != "0":
        same("the user", ":".join((found["Uid"][0], found["Gid"][0])), user)
        same("the effective capabilities", int(found["CapEff"][0], 16) & ~mask(container), 0)
    same("a read-only root", "ro" in names["/"][1], container.get("readonlyRootFilesystem", False))
    for mount in container.get("linuxParameters", {}).get("tmpfs", []):
        tmpfs(pid, mount, names)
    for mount in container.get("mountPoints", []):
        same(f"something on {mount['containerPath']}", mount["containerPath"] in names, True)
    for limit in container.get("ulimits", []):
        if limit["name"] == "nofile":
            line = re.search(r"^Max open files +(\d+) +(\d+)", pathlib.Path(f"/proc/{pid}/limits").read_text(), re.MULTILINE)
            # Some servers lower their own limit when they start; none may have more than it was given.
            same("nofile above the limit", int(line[1]) > limit["softLimit"] or int(line[2]) > limit["hardLimit"], False)
    for control in container.get("systemControls", []):
        if control["namespace"].startswith("net."):
            same(control["namespace"], sysctl(pid, control["namespace"]), control["value"])


def dropped(pids):
    """Fail unless some process of a container that started as root runs as somebody else: its server has dropped its privileges."""
    users = {status(pid)["Uid"][1] for pid in pids}
    same("a server that runs as another user than root", bool(users - {"0"}), True)
