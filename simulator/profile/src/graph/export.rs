//! A whole Graph document, and the objects in it.

use super::error::JsonError;
use super::finding::Finding;
use super::json::{self, Json, Member, Node, member};
use super::resource::{Resource, ResourceKind, Source, bare_type, join};
use super::schema::graph_type;
use crate::lint::nearest;
use crate::plist::Span;
use crate::{LineIndex, Severity};
use std::sync::Arc;

/// The most objects taken out of one document.
pub const RESOURCES_MAX: usize = 100_000;
/// How deep lists and answers around the objects may lie in each other.
pub const ENVELOPES_MAX: usize = 6;
/// The most findings about what stands around the objects; further ones are dropped.
pub const ENVELOPE_FINDINGS_MAX: usize = 1_000;

/// The objects of a document, in its order.
#[derive(Clone, Debug)]
pub struct Export {
    /// The name of the document.
    pub file: String,
    /// Every object with a type, or what has members of one.
    pub resources: Vec<Resource>,
    /// What is odd about what stands around them.
    pub findings: Vec<Finding>,
}

const WIRE: &str = "Microsoft Graph beta, List deviceConfigurations";

/// Reads a Graph document: one object, a list, an answer with `value`, answers of a batch, or a folder of lists.
///
/// `name` is what findings call the document. The words of the administrator are kept as they are; what is wrong with
/// them is told by [`super::check`].
///
/// # Errors
/// [`JsonError`] when the document is no JSON or passes one of the limits.
pub fn parse_named(name: &str, bytes: &[u8]) -> Result<Export, JsonError> {
    let text = json::decode(bytes)?;
    let root = json::read(&text)?;
    let source =
        Arc::new(Source { name: name.to_owned(), lines: LineIndex::of_owned_text(text.to_string()) });
    let mut collector = Collector { source, resources: Vec::new(), findings: Vec::new() };
    collector.walk(root, "$".to_owned(), 0);
    Ok(Export { file: name.to_owned(), resources: collector.resources, findings: collector.findings })
}

/// Reads a Graph document without a name; see [`parse_named`].
///
/// # Errors
/// As [`parse_named`].
pub fn parse(bytes: &[u8]) -> Result<Export, JsonError> {
    parse_named("-", bytes)
}

/// Members that Graph writes of an e-mail profile and of no other type: enough to know one without its type.
const EMAIL_MEMBERS: [&str; 5] =
    ["easServices", "usernameAADSource", "emailAddressSource", "durationOfEmailToSync", "hostName"];

struct Collector {
    source: Arc<Source>,
    resources: Vec<Resource>,
    findings: Vec<Finding>,
}

impl Collector {
    fn walk(&mut self, node: Node, path: String, depth: usize) {
        match node.value {
            Json::Object(members) => self.object(members, path, node.span, depth),
            Json::Array(items) if depth < ENVELOPES_MAX => {
                for (at, item) in items.into_iter().enumerate() {
                    let path = format!("{path}[{at}]");
                    match item.value {
                        Json::Object(_) | Json::Array(_) => self.walk(item, path, depth + 1),
                        ref other => {
                            let message = format!("this is {}, not an object", other.type_name());
                            self.add("graph-not-an-object", Severity::Warning, path, item.span, message);
                        }
                    }
                }
            }
            Json::Array(_) => {
                let message = format!("lists lie deeper in each other than {ENVELOPES_MAX}");
                self.add("graph-nesting", Severity::Warning, path, node.span, message);
            }
            // A text or a number by itself: there is nothing in it.
            other if depth == 0 => {
                let message = format!("the document is {}, not an object or a list", other.type_name());
                self.add("graph-not-an-object", Severity::Error, path, node.span, message);
            }
            _ => {}
        }
    }

