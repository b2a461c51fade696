//! From text to an expression: the grammar of ss(8), and what it has not.
//!
//! As the manual of `ss` has it, `and` binds closer than `or`, and terms side by side are joined by
//! `and`. (`ss` itself goes from left to right: there `a or b and c` is `(a or b) and c`.)

use std::ops::Range;

use super::error::{ParseError, Problem};
use super::expression::{Expression, Term};
use super::host::End;
use super::number::Comparison;
use super::terms::{self, AUTOBOUND, Key, Operator, Value, described, key, parse_states};
use crate::state::States;

/// The longest expression that is read, in octets.
const EXPRESSION_MAX_OCTETS: usize = 64 * 1024;

/// Parentheses and `not` may be nested so deep.
const DEPTH_MAX: usize = 100;

/// How terms are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joint {
    And,
    Or,
}

struct Parser<'a> {
    text: &'a str,
    /// Where the rest begins.
    at: usize,
    depth: usize,
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    ///
    /// It makes no sense; the error points at the place.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let fail = |(problem, place)| ParseError::new(problem, text, place);
        if text.len() > EXPRESSION_MAX_OCTETS {
            return Err(fail((Problem::TooLong { max: EXPRESSION_MAX_OCTETS }, 0..0)));
        }
        Parser { text, at: 0, depth: 0 }.whole().map_err(fail)
    }
}

/// What is wrong, and where.
type Failure = (Problem, Range<usize>);

