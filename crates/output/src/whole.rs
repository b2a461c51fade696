//! Arguments that are whole numbers, in every tool.

use std::str::FromStr;

/// A number that is not zero, for a type that has none: `NonZero<u32>`.
///
/// # Errors
/// Says which numbers make sense.
pub fn from_one<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "whole numbers from 1 on make sense, as in 100".to_owned())
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use super::*;

    #[test]
    fn a_number_is_whole_and_not_zero() {
        assert_eq!(from_one::<NonZero<u32>>("100").map(NonZero::get), Ok(100));
        for text in ["", "0", "-1", "1.5", "4294967296", "many"] {
            assert!(from_one::<NonZero<u32>>(text).is_err(), "{text}");
        }
    }
}
