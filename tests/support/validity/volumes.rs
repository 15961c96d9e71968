//! Rules about volumes and the mount points that use them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::task::is_name;
use super::{Case, json};

/// The members of a volume of which at most one may be there.
const KINDS: &[&str] = &[
    "host",
    "dockerVolumeConfiguration",
    "efsVolumeConfiguration",
    "s3filesVolumeConfiguration",
    "fsxWindowsFileServerVolumeConfiguration",
];

/// Judges the volumes of the task and whether each mount point has one.
pub fn judge(case: &mut Case<'_>) {
    let mut names = BTreeSet::new();
    let mut launched = 0;
    for (at, volume) in json::elements(case.definition, "", "volumes") {
        let name = json::text(volume, "name").unwrap_or_default();
        case.report_if(
            !is_name(name) || !names.insert(name),
            "volume-name",
            &at,
            format!("`{name}` is no name of its own"),
        );
        let at_launch = json::is_true(volume, "configuredAtLaunch");
        launched += usize::from(at_launch);
        let kinds = KINDS.iter().filter(|kind| json::member(volume, kind).is_some()).count() + usize::from(at_launch);
        case.report_if(kinds > 1, "volume-kind", &at, "more than one kind");
        if let Some(efs) = json::member(volume, "efsVolumeConfiguration") {
            self::efs(case, &json::below(&at, "efsVolumeConfiguration"), efs);
        }
    }
    case.report_if(launched > 1, "volume-kind", "/volumes", "more than one volume is configured at launch");
    for (at, container) in json::elements(case.definition, "", "containerDefinitions") {
        for (at, mount) in json::elements(container, &at, "mountPoints") {
            let name = json::text(mount, "sourceVolume").unwrap_or_default();
            case.report_if(!names.contains(name), "volume-unknown", &at, format!("no volume `{name}`"));
        }
    }
}

fn efs(case: &mut Case<'_>, at: &str, efs: &Value) {
    let Some(authorization) = json::member(efs, "authorizationConfig") else {
        return;
    };
    let point = json::text(authorization, "accessPointId").is_some();
    let iam = json::text(authorization, "iam") == Some("ENABLED");
    let encrypted = json::text(efs, "transitEncryption") == Some("ENABLED");
    case.report_if((point || iam) && !encrypted, "efs", at, "transitEncryption must be ENABLED");
    let directory = json::text(efs, "rootDirectory").unwrap_or("/");
    case.report_if(point && directory != "/", "efs", at, "an access point excludes rootDirectory");
}
