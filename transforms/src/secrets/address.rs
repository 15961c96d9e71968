//! Addresses and what else connects to a service: whether a password stands in them.

use super::guard::{self, Guarded};

/// What stands where an address has its password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Password {
    /// A password.
    Given,
    /// A word that stands in for one, and often is one: `postgres:password@`.
    StandIn,
}

/// The password of the first address that has one.
pub(super) fn password(text: &str) -> Option<Password> {
    let addresses = text.match_indices("://").filter_map(|(at, mark)| userinfo(&text[at + mark.len()..]));
    addresses.chain(oracle(text)).chain(go_driver(text)).chain(easy_connect(text)).find_map(judge)
}

/// `user:password` of what follows the scheme.
fn userinfo(rest: &str) -> Option<&str> {
    let rest = &rest[..rest.find(ends).unwrap_or(rest.len())];
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    if let Some((userinfo, _)) = authority.rsplit_once('@') {
        return Some(userinfo);
    }
    // People put passwords into addresses as they are, slashes and all.
    let (userinfo, host) = rest.rsplit_once('@')?;
    let (user, password) = userinfo.split_once(':')?;
    let port = &password[..password.find('/').unwrap_or(password.len())];
    let is_port = port.is_empty() || port.bytes().all(|letter| letter.is_ascii_digit());
    let is_host = host.starts_with(|first: char| first.is_ascii_alphanumeric())
        && host
            .bytes()
            .take_while(|&letter| letter != b'/')
            .all(|letter| letter.is_ascii_alphanumeric() || b".-:,".contains(&letter));
    (!is_port && is_host && !user.contains(['/', '?', '#', '@'])).then_some(userinfo)
}

fn ends(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '"' | '\'' | '`' | '<' | '>' | '\\')
}

/// `jdbc:oracle:thin:user/password@host`.
fn oracle(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("jdbc:oracle:")?;
    let (_, rest) = rest.split_once(':')?;
    let (userinfo, _) = rest.split_once('@')?;
    userinfo.contains('/').then_some(userinfo)
}

/// `user:password@tcp(host:3306)/orders`.
fn go_driver(text: &str) -> Option<&str> {
    let at = text.find("@tcp(").or_else(|| text.find("@unix("))?;
    text[..at].rsplit(ends).next().filter(|userinfo| !userinfo.contains("://"))
}

/// `user/password@host:1521/service`, as Oracle's tools take it.
fn easy_connect(text: &str) -> Option<&str> {
    let (userinfo, target) = text.rsplit_once('@')?;
    let (user, password) = userinfo.split_once('/')?;
    let (host, rest) = target.trim_start_matches('/').split_once(':')?;
    let (port, service) = rest.split_once('/')?;
    let word = |text: &str| {
        !text.is_empty() && text.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"_.-$".contains(&letter))
    };
    let number = !port.is_empty() && port.bytes().all(|letter| letter.is_ascii_digit());
    (word(user) && word(host) && word(service) && number && !password.contains('/')).then_some(userinfo)
}

fn judge(userinfo: &str) -> Option<Password> {
    let (user, password) = userinfo.split_once([':', '/'])?;
    let filled_in = ["$", "{", "<", "%(", "%%", "#{", "[", "("].iter().any(|start| password.starts_with(start));
    let blank = password.bytes().all(|letter| matches!(letter, b'x' | b'X' | b'*' | b'.' | b'-' | b'_'));
    if filled_in || blank {
        return None;
    }
    match guard::judge(user, password) {
        Guarded::Reference => None,
        Guarded::Placeholder => Some(Password::StandIn),
        // Whatever stands there is the password: `1234`, `true`.
        Guarded::Setting | Guarded::Value => Some(Password::Given),
    }
}

/// Whether the value is one address and nothing else, without a part that looks drawn by lot.
pub(super) fn is_plain(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once("://") else { return false };
    let drawn = |part: &str| part.len() >= 20 && super::randomness::is_mixed(part);
    !scheme.is_empty()
        && scheme.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"+.-".contains(&letter))
        && !value.contains(char::is_whitespace)
        && !rest.split(['/', '?', '&', '=', '#']).any(drawn)
}
