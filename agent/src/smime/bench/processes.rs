//! Whole commands on files: this program's, and the peer's that do the same.

use super::BenchError;
use super::report::{Peer, ProcessRow};
use super::rounds::{Effort, Rounds};
use super::stage::{Stage, text};
use crate::exit::Failure;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use smime::mime::{Base64Encoder, Wrap};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How often a command runs at most so that its memory is seen.
const PEAK_TRIES: usize = 5;
/// From this size on a command runs long enough to be seen many times, in octets.
const OFTEN_SEEN: usize = 16 << 20;
/// From which size of the content on a command takes long enough to be watched while it runs.
const WATCHED_MIN: usize = 1 << 20;
/// How often in a row, a millisecond apart, a process is found waiting before it counts as held.
const ASLEEP: u32 = 4;
/// What the content of large files repeats.
const BLOCK: usize = 10 << 20;

/// Measures all commands with contents of all sizes; without a peer only this program's.
///
/// # Errors
/// A file that cannot be written, a command of this program that fails.
pub(super) fn measure(
    stage: &Stage<'_>,
    sizes: &[usize],
    effort: Effort,
) -> Result<(Option<Peer>, Vec<ProcessRow>), Failure> {
    let folder = Folder::new()?;
    let own = std::env::current_exe().map_err(|source| Failure::Read { path: "handset".into(), source })?;
    let (own, peer) = (own.to_string_lossy().into_owned(), peer());
    folder.write("alice.pem", pem("CERTIFICATE", stage.rsa.certificate.der()).as_bytes())?;
    folder.write("root.pem", pem("CERTIFICATE", stage.root.der()).as_bytes())?;
    folder.write("alice.key", stage.rsa_pem.as_bytes())?;
    let mut rows = Vec::new();
    for &size in sizes {
        let block = text(size.min(BLOCK), "\n");
        folder.write_repeated("text.eml", &block, size / block.len().max(1))?;
        for task in TASKS {
            if let Some(made) = task.input {
                // What is read now was made by the command before.
                folder.rename("ours.out", made)?;
            }
            rows.push(task.measure(&folder, &own, peer.as_ref(), size, effort)?);
        }
    }
    Ok((peer, rows))
}

/// A command, and the peer's that do the same; the fastest of them counts.
struct Task {
    name: (&'static str, &'static str),
    /// The name that the output of the task before has here.
    input: Option<&'static str>,
    ours: &'static str,
    peers: &'static [&'static str],
}

const TASKS: [Task; 7] = [
    Task {
        name: ("sign opaque", "RSA-2048"),
        input: None,
        ours: "smime sign --opaque --signer alice.pem --key alice.key text.eml -o ours.out",
        peers: &[
            "cms -sign -nodetach -md sha256 -in text.eml -signer alice.pem -inkey alice.key -out peer.out",
            "cms -sign -nodetach -stream -md sha256 -in text.eml -signer alice.pem -inkey alice.key -out peer.out",
        ],
    },
    Task {
        name: ("sign", "RSA-2048"),
        input: None,
        ours: "smime sign --signer alice.pem --key alice.key text.eml -o ours.out",
        peers: &[
            "cms -sign -md sha256 -in text.eml -signer alice.pem -inkey alice.key -out peer.out",
            "smime -sign -md sha256 -in text.eml -signer alice.pem -inkey alice.key -out peer.out",
        ],
    },
    Task {
        name: ("verify", "RSA-2048"),
        input: Some("signed.eml"),
        ours: "smime verify --ca-file root.pem signed.eml -o ours.out",
        peers: &["cms -verify -in signed.eml -CAfile root.pem -out peer.out"],
    },
    Task {
        name: ("encrypt", "AES-256-CBC"),
        input: None,
        ours: "smime encrypt --recipient alice.pem --cipher aes-256-cbc text.eml -o ours.out",
        peers: &[
            "cms -encrypt -aes-256-cbc -in text.eml -out peer.out alice.pem",
            "cms -encrypt -stream -aes-256-cbc -in text.eml -out peer.out alice.pem",
        ],
    },
    Task {
        name: ("decrypt", "AES-256-CBC"),
        input: Some("sealed.eml"),
        ours: "smime decrypt --recipient alice.pem --key alice.key sealed.eml -o ours.out",
        peers: &["cms -decrypt -in sealed.eml -recip alice.pem -inkey alice.key -out peer.out"],
    },
    Task {
        name: ("encrypt", "AES-256-GCM"),
        input: None,
        ours: "smime encrypt --recipient alice.pem --cipher aes-256-gcm text.eml -o ours.out",
        peers: &[
            "cms -encrypt -aes-256-gcm -in text.eml -out peer.out alice.pem",
            "cms -encrypt -stream -aes-256-gcm -in text.eml -out peer.out alice.pem",
        ],
    },
    Task {
        name: ("decrypt", "AES-256-GCM"),
        input: Some("sealed.eml"),
        ours: "smime decrypt --recipient alice.pem --key alice.key sealed.eml -o ours.out",
        peers: &["cms -decrypt -in sealed.eml -recip alice.pem -inkey alice.key -out peer.out"],
    },
];

