//! Comments of an XML property list, carried over into its canonical form.
//!
//! The canonical text is read back, so that each element of the document is known in both texts; a comment is put
//! before, behind or inside the element where it stood. Processing instructions are treated as comments are.

use profile::plist::{Node, Value};

/// A comment or processing instruction, markup included.
#[derive(Debug)]
struct Remark<'t> {
    start: usize,
    end: usize,
    text: &'t str,
    /// Whether it stands on the line on which the markup before it ends.
    inline: bool,
    /// Whether that markup is a remark too.
    after_remark: bool,
}

/// The remarks of a document, and where the plist element begins and ends.
#[derive(Debug, Default)]
struct Remarks<'t> {
    all: Vec<Remark<'t>>,
    plist_start: Option<usize>,
    plist_end: Option<usize>,
}

/// How many comments and processing instructions a well-formed document has.
pub(super) fn count(text: &str) -> usize {
    scan(text).all.len()
}

/// The document without its XML declaration, which names an encoding that the text no longer has.
pub(super) fn without_declaration(text: &str) -> &str {
    let body = text.trim_start_matches('\u{FEFF}').trim_start();
    match body.strip_prefix("<?xml").filter(|rest| rest.starts_with(char::is_whitespace)) {
        Some(rest) => rest.find("?>").and_then(|at| rest.get(at + 2..)).unwrap_or(body),
        None => body,
    }
}

/// Finds the remarks of a document that is known to be well-formed.
fn scan(text: &str) -> Remarks<'_> {
    let mut found = Remarks::default();
    let mut at = 0;
    // Where the markup before ended, and whether it was a remark.
    let mut before = (0, false);
    while let Some(start) = text[at..].find('<').map(|i| at + i) {
        let rest = &text[start..];
        let until = |needle: &str| rest.find(needle).map_or(text.len(), |i| start + i + needle.len());
        let declaration = rest.starts_with("<?xml") && rest[5..].starts_with(char::is_whitespace);
        let (end, remark) = if let Some(body) = rest.strip_prefix("<!--") {
            (body.find("-->").map_or(text.len(), |i| start + 4 + i + 3), true)
        } else if rest.starts_with("<?") {
            (until("?>"), !declaration)
        } else if rest.starts_with("<![CDATA[") {
            (until("]]>"), false)
        } else {
            (tag_end(rest).map_or(text.len(), |i| start + i), false)
        };
        if remark {
            let between = &text[before.0..start];
            found.all.push(Remark {
                start,
                end,
                text: &text[start..end],
                inline: !between.contains(['\n', '\r']),
                after_remark: before.1,
            });
        } else if rest.starts_with("<plist") && found.plist_start.is_none() {
            found.plist_start = Some(start);
        } else if rest.starts_with("</plist") {
            found.plist_end = Some(start);
        }
        before = (end, remark);
        at = end;
    }
    found
}

/// The length of a tag or document type declaration, quoted text skipped.
fn tag_end(rest: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            (None, '>') => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// The same element's place in both texts.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    old: usize,
    new: usize,
    /// The end of a container: what stands before it is one level deeper.
    closing: bool,
}

/// A key or a value without elements inside, in both texts.
#[derive(Clone, Copy, Debug)]
struct Leaf {
    start: usize,
    end: usize,
    new: usize,
}

#[derive(Debug, Default)]
struct Map {
    /// Where something can be put before, in the order of the document.
    starts: Vec<Anchor>,
    /// Where something can be put behind, in the order of the document.
    ends: Vec<Anchor>,
    leaves: Vec<Leaf>,
}

impl Map {
    fn leaf(&mut self, old: (usize, usize), new: (usize, usize)) {
        self.starts.push(Anchor { old: old.0, new: new.0, closing: false });
        self.leaves.push(Leaf { start: old.0, end: old.1, new: new.0 });
        self.ends.push(Anchor { old: old.1, new: new.1, closing: false });
    }

    fn node(&mut self, old: &Node, new: &Node) {
        let spans = ((old.span.start(), old.span.end()), (new.span.start(), new.span.end()));
        let filled = match (&old.value, &new.value) {
            (Value::Dictionary(a), Value::Dictionary(b)) if !a.is_empty() => {
                self.open(spans.0.0, spans.1.0);
                for (a, b) in a.entries.iter().zip(&b.entries) {
                    self.leaf((a.key_span.start(), a.key_span.end()), (b.key_span.start(), b.key_span.end()));
                    self.node(&a.node, &b.node);
                }
                true
            }
            (Value::Array(a), Value::Array(b)) if !a.is_empty() => {
                self.open(spans.0.0, spans.1.0);
                for (a, b) in a.iter().zip(b) {
                    self.node(a, b);
                }
                true
            }
            _ => false,
        };
        if filled {
            self.starts.push(Anchor { old: spans.0.1, new: spans.1.1, closing: true });
            self.ends.push(Anchor { old: spans.0.1, new: spans.1.1, closing: false });
        } else {
            self.leaf(spans.0, spans.1);
        }
    }

    fn open(&mut self, old: usize, new: usize) {
        self.starts.push(Anchor { old, new, closing: false });
        // The start tag is what something can stand behind.
        self.ends.push(Anchor { old, new, closing: false });
    }
}

