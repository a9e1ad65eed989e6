//! The program as it serves, with pages that call on it over real connections.

mod files;
mod pace;
mod pairs;
mod refusals;
mod runs;

use super::http::Server;
use super::{listen, open, serve};
use crate::arguments::read_words;
use protocol::codec::Message as _;
use protocol::socket::{CREDITS, Here, SUBPROTOCOL, Told, Visit, subprotocol_of};
use protocol::{Command, Event, Reply, RunSpec, RunState, Start};
use std::env;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};
use tungstenite::client::IntoClientRequest;
use tungstenite::handshake::client::Response;
use tungstenite::protocol::CloseFrame;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::{HandshakeError, Message, WebSocket};

/// How long a test waits for what has to come: who waits longer waits for nothing, and is to say so.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where these programs compute. A build with CUDA may be told that a card does: `HEADWATER_TEST_DEVICE=cuda:0`.
fn device_name() -> String {
    env::var("HEADWATER_TEST_DEVICE").unwrap_or_else(|_| "cpu".to_owned())
}

/// A program that serves for as long as the test process lives.
struct Served {
    address: SocketAddr,
    token: String,
    /// What stands in its address for the recordings.
    query: String,
}

impl Served {
    /// What `headwater serve` with these words does, on a free port.
    fn with(words: &[&str]) -> Self {
        Self::so(words, |_| {})
    }

    /// What it does with these words, and a server that was changed so.
    fn so(words: &[&str], change: impl FnOnce(&mut Server)) -> Self {
        let own = ["headwater", "serve", "--port", "0", "--threads", "2", "--device"].map(str::to_owned);
        let words = words.iter().map(|word| (*word).to_owned());
        let request = read_words(own.into_iter().chain([device_name()]).chain(words.clone()).map(Into::into))
            .unwrap_or_else(|_| panic!("{:?}", words.collect::<Vec<_>>()));
        let (listener, mut server) = open(&request).unwrap();
        change(&mut server);
        let (address, token) = (listener.local_addr().unwrap(), server.token.clone());
        let query = server.recordings.query();
        thread::spawn(move || serve(listener, server));
        Self { address, token, query }
    }

