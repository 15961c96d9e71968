//! Who else registers revisions of a service, and so would undo what is registered beside them.
//!
//! Only tags that AWS itself sets say so, and the policy. Tags of anybody else may be copies, or be there by mistake; the name of a
//! family or of whoever registered a revision is a guess.

use super::api::Tag;
use crate::policy::{DeclaredOwner, Policy};

/// Who registers revisions of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A stack of `CloudFormation`, which the CDK and others deploy too.
    CloudFormation {
        /// Its name.
        stack: String,
    },
    /// AWS Copilot, by a stack of its own.
    Copilot {
        /// The application.
        application: String,
    },
    /// Terraform.
    Terraform {
        /// The place in the policy that says so.
        by: String,
    },
    /// A pipeline.
    Pipeline {
        /// The place in the policy that says so.
        by: String,
    },
    /// Nobody else.
    Nobody {
        /// The place in the policy that vouches for it.
        by: String,
    },
    /// Nothing tells.
    Unknown,
}

/// What is known of a service.
#[derive(Clone, Copy, Debug)]
pub struct Owned<'a> {
    /// The name of the service.
    pub service: &'a str,
    /// The family that it runs.
    pub family: &'a str,
    /// The tags of the service.
    pub service_tags: &'a [Tag],
    /// The tags of the revision that it runs.
    pub definition_tags: &'a [Tag],
}

/// Why nothing is registered beside an owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerRefusal {
    /// What is refused, and who says so.
    pub message: String,
    /// The way that lasts.
    pub next_step: String,
    /// The flag that permits it all the same; none where a stack would be left in a state that it does not know.
    pub flag: Option<&'static str>,
}

/// Permits registering beside Terraform or a pipeline.
pub const OUT_OF_BAND: &str = "--out-of-band";

/// The tag that `CloudFormation` sets on what a stack makes (AWS page "`CloudFormation` resource tagging"). The CDK deploys by
/// `CloudFormation` and sets none of its own.
const STACK: &str = "aws:cloudformation:stack-name";

/// The tag that Copilot gives everything that it makes (AWS Copilot, `internal/pkg/deploy`). Anybody may write it, so it counts only beside
/// that of the stack by which Copilot deploys.
const COPILOT: &str = "copilot-application";

impl Owner {
    /// Decides by tags of AWS, then by the policy: what a stack made is the stack's, whatever somebody says of it.
    pub fn of(owned: &Owned<'_>, policy: Option<&Policy>) -> Self {
        for tags in [owned.definition_tags, owned.service_tags] {
            let tag = |key: &str| tags.iter().find(|tag| tag.key == key).map(|tag| tag.value.clone());
            let Some(stack) = tag(STACK) else { continue };
            return match tag(COPILOT).filter(|application| is_name(application)) {
                Some(application) => Self::Copilot { application },
                None => Self::CloudFormation { stack },
            };
        }
        let Some(said) = policy.and_then(|policy| policy.ownership.of(owned.service, owned.family)) else {
            return Self::Unknown;
        };
        let by = said.written.clone();
        match said.owner {
            DeclaredOwner::Terraform => Self::Terraform { by },
            DeclaredOwner::Pipeline => Self::Pipeline { by },
            DeclaredOwner::Nobody => Self::Nobody { by },
        }
    }

    /// Why nothing is registered for it; `None` where nobody else is known to register.
    pub fn refusal(&self, owned: &Owned<'_>) -> Option<OwnerRefusal> {
        let Owned { service, family, .. } = owned;
        let edits = format!(
            "`aws ecs describe-task-definition --task-definition {family} | ecs-harden diff -` shows the edits"
        );
        let (message, next_step, flag) = match self {
            Self::CloudFormation { stack } => (
                format!("{service} belongs to the CloudFormation stack {stack}, which would undo this or fail over it"),
                format!(
                    "{edits}; make them where the template of {stack} comes from (YAML, SAM, or the CDK app that makes it), \
                     then deploy the stack"
                ),
                None,
            ),
            Self::Copilot { application } => (
                format!(
                    "{service} belongs to the Copilot application {application}, whose next deployment would undo this"
                ),
                format!(
                    "{edits}; make them in copilot/NAME/overrides (`copilot svc override` begins them) or copilot/NAME/manifest.yml, \
                     then `copilot svc deploy`"
                ),
                None,
            ),
            Self::Terraform { by } => (
                format!("{service} belongs to Terraform ({by}), whose next run would undo this"),
                format!(
                    "{edits}; make them in the `aws_ecs_task_definition` of {family} and apply that, or permit a change \
                     that lasts until then with {OUT_OF_BAND}"
                ),
                Some(OUT_OF_BAND),
            ),
            Self::Pipeline { by } => (
                format!("{service} belongs to a pipeline ({by}), whose next run would undo this"),
                format!(
                    "run `ecs-harden fix` on the task definition file that the pipeline registers and commit it, or permit a \
                     change that lasts until its next run with {OUT_OF_BAND}"
                ),
                Some(OUT_OF_BAND),
            ),
            Self::Nobody { .. } | Self::Unknown => return None,
        };
        Some(OwnerRefusal { message, next_step, flag })
    }

    /// What a plan says where nothing is refused; `None` where somebody vouches for it.
    pub fn notice(&self, owned: &Owned<'_>) -> Option<String> {
        matches!(self, Self::Unknown).then(|| {
            format!(
                "nothing tells who else registers {}: the next run of Terraform, CloudFormation or a pipeline may undo this; \
                 name them, or `nobody`, in [ownership] of the policy",
                owned.family
            )
        })
    }
}

