//! Opens connections, runs statements on them, and stops them for Ctrl-C.

use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join3;
use futures_util::{SinkExt as _, TryStreamExt as _};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::config::{ChannelBinding as DriverChannelBinding, SslMode as DriverSslMode};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{CancelToken, Client, Config, Error as DriverError, Row};

use super::cancel::cancel;
use super::tls::{self, Connector};
use super::values::Parameter;
use crate::error::failure::{Error, ErrorContext as _, Result};
use crate::signals;
use crate::store::target::{ChannelBinding, Host, Server};

/// How long to wait for a connection unless the target says.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait for an answer of the network before the connection counts as lost.
const NETWORK_TIMEOUT: Duration = Duration::from_secs(30);

/// The time between two looks for Ctrl-C.
const PAUSE: Duration = Duration::from_millis(50);

/// A connection. Everything happens on the calling thread, while it waits for an answer.
pub(super) struct Connection {
    runtime: Runtime,
    client: Client,
    cancel: CancelToken,
    connector: Connector,
    server: Server,
}

impl Connection {
    /// Connects and logs in, with the encryption that `sslmode` asks for.
    pub(super) fn open(server: &Server) -> Result<Self, ConnectError> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .context("the connection cannot be made")
            .map_err(ConnectError::Other)?;
        let mut refused = None;
        let (connector, modes) = tls::attempts(server).map_err(ConnectError::Other)?;
        for driver_mode in modes {
            let opened = runtime.block_on(connect(&config(server, *driver_mode), &connector));
            match opened {
                Ok(client) => {
                    let cancel = client.cancel_token();
                    return Ok(Self { runtime, client, cancel, connector, server: server.clone() });
                }
                // Another attempt helps neither against a wrong password nor a missing database.
                Err(error)
                    if error.as_db_error().is_some_and(|error| !is_of_encryption(error.code().code())) =>
                {
                    return Err(ConnectError::Driver(refused.unwrap_or(error)));
                }
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        Err(refused.map_or_else(|| unreachable!("there is at least one attempt"), ConnectError::Driver))
    }

    /// Runs statements that return nothing and take no parameters.
    pub(super) fn run(&self, sql: &str, can_stop: bool) -> Result<(), DriverError> {
        self.wait(self.client.batch_execute(sql), can_stop)
    }

    /// Runs a statement, and returns the number of rows that it changed.
    pub(super) fn execute(
        &self,
        sql: &str,
        parameters: &[(Parameter<'_>, Type)],
        can_stop: bool,
    ) -> Result<u64, DriverError> {
        let parameters: Vec<(&(dyn ToSql + Sync), Type)> = parameters
            .iter()
            .map(|(parameter, kind)| (parameter as &(dyn ToSql + Sync), kind.clone()))
            .collect();
        self.wait(self.client.execute_typed(sql, &parameters), can_stop)
    }

    /// Runs a query, and passes each row to the callback until that returns false.
    pub(super) fn query(
        &self,
        sql: &str,
        parameters: Vec<(Parameter<'_>, Type)>,
        can_stop: bool,
        on_row: &mut dyn FnMut(&Row) -> bool,
    ) -> Result<(), DriverError> {
        self.wait(self.pass_rows(sql, parameters, on_row), can_stop)
    }

    /// Runs a query in a transaction of its own, which `opening` begins. The messages are sent together, so that a distant
    /// server takes one round trip instead of three.
    pub(super) fn query_apart(
        &self,
        opening: &str,
        sql: &str,
        parameters: Vec<(Parameter<'_>, Type)>,
        on_row: &mut dyn FnMut(&Row) -> bool,
    ) -> Result<(), DriverError> {
        let together = async {
            let begun = self.client.batch_execute(opening);
            let rows = self.pass_rows(sql, parameters, on_row);
            // A failed end is harmless: the end of the connection rolls back as well.
            let (begun, passed, _) = join3(begun, rows, self.client.batch_execute("ROLLBACK")).await;
            begun.and(passed)
        };
        self.wait(together, false)
    }

    async fn pass_rows(
        &self,
        sql: &str,
        parameters: Vec<(Parameter<'_>, Type)>,
        on_row: &mut dyn FnMut(&Row) -> bool,
    ) -> Result<(), DriverError> {
        let mut rows = pin!(self.client.query_typed_raw(sql, parameters).await?);
        while let Some(row) = rows.try_next().await? {
            if !on_row(&row) {
                break;
            }
        }
        Ok(())
    }

    /// Runs `COPY … FROM STDIN` with these rows, and returns their number. Call it within a transaction: the driver
    /// prepares the statement by name, and a pooler keeps the connection to the server for that long.
    pub(super) fn copy(&self, sql: &str, rows: Bytes, can_stop: bool) -> Result<u64, DriverError> {
        let copied = async {
            let mut sink = pin!(self.client.copy_in::<_, Bytes>(sql).await?);
            sink.send(rows).await?;
            sink.finish().await
        };
        self.wait(copied, can_stop)
    }

    /// Waits for an answer. Within a writing transaction, Ctrl-C cancels the statement.
    fn wait<T>(
        &self,
        answer: impl Future<Output = Result<T, DriverError>>,
        can_stop: bool,
    ) -> Result<T, DriverError> {
        let mut received = None;
        self.wait_until_done(pin!(async { received = Some(answer.await) }), can_stop);
        received.unwrap_or_else(|| unreachable!("the answer was waited for"))
    }

    /// Is compiled once, for all kinds of answers.
    fn wait_until_done(&self, mut answer: Pin<&mut dyn Future<Output = ()>>, can_stop: bool) {
        self.runtime.block_on(async {
            let mut is_cancelled = false;
            loop {
                if tokio::time::timeout(PAUSE, answer.as_mut()).await.is_ok() {
                    return;
                }
                if can_stop && !is_cancelled && signals::requested() {
                    is_cancelled = true;
                    // If the server cannot be reached for this, the statement's own end is waited for.
                    cancel(&self.server, &self.connector, &self.cancel).await;
                }
            }
        });
    }
}

/// Why no connection could be made.
pub(super) enum ConnectError {
    /// The server or the network refused it.
    Driver(DriverError),
    /// Something of our own failed, such as a certificate file.
    Other(Error),
}

/// Whether the server may accept the connection with the other encryption: `no pg_hba.conf entry`.
fn is_of_encryption(code: &str) -> bool {
    code == "28000"
}

async fn connect(config: &Config, connector: &Connector) -> Result<Client, DriverError> {
    let (client, connection) = config.connect(tls::owned(connector)).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Returns the driver's configuration. At start-up, nothing is set that a pooler refuses or keeps for another client.
fn config(server: &Server, mode: DriverSslMode) -> Config {
    let mut config = Config::new();
    config
        .user(&server.user)
        .dbname(&server.database)
        .port(server.port)
        .application_name(&server.application_name)
        .connect_timeout(server.connect_timeout.unwrap_or(CONNECT_TIMEOUT))
        .tcp_user_timeout(NETWORK_TIMEOUT)
        .keepalives_idle(NETWORK_TIMEOUT)
        .ssl_mode(mode)
        .channel_binding(match server.tls.channel_binding {
            ChannelBinding::Disable => DriverChannelBinding::Disable,
            ChannelBinding::Prefer => DriverChannelBinding::Prefer,
            ChannelBinding::Require => DriverChannelBinding::Require,
        });
    match &server.host {
        Host::Name(name) => config.host(name),
        Host::Socket(folder) => config.host_path(folder),
    };
    if let Some(password) = &server.password {
        config.password(password.expose());
    }
    config
}
