//! Provision: the policy handshake (MS-ASPROV section 3.1.5).

use super::Exchange;
use super::partnership::{PartnershipId, Wipe};
use super::server::{Session, failure};
use serde::{Deserialize, Serialize};
use wire::HttpResponse;
use wire::eas::headers::PolicyKey;
use wire::eas::provision::{
    POLICY_TYPE, PolicyDocument, PolicyRequest, PolicyResponse, ProvisionRequest, ProvisionResponse,
};
use wire::eas::{Command, ProtocolVersion, Status};

/// How many replaced keys of a device are told apart from wrong ones.
const FORMER_KEYS: usize = 16;

/// How the server says that a device must provision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProvisioningSignal {
    /// HTTP 449 up to 12.1, a status since: what the specification says.
    #[default]
    ByVersion,
    /// HTTP 449 with the status in the body, as some servers do in every version.
    Http449,
}

/// How a device acknowledged its policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Acknowledgement {
    /// All of it is applied.
    Applied,
    /// Some of it is.
    Partly,
    /// A third party manages the device.
    ThirdParty,
}

impl Exchange {
    /// Sets the policy; every device must provision anew. Without a policy no key is asked for.
    pub fn set_policy(&mut self, policy: Option<PolicyDocument>) {
        if self.policy == policy {
            return;
        }
        self.policy = policy;
        for partnership in self.partnerships.values_mut() {
            let partnership = &mut **partnership;
            partnership.former_keys.extend(partnership.policy_key.take());
            while partnership.former_keys.len() > FORMER_KEYS {
                partnership.former_keys.pop_front();
            }
            partnership.temporary_key = None;
            partnership.acknowledgement = None;
        }
    }

    /// Sets how devices are told to provision.
    pub fn set_provisioning_signal(&mut self, signal: ProvisioningSignal) {
        self.provisioning_signal = signal;
    }

    /// Says why a device must provision, if it must: 140 a wipe is ordered, 142 no key, 143 the key of an
    /// older policy, 144 another key.
    pub(super) fn provisioning_needed(&self, id: &PartnershipId, key: Option<PolicyKey>) -> Option<Status> {
        let partnership = self.partnerships.get(id)?;
        if partnership.wipe.is_some() {
            return Some(Status::REMOTE_WIPE_REQUESTED);
        }
        self.policy.as_ref()?;
        match key.filter(|key| *key != PolicyKey::NONE) {
            None => Some(Status::DEVICE_NOT_PROVISIONED),
            Some(key) if Some(key) == partnership.policy_key => None,
            Some(key) if partnership.former_keys.contains(&key) => Some(Status::POLICY_REFRESH),
            Some(_) => Some(Status::INVALID_POLICY_KEY),
        }
    }

    pub(super) fn signal_provisioning(
        &self,
        command: Command,
        version: ProtocolVersion,
        status: Status,
    ) -> HttpResponse {
        let mut response = failure(command, status);
        match self.provisioning_signal {
            ProvisioningSignal::Http449 => response.status = 449,
            ProvisioningSignal::ByVersion if version < ProtocolVersion::V14_0 => {
                response = HttpResponse::empty(449);
            }
            ProvisioningSignal::ByVersion => {}
        }
        response
    }

    pub(super) fn provision(
        &mut self,
        session: &Session<'_>,
        request: ProvisionRequest,
    ) -> ProvisionResponse {
        let Some(partnership) = self.partnerships.get_mut(&session.partnership) else {
            return ProvisionResponse::of_status(Status(3));
        };
        let mut response = ProvisionResponse::of_status(Status::SUCCESS);
        if let Some(information) = request.device_information {
            partnership.information = Some(information);
            response.device_information = Some(Status::SUCCESS);
        }
        if let Some(wipe) = partnership.wipe {
            let acknowledged = match wipe {
                Wipe::Device => request.remote_wipe,
                Wipe::Account => request.account_only_remote_wipe,
            };
            match acknowledged {
                // The device forgets everything; a later request starts a new partnership.
                Some(status) if status == Status::SUCCESS => {
                    let wiped = std::mem::take(&mut **partnership);
                    partnership.device_type = wiped.device_type;
                    partnership.last_request = wiped.last_request;
                }
                Some(_) => {}
                None => {
                    response.remote_wipe = wipe == Wipe::Device;
                    response.account_only_remote_wipe = wipe == Wipe::Account;
                }
            }
            return response;
        }
        let Some(asked) = request.policy else {
            if request.remote_wipe.is_none() && request.account_only_remote_wipe.is_none() {
                response.status = Status(2);
            }
            return response;
        };
        response.policy = Some(self.policy_answer(session, &asked));
        response
    }

    fn policy_answer(&mut self, session: &Session<'_>, asked: &PolicyRequest) -> PolicyResponse {
        let mut answer = PolicyResponse {
            policy_type: asked.policy_type.clone(),
            status: Status::SUCCESS,
            policy_key: None,
            document: None,
        };
        let Some(document) = self.policy.clone() else {
            answer.status = Status(2);
            return answer;
        };
        if asked.policy_type != POLICY_TYPE {
            answer.status = Status(3);
            return answer;
        }
        let acknowledged = asked.policy_key.zip(asked.status);
        let fresh = self.fresh_key();
        let Some(partnership) = self.partnerships.get_mut(&session.partnership) else {
            answer.status = Status(2);
            return answer;
        };
        let Some((key, status)) = acknowledged else {
            partnership.temporary_key = Some(fresh);
            answer.policy_key = Some(fresh);
            answer.document = Some(document);
            return answer;
        };
        if partnership.temporary_key != Some(key) {
            answer.status = Status(5);
            return answer;
        }
        partnership.acknowledgement = match status.0 {
            1 => Some(Acknowledgement::Applied),
            2 => Some(Acknowledgement::Partly),
            4 => Some(Acknowledgement::ThirdParty),
            // Not applied: the device gets no key.
            _ => return answer,
        };
        partnership.temporary_key = None;
        partnership.policy_key = Some(fresh);
        answer.policy_key = Some(fresh);
        answer
    }

    /// A key that no device was given before and that is never 0.
    fn fresh_key(&mut self) -> PolicyKey {
        // An odd factor permutes the 32-bit numbers, so that keys differ as long as the counter does.
        let key = self.next_key.wrapping_mul(2_654_435_761);
        self.next_key = self.next_key.wrapping_add(1).max(1);
        PolicyKey(key)
    }
}