/// Whether a value can be shown as the name of an application: letters, digits and hyphens. Nothing else that somebody put into a tag is.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 255 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str =
        "[ownership]\nterraform = [\"shop-*\"]\npipeline = [\"blog\"]\nnobody = [\"checkout-api\", \"shop-eu\"]\n";

    fn tag(key: &str, value: &str) -> Tag {
        Tag { key: key.into(), value: value.into() }
    }

    fn owned<'a>(service: &'a str, service_tags: &'a [Tag], definition_tags: &'a [Tag]) -> Owned<'a> {
        Owned { service, family: "checkout-api", service_tags, definition_tags }
    }

    fn policy(text: &str) -> Policy {
        Policy::parse("ecs-harden.toml", text, "2026-06-30".parse().unwrap()).unwrap()
    }

    #[track_caller]
    fn assert_owner(owned: &Owned<'_>, said: &str, expected: &Owner) {
        assert_eq!(&Owner::of(owned, Some(&policy(said))), expected);
    }

    #[test]
    fn a_stack_owns_what_it_made_whatever_the_policy_says() {
        let tags = [tag("Name", "checkout"), tag(STACK, "shop-prod"), tag("aws:cloudformation:logical-id", "Api5F2A")];
        let stack = Owner::CloudFormation { stack: "shop-prod".into() };
        assert_owner(&owned("checkout", &tags, &[]), POLICY, &stack);
        assert_owner(&owned("checkout", &[], &tags), POLICY, &stack);
        assert_eq!(Owner::of(&owned("checkout", &tags, &[]), None), stack);
    }

    #[test]
    fn the_stack_of_the_revision_is_named_before_that_of_the_service() {
        let (of_service, of_revision) = ([tag(STACK, "services")], [tag(STACK, "definitions")]);
        let stack = Owner::CloudFormation { stack: "definitions".into() };
        assert_owner(&owned("checkout", &of_service, &of_revision), "", &stack);
    }

    #[test]
    fn copilot_is_told_by_its_tag_beside_that_of_its_stack() {
        let tags = [tag(STACK, "shop-prod-checkout"), tag(COPILOT, "shop"), tag("copilot-service", "checkout")];
        assert_owner(&owned("checkout", &tags, &[]), "", &Owner::Copilot { application: "shop".into() });
    }

    #[test]
    fn tags_that_anybody_may_write_decide_nothing() {
        let tags = [tag(COPILOT, "shop"), tag("cloudformation:stack-name", "x"), tag("terraform", "true")];
        assert_owner(&owned("checkout", &tags, &tags), "", &Owner::Unknown);
    }

    #[test]
    fn a_tag_that_is_no_name_is_not_shown() {
        let tags = [tag(STACK, "shop-prod"), tag(COPILOT, "pass word")];
        assert_owner(&owned("checkout", &tags, &[]), "", &Owner::CloudFormation { stack: "shop-prod".into() });
    }

    #[test]
    fn the_policy_tells_terraform_pipelines_and_nobody() {
        let by = |line: usize| format!("ecs-harden.toml:{line}");
        assert_owner(&owned("shop-eu", &[], &[]), POLICY, &Owner::Terraform { by: by(2) });
        assert_owner(&owned("blog", &[], &[]), POLICY, &Owner::Pipeline { by: by(3) });
        assert_owner(&owned("web", &[], &[]), POLICY, &Owner::Nobody { by: by(4) });
        assert_owner(&owned("web", &[], &[]), "", &Owner::Unknown);
        assert_eq!(Owner::of(&owned("shop-eu", &[], &[]), None), Owner::Unknown);
    }

    #[test]
    fn stacks_are_refused_without_a_flag_and_others_with_one() {
        let it = owned("checkout", &[], &[]);
        let by = || "ecs-harden.toml:2".to_owned();
        let flag = |owner: Owner| owner.refusal(&it).map(|refusal| refusal.flag);
        assert_eq!(flag(Owner::CloudFormation { stack: "s".into() }), Some(None));
        assert_eq!(flag(Owner::Copilot { application: "a".into() }), Some(None));
        assert_eq!(flag(Owner::Terraform { by: by() }), Some(Some("--out-of-band")));
        assert_eq!(flag(Owner::Pipeline { by: by() }), Some(Some("--out-of-band")));
        assert_eq!((flag(Owner::Nobody { by: by() }), flag(Owner::Unknown)), (None, None));
    }

    #[test]
    fn a_refusal_names_the_owner_the_way_that_lasts_and_its_flag() {
        let it = owned("checkout", &[], &[]);
        let told = |owner: Owner| {
            let refusal = owner.refusal(&it).unwrap();
            format!("{}\n{}", refusal.message, refusal.next_step)
        };
        assert_eq!(
            told(Owner::Terraform { by: "ecs-harden.toml:2".into() }),
            "checkout belongs to Terraform (ecs-harden.toml:2), whose next run would undo this\n\
             `aws ecs describe-task-definition --task-definition checkout-api | ecs-harden diff -` shows the edits; make them in the \
             `aws_ecs_task_definition` of checkout-api and apply that, or permit a change that lasts until then with --out-of-band"
        );
        assert_eq!(
            told(Owner::CloudFormation { stack: "shop-prod".into() }),
            "checkout belongs to the CloudFormation stack shop-prod, which would undo this or fail over it\n\
             `aws ecs describe-task-definition --task-definition checkout-api | ecs-harden diff -` shows the edits; make them where \
             the template of shop-prod comes from (YAML, SAM, or the CDK app that makes it), then deploy the stack"
        );
    }

    #[test]
    fn only_what_nothing_is_known_of_gets_a_notice() {
        let it = owned("checkout", &[], &[]);
        assert!(Owner::Unknown.notice(&it).is_some_and(|notice| notice.contains("[ownership]")));
        assert_eq!(Owner::Nobody { by: "ecs-harden.toml:2".into() }.notice(&it), None);
    }
}
