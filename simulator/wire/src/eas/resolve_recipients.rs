//! ResolveRecipients: who a name is, and with which certificates (MS-ASCMD section 2.2.1.15).

use super::Status;
use super::message::{Ask as _, Message, MessageError, Tell as _, root};
use super::tags::resolving as tag;
use crate::wbxml::Element;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

/// The most names of a request (MS-ASCMD section 2.2.3.183).
pub const NAMES: usize = 1000;

/// Whether certificates are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum CertificateRetrieval {
    /// None.
    None = 1,
    /// Whole certificates.
    Full = 2,
    /// Digests by which a client finds certificates it already has.
    Mini = 3,
}

/// What is wanted of each recipient.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolveOptions {
    /// Whether certificates are wanted; none if absent.
    pub certificate_retrieval: Option<CertificateRetrieval>,
    /// The most certificates of one recipient.
    pub max_certificates: Option<u16>,
    /// The most suggestions for an ambiguous name.
    pub max_ambiguous_recipients: Option<u16>,
}

/// Names to be resolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolveRecipientsRequest {
    /// Addresses or parts of names.
    pub to: Vec<String>,
    /// What is wanted of each.
    pub options: Option<ResolveOptions>,
}

/// The certificates of a recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificates {
    /// 1, 7 no valid certificate, 8 the limit is reached.
    pub status: Status,
    /// How many there are for the recipient.
    pub count: Option<u32>,
    /// The recipient's certificates, DER.
    pub certificates: Vec<Vec<u8>>,
    /// The digest form.
    pub mini_certificate: Option<Vec<u8>>,
}

/// Someone a name stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// 1 an entry of the directory, 2 a contact of the user (MS-ASCMD section 2.2.3.186.5).
    pub recipient_type: u8,
    /// The name for the user.
    pub display_name: String,
    /// The address.
    pub email_address: String,
    /// The certificates, if they were asked for.
    pub certificates: Option<Certificates>,
}

/// Who one name stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolveResponse {
    /// The name as asked.
    pub to: String,
    /// 1 resolved, 2 and 3 ambiguous, 4 nobody.
    pub status: Status,
    /// How many recipients there are.
    pub recipient_count: Option<u32>,
    /// The recipients, perhaps fewer than counted.
    pub recipients: Vec<Recipient>,
}

/// Who the names stand for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolveRecipientsResponse {
    /// How the command went.
    pub status: Status,
    /// One answer a name.
    pub responses: Vec<ResolveResponse>,
}

impl ResolveRecipientsResponse {
    /// Makes an answer that only says what went wrong.
    pub fn failure(status: Status) -> Self {
        Self { status, responses: Vec::new() }
    }

    /// Walks the certificates of the recipient with an address, compared without ASCII case.
    pub fn certificates_of<'a>(&'a self, address: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.responses
            .iter()
            .flat_map(|response| &response.recipients)
            .filter(move |recipient| recipient.email_address.eq_ignore_ascii_case(address))
            .filter_map(|recipient| recipient.certificates.as_ref())
            .flat_map(|certificates| certificates.certificates.iter().map(Vec::as_slice))
    }
}

impl Message for ResolveRecipientsRequest {
    fn to_element(&self) -> Element {
        let element = Element::new(tag::RESOLVE_RECIPIENTS)
            .with_all(self.to.iter().map(|name| Element::text(tag::TO, name.as_str())));
        match &self.options {
            None => element,
            Some(options) => element.with(
                Element::new(tag::OPTIONS)
                    .with_number(tag::CERTIFICATE_RETRIEVAL, options.certificate_retrieval.map(|r| r as u8))
                    .with_number(tag::MAX_CERTIFICATES, options.max_certificates)
                    .with_number(tag::MAX_AMBIGUOUS_RECIPIENTS, options.max_ambiguous_recipients),
            ),
        }
    }

    fn from_element(element: &Element) -> Result<Self, MessageError> {
        let element = root(element, tag::RESOLVE_RECIPIENTS)?;
        let to = element
            .all(tag::TO)
            .map(|name| name.content().map(Into::into).ok_or(MessageError::Value { tag: tag::TO }))
            .collect::<Result<Vec<String>, _>>()?;
        if to.is_empty() {
            return Err(MessageError::Missing { parent: element.tag, tag: tag::TO });
        }
        if to.len() > NAMES {
            return Err(MessageError::Value { tag: tag::TO });
        }
        let options = element.child(tag::OPTIONS).map(|options| {
            Ok::<_, MessageError>(ResolveOptions {
                certificate_retrieval: match options.optional_number::<u8>(tag::CERTIFICATE_RETRIEVAL)? {
                    None => None,
                    Some(1) => Some(CertificateRetrieval::None),
                    Some(2) => Some(CertificateRetrieval::Full),
                    Some(3) => Some(CertificateRetrieval::Mini),
                    Some(_) => return Err(MessageError::Value { tag: tag::CERTIFICATE_RETRIEVAL }),
                },
                max_certificates: options.optional_number(tag::MAX_CERTIFICATES)?,
                max_ambiguous_recipients: options.optional_number(tag::MAX_AMBIGUOUS_RECIPIENTS)?,
            })
        });
        Ok(Self { to, options: options.transpose()? })
    }
}

impl Message for ResolveRecipientsResponse {
    fn to_element(&self) -> Element {
        Element::new(tag::RESOLVE_RECIPIENTS)
            .with(Element::number(tag::STATUS, self.status.0))
            .with_all(self.responses.iter().map(ResolveResponse::to_element))
    }

