//! How mail gets from senders to mailboxes, and out of the organisation.

use super::Exchange;
use crate::directory::{domain, fold};
use crate::mailbox::{Content, folder};
use serde::{Deserialize, Serialize};
use smime::Timestamp;
use std::fmt;
use wire::DateTime;

/// The most mails that the log keeps; the oldest tenth is dropped to make room.
pub const DELIVERIES: usize = 100_000;
/// The most mails that wait to leave the organisation; more are refused.
pub const OUTBOX: usize = 10_000;

/// What happens to mail for an address of a served domain that nobody has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnknownRecipients {
    /// The submission fails with Status 120 and nobody gets the mail.
    #[default]
    Refuse,
    /// The others get the mail, and the sender a report that it could not be delivered.
    Bounce,
}

/// A mail that was accepted, as it came.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Counts deliveries from 1.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// The primary address of the sender, or the one that an outside server named.
    pub sender: String,
    /// The device it was sent from; absent for mail from outside.
    pub device_id: Option<String>,
    /// The primary addresses whose inbox has it.
    pub delivered: Vec<String>,
    /// The addresses outside of the organisation.
    pub outside: Vec<String>,
    /// The local addresses that nobody has, or whose mailbox is full.
    pub unknown: Vec<String>,
    /// Whether Sent Items has a copy.
    pub saved: bool,
    /// The message byte by byte as it came on the wire.
    pub mime: Vec<u8>,
}

/// A mail for addresses outside of the organisation, waiting to be fetched.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// When it was sent.
    pub at: Timestamp,
    /// The primary address of the sender.
    pub sender: String,
    /// For whom.
    pub recipients: Vec<String>,
    /// The message without `Bcc`.
    pub mime: Vec<u8>,
}

/// Why mail from outside was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeliveryError {
    /// Nobody has the address.
    #[error("deliver to {address:?}, which nobody has")]
    UnknownRecipient {
        /// The address.
        address: String,
    },
    /// The mailbox is full.
    #[error("deliver to {address:?}, whose mailbox is full")]
    MailboxFull {
        /// The address.
        address: String,
    },
}

/// What a submission comes to.
pub(super) struct Submission<'a> {
    pub(super) at: Timestamp,
    pub(super) sender: &'a str,
    pub(super) device_id: Option<String>,
    pub(super) recipients: Vec<String>,
    pub(super) save: bool,
    pub(super) mime: &'a [u8],
}

impl Exchange {
    /// Walks the mails that were accepted, oldest first, at most [`DELIVERIES`].
    pub fn deliveries(&self) -> &[Delivery] {
        &self.deliveries
    }

    /// Walks the mails that were accepted after the one of a number; 0 is before all.
    pub fn deliveries_since(&self, number: u64) -> &[Delivery] {
        let known = self.deliveries.partition_point(|delivery| delivery.number <= number);
        self.deliveries.get(known..).unwrap_or_default()
    }

    /// Walks the mails that wait to leave the organisation.
    pub fn outbox(&self) -> &[Outgoing] {
        &self.outbox
    }

    /// Takes the mails that wait to leave the organisation.
    pub fn take_outbox(&mut self) -> Vec<Outgoing> {
        std::mem::take(&mut self.outbox)
    }

    /// Takes a mail from outside for a local address and returns the id of the item in the inbox.
    ///
    /// # Errors
    /// Nobody has the address, or the mailbox is full.
    pub fn deliver(
        &mut self,
        now: Timestamp,
        sender: &str,
        recipient: &str,
        mime: &[u8],
    ) -> Result<String, DeliveryError> {
        let id = self.put_into_inbox(now, recipient, mime);
        let id = id.ok_or_else(|| match self.directory.user(recipient) {
            Some(_) => DeliveryError::MailboxFull { address: recipient.into() },
            None => DeliveryError::UnknownRecipient { address: recipient.into() },
        })?;
        let delivered = self.directory.user(recipient).map(|user| user.address.clone());
        self.record(Delivery {
            number: 0,
            at: now,
            sender: sender.into(),
            device_id: None,
            delivered: delivered.into_iter().collect(),
            outside: Vec::new(),
            unknown: Vec::new(),
            saved: false,
            mime: mime.to_vec(),
        });
        Ok(id)
    }

