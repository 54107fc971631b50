//! SendMail (MS-ASCMD section 2.2.1.17).

use super::Exchange;
use super::delivery::Submission;
use super::server::{Session, failure, malformed};
use smime::mime::{Headers, mailboxes};
use wire::HttpResponse;
use wire::eas::send_mail::SendMailRequest;
use wire::eas::{Command, Message as _, Status};

/// How many client ids of a device are remembered; a message with an older one counts as new.
const CLIENT_IDS: usize = 1_000;

impl Exchange {
    /// Sends a message once. An empty 200 says that it was accepted; else 102 or 103 the request cannot be
    /// read, 107 its MIME cannot, 118 it was sent before, 119 it has no recipient, 120 the sender is not the
    /// user, a recipient is unknown or too many mails wait to leave, 166 there is no such account.
    pub(super) fn send_mail(&mut self, session: &Session<'_>, body: &[u8]) -> HttpResponse {
        let outcome = match SendMailRequest::from_wbxml(body) {
            Ok(request) => self.send(session, &request),
            Err(error) => Err(malformed(&error)),
        };
        match outcome {
            Ok(()) => HttpResponse::empty(200),
            Err(status) => failure(Command::SendMail, status),
        }
    }

    fn send(&mut self, session: &Session<'_>, request: &SendMailRequest) -> Result<(), Status> {
        let partnership = self.partnerships.get(&session.partnership).ok_or(Status::SERVER_ERROR)?;
        if partnership.sent_client_ids.contains(&request.client_id) {
            return Err(Status::MESSAGE_PREVIOUSLY_SENT);
        }
        if request.account_id.is_some() {
            return Err(Status(166));
        }
        let user = self.directory.user(&session.mailbox).ok_or(Status::SERVER_ERROR)?;
        let (fields, _) = Headers::read(&request.mime).map_err(|_| Status::INVALID_MIME)?;
        if fields.fields().is_empty() {
            return Err(Status::INVALID_MIME);
        }
        let addresses = |names: &[&str]| -> Vec<String> {
            names
                .iter()
                .flat_map(|name| fields.all(name))
                .flat_map(|field| mailboxes(&field.text()))
                .collect()
        };
        let authors = addresses(&["from"]);
        let own = |address: &String| user.addresses().any(|known| known.eq_ignore_ascii_case(address));
        if !authors.iter().all(own) {
            return Err(Status::MAIL_SUBMISSION_FAILED);
        }
        let recipients = addresses(&["to", "cc", "bcc"]);
        if recipients.is_empty() {
            return Err(Status::MESSAGE_HAS_NO_RECIPIENT);
        }
        let sender = user.address.clone();
        let accepted = self.submit(Submission {
            at: session.cx.now,
            sender: &sender,
            device_id: Some(session.partnership.device_id().into()),
            recipients,
            save: request.save_in_sent_items,
            mime: &request.mime,
        });
        if !accepted {
            return Err(Status::MAIL_SUBMISSION_FAILED);
        }
        if let Some(partnership) = self.partnerships.get_mut(&session.partnership) {
            partnership.sent_client_ids.push_back(request.client_id.clone());
            if partnership.sent_client_ids.len() > CLIENT_IDS {
                partnership.sent_client_ids.pop_front();
            }
        }
        Ok(())
    }
}