impl Parser<'_> {
    fn whole(&mut self) -> Result<Expression, Failure> {
        let states = self.leading_states()?;
        if let (Some(states), None) = (&states, self.peek()) {
            return Ok(states.clone());
        }
        let expression = self.alternatives()?;
        if self.peek().is_some() {
            return Err((Problem::Unopened, self.at..self.at + 1));
        }
        Ok(match states {
            Some(states) => Expression::All(vec![states, expression]),
            None => expression,
        })
    }

    /// States at the beginning hold for all that follows, unless something else joins them to it.
    fn leading_states(&mut self) -> Result<Option<Expression>, Failure> {
        let is_key = matches!(self.peek_key(), Some(Key::State | Key::Exclude));
        let start = self.at;
        self.at += self.bare_word().len();
        let is_leading = is_key && self.take_operator() == Operator::None;
        self.at = start;
        if !is_leading {
            return Ok(None);
        }
        let states = self.operand()?;
        if self.peek() != Some(')') && self.peek_joint().is_none() {
            return Ok(Some(states));
        }
        self.at = start;
        Ok(None)
    }

    /// What `or` joins.
    fn alternatives(&mut self) -> Result<Expression, Failure> {
        let mut of = vec![self.conjunction()?];
        while self.take_joint(Joint::Or) {
            of.push(self.conjunction()?);
        }
        Ok(Expression::any(of))
    }

    /// What `and` joins, or nothing but blanks.
    fn conjunction(&mut self) -> Result<Expression, Failure> {
        let mut of = vec![self.operand()?];
        loop {
            let is_joined = self.take_joint(Joint::And);
            let is_over = matches!(self.peek(), None | Some(')')) || self.peek_joint().is_some();
            if is_over && !is_joined {
                return Ok(Expression::all(of));
            }
            of.push(self.operand()?);
        }
    }

    fn operand(&mut self) -> Result<Expression, Failure> {
        let next = self.peek();
        let start = self.at;
        if matches!(next, None | Some(')' | '&' | '|')) || self.peek_joint().is_some() {
            let length = next.filter(|it| *it != ')').map_or(0, |_| self.bare_word().len());
            return Err((Problem::TermMissing, start..start + length));
        }
        if next == Some('(') {
            return self.deeper(Self::parenthesis);
        }
        if self.take_not() {
            return self.deeper(|it| Ok(it.operand()?.negated()));
        }
        self.term()
    }

    fn deeper(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Expression, Failure>,
    ) -> Result<Expression, Failure> {
        if self.depth == DEPTH_MAX {
            return Err((Problem::TooDeep { max: DEPTH_MAX }, self.at..self.at));
        }
        self.depth += 1;
        let expression = read(self);
        self.depth -= 1;
        expression
    }

    fn parenthesis(&mut self) -> Result<Expression, Failure> {
        let opened = self.at;
        self.at += 1;
        let expression = self.alternatives()?;
        if self.peek() != Some(')') {
            return Err((Problem::Unclosed, opened..opened + 1));
        }
        self.at += 1;
        Ok(expression)
    }

    fn term(&mut self) -> Result<Expression, Failure> {
        let start = self.at;
        let word = self.bare_word();
        if word == AUTOBOUND {
            self.at += word.len();
            return Ok(Term::Autobound.into());
        }
        match key(word) {
            Some(key) => {
                self.at += word.len();
                self.keyed(key, start)
            }
            None => self.unkeyed(start),
        }
    }

    /// What follows a key.
    fn keyed(&mut self, key: Key, start: usize) -> Result<Expression, Failure> {
        let operator_at = self.at;
        let operator = self.take_operator();
        let operator_place = self.place_since(operator_at);
        let end = if operator == Operator::None { operator_at } else { self.at };
        // After an operator `and` is a name as any other.
        let is_joint = operator == Operator::None && self.peek_joint().is_some();
        if is_joint || self.peek_value().is_none() {
            let (name, example) = described(key);
            return Err((Problem::ValueMissing { key: name, example }, start..end));
        }
        if !key.is_ordered() && !operator.is_equality() {
            let (name, _) = described(key);
            let operator = operator.symbol();
            return Err((Problem::Operator { key: name, operator }, operator_place));
        }
        if matches!(key, Key::State | Key::Exclude) && operator == Operator::None {
            return self.states(key);
        }
        let value = self.take_value()?;
        let expression = operator.applied(key, &value);
        expression.map_err(|problem| (problem, value.place))
    }

    /// `state X state Y exclude Z`, as in `ss`: the first says what there is to add to.
    fn states(&mut self, first: Key) -> Result<Expression, Failure> {
        let mut states = if first == Key::State { States::NONE } else { States::ALL };
        let mut key = first;
        loop {
            let value = self.take_value()?;
            let named = parse_states(&value.text()).map_err(|it| (it, value.place))?;
            states = if key == Key::State { states | named } else { states & !named };
            let behind = self.at;
            match self.peek_key() {
                Some(next @ (Key::State | Key::Exclude)) => {
                    self.skip_blanks();
                    self.at += self.bare_word().len();
                    if self.take_operator() == Operator::None && self.peek_value().is_some() {
                        key = next;
                        continue;
                    }
                    self.at = behind;
                }
                _ => self.at = behind,
            }
            return Ok(Term::State(states).into());
        }
    }

    /// An address or a port without a key: any end of the socket.
    fn unkeyed(&mut self, start: usize) -> Result<Expression, Failure> {
        let operator = self.take_operator();
        if operator != Operator::None {
            let operator = operator.symbol();
            return Err((Problem::KeyMissing { operator }, self.place_since(start)));
        }
        let value = self.take_value()?;
        let text = value.text();
        let expression = if terms::is_host(&text) {
            terms::address(End::Either, &value)
        } else {
            Err(Problem::Unknown { hint: terms::hint(&text), word: text })
        };
        expression.map_err(|problem| (problem, value.place))
    }
}

