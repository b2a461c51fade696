//! Who has a socket open, and what a user without rights is told of it.

use std::ffi::OsStr;
use std::io::IoSlice;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::sync::mpsc;
use std::thread;

use nix::sched::{CloneFlags, unshare};
use nix::sys::socket::{ControlMessage, MsgFlags, sendmsg};
use serde_json::Value;

use super::support::{
    Holder, PATIENCE, as_nobody, is_root, listener_at, pids, wait_for_owners, wait_until,
};
use super::{at, cells, conns, objects, only_row};

#[test]
fn a_shared_socket_has_all_of_its_owners() {
    let (listener, address) = listener_at("127.0.0.1:0");
    let holders = [(); 3].map(|()| Holder::of(listener.try_clone().unwrap()));
    drop(listener);
    let own = at(address.port());
    wait_for_owners(&["-tl", &own], &holders.each_ref());
    let mut expected = holders.each_ref().map(Holder::id);
    expected.sort_unstable();
    let shown = expected.map(|pid| format!("sleep[{pid}]")).join(",");
    assert_eq!(cells(&["-tlp", &own])[6], shown);
    let row = only_row(&["-tl", &own]);
    assert_eq!(row["pid"], Value::from(expected.to_vec()));
    assert_eq!(row["fd"], Value::from(vec![0; 3]));
    let line = conns(&["-tl", "-s", "--columns", "cmd", &own]);
    assert_eq!(line.text().matches("60").count(), 3, "{}", line.text());
    if is_root() {
        let uid = row["process"][0]["user"].as_str().expect("a name");
        assert_eq!(row["user"], uid);
    }
}

#[test]
fn a_hostile_name_is_one_word_of_one_row() {
    let cases: [(&[u8], &str); 6] = [
        (b"two words", r"two\x20words"),
        (b"a\nb", r"a\nb"),
        (b"\x1b[31mred", r"\x1b[31mred"),
        (b"pa)ren) S 1 2", r"pa)ren)\x20S\x201\x202"),
        (b"\xff\xfe", r"\xff\xfe"),
        (b"x[1],y[2]", r"x[1]\x2cy[2]"),
    ];
    for (name, shown) in cases {
        let (listener, address) = listener_at("127.0.0.1:0");
        let holder = Holder::named(OsStr::from_bytes(name), listener);
        let own = at(address.port());
        wait_for_owners(&["-tl", &own], &[&holder]);
        let expected = format!("{shown}[{}]", holder.id());
        assert_eq!(cells(&["-tl", "--columns", "process,local", &own])[0], expected);
        // A bare value ends with its line, not with a blank.
        let bare = conns(&["-tl", "-s", "--columns", "process", &own]);
        assert_eq!(bare.text(), format!("{}\n", expected.replace(r"\x20", " ")));
        let output = conns(&["-tlp", "-f", "jsonl", &own]);
        assert_eq!(output.text().lines().count(), 1, "{}", output.text());
        assert!(!output.text().trim_end().contains(output::is_unsafe), "{}", output.text());
        // JSON has the exact name where that is text.
        if let Ok(name) = str::from_utf8(name) {
            assert_eq!(objects(&output)[0]["process"][0]["name"], name);
        }
        let found = conns(&["-tlq", "--pid", &holder.id().to_string(), &own]);
        assert_eq!(found.code, Some(0), "{expected}");
    }
}

