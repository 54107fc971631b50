/// The most mailboxes of a field that are read; those after are ignored.
pub const MAILBOXES_MAX: usize = 1000;

/// The addresses (`local@domain`) of an address list (RFC 5322, 3.4), in their order: from angle brackets where there
/// are any, else what is left without comments. Display names and group names are dropped.
pub fn mailboxes(list: &str) -> Vec<String> {
    let mut found = Vec::new();
    // What stands outside angle brackets, and the address inside them.
    let (mut bare, mut angle) = (String::new(), None::<String>);
    let (mut quoted, mut comment, mut escaped, mut inside) = (false, 0usize, false, false);
    let mut end = |bare: &mut String, angle: &mut Option<String>| {
        let address = angle.take().unwrap_or_else(|| std::mem::take(bare));
        bare.clear();
        // A source route (RFC 5322, 4.4) ends with a colon.
        let address =
            address.rsplit_once(':').map_or(address.as_str(), |(_, address)| address).trim().to_owned();
        if address.contains('@') && found.len() < MAILBOXES_MAX {
            found.push(address);
        }
    };
    for c in list.chars() {
        let literal = std::mem::take(&mut escaped);
        let plain = !literal && !quoted && comment == 0;
        match c {
            '\\' if !literal && (quoted || comment > 0) => escaped = true,
            '"' if !literal && comment == 0 => quoted = !quoted,
            '(' if !literal && !quoted => {
                comment += 1;
                continue;
            }
            ')' if !literal && !quoted && comment > 0 => {
                comment -= 1;
                continue;
            }
            '<' if plain => {
                inside = true;
                angle = Some(String::new());
                continue;
            }
            '>' if plain => {
                inside = false;
                continue;
            }
            ',' | ';' if plain && !inside => {
                end(&mut bare, &mut angle);
                continue;
            }
            ':' if plain && !inside => {
                bare.clear();
                continue;
            }
            _ => {}
        }
        if comment == 0 {
            match &mut angle {
                Some(address) if inside => address.push(c),
                Some(_) => {}
                None => bare.push(c),
            }
        }
    }
    end(&mut bare, &mut angle);
    found
}

/// The senders that a field names, read strictly: what one reader takes for an address and another does not is no
/// address here, and makes the field unreadable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressList {
    /// The addresses that are there without doubt, in their order: from angle brackets or bare, with the quotes around
    /// a local part that needs none taken off, and a display name that is itself an address.
    pub addresses: Vec<String>,
    /// Whether all of the field was understood, and it names an address.
    pub readable: bool,
}

impl AddressList {
    /// Reads the value of a field as it stands in the message, folded. At most [`MAILBOXES_MAX`] addresses are read; a
    /// field that has more is not readable.
    pub fn read(value: &[u8]) -> AddressList {
        let text = String::from_utf8_lossy(value);
        let mut list = AddressList { addresses: Vec::new(), readable: true };
        match tokens(&text) {
            Some(tokens) => list.take(&tokens),
            None => list.readable = false,
        }
        list.readable &= !list.addresses.is_empty();
        list
    }

    fn take(&mut self, tokens: &[Token]) {
        let mut rest = tokens;
        loop {
            let mut inside = false;
            let end = rest.iter().position(|token| {
                match token {
                    Token::Special('<') => inside = true,
                    Token::Special('>') => inside = false,
                    _ => {}
                }
                !inside && matches!(token, Token::Special(',' | ';' | ':'))
            });
            let (item, after) = rest.split_at(end.unwrap_or(rest.len()));
            match after.first() {
                // The name of a group (RFC 5322, 3.4; in From by RFC 6854).
                Some(Token::Special(':')) => {
                    self.readable &= !item.is_empty() && item.iter().all(|t| matches!(t, Token::Word { .. }));
                }
                _ => self.mailbox(item),
            }
            match after.split_first() {
                Some((_, next)) => rest = next,
                None => return,
            }
        }
    }

