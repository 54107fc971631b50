//! The history on a PostgreSQL server, which several agents may share.
//!
//! There is one session. A device is judged under an advisory lock of that session, so that of several agents one judges
//! a check-in; the lock goes with the session, however an agent ends. What is appended goes over the session that has the
//! lock, or not at all. Sessions that break are made anew when something is asked of them next.

use super::{Appended, Claim, HISTORY_VERSION, HistoryError, decode};
use crate::service::record::Record;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, NoTls, Row};

/// The longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The advisory lock under which tables are made and changed ("handset").
const MIGRATION_LOCK: i64 = 0x0068_616e_6473_6574;

/// The first half of the advisory locks of devices.
const DEVICE_LOCKS: i32 = 0x6861_6e64;

/// What brings the tables from each version to the next. Append-only.
const MIGRATIONS: [&str; HISTORY_VERSION as usize] = [r#"
    CREATE SEQUENCE handset_sequence AS bigint;
    CREATE TABLE handset_judgement (
        sequence bigint PRIMARY KEY,
        agent text NOT NULL,
        device text COLLATE "C" NOT NULL,
        judged_at text COLLATE "C" NOT NULL,
        exit smallint NOT NULL,
        -- As text: the binary form refuses characters that JSON allows.
        record json NOT NULL
    );
    CREATE INDEX handset_judgement_by_device ON handset_judgement (device, sequence DESC);
    CREATE TABLE handset_delivery (
        sequence bigint PRIMARY KEY REFERENCES handset_judgement ON DELETE CASCADE,
        leased_until timestamptz NOT NULL DEFAULT '-infinity'
    );
"#];

/// A history on a server.
pub struct Postgres {
    config: Config,
    session: Mutex<Session>,
}

#[derive(Default)]
struct Session {
    client: Option<Arc<Client>>,
    number: u64,
}

/// What an error of the server says, without the values in it.
pub(super) fn told(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(error) => error.message().to_owned(),
        None => {
            let mut text = error.to_string();
            let mut source = std::error::Error::source(error);
            while let Some(error) = source {
                text = format!("{text}: {error}");
                source = error.source();
            }
            text
        }
    }
}

async fn patient<T>(
    answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, HistoryError> {
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(HistoryError::Slow(PATIENCE)),
    }
}

impl Postgres {
    pub async fn open(config: Config) -> Result<Postgres, HistoryError> {
        let postgres = Postgres { config, session: Mutex::default() };
        postgres.client().await?;
        Ok(postgres)
    }

    /// The session, and its number.
    async fn client(&self) -> Result<(Arc<Client>, u64), HistoryError> {
        let mut session = self.session.lock().await;
        if let Some(client) = session.client.as_ref().filter(|client| !client.is_closed()) {
            return Ok((client.clone(), session.number));
        }
        session.client = None;
        let (mut client, connection) = patient(self.config.connect(NoTls)).await?;
        // It ends with the last handle of the client, or when the connection breaks; both are seen there.
        tokio::spawn(connection);
        patient(client.batch_execute("SET synchronous_commit TO on")).await?;
        migrate(&mut client).await?;
        let client = Arc::new(client);
        session.number += 1;
        session.client = Some(client.clone());
        Ok((client, session.number))
    }

