//! The comments by which a policy leads to the logs that a setting was learnt from.

/// What such a comment begins with, after its `#`.
const LEARNT: &str = "learnt from ";

/// The comment about these lines of a log, with its line break. The name of the log is harmless to a terminal.
pub(super) fn comment(log: &str, mut lines: Vec<usize>) -> String {
    lines.sort_unstable();
    lines.dedup();
    let places: Vec<String> = lines.into_iter().map(|line| format!("{log}:{line}")).collect();
    format!("# {LEARNT}{}\n", places.join(", "))
}

/// The lines of logs that a comment names, the last first; none for a comment about something else.
pub(super) fn logs(comment: &str) -> Vec<String> {
    let places = comment.trim().strip_prefix(LEARNT).into_iter().flat_map(|places| places.rsplit(", "));
    let is_place = |place: &&str| {
        place.rsplit_once(':').is_some_and(|(file, line)| !file.is_empty() && line.parse::<usize>().is_ok())
    };
    places.filter(is_place).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_read_as_it_is_written_and_others_are_not() {
        assert_eq!(comment("task.log", vec![7, 3, 7]), "# learnt from task.log:3, task.log:7\n");
        assert_eq!(logs(" learnt from task.log:3, logs/a b.log:7"), ["logs/a b.log:7", "task.log:3"]);
        for other in ["", " learnt", " learnt from the wiki", " learnt from :3", " the key is hunter2:3"] {
            assert!(logs(other).is_empty(), "{other}");
        }
    }
}
