//! Paths within a line: which there are, and which directory each is in.

/// What may stand between a path and its neighbours.
const BREAKS: &[char] = &[
    ' ', '\t', '"', '\'', '`', '(', ')', '[', ']', '{', '}', '<', '>', ',', ';', '=', '\\', '\u{2018}', '\u{2019}', '|',
];

/// The longest path that is taken for one (`PATH_MAX` of Linux).
const LONGEST: usize = 4096;

/// Files that servers name from their working directory, and what that is in their official images.
const AT_HOME: [(&str, &str); 9] = [
    ("appendonlydir", "/data"),
    ("appendonly.aof", "/data"),
    ("dump.rdb", "/data"),
    ("ddl_recovery.log", "/var/lib/mysql"),
    ("ibdata1", "/var/lib/mysql"),
    ("aria_log_control", "/var/lib/mysql"),
    ("postmaster.pid", "/var/lib/postgresql/data"),
    ("base/", "/var/lib/postgresql/data"),
    ("pg_wal/", "/var/lib/postgresql/data"),
];

/// A path within a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named<'l> {
    /// The path as it is written.
    pub path: &'l str,
    /// Where it starts in the line.
    pub at: usize,
}

/// The words of a line and where they start.
pub(super) fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    line.split(BREAKS).filter_map(move |word| {
        let start = at;
        // Every break but the two quotes is one byte.
        at += word.len();
        at += line[at..].chars().next().map_or(0, char::len_utf8);
        (!word.is_empty()).then_some((start, word))
    })
}

/// The absolute paths of a line, and those relative ones that are known by name.
pub(super) fn paths(line: &str) -> Vec<Named<'_>> {
    let named = words(line).filter_map(|(at, word)| {
        let (word, at) = word.strip_prefix("unix:").map_or((word, at), |rest| (rest, at + 5));
        let word = word.trim_end_matches([':', '.', '?', '!']);
        is_path(word).then_some(Named { path: word, at })
    });
    named.collect()
}

/// A path that may be shown: plain letters, no place within a file (`nginx.conf:2`), no address (`//host`).
fn is_path(word: &str) -> bool {
    let plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-+@~#%:$".contains(&byte));
    let absolute = word.starts_with('/') && !word.starts_with("//") && word.len() > 1;
    let place = word.rsplit_once(':').is_some_and(|(_, end)| end.bytes().all(|byte| byte.is_ascii_digit()));
    plain && word.len() <= LONGEST && !place && (absolute || home(word).is_some())
}

/// The directory that a relative path known by name is in.
fn home(word: &str) -> Option<&'static str> {
    let word = word.strip_prefix("./").unwrap_or(word);
    let fits = |known: &str| match known.strip_suffix('/') {
        // Below a directory every name is a number, or of hexadecimal digits.
        Some(directory) => word.strip_prefix(directory).is_some_and(|rest| {
            rest.len() > 1 && rest.starts_with('/') && rest.bytes().all(|byte| byte == b'/' || byte.is_ascii_hexdigit())
        }),
        None => word == known,
    };
    AT_HOME.iter().find(|(known, _)| fits(known)).map(|(_, directory)| *directory)
}

/// The directory that has to be writable so that this path can be made. `None` at the top.
pub(super) fn parent(path: &str) -> Option<String> {
    if !path.starts_with('/') {
        return home(path).map(str::to_owned);
    }
    let path = path.trim_end_matches('/');
    match path.rsplit_once('/') {
        Some(("", _)) => Some("/".to_owned()),
        Some((directory, _)) => Some(real(directory)),
        None => None,
    }
}

/// The directory `work` above this path, below which Tomcat makes others.
pub(super) fn work(path: &str) -> Option<String> {
    let at = path.find("/work/")?;
    Some(format!("{}/work", &path[..at]))
}

/// The path behind `/var/run`, which is a link to `/run` in the usual images.
pub(super) fn real(path: &str) -> String {
    let path = if path.len() > 1 { path.trim_end_matches('/') } else { path };
    match path.strip_prefix("/var/run") {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("/run{rest}"),
        _ => path.to_owned(),
    }
}
