//! As much of GitHub as the action talks to: comments of one pull request, and files of releases, over HTTP on the loopback.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

/// Who a workflow's own token writes as.
pub const BOT: &str = "github-actions[bot]";
/// The token that may write.
pub const TOKEN: &str = "ghs_pl4ntedTokenOfTheJob";

/// What it holds, and what it was asked.
#[derive(Default)]
pub struct State {
    /// The comments, oldest first.
    pub comments: Vec<Value>,
    /// Files, by path.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Method and path of every request for comments.
    pub asked: Vec<String>,
    /// The status of every request that writes, where it is refused.
    pub refusal: Option<u16>,
    /// What every request for comments is answered, where it is nonsense.
    pub nonsense: Option<&'static [u8]>,
}

/// The server; it ends with the process.
pub struct Server {
    pub url: String,
    pub state: Arc<Mutex<State>>,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let shared = Arc::clone(&shared);
                // One connection, one request: whoever breaks off breaks only that.
                thread::spawn(move || drop(answer(stream.unwrap(), &shared)));
            }
        });
        Self { url, state }
    }

    /// A comment that stands there already.
    pub fn comment(&self, author: &str, body: &str) {
        let mut state = self.state.lock().unwrap();
        let comment = new_comment(&state, author, &body.into());
        state.comments.push(comment);
    }

    /// The texts of the comments.
    pub fn bodies(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        state.comments.iter().map(|comment| comment["body"].as_str().unwrap().to_owned()).collect()
    }

    /// What was asked since the last time.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().asked)
    }

    pub fn file(&self, path: &str, text: Vec<u8>) {
        self.state.lock().unwrap().files.insert(path.to_owned(), text);
    }
}

fn new_comment(state: &State, author: &str, body: &Value) -> Value {
    json!({ "id": 1000 + state.comments.len(), "user": { "login": author }, "body": body })
}

fn answer(mut stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let (mut length, mut token) = (0, String::new());
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match (name.to_lowercase().as_str(), value.trim()) {
            ("content-length", value) => length = value.parse().unwrap(),
            ("authorization", value) => value.clone_into(&mut token),
            ("expect", _) => stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let (status, told) = if let Some(asked) = target.strip_prefix("/api/") {
        api(method, asked, &token, &body, &mut state.lock().unwrap())
    } else {
        let file = target.split('?').next().and_then(|path| state.lock().unwrap().files.get(path).cloned());
        file.map_or((404, Vec::new()), |text| (200, text))
    };
    write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", told.len())?;
    stream.write_all(&told)
}

fn api(method: &str, asked: &str, token: &str, body: &[u8], state: &mut State) -> (u16, Vec<u8>) {
    state.asked.push(format!("{method} {asked}"));
    if token != format!("Bearer {TOKEN}") {
        return (401, b"{}".to_vec());
    }
    if method != "GET"
        && let Some(status) = state.refusal
    {
        return (status, b"{\"message\": \"Resource not accessible by integration\"}".to_vec());
    }
    let text = || serde_json::from_slice::<Value>(body).unwrap()["body"].take();
    let of_one = "repos/acme/shop/issues/7/comments";
    if method == "GET"
        && let Some(page) = asked.strip_prefix(of_one).and_then(|rest| rest.strip_prefix("?per_page=100&page="))
    {
        if let Some(nonsense) = state.nonsense {
            return (200, nonsense.to_vec());
        }
        let page: usize = page.parse().unwrap();
        let told: Vec<&Value> = state.comments.iter().skip((page - 1) * 100).take(100).collect();
        return (200, serde_json::to_vec(&told).unwrap());
    }
    if method == "POST" && asked == of_one {
        let comment = new_comment(state, BOT, &text());
        state.comments.push(comment);
        return (201, b"{}".to_vec());
    }
    let wanted = asked.strip_prefix("repos/acme/shop/issues/comments/");
    let found = state.comments.iter_mut().find(|comment| wanted == Some(comment["id"].to_string().as_str()));
    match found {
        Some(comment) if method == "PATCH" => {
            comment["body"] = text();
            (200, b"{}".to_vec())
        }
        _ => (404, b"{}".to_vec()),
    }
}
