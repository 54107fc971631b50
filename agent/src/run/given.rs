//! What is there at the start: worlds, and the profiles that are installed in them.

use super::Materials;
use crate::findings::unwrap;
use crate::policies::{export_of, pick};
use device::{DeviceFacts, Input, ProfileFile, Secret};
use intent::{DeliveredCertificates, EmailPolicy, Intent, Pkcs12Blob, RootCertificate, Stated, Tenant, User};
use profile::{OsVersion, Profile, Severity};
use scenario::{
    Certificates, Configuration, CorrespondentCertificate, Enrolment, FileName, Given, Install, OAuthSupport,
    Phone, PhoneVariant, Pkcs12File, Refusal, Sensitive,
};
use simulator::{EnrolmentServer, Owner, PROVIDER, PublishedCertificate, STEP_MS, World, WorldOptions};
use smime::{Certificate, Context, Timestamp};
use std::path::Path;
use std::sync::Arc;

/// The most profiles that are kept.
const MAX_PROFILES: usize = 256;

/// What the owner types where a scenario says no password.
const PASSWORD: &str = "correct horse battery staple";

/// Makes worlds and profiles, and keeps the profiles.
#[derive(Default)]
pub(super) struct Workshop {
    profiles: Vec<(Recipe, Arc<Prepared>)>,
}

/// What a profile is made of. The next one asked for is mostly the last, so they are compared rather than hashed.
struct Recipe {
    configuration: Configuration,
    user: User,
    certificates: Certificates,
    ios: OsVersion,
}

/// A profile that can be installed, with what it is to mean.
pub(super) struct Prepared {
    /// The file.
    pub file: ProfileFile,
    meaning: Meaning,
}

enum Meaning {
    Policy { policy: Box<EmailPolicy>, user: User, certificates: Arc<DeliveredCertificates> },
    Profile(Box<Profile>),
}

impl Prepared {
    /// What the policy is called.
    pub fn name(&self) -> &str {
        match &self.meaning {
            Meaning::Policy { policy, .. } => &policy.display_name,
            Meaning::Profile(profile) => profile.display_name().unwrap_or("profile"),
        }
    }

    /// What it asks of a phone.
    pub fn intent(&self, ios: OsVersion) -> Result<Intent, Refusal> {
        match &self.meaning {
            Meaning::Policy { policy, user, certificates } => {
                Intent::of_policy(policy, user, certificates, Some(ios)).map_err(Refusal::broken)
            }
            Meaning::Profile(profile) => intent::read(profile).map_err(Refusal::broken),
        }
    }

    /// What it states beyond its profile.
    pub fn stated(&self) -> Vec<Stated> {
        match &self.meaning {
            Meaning::Policy { policy, .. } => intent::stated_of_policy(policy),
            Meaning::Profile(_) => Vec::new(),
        }
    }

    /// The profile as syntax.
    pub fn profile(&self) -> Profile {
        match &self.meaning {
            Meaning::Policy { .. } => profile::parse(self.file.bytes()).0,
            Meaning::Profile(profile) => (**profile).clone(),
        }
    }
}

impl Workshop {
    /// The world of a case before its first step.
    pub fn world(&mut self, materials: &Materials, given: &Given, seed: u64) -> Result<World, Refusal> {
        let owner = self.owner(materials, given)?;
        made(given, seed, owner)
    }

    /// Whose phone it is: by the names that what is installed gives them.
    fn owner(&mut self, materials: &Materials, given: &Given) -> Result<Owner, Refusal> {
        let user = user_of(given, &given.owner)?;
        let address = user.primary_smtp_address.clone().unwrap_or_else(|| user.upn.clone());
        let mut owner = Owner { email: address, user_name: user.upn.clone(), host: None, password: None };
        let spelt = given.peers.exchange.password.as_ref();
        let spelt = spelt.map(|password| opened(materials, password)).transpose()?;
        match &given.configuration {
            Some(Configuration::Policy(policy)) => named_by(policy, user, &mut owner),
            Some(Configuration::PolicyFile(file)) => named_by(&policy_of(materials, file)?, user, &mut owner),
            Some(Configuration::Profile(file)) => {
                let profile = inner_profile(octets(materials, file)?);
                let account = profile.payloads.iter().find(|p| p.is("com.apple.eas.account"));
                let text = |key: &str| {
                    let text = account.and_then(|a| a.string(key).ok().flatten());
                    text.filter(|t| !t.is_empty()).map(str::to_owned)
                };
                owner.email = text("EmailAddress").unwrap_or(owner.email);
                owner.user_name = text("UserName").unwrap_or(owner.user_name);
                owner.password = text("Password").map(Secret::new);
            }
            None => {}
        }
        if let Some(password) = spelt {
            owner.password = Some(Secret::new(password));
        }
        owner.password.get_or_insert_with(|| Secret::new(PASSWORD));
        Ok(owner)
    }

