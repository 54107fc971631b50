//! What a new mailbox holds, so that every service visibly has something.

use super::{Content, Mailbox, folder};
use smime::Timestamp;
use wire::DateTime;

const DAY: i64 = 86_400_000;
/// The ages of the mails in days: one on each side of every FilterType that mail allows.
const AGES: [i64; 6] = [60, 20, 10, 5, 2, 0];

pub(super) fn seeded(address: &str, display_name: &str, now: Timestamp) -> Mailbox {
    let mut mailbox = Mailbox::empty();
    let domain = address.rsplit_once('@').map_or("example.invalid", |(_, domain)| domain);
    for age in AGES {
        let received = Timestamp(now.0 - age * DAY);
        let mime = format!(
            "From: Postmaster <postmaster@{domain}>\r\n\
             To: {display_name} <{address}>\r\n\
             Subject: Received {age} days ago\r\n\
             Date: {}\r\n\
             Message-ID: <seed-{age}.{address}>\r\n\
             MIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\
             \r\n\
             This message was in the mailbox from the start.\r\n",
            DateTime(received.0).to_rfc5322()
        );
        mailbox.add(folder::INBOX, received, Content::Mail { mime: mime.into_bytes() });
    }
    let contact = Content::Contact {
        first_name: "Casey".into(),
        last_name: "Seed".into(),
        address: format!("casey@{domain}"),
    };
    mailbox.add(folder::CONTACTS, now, contact);
    let start = Timestamp((now.0.div_euclid(DAY) + 1) * DAY + 9 * 3_600_000);
    let event = Content::Event { subject: "Planning".into(), start, end: Timestamp(start.0 + 3_600_000) };
    mailbox.add(folder::CALENDAR, now, event);
    let due = Timestamp((now.0.div_euclid(DAY) + 7) * DAY);
    mailbox.add(
        folder::TASKS,
        now,
        Content::Task { subject: "File the report".into(), due, complete: false },
    );
    mailbox.add(
        folder::NOTES,
        now,
        Content::Note { subject: "Ideas".into(), text: "Tea, not coffee.".into() },
    );
    mailbox
}
