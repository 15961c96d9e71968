//! `--set KEY=VALUE`: one knob of one pass, for every container or for those that a glob names.

use std::sync::Arc;

use ecs_harden_transforms::knobs::{Layer, Scope, Written};
use ecs_harden_transforms::pass::Provenance;
use ecs_harden_transforms::passes;
use serde_json::{Value as Json, json};

use super::key::Key;

/// Why a `--set` is refused. Values are never repeated: they may be secrets that were pasted by mistake.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// There is no `=`.
    #[error("--set takes KEY=VALUE")]
    NoValue,
    /// There is no such knob.
    #[error("there is no knob `{key}`; the nearest is `{nearest}`")]
    UnknownKnob {
        /// What was given.
        key: String,
        /// What may have been meant.
        nearest: String,
        /// Where to read about that.
        page: String,
    },
    /// The container is not a valid glob.
    #[error("the container in `{key}` is not a valid glob")]
    Container {
        /// What was given.
        key: String,
    },
    /// The knob does not take such a value.
    #[error("`{key}` takes {takes}")]
    Value {
        /// The knob.
        key: String,
        /// What it takes.
        takes: &'static str,
        /// Where to read about it.
        page: String,
    },
}

impl SetError {
    /// What the user can do about it.
    pub fn next_step(&self) -> String {
        match self {
            Self::NoValue => "for example --set root-user.user=101:101".into(),
            Self::Container { .. } => {
                "write [FAMILY/]CONTAINER:PASS.KNOB=VALUE, where the names may hold * and ?".into()
            }
            Self::UnknownKnob { page, .. } | Self::Value { page, .. } => page.clone(),
        }
    }
}

/// The layer that one `--set` makes.
pub fn layer(argument: &str) -> Result<Layer, SetError> {
    let (key, value) = argument.split_once('=').ok_or(SetError::NoValue)?;
    let (scope, path) = match scope_and_path(key) {
        (None, path) => (Scope::everything(), path),
        (Some(scope), path) => {
            let (family, container) =
                scope.rsplit_once('/').map_or((None, scope), |(family, name)| (Some(family), name));
            let scope = Scope::of(family, Some(container)).map_err(|_| SetError::Container { key: key.to_owned() })?;
            (scope, path)
        }
    };
    let (key, entry) = find(path)?;
    let whole = |value: Json| entry.map_or_else(|| value.clone(), |entry| json!({ entry: value }));
    let knobs = readings(value)
        .into_iter()
        .find_map(|value| key.knobs(&whole(value)))
        .ok_or_else(|| SetError::Value { key: path.to_owned(), takes: key.takes, page: key.page() })?;
    let written =
        Written { name: format!("--set {}", argument.split('=').next().unwrap_or_default()), ..Written::default() };
    Ok(Layer { origin: Provenance::Flag, scope, knobs, written: Arc::new(written) })
}

/// What stands before the path of a key, and the path. The entry of a map may hold colons too.
fn scope_and_path(key: &str) -> (Option<&str>, &str) {
    if find(key).is_ok() {
        return (None, key);
    }
    let known = key.match_indices(':').map(|(at, _)| (&key[..at], &key[at + 1..])).find(|(_, path)| find(path).is_ok());
    let split = known.or_else(|| key.rsplit_once(':'));
    split.map_or((None, key), |(scope, path)| (Some(scope), path))
}

/// The key of that path, and the entry of it where the path goes on: `secrets.arns.DB_PASSWORD`.
fn find(path: &str) -> Result<(Key, Option<&str>), SetError> {
    let whole = Key::all().find(|key| key.path() == path).map(|key| (key, None));
    let entry = || {
        Key::all().find_map(|key| {
            let entry = path.strip_prefix(key.path().as_str())?.strip_prefix('.')?;
            (!entry.is_empty()).then_some((key, Some(entry)))
        })
    };
    whole.or_else(entry).ok_or_else(|| {
        let names: Vec<String> = Key::all().map(|key| key.path()).collect();
        let nearest = passes::nearest_of(path, names.iter().map(String::as_str)).unwrap_or_default();
        let page = Key::all().find(|key| key.path() == nearest).map(|key| key.page()).unwrap_or_default();
        SetError::UnknownKnob { key: path.to_owned(), nearest: nearest.to_owned(), page }
    })
}

