//! Interfaces of every kind that this kernel can make.

/// For a shell, after [`PRELUDE`](super::PRELUDE).
pub const ZOO: &str = r#"
card e0 10.1.0.1/24
ip addr add 10.1.0.2/24 dev e0
ip addr add 10.1.0.3/24 brd + label e0:web dev e0
ip addr add 10.1.0.4/24 dev e0 valid_lft 6000 preferred_lft 3000
ip addr add 10.9.0.1/32 dev e0
ip addr add 10.1.9.5/24 scope link dev e0
ip addr add 2001:db8:1::1/64 dev e0 nodad
ip addr add 2001:db8:1::dead/64 dev e0 nodad preferred_lft 0
ip addr add 2001:db8:1::5/128 dev e0 nodad noprefixroute valid_lft 6000 preferred_lft 3000
ip addr add fd00::1/64 dev e0 nodad
ip link property add dev e0 altname enp0s31f6
ip link property add dev e0 altname a-name-that-is-longer-than-fifteen
ip link add br0 type bridge; ip addr add 10.2.0.1/16 brd + dev br0; ip link set br0 up
ip link set e0.far master br0
ip link add docker0 type bridge; ip addr add 172.17.0.1/16 dev docker0; ip link set docker0 up
ip link add down0 type veth peer name down1; ip addr add 10.3.0.1/24 dev down0
ip link add nocarrier type veth peer name nocarrier1; ip addr add 10.4.0.1/24 dev nocarrier
ip link set nocarrier up
ip link add noaddr type bridge
ip tuntap add tun0 mode tun; ip addr add 10.8.0.1 peer 10.8.0.2 dev tun0
ip addr add 2001:db8:8::1 peer 2001:db8:8::2 dev tun0 nodad; ip link set tun0 up
ip tuntap add tap0 mode tap; ip addr add 10.8.1.1/24 dev tap0; ip link set tap0 up
card mv 10.6.0.1/24; ip link add mv0 link mv type macvlan; ip addr add 10.6.0.2/24 dev mv0
ip link set mv0 up
card 123 10.5.0.1/24
card -4 10.5.1.1/24
card eth0.7 10.7.0.1/24
card ll0; ip addr add 169.254.7.7/16 scope link dev ll0
ip link add fifteen-octets. type bridge; ip addr add 10.5.2.1/24 dev fifteen-octets.
name=$(printf 'b\377d'); ip link add "$name" type bridge; ip addr add 10.5.3.1/24 dev "$name"
name=$(printf 'e\033[31m'); ip link add "$name" type bridge; ip addr add 10.5.4.1/24 dev "$name"
name='q"\\'; ip link add "$name" type bridge; ip addr add 10.5.5.1/24 label "$name":x dev "$name"
ip link set e0 mtu 1400; ip link set mv promisc on; ip link set br0 arp off
ip link add ipip0 type ipip local 10.1.0.1 remote 10.1.0.9 2>/dev/null || true
ip link add sit9 type sit local 10.1.0.1 remote 10.1.0.9 2>/dev/null || true
ip link add gre9 type gre local 10.1.0.1 remote 10.1.0.9 2>/dev/null || true
ip link add bond9 type bond 2>/dev/null || true
ip link add wg9 type wireguard 2>/dev/null || true
ip link add vx9 type vxlan id 9 dstport 4789 dev e0 2>/dev/null || true
"#;
