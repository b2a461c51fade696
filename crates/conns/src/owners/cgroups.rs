//! Control groups by their numbers, and what people call them.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt;
use std::sync::Arc;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, RawDir, openat, statat};
use rustix::io;

use super::mounts::{Mount, mounts};
use super::scan::DIRECTORY_SIZE;
use crate::owner::Group;

/// More groups than these are left unknown.
const CGROUPS_MAX: usize = 65_536;

/// Units of systemd that are groups and not slices of them (systemd.unit(5)).
const UNITS: &[&[u8]] = &[b".service", b".scope", b".socket", b".mount", b".swap"];

/// How groups of containers begin, with a number behind, and who runs those.
const RUNTIMES: &[(&[u8], &str)] = &[
    (b"docker-", "docker"),
    (b"libpod-", "podman"),
    (b"cri-containerd-", "containerd"),
    (b"nerdctl-", "containerd"),
    (b"crio-", "crio"),
];

/// How groups of containers begin, with a name behind.
const NAMED_RUNTIMES: &[(&[u8], &[u8], &str)] =
    &[(b"lxc.payload.", b"", "lxc"), (b"systemd-nspawn@", b".service", "nspawn")];

/// Containers are shown by so much of their number, as `docker ps` does.
const CONTAINER_ID_SHOWN: usize = 12;

/// The number of a container: SHA-256 in hexadecimal.
const CONTAINER_ID_SIZE: usize = 64;

/// The groups of the second version, by their numbers: read when one is first asked for.
#[derive(Debug, Default)]
pub(crate) struct Groups(Option<HashMap<u64, Arc<Group>>>);

impl Groups {
    /// The group of a number: that of its directory, which `INET_DIAG_CGROUP_ID` carries. Nothing is
    /// known where they are not mounted.
    pub(crate) fn get(&mut self, id: u64) -> Option<Arc<Group>> {
        self.0.get_or_insert_with(read).get(&id).cloned()
    }
}

/// Reads all groups, wherever they are mounted.
fn read() -> HashMap<u64, Arc<Group>> {
    let mut groups = HashMap::new();
    let Some(mount) = mount(mounts()) else { return groups };
    let root = if mount.root == b"/" { Vec::new() } else { mount.root };
    // What cannot be read is not known.
    let _ = walk(&OsString::from_vec(mount.point), |id, path| {
        let path = [&root, path].concat();
        let unit = unit(&path).map(OsString::from_vec);
        let path = if path.is_empty() { b"/".to_vec() } else { path };
        groups.insert(id, Arc::new(Group { path: OsString::from_vec(path), unit }));
    });
    groups
}

/// What people call the group that a process is in (`/proc/PID/cgroup`, cgroups(7)).
pub(crate) fn unit_of_process(pid: u32) -> Option<OsString> {
    let text = std::fs::read(format!("/proc/{pid}/cgroup")).ok()?;
    let path = text.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(b"0::"))?;
    unit(path).map(OsString::from_vec)
}

/// The mount that shows most: of the second version alone, or beside the first
/// (`/sys/fs/cgroup/unified`).
fn mount(mounts: Vec<Mount>) -> Option<Mount> {
    let groups = mounts.into_iter().filter(|mount| mount.kind == b"cgroup2");
    groups.min_by_key(|mount| mount.root.len())
}

/// Tells every directory from this one down: its inode, and its path below this one.
fn walk(top: &OsStr, mut tell: impl FnMut(u64, &[u8])) -> io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let top = openat(CWD, top, flags, Mode::empty())?;
    tell(statat(&top, c".", AtFlags::empty())?.st_ino, b"");
    let mut buffer = Vec::with_capacity(DIRECTORY_SIZE);
    let mut known = 1;
    let mut waiting = vec![Vec::new()];
    while let Some(path) = waiting.pop() {
        // Groups come and go.
        let Ok(directory) = openat(&top, [b".", &path[..]].concat(), flags, Mode::empty()) else {
            continue;
        };
        let mut entries = RawDir::new(&directory, buffer.spare_capacity_mut());
        while let Some(Ok(entry)) = entries.next() {
            let name = entry.file_name().to_bytes();
            if entry.file_type() != FileType::Directory || matches!(name, b"." | b"..") {
                continue;
            }
            if known == CGROUPS_MAX {
                return Ok(());
            }
            known += 1;
            let path = [&path, &b"/"[..], name].concat();
            tell(entry.ino(), &path);
            waiting.push(path);
        }
    }
    Ok(())
}

