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

#[cfg(test)]
mod tests {
    use super::*;

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
