//! ARNs of what ECS can read secrets from, secrets of Secrets Manager and parameters of SSM, and what ARNs consist of.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

/// The whole ARN of a secret or a parameter, as `Secret.valueFrom` takes it (ECS API model): of Secrets Manager with the suffix of six
/// characters, and with a JSON key and a version if wanted; of SSM with the path.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct SecretArn {
    text: String,
    store: Store,
    region: String,
    has_parts: bool,
}

/// Where a secret is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// AWS Secrets Manager.
    SecretsManager,
    /// AWS Systems Manager Parameter Store.
    Ssm,
}

impl Store {
    /// The action that the execution role needs (ECS developer guide, "Task execution IAM role").
    pub const fn action(self) -> &'static str {
        match self {
            Self::SecretsManager => "secretsmanager:GetSecretValue",
            Self::Ssm => "ssm:GetParameters",
        }
    }

    /// What is kept there.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::SecretsManager => "secret",
            Self::Ssm => "parameter",
        }
    }
}

impl fmt::Display for SecretArn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl TryFrom<String> for SecretArn {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let Some((store, region, has_parts)) = parse(&text) else {
            return Err("this is no ARN of a parameter, or of a secret with its suffix of six characters");
        };
        let region = region.to_owned();
        Ok(Self { text, store, region, has_parts })
    }
}

impl SecretArn {
    /// Where the secret is kept.
    pub const fn store(&self) -> Store {
        self.store
    }

    /// The region that it is kept in.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Whether it picks a JSON key or a version of the secret.
    pub const fn has_parts(&self) -> bool {
        self.has_parts
    }

    /// The ARN of the secret or parameter itself, without JSON key and version.
    pub fn resource(&self) -> &str {
        let end = self.text.match_indices(':').nth(6).filter(|_| self.store == Store::SecretsManager);
        end.map_or(self.text.as_str(), |(at, _)| &self.text[..at])
    }

    /// The name of a parameter as SSM's own commands take it.
    pub fn parameter(&self) -> Option<String> {
        let name = self.text.splitn(6, ':').nth(5)?.strip_prefix("parameter/")?;
        Some(if name.contains('/') { format!("/{name}") } else { name.to_owned() })
    }
}

/// A region of AWS by its name, such as `eu-central-1`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct Region(String);

impl TryFrom<String> for Region {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if is_region(&text) { Ok(Self(text)) } else { Err("a region is named like eu-central-1") }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Region {
    /// The region that an ARN names.
    pub fn of_arn(arn: &str) -> Option<Self> {
        let mut parts = arn.split(':');
        (parts.next() == Some("arn")).then(|| parts.nth(2)).flatten().and_then(|name| name.to_owned().try_into().ok())
    }

