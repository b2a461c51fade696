//! Measures as a line of characters, one each.

/// From the least to the greatest, in eighths of a line.
const BLOCKS: &[char] = &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The same in ASCII.
const SIGNS: &[char] = &['_', '.', '-', '=', '*', '#'];

/// What stands for a measure that is missing.
const MISSING: char = 'x';

/// Appends a run of measures, to the scale from zero to the greatest of them.
pub(crate) fn push(out: &mut String, measures: &[Option<f64>], has_blocks: bool) {
    let levels = if has_blocks { BLOCKS } else { SIGNS };
    let known = |measure: &Option<f64>| measure.filter(|measure| measure.is_finite());
    let greatest = measures.iter().filter_map(known).fold(0.0, f64::max);
    let level = |measure| level(levels, measure, greatest);
    out.extend(measures.iter().map(|measure| known(measure).map_or(MISSING, level)));
}

/// The level that `measure` reaches of `greatest`; what is below zero is at the bottom.
fn level(levels: &[char], measure: f64, greatest: f64) -> char {
    let share = measure / greatest;
    let count = u8::try_from(levels.len()).unwrap_or(u8::MAX);
    let is_above = |step: &u8| share > f64::from(*step) / f64::from(count);
    levels[(1..count).take_while(is_above).count()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(measures: &[Option<f64>], has_blocks: bool) -> String {
        let mut line = String::new();
        push(&mut line, measures, has_blocks);
        line
    }

    #[test]
    fn measures_are_to_the_scale_of_the_greatest() {
        let some = |measures: &[f64]| measures.iter().copied().map(Some).collect::<Vec<_>>();
        let cases = [
            (vec![], "", ""),
            (some(&[0.0, 0.0]), "▁▁", "__"),
            (some(&[0.001]), "█", "#"),
            (some(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]), "▁▁▂▃▄▅▆▇█", "__.--=*##"),
            (some(&[1.0, 1000.0, 500.1]), "▁█▅", "_#="),
            (vec![Some(2.0), None, Some(f64::NAN), Some(f64::INFINITY)], "█xxx", "#xxx"),
            (some(&[-1.0, 1.0]), "▁█", "_#"),
            (some(&[-1.0]), "▁", "_"),
            (vec![None], "x", "x"),
            (some(&[f64::MAX, f64::MIN_POSITIVE]), "█▁", "#_"),
        ];
        for (measures, blocks, signs) in cases {
            assert_eq!(drawn(&measures, true), blocks, "{measures:?}");
            assert_eq!(drawn(&measures, false), signs, "{measures:?}");
        }
    }
}
