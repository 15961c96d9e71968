//! What `entryPoint` and `command` start, as far as it can be read. What placeholders hide counts as nothing.

use crate::model::{ContainerView, Read};

/// Programs that change owners or modes of files.
const OWNERS: [&str; 4] = ["chown", "chgrp", "chmod", "setfacl"];

/// Programs that start another one as another user.
const SWITCHERS: [&str; 9] =
    ["su", "sudo", "gosu", "su-exec", "setpriv", "runuser", "chroot", "setuidgid", "s6-setuidgid"];

/// Words before the program of a shell command.
const BEFORE: [&str; 10] = ["if", "then", "else", "elif", "do", "while", "exec", "sudo", "env", "!"];

/// What the commands of a container do to owners and modes of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owners {
    /// Nothing that can be seen.
    Nothing,
    /// They copy files with theirs, which anybody may try and only root can do whole.
    Copies,
    /// They change them.
    Changes,
}

/// What it does to owners and modes of files.
pub(super) fn owners(container: &ContainerView<'_>) -> Owners {
    most(container, of_command).unwrap_or(Owners::Nothing)
}

/// Whether they start something as another user.
pub(super) fn switches_user(container: &ContainerView<'_>) -> bool {
    let switches = |word: &str| SWITCHERS.contains(&program(word));
    let first = |command: &str| {
        command.split_whitespace().find(|word| switches(word) || !is_before(word)).is_some_and(switches)
    };
    most(container, first).unwrap_or(false)
}

/// The greatest of what is said of each of its commands.
fn most<T: Ord>(container: &ContainerView<'_>, of: impl Fn(&str) -> T) -> Option<T> {
    let arguments = arguments(container);
    let whole = arguments.join(" ");
    // A script is one argument; a program and its arguments are several.
    let scripts = arguments.iter().copied().filter(|argument| argument.contains(char::is_whitespace));
    let parts = scripts.flat_map(|script| script.split([';', '&', '|', '\n', '(', ')', '{', '}', '`', '"', '\'']));
    parts.chain([whole.as_str()]).map(of).max()
}

/// Whether nothing is started but the program of the image itself, called something like `name`, with arguments of one's own perhaps.
pub(super) fn starts_only(container: &ContainerView<'_>, name: &str) -> bool {
    let command = container.member("command");
    let unread = command.list().texts().is_err();
    let first =
        arguments(container).first().is_none_or(|first| first.starts_with('-') || program(first).contains(name));
    !unread && container.member("entryPoint") == Read::Absent && first
}

/// Every word of its commands, those of scripts among them.
pub(super) fn words_of<'d>(container: &ContainerView<'d>) -> Vec<&'d str> {
    arguments(container).into_iter().flat_map(str::split_whitespace).collect()
}

fn arguments<'d>(container: &ContainerView<'d>) -> Vec<&'d str> {
    let lists = ["entryPoint", "command"].map(|member| container.member(member).list().items);
    // A placeholder within a text is part of a script here.
    lists.into_iter().flatten().filter_map(|argument| argument.known()?.as_str()).collect()
}

/// What one command of a shell does to them.
fn of_command(command: &str) -> Owners {
    let mut words = words(command);
    let first = words.next().map_or("", program);
    let rest: Vec<&str> = words.collect();
    let preserves = |word: &str| {
        let short = word.starts_with('-') && !word.starts_with("--") && word.contains(['a', 'p']);
        short || word.starts_with("--preserve") || word == "--archive"
    };
    match first {
        "install" if rest.first().is_some_and(|word| word.starts_with('-')) => Owners::Changes,
        "cp" | "rsync" if rest.iter().copied().any(preserves) => Owners::Copies,
        _ if OWNERS.contains(&first) => Owners::Changes,
        _ => Owners::Nothing,
    }
}

/// A command from its program on.
fn words(command: &str) -> impl Iterator<Item = &str> {
    command.split_whitespace().skip_while(|word| is_before(word))
}

fn is_before(word: &str) -> bool {
    BEFORE.contains(&word) || word.contains('=')
}

