//! Elements, how to build them and how to ask them.

use super::{Tag, Text};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// An element with its content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Element {
    /// The name; unknown ones are kept, so that readers skip them and writers repeat them.
    pub tag: Tag,
    /// The content in order; without any the element is written as empty.
    pub children: Vec<Node>,
}

/// A piece of an element's content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Node {
    /// An element.
    Element(Element),
    /// An inline string; an empty one differs from no content.
    Text(Text),
    /// Bytes with a length.
    Opaque(Vec<u8>),
}

impl Element {
    /// Makes an empty element.
    pub fn new(tag: Tag) -> Self {
        Self { tag, children: Vec::new() }
    }

    /// Makes an element with a text.
    pub fn text(tag: Tag, text: impl Into<Text>) -> Self {
        Self { tag, children: vec![Node::Text(text.into())] }
    }

    /// Makes an element with a number in decimal digits.
    pub fn number(tag: Tag, number: impl Into<u64>) -> Self {
        Self::text(tag, decimal(number.into(), &mut [0; DECIMAL_DIGITS]))
    }

    /// Makes an element with opaque bytes.
    pub fn opaque(tag: Tag, bytes: impl Into<Vec<u8>>) -> Self {
        Self { tag, children: vec![Node::Opaque(bytes.into())] }
    }

    /// Adds a child element and returns the element.
    #[must_use]
    pub fn with(mut self, child: Element) -> Self {
        self.push(child);
        self
    }

    /// Adds child elements and returns the element.
    #[must_use]
    pub fn with_all(mut self, children: impl IntoIterator<Item = Element>) -> Self {
        self.children.extend(children.into_iter().map(Node::Element));
        self
    }

    /// Adds a child element.
    pub fn push(&mut self, child: Element) {
        self.children.push(Node::Element(child));
    }

    /// Walks the child elements.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            _ => None,
        })
    }

    /// Walks the child elements of one name.
    pub fn all(&self, tag: Tag) -> impl Iterator<Item = &Element> {
        self.elements().filter(move |element| element.tag == tag)
    }

    /// Returns the first child element of one name.
    pub fn child(&self, tag: Tag) -> Option<&Element> {
        self.all(tag).next()
    }

    /// Follows a path of names, the first child of each.
    pub fn descendant(&self, path: &[Tag]) -> Option<&Element> {
        path.iter().try_fold(self, |element, tag| element.child(*tag))
    }

    /// Returns the content as bytes: strings and opaque values joined, child elements ignored.
    ///
    /// Servers send some values as string or as opaque bytes, as they like; readers accept both.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        let mut values = self.children.iter().filter_map(|node| match node {
            Node::Text(text) => Some(text.as_bytes()),
            Node::Opaque(bytes) => Some(bytes.as_slice()),
            Node::Element(_) => None,
        });
        match (values.next(), values.next()) {
            (None, _) => Cow::Borrowed(&[]),
            (Some(only), None) => Cow::Borrowed(only),
            (Some(first), Some(second)) => {
                let mut joined = [first, second].concat();
                values.for_each(|value| joined.extend_from_slice(value));
                Cow::Owned(joined)
            }
        }
    }

    /// Returns the content as text, [`Element::bytes`] read as UTF-8; `None` if it is not.
    pub fn content(&self) -> Option<Cow<'_, str>> {
        match self.bytes() {
            Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
        }
    }
}

/// The most digits of a number.
const DECIMAL_DIGITS: usize = 20;

/// A number in decimal digits.
fn decimal(mut number: u64, digits: &mut [u8; DECIMAL_DIGITS]) -> &str {
    let mut written = 0;
    for slot in digits.iter_mut().rev() {
        *slot = b'0' + (number % 10) as u8;
        written += 1;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    let digits = digits.get(DECIMAL_DIGITS - written..).unwrap_or_default();
    std::str::from_utf8(digits).unwrap_or_default()
}

impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.children.is_empty() {
            return write!(f, "<{}/>", self.tag);
        }
        write!(f, "<{}>", self.tag)?;
        f.debug_list().entries(&self.children).finish()
    }
}

/// Values show only their length: they hold mail.
impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Element(element) => element.fmt(f),
            Node::Text(text) => text.fmt(f),
            Node::Opaque(bytes) => write!(f, "opaque[{}]", bytes.len()),
        }
    }
}
