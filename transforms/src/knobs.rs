//! The settings of the passes, in layers: who says what, about which containers.
//!
//! Each pass defines its own knobs, all optional. A layer holds some of them for some containers; where several layers speak, the
//! later one is heard, knob by knob.

use std::sync::Arc;

use globset::{Glob, GlobMatcher};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::images::Entry;
use crate::model::{ContainerView, TaskView};
use crate::pass::{PassId, Provenance, Source, Vouched, Voucher};
use crate::passes::{
    self, excess_capabilities, host_pid_namespace, missing_log_configuration, plaintext_secret, root_user,
    unbounded_open_files, writable_root_filesystem,
};

/// The knobs of every pass under the section of the pass, and which passes run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Knobs {
    /// Passes that run although they run on request only, or that are disabled elsewhere.
    pub enable: Option<Vec<PassName>>,
    /// Passes that do not run.
    pub disable: Option<Vec<PassName>>,
    /// What is known of images of one's own; asked before the catalogue.
    pub images: Option<Vec<Entry>>,
    /// Whether commands are run in the containers with ECS Exec; the definition does not tell.
    pub ecs_exec: Option<bool>,
    /// Knobs of `excess-capabilities`.
    pub excess_capabilities: excess_capabilities::Knobs,
    /// Knobs of `host-pid-namespace`.
    pub host_pid_namespace: host_pid_namespace::Knobs,
    /// Knobs of `missing-log-configuration`.
    pub logs: missing_log_configuration::Knobs,
    /// Knobs of `plaintext-secret`.
    pub secrets: plaintext_secret::Knobs,
    /// Knobs of `root-user`.
    pub root_user: root_user::Knobs,
    /// Knobs of `unbounded-open-files`.
    pub unbounded_open_files: unbounded_open_files::Knobs,
    /// Knobs of `writable-root-filesystem`.
    pub writable_root_filesystem: writable_root_filesystem::Knobs,
}

/// The id of a pass, as policies and flags write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct PassName(pub PassId);

impl TryFrom<String> for PassName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let nearest = || format!("no pass has this id; the nearest is `{}`", passes::nearest(&text));
        passes::find(&text).map(|pass| Self(pass.id)).ok_or_else(nearest)
    }
}

/// One knob as documentation and error messages name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knob {
    /// The name within its pass.
    pub name: &'static str,
    /// What it takes.
    pub takes: &'static str,
    /// What it does.
    pub help: &'static str,
}

/// What a layer may be about: a container of a family. Names that are not known match no glob.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subject<'s> {
    /// The family of the task definition.
    pub family: Option<&'s str>,
    /// The name of the container; `None` also for the task as a whole.
    pub container: Option<&'s str>,
}

impl<'s> From<&ContainerView<'s>> for Subject<'s> {
    fn from(container: &ContainerView<'s>) -> Self {
        Self { family: container.task().family(), container: container.name() }
    }
}

impl<'s> From<&TaskView<'s>> for Subject<'s> {
    fn from(task: &TaskView<'s>) -> Self {
        Self { family: task.family(), container: None }
    }
}

/// Which families and containers a layer speaks about.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    family: Option<GlobMatcher>,
    container: Option<GlobMatcher>,
}

/// A scope that is not a glob.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name is not a valid glob")]
pub struct InvalidScope;

impl Scope {
    /// Every container of every family.
    pub const fn everything() -> Self {
        Self { family: None, container: None }
    }

    /// The containers and families whose names match these globs; `None` matches everything.
    pub fn of(family: Option<&str>, container: Option<&str>) -> Result<Self, InvalidScope> {
        let matcher = |glob: &str| Glob::new(glob).map(|glob| glob.compile_matcher()).map_err(|_| InvalidScope);
        Ok(Self { family: family.map(matcher).transpose()?, container: container.map(matcher).transpose()? })
    }

    /// Whether the layer speaks about this subject.
    pub fn covers(&self, subject: Subject<'_>) -> bool {
        let fits = |glob: &Option<GlobMatcher>, name: Option<&str>| match (glob, name) {
            (None, _) => true,
            (Some(glob), Some(name)) => glob.is_match(name),
            (Some(_), None) => false,
        };
        fits(&self.family, subject.family) && fits(&self.container, subject.container)
    }

