//! What is answered to a request: the page, what the program has, and a WebSocket a source; and to whom nothing is.

use super::recordings::{Recordings, percent_decoded};
use super::room::Room;
use super::{site, socket};
use axum::body::Body;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use protocol::socket::{NoVisit, PATH, SUBPROTOCOL, Visit, subprotocol_of};
use std::sync::Arc;
use std::time::Duration;

/// What every answer is made of.
pub struct Server {
    /// Whoever has this is let in.
    pub token: String,
    /// The recordings of the command line.
    pub recordings: Recordings,
    /// The runs.
    pub room: Arc<Room>,
    /// How long the head of a request may take.
    pub patience: Duration,
}

/// Why a request is refused: a status, and one sentence.
struct Refusal(StatusCode, &'static str);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
        (self.0, kind, format!("{}\n", self.1)).into_response()
    }
}

const FOREIGN_HOST: Refusal =
    Refusal(StatusCode::FORBIDDEN, "the host must be 127.0.0.1, localhost or [::1], on any port");
const FOREIGN_ORIGIN: Refusal = Refusal(StatusCode::FORBIDDEN, "the origin must be the page that this program serves");
const NO_ORIGIN: Refusal =
    Refusal(StatusCode::FORBIDDEN, "a WebSocket must come from the page that this program serves");
const NO_TOKEN: Refusal = Refusal(
    StatusCode::UNAUTHORIZED,
    "the token is missing or wrong: open the address that headwater serve has printed",
);
const NO_SUBPROTOCOL: Refusal = Refusal(
    StatusCode::BAD_REQUEST,
    "the WebSocket must speak headwater.1: page and program are of different versions",
);
const NO_METHOD: Refusal = Refusal(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are answered");
const NO_FILE: Refusal = Refusal(StatusCode::NOT_FOUND, "there is no such file");
const UNREADABLE: Refusal = Refusal(StatusCode::INTERNAL_SERVER_ERROR, "the file cannot be read any more");

/// The answer to a request.
pub async fn answer(State(server): State<Arc<Server>>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let mut response = respond(&server, &mut parts).await.unwrap_or_else(IntoResponse::into_response);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn respond(server: &Server, parts: &mut Parts) -> Result<Response, Refusal> {
    let host = only(&parts.headers, &header::HOST).filter(|host| is_here(host)).ok_or(FOREIGN_HOST)?;
    let has_origin = parts.headers.contains_key(header::ORIGIN);
    if has_origin && only(&parts.headers, &header::ORIGIN) != Some(&format!("http://{host}")) {
        return Err(FOREIGN_ORIGIN);
    }
    if parts.method != Method::GET && parts.method != Method::HEAD {
        return Err(NO_METHOD);
    }
    let path = percent_decoded(parts.uri.path().trim_start_matches('/')).ok_or(NO_FILE)?;
    if path != PATH {
        return file(&path, &parts.headers, &server.recordings);
    }
    if parts.headers.contains_key(header::UPGRADE) {
        return if has_origin { upgrade(server, parts).await } else { Err(NO_ORIGIN) };
    }
    let bearer = only(&parts.headers, &header::AUTHORIZATION).and_then(|words| words.strip_prefix("Bearer "));
    if !bearer.is_some_and(|token| is_equal(token, &server.token)) {
        return Err(NO_TOKEN);
    }
    let here = serde_json::to_string(&server.room.here()).map_err(|_| UNREADABLE)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], here).into_response())
}

/// The value of a header that stands there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}

/// Whether a host is this computer, by the names that no other site can have.
fn is_here(host: &str) -> bool {
    let port = ["127.0.0.1", "localhost", "[::1]"].iter().find_map(|name| host.strip_prefix(name));
    port.is_some_and(|rest| {
        rest.is_empty()
            || rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok() && !port.starts_with('+'))
    })
}

/// Whether two texts are equal, in a time that does not tell where they differ.
fn is_equal(one: &str, other: &str) -> bool {
    let differs = one.bytes().zip(other.bytes()).fold(0, |differs, (one, other)| differs | (one ^ other));
    one.len() == other.len() && std::hint::black_box(differs) == 0
}

fn file(path: &str, headers: &HeaderMap, recordings: &Recordings) -> Result<Response, Refusal> {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let unpacks = accepted.flat_map(|list| list.split(',')).any(is_gzip);
    let found = site::find(path, unpacks, recordings).map_err(|_| UNREADABLE)?.ok_or(NO_FILE)?;
    let mut response = Response::new(Body::from(found.bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(found.kind));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if found.is_packed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}

/// Whether an accepted encoding, with its weight, is gzip.
fn is_gzip(encoding: &str) -> bool {
    let (name, weight) = encoding.split_once(';').unwrap_or((encoding, ""));
    let is_refused = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()) == Some(0.0);
    name.trim().eq_ignore_ascii_case("gzip") && !is_refused
}

async fn upgrade(server: &Server, parts: &mut Parts) -> Result<Response, Refusal> {
    let offered: Vec<String> = parts
        .headers
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .map(|one| one.trim().to_owned())
        .collect();
    let expected = subprotocol_of(&server.token);
    // Each is compared, whichever it is.
    if offered.iter().filter(|own| is_equal(own, &expected)).count() == 0 {
        return Err(NO_TOKEN);
    }
    if !offered.iter().any(|own| own == SUBPROTOCOL) {
        return Err(NO_SUBPROTOCOL);
    }
    let visit: Visit = match parts.uri.query().unwrap_or_default().parse() {
        Ok(visit) => visit,
        Err(error @ NoVisit) => return Ok((StatusCode::BAD_REQUEST, format!("{error}\n")).into_response()),
    };
    let upgrade = match WebSocketUpgrade::from_request_parts(parts, &()).await {
        Ok(upgrade) => upgrade.protocols([SUBPROTOCOL]),
        Err(rejection) => return Ok(rejection.into_response()),
    };
    let room = server.room.clone();
    let upgrade = upgrade.max_message_size(socket::MOST_BYTES).max_frame_size(socket::MOST_BYTES);
    Ok(upgrade.on_upgrade(move |connection| socket::carry(room, visit, connection)))
}
