//! What can happen in a walk, and how octets say it.

use super::octets::Octets;
use super::options::{Options, WalkSpace, number};
use intent::ActionId;
use std::collections::BTreeSet;

/// The most transitions of a walk; octets beyond are not read.
pub const MAX_TRANSITIONS: usize = 64;

/// A phone, a policy, and what happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// What is there.
    pub start: Start,
    /// What happens after the policy was installed.
    pub transitions: Vec<Transition>,
}

/// What a walk begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The iOS, by its number in the option space.
    pub ios: u16,
    /// Whether the phone is supervised.
    pub is_supervised: bool,
    /// Whether the phone follows the other reading of `encrypt-default-toggle`.
    pub needs_per_message_switch: bool,
    /// The policy that is installed first.
    pub options: Options,
}

/// Something that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transition {
    /// Another policy for the same account is installed over the present one, or onto the phone.
    Install(Options),
    /// One setting of the policy is changed, and it is deployed.
    Change {
        /// The setting, by its number.
        setting: u16,
        /// Its value, by its number.
        value: u16,
    },
    /// The policy is deployed again.
    Redeploy,
    /// A second policy for the account that is there arrives.
    Second,
    /// The owner answers what the account asks.
    Answer(Response),
    /// The owner does something.
    Act(ActionId),
    /// The owner writes.
    Send(Letter),
    /// A colleague writes.
    Receive(Message),
    /// The owner refreshes the mailbox.
    Refresh,
    /// Time passes.
    Wait(Pause),
    /// The phone gets another iOS, by its number in the option space; nothing happens where it is not newer.
    Upgrade(u16),
    /// The phone is supervised from now on, or is not.
    Supervise(bool),
    /// The phone is switched off and on.
    Restart,
    /// The owner removes the profile.
    Remove,
}

/// How the owner answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Response {
    Right,
    Wrong,
    Cancel,
}

/// A message that the owner writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Letter {
    /// To a colleague with a certificate; where this is false and `to_stranger` too, to another one.
    pub to_bob: bool,
    /// To somebody without a certificate.
    pub to_stranger: bool,
    /// Whether the owner taps the lock.
    pub is_flipped: bool,
    /// Whether another app sends it.
    pub from_app: bool,
    /// Whether something is attached.
    pub has_attachment: bool,
}

/// A message that arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Whether it is signed.
    pub is_signed: bool,
    /// Whether it is encrypted.
    pub is_encrypted: bool,
    /// Whether it is changed on the way.
    pub is_tampered: bool,
    /// How old it is.
    pub age: Age,
}

/// How old a message is that arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Age {
    #[default]
    New,
    TwoDays,
    FortyDays,
}

impl Age {
    const ALL: [Age; 3] = [Age::New, Age::TwoDays, Age::FortyDays];

    pub(super) const fn days(self) -> i64 {
        match self {
            Age::New => 0,
            Age::TwoDays => 2,
            Age::FortyDays => 40,
        }
    }
}

/// How long nothing happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Pause {
    Hour,
    Day,
    FiveDays,
    FortyDays,
}

impl Pause {
    const ALL: [Pause; 4] = [Pause::Hour, Pause::Day, Pause::FiveDays, Pause::FortyDays];

    pub(super) const fn hours(self) -> i64 {
        match self {
            Pause::Hour => 1,
            Pause::Day => 24,
            Pause::FiveDays => 120,
            Pause::FortyDays => 960,
        }
    }
}

/// What the first octet of a transition says. What happens often to phones stands here often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Install,
    Change,
    Redeploy,
    Second,
    Right,
    Wrong,
    Cancel,
    Act,
    Send,
    Receive,
    Refresh,
    Wait,
    Upgrade,
    Supervise,
    Restart,
    Remove,
}

const KINDS: [Kind; 32] = [
    Kind::Right,
    Kind::Act,
    Kind::Send,
    Kind::Receive,
    Kind::Change,
    Kind::Install,
    Kind::Redeploy,
    Kind::Second,
    Kind::Wrong,
    Kind::Cancel,
    Kind::Refresh,
    Kind::Wait,
    Kind::Upgrade,
    Kind::Supervise,
    Kind::Restart,
    Kind::Remove,
    Kind::Right,
    Kind::Act,
    Kind::Send,
    Kind::Receive,
    Kind::Right,
    Kind::Act,
    Kind::Right,
    Kind::Act,
    Kind::Right,
    Kind::Act,
    Kind::Right,
    Kind::Act,
    Kind::Act,
    Kind::Send,
    Kind::Change,
    Kind::Install,
];

