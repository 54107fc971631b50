//! `handset agent run`: the parts of the service, and how they start and end.

use super::arguments::RunArguments;
use super::check::blocking;
use super::configuration::Configuration;
use super::error::ServiceError;
use super::health::Health;
use super::history::{Claim, History, HistoryError};
use super::http::serve;
use super::intents::Intents;
use super::journal::Journal;
use super::judgement::CheckIn;
use super::metrics::{Delivery, Metrics, Trouble};
use super::record::{Change, Record};
use super::watch::{Found, Look, MAX_DEVICES, Revision, look};
use super::{now_ms, webhook};
use crate::exit::{ExitCode, Failure};
use profile::Timestamp;
use simulator::store::write_secret_file;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Mutex as Turn, Notify, OwnedMutexGuard, Semaphore, watch};
use tokio::task::JoinSet;

/// How deep profiles may nest is bounded for a stack of this size, as the main thread has it.
const STACK: usize = 8 * 1024 * 1024;

/// How often old judgements are looked for.
const PRUNING: Duration = Duration::from_secs(24 * 3600);

/// How many records are read at once at the start.
const PAGE: u32 = 500;

/// How long the history has to answer before it is called slow.
const ANSWER: Duration = Duration::from_secs(5);

/// A service that runs.
pub struct Agent {
    pub configuration: Configuration,
    pub history: History,
    pub metrics: Metrics,
    pub health: Health,
    /// Says that a webhook came into the queue.
    pub deliveries: Notify,
    intents: RwLock<Arc<Intents>>,
    /// Why policies or directory could not be read last time.
    unread: Mutex<Option<String>>,
    devices: Mutex<BTreeMap<String, Device>>,
    room: Semaphore,
}

#[derive(Clone, Default)]
struct Device {
    known: Arc<Turn<Known>>,
    /// The turn of those who write posted evidence.
    writing: Arc<Turn<()>>,
}

/// What is known of a device.
#[derive(Default)]
struct Known {
    /// What was judged last, or could not be: the revision, and what was meant.
    done: Option<(Revision, String)>,
}

/// Why a check-in was not judged.
pub enum Problem {
    /// What checked in cannot be judged, now or ever.
    Evidence(Failure),
    /// What came of it cannot be kept; it is judged again.
    History(HistoryError),
}

/// Whether the agent is to stop.
#[derive(Clone)]
pub struct Stopping(watch::Receiver<bool>);

impl Stopping {
    /// Whether it is.
    pub fn is_stopping(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is.
    pub async fn asked(&mut self) {
        // Whoever could ask is gone: so it is.
        let _ = self.0.wait_for(|asked| *asked).await;
    }

    /// Waits, but not longer than until it is.
    pub async fn pause(&mut self, wait: Duration) {
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = self.asked() => {}
        }
    }
}

pub(super) fn run(arguments: &RunArguments) -> Result<u8, Failure> {
    let configuration = Configuration::read(&arguments.configuration)?;
    let intents = blocking(&configuration)?;
    let _lock = own(&configuration.state)?;
    // Nothing else in this program sets one.
    let _ = tracing::subscriber::set_global_default(Journal { format: arguments.log_format });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(STACK)
        .enable_all()
        .build()
        .map_err(ServiceError::Start)?;
    let ended = runtime.block_on(serving(configuration, intents));
    // What is still judging after the grace is not waited for.
    runtime.shutdown_background();
    Ok(ended?)
}

/// Takes the state folder for this agent; the system gives it back when the agent ends, however it ends.
fn own(state: &Path) -> Result<File, ServiceError> {
    let failed = |source| ServiceError::State { path: state.to_owned(), source };
    DirBuilder::new().recursive(true).mode(0o700).create(state).map_err(failed)?;
    let lock = state.join("lock");
    let lock = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(lock);
    let lock = lock.map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(std::fs::TryLockError::WouldBlock) => Err(ServiceError::Running(state.to_owned())),
        Err(std::fs::TryLockError::Error(source)) => Err(failed(source)),
    }
}

