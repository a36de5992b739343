//! Cancels the statement that runs on a connection.

use std::io::Result as IoResult;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_postgres::CancelToken;
use tokio_postgres::tls::MakeTlsConnect;

use super::tls::{self, Connector};
use crate::store::target::{Host, Server};

/// How long to wait for the server.
const PATIENCE: Duration = Duration::from_secs(1);

/// Asks the server to cancel. If it cannot be reached, nothing happens.
pub(super) async fn cancel(server: &Server, connector: &Connector, token: &CancelToken) {
    let request = async {
        match &server.host {
            Host::Socket(folder) => {
                let path = folder.join(format!(".s.PGSQL.{}", server.port));
                if let Ok(stream) = UnixStream::connect(path).await {
                    send("", connector, token, Box::new(stream)).await;
                }
            }
            Host::Name(name) => {
                if let Ok(stream) = TcpStream::connect((&**name, server.port)).await {
                    send(name, connector, token, Box::new(stream)).await;
                }
            }
        }
    };
    let _ = tokio::time::timeout(PATIENCE, request).await;
}

async fn send(name: &str, connector: &Connector, token: &CancelToken, stream: Box<dyn Stream>) {
    let tls = MakeTlsConnect::<Patient>::make_tls_connect(&mut tls::owned(connector), name);
    // With TLS, this cannot fail.
    let Ok(tls) = tls.map_err(drop) else { return };
    let _ = token.cancel_query_raw(Patient(stream), tls).await;
}

/// A connection to a server, of any kind.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A stream whose end waits for the other side to close it, as libpq does. pgbouncer 1.18 exits if a client closes first.
struct Patient(Box<dyn Stream>);

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<IoResult<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<IoResult<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<IoResult<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<IoResult<()>> {
        ready!(Pin::new(&mut self.0).poll_flush(cx))?;
        loop {
            let mut space = [0; 64];
            let mut buffer = ReadBuf::new(&mut space);
            ready!(Pin::new(&mut self.0).poll_read(cx, &mut buffer))?;
            if buffer.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }
}
