//! The laws of the design as properties of random valid definitions, in random envelopes and random formatting.

#![allow(missing_docs, reason = "a test crate has no public items")]
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use ecs_harden_transforms::document::Document;
use ecs_harden_transforms::engine::{self, Decision, EngineError, Fault, Judged, Outcome, ProofError, Round};
use ecs_harden_transforms::intent::{ExecUse, Intent, Selection, Wishes};
use ecs_harden_transforms::knobs::{Layer, Layers, Scope};
use ecs_harden_transforms::model::{Digest, LaunchType, Os, TargetWish, TaskView};
use ecs_harden_transforms::pass::{Applicability, Finding, Provenance};
use ecs_harden_transforms::passes::{self, invalid_definition};
use ecs_harden_transforms::waiver::Waivers;
use ecs_harden_transforms::{edit, emit};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::compare::{unchanged_outside, value_of};
use support::generate::{Envelope, Sample, config, sample};
use support::validity::{self, RESPONSE_ONLY, Target, effective_capabilities, new_violations};

/// Wishes that a user may have: any subset of passes, safe or not, with or without defaults, with or without knobs.
fn wishes() -> impl Strategy<Value = Wishes> {
    let knobs = prop::sample::subsequence(
        vec![
            json!({ "root-user": { "user": "4711:4712" } }),
            json!({ "root-user": { "owned-paths": ["/data", "/srv", "volumesFrom"] } }),
            json!({ "writable-root-filesystem": { "paths": ["/tmp", "/var/tmp"] } }),
            json!({ "writable-root-filesystem": { "paths": ["/tmp", { "path": "/var/cache/app", "exec": true }], "size": 4 } }),
            json!({ "writable-root-filesystem": { "exec-workaround": true } }),
            json!({ "ecs-exec": true }),
            json!({ "excess-capabilities": { "keep": ["CHOWN", "SETUID", "NET_ADMIN"] } }),
            json!({ "excess-capabilities": { "keep": [] } }),
            json!({ "excess-capabilities": { "mode": "drop-net-raw" } }),
            json!({ "unbounded-open-files": { "soft": 100_000 } }),
            json!({ "unbounded-open-files": { "hard": 4096 } }),
            json!({ "unbounded-open-files": { "ceiling": 60_000, "soft": 512 } }),
            json!({ "unbounded-open-files": { "ulimits": { "core": { "soft": 0, "hard": 0 }, "memlock": { "soft": -1, "hard": -1 }, "nproc": { "soft": 64, "hard": 128 } } } }),
            json!({ "host-pid-namespace": { "mode": "task" } }),
            json!({ "host-pid-namespace": { "mode": "private" } }),
            json!({ "logs": { "group": "/ecs/{family}/{container}", "region": "eu-west-1" } }),
            json!({ "logs": { "region": "us-gov-west-1", "mode": "blocking", "create-group": true } }),
            json!({ "logs": { "stream-prefix": "x", "mode": "non-blocking", "max-buffer-size": "4m" } }),
            json!({ "secrets": { "template": "arn:{partition}:ssm:{region}:{account}:parameter/{family}/{name}", "region": "eu-central-1" } }),
            json!({ "secrets": { "template": "arn:aws:ssm:us-east-1:123456789012:parameter/app/{name}", "names": ["GREET*", "PORT"] } }),
            json!({ "secrets": { "arns": {
                "DB_PASSWORD": "arn:aws:secretsmanager:ap-south-1:123456789012:secret:app-AbCdEf:password::",
                "AWS_SECRET_ACCESS_KEY": "arn:aws:ssm:eu-west-3:123456789012:parameter/key",
                "TZ": "arn:aws:ssm:eu-west-3:123456789012:parameter/tz",
                "splunk-token": "arn:aws:ssm:eu-west-3:123456789012:parameter/splunk",
            } } }),
        ],
        0..6,
    );
    let ids: Vec<_> = passes::ids().collect();
    let count = ids.len();
    (prop::sample::subsequence(ids, 1..=count), any::<(u8, u8, bool)>(), knobs).prop_map(
        |(passes, (safe, vouched, looked), knobs)| {
            let mut selection = Selection::all(passes);
            // Passes on request run where they are named.
            if vouched % 2 == 0 {
                selection.named.clone_from(&selection.passes);
            }
            if safe % 8 == 0 {
                selection.floor = Applicability::Safe;
            }
            // What `--no-defaults` says, and more than that.
            match vouched % 8 {
                0 => selection.vouched = Provenance::Definition,
                3 | 4 => selection.vouched = Provenance::Catalogue,
                _ => {}
            }
            let layers = knobs.into_iter().map(layer);
            Wishes {
                selection,
                target: TargetWish::default(),
                os: None,
                waivers: Waivers::default(),
                images: Arc::default(),
                pins: Arc::new(if looked { running() } else { BTreeMap::new() }),
                exec: ExecUse::NotKnown,
                layers: Layers::from(layers.collect::<Vec<_>>()),
            }
        },
    )
}