    /// Carries a mail of a user; `false` if a local recipient is unknown or full and such mail is refused
    /// whole, or if too many mails wait to leave.
    pub(super) fn submit(&mut self, submission: Submission<'_>) -> bool {
        let Submission { at, sender, device_id, recipients, save, mime } = submission;
        let (mut delivered, mut outside, mut unknown) = (Vec::<String>::new(), Vec::new(), Vec::new());
        for address in recipients {
            match self.directory.user(&address) {
                Some(user) if delivered.contains(&user.address) => {}
                Some(user)
                    if self.mailboxes.get(&*fold(&user.address)).is_none_or(|mailbox| mailbox.is_full()) =>
                {
                    unknown.push(address);
                }
                Some(user) => delivered.push(user.address.clone()),
                None if domain(&address).is_some_and(|domain| self.directory.serves(domain)) => {
                    unknown.push(address);
                }
                None => outside.push(address),
            }
        }
        let refused = !unknown.is_empty() && self.unknown_recipients == UnknownRecipients::Refuse;
        if refused || (!outside.is_empty() && self.outbox.len() >= OUTBOX) {
            return false;
        }
        let carried = [received_field(at).as_bytes(), &without_bcc(mime)].concat();
        for address in &delivered {
            self.put_into_inbox(at, address, &carried);
        }
        if !outside.is_empty() {
            let recipients = outside.clone();
            self.outbox.push(Outgoing { at, sender: sender.into(), recipients, mime: carried });
        }
        if !unknown.is_empty() {
            let report = report(at, sender, &unknown, self.next_delivery);
            self.put_into_inbox(at, sender, report.as_bytes());
        }
        if save && let Some(mailbox) = self.mailboxes.get_mut(&*fold(sender)) {
            let content = Content::Mail { mime: mime.to_vec() };
            if let Some(id) = mailbox.add(folder::SENT_ITEMS, at, content) {
                mailbox.change(folder::SENT_ITEMS, &id, |item| item.read = true);
            }
        }
        self.record(Delivery {
            number: 0,
            at,
            sender: sender.into(),
            device_id,
            delivered,
            outside,
            unknown,
            saved: save,
            mime: mime.to_vec(),
        });
        true
    }

    fn record(&mut self, delivery: Delivery) {
        self.deliveries.push(Delivery { number: self.next_delivery, ..delivery });
        self.next_delivery += 1;
        if self.deliveries.len() > DELIVERIES {
            self.deliveries.drain(..DELIVERIES / 10);
        }
    }

    fn put_into_inbox(&mut self, at: Timestamp, address: &str, mime: &[u8]) -> Option<String> {
        let key = fold(&self.directory.user(address)?.address).into_owned();
        self.mailboxes.get_mut(&key)?.add(folder::INBOX, at, Content::Mail { mime: mime.to_vec() })
    }
}

/// The trace field that a server puts in front (RFC 5321 section 4.4); what follows stays as it is.
fn received_field(at: Timestamp) -> String {
    format!("Received: by exchange with ActiveSync; {}\r\n", DateTime(at.0).to_rfc5322())
}

/// The message without its `Bcc` fields; every other byte stays.
fn without_bcc(mime: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(mime.len());
    let (mut in_header, mut dropping) = (true, false);
    for line in mime.split_inclusive(|byte| *byte == b'\n') {
        if in_header {
            in_header = !line.trim_ascii().is_empty();
            if in_header && !line.starts_with(b" ") && !line.starts_with(b"\t") {
                let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
                dropping = line.contains(&b':') && name.trim_ascii().eq_ignore_ascii_case(b"bcc");
            }
            if in_header && dropping {
                continue;
            }
        }
        out.extend_from_slice(line);
    }
    out
}

/// A report that a mail could not be delivered, as plain text.
fn report(at: Timestamp, sender: &str, unknown: &[String], number: u64) -> String {
    let local = domain(sender).unwrap_or("example.invalid");
    format!(
        "From: Mail Delivery <postmaster@{local}>\r\nTo: <{sender}>\r\nSubject: Undeliverable\r\nDate: {}\r\n\
         Message-ID: <undeliverable-{number}@{local}>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\nNobody here has these addresses (5.1.1):\r\n{}\r\n",
        DateTime(at.0).to_rfc5322(),
        unknown.join("\r\n")
    )
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("number", &self.number)
            .field("sender", &self.sender)
            .field("delivered", &self.delivered)
            .field("outside", &self.outside)
            .field("unknown", &self.unknown)
            .field("mime", &format_args!("[{} bytes]", self.mime.len()))
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("sender", &self.sender)
            .field("recipients", &self.recipients)
            .field("mime", &format_args!("[{} bytes]", self.mime.len()))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::without_bcc;

    #[test]
    fn only_bcc_fields_are_dropped() {
        let mime = b"Bcc: a@b,\r\n\tc@d\r\nTo: x\r\n y\r\nBCC : e\r\nX-Bcc: z\r\n\r\nBcc: body\r\n\r\n\x00";
        assert_eq!(without_bcc(mime), b"To: x\r\n y\r\nX-Bcc: z\r\n\r\nBcc: body\r\n\r\n\x00");
        assert_eq!(without_bcc(b""), b"");
        assert_eq!(without_bcc(b"Bcc: a"), b"");
    }
}