/// Puts the comments of a document into its canonical form. `old` is the value read from `text`, `new` the value read
/// from `canonical`; both have the same shape.
pub(super) fn carry(text: &str, old: &Node, canonical: &str, new: &Node) -> String {
    let found = scan(text);
    if found.all.is_empty() {
        return canonical.to_owned();
    }
    let mut map = Map::default();
    map.node(old, new);
    let mut insertions: Vec<(usize, String)> = Vec::new();
    let mut behind = false;
    for remark in &found.all {
        let body = remark.text.replace("\r\n", "\n");
        // A remark on the line of another one goes where that went.
        behind = remark.inline && (behind || !remark.after_remark);
        let last = map.ends.partition_point(|a| a.old <= remark.start).checked_sub(1);
        let leaf = map.leaves.partition_point(|l| l.start < remark.start).checked_sub(1);
        let leaf = leaf.and_then(|at| map.leaves.get(at)).filter(|l| remark.end < l.end);
        let last = last.and_then(|at| map.ends.get(at)).filter(|_| behind && leaf.is_none());
        let past_plist = found.plist_end.is_some_and(|end| end < remark.start);
        behind = last.is_some() && !past_plist;
        let next = map.starts.get(map.starts.partition_point(|a| a.old < remark.end));
        let insertion = if past_plist {
            (canonical.len(), format!("{body}\n"))
        } else if let Some(anchor) = last {
            let line_end = canonical[anchor.new..].find('\n').map_or(canonical.len(), |i| anchor.new + i);
            (line_end, format!(" {body}"))
        } else if found.plist_start.is_some_and(|start| remark.end <= start) {
            (canonical.find("<plist").unwrap_or(0), format!("{body}\n"))
        } else if let Some(leaf) = leaf {
            before(canonical, leaf.new, &body, "")
        } else if let Some(anchor) = next {
            before(canonical, anchor.new, &body, if anchor.closing { "\t" } else { "" })
        } else {
            (canonical.rfind("</plist>").unwrap_or(canonical.len()), format!("{body}\n"))
        };
        insertions.push(insertion);
    }
    // Stable: what goes to one place keeps its order.
    insertions.sort_by_key(|(at, _)| *at);
    let mut out = String::with_capacity(canonical.len() + text.len() / 8);
    let mut from = 0;
    for (at, body) in insertions {
        out.push_str(&canonical[from..at]);
        out.push_str(&body);
        from = at;
    }
    out.push_str(&canonical[from..]);
    out
}

/// A line of its own before the line on which an element begins, or ends.
fn before(canonical: &str, element: usize, body: &str, deeper: &str) -> (usize, String) {
    let line = canonical[..element].rfind('\n').map_or(0, |i| i + 1);
    let indentation: String = canonical[line..].chars().take_while(|c| *c == '\t').collect();
    (line, format!("{indentation}{deeper}{body}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use profile::plist;

    fn carried(text: &str) -> String {
        let old = plist::read(text.as_bytes()).unwrap();
        let canonical = String::from_utf8(profile::write_xml(&old.value)).unwrap();
        let new = plist::read(canonical.as_bytes()).unwrap();
        let out = carry(text, &old, &canonical, &new);
        assert_eq!(plist::read(out.as_bytes()).unwrap(), old, "{out}");
        out
    }

    #[test]
    fn each_comment_stays_where_it_stood() {
        let text = "<?xml version=\"1.0\"?><!-- head --><plist><!-- first --><dict> <!-- opened -->
            <!-- before a --> <key>a</key><!-- between --><string>x<!-- inside -->y</string> <!-- behind a -->
            <key>b</key>
            <!-- before the value -->
            <array> <!-- empty --> </array> <!-- one --> <!-- two -->
            <key>c</key> <dict><key>d</key> <true/>
               <!-- last in c
               on two lines --></dict> <!-- behind c -->
            <!-- last --></dict><!-- root --></plist><!-- tail -->";
        let out = carried(text);
        let body = out.split("dtd\">\n").nth(1).unwrap();
        assert_eq!(
            body,
            "<!-- head -->\n<plist version=\"1.0\">\n<!-- first -->\n<dict> <!-- opened -->\n\
             \t<!-- before a -->\n\t<key>a</key> <!-- between -->\n\t<!-- inside -->\n\t<string>xy</string> <!-- behind a -->\n\
             \t<key>b</key>\n\t<!-- before the value -->\n\t<!-- empty -->\n\t<array/> <!-- one --> <!-- two -->\n\
             \t<key>c</key>\n\t<dict>\n\t\t<key>d</key>\n\t\t<true/>\n\t\t<!-- last in c\n               on two lines -->\n\t</dict> <!-- behind c -->\n\
             \t<!-- last -->\n</dict> <!-- root -->\n</plist>\n<!-- tail -->\n"
        );
        assert_eq!(carried(&out), out, "canonical is canonical");
    }

    #[test]
    fn markup_in_text_is_no_comment() {
        let text = "<plist><array><string><![CDATA[<!-- no -->]]></string><string>a\n  b</string><!-- yes --></array></plist>";
        assert_eq!(count(text), 1);
        let out = carried(text);
        assert!(out.contains("<string>a\n  b</string> <!-- yes -->\n"), "{out}");
        assert_eq!(carried(&out), out);
    }

    #[test]
    fn declarations_are_taken_off() {
        assert_eq!(without_declaration("\u{FEFF} <?xml version='1.0'?>\n<plist/>"), "\n<plist/>");
        assert_eq!(without_declaration("<?xml-stylesheet a?><plist/>"), "<?xml-stylesheet a?><plist/>");
        assert_eq!(without_declaration("<plist/>"), "<plist/>");
    }
}
