//! How long `check` and `diff` take, and how much memory, over generated task definitions.
//!
//! `cargo bench --bench speed -- [--files N] [--seed N]`. Without `--files`, 1,000 and 10,000 files are measured. Beside each figure
//! of ours stand two others over the same files: `jq`, where it is installed, and a bare parse by `serde_json` in this process.

#![allow(missing_docs, reason = "a benchmark has no public items")]

mod definitions;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use definitions::Dice;
use ecs_harden::plan::Plan;
use ecs_harden_transforms::engine::Fault;
use ecs_harden_transforms::intent::{ExecUse, Selection, Wishes};
use ecs_harden_transforms::knobs::Layers;
use ecs_harden_transforms::model::TargetWish;
use ecs_harden_transforms::passes;

/// Of how many runs the fastest counts.
const RUNS: usize = 5;

struct Asked {
    files: Vec<usize>,
    seed: u64,
}

fn main() -> io::Result<()> {
    let asked = asked();
    let jq = Command::new("jq").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !jq {
        println!("jq is not installed, so there is nothing to compare with but a bare parse");
    }
    let cores = thread::available_parallelism().map_or(1, usize::from);
    println!("seed {}, {cores} cores, best of {RUNS} runs\n", asked.seed);
    println!("{:<34} {:>12} {:>12}", "", "time", "most memory");
    for count in asked.files {
        many(count, asked.seed, jq)?;
    }
    single(asked.seed, jq)
}

/// `cargo bench` adds `--bench`, which says nothing here.
fn asked() -> Asked {
    let mut asked = Asked { files: vec![1_000, 10_000], seed: 7 };
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(flag) = arguments.next() {
        let number = arguments.next().and_then(|number| number.parse::<u32>().ok());
        match (flag.as_str(), number) {
            ("--files", Some(files)) if files > 0 => asked.files = vec![files as usize],
            ("--seed", Some(seed)) => asked.seed = seed.into(),
            _ => panic!("usage: cargo bench --bench speed -- [--files N] [--seed N]"),
        }
    }
    asked
}

/// A directory of `count` definitions.
fn many(count: usize, seed: u64, jq: bool) -> io::Result<()> {
    let directory = tempfile::tempdir()?;
    let mut dice = Dice::new(seed);
    let files: Vec<PathBuf> = (0..count).map(|index| directory.path().join(format!("task-{index:05}.json"))).collect();
    let mut bytes = 0;
    for path in &files {
        let text = definitions::file(&mut dice);
        bytes += text.len();
        fs::write(path, text)?;
    }
    println!("{count} files, {} KiB", bytes / 1024);
    for command in ["check", "diff"] {
        let ours = || {
            let mut run = Command::new(env!("CARGO_BIN_EXE_ecs-harden"));
            run.arg(command).arg(directory.path());
            run
        };
        row(&format!("  ecs-harden {command} DIR"), best(|| run(&mut ours()))?, Some(most_memory(&mut ours())?));
    }
    compare(&files, jq)
}

/// One definition as large as ECS takes, in process; and one small file, the whole process.
fn single(seed: u64, jq: bool) -> io::Result<()> {
    let directory = tempfile::tempdir()?;
    let wishes = wishes();
    for (what, text) in [
        ("one definition of 64 KiB", definitions::large_file(&mut Dice::new(seed), 62 * 1024)),
        ("one definition of 512 KiB", definitions::large_file(&mut Dice::new(seed), 512 * 1024)),
        ("one small definition", definitions::file(&mut Dice::new(seed))),
    ] {
        println!("{what}, {} bytes", text.len());
        let path = directory.path().join("task.json");
        fs::write(&path, &text)?;
        let planned = best(|| {
            Plan::of(text.as_bytes(), &wishes, Fault::None)
                .map(drop)
                .map_err(|refusal| io::Error::other(refusal.message))
        })?;
        row("  plan, in process", planned, None);
        for command in ["check", "diff"] {
            let ours = || {
                let mut run = Command::new(env!("CARGO_BIN_EXE_ecs-harden"));
                run.arg(command).arg(&path);
                run
            };
            row(&format!("  ecs-harden {command} FILE"), best(|| run(&mut ours()))?, None);
        }
        compare(&[path], jq)?;
    }
    Ok(())
}

/// What others need to read the same files, those with comments and placeholders left out: they stop at them.
fn compare(files: &[PathBuf], jq: bool) -> io::Result<()> {
    let plain: Vec<&PathBuf> = files.iter().filter(|path| parse(path).is_ok()).collect();
    if plain.len() < files.len() {
        println!("  the {} of them that are plain JSON:", plain.len());
    }
    if jq {
        // As many names as surely fit on a command line.
        let whole = || plain.chunks(1_000).try_for_each(|some| run(Command::new("jq").arg(".").args(some)));
        row("  jq . FILE…", best(whole)?, None);
    }
    row("  serde_json, in process", best(|| plain.iter().try_for_each(|path| parse(path)))?, None);
    Ok(())
}

fn parse(path: &Path) -> io::Result<()> {
    serde_json::from_slice::<serde_json::Value>(&fs::read(path)?).map(drop).map_err(io::Error::from)
}

fn row(what: &str, time: Duration, memory: Option<u64>) {
    let memory =
        memory.map_or_else(String::new, |kib| format!("{:.1} MiB", Duration::from_secs(kib).as_secs_f64() / 1024.0));
    println!("{what:<34} {:>9.2} ms {memory:>12}", time.as_secs_f64() * 1000.0);
}

/// The time of the fastest of several runs.
fn best(mut run: impl FnMut() -> io::Result<()>) -> io::Result<Duration> {
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        let start = Instant::now();
        run()?;
        best = best.min(start.elapsed());
    }
    Ok(best)
}

/// Runs a command to its end, whatever its exit status: findings make it 1.
fn run(command: &mut Command) -> io::Result<()> {
    quiet(command).status().map(drop)
}

fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

/// The most memory that a run of the command had resident, in KiB. Linux tells while it runs; elsewhere this is 0.
fn most_memory(command: &mut Command) -> io::Result<u64> {
    let mut child = quiet(command).spawn()?;
    let mut most = 0;
    while child.try_wait()?.is_none() {
        most = most.max(resident(&child).unwrap_or(0));
        thread::sleep(Duration::from_millis(1));
    }
    Ok(most)
}

fn resident(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn wishes() -> Wishes {
    Wishes {
        images: std::sync::Arc::default(),
        pins: std::sync::Arc::default(),
        exec: ExecUse::NotKnown,
        selection: Selection::all(passes::ids()),
        target: TargetWish::default(),
        os: None,
        waivers: ecs_harden_transforms::waiver::Waivers::default(),
        layers: Layers::default(),
    }
}
