//! One line: which refusal it tells, and what about.

use super::path::{Named, parent, paths, real, words, work};
use super::trace::{self, Call};
use super::{Kind, Sign, place};
use crate::capability;

/// The refusals of the system, and the words that libraries and strace have for each. In small letters.
const READ_ONLY: &[&str] = &["read-only file system", "erofs", "errcode: 30", "[errno 30]"];
const DENIED: &[&str] = &["permission denied", "eacces", "errcode: 13", "[errno 13]", "access is denied"];
const NOT_PERMITTED: &[&str] = &["operation not permitted", "eperm", "errcode: 1 ", "[errno 1]"];
const NO_SPACE: &[&str] =
    &["no space left on device", "enospc", "errcode: 28", "[errno 28]", "database or disk is full"];
const TOO_MANY_FILES: &[&str] = &["too many open files", "emfile", "[errno 24]"];

/// What a service says of its own objects, in words that sound like the system's.
const OF_SERVICES: &[&str] = &[
    "rpc error",
    "http error",
    "http/",
    "forbidden",
    "accessdenied",
    "publickey",
    "denied for ",
    "scope ",
    "status code",
    "code: 403",
];

/// Where the request of a client begins, whose words are not the program's.
const REQUESTS: &[&str] = &[
    ", request: ",
    "\"GET ",
    "\"POST ",
    "\"PUT ",
    "\"HEAD ",
    "\"DELETE ",
    "\"PATCH ",
    "\"OPTIONS ",
    "GET /",
    "POST /",
    "PUT /",
    "DELETE /",
];

/// What says that memory ran out in the container, not in a heap or a server's own limit.
const OUT_OF_MEMORY: &[&str] = &[
    "container killed due to memory",
    "oomkilled",
    "oom-kill",
    "oom_kill",
    "out of memory: killed process",
    "memory cgroup out of memory",
];

/// Programs of well-known images that carry a capability of their own.
const CARRIERS: [(&str, &str); 7] = [
    ("caddy", "NET_BIND_SERVICE"),
    ("ping", "NET_RAW"),
    ("coredns", "NET_BIND_SERVICE"),
    ("traceroute", "NET_RAW"),
    ("vault", "IPC_LOCK"),
    ("dumpcap", "NET_RAW"),
    ("mtr-packet", "NET_RAW"),
];

/// What cannot be done, and the capability that it takes (capabilities(7)). In small letters.
const TAKES: [(&str, &str); 10] = [
    ("rtnetlink answers", "NET_ADMIN"),
    ("mknod", "MKNOD"),
    ("chroot", "SYS_CHROOT"),
    ("forwarding signal", "KILL"),
    ("kill", "KILL"),
    ("adjtimex", "SYS_TIME"),
    ("settimeofday", "SYS_TIME"),
    ("clock_settime", "SYS_TIME"),
    ("ptrace", "SYS_PTRACE"),
    ("socket", "NET_RAW"),
];

/// A line and the same in small letters.
struct Line<'l> {
    text: &'l str,
    small: String,
    call: Option<Call<'l>>,
    following: &'l str,
}

/// What this line tells. `following` is the line after it, where some programs name the path.
pub(super) fn signs(text: &str, following: &str) -> Vec<Sign> {
    let small = text.to_ascii_lowercase();
    let end = REQUESTS.iter().filter_map(|request| text.find(request)).min().unwrap_or(text.len());
    let line = Line { text: &text[..end], small: small[..end].to_owned(), call: trace::call(text), following };
    if let Some(at) = line.find(READ_ONLY) {
        return line.read_only(at).into_iter().collect();
    }
    if let Some(at) = line.find(NO_SPACE) {
        return vec![line.about(Kind::NoSpace, at)];
    }
    if line.says(TOO_MANY_FILES) {
        return vec![Sign::of(Kind::OpenFiles)];
    }
    if let Some(at) = line.find(DENIED) {
        return line.denied(at).into_iter().collect();
    }
    if let Some(at) = line.find(NOT_PERMITTED) {
        return line.not_permitted(at);
    }
    line.plain_words().into_iter().collect()
}

