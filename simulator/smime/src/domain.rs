//! Domains of addresses in the one form in which they are compared: lower case, with A-labels.
//!
//! A label outside ASCII (U-label, RFC 5890, 2.3.2.1) is put into lower case character by character and encoded with
//! Punycode (RFC 3492, 6.3). There are no tables of normalisation here: a character that one program or another maps to a
//! different one (RFC 5892, 2.2 "Unstable"; full-width letters, ligatures, marks that melt into the letter before them,
//! what is not seen) makes the domain one that cannot be told, and who asks has to be on the safe side. In scripts of
//! India vowel signs that melt are ordinary letters, and are taken as they stand.

/// How long a label may be, in octets of its A-label (RFC 1034, 3.1).
pub(crate) const MAX_LABEL_OCTETS: usize = 63;

/// Characters of which it cannot be told whether another one is meant, in ascending order: those that NFKC and case
/// folding change, marks that may be part of a precomposed letter, invisible and private ones.
const UNTOLD: &[(char, char)] = &[
    ('\u{80}', '\u{B6}'),
    ('\u{B8}', '\u{BF}'),
    ('\u{132}', '\u{133}'),
    ('\u{13F}', '\u{140}'),
    ('\u{149}', '\u{149}'),
    ('\u{17F}', '\u{17F}'),
    ('\u{1C4}', '\u{1CC}'),
    ('\u{1F1}', '\u{1F3}'),
    ('\u{2B0}', '\u{2B8}'),
    ('\u{2D8}', '\u{2DD}'),
    ('\u{2E0}', '\u{2E4}'),
    ('\u{300}', '\u{36F}'),
    ('\u{37A}', '\u{37A}'),
    ('\u{384}', '\u{385}'),
    ('\u{387}', '\u{387}'),
    ('\u{3D0}', '\u{3D6}'),
    ('\u{3F0}', '\u{3F2}'),
    ('\u{3F5}', '\u{3F5}'),
    ('\u{587}', '\u{587}'),
    ('\u{61C}', '\u{61C}'),
    ('\u{653}', '\u{655}'),
    ('\u{675}', '\u{678}'),
    ('\u{E33}', '\u{E33}'),
    ('\u{EB3}', '\u{EB3}'),
    ('\u{EDC}', '\u{EDD}'),
    ('\u{F77}', '\u{F77}'),
    ('\u{F79}', '\u{F79}'),
    ('\u{10FC}', '\u{10FC}'),
    ('\u{1100}', '\u{11FF}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{17B4}', '\u{17B5}'),
    ('\u{180B}', '\u{180F}'),
    ('\u{1AB0}', '\u{1AFF}'),
    ('\u{1D2C}', '\u{1D78}'),
    ('\u{1D9B}', '\u{1DFF}'),
    ('\u{1E9A}', '\u{1E9B}'),
    ('\u{1F70}', '\u{2BFF}'),
    ('\u{2C7C}', '\u{2C7D}'),
    ('\u{2D6F}', '\u{2D6F}'),
    ('\u{2E80}', '\u{3004}'),
    ('\u{3008}', '\u{303B}'),
    ('\u{303D}', '\u{3040}'),
    ('\u{3099}', '\u{309C}'),
    ('\u{309F}', '\u{30A0}'),
    ('\u{30FF}', '\u{30FF}'),
    ('\u{3130}', '\u{319F}'),
    ('\u{3200}', '\u{33FF}'),
    ('\u{A66F}', '\u{A672}'),
    ('\u{A69C}', '\u{A69D}'),
    ('\u{A770}', '\u{A770}'),
    ('\u{A7F2}', '\u{A7F4}'),
    ('\u{A7F8}', '\u{A7F9}'),
    ('\u{A960}', '\u{A97F}'),
    ('\u{AB5C}', '\u{AB5F}'),
    ('\u{AB69}', '\u{ABBF}'),
    ('\u{D7B0}', '\u{FFFF}'),
    ('\u{10780}', '\u{107BF}'),
    ('\u{1D000}', '\u{1D7FF}'),
    ('\u{1EE00}', '\u{1EEFF}'),
    ('\u{1F100}', '\u{1F2FF}'),
    ('\u{1FBF0}', '\u{1FBF9}'),
    ('\u{2F800}', '\u{2FA1F}'),
    ('\u{E0000}', '\u{10FFFF}'),
];

/// The characters that separate labels: what IDNA takes for the full stop (RFC 3490, 3.1) separates them too.
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{FF0E}', '\u{FF61}'];

