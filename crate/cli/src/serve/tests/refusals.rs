//! Whoever is not let in is told why, and the next page is served.

use super::{Served, start, visit};
use crate::arguments::train_default;
use protocol::socket::{Closing, SUBPROTOCOL, subprotocol_of};
use protocol::{Command, Reply, RunState};
use std::io::{Read, Write};
use std::net::{Ipv6Addr, Shutdown, TcpListener, TcpStream};
use std::time::Duration;
use tungstenite::Message;

#[test]
fn the_other_loopback_address_is_answered_too_where_there_is_one() {
    let served = Served::with(&[]);
    // The first answer comes once it serves.
    assert!(served.ask("GET /engine HTTP/1.1\nHost: HOST").starts_with("HTTP/1.1 401"));
    let port = served.address.port();
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        return;
    }
    let mut connection = TcpStream::connect((Ipv6Addr::LOCALHOST, port)).unwrap();
    write!(connection, "GET /engine HTTP/1.1\r\nHost: [::1]:{port}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
}

#[test]
fn only_this_computer_is_let_in_by_its_own_names() {
    let served = Served::with(&[]);
    let status = |lines: &str| {
        let answer = served.ask(lines);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert_eq!(body.trim_end().lines().count(), 1, "{answer}");
        assert!(!answer.contains(&served.token), "{answer}");
        head[9..12].to_owned()
    };
    let port = served.address.port();
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        for port in [String::new(), format!(":{port}"), ":1".to_owned()] {
            let lines = format!("GET /engine HTTP/1.1\nHost: {host}{port}\nOrigin: http://{host}{port}");
            assert_eq!(status(&lines), "401", "{lines}");
        }
    }
    let foreign =
        ["example.org", "127.0.0.1.example.org", "localhost.example.org:80", "127.0.0.2", "0.0.0.0", "::1", ""];
    let odd = ["127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:+80", "user@127.0.0.1", "127.0.0.1:80:80"];
    for host in foreign.iter().chain(&odd) {
        assert_eq!(status(&format!("GET /engine HTTP/1.1\nHost: {host}")), "403", "{host}");
        assert_eq!(status(&format!("GET / HTTP/1.1\nHost: {host}")), "403", "{host}");
    }
    for origin in
        ["http://example.org", "null", "https://HOST", "http://localhost", "http://HOST/", "http://127.0.0.1:1"]
    {
        assert_eq!(status(&format!("GET / HTTP/1.1\nHost: HOST\nOrigin: {origin}")), "403", "{origin}");
    }
    assert_eq!(status("GET / HTTP/1.1\nHost: HOST\nHost: HOST"), "403");
    assert_eq!(status("GET / HTTP/1.1\nHost: HOST\nOrigin: http://HOST\nOrigin: http://example.org"), "403");
    assert_eq!(status("POST /engine HTTP/1.1\nHost: HOST\nContent-Length: 0"), "405");
    for path in [
        "/nothing",
        "/../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "/etc/passwd",
        "//etc/passwd",
        "/%",
        "/%ff",
        "/recordings/",
    ] {
        assert_eq!(status(&format!("GET {path} HTTP/1.1\nHost: HOST")), "404", "{path}");
    }
}

/// Neither a request that never ends nor a connection that says nothing is kept; one that was upgraded is.
#[test]
fn a_request_that_does_not_end_is_closed() {
    let served = Served::so(&[], |server| server.patience = Duration::from_millis(200));
    let (mut page, _) = served.welcome(visit(1, 1));
    for half in ["", "GET /eng", "GET / HTTP/1.1\r\nHost: "] {
        let mut connection = served.connect();
        connection.write_all(half.as_bytes()).unwrap();
        let mut answer = Vec::new();
        // It waits until the program closes, or fails after a time that is far longer.
        connection.read_to_end(&mut answer).unwrap();
        assert!(!answer.starts_with(b"HTTP/1.1 2"), "{answer:?}");
    }
    page.say(&start(&train_default()));
    page.until_state(true, RunState::Ready);
}

#[test]
fn only_who_has_the_token_hears_what_is_here() {
    let served = Served::with(&[]);
    let (first, rest) = served.token.split_at(1);
    let other = if first == "0" { "1" } else { "0" };
    for wrong in [
        String::new(),
        "Bearer ".to_owned(),
        format!("Bearer {rest}"),
        format!("Bearer {other}{rest}"),
        format!("Bearer {}0", served.token),
        format!("bearer {}", served.token),
        served.token.clone(),
    ] {
        let answer = served.ask(&format!("GET /engine HTTP/1.1\nHost: HOST\nAuthorization: {wrong}"));
        assert!(answer.starts_with("HTTP/1.1 401 ") && !answer.contains(&served.token), "{answer}");
    }
    assert!(served.ask("GET /engine HTTP/1.1\nHost: HOST").starts_with("HTTP/1.1 401 "));
    let here = served.here();
    assert!(here.runs.is_empty() && !here.driven);
    assert!(!serde_json::to_string(&here).unwrap().contains(&served.token));
}

