//! One object of a Graph document: its members as they were written, each with path and place.

use super::finding::Finding;
use super::json::{Json, Member, Node, member};
use super::schema::{GraphType, graph_type};
use crate::plist::Span;
use crate::{LineIndex, Severity};
use std::sync::Arc;

/// A document: its name and where its lines begin.
#[derive(Debug)]
pub(super) struct Source {
    pub name: String,
    pub lines: LineIndex<'static>,
}

/// Names what an object is to an e-mail profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ResourceKind {
    /// `iosEasEmailProfileConfiguration`.
    Email,
    /// `iosTrustedRootCertificate`.
    TrustedRoot,
    /// `iosScepCertificateProfile`.
    Scep,
    /// `iosPkcsCertificateProfile`.
    Pkcs,
    /// `iosImportedPFXCertificateProfile`.
    ImportedPfx,
    /// `iosDerivedCredentialAuthenticationConfiguration`.
    DerivedCredential,
    /// `deviceManagementDerivedCredentialSettings`.
    DerivedCredentialSettings,
    /// `iosVpnConfiguration`.
    Vpn,
    /// `iosMobileAppConfiguration`, settings of an app on managed devices.
    DeviceAppConfiguration,
    /// `targetedManagedAppConfiguration`, settings of a managed app.
    ManagedAppConfiguration,
    /// Any other type.
    Other,
}

impl ResourceKind {
    /// The kinds with the types they stand for.
    pub const TYPES: [(Self, &'static str); 10] = [
        (Self::Email, "iosEasEmailProfileConfiguration"),
        (Self::TrustedRoot, "iosTrustedRootCertificate"),
        (Self::Scep, "iosScepCertificateProfile"),
        (Self::Pkcs, "iosPkcsCertificateProfile"),
        (Self::ImportedPfx, "iosImportedPFXCertificateProfile"),
        (Self::DerivedCredential, "iosDerivedCredentialAuthenticationConfiguration"),
        (Self::DerivedCredentialSettings, "deviceManagementDerivedCredentialSettings"),
        (Self::Vpn, "iosVpnConfiguration"),
        (Self::DeviceAppConfiguration, "iosMobileAppConfiguration"),
        (Self::ManagedAppConfiguration, "targetedManagedAppConfiguration"),
    ];

    /// The kind of a type, given without `#microsoft.graph.`.
    #[must_use]
    pub fn of_type(name: &str) -> Self {
        Self::TYPES.iter().find(|(_, known)| *known == name).map_or(Self::Other, |(kind, _)| *kind)
    }

    /// Graph's name of the type; none for [`ResourceKind::Other`].
    #[must_use]
    pub fn type_name(self) -> Option<&'static str> {
        Self::TYPES.iter().find(|(kind, _)| *kind == self).map(|(_, name)| *name)
    }
}

/// An object of a Graph document.
#[derive(Clone, Debug)]
pub struct Resource {
    /// What it is.
    pub kind: ResourceKind,
    /// Its type without `#microsoft.graph.`, written or concluded; empty if unknown.
    pub type_name: String,
    /// Its JSON path, such as `$.value[2]`.
    pub path: String,
    /// Where it stands.
    pub span: Span,
    pub(super) members: Vec<Member>,
    pub(super) source: Arc<Source>,
}

/// What a navigation property leads to.
#[derive(Clone, Debug)]
pub enum Link {
    /// The id of another object.
    Id(String),
    /// The object itself, as `$expand` gives it.
    Inline(Box<Resource>),
}

/// What begins the name of every type.
pub(super) const NAMESPACE: &str = "microsoft.graph.";

/// A type as it is written, without what begins all of them.
pub(super) fn bare_type(written: &str) -> &str {
    let text = written.trim_start_matches('#');
    text.strip_prefix(NAMESPACE).unwrap_or(text)
}

impl Resource {
    pub(super) fn new(source: &Arc<Source>, path: String, span: Span, members: Vec<Member>) -> Resource {
        let written = member(&members, "@odata.type").and_then(|m| m.node.value.as_str()).map(bare_type);
        let type_name = written.unwrap_or_default().to_owned();
        Resource {
            kind: ResourceKind::of_type(&type_name),
            type_name,
            path,
            span,
            members,
            source: Arc::clone(source),
        }
    }

    /// The resource, taken for one of a kind that it does not name.
    pub(super) fn taken_for(self, kind: ResourceKind) -> Resource {
        Resource { kind, type_name: kind.type_name().unwrap_or_default().to_owned(), ..self }
    }

