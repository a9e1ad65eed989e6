//! A small HTTP/1.1 server of static files for the loopback address: GET and HEAD, one request a connection, one thread
//! a connection. It never leaves its folder.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// A request line and its headers must fit into this.
const LONGEST_HEAD: u64 = 16 * 1024;

/// A browser opens connections ahead of need; one that stays silent this long is closed.
const PATIENCE: Duration = Duration::from_secs(30);

/// Takes a port on the loopback address; 0 takes a free one.
pub fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
}

/// Serves the folder to everyone who connects, for as long as the process lives.
pub fn serve(listener: &TcpListener, folder: PathBuf) -> io::Result<()> {
    let folder: Arc<Path> = fs::canonicalize(folder)?.into();
    for connection in listener.incoming() {
        let Ok(connection) = connection else { continue };
        let folder = Arc::clone(&folder);
        // A browser that goes away in the middle of an answer is no concern of ours.
        thread::spawn(move || drop(answer(&connection, &folder)));
    }
    Ok(())
}

fn answer(connection: &TcpStream, folder: &Path) -> io::Result<()> {
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    let Some(request_line) = read_head(connection)? else { return Ok(()) };
    let (method, target) = parse_request_line(&request_line);
    let reply = match method {
        "GET" | "HEAD" => Reply::to(target, folder),
        _ => Reply::Refused("405 Method Not Allowed"),
    };
    write_reply(connection, reply, method != "HEAD")
}

/// Reads a request up to its blank line; gives the first line, or none if nobody asked for anything.
fn read_head(connection: &TcpStream) -> io::Result<Option<String>> {
    let mut reader = BufReader::new(connection.take(LONGEST_HEAD));
    let mut request_line = String::new();
    if reader.read_line(&mut request_line)? == 0 {
        return Ok(None);
    }
    let mut header = Vec::new();
    while reader.read_until(b'\n', &mut header)? > 2 {
        header.clear();
    }
    Ok(Some(request_line))
}

/// The method and the target of `GET /a?b HTTP/1.1`; of anything else, words that no reply serves.
fn parse_request_line(line: &str) -> (&str, &str) {
    let mut words = line.split_ascii_whitespace();
    (words.next().unwrap_or_default(), words.next().unwrap_or_default())
}

