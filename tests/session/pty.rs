//! A shell in a pseudo terminal that runs one session: what `stty` says before and after stands around it, and everything that the
//! terminal got is looked at in the end.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use expectrl::Session;
use expectrl::process::unix::{PtyStream, UnixProcess};
use tempfile::TempDir;

/// What every value of the definitions holds that nobody may see.
pub(crate) const PLANTED: &str = "planted";
/// Longer than anything takes that does not hang.
const LIMIT: Duration = Duration::from_mins(1);
/// What the values of the examples are.
const OF_THE_EXAMPLES: [&str; 1] = ["correct-horse"];

/// Ctrl-C.
pub(crate) const CTRL_C: &str = "\u{3}";

/// Where a session is held, and with what.
pub(crate) struct Stage {
    pub(crate) place: TempDir,
    pub(crate) columns: u16,
    pub(crate) environment: Vec<(String, String)>,
}

/// A session that is held.
pub(crate) struct Pty {
    session: Session<UnixProcess, PtyStream>,
    /// Everything that the terminal got.
    all: Vec<u8>,
    /// How much of it was awaited already.
    mark: usize,
}

/// How it ended.
pub(crate) struct Ended {
    pub(crate) status: i32,
    /// What the terminal got, without colours and cursor keys.
    pub(crate) text: String,
}

impl Stage {
    /// A directory with this definition, in which no policy from above is found.
    pub(crate) fn with(name: &str, text: &str) -> Self {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir(place.path().join(".git")).unwrap();
        fs::write(place.path().join(name), text).unwrap();
        Self { place, columns: 100, environment: Vec::new() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.path(name)).ok()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Every file and what it holds, but for what is kept of sessions.
    pub(crate) fn files(&self) -> Vec<(PathBuf, String)> {
        let mut files: Vec<(PathBuf, String)> = fs::read_dir(self.place.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file())
            .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
            .collect();
        files.sort();
        files
    }

    /// The program with the environment of a session.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-harden"));
        self.dress(&mut command);
        command.args(arguments);
        command
    }

    fn dress(&self, command: &mut Command) {
        command.current_dir(self.place.path()).env("TERM", "xterm-256color").env("XDG_STATE_HOME", self.path(".state"));
        command.env("ECS_HARDEN_TEST_TODAY", "2026-06-30");
        for name in ["CI", "NO_COLOR", "AWS_REGION", "AWS_DEFAULT_REGION", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
    }

    /// Begins a session and waits for its first screen.
    pub(crate) fn begin(&self, arguments: &[&str]) -> Pty {
        let mut pty = self.start(arguments);
        pty.expect("begin ·");
        pty
    }

    /// Begins to run the program in a terminal.
    pub(crate) fn start(&self, arguments: &[&str]) -> Pty {
        // The shell waits until the terminal has its size.
        let script = "read -r _; stty -a; \"$@\"; echo \"ended with $?\"; stty -a; echo the end";
        let mut command = Command::new("sh");
        self.dress(&mut command);
        command.args(["-c", script, "sh", env!("CARGO_BIN_EXE_ecs-harden")]).args(arguments);
        let mut session = Session::spawn(command).unwrap();
        session.get_process_mut().set_window_size(self.columns, 40).unwrap();
        let mut pty = Pty { session, all: Vec::new(), mark: 0 };
        pty.send("\n");
        pty
    }
}

impl Pty {
    /// Presses keys.
    pub(crate) fn send(&mut self, keys: &str) {
        self.session.write_all(keys.as_bytes()).unwrap();
        self.session.flush().unwrap();
    }

    /// Gives the terminal another size.
    pub(crate) fn resize(&mut self, columns: u16) {
        self.session.get_process_mut().set_window_size(columns, 40).unwrap();
    }

    /// Waits until a text is shown that was not awaited before.
    #[track_caller]
    pub(crate) fn expect(&mut self, text: &str) {
        let begun = Instant::now();
        loop {
            let shown = plain(&self.all);
            if let Some(at) = shown[self.mark..].find(text) {
                self.mark += at + text.len();
                return;
            }
            assert!(begun.elapsed() < LIMIT, "{text:?} is not shown:\n{}", &shown[self.mark..]);
            assert!(self.read(), "it ended before {text:?} was shown:\n{}", &shown[self.mark..]);
        }
    }

    /// Presses keys and waits for what they lead to.
    #[track_caller]
    pub(crate) fn press(&mut self, keys: &str, text: &str) {
        self.send(keys);
        self.expect(text);
    }

    /// Everything that the program wrote, as a terminal gets it.
    pub(crate) fn raw(&self) -> String {
        String::from_utf8_lossy(&self.all).into_owned()
    }

    /// Reads what there is; whether more may come.
    fn read(&mut self) -> bool {
        let mut buffer = [0; 4096];
        match self.session.try_read(&mut buffer) {
            Ok(0) => false,
            Ok(length) => {
                self.all.extend_from_slice(&buffer[..length]);
                true
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                thread::sleep(Duration::from_millis(4));
                true
            }
            // Linux says so where nobody holds the other end any more.
            Err(_) => false,
        }
    }

    /// Waits for the end, and looks at everything: the terminal is as it was, and no value was shown.
    #[track_caller]
    pub(crate) fn end(mut self) -> Ended {
        self.expect("ended with ");
        self.expect("the end");
        let text = plain(&self.all);
        let (before, after) = text.split_once("ended with ").unwrap();
        let status: i32 = after.split_whitespace().next().unwrap().parse().unwrap();
        let settings = |text: &str| -> String {
            let from = text.find("speed ").unwrap();
            // Until the first line that is none of `stty`.
            text[from..].lines().take_while(|line| line.contains([';', '-', ' ']) && !line.is_empty()).take(6).collect()
        };
        assert_eq!(settings(after), settings(before), "the terminal came back otherwise");
        let raw = String::from_utf8_lossy(&self.all);
        assert_eq!(raw.matches("\u{1b}[?25l").count(), raw.matches("\u{1b}[?25h").count(), "the cursor is hidden");
        for value in OF_THE_EXAMPLES.into_iter().chain([PLANTED]) {
            assert!(!text.contains(value), "a value was shown:\n{text}");
        }
        Ended { status, text }
    }
}

/// What a terminal got, without the sequences that drive it.
pub(crate) fn plain(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut plain = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' => drop(letters.by_ref().skip(1).find(char::is_ascii_alphabetic)),
            '\r' => {}
            letter => plain.push(letter),
        }
    }
    plain
}

/// The definition of an example.
pub(crate) fn example(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)).unwrap()
}