    /// The name of the document it stands in.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.source.name
    }

    /// What is known of its type.
    #[must_use]
    pub fn graph_type(&self) -> Option<&'static GraphType> {
        graph_type(&self.type_name)
    }

    /// All members as they were written.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// A member's value, whatever it holds; of duplicates the last.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<&Node> {
        member(&self.members, name).map(|member| &member.node)
    }

    /// A member's value if it is there and not `null`, which is how Graph writes what is not set.
    #[must_use]
    pub fn set(&self, name: &str) -> Option<&Json> {
        self.node(name).map(|node| &node.value).filter(|value| **value != Json::Null)
    }

    /// A member's text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.set(name).and_then(Json::as_str)
    }

    /// A member's truth value.
    #[must_use]
    pub fn boolean(&self, name: &str) -> Option<bool> {
        self.set(name).and_then(Json::as_boolean)
    }

    /// A member's number.
    #[must_use]
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.set(name).and_then(Json::as_integer)
    }

    /// A member's bytes, written as base64.
    #[must_use]
    pub fn binary(&self, name: &str) -> Option<Vec<u8>> {
        self.text(name).and_then(base64)
    }

    /// The words of a member that holds flags, in the order they were written, surrounding space taken off.
    #[must_use]
    pub fn flags(&self, name: &str) -> Option<Vec<&str>> {
        self.text(name).map(|text| text.split(',').map(str::trim).filter(|word| !word.is_empty()).collect())
    }

    /// The texts of a member that holds a list; items of another type are left out.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<&str> {
        let items = self.set(name).and_then(Json::as_array).unwrap_or_default();
        items.iter().filter_map(|item| item.value.as_str()).collect()
    }

    /// The objects of a member that holds a list, or the one that it holds.
    #[must_use]
    pub fn objects(&self, name: &str) -> Vec<Resource> {
        let object = |path: String, node: &Node| {
            let members = node.value.as_object()?.to_vec();
            Some(Resource::new(&self.source, path, node.span, members))
        };
        match self.node(name) {
            Some(node) if node.value.as_object().is_some() => {
                object(self.path_of(name), node).into_iter().collect()
            }
            Some(Node { value: Json::Array(items), .. }) => {
                let path = self.path_of(name);
                let numbered = items.iter().enumerate();
                numbered.filter_map(|(at, item)| object(format!("{path}[{at}]"), item)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.text("id").filter(|id| !id.is_empty())
    }

    /// Its display name.
    #[must_use]
    pub fn display_name(&self) -> Option<&str> {
        self.text("displayName").filter(|name| !name.is_empty())
    }

    /// What people call it: its display name, else its id, else where it stands.
    #[must_use]
    pub fn label(&self) -> &str {
        self.display_name().or_else(|| self.id()).unwrap_or(&self.path)
    }

    /// What a navigation property leads to: `NAME@odata.bind` with an address, `NAME` with the object itself or an id.
    #[must_use]
    pub fn link(&self, name: &str) -> Option<Link> {
        if let Some(object) = self.objects(name).into_iter().next() {
            return Some(Link::Inline(Box::new(object)));
        }
        let written = self.text(&format!("{name}@odata.bind")).or_else(|| self.text(name))?;
        let id = bound_id(written);
        (!id.is_empty()).then(|| Link::Id(id.to_owned()))
    }

    /// The JSON path of a member.
    #[must_use]
    pub fn path_of(&self, name: &str) -> String {
        join(&self.path, name)
    }

    /// Makes a finding about a member; where there is no such member, at the object itself.
    #[must_use]
    pub fn finding(
        &self,
        rule: &'static str,
        severity: Severity,
        name: &str,
        message: impl Into<String>,
        reference: &'static str,
    ) -> Finding {
        let bind = format!("{name}@odata.bind");
        let found = member(&self.members, name)
            .filter(|member| member.node.value != Json::Null || !self.members.iter().any(|m| m.name == bind))
            .or_else(|| member(&self.members, &bind));
        let (path, span) = match found {
            Some(member) => (self.path_of(&member.name), member.node.span),
            None if name.is_empty() => (self.path.clone(), self.span),
            None => (self.path_of(name), self.span),
        };
        self.placed(rule, severity, path, span, message.into(), reference)
    }

    pub(super) fn placed(
        &self,
        rule: &'static str,
        severity: Severity,
        path: String,
        span: Span,
        message: String,
        reference: &'static str,
    ) -> Finding {
        let (line, column) = self.source.lines.position(span.start());
        Finding {
            rule,
            severity,
            file: self.source.name.clone(),
            path,
            line: Some(line),
            column: Some(column),
            message,
            help: None,
            reference,
        }
    }
}

/// The path of a member of the object at a path: with a point for plain names, else in brackets.
pub(super) fn join(path: &str, name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain && !name.is_empty() {
        return format!("{path}.{name}");
    }
    let quoted: String =
        name.chars().take(128).map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect();
    format!("{path}['{}']", quoted.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// The id in the address of an object: what stands in quotation marks, else the last part of the path.
fn bound_id(address: &str) -> &str {
    if let Some((_, rest)) = address.rsplit_once("('")
        && let Some((id, _)) = rest.split_once('\'')
    {
        return id;
    }
    let last = address.trim_end_matches('/').rsplit('/').next().unwrap_or(address);
    last.split(['?', '#']).next().unwrap_or(last)
}

/// Bytes of base64, line breaks and missing padding taken as meant.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    const ENGINE: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let packed: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    ENGINE.decode(packed).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_in_addresses() {
        let id = "0f0f0f0f-1111-2222-3333-444444444444";
        for address in [
            format!("https://graph.microsoft.com/beta/deviceManagement/deviceConfigurations('{id}')"),
            format!("https://graph.microsoft.com/beta/deviceManagement/deviceConfigurations/{id}"),
            format!("deviceConfigurations/{id}/?x=1").replace("/?", "?"),
            id.to_owned(),
        ] {
            assert_eq!(bound_id(&address), id);
        }
    }

    #[test]
    fn paths_quote_what_is_no_plain_name() {
        assert_eq!(join("$", "hostName"), "$.hostName");
        assert_eq!(join("$.value[0]", "a@odata.bind"), "$.value[0]['a@odata.bind']");
        assert_eq!(join("$", "it's"), "$['it\\'s']");
        assert_eq!(join("$", ""), "$['']");
    }

    #[test]
    fn base64_is_read_with_line_breaks_and_without_padding() {
        for text in ["aGFuZHNldA==", "aGFu\r\nZHNl\ndA==", "aGFuZHNldA"] {
            assert_eq!(base64(text).as_deref(), Some(&b"handset"[..]));
        }
        assert_eq!(base64("a*b="), None);
    }
}