    fn object(&mut self, members: Vec<Member>, path: String, span: Span, depth: usize) {
        if let Some(next) = member(&members, "@odata.nextLink") {
            let (path, span) = (join(&path, "@odata.nextLink"), next.node.span);
            self.add(
                "graph-more-pages",
                Severity::Warning,
                path,
                span,
                "more pages follow that are not here",
            );
        }
        if member(&members, "@odata.type").is_some_and(|m| m.node.value.as_str().is_some()) {
            let resource = Resource::new(&self.source, path, span, members);
            self.unknown_type(&resource);
            self.keep(resource);
            return;
        }
        let email = EMAIL_MEMBERS.iter().filter(|name| member(&members, name).is_some()).count() >= 2;
        if email {
            let resource = Resource::new(&self.source, path, span, members).taken_for(ResourceKind::Email);
            let finding = resource.finding(
                "graph-type-missing",
                Severity::Warning,
                "@odata.type",
                "the object names no type; its members are those of iosEasEmailProfileConfiguration",
                WIRE,
            );
            self.push(
                finding.help("add \"@odata.type\": \"#microsoft.graph.iosEasEmailProfileConfiguration\""),
            );
            self.keep(resource);
            return;
        }
        if depth >= ENVELOPES_MAX {
            return;
        }
        for member in members {
            if matches!(member.node.value, Json::Array(_) | Json::Object(_)) {
                let path = join(&path, &member.name);
                self.walk(member.node, path, depth + 1);
            }
        }
    }

    fn keep(&mut self, resource: Resource) {
        if self.resources.len() < RESOURCES_MAX {
            self.resources.push(resource);
        } else if self.resources.len() == RESOURCES_MAX && !self.findings.iter().any(|f| f.rule == TOO_MANY) {
            let message = format!("only the first {RESOURCES_MAX} objects are read");
            self.findings.push(resource.finding(TOO_MANY, Severity::Error, "", message, WIRE));
        }
    }

    fn unknown_type(&mut self, resource: &Resource) {
        if resource.kind != ResourceKind::Other || graph_type(&resource.type_name).is_some() {
            return;
        }
        let known = ResourceKind::TYPES.iter().map(|(_, name)| *name);
        if let Some(near) = nearest(bare_type(&resource.type_name), known) {
            let message = format!("no type is called {}", super::excerpt(&resource.type_name));
            let finding =
                resource.finding("graph-unknown-type", Severity::Error, "@odata.type", message, WIRE);
            self.push(finding.help(format!("did you mean #microsoft.graph.{near}?")));
        }
    }

    fn add(
        &mut self,
        rule: &'static str,
        severity: Severity,
        path: String,
        span: Span,
        message: impl Into<String>,
    ) {
        let frame = Resource::new(&self.source, String::new(), span, Vec::new());
        let finding = frame.placed(rule, severity, path, span, message.into(), WIRE);
        self.push(finding);
    }

    fn push(&mut self, finding: Finding) {
        if self.findings.len() < ENVELOPE_FINDINGS_MAX {
            self.findings.push(finding);
        }
    }
}

const TOO_MANY: &str = "graph-too-many-objects";

/// Reads a document that is one object of no particular type, or the finding that it is something else.
///
/// # Errors
/// As [`parse_named`].
pub fn parse_object(name: &str, bytes: &[u8]) -> Result<Result<Resource, Box<Finding>>, JsonError> {
    let text = json::decode(bytes)?;
    let root = json::read(&text)?;
    let source =
        Arc::new(Source { name: name.to_owned(), lines: LineIndex::of_owned_text(text.to_string()) });
    let (span, found) = (root.span, root.value.type_name());
    if let Json::Object(members) = root.value {
        return Ok(Ok(Resource::new(&source, "$".to_owned(), span, members)));
    }
    let frame = Resource::new(&source, "$".to_owned(), span, Vec::new());
    let message = format!("the document is {found}, not an object");
    Ok(Err(Box::new(frame.finding("graph-not-an-object", Severity::Error, "", message, WIRE))))
}
