//! Names of revisions and services.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The ARN of a revision, `arn:aws:ecs:eu-central-1:123456789012:task-definition/checkout-api:7`, or its last part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RevisionArn(pub String);

impl RevisionArn {
    /// `family:revision`, or whatever stands after the last slash.
    pub fn short(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The family.
    pub fn family(&self) -> &str {
        self.short().split(':').next().unwrap_or_default()
    }

    /// The number of the revision, where it is named.
    pub fn revision(&self) -> Option<u64> {
        self.short().split_once(':')?.1.parse().ok()
    }

    /// Whether both name the same revision, be it by the whole ARN or by its last part.
    pub fn is(&self, other: &Self) -> bool {
        let whole = |arn: &Self| arn.0.starts_with("arn:");
        if whole(self) && whole(other) { self.0 == other.0 } else { self.short() == other.short() }
    }
}

impl fmt::Display for RevisionArn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The service that an ARN or a name means: the new form of the ARN holds the cluster too.
pub fn service_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_tells_family_and_revision() {
        let arn = RevisionArn("arn:aws-cn:ecs:cn-north-1:123456789012:task-definition/checkout-api:7".into());
        assert_eq!((arn.family(), arn.revision()), ("checkout-api", Some(7)));
        assert!(arn.is(&RevisionArn("checkout-api:7".into())));
        assert!(!arn.is(&RevisionArn("checkout-api:8".into())));
        assert!(!arn.is(&RevisionArn("arn:aws-cn:ecs:cn-north-1:999999999999:task-definition/checkout-api:7".into())));
    }

    #[test]
    fn a_family_alone_names_no_revision() {
        let family = RevisionArn("checkout-api".into());
        assert_eq!((family.family(), family.revision()), ("checkout-api", None));
    }
}