async fn serving(configuration: Configuration, intents: Intents) -> Result<u8, ServiceError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(ServiceError::Start)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(ServiceError::Start)?;
    let history = History::open(&configuration.history).await?;
    let listener = match configuration.listen {
        Some(address) => {
            let listen = |source| ServiceError::Listen { address, source };
            let listener = TcpListener::bind(address).await.map_err(listen)?;
            Some((listener.local_addr().map_err(listen)?, listener))
        }
        None => None,
    };
    let judges = std::thread::available_parallelism().map_or(1, usize::from);
    let agent = Arc::new(Agent {
        configuration,
        history,
        metrics: Metrics::default(),
        health: Health::default(),
        deliveries: Notify::new(),
        intents: RwLock::new(Arc::new(intents)),
        unread: Mutex::default(),
        devices: Mutex::default(),
        room: Semaphore::new(judges),
    });
    agent.recall().await?;
    let (ask, asked) = watch::channel(false);
    let stopping = Stopping(asked);
    let mut parts = JoinSet::new();
    let policies = agent.intents().count as u64;
    let (name, version) = (agent.configuration.name.as_str(), env!("CARGO_PKG_VERSION"));
    tracing::info!(event = "started", agent = name, version, policies);
    if let Some((address, listener)) = listener {
        let path = agent.configuration.state.join("address");
        write_secret_file(&path, format!("{address}\n").as_bytes())
            .map_err(|source| ServiceError::State { path, source })?;
        tracing::info!(event = "listening", address = %address);
        parts.spawn(serve(agent.clone(), listener, stopping.clone()));
    }
    parts.spawn(watching(agent.clone(), stopping.clone()));
    if agent.configuration.webhook.is_some() {
        parts.spawn(webhook::run(agent.clone(), stopping.clone()));
    }
    let (signal, code) = tokio::select! {
        _ = terminate.recv() => ("SIGTERM", 0),
        _ = interrupt.recv() => ("SIGINT", ExitCode::Interrupted as u8),
        // A part only ends by itself when it broke.
        _ = parts.join_next() => ("none", ExitCode::CannotJudge as u8),
    };
    tracing::info!(event = "stopping", signal);
    let _ = ask.send(true);
    let grace = agent.configuration.grace;
    tokio::select! {
        () = async { while parts.join_next().await.is_some() {} } => {
            tracing::info!(event = "stopped", signal);
            Ok(code)
        }
        () = tokio::time::sleep(grace) => Err(ServiceError::Unfinished { grace }),
        _ = terminate.recv() => Ok(ExitCode::Terminated as u8),
        _ = interrupt.recv() => Ok(ExitCode::Interrupted as u8),
    }
}

/// Looks for check-ins until the agent stops.
async fn watching(agent: Arc<Agent>, mut stopping: Stopping) {
    let judges = std::thread::available_parallelism().map_or(1, usize::from);
    let mut told: BTreeSet<String> = BTreeSet::new();
    let mut pruned: Option<Instant> = None;
    while !stopping.is_stopping() {
        agent.renew().await;
        let looking = agent.clone();
        // Who comes while the look is under way is not in it, and not gone for that.
        let mut known = agent.metrics.known();
        known.extend(agent.health.unjudged());
        let look =
            tokio::task::spawn_blocking(move || look(&looking.configuration)).await.unwrap_or_default();
        // What stays wrong is told once.
        let wrong: BTreeMap<String, Trouble> =
            look.unwatched.iter().map(|one| (one.to_string(), one.about)).collect();
        for (reason, about) in wrong.iter().filter(|(reason, _)| !told.contains(*reason)) {
            agent.trouble(*about, reason);
        }
        told = wrong.into_keys().collect();
        agent.looked(&look, known);
        let mut count = BTreeMap::new();
        for found in &look.found {
            *count.entry(found.source).or_default() += 1;
        }
        agent.metrics.devices(count);
        let mut tasks = JoinSet::new();
        // Without a history nothing can be judged: what is left is for the next look.
        let mut kept = true;
        for found in look.found {
            if stopping.is_stopping() || !kept {
                break;
            }
            if agent.is_done(&found) {
                continue;
            }
            while tasks.len() >= judges * 2 {
                kept &= tasks.join_next().await.is_none_or(|done| done.unwrap_or(true));
            }
            let agent = agent.clone();
            // What went wrong was told.
            tasks.spawn(async move { !matches!(agent.check_in(&found).await, Err(Problem::History(_))) });
        }
        while tasks.join_next().await.is_some() {}
        if pruned.is_none_or(|at| at.elapsed() >= PRUNING) && !stopping.is_stopping() {
            agent.prune().await;
            pruned = Some(Instant::now());
        }
        stopping.pause(agent.configuration.interval).await;
    }
}