/// The ways to read a value, the most literal first: TOML, a bare string, a list with commas.
fn readings(value: &str) -> Vec<Json> {
    let mut readings = Vec::new();
    if let Ok(table) = toml::from_str::<toml::Table>(&format!("value = {value}"))
        && table.len() == 1
    {
        readings.extend(table.get("value").and_then(|value| serde_json::to_value(value).ok()));
    }
    readings.push(json!(value));
    readings.push(json!(value.split(',').map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>()));
    readings
}

#[cfg(test)]
mod tests {
    use ecs_harden_transforms::knobs::{Knobs, Subject};

    use super::*;

    fn knobs(argument: &str) -> Knobs {
        layer(argument).unwrap().knobs
    }

    #[test]
    fn values_are_read_as_people_write_them() {
        assert_eq!(knobs("root-user.user=101:101"), knobs("root-user.user=\"101:101\""));
        assert_eq!(knobs("root-user.user=101").root_user.user.unwrap().to_string(), "101");
        assert_eq!(
            knobs("writable-root-filesystem.paths=/tmp,/run"),
            knobs("writable-root-filesystem.paths=[\"/tmp\", { path = \"/run\" }]")
        );
        let full = knobs("writable-root-filesystem.paths=[{ path = \"/run\", size = 8, exec = true }]");
        let path = &full.writable_root_filesystem.paths.unwrap()[0];
        assert_eq!((path.size.unwrap().mib(), path.exec), (8, Some(true)));
        assert_eq!(knobs("excess-capabilities.keep=chown, CAP_SETUID").excess_capabilities.keep.unwrap().len(), 2);
        assert_eq!(knobs("excess-capabilities.keep=").excess_capabilities.keep.unwrap().len(), 0);
        let arn = "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/x";
        let entry = knobs(&format!("secrets.arns.spring.datasource.password={arn}"));
        assert_eq!(entry.secrets.arns.unwrap()["spring.datasource.password"].to_string(), arn);
        assert_eq!(knobs(&format!("secrets.arns={{ A = \"{arn}\" }}")).secrets.arns.unwrap().len(), 1);
    }

    #[test]
    fn a_container_may_be_singled_out() {
        let covers =
            |argument: &str, family, container| layer(argument).unwrap().scope.covers(Subject { family, container });
        assert!(covers("web-*:root-user.user=7:7", None, Some("web-1")));
        assert!(!covers("web-*:root-user.user=7:7", None, Some("db")));
        assert!(!covers("web-*:root-user.user=7:7", None, None));
        let entry = "jobs:secrets.arns.ConnectionStrings:Default=arn:aws:ssm:eu-central-1:123456789012:parameter/x";
        assert!(covers(entry, None, Some("jobs")));
        assert!(layer(entry).unwrap().knobs.secrets.arns.unwrap().contains_key("ConnectionStrings:Default"));
        assert!(covers("shop/web:root-user.user=7:7", Some("shop"), Some("web")));
        assert!(!covers("shop/web:root-user.user=7:7", Some("blog"), Some("web")));
    }

    #[test]
    fn refusals_name_the_nearest_knob_and_never_repeat_the_value() {
        let refusal = |argument: &str| layer(argument).unwrap_err().to_string();
        assert_eq!(refusal("root-user.user"), "--set takes KEY=VALUE");
        assert_eq!(refusal("root-usr.user=1:1"), "there is no knob `root-usr.user`; the nearest is `root-user.user`");
        assert!(refusal("root-user.user.name=x").starts_with("`root-user.user.name` takes"));
        assert!(refusal("secrets.arns.DB_PASSWORD=hunter2").starts_with("`secrets.arns.DB_PASSWORD` takes a table"));
        assert_eq!(refusal("root-user.user=hunter2 hunter2"), "`root-user.user` takes \"UID:GID\" or a name, not root");
        assert_eq!(refusal("[:root-user.user=1:1"), "the container in `[:root-user.user` is not a valid glob");
    }
}