    fn mailbox(&mut self, item: &[Token]) {
        // A name with a comma that nobody quoted is a name all the same.
        if item.iter().all(|token| matches!(token, Token::Word { .. })) {
            return;
        }
        let Some(open) = item.iter().position(|token| *token == Token::Special('<')) else {
            return self.push(address(item));
        };
        let (name, angle) = item.split_at(open);
        if name.contains(&Token::Special('@')) {
            // Some writers repeat the address in front, and some want it to be taken for the sender.
            self.push(address(name));
        } else {
            self.readable &= name.iter().all(|token| matches!(token, Token::Word { .. }));
        }
        match angle {
            [_, inside @ .., Token::Special('>')] => {
                // A source route (RFC 5322, 4.4) ends with a colon.
                let route = inside.iter().rposition(|token| *token == Token::Special(':'));
                self.push(address(inside.get(route.map_or(0, |at| at + 1)..).unwrap_or_default()));
            }
            _ => self.readable = false,
        }
    }

    fn push(&mut self, address: Option<String>) {
        match address {
            Some(address) if self.addresses.contains(&address) => {}
            Some(address) if self.addresses.len() < MAILBOXES_MAX => self.addresses.push(address),
            _ => self.readable = false,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word { text: String, quoted: bool },
    Special(char),
}

/// `local@domain`, with nothing beside it.
fn address(tokens: &[Token]) -> Option<String> {
    match tokens {
        [Token::Word { text, quoted }, Token::Special('@'), Token::Word { text: domain, quoted: false }] => {
            let dots = |text: &str| !text.is_empty() && text.split('.').all(|atom| !atom.is_empty());
            let atom = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
            let literal = domain.starts_with('[') && domain.ends_with(']');
            if !literal && !dots(domain) {
                return None;
            }
            let plain = dots(text) && text.chars().all(atom);
            match (plain, quoted) {
                (true, _) => Some(format!("{text}@{domain}")),
                (false, true) => {
                    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
                    Some(format!("\"{text}\"@{domain}"))
                }
                (false, false) => None,
            }
        }
        _ => None,
    }
}

/// The words and special characters of a field without its comments; `None` for what is not closed, and for characters
/// that no field has.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut found: Vec<Token> = Vec::new();
    // Whether the last word may be continued by the next character.
    let mut adjacent = false;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\r' | '\n' => {
                // Folding: CRLF or LF in front of white space.
                let feed = c == '\n' || characters.next_if_eq(&'\n').is_some();
                if !feed || !characters.peek().is_none_or(|next| matches!(next, ' ' | '\t')) {
                    return None;
                }
                adjacent = false;
            }
            ' ' | '\t' => adjacent = false,
            '(' => {
                let mut depth = 1usize;
                while depth > 0 {
                    match characters.next()? {
                        '\\' => drop(characters.next()?),
                        '(' => depth += 1,
                        ')' => depth -= 1,
                        _ => {}
                    }
                }
                adjacent = false;
            }
            '"' => {
                let mut word = String::new();
                loop {
                    match characters.next()? {
                        '"' => break,
                        '\\' => word.push(characters.next()?),
                        '\r' | '\n' => {}
                        c if c.is_control() && c != '\t' => return None,
                        c => word.push(c),
                    }
                }
                // A quoted string that touches an atom is neither of them.
                if adjacent || characters.peek().is_some_and(|next| !" \t\r\n(<>,;:@".contains(*next)) {
                    return None;
                }
                found.push(Token::Word { text: word, quoted: true });
            }
            '<' | '>' | ',' | ';' | ':' | '@' => {
                found.push(Token::Special(c));
                adjacent = false;
            }
            ')' | '\\' => return None,
            c if c.is_control() => return None,
            c => {
                match found.last_mut() {
                    Some(Token::Word { text, quoted: false }) if adjacent => text.push(c),
                    _ => found.push(Token::Word { text: c.to_string(), quoted: false }),
                }
                adjacent = true;
            }
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strict(value: &str) -> (Vec<String>, bool) {
        let AddressList { addresses, readable } = AddressList::read(value.as_bytes());
        (addresses, readable)
    }

