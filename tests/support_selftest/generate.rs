//! What the generator makes is valid, varied, and says what it holds.

use std::collections::BTreeMap;

use proptest::prelude::any;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use proptest::{prop_assert, prop_assert_eq, proptest};
use serde_json::{Value, json};

use crate::support::compare::{unchanged_outside, value_of};
use crate::support::generate::{Envelope, config, definition, sample};
use crate::support::validity::violations;

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn generated_definitions_are_valid_for_each_of_their_targets(generated in definition()) {
        for target in &generated.targets {
            prop_assert_eq!(violations(&generated.definition, *target, generated.os), vec![], "{}", generated.definition);
        }
    }
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn a_sample_says_what_its_text_holds(sample in sample()) {
        prop_assert_eq!(value_of(&sample.text), Ok(sample.value.clone()));
        if sample.style.is_strict() {
            let strict: Value = serde_json::from_str(sample.text.trim_start_matches('\u{feff}')).expect("JSON");
            prop_assert_eq!(&strict, &sample.value);
        }
        let place = sample.value.pointer(&sample.definition_pointer).expect("a place in the text");
        let definition = &sample.generated.definition;
        match &sample.envelope {
            Envelope::Bare | Envelope::Nested(_) => prop_assert_eq!(place, definition),
            Envelope::Containers => prop_assert_eq!(place, &definition["containerDefinitions"]),
            Envelope::Container => prop_assert_eq!(place, &definition["containerDefinitions"][0]),
            Envelope::Describe => prop_assert_eq!(&place["family"], &definition["family"]),
        }
        let canonical = sample.canonical(&sample.value);
        for target in &sample.generated.targets {
            prop_assert_eq!(violations(&canonical, *target, sample.generated.os), vec![]);
        }
    }

    #[test]
    fn any_changed_byte_of_a_sample_is_reported(sample in sample(), at in any::<proptest::sample::Index>(), other in 0..4_usize) {
        let nothing = json!([]);
        prop_assert_eq!(unchanged_outside(&sample.text, &sample.text, &nothing), Ok(()));
        let places: Vec<usize> = sample.text.char_indices().map(|(place, _)| place).collect();
        let place = places[at.index(places.len())];
        let mut changed = sample.text.clone();
        let old = changed.remove(place);
        if let Some(new) = [None, Some(' '), Some('\n'), Some('7')][other] {
            changed.insert(place, new);
        }
        if changed != sample.text {
            prop_assert!(unchanged_outside(&sample.text, &changed, &nothing).is_err(), "{old:?} at {place} of\n{}", sample.text);
        }
    }
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn an_inserted_member_passes_and_any_other_changed_byte_beside_it_is_reported(
        sample in sample().prop_filter("a brace may stand in a comment", |sample| sample.style.comments.is_empty()),
        at in any::<proptest::sample::Index>(),
    ) {
        let member = "\"zzz\": 1,";
        let start = sample.text.find('{').expect("an object") + 1;
        let line: String = sample.text[start..].chars().take_while(|char| char.is_whitespace()).collect();
        let mut edited = sample.text.clone();
        edited.insert_str(start, &format!("{line}{member}"));
        let path = if matches!(sample.envelope, Envelope::Containers) { "/0/zzz" } else { "/zzz" };
        let operations = json!([{"op": "add", "path": path, "value": 1}]);
        prop_assert_eq!(unchanged_outside(&sample.text, &edited, &operations), Ok(()), "{}", edited);

        let end = start + line.len() + member.len() + line.len();
        let places: Vec<usize> = edited.char_indices().map(|(place, _)| place).filter(|place| *place > end).collect();
        let mut changed = edited.clone();
        changed.remove(places[at.index(places.len())]);
        prop_assert!(unchanged_outside(&sample.text, &changed, &operations).is_err(), "{changed}");
    }
}

/// Paths of everything in a definition, with what tells the interesting values apart.
fn traits(value: &Value, path: &str, found: &mut BTreeMap<String, usize>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                traits(member, &format!("{path}.{name}"), found);
            }
        }
        Value::Array(elements) => {
            *found.entry(format!("{path}[{}]", elements.len().min(2))).or_default() += 1;
            for element in elements {
                traits(element, path, found);
            }
        }
        scalar => *found.entry(format!("{path}={scalar}")).or_default() += 1,
    }
}

#[test]
fn the_generator_reaches_what_the_passes_look_at() {
    let mut runner = TestRunner::deterministic();
    let mut found = BTreeMap::new();
    let mut seen = BTreeMap::new();
    let strategy = definition();
    for _ in 0..600 {
        let generated = strategy.new_tree(&mut runner).expect("a definition").current();
        traits(&generated.definition, "", &mut found);
        let declared = generated.definition.get("requiresCompatibilities").is_some();
        *seen.entry(format!("{:?} {:?} {declared}", generated.targets, generated.os)).or_insert(0_usize) += 1;
    }
    let c = ".containerDefinitions";
    let wanted = [
        format!("{c}.user=\"root\""),
        format!("{c}.user=\"0:0\""),
        format!("{c}.user=\"1000\""),
        format!("{c}.user=\"\""),
        format!("{c}.user=null"),
        format!("{c}.user=\"1337\""),
        format!("{c}.portMappings.containerPort=80"),
        format!("{c}.portMappings.containerPort=8080"),
        format!("{c}.portMappings.containerPortRange=\"80-90\""),
        format!("{c}.systemControls.namespace=\"net.ipv4.ip_unprivileged_port_start\""),
        format!("{c}.mountPoints.containerPath=\"/tmp\""),
        format!("{c}.volumesFrom.readOnly=true"),
        format!("{c}.firelensConfiguration.type=\"fluentbit\""),
        ".proxyConfiguration.type=\"APPMESH\"".to_owned(),
        format!("{c}.dependsOn.condition=\"SUCCESS\""),
        format!("{c}.dependsOn.condition=\"COMPLETE\""),
        format!("{c}.readonlyRootFilesystem=true"),
        format!("{c}.readonlyRootFilesystem=false"),
        format!("{c}.readonlyRootFilesystem=null"),
        format!("{c}.linuxParameters.tmpfs.containerPath=\"/tmp\""),
        ".memory=\"512\"".to_owned(),
        ".memory=\"1 GB\"".to_owned(),
        ".memory=512".to_owned(),
        format!("{c}.linuxParameters.capabilities.drop=\"ALL\""),
        format!("{c}.linuxParameters.capabilities.drop=\"NET_RAW\""),
        format!("{c}.linuxParameters.capabilities.drop=null"),
        format!("{c}.linuxParameters.capabilities.drop[0]"),
        format!("{c}.linuxParameters.capabilities.add=\"SYS_PTRACE\""),
        format!("{c}.linuxParameters.capabilities.add=\"NET_ADMIN\""),
        format!("{c}.linuxParameters.capabilities.add[0]"),
        format!("{c}.linuxParameters=null"),
        format!("{c}.privileged=true"),
        format!("{c}.privileged=false"),
        ".pidMode=\"task\"".to_owned(),
        ".pidMode=\"host\"".to_owned(),
        ".networkMode=\"host\"".to_owned(),
        format!("{c}.environment.value=\"AKIAIOSFODNN7EXAMPLE\""),
        format!("{c}.environment[0]"),
    ];
    for path in wanted {
        assert!(found.contains_key(&path), "the generator never makes {path}");
    }
    assert_eq!(seen.len(), 10, "sets of targets: {seen:#?}");
}