/// The text, a character or a word at a time.
impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// Where something began that ends here, without the blanks before it.
    fn place_since(&self, start: usize) -> Range<usize> {
        let text = &self.text[start..self.at];
        start + text.len() - text.trim_start().len()..self.at
    }

    /// The next character that is not blank.
    fn peek(&mut self) -> Option<char> {
        self.skip_blanks();
        self.rest().chars().next()
    }

    /// The next character, if a value can begin with it.
    fn peek_value(&mut self) -> Option<char> {
        self.peek().filter(|it| !ends_value(*it))
    }

    /// What comes up to a blank or something that no key has.
    fn bare_word(&self) -> &'a str {
        let rest = self.rest();
        if let Some(joint) = ["&&", "||", "&", "|"].into_iter().find(|it| rest.starts_with(it)) {
            return &rest[..joint.len()];
        }
        let is_end = |it: char| ends_value(it) || "=!<>\\'\"".contains(it);
        &rest[..rest.find(is_end).unwrap_or(rest.len())]
    }

    fn peek_key(&mut self) -> Option<Key> {
        self.skip_blanks();
        key(self.bare_word())
    }

    fn peek_joint(&mut self) -> Option<Joint> {
        self.skip_blanks();
        match self.bare_word() {
            "&" | "&&" => Some(Joint::And),
            "|" | "||" => Some(Joint::Or),
            word if word.eq_ignore_ascii_case("and") => Some(Joint::And),
            word if word.eq_ignore_ascii_case("or") => Some(Joint::Or),
            _ => None,
        }
    }

    fn take_joint(&mut self, joint: Joint) -> bool {
        let is_next = self.peek_joint() == Some(joint);
        if is_next {
            self.at += self.bare_word().len();
        }
        is_next
    }

    fn take_not(&mut self) -> bool {
        let rest = self.rest();
        let length = match self.bare_word() {
            word if word.eq_ignore_ascii_case("not") => word.len(),
            _ => usize::from(rest.starts_with('!') && !rest.starts_with("!=")),
        };
        self.at += length;
        length > 0
    }

    fn take_operator(&mut self) -> Operator {
        self.skip_blanks();
        let word = self.bare_word();
        let symbols = ["==", "!=", ">=", "<=", "=", ">", "<"];
        let symbol = symbols.into_iter().find(|it| self.rest().starts_with(it));
        let token = symbol.unwrap_or(word);
        let operator = match token.to_ascii_lowercase().as_str() {
            "=" | "==" | "eq" => Operator::Compared(Comparison::Equal),
            "!=" | "ne" | "neq" => Operator::NotEqual,
            ">" | "gt" => Operator::Compared(Comparison::Greater),
            "<" | "lt" => Operator::Compared(Comparison::Less),
            ">=" | "ge" | "geq" => Operator::Compared(Comparison::GreaterOrEqual),
            "<=" | "le" | "leq" => Operator::Compared(Comparison::LessOrEqual),
            _ => return Operator::None,
        };
        self.at += token.len();
        operator
    }

    /// Everything up to a blank, a parenthesis, `&` or `|`, unless quoted.
    fn take_value(&mut self) -> Result<Value, Failure> {
        self.skip_blanks();
        let start = self.at;
        let mut characters = Vec::new();
        let mut quote = None;
        let mut rest = self.rest().char_indices();
        let mut end = self.text.len();
        while let Some((offset, character)) = rest.next() {
            match (quote, character) {
                (Some((mark, _)), _) if character == mark => quote = None,
                (Some(('\'', _)), _) => characters.push((character, true)),
                (_, '\\') => match rest.next() {
                    Some((_, quoted)) => characters.push((quoted, true)),
                    None => characters.push((character, true)),
                },
                (Some(_), _) => characters.push((character, true)),
                (None, '\'' | '"') => quote = Some((character, start + offset)),
                (None, _) if ends_value(character) => {
                    end = start + offset;
                    break;
                }
                (None, _) => characters.push((character, false)),
            }
        }
        if let Some((mark, at)) = quote {
            return Err((Problem::Unquoted { mark }, at..at + 1));
        }
        self.at = end;
        Ok(Value { characters, place: start..end })
    }
}

