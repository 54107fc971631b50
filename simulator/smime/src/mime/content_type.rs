use super::header::Field;

/// The most parameters of a `Content-Type` that are read; those after are ignored.
pub const PARAMETERS_MAX: usize = 64;

/// A `Content-Type` (RFC 2045, 5.1), also used for `Content-Disposition`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ContentType {
    /// `type/subtype` in lower case.
    pub essence: String,
    pub(super) parameters: Vec<(String, String)>,
}

impl ContentType {
    /// Reads a field's value. Comments are skipped, quoted strings unquoted, the continuations of RFC 2231 joined.
    pub fn read(field: &Field<'_>) -> ContentType {
        let text = field.text();
        let mut sections = split(&text).into_iter();
        let essence = sections.next().unwrap_or_default();
        let mut parameters: Vec<(String, String)> = Vec::new();
        for section in sections.take(PARAMETERS_MAX) {
            let Some((name, value)) = section.split_once('=') else { continue };
            parameters.push((name.trim().to_ascii_lowercase(), unquote(value.trim())));
        }
        let essence = essence.split_ascii_whitespace().collect::<String>().to_ascii_lowercase();
        ContentType { essence, parameters: join(parameters) }
    }

    /// A parameter's value; the first if there are several of the name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Cuts at the semicolons outside quoted strings and comments, and drops the comments.
fn split(text: &str) -> Vec<String> {
    let mut sections = vec![String::new()];
    let push = |sections: &mut Vec<String>, c| {
        if let Some(last) = sections.last_mut() {
            last.push(c);
        }
    };
    let (mut quoted, mut comment, mut escaped) = (false, 0usize, false);
    for c in text.chars() {
        let literal = std::mem::take(&mut escaped);
        match c {
            _ if literal => {}
            '\\' if quoted || comment > 0 => escaped = true,
            '"' if comment == 0 => quoted = !quoted,
            '(' if !quoted => comment += 1,
            ')' if !quoted && comment > 0 => {
                comment -= 1;
                continue;
            }
            ';' if !quoted && comment == 0 => {
                sections.push(String::new());
                continue;
            }
            _ => {}
        }
        if comment == 0 {
            push(&mut sections, c);
        }
    }
    sections
}

fn unquote(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"') else { return value.to_owned() };
    let mut out = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => out.extend(chars.next()),
            _ => out.push(c),
        }
    }
    out
}

/// Joins `name*0`, `name*1` and decodes `name*` (RFC 2231, 3 and 4). A plain parameter wins over its extended form.
fn join(parameters: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    let mut pieces: Vec<(String, usize, bool, String)> = Vec::new();
    for (name, value) in parameters {
        let (stem, encoded) = match name.strip_suffix('*') {
            Some(stem) => (stem, true),
            None => (name.as_str(), false),
        };
        match stem.rsplit_once('*') {
            Some((base, number)) if number.len() <= 2 => match number.parse() {
                Ok(number) => pieces.push((base.to_owned(), number, encoded, value)),
                Err(_) => out.push((name, value)),
            },
            _ if encoded => pieces.push((stem.to_owned(), 0, true, value)),
            _ => out.push((name, value)),
        }
    }
    pieces.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    let mut joined: Vec<(String, String)> = Vec::new();
    for (name, number, encoded, value) in pieces {
        let value = if encoded { percent_decode(&value, number == 0) } else { value };
        match joined.last_mut() {
            Some((last, text)) if *last == name => text.push_str(&value),
            _ => joined.push((name, value)),
        }
    }
    out.extend(joined);
    out
}

fn percent_decode(value: &str, first: bool) -> String {
    // charset'language'text
    let text = if first { value.splitn(3, '\'').nth(2).unwrap_or(value) } else { value };
    let mut octets = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((octet, after)) = rest.split_first() {
        rest = after;
        let hex = (*octet == b'%').then(|| after.split_at_checked(2)).flatten().and_then(|(hex, tail)| {
            let hex =
                std::str::from_utf8(hex).ok().filter(|hex| hex.bytes().all(|c| c.is_ascii_hexdigit()))?;
            Some((u8::from_str_radix(hex, 16).ok()?, tail))
        });
        match hex {
            Some((value, tail)) => {
                octets.push(value);
                rest = tail;
            }
            None => octets.push(*octet),
        }
    }
    String::from_utf8_lossy(&octets).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> ContentType {
        ContentType::read(&Field { name: "Content-Type", value: value.as_bytes() })
    }

    #[test]
    fn parameters_are_read_however_they_are_written() {
        let read = read(
            " Multipart/Signed (so (it) is); Boundary=\"a;\\\"b (c)\";\r\n\tmicalg=sha-256 ; protocol=\r\n \"application/pkcs7-signature\";x",
        );
        assert_eq!(read.essence, "multipart/signed");
        assert_eq!(read.parameter("boundary"), Some("a;\"b (c)"));
        assert_eq!(read.parameter("micalg"), Some("sha-256"));
        assert_eq!(read.parameter("protocol"), Some("application/pkcs7-signature"));
        assert_eq!(read.parameter("x"), None);
    }

    #[test]
    fn continuations_are_joined() {
        let read =
            read("a/b; name*1*=%6d; name*0*=utf-8''smi; name*2=\"e.p7m\"; boundary*=us-ascii'en'x%20y%");
        assert_eq!(read.parameter("name"), Some("smime.p7m"));
        assert_eq!(read.parameter("boundary"), Some("x y%"));
    }

    #[test]
    fn parameters_stop_at_the_bound() {
        let many = |count: usize| {
            let names: String = (0..count).map(|number| format!("; p{number}=v")).collect();
            read(&format!("a/b{names}"))
        };
        assert!(many(PARAMETERS_MAX).parameter(&format!("p{}", PARAMETERS_MAX - 1)).is_some());
        assert!(many(PARAMETERS_MAX + 1).parameter(&format!("p{PARAMETERS_MAX}")).is_none());
    }
}