fn layer(knobs: Value) -> Layer {
    let knobs = serde_json::from_value(knobs).expect("the knobs are right");
    Layer { origin: Provenance::Flag, scope: Scope::everything(), knobs, written: Arc::default() }
}

/// Several containers of known images, some of them hardened by hand, in little memory.
fn crowded() -> impl Strategy<Value = Value> {
    let images =
        vec!["fluent/fluent-bit:3", "alpine:3", "nginx:1.27", "tomcat:10", "node:22", "team/app:7", "n8nio/n8n"];
    let container = (prop::sample::select(images), any::<u8>(), 8..400u64);
    let memory = prop::sample::select(vec![512, 1024, 1536, 2048, 3072, 4096]);
    (prop::collection::vec(container, 2..6), memory, any::<bool>()).prop_map(|(containers, memory, is_fargate)| {
        let containers = containers.into_iter().enumerate().map(|(index, (image, kind, size))| {
            let mut container = json!({ "name": format!("c{index}"), "image": image });
            if kind % 4 == 0 {
                container["memory"] = json!(size);
            }
            if kind % 5 == 0 {
                container["linuxParameters"] = json!({ "tmpfs": [{ "containerPath": "/tmp", "size": size / 4 }] });
                container["readonlyRootFilesystem"] = json!(kind % 2 == 0);
            }
            if kind % 3 == 0 {
                container["logConfiguration"] = json!({ "logDriver": "awslogs", "options": {
                    "awslogs-group": "/ecs/a", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "a",
                    "mode": "non-blocking", "max-buffer-size": format!("{}m", size / 2),
                } });
            }
            container
        });
        let launch_type = if is_fargate { "FARGATE" } else { "EC2" };
        json!({
            "family": "crowded", "requiresCompatibilities": [launch_type], "networkMode": "awsvpc", "cpu": "512",
            "memory": memory.to_string(), "containerDefinitions": containers.collect::<Vec<_>>(),
        })
    })
}

/// What runs in the containers that samples have, as a look at their tasks would tell it.
fn running() -> BTreeMap<String, Digest> {
    let digest = |index: usize| Digest::try_from(format!("sha256:{index:064x}")).expect("64 digits");
    let names = ["app", "Side_Car-2", "cache", "init-0", "log_router"];
    names.into_iter().enumerate().map(|(index, name)| (name.to_owned(), digest(index))).collect()
}

fn all() -> Wishes {
    let mut selection = Selection::all(passes::ids());
    selection.named.clone_from(&selection.passes);
    Wishes {
        selection,
        target: TargetWish::default(),
        os: None,
        waivers: Waivers::default(),
        images: Arc::default(),
        pins: Arc::default(),
        exec: ExecUse::NotKnown,
        layers: Layers::default(),
    }
}

/// What a user who knows the service would add: its launch types and operating system.
fn knowing(mut wishes: Wishes, sample: &Sample) -> Wishes {
    wishes.target = TargetWish(sample.generated.targets.iter().map(|target| launch_type(*target)).collect());
    wishes.os = Some(match sample.generated.os {
        validity::Os::Linux => Os::Linux,
        validity::Os::Windows => Os::Windows,
    });
    wishes
}