/// What the server says to one request.
#[derive(Debug, PartialEq, Eq)]
enum Reply {
    /// This file.
    Found(PathBuf),
    /// That place with a slash at its end, so that relative links below a folder work.
    Elsewhere(String),
    /// A status line and nothing else.
    Refused(&'static str),
}

impl Reply {
    fn to(target: &str, folder: &Path) -> Self {
        let path = target.split(['?', '#']).next().unwrap_or_default();
        let Some(names) = names_in(path) else {
            return Self::Refused("400 Bad Request");
        };
        let file = names.iter().fold(folder.to_owned(), |file, name| file.join(name));
        // Following symbolic links here shows whether one leads out of the folder.
        match fs::canonicalize(file) {
            Ok(file) if !file.starts_with(folder) => Self::Refused("404 Not Found"),
            Ok(file) if file.is_file() && !path.ends_with('/') => Self::Found(file),
            Ok(file) if file.join("index.html").is_file() => {
                if path.ends_with('/') {
                    Self::Found(file.join("index.html"))
                } else {
                    Self::Elsewhere(format!("{path}/"))
                }
            }
            _ => Self::Refused("404 Not Found"),
        }
    }
}

/// The folders and the file that a path names, percent signs decoded; none for a path that is malformed or could leave
/// the folder.
fn names_in(path: &str) -> Option<Vec<String>> {
    let path = path.strip_prefix('/')?;
    let names: Option<Vec<String>> = path.split('/').map(percent_decoded).collect();
    let names = names?;
    let harmless = |name: &String| name != ".." && !name.contains(['/', '\\', '\0', ':']);
    names.iter().all(harmless).then(|| names.into_iter().filter(|name| !name.is_empty() && name != ".").collect())
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                u8::try_from(digit(bytes.next())? * 16 + digit(bytes.next())?).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

fn write_reply(mut connection: &TcpStream, reply: Reply, with_body: bool) -> io::Result<()> {
    let reply = match reply {
        Reply::Found(path) => match File::open(&path) {
            Ok(mut file) => {
                let length = file.metadata()?.len();
                let kind = media_type(&path);
                write_head(connection, "200 OK", &format!("Content-Type: {kind}\r\nContent-Length: {length}\r\n"))?;
                if with_body {
                    io::copy(&mut file, &mut connection)?;
                }
                return Ok(());
            }
            Err(_) => Reply::Refused("404 Not Found"),
        },
        other => other,
    };
    let (status, header) = match reply {
        Reply::Elsewhere(location) => ("301 Moved Permanently", format!("Location: {location}\r\n")),
        Reply::Refused(status) if status.starts_with("405") => (status, "Allow: GET, HEAD\r\n".to_owned()),
        Reply::Refused(status) => (status, String::new()),
        Reply::Found(_) => return Ok(()),
    };
    let body = format!("{status}\n");
    let length = body.len();
    write_head(
        connection,
        status,
        &format!("{header}Content-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\n"),
    )?;
    if with_body { connection.write_all(body.as_bytes()) } else { Ok(()) }
}

/// `no-cache` lets a browser keep a file but makes it ask again, so that a rebuilt page is never mixed with an old one.
fn write_head(mut connection: &TcpStream, status: &str, headers: &str) -> io::Result<()> {
    let common = "Cache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n";
    connection.write_all(format!("HTTP/1.1 {status}\r\n{headers}{common}\r\n").as_bytes())
}

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "jsonl" => "application/jsonl; charset=utf-8",
        "gz" => "application/gzip",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/vnd.microsoft.icon",
        "md" | "txt" | "py" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with a page, a data file and a secret beside it, served for as long as the test process lives.
    fn served(name: &str) -> SocketAddr {
        let base = std::env::temp_dir().join(format!("headwater-server-{name}-{}", std::process::id()));
        let site = base.join("site");
        fs::create_dir_all(site.join("deep")).expect("folders for the test");
        fs::write(base.join("secret.txt"), "secret").expect("a file outside");
        for (file, text) in
            [("index.html", "<p>top"), ("deep/index.html", "<p>deep"), ("a b.wasm", "wasm"), ("t.bin", "x")]
        {
            fs::write(site.join(file), text).expect("a file inside");
        }
        #[cfg(unix)]
        let _ = std::os::unix::fs::symlink(base.join("secret.txt"), site.join("link.txt"));
        let listener = bind(0).expect("a free port");
        let address = listener.local_addr().expect("its address");
        thread::spawn(move || serve(&listener, site));
        address
    }

    fn ask(address: SocketAddr, request: &str) -> String {
        let mut connection = TcpStream::connect(address).expect("the server listens");
        connection.write_all(format!("{request} HTTP/1.1\r\nHost: test\r\n\r\n").as_bytes()).expect("it reads");
        let mut reply = String::new();
        connection.read_to_string(&mut reply).expect("it answers and closes");
        reply
    }

    #[test]
    fn files_come_with_their_type_and_length() {
        let server = served("files");
        let page = ask(server, "GET /?model=resnet20");
        assert!(page.starts_with("HTTP/1.1 200 OK\r\n") && page.ends_with("\r\n\r\n<p>top"), "{page}");
        assert!(
            page.contains("Content-Type: text/html; charset=utf-8\r\n") && page.contains("Cache-Control: no-cache\r\n")
        );
        let wasm = ask(server, "GET /a%20b.wasm");
        assert!(
            wasm.contains("Content-Type: application/wasm\r\n") && wasm.contains("Content-Length: 4\r\n"),
            "{wasm}"
        );
        assert!(ask(server, "GET /t.bin").contains("Content-Type: application/octet-stream\r\n"));
    }

    #[test]
    fn head_gives_the_headers_alone() {
        let reply = ask(served("head"), "HEAD /index.html");
        assert!(reply.contains("Content-Length: 6\r\n") && reply.ends_with("\r\n\r\n"), "{reply}");
    }

    #[test]
    fn a_folder_is_its_index_with_a_slash_at_the_end() {
        let server = served("folders");
        assert!(ask(server, "GET /deep").contains("Location: /deep/\r\n"));
        assert!(ask(server, "GET /deep/").ends_with("<p>deep"));
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        let server = served("outside");
        for target in
            ["/../secret.txt", "/%2e%2e/secret.txt", "/deep/..%2f..%2fsecret.txt", "/..%5csecret.txt", "/link.txt"]
        {
            let reply = ask(server, &format!("GET {target}"));
            assert!(reply.starts_with("HTTP/1.1 40") && !reply.contains("secret"), "{target}: {reply}");
        }
    }

    #[test]
    fn what_is_not_there_or_not_understood_is_refused() {
        let server = served("refused");
        assert!(ask(server, "GET /missing.js").starts_with("HTTP/1.1 404 "));
        assert!(ask(server, "GET /index.html/").starts_with("HTTP/1.1 404 "));
        assert!(ask(server, "GET /%zz").starts_with("HTTP/1.1 400 "));
        assert!(ask(server, "GET index.html").starts_with("HTTP/1.1 400 "));
        assert!(ask(server, "POST /").contains("Allow: GET, HEAD\r\n"));
    }
}
