//! Provision: policies and wiping (MS-ASPROV section 2.2).

use super::Status;
use super::headers::PolicyKey;
use super::message::{Ask as _, Message, MessageError, Tell as _, parse_number, root};
use super::settings::{DeviceInformation, device_information_status, read_device_information_status};
use super::tags::provisioning as tag;
use crate::wbxml::{Element, Tag};
use serde::{Deserialize, Serialize};

/// The policy type of protocol 12.0 and later.
pub const POLICY_TYPE: &str = "MS-EAS-Provisioning-WBXML";

/// A policy: the simple settings of `EASProvisionDoc` in the order written, each a number.
///
/// Application lists and settings without a value are left out when reading.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyDocument {
    /// Settings by tag (see [`super::tags::provisioning`]).
    pub values: Vec<(Tag, u32)>,
}

impl PolicyDocument {
    /// Returns the value of a setting.
    pub fn value(&self, setting: Tag) -> Option<u32> {
        self.values.iter().find(|(tag, _)| *tag == setting).map(|(_, value)| *value)
    }

    fn to_element(&self) -> Element {
        Element::new(tag::EAS_PROVISION_DOC)
            .with_all(self.values.iter().map(|(tag, value)| Element::number(*tag, *value)))
    }

    fn from_element(element: &Element) -> Result<Self, MessageError> {
        let mut values = Vec::new();
        for setting in element.elements().filter(|e| e.elements().next().is_none() && e.tag.name().is_some())
        {
            let text = setting.content().ok_or(MessageError::Value { tag: setting.tag })?;
            if !text.is_empty() {
                values.push((setting.tag, parse_number(setting.tag, &text)?));
            }
        }
        Ok(Self { values })
    }
}

/// A policy that is asked for or acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRequest {
    /// The type, [`POLICY_TYPE`].
    pub policy_type: String,
    /// The key being acknowledged.
    pub policy_key: Option<PolicyKey>,
    /// 1 applied, 2 partly, 3 not, 4 managed by a third party; only when acknowledging.
    pub status: Option<Status>,
}

/// Asks for the policy, acknowledges it, or acknowledges a wipe; an empty request asks what to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvisionRequest {
    /// What the device says of itself, since 14.1.
    pub device_information: Option<DeviceInformation>,
    /// The policy.
    pub policy: Option<PolicyRequest>,
    /// The acknowledgement of a wipe of the device.
    pub remote_wipe: Option<Status>,
    /// The acknowledgement of a wipe of the account, since 16.1.
    pub account_only_remote_wipe: Option<Status>,
}

/// A policy that is given or confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyResponse {
    /// The type.
    pub policy_type: String,
    /// 1 success, 2 no policy, 3 unknown type, 4 corrupt, 5 wrong key acknowledged.
    pub status: Status,
    /// The temporary key, then the final one.
    pub policy_key: Option<PolicyKey>,
    /// The policy; only with the temporary key.
    pub document: Option<PolicyDocument>,
}

/// The answer to a [`ProvisionRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvisionResponse {
    /// How the command went.
    pub status: Status,
    /// How setting the device information went.
    pub device_information: Option<Status>,
    /// The policy.
    pub policy: Option<PolicyResponse>,
    /// Whether the device must be wiped.
    pub remote_wipe: bool,
    /// Whether the account must be wiped.
    pub account_only_remote_wipe: bool,
}

impl ProvisionResponse {
    /// Makes an answer that only says how it went.
    pub fn of_status(status: Status) -> Self {
        Self {
            status,
            device_information: None,
            policy: None,
            remote_wipe: false,
            account_only_remote_wipe: false,
        }
    }
}

impl Message for ProvisionRequest {
    fn to_element(&self) -> Element {
        let mut element = Element::new(tag::PROVISION);
        if let Some(information) = &self.device_information {
            element.push(information.to_element());
        }
        if let Some(policy) = &self.policy {
            element.push(
                Element::new(tag::POLICIES).with(
                    Element::new(tag::POLICY)
                        .with(Element::text(tag::POLICY_TYPE, policy.policy_type.as_str()))
                        .with_number(tag::POLICY_KEY, policy.policy_key.map(|key| key.0))
                        .with_number(tag::STATUS, policy.status.map(|status| status.0)),
                ),
            );
        }
        for (tag_, status) in [
            (tag::REMOTE_WIPE, self.remote_wipe),
            (tag::ACCOUNT_ONLY_REMOTE_WIPE, self.account_only_remote_wipe),
        ] {
            if let Some(status) = status {
                element.push(Element::new(tag_).with(Element::number(tag::STATUS, status.0)));
            }
        }
        element
    }

    fn from_element(element: &Element) -> Result<Self, MessageError> {
        let element = root(element, tag::PROVISION)?;
        let information = element.child(super::tags::setting::DEVICE_INFORMATION);
        let policy = element.descendant(&[tag::POLICIES, tag::POLICY]).map(|policy| {
            Ok::<_, MessageError>(PolicyRequest {
                policy_type: policy.required_text(tag::POLICY_TYPE)?,
                policy_key: policy.optional_number(tag::POLICY_KEY)?.map(PolicyKey),
                status: policy.optional_number(tag::STATUS)?.map(Status),
            })
        });
        let wipe = |tag_| match element.child(tag_) {
            None => Ok(None),
            Some(wipe) => wipe.optional_number(tag::STATUS).map(|status| status.map(Status)),
        };
        Ok(Self {
            device_information: information.map(DeviceInformation::from_element).transpose()?,
            policy: policy.transpose()?,
            remote_wipe: wipe(tag::REMOTE_WIPE)?,
            account_only_remote_wipe: wipe(tag::ACCOUNT_ONLY_REMOTE_WIPE)?,
        })
    }
}

