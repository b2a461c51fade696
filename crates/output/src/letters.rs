//! One letter for each of several words.

/// So many words can be told apart: letters in both cases and digits.
pub(crate) const MAX_LETTERS: usize = 62;

/// A letter for each word: its first, or the next that no word before it has; in capitals where the
/// word is to stand out. No two differ in case alone while others are left.
pub(crate) fn letters<'a>(words: impl IntoIterator<Item = (&'a str, bool)>) -> Vec<char> {
    let mut taken = Vec::new();
    for (word, stands_out) in words {
        taken.push(letter(word, stands_out, &taken));
    }
    taken
}

fn letter(word: &str, stands_out: bool, taken: &[char]) -> char {
    let case = |letter: char| {
        if stands_out { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
    };
    let others = || ('a'..='z').chain('0'..='9');
    let is_free = |letter: &char| !taken.iter().any(|other| other.eq_ignore_ascii_case(letter));
    let own = word.chars().filter(char::is_ascii_alphanumeric).chain(others()).map(case);
    let any = others().chain('A'..='Z').filter(|letter| !taken.contains(letter));
    own.filter(is_free).chain(any).next().unwrap_or('?')
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_word_has_its_first_letter_unless_another_has_it() {
        let cases: [(&[(&str, bool)], &str); 6] = [
            (&[("closed", false), ("filtered", false), ("open", true)], "cfO"),
            (&[("silent", false), ("silly", true), ("sil", false)], "sIl"),
            (&[("ab", false), ("b", false), ("ab", false), ("ab", false)], "abcd"),
            (&[("200", false), ("204", false), ("2", true)], "20A"),
            (&[("日本", false), ("", true), ("\\x1b[31m", false)], "aBx"),
            (&[], ""),
        ];
        for (words, expected) in cases {
            let letters: String = letters(words.iter().copied()).into_iter().collect();
            assert_eq!(letters, expected, "{words:?}");
        }
    }

    #[test]
    fn as_many_words_as_there_are_letters_differ() {
        let letters = letters((0..MAX_LETTERS).map(|at| ("same", at % 2 == 0)));
        assert!(letters.iter().all(char::is_ascii_alphanumeric));
        assert_eq!(letters.into_iter().collect::<HashSet<_>>().len(), MAX_LETTERS);
    }
}
