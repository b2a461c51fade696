//! Services by words, the best match first.

use crate::local::LocalService;
use crate::row::Entry;
use crate::services::{Service, all, all_without_port};

/// Where a word was found, the best place first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Name,
    Alias,
    NameBeginning,
    InName,
    InAlias,
    WordOfDescription,
    InDescription,
}

/// The services that have all words in their names, aliases or descriptions. A service is as good as
/// the worst place in which one of the words was found; of equally good ones those of this machine
/// come first, then those that people meet, then those with the lower port.
pub(crate) fn search(words: &[String], local: &[LocalService]) -> Vec<Entry> {
    let words: Vec<_> = words.iter().map(|word| word.to_lowercase()).collect();
    let mut found = Vec::new();
    for service in local {
        let text = Searched {
            name: &service.name.to_lowercase(),
            aliases: &lower(service.aliases.iter()),
            description: &service.remark.as_deref().unwrap_or_default().to_lowercase(),
        };
        if let Some(rank) = text.rank_of_all(&words) {
            found.push(((rank, Nearness::Local, service.port), Entry::Local(service.clone())));
        }
    }
    for service in all().chain(all_without_port()) {
        if let Some(rank) = rank(service, &words) {
            let port = Some(*service.ports().start()).filter(|port| *port > 0);
            let nearness =
                if service.is_everyday() { Nearness::Everyday } else { Nearness::Registered };
            let place = (rank, nearness, port.unwrap_or(u16::MAX));
            found.push((place, Entry::Service(service)));
        }
    }
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, entry)| entry).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    Local,
    Everyday,
    Registered,
}

fn rank(service: Service, words: &[String]) -> Option<Rank> {
    let mut description = service.description();
    if service.is_everyday()
        && let Some(registered) = service.registered_description()
    {
        description.push('\n');
        description.push_str(&registered);
    }
    let text = Searched {
        name: &service.name().to_ascii_lowercase(),
        aliases: &lower(service.aliases()),
        description: &description.to_lowercase(),
    };
    text.rank_of_all(words)
}

fn lower(names: impl Iterator<Item = impl AsRef<str>>) -> Vec<String> {
    names.map(|name| name.as_ref().to_lowercase()).collect()
}

/// The texts of a service in lower case.
struct Searched<'a> {
    name: &'a str,
    aliases: &'a [String],
    description: &'a str,
}

impl Searched<'_> {
    /// The worst place in which one of the words was found, if all of them were.
    fn rank_of_all(&self, words: &[String]) -> Option<Rank> {
        let ranks = words.iter().map(|word| self.rank(word));
        ranks.collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    fn rank(&self, word: &str) -> Option<Rank> {
        let is_in_alias = |is_found: fn(&str, &str) -> bool| {
            self.aliases.iter().any(|alias| is_found(alias, word))
        };
        let rank = if self.name == word {
            Rank::Name
        } else if is_in_alias(|alias, word| alias == word) {
            Rank::Alias
        } else if self.name.starts_with(word) {
            Rank::NameBeginning
        } else if self.name.contains(word) {
            Rank::InName
        } else if is_in_alias(|alias, word| alias.contains(word)) {
            Rank::InAlias
        } else if has_word(self.description, word) {
            Rank::WordOfDescription
        } else if self.description.contains(word) {
            Rank::InDescription
        } else {
            return None;
        };
        Some(rank)
    }
}

/// Whether a word stands in a text with no letter or digit beside it.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let behind = text[at + word.len()..].chars().next();
        !before.into_iter().chain(behind).any(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(words: &[&str]) -> Vec<&'static str> {
        let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
        let found = search(&words, &[]).into_iter();
        found
            .filter_map(|entry| match entry {
                Entry::Service(service) => Some(service.name()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn the_best_places_come_first() {
        let text = Searched {
            name: "http-alt",
            aliases: &["webcache".into(), "http-proxy".into()],
            description: "a web server's other port: proxies",
        };
        for (word, rank) in [
            ("http-alt", Some(Rank::Name)),
            ("webcache", Some(Rank::Alias)),
            ("http", Some(Rank::NameBeginning)),
            ("alt", Some(Rank::InName)),
            ("proxy", Some(Rank::InAlias)),
            ("port", Some(Rank::WordOfDescription)),
            ("prox", Some(Rank::InAlias)),
            ("proxie", Some(Rank::InDescription)),
            ("tomcat", None),
        ] {
            assert_eq!(text.rank(word), rank, "{word}");
        }
        let all = |words: &[&str]| {
            let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
            text.rank_of_all(&words)
        };
        assert_eq!(all(&["http", "other"]), Some(Rank::WordOfDescription));
        assert_eq!(all(&["http", "tomcat"]), None);
    }

    #[test]
    fn everyday_services_come_before_others() {
        assert_eq!(names(&["ssh"])[0], "ssh");
        assert_eq!(names(&["Secure", "SHELL"])[0], "ssh");
        assert_eq!(names(&["postgres"])[0], "postgresql");
        assert_eq!(names(&["wireguard"]), ["wireguard"]);
        assert_eq!(names(&["forté"]), ["vision-mon", "vision-mon-disc"]);
        assert!(names(&["airplay"]).contains(&"airplay"));
        assert_eq!(names(&["no such words"]), [""; 0]);
    }

    #[test]
    fn local_services_come_first() {
        let ours = LocalService {
            name: "ssh".into(),
            port: 2222,
            protocols: std::iter::once(crate::Protocol::Tcp).collect(),
            aliases: Vec::new(),
            remark: None,
        };
        let found = search(&["ssh".into()], std::slice::from_ref(&ours));
        assert_eq!(found[0], Entry::Local(ours));
    }
}
