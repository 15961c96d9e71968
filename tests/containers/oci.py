"""Translates one container definition to the `config.json` of an OCI runtime, the way the ECS agent and Docker do.

What an image sets comes from `image.json`, all else from the definition. Seccomp and AppArmor profiles are left out: a container that
runs here may meet more refusals under Docker, but none that a task definition could cause.
"""

import json

DEFAULT_CAPABILITIES = (
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_CHROOT"
).split()
MASKED = [
    "/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
    "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
]
READ_ONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
TMPFS_DEFAULTS = ["noexec", "nosuid", "nodev", "rprivate"]
OPPOSITES = {"exec": "noexec", "suid": "nosuid", "dev": "nodev", "rw": "ro", "atime": "noatime", "diratime": "nodiratime"}
OPPOSITES.update({no: yes for yes, no in OPPOSITES.items()})


def capabilities(container):
    """The capabilities of the container: Docker's defaults less `drop`, `add` on top; `drop` of ALL leaves `add` alone."""
    asked = container.get("linuxParameters", {}).get("capabilities", {})
    drop, add = asked.get("drop", []), asked.get("add", [])
    kept = [] if "ALL" in drop else [name for name in DEFAULT_CAPABILITIES if name not in drop]
    return sorted("CAP_" + name for name in {*kept, *add})


def tmpfs_options(asked):
    """Docker's options for a tmpfs with those of the definition over them; of two that contradict each other the later one wins."""
    merged = []
    for option in [*TMPFS_DEFAULTS, *asked.get("mountOptions", []), f"size={asked['size']}m"]:
        key = option.split("=")[0]
        merged = [one for one in merged if one.split("=")[0] not in (key, OPPOSITES.get(key))]
        merged.append(option)
    return merged


def lookup(root, kind, name):
    """The id of a user or group by its name in the root file system."""
    for line in (root / "etc" / kind).read_text().splitlines():
        fields = line.split(":")
        if fields[0] == name:
            return fields
    raise SystemExit(f"the image has no {name} in /etc/{kind}")


def user(root, container, image):
    """The uid and gid that the container starts with: what the definition says, else the image, else root."""
    name, _, group = (container.get("user") or image.get("User") or "0:0").partition(":")
    uid = int(name) if name.isdigit() else int(lookup(root, "passwd", name)[2])
    if group:
        return uid, int(group) if group.isdigit() else int(lookup(root, "group", group)[2])
    entries = (line.split(":") for line in (root / "etc/passwd").read_text().splitlines())
    return uid, next((int(entry[3]) for entry in entries if int(entry[2]) == uid), 0)


def mounts(container, sources):
    """The mounts of every container, then those of the definition. `sources` says where each volume lies."""
    plain = ["nosuid", "noexec", "nodev"]
    read_only = ["ro"] if container.get("readonlyRootFilesystem") else []
    every = [
        {"destination": "/proc", "type": "proc", "source": "proc", "options": plain},
        {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
        {
            "destination": "/dev/pts", "type": "devpts", "source": "devpts",
            "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
        },
        {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": [*plain, "ro"]},
        {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": [*plain, "ro"]},
        {"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue", "options": plain},
        {"destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": [*plain, "mode=1777", "size=67108864"]},
        {"destination": "/etc/hosts", "type": "bind", "source": str(sources["/etc/hosts"]), "options": ["rbind", "rprivate", *read_only]},
    ]
    for mount in container.get("mountPoints", []):
        options = ["rbind", "rprivate", "ro" if mount.get("readOnly") else "rw"]
        source = str(sources[mount["sourceVolume"]])
        every.append({"destination": mount["containerPath"], "type": "bind", "source": source, "options": options})
    for asked in container.get("linuxParameters", {}).get("tmpfs", []):
        options = tmpfs_options(asked)
        every.append({"destination": asked["containerPath"], "type": "tmpfs", "source": "tmpfs", "options": options})
    return every


def rlimits(container):
    """The limits of the definition."""
    limits = container.get("ulimits", [])
    return [{"type": "RLIMIT_" + one["name"].upper(), "soft": one["softLimit"], "hard": one["hardLimit"]} for one in limits]


def process(root, container, image, secrets):
    """What is started, as whom, with which powers."""
    uid, gid = user(root, container, image)
    bounding = capabilities(container)
    held = bounding if uid == 0 else []
    arguments = container.get("entryPoint") or image.get("Entrypoint") or []
    command = container.get("command") or ([] if container.get("entryPoint") else image.get("Cmd")) or []
    init = ["/usr/bin/tini", "--"] if container.get("linuxParameters", {}).get("initProcessEnabled") else []
    environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOSTNAME=container", *image.get("Env", [])]
    environment += [f"{one['name']}={one['value']}" for one in container.get("environment", [])]
    environment += [f"{one['name']}={secrets[one['name']]}" for one in container.get("secrets", [])]
    return {
        "terminal": False,
        "user": {"uid": uid, "gid": gid},
        "args": [*init, *arguments, *command],
        "env": environment,
        "cwd": container.get("workingDirectory") or image.get("WorkingDir") or "/",
        "capabilities": {"bounding": bounding, "effective": held, "permitted": held, "inheritable": [], "ambient": []},
        "rlimits": rlimits(container),
        "noNewPrivileges": "no-new-privileges" in container.get("dockerSecurityOptions", []),
    }


def config(root, container, image, sources, secrets):
    """The whole `config.json`. `root` is the root file system, `sources` the directories that stand for the volumes."""
    devices = [{"allow": False, "access": "rwm"}]
    for major, minor in ((1, 3), (1, 5), (1, 7), (1, 8), (1, 9), (5, 0), (5, 1), (5, 2), (136, None)):
        devices.append({"allow": True, "type": "c", "major": major, "access": "rwm", **({} if minor is None else {"minor": minor})})
    resources = {"devices": devices}
    if "memory" in container:
        resources["memory"] = {"limit": container["memory"] << 20, "swap": container["memory"] << 20}
    return {
        "ociVersion": "1.0.2",
        "process": process(root, container, image, secrets),
        "root": {"path": str(root), "readonly": bool(container.get("readonlyRootFilesystem"))},
        "hostname": "container",
        "mounts": mounts(container, sources),
        "linux": {
            "namespaces": [{"type": kind} for kind in ("pid", "network", "ipc", "uts", "mount")],
            "sysctl": {one["namespace"]: one["value"] for one in container.get("systemControls", [])},
            "resources": resources,
            "maskedPaths": MASKED,
            "readonlyPaths": READ_ONLY,
        },
    }


def write(bundle, document):
    """Write `config.json` into a bundle."""
    (bundle / "config.json").write_text(json.dumps(document, indent=1))
