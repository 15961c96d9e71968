"""Asks a server one real request, in the few lines of its protocol that this takes.

Run as a program inside the network namespace of a container: `ask.py KIND PORT ROUND`, with a password on standard input where one is
needed. ROUND is 1 or 2; in the second round stores are asked for what was written in the first. Says what was answered, or why not.
"""

import base64
import hashlib
import hmac
import os
import socket
import struct
import sys


def connect(port):
    """A connection to the server, closed by the caller's `with`."""
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def exactly(connection, count):
    """So many bytes, or an error."""
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise ConnectionError("closed in the middle of an answer")
        data += more
    return data


def expect(condition, answer):
    """Fail with the answer unless the condition holds."""
    if not condition:
        raise ValueError(f"unexpected answer: {answer[:200]!r}")


def http(port, _round, _secret):
    """GET / and a page that says it works."""
    with connect(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    expect(answer.split(b"\r\n")[0].split()[1:2] == [b"200"] and b"it works" in answer, answer)
    return "GET / 200"


def ready(port, _round, _secret):
    """GET /-/ready, as Prometheus has it."""
    with connect(port) as connection:
        connection.sendall(b"GET /-/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    expect(answer.split(b"\r\n")[0].split()[1:2] == [b"200"], answer)
    return "GET /-/ready 200"


def nats(port, _round, _secret):
    """Connect, publish to ourselves."""
    with connect(port) as connection:
        file = connection.makefile("rwb")
        file.readline()
        file.write(b"CONNECT {\"verbose\":false}\r\nSUB greeting 1\r\nPUB greeting 5\r\nhello\r\n")
        file.flush()
        answer = file.readline() + file.readline()
    expect(answer == b"MSG greeting 1 5\r\nhello\r\n", answer)
    return "publish, receive"


def amqp(port, turn, _secret):
    """Log in as guest, declare a durable queue in the first round; in the second it must be there."""
    def frame(connection, kind, channel, body):
        connection.sendall(struct.pack(">BHI", kind, channel, len(body)) + body + b"\xce")

    def method(connection):
        while True:
            kind, _, length = struct.unpack(">BHI", exactly(connection, 7))
            body = exactly(connection, length + 1)
            if kind == 1:
                return struct.unpack(">HH", body[:4]), body

    def long(text):
        return struct.pack(">I", len(text)) + text

    with connect(port) as connection:
        connection.sendall(b"AMQP\0\0\x09\x01")
        expect((got := method(connection))[0] == (10, 10), got[1])
        plain = long(b"") + b"\x05PLAIN" + long(b"\0guest\0guest") + b"\x05en_US"
        frame(connection, 1, 0, struct.pack(">HH", 10, 11) + plain)
        expect((got := method(connection))[0] == (10, 30), got[1])
        frame(connection, 1, 0, struct.pack(">HH", 10, 31) + got[1][4:12])
        frame(connection, 1, 0, struct.pack(">HH", 10, 40) + b"\x01/\0\0")
        expect((got := method(connection))[0] == (10, 41), got[1])
        frame(connection, 1, 1, struct.pack(">HH", 20, 10) + b"\0")
        expect((got := method(connection))[0] == (20, 11), got[1])
        # Durable, and passive in the second round: then the queue has to be there.
        frame(connection, 1, 1, struct.pack(">HHH", 50, 10, 0) + b"\x06orders" + bytes([2 if turn == 1 else 3]) + long(b""))
        expect((got := method(connection))[0] == (50, 11), got[1])
    return "declare a queue" if turn == 1 else "find the queue"


def redis(port, turn, _secret):
    """SET in the first round, GET in the second; SAVE in both, since a server without a writable directory still answers."""
    with connect(port) as connection:
        file = connection.makefile("rwb")

        def call(line):
            file.write(line + b"\r\n")
            file.flush()
            answer = file.readline()
            return answer + file.readline() if answer.startswith(b"$") and answer != b"$-1\r\n" else answer

        expect((answer := call(b"PING")) == b"+PONG\r\n", answer)
        if turn == 1:
            expect((answer := call(b"SET greeting hello")) == b"+OK\r\n", answer)
        expect((answer := call(b"GET greeting")) == b"$5\r\nhello\r\n", answer)
        expect((answer := call(b"SAVE")) == b"+OK\r\n", answer)
    return "PING, SET, SAVE" if turn == 1 else "PING, GET, SAVE"


def memcached(port, _round, _secret):
    """set and get."""
    with connect(port) as connection:
        file = connection.makefile("rwb")
        file.write(b"set greeting 0 0 5\r\nhello\r\nget greeting\r\n")
        file.flush()
        answer = b"".join(file.readline() for _ in range(4))
    expect(answer == b"STORED\r\nVALUE greeting 0 5\r\nhello\r\nEND\r\n", answer)
    return "set, get"


def fastcgi(port, _round, _secret):
    """One request of the FastCGI protocol for a script that keeps a session in a file."""
    def record(kind, content):
        return struct.pack(">BBHHBx", 1, kind, 1, len(content), 0) + content

    script = {"SCRIPT_FILENAME": "/var/www/html/index.php", "REQUEST_METHOD": "GET", "SERVER_PROTOCOL": "HTTP/1.1"}
    pairs = b"".join(bytes([len(key), len(value)]) + key.encode() + value.encode() for key, value in script.items())
    with connect(port) as connection:
        connection.sendall(record(1, struct.pack(">HB5x", 1, 0)) + record(4, pairs) + record(4, b"") + record(5, b""))
        answer, kind = b"", 0
        while kind != 3:
            _, kind, _, length, padding = struct.unpack(">BBHHBx", exactly(connection, 8))
            content = exactly(connection, length + padding)[:length]
            answer += content if kind in (6, 7) else b""
    expect(b"it works" in answer and b"Status: 5" not in answer and b"Warning" not in answer, answer)
    return "script with a session"


def postgres(port, turn, secret):
    """Log in by SCRAM where it is asked for, then insert or count rows."""
    def message(connection, kind, body):
        connection.sendall(kind + struct.pack(">I", len(body) + 4) + body)

    def answer(connection):
        kind, length = struct.unpack(">cI", exactly(connection, 5))
        return kind, exactly(connection, length - 4)

    def log_in(connection):
        message(connection, b"", struct.pack(">I", 3 << 16) + b"user\0postgres\0database\0postgres\0\0")
        nonce, first, verifier = base64.b64encode(os.urandom(18)).decode(), "", ""
        while True:
            kind, body = answer(connection)
            expect(kind != b"E", body)
            if kind == b"Z":
                return
            step = struct.unpack(">I", body[:4])[0] if kind == b"R" else 0
            if step == 10:
                first = f"n=,r={nonce}"
                data = ("n,," + first).encode()
                message(connection, b"p", b"SCRAM-SHA-256\0" + struct.pack(">I", len(data)) + data)
            elif step == 11:
                fields = dict(part.split("=", 1) for part in body[4:].decode().split(","))
                salted = hashlib.pbkdf2_hmac("sha256", secret.encode(), base64.b64decode(fields["s"]), int(fields["i"]))
                key = hmac.digest(salted, b"Client Key", "sha256")
                without = f"c=biws,r={fields['r']}"
                signed = f"{first},{body[4:].decode()},{without}".encode()
                signature = hmac.digest(hashlib.sha256(key).digest(), signed, "sha256")
                proof = base64.b64encode(bytes(a ^ b for a, b in zip(key, signature))).decode()
                verifier = base64.b64encode(hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), signed, "sha256")).decode()
                message(connection, b"p", f"{without},p={proof}".encode())
            elif step == 12:
                expect(body[4:].decode() == f"v={verifier}", body)

    with connect(port) as connection:
        log_in(connection)
        insert = "INSERT INTO visits VALUES (1); " if turn == 1 else ""
        message(connection, b"Q", (insert + "SELECT count(*) > 0 FROM visits\0").encode())
        rows = b""
        while (got := answer(connection))[0] != b"Z":
            expect(got[0] != b"E", got[1])
            rows += got[1] if got[0] == b"D" else b""
        expect(rows[-1:] == b"t", rows)
        message(connection, b"X", b"")
    return "INSERT, SELECT" if turn == 1 else "SELECT"


