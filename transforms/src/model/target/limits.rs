//! Which launch types a definition rules out by what it holds today, by the target matrix.

use std::collections::BTreeSet;

use super::LaunchType::{self, Ec2};
use super::matrix::limits;
use crate::model::task::TaskView;

/// The launch types that nothing in the definition rules out; EC2, which takes most, where everything is.
pub(super) fn valid_for(task: &TaskView<'_>) -> BTreeSet<LaunchType> {
    let mut types: BTreeSet<LaunchType> = LaunchType::ALL.into_iter().collect();
    for limit in limits().filter(|limit| !limit.refused_by.is_empty() && !limit.hits(task).is_empty()) {
        types.retain(|launch_type| !limit.refused_by.contains(launch_type));
    }
    if types.is_empty() {
        types.insert(Ec2);
    }
    types
}
