//! “Did you mean …?”

/// The longest word that is compared, in characters.
const MAX_WORD: usize = 128;

/// The known word that is nearest to what was written, when it is near enough to be meant: at most a third of the
/// characters are wrong, missing, too many or swapped with their neighbour. Upper and lower case are the same.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written: Vec<char> = written.to_lowercase().chars().take(MAX_WORD + 1).collect();
    if written.len() > MAX_WORD {
        return None;
    }
    let distances = known.into_iter().filter_map(|word| {
        let letters: Vec<char> = word.to_lowercase().chars().take(MAX_WORD).collect();
        let distance = distance(&written, &letters);
        (distance <= (written.len().max(letters.len()) / 3).max(1)).then_some((distance, word))
    });
    distances.min_by_key(|(distance, _)| *distance).map(|(_, word)| word)
}

/// Edits between two words, a swap of neighbours counting as one (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut best = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_meant_and_far_ones_are_not() {
        let known = ["phone", "tablet"];
        for written in ["phnoe", "Phone", "hone", "phones", "fone"] {
            let found = nearest(written, known);
            assert_eq!(found, (written != "fone").then_some("phone"), "{written}");
        }
        assert_eq!(nearest("watch", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest(&"x".repeat(MAX_WORD + 1), known), None);
    }
}
