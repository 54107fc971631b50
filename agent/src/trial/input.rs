//! Reading the file: the bytes, the signature around them, the profile inside, and facts about its certificates.

use crate::cli::TryArguments;
use crate::exit::Failure;
use crate::file;
use crate::findings::{Shown, Unwrapped, lint, unopened, unwrap};
use device::Device;
use profile::lint::Audience;
use profile::{Finding, Profile, Schema};
use simulator::PROVIDER;
use smime::{Context, Timestamp};
use verdict::{TrialPayload, TrialProfile};

/// The file and what is in it.
pub(super) struct Input {
    /// The file as it was named.
    pub name: String,
    /// The bytes as they are, for the phone.
    pub bytes: Vec<u8>,
    /// The bytes inside the signature, which spans refer to.
    pub inner: Vec<u8>,
    pub signed: bool,
    pub signer: Vec<String>,
    pub profile: Profile,
    pub findings: Vec<Finding>,
}

/// Reads the file that the command line names.
pub(super) fn read(arguments: &TryArguments) -> Result<Input, Failure> {
    let bytes = file::read(&arguments.profile)?;
    Ok(of(arguments, bytes))
}

/// Takes bytes for the file that the command line names.
pub(super) fn of(arguments: &TryArguments, bytes: Vec<u8>) -> Input {
    let name = arguments.profile.display().to_string();
    let cx = Context { now: Timestamp(arguments.clock.0), crypto: &PROVIDER };
    let Unwrapped { inner, signed, signer, mut findings } = unwrap(&cx, &bytes);
    let inner = inner.into_owned();
    let (profile, mut read) = profile::parse(&inner);
    // Where the wrapping cannot be opened, what is inside is not there to be judged.
    if !(signed && inner.is_empty()) {
        findings.append(&mut read);
    }
    let audience = Audience { os: arguments.ios, supervised: arguments.supervised };
    findings.extend(lint(&cx, Schema::builtin(), &profile, audience));
    // The phone is a fresh one, without any identity.
    findings.extend(unopened(&cx, &profile, &[]));
    Input { name, bytes, inner, signed, signer, profile, findings }
}

impl Input {
    /// Whether there is a property list to install.
    pub fn readable(&self) -> bool {
        self.profile.is_readable()
    }

    /// The findings, with the source they are about.
    pub fn shown(&self) -> Shown<'_> {
        Shown { name: &self.name, document: &self.inner, profile: &self.profile, findings: &self.findings }
    }

    /// The profile in the words of the contract.
    pub fn describe(&self) -> TrialProfile {
        let own = |t: Option<&str>| t.map(str::to_owned);
        let profile = &self.profile;
        TrialProfile {
            file: self.name.clone(),
            format: format!("{:?}", profile.format).to_lowercase(),
            signed: self.signed,
            signer: self.signer.clone(),
            identifier: own(profile.identifier()),
            uuid: own(profile.uuid()),
            display_name: own(profile.display_name()),
            organization: own(profile.organization()),
            payloads: profile
                .payloads
                .iter()
                .map(|p| TrialPayload {
                    payload_type: own(p.payload_type()),
                    uuid: own(p.uuid()),
                    identifier: own(p.identifier()),
                    display_name: own(p.display_name()),
                    simulated: false,
                })
                .collect(),
        }
    }

    /// Says of each payload whether the phone acts on it.
    pub fn mark_simulated(&self, described: &mut TrialProfile, device: &Device) {
        let installed = device.profiles().iter().flat_map(|p| &p.payloads);
        for (payload, installed) in described.payloads.iter_mut().zip(installed) {
            payload.simulated = installed.acts;
        }
    }
}