/// What people call the group of a path: all units and containers on the way, as a unit in a
/// container is not one of this system; where there is none, the last slice or the path itself.
fn unit(path: &[u8]) -> Option<Vec<u8>> {
    let components: Vec<_> = path.split(|byte| *byte == b'/').filter(|it| !it.is_empty()).collect();
    let last = components.last()?;
    let names = components.iter().enumerate().filter_map(|(place, component)| {
        // systemd hides names behind `_` that the kernel has taken.
        let name = component.strip_prefix(b"_").unwrap_or(component);
        let is_unit = UNITS.iter().any(|kind| name.ends_with(kind));
        container(&components[..place], name).or_else(|| is_unit.then(|| name.to_vec()))
    });
    let names = names.collect::<Vec<_>>().join(&b"/"[..]);
    if !names.is_empty() {
        return Some(names);
    }
    Some(if last.ends_with(b".slice") { last.to_vec() } else { path.to_vec() })
}

/// The container that a group is, by its name and those of the groups above it.
fn container(above: &[&[u8]], name: &[u8]) -> Option<Vec<u8>> {
    for (prefix, suffix, runtime) in NAMED_RUNTIMES {
        let inner = name.strip_prefix(*prefix).and_then(|name| name.strip_suffix(*suffix));
        if let Some(inner) = inner {
            return Some([runtime.as_bytes(), inner].join(&b':'));
        }
    }
    if above == [b"lxc"] {
        return Some([b"lxc", name].join(&b':'));
    }
    let (runtime, id) = runtime_and_id(name)?;
    let is_below = |parent: &[u8]| above.iter().any(|above| above.starts_with(parent));
    let runtime = match runtime {
        Some(runtime) => runtime,
        None if is_below(b"kubepods") => "kubepods",
        None if is_below(b"docker") => "docker",
        None => "container",
    };
    Some([runtime.as_bytes(), &id[..CONTAINER_ID_SHOWN]].join(&b':'))
}