/// A domain in the form in which domains are compared; `None` for what is none: an empty label, one of more than
/// [`MAX_LABEL_OCTETS`], a character of which it cannot be told which one is meant.
pub(crate) fn comparable(domain: &str) -> Option<String> {
    let mut out = String::with_capacity(domain.len());
    for label in domain.split(DOTS) {
        if !out.is_empty() {
            out.push('.');
        }
        let start = out.len();
        if label.is_ascii() {
            out.extend(label.chars().map(|c| c.to_ascii_lowercase()));
        } else {
            label_into(label, &mut out)?;
        }
        if !(1..=MAX_LABEL_OCTETS).contains(&(out.len() - start)) {
            return None;
        }
    }
    Some(out)
}

/// Two addresses' parts: the local part as it stands, and the domain as it is compared; a domain that cannot be told is
/// in lower case and otherwise as it stands.
pub(crate) fn parts(address: &str) -> (&str, String) {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    (local, comparable(domain).unwrap_or_else(|| domain.to_lowercase()))
}

/// Whether two addresses are one but for the case of letters and the form of the domain.
pub(crate) fn same_address(a: &str, b: &str) -> bool {
    let ((a, of_a), (b, of_b)) = (parts(a), parts(b));
    of_a == of_b && a.to_lowercase() == b.to_lowercase()
}

fn label_into(label: &str, out: &mut String) -> Option<()> {
    let mut points = Vec::with_capacity(MAX_LABEL_OCTETS);
    for c in label.chars().flat_map(char::to_lowercase) {
        // an A-label takes an octet at least for every character
        if points.len() == MAX_LABEL_OCTETS || !told(c) {
            return None;
        }
        points.push(c);
    }
    if points.iter().all(char::is_ascii) {
        out.extend(points); // the Kelvin sign, whose lower case is a k
        return Some(());
    }
    if points.starts_with(&['x', 'n', '-', '-']) {
        return None;
    }
    out.push_str("xn--");
    punycode(&points, out)
}

/// Whether it is beyond doubt which character is meant.
fn told(c: char) -> bool {
    let at = UNTOLD.partition_point(|(_, last)| *last < c);
    c.is_ascii() || UNTOLD.get(at).is_none_or(|(first, _)| c < *first)
}