/// The name of a program without its directory.
fn program(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::model::TaskView;

    fn asked<T>(members: &str, ask: impl Fn(&ContainerView<'_>) -> T) -> T {
        let text = format!(r#"[{{"name": "a", "image": "redis", {members}}}]"#);
        let document = Document::read(text).expect("it is a list of containers");
        ask(&TaskView::new(&document).seen()[0])
    }

    #[test]
    fn commands_that_change_owners_are_told_from_those_that_mention_them() {
        for members in [
            r#""command": ["chown", "-R", "1000:1000", "/data"]"#,
            r#""command": ["/bin/chmod", "1777", "/data"]"#,
            r#""entryPoint": ["sh", "-c"], "command": ["mkdir -p /data/a && chown -R 1000 /data"]"#,
            r#""command": ["sh", "-c", "if true; then exec chgrp 7 /x; fi"]"#,
            r#""command": ["bash -c 'install -d -o 1000 -g 1000 /data'"]"#,
            r#""entryPoint": ["install", "-d", "-o", "7", "/data"]"#,
            r#""command": ["sh", "-c", "UMASK=0 setfacl -m u:7:rwx ${DIR}"]"#,
        ] {
            assert_eq!(asked(members, owners), Owners::Changes, "{members}");
        }
        for members in [
            r#""command": ["npm", "install", "--production"]"#,
            r#""command": ["sh", "-c", "npm install --save x && node chown.js"]"#,
            r#""command": ["run", "chown"]"#,
            r#""command": ["sh", "-c", "ls /opt/chown/bin"]"#,
            r#""command": ["${COMMAND}"]"#,
            r#""command": null"#,
            r#""command": ["install"]"#,
            r#""command": ["cp", "-r", "/a", "/pa"]"#,
        ] {
            assert_eq!(asked(members, owners), Owners::Nothing, "{members}");
        }
    }

    #[test]
    fn copies_with_owners_are_told_from_plain_ones() {
        for members in [
            r#""command": ["cp", "-a", "/etc/agent/.", "/config/"]"#,
            r#""command": ["sh", "-c", "cp -r --preserve=all /a /b"]"#,
            r#""command": ["sh", "-c", "rsync -avz /a /b; true"]"#,
        ] {
            assert_eq!(asked(members, owners), Owners::Copies, "{members}");
        }
        let both = r#""command": ["sh", "-c", "cp -a /a /b && chown 7 /b"]"#;
        assert_eq!(asked(both, owners), Owners::Changes);
    }

    #[test]
    fn programs_as_another_user_are_seen() {
        for members in [
            r#""command": ["sh", "-c", "chown -R 7 /data && exec gosu app migrate"]"#,
            r#""command": ["su", "app", "-c", "migrate"]"#,
            r#""command": ["sh", "-c", "UMASK=0 sudo -u app migrate"]"#,
            r#""entryPoint": ["/sbin/su-exec", "7:7"], "command": ["migrate"]"#,
        ] {
            assert!(asked(members, switches_user), "{members}");
        }
        for members in [r#""command": ["chown", "-R", "su", "/data"]"#, r#""command": ["sh", "-c", "echo su; sum /a"]"#]
        {
            assert!(!asked(members, switches_user), "{members}");
        }
    }

    #[test]
    fn only_the_program_of_the_image_is_plain() {
        let plain = |members: &str| asked(members, |container| starts_only(container, "redis"));
        for members in [
            r#""command": []"#,
            r#""command": ["redis-server", "--appendonly", "yes"]"#,
            r#""command": ["/usr/local/bin/redis-server"]"#,
            r#""command": ["--save", ""], "entryPoint": null"#,
        ] {
            assert!(plain(members), "{members}");
        }
        for members in [
            r#""command": ["sh", "-c", "sysctl -w vm.overcommit_memory=1 && redis-server"]"#,
            r#""command": ["mount"]"#,
            r#""command": ["${COMMAND}"]"#,
            r#""command": ${command}"#,
            r#""entryPoint": ["redis-server"]"#,
            r#""entryPoint": ${entry}"#,
        ] {
            assert!(!plain(members), "{members}");
        }
    }
}
