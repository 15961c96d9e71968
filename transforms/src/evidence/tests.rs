use super::*;

fn kinds(text: &str) -> Vec<(Kind, Option<String>)> {
    read(text).into_iter().map(|sign| (sign.kind, sign.mount)).collect()
}

fn at(kind: Kind, mount: &str) -> (Kind, Option<String>) {
    (kind, Some(mount.to_owned()))
}

#[test]
fn docker_diff_tells_the_directories_that_are_written_in() {
    let diff = "C /var\nC /var/cache\nC /var/cache/nginx\nA /var/cache/nginx/client_temp\nA /var/cache/nginx/x/y\n\
                C /run\nA /run/nginx.pid\nA /usr/bin/two words\n";
    assert_eq!(kinds(diff), [at(Kind::Written, "/var/cache/nginx"), at(Kind::Written, "/run")]);
}

#[test]
fn strace_tells_what_is_written_and_what_is_refused() {
    let trace = "[pid 7] openat(AT_FDCWD, \"/app/cache/a\", O_WRONLY|O_CREAT, 0666) = 3\n\
        12:00:01 openat(AT_FDCWD, \"/etc/hosts\", O_RDONLY|O_CLOEXEC) = 3\n\
        openat(AT_FDCWD, \"/dev/null\", O_RDWR) = 4\n\
        mkdir(\"/srv/x/y\", 0777) = -1 EROFS (Read-only file system)\n\
        access(\"/root/.netrc\", R_OK) = -1 EACCES (Permission denied)\n\
        chown(\"/run/x\", 101, 101) = -1 EPERM (Operation not permitted)\n\
        execve(\"/tmp/agent\", [\"agent\"], 0x7ffd /* 9 vars */) = -1 EACCES (Permission denied)\n\
        rename(\"/spool/a\", \"/out/b\") = 0\n";
    let expected = [
        at(Kind::Written, "/app/cache"),
        at(Kind::ReadOnly, "/srv/x"),
        (Kind::Chown, None),
        at(Kind::NoExec, "/tmp"),
        at(Kind::Written, "/out"),
    ];
    assert_eq!(kinds(trace), expected);
}

#[test]
fn stopped_reasons_are_read() {
    let reason = "\"reason\": \"OutOfMemoryError: Container killed due to memory usage\"";
    assert_eq!(kinds(reason), [(Kind::OutOfMemory, None)]);
    let reason = r#"{"reason":"CannotStartContainerError: exec: \"/tmp/run.sh\": permission denied"}"#;
    assert_eq!(kinds(reason), [at(Kind::NoExec, "/tmp")]);
    assert_eq!(kinds("\"OOMKilled\": false,"), []);
}

#[test]
fn ports_are_read_in_every_form() {
    for (line, port) in [
        ("listen tcp :443: bind: permission denied", Some(443)),
        ("listen tcp4 0.0.0.0:80: bind: permission denied", Some(80)),
        ("[Errno 13] error while attempting to bind on address ('0.0.0.0', 80): permission denied", Some(80)),
        ("java.net.BindException: Permission denied (Bind failed)", None),
        ("2026/11/24 21:29:50 bind() to [::]:25 failed (13: Permission denied)", Some(25)),
    ] {
        let signs = read(line);
        assert_eq!(signs.len(), 1, "{line}");
        assert_eq!((signs[0].kind, signs[0].port), (Kind::Bind, port), "{line}");
    }
    let unix = "bind() to unix:/srv/app/web.sock failed (13: Permission denied)";
    assert_eq!(kinds(unix), [at(Kind::Permission, "/srv/app")]);
}

#[test]
fn what_a_service_or_its_client_says_is_left_out() {
    for line in [
        "GET /api/v1/orders: permission denied",
        "rpc error: code = PermissionDenied desc = permission denied on resource /projects/x",
        "Error making API request. URL: GET https://vault/v1/secret/data/x Code: 403. Errors: permission denied",
        "127.0.0.1 - \"POST /x?q=/srv/a: Read-only file system HTTP/1.1\" 404",
        "upload failed: Read-only",
        "java.lang.OutOfMemoryError: Java heap space",
        "/etc/app.conf:12: include: permission denied",
    ] {
        assert_eq!(read(line), [], "{line}");
    }
}

#[test]
fn the_text_of_a_line_is_never_kept() {
    let text =
        "token=hunter2 open /srv/caf\u{e9}/hunter2: Read-only file system\npassword hunter2: Permission denied\n";
    assert!(!format!("{:?}", read(text)).contains("hunter2"));
}

#[test]
fn places_are_told_by_their_names() {
    for (directory, expected) in [
        ("/", Place::Shipped),
        ("/etc/nginx/conf.d", Place::Shipped),
        ("/usr/local/apache2/logs", Place::Scratch),
        ("/usr/bin", Place::Shipped),
        ("/var/lib/mysql", Place::State),
        ("/data", Place::State),
        ("/srv/data/tmp", Place::Scratch),
        ("/var/lib/apt/lists", Place::Packages),
        ("/proc/sys", Place::Kernel),
        ("/app/cache", Place::Scratch),
    ] {
        assert_eq!(place(directory), expected, "{directory}");
    }
}

#[test]
fn no_text_is_too_odd() {
    for text in [
        "",
        "\n",
        "(",
        "A /",
        "= -1",
        "\u{2018}\u{2019}",
        "chown: \u{1f980}: Operation not permitted",
        "x(\"\u{e9}\") = 0",
        "\u{e9}find: /a: Permission denied",
    ] {
        read(text);
    }
}
