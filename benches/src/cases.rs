//! The cases whose rate is measured: one of states alone, one with everything.

use handset::run::{Materials, SimulatedTarget};
use scenario::{Case, Files, Knowledge, ReadFailure, execute, expand};
use verdict::{RunCase, RunOutcome};

/// A case of states: install, sign in, act, look, without any cryptography.
pub const STATE: &str = "\
suite: bench
scenarios:
  - name: state
    requirements: [EAS-052]
    given:
      policy: {easServices: [contacts], easServicesUserOverrideEnabled: false}
    steps:
      - install: given
        expect: {install: installed, asked: [password]}
      - answer: password
      - act: service.mail.on
        expect: {verdict: denied, by: EnableMailUserOverridable}
    expect:
      - state: {account.services.mail.on: false, account.services.contacts.on: true}
";

/// A case of states that talks to no server: install, act, expect, judge, before the owner has entered a password.
pub const INSTALL: &str = "\
suite: bench
scenarios:
  - name: install
    requirements: [EAS-041]
    given:
      policy: {easServices: [contacts], easServicesUserOverrideEnabled: false}
    steps:
      - install: given
        expect: {install: installed, asked: [password]}
      - act: service.mail.on
        expect: {verdict: absent}
    expect:
      - state: {account: {absent: true}}
      - prompts: [password]
";

/// A whole case: PKCS#12 files opened, mail signed, encrypted and read, both ways.
pub const FULL: &str = "\
suite: bench
scenarios:
  - name: full
    requirements: [EAS-064]
    given:
      policy:
        requireSmime: true
        signingCertificateType: certificate
        encryptionCertificateType: certificate
        smimeSigningEnabled: true
        smimeEncryptByDefaultEnabled: true
      certificates:
        roots: [fixtures/pki/contoso-root.cert.pem]
        signing: {file: fixtures/pki/alice-signing.pbes2.p12, password: p12-alice-signing}
        encryption: {file: fixtures/pki/alice-encryption.pbes2.p12, password: p12-alice-encryption}
    steps:
      - install: given
        expect: {install: installed, asked: [password]}
      - answer: password
      - send: {to: bob, text: in confidence}
        expect:
          - wire: {signed: true, encrypted: true, signed-by: Alice Signing, holds-not: in confidence}
          - reading: {readable: true, signature: valid, text: in confidence}
      - receive: {from: bob, signed: true, encrypted: true, text: thank you}
        expect:
          reading: {readable: true, signature: valid, text: thank you}
";

struct Text(&'static str);

impl Files for Text {
    fn read(&self, _: &str) -> Result<String, ReadFailure> {
        Ok(self.0.to_owned())
    }
}

/// A case with the files that it names.
pub struct Measured {
    case: Case,
    materials: Materials,
}

impl Measured {
    /// Reads the one case of a suite; files are named from the workspace's root, in which the program must run.
    ///
    /// # Panics
    /// When the suite is wrong or a file is not there.
    pub fn of(suite: &'static str) -> Self {
        let cases = expand(["bench.yaml"], &Text(suite), Knowledge::default());
        let case = cases.expect("a sound suite").remove(0);
        let mut materials = Materials::default();
        for file in case.files() {
            materials.load(file).expect("a fixture");
        }
        Measured { case, materials }
    }

    /// A phone on which every case does every step itself.
    pub fn target_apart(&self) -> SimulatedTarget<'_> {
        self.target().apart()
    }

    /// A phone to run it on.
    pub fn target(&self) -> SimulatedTarget<'_> {
        SimulatedTarget::new(&self.materials, None)
    }

    /// Runs it once.
    ///
    /// # Panics
    /// When it does not pass.
    pub fn run(&self, target: &mut SimulatedTarget<'_>) -> RunCase {
        let run = execute(&self.case, target, &mut ());
        assert_eq!(run.outcome, RunOutcome::Pass, "{:?} {:?}", run.reason, run.failures);
        run
    }
}
