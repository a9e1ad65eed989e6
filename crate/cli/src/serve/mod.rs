//! `headwater serve`: the page from inside the program, and this computer as its engine. [`http`] answers requests: [`site`] and
//! [`recordings`] have the files, [`socket`] carries a connection into the [`room`]. Its [`roster`] has each [`run`] and who
//! drives it, its [`seats`] who hears it: [`log`] keeps what it has said, [`credits`] who pays for that, and [`driving`] is the
//! thread on which it trains.

mod credits;
mod driving;
mod http;
mod images;
mod log;
mod memory;
mod recordings;
mod room;
mod roster;
mod run;
mod seats;
mod site;
mod socket;
#[cfg(test)]
mod tests;

use crate::arguments::{Request, device};
use crate::failure::Failure;
use crate::signals;
use axum::Router;
use axum::serve::Listener;
use driving::Means;
use http::Server;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use images::Images;
use protocol::setting::WhenAlone;
use recordings::Recordings;
use room::Room;
use std::io::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::process;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// The build of the page inside, which it must have in common with the program.
const BUILD: &str = match option_env!("HEADWATER_BUILD") {
    Some(build) => build,
    None => "dev",
};

/// How long the head of a request may take: it is there at once, on this computer or over a tunnel.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs the command.
pub fn run(request: &Request) -> Result<(), Failure> {
    if !site::is_there() {
        return Err(Failure::Input(
            "this program was built without the page, which it would serve; cargo xtask program builds one with it"
                .to_owned(),
        ));
    }
    let (listener, server) = open(request)?;
    let address = address(&listener, &server)?;
    thread::spawn(|| {
        signals::wait();
        process::exit(0);
    });
    let mut out = io::stdout().lock();
    out.write_all(announcement(&address, &request.options.data_dir).as_bytes())?;
    out.flush()?;
    drop(out);
    serve(listener, server).map_err(|error| failed(&error))
}

/// Where the page is, and where in it the images of one's own are.
fn announcement(address: &str, data_dir: &str) -> String {
    let images = if data_dir.is_empty() {
        String::new()
    } else {
        format!("the images of {data_dir} are chosen in the page: More, data\n")
    };
    format!("{images}serving {address}\n")
}

/// Looks through all that was given, and takes the port.
fn open(request: &Request) -> Result<(TcpListener, Server), Failure> {
    let options = &request.options;
    let recordings = Recordings::of(&request.files)?;
    let means = Means {
        device: device(options.device)?,
        threads: options.threads.unwrap_or_else(rayon::current_num_threads),
        images: Images::open(&options.data_dir)?,
    };
    let room = Room::new(means, BUILD, options.device.to_string(), options.when_alone == WhenAlone::Go);
    let listener = listen(options.port)?;
    Ok((listener, Server { token: token()?, recordings, room: Arc::new(room), patience: PATIENCE }))
}

/// Where the page is, for whoever may open it: the token is in the fragment, which no browser sends.
fn address(listener: &TcpListener, server: &Server) -> Result<String, Failure> {
    let port = listener.local_addr().map_err(|error| failed(&error))?.port();
    Ok(format!("http://127.0.0.1:{port}/{}#token={}", server.recordings.query(), server.token))
}

fn failed(error: &io::Error) -> Failure {
    Failure::Run(format!("the page cannot be served: {error}"))
}

/// Takes the port, on the loopback address alone.
fn listen(port: u16) -> Result<TcpListener, Failure> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map_err(|error| Failure::Input(format!("--port {port} cannot be used ({error}): choose another with --port")))
}

/// 32 hex digits that nobody can guess.
fn token() -> Result<String, Failure> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Failure::Run(format!("the system gives no random number: {error}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Answers for as long as the program lives.
fn serve(listener: TcpListener, server: Server) -> io::Result<()> {
    // Axum's own server waits for ever for the rest of a request.
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(server.patience);
    let answers = Router::new().fallback(http::answer).with_state(Arc::new(server));
    let on = |listener| answer_on(listener, http.clone(), answers.clone());
    // `localhost` and `[::1]` may lead there; where there is no such address, or another program has the port, only the
    // address that was printed is answered.
    let other = TcpListener::bind((Ipv6Addr::LOCALHOST, listener.local_addr()?.port())).ok();
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        match other {
            Some(other) => tokio::try_join!(on(listener), on(other)).map(|_| ()),
            None => on(listener).await,
        }
    })
}

async fn answer_on(listener: TcpListener, http: http1::Builder, answers: Router) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let mut listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (connection, _) = Listener::accept(&mut listener).await;
        // Where it is refused, small messages come a little later.
        let _refused = connection.set_nodelay(true);
        let answers = TowerToHyperService::new(answers.clone());
        tokio::spawn(http.serve_connection(TokioIo::new(connection), answers).with_upgrades());
    }
}
