//! What a definition is for, and therefore which fields it may have.

use crate::support::validity::matrix::{Cell, ROWS, columns};
use crate::support::validity::{Os, Target};

use super::tape::Tape;

/// Targets, operating system and network of a definition.
pub struct Setting {
    /// All of them take the definition.
    pub targets: Vec<Target>,
    /// Whether `requiresCompatibilities` says so.
    pub declared: bool,
    /// The operating system.
    pub os: Os,
    /// What `networkMode` says.
    pub network: Option<&'static str>,
    /// What `ipcMode` says.
    pub ipc: Option<&'static str>,
}

impl Setting {
    /// Draws one of the sets of targets that are in use.
    pub fn draw(tape: &mut Tape) -> Self {
        use Target::{Ec2, External, Fargate, ManagedInstances};
        let (targets, declared, os) = tape.pick(&[
            (vec![Fargate], true, Os::Linux),
            (vec![Ec2], true, Os::Linux),
            (vec![External], true, Os::Linux),
            (vec![ManagedInstances], true, Os::Linux),
            (vec![Fargate, Ec2], true, Os::Linux),
            (vec![Fargate, ManagedInstances], true, Os::Linux),
            (vec![Ec2], false, Os::Linux),
            (vec![Ec2, Fargate], false, Os::Linux),
            (vec![Ec2], true, Os::Windows),
            (vec![Fargate], true, Os::Windows),
        ]);
        let mut setting = Self { targets, declared, os, network: None, ipc: None };
        let mut modes: Vec<Option<&str>> =
            setting.words("networkMode", &["awsvpc", "bridge", "host", "none"]).into_iter().map(Some).collect();
        if setting.cells("networkMode").iter().all(|cell| !matches!(cell, Cell::Exactly(_))) {
            modes.push(None);
        }
        setting.network = tape.pick(&modes);
        let ipc = setting.words("ipcMode", &["task", "host", "none"]);
        setting.ipc = ipc.get(tape.below(8)).copied();
        setting
    }

    /// The network mode in force.
    pub fn network(&self) -> &'static str {
        self.network.unwrap_or(match (self.os, self.targets[0]) {
            (Os::Windows, _) => "default",
            (Os::Linux, Target::ManagedInstances) => "awsvpc",
            (Os::Linux, _) => "bridge",
        })
    }

    /// Whether one of the targets is Fargate.
    pub fn on_fargate(&self) -> bool {
        self.targets.contains(&Target::Fargate)
    }

    /// Whether every target takes the field of the container at `path`, which is a path of the matrix or unknown to it.
    pub fn container(&self, path: &str) -> bool {
        self.takes(&format!("containerDefinitions[].{path}"))
    }

    /// Whether every target takes the field at `path`, for some value at least.
    pub fn takes(&self, path: &str) -> bool {
        self.cells(path).iter().all(|cell| match cell {
            Cell::No => false,
            // Scanners ask for a user on Windows although the documentation keeps the field from it.
            Cell::Unclear => path == "containerDefinitions[].user",
            Cell::Network(modes) => modes.contains(&self.network()),
            _ => true,
        })
    }

    /// Those of `words` that every target takes at `path`.
    pub fn words(&self, path: &str, words: &[&'static str]) -> Vec<&'static str> {
        let cells = self.cells(path);
        let taken = |word: &&str| {
            cells.iter().all(|cell| match cell {
                Cell::No | Cell::Unclear => false,
                Cell::Exactly(only) => only == word,
                Cell::OneOf(options) => options.contains(word),
                Cell::StartsWith(options) => options.iter().any(|start| word.starts_with(start)),
                _ => true,
            })
        };
        words.iter().copied().filter(taken).collect()
    }

    fn cells(&self, path: &str) -> Vec<Cell> {
        let row = ROWS.iter().find(|row| row.path == path);
        let columns = self.targets.iter().flat_map(|target| columns(*target, self.os));
        row.map(|row| columns.map(|column| row.cells[*column as usize]).collect()).unwrap_or_default()
    }
}