impl<'l> Line<'l> {
    /// Where the first of these words begins. A short one has to be a word of its own.
    fn find(&self, any: &[&str]) -> Option<usize> {
        any.iter().filter_map(|words| self.place_of(words)).min()
    }

    fn place_of(&self, words: &str) -> Option<usize> {
        // What stands in a path is a name, not a word: `/etc/bind`.
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_/".contains(&byte);
        let bytes = self.small.as_bytes();
        let (starts, ends) = (
            words.as_bytes().first().copied().is_some_and(is_letter),
            words.as_bytes().last().copied().is_some_and(is_letter),
        );
        let whole = |at: &usize| {
            let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied().is_some_and(is_letter);
            let after = bytes.get(at + words.len()).copied().is_some_and(is_letter);
            !(starts && before || ends && after)
        };
        self.small.match_indices(words).map(|(at, _)| at).find(whole)
    }

    fn says(&self, any: &[&str]) -> bool {
        self.find(any).is_some()
    }

    /// The path that the refusal at `at` is about: the last before it, else the first after it.
    fn path(&self, at: usize) -> Option<Named<'l>> {
        let named = paths(self.text);
        named.iter().rfind(|path| path.at < at).or_else(|| named.first()).cloned()
    }

    /// A sign about the path of this refusal, and the directory that it is in.
    fn about(&self, kind: Kind, at: usize) -> Sign {
        let Some(named) = self.path(at) else { return Sign::of(kind) };
        let before = self.small[..named.at].trim_end_matches([' ', '\'', '"', '(', ':']);
        let is_directory = (before.ends_with("dir") || before.ends_with("directory"))
            && named.path.starts_with('/')
            && !["create", "mkdir", "missing"].iter().any(|word| self.small.contains(word));
        let mount = if is_directory { Some(real(named.path)) } else { parent(named.path) };
        Sign { path: Some(named.path.to_owned()), mount, ..Sign::of(kind) }
    }

    fn read_only(&self, at: usize) -> Option<Sign> {
        let sign = self.about(Kind::ReadOnly, at);
        let Some(path) = &sign.path else {
            return self.without_path();
        };
        // The socket of a system log is asked for beside files that count.
        (!path.ends_with("/dev/log") && place(path) != place::Place::Kernel).then_some(sign)
    }

    /// A read-only file system whose path stands on the next line, or nowhere.
    fn without_path(&self) -> Option<Sign> {
        if !self.says(&["read-only file system"]) {
            return None;
        }
        let socket = paths(self.following).into_iter().find(|named| named.path.rsplit('.').next() == Some("sock"));
        if let Some(socket) = socket.filter(|_| self.says(&["socket"])) {
            let mount = parent(socket.path);
            return Some(Sign { path: Some(socket.path.to_owned()), mount, ..Sign::of(Kind::ReadOnly) });
        }
        // PHP's opcache keeps its lock in /tmp and does not say so.
        let mount = self.says(&["create lock file"]).then(|| "/tmp".to_owned());
        Some(Sign { mount, ..Sign::of(Kind::ReadOnly) })
    }

    fn denied(&self, at: usize) -> Option<Sign> {
        if self.says(OF_SERVICES) {
            return None;
        }
        let path = self.path(at);
        let listens = ["bind", "binding", "listen", "listening", "listener", "make_sock"];
        if self.says(&listens) {
            let port = self.port();
            if port.is_some() || path.is_none() && self.says(&["bind", "binding"]) {
                return Some(Sign { port, ..Sign::of(Kind::Bind) });
            }
        }
        let path = path?;
        if self.call.as_ref().is_some_and(|call| !call.changes() && !call.starts()) {
            return None;
        }
        let started = self.is_started(path.path) || self.call.as_ref().is_some_and(Call::starts);
        if started && is_temporary(path.path) {
            return Some(Sign { path: Some(path.path.to_owned()), mount: parent(path.path), ..Sign::of(Kind::NoExec) });
        }
        if started {
            return Some(Sign { path: Some(path.path.to_owned()), ..Sign::of(Kind::Permission) });
        }
        // Entry points look for files of other owners (`find . ! -user redis -exec chown`) only while they are root.
        if self.small.trim_start().starts_with("find:") {
            let written = self.text[path.at.saturating_sub(2)..].starts_with("./");
            let path = if written { &self.text[path.at - 2..path.at + path.path.len()] } else { path.path };
            let sign = Sign { path: Some(path.to_owned()), ..Sign::of(Kind::Permission) };
            return Some(sign.capable("DAC_OVERRIDE"));
        }
        let sign = self.about(Kind::Permission, at);
        (place(sign.mount.as_deref()?) != place::Place::Kernel).then_some(sign)
    }

    /// Whether a shell or a runtime says that it could not start this program.
    fn is_started(&self, path: &str) -> bool {
        const FILES: [&str; 8] = [".log", ".txt", ".pid", ".json", ".lock", ".tmp", ".out", ".yaml"];
        let by_shell = self.small.contains(": line ") || self.small.contains("sh: ");
        let by_runtime = self.small.trim_start().starts_with("exec ")
            || self.small.contains("exec: ")
            || self.small.contains("exec format");
        by_runtime || by_shell && !FILES.iter().any(|end| path.ends_with(end))
    }

    fn not_permitted(&self, at: usize) -> Vec<Sign> {
        let path = self.path(at);
        let with_path = |kind: Kind| Sign { path: path.as_ref().map(|path| path.path.to_owned()), ..Sign::of(kind) };
        if self.says(&["failed to map segment from shared object"]) {
            return self.plain_words().into_iter().collect();
        }
        if self.says(&["chown", "lchown", "fchown", "changing ownership", "change owner", "change ownership"])
            || self.call.as_ref().is_some_and(Call::gives_away)
        {
            let here = path.is_none() && self.text.contains("'.'");
            let sign = with_path(Kind::Chown).capable("CHOWN");
            return vec![if here { Sign { path: Some(".".into()), ..sign } } else { sign }];
        }
        let changes_group = self.says(&[
            "setgid",
            "setresgid",
            "setregid",
            "setegid",
            "setgroups",
            "initgroups",
            "supplementary groups",
            "cannot set groups",
        ]);
        let changes_user =
            self.says(&["setuid", "setresuid", "setreuid", "seteuid", "cannot set uid", "cannot set user id"]);
        let switches = self.says(&["failed switching to"]);
        let mut signs = Vec::new();
        if changes_user || switches {
            signs.push(Sign::of(Kind::Setuid).capable("SETUID"));
        }
        if changes_group || switches {
            signs.push(Sign::of(Kind::Setgid).capable("SETGID"));
        }
        if !signs.is_empty() {
            return signs;
        }
        if self.says(&["changing permissions of"]) {
            return vec![with_path(Kind::Capability).capable("FOWNER")];
        }
        // initdb, which refuses to be root: the directory belongs to somebody else.
        if self.says(&["could not change permissions of directory"]) {
            return vec![self.about(Kind::Permission, at)];
        }
        if let Some((_, capability)) = TAKES.iter().find(|(words, _)| self.says(&[words])) {
            return vec![Sign::of(Kind::Capability).capable(capability)];
        }
        match &path {
            Some(path) if self.is_started(path.path) => {
                let name = path.path.rsplit('/').next().unwrap_or_default();
                let capability = CARRIERS.iter().find(|(known, _)| *known == name).map(|(_, capability)| *capability);
                vec![Sign { capability, ..with_path(Kind::FileCapability) }]
            }
            _ => self.named_capability().into_iter().collect(),
        }
    }

    /// Refusals that come without the words of the system.
    fn plain_words(&self) -> Option<Sign> {
        let end = self.small.len();
        if let Some(at) = self.find(&["failed to map segment from shared object"]) {
            return Some(self.about(Kind::NoExec, at));
        }
        if self.says(&["no usable temporary directory found", "is not writable", "is not writeable"]) {
            let temporary = self.says(&["no usable temporary directory found"]);
            let path = if temporary { paths(self.text).first().cloned() } else { self.path(end) }?;
            let mount = Some(real(path.path));
            let directory = temporary || self.says(&["directory", "dir"]);
            return directory.then(|| Sign { path: Some(path.path.to_owned()), mount, ..Sign::of(Kind::ReadOnly) });
        }
        // Tomcat, which gives no reason; what it makes there are pages that it can compile again.
        if let Some(at) = self.find(&["failed to create work directory", "unable to create output directory"]) {
            let path = self.path(at)?.path;
            return Some(Sign { path: Some(path.to_owned()), mount: Some(work(path)?), ..Sign::of(Kind::ReadOnly) });
        }
        if self.says(&["missing privilege separation directory"]) {
            let path = self.path(end)?.path.to_owned();
            return Some(Sign { path: Some(path), ..Sign::of(Kind::MissingDirectory) });
        }
        if self.says(&["cannot chroot"]) {
            return Some(Sign::of(Kind::Capability).capable("SYS_CHROOT"));
        }
        if self.says(&["permission to perform this capture"]) {
            return Some(Sign::of(Kind::Capability).capable("NET_RAW"));
        }
        if self.says(&["no new privileges"]) {
            return Some(Sign::of(Kind::NoNewPrivileges));
        }
        if self.says(OUT_OF_MEMORY)
            && !self.small.contains("oomkilled\":false")
            && !self.small.contains("oomkilled\": false")
            || self.is_killed()
        {
            return Some(Sign::of(Kind::OutOfMemory));
        }
        self.named_capability()
    }

    /// Whether a shell says that a child was killed: `Killed` alone, or after the number of a process.
    fn is_killed(&self) -> bool {
        let words: Vec<&str> = self.text.split_whitespace().collect();
        match words.iter().position(|word| *word == "Killed") {
            Some(0) => words.len() == 1,
            Some(at) => words[at - 1].bytes().all(|byte| byte.is_ascii_digit()),
            None => false,
        }
    }

    /// A capability that is named as missing.
    fn named_capability(&self) -> Option<Sign> {
        const MISSING: &[&str] = &[
            "missing",
            "not present",
            "required",
            "requires",
            "require",
            "needs",
            "need",
            "lacks",
            "without",
            "operation not permitted",
        ];
        if !self.says(MISSING) {
            return None;
        }
        let of_capabilities = self.small.contains("capabilit");
        let known = words(self.text).find_map(|(_, word)| {
            let word = word.trim_end_matches(['.', ':', '!']);
            let upper = word.to_ascii_uppercase();
            let (name, prefixed) = upper.strip_prefix("CAP_").map_or((upper.as_str(), false), |name| (name, true));
            let all_upper = word == upper;
            let counts = prefixed || of_capabilities && all_upper && name.len() > 3;
            capability::find(name).filter(|name| counts && *name != "ALL")
        })?;
        Some(Sign::of(Kind::Capability).capable(known))
    }

    /// The port below 1024 that an address or the word `port` names.
    fn port(&self) -> Option<u16> {
        let low = |text: &str| text.parse::<u16>().ok().filter(|port| (1..1024).contains(port));
        let is_address = |host: &str| {
            let v4 = host.split('.').count() == 4 && host.split('.').all(|part| part.parse::<u8>().is_ok());
            v4 || ["", "*", "::", "[::]", "localhost"].contains(&host) || host.starts_with('[') && host.ends_with(']')
        };
        let words: Vec<&str> =
            self.text.split([' ', '\t', '(', ')', '"', '\'', ',', '/']).filter(|word| !word.is_empty()).collect();
        let mut before = "";
        for word in words {
            let word = word.trim_end_matches([':', '.']);
            let word = word
                .strip_prefix('[')
                .filter(|word| !word.contains("]:"))
                .map_or(word, |word| word.trim_end_matches(']'));
            if let Some((host, port)) = word.rsplit_once(':')
                && is_address(host)
                && let Some(port) = low(port)
            {
                return Some(port);
            }
            let names_port =
                before.eq_ignore_ascii_case("port") || before.contains('.') && is_address(before) || before == "::";
            if names_port && let Some(port) = low(word) {
                return Some(port);
            }
            before = word;
        }
        None
    }
}

/// Whether the path stands where hardening puts a tmpfs.
fn is_temporary(path: &str) -> bool {
    ["/tmp/", "/var/tmp/", "/dev/shm/", "/run/", "/var/run/"].iter().any(|top| path.starts_with(top))
}
