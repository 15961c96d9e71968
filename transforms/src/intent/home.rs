//! The region, the account and the partition that a definition tells of itself, or that somebody tells about it.

use crate::arn::{self, Account, Region};
use crate::knobs::{Layers, Subject};
use crate::model::TaskView;
use crate::pass::{Provenance, Vouched};

/// The region: by policy or flag, else by the definition's own ARNs, else by the environment.
pub fn region(task: &TaskView<'_>, layers: &Layers, subject: Subject<'_>) -> Option<Vouched<Region>> {
    let named = layers.pick(subject, |knobs| knobs.secrets.region.as_ref()).map(|region| region.map(Clone::clone));
    let own = own_arns(task).find_map(Region::of_arn);
    match named {
        Some(region) if region.by > Provenance::Environment => Some(region),
        other => own.map(|value| Vouched { value, by: Provenance::Definition }).or(other),
    }
}

/// The account: by policy or flag, else by the definition's own ARNs.
pub fn account(task: &TaskView<'_>, layers: &Layers, subject: Subject<'_>) -> Option<Vouched<Account>> {
    let named = layers.pick(subject, |knobs| knobs.secrets.account.as_ref());
    let own =
        || own_arns(task).filter_map(arn::owner).find_map(|(_, account)| Account::try_from(account.to_owned()).ok());
    named
        .map(|account| account.map(Clone::clone))
        .or_else(|| own().map(|value| Vouched { value, by: Provenance::Definition }))
}

/// The partition of the definition's own ARNs.
pub fn partition(task: &TaskView<'_>) -> Option<&'static str> {
    let (partition, _) = own_arns(task).find_map(arn::owner)?;
    ["aws", "aws-cn", "aws-us-gov"].into_iter().find(|known| *known == partition)
}

/// The ARNs that a definition has of itself: no pass changes any of them.
fn own_arns<'d>(task: &TaskView<'d>) -> impl Iterator<Item = &'d str> {
    let task = *task;
    let members = ["taskDefinitionArn", "executionRoleArn", "taskRoleArn"];
    members.into_iter().filter_map(move |member| task.member(member).text().known())
}