impl Agent {
    /// What is meant now.
    fn intents(&self) -> Arc<Intents> {
        self.intents.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tells that something went wrong.
    pub fn trouble(&self, about: Trouble, reason: &impl std::fmt::Display) {
        self.metrics.trouble(about);
        tracing::error!(event = "trouble", about = about.name(), reason = %reason);
    }

    /// Takes in what a look brought; of `known` devices that are gone nothing is told any more.
    fn looked(&self, look: &Look, known: BTreeSet<String>) {
        if let Some(present) = look.present() {
            let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
            for device in known.difference(&present) {
                self.metrics.forget(device);
                self.health.judged(device, None);
                // Who holds it is posting evidence or judging.
                let is_held =
                    |d: &Device| Arc::strong_count(&d.known) > 1 || Arc::strong_count(&d.writing) > 1;
                if devices.get(device).is_some_and(|d| !is_held(d)) {
                    devices.remove(device);
                }
            }
        }
        self.health.looked(now_ms(), look.unwatched.clone());
    }

    /// Asks the history how many webhooks wait, which also tells whether it answers.
    pub async fn ask_history(&self) {
        match tokio::time::timeout(ANSWER, self.history.waiting()).await {
            Ok(Ok(waiting)) => {
                self.health.asked(None);
                self.waiting(waiting);
            }
            Ok(Err(error)) => self.health.asked(Some(error.to_string())),
            Err(_) => self.health.asked(Some(format!("no answer within {} s", ANSWER.as_secs()))),
        }
    }

    /// Says how many webhooks wait.
    pub fn waiting(&self, count: u64) {
        self.metrics.waiting(count);
        if let Some(webhook) = &self.configuration.webhook {
            self.health.waiting(count, webhook.queue);
        }
    }

    /// Reads policies and directory again. What cannot be read does not replace what is meant, and is told once.
    async fn renew(self: &Arc<Self>) {
        let agent = self.clone();
        let known = self.intents();
        let read = tokio::task::spawn_blocking(move || known.renewed(&agent.configuration)).await;
        let read = read.unwrap_or(Err(Failure::Service(ServiceError::Broke)));
        let mut unread = self.unread.lock().unwrap_or_else(PoisonError::into_inner);
        match read {
            Ok(renewed) => {
                *unread = None;
                self.health.policies(None);
                let Some(intents) = renewed else { return };
                let (policies, sha256) = (intents.count as u64, intents.sha256.clone());
                *self.intents.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(intents);
                tracing::info!(event = "policies", policies, sha256);
            }
            Err(failure) => {
                let reason = failure.to_string();
                self.health.policies(Some(reason.clone()));
                if unread.as_ref() != Some(&reason) {
                    self.trouble(Trouble::Policies, &reason);
                    *unread = Some(reason);
                }
            }
        }
    }

    /// Makes the metrics of devices that were judged before.
    async fn recall(&self) -> Result<(), HistoryError> {
        let mut after = String::new();
        for _ in 0..MAX_DEVICES.div_ceil(PAGE as usize) {
            let records = self.history.devices(after, PAGE).await?;
            let Some(last) = records.last() else { break };
            after = last.device.clone();
            for record in &records {
                self.metrics.newest(record);
            }
        }
        self.ask_history().await;
        Ok(())
    }

    async fn prune(&self) {
        let Some(keep) = self.configuration.keep else { return };
        let before = now_ms().saturating_sub(i64::try_from(keep.as_millis()).unwrap_or(i64::MAX));
        match self.history.prune(Timestamp(before).to_rfc3339()).await {
            Ok(0) => {}
            Ok(records) => tracing::info!(event = "pruned", records),
            Err(error) => self.trouble(Trouble::History, &error),
        }
    }

    fn device(&self, name: &str) -> Device {
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        devices.entry(name.to_owned()).or_default().clone()
    }

    /// Waits until nobody else writes posted evidence of a device.
    pub async fn writing(&self, name: &str) -> OwnedMutexGuard<()> {
        self.device(name).writing.lock_owned().await
    }

    /// Whether there is nothing to judge; a device that is being judged is looked at again.
    fn is_done(&self, found: &Found) -> bool {
        let device = self.device(&found.device);
        let Ok(known) = device.known.try_lock() else { return true };
        let intents = self.intents();
        known
            .done
            .as_ref()
            .is_some_and(|(revision, meant)| *revision == found.revision && *meant == intents.sha256)
    }

    /// Judges a device that checked in, and keeps what came of it. Gives the newest record, also when that was there
    /// before; nothing while another agent judges the device.
    ///
    /// # Errors
    /// [`Problem`]; it was told in the log.
    pub async fn check_in(self: &Arc<Self>, found: &Found) -> Result<Option<Record>, Problem> {
        let device = self.device(&found.device);
        let mut known = device.known.lock().await;
        let Ok(_room) = self.room.acquire().await else { return Ok(None) };
        let intents = self.intents();
        let claim = match self.history.claim(&found.device).await {
            Ok(Some(claim)) => claim,
            Ok(None) => return Ok(None),
            Err(error) => return Err(self.told(found, Problem::History(error))),
        };
        let judged = self.judged(found, intents.clone(), &claim).await;
        self.history.release(&claim).await;
        match judged {
            Ok(record) => {
                known.done = Some((found.revision, intents.sha256.clone()));
                self.health.judged(&found.device, None);
                Ok(Some(record))
            }
            Err(problem) => {
                if matches!(problem, Problem::Evidence(_)) {
                    // It is not looked at again until it changes.
                    known.done = Some((found.revision, intents.sha256.clone()));
                }
                Err(self.told(found, problem))
            }
        }
    }

    fn told(&self, found: &Found, problem: Problem) -> Problem {
        let about = if matches!(problem, Problem::History(_)) { Trouble::History } else { Trouble::Evidence };
        let reason = match &problem {
            Problem::Evidence(failure) => failure.to_string(),
            Problem::History(error) => error.to_string(),
        };
        self.metrics.trouble(about);
        match &problem {
            Problem::Evidence(_) => self.health.judged(&found.device, Some(reason.clone())),
            Problem::History(_) => self.health.kept(Some(reason.clone())),
        }
        let device = found.device.as_str();
        tracing::error!(event = "not-judged", device, about = about.name(), reason);
        problem
    }

    async fn judged(
        self: &Arc<Self>,
        found: &Found,
        intents: Arc<Intents>,
        claim: &Claim,
    ) -> Result<Record, Problem> {
        let started = Instant::now();
        let place = found.place.clone();
        let checkin = unblocked(move || CheckIn::read(&place)).await?;
        let previous = self.history.latest(&found.device).await.map_err(Problem::History)?;
        let same = |record: &Record| record.checkin == checkin.sha256 && record.intent == intents.sha256;
        if let Some(record) = previous.as_ref().filter(|record| same(record)) {
            // Another agent may have judged it.
            self.metrics.newest(record);
            return Ok(record.clone());
        }
        let (agent, device, source) = (self.clone(), found.device.clone(), found.source);
        let judge = move || checkin.judge(&device, source, &intents, &agent.configuration);
        let record = unblocked(judge).await?.compared(previous.as_ref());
        let change = record.change();
        let queue = self.configuration.webhook.as_ref().filter(|_| change.is_some()).map(|w| w.queue);
        let appended = self.history.append(claim, record, queue).await.map_err(Problem::History)?;
        // From here on it is on the disk, and may be told.
        self.health.kept(None);
        let (record, took) = (appended.record, started.elapsed());
        self.metrics.judged(&record, took);
        let (device, sequence) = (record.device.as_str(), record.sequence);
        tracing::info!(
            event = "judged",
            device,
            sequence,
            source = record.source.name(),
            outcome = record.outcome(),
            exit = u64::from(record.exit),
            failed = record.summary.fail as u64,
            drift = record.drift.len() as u64,
            checkin = record.checkin.as_str(),
            took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        );
        let names = |names: &std::collections::BTreeSet<String>| {
            names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
        };
        match change {
            Some(Change::Drift) => {
                tracing::warn!(event = "drift", device, sequence, appeared = names(&record.appeared));
            }
            Some(Change::Recovered) => {
                tracing::info!(event = "recovered", device, sequence, resolved = names(&record.resolved));
            }
            None => {}
        }
        if appended.dropped > 0 {
            self.metrics.delivery(Delivery::Dropped, appended.dropped);
            tracing::error!(event = "dropped", webhooks = appended.dropped);
        }
        if queue.is_some() {
            self.deliveries.notify_one();
        }
        Ok(record)
    }
}

/// Runs what computes or waits for the disk where it holds nobody up.
async fn unblocked<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(Problem::Evidence),
        // The judge broke down over this device; the others go on.
        Err(_) => Err(Problem::Evidence(Failure::Service(ServiceError::Broke))),
    }
}
