//! Rules about environment variables, environment files and secrets.

use super::tasks::lacks;
use super::{Hit, Rule, Scene, containers_where, repeated, said};
use crate::model::LaunchType::Fargate;
use crate::model::{ContainerView, LaunchType};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "variable-and-secret",
        says: "has a variable and a secret of one name",
        refused_by: &[],
        source: "API member `ContainerDefinition.secrets`",
        service: Some("secret names must not be those of environment variables"),
        next_step: "take the variable out of `environment`",
        check: variable_and_secret,
    },
    Rule {
        id: "duplicate-secret",
        says: "has two secrets of one name",
        refused_by: &[],
        source: "API member `ContainerDefinition.secrets`",
        service: Some("secret names must be unique"),
        next_step: "keep one of them",
        check: |scene| {
            let of = |container: &ContainerView<'_>| {
                let repeated = repeated(names(container, "secrets").into_iter());
                let hits = repeated
                    .into_iter()
                    .map(|(index, name)| Hit::element(container, &["secrets"], index).at("name").about(name));
                hits.collect::<Vec<_>>()
            };
            scene.containers.iter().flat_map(of).collect()
        },
    },
    Rule {
        id: "secrets-without-execution-role",
        says: "has secrets, and the task has no execution role to read them",
        refused_by: &[],
        source: "AWS page \"Pass sensitive data to an Amazon ECS container\"",
        service: Some("secrets need an execution role"),
        next_step: "name an executionRoleArn that may read the secrets",
        check: |scene| {
            if !lacks(scene, "executionRoleArn") {
                return Vec::new();
            }
            containers_where(scene, &["secrets"], |container| container.member("secrets").is_filled())
        },
    },
    Rule {
        id: "log-secrets-without-execution-role",
        says: "has secret log options, and the task has no execution role to read them",
        refused_by: &[],
        source: "API member `LogConfiguration.secretOptions`",
        service: Some("secrets need an execution role"),
        next_step: "name an executionRoleArn that may read the secrets",
        check: |scene| {
            if !lacks(scene, "executionRoleArn") {
                return Vec::new();
            }
            containers_where(scene, &["logConfiguration", "secretOptions"], |container| {
                container.member("logConfiguration").member("secretOptions").is_filled()
            })
        },
    },
    Rule {
        id: "too-many-environment-files",
        says: "has more than 10 environment files",
        refused_by: &[],
        source: "API member `ContainerDefinition.environmentFiles`",
        service: None,
        next_step: "merge some of them",
        check: |scene| {
            containers_where(scene, &["environmentFiles"], |it| it.member("environmentFiles").list().items.len() > 10)
        },
    },
    Rule {
        id: "environment-files-on-windows",
        says: "has environment files on Windows",
        refused_by: FARGATE,
        source: "API member `ContainerDefinition.environmentFiles`",
        service: None,
        next_step: "put the variables into `environment`",
        check: |scene| {
            let windows = scene.windows();
            containers_where(scene, &["environmentFiles"], |it| windows && it.member("environmentFiles").is_filled())
        },
    },
];

const FARGATE: &[LaunchType] = &[Fargate];

fn names<'d>(container: &ContainerView<'d>, list: &str) -> Vec<Option<&'d str>> {
    container.member(list).list().items.iter().map(|item| said(&item.clone().member("name"))).collect()
}

fn variable_and_secret(scene: &Scene<'_>) -> Vec<Hit> {
    let of = |container: &ContainerView<'_>| {
        let variables: Vec<&str> = names(container, "environment").into_iter().flatten().collect();
        let secrets = names(container, "secrets").into_iter().enumerate();
        let both = secrets.filter_map(|(index, name)| Some((index, name.filter(|name| variables.contains(name))?)));
        let hits = both.map(|(index, name)| Hit::element(container, &["secrets"], index).at("name").about(name));
        hits.collect::<Vec<_>>()
    };
    scene.containers.iter().flat_map(of).collect()
}
