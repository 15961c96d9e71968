//! What a roll-out did, for those who go on, take it back or clean up later. Holds no value of a task definition.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::arn::RevisionArn;

/// The form of the file; another one is refused.
pub const FORM: u32 = 1;

/// What one run did, service by service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The form of the file.
    pub form: u32,
    /// The version of the program.
    pub version: String,
    /// When the run began.
    pub began: Timestamp,
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// The services, in the order in which they were rolled out.
    pub services: Vec<Entry>,
}

/// What became of one service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The cluster's ARN.
    pub cluster: String,
    /// The service's ARN.
    pub service: String,
    /// The revision that ran before.
    pub before: RevisionArn,
    /// The hardened revision.
    pub after: Option<RevisionArn>,
    /// When the deployment that served before was made, as AWS tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served_since: Option<Timestamp>,
    /// What carries it, once it was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<DeploymentId>,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, in a sentence of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What carries a revision, by the controller of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "controller")]
pub enum DeploymentId {
    /// ECS.
    #[serde(rename_all = "camelCase")]
    Ecs {
        /// `ecs-svc/…`.
        id: String,
        /// The ARN of the service deployment, where ECS keeps one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        service_deployment: Option<String>,
    },
    /// CodeDeploy.
    #[serde(rename_all = "camelCase")]
    CodeDeploy {
        /// `d-…`.
        id: String,
        /// The application.
        application: String,
        /// The group.
        group: String,
    },
    /// Task sets.
    #[serde(rename_all = "camelCase")]
    External {
        /// The new task set.
        task_set: String,
        /// The one that served before.
        before: String,
    },
}

/// What became of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Its turn did not come.
    NotBegun,
    /// There was nothing to change.
    Unchanged,
    /// It was begun, and nobody looked any further.
    Begun,
    /// It runs the hardened revision, and everything that was looked at is well.
    Verified,
    /// It runs the hardened revision, and there was nothing to tell whether it serves.
    WeaklyVerified,
    /// It was given the hardened revision, and nothing tells whether it works. Without a deployment: it was about to be given it, and whether it
    /// was is for the service to tell.
    NotVerified,
    /// It failed, and runs what ran before.
    RolledBack,
    /// It failed, and could not be taken back or was not to be.
    Failed,
    /// Somebody else deployed in between.
    Superseded,
}

impl Record {
    /// The text of the file.
    pub fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("a record has only strings for keys");
        format!("{text}\n")
    }

    /// Reads the text of a file; `None` where it is none of ours.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str::<Self>(text).ok().filter(|record| record.form == FORM)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_back_as_it_was() {
        let record = Record {
            form: FORM,
            version: "0.1.0".into(),
            began: Timestamp::UNIX_EPOCH,
            account: "123456789012".into(),
            region: "eu-central-1".into(),
            services: vec![Entry {
                cluster: "arn:aws:ecs:eu-central-1:123456789012:cluster/shop".into(),
                service: "arn:aws:ecs:eu-central-1:123456789012:service/shop/checkout".into(),
                before: RevisionArn("arn:aws:ecs:eu-central-1:123456789012:task-definition/checkout-api:7".into()),
                after: None,
                served_since: None,
                deployment: Some(DeploymentId::CodeDeploy {
                    id: "d-1".into(),
                    application: "a".into(),
                    group: "g".into(),
                }),
                outcome: Outcome::NotBegun,
                reason: None,
            }],
        };
        assert_eq!(Record::parse(&record.text()), Some(record.clone()));
        assert_eq!(Record::parse(&record.text().replace("\"form\": 1", "\"form\": 2")), None);
    }
}