    /// What a step installs.
    pub fn prepared(
        &mut self,
        materials: &Materials,
        given: &Given,
        install: &Install,
        ios: OsVersion,
    ) -> Result<Arc<Prepared>, Refusal> {
        let user = user_of(given, &install.user)?;
        let certificates = &given.certificates;
        let fits = |(recipe, _): &&(Recipe, _)| {
            recipe.ios == ios
                && recipe.configuration == install.configuration
                && recipe.user == *user
                && recipe.certificates == *certificates
        };
        if let Some((_, known)) = self.profiles.iter().rev().find(fits) {
            return Ok(known.clone());
        }
        let prepared = match &install.configuration {
            Configuration::Policy(policy) => compiled(materials, policy, user, certificates, ios)?,
            Configuration::PolicyFile(file) => {
                compiled(materials, &policy_of(materials, file)?, user, certificates, ios)?
            }
            Configuration::Profile(file) => {
                let bytes = octets(materials, file)?;
                Prepared {
                    file: ProfileFile::new(bytes.to_vec()),
                    meaning: Meaning::Profile(Box::new(inner_profile(bytes))),
                }
            }
        };
        if self.profiles.len() >= MAX_PROFILES {
            self.profiles.clear();
        }
        let prepared = Arc::new(prepared);
        let recipe = Recipe {
            configuration: install.configuration.clone(),
            user: user.clone(),
            certificates: certificates.clone(),
            ios,
        };
        self.profiles.push((recipe, prepared.clone()));
        Ok(prepared)
    }
}

fn made(given: &Given, seed: u64, owner: Owner) -> Result<World, Refusal> {
    // The phone is set up a step before, so that it starts at the time asked for.
    let clock = Timestamp(given.clock.0.saturating_sub(STEP_MS));
    let options = WorldOptions { facts: facts(&given.phone), clock, seed, owner };
    let mut world = World::new(options).map_err(Refusal::broken)?.with_open_mailboxes();
    world.set_oauth(given.peers.exchange.oauth == OAuthSupport::Supported);
    world.set_enrolment_server(enrolment(given.peers.enrolment));
    for (address, correspondent) in &given.peers.correspondents {
        let certificate = match correspondent.certificate {
            CorrespondentCertificate::Valid => PublishedCertificate::Valid,
            CorrespondentCertificate::Absent => PublishedCertificate::Absent,
            CorrespondentCertificate::Expired => PublishedCertificate::Expired,
            CorrespondentCertificate::Revoked => {
                return Err(Refusal::not_supported(
                    "a revoked certificate of a correspondent: the simulated phone fetches no revocation lists",
                ));
            }
        };
        world.publish(&mail_address(given, address), certificate).map_err(Refusal::broken)?;
    }
    if let Some(language) = &given.phone.language {
        world.input(Input::SetLanguage(language.clone()));
    }
    world.take_events();
    world.take_sent();
    Ok(world)
}

/// What the phone is.
fn facts(phone: &Phone) -> DeviceFacts {
    let mut facts = DeviceFacts {
        ios: phone.ios,
        model: phone.model.clone(),
        supervised: phone.supervised,
        variants: device::Variants::default(),
    };
    for variant in &phone.variants {
        follow(&mut facts, variant);
    }
    facts
}

/// Lets a phone follow a reading.
pub(super) fn follow(facts: &mut DeviceFacts, variant: &PhoneVariant) {
    // The language takes none that the phone does not know; a test holds the two lists together.
    if let Ok(reading) = crate::variant::variant(&format!("{}={}", variant.name, variant.reading)) {
        reading.apply(&mut facts.variants);
    }
}

/// How SCEP and ACME servers behave.
pub(super) fn enrolment(enrolment: Enrolment) -> EnrolmentServer {
    match enrolment {
        Enrolment::Answers => EnrolmentServer::Answers,
        Enrolment::Refused => EnrolmentServer::Refused,
        Enrolment::Unreachable => EnrolmentServer::Unreachable,
    }
}

