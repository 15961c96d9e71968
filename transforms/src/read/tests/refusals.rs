//! Refusals: by name, at the right place, and without a word of the text.

use super::*;

#[track_caller]
fn refused(text: &str, kind: ReadErrorKind, marked: &str) {
    let error = refusal(text);
    let at = if marked.is_empty() { text.len() } else { text.find(marked).expect("the mark is in the text") };
    assert_eq!((error.kind, error.at), (kind, at), "{text}");
    assert!(!error.next_step().is_empty());
    assert!(!error.to_string().ends_with('.') && !error.to_string().contains('\n'));
}

#[track_caller]
fn broken(text: &str, flaw: Flaw, marked: &str) {
    refused(text, ReadErrorKind::Broken(flaw), marked);
}

#[test]
fn nothing_to_read() {
    for text in ["", " \r\n\t", "\u{feff}", "// only\n", "/* only */", "# only"] {
        refused(text, ReadErrorKind::Empty, "");
    }
}

#[test]
fn broken_json_says_what_was_expected() {
    broken(r#"{"a": 1 "b": 2}"#, Flaw::ExpectedComma, r#" "b""#);
    broken("[1 2]", Flaw::ExpectedComma, " 2");
    broken(r#"{"a" 1}"#, Flaw::ExpectedColon, "1}");
    broken(r#"{"a": , "b": 1}"#, Flaw::UnexpectedComma, ", \"b\"");
    broken(r#"{"a": }"#, Flaw::UnexpectedClose, "}");
    broken("[1,,2]", Flaw::UnexpectedComma, ",2");
    broken("[,]", Flaw::UnexpectedComma, ",");
    broken("{,}", Flaw::ExpectedName, ",");
    broken("{1: 2}", Flaw::ExpectedName, "1");
    broken("[01]", Flaw::ExpectedComma, "1");
    broken("[1.]", Flaw::BadNumber, "1");
    broken("[.5]", Flaw::BadNumber, ".");
    broken("[+1]", Flaw::BadNumber, "+");
    broken("[0x1F]", Flaw::BadNumber, "0");
    broken("[-]", Flaw::BadNumber, "]");
    broken("[-Infinity]", Flaw::BadNumber, "-");
    broken("[1e]", Flaw::BadNumber, "]");
    broken(r#"["\x41"]"#, Flaw::BadEscape, "\\");
    broken(r#"["\ud800"]"#, Flaw::BadEscape, "\\");
    broken(r#"["C:\app"]"#, Flaw::BadEscape, "\\");
    broken(r#"["a]"#, Flaw::UnclosedString, "\"a");
    broken("[\"a\n\"]", Flaw::ControlCharacter, "\n");
    broken("[\"a\tb\"]", Flaw::ControlCharacter, "\t");
    broken("{\"a\n\": 1}", Flaw::ControlCharacter, "\n");
    broken("[1, /* 2]", Flaw::UnclosedComment, "/*");
    broken("{\"a\": 1", Flaw::UnclosedObject, "{");
    broken("[1, [2]", Flaw::UnclosedArray, "[1");
    broken("]", Flaw::UnexpectedClose, "]");
    broken("{\"a\":\u{a0}1}", Flaw::OddWhiteSpace, "\u{a0}");
    broken("[1,\u{c}2]", Flaw::OddWhiteSpace, "\u{c}");
    broken("[True]", Flaw::UnexpectedCharacter, "True");
    broken("[NaN]", Flaw::UnexpectedCharacter, "NaN");
}

#[test]
fn one_document_a_text() {
    for (text, mark) in
        [("{} []", "[]"), ("[1] x", "x"), ("{\"a\": 1}\n$ ls\n", "$ ls"), ("1 // c\n2", "2"), ("{} }", "}")]
    {
        let error = refusal(text);
        assert_eq!(error.at, text.rfind(mark).expect("the mark is in the text"), "{text}");
    }
    refused("{} []", ReadErrorKind::TextAfterDocument, "[]");
    refused("[]\n{\"a\": 1}\n", ReadErrorKind::TextAfterDocument, "{");
}

#[test]
fn a_repeated_name_is_told_only_if_ecs_knows_it() {
    refused(r#"{"name": 1, "n\u0061me": 2}"#, ReadErrorKind::Repeated(Some("name")), "\"n\\u");
    refused(r#"[{"secret x": 1, "b": 2, "secret x" : 3}]"#, ReadErrorKind::Repeated(None), "\"secret x\" :");
    assert_eq!(refusal(r#"{"cpu": 1, "cpu": 2}"#).to_string(), "the member cpu is repeated");
    assert_eq!(refusal(r#"{"hunter2": 1, "hunter2": 2}"#).to_string(), "a member is repeated");
    assert_eq!(value(r#"{"a": {"x": 1}, "b": {"x": 1}}"#), serde_json::json!({ "a": { "x": 1 }, "b": { "x": 1 } }));
    refused("{\"a\": $X, \"a\": 1}", ReadErrorKind::Repeated(None), "\"a\": 1");
}

#[test]
fn template_directives_are_named() {
    let go = ReadErrorKind::Template(TemplateLanguage::Go);
    for directive in [
        "{{if x}}",
        "{{ if x }}",
        "{{- if x -}}",
        "{{ range x }}",
        "{{ else }}",
        "{{end}}",
        "{{- end }}",
        "{{ with x }}",
        "{{#if x}}",
        "{{/if}}",
        "{{#each x}}",
        "{{ $x := 1 }}",
        "{{ define \"x\" }}",
        "{{^x}}",
    ] {
        refused(&format!("{{\"a\": 1 {directive} , \"b\": 2 }}"), go, directive);
        refused(&format!("{directive}\n{{\"a\": 1}}"), go, directive);
    }
    let terraform = ReadErrorKind::Template(TemplateLanguage::Terraform);
    for directive in ["%{ if x }", "%{if x}", "%{~ if x ~}", "%{ for x in y }", "%{ else }", "%{ endif }"] {
        refused(&format!("[{{\"a\": 1}}{directive},{{}}]"), terraform, directive);
    }
    refused("[{% if x %} 1 {% endif %}]", ReadErrorKind::Template(TemplateLanguage::Jinja), "{%");
    refused("[<% if x %> 1 <% end %>]", ReadErrorKind::Template(TemplateLanguage::Erb), "<%");
    assert!(refusal("[{{ if x }}1{{ end }}]").is_broken());
    assert!(refusal("[1,,]").is_broken());
    assert!(!refusal("containerDefinitions:\n  - name: a\n").is_broken());
}

#[test]
fn a_directive_that_broke_nothing_would_be_refused_all_the_same() {
    refused("[1, $X %{ if y } , 2]", ReadErrorKind::Template(TemplateLanguage::Terraform), "%{");
}

#[test]
fn jsonnet_and_json5_are_named() {
    for (text, mark) in [
        ("{\n  a: 1,\n}", "a:"),
        ("{ 'a': 1 }", "'a'"),
        ("{ \"a\": 'b' }", "'b'"),
        ("local x = 1;\n{ a: x }", "local"),
        ("// first\nlocal x = 1;\n{ a: x }", "local"),
        ("{ local x = 1, \"a\": x }", "local"),
        ("{ \"a\": std.extVar('x') }", "std."),
        ("{ a+: { \"b\": 1 } }", "a+"),
        ("{ a-b: 1 }", "a-b"),
    ] {
        refused(text, ReadErrorKind::Jsonnet, mark);
    }
    assert!(refusal("{a: 1}").is_broken());
}

#[test]
fn a_prompt_before_the_document_is_named() {
    for prompt in [
        "$ aws ecs describe-task-definition --task-definition x",
        "PS C:\\> aws ecs describe-task-definition",
        "user@host:~$ aws ecs describe-task-definition",
        "aws ecs describe-task-definition --task-definition x",
        "> cat x.json",
    ] {
        refused(&format!("\n{prompt}\n{{\n  \"a\": 1\n}}\n"), ReadErrorKind::ShellPrompt, prompt);
    }
}

#[test]
fn other_languages_are_named() {
    for yaml in
        ["family: web\ncpu: 256\n", "---\nfamily: web\n", "- name: app\n  image: x\n", "containers:\n  [\n  ]\n"]
    {
        refused(yaml, ReadErrorKind::Yaml, yaml.get(..3).unwrap_or_default());
    }
    for hcl in [
        "resource \"aws_ecs_task_definition\" \"x\" {\n  family = \"x\"\n}\n",
        "locals {\n}\n",
        "container_definitions = jsonencode([\n{}\n])",
        "# main\n\nvariable \"x\" {}\n",
    ] {
        let error = refusal(hcl);
        assert_eq!(error.kind, ReadErrorKind::Hcl, "{hcl}");
    }
}

#[test]
fn cloudformation_in_yaml_is_told_from_other_yaml() {
    for text in
        ["AWSTemplateFormatVersion: '2010-09-09'\nResources: {}\n", "# web\nDescription: x\nResources:\n  Task:\n"]
    {
        assert_eq!(refusal(text).kind, ReadErrorKind::CloudFormation, "{text}");
    }
    assert_eq!(refusal("family: x\nresources: y\n").kind, ReadErrorKind::Yaml);
}

#[test]
fn the_overlay_must_parse_too() {
    broken("{\"b\":,2 $c\n}", Flaw::UnexpectedComma, ",2");
    broken("{\"b\": 1, 2\n$c\n}", Flaw::ExpectedName, "2\n");
    broken("{\"a\": $X, \"b\" 1}", Flaw::ExpectedColon, "1}");
    broken("{\"a\": ${x}, \"b\": ${y}", Flaw::UnclosedObject, "{\"a\"");
    broken("{\"a\": $X \"b\" : 1, \"c\"}", Flaw::ExpectedComma, " \"b\"");
}

#[test]
fn no_message_quotes_the_text() {
    let secret = "hunter2";
    for text in [
        format!("{{\"a\": \"{secret}\", \"{secret}\" 1}}"),
        format!("{{\"{secret}\": 1, \"{secret}\": 2}}"),
        format!("{{{secret}: 1}}"),
        format!("[\"\\{secret}\"]"),
        format!("[{secret}]"),
        format!("{secret}: {secret}"),
        format!("{secret}\n{{}}"),
        format!("[] {secret}"),
        format!("[{{{{ if {secret} }}}}]"),
    ] {
        let error = refusal(&text);
        assert!(!format!("{error} {error:?} {}", error.next_step()).contains(secret), "{error}");
    }
}
