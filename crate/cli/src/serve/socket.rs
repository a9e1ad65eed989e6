//! One connection: commands from a page into the room, replies and what else is told out to it.

use super::room::Room;
use super::seats::{Ending, Guest};
use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use protocol::codec::Message as _;
use protocol::socket::{Closing, Told, Visit};
use protocol::{Command, Weights};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// The largest message that is read, bytes: a file of weights with what stands around it.
pub const MOST_BYTES: usize = Weights::MOST_BYTES as usize + (1 << 20);

/// How long a page may take to answer that the connection ends.
const FAREWELL: Duration = Duration::from_secs(5);

/// The code by which a page says that it does not need the source any more.
const NORMAL: u16 = 1000;

/// How a page ended a connection.
enum Left {
    /// On purpose.
    Purpose,
    /// It was lost, or the page is gone.
    Lost,
    /// It said something that cannot be read.
    Unreadable,
}

/// Carries a connection to its end.
pub async fn carry(room: Arc<Room>, visit: Visit, socket: WebSocket) {
    let (mut to, mut from) = socket.split();
    let guest = match room.enter(visit) {
        Ok(guest) => guest,
        Err(closing) => return close(&mut to, &mut from, closing).await,
    };
    let seat = guest.seat;
    let (left, closing) = tokio::select! {
        left = hear(&room, seat, &mut from) => (left, None),
        ended = speak(&room, guest, &mut to) => (Left::Lost, ended),
    };
    room.leave(seat, matches!(left, Left::Purpose));
    let closing = if matches!(left, Left::Unreadable) { Some(Closing::Unreadable) } else { closing };
    if let Some(closing) = closing {
        close(&mut to, &mut from, closing).await;
    }
}

/// Hands on what the page says.
async fn hear(room: &Room, seat: u64, from: &mut SplitStream<WebSocket>) -> Left {
    while let Some(message) = from.next().await {
        match message {
            Ok(Message::Binary(bytes)) => match Command::decode(&bytes) {
                Ok(command) => room.hear(seat, command),
                Err(_) => return Left::Unreadable,
            },
            Ok(Message::Pong(bytes)) => {
                if let Ok(count) = bytes.as_ref().try_into() {
                    room.confirm(seat, u64::from_be_bytes(count));
                }
            }
            Ok(Message::Ping(_)) => {}
            Ok(Message::Close(Some(frame))) if frame.code == NORMAL => return Left::Purpose,
            Ok(Message::Close(_)) => return Left::Lost,
            Ok(Message::Text(_)) => return Left::Unreadable,
            Err(error) => return if is_lost(&error) { Left::Lost } else { Left::Unreadable },
        }
    }
    Left::Lost
}

/// Whether a connection is lost, rather than used for something else than it is for.
fn is_lost(error: &axum::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(found) = cause {
        if found.is::<std::io::Error>() {
            return true;
        }
        cause = found.source();
    }
    false
}

/// Tells the page what there is for it, until it ends, for a reason that the page is told, or is lost.
async fn speak(room: &Room, guest: Guest, to: &mut SplitSink<WebSocket, Message>) -> Option<Closing> {
    to.send(told(&guest.welcome)).await.ok()?;
    loop {
        let waiting = room.waiting(guest.seat);
        if let Some(count) = waiting.heard {
            to.feed(told(&Told::Heard(count))).await.ok()?;
        }
        if let Some(driving) = &waiting.driving {
            to.feed(told(driving)).await.ok()?;
        }
        let is_idle = waiting.driving.is_none()
            && waiting.frames.is_empty()
            && waiting.heard.is_none()
            && waiting.ending.is_none();
        for frame in waiting.frames {
            to.feed(Message::Binary(frame)).await.ok()?;
        }
        if let Some(count) = waiting.confirm {
            to.feed(Message::Ping(Bytes::copy_from_slice(&count.to_be_bytes()))).await.ok()?;
        }
        to.flush().await.ok()?;
        match waiting.ending {
            Some(Ending::Said(closing)) => return Some(closing),
            Some(Ending::Replaced) => return None,
            None if is_idle => guest.wake.notified().await,
            None => {}
        }
    }
}

fn told(told: &Told) -> Message {
    // Every one has a text.
    Message::Text(serde_json::to_string(told).unwrap_or_default().into())
}

/// Says why the connection ends, and waits until the page has heard it.
async fn close(to: &mut SplitSink<WebSocket, Message>, from: &mut SplitStream<WebSocket>, closing: Closing) {
    let frame = CloseFrame { code: closing as u16, reason: "".into() };
    if to.send(Message::Close(Some(frame))).await.is_ok() {
        let ends = async { while let Some(Ok(_)) = from.next().await {} };
        let _silent = timeout(FAREWELL, ends).await;
    }
}
