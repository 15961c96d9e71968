"""Errors that have nothing to do with hardening, though many sound like it. The conclusion from each is: nothing."""

from scenarios import tmpfs


def server(root, how, pattern, **case):
    """A case of a server that is hardened as it should be."""
    return {"root": root, "how": how, "pattern": pattern, **case}


def tool(package, how, script, pattern, **case):
    """A case of a script among other software, with a /tmp that it may write."""
    return {
        "root": "tools", "package": package, "how": how, "script": script, "pattern": pattern,
        "tmpfs": [tmpfs("/tmp", 64, "exec", "uid=1000", "gid=1000")], **case,
    }


def python(how, program, pattern):
    """A case of a few lines of Python."""
    return tool("python3", how, f"cat > /tmp/app.py <<'PYTHON'\n{program}\nPYTHON\nexec python3 /tmp/app.py", pattern)


def answer(status, reason, body):
    """A program that asks a local server, which refuses, and says so in its log."""
    return (
        "import http.server, logging, threading, urllib.error, urllib.request\n"
        "class Refuses(http.server.BaseHTTPRequestHandler):\n"
        "    def do_GET(self):\n"
        f"        self.send_response({status}, {reason!r})\n        self.end_headers()\n        self.wfile.write({body!r})\n"
        "    def log_message(self, *_):\n        pass\n"
        "server = http.server.HTTPServer(('127.0.0.1', 8081), Refuses)\n"
        "threading.Thread(target=server.serve_forever, daemon=True).start()\n"
        "logging.basicConfig(level=logging.INFO)\n"
        "logging.info('fetching the report')\n"
        "try:\n    urllib.request.urlopen('http://127.0.0.1:8081/reports/7')\n"
        "except urllib.error.HTTPError as error:\n    logging.error('%s: %s', error, error.read().decode())\n"
    )


SSHD = (
    "mkdir -p /tmp/etc && ssh-keygen -q -t ed25519 -N '' -f /tmp/etc/key && "
    "/usr/sbin/sshd -D -e -p 2222 -h /tmp/etc/key -o PidFile=none -o PasswordAuthentication=no "
    "-o KbdInteractiveAuthentication=no 2>/dev/null & sleep 1; "
)
CERTIFICATE = (
    "cd /tmp && openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=localhost -days 1 2>/dev/null; "
)