impl Walk {
    /// The walk that octets say; every string of octets says one.
    pub fn read(octets: &[u8], space: &WalkSpace) -> Self {
        let mut octets = Octets::new(octets);
        let ios = number(octets.choice(space.versions.len()));
        let phone = octets.octet();
        let start = Start {
            ios,
            is_supervised: phone & 1 != 0,
            needs_per_message_switch: phone & 2 != 0,
            options: space.read(&mut octets),
        };
        let mut transitions = Vec::new();
        while !octets.is_empty() && transitions.len() < MAX_TRANSITIONS {
            transitions.push(Transition::read(&mut octets, space));
        }
        Walk { start, transitions }
    }

    /// Octets that say the walk.
    pub fn octets(&self) -> Vec<u8> {
        let phone = u8::from(self.start.is_supervised) | u8::from(self.start.needs_per_message_switch) << 1;
        let mut out = vec![octet(self.start.ios), phone];
        out.extend(self.start.options.0.iter().map(|v| octet(*v)));
        for transition in &self.transitions {
            transition.write(&mut out);
        }
        out
    }
}

fn octet(number: u16) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

fn position<T: PartialEq>(all: &[T], one: &T) -> u8 {
    all.iter().position(|other| other == one).and_then(|at| u8::try_from(at).ok()).unwrap_or(0)
}

