//! Error codes of Apple, and the same as Intune tells them: Apple's code added to -2016336112.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// One error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Code {
    /// Apple's code; none for errors of Intune's own.
    pub apple_code: Option<u32>,
    /// Apple's domain, where the code is known.
    pub domain: Option<String>,
    /// What it means, in short words.
    pub text: Option<String>,
    /// The code in Intune's reports.
    pub intune: i64,
    /// The same in hexadecimal.
    pub hex: String,
    /// What Intune says.
    pub intune_text: Option<String>,
}

#[derive(Default, Deserialize)]
struct Table {
    domains: BTreeMap<String, BTreeMap<u32, String>>,
    intune_offset: i64,
    intune: BTreeMap<i64, String>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    // The file is part of the program and read whole by a test.
    serde_json::from_str(include_str!("../../../data/error-codes.json")).unwrap_or_default()
});

/// Apple's codes are below this (the last published domain begins at 46000); what lies beyond is Intune's own.
const APPLE_CODES_END: i64 = 50_000;

fn made(apple: Option<u32>, domain: Option<&str>, intune: i64) -> Code {
    let text = domain.zip(apple).and_then(|(domain, code)| TABLE.domains.get(domain)?.get(&code));
    Code {
        apple_code: apple,
        domain: domain.map(str::to_owned),
        text: text.cloned(),
        intune,
        // Codes fit 32 bits; the two's complement is what consoles print.
        hex: format!("0x{:08X}", intune as u32),
        intune_text: TABLE.intune.get(&intune).cloned(),
    }
}

/// Apple's errors of a code, of one domain or of all.
fn apple(code: u32, domain: Option<&str>) -> Vec<Code> {
    let intune = TABLE.intune_offset + i64::from(code);
    TABLE
        .domains
        .iter()
        .filter(|(name, codes)| {
            domain.is_none_or(|wanted| is_domain(name, wanted)) && codes.contains_key(&code)
        })
        .map(|(name, _)| made(Some(code), Some(name), intune))
        .collect()
}

/// True if a text names a domain: in any case, and with or without MC before and ErrorDomain after, for both vary.
fn is_domain(name: &str, text: &str) -> bool {
    let short = |text: &str| {
        let lower = text.to_ascii_lowercase();
        let lower = lower.strip_suffix("errordomain").unwrap_or(&lower).to_owned();
        lower.strip_prefix("mc").unwrap_or(&lower).to_owned()
    };
    short(name) == short(text)
}

/// The number in a text: decimal with or without sign, or hexadecimal after 0x. What Intune prints without sign is
/// given with it.
fn number(text: &str) -> Option<i64> {
    let lower = text.to_ascii_lowercase();
    let number = match lower.strip_prefix("0x") {
        // Some consoles print sixteen digits, the sign extended.
        Some(digits) => i64::from(u64::from_str_radix(digits, 16).ok()? as u32 as i32),
        None => lower.parse().ok()?,
    };
    // A code of 32 bits printed without its sign.
    Some(if (1 << 31..1 << 32).contains(&number) { number - (1 << 32) } else { number })
}

/// The errors a text names: a code, or a domain and a code.
pub fn find(text: &str) -> Vec<Code> {
    let (domain, code) = match text.rsplit_once([' ', ':', '/']) {
        Some((domain, code)) => (Some(domain.trim_end_matches([' ', ':', '/'])), code),
        None => (None, text),
    };
    let Some(number) = number(code) else { return Vec::new() };
    if let Ok(code) = u32::try_from(number) {
        return apple(code, domain);
    }
    if domain.is_some() {
        return Vec::new();
    }
    let within = number - TABLE.intune_offset;
    let code = u32::try_from(within).ok().filter(|_| within < APPLE_CODES_END);
    let found = code.map(|code| apple(code, None)).unwrap_or_default();
    if found.is_empty() && TABLE.intune.contains_key(&number) {
        return vec![made(code, None, number)];
    }
    found
}

/// A domain and all its codes.
pub fn domain(text: &str) -> Option<(String, Vec<Code>)> {
    let (name, codes) = TABLE.domains.iter().find(|(name, _)| {
        name.eq_ignore_ascii_case(text)
            || (text.to_ascii_lowercase().ends_with("errordomain") && is_domain(name, text))
    })?;
    let all = codes.keys().map(|code| made(Some(*code), Some(name), TABLE.intune_offset + i64::from(*code)));
    Some((name.clone(), all.collect()))
}

/// The names of all domains.
pub fn domains() -> impl Iterator<Item = String> {
    TABLE.domains.keys().cloned()
}

impl Code {
    /// For people.
    pub fn human(&self) -> String {
        let unknown = "no more is known";
        let mut out = match (self.apple_code, &self.domain) {
            (Some(code), Some(domain)) => {
                format!("{domain} {code}: {}\n", self.text.as_deref().unwrap_or(unknown))
            }
            (Some(code), None) => format!("Apple error {code}: {unknown}\n"),
            (None, _) => "an error of Intune's own\n".to_owned(),
        };
        out.push_str(&format!("  in Intune: {} ({})", self.intune, self.hex));
        if let Some(text) = &self.intune_text {
            out.push_str(&format!(": {text}"));
        }
        out.push('\n');
        out
    }

    /// One line of a list.
    pub fn line(&self) -> String {
        let code = self.apple_code.map_or(String::new(), |code| code.to_string());
        format!("  {code:>6}  {}  {}\n", self.hex, self.text.as_deref().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_a_code_leads_to_it() {
        let ways = [
            "21005",
            "MCEASErrorDomain 21005",
            "mceaserrordomain:21005",
            "EAS 21005",
            "0x87D1791D",
            "0xFFFFFFFF87D1791D",
            "-2016315107",
            "2278652189",
        ];
        for way in ways {
            let found = find(way);
            assert_eq!(found.len(), 1, "{way}");
            assert_eq!(found[0].apple_code, Some(21005), "{way}");
            assert_eq!(found[0].domain.as_deref(), Some("MCEASErrorDomain"));
            assert_eq!((found[0].intune, found[0].hex.as_str()), (-2_016_315_107, "0x87D1791D"));
            assert!(found[0].text.is_some() && found[0].intune_text.is_some());
        }
    }

    #[test]
    fn what_is_no_code_is_none() {
        for text in
            ["", "21005x", "MCEmailErrorDomain 21005", "99999", "-1", "0x", "MCEASErrorDomain -2016315107"]
        {
            assert_eq!(find(text), [], "{text}");
        }
        let own = find("-2016281112");
        assert_eq!((own.len(), own[0].apple_code, own[0].hex.as_str()), (1, None, "0x87D1FDE8"));
        assert_eq!(own[0].intune_text.as_deref(), Some("Remediation failed"));
        assert_eq!(domain("mcscepErrorDomain").map(|(_, codes)| codes.len()), Some(14));
        assert_eq!(domain("profile"), None);
    }

    #[test]
    fn the_table_is_whole() {
        assert_eq!(TABLE.domains.values().map(BTreeMap::len).sum::<usize>(), 238);
        assert_eq!(TABLE.intune.len(), 136);
    }
}
