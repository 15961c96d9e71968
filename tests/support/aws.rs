//! A double of AWS for tests: Amazon ECS with its roll-outs, `CodeDeploy`, and what stands around them, over HTTP.
//!
//! The double itself is Python (`tests/support/aws/`, whose README tells how to seed a world and how to script a roll-out). This starts
//! one process for each [`Double`] on a port of its own, and ends it when the value is dropped.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The region that the double stands for unless a request is signed for another.
pub const REGION: &str = "eu-central-1";
/// The account that every ARN of the double names.
pub const ACCOUNT: &str = "123456789012";

/// A double that runs. Dropping it ends the process.
#[derive(Debug)]
pub struct Double {
    process: Child,
    port: u16,
}

/// One call that the double answered, or dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The place in the order of calls, from 1.
    pub n: usize,
    /// The service, as requests to it are signed: `ecs`, `codedeploy`, `logs` …
    pub service: String,
    /// The operation: `UpdateService`.
    pub operation: String,
    /// Whether the operation changes anything.
    pub writes: bool,
    /// The cluster, service, task definition, family … that the request names.
    pub target: Value,
    /// The request with every value masked that is not on the double's list.
    pub body: Value,
    /// The digest of the request's bytes.
    pub sha256: String,
    /// The status that was answered; none where the connection was dropped.
    pub status: Option<u16>,
    /// What the SDK says of its attempts: `attempt=2; max=3`.
    pub attempt: Option<String>,
    /// The kind of the fault that was met.
    pub fault: Option<String>,
}

impl Double {
    /// Starts one with nothing in it.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// Starts one with arguments of the launcher, such as `--keep-bodies`.
    pub fn with(arguments: &[&str]) -> Self {
        let mut process = Command::new(interpreter())
            .args(["-m", "launcher", "--until-eof"])
            .args(arguments)
            .current_dir(directory())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("the double of AWS does not start: {error}"));
        let mut line = String::new();
        if let Some(told) = process.stdout.take() {
            BufReader::new(told)
                .read_line(&mut line)
                .unwrap_or_else(|error| panic!("the double of AWS is silent: {error}"));
        }
        let port =
            line.trim().parse().unwrap_or_else(|_| panic!("the double of AWS ended at its start; stderr tells why"));
        Self { process, port }
    }

    /// What to give as the endpoint of every service.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The environment in which an SDK finds the double and nothing of the developer's own.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL", self.endpoint()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("AWS_CONFIG_FILE", "/nonexistent/config".to_owned()),
            ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials".to_owned()),
        ]
    }

    /// Adds a world (README, "Seeds") and tells the ARNs that came of it.
    pub fn seed(&self, world: &Value) -> Value {
        self.control("POST", "seed", Some(world))
    }

    /// Sets faults (README, "Faults").
    pub fn faults(&self, faults: &Value) {
        self.control("POST", "faults", Some(faults));
    }

    /// What was asked since the start or the last [`Self::forget_calls`], in order.
    pub fn calls(&self) -> Vec<Call> {
        let told = self.control("GET", "calls", None);
        told.as_array().map(Vec::as_slice).unwrap_or_default().iter().map(Call::read).collect()
    }

    /// Wipes the list of calls.
    pub fn forget_calls(&self) {
        self.control("DELETE", "calls", None);
    }

    /// The bytes of a call's body; the double has to be started with `--keep-bodies`.
    pub fn raw(&self, n: usize) -> Vec<u8> {
        self.exchange("GET", &format!("/_double/raw/{n}"), b"", &[]).1
    }

    /// Forgets everything: world, calls, faults.
    pub fn reset(&self) {
        self.control("POST", "reset", None);
    }

    /// A request to the double itself; panics with its words where it refuses, for then the test is wrong.
    pub fn control(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let body = body.map(Value::to_string).unwrap_or_default();
        let (status, told) = self.exchange(method, &format!("/_double/{path}"), body.as_bytes(), &[]);
        let told = String::from_utf8_lossy(&told).into_owned();
        assert_eq!(status, 200, "{method} {path}: {told}");
        serde_json::from_str(&told).unwrap_or_else(|error| panic!("{method} {path}: {error}: {told}"))
    }

    /// One HTTP request: status and body of the answer.
    pub fn exchange(&self, method: &str, path: &str, body: &[u8], headers: &[(&str, &str)]) -> (u16, Vec<u8>) {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n", self.port);
        for (name, value) in headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let _ = write!(head, "Content-Length: {}\r\n\r\n", body.len());
        let mut answer = Vec::new();
        TcpStream::connect(("127.0.0.1", self.port))
            .and_then(|mut stream| {
                stream.write_all(&[head.as_bytes(), body].concat())?;
                stream.read_to_end(&mut answer)
            })
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(answer.len());
        let status =
            String::from_utf8_lossy(&answer[..end]).split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
        (status, answer.get(end + 4..).unwrap_or_default().to_vec())
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing of it stays.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Call {
    fn read(told: &Value) -> Self {
        let text = |name: &str| told[name].as_str().map(str::to_owned);
        Self {
            n: told["n"].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or_default(),
            service: text("service").unwrap_or_default(),
            operation: text("operation").unwrap_or_default(),
            writes: told["writes"] == Value::Bool(true),
            target: told["target"].clone(),
            body: told["body"].clone(),
            sha256: text("sha256").unwrap_or_default(),
            status: told["status"].as_u64().and_then(|status| u16::try_from(status).ok()),
            attempt: text("attempt"),
            fault: text("fault"),
        }
    }
}

/// Where the double's own files are.
pub fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/aws")
}

/// The interpreter of the double's venv, which the first test that asks makes below cargo's target directory.
pub fn interpreter() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| {
        let into = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("aws-double");
        let python = std::env::var_os("ECS_HARDEN_PYTHON").unwrap_or_else(|| "python3".into());
        let done = Command::new(&python)
            .arg(directory().join("provision.py"))
            .arg(into)
            .output()
            .unwrap_or_else(|error| panic!("the double of AWS needs {}, 3.11 or later: {error}", python.display()));
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        PathBuf::from(String::from_utf8_lossy(&done.stdout).trim())
    })
}
