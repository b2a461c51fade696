//! What is mounted where: `/proc/self/mountinfo` (proc(5)).

use std::fs;

/// Where the processes of the system are.
const PROC: &[u8] = b"/proc";

/// Values of `hidepid` that take processes of others out of the list: their names since Linux 5.8,
/// and the numbers before.
const HIDING: &[&[u8]] = &[b"hidepid=invisible", b"hidepid=ptraceable", b"hidepid=2", b"hidepid=4"];

/// What stands behind the backslash of an escape.
const OCTAL_DIGITS: usize = 3;

/// A mount.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mount {
    /// The directory of the file system that is mounted.
    pub root: Vec<u8>,
    /// Where.
    pub point: Vec<u8>,
    /// The type of the file system.
    pub kind: Vec<u8>,
    /// Its own options.
    pub options: Vec<u8>,
}

/// All mounts, the later over the earlier. None when they cannot be read.
pub(super) fn mounts() -> Vec<Mount> {
    let text = fs::read("/proc/self/mountinfo").unwrap_or_default();
    parse(&text).collect()
}

/// Whether /proc leaves processes of others out.
pub(super) fn proc_hides_processes() -> bool {
    hides_processes(&mounts())
}

fn hides_processes(mounts: &[Mount]) -> bool {
    let proc = mounts.iter().rfind(|mount| mount.point == PROC);
    proc.is_some_and(|proc| proc.options.split(|byte| *byte == b',').any(|it| HIDING.contains(&it)))
}

/// `ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAG…] - TYPE SOURCE OPTIONS`.
fn parse(text: &[u8]) -> impl Iterator<Item = Mount> {
    text.split(|byte| *byte == b'\n').filter_map(|line| {
        let mut fields = line.split(|byte| *byte == b' ');
        let root = unescape(fields.nth(3)?);
        let point = unescape(fields.next()?);
        let kind = fields.by_ref().skip_while(|field| *field != b"-").nth(1)?;
        let options = fields.nth(1)?;
        Some(Mount { root, point, kind: kind.to_vec(), options: options.to_vec() })
    })
}

/// Blanks, newlines and backslashes are `\OOO` there (`mangle` of fs/seq_file.c).
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(field.len());
    let mut rest = field;
    while let [first, tail @ ..] = rest {
        let escaped = if *first == b'\\' { octal(tail) } else { None };
        text.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &tail[OCTAL_DIGITS..] } else { tail };
    }
    text
}

fn octal(text: &[u8]) -> Option<u8> {
    let digits = str::from_utf8(text.get(..OCTAL_DIGITS)?).ok()?;
    u8::from_str_radix(digits, 8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_are_read_as_the_kernel_writes_them() {
        let cases: [(&str, Option<[&str; 4]>); 5] = [
            (
                "22 27 0:21 / /proc rw,relatime - proc proc rw,hidepid=invisible",
                Some(["/", "/proc", "proc", "rw,hidepid=invisible"]),
            ),
            (
                r"41 31 0:38 /a\040b /mnt/c\134d\012e rw shared:7 master:1 - cgroup2 cgroup2 rw",
                Some(["/a b", "/mnt/c\\d\ne", "cgroup2", "rw"]),
            ),
            (r"1 2 0:3 / /odd\9\ rw - tmpfs tmpfs rw", Some(["/", r"/odd\9\", "tmpfs", "rw"])),
            ("41 31 0:38 / /sys rw shared:7 cgroup2", None),
            ("", None),
        ];
        for (line, expected) in cases {
            let mount = expected.map(|fields| {
                let [root, point, kind, options] = fields.map(|field| field.as_bytes().to_vec());
                Mount { root, point, kind, options }
            });
            assert_eq!(parse(line.as_bytes()).next(), mount, "{line}");
        }
    }

    #[test]
    fn a_proc_that_hides_processes_is_told_by_its_last_mount() {
        let plain = "22 27 0:21 / /proc rw - proc proc rw\n";
        let elsewhere = "23 27 0:22 / /chroot/proc rw - proc proc rw,hidepid=2\n";
        for (options, hides) in [
            ("rw,hidepid=2", true),
            ("rw,gid=4,hidepid=invisible", true),
            ("rw,hidepid=ptraceable,subset=pid", true),
            ("rw,hidepid=4", true),
            ("rw,hidepid=1", false),
            ("rw,hidepid=noaccess", false),
            ("rw,subset=pid", false),
        ] {
            let over = format!("24 22 0:23 / /proc rw - proc proc {options}\n");
            let later = [plain, &over, elsewhere].concat();
            let mounts: Vec<_> = parse(later.as_bytes()).collect();
            assert_eq!(hides_processes(&mounts), hides, "{options}");
        }
    }
}
