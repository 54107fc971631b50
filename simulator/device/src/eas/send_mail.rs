//! SendMail: a message leaves (MS-ASCMD 2.2.1.17; eas.md B.5).

use super::Job;
use crate::{AccountId, Device, Event};
use wire::HttpResponse;
use wire::eas::send_mail::{SendMailRequest, SendMailResponse};
use wire::eas::{Command, Message};

impl Device {
    /// Queues a finished message. `sent` is the event that tells of it once the server has taken it.
    pub(crate) fn submit(&mut self, id: AccountId, mime: Vec<u8>, sent: Event) {
        let client_id = self.random.uuid();
        self.enqueue(id, Job::SendMail { client_id, mime, sent: Box::new(sent) });
    }

    pub(super) fn send_mail_request(&self, client_id: &str, mime: &[u8]) -> Option<Vec<u8>> {
        SendMailRequest {
            client_id: client_id.to_owned(),
            account_id: None,
            save_in_sent_items: true,
            mime: mime.to_vec(),
        }
        .to_wbxml()
        .ok()
    }

    pub(super) fn send_mail_response(&mut self, id: AccountId, sent: &Event, response: &HttpResponse) {
        // Success is an empty body; anything else is a status.
        if response.body.is_empty() {
            self.events.push_back(sent.clone());
            self.next_job(id);
            return;
        }
        let status = SendMailResponse::from_wbxml(&response.body).map(|r| r.status);
        if status.as_ref().is_ok_and(|s| s.needs_provisioning()) {
            self.provision(id);
            return;
        }
        let reason = match status {
            Ok(status) => match status.name(Command::SendMail) {
                Some(name) => format!("{name} (status {})", status.0),
                None => format!("status {}", status.0),
            },
            Err(_) => "the server's answer cannot be read".to_owned(),
        };
        self.events.push_back(Event::MessageNotSent { account: id, reason });
        self.next_job(id);
    }
}
