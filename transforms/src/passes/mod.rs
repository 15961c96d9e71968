//! The passes, each a file named after its weakness beside its page, and the table of them all.

use crate::pass::{Pass, PassId, Run};

pub mod blocking_log_delivery;
mod catalogue;
pub mod excess_capabilities;
pub mod host_ipc_namespace;
pub mod host_network_mode;
pub mod host_pid_namespace;
pub mod invalid_definition;
pub mod missing_cpu_limit;
pub mod missing_log_configuration;
pub mod missing_memory_limit;
pub mod mutable_image_tag;
pub mod new_privileges;
pub mod plaintext_secret;
pub mod privileged_container;
pub mod root_user;
pub mod sensitive_host_mount;
pub mod shared_execution_role;
#[cfg(test)]
mod tests;
pub mod unbounded_open_files;
pub mod unencrypted_efs_transit;
pub mod writable_root_filesystem;

pub use catalogue::catalogue;

/// Every pass, sorted by id.
pub static TABLE: [&Pass; 19] = [
    &blocking_log_delivery::PASS,
    &excess_capabilities::PASS,
    &host_ipc_namespace::PASS,
    &host_network_mode::PASS,
    &host_pid_namespace::PASS,
    &invalid_definition::PASS,
    &missing_cpu_limit::PASS,
    &missing_log_configuration::PASS,
    &missing_memory_limit::PASS,
    &mutable_image_tag::PASS,
    &new_privileges::PASS,
    &plaintext_secret::PASS,
    &privileged_container::PASS,
    &root_user::PASS,
    &sensitive_host_mount::PASS,
    &shared_execution_role::PASS,
    &unbounded_open_files::PASS,
    &unencrypted_efs_transit::PASS,
    &writable_root_filesystem::PASS,
];

/// The pass of that id.
pub fn find(id: &str) -> Option<&'static Pass> {
    TABLE.into_iter().find(|pass| pass.id.0 == id)
}

/// The ids of every pass, in the order of the table.
pub fn ids() -> impl Iterator<Item = PassId> {
    TABLE.into_iter().map(|pass| pass.id)
}

/// The id most like `wrong`, for "did you mean".
pub fn nearest(wrong: &str) -> &'static str {
    nearest_of(wrong, TABLE.into_iter().map(|pass| pass.id.0)).unwrap_or(root_user::PASS.id.0)
}

/// The candidate most like `wrong`.
pub fn nearest_of<'c>(wrong: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    candidates.max_by(|left, right| strsim::jaro_winkler(wrong, left).total_cmp(&strsim::jaro_winkler(wrong, right)))
}

/// The controls of a pass for people.
pub fn controls(pass: &Pass) -> String {
    if pass.controls.is_empty() { "no control".to_owned() } else { pass.controls.join(", ") }
}

/// The whole page of a pass: what its Markdown says, and the facts that the code knows.
pub fn page(pass: &Pass) -> String {
    let yields: Vec<&str> = pass.yields.iter().map(|known| known.applicability.name()).collect();
    let knobs = pass
        .knobs
        .iter()
        .map(|knob| format!("- `{}.{}` takes {}: {}\n", pass.section, knob.name, knob.takes, knob.help));
    let knobs: String = knobs.collect();
    let knobs = if knobs.is_empty() { "None.\n".to_owned() } else { knobs };
    let request = match pass.run {
        Run::ByDefault => "",
        Run::OnRequest => " · runs on request: `--only` or `enable` in the policy",
    };
    let looked_for_by = if pass.controls.is_empty() { controls(pass) } else { format!("controls {}", controls(pass)) };
    format!(
        "# {}\n\n{}.\n\nSeverity {} · {} · remedies are {}{request}\n\n{}\n\n## Knobs\n\n{}",
        pass.id,
        capitalised(pass.summary),
        pass.severity.name(),
        looked_for_by,
        yields.join(" or "),
        pass.page.trim_end(),
        knobs
    )
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