impl Transition {
    fn read(octets: &mut Octets<'_>, space: &WalkSpace) -> Self {
        match octets.one_of(&KINDS, Kind::Refresh) {
            Kind::Install => Transition::Install(space.read(octets)),
            Kind::Change => {
                let setting = octets.choice(space.setting_count());
                let value = octets.choice(space.value_count(setting));
                Transition::Change { setting: number(setting), value: number(value) }
            }
            Kind::Redeploy => Transition::Redeploy,
            Kind::Second => Transition::Second,
            Kind::Right => Transition::Answer(Response::Right),
            Kind::Wrong => Transition::Answer(Response::Wrong),
            Kind::Cancel => Transition::Answer(Response::Cancel),
            Kind::Act => Transition::Act(octets.one_of(&ActionId::ALL, ActionId::MailWindowSet)),
            Kind::Send => {
                let bits = octets.octet();
                let bit = |n: u8| bits & (1 << n) != 0;
                Transition::Send(Letter {
                    to_bob: bit(0),
                    to_stranger: bit(1),
                    is_flipped: bit(2),
                    from_app: bit(3),
                    has_attachment: bit(4),
                })
            }
            Kind::Receive => {
                let bits = octets.octet();
                Transition::Receive(Message {
                    is_signed: bits & 1 != 0,
                    is_encrypted: bits & 2 != 0,
                    is_tampered: bits & 4 != 0,
                    age: Age::ALL.get(usize::from(bits >> 3) % 3).copied().unwrap_or_default(),
                })
            }
            Kind::Refresh => Transition::Refresh,
            Kind::Wait => Transition::Wait(octets.one_of(&Pause::ALL, Pause::Hour)),
            Kind::Upgrade => Transition::Upgrade(number(octets.choice(space.versions.len()))),
            Kind::Supervise => Transition::Supervise(octets.octet() & 1 != 0),
            Kind::Restart => Transition::Restart,
            Kind::Remove => Transition::Remove,
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        let kind = |kind: Kind| position(&KINDS, &kind);
        match self {
            Transition::Install(options) => {
                out.push(kind(Kind::Install));
                out.extend(options.0.iter().map(|v| octet(*v)));
            }
            Transition::Change { setting, value } => {
                out.extend([kind(Kind::Change), octet(*setting), octet(*value)]);
            }
            Transition::Redeploy => out.push(kind(Kind::Redeploy)),
            Transition::Second => out.push(kind(Kind::Second)),
            Transition::Answer(Response::Right) => out.push(kind(Kind::Right)),
            Transition::Answer(Response::Wrong) => out.push(kind(Kind::Wrong)),
            Transition::Answer(Response::Cancel) => out.push(kind(Kind::Cancel)),
            Transition::Act(id) => out.extend([kind(Kind::Act), position(&ActionId::ALL, id)]),
            Transition::Send(letter) => {
                let flags = [
                    letter.to_bob,
                    letter.to_stranger,
                    letter.is_flipped,
                    letter.from_app,
                    letter.has_attachment,
                ];
                out.extend([kind(Kind::Send), bits(&flags)]);
            }
            Transition::Receive(message) => {
                let flags = bits(&[message.is_signed, message.is_encrypted, message.is_tampered]);
                out.extend([kind(Kind::Receive), flags | position(&Age::ALL, &message.age) << 3]);
            }
            Transition::Refresh => out.push(kind(Kind::Refresh)),
            Transition::Wait(pause) => out.extend([kind(Kind::Wait), position(&Pause::ALL, pause)]),
            Transition::Upgrade(ios) => out.extend([kind(Kind::Upgrade), octet(*ios)]),
            Transition::Supervise(on) => out.extend([kind(Kind::Supervise), u8::from(*on)]),
            Transition::Restart => out.push(kind(Kind::Restart)),
            Transition::Remove => out.push(kind(Kind::Remove)),
        }
    }

    /// What is counted as seen when it has happened.
    pub fn labels(&self) -> Vec<String> {
        let plain = |label: &str| vec![label.to_owned()];
        match self {
            Transition::Install(_) => plain("install"),
            Transition::Change { .. } => plain("change"),
            Transition::Redeploy => plain("redeploy"),
            Transition::Second => plain("second"),
            Transition::Answer(Response::Right) => plain("answer right"),
            Transition::Answer(Response::Wrong) => plain("answer wrong"),
            Transition::Answer(Response::Cancel) => plain("answer cancel"),
            Transition::Act(id) => vec![format!("act {id}")],
            Transition::Send(letter) => {
                let mut labels = plain("send");
                for (holds, label) in [
                    (letter.to_stranger, "send to stranger"),
                    (letter.is_flipped, "send flipped"),
                    (letter.from_app, "send from app"),
                    (letter.has_attachment, "send attachment"),
                ] {
                    labels.extend(holds.then(|| label.to_owned()));
                }
                labels
            }
            Transition::Receive(message) => {
                let mut labels = plain("receive");
                for (holds, label) in [
                    (message.is_signed, "receive signed"),
                    (message.is_encrypted, "receive encrypted"),
                    (message.is_tampered, "receive tampered"),
                    (message.age != Age::New, "receive old"),
                ] {
                    labels.extend(holds.then(|| label.to_owned()));
                }
                labels
            }
            Transition::Refresh => plain("refresh"),
            Transition::Wait(_) => plain("wait"),
            Transition::Upgrade(_) => plain("upgrade"),
            Transition::Supervise(true) => plain("supervise"),
            Transition::Supervise(false) => plain("unsupervise"),
            Transition::Restart => plain("restart"),
            Transition::Remove => plain("remove"),
        }
    }

    /// Everything that there is to be seen.
    pub fn all_labels() -> BTreeSet<String> {
        let all = Letter {
            to_bob: true,
            to_stranger: true,
            is_flipped: true,
            from_app: true,
            has_attachment: true,
        };
        let message = Message { is_signed: true, is_encrypted: true, is_tampered: true, age: Age::TwoDays };
        let plain = [
            Transition::Install(Options::default()),
            Transition::Change { setting: 0, value: 0 },
            Transition::Redeploy,
            Transition::Second,
            Transition::Answer(Response::Right),
            Transition::Answer(Response::Wrong),
            Transition::Answer(Response::Cancel),
            Transition::Send(all),
            Transition::Receive(message),
            Transition::Refresh,
            Transition::Wait(Pause::Hour),
            Transition::Upgrade(0),
            Transition::Supervise(true),
            Transition::Supervise(false),
            Transition::Restart,
            Transition::Remove,
        ];
        let acts = ActionId::ALL.into_iter().map(Transition::Act);
        plain.into_iter().chain(acts).flat_map(|t| t.labels()).collect()
    }
}

fn bits(flags: &[bool]) -> u8 {
    flags.iter().enumerate().fold(0, |bits, (n, flag)| bits | u8::from(*flag) << n)
}
