use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::*;
use crate::rollout::api::TaskContainer;
use crate::rollout::port::{Api, Call, Clock, Interrupted, Wire};

/// A registry that knows some tags, and notes what it was asked.
struct Registry {
    tags: Vec<(&'static str, Json)>,
    fails: Option<Failure>,
    asked: Mutex<Vec<Json>>,
}

impl Wire for Registry {
    fn call(&self, call: &Call) -> Result<Vec<u8>, CallError> {
        assert_eq!((call.api, call.operation), (Api::Ecr, "BatchGetImage"));
        let body: Json = serde_json::from_slice(&call.body).unwrap();
        let tag = body.pointer("/imageIds/0/imageTag").and_then(Json::as_str).unwrap().to_owned();
        self.asked.lock().unwrap().push(body);
        if let Some(failure) = self.fails {
            return Err(CallError::new(call.api, call.operation, failure));
        }
        let images: Vec<&Json> = self.tags.iter().filter(|(known, _)| *known == tag).map(|(_, image)| image).collect();
        Ok(json!({ "images": images, "failures": [] }).to_string().into_bytes())
    }

    fn region(&self) -> &'static str {
        "eu-central-1"
    }
}

impl Clock for Registry {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn wait(&self, _: Duration) -> Result<(), Interrupted> {
        Ok(())
    }
}

fn digest(number: u8) -> Digest {
    Digest::try_from(format!("sha256:{number:064x}")).unwrap()
}

/// One platform under `plain`, an index of two under `index`.
fn registry() -> Registry {
    let image = |number: u8, manifest: &Json| json!({ "imageId": { "imageDigest": digest(number).as_str() }, "imageManifest": manifest.to_string() });
    let listed = |number: u8| json!({ "digest": digest(number).as_str(), "platform": { "architecture": "arm64" } });
    let index = json!({ "schemaVersion": 2, "manifests": [listed(3), listed(4)] });
    Registry {
        tags: vec![("plain", image(1, &json!({ "config": {}, "layers": [] }))), ("index", image(2, &index))],
        fails: None,
        asked: Mutex::default(),
    }
}

const HERE: &str = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/web";

fn standing(registry: &Registry, image: &str, runs: &[u8]) -> Result<ImageStanding, CallError> {
    let running = Running::from([("web".to_owned(), runs.iter().copied().map(digest).collect())]);
    let images = [("web".to_owned(), image.to_owned())];
    let aws = Aws::new(registry, registry);
    standings(&aws, &images, &running).map(|mut standings| standings.remove(0).1)
}

#[track_caller]
fn assert_standing(image: &str, runs: &[u8], expected: &ImageStanding) {
    assert_eq!(&standing(&registry(), image, runs).unwrap(), expected);
}

fn moved(runs: &[u8], now: u8) -> ImageStanding {
    ImageStanding::Moved { runs: runs.iter().copied().map(digest).collect(), now: digest(now).to_string() }
}

#[test]
fn a_tag_means_what_runs_or_has_moved() {
    assert_standing(&format!("{HERE}:plain"), &[1], &ImageStanding::Same);
    assert_standing(&format!("{HERE}:plain"), &[7], &moved(&[7], 1));
}

#[test]
fn a_task_may_run_the_index_or_a_manifest_of_it() {
    for runs in [&[2][..], &[3], &[3, 4], &[2, 4]] {
        assert_standing(&format!("{HERE}:index"), runs, &ImageStanding::Same);
    }
    assert_standing(&format!("{HERE}:index"), &[1], &moved(&[1], 2));
}

#[test]
fn one_task_that_runs_another_image_is_enough() {
    assert_standing(&format!("{HERE}:plain"), &[1, 7], &moved(&[1, 7], 1));
}

