//! The services as packed rows. Generated from `crates/wellknown/data/services.txt`
//! by `cargo xtask gen-ports`: change that file, not this one.

use crate::packed::{DCCP, Name, Row, SCTP, TCP, UDP, UNOFFICIAL, name, row};

/// How far the last port of a row is from its first at most.
pub(crate) const WIDEST: u16 = 99;

/// First and last port, flags, offset into the text, lengths of name, aliases and description;
/// in order of the first port, registered services first.
#[rustfmt::skip]
pub(crate) static ROWS: [Row; 462] = [
    row([1, 1], TCP | UDP, 0, [6, 0, 46]), // tcpmux
    row([7, 7], TCP | UDP, 52, [4, 0, 26]), // echo
    row([9, 9], TCP | UDP | SCTP | DCCP, 82, [7, 9, 61]), // discard
    row([11, 11], TCP | UDP, 159, [6, 5, 22]), // systat
    row([13, 13], TCP | UDP, 192, [7, 0, 27]), // daytime
    row([17, 17], TCP | UDP, 226, [4, 5, 18]), // qotd
    row([19, 19], TCP | UDP, 253, [7, 13, 44]), // chargen
    row([20, 20], TCP | UDP | SCTP, 317, [8, 0, 42]), // ftp-data
    row([21, 21], TCP | UDP | SCTP, 367, [3, 0, 23]), // ftp
    row([22, 22], TCP | UDP | SCTP, 393, [3, 0, 58]), // ssh
    row([23, 23], TCP | UDP, 454, [6, 0, 30]), // telnet
    row([25, 25], TCP | UDP, 490, [4, 4, 20]), // smtp
    row([37, 37], TCP | UDP, 518, [4, 20, 39]), // time
    row([42, 42], TCP | UDP, 581, [10, 4, 61]), // nameserver
    row([43, 43], TCP | UDP, 656, [7, 5, 39]), // nicname
    row([49, 49], TCP | UDP, 707, [6, 0, 48]), // tacacs
    row([53, 53], TCP | UDP, 761, [6, 3, 22]), // domain
    row([63, 63], TCP | UDP, 792, [7, 7, 30]), // whois++
    row([66, 66], TCP | UDP, 836, [7, 7, 23]), // sql*net
    row([67, 67], TCP | UDP, 873, [6, 5, 33]), // bootps
    row([68, 68], TCP | UDP, 917, [6, 5, 33]), // bootpc
    row([69, 69], TCP | UDP, 961, [4, 0, 62]), // tftp
    row([70, 70], TCP | UDP, 1_027, [6, 0, 38]), // gopher
    row([79, 79], TCP | UDP, 1_071, [6, 0, 30]), // finger
    row([80, 80], TCP | UDP | SCTP, 1_107, [4, 12, 33]), // http
    row([88, 88], TCP | UDP, 1_156, [8, 27, 48]), // kerberos
    row([101, 101], TCP | UDP, 1_239, [8, 9, 22]), // hostname
    row([102, 102], TCP | UDP, 1_278, [8, 4, 46]), // iso-tsap
    row([104, 104], TCP | UDP, 1_336, [8, 0, 38]), // acr-nema
    row([109, 109], TCP | UDP, 1_382, [4, 16, 37]), // pop2
    row([110, 110], TCP | UDP, 1_439, [4, 5, 43]), // pop3
    row([111, 111], TCP | UDP, 1_491, [6, 18, 42]), // sunrpc
    row([113, 113], TCP | UDP, 1_557, [4, 24, 42]), // auth
    row([115, 115], TCP | UDP, 1_627, [4, 0, 62]), // sftp
    row([119, 119], TCP | UDP, 1_693, [4, 13, 11]), // nntp
    row([123, 123], TCP | UDP, 1_721, [3, 0, 21]), // ntp
    row([135, 135], TCP | UDP, 1_745, [5, 13, 41]), // epmap
    row([137, 137], TCP | UDP, 1_804, [10, 0, 33]), // netbios-ns
    row([138, 138], TCP | UDP, 1_847, [11, 0, 30]), // netbios-dgm
    row([139, 139], TCP | UDP, 1_888, [11, 0, 45]), // netbios-ssn
    row([143, 143], TCP, 1_944, [4, 11, 54]), // imap
    row([161, 161], TCP | UDP, 2_013, [4, 0, 54]), // snmp
    row([162, 162], TCP | UDP, 2_071, [8, 9, 29]), // snmptrap
    row([172, 172], TCP | UDP, 2_117, [4, 4, 42]), // cl/1
    row([174, 174], TCP | UDP, 2_167, [5, 0, 42]), // mailq
    row([177, 177], TCP | UDP, 2_214, [5, 0, 33]), // xdmcp
    row([179, 179], TCP | UDP | SCTP, 2_252, [3, 0, 39]), // bgp
    row([194, 194], TCP | UDP, 2_294, [3, 0, 59]), // irc
    row([199, 199], TCP | UDP, 2_356, [4, 0, 32]), // smux
    row([209, 209], TCP | UDP, 2_392, [4, 0, 27]), // qmtp
    row([210, 210], TCP | UDP, 2_423, [6, 17, 18]), // z39.50
    row([211, 211], TCP | UDP, 2_464, [6, 6, 34]), // 914c/g
    row([213, 213], TCP | UDP, 2_510, [3, 0, 26]), // ipx
    row([220, 220], TCP | UDP, 2_539, [5, 0, 39]), // imap3
    row([264, 264], TCP | UDP, 2_583, [4, 0, 62]), // bgmp
    row([319, 319], TCP | UDP, 2_649, [9, 0, 51]), // ptp-event
    row([320, 320], TCP | UDP, 2_709, [11, 0, 48]), // ptp-general
    row([369, 369], TCP | UDP, 2_768, [11, 0, 35]), // rpc2portmap
    row([371, 371], TCP | UDP, 2_814, [9, 0, 25]), // clearcase
    row([389, 389], TCP | UDP, 2_848, [4, 0, 54]), // ldap
    row([427, 427], TCP | UDP, 2_906, [6, 3, 41]), // svrloc
    row([434, 434], TCP | UDP, 2_956, [14, 0, 22]), // mobileip-agent
    row([443, 443], TCP | UDP | SCTP, 2_992, [5, 10, 44]), // https
    row([444, 444], TCP | UDP, 3_051, [4, 0, 18]), // snpp
    row([445, 445], TCP | UDP, 3_073, [12, 8, 38]), // microsoft-ds
    row([464, 464], TCP | UDP, 3_131, [7, 4, 26]), // kpasswd
    row([465, 465], TCP, 3_168, [11, 11, 32]), // submissions
    row([465, 465], TCP, 3_222, [3, 0, 43]), // urd
    row([465, 465], UDP, 3_268, [10, 0, 42]), // igmpv3lite
    row([487, 487], TCP | UDP, 3_320, [4, 0, 42]), // saft
    row([497, 497], TCP | UDP, 3_366, [10, 5, 17]), // retrospect
    row([500, 500], TCP | UDP, 3_398, [6, 3, 33]), // isakmp
    row([502, 502], TCP | UDP, 3_440, [4, 6, 43]), // mbap
    row([512, 512], TCP, 3_493, [4, 5, 52]), // exec
    row([512, 512], UDP, 3_554, [4, 6, 29]), // biff
    row([513, 513], TCP, 3_593, [5, 6, 28]), // login
    row([513, 513], UDP, 3_632, [3, 9, 33]), // who
    row([514, 514], TCP, 3_677, [5, 7, 49]), // shell
    row([514, 514], UDP, 3_738, [6, 0, 12]), // syslog
    row([515, 515], TCP | UDP, 3_756, [7, 15, 16]), // printer
    row([517, 517], TCP | UDP, 3_794, [4, 0, 28]), // talk
    row([518, 518], TCP | UDP, 3_826, [5, 0, 44]), // ntalk
    row([520, 520], TCP, 3_875, [3, 0, 25]), // efs
    row([520, 520], UDP, 3_903, [6, 16, 29]), // router
    row([521, 521], TCP | UDP, 3_954, [5, 0, 37]), // ripng
    row([523, 523], TCP | UDP, 3_996, [7, 0, 25]), // ibm-db2
    row([524, 524], TCP | UDP, 4_028, [3, 0, 27]), // ncp
    row([525, 525], TCP | UDP, 4_058, [5, 0, 28]), // timed
    row([533, 533], TCP | UDP, 4_091, [7, 0, 34]), // netwall
    row([538, 538], TCP | UDP, 4_132, [6, 0, 36]), // gdomap
    row([540, 540], TCP | UDP, 4_174, [4, 5, 56]), // uucp
    row([543, 543], TCP | UDP, 4_239, [6, 0, 20]), // klogin
    row([544, 544], TCP | UDP, 4_265, [6, 5, 17]), // kshell
    row([546, 546], TCP | UDP, 4_293, [13, 0, 32]), // dhcpv6-client
    row([547, 547], TCP | UDP, 4_338, [13, 0, 44]), // dhcpv6-server
    row([548, 548], TCP | UDP, 4_395, [10, 3, 18]), // afpovertcp
    row([554, 554], TCP | UDP, 4_426, [4, 0, 45]), // rtsp
    row([563, 563], TCP | UDP, 4_475, [5, 5, 20]), // nntps
    row([587, 587], TCP | UDP, 4_505, [10, 3, 33]), // submission
    row([591, 591], TCP | UDP, 4_551, [8, 0, 37]), // http-alt
    row([593, 593], TCP | UDP, 4_596, [14, 0, 37]), // http-rpc-epmap
    row([601, 601], TCP | UDP, 4_647, [11, 0, 39]), // syslog-conn
    row([607, 607], TCP | UDP, 4_697, [3, 0, 21]), // nqs
    row([623, 623], TCP, 4_721, [11, 0, 36]), // oob-ws-http
    row([623, 623], UDP, 4_768, [8, 4, 37]), // asf-rmcp
    row([631, 631], TCP | UDP, 4_817, [3, 4, 43]), // ipp
    row([631, 631], TCP, 4_867, [4, 0, 17]), // ipps
    row([636, 636], TCP | UDP, 4_888, [5, 0, 18]), // ldaps
    row([639, 639], TCP | UDP, 4_911, [4, 0, 43]), // msdp
    row([646, 646], TCP | UDP, 4_958, [3, 0, 23]), // ldp
    row([647, 647], TCP | UDP, 4_984, [13, 0, 30]), // dhcp-failover
    row([655, 655], TCP | UDP, 5_027, [4, 0, 8]), // tinc
    row([666, 666], TCP | UDP, 5_039, [4, 0, 13]), // doom
    row([674, 674], TCP | UDP, 5_056, [4, 0, 42]), // acap
    row([694, 694], TCP | UDP, 5_102, [10, 0, 36]), // ha-cluster
    row([700, 700], TCP | UDP, 5_148, [3, 0, 36]), // epp
    row([705, 705], TCP | UDP, 5_187, [6, 0, 27]), // agentx
    row([706, 706], TCP | UDP, 5_220, [4, 0, 21]), // silc
    row([749, 749], TCP | UDP, 5_245, [12, 6, 37]), // kerberos-adm
    row([750, 750], UDP, 5_300, [11, 13, 10]), // kerberos-iv
    row([783, 783], TCP | UNOFFICIAL, 5_334, [5, 12, 23]), // spamd
    row([830, 830], TCP | UDP, 5_374, [11, 7, 35]), // netconf-ssh
    row([847, 847], TCP | UDP, 5_427, [14, 0, 43]), // dhcp-failover2
    row([848, 848], TCP | UDP, 5_484, [4, 0, 30]), // gdoi
    row([853, 853], TCP | UDP, 5_518, [8, 7, 27]), // domain-s
    row([860, 860], TCP | UDP, 5_560, [5, 0, 64]), // iscsi
    row([861, 861], TCP, 5_629, [13, 0, 33]), // owamp-control
    row([861, 861], UDP, 5_675, [10, 0, 33]), // owamp-test
    row([862, 862], TCP, 5_718, [13, 0, 33]), // twamp-control
    row([862, 862], UDP, 5_764, [10, 0, 33]), // twamp-test
    row([873, 873], TCP | UDP, 5_807, [5, 0, 39]), // rsync
    row([902, 902], TCP | UDP, 5_851, [13, 0, 37]), // ideafarm-door
    row([953, 953], TCP, 5_901, [4, 0, 25]), // rndc
    row([989, 989], TCP | UDP, 5_930, [9, 0, 36]), // ftps-data
    row([990, 990], TCP | UDP, 5_975, [4, 0, 32]), // ftps
    row([992, 992], TCP | UDP, 6_011, [7, 0, 15]), // telnets
    row([993, 993], TCP, 6_033, [5, 6, 33]), // imaps
    row([995, 995], TCP | UDP, 6_077, [5, 5, 21]), // pop3s
    row([1080, 1080], TCP | UDP, 6_108, [5, 0, 30]), // socks
    row([1099, 1099], TCP | UDP, 6_143, [11, 0, 25]), // rmiregistry
    row([1194, 1194], TCP | UDP, 6_179, [7, 0, 14]), // openvpn
    row([1214, 1214], TCP | UDP, 6_200, [5, 0, 18]), // kazaa
    row([1241, 1241], TCP | UDP, 6_223, [6, 0, 28]), // nessus
    row([1344, 1344], TCP | UDP, 6_257, [4, 0, 30]), // icap
    row([1352, 1352], TCP | UDP, 6_291, [9, 17, 22]), // lotusnote
    row([1414, 1414], TCP | UDP, 6_339, [12, 0, 21]), // ibm-mqseries
    row([1433, 1433], TCP | UDP, 6_372, [8, 5, 33]), // ms-sql-s
    row([1434, 1434], TCP | UDP, 6_418, [8, 0, 39]), // ms-sql-m
    row([1494, 1494], TCP | UDP, 6_465, [3, 6, 26]), // ica
    row([1512, 1512], TCP | UDP, 6_500, [4, 0, 20]), // wins
    row([1521, 1521], TCP | UDP, 6_524, [8, 0, 51]), // ncube-lm
    row([1521, 1521], TCP | UNOFFICIAL, 6_583, [15, 6, 24]), // oracle-listener
    row([1524, 1524], TCP | UDP, 6_628, [10, 0, 21]), // ingreslock
    row([1645, 1645], TCP | UDP, 6_659, [9, 10, 49]), // sightline
    row([1646, 1646], TCP | UDP, 6_727, [11, 11, 69]), // sa-msg-port
    row([1688, 1688], TCP | UDP, 6_818, [10, 0, 43]), // nsjtp-data
    row([1688, 1688], TCP | UNOFFICIAL, 6_871, [3, 0, 29]), // kms
    row([1701, 1701], TCP | UDP, 6_903, [4, 3, 29]), // l2tp
    row([1719, 1719], TCP | UDP, 6_939, [12, 0, 31]), // h323gatestat
    row([1720, 1720], TCP | UDP | SCTP, 6_982, [12, 4, 31]), // h323hostcall
    row([1723, 1723], TCP | UDP, 7_029, [4, 0, 20]), // pptp
    row([1801, 1801], TCP | UDP, 7_053, [4, 0, 24]), // msmq
    row([1812, 1812], TCP | UDP, 7_081, [6, 0, 42]), // radius
    row([1813, 1813], TCP | UDP, 7_129, [11, 7, 28]), // radius-acct
    row([1883, 1883], TCP | UDP, 7_175, [4, 0, 39]), // mqtt
    row([1900, 1900], TCP | UDP, 7_218, [4, 4, 34]), // ssdp
    row([1935, 1935], TCP | UDP, 7_260, [14, 4, 37]), // macromedia-fcs
    row([1947, 1947], TCP | UDP, 7_315, [11, 0, 24]), // sentinelsrm
    row([1985, 1985], TCP | UDP, 7_350, [4, 0, 33]), // hsrp
    row([2000, 2000], TCP | UDP, 7_387, [10, 0, 17]), // cisco-sccp
    row([2049, 2049], TCP | UDP | SCTP, 7_414, [3, 0, 24]), // nfs
    row([2083, 2083], TCP | UDP, 7_441, [6, 0, 23]), // radsec
    row([2086, 2086], TCP | UDP, 7_470, [6, 0, 19]), // gnunet
    row([2101, 2101], TCP | UDP, 7_495, [10, 5, 19]), // rtcm-sc104
    row([2123, 2123], TCP | UDP, 7_529, [11, 0, 35]), // gtp-control
    row([2152, 2152], TCP | UDP, 7_575, [8, 0, 39]), // gtp-user
    row([2159, 2159], TCP | UDP, 7_622, [9, 0, 25]), // gdbremote
    row([2181, 2181], TCP | UDP, 7_656, [8, 0, 38]), // eforward
    row([2181, 2181], TCP | UNOFFICIAL, 7_702, [9, 0, 16]), // zookeeper
    row([2222, 2222], TCP | UDP, 7_727, [13, 13, 39]), // EtherNet/IP-1
    row([2375, 2375], TCP, 7_792, [6, 0, 24]), // docker
    row([2376, 2376], TCP, 7_822, [8, 0, 21]), // docker-s
    row([2377, 2377], TCP, 7_851, [5, 0, 23]), // swarm
    row([2379, 2379], TCP, 7_879, [11, 4, 33]), // etcd-client
    row([2380, 2380], TCP, 7_927, [11, 0, 37]), // etcd-server
    row([2401, 2401], TCP | UDP, 7_975, [10, 3, 19]), // cvspserver
    row([2404, 2404], TCP | UDP, 8_007, [7, 0, 29]), // iec-104
    row([2427, 2427], TCP | UDP, 8_043, [12, 0, 18]), // mgcp-gateway
    row([2483, 2483], TCP | UDP, 8_073, [3, 0, 15]), // ttc
    row([2484, 2484], TCP | UDP, 8_091, [7, 0, 24]), // ttc-ssl
    row([2525, 2525], TCP | UDP, 8_122, [11, 0, 50]), // ms-v-worlds
    row([2525, 2525], TCP | UNOFFICIAL, 8_183, [8, 0, 37]), // smtp-alt
    row([2598, 2598], TCP | UDP, 8_228, [15, 0, 36]), // citriximaclient
    row([2628, 2628], TCP | UDP, 8_279, [4, 0, 12]), // dict
    row([2638, 2638], TCP | UDP, 8_295, [14, 0, 21]), // sybaseanywhere
    row([2811, 2811], TCP | UDP, 8_330, [6, 7, 23]), // gsiftp
    row([2905, 2905], TCP | SCTP, 8_366, [4, 0, 34]), // m3ua
    row([2947, 2947], TCP | UDP, 8_404, [4, 0, 28]), // gpsd
    row([3000, 3000], TCP | UDP, 8_436, [4, 0, 62]), // hbci
    row([3000, 3000], TCP | UDP, 8_502, [13, 0, 31]), // remoteware-cl
    row([3000, 3000], TCP | UNOFFICIAL, 8_546, [7, 16, 59]), // grafana
    row([3001, 3001], TCP, 8_628, [12, 0, 75]), // origo-native
    row([3050, 3050], TCP | UDP, 8_715, [6, 25, 32]), // gds_db
    row([3074, 3074], TCP | UDP, 8_778, [4, 0, 10]), // xbox
    row([3100, 3100], TCP | UDP, 8_792, [9, 0, 45]), // opcon-xps
    row([3100, 3100], TCP | UNOFFICIAL, 8_846, [4, 0, 17]), // loki
    row([3128, 3128], TCP | UDP, 8_867, [7, 0, 46]), // ndl-aas
    row([3128, 3128], TCP | UNOFFICIAL, 8_920, [5, 0, 15]), // squid
    row([3130, 3130], TCP | UDP, 8_940, [5, 3, 25]), // icpv2
    row([3205, 3205], TCP | UDP, 8_973, [4, 0, 17]), // isns
    row([3260, 3260], TCP | UDP, 8_994, [12, 0, 30]), // iscsi-target
    row([3268, 3268], TCP | UDP, 9_036, [7, 0, 35]), // msft-gc
    row([3269, 3269], TCP | UDP, 9_078, [11, 0, 44]), // msft-gc-ssl
    row([3283, 3283], TCP | UDP, 9_133, [13, 0, 20]), // net-assistant
    row([3300, 3300], TCP, 9_166, [4, 0, 20]), // ceph
    row([3306, 3306], TCP | UDP, 9_190, [5, 7, 27]), // mysql
    row([3343, 3343], TCP | UDP, 9_229, [14, 0, 25]), // ms-cluster-net
    row([3389, 3389], TCP | UDP, 9_268, [13, 3, 28]), // ms-wbt-server
    row([3478, 3478], TCP | UDP, 9_312, [4, 18, 45]), // stun
    row([3493, 3493], TCP | UDP, 9_379, [3, 0, 39]), // nut
    row([3544, 3544], TCP | UDP, 9_421, [6, 0, 21]), // teredo
    row([3551, 3551], TCP | UDP, 9_448, [7, 0, 27]), // apcupsd
    row([3632, 3632], TCP | UDP, 9_482, [6, 0, 25]), // distcc
    row([3689, 3689], TCP | UDP, 9_513, [4, 0, 22]), // daap
    row([3690, 3690], TCP | UDP, 9_539, [3, 10, 26]), // svn
    row([3702, 3702], TCP | UDP, 9_578, [12, 0, 48]), // ws-discovery
    row([3724, 3724], TCP | UDP, 9_638, [7, 0, 26]), // blizwow
    row([3784, 3784], TCP | UDP, 9_671, [11, 0, 32]), // bfd-control
    row([3799, 3799], TCP | UDP, 9_714, [14, 0, 32]), // radius-dynauth
    row([3868, 3868], TCP | SCTP, 9_760, [8, 0, 40]), // diameter
    row([4011, 4011], TCP | UDP, 9_808, [14, 3, 37]), // altserviceboot
    row([4045, 4045], TCP | UDP, 9_862, [3, 0, 57]), // npp
    row([4172, 4172], TCP | UDP, 9_922, [5, 0, 23]), // pcoip
    row([4190, 4190], TCP, 9_950, [5, 11, 29]), // sieve
    row([4200, 4299], 0, 9_995, [14, 0, 30]), // vrml-multi-use
    row([4200, 4200], TCP | UNOFFICIAL, 10_039, [7, 0, 26]), // angular
    row([4222, 4222], TCP | UNOFFICIAL, 10_072, [4, 0, 13]), // nats
    row([4317, 4317], TCP, 10_089, [13, 14, 34]), // opentelemetry
    row([4318, 4318], TCP | UNOFFICIAL, 10_150, [9, 0, 23]), // otlp-http
    row([4321, 4321], TCP | UDP, 10_182, [6, 0, 34]), // rwhois
    row([4353, 4353], TCP | UDP, 10_222, [9, 0, 34]), // f5-iquery
    row([4369, 4369], TCP | UDP, 10_265, [4, 0, 33]), // epmd
    row([4460, 4460], TCP, 10_302, [5, 6, 26]), // ntske
    row([4500, 4500], TCP | UDP, 10_339, [11, 0, 22]), // ipsec-nat-t
    row([4505, 4506], TCP | UNOFFICIAL, 10_372, [4, 9, 24]), // salt
    row([4569, 4569], TCP | UDP, 10_409, [3, 4, 30]), // iax
    row([4730, 4730], TCP | UDP, 10_446, [7, 0, 21]), // gearman
    row([4739, 4739], TCP | UDP | SCTP, 10_474, [5, 0, 24]), // ipfix
    row([4786, 4786], TCP, 10_503, [13, 0, 32]), // smart-install
    row([4789, 4789], UDP, 10_548, [5, 0, 48]), // vxlan
    row([4791, 4791], UDP, 10_601, [4, 6, 34]), // roce
    row([4840, 4840], TCP, 10_645, [9, 5, 30]), // opcua-tcp
    row([4840, 4840], UDP, 10_689, [9, 0, 44]), // opcua-udp
    row([4899, 4899], TCP | UDP, 10_742, [11, 6, 21]), // radmin-port
    row([4949, 4949], TCP | UDP, 10_780, [5, 4, 28]), // munin
    row([5000, 5000], TCP | UDP, 10_817, [13, 0, 48]), // commplex-main
    row([5000, 5000], TCP | UNOFFICIAL, 10_878, [15, 13, 43]), // docker-registry
    row([5001, 5001], TCP | UDP, 10_949, [13, 0, 29]), // commplex-link
    row([5001, 5001], TCP | UDP | UNOFFICIAL, 10_991, [5, 0, 27]), // iperf
    row([5004, 5004], TCP | UDP | DCCP, 11_023, [13, 3, 34]), // avt-profile-1
    row([5005, 5005], TCP | UDP | DCCP, 11_073, [13, 4, 41]), // avt-profile-2
    row([5044, 5044], TCP | UDP, 11_131, [11, 0, 53]), // lxi-evntsvc
    row([5044, 5044], TCP | UNOFFICIAL, 11_195, [8, 5, 30]), // logstash
    row([5060, 5060], TCP | UDP | SCTP, 11_238, [3, 0, 23]), // sip
    row([5061, 5061], TCP | UDP | SCTP, 11_264, [4, 7, 32]), // sips
    row([5173, 5173], TCP | UNOFFICIAL, 11_307, [4, 0, 23]), // vite
    row([5201, 5201], TCP | UDP, 11_334, [15, 0, 26]), // targus-getdata1
    row([5201, 5201], TCP | UDP | UNOFFICIAL, 11_375, [6, 0, 26]), // iperf3
    row([5222, 5222], TCP, 11_407, [11, 25, 35]), // xmpp-client
    row([5269, 5269], TCP, 11_478, [11, 13, 21]), // xmpp-server
    row([5280, 5280], TCP, 11_523, [9, 0, 14]), // xmpp-bosh
    row([5349, 5349], TCP | UDP, 11_546, [5, 20, 22]), // stuns
    row([5351, 5351], UDP, 11_593, [3, 7, 28]), // pcp
    row([5353, 5353], TCP | UDP, 11_631, [4, 16, 48]), // mdns
    row([5355, 5355], TCP | UDP, 11_699, [5, 0, 38]), // llmnr
    row([5357, 5357], TCP | UDP, 11_742, [6, 0, 35]), // wsdapi
    row([5432, 5432], TCP | UDP, 11_783, [10, 14, 23]), // postgresql
    row([5540, 5540], TCP | UDP, 11_830, [6, 0, 24]), // matter
    row([5555, 5555], TCP | UDP, 11_860, [14, 0, 45]), // personal-agent
    row([5555, 5555], TCP | UNOFFICIAL, 11_919, [3, 0, 34]), // adb
    row([5556, 5556], TCP | UDP, 11_956, [7, 0, 16]), // freeciv
    row([5601, 5601], TCP | UDP, 11_979, [8, 0, 45]), // esmagent
    row([5601, 5601], TCP | UNOFFICIAL, 12_032, [6, 0, 6]), // kibana
    row([5631, 5631], TCP | UDP, 12_044, [14, 0, 25]), // pcanywheredata
    row([5666, 5666], TCP, 12_083, [4, 0, 31]), // nrpe
    row([5667, 5667], TCP | UNOFFICIAL, 12_118, [4, 0, 30]), // nsca
    row([5671, 5671], TCP | UDP, 12_152, [5, 0, 34]), // amqps
    row([5672, 5672], TCP | UDP | SCTP, 12_191, [4, 8, 35]), // amqp
    row([5678, 5678], TCP | UDP, 12_238, [4, 0, 57]), // rrac
    row([5678, 5678], UDP | UNOFFICIAL, 12_299, [18, 0, 32]), // mikrotik-discovery
    row([5683, 5683], TCP | UDP, 12_349, [4, 0, 30]), // coap
    row([5684, 5684], TCP | UDP, 12_383, [5, 0, 40]), // coaps
    row([5868, 5868], TCP | SCTP, 12_428, [9, 0, 25]), // diameters
    row([5900, 5900], TCP | UDP, 12_462, [3, 3, 20]), // rfb
    row([5938, 5938], TCP | UDP | UNOFFICIAL, 12_488, [10, 0, 25]), // teamviewer
    row([5984, 5984], TCP | UDP, 12_523, [7, 0, 16]), // couchdb
    row([5985, 5985], TCP | UDP, 12_546, [5, 0, 42]), // wsman
    row([5986, 5986], TCP | UDP, 12_593, [6, 0, 43]), // wsmans
    row([5988, 5988], TCP | UDP, 12_642, [9, 0, 34]), // wbem-http
    row([5989, 5989], TCP | UDP, 12_685, [10, 0, 45]), // wbem-https
    row([6000, 6063], TCP | UDP, 12_740, [3, 1, 37]), // x11
    row([6006, 6006], TCP | UNOFFICIAL, 12_781, [11, 0, 11]), // tensorboard
    row([6081, 6081], UDP, 12_803, [6, 0, 45]), // geneve
    row([6343, 6343], TCP | UDP, 12_854, [5, 0, 32]), // sflow
    row([6346, 6346], TCP | UDP, 12_891, [12, 0, 21]), // gnutella-svc
    row([6379, 6379], TCP, 12_924, [5, 6, 21]), // redis
    row([6432, 6432], TCP, 12_956, [9, 0, 31]), // pgbouncer
    row([6443, 6443], TCP | UDP, 12_996, [12, 0, 52]), // sun-sr-https
    row([6443, 6443], TCP | UNOFFICIAL, 13_060, [14, 25, 21]), // kubernetes-api
    row([6513, 6513], TCP, 13_120, [11, 0, 35]), // netconf-tls
    row([6514, 6514], TCP | UDP | DCCP, 13_166, [10, 0, 21]), // syslog-tls
    row([6556, 6556], TCP, 13_197, [13, 0, 38]), // checkmk-agent
    row([6566, 6566], TCP | UDP, 13_248, [9, 10, 25]), // sane-port
    row([6640, 6640], TCP, 13_292, [5, 0, 23]), // ovsdb
    row([6653, 6653], TCP | UDP, 13_320, [8, 0, 28]), // openflow
    row([6665, 6669], TCP, 13_356, [4, 4, 31]), // ircu
    row([6696, 6696], UDP, 13_395, [5, 0, 25]), // babel
    row([6697, 6697], TCP, 13_425, [6, 4, 25]), // ircs-u
    row([6800, 6800], TCP | UNOFFICIAL, 13_460, [5, 0, 33]), // aria2
    row([6881, 6889], TCP | UDP | UNOFFICIAL, 13_498, [10, 0, 16]), // bittorrent
    row([6888, 6888], TCP | UDP, 13_524, [4, 0, 28]), // muse
    row([7000, 7000], TCP | UDP, 13_556, [15, 0, 16]), // afs3-fileserver
    row([7001, 7001], TCP | UDP, 13_587, [13, 0, 19]), // afs3-callback
    row([7002, 7002], TCP | UDP, 13_619, [13, 0, 20]), // afs3-prserver
    row([7003, 7003], TCP | UDP, 13_652, [13, 0, 20]), // afs3-vlserver
    row([7077, 7077], TCP | UNOFFICIAL, 13_685, [5, 0, 19]), // spark
    row([7100, 7100], TCP | UDP, 13_709, [12, 3, 29]), // font-service
    row([7233, 7233], TCP | UNOFFICIAL, 13_753, [8, 0, 18]), // temporal
    row([7400, 7400], TCP | UDP, 13_779, [14, 3, 44]), // rtps-discovery
    row([7474, 7474], TCP, 13_840, [5, 0, 30]), // neo4j
    row([7547, 7547], TCP | UDP, 13_875, [4, 5, 50]), // cwmp
    row([7680, 7680], TCP | UDP, 13_934, [5, 0, 30]), // ms-do
    row([7687, 7687], TCP, 13_969, [4, 0, 16]), // bolt
    row([7946, 7946], TCP | UDP | UNOFFICIAL, 13_989, [12, 10, 49]), // swarm-gossip
    row([8000, 8000], TCP | UDP, 14_060, [5, 0, 53]), // irdmi
    row([8000, 8000], TCP | UNOFFICIAL, 14_118, [8, 6, 54]), // http-dev
    row([8006, 8006], TCP, 14_186, [13, 0, 48]), // wpl-analytics
    row([8006, 8006], UDP, 14_247, [8, 0, 27]), // wpl-disc
    row([8006, 8006], TCP | UNOFFICIAL, 14_282, [7, 0, 25]), // proxmox
    row([8008, 8008], TCP | UDP, 14_314, [8, 0, 25]), // http-alt
    row([8080, 8080], TCP | UDP, 14_347, [8, 19, 51]), // http-alt
    row([8081, 8081], TCP | UDP, 14_425, [13, 0, 57]), // sunproxyadmin
    row([8086, 8086], TCP | UDP, 14_495, [5, 0, 39]), // d-s-n
    row([8086, 8086], TCP | UNOFFICIAL, 14_539, [8, 0, 17]), // influxdb
    row([8089, 8089], TCP | UNOFFICIAL, 14_564, [7, 6, 17]), // splunkd
    row([8096, 8096], TCP | UNOFFICIAL, 14_594, [8, 4, 31]), // jellyfin
    row([8118, 8118], TCP | UDP, 14_637, [7, 0, 21]), // privoxy
    row([8123, 8123], TCP | UNOFFICIAL, 14_665, [14, 15, 36]), // home-assistant
    row([8140, 8140], TCP, 14_730, [6, 0, 26]), // puppet
    row([8200, 8200], TCP | UDP, 14_762, [8, 0, 36]), // trivnet1
    row([8200, 8200], TCP | UNOFFICIAL, 14_806, [5, 0, 15]), // vault
    row([8291, 8291], TCP | UNOFFICIAL, 14_826, [6, 0, 26]), // winbox
    row([8333, 8333], TCP | UNOFFICIAL, 14_858, [7, 0, 13]), // bitcoin
    row([8384, 8384], UDP, 14_878, [10, 0, 18]), // marathontp
    row([8384, 8384], TCP | UNOFFICIAL, 14_906, [13, 0, 20]), // syncthing-gui
    row([8443, 8443], TCP | UDP, 14_939, [12, 0, 49]), // pcsync-https
    row([8443, 8443], TCP | UNOFFICIAL, 15_000, [9, 0, 29]), // https-alt
    row([8472, 8472], TCP | UDP, 15_038, [3, 0, 72]), // otv
    row([8472, 8472], UDP | UNOFFICIAL, 15_113, [11, 7, 42]), // vxlan-linux
    row([8500, 8500], TCP | UDP, 15_173, [4, 0, 53]), // fmtp
    row([8500, 8500], TCP | UNOFFICIAL, 15_230, [6, 0, 26]), // consul
    row([8545, 8545], TCP | UNOFFICIAL, 15_262, [12, 0, 28]), // ethereum-rpc
    row([8554, 8554], TCP | UDP, 15_302, [8, 0, 26]), // rtsp-alt
    row([8728, 8728], TCP | UNOFFICIAL, 15_336, [12, 12, 23]), // routeros-api
    row([8883, 8883], TCP | UDP, 15_383, [11, 5, 13]), // secure-mqtt
    row([8888, 8888], TCP, 15_412, [9, 0, 29]), // ddi-tcp-1
    row([8888, 8888], UDP, 15_450, [9, 0, 8]), // ddi-udp-1
    row([8888, 8888], TCP | UNOFFICIAL, 15_467, [7, 0, 17]), // jupyter
    row([8983, 8983], TCP | UNOFFICIAL, 15_491, [4, 0, 18]), // solr
    row([9000, 9000], TCP | UDP, 15_513, [10, 0, 49]), // cslistener
    row([9000, 9000], TCP | UNOFFICIAL, 15_572, [7, 15, 25]), // php-fpm
    row([9042, 9042], TCP | UNOFFICIAL, 15_619, [9, 12, 32]), // cassandra
    row([9050, 9050], TCP, 15_672, [8, 0, 31]), // versiera
    row([9050, 9050], TCP | UNOFFICIAL, 15_711, [9, 3, 17]), // tor-socks
    row([9051, 9051], TCP, 15_740, [9, 0, 52]), // fio-cmgmt
    row([9051, 9051], TCP | UNOFFICIAL, 15_801, [11, 0, 20]), // tor-control
    row([9090, 9090], TCP | UDP, 15_832, [5, 0, 54]), // websm
    row([9090, 9090], TCP | UNOFFICIAL, 15_891, [10, 7, 19]), // prometheus
    row([9092, 9092], TCP | UDP, 15_927, [12, 0, 42]), // XmlIpcRegSvc
    row([9092, 9092], TCP | UNOFFICIAL, 15_981, [5, 0, 12]), // kafka
    row([9093, 9093], TCP, 15_998, [7, 0, 54]), // copycat
    row([9093, 9093], TCP | UNOFFICIAL, 16_059, [12, 0, 23]), // alertmanager
    row([9100, 9100], TCP | UDP, 16_094, [14, 24, 26]), // pdl-datastream
    row([9100, 9100], TCP | UNOFFICIAL, 16_158, [13, 13, 43]), // node-exporter
    row([9101, 9101], TCP | UDP, 16_227, [10, 0, 27]), // bacula-dir
    row([9102, 9102], TCP | UDP, 16_264, [9, 0, 25]), // bacula-fd
    row([9103, 9103], TCP | UDP, 16_298, [9, 0, 26]), // bacula-sd
    row([9200, 9200], TCP | UDP, 16_333, [7, 0, 53]), // wap-wsp
    row([9200, 9200], TCP | UNOFFICIAL, 16_393, [13, 10, 28]), // elasticsearch
    row([9229, 9229], TCP | UNOFFICIAL, 16_444, [14, 0, 14]), // node-inspector
    row([9300, 9300], TCP | UDP, 16_472, [5, 0, 47]), // vrace
    row([9300, 9300], TCP | UNOFFICIAL, 16_524, [19, 0, 36]), // elasticsearch-nodes
    row([9306, 9306], TCP, 16_579, [8, 0, 20]), // sphinxql
    row([9345, 9345], TCP, 16_607, [7, 0, 26]), // rancher
    row([9389, 9389], TCP, 16_640, [4, 0, 37]), // adws
    row([9411, 9411], TCP | UNOFFICIAL, 16_681, [6, 0, 13]), // zipkin
    row([9418, 9418], TCP | UDP, 16_700, [3, 0, 18]), // git
    row([9443, 9443], TCP | UDP, 16_721, [14, 0, 47]), // tungsten-https
    row([9443, 9443], TCP | UNOFFICIAL, 16_782, [9, 0, 9]), // portainer
    row([9618, 9618], TCP | UDP, 16_800, [6, 0, 13]), // condor
    row([9800, 9800], TCP | UDP, 16_819, [6, 0, 13]), // davsrc
    row([9993, 9993], TCP | UDP, 16_838, [8, 0, 33]), // palace-2
    row([9993, 9993], UDP | UNOFFICIAL, 16_879, [8, 0, 12]), // zerotier
    row([10000, 10000], TCP | UDP, 16_899, [4, 0, 47]), // ndmp
    row([10000, 10000], TCP | UNOFFICIAL, 16_950, [6, 0, 21]), // webmin
    row([10050, 10050], TCP | UDP, 16_977, [12, 0, 29]), // zabbix-agent
    row([10051, 10051], TCP | UDP, 17_018, [14, 13, 17]), // zabbix-trapper
    row([10080, 10080], TCP | UDP, 17_062, [6, 0, 13]), // amanda
    row([10110, 10110], TCP | UDP, 17_081, [9, 0, 20]), // nmea-0183
    row([10161, 10161], TCP, 17_110, [7, 0, 13]), // snmptls
    row([10161, 10161], UDP, 17_130, [8, 0, 14]), // snmpdtls
    row([10250, 10250], TCP | UNOFFICIAL, 17_152, [7, 0, 30]), // kubelet
    row([10500, 10500], UDP, 17_189, [9, 0, 34]), // hip-nat-t
    row([10809, 10809], TCP, 17_232, [3, 0, 34]), // nbd
    row([11112, 11112], TCP | UDP, 17_269, [5, 0, 22]), // dicom
    row([11211, 11211], TCP | UDP, 17_296, [8, 9, 28]), // memcache
    row([11371, 11371], TCP | UDP, 17_341, [3, 12, 12]), // hkp
    row([11434, 11434], TCP, 17_368, [6, 0, 35]), // ollama
    row([13400, 13400], TCP, 17_409, [9, 4, 17]), // doip-data
    row([13400, 13400], UDP, 17_439, [9, 0, 22]), // doip-disc
    row([15672, 15672], TCP | UNOFFICIAL, 17_470, [19, 0, 19]), // rabbitmq-management
    row([16992, 16992], TCP | UDP, 17_508, [13, 0, 26]), // amt-soap-http
    row([16993, 16993], TCP | UDP, 17_547, [14, 0, 35]), // amt-soap-https
    row([17500, 17500], TCP, 17_596, [6, 0, 39]), // db-lsp
    row([17500, 17500], UDP, 17_641, [11, 0, 37]), // db-lsp-disc
    row([19132, 19132], UDP | UNOFFICIAL, 17_689, [17, 0, 30]), // minecraft-bedrock
    row([19999, 19999], TCP | UDP | SCTP, 17_736, [7, 0, 39]), // dnp-sec
    row([19999, 19999], TCP | UNOFFICIAL, 17_782, [7, 0, 7]), // netdata
    row([20000, 20000], TCP | UDP | SCTP, 17_796, [3, 4, 40]), // dnp
    row([20048, 20048], TCP | UDP, 17_843, [6, 0, 10]), // mountd
    row([20049, 20049], TCP | UDP | SCTP, 17_859, [7, 0, 13]), // nfsrdma
    row([22000, 22000], TCP | UDP, 17_879, [10, 0, 39]), // snapenetio
    row([22000, 22000], TCP | UDP | UNOFFICIAL, 17_928, [9, 0, 44]), // syncthing
    row([24224, 24224], TCP | UDP | UNOFFICIAL, 17_981, [7, 10, 32]), // fluentd
    row([24554, 24554], TCP | UDP, 18_030, [5, 0, 12]), // binkp
    row([25565, 25565], TCP | UDP | UNOFFICIAL, 18_047, [9, 0, 27]), // minecraft
    row([25672, 25672], TCP | UNOFFICIAL, 18_083, [16, 0, 31]), // rabbitmq-cluster
    row([26000, 26000], TCP | UDP, 18_130, [5, 0, 14]), // quake
    row([26257, 26257], TCP, 18_149, [9, 11, 20]), // cockroach
    row([26379, 26379], TCP | UNOFFICIAL, 18_189, [14, 0, 14]), // redis-sentinel
    row([27000, 27009], 0, 18_217, [7, 0, 22]), // flex-lm
    row([27015, 27015], TCP | UDP | UNOFFICIAL, 18_246, [5, 13, 18]), // steam
    row([27017, 27017], TCP, 18_282, [7, 5, 16]), // mongodb
    row([30303, 30303], TCP | UDP | UNOFFICIAL, 18_310, [8, 0, 14]), // ethereum
    row([32400, 32400], TCP, 18_332, [4, 0, 17]), // plex
    row([33060, 33060], TCP, 18_353, [6, 0, 18]), // mysqlx
    row([33434, 33434], TCP | UDP, 18_377, [10, 0, 38]), // traceroute
    row([34980, 34980], TCP | UDP, 18_425, [8, 0, 21]), // ethercat
    row([35357, 35357], TCP, 18_454, [12, 8, 34]), // openstack-id
    row([38412, 38412], SCTP, 18_508, [10, 0, 31]), // ng-control
    row([41121, 41121], TCP, 18_549, [8, 0, 18]), // tentacle
    row([41641, 41641], UDP | UNOFFICIAL, 18_575, [9, 0, 13]), // tailscale
    row([44321, 44321], TCP | UDP, 18_597, [4, 0, 20]), // pmcd
    row([44818, 44818], TCP | UDP, 18_621, [13, 13, 31]), // EtherNet/IP-2
    row([47001, 47001], TCP, 18_678, [5, 0, 32]), // winrm
    row([47808, 47808], TCP | UDP, 18_715, [6, 0, 19]), // bacnet
    row([50000, 50000], TCP | UNOFFICIAL, 18_740, [13, 0, 14]), // jenkins-agent
    row([50051, 50051], TCP | UNOFFICIAL, 18_767, [4, 0, 21]), // grpc
    row([51413, 51413], TCP | UDP | UNOFFICIAL, 18_792, [12, 0, 25]), // transmission
    row([51820, 51820], UDP | UNOFFICIAL, 18_829, [9, 2, 13]), // wireguard
    row([57621, 57621], UDP | UNOFFICIAL, 18_853, [15, 0, 21]), // spotify-connect
    row([64738, 64738], TCP | UDP | UNOFFICIAL, 18_889, [6, 6, 17]), // mumble
];

