//! Services by words, the best match first.

use crate::local::LocalService;
use crate::row::Entry;
use crate::services::{Service, all, all_without_port, in_order};

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
    for (nth, service) in (0..=u16::MAX).zip(local) {
        if let Some(rank) = rank_of_local(service, &words) {
            found.push(Place { rank, nearness: Nearness::Local, port: service.port, nth });
        }
    }
    for service in all().chain(all_without_port()) {
        if let Some(rank) = rank(service, &words) {
            let port = Some(*service.ports().start()).filter(|port| *port > 0);
            let is_everyday = service.is_everyday();
            let nearness = if is_everyday { Nearness::Everyday } else { Nearness::Registered };
            found.push(Place {
                rank,
                nearness,
                port: port.unwrap_or(u16::MAX),
                nth: service.row(),
            });
        }
    }
    let places = in_order(found.into_iter().map(Place::key).collect());
    places.into_iter().filter_map(|key| entry(key, local)).collect()
}

/// Where a service comes among those that were found.
struct Place {
    rank: Rank,
    nearness: Nearness,
    port: u16,
    /// Of the local services, or of the rows of the table.
    nth: u16,
}

/// Whose service it is, those that are nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nearness {
    Local,
    Everyday,
    Registered,
}

impl Place {
    /// A number for each place, in their order: to sort numbers takes the least code.
    fn key(self) -> u64 {
        let Self { rank, nearness, port, nth } = self;
        (rank as u64) << 40 | (nearness as u64) << 32 | u64::from(port) << 16 | u64::from(nth)
    }
}

/// What was found at a place.
fn entry(key: u64, local: &[LocalService]) -> Option<Entry> {
    let [nth, _, nearness] = [key, key >> 16, key >> 32].map(|it| it & 0xffff);
    if nearness & 0xff == Nearness::Local as u64 {
        return local.get(usize::try_from(nth).ok()?).cloned().map(Entry::Local);
    }
    Some(Entry::Service(Service::at(u16::try_from(nth).ok()?)))
}

fn rank_of_local(service: &LocalService, words: &[String]) -> Option<Rank> {
    let texts =
        [&service.name, &service.aliases.join("\n"), service.remark.as_deref().unwrap_or("")];
    rank_of_all(&texts.map(str::to_lowercase), words)
}

fn rank(service: Service, words: &[String]) -> Option<Rank> {
    let mut aliases = String::new();
    for alias in service.aliases() {
        aliases.push_str(alias);
        aliases.push('\n');
    }
    let mut description = service.description();
    if service.is_everyday()
        && let Some(registered) = service.registered_description()
    {
        description.push('\n');
        description.push_str(&registered);
    }
    rank_of_all(&[service.name(), &aliases, &description].map(str::to_lowercase), words)
}

/// The worst place in which one of the words was found, if all of them were. The texts are name,
/// aliases (a line each) and description in lower case.
fn rank_of_all(texts: &[String; 3], words: &[String]) -> Option<Rank> {
    let mut worst = Rank::Name;
    for word in words {
        worst = worst.max(rank_of_word(texts, word)?);
    }
    Some(worst)
}

fn rank_of_word([name, aliases, description]: &[String; 3], word: &str) -> Option<Rank> {
    let rank = if name == word {
        Rank::Name
    } else if aliases.lines().any(|alias| alias == word) {
        Rank::Alias
    } else if name.starts_with(word) {
        Rank::NameBeginning
    } else if name.contains(word) {
        Rank::InName
    } else if aliases.contains(word) {
        Rank::InAlias
    } else if has_word(description, word) {
        Rank::WordOfDescription
    } else if description.contains(word) {
        Rank::InDescription
    } else {
        return None;
    };
    Some(rank)
}

/// Whether a word stands in a text with no letter or digit beside it.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let behind = text[at + word.len()..].chars().next();
        // What is not ASCII is taken for a letter, which it is here.
        let is_letter = |it: char| it.is_ascii_alphanumeric() || !it.is_ascii();
        !before.is_some_and(is_letter) && !behind.is_some_and(is_letter)
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
        let texts = ["http-alt", "webcache\nhttp-proxy", "a web server's other port: proxies"]
            .map(str::to_owned);
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
            assert_eq!(rank_of_word(&texts, word), rank, "{word}");
        }
        let all = |words: &[&str]| {
            let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
            rank_of_all(&texts, &words)
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
