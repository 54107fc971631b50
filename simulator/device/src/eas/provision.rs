//! Provision: the policy handshake (MS-ASPROV; eas.md B.3).

use super::Job;
use crate::{AccountId, Device};
use wire::HttpResponse;
use wire::eas::headers::PolicyKey;
use wire::eas::provision::{POLICY_TYPE, PolicyRequest, ProvisionRequest, ProvisionResponse};
use wire::eas::settings::DeviceInformation;
use wire::eas::{Message, Status};

/// How often a server may ask for provisioning before a job succeeds; after that it is taken to be confused.
const MAX_ROUNDS: u8 = 3;

impl Device {
    /// Puts a Provision handshake before the job that the server refused for want of a policy key.
    pub(super) fn provision(&mut self, id: AccountId) {
        let Some(account) = self.account_mut(id) else { return };
        account.session.provisioning += 1;
        if account.session.provisioning > MAX_ROUNDS {
            self.give_up(id, "the server asks for provisioning without end");
            return;
        }
        account.session.policy_key = PolicyKey::NONE;
        account.session.queue.push_front(Job::Provision { acknowledge: None });
        self.drive(id);
    }

    pub(super) fn provision_request(&self, acknowledge: Option<PolicyKey>) -> Option<Vec<u8>> {
        let device_information = acknowledge.is_none().then(|| DeviceInformation {
            model: Some(self.facts.model.clone()),
            os: Some(format!("iOS {}", self.facts.ios)),
            friendly_name: Some("iPhone".to_owned()),
            user_agent: Some(self.facts.user_agent()),
            ..DeviceInformation::default()
        });
        let policy = PolicyRequest {
            policy_type: POLICY_TYPE.to_owned(),
            policy_key: acknowledge,
            status: acknowledge.map(|_| Status::SUCCESS),
        };
        ProvisionRequest { device_information, policy: Some(policy), ..ProvisionRequest::default() }
            .to_wbxml()
            .ok()
    }

    pub(super) fn provision_response(
        &mut self,
        id: AccountId,
        acknowledge: Option<PolicyKey>,
        response: &HttpResponse,
    ) {
        let Ok(answer) = ProvisionResponse::from_wbxml(&response.body) else {
            self.give_up(id, "the server's Provision answer cannot be read");
            return;
        };
        let Some(account) = self.account_mut(id) else { return };
        match answer.policy {
            // No policy for this device: go on without a key (eas.md A.4, 1).
            Some(policy) if policy.status.0 == 2 => self.next_job(id),
            Some(policy) if policy.status == Status::SUCCESS => {
                let Some(key) = policy.policy_key else {
                    self.next_job(id);
                    return;
                };
                account.session.policy_key = key;
                if acknowledge.is_none() {
                    account.session.queue.pop_front();
                    account.session.queue.push_front(Job::Provision { acknowledge: Some(key) });
                    self.drive(id);
                } else {
                    self.next_job(id);
                }
            }
            _ => self.give_up(id, "the server refuses to provision the device"),
        }
    }
}