    /// The globs for families and containers, as they were written.
    pub fn globs(&self) -> [Option<&str>; 2] {
        [&self.family, &self.container].map(|glob| glob.as_ref().map(|glob| glob.glob().glob()))
    }

    /// Whether the layer singles out containers.
    pub const fn names_containers(&self) -> bool {
        self.container.is_some()
    }
}

/// Some knobs for some containers.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Who vouches for the values.
    pub origin: Provenance,
    /// Which containers it is about.
    pub scope: Scope,
    /// The values.
    pub knobs: Knobs,
    /// Where they are written.
    pub written: Arc<Written>,
}

/// Where a layer is written, as users should see it. Never what is written there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The key, the flag with its key, or the variable of the environment.
    pub name: String,
    /// The file and the line of the key; none for what is not in a file.
    pub place: Option<(String, usize)>,
    /// The entries of a key that has some, such as variables or images, and the line of each.
    pub entries: Vec<(String, usize)>,
    /// The lines of logs from which it was learnt.
    pub learnt: Vec<String>,
}

impl Written {
    /// The first of these entries that is there, and its line.
    pub fn entry(&self, names: &[&str]) -> Option<(&str, usize)> {
        let there = |name: &&str| self.entries.iter().find(|(entry, _)| entry == name);
        names.iter().find_map(there).map(|(entry, line)| (entry.as_str(), *line))
    }
}

/// All layers, the later ones heard first.
#[derive(Clone, Debug, Default)]
pub struct Layers(Arc<[Layer]>);

impl From<Vec<Layer>> for Layers {
    fn from(layers: Vec<Layer>) -> Self {
        Self(layers.into())
    }
}

