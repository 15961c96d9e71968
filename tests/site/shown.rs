//! Commands that pages show: those with their output are run, those without are read.
//!
//! The commands of a page run one after another in a git repository that holds `examples/`. Where one of them names a cluster, a double of
//! AWS answers, in which the service `checkout` of the cluster `shop` runs the first example.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::{program, root};
use crate::support::aws::Double;

/// What a time of the day is shown as at the beginning of a run.
const BEGIN: i64 = 3600 + 8 * 60 + 1;
/// Times are shown to so many seconds, in which the program looks again: what passes in between differs from run to run.
const STEP: i64 = 5;

/// The page with what its commands print now.
pub(crate) fn current(page: &str) -> String {
    let mut current = String::new();
    let mut stage = None;
    for (at, part) in page.split("```console\n").enumerate() {
        if at == 0 {
            current += part;
            continue;
        }
        let (block, rest) = part.split_once("```").expect("a block ends");
        let stage = stage.get_or_insert_with(|| Stage::set(page.contains("--cluster")));
        current += "```console\n";
        for line in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
            current.extend(["$ ", line, "\n", &stage.run(line)]);
        }
        current += "```";
        current += rest;
    }
    current
}

/// Where the commands of one page run.
struct Stage {
    place: TempDir,
    double: Option<Double>,
    /// How the last command ended.
    status: i32,
}

impl Stage {
    fn set(live: bool) -> Self {
        let place = tempfile::tempdir().unwrap();
        let examples = place.path().join("shop/examples");
        fs::create_dir_all(&examples).unwrap();
        for entry in fs::read_dir(root().join("examples")).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), examples.join(entry.file_name())).unwrap();
        }
        let mut stage = Self { place, double: live.then(|| Double::with(&["--demo"])), status: 0 };
        stage.run("git init -q -b main && git add -A && git commit -q -m begin");
        assert_eq!(stage.status, 0, "git is needed");
        stage
    }

    /// What a command prints to a terminal, with what differs from run to run shown in one way.
    fn run(&mut self, line: &str) -> String {
        let mut command = self.command();
        let output = command.args(["-c", &format!("exec 2>&1; (exit {}); {line}", self.status)]).output().unwrap();
        self.status = output.status.code().unwrap_or(-1);
        let text = String::from_utf8(output.stdout).unwrap();
        let home = self.place.path().display().to_string();
        let endpoint = self.double.as_ref().map(Double::endpoint).unwrap_or_default();
        let text = text.replace(&home, "/home/mina");
        if endpoint.is_empty() { text } else { timed(&text.replace(&endpoint, "http://127.0.0.1:4566")) }
    }

    fn command(&self) -> Command {
        let home = self.place.path();
        let own = Path::new(env!("CARGO_BIN_EXE_ecs-harden")).parent().unwrap();
        let path = std::env::join_paths(
            [own.to_owned()].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
        );
        let base = program(&home.join("shop"));
        let mut command = Command::new("sh");
        command.current_dir(home.join("shop")).env_clear();
        command.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env("PATH", path.unwrap()).env("HOME", home).env("GIT_CONFIG_GLOBAL", "/dev/null");
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Mina").env(format!("GIT_{role}_EMAIL"), "mina@example.com");
        }
        if let Some(double) = &self.double {
            command.env("ECS_HARDEN_TEST_CLOCK", "instant").envs(double.environment());
        }
        command
    }
}

/// The text with its times counted from one beginning, whenever it was.
fn timed(text: &str) -> String {
    let digits = |part: &str, shape: &str| {
        part.len() == shape.len()
            && part
                .chars()
                .zip(shape.chars())
                .all(|(met, wanted)| if wanted == '0' { met.is_ascii_digit() } else { met == wanted })
    };
    let (mut told, mut first, mut at) = (String::new(), None, 0);
    while at < text.len() {
        let ahead = |length: usize| text.get(at..at + length).unwrap_or_default();
        if digits(ahead(9), "00:00:00Z") {
            let parts = ahead(8).split(':').map(|part| part.parse::<i64>().unwrap());
            let seconds = parts.fold(0, |sum, part| sum * 60 + part);
            let passed = (seconds - *first.get_or_insert(seconds)).rem_euclid(86400);
            let shown = BEGIN + (passed + STEP / 2) / STEP * STEP;
            let time = format!("{:02}:{:02}:{:02}Z", shown / 3600, shown / 60 % 60, shown % 60);
            told.push_str(&time);
            at += 9;
        } else if digits(ahead(16), "00000000T000000Z") {
            told += "20261126T010801Z";
            at += 16;
        } else {
            let letter = text[at..].chars().next().unwrap();
            told.push(letter);
            at += letter.len_utf8();
        }
    }
    told
}

/// The lines of a page by which the program is called without its output being shown, each as it is typed, on one line.
pub(crate) fn lines(page: &str) -> Vec<String> {
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap().replace("\\\n", " "));
    let lines = blocks.flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>());
    lines
        .flat_map(|line| line.split('|').map(|part| part.trim().to_owned()).collect::<Vec<_>>())
        .filter(|line| line.starts_with("ecs-harden "))
        .collect()
}

/// The words of a line as a shell takes them, up to a comment or to where its output goes.
pub(crate) fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (None, '\'' | '"') => {
                word.get_or_insert_default();
                quote = Some(letter);
            }
            (None, ' ') => words.extend(word.take()),
            (None, '#' | '>' | ';' | '&') if word.is_none() => break,
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}
