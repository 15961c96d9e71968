//! A scratch repository with a base and a pull request, checked out as the action `checkout` does it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::runner::{Done, Job};
use super::server::Server;

/// What stands in definitions and must not leave.
pub const SECRET: &str = "pl4nted-s3cr3t-value";

/// A definition with one container: what every pass takes, or one that names no user and holds a secret.
pub fn definition(family: &str, weak: bool) -> String {
    let user = if weak { "" } else { " \"user\": \"1000:1000\"," };
    format!(
        "{{\n  \"family\": \"{family}\",\n  \"containerDefinitions\": [\n    {{\n      \"name\": \"app\", \"image\": \"app:1\",{user} \"memory\": 64,\n      \"environment\": [{{ \"name\": \"GREETING\", \"value\": \"{SECRET}\" }}]\n    }}\n  ]\n}}\n"
    )
}

pub struct World {
    pub directory: tempfile::TempDir,
    pub github: Server,
    pub job: Job,
}

pub fn git(directory: &Path, arguments: &[&str]) -> String {
    let done = Command::new("git")
        .current_dir(directory)
        .args(["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"])
        .args(["-c", "protocol.file.allow=always", "-c", "advice.detachedHead=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

fn write(directory: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = directory.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    git(directory, &["add", "--all"]);
    git(directory, &["commit", "--quiet", "--allow-empty", "--message", "more"]);
}

impl World {
    /// A pull request: the files of its base, the files that it adds or changes.
    pub fn pull_request(base: &[(&str, &str)], head: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let origin = directory.path().join("origin");
        for name in ["origin", "workspace", "own/temp", "home", "bin"] {
            fs::create_dir_all(directory.path().join(name)).unwrap();
        }
        git(&origin, &["init", "--quiet", "--initial-branch", "main"]);
        write(&origin, base);
        let github = Server::start();
        let job = Job {
            workspace: directory.path().join("workspace"),
            own: directory.path().join("own"),
            environment: environment(directory.path(), &github.url),
            inputs: BTreeMap::from([
                ("binary".into(), env!("CARGO_BIN_EXE_ecs-harden").into()),
                ("arguments".into(), "--only\nroot-user".into()),
            ]),
            action: ("acme/ecs-harden".into(), "v0".into()),
            others_end: "success",
        };
        let world = Self { directory, github, job };
        git(&origin, &["switch", "--quiet", "--create", "topic"]);
        world.push(head);
        world
    }

    pub fn origin(&self) -> PathBuf {
        self.directory.path().join("origin")
    }

    /// More on the branch of the pull request; GitHub merges it into the base for the run.
    pub fn push(&self, files: &[(&str, &str)]) {
        let origin = self.origin();
        write(&origin, files);
        git(&origin, &["switch", "--quiet", "--detach", "main"]);
        git(&origin, &["merge", "--quiet", "--no-ff", "--message", "merge", "topic"]);
        git(&origin, &["update-ref", "refs/pull/7/merge", "HEAD"]);
        git(&origin, &["switch", "--quiet", "topic"]);
    }

    /// As the action `checkout` does it: all of it, or the one commit.
    pub fn check_out(&self, whole: bool) {
        let workspace = &self.job.workspace;
        fs::remove_dir_all(workspace).unwrap();
        fs::create_dir(workspace).unwrap();
        git(workspace, &["init", "--quiet"]);
        git(workspace, &["remote", "add", "origin", &format!("file://{}", self.origin().display())]);
        let merge = "+refs/pull/7/merge:refs/remotes/pull/7/merge";
        if whole {
            git(workspace, &["fetch", "--quiet", "origin", "+refs/heads/*:refs/remotes/origin/*", merge]);
        } else {
            git(workspace, &["fetch", "--quiet", "--no-tags", "--depth=1", "origin", merge]);
        }
        git(workspace, &["checkout", "--quiet", "--force", "refs/remotes/pull/7/merge"]);
    }

    pub fn input(&mut self, name: &str, value: &str) {
        self.job.inputs.insert(name.into(), value.into());
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.job.environment.insert(name.into(), value.into());
    }

    pub fn environment_without(&mut self, name: &str) {
        self.job.environment.remove(name);
    }

    /// Runs the action, in a new job.
    pub fn run(&self) -> Done {
        drop(fs::remove_file(self.job.own.join("summary")));
        self.job.run()
    }
}

/// What the runner of GitHub sets for a pull request, and no more of ours than it takes to find programs.
fn environment(directory: &Path, url: &str) -> BTreeMap<String, String> {
    let path = format!("{}:{}", directory.join("bin").display(), std::env::var("PATH").unwrap());
    let home = directory.join("home");
    let api = format!("{url}/api");
    [
        ("PATH", path.as_str()),
        ("HOME", home.to_str().unwrap()),
        ("CI", "true"),
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_API_URL", &api),
        ("GITHUB_SERVER_URL", url),
        ("GITHUB_REPOSITORY", "acme/shop"),
        ("GITHUB_EVENT_NAME", "pull_request"),
        ("GITHUB_REF", "refs/pull/7/merge"),
        ("GITHUB_BASE_REF", "main"),
        ("GITHUB_HEAD_REF", "topic"),
        ("RUNNER_OS", "Linux"),
        ("RUNNER_ARCH", "X64"),
        ("ECS_HARDEN_TEST_TODAY", "2027-01-15"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}