#[test]
fn who_is_not_root_is_told_once_that_owners_are_hidden() {
    let (listener, address) = listener_at("127.0.0.1:0");
    let ours = only_row(&["-tl", &at(address.port())]);
    let other = listener.try_clone().unwrap();
    let _holders = [Holder::hidden(listener), Holder::hidden(other)];
    let own = at(address.port());
    let shown = || as_nobody(&["-tlp", "-H", &own]);
    wait_until("this process let go of it", || shown().text().contains("(hidden"));
    let table = shown();
    assert_eq!(table.code, Some(0), "{}", table.stderr);
    let said =
        "conns: the owners of 1 socket could not be seen: only root sees the processes of others\n";
    assert_eq!(table.stderr, said);
    let json = as_nobody(&["-tlp", "-f", "jsonl", &own]);
    assert_eq!(json.stderr, said);
    let row = &objects(&json)[0];
    assert_eq!((&row["process"], &row["pid"]), (&Value::Array(Vec::new()), &Value::Null));
    assert_eq!((&row["owners_seen"], &row["ownerless"]), (&"none".into(), &"hidden".into()));
    for key in ["uid", "user", "unit", "cgroup", "inode", "cookie", "recv_q", "send_q"] {
        assert_eq!(row[key], ours[key], "{key}");
    }
    let user = ours["user"].as_str().expect("a name");
    assert!(table.text().contains(&format!("(hidden:{user}")), "{}", table.text());
    // Who does not ask for owners is not told.
    assert_eq!(as_nobody(&["-tle", &own]).stderr, "");
    assert_eq!(as_nobody(&["-tlpq", &own]).stderr, "");
}

#[test]
fn a_socket_on_its_way_to_another_process_has_no_owner() {
    let (listener, address) = listener_at("127.0.0.1:0");
    let own = at(address.port());
    let seen = only_row(&["-tl", &own])["owners_seen"].clone();
    let (sender, _receiver) = UnixStream::pair().unwrap();
    let rights = [listener.as_raw_fd()];
    let message = [IoSlice::new(b"here it is")];
    let rights = [ControlMessage::ScmRights(&rights)];
    sendmsg::<()>(sender.as_raw_fd(), &message, &rights, MsgFlags::empty(), None).unwrap();
    drop(listener);
    wait_until("others let go of it", || pids(&only_row(&["-tl", &own])).is_empty());
    let row = only_row(&["-tl", &own]);
    // Who does not see all cannot tell.
    let expected = if seen == "complete" { "elsewhere" } else { "hidden" };
    assert_eq!((&row["ownerless"], &row["state"]), (&expected.into(), &"LISTEN".into()));
}

#[test]
fn a_thread_with_descriptors_of_its_own_is_its_process() {
    let (port_sender, port) = mpsc::channel();
    let (is_over, until_over) = mpsc::channel::<()>();
    let thread = thread::spawn(move || {
        unshare(CloneFlags::CLONE_FILES).expect("everybody may");
        let (_listener, address) = listener_at("127.0.0.1:0");
        port_sender.send(address.port()).expect("it is waited for");
        // It ends when the other side is dropped.
        let _ = until_over.recv();
    });
    let port = port.recv_timeout(PATIENCE).expect("it comes in time");
    let row = only_row(&["-tl", &at(port)]);
    drop(is_over);
    thread.join().unwrap();
    assert!(pids(&row).contains(&std::process::id().into()), "{row}");
}

#[test]
fn it_is_told_whether_owners_could_be_seen() {
    let (_listener, address) = listener_at("127.0.0.1:0");
    let row = only_row(&["-tl", &at(address.port())]);
    assert!(pids(&row).contains(&std::process::id().into()), "{row}");
    // There may be others, which we may not see.
    assert!(
        ["complete", "partial"].contains(&row["owners_seen"].as_str().expect("a word")),
        "{row}"
    );
    assert_eq!(row["ownerless"], Value::Null);
}

#[test]
fn a_user_is_shown_by_name_and_told_by_number() {
    let (_listener, address) = listener_at("127.0.0.1:0");
    let own = at(address.port());
    let row = only_row(&["-tle", &own]);
    assert_eq!(row["uid"], rustix::process::geteuid().as_raw());
    let user = row["user"].as_str().expect("a name").to_owned();
    assert_eq!(cells(&["-tle", &own])[6], user);
    for (who, code) in [(&*user, 0), (&row["uid"].to_string(), 0), ("4294967294", 1)] {
        assert_eq!(conns(&["-tlq", "--user", who, &own]).code, Some(code), "{who}");
    }
}