    #[test]
    fn what_is_written_as_it_should_be_is_readable() {
        for (value, addresses) in [
            (" Ann <a@x.example>", &["a@x.example"][..]),
            (" =?utf-8?q?R=C3=BC?= Q. Public <a@x.example> (here)", &["a@x.example"]),
            (" \"b@evil.example, <b@evil.example>\" <a@x.example>", &["a@x.example"]),
            (" (b@evil.example) a@x.example (\\) b)", &["a@x.example"]),
            (
                " Us: a@x.example, B <b@y.example>; , c@z.example",
                &["a@x.example", "b@y.example", "c@z.example"],
            ),
            (" <@relay.example,@b.example:a@x.example>", &["a@x.example"]),
            (" \"a\"@x.example", &["a@x.example"]),
            (" \"a b\"@x.example", &["\"a b\"@x.example"]),
            (" Ann\r\n\t<a@x.example>\r\n ", &["a@x.example"]),
            (" a @ x.example", &["a@x.example"]),
            (" a@x.example <a@x.example>", &["a@x.example"]),
            (" b@evil.example <a@x.example>", &["b@evil.example", "a@x.example"]),
            (" a@[192.0.2.1]", &["a@[192.0.2.1]"]),
            (" O'Neil, Ann <a@x.example>", &["a@x.example"]),
        ] {
            assert_eq!(strict(value), (addresses.iter().map(|a| (*a).to_owned()).collect(), true), "{value}");
        }
    }

    #[test]
    fn what_readers_could_take_in_two_ways_is_not() {
        for value in [
            "",
            " ",
            " nobody",
            " undisclosed:;",
            " eve@evil.example <>",
            " Eve <a@x.example",
            " a@x.example>",
            " (a@x.example",
            " \"a@x.example",
            " a@x.example)",
            " <a@x.example> eve@evil.example x",
            " a@x.example eve@evil.example",
            " a@b@x.example",
            " a@",
            " @x.example",
            " a@x..example",
            " <a b@x.example>",
            " a@x.example\0",
            " a\r@x.example",
            " a@x.exam\rple",
            " a\nb@x.example",
            " \"a\"b@x.example",
            " <<a@x.example>>",
            " a@x.example: b@y.example",
            " me and b@evil.example <a@x.example>",
            " .a@x.example",
            " <=?utf-8?q?a=40x.example?=>",
            " a\\@x.example",
            " a@\"x.example\"",
        ] {
            assert!(!strict(value).1, "{value:?}: {:?}", strict(value));
        }
    }

    #[test]
    fn a_list_past_the_bound_is_not_readable() {
        let list = |count: usize| (0..count).map(|n| format!("a{n}@x.example,")).collect::<String>();
        assert_eq!(strict(&list(MAILBOXES_MAX)).0.len(), MAILBOXES_MAX);
        assert!(strict(&list(MAILBOXES_MAX)).1 && !strict(&list(MAILBOXES_MAX + 1)).1);
    }

    #[test]
    fn addresses_are_found_in_every_form() {
        for (list, addresses) in [
            ("a@x.example", &["a@x.example"][..]),
            ("Ann <a@x.example>", &["a@x.example"]),
            ("\"b@evil.example, <b@evil.example>\" <a@x.example>", &["a@x.example"]),
            ("(b@evil.example) a@x.example (\\) b)", &["a@x.example"]),
            (
                "Us: a@x.example, B <b@y.example>; , c@z.example",
                &["a@x.example", "b@y.example", "c@z.example"],
            ),
            ("<@relay.example:a@x.example>", &["a@x.example"]),
            ("b@evil.example <a@x.example>", &["a@x.example"]),
            ("\"a b\"@x.example", &["\"a b\"@x.example"]),
            ("nobody", &[]),
            ("<a@x.example", &["a@x.example"]),
        ] {
            assert_eq!(mailboxes(list), addresses, "{list}");
        }
    }

    #[test]
    fn mailboxes_stop_at_the_bound() {
        assert_eq!(mailboxes(&"a@b,".repeat(MAILBOXES_MAX)).len(), MAILBOXES_MAX);
        assert_eq!(mailboxes(&"a@b,".repeat(MAILBOXES_MAX + 1)).len(), MAILBOXES_MAX);
    }
}
