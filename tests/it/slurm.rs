//! A run of 20,000 cases in eight shards on a real Slurm: one controller and one node, on loopback, for this test alone.

use crate::program::handset;
use crate::shards::{command, merge, states, told};
use conformance::{Scratch, peer, root, run};
use scenario::SHARD_VARIABLES;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The longest that the array may take.
const PATIENCE: Duration = Duration::from_secs(240);

/// How many cases of a shard came out before it is disturbed.
const UNDER_WAY: usize = 20;

/// A Slurm that ends with the test, also with one that fails.
struct Slurm {
    daemons: Vec<Child>,
    scratch: Scratch,
}

impl Slurm {
    /// Starts one; nothing, loudly, where there is none to be had.
    fn start(test: &str) -> Option<Slurm> {
        for program in ["slurmctld", "slurmd", "sbatch", "scontrol", "squeue"] {
            // The daemons lie where only root's PATH leads.
            if !Path::new("/usr/sbin").join(program).is_file() && !peer(program, test) {
                return None;
            }
        }
        let plugins = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"];
        let known = |folder: &&str| {
            Path::new(folder).join("slurm-wlm/auth_none.so").is_file()
                || Path::new(folder).join("slurm/auth_none.so").is_file()
        };
        if !plugins.iter().any(|folder| known(folder)) {
            let required = std::env::var("HANDSET_REQUIRE_PEERS").is_ok_and(|v| v == "1");
            assert!(!required, "{test}: Slurm's auth/none is missing and HANDSET_REQUIRE_PEERS=1");
            eprintln!("SKIPPED {test}: Slurm's auth/none (slurm-wlm-basic-plugins) is missing");
            return None;
        }
        let scratch = Scratch::new(test);
        for folder in ["state", "spool", "work", "work/shards"] {
            fs::create_dir(scratch.file(folder)).expect("a folder");
        }
        let said = |program: &str, arguments: &[&str]| {
            let output = run(Command::new(program).args(arguments));
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        };
        let (host, user) = (said("hostname", &["-s"]), said("id", &["-un"]));
        let ports = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port"));
        let [controller, node] = ports.map(|p| p.local_addr().expect("an address").port());
        let folder = scratch.path().display();
        // `cred_expire` and `KillWait` shorten what Slurm waits for when a task is requeued.
        let configuration = format!(
            "ClusterName=handset\nSlurmctldHost={host}(127.0.0.1)\nSlurmctldPort={controller}\nSlurmdPort={node}\n\
             AuthType=auth/none\nAuthInfo=cred_expire=5\nCredType=cred/none\nSlurmUser={user}\nSlurmdUser={user}\n\
             StateSaveLocation={folder}/state\nSlurmdSpoolDir={folder}/spool\nSlurmctldPidFile={folder}/controller.pid\n\
             SlurmdPidFile={folder}/node.pid\nSlurmctldLogFile={folder}/controller.log\nSlurmdLogFile={folder}/node.log\n\
             ProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\nSelectType=select/cons_tres\nSelectTypeParameters=CR_CPU\n\
             SwitchType=switch/none\nMpiDefault=none\nReturnToService=2\nAccountingStorageType=accounting_storage/none\n\
             KillWait=5\nSlurmdParameters=config_overrides\nSchedulerParameters=defer,sched_interval=1,sched_min_interval=0\n\
             NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=100\n\
             PartitionName=debug Nodes={host} Default=YES MaxTime=INFINITE State=UP\n"
        );
        fs::write(scratch.file("slurm.conf"), configuration).expect("a file");
        let mut slurm = Slurm { daemons: Vec::new(), scratch };
        for (program, more) in [("slurmctld", &[][..]), ("slurmd", &["-N", &host])] {
            let mut daemon = slurm.command(program);
            daemon.args(["-D", "-f"]).arg(slurm.scratch.file("slurm.conf")).args(more);
            let log = File::create(slurm.scratch.file(&format!("{program}.out"))).expect("a file");
            daemon.stdout(log.try_clone().expect("a file")).stderr(log);
            slurm.daemons.push(daemon.spawn().expect("it starts"));
        }
        let started = Instant::now();
        while slurm.said("sinfo", &["-h", "-o", "%t"]).trim() != "idle" {
            assert!(started.elapsed() < Duration::from_secs(60), "the node is not ready: {}", slurm.logs());
            sleep(Duration::from_millis(100));
        }
        Some(slurm)
    }

