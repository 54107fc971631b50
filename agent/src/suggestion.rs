//! “Did you mean …?”

pub use scenario::nearest;

/// The end of a message: the nearest word as a question, or nothing.
pub fn question(nearest: Option<&str>) -> String {
    nearest.map(|word| format!("; did you mean “{word}”?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_asked_for() {
        assert_eq!(question(nearest("phnoe", ["phone", "tablet"])), "; did you mean “phone”?");
        assert_eq!(question(None), "");
    }
}
