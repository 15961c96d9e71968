//! How members are called in `AWS::ECS::TaskDefinition`.

/// Names that are not the name of the API with a capital letter (resource type `AWS::ECS::TaskDefinition`).
pub(super) const IRREGULAR: [(&str, &str); 3] = [
    ("efsVolumeConfiguration", "EFSVolumeConfiguration"),
    ("fsxWindowsFileServerVolumeConfiguration", "FSxWindowsFileServerVolumeConfiguration"),
    ("s3filesVolumeConfiguration", "S3FilesVolumeConfiguration"),
];

/// Members whose own members are named by drivers, in one spelling everywhere.
const MAPS: [&str; 2] = ["options", "driverOpts"];

/// A path from a task, a container or a volume, in the spelling of `CloudFormation`.
pub(super) fn of_cloudformation(path: &[&str]) -> Vec<String> {
    let parents = std::iter::once("").chain(path.iter().copied());
    path.iter()
        .zip(parents)
        .map(|(name, parent)| if MAPS.contains(&parent) { (*name).to_owned() } else { capital(name) })
        .collect()
}

fn capital(name: &str) -> String {
    if let Some((_, irregular)) = IRREGULAR.iter().find(|(api, _)| *api == name) {
        return (*irregular).to_owned();
    }
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
