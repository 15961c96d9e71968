//! The command line as the program tells it itself: every command's own help.

use std::fmt::Write as _;

use super::{GENERATED, printed, program, root};

/// The help of the program and of each of its commands.
pub(crate) fn page() -> String {
    let mut text = format!(
        "{GENERATED}\n# The command line\n\nWhat `--help` prints. [Exit statuses](exit-status.md) have a page of their own.\n"
    );
    section(&mut text, &[]);
    text
}

fn section(text: &mut String, command: &[&str]) {
    let help = printed(program(root()).args(command).arg("--help").output().unwrap());
    let name = [&["ecs-harden"], command].concat().join(" ");
    write!(text, "\n## {name}\n\n```text\n{}\n```\n", help.trim_end()).unwrap();
    for inner in commands(&help) {
        section(text, &[command, &[inner]].concat());
    }
}

/// The commands that a help lists: an indented name, then what it does. Where that goes on, the line is indented further.
fn commands(help: &str) -> Vec<&str> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    listed.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next()).collect()
}
