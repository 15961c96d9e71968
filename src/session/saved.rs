//! What is kept of a session that somebody quits: what was decided, and digests that tell whether it is still about the same. No text of
//! the definition and no value of it.

use std::fmt::Write as _;

use ecs_harden_transforms::engine::Judged;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::answers::{Answers, Key, Slot, Verdict};
use crate::output::counted;
use crate::plan::Plan;

/// The form of the file; another one is refused.
const FORM: u32 = 1;

/// A session that somebody quit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Saved {
    form: u32,
    version: String,
    /// The definition as users see it.
    definition: String,
    /// SHA-256 of its bytes.
    sha256: String,
    /// SHA-256 of the policy's text.
    policy_sha256: String,
    /// What was found.
    findings: Vec<Key>,
    verdicts: Vec<(Key, Verdict)>,
    values: Vec<(Slot, Json)>,
}

/// What a saved session is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'g> {
    /// The definition as users see it.
    pub shown: &'g str,
    /// Its bytes.
    pub bytes: &'g [u8],
    /// The text of the policy.
    pub policy: &'g str,
    /// The plan without any answer.
    pub plan: &'g Plan,
}

impl Saved {
    /// What is kept of these answers.
    pub fn of(ground: Ground<'_>, answers: &Answers) -> Self {
        Self {
            form: FORM,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            definition: ground.shown.to_owned(),
            sha256: digest(ground.bytes),
            policy_sha256: digest(ground.policy.as_bytes()),
            findings: keys(ground.plan),
            verdicts: answers.verdicts.clone().into_iter().collect(),
            values: answers.values.clone().into_iter().collect(),
        }
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("a saved session has only strings for keys");
        format!("{text}\n")
    }

    /// Reads the text of a file; `None` where it is none of this version.
    pub fn parse(text: &str) -> Option<Self> {
        let saved: Self = serde_json::from_str(text).ok()?;
        (saved.form == FORM && saved.version == env!("CARGO_PKG_VERSION")).then_some(saved)
    }

    /// What was answered.
    pub fn answers(&self) -> Answers {
        Answers { verdicts: self.verdicts.iter().cloned().collect(), values: self.values.iter().cloned().collect() }
    }

    /// What changed since then, a sentence each; none where the answers are still about the same.
    pub fn changes(&self, ground: Ground<'_>) -> Vec<String> {
        let mut changes = Vec::new();
        if self.sha256 != digest(ground.bytes) {
            changes.push(format!("{} has other bytes", ground.shown));
        }
        if self.policy_sha256 != digest(ground.policy.as_bytes()) {
            changes.push("the policy says something else".to_owned());
        }
        if changes.is_empty() {
            return changes;
        }
        let now = keys(ground.plan);
        let (gone, new) = (without(&self.findings, &now), without(&now, &self.findings));
        let list = |keys: &[&Key]| {
            let named = keys.iter().take(5).map(|key| format!("{} ({})", key.pass, key.subject));
            let more = if keys.len() > 5 { ", …" } else { "" };
            format!("{}{more}", named.collect::<Vec<_>>().join(", "))
        };
        if !gone.is_empty() {
            changes.push(format!("{} gone: {}", counted(gone.len(), "finding"), list(&gone)));
        }
        if !new.is_empty() {
            changes.push(format!("{} new: {}", counted(new.len(), "finding"), list(&new)));
        }
        if gone.is_empty() && new.is_empty() {
            changes.push("the findings are the same".to_owned());
        }
        changes
    }
}

fn without<'k>(keys: &'k [Key], others: &[Key]) -> Vec<&'k Key> {
    keys.iter().filter(|key| !others.contains(key)).collect()
}

fn keys(plan: &Plan) -> Vec<Key> {
    plan.outcome.findings.iter().map(|judged: &Judged| Key::from(&judged.finding)).collect()
}

/// SHA-256 in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string can always be written to");
        text
    })
}
