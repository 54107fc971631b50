//! Walks that together see every pair of options and every kind of transition.

use super::options::{Options, WalkSpace};
use super::transition::{Age, Letter, Message, Pause, Response, Start, Transition, Walk};
use crate::space::Ways;
use intent::ActionId;

/// How many policies a walk installs one over another.
const POLICIES: usize = 5;

/// How many other transitions follow each of them.
const OTHERS: usize = 4;

impl WalkSpace {
    /// Walks that together have every pair of values that there can be on the phone, and every kind of transition on the
    /// way: a covering array of pairs, the rows of one iOS after another, installed one over another.
    pub fn systematic(&self) -> Vec<Walk> {
        let mut rows = self.space.rows(Ways::Cover(2)).unwrap_or_default();
        let phone = |row: &[u16]| {
            let of = |at: usize| row.get(at).copied().unwrap_or(0);
            (of(self.settings), of(self.settings + 1))
        };
        rows.sort_by_key(|row| phone(row));
        let others = others();
        let mut others = others.iter().cycle();
        let mut walks: Vec<Walk> = Vec::new();
        let mut left = 0;
        for row in &rows {
            let (ios, supervised) = phone(row);
            let (options, is_supervised) = (self.options(row), supervised != 0);
            match walks.last_mut().filter(|walk| walk.start.ios == ios && left > 0) {
                Some(walk) => {
                    walk.transitions.push(Transition::Supervise(is_supervised));
                    walk.transitions.push(Transition::Install(options));
                    left -= 1;
                }
                None => {
                    let start =
                        Start { ios, is_supervised, needs_per_message_switch: walks.len() % 3 == 2, options };
                    walks.push(Walk { start, transitions: Vec::new() });
                    left = POLICIES - 1;
                }
            }
            if let Some(walk) = walks.last_mut() {
                walk.transitions.push(Transition::Answer(Response::Right));
                walk.transitions.extend(others.by_ref().take(OTHERS).cloned());
            }
        }
        walks.extend(self.lives());
        walks
    }

    /// What a phone goes through in its life, in an order that has a point.
    fn lives(&self) -> Vec<Walk> {
        let version = |text: &str| {
            let at = text.parse().ok().and_then(|v| self.versions.iter().position(|own| *own == v));
            super::options::number(at.unwrap_or(0))
        };
        let set = |options: Options, name: &str, value: u16| {
            let at = self.space.parameters.iter().position(|p| p.name == name);
            at.map_or(options.clone(), |at| self.changed(&options, at, value))
        };
        let mut smime = self.untouched();
        for (name, value) in [
            ("requireSmime", 1),
            ("signingCertificateType", 2),
            ("encryptionCertificateType", 2),
            ("smimeSigningEnabled", 1),
            ("smimeSigningUserOverrideEnabled", 1),
            ("smimeSigningCertificateUserOverrideEnabled", 1),
            ("smimeEncryptByDefaultUserOverrideEnabled", 1),
            ("smimeEncryptionCertificateUserOverrideEnabled", 1),
            ("smimeEnablePerMessageSwitch", 1),
        ] {
            smime = set(smime, name, value);
        }
        let start = |ios: u16, options: Options| Start {
            ios,
            is_supervised: false,
            needs_per_message_switch: false,
            options,
        };
        let answer = Transition::Answer;
        let right = || answer(Response::Right);
        let mut lives = Vec::new();
        // Everything with messages and every action of the owner, on accounts that leave him free.
        for name in ["", "smimeEncryptByDefaultEnabled"] {
            let mut free = vec![answer(Response::Wrong), answer(Response::Cancel), right()];
            free.extend(mails().into_iter().chain(acts()));
            lives.push(Walk { start: start(0, set(smime.clone(), name, 1)), transitions: free });
        }
        // An old phone grows up; what its owner changed meets locks that it did not know.
        let locked = set(set(smime.clone(), "easServicesUserOverrideEnabled", 1), "easServices", 1);
        let off = |service| Transition::Act(ActionId::Service(service, intent::Position::Off));
        let mut grown = vec![right(), off(intent::Service::Mail), off(intent::Service::Notes)];
        for ios in ["12.0", "12.5", "13.0", "16.0", "18.1"] {
            grown.extend([Transition::Upgrade(version(ios)), Transition::Refresh]);
        }
        grown.extend([Transition::Redeploy, right(), Transition::Second, Transition::Remove]);
        grown.extend([Transition::Install(smime), answer(Response::Wrong), Transition::Remove]);
        lives.push(Walk { start: start(version("11.0"), locked), transitions: grown });
        // Time passes over the mailbox, and the owner removes what he can.
        let mut old = vec![right()];
        for pause in [Pause::Hour, Pause::Day, Pause::FiveDays, Pause::FortyDays] {
            old.extend([Transition::Receive(Message::default()), Transition::Wait(pause)]);
        }
        old.extend([Transition::Restart, Transition::Act(ActionId::ProfileRemove), Transition::Restart]);
        old.extend([Transition::Redeploy, right()]);
        lives.push(Walk { start: start(0, self.untouched()), transitions: old });
        // One setting after another is changed under the owner's hands.
        let mut changed = vec![right(), off(intent::Service::Notes)];
        for setting in 0..self.settings {
            let setting = super::options::number(setting);
            changed.extend([Transition::Change { setting, value: 1 }, right()]);
        }
        lives.push(Walk { start: start(0, self.untouched()), transitions: changed });
        lives
    }
}

/// What happens between two policies: actions of the owner and messages by turns.
fn others() -> Vec<Transition> {
    let mut mails = mails().into_iter();
    let mut all: Vec<Transition> = Vec::new();
    for act in acts() {
        all.push(act);
        all.extend(mails.next());
    }
    all.extend(mails);
    all
}

/// What the owner can do but remove the profile.
fn acts() -> Vec<Transition> {
    ActionId::ALL.into_iter().filter(|id| *id != ActionId::ProfileRemove).map(Transition::Act).collect()
}

/// Messages out and in, and what they meet.
fn mails() -> Vec<Transition> {
    let letter = |bits: u8| {
        Transition::Send(Letter {
            to_bob: bits & 1 != 0,
            to_stranger: bits & 2 != 0,
            is_flipped: bits & 4 != 0,
            from_app: bits & 8 != 0,
            has_attachment: bits & 16 != 0,
        })
    };
    let message = |is_signed, is_encrypted, is_tampered, age| {
        Transition::Receive(Message { is_signed, is_encrypted, is_tampered, age })
    };
    vec![
        letter(1),
        message(true, false, false, Age::New),
        letter(17),
        message(false, true, false, Age::New),
        letter(3),
        message(true, true, false, Age::New),
        letter(5),
        message(true, false, true, Age::New),
        letter(9),
        message(false, false, false, Age::TwoDays),
        letter(0),
        message(false, false, false, Age::FortyDays),
        letter(6),
        letter(7),
        Transition::Restart,
        Transition::Refresh,
        letter(11),
        Transition::Wait(Pause::Hour),
        letter(21),
        letter(2),
        message(true, true, false, Age::TwoDays),
    ]
}