    /// Waits for an answer on a session; one that gives none is ended, and its locks with it.
    async fn answered<T>(
        &self,
        session: u64,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, HistoryError> {
        let answer = patient(answer).await;
        if matches!(answer, Err(HistoryError::Slow(_))) {
            let mut held = self.session.lock().await;
            if held.number == session {
                held.client = None;
            }
        }
        answer
    }

    async fn ask(&self, statement: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, HistoryError> {
        let (client, session) = self.client().await?;
        self.answered(session, client.query(statement, values)).await
    }

    pub async fn claim(&self, device: &str) -> Result<Option<Claim>, HistoryError> {
        let (client, session) = self.client().await?;
        let lock = "SELECT pg_try_advisory_lock($1, hashtext($2))";
        let row = self.answered(session, client.query_one(lock, &[&DEVICE_LOCKS, &device])).await?;
        let claimed: bool = row.try_get(0)?;
        Ok(claimed.then(|| Claim { device: device.to_owned(), session }))
    }

    pub async fn release(&self, claim: &Claim) {
        if let Ok((client, session)) = self.client().await
            && session == claim.session
        {
            let unlock = "SELECT pg_advisory_unlock($1, hashtext($2))";
            // A session that does not answer loses its locks with its connection.
            let _ = self.answered(session, client.query_one(unlock, &[&DEVICE_LOCKS, &claim.device])).await;
        }
    }

    pub async fn append(
        &self,
        claim: &Claim,
        mut record: Record,
        queue: Option<u32>,
    ) -> Result<Appended, HistoryError> {
        let (client, session) = self.client().await?;
        if session != claim.session {
            return Err(HistoryError::ClaimLost(claim.device.clone()));
        }
        let next = client.query_one("SELECT nextval('handset_sequence')", &[]);
        let next = self.answered(session, next).await?;
        let sequence: i64 = next.try_get(0)?;
        record.sequence = sequence.unsigned_abs();
        let text = serde_json::to_string(&record)?;
        // One statement is one transaction.
        let insert = "WITH kept AS (
                INSERT INTO handset_judgement (sequence, agent, device, judged_at, exit, record)
                VALUES ($1, $2, $3, $4, $5, $6::text::json) RETURNING sequence
            )
            INSERT INTO handset_delivery (sequence) SELECT sequence FROM kept WHERE $7";
        let (exit, tell) = (i16::from(record.exit), queue.is_some());
        // A delivery refers to a judgement of the same statement: the reference is checked at its end.
        let values: [&(dyn ToSql + Sync); 7] =
            [&sequence, &record.agent, &record.device, &record.judged_at, &exit, &text, &tell];
        self.answered(session, client.execute(insert, &values)).await?;
        let mut dropped = 0;
        if let Some(queue) = queue {
            let room = "DELETE FROM handset_delivery WHERE sequence IN
                (SELECT sequence FROM handset_delivery ORDER BY sequence DESC OFFSET $1)";
            // The judgement is kept by now, whatever becomes of this.
            dropped = self.answered(session, client.execute(room, &[&i64::from(queue)])).await.unwrap_or(0);
        }
        Ok(Appended { record, dropped })
    }

    pub async fn newest(&self, device: Option<&str>, limit: u32) -> Result<Vec<Record>, HistoryError> {
        let statement = "SELECT sequence, record::text FROM handset_judgement
            WHERE $1::text IS NULL OR device = $1 ORDER BY sequence DESC LIMIT $2";
        let rows = self.ask(statement, &[&device, &i64::from(limit)]).await?;
        rows.iter().rev().map(record_of).collect()
    }

    pub async fn devices(&self, after: &str, limit: u32) -> Result<Vec<Record>, HistoryError> {
        let statement = "SELECT DISTINCT ON (device) sequence, record::text FROM handset_judgement
            WHERE device > $1 ORDER BY device, sequence DESC LIMIT $2";
        let rows = self.ask(statement, &[&after, &i64::from(limit)]).await?;
        rows.iter().map(record_of).collect()
    }

    pub async fn take_delivery(&self, lease: Duration) -> Result<Option<Record>, HistoryError> {
        let statement = "WITH taken AS (
                UPDATE handset_delivery SET leased_until = clock_timestamp() + $1 * interval '1 second'
                WHERE sequence = (
                    SELECT sequence FROM handset_delivery WHERE leased_until < clock_timestamp()
                    ORDER BY sequence FOR UPDATE SKIP LOCKED LIMIT 1)
                RETURNING sequence
            )
            SELECT sequence, record::text FROM handset_judgement JOIN taken USING (sequence)";
        let rows = self.ask(statement, &[&lease.as_secs_f64()]).await?;
        rows.first().map(record_of).transpose()
    }

    pub async fn lease(&self, sequence: u64, lease: Duration) -> Result<(), HistoryError> {
        let statement =
            "UPDATE handset_delivery SET leased_until = clock_timestamp() + $2 * interval '1 second'
            WHERE sequence = $1";
        self.ask(statement, &[&number(sequence), &lease.as_secs_f64()]).await.map(drop)
    }

    pub async fn settle(&self, sequence: u64) -> Result<(), HistoryError> {
        self.ask("DELETE FROM handset_delivery WHERE sequence = $1", &[&number(sequence)]).await.map(drop)
    }

    pub async fn waiting(&self) -> Result<u64, HistoryError> {
        let rows = self.ask("SELECT count(*) FROM handset_delivery", &[]).await?;
        let count: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0))?;
        Ok(count.unsigned_abs())
    }

    pub async fn prune(&self, before: &str) -> Result<u64, HistoryError> {
        let statement = "WITH gone AS (
                DELETE FROM handset_judgement AS old WHERE judged_at < $1 AND EXISTS (
                    SELECT FROM handset_judgement AS newer
                    WHERE newer.device = old.device AND newer.sequence > old.sequence)
                RETURNING 1
            )
            SELECT count(*) FROM gone";
        let rows = self.ask(statement, &[&before]).await?;
        let count: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0))?;
        Ok(count.unsigned_abs())
    }
}

fn number(sequence: u64) -> i64 {
    i64::try_from(sequence).unwrap_or(i64::MAX)
}

fn record_of(row: &Row) -> Result<Record, HistoryError> {
    let sequence: i64 = row.try_get(0)?;
    let text: String = row.try_get(1)?;
    decode(sequence.unsigned_abs(), text.as_bytes())
}

/// Makes the tables, or brings them to the version of this program; of several agents one does.
async fn migrate(client: &mut Client) -> Result<(), HistoryError> {
    let transaction = patient(client.transaction()).await?;
    patient(transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&MIGRATION_LOCK])).await?;
    let table = "CREATE TABLE IF NOT EXISTS handset_schema (version integer NOT NULL)";
    patient(transaction.batch_execute(&format!("SET LOCAL client_min_messages TO warning; {table}"))).await?;
    let row = patient(transaction.query_opt("SELECT version FROM handset_schema", &[])).await?;
    let found: i32 = row.map_or(Ok(0), |row| row.try_get(0))?;
    let found = found.unsigned_abs();
    if found > HISTORY_VERSION {
        return Err(HistoryError::Newer { found });
    }
    if found < HISTORY_VERSION {
        for step in MIGRATIONS.iter().skip(found as usize) {
            patient(transaction.batch_execute(step)).await?;
        }
        patient(transaction.execute("DELETE FROM handset_schema", &[])).await?;
        let version = i32::try_from(HISTORY_VERSION).unwrap_or(i32::MAX);
        patient(transaction.execute("INSERT INTO handset_schema VALUES ($1)", &[&version])).await?;
    }
    patient(transaction.commit()).await
}