/// Appends the encoding of a label (RFC 3492, 6.3). With at most [`MAX_LABEL_OCTETS`] characters no number overflows; were
/// there more, `None` is given.
fn punycode(label: &[char], out: &mut String) -> Option<()> {
    const BASE: u32 = 36;
    const T_MIN: u32 = 1;
    const T_MAX: u32 = 26;
    // The digits are a-z and then 0-9, those of char::from_digit the other way round.
    let digit = |value: u32| char::from_digit(if value < 26 { value + 10 } else { value - 26 }, BASE);
    let basic = label.iter().filter(|c| c.is_ascii());
    let mut handled = u32::try_from(basic.clone().count()).ok()?;
    let first = handled;
    out.extend(basic);
    if first > 0 {
        out.push('-');
    }
    let (mut n, mut delta, mut bias) = (0x80u32, 0u32, 72u32);
    while let Some(next) = label.iter().map(|c| u32::from(*c)).filter(|c| *c >= n).min() {
        delta = delta.checked_add((next - n).checked_mul(handled + 1)?)?;
        n = next;
        for c in label.iter().map(|c| u32::from(*c)) {
            if c < n {
                delta = delta.checked_add(1)?;
            }
            if c != n {
                continue;
            }
            let mut quotient = delta;
            for k in (BASE..).step_by(BASE as usize) {
                let threshold = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
                if quotient < threshold {
                    break;
                }
                let over = quotient - threshold;
                out.push(digit(threshold + over % (BASE - threshold))?);
                quotient = over / (BASE - threshold);
            }
            out.push(digit(quotient)?);
            // RFC 3492, 6.1: the next delta is likely to be of the size of this one.
            let mut damped = if handled == first { delta / 700 } else { delta / 2 };
            damped += damped / (handled + 1);
            let mut steps = 0;
            while damped > (BASE - T_MIN) * T_MAX / 2 {
                damped /= BASE - T_MIN;
                steps += BASE;
            }
            bias = steps + (BASE - T_MIN + 1) * damped / (damped + 38);
            (delta, handled) = (0, handled + 1);
        }
        (delta, n) = (delta.checked_add(1)?, n.checked_add(1)?);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The samples of RFC 3492, 7.1, in lower case.
    #[test]
    fn labels_are_encoded_as_the_standard_has_it() {
        for (label, encoded) in [
            (
                "\u{644}\u{64A}\u{647}\u{645}\u{627}\u{628}\u{62A}\u{643}\u{644}\u{645}\u{648}\u{634}\u{639}\u{631}\u{628}\u{64A}\u{61F}",
                "egbpdaj6bu4bxfgehfvwxn",
            ),
            (
                "\u{4ED6}\u{4EEC}\u{4E3A}\u{4EC0}\u{4E48}\u{4E0D}\u{8BF4}\u{4E2D}\u{6587}",
                "ihqwcrb4cv8a8dqg056pqjye",
            ),
            ("pro\u{10D}prost\u{11B}nemluv\u{ED}\u{10D}esky", "proprostnemluvesky-uyb24dma41a"),
            (
                "\u{5DC}\u{5DE}\u{5D4}\u{5D4}\u{5DD}\u{5E4}\u{5E9}\u{5D5}\u{5D8}\u{5DC}\u{5D0}\u{5DE}\u{5D3}\u{5D1}\u{5E8}\u{5D9}\u{5DD}\u{5E2}\u{5D1}\u{5E8}\u{5D9}\u{5EA}",
                "4dbcagdahymbxekheh6e0a7fei0b",
            ),
            (
                "\u{43F}\u{43E}\u{447}\u{435}\u{43C}\u{443}\u{436}\u{435}\u{43E}\u{43D}\u{438}\u{43D}\u{435}\u{433}\u{43E}\u{432}\u{43E}\u{440}\u{44F}\u{442}\u{43F}\u{43E}\u{440}\u{443}\u{441}\u{441}\u{43A}\u{438}",
                "b1abfaaepdrnnbgefbadotcwatmq2g4l",
            ),
            ("3\u{5E74}b\u{7D44}\u{91D1}\u{516B}\u{5148}\u{751F}", "3b-ww4c5e180e575a65lsy2b"),
            ("\u{305D}\u{306E}\u{30B9}\u{30D4}\u{30FC}\u{30C9}\u{3067}", "d9juau41awczczp"),
            ("例え", "r8jz45g"),
            ("bücher", "bcher-kva"),
        ] {
            assert_eq!(comparable(label).as_deref(), Some(&*format!("xn--{encoded}")), "{label}");
        }
    }

    #[test]
    fn domains_are_compared_in_one_form() {
        for (domain, form) in [
            ("MAIL.Example", Some("mail.example")),
            ("例え.JP", Some("xn--r8jz45g.jp")),
            ("XN--R8JZ45G.jp", Some("xn--r8jz45g.jp")),
            ("例え。jp", Some("xn--r8jz45g.jp")),
            ("BÜCHER.example", Some("xn--bcher-kva.example")),
            ("straße.example", Some("xn--strae-oqa.example")),
            ("\u{212A}.example", Some("k.example")),
            ("[192.0.2.1]", Some("[192.0.2.1]")),
            ("", None),
            ("a..example", None),
            ("example.", None),
            // what another program reads as something else
            ("bu\u{308}cher.example", None),
            ("\u{FF45}vil.example", None),
            ("mu\u{17F}ic.example", None),
            ("ev\u{200D}il.example", None),
            ("ev\u{AD}il.example", None),
            ("か\u{3099}.example", None),
            ("xn--ü.example", None),
        ] {
            assert_eq!(comparable(domain).as_deref(), form, "{domain}");
        }
    }

    #[test]
    fn the_length_of_a_label_is_bounded() {
        let ascii = "a".repeat(MAX_LABEL_OCTETS);
        assert_eq!(comparable(&ascii).as_ref(), Some(&ascii));
        assert_eq!(comparable(&format!("{ascii}a")), None);
        // the encoding of ü in front of n letters has the prefix, the letters, a hyphen and at least a digit
        let longest =
            (1..70).filter(|n| comparable(&format!("ü{}", "a".repeat(*n))).is_some()).max().unwrap();
        let encoded = |n: usize| {
            let mut out = "xn--".to_owned();
            punycode(&format!("ü{}", "a".repeat(n)).chars().collect::<Vec<_>>(), &mut out).unwrap();
            out.len()
        };
        assert_eq!((encoded(longest), encoded(longest + 1)), (MAX_LABEL_OCTETS, MAX_LABEL_OCTETS + 1));
        assert_eq!(comparable(&"ü".repeat(10_000)), None);
    }

    #[test]
    fn the_ranges_are_in_order() {
        assert!(UNTOLD.iter().all(|(first, last)| first <= last));
        assert!(UNTOLD.windows(2).all(|pair| pair[0].1 < pair[1].0));
        for c in ['\u{7F}', 'é', 'ß', 'ж', '例', '々', '한', '·', '\u{30FC}', '\u{20000}'] {
            assert!(told(c), "{c:?}");
        }
        for c in ['\u{80}', '\u{A0}', 'ﬁ', '\u{FEFF}', '\u{10FFFF}'] {
            assert!(!told(c), "{c:?}");
        }
    }
}