#[test]
fn a_digest_is_not_looked_up_and_nothing_is_where_nothing_runs() {
    let registry = registry();
    let pinned = format!("{HERE}@{}", digest(9));
    assert_eq!(standing(&registry, &pinned, &[7]), Ok(ImageStanding::Pinned));
    assert_eq!(standing(&registry, &format!("{HERE}:plain@{}", digest(9)), &[]), Ok(ImageStanding::Pinned));
    assert_eq!(standing(&registry, &format!("{HERE}:plain"), &[]), Ok(ImageStanding::NothingRuns));
    assert!(registry.asked.lock().unwrap().is_empty());
}

#[test]
fn registries_that_cannot_be_asked_are_named() {
    let registry = registry();
    for (image, part) in [
        ("nginx:1.29", "comes from Docker Hub"),
        ("ghcr.io/shop/web:1", "comes from ghcr.io"),
        ("public.ecr.aws/nginx/nginx:1", "comes from public.ecr.aws"),
        ("123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1", "in us-east-1, and calls go to eu-central-1"),
        ("web:1@sha256:12", "a part of a digest"),
    ] {
        let told = standing(&registry, image, &[1]).unwrap();
        assert!(matches!(&told, ImageStanding::CannotTell { why } if why.contains(part)), "{image}: {told:?}");
    }
    assert!(registry.asked.lock().unwrap().is_empty());
}

#[test]
fn a_tag_that_is_gone_and_a_registry_that_refuses_are_told() {
    let told = standing(&registry(), &format!("{HERE}:gone"), &[1]).unwrap();
    assert!(matches!(&told, ImageStanding::CannotTell { why } if why.contains("no tag `gone` any more")), "{told:?}");
    let denied = Registry { fails: Some(Failure::Denied), ..registry() };
    let told = standing(&denied, &format!("{HERE}:plain"), &[1]).unwrap();
    assert!(
        matches!(&told, ImageStanding::CannotTell { why } if why.contains("ecr:BatchGetImage: not allowed; allow it"))
    );
    let stopped = Registry { fails: Some(Failure::Interrupted), ..registry() };
    assert!(standing(&stopped, &format!("{HERE}:plain"), &[1]).is_err());
}

#[test]
fn each_image_is_asked_for_once_in_the_registry_that_it_names() {
    let registry = registry();
    let names = ["a", "b"];
    let images = names.map(|name| (name.to_owned(), format!("{HERE}:plain")));
    let running = names.map(|name| (name.to_owned(), BTreeSet::from([digest(1)])));
    let told = standings(&Aws::new(&registry, &registry), &images, &Running::from(running)).unwrap();
    assert_eq!(told, names.map(|name| (name.to_owned(), ImageStanding::Same)));
    let asked = registry.asked.lock().unwrap();
    assert_eq!(asked.len(), 1);
    assert_eq!((&asked[0]["registryId"], &asked[0]["repositoryName"]), (&json!("123456789012"), &json!("shop/web")));
    drop(asked);
    standing(&registry, HERE, &[1]).unwrap();
    assert_eq!(registry.asked.lock().unwrap()[1]["imageIds"], json!([{ "imageTag": "latest" }]));
}

#[test]
fn only_what_all_tasks_agree_on_is_a_pin() {
    let task = |containers: &[(&str, Option<String>)]| Task {
        containers: containers
            .iter()
            .map(|(name, digest)| TaskContainer {
                name: (*name).to_owned(),
                image_digest: digest.clone(),
                ..TaskContainer::default()
            })
            .collect(),
        ..Task::default()
    };
    let is = |number: u8| Some(digest(number).to_string());
    let tasks = [
        task(&[("web", is(1)), ("log", is(2)), ("init", None), ("odd", Some("sha256:12".into()))]),
        task(&[("web", is(1)), ("log", is(3))]),
    ];
    let running = running(&tasks);
    assert_eq!(running.keys().collect::<Vec<_>>(), ["log", "web"]);
    assert_eq!(pins(&running), BTreeMap::from([("web".to_owned(), digest(1))]));
}
