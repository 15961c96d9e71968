//! What of a round can be taken alone.

use super::*;

/// The findings of each part as `pass container`, and the number of its splices.
fn told(text: &str) -> Vec<(Vec<String>, usize)> {
    let (document, outcome) = (read(text), hardened(text, &wishes()));
    let name = |&position: &usize| {
        let Finding { pass, container, .. } = &outcome.findings[position].finding;
        format!("{} {}", pass.id, container.as_ref().and_then(|container| container.name.as_deref()).unwrap_or("-"))
    };
    let parts = parts(&document, &outcome).into_iter();
    parts.map(|part| (part.findings.iter().map(name).collect(), part.splices.len())).collect()
}

#[test]
fn fixes_whose_members_come_to_one_place_are_one_part() {
    let all = ["excess-capabilities web", "root-user web", "writable-root-filesystem web"].map(str::to_owned);
    assert_eq!(told(WEB), [(all.to_vec(), 1)]);
}

#[test]
fn fixes_that_share_no_splice_are_parts_of_their_own() {
    let text =
        WEB.replace(r#""image": "web:1","#, r#""user": "root", "image": "web:1", "readonlyRootFilesystem": false,"#);
    let text = text.replace("\"portMappings\"", "\"linuxParameters\": {\"capabilities\": {\"drop\": [\"NET_RAW\"]}, \"tmpfs\": [{\"containerPath\": \"/tmp\", \"size\": 9}]}, \"portMappings\"");
    let parts = told(&text);
    assert!(parts.contains(&(vec!["excess-capabilities web".to_owned()], 1)), "{parts:?}");
    assert!(parts.iter().any(|(findings, _)| findings.contains(&"root-user web".to_owned())), "{parts:?}");
    assert!(parts.len() > 1, "{parts:?}");
}

#[test]
fn nothing_to_mend_has_no_parts() {
    assert_eq!(told(&after(WEB, &wishes())), []);
}