impl Task {
    fn measure(
        &self,
        folder: &Folder,
        own: &str,
        peer: Option<&Peer>,
        size: usize,
        effort: Effort,
    ) -> Result<ProcessRow, Failure> {
        let ours = Line { folder: &folder.0, program: own, arguments: self.ours };
        let ours_peak = ours.peak_kib(size)?;
        // A peer that cannot do it, or cannot read what the others can, is not compared with.
        let mut fastest: Option<(f64, Line<'_>)> = None;
        for arguments in self.peers {
            let Some(peer) = peer else { break };
            let line = Line { folder: &folder.0, program: &peer.program, arguments };
            let (Some(first), Some(second)) = (line.run(Watch::Time)?, line.run(Watch::Time)?) else {
                continue;
            };
            let us = first.us.min(second.us);
            if fastest.as_ref().is_none_or(|(best, _)| us < *best) {
                fastest = Some((us, line));
            }
        }
        let time = |line: &Line<'_>| -> Result<f64, Failure> {
            Ok(line.run(Watch::Time)?.ok_or_else(|| line.failed())?.us)
        };
        let rounds = Rounds::alternate(
            effort,
            || time(&ours),
            || fastest.as_ref().map_or(Ok(f64::NAN), |(_, line)| time(line)),
        )?;
        let peer = match fastest {
            Some((_, line)) => Some((line.arguments.to_owned(), line.peak_kib(size)?)),
            None => None,
        };
        Ok(ProcessRow::new(self.name, size, &rounds, ours_peak, peer))
    }
}

/// What is watched while a command runs: watching the memory costs time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Watch {
    Time,
    Peak,
}

struct Ran {
    us: f64,
    peak_kib: u64,
}

/// A command line in the folder.
struct Line<'l> {
    folder: &'l Path,
    program: &'l str,
    arguments: &'l str,
}

impl Line<'_> {
    /// The command, to be run in the folder without the user's own defaults, which would make it another measurement.
    fn command<'a>(&self, arguments: impl Iterator<Item = &'a str>) -> Command {
        let mut command = Command::new(self.program);
        command.args(arguments).current_dir(self.folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("HANDSET_") {
                command.env_remove(name);
            }
        }
        command
    }

    fn not_run(&self) -> impl Fn(io::Error) -> Failure {
        let path = PathBuf::from(self.program);
        move |source| Failure::Read { path: path.clone(), source }
    }

    /// Runs it; nothing when it ends otherwise than with 0.
    fn run(&self, watch: Watch) -> Result<Option<Ran>, Failure> {
        let mut command = self.command(self.arguments.split_whitespace());
        let start = Instant::now();
        let mut child = command.spawn().map_err(self.not_run())?;
        let mut peak_kib = 0;
        if watch == Watch::Peak {
            // The high-water mark is gone with the process, so it is read as long as there is one.
            while child.try_wait().map_err(self.not_run())?.is_none() {
                peak_kib = high_water_kib(child.id()).unwrap_or_default().max(peak_kib);
            }
        }
        let ended = child.wait().map_err(self.not_run())?;
        let us = start.elapsed().as_secs_f64() * 1e6;
        Ok(ended.success().then_some(Ran { us, peak_kib }))
    }

    /// The most memory it has; nothing where it was always over before that could be read.
    fn peak_kib(&self, size: usize) -> Result<Option<u64>, Failure> {
        if size < WATCHED_MIN {
            return self.held_peak_kib();
        }
        // What is over soon may be seen at its beginning only, on a busy machine: the most of all tries counts.
        let tries = if size < OFTEN_SEEN { PEAK_TRIES } else { 1 };
        let mut most = 0;
        for attempt in 0..PEAK_TRIES {
            if attempt < tries || most == 0 {
                most = self.run(Watch::Peak)?.ok_or_else(|| self.failed())?.peak_kib.max(most);
            }
        }
        Ok(Some(most).filter(|most| *most > 0))
    }

    /// The most memory of what is over before it could be watched: its result goes into a pipe that is full, so that it
    /// is held where it writes that, until its memory was read.
    fn held_peak_kib(&self) -> Result<Option<u64>, Failure> {
        let (mut reader, writer) = full_pipe().map_err(self.not_run())?;
        let mut child = {
            let mut command = self.command(to_standard_output(self.arguments));
            command.stdout(writer);
            command.spawn().map_err(self.not_run())?
        };
        let (mut peak_kib, mut asleep) = (None, 0);
        while asleep < ASLEEP && child.try_wait().map_err(self.not_run())?.is_none() {
            peak_kib = high_water_kib(child.id()).max(peak_kib);
            asleep = if is_asleep(child.id()) { asleep + 1 } else { 0 };
            std::thread::sleep(Duration::from_millis(1));
        }
        io::copy(&mut reader, &mut io::sink()).map_err(self.not_run())?;
        match child.wait().map_err(self.not_run())?.success() {
            true => Ok(peak_kib),
            false => Err(self.failed().into()),
        }
    }

    fn failed(&self) -> BenchError {
        BenchError::Command { command: format!("{} {}", self.program, self.arguments) }
    }
}