fn launch_type(target: Target) -> LaunchType {
    match target {
        Target::Ec2 => LaunchType::Ec2,
        Target::Fargate => LaunchType::Fargate,
        Target::External => LaunchType::External,
        Target::ManagedInstances => LaunchType::ManagedInstances,
    }
}

fn read(text: &str) -> Document {
    Document::read(text.to_owned()).unwrap_or_else(|error| panic!("a valid definition is refused: {error}\n{text}"))
}

fn harden(document: &Document, wishes: &Wishes) -> Outcome {
    engine::harden(document, wishes, Fault::None).unwrap_or_else(|error| panic!("{error}\n{}", document.text()))
}

fn ops(outcome: &Outcome) -> Value {
    serde_json::to_value(&outcome.ops).expect("operations are JSON")
}

fn text_after<'d>(document: &'d Document, outcome: &'d Outcome) -> &'d str {
    outcome.hardened.as_ref().unwrap_or(document).text()
}

/// The members that passes take away. Each is a scalar.
const REMOVED: [&str; 4] = ["/pidMode", "/ipcMode", "/privileged", "/logConfiguration/options/splunk-token"];

/// The lists that passes take elements out of.
const SHORTENED: [&str; 3] = ["environment", "secrets", "secretOptions"];

fn may_be_removed(path: &str) -> bool {
    let mut steps = path.rsplit('/');
    let (index, list) = (steps.next().unwrap_or_default(), steps.next().unwrap_or_default());
    let element = index.parse::<usize>().is_ok() && SHORTENED.contains(&list);
    element || REMOVED.iter().any(|member| path.ends_with(member))
}

/// Every scalar of a value under its pointer.
fn scalars(value: &Value, at: &str, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                scalars(value, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                scalars(value, &format!("{at}/{index}"), found);
            }
        }
        scalar => drop(found.insert(at.to_owned(), scalar.clone())),
    }
}

