//! The members of a request as a form of the AWS query protocol, and as parts of a URL.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

/// What Signature Version 4 leaves as it is (IAM user guide, "Create a signed AWS API request": `UriEncode`).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// `text` as it may stand in a form or in a URL.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The form for `operation`: lists as `Name.member.1`, members of members as `Name.Member`, both from smithy's `awsQuery`.
pub(super) fn form(operation: &str, version: &str, members: &Map<String, Value>) -> Vec<u8> {
    let mut pairs = vec![format!("Action={}", encoded(operation)), format!("Version={}", encoded(version))];
    for (name, value) in members {
        flatten(name, value, &mut pairs);
    }
    pairs.join("&").into_bytes()
}

fn flatten(name: &str, value: &Value, pairs: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::Array(items) if items.is_empty() => pairs.push(format!("{}=", encoded(name))),
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                flatten(&format!("{name}.member.{}", place + 1), item, pairs);
            }
        }
        Value::Object(members) => {
            for (member, value) in members {
                flatten(&format!("{name}.{member}"), value, pairs);
            }
        }
        Value::String(_) | Value::Number(_) | Value::Bool(_) => {
            pairs.push(format!("{}={}", encoded(name), encoded(&scalar(value))));
        }
    }
}

/// A scalar as text, numbers as they are written.
pub(super) fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(members: &str) -> String {
        let members: Map<String, Value> = serde_json::from_str(members).unwrap();
        String::from_utf8(form("Do", "2010-05-08", &members)).unwrap()
    }

    #[test]
    fn nothing_but_the_operation_is_sent_for_no_members() {
        assert_eq!(flat("{}"), "Action=Do&Version=2010-05-08");
    }

    #[test]
    fn lists_count_from_one_and_nest() {
        assert_eq!(
            flat(
                r#"{"ActionNames": ["ssm:GetParameters", "s3:*"], "ContextEntries": [{"ContextKeyName": "a", "ContextKeyValues": ["x"]}]}"#
            ),
            "Action=Do&Version=2010-05-08&ActionNames.member.1=ssm%3AGetParameters&ActionNames.member.2=s3%3A%2A\
             &ContextEntries.member.1.ContextKeyName=a&ContextEntries.member.1.ContextKeyValues.member.1=x"
        );
    }

    #[test]
    fn scalars_are_sent_as_they_are_written_and_null_is_not_sent() {
        assert_eq!(
            flat(r#"{"Text": "a b&c=ä", "Number": 1.50, "Yes": true, "None": null, "Empty": []}"#),
            "Action=Do&Version=2010-05-08&Text=a%20b%26c%3D%C3%A4&Number=1.50&Yes=true&Empty="
        );
    }
}