#[test]
fn a_socket_needs_origin_token_version_and_visit() {
    let served = Served::with(&[]);
    let origin = format!("http://{}", served.address);
    let protocols = format!("{SUBPROTOCOL}, {}", subprotocol_of(&served.token));
    let good = visit(1, 1).to_string();
    let refused = |query: &str, headers: &[(&'static str, &str)]| {
        let (status, words) = served.shake_hands(query, headers).map(|_| ()).unwrap_err();
        assert!(words.trim_end().lines().count() == 1 && !words.contains(&served.token), "{words}");
        status
    };
    let mine = ("origin", origin.as_str());
    let full = ("sec-websocket-protocol", protocols.as_str());
    let bare = subprotocol_of(&served.token);
    assert_eq!(refused(&good, &[full]), 403);
    assert_eq!(refused(&good, &[("origin", "http://example.org"), full]), 403);
    assert_eq!(refused(&good, &[("host", "example.org"), ("origin", "http://example.org"), full]), 403);
    assert_eq!(refused(&good, &[mine]), 401);
    assert_eq!(refused(&good, &[mine, ("sec-websocket-protocol", SUBPROTOCOL)]), 401);
    assert_eq!(
        refused(&good, &[mine, ("sec-websocket-protocol", "headwater.1, token.00000000000000000000000000000000")]),
        401
    );
    assert_eq!(refused(&good, &[mine, ("sec-websocket-protocol", &bare)]), 400);
    assert_eq!(refused("page=1", &[mine, full]), 400);
    assert_eq!(refused("page=1&lane=5&source=1&lanes=1&heard=0&joins=0&which=0&drives=0", &[mine, full]), 400);
    // The next page is served.
    assert!(served.shake_hands(&good, &[mine, full]).is_ok());
}

#[test]
fn what_cannot_be_read_ends_the_connection_and_not_the_run() {
    let served = Served::with(&[]);
    let mut page = served.begin(1, &train_default());
    page.until_state(true, RunState::Ready);
    let mut heard = page.heard;
    let mut command = vec![0xff; 40];
    command[0] = 200;
    for wrong in [Message::Text("{}".into()), Message::Binary(command.into()), Message::Binary(Vec::new().into())] {
        page.socket.send(wrong).unwrap();
        assert_eq!(page.ended(), Closing::Unreadable as u16);
        heard = heard.max(page.heard);
        page = served.welcome(protocol::socket::Visit { heard, ..visit(1, 1) }).0;
    }
    // A frame that says it is larger than any.
    let _sent = page.socket.get_mut().write_all(&[0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4, 0]);
    assert_eq!(page.ended(), Closing::Unreadable as u16);
    // And bytes that are no frame.
    let mut page = served.welcome(protocol::socket::Visit { heard: page.heard, ..visit(1, 1) }).0;
    let _sent = page.socket.get_mut().write_all(&[0xff; 64]);
    let _ends = page.ended();
    let (mut page, drives) = served.welcome(protocol::socket::Visit { heard: page.heard, ..visit(1, 1) });
    assert!(drives);
    page.say(&Command::Ping);
    page.until(true, |reply| *reply == Reply::Here);
    // A source that says it heard what nobody said.
    assert_eq!(served.call(protocol::socket::Visit { heard: 1 << 40, ..visit(1, 1) }).ended(), Closing::Gone as u16);
    page.say(&start(&train_default()));
    page.until_state(true, RunState::Ready);
}

#[test]
fn requests_that_are_none_do_no_harm() {
    let served = Served::with(&[]);
    for bytes in [&b"\x16\x03\x01\x00\x05hello"[..], b"GET\r\n\r\n", b"\0\0\0\0\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"] {
        let mut connection = TcpStream::connect(served.address).unwrap();
        connection.write_all(bytes).unwrap();
        connection.shutdown(Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        let _closed = connection.read_to_end(&mut answer);
        assert!(!String::from_utf8_lossy(&answer).contains("200 OK"));
    }
    // One that breaks off.
    drop(TcpStream::connect(served.address).unwrap());
    assert!(served.here().runs.is_empty());
}
