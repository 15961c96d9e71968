//! A tiny HTTP server on the loopback that answers by a script and keeps what it was sent.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// What the server does with a request that it has read.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// Closes the connection without a word.
    Drop,
    /// Closes the connection in the midst of the body.
    Half,
    /// Keeps the connection open and says nothing.
    Silence,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::Answer { status, headers: vec![("x-amzn-requestid", "r-1".to_owned())], body: body.into() }
    }

    pub(crate) fn with(self, name: &'static str, value: &str) -> Self {
        match self {
            Self::Answer { status, mut headers, body } => {
                headers.push((name, value.to_owned()));
                Self::Answer { status, headers, body }
            }
            other => other,
        }
    }
}

struct State {
    script: VecDeque<Reply>,
    seen: Vec<Request>,
}

/// Answers each request with the next reply of its script; the last one stays.
pub(crate) struct Server {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

impl Server {
    pub(crate) fn new(script: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let script: VecDeque<_> = script.into_iter().collect();
        let state = Arc::new(Mutex::new(State { script, seen: Vec::new() }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let state = Arc::clone(&shared);
                thread::spawn(move || drop(serve(&stream.unwrap(), &state)));
            }
        });
        Self { url, state }
    }

    pub(crate) fn seen(&self) -> Vec<Request> {
        self.state.lock().unwrap().seen.clone()
    }
}

/// Serves one connection until either side closes it.
fn serve(stream: &TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader)? {
        let reply = {
            let mut state = state.lock().unwrap();
            state.seen.push(request);
            if state.script.len() > 1 { state.script.pop_front() } else { state.script.front().cloned() }
        };
        let mut writer = stream;
        match reply.expect("a script has at least one reply") {
            Reply::Answer { status, headers, body } => {
                write!(writer, "HTTP/1.1 {status} x\r\ncontent-length: {}\r\n", body.len())?;
                for (name, value) in headers {
                    write!(writer, "{name}: {value}\r\n")?;
                }
                writer.write_all(b"\r\n")?;
                writer.write_all(&body)?;
            }
            Reply::Half => {
                write!(writer, "HTTP/1.1 200 x\r\ncontent-length: 100\r\n\r\n{{\"half\":")?;
                return Ok(());
            }
            Reply::Drop => return Ok(()),
            Reply::Silence => thread::sleep(Duration::from_mins(1)),
        }
    }
    Ok(())
}

fn read(reader: &mut impl BufRead) -> std::io::Result<Option<Request>> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut words = first.split_whitespace().map(str::to_owned);
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(None) };
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut request = Request { method, target, headers, body: Vec::new() };
    let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    request.body.resize(length, 0);
    reader.read_exact(&mut request.body)?;
    Ok(Some(request))
}
