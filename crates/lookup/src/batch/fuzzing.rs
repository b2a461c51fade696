//! What must hold for any line of a list and any reply. Fuzzing has no other way in.

use hickory_proto::rr::RecordType;

use super::line;
use crate::message;
use crate::request::Subject;

/// A line that is read in the short way is the question that the long way reads; any is shown as one.
///
/// # Panics
///
/// When that is not so.
pub fn line(octets: &[u8]) {
    let types = [RecordType::A];
    let whole = line::parse(octets, &types, &types);
    assert!(line::shown(octets).lines().count() <= 1);
    let Some(simple) = line::simple(octets) else { return };
    let target = whole.expect("a simple line is a question").expect("and not blank");
    assert_eq!(target.types, [simple.record_type.unwrap_or(types[0])]);
    let Subject::Name(parsed) = &target.subject else { panic!("{target:?} is an address") };
    let [mut short, mut long] = [Vec::new(), Vec::new()];
    simple.push_name(&mut short);
    message::push_name(&mut long, &parsed.name);
    assert_eq!(short, long);
}
