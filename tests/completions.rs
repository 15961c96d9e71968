//! Completions and manual pages: one page a command, and shells that take what is printed for them.
//!
//! Shells that are not installed are named as skipped; bash is asked wherever it is recent enough to know how.

#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use clap::CommandFactory;
use ecs_harden::cli::Cli;

const SHELLS: [&str; 5] = ["bash", "elvish", "fish", "powershell", "zsh"];

fn ecs_harden(arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_ecs-harden")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    output
}

fn completions(shell: &str) -> String {
    String::from_utf8(ecs_harden(&["completions", shell]).stdout).unwrap()
}

/// What a program prints, or nothing where it is not installed.
fn told(program: &str, arguments: &[&str]) -> Option<String> {
    let output = match Command::new(program).args(arguments).env_clear().env("PATH", env!("PATH")).output() {
        Ok(output) => output,
        Err(error) => {
            println!("skipped: {program}: {error}");
            return None;
        }
    };
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

/// The names of all commands, each after those above it.
fn names(command: &clap::Command, above: &str) -> Vec<String> {
    let name =
        [above, command.get_name()].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("-");
    let mut all = vec![name.clone()];
    all.extend(command.get_subcommands().filter(|below| !below.is_hide_set()).flat_map(|below| names(below, &name)));
    all
}

#[test]
fn every_command_has_a_page_that_tells_every_flag() {
    let scratch = tempfile::tempdir().unwrap();
    let directory = scratch.path().to_str().unwrap();
    let output = ecs_harden(&["man", directory]);
    let wanted: BTreeSet<String> = names(&Cli::command(), "").iter().map(|name| format!("{name}.1")).collect();
    let written: BTreeSet<String> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(written, wanted);
    assert!(wanted.contains("ecs-harden-policy-show.1"), "{wanted:?}");
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(err, format!("{directory}: wrote {} pages\n", wanted.len()));

    let check = fs::read_to_string(scratch.path().join("ecs-harden-check.1")).unwrap();
    for argument in Cli::command().find_subcommand("check").unwrap().get_arguments() {
        let Some(long) = argument.get_long() else { continue };
        let flag = format!("\\-\\-{}\\f", long.replace('-', "\\-"));
        assert!(check.contains(&flag), "--{long}");
    }
}

#[test]
fn pages_are_without_fault_for_mandoc() {
    let scratch = tempfile::tempdir().unwrap();
    ecs_harden(&["man", scratch.path().to_str().unwrap()]);
    for entry in fs::read_dir(scratch.path()).unwrap() {
        let page = entry.unwrap().path();
        if told("mandoc", &["-T", "lint", "-W", "error", page.to_str().unwrap()]).is_none() {
            return;
        }
    }
}

#[test]
fn a_directory_that_is_not_there_is_refused() {
    let output = Command::new(env!("CARGO_BIN_EXE_ecs-harden")).args(["man", "nowhere/at/all"]).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(err.starts_with("error: `nowhere/at/all/ecs-harden.1` cannot be made because its directory"), "{err}");
}

#[test]
fn completions_of_every_shell_know_every_command() {
    for shell in SHELLS {
        let text = completions(shell);
        for command in Cli::command().get_subcommands().filter(|command| !command.is_hide_set()) {
            assert!(text.contains(command.get_name()), "{shell}: {}", command.get_name());
        }
        assert!(text.contains("policy-from"), "{shell}: flags of check");
    }
}

/// What bash proposes for a line that ends where the cursor is.
fn proposed(file: &Path, line: &str) -> Option<String> {
    let words: Vec<&str> = line.split(' ').collect();
    let (before, at) = (words[words.len() - 2], words[words.len() - 1]);
    let script = format!(
        "set -eu; source '{}'; by=$(complete -p ecs-harden); by=${{by#*-F }}; COMP_WORDS=({line}); COMP_CWORD={}; \
         \"${{by%% *}}\" ecs-harden '{at}' '{before}'; echo \"${{COMPREPLY[*]}}\"",
        file.display(),
        words.len() - 1
    );
    told("bash", &["--norc", "--noprofile", "-c", &script])
}

#[test]
fn bash_completes_commands_flags_and_values() {
    let version = told("bash", &["-c", "echo ${BASH_VERSINFO[0]}"]);
    let recent = version.is_some_and(|version| version.trim().parse::<u32>().unwrap() >= 4);
    if !recent {
        println!("skipped: no bash since version 4");
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("ecs-harden.bash");
    fs::write(&file, completions("bash")).unwrap();
    told("bash", &["-n", file.to_str().unwrap()]);
    for (line, proposal) in [
        ("ecs-harden che", "check"),
        ("ecs-harden policy sh", "show"),
        ("ecs-harden check --fail-o", "--fail-on"),
        ("ecs-harden check --format sa", "sarif"),
        ("ecs-harden completions z", "zsh"),
    ] {
        assert_eq!(proposed(&file, line).unwrap().trim(), proposal, "{line}");
    }
}

#[test]
fn zsh_and_fish_take_theirs() {
    let scratch = tempfile::tempdir().unwrap();
    let zsh = scratch.path().join("_ecs-harden");
    fs::write(&zsh, completions("zsh")).unwrap();
    told("zsh", &["-n", zsh.to_str().unwrap()]);
    let load = format!(
        "fpath=('{}' $fpath); autoload -U compinit; compinit -D -u; print $_comps[ecs-harden]",
        scratch.path().display()
    );
    if let Some(printed) = told("zsh", &["-f", "-c", &load]) {
        assert_eq!(printed.trim(), "_ecs-harden");
    }
    let fish = scratch.path().join("ecs-harden.fish");
    fs::write(&fish, completions("fish")).unwrap();
    let ask = format!("source '{}'; complete -C 'ecs-harden policy sh'", fish.display());
    if let Some(printed) = told("fish", &["--no-config", "-c", &ask]) {
        assert!(printed.starts_with("show\tPrint what applies to each container"), "{printed}");
    }
}
