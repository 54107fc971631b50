//! What a simulated phone can be: iOS versions that were released, and models by their identifier.

use profile::OsVersion;

/// The last update of each iOS that had Exchange accounts in profiles and was released (Apple's release notes and security
/// content pages). After 18 came 26.
const LAST_MINOR: [(u16, u16); 16] = [
    (4, 3),
    (5, 1),
    (6, 1),
    (7, 1),
    (8, 4),
    (9, 3),
    (10, 3),
    (11, 4),
    (12, 5),
    (13, 7),
    (14, 8),
    (15, 8),
    (16, 7),
    (17, 7),
    (18, 7),
    (26, 6),
];

/// The highest fix number that is taken: security fixes go on for years, and 16.7 is beyond 10.
const LAST_PATCH: u16 = 20;

/// The families, with the highest first number of an identifier such as `iPhone15,2`. The number counts generations of
/// hardware; one beyond the last known is taken, since phones are newer than this table.
const FAMILIES: [(&str, u16); 3] = [("iPhone", 19), ("iPad", 17), ("iPod", 9)];

/// The highest second number of an identifier; `iPad13,19` is the highest known.
const LAST_VARIANT: u16 = 20;

/// Reads an iOS version that was released.
///
/// # Errors
/// Which there are.
pub fn ios(text: &str) -> Result<OsVersion, String> {
    let version: OsVersion = text.parse().map_err(|e| format!("{e}; write it like 17.5 or 17.7.2"))?;
    let newest = LAST_MINOR.last().map_or(0, |(major, _)| *major);
    let Some((major, last)) = LAST_MINOR.iter().find(|(major, _)| *major == version.major) else {
        return Err(match version.major {
            0..4 => "profiles with Exchange accounts came with iOS 4".to_owned(),
            19..26 => "there was no such iOS: 18 was followed by 26".to_owned(),
            _ => format!("there is no such iOS; the newest known is {newest}, write it like 18.1"),
        });
    };
    if version.minor > *last {
        return Err(format!("there was no such iOS; the last update of iOS {major} is {major}.{last}"));
    }
    if version.patch > LAST_PATCH {
        return Err(format!("there was no such iOS; no update had more than {LAST_PATCH} fixes"));
    }
    Ok(version)
}

/// What a model is written like.
pub const MODEL_FORM: &str =
    "write it as in ProductName: iPhone, iPad or iPod, then two numbers, such as iPhone15,2";

/// Whether a model identifier can be that of an iPhone, iPad or iPod touch.
pub fn is_model(text: &str) -> bool {
    let number = |part: &str| {
        let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()) && !part.starts_with('0');
        part.parse::<u16>().ok().filter(|_| digits)
    };
    FAMILIES.iter().any(|(family, last)| {
        let numbers = text.strip_prefix(family).and_then(|rest| rest.split_once(','));
        numbers.is_some_and(|(first, second)| {
            number(first).is_some_and(|n| n <= *last) && number(second).is_some_and(|n| n <= LAST_VARIANT)
        })
    })
}

/// Reads a model identifier.
///
/// # Errors
/// What it is written like.
pub fn model(text: &str) -> Result<String, String> {
    if is_model(text) { Ok(text.to_owned()) } else { Err(format!("there is no such model; {MODEL_FORM}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_were_released_are_taken() {
        for good in ["18", "18.1", "17.7.2", "11", "12.5.7", "16.7.12", "15.8.4", "4.0", "26.1", "18.7"] {
            assert!(ios(good).is_ok(), "{good}");
        }
        for bad in
            ["99", "19", "25.1", "27", "18.8", "17.8", "11.5", "3.1", "0", "17.5.21", "17.5.1.1", "x", ""]
        {
            let message = ios(bad).unwrap_err();
            assert!(message.len() > 10, "{bad}: {message}");
        }
    }

    #[test]
    fn models_have_the_form_of_an_identifier() {
        for good in ["iPhone15,2", "iPhone10,3", "iPhone1,1", "iPhone18,4", "iPad13,19", "iPad1,1", "iPod9,1"]
        {
            assert!(is_model(good), "{good}");
        }
        for bad in [
            "Foo",
            "",
            "iPhone",
            "iPhone15",
            "iPhone15,",
            "iPhone,2",
            "iPhone99,1",
            "iPhone15,99",
            "iphone15,2",
            "iPhone015,2",
            "iPhone15,2 ",
            "AppleTV5,3",
            "iPhone-15,2",
            "iPhone15,2,1",
            "iPhone+1,1",
        ] {
            assert!(!is_model(bad), "{bad}");
        }
    }
}
