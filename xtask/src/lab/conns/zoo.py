"""A zoo of sockets: one of each kind and state, which live until this ends.

Takes the folder for its files; makes "ready" there when all of them are there.
"""

import os
import signal
import socket
import subprocess
import sys
import time

AGE_LIMIT_S = 150
SETTLE_LIMIT_S = 10
SILENT = "192.0.2.1"
BACKLOG = 7
FIN_WAIT2 = 5
NOBODY = 65534

FOLDER = os.fsencode(sys.argv[1])
KEPT = []
HOLDERS = []
GROUPS = []


def keep(*sockets):
    KEPT.extend(sockets)
    return sockets[0]


def nft(rule):
    subprocess.run(["nft", rule], check=True)


def drop(port, flags=""):
    """From now on nothing gets away that is sent from a port."""
    nft(f"add rule inet zoo input tcp sport {port} {flags} drop")


def listener(address, port, family=socket.AF_INET, backlog=BACKLOG, v6only=None, device=None):
    it = socket.socket(family)
    it.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if v6only is not None:
        it.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    if device is not None:
        it.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device)
    it.bind((address, port) if isinstance(address, str) else address)
    it.listen(backlog)
    return keep(it)


def connection(address, port, family=socket.AF_INET, **options):
    """Both ends: who has connected, and who has accepted."""
    at = listener(address, port, family, **options)
    near = socket.create_connection((address, port))
    return keep(near, at.accept()[0]), KEPT[-1]


def datagram(address, family=socket.AF_INET, peer=None, v6only=None, device=None):
    it = socket.socket(family, socket.SOCK_DGRAM)
    if v6only is not None:
        it.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    if device is not None:
        it.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device)
    it.bind(address)
    if peer is not None:
        it.connect(peer)
    return keep(it)


def await_state(it, state):
    """Until TCP is there: not every answer comes at once."""
    for _ in range(SETTLE_LIMIT_S * 100):
        if it.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == state:
            return
        time.sleep(0.01)
    sys.exit(f"{it} does not get to state {state}")


def hold(sockets, *command):
    """Another process that has them; we keep ours."""
    numbers = [it.fileno() for it in sockets]
    HOLDERS.append(subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, pass_fds=numbers))


def handshakes():
    for family, peer in [(socket.AF_INET, SILENT), (socket.AF_INET6, "2001:db8::1")]:
        waiting = keep(socket.socket(family))
        waiting.setblocking(False)
        waiting.connect_ex((peer, 7001))
    # The answer to the handshake does not arrive.
    for family, address, port in [(socket.AF_INET, "127.0.0.1", 7002), (socket.AF_INET6, "::1", 7003)]:
        drop(port)
        listener(address, port, family)
        waiting = keep(socket.socket(family))
        waiting.setblocking(False)
        waiting.connect_ex((address, port))


def listeners():
    listener("0.0.0.0", 7010)
    listener("::", 7011, socket.AF_INET6, v6only=0)
    listener("::", 7012, socket.AF_INET6, v6only=1)
    listener("127.0.0.1", 7013, device=b"lo")
    listener("::", 7014, socket.AF_INET6, v6only=0, device=b"zoo0")
    link_local = socket.getaddrinfo("fe80::1%zoo0", 7015)[0][4]
    at = listener(link_local, 7015, socket.AF_INET6)
    near = keep(socket.socket(socket.AF_INET6))
    near.connect(link_local)
    keep(at.accept()[0])
    # Two that wait to be accepted, one that has said something, and one that was.
    at = listener("127.0.0.1", 7016)
    for text in [b"", b"early"]:
        keep(socket.create_connection(("127.0.0.1", 7016))).send(text)
    at = listener("::", 7017, socket.AF_INET6, v6only=0)
    keep(socket.create_connection(("127.0.0.1", 7017)))
    keep(at.accept()[0])


def bound():
    for family, address, port in [(socket.AF_INET, "127.0.0.1", 7020), (socket.AF_INET6, "::", 7021)]:
        keep(socket.socket(family)).bind((address, port))