CASES = {
    "u01-curl-connection-refused": tool("curl", "nothing listens there", "curl -sS http://127.0.0.1:9200/", r"Failed to connect"),
    "u02-curl-certificate": tool(
        "curl", "a certificate that nobody signed",
        CERTIFICATE + "openssl s_server -quiet -accept 8443 -key key.pem -cert cert.pem -www & sleep 1; curl -sS https://localhost:8443/",
        r"curl:"),
    "u03-openssl-certificate-expired": tool(
        "openssl", "a certificate that has run out", CERTIFICATE + "openssl verify -attime 2000000000 -CAfile cert.pem cert.pem",
        r"expired"),
    "u04-curl-name": tool("curl", "a name that nobody knows", "curl -sS http://db.internal/", r"resolve"),
    "u05-postgres-permission-denied-for-table": server(
        "postgres", "a role without rights on a table", r"permission denied",
        ask="until pg_isready -q -h 127.0.0.1; do sleep 0.2; done; "
            "psql -U postgres -c 'CREATE ROLE reader' -c 'SET ROLE reader' -c 'SELECT * FROM visits'"),
    "u06-postgres-read-only-transaction": server(
        "postgres", "a write in a read-only transaction", r"read-only",
        ask="until pg_isready -q -h 127.0.0.1; do sleep 0.2; done; "
            "psql -U postgres -c 'SET default_transaction_read_only = on' -c 'INSERT INTO visits VALUES (2)'"),
    "u07-postgres-password": server(
        "postgres", "a wrong password over the network", r"authentication",
        ask="until pg_isready -q -h 127.0.0.1; do sleep 0.2; done; sed -i s/trust/scram-sha-256/ $PGDATA/pg_hba.conf; "
            "psql -U postgres -c 'SELECT pg_reload_conf()'; sleep 1; PGPASSWORD=wrong psql -h 127.0.0.1 -U postgres -c 'SELECT 1'"),
    "u08-mariadb-access-denied": server(
        "mariadb", "a wrong password", r"Access denied.*YES",
        ask="until mariadb-admin -h 127.0.0.1 -u root -pwrong ping; do sleep 0.3; done; mariadb -h 127.0.0.1 -u root -pwrong"),
    "u09-redis-read-only-replica": server(
        "redis", "a write to a replica, as its client sees it", r"READONLY", package="redis-tools",
        script="redis-server --daemonize no --replicaof 127.0.0.1 6390 --logfile /dev/null --save '' & sleep 1; redis-cli set a b"),
    "u10-redis-maxmemory": server(
        "redis", "a write beyond maxmemory, as its client sees it", r"OOM", package="redis-tools",
        script="redis-server --maxmemory 1kb --save '' --logfile /dev/null & sleep 1; redis-cli set a b"),
    "u11-redis-noperm": server(
        "redis", "a command that a user may not give, as its client sees it", r"NOPERM", package="redis-tools",
        script="redis-server --save '' --logfile /dev/null & sleep 1; redis-cli acl setuser shop on nopass '~*' +get; "
               "redis-cli --user shop --pass x flushall"),
    "u12-nginx-syntax": server(
        "nginx", "a mistake in the configuration", r"unexpected",
        script="printf 'events {}\\nhttp { server { listen 8080 } }\\n' > /run/bad.conf; exec nginx -c /run/bad.conf"),
    "u13-nginx-forbidden-index": server(
        "nginx", "a directory without an index is asked for", r"forbidden",
        script="mkdir /run/empty; sed 's|include .*|server { listen 8080; root /run/empty; }|' /etc/nginx/nginx.conf > /run/web.conf; "
               "nginx -g 'daemon off;' -c /run/web.conf & sleep 1; exec 3<>/dev/tcp/127.0.0.1/8080; "
               "printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3 >/dev/null; wait"),
    "u14-nginx-access-log-with-the-words": server(
        "nginx", "somebody searches for the words of an error", r"GET /search",
        script="/docker-entrypoint.sh nginx -g 'daemon off;' & sleep 1; exec 3<>/dev/tcp/127.0.0.1/80; "
               "printf 'GET /search?q=Read-only%%20file%%20system%%3A%%20permission%%20denied HTTP/1.0\\r\\n\\r\\n' >&3; "
               "cat <&3 >/dev/null; wait"),
    "u15-nginx-address-in-use": server(
        "nginx", "the port is taken", r"Address already in use",
        script="nginx -g 'daemon off;' >/dev/null 2>&1 & sleep 1; sed s/nginx.pid/other.pid/ /etc/nginx/nginx.conf > /run/other.conf; "
               "exec nginx -g 'daemon off;' -c /run/other.conf"),
    "u16-haproxy-syntax": server(
        "haproxy", "a mistake in the configuration", r"unknown|parsing",
        script="printf 'frontend web\\n bind :8080\\n mood http\\n' > /dev/shm/web.cfg; exec haproxy -f /dev/shm/web.cfg"),
    "u17-php-fatal-error": server(
        "php-fpm", "a mistake in a script", r"Uncaught", package="php8.2-fpm",
        script="printf '<?php\\nfunction pay(array $x) {}\\npay(1);\\n' > /tmp/pay.php; php -d display_errors=stderr /tmp/pay.php"),
    "u18-java-heap": tool(
        "openjdk-17-jre-headless", "more objects than the heap takes",
        "java -Xmx4m -cp '/usr/share/java/*' org.eclipse.jdt.internal.compiler.batch.Main -17 -proc:none -d /tmp /app/Native.java",
        r"OutOfMemory"),
    "u19-java-no-class": tool("openjdk-17-jre-headless", "a class that is not there", "java -cp /app com.example.Main", r"ClassNotFound"),
    "u20-node-no-module": tool("nodejs", "a module that is not there", "node -e 'require(\"express\")'", r"Cannot find module"),
    "u21-python-key-error": python("a traceback", "orders = {'7': 1}\nprint(orders['8'])", r"KeyError"),
    "u22-python-http-403": python(
        "an API refuses, in words of our own", answer(403, "Forbidden",
        b'{"message": "permission denied: scope reports:read is missing"}'), r"403"),
    "u23-python-access-denied": python(
        "an API of AWS's style refuses, in words of our own after its SDKs",
        answer(403, "Forbidden", b"An error occurred (AccessDenied) when calling the GetObject operation: Access Denied"), r"AccessDenied"),
    "u24-python-read-only-field": python(
        "a property cannot be set", "class Order:\n    @property\n    def total(self):\n        return 7\nOrder().total = 8",
        r"AttributeError"),
    "u25-python-frozen": python(
        "a read-only buffer", "view = memoryview(b'order')\nview[0] = 1", r"read-only"),
    "u26-sqlite-read-only-connection": python(
        "a connection that was opened for reading alone",
        "import sqlite3\nsqlite3.connect('/tmp/jobs.db').execute('CREATE TABLE jobs (n)')\n"
        "sqlite3.connect('file:/tmp/jobs.db?mode=ro', uri=True).execute('INSERT INTO jobs VALUES (1)')", r"readonly"),
    "u27-ssh-publickey": tool(
        "openssh-client", "a key that nobody knows", SSHD + "ssh -p 2222 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/tmp/known "
        "-o BatchMode=yes git@127.0.0.1 true", r"Permission denied \(publickey"),
    "u28-git-publickey": tool(
        "git", "a repository that is fetched with a key that nobody knows",
        SSHD + "cd /tmp; export GIT_SSH_COMMAND='ssh -p 2222 -o BatchMode=yes "
        "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/tmp/known'; git clone git@127.0.0.1:shop/shop.git", r"Permission denied"),
    "u29-bash-command-not-found": tool("bash", "a program that is not there", "migrate up", r"not found"),
    "u30-bash-no-such-file": tool("coreutils", "a file that is not there", "cat /app/config.yaml", r"No such file"),
    "u31-git-not-a-repository": tool("git", "not a repository", "cd /tmp; git describe --tags", r"not a git"),
    "u32-named-syntax": tool(
        "bind9", "a mistake in the configuration", "printf 'options { directory /tmp };\\n' > /tmp/n.conf; named-checkconf /tmp/n.conf",
        r"n.conf"),
    "u33-python-time-out": python(
        "nobody answers in time", "import socket\nserver = socket.create_server(('127.0.0.1', 8082))\n"
        "client = socket.create_connection(('127.0.0.1', 8082), timeout=1)\nclient.recv(1)", r"[Tt]imeout|timed out"),
    "u34-python-disk-quota-of-a-service": python(
        "a service refuses by its own quota, in words of our own",
        "import logging\nlogging.basicConfig()\n"
        "try:\n    raise RuntimeError('507 Insufficient Storage: tenant shop is over its quota of 10 GiB')\n"
        "except RuntimeError:\n    logging.exception('upload refused')", r"quota"),
}
