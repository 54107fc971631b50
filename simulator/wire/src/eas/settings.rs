//! Settings: what the device is, who the user is (MS-ASCMD section 2.2.1.18).

use super::Status;
use super::message::{Ask as _, Message, MessageError, Tell as _, root};
use super::tags::setting as tag;
use crate::wbxml::{Element, Tag};
use serde::{Deserialize, Serialize};

/// What a device says of itself; also part of the first Provision since 14.1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceInformation {
    /// The hardware, such as `iPhone14C5`.
    pub model: Option<String>,
    /// The IMEI.
    pub imei: Option<String>,
    /// The name the user gave it.
    pub friendly_name: Option<String>,
    /// The system and its build.
    pub os: Option<String>,
    /// The language.
    pub os_language: Option<String>,
    /// The phone number.
    pub phone_number: Option<String>,
    /// The program.
    pub user_agent: Option<String>,
    /// The mobile operator.
    pub mobile_operator: Option<String>,
}

/// A request about the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsRequest {
    /// What the device says of itself.
    pub device_information: Option<DeviceInformation>,
    /// Whether the user's addresses are wanted.
    pub user_information: bool,
}

/// An account of the user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserAccount {
    /// The id, absent for the primary account.
    pub account_id: Option<String>,
    /// The name of the account.
    pub account_name: Option<String>,
    /// The user's name.
    pub user_display_name: Option<String>,
    /// The address that answers go to.
    pub primary_address: Option<String>,
    /// The other addresses.
    pub addresses: Vec<String>,
}

/// Who the user is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserInformation {
    /// How it went.
    pub status: Status,
    /// The accounts; one without a name stands for the flat list of protocol 14.0 and before.
    pub accounts: Vec<UserAccount>,
}

/// The answer about the settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsResponse {
    /// How the command went.
    pub status: Status,
    /// How setting the device information went; some servers leave it out.
    pub device_information: Option<Status>,
    /// Who the user is.
    pub user_information: Option<UserInformation>,
}

impl SettingsResponse {
    /// Makes an answer that only says what went wrong.
    pub fn failure(status: Status) -> Self {
        Self { status, device_information: None, user_information: None }
    }
}

impl DeviceInformation {
    fn fields(&self) -> [(Tag, &Option<String>); 8] {
        [
            (tag::MODEL, &self.model),
            (tag::IMEI, &self.imei),
            (tag::FRIENDLY_NAME, &self.friendly_name),
            (tag::OS, &self.os),
            (tag::OS_LANGUAGE, &self.os_language),
            (tag::PHONE_NUMBER, &self.phone_number),
            (tag::USER_AGENT, &self.user_agent),
            (tag::MOBILE_OPERATOR, &self.mobile_operator),
        ]
    }

    pub(super) fn to_element(&self) -> Element {
        let set = self
            .fields()
            .into_iter()
            .fold(Element::new(tag::SET), |set, (tag, value)| set.with_text(tag, value.as_deref()));
        Element::new(tag::DEVICE_INFORMATION).with(set)
    }

    pub(super) fn from_element(element: &Element) -> Result<Self, MessageError> {
        let set =
            element.child(tag::SET).ok_or(MessageError::Missing { parent: element.tag, tag: tag::SET })?;
        Ok(Self {
            model: set.optional_text(tag::MODEL)?,
            imei: set.optional_text(tag::IMEI)?,
            friendly_name: set.optional_text(tag::FRIENDLY_NAME)?,
            os: set.optional_text(tag::OS)?,
            os_language: set.optional_text(tag::OS_LANGUAGE)?,
            phone_number: set.optional_text(tag::PHONE_NUMBER)?,
            user_agent: set.optional_text(tag::USER_AGENT)?,
            mobile_operator: set.optional_text(tag::MOBILE_OPERATOR)?,
        })
    }
}

impl Message for SettingsRequest {
    fn to_element(&self) -> Element {
        let mut element = Element::new(tag::SETTINGS);
        if let Some(information) = &self.device_information {
            element.push(information.to_element());
        }
        if self.user_information {
            element.push(Element::new(tag::USER_INFORMATION).with(Element::new(tag::GET)));
        }
        element
    }

    fn from_element(element: &Element) -> Result<Self, MessageError> {
        let element = root(element, tag::SETTINGS)?;
        let information = element.child(tag::DEVICE_INFORMATION);
        Ok(Self {
            device_information: information.map(DeviceInformation::from_element).transpose()?,
            user_information: element.descendant(&[tag::USER_INFORMATION, tag::GET]).is_some(),
        })
    }
}

impl Message for SettingsResponse {
    fn to_element(&self) -> Element {
        let mut element = Element::new(tag::SETTINGS).with(Element::number(tag::STATUS, self.status.0));
        if let Some(status) = self.device_information {
            element.push(device_information_status(status));
        }
        if let Some(user) = &self.user_information {
            let accounts =
                Element::new(tag::ACCOUNTS).with_all(user.accounts.iter().map(UserAccount::to_element));
            element.push(
                Element::new(tag::USER_INFORMATION)
                    .with(Element::number(tag::STATUS, user.status.0))
                    .with(Element::new(tag::GET).with(accounts)),
            );
        }
        element
    }

