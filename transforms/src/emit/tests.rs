//! The projection to strict JSON, whole text for whole text.

use super::*;

#[track_caller]
fn read(text: &str) -> Document {
    Document::read(text.to_owned()).expect("the text is a task definition")
}

/// Whether a text becomes exactly that one, and that one itself again.
#[track_caller]
fn gives(text: &str, expected: &str) {
    assert_eq!(register_input(&read(text)).as_deref(), Ok(expected), "{text}");
    assert_eq!(register_input(&read(expected)).as_deref(), Ok(expected), "emitted twice: {text}");
}

#[test]
fn register_input_stays_as_it_is_but_for_its_end() {
    let pretty = "{\n    \"family\" : \"f\",\n    \"containerDefinitions\": [\n        {\"name\": \"a\", \"cpu\": 1.50, \"memory\": 1e3}\n    ]\n}\n";
    gives(pretty, pretty);
    gives(&format!("{pretty}\n\n  "), pretty);
    gives(&format!("\n \n{pretty}"), pretty);
    gives(r#"{"containerDefinitions":[]}"#, "{\"containerDefinitions\":[]}\n");
}

#[test]
fn members_that_only_responses_have_go_away() {
    gives(
        r#"{
  "taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/f:7",
  "family": "f",
  "containerDefinitions": [
    { "name": "a", "status": "kept", "revision": 1 }
  ],
  "revision": 7,
  "status": "ACTIVE",
  "requiresAttributes": [ { "name": "com.amazonaws.ecs.capability.docker-remote-api.1.18" } ],
  "cpu": "256",
  "compatibilities": ["EC2", "FARGATE"],
  "registeredAt": 1730000000.123,
  "registeredBy": "arn:aws:iam::111122223333:user/x",
  "deregisteredAt": 1730000001,
  "deleteRequestedAt": 1730000002
}
"#,
        r#"{
  "family": "f",
  "containerDefinitions": [
    { "name": "a", "status": "kept", "revision": 1 }
  ],
  "cpu": "256"
}
"#,
    );
    for member in RESPONSE_ONLY {
        gives(
            &format!(r#"{{"{member}": [null, {{}}], "containerDefinitions": []}}"#),
            "{\"containerDefinitions\": []}\n",
        );
    }
}

#[test]
fn nulls_go_away_however_deep_they_are() {
    let cases = [
        (r#"{"family": null, "containerDefinitions": []}"#, "{\"containerDefinitions\": []}\n"),
        (r#"{"containerDefinitions": [], "volumes": null, "cpu": null}"#, "{\"containerDefinitions\": []}\n"),
        (
            r#"{"containerDefinitions": [{"name": "a", "linuxParameters": {"capabilities": {"add": null, "drop": ["ALL", null]}, "tmpfs": null}}]}"#,
            "{\"containerDefinitions\": [{\"name\": \"a\", \"linuxParameters\": {\"capabilities\": {\"drop\": [\"ALL\"]}}}]}\n",
        ),
        (
            r#"{"containerDefinitions": [null, {"command": [null, "x", null, "null"]}, null]}"#,
            "{\"containerDefinitions\": [{\"command\": [\"x\", \"null\"]}]}\n",
        ),
        (
            r#"{"containerDefinitions": [{"command": [null, null], "host": {"sourcePath": null}}]}"#,
            "{\"containerDefinitions\": [{\"command\": [], \"host\": {}}]}\n",
        ),
        (
            r#"{"containerDefinitions": [], "unknown": {"a": null, "b": [[null]]}}"#,
            "{\"containerDefinitions\": [], \"unknown\": {\"b\": [[]]}}\n",
        ),
    ];
    for (text, expected) in cases {
        gives(text, expected);
    }
}

#[test]
fn unknown_members_and_the_text_of_scalars_are_kept() {
    let text = "{\"future\": {\"x\": [1.0, -0, 1E+2, 12345678901234567890]}, \"containerDefinitions\": [{\"name\": \"\\u0061\\/\\u00e9é\", \"memory\": \"0512\"}]}\n";
    gives(text, text);
}

#[test]
fn tags_beside_the_definition_come_in_as_its_last_member() {
    gives(
        r#"{
    "taskDefinition": {
        "family": "f",
        "containerDefinitions": [
            {
                "name": "a"
            }
        ],
        "status": "ACTIVE"
    },
    "tags": [
        {
            "key": "team",
            "value": "shop"
        },
        {
            "key": "empty"
        }
    ]
}
"#,
        r#"{
    "family": "f",
    "containerDefinitions": [
        {
            "name": "a"
        }
    ],
    "tags": [
        {
            "key": "team",
            "value": "shop"
        },
        {
            "key": "empty"
        }
    ]
}
"#,
    );
    let cases = [
        (
            r#"{"taskDefinition":{"family":"f","containerDefinitions":[]},"tags":[{"key":"k","value":"v"}]}"#,
            "{\"family\":\"f\",\"containerDefinitions\":[], \"tags\":[{\"key\":\"k\",\"value\":\"v\"}]}\n",
        ),
        (
            r#"{"tags": [{"key": "k"}], "taskDefinition": {"containerDefinitions": [], "revision": 1}}"#,
            "{\"containerDefinitions\": [], \"tags\": [{\"key\": \"k\"}]}\n",
        ),
        (
            "{\n\t\"taskDefinition\": {\n\t\t\"containerDefinitions\": []\n\t},\n\t\"tags\": [{\"key\": \"k\"}]\n}",
            "{\n\t\"containerDefinitions\": [],\n\t\"tags\": [{\"key\": \"k\"}]\n}\n",
        ),
    ];
    for (text, expected) in cases {
        gives(text, expected);
    }
}