/// `docker-ID.scope`, `libpod-ID`, `PARENT:cri-containerd:ID` (what runc makes of a path for
/// systemd where there is none), and a bare `ID`, of which the parents may tell more.
fn runtime_and_id(name: &[u8]) -> Option<(Option<&'static str>, &[u8])> {
    let name = name.strip_suffix(b".scope").unwrap_or(name);
    let is_id = |id: &[u8]| id.len() == CONTAINER_ID_SIZE && id.iter().all(u8::is_ascii_hexdigit);
    if is_id(name) {
        return Some((None, name));
    }
    let id = name.get(name.len().checked_sub(CONTAINER_ID_SIZE)?..).filter(|id| is_id(id))?;
    let before = &name[..name.len() - CONTAINER_ID_SIZE];
    let before = before.strip_suffix(b":").map_or(before.to_vec(), |before| {
        let kind = before.rsplit(|byte| *byte == b':').next().unwrap_or_default();
        [kind, b"-"].concat()
    });
    let (_, runtime) = RUNTIMES.iter().find(|(prefix, _)| before == *prefix)?;
    Some((Some(runtime), id))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn groups_have_the_names_that_people_use() {
        for (path, expected) in [
            ("/system.slice/ssh.service", "ssh.service"),
            ("/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service"),
            ("/system.slice/docker.service/supervisor", "docker.service"),
            ("/system.slice/cups.socket", "cups.socket"),
            ("/system.slice/_cpu.service", "cpu.service"),
            ("/user.slice/user-1000.slice/session-3.scope", "session-3.scope"),
            ("/user.slice/user-1000.slice/user@1000.service", "user@1000.service"),
            (
                "/user.slice/user-1000.slice/user@1000.service/app.slice/dbus.service",
                "user@1000.service/dbus.service",
            ),
            ("/init.scope", "init.scope"),
            ("/system.slice", "system.slice"),
            ("/user.slice/user-1000.slice", "user-1000.slice"),
            ("/research/demo", "/research/demo"),
            ("/system.slice/docker-ID.scope", "docker:0123456789ab"),
            ("/docker/ID", "docker:0123456789ab"),
            ("/docker/ID/init.scope", "docker:0123456789ab/init.scope"),
            ("/docker/ID/docker/ID", "docker:0123456789ab/docker:0123456789ab"),
            ("/machine.slice/libpod-ID.scope/container", "podman:0123456789ab"),
            ("/libpod_parent/libpod-ID", "podman:0123456789ab"),
            (
                "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope",
                "user@1000.service/podman:0123456789ab",
            ),
            ("/machine.slice/libpod-conmon-ID.scope", "libpod-conmon-ID.scope"),
            (
                "/kubepods.slice/kubepods-pod1_2.slice/cri-containerd-ID.scope",
                "containerd:0123456789ab",
            ),
            ("/kubepods.slice/kubepods-pod1_2.slice/crio-ID.scope", "crio:0123456789ab"),
            (
                "/system.slice/containerd.service/kubepods-pod1_2.slice:cri-containerd:ID",
                "containerd.service/containerd:0123456789ab",
            ),
            ("/kubepods/burstable/pod1-2/ID", "kubepods:0123456789ab"),
            ("/system.slice/nerdctl-ID.scope", "containerd:0123456789ab"),
            ("/ecs/task/ID", "container:0123456789ab"),
            ("/lxc.payload.web", "lxc:web"),
            ("/lxc.payload.web/system.slice/nginx.service", "lxc:web/nginx.service"),
            ("/lxc/101/ns", "lxc:101"),
            ("/lxc.monitor.web", "/lxc.monitor.web"),
            (
                "/machine.slice/systemd-nspawn@web.service/payload/system.slice/nginx.service",
                "nspawn:web/nginx.service",
            ),
            ("/../../system.slice/ssh.service", "ssh.service"),
            ("/docker-0123.scope", "docker-0123.scope"),
            ("/x-ID", "/x-ID"),
            ("/:ID", "/:ID"),
        ] {
            let [path, expected] = [path, expected].map(|text| text.replace("ID", ID));
            let unit = unit(path.as_bytes()).expect("not the root");
            assert_eq!(String::from_utf8_lossy(&unit), expected, "{path}");
        }
        for root in ["", "/"] {
            assert_eq!(unit(root.as_bytes()), None);
        }
    }

    #[test]
    fn every_directory_is_told_with_its_number() {
        let top = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut told = HashMap::new();
        walk(top.as_os_str(), |id, path| {
            told.insert(path.to_vec(), id);
        })
        .expect("can be read");
        for (path, below) in [("", ""), ("/src", "src"), ("/src/owners", "src/owners")] {
            let id = fs::metadata(top.join(below)).expect("is there").ino();
            assert_eq!(told.get(path.as_bytes()), Some(&id), "{path}");
        }
    }

    #[test]
    fn the_mount_that_shows_most_is_read() {
        let mount_at = |kind: &str, root: &str, point: &str| {
            let [kind, root, point] = [kind, root, point].map(|text| text.as_bytes().to_vec());
            Mount { root, point, kind, options: Vec::new() }
        };
        let mounts = vec![
            mount_at("cgroup", "/", "/sys/fs/cgroup/cpu"),
            mount_at("cgroup2", "/docker/1", "/mnt"),
            mount_at("cgroup2", "/", "/sys/fs/cgroup/unified"),
        ];
        let found = mount(mounts).map(|mount| mount.point);
        assert_eq!(found.as_deref(), Some(&b"/sys/fs/cgroup/unified"[..]));
        assert_eq!(mount(vec![mount_at("cgroup", "/", "/sys/fs/cgroup")]), None);
    }

    #[test]
    fn our_own_group_is_known_where_groups_are_mounted() {
        let mut groups = Groups::default();
        let Some(mount) = mount(mounts()).filter(|mount| mount.root == b"/") else {
            return assert!(groups.get(1).is_none_or(|root| root.unit.is_some()));
        };
        let own = fs::read_to_string("/proc/self/cgroup").expect("can be read");
        let own = own.lines().find_map(|line| line.strip_prefix("0::/")).expect("there is one");
        let directory = Path::new(OsStr::from_bytes(&mount.point)).join(own);
        let id = fs::metadata(directory).expect("is there").ino();
        let group = groups.get(id).expect("is known");
        assert_eq!(group.path.as_bytes(), format!("/{own}").as_bytes());
    }
}
