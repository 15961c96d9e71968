//! What becomes of a minimal weak definition of every image in the catalogue: the reviewed record is `snapshots/images/`.
//!
//! `SNAPSHOTS=overwrite cargo test --test images` refreshes it.

#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ecs_harden_transforms::document::Document;
use ecs_harden_transforms::engine::{self, Fault};
use ecs_harden_transforms::images::{CATALOGUE, Entry};
use ecs_harden_transforms::intent::{ExecUse, Selection, Wishes};
use ecs_harden_transforms::knobs::Layers;
use ecs_harden_transforms::model::{Digest, TargetWish};
use ecs_harden_transforms::pass::Remedy;
use ecs_harden_transforms::passes::{self, excess_capabilities, root_user, writable_root_filesystem};
use ecs_harden_transforms::waiver::Waivers;
use serde_json::{Value, json};
use snapbox::{Assert, Data, data::DataFormat};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/images")
}

/// Where the data of a container lies.
#[derive(Clone, Copy)]
enum Storage {
    /// In the container.
    None,
    /// On an empty volume of the task.
    Task,
    /// In a directory of the host.
    Host,
}

/// A definition that says as little as it can.
fn definition(image: &str, launch_type: &str, entry: &Entry, storage: Storage) -> Value {
    let mut container = json!({ "name": "app", "image": image, "memory": 1024 });
    let mut task = json!({ "family": "known", "requiresCompatibilities": [launch_type] });
    if launch_type == "FARGATE" {
        task["networkMode"] = json!("awsvpc");
        task["cpu"] = json!("512");
        task["memory"] = json!("1024");
    }
    let state: Vec<&str> =
        entry.paths.iter().filter(|path| path.state && !path.optional).map(|path| path.path.as_str()).collect();
    let name = |index: usize| format!("data-{index}");
    let volumes: Vec<Value> = match storage {
        Storage::None => Vec::new(),
        Storage::Task => (0..state.len()).map(|index| json!({ "name": name(index) })).collect(),
        Storage::Host => (0..state.len())
            .map(|index| json!({ "name": name(index), "host": { "sourcePath": format!("/srv/{index}") } }))
            .collect(),
    };
    if !volumes.is_empty() {
        let mount = |(index, path): (usize, &&str)| json!({ "sourceVolume": name(index), "containerPath": path });
        container["mountPoints"] = state.iter().enumerate().map(mount).collect();
        task["volumes"] = volumes.into();
    }
    task["containerDefinitions"] = json!([container]);
    task
}

/// What the three passes that go by the image make of it, with the reasons.
fn record(text: &mut String, title: &str, definition: &Value) {
    let ids = [&excess_capabilities::PASS, &root_user::PASS, &writable_root_filesystem::PASS].map(|pass| pass.id);
    let wishes = Wishes {
        selection: Selection::all(ids),
        target: TargetWish::default(),
        os: None,
        layers: Layers::default(),
        waivers: Waivers::default(),
        images: Arc::default(),
        pins: Arc::default(),
        exec: ExecUse::NotKnown,
    };
    let document = Document::read(serde_json::to_string(definition).unwrap()).unwrap();
    let outcome = engine::harden(&document, &wishes, Fault::None).unwrap();
    writeln!(text, "\n{title}").unwrap();
    for judged in &outcome.findings {
        let pass = judged.finding.pass.id;
        match &judged.finding.remedy {
            Remedy::Fix(fix) => {
                writeln!(text, "  {pass}: {} ({})", fix.title, fix.applicability.name()).unwrap();
                for value in &fix.values {
                    writeln!(text, "    rests on {}: {}", value.value, value.by.kind.phrase()).unwrap();
                }
            }
            Remedy::Manual(obstacles) => {
                writeln!(text, "  {pass}: manual").unwrap();
                for obstacle in obstacles {
                    writeln!(text, "    because {}\n    next: {}", obstacle.reason, obstacle.next_step).unwrap();
                }
            }
            Remedy::Undetermined(_) => panic!("nothing is unresolved here"),
        }
    }
    let Some(hardened) = &outcome.hardened else { return };
    let after: Value = serde_json::from_str(hardened.text()).unwrap();
    let mut container = after["containerDefinitions"][0].clone();
    for known in ["name", "image", "memory", "mountPoints"] {
        container.as_object_mut().unwrap().shift_remove(known);
    }
    for (name, value) in container.as_object().unwrap() {
        writeln!(text, "    {name}: {value}").unwrap();
    }
}