    /// The answer to a request of these lines; `HOST` stands for the program's own.
    fn ask(&self, lines: &str) -> String {
        let mut connection = self.connect();
        let text = lines.replace("HOST", &self.address.to_string()).replace('\n', "\r\n");
        write!(connection, "{text}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn here(&self) -> Here {
        let answer = self.ask(&format!("GET /engine HTTP/1.1\nHost: HOST\nAuthorization: Bearer {}", self.token));
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    fn connect(&self) -> TcpStream {
        let connection = TcpStream::connect(self.address).unwrap();
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        connection
    }

    /// Asks until what it answers is so.
    fn wait_until(&self, holds: impl Fn(&Here) -> bool) {
        let since = Instant::now();
        while !holds(&self.here()) {
            assert!(since.elapsed() < PATIENCE, "{:?}", self.here());
        }
    }

    /// Asks until no page drives any more.
    fn await_nobody(&self) {
        self.wait_until(|here| !here.driven);
    }

    /// A WebSocket, or the status of the refusal and what it says.
    fn shake_hands(
        &self,
        query: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<(WebSocket<TcpStream>, Response), (u16, String)> {
        let mut request = format!("ws://{}/engine?{query}", self.address).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match tungstenite::client(request, self.connect()) {
            Ok(made) => Ok(made),
            Err(HandshakeError::Failure(tungstenite::Error::Http(answer))) => {
                let body = answer.body().clone().unwrap_or_default();
                Err((answer.status().as_u16(), String::from_utf8(body).unwrap()))
            }
            Err(other) => panic!("{other}"),
        }
    }

    /// A page that joins has asked what is there, unless the visit says what it knows.
    fn call(&self, visit: Visit) -> Page {
        let asks = visit.joins && visit.which == 0;
        let visit = if asks { Visit { which: self.here().which, ..visit } } else { visit };
        let origin = format!("http://{}", self.address);
        let protocols = format!("{SUBPROTOCOL}, {}", subprotocol_of(&self.token));
        let headers = [("origin", origin.as_str()), ("sec-websocket-protocol", &protocols)];
        let (socket, answer) = self.shake_hands(&visit.to_string(), &headers).unwrap();
        assert_eq!(answer.headers()["sec-websocket-protocol"], SUBPROTOCOL);
        Page { socket, heard: 0, said_heard: 0 }
    }

    /// A page that is let in, with what it is told first.
    fn welcome(&self, visit: Visit) -> (Page, bool) {
        let mut page = self.call(visit);
        let Message::Text(text) = page.socket.read().unwrap() else { panic!("no welcome") };
        let Told::Welcome { heard, next, drives, .. } = serde_json::from_str(&text).unwrap() else { panic!("{text}") };
        (page.heard, page.said_heard) = (next, heard);
        (page, drives)
    }

    /// A page that begins this run.
    fn begin(&self, page: u64, spec: &RunSpec) -> Page {
        let (mut page, drives) = self.welcome(visit(page, 1));
        assert!(drives);
        page.say(&start(spec));
        page
    }
}

/// The first visit of a page's source.
fn visit(page: u64, source: u32) -> Visit {
    Visit { page, lane: 0, source, lanes: 1, heard: 0, joins: false, which: 0, drives: false }
}

fn start(spec: &RunSpec) -> Command {
    Command::Start(Box::new(Start { spec: spec.clone(), data_url: String::new(), credits: CREDITS, weights: None }))
}

/// The other end of a connection.
struct Page {
    socket: WebSocket<TcpStream>,
    /// Replies heard.
    heard: u64,
    /// Commands that the program says it has heard.
    said_heard: u64,
}

impl Page {
    fn say(&mut self, command: &Command) {
        self.socket.send(Message::Binary(command.encode().unwrap().into())).unwrap();
    }

    /// The next reply, or how the connection ends.
    fn next(&mut self) -> Result<Reply, Option<CloseFrame>> {
        loop {
            match self.socket.read() {
                Ok(Message::Binary(bytes)) => {
                    self.heard += 1;
                    return Ok(Reply::decode(&bytes).unwrap());
                }
                Ok(Message::Text(text)) => match serde_json::from_str(&text).unwrap() {
                    Told::Heard(count) => self.said_heard = count,
                    Told::Driving { driven, rests } => return Ok(Reply::Driving { driven, rests }),
                    other => panic!("{other:?}"),
                },
                Ok(Message::Close(frame)) => {
                    let _answered = self.socket.flush();
                    return Err(frame);
                }
                Ok(_) => {}
                Err(tungstenite::Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => {
                    panic!("the page waits for a reply after {} and none comes", self.heard)
                }
                Err(_) => return Err(None),
            }
        }
    }

    /// The replies up to one of this kind; each buffer of events is paid for at once if it `pays`.
    fn until(&mut self, pays: bool, is_last: impl Fn(&Reply) -> bool) -> Vec<Reply> {
        let mut replies = Vec::new();
        loop {
            let reply = self.next().unwrap();
            if pays && matches!(reply, Reply::Events(_)) {
                self.say(&Command::Credit);
            }
            let ends = is_last(&reply);
            replies.push(reply);
            if ends {
                return replies;
            }
        }
    }

    fn until_state(&mut self, pays: bool, state: RunState) -> Vec<Reply> {
        self.until(pays, |reply| *reply == Reply::State(state))
    }

    /// The code by which the program ends the connection.
    fn ended(&mut self) -> u16 {
        loop {
            if let Err(frame) = self.next() {
                return frame.map_or(0, |frame| frame.code.into());
            }
        }
    }

    /// The connection breaks.
    fn lose(self) {
        self.socket.get_ref().shutdown(Shutdown::Both).unwrap();
    }

    /// The page closes it.
    fn close(mut self, code: u16) {
        let frame = CloseFrame { code: CloseCode::from(code), reason: "".into() };
        self.socket.close(Some(frame)).unwrap();
        while self.socket.read().is_ok() {}
    }
}

/// The events among replies.
fn events(replies: &[Reply]) -> Vec<Event> {
    let each = replies.iter().filter_map(|reply| match reply {
        Reply::Events(events) => Some(events.clone()),
        _ => None,
    });
    each.flatten().collect()
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = listen(0).unwrap();
    let port = taken.local_addr().unwrap().port();
    let sentence = listen(port).unwrap_err().to_string();
    assert!(sentence.contains(&port.to_string()) && sentence.contains("--port"), "{sentence}");
}