def connections():
    for number, (family, address) in enumerate([(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]):
        first = 7030 + number * 100
        near, far = connection(address, first, family)
        # Octets that wait on one side to be read, on the other to be acknowledged.
        near.send(b"x" * 1000)
        near, far = connection(address, first + 1, family)
        drop(first + 1)
        far.send(b"x" * 777)
        # Both sides are done with a connection, and one does not hear it.
        near, far = connection(address, first + 2, family)
        drop(first + 2)
        far.shutdown(socket.SHUT_WR)
        near, far = connection(address, first + 3, family)
        near.shutdown(socket.SHUT_WR)
        near, far = connection(address, first + 4, family)
        near.shutdown(socket.SHUT_WR)
        await_state(near, FIN_WAIT2)
        drop(first + 4)
        far.shutdown(socket.SHUT_WR)
        near, far = connection(address, first + 5, family)
        drop(first + 5)
        far.shutdown(socket.SHUT_WR)
        near.shutdown(socket.SHUT_WR)
        # The same without a process: FIN_WAIT1, FIN_WAIT2, LAST_ACK.
        near, far = connection(address, first + 6, family)
        drop(first + 6)
        far.close()
        near, far = connection(address, first + 7, family)
        near.close()
        near, far = connection(address, first + 8, family)
        near.shutdown(socket.SHUT_WR)
        await_state(near, FIN_WAIT2)
        drop(first + 8)
        far.close()
        near, far = connection(address, first + 9, family)
        near.close()
        far.close()


def datagrams():
    at = datagram(("127.0.0.1", 7220))
    keep(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)).connect(("127.0.0.1", 7220))
    KEPT[-1].send(b"unread")
    datagram(("0.0.0.0", 7221), device=b"zoo0")
    datagram(("::", 7222), socket.AF_INET6, v6only=0)
    datagram(("::", 7223), socket.AF_INET6, v6only=1)
    datagram(("::1", 7224), socket.AF_INET6, peer=("::1", 7225))
    datagram(("::ffff:127.0.0.1", 7226), socket.AF_INET6, peer=("::ffff:127.0.0.1", 7220), v6only=0)
    datagram(socket.getaddrinfo("fe80::1%zoo0", 7227)[0][4], socket.AF_INET6)
    # Neither bound nor connected.
    keep(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))


def raw():
    keep(socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
    it = keep(socket.socket(socket.AF_INET, socket.SOCK_RAW, 89))
    it.bind(("127.0.0.1", 0))
    it.connect(("127.0.0.2", 0))
    it = keep(socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6))
    it.bind(("::1", 0))
    keep(socket.socket(socket.AF_INET6, socket.SOCK_RAW, 89))


def packet():
    ETH_P_ALL = socket.htons(3)
    # It has room for so little that it is full, and stays as it is.
    keep(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, ETH_P_ALL))
    KEPT[-1].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    keep(socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)).bind(("zoo0", 0x0800))
    keep(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0))


def unix():
    stream, dgram, seqpacket = socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET
    names = [b"plain.sock", b"two words", b"new\nline", b"\x1b[31mred", b"\xff\xfe", b"\\x20*", b"x" * 60]
    for name in names:
        keep(socket.socket(socket.AF_UNIX)).bind(os.path.join(FOLDER, name))
        KEPT[-1].listen(3)
    abstract = [b"\0zoo", b"\0zoo\nline", b"\0zoo\0nul", b"\0zoo two", b"\0@zoo", b"\0zoo\xff"]
    for name in abstract:
        keep(socket.socket(socket.AF_UNIX, seqpacket)).bind(name)
        KEPT[-1].listen(BACKLOG)
    # One that was accepted, and two that were not, of which one has said something.
    at = keep(socket.socket(socket.AF_UNIX))
    at.bind(b"\0zoo-queue")
    at.listen(3)
    for text in [b"", b"early", b""]:
        keep(socket.socket(socket.AF_UNIX)).connect(b"\0zoo-queue")
        KEPT[-1].send(text)
    keep(at.accept()[0])
    keep(socket.socket(socket.AF_UNIX)).bind(os.path.join(FOLDER, b"bound"))
    keep(socket.socket(socket.AF_UNIX))
    near, far = socket.socketpair()
    keep(near, far)
    near.send(b"unread")
    keep(*socket.socketpair(socket.AF_UNIX, dgram))
    keep(*socket.socketpair(socket.AF_UNIX, seqpacket))
    at = keep(socket.socket(socket.AF_UNIX, dgram))
    at.bind(os.path.join(FOLDER, b"dgram"))
    near = keep(socket.socket(socket.AF_UNIX, dgram))
    near.connect(os.path.join(FOLDER, b"dgram"))
    near.send(b"unread")
    # The other end has gone.
    near, far = socket.socketpair()
    keep(near)
    far.close()