    fn from_element(element: &Element) -> Result<Self, MessageError> {
        let element = root(element, tag::RESOLVE_RECIPIENTS)?;
        Ok(Self {
            status: Status(element.required_number(tag::STATUS)?),
            responses: element
                .all(tag::RESPONSE)
                .map(ResolveResponse::from_element)
                .collect::<Result<_, _>>()?,
        })
    }
}

impl ResolveResponse {
    fn to_element(&self) -> Element {
        Element::new(tag::RESPONSE)
            .with(Element::text(tag::TO, self.to.as_str()))
            .with(Element::number(tag::STATUS, self.status.0))
            .with_number(tag::RECIPIENT_COUNT, self.recipient_count)
            .with_all(self.recipients.iter().map(Recipient::to_element))
    }

    fn from_element(element: &Element) -> Result<Self, MessageError> {
        Ok(Self {
            to: element.optional_text(tag::TO)?.unwrap_or_default(),
            status: Status(element.required_number(tag::STATUS)?),
            recipient_count: element.optional_number(tag::RECIPIENT_COUNT)?,
            recipients: element.all(tag::RECIPIENT).map(Recipient::from_element).collect::<Result<_, _>>()?,
        })
    }
}

impl Recipient {
    fn to_element(&self) -> Element {
        let element = Element::new(tag::RECIPIENT)
            .with(Element::number(tag::TYPE, self.recipient_type))
            .with(Element::text(tag::DISPLAY_NAME, self.display_name.as_str()))
            .with(Element::text(tag::EMAIL_ADDRESS, self.email_address.as_str()));
        match &self.certificates {
            None => element,
            Some(found) => element.with(
                Element::new(tag::CERTIFICATES)
                    .with(Element::number(tag::STATUS, found.status.0))
                    .with_number(tag::CERTIFICATE_COUNT, found.count)
                    .with_all(
                        found
                            .certificates
                            .iter()
                            .map(|der| Element::text(tag::CERTIFICATE, STANDARD.encode(der))),
                    )
                    .with_text(
                        tag::MINI_CERTIFICATE,
                        found.mini_certificate.as_ref().map(|mini| STANDARD.encode(mini)).as_deref(),
                    ),
            ),
        }
    }

    fn from_element(element: &Element) -> Result<Self, MessageError> {
        let certificates = element.child(tag::CERTIFICATES).map(|found| {
            Ok::<_, MessageError>(Certificates {
                status: Status(found.required_number(tag::STATUS)?),
                count: found.optional_number(tag::CERTIFICATE_COUNT)?,
                certificates: found.all(tag::CERTIFICATE).map(base64_content).collect::<Result<_, _>>()?,
                mini_certificate: found.child(tag::MINI_CERTIFICATE).map(base64_content).transpose()?,
            })
        });
        Ok(Self {
            recipient_type: element.required_number(tag::TYPE)?,
            display_name: element.optional_text(tag::DISPLAY_NAME)?.unwrap_or_default(),
            email_address: element.required_text(tag::EMAIL_ADDRESS)?,
            certificates: certificates.transpose()?,
        })
    }
}

/// Base64, which some servers break into lines.
fn base64_content(element: &Element) -> Result<Vec<u8>, MessageError> {
    let mut text = element.bytes().into_owned();
    text.retain(|byte| !byte.is_ascii_whitespace());
    STANDARD.decode(text).map_err(|_| MessageError::Value { tag: element.tag })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_responses_round_trip() {
        let request = ResolveRecipientsRequest {
            to: vec!["bob@example.test".into(), "car".into()],
            options: Some(ResolveOptions {
                certificate_retrieval: Some(CertificateRetrieval::Full),
                max_certificates: Some(9999),
                max_ambiguous_recipients: Some(0),
            }),
        };
        assert_eq!(ResolveRecipientsRequest::from_wbxml(&request.to_wbxml().unwrap()), Ok(request));
        let response = ResolveRecipientsResponse {
            status: Status::SUCCESS,
            responses: vec![
                ResolveResponse {
                    to: "bob@example.test".into(),
                    status: Status::SUCCESS,
                    recipient_count: Some(1),
                    recipients: vec![Recipient {
                        recipient_type: 1,
                        display_name: "Bob".into(),
                        email_address: "bob@example.test".into(),
                        certificates: Some(Certificates {
                            status: Status::SUCCESS,
                            count: Some(2),
                            certificates: vec![vec![0x30, 0], vec![0xff; 100]],
                            mini_certificate: Some(vec![1, 2, 3]),
                        }),
                    }],
                },
                ResolveResponse {
                    to: "car".into(),
                    status: Status(4),
                    recipient_count: None,
                    recipients: Vec::new(),
                },
            ],
        };
        let read = ResolveRecipientsResponse::from_wbxml(&response.to_wbxml().unwrap()).unwrap();
        assert_eq!(read.certificates_of("BOB@example.test").count(), 2);
        assert_eq!(read.certificates_of("car").count(), 0);
        assert_eq!(read, response);
    }

    #[test]
    fn the_number_of_names_is_bounded() {
        let names = |count| ResolveRecipientsRequest { to: vec!["a".into(); count], options: None };
        assert!(ResolveRecipientsRequest::from_element(&names(NAMES).to_element()).is_ok());
        assert!(ResolveRecipientsRequest::from_element(&names(NAMES + 1).to_element()).is_err());
        assert!(ResolveRecipientsRequest::from_element(&names(0).to_element()).is_err());
    }

    #[test]
    fn broken_base64_is_refused_and_line_breaks_are_not() {
        let broken = Element::text(tag::CERTIFICATE, "MI*=");
        assert_eq!(base64_content(&broken), Err(MessageError::Value { tag: tag::CERTIFICATE }));
        assert_eq!(base64_content(&Element::text(tag::CERTIFICATE, "QU\r\nJD\n")), Ok(b"ABC".to_vec()));
    }
}