    /// The partition that the region belongs to (AWS General Reference, "Amazon Resource Names").
    pub fn partition(&self) -> &'static str {
        match self.0.as_str() {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }
}

/// The number of an account of AWS: twelve digits.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct Account(String);

impl TryFrom<String> for Account {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if is_account(&text) { Ok(Self(text)) } else { Err("an account is twelve digits") }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The ARN of a key of KMS, as IAM takes it for the key itself (AWS KMS developer guide, "Specifying KMS keys in IAM policy statements"):
/// neither an alias nor a pattern.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyArn(String);

impl std::str::FromStr for KeyArn {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.split(':').collect();
        let fine = matches!(parts.as_slice(), ["arn", partition, "kms", region, account, key]
        if is_partition(partition) && is_region(region) && is_account(account)
            && key.strip_prefix("key/").is_some_and(|id| {
                !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            }));
        if fine {
            Ok(Self(text.to_owned()))
        } else {
            Err("a key is named by its ARN, arn:aws:kms:REGION:ACCOUNT:key/ID")
        }
    }
}

impl fmt::Display for KeyArn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Whether the text is an ARN that [`SecretArn`] takes: a pointer to a secret, and none itself.
pub fn is_secret_arn(text: &str) -> bool {
    parse(text).is_some()
}

/// The partition and the account of any ARN; the account is empty where the service has none.
pub fn owner(arn: &str) -> Option<(&str, &str)> {
    let mut parts = arn.splitn(6, ':');
    let (head, partition, _, _, account, _) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    (head == "arn" && is_partition(partition) && (account.is_empty() || is_account(account)))
        .then_some((partition, account))
}

fn parse(text: &str) -> Option<(Store, &str, bool)> {
    let parts: Vec<&str> = text.split(':').collect();
    let ["arn", partition, service, region, account, resource @ ..] = parts.as_slice() else { return None };
    if !is_partition(partition) || !is_region(region) || !is_account(account) || text.len() > 2048 {
        return None;
    }
    match (*service, resource) {
        ("ssm", [path]) => is_parameter(path.strip_prefix("parameter/")?).then_some((Store::Ssm, region, false)),
        ("secretsmanager", ["secret", name]) => is_secret(name).then_some((Store::SecretsManager, region, false)),
        // Once any part is given, all three colons are (ECS developer guide, "Pass Secrets Manager secrets").
        ("secretsmanager", ["secret", name, key, stage, version]) => {
            let fine = is_secret(name) && is_key(key) && is_word(stage) && is_word(version);
            let something = [key, stage, version].iter().any(|part| !part.is_empty());
            let one_version = stage.is_empty() || version.is_empty();
            (fine && something && one_version).then_some((Store::SecretsManager, region, true))
        }
        _ => None,
    }
}

/// `aws`, `aws-cn`, `aws-us-gov`.
fn is_partition(text: &str) -> bool {
    text.strip_prefix("aws").is_some_and(|rest| {
        rest.len() <= 16
            && (rest.is_empty() || rest.starts_with('-'))
            && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    })
}

fn is_region(text: &str) -> bool {
    let (area, number) = text.rsplit_once('-').unwrap_or_default();
    let words = area.split('-');
    (1..=2).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && (2..=3).contains(&words.clone().count())
        && words
            .clone()
            .all(|word| (2..=12).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Letters, digits and `_ . - /` (SSM API model, `Parameter.Name`).
fn is_parameter(name: &str) -> bool {
    let legal = |letter: char| letter.is_ascii_alphanumeric() || "_.-/".contains(letter);
    !name.is_empty()
        && !name.starts_with('/')
        && !name.ends_with('/')
        && !name.contains("//")
        && name.chars().all(legal)
}

/// The name and the suffix that Secrets Manager gives it (Secrets Manager API model, `CreateSecret`).
///
/// A name that ends with a hyphen and six characters itself, such as `my-secret`, looks as if the suffix were there. Nothing in the text
/// tells the two apart: a suffix is drawn from letters and digits, so any word of six may be one. AWS advises against such names for that
/// reason, and does not forbid them.
fn is_secret(name: &str) -> bool {
    let legal = |letter: char| letter.is_ascii_alphanumeric() || "/_+=.@-".contains(letter);
    let suffix = |suffix: &str| suffix.len() == 6 && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric());
    name.rsplit_once('-').is_some_and(|(name, end)| !name.is_empty() && name.chars().all(legal) && suffix(end))
}

/// A key of a JSON document, as far as it can stand between colons.
fn is_key(text: &str) -> bool {
    text.chars().all(|letter| letter.is_ascii_graphic() && !"{}$<>\"'\\".contains(letter))
}

fn is_word(text: &str) -> bool {
    text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_+=.@-".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/db-AbCdEf";

    fn of(text: &str) -> Option<SecretArn> {
        text.to_owned().try_into().ok()
    }

    #[test]
    fn secrets_and_parameters_are_taken_whole() {
        let parameter = of("arn:aws-us-gov:ssm:us-gov-west-1:123456789012:parameter/shop/DB_PASSWORD").unwrap();
        assert_eq!((parameter.store(), parameter.region()), (Store::Ssm, "us-gov-west-1"));
        assert_eq!(parameter.parameter().as_deref(), Some("/shop/DB_PASSWORD"));
        assert_eq!(parameter.resource(), parameter.to_string());
        let key = of(&format!("{SECRET}:password::")).unwrap();
        assert_eq!((key.store(), key.resource(), key.has_parts()), (Store::SecretsManager, SECRET, true));
        assert!(!of(SECRET).unwrap().has_parts());
        assert!(of(&format!("{SECRET}:password:AWSPREVIOUS:")).is_some());
        assert!(of("arn:aws-cn:ssm:cn-north-1:123456789012:parameter/x").is_some());
    }

    #[test]
    fn what_is_not_whole_or_no_secret_is_refused() {
        for wrong in [
            "/shop/DB_PASSWORD",
            "hunter2",
            "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/db",
            "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/db-AbCdE",
            "arn:aws:ssm:eu-central-1:1234:parameter/x",
            "arn:aws:ssm::123456789012:parameter/x",
            "arn:aws:ssm:eu-central-1:123456789012:parameter//x",
            "arn:aws:ssm:eu-central-1:123456789012:parameter/{family}/x",
            "arn:aws:iam::123456789012:role/x",
            "arn:aws:s3:::bucket/app.env",
        ] {
            assert!(of(wrong).is_none(), "{wrong}");
        }
        for wrong in [":password", ":password:", ":::", ":password:stage:version"] {
            assert!(of(&format!("{SECRET}{wrong}")).is_none(), "{wrong}");
        }
    }

    #[test]
    fn keys_are_named_by_their_own_arn() {
        let key = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        assert_eq!(key.parse::<KeyArn>().unwrap().to_string(), key);
        for wrong in [
            "alias/shop",
            "arn:aws:kms:eu-central-1:123456789012:alias/shop",
            "arn:aws:kms:eu-central-1:123456789012:key/*",
            "arn:aws:kms:*:123456789012:key/1234abcd",
            "arn:aws:kms:eu-central-1:123456789012:key/",
        ] {
            assert!(wrong.parse::<KeyArn>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn any_arn_tells_its_partition_and_account() {
        assert_eq!(owner("arn:aws-cn:iam::123456789012:role/x"), Some(("aws-cn", "123456789012")));
        assert_eq!(owner("arn:aws:s3:::bucket"), Some(("aws", "")));
        assert_eq!(owner("checkout-execution"), None);
    }
}
