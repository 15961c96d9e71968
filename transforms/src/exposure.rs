//! Where credentials stand in plain text: variables, log options, commands, labels, options of drivers.
//!
//! What counts as a credential is decided in [`crate::secrets`], or by whoever names the variable in a policy. Nothing here holds a value.

mod judge;

use crate::model::{ContainerView, Listed, Place, Read, TaskView, Why};
use crate::secrets::{self, Nearby, Suspect};
use crate::tree::{Path, Value};

pub use judge::Judge;

/// What says that a value is a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Its name, its shape, or both.
    Suspect(Suspect),
    /// Somebody named it.
    Stated,
    /// Its name alone: the value is not known here.
    NameAlone(Why),
}

/// An environment variable that holds a credential, or may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable<'d> {
    /// Its name.
    pub name: &'d str,
    /// The positions of all entries of that name in `environment`.
    pub entries: Vec<usize>,
    /// The position of the first that is a credential.
    pub at: usize,
    /// What says so.
    pub evidence: Evidence,
}

/// What can be said of `environment`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variables<'d> {
    /// The variables that are credentials, in source order, each once.
    pub exposed: Vec<Variable<'d>>,
    /// Why there may be others.
    pub hidden: Option<Why>,
}

/// The variables of a container that are credentials. `is_stated` tells of a name whether somebody called it one.
pub fn variables<'d>(container: &ContainerView<'d>, judge: &Judge, is_stated: &dyn Fn(&str) -> bool) -> Variables<'d> {
    let Listed { items, mut hidden } = container.member("environment").list();
    let mut entries: Vec<(usize, &'d str, Read<&'d str>)> = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        match item.clone().member("name").text() {
            Read::Known(name) => entries.push((index, name, item.member("value").scalar())),
            Read::Unresolved(why) => hidden = hidden.or(Some(why)),
            Read::Absent => {}
        }
    }
    let nearby = Nearby::of(entries.iter().filter_map(|(_, _, value)| value.clone().known()));
    let mut exposed: Vec<Variable<'d>> = Vec::new();
    for (at, name, value) in &entries {
        if exposed.iter().any(|variable| variable.name == *name) {
            continue;
        }
        if let Some(evidence) = evidence(name, value, &|value| judge.variable(name, value, nearby), is_stated) {
            let same = entries.iter().filter(|(_, other, _)| other == name).map(|(index, ..)| *index);
            exposed.push(Variable { name, entries: same.collect(), at: *at, evidence });
        }
    }
    Variables { exposed, hidden }
}

fn evidence(
    name: &str,
    value: &Read<&str>,
    judge: &dyn Fn(&str) -> Option<Suspect>,
    is_stated: &dyn Fn(&str) -> bool,
) -> Option<Evidence> {
    match value {
        Read::Absent => judge("").map(Evidence::Suspect),
        Read::Known(value) => {
            let stated = !value.trim().is_empty() && is_stated(name);
            let suspect = judge(value).map(Evidence::Suspect);
            suspect.or_else(|| stated.then_some(Evidence::Stated))
        }
        Read::Unresolved(_) if is_stated(name) => Some(Evidence::Stated),
        Read::Unresolved(why) => match judge("") {
            Some(suspect) => Some(Evidence::Suspect(suspect)),
            None => secrets::is_named_secret(name).then_some(Evidence::NameAlone(*why)),
        },
    }
}

/// The options of log drivers whose names may be shown: documented ones that hold credentials (Docker's splunk driver; the output
/// plugins of Fluent Bit).
const LOG_OPTIONS: [&str; 16] = [
    "splunk-token",
    "splunk_token",
    "apikey",
    "api_key",
    "api_token",
    "http_passwd",
    "http_password",
    "passwd",
    "password",
    "token",
    "access_token",
    "license_key",
    "licensekey",
    "shared_key",
    "secret_key",
    "bearer_token",
];

/// An option of the log driver that holds a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogOption<'d> {
    /// Its name, where that is one of those that drivers document; a name that somebody chose is not shown.
    pub name: Option<&'d str>,
    /// What says so.
    pub suspect: Suspect,
}

/// The options of the log driver that hold credentials, in source order.
pub fn log_options<'d>(container: &ContainerView<'d>, judge: &Judge) -> Vec<LogOption<'d>> {
    let options = members(&container.member("logConfiguration").member("options"));
    let found = options.into_iter().filter_map(|(name, value)| {
        let suspect = judge.option(name, value)?;
        let shown = LOG_OPTIONS.iter().any(|known| known.eq_ignore_ascii_case(name));
        Some(LogOption { name: shown.then_some(name), suspect })
    });
    found.collect()
}

/// A place of a container or volume that holds a credential and has no counterpart that reads secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// Where.
    pub place: Path,
    /// The member as people call it.
    pub member: &'static str,
    /// What says so.
    pub suspect: Suspect,
}