const fn ends_value(character: char) -> bool {
    character.is_whitespace() || matches!(character, '(' | ')' | '&' | '|')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> String {
        Expression::parse(text).unwrap_or_else(|error| panic!("{error}")).to_string()
    }

    #[test]
    fn the_grammar_of_ss_is_understood() {
        let cases = [
            (
                "( dport = :443 or sport = :22 ) and not dst 10.0.0.0/8",
                "( dport = :443 or sport = :22 ) and not dst = 10.0.0.0/8",
            ),
            ("( dport = :ssh or sport = :ssh )", "dport = :22 or sport = :22"),
            (
                "state fin-wait-1 ( sport = :http or sport = :https ) dst 193.233.7/24",
                "state = fin-wait-1 and ( ( sport = :80 or sport = :443 ) and dst = 193.233.7.0/24 )",
            ),
            ("src /tmp/.X11-unix/*", "src = unix:/tmp/.X11-unix/*"),
            ("dst [::1]:80", "dst = [::1]:80"),
            ("dst = ::1", "dst = [::1]"),
            ("dst != ::1", "not dst = [::1]"),
            ("dst inet6:::1", "dst = [::1]"),
            ("dst inet:*:80", "dst = 0.0.0.0/0:80"),
            ("dst *:80", "dport = :80"),
            ("src :80", "sport = :80"),
            ("src *", "src = *"),
            ("src fe80::1%eth0", "src = [fe80::1] and dev = eth0"),
            ("sport = inet6:80", "src = [::]/0:80"),
            ("sport = 80", "sport = :80"),
            ("sport 80", "sport = :80"),
            ("sport == :80", "sport = :80"),
            ("sport eq :80", "sport = :80"),
            ("sport != :80", "not sport = :80"),
            ("sport ne :80", "not sport = :80"),
            ("sport neq :80", "not sport = :80"),
            ("sport > :80", "sport = :81-65535"),
            ("sport gt :80", "sport = :81-65535"),
            ("sport >= :80", "sport = :80-65535"),
            ("sport ge :80", "sport = :80-65535"),
            ("sport geq :80", "sport = :80-65535"),
            ("sport < :80", "sport = :0-79"),
            ("sport lt :80", "sport = :0-79"),
            ("sport <= :80", "sport = :0-80"),
            ("sport le :80", "sport = :0-80"),
            ("sport leq :80", "sport = :0-80"),
            ("sport >= :0", "src = *"),
            ("dev eth0", "dev = eth0"),
            ("dev != 3", "not dev = 3"),
            ("fwmark = 1", "fwmark = 0x1"),
            ("fwmark 0x01/0x03", "fwmark = 0x1/0x3"),
            ("cgroup = /sys/fs/cgroup/system.slice/", "cgroup = /system.slice"),
            ("cgroup /sys/fs/cgroup/sys/fs/cgroup/x", "cgroup = /sys/fs/cgroup/sys/fs/cgroup/x"),
            ("cgroup user.slice", "cgroup = /user.slice"),
            ("autobound", "autobound"),
            ("src unix:@/tmp/[a-c]?", "src = unix:@/tmp/[\\a-\\c]?"),
            ("src unix:/a\\*b", "src = unix:/a\\*b"),
            ("src link:arp:eth0", "src = link:0x0806:eth0"),
            ("src link:*", "src = link:*"),
        ];
        for (text, printed) in cases {
            assert_eq!(parsed(text), printed, "{text}");
        }
    }

    #[test]
    fn states_are_joined_as_in_ss() {
        let cases = [
            ("state listen", "state = listening"),
            ("state LISTEN state ESTAB", "state = established,listening"),
            (
                "state connected exclude established",
                "state = syn-sent,syn-recv,fin-wait-1,fin-wait-2,time-wait,close-wait,last-ack,closing",
            ),
            ("exclude time-wait exclude syn-recv", "state = big"),
            (
                "excl fin_wait1",
                "state = established,syn-sent,syn-recv,fin-wait-2,time-wait,unconn,close-wait,last-ack,listening,closing,bound",
            ),
            ("state all", "state = all"),
            // At the beginning they hold for all that follows.
            ("state listen :22 or :80", "state = listening and ( port = :22 or port = :80 )"),
            ("state listen and :22 or :80", "( state = listening and port = :22 ) or port = :80"),
            ("state listen or :80", "state = listening or port = :80"),
            ("state = listen :22 or :80", "( state = listening and port = :22 ) or port = :80"),
            ("state = listen,closed", "state = unconn,listening"),
            (":22 state listen state closed", "port = :22 and state = unconn,listening"),
            ("not state listen", "not state = listening"),
            ("state != listen", "not state = listening"),
        ];
        for (text, printed) in cases {
            assert_eq!(parsed(text), printed, "{text}");
        }
    }

    #[test]
    fn and_binds_closer_than_or_and_not_closest() {
        let cases = [
            (":1 or :2 and :3", "port = :1 or ( port = :2 and port = :3 )"),
            (":1 or :2 :3", "port = :1 or ( port = :2 and port = :3 )"),
            (":1 and :2 or :3", "( port = :1 and port = :2 ) or port = :3"),
            (":1 | :2 || :3", "port = :1 or port = :2 or port = :3"),
            (":1 & :2 && :3", "port = :1 and port = :2 and port = :3"),
            (":1|:2&:3", "port = :1 or ( port = :2 and port = :3 )"),
            ("not :1 :2", "not port = :1 and port = :2"),
            ("! :1 or :2", "not port = :1 or port = :2"),
            ("!:1", "not port = :1"),
            ("not not :1", "not not port = :1"),
            ("!(:1 or :2)", "not ( port = :1 or port = :2 )"),
            ("((:1))(:2)", "port = :1 and port = :2"),
            ("NOT :1 OR :2 AND :3", "not port = :1 or ( port = :2 and port = :3 )"),
            ("dport=:443&sport>=:1024", "dport = :443 and sport = :1024-65535"),
        ];
        for (text, printed) in cases {
            assert_eq!(parsed(text), printed, "{text}");
        }
    }

    #[test]
    fn what_ss_has_not_is_understood() {
        let cases = [
            (":8080", "port = :8080"),
            (":https", "port = :443"),
            (":22,80-90", "port = :22 or port = :80-90"),
            ("::1", "addr = [::1]"),
            ("[::1]:80", "addr = [::1]:80"),
            ("10.0.0.0/8", "addr = 10.0.0.0/8"),
            ("10/8", "addr = 10.0.0.0/8"),
            ("127.0.0.1:80", "addr = 127.0.0.1:80"),
            ("localhost:80", "addr = localhost:80"),
            ("addr www.example.com", "addr = www.example.com"),
            ("/run/x.sock", "addr = unix:/run/x.sock"),
            ("*:80", "port = :80"),
            ("port = 80", "port = :80"),
            ("port != 80,81", "not ( port = :80 or port = :81 )"),
            ("lport 80", "sport = :80"),
            ("rport 80", "dport = :80"),
            ("addr = 10.1.2.3/8", "addr = 10.0.0.0/8"),
            ("pid = 1,2", "pid = 1 or pid = 2"),
            ("name = nginx", "name = nginx"),
            ("name 'nginx: worker*'", "name = nginx:\\ worker\\*"),
            ("name nginx*", "name = nginx*"),
            ("name \"(sd-pam)\"", "name = \\(sd-pam\\)"),
            ("name = or", "name = or"),
            ("unit = ssh.service", "unit = ssh.service"),
            ("user = root", "user = root"),
            ("user = 0", "uid = 0"),
            ("uid != 0", "not uid = 0"),
            ("inode = 4711", "inode = 4711"),
            ("recv_q > 1000", "recv_q > 1000"),
            ("send_q>0", "send_q > 0"),
            ("rtt_ms >= 0.5", "rtt_ms >= 0.500"),
            ("retransmits lt 3", "retransmits < 3"),
        ];
        for (text, printed) in cases {
            assert_eq!(parsed(text), printed, "{text}");
        }
    }

    #[test]
    fn an_error_points_at_the_place() {
        let cases = [
            ("", "a term is missing here, like ':22' or 'dst 10.0.0.0/8'", 0..0),
            ("()", "a term is missing here, like ':22' or 'dst 10.0.0.0/8'", 1..1),
            (":22 or", "a term is missing here, like ':22' or 'dst 10.0.0.0/8'", 6..6),
            (":22 or or :80", "a term is missing here, like ':22' or 'dst 10.0.0.0/8'", 7..9),
            ("&& :80", "a term is missing here, like ':22' or 'dst 10.0.0.0/8'", 0..2),
            ("not", "a term is missing here, like ':22' or 'dst 10.0.0.0/8'", 3..3),
            ("( :22 or ( :80 )", "this parenthesis is not closed", 0..1),
            (":22 )", "no parenthesis is open here", 4..5),
            ("dprot = :443", "'dprot' is no term: did you mean 'dport'?", 0..5),
            (
                ":22 8080",
                "'8080' is no term: write ':8080' for a port, 'pid 8080' for a process",
                4..8,
            ),
            (
                "ssh",
                "'ssh' is no term: write ':ssh' for the port, 'name ssh' for the process",
                0..3,
            ),
            ("listen", "'listen' is no term: write 'state listen'", 0..6),
            ("dport:443", "'dport:443' is no term: write 'dport = :443'", 0..9),
            ("example.com", "'example.com' is no term: write 'addr example.com' for a host", 0..11),
            ("( sport )", "'sport' needs a value, like 'sport = :22'", 2..7),
            ("sport =", "'sport' needs a value, like 'sport = :22'", 0..7),
            ("sport and :22", "'sport' needs a value, like 'sport = :22'", 0..5),
            ("sport = :65536", "'65536' is out of range: ports go from 0 to 65535", 8..14),
            ("sport = :90-80", "'90-80' runs backwards: write 80-90", 8..14),
            ("sport > :65535", "no port is > 65535: a port is 0 to 65535", 8..14),
            ("sport < 0", "no port is < 0: a port is 0 to 65535", 8..9),
            ("sport < 80,81", "'<' compares with one value, not with several", 8..13),
            ("sport < 80-81", "'<' compares with one value, not with several", 8..13),
            ("= :22", "a name is missing before '=', like 'sport' or 'pid'", 0..1),
            ("dst > 10.0.0.0/8", "'dst' knows = and != only, not '>'", 4..5),
            (
                "dst 10.0.0.0/33",
                "'/33' is no length of a prefix: an IPv4 address has 32 bits",
                4..15,
            ),
            ("dst inet:::1", "'[::1]' is not of the family 'inet'", 4..12),
            (
                "src netlink:kernel",
                "sockets of the family 'netlink' are not listed: inet, inet6, unix and link are",
                4..18,
            ),
            (
                "src link:apr",
                "'apr' is no type of frames: write ip, ipv6, arp, * or a number like 0x88cc",
                4..12,
            ),
            ("state listne", "'listne' is no state: did you mean 'listening'?", 6..12),
            ("pid = sshd", "'sshd' is no process: write a number from 0 to 2147483647", 6..10),
            (
                "pid = 4294967296",
                "'4294967296' is no process: write a number from 0 to 2147483647",
                6..16,
            ),
            ("recv_q > 1k", "'1k' is no recv_q: write a number", 9..11),
            (
                "fwmark = 0xg",
                "'0xg' is no mark: write a number like 7 or 0x10, or with a mask 0x10/0xff",
                9..12,
            ),
            (
                "name = 'x",
                "this quotation mark has no second one: write \\' for the character itself",
                7..8,
            ),
            ("dev = ''", "no dev given", 6..8),
        ];
        for (text, problem, place) in cases {
            let error = Expression::parse(text).expect_err(text);
            assert_eq!(
                (error.problem().to_string(), error.place()),
                (problem.to_owned(), place),
                "{text}"
            );
        }
    }

    #[test]
    fn an_error_shows_the_place_below_the_expression() {
        let error = Expression::parse("sport = :22 or\tdprot = :443").unwrap_err();
        let shown = "'dprot' is no term: did you mean 'dport'?\n  sport = :22 or dprot = :443\n                 ^^^^^";
        assert_eq!(error.to_string(), shown);
        let error = Expression::parse("'a\nb'").unwrap_err();
        assert_eq!(error.to_string(), "'a\\nb' is no term\n  'a b'\n  ^^^^^");
        let long = format!("{}x", ":22 ".repeat(1000));
        let shown = Expression::parse(&long).unwrap_err().to_string();
        let lines: Vec<_> = shown.lines().collect();
        assert!(
            lines[1].len() < 80 && lines[1].ends_with(" x") && lines[2].len() == lines[1].len()
        );
    }

    #[test]
    fn what_is_too_deep_or_too_long_is_refused() {
        let nested = |depth: usize| format!("{}:22{}", "(".repeat(depth), ")".repeat(depth));
        assert_eq!(parsed(&nested(DEPTH_MAX)), "port = :22");
        let refused = |text: &str| Expression::parse(text).unwrap_err().problem().to_string();
        assert_eq!(refused(&nested(DEPTH_MAX + 1)), "this is nested more than 100 deep");
        assert_eq!(
            refused(&"!".repeat(EXPRESSION_MAX_OCTETS)),
            "this is nested more than 100 deep"
        );
        assert_eq!(
            refused(&" ".repeat(EXPRESSION_MAX_OCTETS + 1)),
            "the expression is longer than 65536 octets"
        );
    }
}
