//! What the reader accepts, how it reads placeholders, and how it refuses.

use super::*;

#[test]
fn a_placeholder_in_place_of_a_value_is_opaque() {
    let parsed = json(r#"{"cpu": ${cpu}, "memory": 512}"#).expect("it parses");
    assert_eq!(parsed.root.as_object().and_then(|root| root.get("cpu")).map(|cpu| cpu.span), Some(Span::new(8, 14)));
}