/// Row, offset into the text, length; in alphabetical order of the lower-case names, for equal
/// ones names before aliases.
#[rustfmt::skip]
pub(crate) static NAMES: [Name; 648] = [
    name(51, 2_470, 6), // 914c-g
    name(51, 2_464, 6), // 914c/g
    name(113, 5_056, 4), // acap
    name(28, 1_336, 8), // acr-nema
    name(279, 11_919, 3), // adb
    name(394, 16_640, 4), // adws
    name(95, 4_405, 3), // afp
    name(95, 4_395, 10), // afpovertcp
    name(322, 13_587, 13), // afs3-callback
    name(321, 13_556, 15), // afs3-fileserver
    name(323, 13_619, 13), // afs3-prserver
    name(324, 13_652, 13), // afs3-vlserver
    name(116, 5_187, 6), // agentx
    name(256, 10_899, 7), // airplay
    name(381, 16_059, 12), // alertmanager
    name(230, 9_808, 14), // altserviceboot
    name(407, 17_062, 6), // amanda
    name(287, 12_191, 4), // amqp
    name(286, 12_152, 5), // amqps
    name(421, 17_508, 13), // amt-soap-http
    name(422, 17_547, 14), // amt-soap-https
    name(235, 10_039, 7), // angular
    name(221, 9_448, 7), // apcupsd
    name(318, 13_460, 5), // aria2
    name(104, 4_768, 8), // asf-rmcp
    name(32, 1_557, 4), // auth
    name(32, 1_571, 14), // authentication
    name(259, 11_023, 13), // avt-profile-1
    name(260, 11_073, 13), // avt-profile-2
    name(316, 13_395, 5), // babel
    name(455, 18_715, 6), // bacnet
    name(384, 16_227, 10), // bacula-dir
    name(385, 16_264, 9), // bacula-fd
    name(386, 16_298, 9), // bacula-sd
    name(262, 11_203, 5), // beats
    name(227, 9_671, 11), // bfd-control
    name(54, 2_583, 4), // bgmp
    name(46, 2_252, 3), // bgp
    name(74, 3_554, 4), // biff
    name(434, 18_030, 5), // binkp
    name(352, 14_858, 7), // bitcoin
    name(319, 13_498, 10), // bittorrent
    name(226, 9_638, 7), // blizwow
    name(332, 13_969, 4), // bolt
    name(273, 11_644, 7), // bonjour
    name(20, 917, 6), // bootpc
    name(19, 873, 6), // bootps
    name(371, 15_619, 9), // cassandra
    name(214, 9_166, 4), // ceph
    name(6, 253, 7), // chargen
    name(311, 13_197, 13), // checkmk-agent
    name(64, 3_089, 4), // cifs
    name(169, 7_387, 10), // cisco-sccp
    name(148, 6_468, 6), // citrix
    name(192, 8_228, 15), // citriximaclient
    name(43, 2_121, 4), // cl-1
    name(43, 2_117, 4), // cl/1
    name(58, 2_814, 9), // clearcase
    name(347, 14_679, 15), // clickhouse-http
    name(77, 3_686, 3), // cmd
    name(290, 12_349, 4), // coap
    name(291, 12_383, 5), // coaps
    name(377, 15_901, 7), // cockpit
    name(438, 18_149, 9), // cockroach
    name(438, 18_158, 11), // cockroachdb
    name(257, 10_949, 13), // commplex-link
    name(255, 10_817, 13), // commplex-main
    name(74, 3_558, 6), // comsat
    name(399, 16_800, 6), // condor
    name(360, 15_230, 6), // consul
    name(380, 15_998, 7), // copycat
    name(295, 12_523, 7), // couchdb
    name(371, 15_628, 3), // cql
    name(369, 15_513, 10), // cslistener
    name(105, 4_820, 4), // cups
    name(185, 7_985, 3), // cvs
    name(185, 7_975, 10), // cvspserver
    name(330, 13_875, 4), // cwmp
    name(342, 14_495, 5), // d-s-n
    name(223, 9_513, 4), // daap
    name(70, 3_376, 5), // dantz
    name(400, 16_819, 6), // davsrc
    name(4, 192, 7), // daytime
    name(423, 17_596, 6), // db-lsp
    name(424, 17_641, 11), // db-lsp-disc
    name(365, 15_412, 9), // ddi-tcp-1
    name(366, 15_450, 9), // ddi-udp-1
    name(328, 13_793, 3), // dds
    name(110, 4_984, 13), // dhcp-failover
    name(122, 5_427, 14), // dhcp-failover2
    name(20, 923, 5), // dhcpc
    name(19, 879, 5), // dhcps
    name(93, 4_293, 13), // dhcpv6-client
    name(94, 4_338, 13), // dhcpv6-server
    name(229, 9_760, 8), // diameter
    name(292, 12_428, 9), // diameters
    name(414, 17_269, 5), // dicom
    name(193, 8_279, 4), // dict
    name(2, 82, 7), // discard
    name(222, 9_482, 6), // distcc
    name(335, 14_126, 6), // django
    name(428, 17_796, 3), // dnp
    name(426, 17_736, 7), // dnp-sec
    name(428, 17_799, 4), // dnp3
    name(16, 767, 3), // dns
    name(180, 7_792, 6), // docker
    name(256, 10_878, 15), // docker-registry
    name(181, 7_822, 8), // docker-s
    name(418, 17_418, 4), // doip
    name(418, 17_409, 9), // doip-data
    name(419, 17_439, 9), // doip-disc
    name(16, 761, 6), // domain
    name(124, 5_518, 8), // domain-s
    name(144, 6_311, 6), // domino
    name(112, 5_039, 4), // doom
    name(124, 5_530, 3), // doq
    name(124, 5_526, 3), // dot
    name(1, 52, 4), // echo
    name(177, 7_656, 8), // eforward
    name(82, 3_875, 3), // efs
    name(388, 16_393, 13), // elasticsearch
    name(391, 16_524, 19), // elasticsearch-nodes
    name(345, 14_602, 4), // emby
    name(36, 1_745, 5), // epmap
    name(241, 10_265, 4), // epmd
    name(115, 5_148, 3), // epp
    name(281, 11_979, 8), // esmagent
    name(183, 7_890, 4), // etcd
    name(183, 7_879, 11), // etcd-client
    name(184, 7_927, 11), // etcd-server
    name(447, 18_425, 8), // ethercat
    name(443, 18_310, 8), // ethereum
    name(361, 15_262, 12), // ethereum-rpc
    name(179, 7_740, 13), // EtherNet-IP-1
    name(453, 18_634, 13), // EtherNet-IP-2
    name(179, 7_727, 13), // EtherNet/IP-1
    name(453, 18_621, 13), // EtherNet/IP-2
    name(73, 3_493, 4), // exec
    name(240, 10_222, 9), // f5-iquery
    name(23, 1_071, 6), // finger
    name(374, 15_740, 9), // fio-cmgmt
    name(202, 8_728, 8), // firebird
    name(358, 15_124, 7), // flannel
    name(256, 10_893, 5), // flask
    name(440, 18_217, 7), // flex-lm
    name(433, 17_988, 10), // fluent-bit
    name(433, 17_981, 7), // fluentd
    name(359, 15_173, 4), // fmtp
    name(326, 13_709, 12), // font-service
    name(280, 11_956, 7), // freeciv
    name(8, 367, 3), // ftp
    name(7, 317, 8), // ftp-data
    name(134, 5_975, 4), // ftps
    name(133, 5_930, 9), // ftps-data
    name(176, 7_622, 9), // gdbremote
    name(123, 5_484, 4), // gdoi
    name(89, 4_132, 6), // gdomap
    name(202, 8_721, 6), // gds-db
    name(202, 8_715, 6), // gds_db
    name(246, 10_446, 7), // gearman
    name(302, 12_803, 6), // geneve
    name(396, 16_700, 3), // git
    name(200, 8_564, 5), // gitea
    name(172, 7_470, 6), // gnunet
    name(304, 12_891, 12), // gnutella-svc
    name(22, 1_027, 6), // gopher
    name(197, 8_404, 4), // gpsd
    name(200, 8_546, 7), // grafana
    name(195, 8_336, 7), // gridftp
    name(457, 18_767, 4), // grpc
    name(195, 8_330, 6), // gsiftp
    name(174, 7_529, 11), // gtp-control
    name(175, 7_575, 8), // gtp-user
    name(159, 6_994, 4), // h323
    name(158, 6_939, 12), // h323gatestat
    name(159, 6_982, 12), // h323hostcall
    name(114, 5_102, 10), // ha-cluster
    name(198, 8_436, 4), // hbci
    name(412, 17_189, 9), // hip-nat-t
    name(416, 17_341, 3), // hkp
    name(347, 14_665, 14), // home-assistant
    name(26, 1_239, 8), // hostname
    name(26, 1_247, 9), // hostnames
    name(382, 16_108, 14), // hp-pdl-datastr
    name(168, 7_350, 4), // hsrp
    name(24, 1_107, 4), // http
    name(99, 4_551, 8), // http-alt
    name(339, 14_314, 8), // http-alt
    name(340, 14_347, 8), // http-alt
    name(335, 14_118, 8), // http-dev
    name(340, 14_364, 10), // http-proxy
    name(100, 4_596, 14), // http-rpc-epmap
    name(62, 2_997, 5), // http3
    name(62, 2_992, 5), // https
    name(356, 15_000, 9), // https-alt
    name(245, 10_409, 3), // iax
    name(245, 10_412, 4), // iax2
    name(85, 3_996, 7), // ibm-db2
    name(145, 6_339, 12), // ibm-mqseries
    name(148, 6_465, 3), // ica
    name(143, 6_257, 4), // icap
    name(208, 8_945, 3), // icp
    name(208, 8_940, 5), // icpv2
    name(131, 5_851, 13), // ideafarm-door
    name(32, 1_561, 5), // ident
    name(186, 8_007, 7), // iec-104
    name(68, 3_268, 10), // igmpv3lite
    name(71, 3_404, 3), // ike
    name(40, 1_944, 4), // imap
    name(40, 1_948, 5), // imap2
    name(53, 2_539, 5), // imap3
    name(40, 1_954, 5), // imap4
    name(136, 6_038, 6), // imap4s
    name(136, 6_033, 5), // imaps
    name(343, 14_539, 8), // influxdb
    name(152, 6_628, 10), // ingreslock
    name(202, 8_737, 9), // interbase
    name(258, 10_991, 5), // iperf
    name(267, 11_375, 6), // iperf3
    name(247, 10_474, 5), // ipfix
    name(104, 4_776, 4), // ipmi
    name(105, 4_817, 3), // ipp
    name(106, 4_867, 4), // ipps
    name(243, 10_339, 11), // ipsec-nat-t
    name(52, 2_510, 3), // ipx
    name(47, 2_294, 3), // irc
    name(315, 13_360, 4), // ircd
    name(317, 13_431, 4), // ircs
    name(317, 13_425, 6), // ircs-u
    name(315, 13_356, 4), // ircu
    name(334, 14_060, 5), // irdmi
    name(71, 3_398, 6), // isakmp
    name(125, 5_560, 5), // iscsi
    name(210, 8_994, 12), // iscsi-target
    name(209, 8_973, 4), // isns
    name(27, 1_278, 8), // iso-tsap
    name(268, 11_437, 6), // jabber
    name(268, 11_418, 13), // jabber-client
    name(269, 11_489, 13), // jabber-server
    name(345, 14_594, 8), // jellyfin
    name(456, 18_740, 13), // jenkins-agent
    name(382, 16_123, 9), // jetdirect
    name(367, 15_467, 7), // jupyter
    name(118, 5_257, 6), // kadmin
    name(379, 15_981, 5), // kafka
    name(141, 6_200, 5), // kazaa
    name(119, 5_321, 3), // kdc
    name(25, 1_156, 8), // kerberos
    name(118, 5_245, 12), // kerberos-adm
    name(119, 5_300, 11), // kerberos-iv
    name(25, 1_179, 12), // kerberos-sec
    name(119, 5_311, 9), // kerberos4
    name(25, 1_164, 9), // kerberos5
    name(448, 18_466, 8), // keystone
    name(282, 12_032, 6), // kibana
    name(91, 4_239, 6), // klogin
    name(156, 6_871, 3), // kms
    name(65, 3_131, 7), // kpasswd
    name(65, 3_138, 4), // kpwd
    name(25, 1_174, 4), // krb5
    name(92, 4_271, 5), // krcmd
    name(92, 4_265, 6), // kshell
    name(308, 13_074, 14), // kube-apiserver
    name(411, 17_152, 7), // kubelet
    name(308, 13_089, 10), // kubernetes
    name(308, 13_060, 14), // kubernetes-api
    name(157, 6_907, 3), // l2f
    name(157, 6_903, 4), // l2tp
    name(59, 2_848, 4), // ldap
    name(107, 4_888, 5), // ldaps
    name(109, 4_958, 3), // ldp
    name(274, 11_699, 5), // llmnr
    name(36, 1_750, 7), // loc-srv
    name(75, 3_593, 5), // login
    name(262, 11_195, 8), // logstash
    name(205, 8_846, 4), // loki
    name(144, 6_291, 9), // lotusnote
    name(144, 6_300, 10), // lotusnotes
    name(79, 3_771, 3), // lpd
    name(79, 3_775, 3), // lpr
    name(254, 10_785, 4), // lrrd
    name(261, 11_131, 11), // lxi-evntsvc
    name(196, 8_366, 4), // m3ua
    name(166, 7_260, 14), // macromedia-fcs
    name(11, 494, 4), // mail
    name(44, 2_167, 5), // mailq
    name(233, 9_955, 11), // managesieve
    name(353, 14_878, 10), // marathontp
    name(215, 9_195, 7), // mariadb
    name(277, 11_830, 6), // matter
    name(72, 3_440, 4), // mbap
    name(273, 11_631, 4), // mdns
    name(333, 14_001, 10), // memberlist
    name(415, 17_296, 8), // memcache
    name(415, 17_304, 9), // memcached
    name(187, 8_043, 12), // mgcp-gateway
    name(64, 3_073, 12), // microsoft-ds
    name(363, 15_348, 12), // mikrotik-api
    name(289, 12_299, 18), // mikrotik-discovery
    name(435, 18_047, 9), // minecraft
    name(425, 17_689, 17), // minecraft-bedrock
    name(370, 15_579, 5), // minio
    name(61, 2_956, 14), // mobileip-agent
    name(72, 3_444, 6), // modbus
    name(442, 18_289, 5), // mongo
    name(442, 18_282, 7), // mongodb
    name(429, 17_843, 6), // mountd
    name(164, 7_175, 4), // mqtt
    name(364, 15_394, 5), // mqtts
    name(216, 9_229, 14), // ms-cluster-net
    name(331, 13_934, 5), // ms-do
    name(147, 6_418, 8), // ms-sql-m
    name(146, 6_372, 8), // ms-sql-s
    name(190, 8_122, 11), // ms-v-worlds
    name(217, 9_268, 13), // ms-wbt-server
    name(98, 4_515, 3), // msa
    name(108, 4_911, 4), // msdp
    name(211, 9_036, 7), // msft-gc
    name(212, 9_078, 11), // msft-gc-ssl
    name(161, 7_053, 4), // msmq
    name(36, 1_758, 5), // msrpc
    name(146, 6_380, 5), // mssql
    name(461, 18_889, 6), // mumble
    name(254, 10_780, 5), // munin
    name(461, 18_895, 6), // murmur
    name(320, 13_524, 4), // muse
    name(215, 9_190, 5), // mysql
    name(445, 18_353, 6), // mysqlx
    name(13, 591, 4), // name
    name(13, 581, 10), // nameserver
    name(272, 11_596, 7), // nat-pmp
    name(236, 10_072, 4), // nats
    name(413, 17_232, 3), // nbd
    name(86, 4_028, 3), // ncp
    name(150, 6_524, 8), // ncube-lm
    name(206, 8_867, 7), // ndl-aas
    name(403, 16_899, 4), // ndmp
    name(329, 13_840, 5), // neo4j
    name(142, 6_223, 6), // nessus
    name(213, 9_133, 13), // net-assistant
    name(38, 1_847, 11), // netbios-dgm
    name(37, 1_804, 10), // netbios-ns
    name(39, 1_888, 11), // netbios-ssn
    name(121, 5_385, 7), // netconf
    name(121, 5_374, 11), // netconf-ssh
    name(309, 13_120, 11), // netconf-tls
    name(427, 17_782, 7), // netdata
    name(88, 4_091, 7), // netwall
    name(170, 7_414, 3), // nfs
    name(430, 17_859, 7), // nfsrdma
    name(449, 18_508, 10), // ng-control
    name(14, 656, 7), // nicname
    name(408, 17_081, 9), // nmea-0183
    name(34, 1_693, 4), // nntp
    name(97, 4_475, 5), // nntps
    name(200, 8_553, 4), // node
    name(383, 16_158, 13), // node-exporter
    name(389, 16_444, 14), // node-inspector
    name(383, 16_171, 13), // node_exporter
    name(231, 9_862, 3), // npp
    name(102, 4_697, 3), // nqs
    name(284, 12_083, 4), // nrpe
    name(285, 12_118, 4), // nsca
    name(155, 6_818, 10), // nsjtp-data
    name(81, 3_826, 5), // ntalk
    name(35, 1_721, 3), // ntp
    name(173, 7_505, 5), // ntrip
    name(242, 10_307, 6), // nts-ke
    name(242, 10_302, 5), // ntske
    name(2, 94, 4), // null
    name(219, 9_379, 3), // nut
    name(154, 6_738, 11), // old-radacct
    name(153, 6_668, 10), // old-radius
    name(417, 17_368, 6), // ollama
    name(103, 4_721, 11), // oob-ws-http
    name(204, 8_792, 9), // opcon-xps
    name(251, 10_654, 5), // opcua
    name(251, 10_645, 9), // opcua-tcp
    name(252, 10_689, 9), // opcua-udp
    name(314, 13_320, 8), // openflow
    name(388, 16_406, 10), // opensearch
    name(448, 18_454, 12), // openstack-id
    name(237, 10_089, 13), // opentelemetry
    name(140, 6_179, 7), // openvpn
    name(151, 6_598, 6), // oracle
    name(151, 6_583, 15), // oracle-listener
    name(201, 8_628, 12), // origo-native
    name(237, 10_102, 4), // otlp
    name(237, 10_107, 9), // otlp-grpc
    name(238, 10_150, 9), // otlp-http
    name(357, 15_038, 3), // otv
    name(313, 13_292, 5), // ovsdb
    name(126, 5_629, 13), // owamp-control
    name(127, 5_675, 10), // owamp-test
    name(401, 16_838, 8), // palace-2
    name(283, 12_044, 14), // pcanywheredata
    name(232, 9_922, 5), // pcoip
    name(272, 11_593, 3), // pcp
    name(355, 14_939, 12), // pcsync-https
    name(382, 16_094, 14), // pdl-datastream
    name(278, 11_860, 14), // personal-agent
    name(306, 12_956, 9), // pgbouncer
    name(416, 17_344, 12), // pgpkeyserver
    name(276, 11_802, 5), // pgsql
    name(370, 15_572, 7), // php-fpm
    name(444, 18_332, 4), // plex
    name(452, 18_597, 4), // pmcd
    name(29, 1_386, 5), // pop-2
    name(30, 1_443, 5), // pop-3
    name(29, 1_382, 4), // pop2
    name(30, 1_439, 4), // pop3
    name(137, 6_077, 5), // pop3s
    name(398, 16_782, 9), // portainer
    name(31, 1_497, 10), // portmapper
    name(276, 11_793, 8), // postgres
    name(276, 11_783, 10), // postgresql
    name(29, 1_392, 10), // postoffice
    name(160, 7_029, 4), // pptp
    name(79, 3_756, 7), // printer
    name(346, 14_637, 7), // privoxy
    name(377, 15_891, 10), // prometheus
    name(338, 14_282, 7), // proxmox
    name(55, 2_649, 9), // ptp-event
    name(56, 2_709, 11), // ptp-general
    name(348, 14_730, 6), // puppet
    name(230, 9_822, 3), // pxe
    name(49, 2_392, 4), // qmtp
    name(5, 226, 4), // qotd
    name(437, 18_130, 5), // quake
    name(62, 3_003, 4), // quic
    name(5, 230, 5), // quote
    name(287, 12_195, 8), // rabbitmq
    name(436, 18_083, 16), // rabbitmq-cluster
    name(420, 17_470, 19), // rabbitmq-management
    name(163, 7_140, 7), // radacct
    name(162, 7_081, 6), // radius
    name(163, 7_129, 11), // radius-acct
    name(228, 9_714, 14), // radius-dynauth
    name(253, 10_753, 6), // radmin
    name(253, 10_742, 11), // radmin-port
    name(171, 7_441, 6), // radsec
    name(200, 8_558, 5), // rails
    name(393, 16_607, 7), // rancher
    name(217, 9_281, 3), // rdp
    name(34, 1_697, 8), // readnews
    name(305, 12_924, 5), // redis
    name(439, 18_189, 14), // redis-sentinel
    name(199, 8_502, 13), // remoteware-cl
    name(70, 3_366, 10), // retrospect
    name(73, 3_497, 5), // rexec
    name(293, 12_462, 3), // rfb
    name(83, 3_922, 3), // rip
    name(84, 3_954, 5), // ripng
    name(75, 3_598, 6), // rlogin
    name(139, 6_143, 11), // rmiregistry
    name(132, 5_901, 4), // rndc
    name(250, 10_601, 4), // roce
    name(250, 10_605, 6), // rocev2
    name(83, 3_909, 5), // route
    name(83, 3_915, 6), // routed
    name(83, 3_903, 6), // router
    name(363, 15_336, 12), // routeros-api
    name(57, 2_768, 11), // rpc2portmap
    name(31, 1_508, 7), // rpcbind
    name(288, 12_238, 4), // rrac
    name(77, 3_682, 3), // rsh
    name(130, 5_807, 5), // rsync
    name(173, 7_495, 10), // rtcm-sc104
    name(260, 11_086, 4), // rtcp
    name(166, 7_274, 4), // rtmp
    name(259, 11_036, 3), // rtp
    name(328, 13_779, 14), // rtps-discovery
    name(96, 4_426, 4), // rtsp
    name(362, 15_302, 8), // rtsp-alt
    name(76, 3_640, 4), // rwho
    name(239, 10_182, 6), // rwhois
    name(154, 6_727, 11), // sa-msg-port
    name(69, 3_320, 4), // saft
    name(244, 10_372, 4), // salt
    name(244, 10_376, 9), // saltstack
    name(312, 13_257, 4), // sane
    name(312, 13_248, 9), // sane-port
    name(312, 13_262, 5), // saned
    name(371, 15_632, 8), // scylladb
    name(364, 15_383, 11), // secure-mqtt
    name(167, 7_315, 11), // sentinelsrm
    name(303, 12_854, 5), // sflow
    name(33, 1_627, 4), // sftp
    name(77, 3_677, 5), // shell
    name(233, 9_950, 5), // sieve
    name(153, 6_659, 9), // sightline
    name(117, 5_220, 4), // silc
    name(2, 89, 4), // sink
    name(263, 11_238, 3), // sip
    name(264, 11_268, 7), // sip-tls
    name(264, 11_264, 4), // sips
    name(60, 2_912, 3), // slp
    name(248, 10_503, 13), // smart-install
    name(64, 3_085, 3), // smb
    name(11, 490, 4), // smtp
    name(191, 8_183, 8), // smtp-alt
    name(66, 3_179, 5), // smtps
    name(48, 2_356, 4), // smux
    name(431, 17_879, 10), // snapenetio
    name(41, 2_013, 4), // snmp
    name(42, 2_079, 9), // snmp-trap
    name(410, 17_130, 8), // snmpdtls
    name(409, 17_110, 7), // snmptls
    name(42, 2_071, 8), // snmptrap
    name(97, 4_480, 5), // snntp
    name(63, 3_051, 4), // snpp
    name(138, 6_108, 5), // socks
    name(368, 15_491, 4), // solr
    name(370, 15_585, 9), // sonarqube
    name(6, 267, 6), // source
    name(441, 18_251, 13), // source-engine
    name(120, 5_339, 12), // spamassassin
    name(120, 5_334, 5), // spamd
    name(325, 13_685, 5), // spark
    name(392, 16_579, 8), // sphinxql
    name(344, 14_571, 6), // splunk
    name(344, 14_564, 7), // splunkd
    name(79, 3_763, 7), // spooler
    name(137, 6_082, 5), // spop3
    name(460, 18_853, 15), // spotify-connect
    name(18, 836, 7), // sql*net
    name(18, 843, 7), // sql-net
    name(207, 8_920, 5), // squid
    name(165, 7_218, 4), // ssdp
    name(9, 393, 3), // ssh
    name(66, 3_185, 5), // ssmtp
    name(441, 18_246, 5), // steam
    name(218, 9_312, 4), // stun
    name(218, 9_321, 13), // stun-behavior
    name(271, 11_557, 14), // stun-behaviors
    name(271, 11_546, 5), // stuns
    name(98, 4_505, 10), // submission
    name(66, 3_168, 11), // submissions
    name(224, 9_542, 10), // subversion
    name(307, 12_996, 12), // sun-sr-https
    name(341, 14_425, 13), // sunproxyadmin
    name(31, 1_491, 6), // sunrpc
    name(224, 9_539, 3), // svn
    name(60, 2_906, 6), // svrloc
    name(182, 7_851, 5), // swarm
    name(333, 13_989, 12), // swarm-gossip
    name(194, 8_295, 14), // sybaseanywhere
    name(432, 17_928, 9), // syncthing
    name(354, 14_906, 13), // syncthing-gui
    name(78, 3_738, 6), // syslog
    name(101, 4_647, 11), // syslog-conn
    name(310, 13_166, 10), // syslog-tls
    name(3, 159, 6), // systat
    name(15, 707, 6), // tacacs
    name(451, 18_575, 9), // tailscale
    name(80, 3_794, 4), // talk
    name(32, 1_567, 3), // tap
    name(266, 11_334, 15), // targus-getdata1
    name(0, 0, 6), // tcpmux
    name(294, 12_488, 10), // teamviewer
    name(10, 454, 6), // telnet
    name(135, 6_011, 7), // telnets
    name(327, 13_753, 8), // temporal
    name(301, 12_781, 11), // tensorboard
    name(450, 18_549, 8), // tentacle
    name(220, 9_421, 6), // teredo
    name(21, 961, 4), // tftp
    name(12, 518, 4), // time
    name(87, 4_058, 5), // timed
    name(12, 532, 10), // timeserver
    name(12, 522, 9), // timserver
    name(111, 5_027, 4), // tinc
    name(373, 15_720, 3), // tor
    name(375, 15_801, 11), // tor-control
    name(373, 15_711, 9), // tor-socks
    name(330, 13_879, 5), // tr069
    name(446, 18_377, 10), // traceroute
    name(458, 18_792, 12), // transmission
    name(349, 14_762, 8), // trivnet1
    name(27, 1_286, 4), // tsap
    name(188, 8_073, 3), // ttc
    name(189, 8_091, 7), // ttc-ssl
    name(6, 260, 6), // ttytst
    name(397, 16_721, 14), // tungsten-https
    name(218, 9_316, 4), // turn
    name(271, 11_551, 5), // turns
    name(128, 5_718, 13), // twamp-control
    name(129, 5_764, 10), // twamp-test
    name(34, 1_706, 4), // untp
    name(165, 7_222, 4), // upnp
    name(67, 3_222, 3), // urd
    name(3, 165, 5), // users
    name(90, 4_174, 4), // uucp
    name(90, 4_178, 5), // uucpd
    name(305, 12_929, 6), // valkey
    name(350, 14_806, 5), // vault
    name(372, 15_672, 8), // versiera
    name(265, 11_307, 4), // vite
    name(293, 12_465, 3), // vnc
    name(390, 16_472, 5), // vrace
    name(234, 9_995, 14), // vrml-multi-use
    name(249, 10_548, 5), // vxlan
    name(358, 15_113, 11), // vxlan-linux
    name(50, 2_442, 4), // wais
    name(387, 16_333, 7), // wap-wsp
    name(298, 12_642, 9), // wbem-http
    name(299, 12_685, 10), // wbem-https
    name(340, 14_355, 8), // webcache
    name(404, 16_950, 6), // webmin
    name(376, 15_832, 5), // websm
    name(459, 18_838, 2), // wg
    name(76, 3_632, 3), // who
    name(76, 3_635, 4), // whod
    name(14, 663, 5), // whois
    name(17, 792, 7), // whois++
    name(17, 799, 7), // whoispp
    name(351, 14_826, 6), // winbox
    name(454, 18_678, 5), // winrm
    name(149, 6_500, 4), // wins
    name(459, 18_829, 9), // wireguard
    name(336, 14_186, 13), // wpl-analytics
    name(337, 14_247, 8), // wpl-disc
    name(225, 9_578, 12), // ws-discovery
    name(275, 11_742, 6), // wsdapi
    name(296, 12_546, 5), // wsman
    name(297, 12_593, 6), // wsmans
    name(24, 1_111, 3), // www
    name(24, 1_115, 8), // www-http
    name(300, 12_743, 1), // x
    name(300, 12_740, 3), // x11
    name(203, 8_778, 4), // xbox
    name(45, 2_214, 5), // xdmcp
    name(326, 13_721, 3), // xfs
    name(378, 15_927, 12), // XmlIpcRegSvc
    name(268, 11_432, 4), // xmpp
    name(270, 11_523, 9), // xmpp-bosh
    name(268, 11_407, 11), // xmpp-client
    name(269, 11_478, 11), // xmpp-server
    name(50, 2_429, 6), // z39-50
    name(50, 2_423, 6), // z39.50
    name(50, 2_436, 5), // z3950
    name(405, 16_977, 12), // zabbix-agent
    name(406, 17_032, 13), // zabbix-server
    name(406, 17_018, 14), // zabbix-trapper
    name(273, 11_635, 8), // zeroconf
    name(402, 16_879, 8), // zerotier
    name(395, 16_681, 6), // zipkin
    name(178, 7_702, 9), // zookeeper
];

