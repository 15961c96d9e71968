//! What limits may break, and how to find out.

use super::{FARGATE, OPEN_FILES, UNLIMITED, Wanted, shown};
use crate::intent::Intent;
use crate::model::{ContainerView, LaunchType, Os};
use crate::pass::Risk;

/// What limits may break that are added. What the container had before is up to what runs it: more or less than that.
pub(super) fn added(container: &ContainerView<'_>, intent: &Intent, missing: &[Wanted]) -> Vec<Risk> {
    let mut risks: Vec<Risk> = missing.iter().flat_map(|wanted| one(container, intent, wanted)).collect();
    risks.extend(untold(container, intent));
    risks
}

fn one(container: &ContainerView<'_>, intent: &Intent, wanted: &Wanted) -> Vec<Risk> {
    let (soft, hard) = (wanted.soft.value, wanted.hard.value);
    let fargate = intent.target.only_fargate() && wanted.name == OPEN_FILES;
    let mut risks = Vec::new();
    if !fargate || hard < FARGATE || soft < FARGATE {
        risks.push(too_low(container, wanted.name, hard));
    }
    if wanted.name == OPEN_FILES && (!fargate || soft > FARGATE) {
        risks.push(Risk::new(
            format!(
                "where it gets less today its soft limit rises to {}: programs that close every possible descriptor at start take longer, and some size their tables by it",
                shown(soft)
            ),
            format!("run one task of the new revision and watch the start time and the memory of {}", who(container)),
        ));
    }
    risks.extend(shared(intent, wanted.name));
    risks
}

/// What a limit may break that is lowered.
pub(super) fn lowered(container: &ContainerView<'_>, intent: &Intent, name: &str, hard: u64) -> Vec<Risk> {
    let risks = [Some(too_low(container, name, hard)), shared(intent, name), untold(container, intent)];
    risks.into_iter().flatten().collect()
}

fn too_low(container: &ContainerView<'_>, name: &str, hard: u64) -> Risk {
    let who = who(container);
    if name == OPEN_FILES {
        return Risk::new(
            format!(
                "a program that opens more than {hard} files and connections fails, and so does one that asks for a higher limit at start"
            ),
            format!(
                "compare `Max open files` in /proc/1/limits of a running task, and look under load in the log of {who} for `Too many open files`"
            ),
        );
    }
    let breaks = match name {
        _ if hard == UNLIMITED => {
            format!("with unlimited {name} a single container may take what others on its host need")
        }
        "core" => format!("core dumps end after {hard} bytes, so a crash leaves less to look at"),
        "nproc" => format!("no more than {hard} processes and threads can be started"),
        _ => {
            format!("what exceeds {hard} of {name} fails, and so does a program that asks for a higher limit at start")
        }
    };
    Risk::new(
        breaks,
        format!(
            "compare /proc/1/limits of a running task, then run one of the new revision under load and read the log of {who}"
        ),
    )
}

/// The limit is one of the real user id (Linux manual, getrlimit(2)), which tasks of one host may share.
fn shared(intent: &Intent, name: &str) -> Option<Risk> {
    let instances = intent.target.types.iter().any(|known| *known != LaunchType::Fargate);
    (name == "nproc" && instances).then(|| {
        Risk::new(
            "nproc counts every process of the same uid on the host, those of other tasks too",
            "start as many tasks on one instance as may run there, and look for `Resource temporarily unavailable`",
        )
    })
}

fn untold(container: &ContainerView<'_>, intent: &Intent) -> Option<Risk> {
    let untold = intent.target.only_fargate() && !intent.is_linux_on_fargate(container.task());
    (untold || intent.os == Os::Unknown).then(Risk::unknown_os)
}

fn who<'c>(container: &ContainerView<'c>) -> &'c str {
    container.name().unwrap_or("the container")
}