    fn command(&self, program: &str) -> Command {
        let folder = handset().parent().expect("a folder").display().to_string();
        let mut command = Command::new(program);
        for name in SHARD_VARIABLES {
            command.env_remove(name);
        }
        command.env("PATH", format!("{folder}:/usr/sbin:/usr/bin:/sbin:/bin")).current_dir(self.work());
        command.env("SLURM_CONF", self.scratch.file("slurm.conf")).stdin(Stdio::null());
        command
    }

    fn said(&self, program: &str, arguments: &[&str]) -> String {
        let output = run(self.command(program).args(arguments));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The folder in which jobs run.
    fn work(&self) -> PathBuf {
        self.scratch.file("work")
    }

    fn logs(&self) -> String {
        let names = ["slurmctld.out", "slurmd.out", "controller.log", "node.log"];
        let tail = |name: &str| {
            let text = fs::read_to_string(self.scratch.file(name)).unwrap_or_default();
            let lines: Vec<&str> = text.lines().rev().take(15).collect();
            format!("{name}:\n{}\n", lines.into_iter().rev().collect::<Vec<_>>().join("\n"))
        };
        names.map(tail).concat()
    }

    /// The processes that work in the folder of the jobs.
    fn processes(&self) -> Vec<u32> {
        let Ok(work) = fs::canonicalize(self.work()) else { return Vec::new() };
        let all = fs::read_dir("/proc").into_iter().flatten().flatten();
        let ids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        ids.filter(|id| fs::read_link(format!("/proc/{id}/cwd")).is_ok_and(|cwd| cwd == work)).collect()
    }

    /// The program as a task of the array runs it.
    fn program_of(&self, task: u32) -> Option<u32> {
        let program = fs::canonicalize(handset()).expect("the program");
        let mark = format!("SLURM_ARRAY_TASK_ID={task}");
        self.processes().into_iter().find(|id| {
            let environment = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
            fs::read_link(format!("/proc/{id}/exe")).is_ok_and(|exe| exe == program)
                && environment.split(|b| *b == 0).any(|variable| variable == mark.as_bytes())
        })
    }

    /// How many cases of a task's shard came out.
    fn came_out(&self, task: u32) -> usize {
        let kept = format!(".handset/shard-{}-of-8/results.ndjson", task + 1);
        fs::read(self.work().join(kept)).map_or(0, |lines| lines.iter().filter(|b| **b == b'\n').count())
    }
}

impl Drop for Slurm {
    fn drop(&mut self) {
        // Tasks first, while somebody is there to end them; then what is left of them, and the daemons.
        let user = format!("--user={}", self.said("id", &["-un"]).trim());
        let _ = self.command("scancel").args(["--full", "--signal=KILL", &user]).output();
        let started = Instant::now();
        while !self.processes().is_empty() && started.elapsed() < Duration::from_secs(10) {
            sleep(Duration::from_millis(50));
        }
        for id in self.processes() {
            let _ = Command::new("kill").args(["-KILL", &id.to_string()]).status();
        }
        for daemon in self.daemons.iter_mut().rev() {
            let _ = Command::new("kill").args(["-TERM", &daemon.id().to_string()]).status();
            let started = Instant::now();
            while started.elapsed() < Duration::from_secs(10) && matches!(daemon.try_wait(), Ok(None)) {
                sleep(Duration::from_millis(50));
            }
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

/// Which reports of shards are there.
fn reports(work: &Path) -> Vec<String> {
    let found = fs::read_dir(work.join("shards")).expect("the folder of shards").flatten();
    let named = found.map(|entry| entry.file_name().into_string().expect("a name"));
    let mut reports: Vec<String> =
        named.filter(|name| name.starts_with("shard-")).map(|name| format!("shards/{name}")).collect();
    reports.sort();
    reports
}

fn merged(work: &Path, to: &str) -> (i32, String) {
    let reports = reports(work);
    let (code, _, errors) = merge(&reports.iter().map(String::as_str).collect::<Vec<_>>(), to, work);
    (code, errors)
}

/// Task 3 is requeued by the administrator while it runs, as when its node is needed; the program of task 5 is killed, as
/// when memory is short, and its script asks to be run again.
#[test]
fn shards_of_an_array_of_which_two_tasks_were_killed_and_requeued_are_the_undivided_run() {
    let Some(slurm) = Slurm::start("slurm") else { return };
    let work = slurm.work();
    // A thousand worlds are dear enough for a shard to run for seconds.
    fs::write(work.join("s.yaml"), states(1_000, 20)).unwrap();
    let script = root().join("deploy/slurm/array.sbatch");
    let submitted = run(slurm.command("sbatch").env("SUITES", "s.yaml").arg("--parsable").arg(script));
    let job = String::from_utf8_lossy(&submitted.stdout).trim().to_owned();
    assert!(job.parse::<u64>().is_ok(), "{job}: {}", String::from_utf8_lossy(&submitted.stderr));

    let (mut requeued, mut killed, mut refused) = (false, false, 0);
    let (started, mut asked) = (Instant::now(), Instant::now());
    loop {
        assert!(started.elapsed() < PATIENCE, "{requeued} {killed}: {}", slurm.logs());
        if !requeued && slurm.came_out(3) >= UNDER_WAY {
            let done = run(slurm.command("scontrol").args(["requeue", &format!("{job}_3")]));
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
            requeued = true;
        }
        if !killed && slurm.came_out(5) >= UNDER_WAY {
            let id = slurm.program_of(5).expect("task 5 is over already").to_string();
            assert!(Command::new("kill").args(["-KILL", &id]).status().expect("kill").success());
            killed = true;
        }
        if asked.elapsed() > Duration::from_millis(500) {
            asked = Instant::now();
            let queue = slurm.said("squeue", &["-h", "-r", "-o", "%K %t %r"]);
            for line in queue.lines().filter(|line| line.ends_with("PD BeginTime")) {
                // Slurm lets a requeued task wait for two minutes.
                let task = line.split_whitespace().next().unwrap_or_default();
                let (code, errors) = merged(&work, "too-early.json");
                assert!(code == 2 && !work.join("too-early.json").exists(), "{errors}");
                refused += 1;
                slurm.said("scontrol", &["update", &format!("JobId={job}_{task}"), "StartTime=now"]);
            }
            if queue.trim().is_empty() && requeued && killed {
                break;
            }
            assert!(!queue.trim().is_empty(), "the array is over: {requeued} {killed}");
        }
        sleep(Duration::from_millis(5));
    }
    assert!(refused >= 2, "both tasks were waiting, and nothing was merged without them");
    for task in 0..8 {
        let state = slurm.said("scontrol", &["show", "job", &format!("{job}_{task}")]);
        let restarts = if task == 3 || task == 5 { "Restarts=1" } else { "Restarts=0" };
        assert!(state.contains("JobState=COMPLETED") && state.contains(restarts), "{task}: {state}");
    }
    assert_eq!(reports(&work).len(), 8);
    let (code, errors) = merged(&work, "merged.json");
    assert_eq!(code, 0, "{errors}");

    let whole =
        command(&["run", "-q", "s.yaml", "--report", "json=whole.json"], &work).output().expect("starts");
    let (code, said, errors) = told(&whole);
    assert_eq!((code, said.lines().last()), (1, Some("20001 cases: 20000 passed, 1 failed")), "{errors}");
    let bytes = |name: &str| fs::read(work.join(name)).expect("a report");
    assert!(
        bytes("merged.json") == bytes("whole.json"),
        "the merged report is the report of the undivided run"
    );

    fs::remove_file(work.join("shards/shard-5.json")).unwrap();
    let (code, errors) = merged(&work, "gap.json");
    assert!(code == 2 && errors.contains("shard 6 of 8 is missing"), "{code}: {errors}");
}
