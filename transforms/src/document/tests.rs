//! Where the task definition is in a text, and the two ways between its places and the canonical ones.

use serde_json::json;

use super::*;

mod refusals;

/// `/a/0/b` as a path.
fn at(pointer: &str) -> Path {
    let step = |step: &str| step.parse().map_or_else(|_| Step::Key(step.to_owned()), Step::Index);
    Path::from(pointer.split('/').skip(1).map(step).collect::<Vec<_>>())
}

#[track_caller]
fn read(text: &str) -> Document {
    Document::read(text.to_owned()).expect("the text is a task definition")
}

fn definition(place: &str, tags: Option<&str>) -> Envelope {
    Envelope::Definition { at: at(place), tags: tags.map(at) }
}

#[test]
fn a_definition_is_found_in_whatever_wraps_it() {
    let cases = [
        (r#"{"containerDefinitions": []}"#, definition("", None)),
        (r#"{"family": "a", "containerDefinitions": [{"name": "a"}], "tags": []}"#, definition("", None)),
        (r#"{"containerDefinitions": ${containers}}"#, definition("", None)),
        (r#"{"taskDefinition": {"containerDefinitions": []}}"#, definition("/taskDefinition", None)),
        (
            r#"{"taskDefinition": {"containerDefinitions": []}, "tags": []}"#,
            definition("/taskDefinition", Some("/tags")),
        ),
        (
            r#"{"tags": null, "taskDefinition": {"containerDefinitions": []}}"#,
            definition("/taskDefinition", Some("/tags")),
        ),
        (r#"{"input": {"containerDefinitions": []}, "tags": []}"#, definition("/input", None)),
        (r#"{"a": 1, "b": {"containerDefinitions": []}}"#, definition("/b", None)),
        (r#"{"a": {"b": {"containerDefinitions": []}}}"#, definition("/a/b", None)),
        (r#"{"a": {"b": {"c": {"containerDefinitions": []}}}}"#, definition("/a/b/c", None)),
        (
            r#"{"a": {"b": {"taskDefinition": {"containerDefinitions": []}, "tags": []}}, "tags": []}"#,
            definition("/a/b/taskDefinition", Some("/a/b/tags")),
        ),
        (r#"[{"containerDefinitions": []}]"#, definition("/0", None)),
        (r#"{"tasks": [null, {"containerDefinitions": []}]}"#, definition("/tasks/1", None)),
        (
            r#"[{"taskDefinition": {"containerDefinitions": []}, "tags": []}]"#,
            definition("/0/taskDefinition", Some("/0/tags")),
        ),
        (r#"{"containerDefinitions": [], "proxy": {"containerDefinitions": []}}"#, definition("", None)),
        (r#"[{"name": "a", "image": "a"}]"#, Envelope::Containers),
        (r#"[{"name": "a", "image": "a"}, {"image": "b", "essential": true, "command": []}]"#, Envelope::Containers),
        (r#"[{"name": "a", "image": "a"}, ${sidecar}]"#, Envelope::Containers),
        (r#"[{"name": "a", "image": ${image}}]"#, Envelope::Containers),
        (r#"{"name": "a", "image": "a"}"#, Envelope::Container),
        (r#"{"image": "a", "essential": true}"#, Envelope::Container),
        (r#"{"image": "a", "portMappings": []}"#, Envelope::Container),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text).envelope(), &expected, "{text}");
    }
}

/// Every envelope with a container that has a user.
const WRAPPED: [&str; 7] = [
    r#"{"family": "f", "containerDefinitions": [{"name": "a", "image": "a", "user": "0"}], "tags": [{"key": "k"}]}"#,
    r#"{"taskDefinition": {"family": "f", "containerDefinitions": [{"name": "a", "image": "a", "user": "0"}]}, "tags": [{"key": "k"}]}"#,
    r#"{"a": {"b": {"family": "f", "containerDefinitions": [{"user": "0"}], "tags": [{"key": "k"}]}}}"#,
    r#"[{"family": "f", "containerDefinitions": [{"user": "0"}], "tags": [{"key": "k"}]}]"#,
    r#"{"taskDefinition": {"family": "f", "containerDefinitions": [{"user": "0"}], "tags": [{"key": "k"}]}}"#,
    r#"[{"name": "a", "image": "a", "user": "0"}]"#,
    r#"{"name": "a", "image": "a", "user": "0"}"#,
];

/// Every place of the tree below `node`.
fn places(node: &Node, at: &Path, found: &mut Vec<Path>) {
    found.push(at.clone());
    match &node.value {
        Value::Object(object) => {
            object.members.iter().for_each(|member| places(&member.value, &at.key(&member.name), found));
        }
        Value::Array(array) => {
            array.items.iter().enumerate().for_each(|(index, item)| places(item, &at.index(index), found));
        }
        _ => {}
    }
}

#[test]
fn canonical_paths_and_places_lead_back_to_each_other() {
    for text in WRAPPED {
        let document = read(text);
        let mut all = Vec::new();
        places(&document.parsed().root, &Path::root(), &mut all);
        let mut inside = 0;
        for place in all {
            let Some(canonical) = document.canonical(&place) else { continue };
            assert_eq!(document.place(&canonical), Some(place.clone()), "{place} of {text}");
            assert_eq!(document.node(&canonical), document.parsed().root.at(&place), "{place} of {text}");
            inside += 1;
        }
        assert!(inside > 3, "{inside} places of {text}");
    }
}

#[test]
fn a_canonical_path_has_its_place_in_each_envelope() {
    let user = at("/containerDefinitions/0/user");
    let family = at("/family");
    let tag = at("/tags/0/key");
    // The places of a user, the family and a tag.
    let expected: [[Option<&str>; 3]; 7] = [
        [Some("/containerDefinitions/0/user"), Some("/family"), Some("/tags/0/key")],
        [Some("/taskDefinition/containerDefinitions/0/user"), Some("/taskDefinition/family"), Some("/tags/0/key")],
        [Some("/a/b/containerDefinitions/0/user"), Some("/a/b/family"), Some("/a/b/tags/0/key")],
        [Some("/0/containerDefinitions/0/user"), Some("/0/family"), Some("/0/tags/0/key")],
        [
            Some("/taskDefinition/containerDefinitions/0/user"),
            Some("/taskDefinition/family"),
            Some("/taskDefinition/tags/0/key"),
        ],
        [Some("/0/user"), None, None],
        [Some("/user"), None, None],
    ];
    for (text, expected) in WRAPPED.into_iter().zip(expected) {
        let document = read(text);
        let found = [&user, &family, &tag].map(|path| document.place(path).map(|place| place.to_string()));
        assert_eq!(found, expected.map(|place| place.map(str::to_owned)), "{text}");
        let node = document.node(&user).expect("it has a user");
        assert_eq!(node.span.of(text), "\"0\"");
    }
}

#[test]
fn what_lies_outside_the_definition_has_no_canonical_path() {
    let document = read(r#"{"a": 1, "x": {"taskDefinition": {"containerDefinitions": []}, "tags": []}, "tags": []}"#);
    let cases = [
        ("", None),
        ("/a", None),
        ("/x", None),
        ("/tags", None),
        ("/x/tags", Some("/tags")),
        ("/x/tags/0/key", Some("/tags/0/key")),
        ("/x/taskDefinition", Some("")),
        ("/x/taskDefinition/family", Some("/family")),
    ];
    for (place, expected) in cases {
        let found = document.canonical(&at(place)).map(|path| path.to_string());
        assert_eq!(found.as_deref(), expected, "{place}");
    }
}

#[test]
fn a_single_container_and_a_list_have_no_place_for_other_containers_and_task_members() {
    let one = read(r#"{"name": "a", "image": "a"}"#);
    assert_eq!(one.place(&at("/containerDefinitions/0")), Some(Path::root()));
    assert_eq!(one.place(&at("/containerDefinitions/1/user")), None);
    assert_eq!(one.place(&containers()), None);
    assert_eq!(one.canonical(&at("/user")), Some(at("/containerDefinitions/0/user")));
    let list = read(r#"[{"name": "a", "image": "a"}]"#);
    assert_eq!(list.place(&containers()), Some(Path::root()));
    assert_eq!(list.place(&at("/containerDefinitions/7/user")), Some(at("/7/user")));
    assert_eq!(list.place(&at("/networkMode")), None);
    assert_eq!(list.canonical(&at("/0/user")), Some(at("/containerDefinitions/0/user")));
}

#[test]
fn the_mark_is_the_member_or_the_nearest_thing_above() {
    let text = r#"{
  "taskDefinition": {
    "family" : "f",
    "containerDefinitions": [
      { "image": "i", "name": "web", "user": "0", "command": ["x", "y"], "linuxParameters": { "tmpfs": null } },
      { "image": "i" },
      {},
      ${sidecar}
    ]
  },
  "tags": [{ "key": "k" }]
}"#;
    let cases = [
        ("/containerDefinitions/0/user", r#""user": "0""#),
        ("/family", r#""family" : "f""#),
        ("/tags/0/key", r#""key": "k""#),
        ("/tags", r#""tags""#),
        ("/containerDefinitions", r#""containerDefinitions""#),
        ("/containerDefinitions/0/command", r#""command""#),
        ("/containerDefinitions/0/command/1", r#""y""#),
        ("/containerDefinitions/0/linuxParameters", r#""linuxParameters""#),
        ("/containerDefinitions/0/linuxParameters/tmpfs", r#""tmpfs": null"#),
        ("/containerDefinitions/0/linuxParameters/capabilities/drop", r#""linuxParameters""#),
        ("/containerDefinitions/0/linuxParameters/tmpfs/0", r#""tmpfs": null"#),
        ("/containerDefinitions/0/readonlyRootFilesystem", r#""name": "web""#),
        ("/containerDefinitions/0", r#""name": "web""#),
        ("/containerDefinitions/1", r#""image": "i""#),
        ("/containerDefinitions/2", "{"),
        ("/containerDefinitions/2/user", "{"),
        ("/containerDefinitions/3", "${sidecar}"),
        ("/containerDefinitions/9", r#""containerDefinitions""#),
        ("/networkMode", r#""taskDefinition""#),
        ("", r#""taskDefinition""#),
    ];
    let document = read(text);
    for (path, expected) in cases {
        assert_eq!(document.mark(&at(path)).of(text), expected, "{path}");
    }
    assert_eq!(document.mark(&at("/containerDefinitions/1")).start, text.rfind(r#""image""#).expect("it is there"));
}

#[test]
fn the_mark_of_the_root_is_its_first_member() {
    let cases = [
        (r#"{"family": "f", "containerDefinitions": []}"#, "/networkMode", r#""family": "f""#),
        (r#"[{"image": "i", "name": "a"}]"#, "/networkMode", r#"[{"image": "i", "name": "a"}]"#),
        (r#"[{"image": "i", "name": "a"}]"#, "/containerDefinitions/0/user", r#""name": "a""#),
        (r#"{"image": "i", "name": "a"}"#, "/containerDefinitions/0/user", r#""name": "a""#),
        (r#"{"image": "i", "name": "a"}"#, "/networkMode", r#"{"image": "i", "name": "a"}"#),
    ];
    for (text, path, expected) in cases {
        assert_eq!(read(text).mark(&at(path)).of(text), expected, "{path} of {text}");
    }
}

#[test]
fn an_edit_moves_to_its_place_or_has_none() {
    let wrapped = read(WRAPPED[1]);
    let list = read(WRAPPED[5]);
    let (user, place) = (at("/containerDefinitions/0/user"), at("/taskDefinition/containerDefinitions/0/user"));
    let cases = [
        (
            Edit::Set { path: user.clone(), value: json!("1") },
            Some(Edit::Set { path: place.clone(), value: json!("1") }),
            Some(Edit::Set { path: at("/0/user"), value: json!("1") }),
        ),
        (
            Edit::Append { array: user.clone(), value: json!(1) },
            Some(Edit::Append { array: place.clone(), value: json!(1) }),
            Some(Edit::Append { array: at("/0/user"), value: json!(1) }),
        ),
        (Edit::Remove { path: user }, Some(Edit::Remove { path: place }), Some(Edit::Remove { path: at("/0/user") })),
        (
            Edit::Set { path: at("/networkMode"), value: json!("awsvpc") },
            Some(Edit::Set { path: at("/taskDefinition/networkMode"), value: json!("awsvpc") }),
            None,
        ),
        (Edit::Remove { path: at("/tags/0") }, Some(Edit::Remove { path: at("/tags/0") }), None),
    ];
    for (edit, in_wrapped, in_list) in cases {
        assert_eq!((wrapped.located(&edit), list.located(&edit)), (in_wrapped, in_list), "{edit:?}");
    }
}

#[test]
fn the_value_is_that_of_the_whole_text() {
    let document = read(r#"{"x": [1.50], "taskDefinition": {"containerDefinitions": ${all}}}"#);
    assert_eq!(document.value()["x"][0].to_string(), "1.50");
    assert_eq!(document.value()["taskDefinition"], json!({ "containerDefinitions": "\u{0}opaque ${all}" }));
    assert_eq!(document.text().len(), document.parsed().root.span.end);
}
