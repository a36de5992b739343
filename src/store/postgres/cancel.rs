//! Cancels the statement that runs on a connection.

use std::io::Result as IoResult;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_postgres::{CancelToken, NoTls};

use super::tls::Connector;
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
                    let _ = token.cancel_query_raw(Patient(stream), NoTls).await;
                }
            }
            Host::Name(name) => {
                if let Ok(stream) = TcpStream::connect((&**name, server.port)).await {
                    send(name, connector, token, Patient(stream)).await;
                }
            }
        }
    };
    let _ = tokio::time::timeout(PATIENCE, request).await;
}

#[cfg_attr(not(feature = "tls"), expect(unused_variables, reason = "only TLS checks the name"))]
async fn send(name: &str, connector: &Connector, token: &CancelToken, stream: Patient<TcpStream>) {
    match connector {
        Connector::Plain => drop(token.cancel_query_raw(stream, NoTls).await),
        #[cfg(feature = "tls")]
        Connector::Tls(tls) => {
            use tokio_postgres::tls::MakeTlsConnect;
            let Ok(tls) = MakeTlsConnect::<Patient<TcpStream>>::make_tls_connect(&mut tls.clone(), name);
            let _ = token.cancel_query_raw(stream, tls).await;
        }
    }
}

/// A stream whose end waits for the other side to close it, as libpq does. pgbouncer 1.18 exits if a client closes first.
struct Patient<S>(S);

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<IoResult<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Patient<S> {
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