impl Layers {
    /// The value of one knob for one container, and who vouches for it.
    pub fn pick<'l, T>(
        &'l self,
        subject: Subject<'_>,
        knob: impl Fn(&'l Knobs) -> Option<&'l T>,
    ) -> Option<Vouched<&'l T>> {
        self.0.iter().enumerate().rev().filter(|(_, layer)| layer.scope.covers(subject)).find_map(|(at, layer)| {
            let value = knob(&layer.knobs)?;
            Some(Vouched { value, by: Voucher::at(layer.origin, Source::setting(at)) })
        })
    }

    /// Where the layer at that position is written.
    pub fn written(&self, position: u32) -> Option<&Written> {
        self.0.get(usize::try_from(position).ok()?).map(|layer| layer.written.as_ref())
    }

    /// Whether a layer turns a pass on or off for this subject; the later one is heard.
    pub fn switch(&self, subject: Subject<'_>, pass: PassId) -> Option<bool> {
        let names = |list: &Option<Vec<PassName>>| list.iter().flatten().any(|name| name.0 == pass);
        self.0.iter().rev().filter(|layer| layer.scope.covers(subject)).find_map(|layer| {
            match (names(&layer.knobs.disable), names(&layer.knobs.enable)) {
                (true, _) => Some(false),
                (false, true) => Some(true),
                (false, false) => None,
            }
        })
    }

    /// The value of one knob for one container, from layers that single it out by name.
    pub fn pick_specific<'l, T>(
        &'l self,
        subject: Subject<'_>,
        knob: impl Fn(&'l Knobs) -> Option<&'l T>,
    ) -> Option<&'l T> {
        let specific = |layer: &&Layer| layer.scope.names_containers() && layer.scope.covers(subject);
        self.0.iter().rev().filter(specific).find_map(|layer| knob(&layer.knobs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(scope: Scope, toml_like: serde_json::Value) -> Layer {
        let knobs = serde_json::from_value(toml_like).unwrap();
        Layer { origin: Provenance::Flag, scope, knobs, written: Arc::default() }
    }

    #[test]
    fn the_later_layer_is_heard_knob_by_knob_and_only_for_its_containers() {
        let layers = Layers::from(vec![
            layer(
                Scope::everything(),
                serde_json::json!({"root-user": {"user": "10:10"}, "writable-root-filesystem": {"size": 8}}),
            ),
            layer(Scope::of(None, Some("web*")).unwrap(), serde_json::json!({"root-user": {"user": "20:20"}})),
            layer(Scope::of(Some("shop"), None).unwrap(), serde_json::json!({"writable-root-filesystem": {"size": 9}})),
        ]);
        let subject = |family, container| Subject { family, container };
        let user = |subject| layers.pick(subject, |knobs| knobs.root_user.user.as_ref()).unwrap().value.to_string();
        assert_eq!(user(subject(None, Some("web-1"))), "20:20");
        assert_eq!(user(subject(Some("shop"), Some("worker"))), "10:10");
        assert_eq!(user(subject(None, None)), "10:10");
        let size = |subject| layers.pick(subject, |knobs| knobs.writable_root_filesystem.size.as_ref()).unwrap();
        assert_eq!(size(subject(Some("shop"), Some("web-1"))).value.mib(), 9);
        assert_eq!(size(subject(None, Some("web-1"))).value.mib(), 8);
        let specific =
            |container| layers.pick_specific(subject(None, container), |knobs| knobs.root_user.user.as_ref());
        assert!(specific(Some("worker")).is_none() && specific(Some("web-1")).is_some());
    }

    #[test]
    fn unknown_knobs_and_values_that_cannot_be_right_are_refused() {
        for wrong in [
            serde_json::json!({"root-user": {"usr": "1:1"}}),
            serde_json::json!({"root-usr": {}}),
            serde_json::json!({"root-user": {"user": "root"}}),
            serde_json::json!({"root-user": {"user": "0:0"}}),
            serde_json::json!({"root-user": {"windows-user": "containeradministrator"}}),
            serde_json::json!({"writable-root-filesystem": {"size": 0}}),
            serde_json::json!({"writable-root-filesystem": {"paths": ["tmp"]}}),
            serde_json::json!({"writable-root-filesystem": {"paths": ["/"]}}),
            serde_json::json!({"writable-root-filesystem": {"memory-percent": 101}}),
            serde_json::json!({"excess-capabilities": {"keep": ["NET_FLY"]}}),
            serde_json::json!({"excess-capabilities": {"mode": "drop-some"}}),
            serde_json::json!({"host-pid-namespace": {"mode": "host"}}),
            serde_json::json!({"unbounded-open-files": {"soft": 0}}),
            serde_json::json!({"unbounded-open-files": {"hard": 1_048_577}}),
            serde_json::json!({"unbounded-open-files": {"ceiling": -1}}),
            serde_json::json!({"unbounded-open-files": {"ulimits": {"nofile": {"soft": 1, "hard": 1}}}}),
            serde_json::json!({"unbounded-open-files": {"ulimits": {"files": {"soft": 1, "hard": 1}}}}),
            serde_json::json!({"unbounded-open-files": {"ulimits": {"core": {"soft": 2, "hard": 1}}}}),
            serde_json::json!({"unbounded-open-files": {"ulimits": {"core": {"soft": -1, "hard": 1}}}}),
            serde_json::json!({"unbounded-open-files": {"ulimits": {"core": {"soft": -2, "hard": 1}}}}),
            serde_json::json!({"unbounded-open-files": {"ulimits": {"core": {"hard": 1}}}}),
            serde_json::json!({"logs": {"group": "/ecs/{service}"}}),
            serde_json::json!({"logs": {"group": "two words"}}),
            serde_json::json!({"logs": {"region": "frankfurt"}}),
            serde_json::json!({"logs": {"region": "eu-central-1a"}}),
            serde_json::json!({"logs": {"stream-prefix": "a:b"}}),
            serde_json::json!({"logs": {"mode": "sometimes"}}),
            serde_json::json!({"logs": {"max-buffer-size": "0m"}}),
            serde_json::json!({"logs": {"max-buffer-size": "25 MiB"}}),
        ] {
            assert!(serde_json::from_value::<Knobs>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
