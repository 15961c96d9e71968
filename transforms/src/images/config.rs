//! What an image says of itself: its user, volumes and ports, as container tools print them.

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

use crate::provenance::ImagePart;
use crate::read::{self, LineIndex};
use crate::tree::{Node, Object};

/// What an image says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageConfig {
    /// Who it starts as; nothing for root.
    pub user: Option<String>,
    /// The paths that it declares as volumes.
    pub volumes: Vec<String>,
    /// The ports that it exposes.
    pub ports: Vec<u16>,
    /// The names under which it is known, with their tags.
    pub names: Vec<String>,
    /// Where the file says so.
    pub lines: ConfigLines,
}

/// The lines of a file that say what an image says of itself, as far as they are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConfigLines {
    /// Of the user.
    pub user: Option<usize>,
    /// Of the volumes.
    pub volumes: Option<usize>,
    /// Of the ports.
    pub ports: Option<usize>,
}

impl ConfigLines {
    /// The line of that part.
    pub const fn of(&self, part: ImagePart) -> Option<usize> {
        match part {
            ImagePart::User => self.user,
            ImagePart::Volume => self.volumes,
            ImagePart::Expose => self.ports,
        }
    }

    /// The lines of the members in this part of a text.
    fn find(index: &LineIndex<'_>, part: &Object) -> Self {
        let line = |names: &[&str]| {
            let member = names.iter().find_map(|name| part.member(name))?;
            Some(index.position(member.name_span.start).0)
        };
        Self { user: line(&["User", "user"]), volumes: line(&["Volumes", "volumes"]), ports: line(&["ExposedPorts"]) }
    }
}

/// Why a text is no image configuration. Nothing of it is repeated: it holds environment variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is no image configuration: no output of `docker image inspect`, `podman inspect` or `crane config`, and no OCI configuration"
)]
pub struct NoImageConfig;

/// The part of a configuration that counts here, in the spelling of Docker and of OCI (OCI image specification, "Image Configuration").
#[derive(Deserialize)]
struct Raw {
    #[serde(alias = "User", default)]
    user: Option<String>,
    #[serde(alias = "Volumes", alias = "volumes", rename = "Volumes", default)]
    volumes: Option<BTreeMap<String, Value>>,
    #[serde(alias = "ExposedPorts", rename = "ExposedPorts", default)]
    ports: Option<BTreeMap<String, Value>>,
}

/// The configurations in the output of `docker image inspect`, `podman inspect` or `crane config`, or in an OCI configuration.
pub fn parse(text: &str) -> Result<Vec<ImageConfig>, NoImageConfig> {
    let value: Value = serde_json::from_str(text).map_err(|_| NoImageConfig)?;
    let items = match value {
        Value::Array(items) if !items.is_empty() => items,
        object @ Value::Object(_) => vec![object],
        _ => return Err(NoImageConfig),
    };
    let mut configs = items.iter().map(|item| one(item).ok_or(NoImageConfig)).collect::<Result<Vec<_>, _>>()?;
    // Whatever serde reads here is read; should that ever differ, the lines are missing and nothing else.
    if let Ok(parsed) = read::json(text) {
        let roots: Vec<&Node> =
            parsed.root.as_array().map_or_else(|| vec![&parsed.root], |list| list.items.iter().collect());
        let index = LineIndex::new(text);
        for (config, root) in configs.iter_mut().zip(roots) {
            let part = root.as_object().and_then(|item| item.get("Config").or_else(|| item.get("config")));
            config.lines =
                part.and_then(Node::as_object).map(|part| ConfigLines::find(&index, part)).unwrap_or_default();
        }
    }
    Ok(configs)
}

fn one(item: &Value) -> Option<ImageConfig> {
    // A container is inspected in much the same form, and its user may be that of its start.
    if item.get("State").is_some() || item.get("HostConfig").is_some() {
        return None;
    }
    let part = ["Config", "config"].into_iter().find_map(|name| item.get(name)).filter(|part| part.is_object())?;
    let raw = Raw::deserialize(part).ok()?;
    let names = item.get("RepoTags").and_then(Value::as_array).into_iter().flatten();
    let number = |name: String| name.split('/').next().and_then(|digits| digits.parse().ok());
    Some(ImageConfig {
        user: raw.user.map(|user| user.trim().to_owned()).filter(|user| !is_root(user)),
        volumes: raw.volumes.unwrap_or_default().into_keys().collect(),
        ports: raw.ports.unwrap_or_default().into_keys().filter_map(number).collect(),
        names: names.filter_map(Value::as_str).map(str::to_owned).collect(),
        lines: ConfigLines::default(),
    })
}

/// Whether a `USER` is root: nothing, the name, or a zero, with any group.
pub fn is_root(user: &str) -> bool {
    let name = user.split(':').next().unwrap_or(user).trim();
    name.is_empty() || name == "root" || name.chars().all(|digit| digit == '0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_s_form_is_read() {
        let docker = r#"[{"Id": "sha256:1", "RepoTags": ["shop/web:7"], "Config": {"User": "1000:1000", "Env": ["A=b"],
            "ExposedPorts": {"80/tcp": {}}, "Volumes": {"/data": {}}}}]"#;
        let found = parse(docker).unwrap().remove(0);
        assert_eq!(found.user.as_deref(), Some("1000:1000"));
        assert_eq!(
            (found.volumes, found.ports, found.names),
            (vec!["/data".to_owned()], vec![80], vec!["shop/web:7".to_owned()])
        );
        let crane =
            r#"{"architecture": "arm64", "os": "linux", "config": {"User": "node", "Volumes": null}, "rootfs": {}}"#;
        assert_eq!(parse(crane).unwrap()[0].user.as_deref(), Some("node"));
        for root in ["", "root", "0", "0:0", "root:app", "00"] {
            let text = format!(r#"{{"config": {{"User": "{root}"}}}}"#);
            assert_eq!(parse(&text).unwrap()[0].user, None, "{root}");
        }
    }

    #[test]
    fn the_lines_are_those_of_the_members() {
        let text = "[{\"Config\": {}}, {\n  \"Config\": {\n    \"User\": \"7\",\n    \"Volumes\": null,\n    \"ExposedPorts\": {}\n}}]";
        let lines: Vec<ConfigLines> = parse(text).unwrap().into_iter().map(|config| config.lines).collect();
        let second = ConfigLines { user: Some(3), volumes: Some(4), ports: Some(5) };
        assert_eq!(lines, [ConfigLines::default(), second]);
    }

    #[test]
    fn anything_else_is_refused() {
        for wrong in
            ["", "[]", "{}", "[1]", r#"{"config": "x"}"#, r#"[{"Config": {}, "State": {"Status": "running"}}]"#]
        {
            assert_eq!(parse(wrong), Err(NoImageConfig), "{wrong}");
        }
    }
}
