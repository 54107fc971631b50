//! The value a profile was read from, which the profile and its payloads share.

use crate::plist::{Dictionary, Node};
use std::collections::BTreeMap;
use std::ops::Deref;

/// The dictionaries that get an index: a lookup in a shorter one is a look through its keys.
const WIDE_ENTRIES_MIN: usize = 64;

/// The root value of a property list, with an index of the wide dictionaries that are asked for many keys: its own, and
/// those of its payloads. Rules ask a payload for a hundred keys, and it may have half a million.
#[derive(Debug)]
pub struct Root {
    node: Node,
    /// The place of PayloadContent among the entries; of duplicates the last. None where the root is no dictionary or
    /// has none.
    content: Option<usize>,
    /// The places of the root's entries, by key and then place, where there are many.
    own: Vec<u32>,
    /// The same of each wide payload, by its place in PayloadContent or in the root array.
    payloads: BTreeMap<usize, Vec<u32>>,
}

impl Root {
    /// Indexes a value.
    pub fn new(node: Node) -> Root {
        let own = node.value.as_dictionary().map(index).unwrap_or_default();
        let content = node.value.as_dictionary().and_then(|dictionary| {
            dictionary.entries.iter().rposition(|entry| *entry.key == *"PayloadContent")
        });
        let mut root = Root { node, content, own, payloads: BTreeMap::new() };
        let indexed = root.items().iter().enumerate().filter_map(|(at, node)| {
            let order = node.value.as_dictionary().map(index).filter(|order| !order.is_empty())?;
            Some((at, order))
        });
        root.payloads = indexed.collect();
        root
    }

    /// The items of PayloadContent, or of the root if that is an array; none if neither is an array.
    pub(crate) fn items(&self) -> &[Node] {
        let content = || {
            let dictionary = self.node.value.as_dictionary()?;
            dictionary.entries.get(self.content?)?.node.value.as_array()
        };
        self.node.value.as_array().or_else(content).unwrap_or_default()
    }

    /// The value of a key of the root, as [`Dictionary::get`] has it.
    pub(crate) fn key(&self, key: &str) -> Option<&Node> {
        found(self.node.value.as_dictionary()?, &self.own, key)
    }

    /// The value of a key of the item at a place.
    pub(crate) fn item_key(&self, item: usize, key: &str) -> Option<&Node> {
        let dictionary = self.items().get(item)?.value.as_dictionary()?;
        found(dictionary, self.payloads.get(&item).map_or(&[], Vec::as_slice), key)
    }
}

impl Deref for Root {
    type Target = Node;

    fn deref(&self) -> &Node {
        &self.node
    }
}

impl PartialEq for Root {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

/// The places of a wide dictionary's entries, by key and then place; nothing for others.
fn index(dictionary: &Dictionary) -> Vec<u32> {
    if dictionary.len() < WIDE_ENTRIES_MIN {
        return Vec::new();
    }
    dictionary.sorted()
}

fn found<'d>(dictionary: &'d Dictionary, order: &[u32], key: &str) -> Option<&'d Node> {
    if order.is_empty() {
        return dictionary.get(key);
    }
    let entry = |at: u32| dictionary.entries.get(at as usize);
    // Behind all of that key stands the first of the next one.
    let behind = order.partition_point(|at| entry(*at).is_some_and(|entry| *entry.key <= *key));
    let last = entry(*order.get(behind.checked_sub(1)?)?)?;
    (*last.key == *key).then_some(&last.node)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plist::{Entry, Span, Value};

    fn wide(keys: usize) -> Dictionary {
        let entry = |key: String, n: i64| Entry {
            key: key.into(),
            key_span: Span::default(),
            node: Node::from(Value::Integer(n)),
        };
        let mut entries: Vec<Entry> = (0..keys).map(|n| entry(format!("k{n}"), n as i64)).collect();
        entries.push(entry("k3".to_owned(), -1));
        Dictionary { entries }
    }

    #[test]
    fn an_index_finds_what_a_look_finds() {
        for keys in [WIDE_ENTRIES_MIN - 2, WIDE_ENTRIES_MIN - 1, 4 * WIDE_ENTRIES_MIN] {
            let dictionary = wide(keys);
            let mut top = wide(keys);
            top.insert("PayloadContent", vec![Value::from(1), Value::from(dictionary.clone())]);
            let root = Root::new(Node::from(Value::from(top.clone())));
            assert_eq!(root.payloads.is_empty(), keys < WIDE_ENTRIES_MIN - 1);
            for key in ["k0", "k3", "k39", "k", "", "z", "PayloadContent"] {
                assert_eq!(root.item_key(1, key), dictionary.get(key), "{key} of {keys}");
                assert_eq!(root.key(key), top.get(key), "{key} of {keys}");
            }
            assert_eq!((root.item_key(0, "k0"), root.item_key(2, "k0")), (None, None));
        }
    }
}
