//! The JSON Schema of the policy file, made from the types of the knobs.

use ecs_harden_transforms::knobs::Knobs;
use schemars::JsonSchema;

/// The policy of ecs-harden: what holds for every container, what for some, and which findings somebody decided to live with.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the types are read by their derive alone")]
#[schemars(deny_unknown_fields)]
struct PolicyFile {
    /// What holds for every container.
    #[schemars(flatten)]
    everything: Knobs,
    /// What holds for some containers. Of several that match, the later one is heard.
    #[schemars(default)]
    r#override: Vec<Override>,
    /// Findings that somebody decided to live with.
    #[schemars(default)]
    waiver: Vec<Waiver>,
    /// Fixes that are applied although they rest on built-in defaults: somebody looked at the guesses.
    #[schemars(default)]
    accept: Vec<Ruling>,
    /// Fixes that are not applied. What they would mend counts as it did.
    #[schemars(default)]
    decline: Vec<Ruling>,
    /// Who else registers revisions of a service, and so would undo what is registered beside them.
    #[schemars(default)]
    ownership: Ownership,
}

/// Names of services or of families, which may hold * and ?. Where several lists match, Terraform is heard before pipelines and those before
/// nobody.
#[derive(Default, JsonSchema, serde::Serialize)]
#[schemars(deny_unknown_fields)]
struct Ownership {
    /// Terraform.
    #[schemars(default)]
    terraform: Vec<String>,
    /// A pipeline.
    #[schemars(default)]
    pipeline: Vec<String>,
    /// Nobody else, which somebody vouches for.
    #[schemars(default)]
    nobody: Vec<String>,
}

/// What holds for the containers that the names match.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the types are read by their derive alone")]
#[schemars(deny_unknown_fields)]
struct Override {
    /// The families that it is about; may hold * and ?.
    family: Option<String>,
    /// The containers that it is about; may hold * and ?.
    container: Option<String>,
    #[schemars(flatten)]
    knobs: Knobs,
}

/// A decision to live with findings.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the types are read by their derive alone")]
#[schemars(deny_unknown_fields)]
struct Waiver {
    /// The pass whose findings are waived.
    pass: String,
    /// The families that it is about; may hold * and ?.
    family: Option<String>,
    /// The containers that it is about; may hold * and ?.
    container: Option<String>,
    /// What within the container it is about: a variable, a path, a capability; may hold * and ?.
    subject: Option<String>,
    /// Why.
    reason: String,
    /// Who answers for it.
    owner: Option<String>,
    /// The last day on which it holds, in UTC: 2027-01-31.
    expires: Option<String>,
}

/// A decision about fixes. Who declines a fix is heard before who accepts it.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the types are read by their derive alone")]
#[schemars(deny_unknown_fields)]
struct Ruling {
    /// The pass whose fixes it is about.
    pass: String,
    /// The families that it is about; may hold * and ?.
    family: Option<String>,
    /// The containers that it is about; may hold * and ?.
    container: Option<String>,
    /// What within the container it is about: a variable, a path, a capability; may hold * and ?.
    subject: Option<String>,
}

/// The schema as text, with a newline at its end.
pub fn schema() -> String {
    let schema = schemars::schema_for!(PolicyFile);
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is plain JSON");
    text.push('\n');
    text
}
