//! Containers whose work is their host, told by what they run.
//!
//! The lists are a guess that errs towards leaving things to a person: an agent that is not on them gets an unsafe fix, whose risks
//! name what it loses.

use super::Setting;
use crate::model::ContainerView;

/// Repositories of agents that watch a host: its processes, its files, its kernel.
const WATCHING: [&str; 15] = [
    "datadog",
    "dd-agent",
    "falco",
    "sysdig",
    "newrelic/infrastructure",
    "newrelic-infra",
    "dynatrace",
    "oneagent",
    "cadvisor",
    "node-exporter",
    "node_exporter",
    "process-exporter",
    "netdata",
    "instana",
    "cloudwatch-agent",
];

/// Repositories of agents that guard a host.
const GUARDING: [&str; 14] = [
    "aquasec",
    "aqua-enforcer",
    "crowdstrike",
    "falcon-sensor",
    "twistlock",
    "prismacloud",
    "lacework",
    "wazuh",
    "tetragon",
    "tracee",
    "sentinelone",
    "deepsecurity",
    "amazon-ecs-agent",
    "amazon-ssm-agent",
];

/// Repositories of what builds or runs other containers.
const BUILDING: [&str; 5] = ["dind", "kaniko", "buildkit", "buildah", "podman"];

/// What the container looks like, if its image works on its host; its name tells where the image cannot be read.
pub(super) fn of(container: &ContainerView<'_>) -> Option<&'static str> {
    let told = container.image_repository().or_else(|| container.name())?.to_ascii_lowercase();
    let any = |list: &[&str]| list.iter().any(|words| holds(&told, words));
    if any(&WATCHING) {
        Some("an agent that watches its host")
    } else if any(&GUARDING) {
        Some("an agent that guards its host")
    } else if any(&BUILDING) || told.rsplit('/').next() == Some("docker") {
        Some("something that builds or runs other containers")
    } else {
        None
    }
}

/// The first container of the task that works on its host, as the subject of a sentence and its verb.
pub(super) fn first(setting: &Setting<'_>) -> Option<String> {
    setting.seen.iter().find_map(|container| Some(format!("{} looks like {}", container.title(), of(container)?)))
}

/// Whether `words` stand in `text` and are not parts of other words.
fn holds(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let letter = |near: Option<char>| near.is_some_and(char::is_alphanumeric);
        !letter(text[..at].chars().next_back()) && !letter(text[at + words.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn words_are_whole_words() {
        for text in ["datadog/agent", "agent-datadog", "datadog", "mirror/datadog-agent"] {
            assert!(holds(text, "datadog"), "{text}");
        }
        for text in ["mydatadogs", "datadoge/agent", "datado", ""] {
            assert!(!holds(text, "datadog"), "{text}");
        }
    }
}
