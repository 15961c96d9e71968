//! The settings of the pass: where secrets are kept, and what else is one.

use std::collections::BTreeMap;

use globset::{Glob, GlobSet, GlobSetBuilder};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::arn::{Account, Region, SecretArn};

/// The knobs of this pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(rename = "PlaintextSecretKnobs")]
pub struct Knobs {
    /// By the name of the variable, the secret or parameter that holds its value.
    pub arns: Option<BTreeMap<String, SecretArn>>,
    /// Where every other secret is kept.
    pub template: Option<Template>,
    /// What `{region}` stands for in the template.
    pub region: Option<Region>,
    /// What `{account}` stands for in the template.
    pub account: Option<Account>,
    /// Names that hold secrets, beside those that are recognised.
    pub names: Option<Names>,
}

/// An ARN in which `{partition}`, `{region}`, `{account}`, `{family}`, `{container}` and `{name}` stand for theirs. Of Secrets Manager
/// it is one secret, suffix and all, with a JSON key `{name}`: what suffix another secret has cannot be told.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct Template(String);

impl TryFrom<String> for Template {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let sample = [
            ("{partition}", "aws".to_owned()),
            ("{region}", "eu-central-1".to_owned()),
            ("{account}", "123456789012".to_owned()),
            ("{family}", "f".to_owned()),
            ("{container}", "c".to_owned()),
            ("{name}", "N".to_owned()),
        ];
        let template = Self(text);
        let secret = template.0.split(':').nth(6).filter(|_| template.0.contains(":secretsmanager:"));
        if template.has("{name}")
            && !secret.is_some_and(|name| name.contains('{'))
            && template.filled(&sample).is_some()
        {
            Ok(template)
        } else {
            Err("a template is the ARN of a parameter, or of a JSON key of one secret, and holds {name}")
        }
    }
}

impl Template {
    /// Whether the mark stands in it.
    pub fn has(&self, mark: &str) -> bool {
        self.0.contains(mark)
    }

    /// The ARN with these values in place of their marks; `None` where that is none.
    pub fn filled(&self, values: &[(&str, String)]) -> Option<SecretArn> {
        let mut rest = self.0.as_str();
        let mut text = String::new();
        // Left to right, so that a value which holds a mark stays as it is.
        while let Some(at) = rest.find('{') {
            text.push_str(&rest[..at]);
            let (mark, value) = values.iter().find(|(mark, _)| rest[at..].starts_with(mark))?;
            text.push_str(value);
            rest = &rest[at + mark.len()..];
        }
        text.push_str(rest);
        text.try_into().ok()
    }
}

/// Names of variables, which may hold `*` and `?`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "Vec<String>")]
#[schemars(with = "Vec<String>")]
pub struct Names {
    written: Vec<String>,
    globs: GlobSet,
}

impl PartialEq for Names {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for Names {}

impl TryFrom<Vec<String>> for Names {
    type Error = &'static str;

    fn try_from(written: Vec<String>) -> Result<Self, Self::Error> {
        let mut globs = GlobSetBuilder::new();
        for name in &written {
            globs.add(Glob::new(name).map_err(|_| "a name may hold * and ?")?);
        }
        let globs = globs.build().map_err(|_| "a name may hold * and ?")?;
        Ok(Self { written, globs })
    }
}

impl Names {
    /// Whether one of them is this name.
    pub fn covers(&self, name: &str) -> bool {
        self.globs.is_match(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_gives_whole_arns_alone() {
        let template = |text: &str| Template::try_from(text.to_owned());
        for right in [
            "arn:{partition}:ssm:{region}:{account}:parameter/{family}/{name}",
            "arn:aws:ssm:eu-central-1:123456789012:parameter/{family}/{container}/{name}",
            "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-AbCdEf:{name}::",
        ] {
            assert!(template(right).is_ok(), "{right}");
        }
        for wrong in [
            "/{family}/{name}",
            "arn:aws:ssm:eu-central-1:123456789012:parameter/shop",
            "arn:aws:secretsmanager:eu-central-1:123456789012:secret:{family}/{name}",
            "arn:aws:secretsmanager:eu-central-1:123456789012:secret:{family}-AbCdEf:{name}::",
            "arn:{partition}:ssm:{region}:{account}:parameter/{service}/{name}",
        ] {
            assert!(template(wrong).is_err(), "{wrong}");
        }
        let template = template("arn:aws:ssm:eu-central-1:123456789012:parameter/{family}/{name}").unwrap();
        let filled = |name: &str| template.filled(&[("{family}", "shop".into()), ("{name}", name.into())]);
        assert!(filled("DB_PASSWORD").is_some());
        assert!(filled("ConnectionStrings:Default").is_none());
        assert!(filled("{family}").is_none());
    }
}