fn high_water_kib(process: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Whether a process waits for something.
fn is_asleep(process: u32) -> bool {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name in brackets may hold anything; the state follows it.
    text.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('S'))
}

/// A pipe into which nothing more can be written until something is read.
fn full_pipe() -> io::Result<(io::PipeReader, io::PipeWriter)> {
    let (reader, mut writer) = io::pipe()?;
    let flags = fcntl_getfl(&writer)?;
    fcntl_setfl(&writer, flags | OFlags::NONBLOCK)?;
    loop {
        match writer.write(&[0; 4096]) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
    }
    fcntl_setfl(&writer, flags)?;
    Ok((reader, writer))
}

/// The same arguments with the result on standard output.
fn to_standard_output(arguments: &str) -> impl Iterator<Item = &str> {
    let mut words = arguments.split_whitespace();
    std::iter::from_fn(move || match words.next()? {
        "ours.out" => Some("-"),
        "-out" => words.nth(1),
        word => Some(word),
    })
}

/// The `openssl` on PATH, if it runs.
fn peer() -> Option<Peer> {
    let output = Command::new("openssl").arg("version").stdin(Stdio::null()).output().ok()?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(Peer { program: "openssl".to_owned(), version })
}

fn pem(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n").into_bytes();
    let mut encoder = Base64Encoder::wrapped(Wrap::Pem);
    encoder.update(der, &mut text);
    encoder.finish(&mut text);
    format!("{}-----END {label}-----\n", String::from_utf8_lossy(&text))
}

/// A folder that goes with its files, in memory where the system offers that.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Folder, Failure> {
        let memory = Path::new("/dev/shm");
        let above = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let path = above.join(format!("handset-bench-{}", std::process::id()));
        let made = fs::DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|source| Failure::Write { path: path.clone(), source })?;
        Ok(Folder(path))
    }

    fn write(&self, name: &str, content: &[u8]) -> Result<(), Failure> {
        self.write_repeated(name, content, 1)
    }

    fn write_repeated(&self, name: &str, block: &[u8], times: usize) -> Result<(), Failure> {
        let path = self.0.join(name);
        let write = || {
            let mut file = File::create(&path)?;
            (0..times).try_for_each(|_| file.write_all(block))
        };
        write().map_err(|source| Failure::Write { path: path.clone(), source })
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), Failure> {
        let path = self.0.join(to);
        fs::rename(self.0.join(from), &path).map_err(|source| Failure::Write { path, source })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_command_is_held_until_its_memory_was_read() {
        let folder = std::env::temp_dir();
        let line = Line { folder: &folder, program: "cat", arguments: "/proc/version" };
        let peak = line.peak_kib(4096).unwrap().unwrap();
        assert!((200..100_000).contains(&peak), "{peak}");
        let fails = Line { arguments: "/nowhere/at/all", ..line };
        assert!(fails.peak_kib(4096).is_err());
    }

    #[test]
    fn results_are_sent_to_standard_output() {
        let words = |arguments| to_standard_output(arguments).collect::<Vec<_>>().join(" ");
        assert_eq!(words("smime sign --key k text.eml -o ours.out"), "smime sign --key k text.eml -o -");
        assert_eq!(words("cms -encrypt -out peer.out alice.pem"), "cms -encrypt alice.pem");
        assert_eq!(words("cms -verify -in x -out peer.out"), "cms -verify -in x");
    }
}