/// The address that a name stands for: itself, a user's, or that of somebody in the embedded world.
pub(super) fn mail_address(given: &Given, name: &str) -> String {
    if name.contains('@') {
        return name.to_owned();
    }
    if let Some(user) = given.users.get(name) {
        return user.primary_smtp_address.clone().unwrap_or_else(|| user.upn.clone());
    }
    match name {
        "erin" | "frank" => format!("{name}@partner.example"),
        _ => format!("{name}@contoso.example"),
    }
}

fn user_of<'g>(given: &'g Given, name: &str) -> Result<&'g User, Refusal> {
    given.users.get(name).ok_or_else(|| Refusal::broken(format!("the user {name} is not given")))
}

fn named_by(policy: &EmailPolicy, user: &User, owner: &mut Owner) {
    // What the user lacks is told when the policy is compiled.
    if let Ok(address) = user.email_address(policy) {
        owner.email = address;
    }
    if let Ok(name) = user.user_name(policy) {
        owner.user_name = name;
    }
}

/// What opens something; every secret that a case declares is there before it runs.
pub(super) fn opened(materials: &Materials, sensitive: &Sensitive) -> Result<String, Refusal> {
    let text = materials.open(sensitive).map(str::to_owned);
    text.ok_or_else(|| Refusal::broken("a declared secret was not given (--secret NAME=@FILE)"))
}

pub(super) fn octets<'m>(materials: &'m Materials, file: &FileName) -> Result<&'m [u8], Refusal> {
    let octets = materials.file(file).map(|octets| &**octets);
    octets.ok_or_else(|| Refusal::broken(format!("{} was not read", file.path)))
}

fn inner_profile(bytes: &[u8]) -> Profile {
    let cx = Context { now: Timestamp(0), crypto: &PROVIDER };
    profile::parse(&unwrap(&cx, bytes).inner).0
}

fn policy_of(materials: &Materials, file: &FileName) -> Result<EmailPolicy, Refusal> {
    let export = export_of(&file.path, octets(materials, file)?).map_err(Refusal::broken)?;
    let tenant = Tenant::read([export]);
    let email = pick(&tenant, &file.path, None).map_err(Refusal::broken)?;
    let wrong = email.findings.iter().find(|f| f.severity == Severity::Error && f.rule.starts_with("graph-"));
    match wrong {
        Some(finding) => Err(Refusal::broken(format!("{}: {}", file.path, finding.message))),
        None => Ok(email.policy.clone()),
    }
}

fn compiled(
    materials: &Materials,
    policy: &EmailPolicy,
    user: &User,
    certificates: &Certificates,
    ios: OsVersion,
) -> Result<Prepared, Refusal> {
    let delivered = Arc::new(delivered(materials, certificates)?);
    let compiled = intent::compile(policy, user, &delivered, Some(ios))
        .map_err(|error| Refusal::broken(format!("the policy cannot be compiled: {error}")))?;
    let file = ProfileFile::new(profile::write_xml(&compiled.configuration));
    let meaning =
        Meaning::Policy { policy: Box::new(policy.clone()), user: user.clone(), certificates: delivered };
    Ok(Prepared { file, meaning })
}

fn delivered(materials: &Materials, certificates: &Certificates) -> Result<DeliveredCertificates, Refusal> {
    let mut roots = Vec::new();
    for file in &certificates.roots {
        let bytes = octets(materials, file)?;
        let all = match Certificate::from_der(bytes) {
            Ok(certificate) => vec![certificate],
            Err(_) => Certificate::from_pem(bytes)
                .map_err(|error| Refusal::broken(format!("{}: {error}", file.path)))?,
        };
        roots.extend(all.iter().map(|c| RootCertificate::named(c.display_name(), c.der().to_vec())));
    }
    let identity = |file: &Option<Pkcs12File>| file.as_ref().map(|f| blob(materials, f)).transpose();
    let others = certificates.others.iter().map(|f| blob(materials, f)).collect::<Result<Vec<_>, _>>()?;
    Ok(DeliveredCertificates {
        roots,
        authentication: identity(&certificates.authentication)?.map(Into::into),
        signing: identity(&certificates.signing)?.map(Into::into),
        encryption: identity(&certificates.encryption)?.map(Into::into),
        others: others.into_iter().map(Into::into).collect(),
    })
}

fn blob(materials: &Materials, file: &Pkcs12File) -> Result<Pkcs12Blob, Refusal> {
    let stem = Path::new(&file.file.path).file_name().map(|n| n.to_string_lossy().into_owned());
    let name = stem.unwrap_or_default();
    let name = name.split('.').next().unwrap_or_default().to_owned();
    let bytes = octets(materials, &file.file)?.to_vec();
    Ok(Pkcs12Blob { name, bytes, password: opened(materials, &file.password)? })
}
