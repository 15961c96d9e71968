//! The region, the account and the partition that a definition tells of itself, or that somebody tells about it.

use crate::arn::{self, Account, Region};
use crate::knobs::{Layers, Subject};
use crate::model::TaskView;
use crate::pass::{Provenance, Source, Vouched, Voucher};

/// The region: by policy or flag, else by the definition's own ARNs, else by the environment.
pub fn region(task: &TaskView<'_>, layers: &Layers, subject: Subject<'_>) -> Option<Vouched<Region>> {
    let named = layers.pick(subject, |knobs| knobs.secrets.region.as_ref()).map(|region| region.map(Clone::clone));
    let own = own_arns(task).find_map(|(member, arn)| Some(stated(Region::of_arn(arn)?, member)));
    match named {
        Some(region) if region.by > Provenance::Environment => Some(region),
        other => own.or(other),
    }
}

/// The account: by policy or flag, else by the definition's own ARNs.
pub fn account(task: &TaskView<'_>, layers: &Layers, subject: Subject<'_>) -> Option<Vouched<Account>> {
    let named = layers.pick(subject, |knobs| knobs.secrets.account.as_ref());
    let own = || {
        own_arns(task).find_map(|(member, arn)| {
            let (_, account) = arn::owner(arn)?;
            Some(stated(Account::try_from(account.to_owned()).ok()?, member))
        })
    };
    named.map(|account| account.map(Clone::clone)).or_else(own)
}

/// What a member of the definition says.
fn stated<T>(value: T, member: &'static str) -> Vouched<T> {
    Vouched { value, by: Voucher::at(Provenance::Definition, Source::of_task(member)) }
}

/// The partition of the definition's own ARNs.
pub fn partition(task: &TaskView<'_>) -> Option<&'static str> {
    let (partition, _) = own_arns(task).find_map(|(_, arn)| arn::owner(arn))?;
    ["aws", "aws-cn", "aws-us-gov"].into_iter().find(|known| *known == partition)
}

/// The ARNs that a definition has of itself, and the member of each: no pass changes any of them.
fn own_arns<'d>(task: &TaskView<'d>) -> impl Iterator<Item = (&'static str, &'d str)> {
    let task = *task;
    let members = ["taskDefinitionArn", "executionRoleArn", "taskRoleArn"];
    members.into_iter().filter_map(move |member| Some((member, task.member(member).text().known()?)))
}
