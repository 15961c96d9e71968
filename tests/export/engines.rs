//! The program that runs cfn-guard and regorus: built from `tests/export/engines`, outside the workspace.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;

use serde_json::{Value, json};

use super::Found;

/// The program, built.
pub(crate) struct Engines(PathBuf);

/// What is judged, and by what.
pub(crate) struct Job<'j> {
    pub(crate) guard: Option<&'j str>,
    pub(crate) rego: Option<&'j str>,
    pub(crate) inputs: &'j [Value],
}

impl Engines {
    /// The program, or none where it cannot be had: that is told, and not put up with under CI.
    pub(crate) fn get() -> Option<&'static Self> {
        static BUILT: OnceLock<Option<Engines>> = OnceLock::new();
        BUILT.get_or_init(Self::build).as_ref()
    }

    fn build() -> Option<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let target = root.join("target/engines");
        let output = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--locked", "--manifest-path"])
            .arg(root.join("tests/export/engines/Cargo.toml"))
            .arg("--target-dir")
            .arg(&target)
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        if output.status.success() {
            return Some(Self(
                target.join("debug").join(format!("ecs-harden-export-engines{}", std::env::consts::EXE_SUFFIX)),
            ));
        }
        let out_of_reach = ["failed to download", "failed to get", "Could not resolve host"];
        assert!(out_of_reach.iter().any(|sign| told.contains(sign)), "the engines do not build:\n{told}");
        assert!(std::env::var_os("CI").is_none(), "cfn-guard and regorus cannot be downloaded here:\n{told}");
        println!("skipped: cfn-guard and regorus cannot be downloaded here");
        None
    }

    /// An answer for each input; two processes share them.
    pub(crate) fn judge(&self, job: &Job<'_>) -> Vec<Value> {
        let half = job.inputs.len().div_ceil(2).max(1);
        thread::scope(|scope| {
            let parts: Vec<_> =
                job.inputs.chunks(half).map(|inputs| scope.spawn(|| self.judge_alone(job, inputs))).collect();
            parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
        })
    }

    fn judge_alone(&self, job: &Job<'_>, inputs: &[Value]) -> Vec<Value> {
        let mut child = Command::new(&self.0).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let job = json!({ "guard": job.guard, "rego": job.rego, "inputs": inputs });
        child.stdin.take().unwrap().write_all(job.to_string().as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "the engines could not judge");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// What `cfn-guard validate` shows, format by format.
    pub(crate) fn shown(&self, directory: &Path, rules: &str, template: &str) -> String {
        let output = Command::new(&self.0).current_dir(directory).args([rules, template]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

/// The passes of the Guard rules that fail.
pub(crate) fn failed(answer: &Value) -> Found {
    let names = answer["guard"]["fail"].as_array().unwrap().iter();
    names.map(|name| name.as_str().unwrap().replace('_', "-")).collect()
}

/// The passes of what Rego denies or warns of.
pub(crate) fn denied(answer: &Value) -> Found {
    let found = ["deny", "warn"].into_iter().flat_map(|kind| answer["rego"][kind].as_array().unwrap());
    found.map(|finding| finding["pass"].as_str().unwrap().to_owned()).collect()
}
