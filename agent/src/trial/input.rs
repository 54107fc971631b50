//! Reading the file: the bytes, the signature around them, the profile inside, and facts about its certificates.

use crate::cli::TryArguments;
use crate::exit::Failure;
use device::Device;
use profile::{Finding, Profile};
use simulator::PROVIDER;
use smime::{Context, Timestamp, TrustStore, cms};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use verdict::{TrialPayload, TrialProfile};

/// The largest file that is read: a profile of the largest size that the reader takes, and the signature around it.
pub const MAX_FILE: u64 = 24 * 1024 * 1024;

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
    let bytes = bytes(&arguments.profile)?;
    Ok(of(arguments, bytes))
}

/// Takes bytes for the file that the command line names.
pub(super) fn of(arguments: &TryArguments, bytes: Vec<u8>) -> Input {
    let name = arguments.profile.display().to_string();
    let cx = Context { now: Timestamp(arguments.clock.0), crypto: &PROVIDER };
    let mut signed = false;
    let mut signer = Vec::new();
    let mut findings = Vec::new();
    let mut inner = bytes.clone();
    if cms::is_cms(&bytes) {
        signed = true;
        match cms::open_signed(&cx, &bytes, &TrustStore::new()) {
            Ok(content) => {
                signer = super::findings::signers(&content, &mut findings);
                inner = content.content;
            }
            Err(error) => {
                findings.push(super::findings::broken_signature(&error));
                inner = Vec::new();
            }
        }
    }
    let (profile, mut read) = profile::parse(&inner);
    // Where the wrapping cannot be opened, what is inside is not there to be judged.
    if !(signed && inner.is_empty()) {
        findings.append(&mut read);
    }
    let mut input = Input { name, bytes, inner, signed, signer, profile, findings };
    super::findings::lint(&mut input, &cx, arguments.ios);
    input
}

/// The bytes of a file of up to [`MAX_FILE`]; `-` is standard input.
///
/// # Errors
/// [`Failure::Read`] and [`Failure::TooLarge`].
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |source| Failure::Read { path: path.to_path_buf(), source };
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        File::open(path).map_err(failed)?.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(failed)?;
    }
    if bytes.len() as u64 > MAX_FILE {
        return Err(Failure::TooLarge { path: path.to_path_buf(), limit: MAX_FILE });
    }
    Ok(bytes)
}

impl Input {
    /// Whether there is a property list to install.
    pub fn readable(&self) -> bool {
        self.profile.is_readable()
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