/// Name, aliases and description of each row.
#[rustfmt::skip]
pub(crate) static TEXT: &str = concat!(
    "tcpmux", "", "picks a service by name on one port (RFC 1078)",
    "echo", "", "sends back what it is sent",
    "discard", "sink null", "throws away what it is sent; Wake-on-LAN packets also go here",
    "systat", "users", "lists who is logged in",
    "daytime", "", "tells date and time as text",
    "qotd", "quote", "a quote of the day",
    "chargen", "ttytst source", "an endless stream of characters, for testing",
    "ftp-data", "", "the data connections of FTP in active mode",
    "ftp", "", "file transfer, commands",
    "ssh", "", "remote shell, file copy (scp, sftp) and tunnels, encrypted",
    "telnet", "", "remote terminal, not encrypted",
    "smtp", "mail", "mail between servers",
    "time", "timserver timeserver", "seconds since 1900 in 32 bits (RFC 868)",
    "nameserver", "name", "IEN 116 names, long before DNS; also Windows WINS replication",
    "nicname", "whois", "who owns a domain or an address (whois)",
    "tacacs", "", "logins on routers and switches (TACACS, TACACS+)",
    "domain", "dns", "the domain name system",
    "whois++", "whoispp", "a directory that extends whois",
    "sql*net", "sql-net", "early Oracle networking",
    "bootps", "dhcps", "DHCP and BOOTP, the server's side",
    "bootpc", "dhcpc", "DHCP and BOOTP, the client's side",
    "tftp", "", "small file transfer for booting machines and updating firmware",
    "gopher", "", "menus of documents from before the web",
    "finger", "", "asks about a user of a machine",
    "http", "www www-http", "web pages and APIs, not encrypted",
    "kerberos", "kerberos5 krb5 kerberos-sec", "Kerberos 5 tickets, also Active Directory logins",
    "hostname", "hostnames", "the old NIC host table",
    "iso-tsap", "tsap", "OSI transport over TCP; Siemens S7 controllers",
    "acr-nema", "", "medical images (DICOM, the older port)",
    "pop2", "pop-2 postoffice", "fetches mail, the version before POP3",
    "pop3", "pop-3", "fetches mail, not encrypted unless STARTTLS",
    "sunrpc", "portmapper rpcbind", "tells on which port an RPC program listens",
    "auth", "ident tap authentication", "tells which user owns a connection (ident)",
    "sftp", "", "Simple File Transfer of 1984; the SFTP of today is part of ssh",
    "nntp", "readnews untp", "Usenet news",
    "ntp", "", "clock synchronisation",
    "epmap", "loc-srv msrpc", "tells where a Windows RPC service listens",
    "netbios-ns", "", "NetBIOS names on Windows networks",
    "netbios-dgm", "", "NetBIOS datagrams and browsing",
    "netbios-ssn", "", "NetBIOS sessions; Windows file sharing of old",
    "imap", "imap2 imap4", "mail kept on the server, not encrypted unless STARTTLS",
    "snmp", "", "queries to routers, switches, printers and their likes",
    "snmptrap", "snmp-trap", "alarms that SNMP devices send",
    "cl/1", "cl-1", "Network Innovations CL/1 database language",
    "mailq", "", "shows the queue of the Zmailer mail server",
    "xdmcp", "", "graphical logins from X terminals",
    "bgp", "", "routes between networks of the Internet",
    "irc", "", "chat rooms (IRC) on their first port; 6667 is the usual one",
    "smux", "", "joins an agent to an SNMP daemon",
    "qmtp", "", "quick mail transfer (qmail)",
    "z39.50", "z39-50 z3950 wais", "library catalogues",
    "914c/g", "914c-g", "Texas Instruments 914C/G terminals",
    "ipx", "", "Novell IPX carried over IP",
    "imap3", "", "a version of IMAP that did not catch on",
    "bgmp", "", "multicast routing between domains; also Check Point management",
    "ptp-event", "", "precision clock synchronisation, the timed messages",
    "ptp-general", "", "precision clock synchronisation, everything else",
    "rpc2portmap", "", "port mapper of the Coda file system",
    "clearcase", "", "ClearCase version control",
    "ldap", "", "directory of users and machines, also Active Directory",
    "svrloc", "slp", "finds services on the local network (SLP)",
    "mobileip-agent", "", "mobile IP registration",
    "https", "http3 quic", "web pages and APIs over TLS; HTTP/3 over UDP",
    "snpp", "", "messages to pagers",
    "microsoft-ds", "smb cifs", "Windows file sharing (SMB), also Samba",
    "kpasswd", "kpwd", "changes Kerberos passwords",
    "submissions", "smtps ssmtp", "mail handed in by users over TLS",
    "urd", "", "finds sources of multicast channels (Cisco)",
    "igmpv3lite", "", "multicast membership for old hosts (Cisco)",
    "saft", "", "sends files to people without asking first",
    "retrospect", "dantz", "Retrospect backup",
    "isakmp", "ike", "negotiates the keys of IPsec VPNs",
    "mbap", "modbus", "Modbus: controllers and sensors in industry",
    "exec", "rexec", "runs a command on another machine, password in clear",
    "biff", "comsat", "tells users that mail came in",
    "login", "rlogin", "remote login by trusted host",
    "who", "whod rwho", "who is logged in on which machine",
    "shell", "rsh cmd", "runs a command on another machine by trusted host",
    "syslog", "", "log messages",
    "printer", "spooler lpd lpr", "print jobs (LPD)",
    "talk", "", "two users type to each other",
    "ntalk", "", "two users type to each other, newer protocol",
    "efs", "", "extended file name server",
    "router", "route routed rip", "routes inside a network (RIP)",
    "ripng", "", "routes inside an IPv6 network (RIPng)",
    "ibm-db2", "", "DB2 administration server",
    "ncp", "", "Novell NetWare file sharing",
    "timed", "", "clock synchronisation of BSD",
    "netwall", "", "messages to all users of a machine",
    "gdomap", "", "finds distributed objects of GNUstep",
    "uucp", "uucpd", "mail, news and files from machine to machine, in batches",
    "klogin", "", "rlogin with Kerberos",
    "kshell", "krcmd", "rsh with Kerberos",
    "dhcpv6-client", "", "DHCP for IPv6, the client's side",
    "dhcpv6-server", "", "DHCP for IPv6, the server's and relay's side",
    "afpovertcp", "afp", "Apple file sharing",
    "rtsp", "", "controls streams of cameras and media servers",
    "nntps", "snntp", "Usenet news over TLS",
    "submission", "msa", "mail handed in by users, STARTTLS",
    "http-alt", "", "a web server's other port (FileMaker)",
    "http-rpc-epmap", "", "Windows RPC endpoint mapper over HTTP",
    "syslog-conn", "", "log messages over a reliable connection",
    "nqs", "", "batch jobs in a queue",
    "oob-ws-http", "", "hardware management over HTTP (DASH)",
    "asf-rmcp", "ipmi", "hardware management of servers (IPMI)",
    "ipp", "cups", "printing, the protocol of CUPS and AirPrint",
    "ipps", "", "printing over TLS",
    "ldaps", "", "directory over TLS",
    "msdp", "", "tells other domains about multicast sources",
    "ldp", "", "MPLS label distribution",
    "dhcp-failover", "", "keeps two DHCP servers in step",
    "tinc", "", "tinc VPN",
    "doom", "", "the game Doom",
    "acap", "", "settings of mail programs kept on a server",
    "ha-cluster", "", "heartbeat between nodes of a cluster",
    "epp", "", "registrars talk to domain registries",
    "agentx", "", "subagents of an SNMP daemon",
    "silc", "", "encrypted chat (SILC)",
    "kerberos-adm", "kadmin", "changes the users of a Kerberos realm",
    "kerberos-iv", "kerberos4 kdc", "Kerberos 4",
    "spamd", "spamassassin", "SpamAssassin rates mail",
    "netconf-ssh", "netconf", "configures network devices over ssh",
    "dhcp-failover2", "", "keeps two DHCP servers in step, second port",
    "gdoi", "", "keys for groups of IPsec peers",
    "domain-s", "dot doq", "DNS over TLS; DNS over QUIC",
    "iscsi", "", "disks over the network, the reserved port; 3260 is the usual one",
    "owamp-control", "", "starts one-way delay measurements",
    "owamp-test", "", "one-way delay measurement packets",
    "twamp-control", "", "starts two-way delay measurements",
    "twamp-test", "", "two-way delay measurement packets",
    "rsync", "", "copies what changed between directories",
    "ideafarm-door", "", "IdeaFarm; in practice VMware consoles",
    "rndc", "", "steers a BIND name server",
    "ftps-data", "", "the data connections of FTP over TLS",
    "ftps", "", "FTP over TLS from the first byte",
    "telnets", "", "telnet over TLS",
    "imaps", "imap4s", "mail kept on the server, over TLS",
    "pop3s", "spop3", "fetches mail over TLS",
    "socks", "", "a proxy for any TCP connection",
    "rmiregistry", "", "finds Java remote objects",
    "openvpn", "", "VPN by OpenVPN",
    "kazaa", "", "Kazaa file sharing",
    "nessus", "", "Nessus vulnerability scanner",
    "icap", "", "hands web traffic to a scanner",
    "lotusnote", "lotusnotes domino", "Lotus Notes and Domino",
    "ibm-mqseries", "", "IBM MQ message queues",
    "ms-sql-s", "mssql", "the database Microsoft SQL Server",
    "ms-sql-m", "", "tells where SQL Server instances listen",
    "ica", "citrix", "Citrix remote applications",
    "wins", "", "Windows name service",
    "ncube-lm", "", "nCube licence manager; in practice Oracle databases",
    "oracle-listener", "oracle", "Oracle database listener",
    "ingreslock", "", "Ingres database locks",
    "sightline", "old-radius", "Sightline; RADIUS before it had a port of its own",
    "sa-msg-port", "old-radacct", "Sightline messages; RADIUS accounting before it had a port of its own",
    "nsjtp-data", "", "NSJTP; in practice Windows activation (KMS)",
    "kms", "", "Windows and Office activation",
    "l2tp", "l2f", "tunnels of VPNs and providers",
    "h323gatestat", "", "video calls, gatekeeper (H.323)",
    "h323hostcall", "h323", "video calls, call setup (H.323)",
    "pptp", "", "an old Microsoft VPN",
    "msmq", "", "Microsoft message queues",
    "radius", "", "logins at access points, switches and VPNs",
    "radius-acct", "radacct", "accounting for RADIUS logins",
    "mqtt", "", "messages of sensors and home automation",
    "ssdp", "upnp", "devices announce themselves (UPnP)",
    "macromedia-fcs", "rtmp", "live video by Flash's protocol (RTMP)",
    "sentinelsrm", "", "Sentinel licence manager",
    "hsrp", "", "a spare router takes over (Cisco)",
    "cisco-sccp", "", "Cisco desk phones",
    "nfs", "", "Unix network file system",
    "radsec", "", "RADIUS over TLS or DTLS",
    "gnunet", "", "GNUnet peer to peer",
    "rtcm-sc104", "ntrip", "GPS correction data",
    "gtp-control", "", "mobile networks, control of tunnels",
    "gtp-user", "", "mobile networks, users' data in tunnels",
    "gdbremote", "", "remote debugging with gdb",
    "eforward", "", "eforward; in practice Apache ZooKeeper",
    "zookeeper", "", "Apache ZooKeeper",
    "EtherNet/IP-1", "EtherNet-IP-1", "industrial automation, input and output",
    "docker", "", "Docker's API without TLS",
    "docker-s", "", "Docker's API over TLS",
    "swarm", "", "Docker Swarm management",
    "etcd-client", "etcd", "etcd key-value store, for clients",
    "etcd-server", "", "etcd key-value store, between members",
    "cvspserver", "cvs", "CVS version control",
    "iec-104", "", "remote control of power grids",
    "mgcp-gateway", "", "telephone gateways",
    "ttc", "", "Oracle database",
    "ttc-ssl", "", "Oracle database over TLS",
    "ms-v-worlds", "", "Microsoft V-Worlds; in practice a second SMTP port",
    "smtp-alt", "", "mail where providers block 25 and 587",
    "citriximaclient", "", "Citrix sessions that survive a break",
    "dict", "", "dictionaries",
    "sybaseanywhere", "", "SQL Anywhere database",
    "gsiftp", "gridftp", "FTP of scientific grids",
    "m3ua", "", "telephone signalling (SS7) over IP",
    "gpsd", "", "position from a GPS receiver",
    "hbci", "", "German home banking; in practice web servers under development",
    "remoteware-cl", "", "XcelleNet RemoteWare on laptops",
    "grafana", "node rails gitea", "Grafana; Node, Rails and many web servers under development",
    "origo-native", "", "a key and access control product; in practice web servers under development",
    "gds_db", "gds-db firebird interbase", "InterBase and Firebird databases",
    "xbox", "", "Xbox games",
    "opcon-xps", "", "OpCon job scheduler; in practice Grafana Loki",
    "loki", "", "Grafana Loki logs",
    "ndl-aas", "", "Active API Server; in practice the Squid proxy",
    "squid", "", "Squid web proxy",
    "icpv2", "icp", "web caches ask each other",
    "isns", "", "finds iSCSI disks",
    "iscsi-target", "", "disks over the network (iSCSI)",
    "msft-gc", "", "Active Directory's global catalogue",
    "msft-gc-ssl", "", "Active Directory's global catalogue over TLS",
    "net-assistant", "", "Apple Remote Desktop",
    "ceph", "", "Ceph storage monitor",
    "mysql", "mariadb", "MySQL and MariaDB databases",
    "ms-cluster-net", "", "Windows failover clusters",
    "ms-wbt-server", "rdp", "Windows remote desktop (RDP)",
    "stun", "turn stun-behavior", "calls find their way through NAT (STUN, TURN)",
    "nut", "", "state of uninterruptible power supplies",
    "teredo", "", "IPv6 through IPv4 NAT",
    "apcupsd", "", "state of APC power supplies",
    "distcc", "", "compiles on many machines",
    "daap", "", "music shared by iTunes",
    "svn", "subversion", "Subversion version control",
    "ws-discovery", "", "finds printers and cameras (WS-Discovery, ONVIF)",
    "blizwow", "", "the game World of Warcraft",
    "bfd-control", "", "routers watch each other's links",
    "radius-dynauth", "", "ends or changes a RADIUS session",
    "diameter", "", "logins and accounting in mobile networks",
    "altserviceboot", "pxe", "boots machines over the network (PXE)",
    "npp", "", "Network Paging Protocol; in practice NFS locks on Solaris",
    "pcoip", "", "remote desktops (PCoIP)",
    "sieve", "managesieve", "mail filter rules on a server",
    "vrml-multi-use", "", "virtual worlds of the nineties",
    "angular", "", "Angular development server",
    "nats", "", "NATS messages",
    "opentelemetry", "otlp otlp-grpc", "traces, metrics and logs over gRPC",
    "otlp-http", "", "OpenTelemetry over HTTP",
    "rwhois", "", "whois that refers to other servers",
    "f5-iquery", "", "F5 load balancers among themselves",
    "epmd", "", "finds Erlang nodes, also RabbitMQ",
    "ntske", "nts-ke", "keys for secure time (NTS)",
    "ipsec-nat-t", "", "IPsec VPNs through NAT",
    "salt", "saltstack", "Salt configures machines",
    "iax", "iax2", "calls between Asterisk servers",
    "gearman", "", "hands jobs to workers",
    "ipfix", "", "records of network flows",
    "smart-install", "", "Cisco switches set themselves up",
    "vxlan", "", "Ethernet over UDP between hosts of a data centre",
    "roce", "rocev2", "memory access over Ethernet (RDMA)",
    "opcua-tcp", "opcua", "machines in factories (OPC UA)",
    "opcua-udp", "", "machines in factories, publish and subscribe",
    "radmin-port", "radmin", "Radmin remote control",
    "munin", "lrrd", "measured values of a machine",
    "commplex-main", "", "Commplex; in practice registries, Flask, AirPlay",
    "docker-registry", "flask airplay", "container registry; Flask; AirPlay on macOS",
    "commplex-link", "", "Commplex; in practice iperf 2",
    "iperf", "", "iperf 2 measures throughput",
    "avt-profile-1", "rtp", "sound and video in real time (RTP)",
    "avt-profile-2", "rtcp", "quality reports on sound and video (RTCP)",
    "lxi-evntsvc", "", "events of measuring instruments; in practice Logstash",
    "logstash", "beats", "Logstash takes logs from Beats",
    "sip", "", "sets up telephone calls",
    "sips", "sip-tls", "sets up telephone calls over TLS",
    "vite", "", "Vite development server",
    "targus-getdata1", "", "TARGUS; in practice iperf3",
    "iperf3", "", "iperf3 measures throughput",
    "xmpp-client", "jabber-client xmpp jabber", "chat, from the client to its server",
    "xmpp-server", "jabber-server", "chat, between servers",
    "xmpp-bosh", "", "chat over HTTP",
    "stuns", "turns stun-behaviors", "STUN and TURN over TLS",
    "pcp", "nat-pmp", "asks a router to open a port",
    "mdns", "zeroconf bonjour", "names and services on the local network (.local)",
    "llmnr", "", "names on a Windows network without DNS",
    "wsdapi", "", "Windows finds printers and scanners",
    "postgresql", "postgres pgsql", "the database PostgreSQL",
    "matter", "", "home automation (Matter)",
    "personal-agent", "", "Personal Agent; in practice Android debugging",
    "adb", "", "Android debugging over the network",
    "freeciv", "", "the game Freeciv",
    "esmagent", "", "Enterprise Security Agent; in practice Kibana",
    "kibana", "", "Kibana",
    "pcanywheredata", "", "pcAnywhere remote control",
    "nrpe", "", "Nagios runs checks on a machine",
    "nsca", "", "Nagios takes results of checks",
    "amqps", "", "message queues over TLS (RabbitMQ)",
    "amqp", "rabbitmq", "message queues (RabbitMQ, ActiveMQ)",
    "rrac", "", "Remote Replication Agent; in practice MikroTik neighbours",
    "mikrotik-discovery", "", "MikroTik routers find each other",
    "coap", "", "requests to very small devices",
    "coaps", "", "requests to very small devices over DTLS",
    "diameters", "", "Diameter over TLS or DTLS",
    "rfb", "vnc", "remote desktop (VNC)",
    "teamviewer", "", "TeamViewer remote control",
    "couchdb", "", "CouchDB database",
    "wsman", "", "manages Windows machines (WinRM) over HTTP",
    "wsmans", "", "manages Windows machines (WinRM) over HTTPS",
    "wbem-http", "", "manages hardware and systems (CIM)",
    "wbem-https", "", "manages hardware and systems (CIM) over HTTPS",
    "x11", "x", "X window system, one port per display",
    "tensorboard", "", "TensorBoard",
    "geneve", "", "Ethernet over UDP between hosts, with options",
    "sflow", "", "samples of traffic from switches",
    "gnutella-svc", "", "Gnutella file sharing",
    "redis", "valkey", "Redis key-value store",
    "pgbouncer", "", "pools connections to PostgreSQL",
    "sun-sr-https", "", "Sun service registry; in practice the Kubernetes API",
    "kubernetes-api", "kube-apiserver kubernetes", "Kubernetes API server",
    "netconf-tls", "", "configures network devices over TLS",
    "syslog-tls", "", "log messages over TLS",
    "checkmk-agent", "", "measured values of a machine (Checkmk)",
    "sane-port", "sane saned", "scanners over the network",
    "ovsdb", "", "configures Open vSwitch",
    "openflow", "", "a controller steers switches",
    "ircu", "ircd", "chat rooms (IRC), not encrypted",
    "babel", "", "routes in wireless meshes",
    "ircs-u", "ircs", "chat rooms (IRC) over TLS",
    "aria2", "", "aria2 downloads by remote control",
    "bittorrent", "", "BitTorrent peers",
    "muse", "", "MUSE; in practice BitTorrent",
    "afs3-fileserver", "", "AFS file servers",
    "afs3-callback", "", "AFS cache callbacks",
    "afs3-prserver", "", "AFS users and groups",
    "afs3-vlserver", "", "AFS volume locations",
    "spark", "", "Apache Spark master",
    "font-service", "xfs", "fonts for the X window system",
    "temporal", "", "Temporal workflows",
    "rtps-discovery", "dds", "robots and controllers find each other (DDS)",
    "neo4j", "", "Neo4j graph database over HTTP",
    "cwmp", "tr069", "providers manage their customers' routers (TR-069)",
    "ms-do", "", "Windows machines share updates",
    "bolt", "", "queries to Neo4j",
    "swarm-gossip", "memberlist", "Docker Swarm and memberlist nodes find each other",
    "irdmi", "", "Intel RDMI; in practice web servers under development",
    "http-dev", "django", "Django, Python and other web servers under development",
    "wpl-analytics", "", "World Programming analytics; in practice Proxmox",
    "wpl-disc", "", "World Programming discovery",
    "proxmox", "", "Proxmox VE administration",
    "http-alt", "", "a web server's other port",
    "http-alt", "webcache http-proxy", "a web server's other port: proxies, Tomcat, Jenkins",
    "sunproxyadmin", "", "Sun proxy administration; in practice one more web server",
    "d-s-n", "", "Distributed SCADA; in practice InfluxDB",
    "influxdb", "", "InfluxDB database",
    "splunkd", "splunk", "Splunk management",
    "jellyfin", "emby", "Jellyfin and Emby media servers",
    "privoxy", "", "a filtering web proxy",
    "home-assistant", "clickhouse-http", "Home Assistant; ClickHouse over HTTP",
    "puppet", "", "Puppet configures machines",
    "trivnet1", "", "TRIVNET; in practice HashiCorp Vault",
    "vault", "", "HashiCorp Vault",
    "winbox", "", "MikroTik routers by Winbox",
    "bitcoin", "", "Bitcoin nodes",
    "marathontp", "", "Marathon transport",
    "syncthing-gui", "", "Syncthing's web page",
    "pcsync-https", "", "PCsync; in practice a web server's other TLS port",
    "https-alt", "", "a web server's other TLS port",
    "otv", "", "Overlay Transport Virtualization; in practice VXLAN of Linux and flannel",
    "vxlan-linux", "flannel", "VXLAN on Linux's own port, flannel, Cilium",
    "fmtp", "", "Flight Message Transfer; in practice HashiCorp Consul",
    "consul", "", "HashiCorp Consul over HTTP",
    "ethereum-rpc", "", "requests to an Ethereum node",
    "rtsp-alt", "", "camera streams, other port",
    "routeros-api", "mikrotik-api", "API of MikroTik routers",
    "secure-mqtt", "mqtts", "MQTT over TLS",
    "ddi-tcp-1", "", "NewsEDGE; in practice Jupyter",
    "ddi-udp-1", "", "NewsEDGE",
    "jupyter", "", "Jupyter notebooks",
    "solr", "", "Apache Solr search",
    "cslistener", "", "CSlistener; in practice PHP-FPM, MinIO, SonarQube",
    "php-fpm", "minio sonarqube", "PHP-FPM, MinIO, SonarQube",
    "cassandra", "cql scylladb", "Cassandra and ScyllaDB databases",
    "versiera", "", "Versiera agent; in practice Tor",
    "tor-socks", "tor", "Tor's SOCKS proxy",
    "fio-cmgmt", "", "Fusion-io management; in practice Tor's control port",
    "tor-control", "", "steers a Tor process",
    "websm", "", "AIX system manager; in practice Prometheus and Cockpit",
    "prometheus", "cockpit", "Prometheus; Cockpit",
    "XmlIpcRegSvc", "", "Xml-Ipc registry; in practice Apache Kafka",
    "kafka", "", "Apache Kafka",
    "copycat", "", "Copycat database replication; in practice Alertmanager",
    "alertmanager", "", "Prometheus Alertmanager",
    "pdl-datastream", "hp-pdl-datastr jetdirect", "raw print data (JetDirect)",
    "node-exporter", "node_exporter", "measured values of a machine for Prometheus",
    "bacula-dir", "", "Bacula backup, the director",
    "bacula-fd", "", "Bacula backup, the client",
    "bacula-sd", "", "Bacula backup, the storage",
    "wap-wsp", "", "WAP of early mobile phones; in practice Elasticsearch",
    "elasticsearch", "opensearch", "Elasticsearch and OpenSearch",
    "node-inspector", "", "debugs Node.js",
    "vrace", "", "Virtual Racing; in practice Elasticsearch nodes",
    "elasticsearch-nodes", "", "Elasticsearch nodes among themselves",
    "sphinxql", "", "Sphinx search by SQL",
    "rancher", "", "Rancher's Kubernetes nodes",
    "adws", "", "manages Active Directory (PowerShell)",
    "zipkin", "", "Zipkin traces",
    "git", "", "git's own protocol",
    "tungsten-https", "", "WSO2 Tungsten; in practice Portainer and others",
    "portainer", "", "Portainer",
    "condor", "", "HTCondor jobs",
    "davsrc", "", "WebDAV source",
    "palace-2", "", "Palace chat; in practice ZeroTier",
    "zerotier", "", "ZeroTier VPN",
    "ndmp", "", "backup of file servers; in practice also Webmin",
    "webmin", "", "Webmin administration",
    "zabbix-agent", "", "the Zabbix agent of a machine",
    "zabbix-trapper", "zabbix-server", "the Zabbix server",
    "amanda", "", "Amanda backup",
    "nmea-0183", "", "instruments of ships",
    "snmptls", "", "SNMP over TLS",
    "snmpdtls", "", "SNMP over DTLS",
    "kubelet", "", "the Kubernetes agent of a node",
    "hip-nat-t", "", "host identity protocol through NAT",
    "nbd", "", "disks over the network (Linux NBD)",
    "dicom", "", "medical images (DICOM)",
    "memcache", "memcached", "memcached, a cache in memory",
    "hkp", "pgpkeyserver", "OpenPGP keys",
    "ollama", "", "language models on your own machine",
    "doip-data", "doip", "diagnosis of cars",
    "doip-disc", "", "finds cars to diagnose",
    "rabbitmq-management", "", "RabbitMQ's web page",
    "amt-soap-http", "", "manages PCs with Intel AMT",
    "amt-soap-https", "", "manages PCs with Intel AMT over TLS",
    "db-lsp", "", "Dropbox between machines of one network",
    "db-lsp-disc", "", "Dropbox finds machines of one network",
    "minecraft-bedrock", "", "Minecraft, the Bedrock edition",
    "dnp-sec", "", "DNP3 over TLS; in practice also Netdata",
    "netdata", "", "Netdata",
    "dnp", "dnp3", "remote control of power and water plants",
    "mountd", "", "mounts NFS",
    "nfsrdma", "", "NFS over RDMA",
    "snapenetio", "", "SNAP I/O modules; in practice Syncthing",
    "syncthing", "", "Syncthing copies files between your machines",
    "fluentd", "fluent-bit", "Fluentd and Fluent Bit take logs",
    "binkp", "", "Fidonet mail",
    "minecraft", "", "Minecraft, the Java edition",
    "rabbitmq-cluster", "", "RabbitMQ nodes among themselves",
    "quake", "", "the game Quake",
    "cockroach", "cockroachdb", "CockroachDB database",
    "redis-sentinel", "", "Redis Sentinel",
    "flex-lm", "", "FlexLM licence manager",
    "steam", "source-engine", "Steam game servers",
    "mongodb", "mongo", "MongoDB database",
    "ethereum", "", "Ethereum nodes",
    "plex", "", "Plex media server",
    "mysqlx", "", "MySQL's X protocol",
    "traceroute", "", "the ports that traceroute asks in vain",
    "ethercat", "", "EtherCAT for machines",
    "openstack-id", "keystone", "OpenStack identity, administration",
    "ng-control", "", "5G base station to core network",
    "tentacle", "", "Pandora FMS agents",
    "tailscale", "", "Tailscale VPN",
    "pmcd", "", "Performance Co-Pilot",
    "EtherNet/IP-2", "EtherNet-IP-2", "industrial automation, messages",
    "winrm", "", "Windows remote management, local",
    "bacnet", "", "building automation",
    "jenkins-agent", "", "Jenkins agents",
    "grpc", "", "gRPC in most examples",
    "transmission", "", "Transmission (BitTorrent)",
    "wireguard", "wg", "WireGuard VPN",
    "spotify-connect", "", "Spotify finds devices",
    "mumble", "murmur", "Mumble voice chat",
);
