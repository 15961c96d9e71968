//! Names of images.

use crate::model::{Digest, EcrRegistry, ImageName, InvalidDigest};

const DIGEST: &str = "sha256:9b2a28eb47540823042a2ba401386845089bb7b62a9637d55816132c4c3c36eb";

fn parts(written: &str) -> (Option<&str>, &str, Option<&str>, Option<&str>) {
    let ImageName { registry, repository, tag, digest } = ImageName::of(written);
    (registry, repository, tag, digest)
}

#[test]
fn a_name_comes_apart() {
    assert_eq!(parts("nginx"), (None, "nginx", None, None));
    assert_eq!(parts("library/nginx:1.27"), (None, "library/nginx", Some("1.27"), None));
    assert_eq!(parts("localhost/app"), (Some("localhost"), "app", None, None));
    assert_eq!(parts("registry:5000/team/app"), (Some("registry:5000"), "team/app", None, None));
    assert_eq!(parts("ghcr.io/org/app:1@sha256:ab"), (Some("ghcr.io"), "org/app", Some("1"), Some("sha256:ab")));
    assert_eq!(ImageName::of("ghcr.io/org/app:1").place(), "ghcr.io/org/app");
}

#[test]
fn only_a_whole_digest_pins() {
    for pinned in
        [format!("app@{DIGEST}"), format!("r.example.com/app:7@{DIGEST}"), format!("app@sha512:{}", "a".repeat(128))]
    {
        assert!(ImageName::of(&pinned).is_pinned(), "{pinned}");
    }
    for loose in ["app", "app:7", "app@sha256:abc", "app@", "app:sha256", &format!("app@{}g", &DIGEST[..70])] {
        assert!(!ImageName::of(loose).is_pinned(), "{loose}");
    }
}

#[test]
fn registries_of_ecr_tell_account_and_region() {
    let known = Some(EcrRegistry { account: "123456789012", region: "eu-central-1" });
    for registry in
        ["dkr.ecr.eu-central-1.amazonaws.com", "dkr.ecr-fips.eu-central-1.amazonaws.com", "dkr-ecr.eu-central-1.on.aws"]
    {
        assert_eq!(ImageName::of(&format!("123456789012.{registry}/team/app:1")).ecr(), known, "{registry}");
    }
    for other in ["public.ecr.aws/nginx/nginx", "nginx", "x.dkr.ecr.eu-central-1.amazonaws.com/app", "ghcr.io/org/app"]
    {
        assert_eq!(ImageName::of(other).ecr(), None, "{other}");
    }
}

#[test]
fn a_digest_is_whole_and_in_small_letters() {
    let digest = |text: String| Digest::try_from(text).map(|digest| digest.to_string());
    let whole = format!("sha256:{}", "0f".repeat(32));
    assert_eq!(digest(whole.clone()), Ok(whole.clone()));
    let wrong = [whole[..70].to_owned(), format!("{whole}0"), whole.to_ascii_uppercase(), whole.replace("0f", "0F")];
    for text in wrong.into_iter().chain([whole[7..].to_owned(), format!("sha512:{}", "0f".repeat(64))]) {
        assert_eq!(digest(text.clone()), Err(InvalidDigest), "{text}");
    }
}
