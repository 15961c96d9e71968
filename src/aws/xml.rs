//! Answers of the AWS query protocol, which are XML, as JSON.
//!
//! Nothing here knows the shapes of the service, so every scalar becomes a string, and an element without content becomes null: nobody
//! can tell an empty list from an empty text.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;
use serde_json::{Map, Value};

/// How deep elements may lie within each other; answers of these services stay below ten.
const DEEPEST: usize = 64;

/// An element that is being read.
struct Open {
    name: String,
    text: String,
    children: Vec<(String, Value)>,
}

/// The name of the outermost element, and what it holds; nothing where this is no XML.
pub(super) fn read(bytes: &[u8]) -> Option<(String, Value)> {
    let mut reader = Reader::from_str(std::str::from_utf8(bytes).ok()?);
    let mut open: Vec<Open> = Vec::new();
    let mut root = None;
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) if root.is_none() && open.len() < DEEPEST => open.push(Open::new(start.local_name())?),
            Event::Empty(start) if root.is_none() => {
                let element = Open::new(start.local_name())?;
                close(element, &mut open, &mut root);
            }
            Event::End(_) => close(open.pop()?, &mut open, &mut root),
            Event::Text(text) => append(&mut open, &text.decode().ok()?)?,
            Event::CData(text) => append(&mut open, &text.decode().ok()?)?,
            Event::GeneralRef(reference) => match reference.resolve_char_ref().ok()? {
                Some(letter) => append(&mut open, letter.encode_utf8(&mut [0; 4]))?,
                None => append(&mut open, resolve_predefined_entity(&reference.decode().ok()?)?)?,
            },
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => return root.filter(|_| open.is_empty()),
            // A second element at the top, too deep, or a document type: no answer of AWS.
            Event::Start(_) | Event::Empty(_) | Event::DocType(_) => return None,
        }
    }
}

/// What an answer says: the content of `…Result` in `…Response`, or an empty object where there is none.
pub(super) fn result(bytes: &[u8]) -> Option<Value> {
    let (root, content) = read(bytes)?;
    let operation = root.strip_suffix("Response").filter(|operation| *operation != "Error")?;
    match content {
        Value::Null => Some(Value::Object(Map::new())),
        Value::Object(mut members) => match members.remove(&format!("{operation}Result")) {
            Some(Value::Null) | None => Some(Value::Object(Map::new())),
            Some(result) => result.is_object().then_some(result),
        },
        _ => None,
    }
}

impl Open {
    fn new(name: quick_xml::name::LocalName<'_>) -> Option<Self> {
        let name = std::str::from_utf8(name.as_ref()).ok()?.to_owned();
        Some(Self { name, text: String::new(), children: Vec::new() })
    }

    fn value(self) -> Value {
        if self.children.is_empty() {
            return if self.text.is_empty() { Value::Null } else { Value::String(self.text) };
        }
        if self.children.iter().all(|(name, _)| name == "member") {
            return self.children.into_iter().map(|(_, value)| value).collect();
        }
        let mut members = Map::new();
        for (name, value) in self.children {
            match members.get_mut(&name) {
                None => drop(members.insert(name, value)),
                Some(Value::Array(items)) => items.push(value),
                Some(first) => *first = Value::Array(vec![first.take(), value]),
            }
        }
        Value::Object(members)
    }
}

/// Adds text to the innermost element. Outside of all elements only white space may stand.
fn append(open: &mut [Open], text: &str) -> Option<()> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return None,
    }
    Some(())
}

fn close(element: Open, open: &mut [Open], root: &mut Option<(String, Value)>) {
    let name = element.name.clone();
    match open.last_mut() {
        Some(parent) => parent.children.push((name, element.value())),
        None => *root = Some((name, element.value())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_result_is_unwrapped_and_lists_of_members_become_arrays() {
        let answer = r#"<?xml version="1.0"?>
            <SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
              <SimulatePrincipalPolicyResult>
                <IsTruncated>false</IsTruncated>
                <EvaluationResults>
                  <member><EvalActionName>ssm:GetParameters</EvalActionName><MissingContextValues/></member>
                </EvaluationResults>
              </SimulatePrincipalPolicyResult>
              <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>
            </SimulatePrincipalPolicyResponse>"#;
        assert_eq!(
            result(answer.as_bytes()),
            Some(json!({
                "IsTruncated": "false",
                "EvaluationResults": [{"EvalActionName": "ssm:GetParameters", "MissingContextValues": null}],
            }))
        );
    }

    #[test]
    fn references_and_cdata_are_text() {
        let answer = b"<AResponse><AResult><T>a &lt;&amp;&#x41;&#66;<![CDATA[<c>]]></T></AResult></AResponse>";
        assert_eq!(result(answer), Some(json!({"T": "a <&AB<c>"})));
    }

    #[test]
    fn an_element_that_comes_twice_becomes_an_array() {
        let answer = b"<AResponse><AResult><T>1</T><U>x</U><T>2</T><T>3</T></AResult></AResponse>";
        assert_eq!(result(answer), Some(json!({"T": ["1", "2", "3"], "U": "x"})));
    }

    #[test]
    fn an_operation_without_a_result_gives_no_members() {
        let answer = b"<AResponse><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AResponse>";
        assert_eq!(result(answer), Some(json!({})));
        assert_eq!(result(b"<AResponse><AResult/></AResponse>"), Some(json!({})));
    }

    #[test]
    fn what_is_not_such_an_answer_is_refused() {
        let deep = format!("{}x{}", "<AResponse>".repeat(100), "</AResponse>".repeat(100));
        for answer in [
            "",
            "text",
            "{}",
            "<AResponse>",
            "<AResponse></BResponse>",
            "<AResponse/><AResponse/>",
            "<AResponse/>text",
            "<html><body>busy</body></html>",
            "<ErrorResponse><Error><Code>X</Code></Error></ErrorResponse>",
            "<AResponse><AResult>text</AResult></AResponse>",
            "<AResponse><AResult><T>&unknown;</T></AResult></AResponse>",
            "<!DOCTYPE a><AResponse/>",
            &deep,
        ] {
            assert_eq!(result(answer.as_bytes()), None, "{answer}");
        }
        assert_eq!(result(b"<AResponse><AResult><T>\xff</T></AResult></AResponse>"), None);
    }
}
