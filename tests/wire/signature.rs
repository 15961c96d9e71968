//! AWS Signature Version 4, computed anew over what a server received (IAM user guide, "Create a signed AWS API request").

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::server::Request;

/// Panics unless `request` is signed with `secret` for `region` and `service`, over its body, host and every `x-amz-` header.
pub(crate) fn check(request: &Request, secret: &str, region: &str, service: &str) {
    let authorization = request.header("authorization").expect("a signed request");
    let (algorithm, fields) = authorization.split_once(' ').unwrap();
    assert_eq!(algorithm, "AWS4-HMAC-SHA256");
    let field = |name: &str| {
        fields.split(", ").find_map(|field| field.strip_prefix(name)?.strip_prefix('=')).expect("a whole signature")
    };
    let (_, scope) = field("Credential").split_once('/').unwrap();
    let time = request.header("x-amz-date").unwrap();
    assert_eq!(scope, format!("{}/{region}/{service}/aws4_request", &time[..8]));
    let signed: Vec<&str> = field("SignedHeaders").split(';').collect();
    for (name, _) in &request.headers {
        let must = name == "host" || name.starts_with("x-amz-");
        assert!(!must || signed.contains(&name.as_str()), "{name} is not signed");
    }
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let mut pairs: Vec<&str> = query.split('&').collect();
    pairs.sort_unstable();
    let mut canonical = format!("{}\n{}\n{}\n", request.method, path.replace('%', "%25"), pairs.join("&"));
    for name in &signed {
        writeln!(canonical, "{name}:{}", request.header(name).unwrap()).unwrap();
    }
    write!(canonical, "\n{}\n{}", signed.join(";"), hex(&Sha256::digest(&request.body))).unwrap();
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex(&Sha256::digest(canonical.as_bytes())));
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in scope.split('/') {
        key = mac(&key, part);
    }
    assert_eq!(field("Signature"), hex(&mac(&key, &text)), "the signature is not over this request:\n{canonical}");
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
