//! What must hold for expressions of every kind.

mod samples;
#[cfg(target_os = "linux")]
mod trial;

use proptest::prelude::*;

use self::samples::{KERNEL, sample};
use self::samples::{exact_expression, expression};
use super::machine::{is_sound, lets_through};
use super::{Expression, Kernel};

/// A kernel that was told nothing.
const IGNORANT: Kernel<'static> =
    Kernel { interface: &|_| None, cgroup: &|_| None, knows_marks: false };

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_is_read_as_the_same(expression in expression()) {
        let printed = expression.to_string();
        prop_assert_eq!(Expression::parse(&printed), Ok(expression), "{}", printed);
    }

    #[test]
    fn the_kernel_leaves_out_nothing_that_is_meant(
        expression in expression(),
        samples in prop::collection::vec(sample(), 8),
    ) {
        for kernel in [KERNEL, IGNORANT] {
            let program = expression.bytecode(&kernel);
            prop_assert!(program.as_ref().is_none_or(|it| is_sound(it, kernel.knows_marks)));
            for sample in &samples {
                let is_through = program.as_ref().is_none_or(|it| lets_through(it, &sample.entry));
                let may_be_met = expression.is_met(sample) != Some(false)
                    || expression.is_met(&sample.socket) == Some(true);
                prop_assert!(is_through || !may_be_met, "{expression}: {sample:?}");
            }
        }
    }

    #[test]
    fn the_kernel_leaves_out_all_else_where_it_can(
        expression in exact_expression(),
        samples in prop::collection::vec(sample(), 8),
    ) {
        let program = expression.bytecode(&KERNEL);
        for sample in &samples {
            let is_through = program.as_ref().is_none_or(|it| lets_through(it, &sample.entry));
            prop_assert_eq!(Some(is_through), expression.is_met(sample), "{}: {:?}", expression, sample);
        }
    }

    #[test]
    fn sets_of_states_and_kinds_leave_out_nothing_that_is_meant(
        expression in expression(),
        sample in sample(),
    ) {
        if expression.is_met(&sample) != Some(false) {
            let state = sample.socket.state.expect("it has one");
            prop_assert!(expression.states().has(state), "{expression}: {sample:?}");
            prop_assert!(expression.protocols().has(sample.socket.protocol.group()));
        }
    }

    #[test]
    fn what_is_known_early_is_known_for_good(expression in expression(), sample in sample()) {
        if let Some(early) = expression.is_met(&sample.socket) {
            // The ports that the system chooses from are known late.
            if !expression.to_string().contains("autobound") {
                prop_assert_eq!(expression.is_met(&sample), Some(early), "{}: {:?}", expression, sample);
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused_at_a_place_in_it(text in "[a-z:=!()&|\\\\'\" .0-9é/\\[\\]*-]{0,40}") {
        if let Err(error) = Expression::parse(&text) {
            prop_assert!(text.get(error.place()).is_some(), "{error}");
            prop_assert_eq!(error.to_string().lines().count(), 3);
        }
    }
}

#[test]
fn a_program_that_would_be_too_long_is_none() {
    let ports = |count: u16| {
        let text: Vec<_> = (0..count).map(|port| format!("{}", 2 * port)).collect();
        Expression::parse(&format!("sport = {}", text.join(","))).unwrap()
    };
    assert!(ports(500).bytecode(&KERNEL).is_some_and(|it| is_sound(&it, false)));
    assert_eq!(ports(2000).bytecode(&KERNEL), None);
}

#[test]
fn what_nothing_can_meet_is_left_out_by_the_kernel() {
    let never = Expression::parse("src unix:/run/x").unwrap();
    assert_eq!(
        never.bytecode(&KERNEL),
        Some([1_u8, 4].into_iter().chain(8_u16.to_ne_bytes()).collect())
    );
    let always = Expression::parse("state listen pid 1 or name x").unwrap();
    assert_eq!(always.bytecode(&KERNEL), None);
}