proptest! {
    #![proptest_config(config(400))]

    /// Law 1: outside the reported operations not a byte changes.
    #[test]
    fn law_1_bytes_outside_the_operations_stay(sample in sample(), wishes in wishes()) {
        let document = read(&sample.text);
        let outcome = harden(&document, &wishes);
        let after = text_after(&document, &outcome);
        if outcome.ops.0.is_empty() {
            prop_assert_eq!(after, &sample.text);
        }
        unchanged_outside(&sample.text, after, &ops(&outcome)).map_err(TestCaseError::fail)?;
    }

    /// Law 2: the new text means what the operations make of the old value, by another parser than the engine's.
    #[test]
    fn law_2_the_result_is_what_the_operations_say(sample in sample(), wishes in wishes()) {
        let document = read(&sample.text);
        let outcome = harden(&document, &wishes);
        let mut expected = sample.value.clone();
        json_patch::patch(&mut expected, &outcome.ops).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let after = value_of(text_after(&document, &outcome)).map_err(TestCaseError::fail)?;
        prop_assert_eq!(after, expected);
    }

    /// Law 2: a result that lost a byte is refused, or means the same.
    #[test]
    fn law_2_a_damaged_result_is_refused(sample in sample()) {
        let document = read(&sample.text);
        match engine::harden(&document, &all(), Fault::LostByte) {
            Err(EngineError::Unproven(ProofError::Different | ProofError::Unreadable(_))) => {}
            Err(error) => prop_assert!(false, "{}", error),
            Ok(damaged) => {
                let sound = harden(&document, &all());
                let value = |outcome: &Outcome| value_of(text_after(&document, outcome));
                prop_assert_eq!(value(&damaged), value(&sound));
            }
        }
    }

    /// Law 3: a second run edits nothing.
    #[test]
    fn law_3_a_second_run_edits_nothing(sample in sample(), wishes in wishes()) {
        let document = read(&sample.text);
        let outcome = harden(&document, &wishes);
        if let Some(hardened) = &outcome.hardened {
            let again = harden(hardened, &wishes);
            prop_assert!(again.hardened.is_none(), "edits again: {}\n{}", ops(&again), hardened.text());
        }
    }

    /// Law 3: what is withheld because it rests on a guess stays withheld, however little of the memory the others took.
    #[test]
    fn law_3_a_second_run_without_defaults_edits_nothing(sample in crowded(), is_safe in any::<bool>(), tenths in 1..4u64) {
        let mut wishes = all();
        wishes.selection.vouched = Provenance::Catalogue;
        if is_safe {
            wishes.selection.floor = Applicability::Safe;
        }
        let knobs = json!({ "writable-root-filesystem": { "memory-percent": tenths * 10 }, "ecs-exec": false });
        wishes.layers = Layers::from(vec![layer(knobs)]);
        let document = read(&sample.to_string());
        let outcome = harden(&document, &wishes);
        if let Some(hardened) = &outcome.hardened {
            let again = harden(hardened, &wishes);
            prop_assert!(again.hardened.is_none(), "edits again: {}\n{}", ops(&again), hardened.text());
        }
    }

    /// Law 3: the order of the table changes nothing, and fixes one at a time under one Intent give the value of all at once: secrets in
    /// the order in which they were moved, which means nothing.
    #[test]
    fn law_3_order_does_not_matter(sample in sample(), wishes in wishes(), order in Just(passes::TABLE.to_vec()).prop_shuffle(), picks in any::<u64>()) {
        let document = read(&sample.text);
        let at_once = harden(&document, &wishes);
        let shuffled = engine::round(&document, at_once.intent.clone(), &Round { table: &order, ..Round::default() })
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(text_after(&document, &shuffled), text_after(&document, &at_once));

        let one_by_one = one_at_a_time(&document, &at_once.intent, picks);
        let value = |document: &Document| settled(value_of(document.text()).expect("it was read before"));
        prop_assert_eq!(value(&one_by_one), value(at_once.hardened.as_ref().unwrap_or(&document)));
    }

    /// Each part of a round can be taken without the others: it mends what it says, and all of them together are the round.
    #[test]
    fn parts_of_a_round_stand_alone(sample in sample(), wishes in wishes()) {
        let document = read(&sample.text);
        let outcome = harden(&document, &wishes);
        let parts = engine::parts(&document, &outcome);
        let mut splices: Vec<_> = parts.iter().flat_map(|part| part.splices.clone()).collect();
        splices.sort_by_key(|splice| splice.span.start);
        prop_assert_eq!(&splices, &outcome.splices);
        let mut mended: Vec<_> = parts.iter().flat_map(|part| part.findings.clone()).collect();
        mended.sort_unstable();
        let applied = |(position, judged): (usize, &Judged)| (judged.decision == Decision::Applied).then_some(position);
        prop_assert_eq!(mended, outcome.findings.iter().enumerate().filter_map(applied).collect::<Vec<_>>());
        let key = |finding: &Finding| {
            (finding.pass.id, finding.container.as_ref().map(|container| container.index), finding.subject.clone())
        };
        for part in parts {
            let alone = read(&edit::apply(document.text(), &part.splices));
            let after = engine::round(&alone, outcome.intent.clone(), &Round::default())
                .map_err(|error| TestCaseError::fail(error.to_string()))?;
            let left: Vec<_> = after.findings.iter().map(|judged| key(&judged.finding)).collect();
            for finding in part.findings {
                let mended = key(&outcome.findings[finding].finding);
                prop_assert!(!left.contains(&mended), "{:?} is still there\n{}", mended, alone.text());
            }
        }
    }

    /// Law 4: every scalar that no operation replaces is still where it was, unknown members among them.
    #[test]
    fn law_4_nothing_unknown_is_lost(sample in sample(), wishes in wishes()) {
        let document = read(&sample.text);
        let outcome = harden(&document, &wishes);
        let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
        let mut kept = sample.value.clone();
        let is_removal = |operation: &json_patch::PatchOperation| matches!(operation, json_patch::PatchOperation::Remove(_));
        let removals = json_patch::Patch(outcome.ops.0.iter().filter(|operation| is_removal(operation)).cloned().collect());
        json_patch::patch(&mut kept, &removals).map_err(|error| TestCaseError::fail(error.to_string()))?;
        scalars(&kept, "", &mut before);
        scalars(&value_of(text_after(&document, &outcome)).map_err(TestCaseError::fail)?, "", &mut after);
        for operation in ops(&outcome).as_array().into_iter().flatten() {
            let path = operation["path"].as_str().unwrap_or_default();
            if operation["op"] == "remove" {
                prop_assert!(may_be_removed(path), "removes {}", path);
            }
            if operation["op"] == "replace" {
                before.remove(path);
            }
        }
        for (pointer, value) in before {
            prop_assert_eq!(after.get(&pointer), Some(&value), "lost at {}", pointer);
        }
    }

    /// No pass writes what one of the targets refuses, and no container gains a capability.
    #[test]
    fn every_result_is_valid_for_every_target(sample in sample(), wishes in wishes()) {
        let document = read(&sample.text);
        let outcome = harden(&document, &knowing(wishes, &sample));
        let before = sample.canonical(&sample.value);
        let after = sample.canonical(&value_of(text_after(&document, &outcome)).map_err(TestCaseError::fail)?);
        for target in &sample.generated.targets {
            let new = new_violations(&before, &after, *target, sample.generated.os);
            prop_assert!(new.is_empty(), "{:?}: {:?}\n{}\n{}", target, new, ops(&outcome), sample.text);
        }
        let containers = |value: &Value| value["containerDefinitions"].as_array().cloned().unwrap_or_default();
        for (before, after) in containers(&before).iter().zip(containers(&after)) {
            let (before, after) = (effective_capabilities(before), effective_capabilities(&after));
            prop_assert!(after.is_subset(&before), "gained {:?}", after.difference(&before));
        }
    }

    /// What is valid by an independent judge breaks no rule, before hardening and after.
    #[test]
    fn a_valid_definition_breaks_no_rule(sample in sample(), wishes in wishes()) {
        let document = read(&sample.text);
        let mut wishes = knowing(wishes, &sample);
        wishes.selection.passes.insert(invalid_definition::PASS.id);
        let outcome = harden(&document, &wishes);
        let hardened = outcome.hardened.as_ref().unwrap_or(&document);
        for judged in [&outcome, &harden(hardened, &wishes)].into_iter().flat_map(|outcome| &outcome.findings) {
            let invalid = judged.finding.pass.id == invalid_definition::PASS.id;
            prop_assert!(!invalid, "{}: {}\n{}", judged.finding.subject, judged.finding.message, sample.text);
        }
    }

    /// Without a word from the user the targets are inferred, and the result is valid for all of them.
    #[test]
    fn inferred_targets_are_respected(sample in sample()) {
        let document = read(&sample.text);
        let outcome = harden(&document, &all());
        if outcome.intent.os == Os::Windows || sample.generated.os == validity::Os::Windows {
            return Ok(());
        }
        let before = sample.canonical(&sample.value);
        let after = sample.canonical(&value_of(text_after(&document, &outcome)).map_err(TestCaseError::fail)?);
        for target in &sample.generated.targets {
            if matches!(sample.envelope, Envelope::Bare | Envelope::Describe) {
                prop_assert!(outcome.intent.target.includes(launch_type(*target)), "{:?} is valid and was not inferred", target);
            }
            let new = new_violations(&before, &after, *target, sample.generated.os);
            prop_assert!(new.is_empty(), "{:?}: {:?}\n{}\n{}", target, new, ops(&outcome), sample.text);
        }
    }

    /// All added tmpfs together take at most a tenth of the memory, or 1 MiB each.
    #[test]
    fn added_tmpfs_stay_small(sample in sample()) {
        let document = read(&sample.text);
        let outcome = harden(&document, &knowing(all(), &sample));
        let Some(hardened) = &outcome.hardened else { return Ok(()) };
        let task = TaskView::new(&document);
        let added = |document: &Document| -> Vec<u64> {
            let sizes = TaskView::new(document).seen().into_iter().map(|container| {
                let mounts = container.linux("tmpfs").list().items;
                mounts.into_iter().filter_map(|mount| mount.member("size").number().known()).sum()
            });
            sizes.collect()
        };
        let grown: Vec<u64> = added(hardened).iter().zip(added(&document)).map(|(after, before)| after - before).collect();
        let mounts = grown.iter().filter(|size| **size > 0).count() as u64;
        if let Some(memory) = task.memory_mib().known() {
            prop_assert!(grown.iter().sum::<u64>() <= (memory / 10).max(mounts), "{:?} of {}", grown, memory);
        }
        for (container, grown) in task.seen().iter().zip(grown) {
            let figure = |member: &str| container.member(member).number().known();
            let whole = task.memory_mib().known();
            let limit = figure("memory").or_else(|| figure("memoryReservation").filter(|_| whole.is_none()));
            if let Some(limit) = limit {
                prop_assert!(grown <= (limit / 10).max(1), "{} of {}", grown, limit);
            }
        }
    }

    /// The register input is strict JSON of the definition: no nulls, nothing that only responses have, no tags of AWS's own.
    #[test]
    fn the_register_input_is_the_definition_itself(sample in sample()) {
        let document = read(&sample.text);
        let emitted = match emit::register_input(&document) {
            Err(error) => {
                prop_assert_eq!(error, emit::EmitError::OnlyContainers);
                return Ok(());
            }
            Ok(emitted) => emitted,
        };
        let value: Value = serde_json::from_str(&emitted).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let mut expected = without_nulls(sample.canonical(&sample.value));
        let members = expected.as_object_mut().expect("a definition is an object");
        for name in RESPONSE_ONLY {
            members.remove(*name);
        }
        if let Some(tags) = members.get_mut("tags").and_then(Value::as_array_mut) {
            tags.retain(|tag| !tag["key"].as_str().unwrap_or_default().to_ascii_lowercase().starts_with("aws:"));
        }
        let no_tags = |value: &mut Value| {
            if value["tags"].as_array().is_some_and(Vec::is_empty) {
                value.as_object_mut().expect("a definition is an object").remove("tags");
            }
        };
        let mut value = value;
        no_tags(&mut value);
        no_tags(&mut expected);
        prop_assert_eq!(value, expected, "{}", sample.text);
    }
}