def holders():
    # One socket, three processes.
    shared = listener("127.0.0.1", 7300)
    hold([shared], "cat")
    hold([shared], "cat")
    # On its way from one process to another.
    near, far = socket.socketpair()
    keep(near, far)
    sent = datagram(("127.0.0.1", 7301))
    socket.send_fds(near, [b"x"], [sent.fileno()])
    KEPT.remove(sent)
    sent.close()
    # Of a process that is in another network namespace.
    hold([datagram(("127.0.0.1", 7302))], "unshare", "--net", "cat")
    # Processes whose names are not what they seem.
    cat = subprocess.run(["sh", "-c", "command -v cat"], check=True, capture_output=True)
    names = [b"new\nline", b"\x1b[31mred", b"\xff\xfe", b"pa)ren) S 1 2", b"two words", b'",pid=1,fd=1']
    for number, name in enumerate(names):
        link = os.path.join(FOLDER, b"bin", name)
        os.symlink(cat.stdout.strip(), link)
        hold([datagram(("127.0.0.1", 7310 + number))], link)


def others():
    """Of another user."""
    os.seteuid(NOBODY)
    listener("127.0.0.1", 7400)
    datagram(("::1", 7401), socket.AF_INET6)
    keep(socket.socket(socket.AF_UNIX)).bind(b"\0zoo-nobody")
    os.seteuid(0)


def groups():
    """Of a service and of a container, as control groups name them."""
    with open("/proc/self/mounts") as mounts:
        mounts = [line.split() for line in mounts]
    roots = [fields[1] for fields in mounts if fields[2] == "cgroup2"]
    if not roots:
        return
    names = ["zoo.service", "docker-" + "0123456789abcdef" * 4 + ".scope"]
    for number, name in enumerate(names):
        group = os.path.join(roots[0], f"homeport-lab-{os.getpid()}-{number}", name)
        # One that was ended roughly may have left it.
        os.makedirs(group, exist_ok=True)
        GROUPS.append(group)
        # A socket is of the group that its process is in when it is made.
        for place in [group, roots[0]]:
            with open(os.path.join(place, "cgroup.procs"), "w") as members:
                members.write("0")
            if place == group:
                datagram(("127.0.0.1", 7500 + number))
    open(os.path.join(FOLDER, b"groups"), "w").close()


def settle():
    """Until every handshake and good-bye that can be is over."""
    time.sleep(0.3)


def main():
    signal.alarm(AGE_LIMIT_S)
    os.mkdir(os.path.join(FOLDER, b"bin"))
    nft("add table inet zoo; add chain inet zoo input { type filter hook input priority 0; }")
    for address in [SILENT, "2001:db8::1"]:
        subprocess.run(["ip", "address", "add", address, "dev", "lo"], check=True)
        nft(f"add rule inet zoo input {'ip6' if ':' in address else 'ip'} daddr {address} drop")
    subprocess.run(["ip", "link", "add", "zoo0", "type", "veth", "peer", "name", "zoo1"], check=True)
    for name, address in [("zoo0", "fe80::1/64"), ("zoo1", "fe80::2/64")]:
        subprocess.run(["ip", "link", "set", name, "up", "addrgenmode", "none"], check=True)
        subprocess.run(["ip", "address", "add", address, "dev", name, "nodad"], check=True)
    for make in [packet, listeners, handshakes, bound, connections, datagrams, raw, unix, holders, others, groups]:
        make()
    settle()
    open(os.path.join(FOLDER, b"ready"), "w").close()
    while True:
        signal.pause()


for ending in [signal.SIGALRM, signal.SIGTERM]:
    signal.signal(ending, lambda *_: sys.exit())
try:
    main()
finally:
    for group in GROUPS:
        os.rmdir(group)
        os.rmdir(os.path.dirname(group))
