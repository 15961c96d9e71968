"""What is taken away from which container, what its log must say then, and what a reader should conclude from it.

`path` is as the log writes it, `{1}` what the first group of the pattern found, absent where the log has none; `mount` is the directory
that was missing, or had another owner, which the log need not name. `harmless` is what the log also says, and the program lives without.
"""

def read_only(path, mount=None):
    """The conclusion that something could not be written because the root file system is read-only."""
    return {"kind": "read-only", "path": path, "mount": mount or path}


def permission(path, mount=None):
    """The conclusion that somebody else owns a path."""
    return {"kind": "permission", "path": path, "mount": mount or path}


def bind(port):
    """The conclusion that a low port is closed to the user."""
    return {"kind": "bind", "port": port, "sysctl": "net.ipv4.ip_unprivileged_port_start"}


def capability(name, kind="capability"):
    """The conclusion that a capability is missing."""
    return {"kind": kind, "capability": name}


def no_space(path, size, mount="/tmp"):
    """The conclusion that a tmpfs is too small."""
    return {"kind": "no-space", "path": path, "mount": mount, "size": size}


def tmpfs(path, size=16, *options):
    """A tmpfs as a definition writes it."""
    return {"containerPath": path, "size": size, **({"mountOptions": list(options)} if options else {})}


def server(root, how, pattern, *conclusions, **case):
    """A case of a server that is hardened by its policy, less something."""
    return {"root": root, "how": how, "pattern": pattern, "conclusions": list(conclusions), **case}


def tool(package, how, script, pattern, *conclusions, **case):
    """A case of a script among other software."""
    return {"root": "tools", "package": package, "how": how, "script": script, "pattern": pattern, "conclusions": list(conclusions), **case}


NGINX_CACHE, APACHE_LOGS = "/var/cache/nginx", "/usr/local/apache2/logs"
PGDATA, RUN_PG = "/var/lib/postgresql/data", "/run/postgresql"
SEED = read_only("/etc/nginx/conf.d/default.conf", "/etc/nginx/conf.d")
OWNED = tmpfs("/tmp", 16, "uid=1000", "gid=1000")