impl Message for ProvisionResponse {
    fn to_element(&self) -> Element {
        let mut element = Element::new(tag::PROVISION);
        if let Some(status) = self.device_information {
            element.push(device_information_status(status));
        }
        element.push(Element::number(tag::STATUS, self.status.0));
        if let Some(policy) = &self.policy {
            let mut written = Element::new(tag::POLICY)
                .with(Element::text(tag::POLICY_TYPE, policy.policy_type.as_str()))
                .with(Element::number(tag::STATUS, policy.status.0))
                .with_number(tag::POLICY_KEY, policy.policy_key.map(|key| key.0));
            if let Some(document) = &policy.document {
                written.push(Element::new(tag::DATA).with(document.to_element()));
            }
            element.push(Element::new(tag::POLICIES).with(written));
        }
        element
            .with_empty(tag::REMOTE_WIPE, self.remote_wipe)
            .with_empty(tag::ACCOUNT_ONLY_REMOTE_WIPE, self.account_only_remote_wipe)
    }

    fn from_element(element: &Element) -> Result<Self, MessageError> {
        let element = root(element, tag::PROVISION)?;
        let policy = element.descendant(&[tag::POLICIES, tag::POLICY]).map(|policy| {
            let document = policy.descendant(&[tag::DATA, tag::EAS_PROVISION_DOC]);
            Ok::<_, MessageError>(PolicyResponse {
                policy_type: policy.optional_text(tag::POLICY_TYPE)?.unwrap_or_default(),
                status: Status(policy.required_number(tag::STATUS)?),
                policy_key: policy.optional_number(tag::POLICY_KEY)?.map(PolicyKey),
                document: document.map(PolicyDocument::from_element).transpose()?,
            })
        });
        Ok(Self {
            status: Status(element.required_number(tag::STATUS)?),
            device_information: read_device_information_status(element)?,
            policy: policy.transpose()?,
            remote_wipe: element.child(tag::REMOTE_WIPE).is_some(),
            account_only_remote_wipe: element.child(tag::ACCOUNT_ONLY_REMOTE_WIPE).is_some(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wbxml::Page;

    #[test]
    fn requests_round_trip() {
        for request in [
            ProvisionRequest::default(),
            ProvisionRequest {
                device_information: Some(DeviceInformation {
                    model: Some("iPhone14C5".into()),
                    ..DeviceInformation::default()
                }),
                policy: Some(PolicyRequest {
                    policy_type: POLICY_TYPE.into(),
                    policy_key: None,
                    status: None,
                }),
                ..ProvisionRequest::default()
            },
            ProvisionRequest {
                policy: Some(PolicyRequest {
                    policy_type: POLICY_TYPE.into(),
                    policy_key: Some(PolicyKey(u32::MAX)),
                    status: Some(Status(1)),
                }),
                ..ProvisionRequest::default()
            },
            ProvisionRequest { remote_wipe: Some(Status(1)), ..ProvisionRequest::default() },
            ProvisionRequest { account_only_remote_wipe: Some(Status(2)), ..ProvisionRequest::default() },
        ] {
            assert_eq!(ProvisionRequest::from_wbxml(&request.to_wbxml().unwrap()), Ok(request));
        }
    }

    #[test]
    fn responses_round_trip() {
        let document = PolicyDocument {
            values: vec![(tag::DEVICE_PASSWORD_ENABLED, 1), (tag::REQUIRE_SIGNED_SMIME_MESSAGES, 0)],
        };
        let response = ProvisionResponse {
            device_information: Some(Status(1)),
            policy: Some(PolicyResponse {
                policy_type: POLICY_TYPE.into(),
                status: Status(1),
                policy_key: Some(PolicyKey(1307199584)),
                document: Some(document.clone()),
            }),
            ..ProvisionResponse::of_status(Status::SUCCESS)
        };
        let read = ProvisionResponse::from_wbxml(&response.to_wbxml().unwrap()).unwrap();
        assert_eq!(read, response);
        assert_eq!(document.value(tag::DEVICE_PASSWORD_ENABLED), Some(1));
        assert_eq!(document.value(tag::ALLOW_CAMERA), None);
        let wipe = ProvisionResponse { remote_wipe: true, ..ProvisionResponse::of_status(Status::SUCCESS) };
        assert_eq!(ProvisionResponse::from_wbxml(&wipe.to_wbxml().unwrap()), Ok(wipe));
    }

    #[test]
    fn lists_and_empty_settings_are_left_out() {
        let name = |name| Tag::find(Page::Provision, name).unwrap();
        let document = Element::new(tag::EAS_PROVISION_DOC)
            .with(Element::new(name("MaxAttachmentSize")))
            .with(Element::new(name("ApprovedApplicationList")).with(Element::text(name("Hash"), "abc")))
            .with(Element::number(tag::ALLOW_CAMERA, 0u8))
            .with(Element::text(Tag::new(14, 0x3f).unwrap(), "later"));
        assert_eq!(PolicyDocument::from_element(&document).unwrap().values, [(tag::ALLOW_CAMERA, 0)]);
    }
}