    fn from_element(element: &Element) -> Result<Self, MessageError> {
        let element = root(element, tag::SETTINGS)?;
        let user_information = element.child(tag::USER_INFORMATION).map(|user| {
            let mut accounts = Vec::new();
            if let Some(got) = user.child(tag::GET) {
                for account in got.child(tag::ACCOUNTS).into_iter().flat_map(|list| list.all(tag::ACCOUNT)) {
                    accounts.push(UserAccount::from_element(account)?);
                }
                if got.child(tag::EMAIL_ADDRESSES).is_some() {
                    accounts.push(UserAccount::from_element(got)?);
                }
            }
            Ok::<_, MessageError>(UserInformation {
                status: Status(user.required_number(tag::STATUS)?),
                accounts,
            })
        });
        Ok(Self {
            status: Status(element.required_number(tag::STATUS)?),
            device_information: read_device_information_status(element)?,
            user_information: user_information.transpose()?,
        })
    }
}

/// The answer to device information, here and in Provision.
pub(super) fn device_information_status(status: Status) -> Element {
    Element::new(tag::DEVICE_INFORMATION).with(Element::number(tag::STATUS, status.0))
}

/// Reads the answer to device information from its parent.
pub(super) fn read_device_information_status(parent: &Element) -> Result<Option<Status>, MessageError> {
    match parent.child(tag::DEVICE_INFORMATION) {
        None => Ok(None),
        Some(information) => Ok(information.optional_number(tag::STATUS)?.map(Status)),
    }
}

impl UserAccount {
    fn to_element(&self) -> Element {
        let addresses = Element::new(tag::EMAIL_ADDRESSES)
            .with_all(self.addresses.iter().map(|address| Element::text(tag::SMTP_ADDRESS, address.as_str())))
            .with_text(tag::PRIMARY_SMTP_ADDRESS, self.primary_address.as_deref());
        Element::new(tag::ACCOUNT)
            .with_text(tag::ACCOUNT_ID, self.account_id.as_deref())
            .with_text(tag::ACCOUNT_NAME, self.account_name.as_deref())
            .with_text(tag::USER_DISPLAY_NAME, self.user_display_name.as_deref())
            .with(addresses)
    }

    fn from_element(element: &Element) -> Result<Self, MessageError> {
        let list = element.child(tag::EMAIL_ADDRESSES);
        let addresses = list.into_iter().flat_map(|list| list.all(tag::SMTP_ADDRESS)).map(|address| {
            address.content().map(Into::into).ok_or(MessageError::Value { tag: tag::SMTP_ADDRESS })
        });
        Ok(Self {
            account_id: element.optional_text(tag::ACCOUNT_ID)?,
            account_name: element.optional_text(tag::ACCOUNT_NAME)?,
            user_display_name: element.optional_text(tag::USER_DISPLAY_NAME)?,
            primary_address: list.map_or(Ok(None), |list| list.optional_text(tag::PRIMARY_SMTP_ADDRESS))?,
            addresses: addresses.collect::<Result<_, _>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_responses_round_trip() {
        let request = SettingsRequest {
            device_information: Some(DeviceInformation {
                model: Some("iPhone14C5".into()),
                os: Some("iOS 17.5 21F79".into()),
                ..DeviceInformation::default()
            }),
            user_information: true,
        };
        assert_eq!(SettingsRequest::from_wbxml(&request.to_wbxml().unwrap()), Ok(request));
        let response = SettingsResponse {
            status: Status::SUCCESS,
            device_information: Some(Status::SUCCESS),
            user_information: Some(UserInformation {
                status: Status::SUCCESS,
                accounts: vec![UserAccount {
                    user_display_name: Some("Anna".into()),
                    primary_address: Some("anna@example.test".into()),
                    addresses: vec!["a@example.test".into()],
                    ..UserAccount::default()
                }],
            }),
        };
        assert_eq!(SettingsResponse::from_wbxml(&response.to_wbxml().unwrap()), Ok(response));
    }

    #[test]
    fn the_flat_address_list_of_older_protocols_is_read() {
        let list =
            Element::new(tag::EMAIL_ADDRESSES).with(Element::text(tag::SMTP_ADDRESS, "anna@example.test"));
        let response = Element::new(tag::SETTINGS).with(Element::number(tag::STATUS, 1u8)).with(
            Element::new(tag::USER_INFORMATION)
                .with(Element::number(tag::STATUS, 1u8))
                .with(Element::new(tag::GET).with(list)),
        );
        let read = SettingsResponse::from_element(&response).unwrap();
        assert_eq!(read.user_information.unwrap().accounts[0].addresses, ["anna@example.test"]);
        assert_eq!(read.device_information, None);
    }
}
