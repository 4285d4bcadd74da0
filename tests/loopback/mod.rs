//! A small server on the loopback address that answers as a test says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What was asked.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The method, the path and the query.
    pub line: String,
    /// The operation: `Action` of a form, else the target of the JSON protocols, else nothing.
    pub operation: String,
    /// The body.
    pub body: String,
}

/// What is answered.
pub enum Reply {
    /// A status and a body.
    Says(u16, String),
    /// Half a body, then nothing.
    Cut(String),
}

/// What a test does with each request.
type Handler = dyn Fn(&Asked) -> Reply + Send + Sync;

/// The server; it ends with the test's process.
pub struct Loopback {
    /// Where it listens.
    pub endpoint: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Loopback {
    /// Listens on a free port.
    pub fn new(handler: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Loopback {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let handler: Arc<Handler> = Arc::new(handler);
        let seen = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (handler, seen) = (Arc::clone(&handler), Arc::clone(&seen));
                thread::spawn(move || serve(&stream, &*handler, &seen));
            }
        });
        Loopback { endpoint, asked }
    }

    /// How often something was asked.
    pub fn count(&self, what: impl Fn(&Asked) -> bool) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|one| what(one)).count()
    }
}

/// Answers one request; each has a connection of its own.
fn serve(mut stream: &TcpStream, handler: &Handler, seen: &Mutex<Vec<Asked>>) {
    let Some(asked) = read(stream) else {
        return;
    };
    let reply = handler(&asked);
    seen.lock().unwrap().push(asked);
    let (status, length, body) = match reply {
        Reply::Says(status, body) => (status, body.len(), body),
        Reply::Cut(body) => (200, body.len() * 2, body),
    };
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    // Whoever has gone away needs no answer.
    let _ = stream.write_all(head.as_bytes());
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut asked = Asked {
        line: line.trim_end_matches(" HTTP/1.1\r\n").to_owned(),
        ..Asked::default()
    };
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "x-amz-target" => {
                asked.operation = value.rsplit('.').next().unwrap_or_default().to_owned();
            }
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    asked.body = String::from_utf8(body).ok()?;
    let action = asked
        .body
        .split('&')
        .find_map(|it| it.strip_prefix("Action="));
    if let Some(action) = action {
        asked.operation = action.to_owned();
    }
    Some(asked)
}