fn told(entry: &Entry, image: &str) -> String {
    let mut text = format!("{}: {image}\n", entry.name);
    for (title, launch_type, storage) in [("FARGATE", "FARGATE", Storage::None), ("EC2", "EC2", Storage::None)] {
        record(&mut text, title, &definition(image, launch_type, entry, storage));
    }
    if entry.paths.iter().any(|path| path.state && !path.optional) {
        for (title, launch_type, storage) in [
            ("FARGATE, its data on an empty volume of the task", "FARGATE", Storage::Task),
            ("EC2, its data in a directory of the host", "EC2", Storage::Host),
        ] {
            record(&mut text, title, &definition(image, launch_type, entry, storage));
        }
    }
    text
}

fn assert_golden(name: &str, text: String) {
    let assert = Assert::new().action_env("SNAPSHOTS").normalize_paths(false);
    let golden = root().join(format!("{name}.txt"));
    assert.eq(Data::binary(text.into_bytes()), Data::read_from(&golden, Some(DataFormat::Binary)));
}

/// Tags under which an entry differs, and one under which it does not.
fn tag(entry: &Entry) -> String {
    let tag = entry.tags.first().map(|tag| tag.as_str().replace('*', ""));
    tag.map_or_else(|| "latest".to_owned(), |tag| format!("1-{tag}"))
}

#[test]
fn every_image_of_the_catalogue_has_its_record() {
    let mut names = BTreeSet::new();
    for entry in CATALOGUE.iter() {
        names.insert(entry.name.clone());
        let image = format!("{}:{}", entry.repositories[0], tag(entry));
        assert_golden(&entry.name, told(entry, &image));
    }
    for file in fs::read_dir(root()).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(names.contains(&name) || name.starts_with("as-"), "{} is of no entry: delete it", path.display());
    }
}

/// Once an image is pinned, its tag no longer tells which version it is: what was decided by the tag has to stand all the same. An
/// image whose tag tells what it is keeps it.
#[test]
fn pinning_what_runs_changes_nothing_else_and_stays_as_it_is() {
    let digest = Digest::try_from(format!("sha256:{:064x}", 7)).unwrap();
    let pins = BTreeMap::from([("app".to_owned(), digest.clone())]);
    let wishes = |pins| Wishes {
        selection: Selection::all(passes::ids()),
        target: TargetWish::default(),
        os: None,
        layers: Layers::default(),
        waivers: Waivers::default(),
        images: Arc::default(),
        pins: Arc::new(pins),
        exec: ExecUse::NotKnown,
    };
    let after = |document: &Document, wishes: &Wishes| engine::harden(document, wishes, Fault::None).unwrap().hardened;
    for entry in CATALOGUE.iter() {
        let repository = &entry.repositories[0];
        let definition = definition(&format!("{repository}:{}", tag(entry)), "FARGATE", entry, Storage::Task);
        let document = Document::read(serde_json::to_string(&definition).unwrap()).unwrap();
        let pinned = after(&document, &wishes(pins.clone())).unwrap();
        let unpinned = after(&document, &wishes(BTreeMap::new())).unwrap();
        let mut expected: Value = serde_json::from_str(unpinned.text()).unwrap();
        // `docker:dind` keeps the tag that tells it from `docker`.
        if entry.tags.is_empty() {
            expected["containerDefinitions"][0]["image"] = json!(format!("{repository}@{digest}"));
        }
        assert_eq!(serde_json::from_str::<Value>(pinned.text()).unwrap(), expected, "{}", entry.name);
        assert!(after(&pinned, &wishes(BTreeMap::new())).is_none(), "{} is edited again", entry.name);
    }
}

/// The same image under other names, and images that only look alike.
#[test]
fn an_image_is_recognised_under_other_names() {
    let entry = CATALOGUE.iter().find(|entry| entry.name == "nginx").unwrap();
    let official = told(entry, "nginx:1.29");
    let under = |image: &str| told(entry, image).replacen(image, "nginx:1.29", 1);
    for image in [
        "public.ecr.aws/docker/library/nginx:1.29",
        "123456789012.dkr.ecr.eu-central-1.amazonaws.com/docker-hub/library/nginx:1.29",
        "registry.example.com/mirror/nginx:1.29",
    ] {
        assert_eq!(under(image), official, "{image}");
    }
    assert_ne!(under("nginxinc/nginx-unprivileged:1.29"), official);
    for (name, image) in [
        ("as-postgres-alpine", "postgres:17-alpine"),
        ("as-postgres-18", "postgres:18"),
        ("as-nginx-of-a-team", "registry.example.com/shop/nginx:7"),
        ("as-php-of-unknown-tag", "php:${TAG}"),
        ("as-dotnet-6", "mcr.microsoft.com/dotnet/aspnet:6.0"),
    ] {
        let found = ecs_harden_transforms::images::find(image, &CATALOGUE).unwrap();
        assert_golden(name, told(&found.entry, image));
    }
}