def mariadb(port, turn, secret):
    """Log in by the native password, then insert or count rows."""
    def packet(connection):
        head = exactly(connection, 4)
        return head[3], exactly(connection, int.from_bytes(head[:3], "little"))

    def query(connection, text):
        body = b"\x03" + text.encode()
        connection.sendall(len(body).to_bytes(3, "little") + b"\0" + body)
        first = packet(connection)[1]
        expect(first[:1] != b"\xff", first)
        rows, ends = [], 0 if first[:1] != b"\0" else 2
        while ends < 2:
            row = packet(connection)[1]
            ends += row[:1] == b"\xfe"
            rows.append(row)
        return rows

    with connect(port) as connection:
        number, hello = packet(connection)
        expect(hello[:1] == b"\x0a", hello)
        rest = hello[hello.index(b"\0") + 1:]
        salt = rest[4:12] + rest[31:43]
        stage = hashlib.sha1(secret.encode()).digest()
        mask = hashlib.sha1(salt + hashlib.sha1(stage).digest()).digest()
        proof = bytes(a ^ b for a, b in zip(stage, mask))
        body = struct.pack("<IIB23x", 0x00088200, 1 << 24, 33) + b"root\0" + bytes([len(proof)]) + proof + b"mysql_native_password\0"
        connection.sendall(len(body).to_bytes(3, "little") + bytes([number + 1]) + body)
        answer = packet(connection)[1]
        expect(answer[:1] == b"\0", answer)
        if turn == 1:
            query(connection, "CREATE DATABASE IF NOT EXISTS shop")
            query(connection, "CREATE TABLE IF NOT EXISTS shop.visits (n integer)")
            query(connection, "INSERT INTO shop.visits VALUES (1)")
        rows = query(connection, "SELECT count(*) > 0 FROM shop.visits")
        expect(b"\x011" in rows, b" ".join(rows))
    return "INSERT, SELECT" if turn == 1 else "SELECT"


KINDS = {one.__name__: one for one in (amqp, fastcgi, http, mariadb, memcached, nats, postgres, ready, redis)}


def main():
    """Ask once; 0 when the answer was right."""
    kind, port, turn = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    try:
        print(KINDS[kind](port, turn, sys.stdin.read()))
    except (OSError, ValueError) as failure:
        print(failure)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