/// Applies the fixes of an intent one at a time, each on the text that the one before left, in an order that `picks` decides.
fn one_at_a_time(document: &Document, intent: &Intent, mut picks: u64) -> Document {
    let mut current = document.clone();
    for _ in 0..200 {
        let outcome = engine::round(&current, intent.clone(), &Round::default()).expect("every step is proven");
        let open: Vec<_> = outcome.findings.iter().filter(|judged| judged.decision == Decision::Applied).collect();
        if open.is_empty() {
            return current;
        }
        let chosen = open[usize::try_from(picks % open.len() as u64).expect("an index")];
        picks = picks.rotate_right(7) ^ 0x9e37_79b9;
        let wanted = |finding: &Finding| *finding == chosen.finding;
        let step = engine::round(&current, intent.clone(), &Round { wanted: &wanted, ..Round::default() });
        let step = step.expect("every step is proven");
        current = step.hardened.expect("the fix changes something");
    }
    panic!("fixing one at a time does not come to an end");
}

/// The value with the secrets of each container sorted by name.
fn settled(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let settle = |(name, value): (String, Value)| {
                let mut value = settled(value);
                if let ("secrets" | "secretOptions", Some(list)) = (name.as_str(), value.as_array_mut()) {
                    list.sort_by_key(|secret| secret["name"].to_string());
                }
                (name, value)
            };
            members.into_iter().map(settle).collect()
        }
        Value::Array(items) => items.into_iter().map(settled).collect(),
        scalar => scalar,
    }
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_nulls(value)))
            .collect(),
        Value::Array(items) => items.into_iter().filter(|value| !value.is_null()).map(without_nulls).collect(),
        scalar => scalar,
    }
}