/// The places of a container, other than variables and log options, that hold credentials.
pub fn fixed(container: &ContainerView<'_>, judge: &Judge) -> Vec<Fixed> {
    let mut found = Vec::new();
    let path = container.path();
    let mut note = |member: &'static str, place: Path, suspect: Option<Suspect>| {
        found.extend(suspect.map(|suspect| Fixed { place, member, suspect }));
    };
    for member in ["entryPoint", "command"] {
        note(member, path.key(member), judge.words(&texts(container.member(member).list())));
    }
    let check = container.member("healthCheck").member("command").list();
    note("healthCheck", path.key("healthCheck").key("command"), judge.words(&texts(check)));
    note("dockerLabels", path.key("dockerLabels"), first(&container.member("dockerLabels"), judge));
    let router = container.member("firelensConfiguration").member("options");
    note("firelensConfiguration", path.key("firelensConfiguration").key("options"), first(&router, judge));
    found
}

/// The volumes whose driver is given a credential, with their names where they are known.
pub fn volumes<'d>(task: &TaskView<'d>, judge: &Judge) -> Vec<(Option<&'d str>, Fixed)> {
    let volumes = task.member("volumes").list().items.into_iter().enumerate();
    let found = volumes.filter_map(|(index, volume)| {
        let driver = volume.clone().member("dockerVolumeConfiguration");
        let suspect = first(&driver.member("driverOpts"), judge)?;
        let place = Path::root().key("volumes").index(index).key("dockerVolumeConfiguration").key("driverOpts");
        Some((volume.member("name").text().known(), Fixed { place, member: "driverOpts", suspect }))
    });
    found.collect()
}

fn texts(list: Listed<'_>) -> Vec<&str> {
    list.items.into_iter().filter_map(|item| item.text().known()).collect()
}

/// The members of a map that have texts for values.
fn members<'d>(map: &Place<'d>) -> Vec<(&'d str, &'d str)> {
    let Read::Known(node) = map else { return Vec::new() };
    let Value::Object(object) = &node.value else { return Vec::new() };
    let texts = object
        .members
        .iter()
        .filter_map(|member| Some((member.name.as_str(), Place::of(&member.value).text().known()?)));
    texts.collect()
}

/// The surest suspect among the values of a map: each by its name, and its parts between commas by theirs.
fn first(map: &Place<'_>, judge: &Judge) -> Option<Suspect> {
    let judged = |(name, value): (&str, &str)| {
        judge.option(name, value).or_else(|| value.split(',').find_map(|part| judge.text(part.trim())))
    };
    members(map).into_iter().filter_map(judged).max_by_key(|suspect| suspect.confidence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    fn document(container: &str) -> Document {
        let text = format!(
            r#"{{"family": "f", "containerDefinitions": [{{"name": "c", "image": "i", {container}}}], "volumes": [
                {{"name": "nfs", "dockerVolumeConfiguration": {{"driverOpts": {{"o": "addr=fs,password=hunter2-long"}}}}}}]}}"#
        );
        Document::read(text).unwrap()
    }

    fn names(environment: &str, stated: &[&str]) -> Vec<(String, Vec<usize>, usize)> {
        let document = document(&format!(r#""environment": [{environment}]"#));
        let task = TaskView::new(&document);
        let found = variables(&task.seen()[0], &Judge::default(), &|name| stated.contains(&name));
        found.exposed.into_iter().map(|found| (found.name.to_owned(), found.entries, found.at)).collect()
    }

    #[test]
    fn entries_of_one_name_are_one_variable() {
        let found = names(
            r#"{"name": "DB_PASSWORD", "value": ""}, {"name": "A", "value": "1"}, {"name": "DB_PASSWORD", "value": "hunter2-long"}"#,
            &[],
        );
        assert_eq!(found, [("DB_PASSWORD".to_owned(), vec![0, 2], 2)]);
    }

    #[test]
    fn what_somebody_states_counts_unless_it_is_empty() {
        let entries = r#"{"name": "A", "value": "x"}, {"name": "B", "value": ""}, {"name": "C", "value": "${C}"}"#;
        let found = names(entries, &["A", "B", "C"]);
        assert_eq!(found.iter().map(|found| found.0.as_str()).collect::<Vec<_>>(), ["A", "C"]);
    }

    #[test]
    fn a_name_that_another_tool_fills_in_hides_what_it_is() {
        let document = document(r#""environment": [{"name": "${PREFIX}_PASSWORD", "value": "x"}]"#);
        let task = TaskView::new(&document);
        assert!(variables(&task.seen()[0], &Judge::default(), &|_| false).hidden.is_some());
    }

    #[test]
    fn options_of_drivers_and_commands_are_looked_at() {
        let document = document(
            r#""command": ["app", "--password", "hunter2-long"], "dockerLabels": {"auth-password": "hunter2-long"},
               "logConfiguration": {"logDriver": "splunk", "options": {"splunk-token": "hunter2-long", "x-password": "hunter2-long"}}"#,
        );
        let task = TaskView::new(&document);
        let container = &task.seen()[0];
        let members: Vec<&str> = fixed(container, &Judge::default()).into_iter().map(|found| found.member).collect();
        assert_eq!(members, ["command", "dockerLabels"]);
        let options: Vec<_> = log_options(container, &Judge::default()).into_iter().map(|found| found.name).collect();
        assert_eq!(options, [Some("splunk-token"), None]);
        assert_eq!(volumes(&task, &Judge::default()).len(), 1);
    }
}
