//! Where two texts differ, for people: what only one of them has is marked.

use super::super::sheet::Sheet;

/// The most words of a text that are compared; longer texts are shown unmarked. The comparison takes the square of it.
const WORDS_MAX: usize = 300;

/// A piece of a text, and whether the other text has it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece<'t> {
    /// The text.
    pub text: &'t str,
    /// Whether it stands in both.
    pub is_shared: bool,
}

/// The pieces of both texts. Texts that have less than a third in common, or are too long, are a piece each.
pub(super) fn difference<'t>(one: &'t str, other: &'t str) -> (Vec<Piece<'t>>, Vec<Piece<'t>>) {
    let whole = |text| vec![Piece { text, is_shared: false }];
    let (left, right) = (words(one), words(other));
    if left.len() > WORDS_MAX || right.len() > WORDS_MAX {
        return (whole(one), whole(other));
    }
    let shared = common(&left, &right);
    let letters = |words: &[&str]| words.iter().filter(|w| is_telling(w)).map(|w| w.len()).sum::<usize>();
    let in_common: Vec<&str> = shared.iter().filter_map(|(at, _)| left.get(*at).copied()).collect();
    if letters(&in_common) * 3 < letters(&left).max(letters(&right)) {
        return (whole(one), whole(other));
    }
    let mark = |words: Vec<&'t str>, kept: Vec<usize>| {
        let mut kept = kept.into_iter().peekable();
        let marked = words.into_iter().enumerate();
        marked.map(|(at, text)| Piece { text, is_shared: kept.next_if_eq(&at).is_some() }).collect::<Vec<_>>()
    };
    let (of_left, of_right): (Vec<usize>, Vec<usize>) = shared.into_iter().unzip();
    (mark(left, of_left), mark(right, of_right))
}

/// Writes pieces; those of one text alone are marked with the class. A text that shares nothing needs no mark.
pub(super) fn marked(sheet: &mut Sheet<'_>, pieces: &[Piece<'_>], class: &str) {
    if let [Piece { text, .. }] = pieces {
        sheet.text(text);
        return;
    }
    let mut rest = pieces;
    while let Some(first) = rest.first() {
        let run = rest.iter().take_while(|piece| piece.is_shared == first.is_shared).count();
        let (same, left) = rest.split_at(run);
        let text: String = same.iter().map(|piece| piece.text).collect();
        if first.is_shared {
            sheet.text(&text);
        } else {
            sheet.within("mark", class, |sheet| sheet.text(&text));
        }
        rest = left;
    }
}

/// Words, and what stands between them, character by character.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match is_of_word(first) {
            true => rest.find(|c| !is_of_word(c)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (word, left) = rest.split_at(end);
        words.push(word);
        rest = left;
        if words.len() > WORDS_MAX {
            break;
        }
    }
    words
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-')
}

fn is_telling(word: &str) -> bool {
    word.chars().any(char::is_alphanumeric)
}

/// The longest common subsequence, as places in both.
fn common(left: &[&str], right: &[&str]) -> Vec<(usize, usize)> {
    // longest[i][j] is that of left[i..] and right[j..].
    let mut longest = vec![vec![0_u32; right.len() + 1]; left.len() + 1];
    let at =
        |table: &[Vec<u32>], i: usize, j: usize| table.get(i).and_then(|r| r.get(j)).copied().unwrap_or(0);
    for (i, one) in left.iter().enumerate().rev() {
        for (j, other) in right.iter().enumerate().rev() {
            let value = match one == other {
                true => at(&longest, i + 1, j + 1) + 1,
                false => at(&longest, i + 1, j).max(at(&longest, i, j + 1)),
            };
            if let Some(cell) = longest.get_mut(i).and_then(|row| row.get_mut(j)) {
                *cell = value;
            }
        }
    }
    let (mut i, mut j, mut found) = (0, 0, Vec::new());
    while let (Some(one), Some(other)) = (left.get(i), right.get(j)) {
        if one == other {
            found.push((i, j));
            i += 1;
            j += 1;
        } else if at(&longest, i + 1, j) >= at(&longest, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(one: &str, other: &str) -> (String, String) {
        let (left, right) = difference(one, other);
        let say = |pieces: &[Piece<'_>]| {
            let each =
                pieces.iter().map(|p| if p.is_shared { p.text.to_owned() } else { format!("[{}]", p.text) });
            each.collect::<String>().replace("][", "")
        };
        (say(&left), say(&right))
    }

    #[test]
    fn what_only_one_has_is_marked() {
        assert_eq!(told("a, b, c", "a, c"), ("a, [b, ]c".into(), "a, c".into()));
        assert_eq!(told("allowed by PreventMove", "denied by PreventMove: x").0, "[allowed] by PreventMove");
        assert_eq!(told("same", "same"), ("same".into(), "same".into()));
    }

    #[test]
    fn texts_with_little_in_common_are_marked_whole() {
        assert_eq!(told("true", "false"), ("[true]".into(), "[false]".into()));
        assert_eq!(told("", "x"), ("".replace('x', "") + "[]", "[x]".into()));
        assert_eq!(told("one two three four", "x one y z w v").0, "[one two three four]");
    }

    #[test]
    fn texts_of_as_many_words_as_the_bound_are_compared_and_longer_ones_not() {
        let text = |words: usize| "x-".to_owned() + &"a,".repeat(words / 2 - 1) + "y.";
        let (at, beyond) = (text(WORDS_MAX), format!("{}.", text(WORDS_MAX)));
        assert_eq!(words(&at).len(), WORDS_MAX);
        assert!(difference(&at, &at).0.iter().all(|piece| piece.is_shared));
        assert!(difference(&beyond, &beyond).0.iter().all(|piece| !piece.is_shared));
    }
}