#[test]
fn no_tags_beside_the_definition_bring_nothing_in() {
    for tags in ["[]", "null", r#"[{"key": "aws:cloudformation:stack-name", "value": "s"}]"#] {
        gives(
            &format!(r#"{{"taskDefinition": {{"containerDefinitions": []}}, "tags": {tags}}}"#),
            "{\"containerDefinitions\": []}\n",
        );
    }
}

#[test]
fn tags_that_aws_sets_go_away_in_any_case() {
    let tags = r#"[{"key": "aws:a", "value": "1"}, {"key": "AWS:b"}, {"key": "Aws:"}, {"key": "aws"}, {"key": "awsx:c"}, {"key": "my:aws:d"}, {"key": "é"}, {"value": "aws:"}, "aws:"]"#;
    let kept = r#"[{"key": "aws"}, {"key": "awsx:c"}, {"key": "my:aws:d"}, {"key": "é"}, {"value": "aws:"}, "aws:"]"#;
    gives(
        &format!(r#"{{"containerDefinitions": [], "tags": {tags}}}"#),
        &format!("{{\"containerDefinitions\": [], \"tags\": {kept}}}\n"),
    );
    gives(
        &format!(r#"{{"taskDefinition": {{"containerDefinitions": []}}, "tags": {tags}}}"#),
        &format!("{{\"containerDefinitions\": [], \"tags\": {kept}}}\n"),
    );
}

#[test]
fn comments_and_trailing_commas_go_away() {
    gives(
        "// first\n{\n  // alone\n  \"family\": \"f\", // behind\n  # hash\n  /* block\n     block */\n  \"cpu\": /* inside */ \"256\",\n  \"containerDefinitions\": [\n    {\"name\": \"a\", \"command\": [\"x\",],}, // last\n  ],\n  // end\n}\n// after\n",
        "{\n  \"family\": \"f\",\n  \"cpu\": \"256\",\n  \"containerDefinitions\": [\n    {\"name\": \"a\", \"command\": [\"x\"]}\n  ]\n}\n",
    );
    gives(
        r##"{"containerDefinitions": ["// x", "/* x */", "# x, ", ",]"],}"##,
        "{\"containerDefinitions\": [\"// x\", \"/* x */\", \"# x, \", \",]\"]}\n",
    );
}

#[test]
fn a_trailing_comma_that_is_left_by_a_removal_goes_away() {
    gives("{\n  \"containerDefinitions\": [],\n  \"revision\": 1,\n}\n", "{\n  \"containerDefinitions\": []\n}\n");
    gives(
        "{\n  \"containerDefinitions\": [],\n  // note\n  \"revision\": 1 // why\n}\n",
        "{\n  \"containerDefinitions\": []\n}\n",
    );
}

#[test]
fn a_byte_order_mark_goes_away_and_line_breaks_stay() {
    gives("\u{feff}{\"containerDefinitions\": []}", "{\"containerDefinitions\": []}\n");
    gives(
        "\u{feff}{\r\n  \"revision\": 1,\r\n  // c\r\n  \"family\": \"f\",\r\n  \"containerDefinitions\": []\r\n}\r\n",
        "{\r\n  \"family\": \"f\",\r\n  \"containerDefinitions\": []\r\n}\r\n",
    );
    gives(
        "{\r\n  \"taskDefinition\": {\r\n    \"containerDefinitions\": []\r\n  },\r\n  \"tags\": [{\"key\": \"k\"}]\r\n}",
        "{\r\n  \"containerDefinitions\": [],\r\n  \"tags\": [{\"key\": \"k\"}]\r\n}\r\n",
    );
    gives("{\r  \"containerDefinitions\": []\r}", "{\r  \"containerDefinitions\": []\r}\r");
}

#[test]
fn a_wrapped_definition_loses_the_indentation_of_its_wrapping() {
    gives(
        "{\n  \"a\": 1,\n  \"b\": [\n    {\n      \"family\": \"f\",\n  \"containerDefinitions\": [\n        {}\n      ]\n    }\n  ]\n}\n",
        "{\n  \"family\": \"f\",\n  \"containerDefinitions\": [\n    {}\n  ]\n}\n",
    );
    gives("{\n\t\"x\": {\n\t\t\"containerDefinitions\": []\n\t}\n}\n", "{\n\t\"containerDefinitions\": []\n}\n");
    gives("{\"x\": {\n  \"containerDefinitions\": []\n}}", "{\n  \"containerDefinitions\": []\n}\n");
    gives(r#"[{"containerDefinitions": [{"name": "a"}]}]"#, "{\"containerDefinitions\": [{\"name\": \"a\"}]}\n");
}

#[test]
fn containers_alone_are_refused() {
    for text in [r#"[{"name": "a", "image": "a"}]"#, r#"{"name": "a", "image": "a"}"#] {
        assert_eq!(register_input(&read(text)), Err(EmitError::OnlyContainers), "{text}");
    }
}

#[test]
fn placeholders_are_kept_in_strings_and_refused_elsewhere() {
    let kept = "{\"containerDefinitions\": [{\"name\": \"<NAME>\", \"image\": \"${image}:{{ .Tag }}\", \"memory\": \"$$$MEMORY$$$\"}]}\n";
    gives(kept, kept);
    for text in [
        r#"{"containerDefinitions": ${containers}}"#,
        r#"{"containerDefinitions": [${sidecar}]}"#,
        r#"{"containerDefinitions": [], ${more}}"#,
        r#"{"containerDefinitions": [{"name": "a"} ${more}]}"#,
        r#"{"cpu": ${cpu}, "containerDefinitions": []}"#,
        // Quotes of a placeholder end the string for everybody but the deploy tool.
        r#"{"family": "{{ must_env "FAMILY" }}", "containerDefinitions": []}"#,
    ] {
        assert_eq!(register_input(&read(text)), Err(EmitError::Placeholder), "{text}");
    }
}

#[test]
fn refusals_say_what_to_do_and_whose_fault_it_is() {
    let cases = [
        (
            EmitError::OnlyContainers,
            "the file holds containers alone, and registering needs a whole task definition",
            "give the file that holds family and containerDefinitions",
            false,
        ),
        (
            EmitError::Placeholder,
            "a placeholder stands where JSON needs a value",
            "render the template first, then emit from the rendered file",
            false,
        ),
        (
            EmitError::Unproven,
            "the projection could not be proven right",
            "nothing was written; please report this with the version",
            true,
        ),
    ];
    for (error, message, next_step, ours) in cases {
        assert_eq!((error.to_string().as_str(), error.next_step(), error.is_ours()), (message, next_step, ours));
    }
}

#[test]
fn tags_on_several_lines_keep_their_line_ends_and_their_shape() {
    for end in ["\n", "\r\n", "\r"] {
        let lines = |text: &str| text.replace('\n', end);
        gives(
            &lines(
                "{\n  \"taskDefinition\": {\n    \"containerDefinitions\": []\n  },\n  \"tags\": [\n    {\"key\": \"k\"}\n  ]\n}\n",
            ),
            &lines("{\n  \"containerDefinitions\": [],\n  \"tags\": [\n    {\"key\": \"k\"}\n  ]\n}\n"),
        );
    }
}

#[test]
fn tags_inside_and_beside_are_refused_and_nulls_leave_both() {
    let twice = r#"{"taskDefinition": {"containerDefinitions": [], "tags": [{"key": "a"}]}, "tags": [{"key": "b"}]}"#;
    assert_eq!(register_input(&read(twice)), Err(EmitError::TagsTwice));
    gives(
        r#"{"taskDefinition": {"containerDefinitions": [], "tags": null}, "tags": [{"key": "b", "value": null}]}"#,
        "{\"containerDefinitions\": [], \"tags\": [{\"key\": \"b\"}]}\n",
    );
}

#[test]
fn what_a_deploy_tool_has_yet_to_fill_in_is_found_outside_shell_text() {
    let place = |text: &str| unrendered(&read(text)).map(|span| text[span.start..span.end].to_owned());
    let definition =
        |member: &str| format!(r#"{{"family": "f", "containerDefinitions": [{{"name": "a", {member}}}]}}"#);
    assert_eq!(place(&definition(r#""image": "app:${TAG}""#)).as_deref(), Some(r#""app:${TAG}""#));
    assert_eq!(
        place(&definition(r#""environment": [{"name": "A", "value": "{{ a }}"}]"#)).as_deref(),
        Some(r#""{{ a }}""#)
    );
    for shell in
        [r#""command": ["echo ${A}"]"#, r#""healthCheck": {"command": ["CMD-SHELL", "$(a)"]}"#, r#""image": "app:1""#]
    {
        assert_eq!(place(&definition(shell)), None, "{shell}");
    }
}
