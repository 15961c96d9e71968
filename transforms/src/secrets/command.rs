//! Commands: which of their words are the values of which names.

/// The words of a line as a shell splits it; what its quotes hold stays together.
fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for letter in line.chars() {
        match quote {
            Some(open) if letter == open => quote = None,
            None if letter == '\'' || letter == '"' => quote = Some(letter),
            None if letter.is_whitespace() => words.extend(taken(&mut word)),
            None if matches!(letter, ';' | '|' | '&') => {
                words.extend(taken(&mut word));
                words.push(";".to_owned());
            }
            _ => word.push(letter),
        }
    }
    words.extend(taken(&mut word));
    words
}

fn taken(word: &mut String) -> Option<String> {
    (!word.is_empty()).then(|| std::mem::take(word))
}

/// What the short flags of a program mean; where a flag has a colon, it takes `user:password`.
const SHORT: &[(&[&str], &[&str])] = &[
    (
        &[
            "mysql",
            "mysqldump",
            "mysqladmin",
            "mysqlshow",
            "mysqlimport",
            "mysqlcheck",
            "mariadb",
            "mariadb-dump",
            "mariadb-admin",
        ],
        &["-p="],
    ),
    (&["redis-cli", "valkey-cli", "keydb-cli"], &["-a"]),
    (&["curl", "http", "https", "etcdctl"], &["-u:", "--user:", "-U:", "--proxy-user:", "-a:"]),
    (&["sshpass"], &["-p", "-p="]),
    // Of docker, podman, helm, az: `run -p` is a port.
    (&["login"], &["-p"]),
    (
        &["mongo", "mongosh", "mongodump", "mongorestore", "mongoexport", "mongoimport", "cqlsh", "nodetool"],
        &["-p", "-pw"],
    ),
    (&["sqlcmd", "bcp", "mosquitto_pub", "mosquitto_sub", "zip", "isql"], &["-P"]),
    (&["ldapsearch", "ldapadd", "ldapmodify", "ldapwhoami"], &["-w"]),
    (&["7z", "unzip", "unrar"], &["-p=", "-P"]),
    (&["keytool", "jarsigner"], &["-storepass", "-keypass", "-srcstorepass", "-deststorepass"]),
    (&["openssl"], &["-k", "-passin", "-passout", "-pass"]),
    (&["smbclient"], &["-U:"]),
];

/// Hands every name and value of a command on until one is found to be a secret. The last argument tells values that the program's own
/// flags make passwords from those whose name has to say so.
pub(super) fn pairs<T>(words: &[&str], judge: &mut dyn FnMut(&str, &str) -> Option<T>) -> Option<T> {
    let split: Vec<Vec<String>> = words.iter().filter(|word| word.contains(' ')).map(|word| split(word)).collect();
    let lines = split.iter().map(|line| line.iter().map(String::as_str).collect::<Vec<_>>());
    std::iter::once(words.to_vec()).chain(lines).find_map(|line| in_line(&line, judge))
}

fn in_line<T>(words: &[&str], judge: &mut dyn FnMut(&str, &str) -> Option<T>) -> Option<T> {
    let mut flags: &[&str] = &[];
    let mut starts = true;
    for (at, &word) in words.iter().enumerate() {
        if word == ";" {
            (flags, starts) = (&[], true);
            continue;
        }
        let program = word.rsplit(['/', '\\']).next().unwrap_or(word);
        let meant = SHORT.iter().find(|(programs, _)| programs.contains(&program)).map(|(_, flags)| *flags);
        if let Some(meant) = meant.filter(|_| starts || flags.is_empty()) {
            flags = meant;
        }
        starts &= is_before_program(word);
        let next = words.get(at + 1).copied().filter(|next| *next != ";");
        let header = word.split_once(": ").filter(|(name, _)| !name.contains(' '));
        if let Some(found) = header.and_then(|(name, value)| judge(name, value)) {
            return Some(found);
        }
        if let Some(found) = short(flags, word, next, judge).or_else(|| long(words, at, next, judge)) {
            return Some(found);
        }
    }
    None
}

/// `sudo`, `exec`, `env`, assignments: the program comes after them.
fn is_before_program(word: &str) -> bool {
    ["CMD", "CMD-SHELL", "sudo", "exec", "env", "time", "sh", "bash", "-c", "then", "do", "{", "!"].contains(&word)
        || word.contains('=') && !word.starts_with('-')
}

fn short<T>(
    flags: &[&str],
    word: &str,
    next: Option<&str>,
    judge: &mut dyn FnMut(&str, &str) -> Option<T>,
) -> Option<T> {
    const NAME: &str = "password";
    flags.iter().find_map(|flag| {
        if let Some(flag) = flag.strip_suffix('=') {
            let value = word.strip_prefix(flag).filter(|value| !value.is_empty() && !word.starts_with("--"))?;
            return judge(NAME, value);
        }
        let (flag, whole) = flag.strip_suffix(':').map_or((*flag, true), |flag| (flag, false));
        let value = match word.strip_prefix(flag)? {
            "" => next?,
            rest => rest.strip_prefix('=')?,
        };
        let value = if whole { value } else { value.split_once([':', '%'])?.1 };
        judge(NAME, value.strip_prefix("pass:").unwrap_or(value))
    })
}

/// `--token value`; and `-p value` beside `-u value`, whatever the program.
fn long<T>(words: &[&str], at: usize, next: Option<&str>, judge: &mut dyn FnMut(&str, &str) -> Option<T>) -> Option<T> {
    // `aws configure set NAME VALUE`, `kubectl config set`.
    if at > 1 && words[at - 1] == "set" && words[at].contains(['_', '-', '.']) {
        return judge(words[at], next?);
    }
    let name = words[at].strip_prefix('-')?.trim_start_matches('-');
    let value = next.filter(|next| !next.starts_with('-'))?;
    if name.contains('=') || name.is_empty() {
        return None;
    }
    if words[at] == "-p" {
        let beside = words.contains(&"-u") || words.contains(&"--username") || words.contains(&"--user");
        let drawn = value.bytes().any(|letter| letter.is_ascii_alphabetic()) && !value.contains([':', '/', '.']);
        return if beside && drawn { judge("password", value) } else { None };
    }
    // `--pass`, `--auth`: the flag is company enough.
    judge(&format!("flag.{name}"), value)
}