CASES = {
    "01-nginx-cache-read-only": server(
        "nginx", "no tmpfs on /var/cache/nginx", r"mkdir\(\)", read_only(f"{NGINX_CACHE}/client_temp", NGINX_CACHE), without=[NGINX_CACHE],
        harmless=[SEED]),
    "02-nginx-pid-read-only": server(
        "nginx", "no tmpfs on /run", r"nginx.pid", read_only("/run/nginx.pid", "/run"), without=["/run"]),
    "03-nginx-cache-of-root": server(
        "nginx", "the tmpfs belong to root", r"mkdir\(\)", permission(f"{NGINX_CACHE}/client_temp", NGINX_CACHE), without=["owner"],
        harmless=[SEED]),
    "04-nginx-low-port": server(
        "nginx", "no system control", r"bind\(\)", bind(80), without=["sysctl"], harmless=[SEED]),
    "05-nginx-chown": server(
        "nginx", "stays root without CHOWN", r"chown\(", {**capability("CHOWN", "chown"), "path": f"{NGINX_CACHE}/client_temp"},
        harmless=[SEED], **{"from": "root", "without": ["CHOWN"]}),
    "06-nginx-setgid": server(
        "nginx", "stays root without SETGID", r"setgid", capability("SETGID", "setgid"), **{"from": "root", "without": ["SETGID"]}),
    "07-nginx-setuid": server(
        "nginx", "stays root without SETUID", r"setuid", capability("SETUID", "setuid"), **{"from": "root", "without": ["SETUID"]}),
    "08-httpd-pid-read-only": server(
        "httpd", "no tmpfs on the directory of the logs", r"create (\S+/httpd.pid\S*)", read_only("{1}", APACHE_LOGS),
        without=[APACHE_LOGS]),
    "09-httpd-low-port": server("httpd", "no system control", r"make_sock", bind(80), without=["sysctl"]),
    "10-httpd-setgid": server(
        "httpd", "stays root without SETGID", r"setg", capability("SETGID", "setgid"), **{"from": "root", "without": ["SETGID"]}),
    "11-redis-data-of-root": server(
        "redis", "the volume belongs to root", r"append-only dir", permission("appendonlydir", "/data"), owner=(0, 0)),
    "12-redis-data-read-only": server(
        "redis", "no volume on /data", r"append-only dir", read_only("appendonlydir", "/data"), without=["volume"]),
    "13-redis-chown": server(
        "redis", "stays root without CHOWN", r"chown", {**capability("CHOWN", "chown"), "path": "."},
        **{"from": "root", "without": ["CHOWN"]}),
    "14-redis-gosu": server(
        "redis", "stays root without SETUID and SETGID", r"gosu|switching", capability("SETUID", "setuid"), capability("SETGID", "setgid"),
        **{"from": "root", "without": ["SETUID", "SETGID"]}),
    "15-redis-second-start": server(
        "redis", "stays root without DAC_OVERRIDE, second start on its data", r"find:",
        {**capability("DAC_OVERRIDE", "permission"), "path": "./appendonlydir"},
        **{"from": "root", "without": ["DAC_OVERRIDE"], "starts": 2}),
    "16-redis-save-read-only": server(
        "redis", "no volume on /data, no append-only file, SAVE asked for", r"opening the temp RDB", read_only("/data"),
        without=["volume"], command=["redis-server", "--save", "60 1"], ask="redis-cli set a b; redis-cli save"),
    "17-postgres-lock-read-only": server(
        "postgres", "no tmpfs on /run/postgresql, second start", r"lock file",
        read_only("/var/run/postgresql/.s.PGSQL.5432.lock", RUN_PG), without=[RUN_PG], starts=2),
    "18-postgres-data-of-root": server(
        "postgres", "the volume belongs to root", r"could not change permissions", permission(PGDATA), owner=(0, 0)),
    "19-postgres-second-start": server(
        "postgres", "stays root without DAC_OVERRIDE, second start on its data", r"find:",
        {**capability("DAC_OVERRIDE", "permission"), "path": PGDATA}, 
        harmless=[{**capability("FOWNER"), "path": PGDATA}], **{"from": "root", "without": ["DAC_OVERRIDE"], "starts": 2}),
    "20-postgres-chown": server(
        "postgres", "stays root without CHOWN", r"chown", {**capability("CHOWN", "chown"), "path": PGDATA},
        **{"from": "root", "without": ["CHOWN"]}),
    "21-mariadb-tmp-read-only": server(
        "mariadb", "no tmpfs on /tmp, second start", r"'(/tmp/ib\w+)'", read_only("{1}", "/tmp"), without=["/tmp"], starts=2),
    "22-mariadb-socket-read-only": server(
        "mariadb", "no tmpfs on /run/mysqld, second start", r"unix socket", read_only("/run/mysqld/mysqld.sock", "/run/mysqld"),
        without=["/run/mysqld"], starts=2),
    "23-mariadb-data-of-root": server(
        "mariadb", "the volume belongs to root", r"test file|Errcode: 13", permission("./ddl_recovery.log", "/var/lib/mysql"), owner=(0,
        0)),
    "24-php-fpm-tmp-read-only": server(
        "php-fpm", "no tmpfs on /tmp", r"lock file", read_only(None, "/tmp"), without=["/tmp"]),
    "25-php-fpm-setgid": server(
        "php-fpm", "stays root without SETGID", r"setgid", capability("SETGID", "setgid"), **{"from": "root", "without": ["SETGID"]}),
    "26-caddy-file-capability": server(
        "caddy", "no NET_BIND_SERVICE in the bounding set", r"exec", {**capability("NET_BIND_SERVICE", "file-capability"),
        "path": "/usr/bin/caddy"},
        without=["NET_BIND_SERVICE"]),
    "27-caddy-autosave-read-only": server(
        "caddy", "no tmpfs on /config/caddy", r"error.*/config/caddy", read_only("/config/caddy/autosave.json", "/config/caddy"),
        without=["/config/caddy"]),
    "28-haproxy-low-port": server(
        "haproxy", "listens on port 80, no system control", r"cannot bind|Permission denied", bind(80),
        command=["haproxy", "-f", "/dev/shm/web.cfg"], without=["sysctl"],
        script="sed s/8080/80/ /usr/local/etc/haproxy/haproxy.cfg > /dev/shm/web.cfg; exec haproxy -W -db -f /dev/shm/web.cfg"),
    "29-haproxy-chroot": server(
        "haproxy", "root, chroot asked for, without SYS_CHROOT", r"chroot", capability("SYS_CHROOT"), user="0:0",
        script="{ echo global; echo ' chroot /var/lib/haproxy'; tail -n +2 /usr/local/etc/haproxy/haproxy.cfg; } > /dev/shm/web.cfg; "
               "exec haproxy -db -f /dev/shm/web.cfg"),
    "30-memcached-setuid": server(
        "memcached", "starts as root without SETUID and SETGID", r"failed", capability("SETGID", "setgid"), user="0:0",
        command=["memcached", "-u", "memcache"]),
    "31-tini-kill": server(
        "tools", "an init of root in front of a server of another user, without KILL", r"tini", capability("KILL"), user="0:0",
        package="tini", add=["SETUID", "SETGID"], signal="TERM",
        script="exec tini -- gosu app sleep 60"),
    "32-python-read-only": tool(
        "python3", "a program writes beside itself",
        "python3 -c 'open(\"/app/cache/state.json\", \"w\")'", r"Errno 30", read_only("/app/cache/state.json", "/app/cache")),
    "33-python-permission": tool(
        "python3", "a writable root, but a directory of root", "python3 -c 'open(\"/app/owned-by-root/state.json\", \"w\")'", r"Errno 13",
        permission("/app/owned-by-root/state.json", "/app/owned-by-root"), readonlyRootFilesystem=False),
    "34-gunicorn-no-temporary-directory": tool(
        "gunicorn", "no tmpfs on /tmp",
        "cd /app && printf 'def app(e, s):\\n    s(\"200 OK\", [])\\n    return [b\"\"]\\n' > /dev/shm/web.py; "
        "exec gunicorn --chdir /dev/shm --worker-tmp-dir /tmp -b 127.0.0.1:8000 web:app", r"'(/tmp/wgunicorn\S+)'", read_only("{1}",
        "/tmp")),
    "35-python-no-space": tool(
        "python3", "a tmpfs of 1 MiB", "python3 -c 'open(\"/tmp/export.csv\", \"wb\").write(bytes(4 << 20))'", r"Errno 28",
        no_space(None, 1), tmpfs=[tmpfs("/tmp", 1, "uid=1000", "gid=1000")]),
    "36-dd-no-space": tool(
        "coreutils", "a tmpfs of 2 MiB", "dd if=/dev/zero of=/tmp/upload.part bs=1M count=8", r"No space", no_space("/tmp/upload.part", 2),
        tmpfs=[tmpfs("/tmp", 2, "uid=1000", "gid=1000")]),
    "37-sqlite-no-space": tool(
        "sqlite3", "a tmpfs of 1 MiB",
        "sqlite3 /tmp/jobs.db 'CREATE TABLE jobs (body); INSERT INTO jobs VALUES (zeroblob(3000000))'", r"full",
        no_space(None, 1), tmpfs=[tmpfs("/tmp", 1, "uid=1000", "gid=1000")]),
    "38-node-read-only": tool(
        "nodejs", "a program writes its log beside itself",
        "node -e 'require(\"fs\").writeFileSync(\"/app/cache/app.log\", \"\")'", r"EROFS", read_only("/app/cache/app.log", "/app/cache")),
    "39-node-low-port": tool(
        "nodejs", "no system control", "node -e 'require(\"http\").createServer().listen(80)'", r"EACCES", bind(80)),
    "40-java-noexec": tool(
        "openjdk-17-jre-headless", "a native library is unpacked to a tmpfs without exec", "java -cp /app Native", r"UnsatisfiedLinkError",
        {"kind": "noexec", "path": "/tmp/libnative-7.so", "mount": "/tmp"}, tmpfs=[OWNED]),
    "41-java-tmp-read-only": tool(
        "openjdk-17-jre-headless", "no tmpfs on /tmp", "java -cp /app Native", r"Exception in",
        read_only("/tmp/libnative-7.so", "/tmp")),
    "42-bash-noexec": tool(
        "bash", "a script is run from a tmpfs without exec",
        "printf '#!/bin/sh\\necho done\\n' > /tmp/install.sh; chmod +x /tmp/install.sh; /tmp/install.sh",
        r"denied", {"kind": "noexec", "path": "/tmp/install.sh", "mount": "/tmp"}, tmpfs=[OWNED]),
    "43-bash-oom": tool(
        "bash", "a child needs more than the memory of the container",
        "echo starting the import; python3 -c 'x = bytearray(200 << 20)'; echo import ended with $?", r"Killed", {"kind": "oom"},
        memory=48),
    "44-ping-file-capability": tool(
        "iputils-ping", "the binary carries cap_net_raw, which is not in the bounding set", "ping -c 1 127.0.0.1", r"not permitted",
        {**capability("NET_RAW", "file-capability"), "path": "/usr/bin/ping"}),
    "45-ping-net-raw": tool(
        "iputils-ping", "root without NET_RAW, a binary without file capabilities", "plain-ping -c 1 127.0.0.1", r"ping:",
        capability("NET_RAW"), user="0:0", systemControls=[{"namespace": "net.ipv4.ping_group_range", "value": "1 0"}]),
    "46-tcpdump-net-raw": tool(
        "tcpdump", "root without NET_RAW", "tcpdump -i lo -c 1", r"permission|permitted", capability("NET_RAW"), user="0:0",
        add=["SETUID", "SETGID"]),
    "47-cron-pid-read-only": tool(
        "cron", "no tmpfs on /run", "exec cron -f", r"crond.pid", read_only("/var/run/crond.pid", "/run"), user="0:0"),
    "48-sshd-privilege-separation": tool(
        "openssh-server", "no directory /run/sshd", "exec /usr/sbin/sshd -D -e", r"separation", {"kind": "missing-directory",
        "path": "/run/sshd"},
        user="0:0", tmpfs=[tmpfs("/run")]),
    "49-rsyslog-logs-read-only": tool(
        "rsyslog", "nothing writable", "exec rsyslogd -n -iNONE", r"/var/log/syslog", read_only("/var/log/syslog", "/var/log"), user="0:0",
        harmless=[{**capability("SYSLOG"), "path": "/proc/kmsg"}, read_only("/var/spool/postfix/dev/log", "/var/spool/postfix/dev")]),
    "50-dnsmasq-low-port": tool(
        "dnsmasq-base", "no system control", "exec dnsmasq -k --user= --pid-file=", r"port 53", bind(53)),
    "51-dnsmasq-net-admin": tool(
        "dnsmasq-base", "root without NET_ADMIN", "exec dnsmasq -k --user=app --pid-file= --dhcp-range=10.0.0.10,10.0.0.20", r"dnsmasq:",
        capability("NET_ADMIN"), user="0:0",
        add=["SETUID", "SETGID", "NET_BIND_SERVICE", "NET_RAW", "CHOWN", "SETPCAP"],
        tmpfs=[tmpfs("/var/lib/misc")]),
    "52-named-cache-read-only": tool(
        "bind9", "no tmpfs on /var/cache/bind", "exec named -g -u bind", r"not writable", read_only("/var/cache/bind"), user="0:0",
        add=["SETUID", "SETGID", "NET_BIND_SERVICE", "SYS_CHROOT", "DAC_OVERRIDE", "CHOWN"]),
    "53-squid-pid-read-only": tool(
        "squid", "no tmpfs on /run", "exec squid -N -d 1", r"Read-only|\(30\)", read_only("/run/squid.pid", "/run"), user="13:13"),
    "54-postfix-read-only": tool(
        "postfix", "nothing writable", "exec /usr/sbin/postfix start-fg", r"Read-only", read_only("/var/spool/postfix/hold",
        "/var/spool/postfix"),
        user="0:0", add=["SETUID", "SETGID", "CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL"]),
    "55-sudo-no-new-privileges": tool(
        "sudo", "no-new-privileges", "sudo -n id", r"new privileges", {"kind": "no-new-privileges"},
        dockerSecurityOptions=["no-new-privileges"]),
    "56-chronyd-sys-time": tool(
        "chrony", "root without SYS_TIME", "exec chronyd -d -f /dev/null -F 0", r"adjtimex|not permitted", capability("SYS_TIME"),
        user="0:0",
        tmpfs=[tmpfs("/run"), tmpfs("/var/lib/chrony")], add=["SETUID", "SETGID", "CHOWN", "DAC_OVERRIDE"]),
    "57-ip-net-admin": tool(
        "iproute2", "root without NET_ADMIN", "ip link add dummy0 type dummy", r"RTNETLINK", capability("NET_ADMIN"), user="0:0"),
    "58-mknod": tool("coreutils", "root without MKNOD", "mknod /dev/shm/loop0 b 7 0", r"mknod", capability("MKNOD"), user="0:0"),
    "59-chmod-fowner": server(
        "tools", "root without FOWNER, a directory of another user", r"chmod", {**capability("FOWNER"), "path": "/data"}, user="0:0",
        package="coreutils", script="chmod 0750 /data", tmpfs=[tmpfs("/data", 4, "uid=1000", "gid=1000")]),
    "60-setpriv-setuid": tool(
        "util-linux", "root without SETUID", "setpriv --reuid=1000 --clear-groups id", r"setpriv", capability("SETUID", "setuid"),
        user="0:0"),
    "61-open-files": tool(
        "python3", "nofile of 16", "python3 -c 'x = [open(\"/dev/null\") for _ in range(99)]'", r"Errno 24", {"kind": "open-files"},
        ulimits=[{"name": "nofile", "softLimit": 16, "hardLimit": 16}]),
    "62-supervisor-no-temporary-directory": tool(
        "supervisor", "no tmpfs on /tmp", "exec supervisord -n -c /etc/supervisor/supervisord.conf", r"No usable", read_only("/tmp"),
        user="0:0"),
    "63-lighttpd-pid-read-only": tool(
        "lighttpd", "no tmpfs on /run", "exec lighttpd -D -f /etc/lighttpd/lighttpd.conf", r"Read-only|pid",
        read_only("/run/lighttpd.pid", "/run"), user="0:0", add=["SETUID", "SETGID", "NET_BIND_SERVICE"],
        tmpfs=[tmpfs("/var/cache/lighttpd")]),
    "64-apt-read-only": tool(
        "apt", "a script installs packages at start", "apt-get update && apt-get install -y jq", r"30: Read-only",
        read_only("/var/lib/apt/lists/partial", "/var/lib/apt/lists"), user="0:0"),
    "65-sed-in-place": tool(
        "sed", "an entry point edits its configuration", "sed -i s/80/8080/ /etc/lighttpd/lighttpd.conf",
        r"sed: couldn't open temporary file (\S+):",
        read_only("{1}", "/etc/lighttpd"), user="0:0"),
    "66-postgres-no-space": server(
        "postgres", "the data on a tmpfs of 48 MiB", r'file "(base\S+)": No space', no_space("{1}", 48, PGDATA), without=["volume"],
        owner=(0, 0),
        tmpfs=[tmpfs(PGDATA, 48, "uid=999", "gid=999")],
        ask="until pg_isready -q -h 127.0.0.1; do sleep 0.2; done; "
            "psql -U postgres -c \"CREATE TABLE t AS SELECT g, repeat('x', 900) FROM generate_series(1, 90000) g\""),
    "67-tomcat-work-read-only": server(
        "tomcat", "no tmpfs on /usr/local/tomcat/work", r"work directory \[(\S+)\]", read_only("{1}", "/usr/local/tomcat/work"),
        without=["/usr/local/tomcat/work"]),
}
