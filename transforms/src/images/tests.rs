use std::collections::BTreeSet;

use super::*;

#[track_caller]
fn known(image: &str) -> Known {
    find(image, &CATALOGUE).unwrap_or_else(|| panic!("{image} is not known"))
}

#[test]
fn the_catalogue_can_be_read_and_is_consistent() {
    let entries: Vec<Entry> = serde_json::from_str(include_str!("catalogue.json")).unwrap();
    assert!(entries.len() >= 80, "{}", entries.len());
    let names: BTreeSet<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names.len(), entries.len(), "two entries have one name");
    for entry in &entries {
        let name = &entry.name;
        assert!(!entry.sources.is_empty() && !entry.repositories.is_empty(), "{name} names no source or no repository");
        let users = [&entry.user, &entry.starts_as, &entry.switches_to].into_iter().flatten();
        for user in users.chain(entry.variants.iter().flat_map(|variant| &variant.user)) {
            assert!(user.split(':').all(|part| part.parse::<u32>().is_ok()), "{name}: {user} is not numeric");
        }
        if let Some(user) = &entry.user {
            assert!(
                !user.starts_with("0:") && user.contains(':'),
                "{name}: {user} is no uid:gid of somebody else than root"
            );
        }
        for path in &entry.paths {
            assert!(path.path.starts_with('/'), "{name}: {} is not absolute", path.path);
            assert!(!path.state || path.size.is_none(), "{name}: {} is state and has the size of a tmpfs", path.path);
            if let Some(mode) = &path.mode {
                assert!(u32::from_str_radix(mode, 8).is_ok(), "{name}: {mode} is no mode");
            }
        }
        let tag = entry.tags.first().map_or_else(String::new, |tag| tag.as_str().replace('*', ""));
        let found = |repository: &String| find(&format!("{repository}:1{tag}"), &entries).map(|known| known.entry.name);
        assert!(entry.repositories.iter().all(|repository| found(repository).as_ref() == Some(name)), "{name}");
    }
}

#[test]
fn an_image_is_the_same_under_every_registry_and_mirror() {
    for image in [
        "nginx:1.29",
        "docker.io/library/nginx:1.29",
        "library/nginx",
        "public.ecr.aws/docker/library/nginx:1.29",
        "public.ecr.aws/nginx/nginx:1.29",
        "123456789012.dkr.ecr.eu-central-1.amazonaws.com/docker-hub/library/nginx:1.29",
        "registry.example.com/mirror/nginx:1.29",
        "${REGISTRY}/docker-hub/library/nginx:${TAG}",
    ] {
        let found = known(image);
        assert_eq!((found.entry.name.as_str(), found.kinship), ("nginx", Kinship::Same), "{image}");
    }
    for image in
        ["nginxinc/nginx-unprivileged:1.29", "ghcr.io/nginx/nginx-unprivileged", "cache/nginxinc/nginx-unprivileged:1"]
    {
        assert_eq!(known(image).entry.name, "nginx-unprivileged", "{image}");
    }
    assert_eq!(known("bitnami/nginx").entry.name, "bitnami-nginx");
    assert_eq!(known("mirror/bitnami/nginx:1").entry.name, "bitnami-nginx");
}

#[test]
fn a_private_copy_is_a_guess() {
    for image in ["registry.example.com/nginx:1", "acme/nginx", "acme/team/grafana:12"] {
        let found = known(image);
        assert_eq!((found.kinship, found.user_level()), (Kinship::Namesake, Level::Medium), "{image}");
        assert!(image.contains(&found.entry.name), "{image} is no {}", found.entry.name);
    }
    for image in ["registry.example.com/checkout-api:5", "acme/mynginx", "acme/agent:7", "acme/nginx-exporter", "app"] {
        assert_eq!(find(image, &CATALOGUE), None, "{image}");
    }
}

#[test]
fn tags_and_versions_choose_the_variant() {
    let user = |image: &str| known(image).entry.user;
    assert_eq!(user("postgres:16").as_deref(), Some("999:999"));
    assert_eq!(user("postgres:16-alpine").as_deref(), Some("70:70"));
    let data = |image: &str| known(image).entry.paths.into_iter().find(|path| path.state).unwrap().path;
    assert_eq!(data("postgres:17.2"), "/var/lib/postgresql/data");
    assert_eq!(data("postgres:18"), "/var/lib/postgresql");
    assert_eq!(known("php:8.3-fpm").entry.name, "php-fpm");
    assert_eq!(known("php:8.3-apache").entry.name, "php-apache");
    assert_eq!(known("php:8.3").entry.name, "php-cli");
    assert_eq!(known("docker:28-dind").entry.name, "docker-dind");
    assert_eq!(find("docker:28-cli", &CATALOGUE), None);
    assert_eq!(user("mcr.microsoft.com/dotnet/aspnet:9.0").as_deref(), Some("1654:1654"));
    assert_eq!(user("mcr.microsoft.com/dotnet/aspnet:6.0").as_deref(), Some("65534:65534"));
    assert_eq!(known("haproxy:2.2").entry.starts_as.as_deref(), Some("0:0"));
    assert_eq!(known("haproxy:3.0").entry.starts_as.as_deref(), Some("99:99"));
    let unknown = known("postgres:${TAG}");
    assert_eq!((unknown.tag, unknown.user_level()), (TagKnowledge::Needed, Level::Medium));
    assert_eq!(known("php:${TAG}").user_level(), Level::Medium);
    assert_eq!(known("memcached:${TAG}").user_level(), Level::High);
}

/// Entries of a policy come in the same form.
#[test]
fn an_entry_needs_a_name_and_a_repository_alone() {
    let entry: Entry =
        serde_json::from_str(r#"{"name": "shop", "repositories": ["acme/shop"], "user": "4711:4711"}"#).unwrap();
    let found = find("registry.example.com/acme/shop:1", &[entry]).unwrap();
    assert_eq!((found.user_level(), found.entry.user.as_deref()), (Level::High, Some("4711:4711")));
    assert!(serde_json::from_str::<Entry>(r#"{"name": "x", "repositories": [], "usr": "1"}"#).is_err());
}

/// A note that tells what breaks is for people; what keeps it from breaking is data that passes read.
#[test]
fn what_a_note_says_to_break_is_data_too() {
    for entry in CATALOGUE.iter() {
        let notes = [entry.note.as_deref(), entry.user_note.as_deref()].into_iter().flatten();
        let breaks = |note: &str| {
            ["takes a writable /etc", "needs to write", "does not work"].iter().any(|words| note.contains(words))
        };
        if notes.into_iter().any(breaks) {
            let is_data = !entry.when.is_empty() || entry.writable_root.is_some() || !entry.needs_variables.is_empty();
            assert!(is_data, "{}: say in `when` or `needs-variables` when that is", entry.name);
        }
    }
}
