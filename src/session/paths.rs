//! Writable paths as people type them: `/tmp 64 exec, /run 16`.

use ecs_harden_transforms::intent::TmpfsPlan;
use ecs_harden_transforms::passes::writable_root_filesystem::WritablePath;
use serde_json::{Map, Value as Json, json};

/// The mounts of ECS Exec, which come by a setting of their own.
const OF_EXEC: [&str; 3] = ["/managed-agents", "/var/lib/amazon/ssm", "/var/log/amazon/ssm"];

/// What is planned, as somebody would type it.
pub(super) fn shown(mounts: &[TmpfsPlan], with_exec: bool) -> String {
    let mounts = mounts.iter().filter(|mount| !with_exec || !OF_EXEC.contains(&mount.path.as_str()));
    let mounts = mounts.map(|mount| {
        let exec = if mount.exec.is_some() { " exec" } else { "" };
        format!("{} {}{exec}", mount.path, mount.size.value)
    });
    mounts.collect::<Vec<_>>().join(", ")
}

/// The value of the knob, or what is wrong.
pub(super) fn read(text: &str) -> Result<Json, String> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let paths: Vec<Json> = parts.map(path).collect::<Result<_, _>>()?;
    let knob: Result<Vec<WritablePath>, _> = serde_json::from_value(json!(paths));
    let read =
        knob.map_err(|_| "a writable path is absolute, below /, and without . or ..; a size is at least 1 MiB")?;
    let mut seen: Vec<&str> = read.iter().map(|path| path.path.as_str()).collect();
    seen.sort_unstable();
    let twice = seen.iter().zip(seen.iter().skip(1)).find(|(one, next)| one == next);
    if let Some((path, _)) = twice {
        return Err(format!("{path} is named twice"));
    }
    Ok(json!(paths))
}

fn path(text: &str) -> Result<Json, String> {
    let mut words = text.split_whitespace();
    let mut path = Map::new();
    path.insert("path".into(), json!(words.next().unwrap_or_default()));
    let mut exec = false;
    for word in words {
        match (word, word.parse::<u64>()) {
            ("exec", _) => exec = true,
            (_, Ok(size)) if !path.contains_key("size") => drop(path.insert("size".into(), json!(size))),
            _ => return Err(format!("`{word}` is neither a size in MiB nor `exec`; paths are divided by commas")),
        }
    }
    path.insert("exec".into(), json!(exec));
    Ok(Json::Object(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_people_type_them() {
        let expected = json!([{ "path": "/tmp", "size": 64, "exec": true }, { "path": "/run", "exec": false }]);
        assert_eq!(read("/tmp 64 exec, /run"), Ok(expected));
        for wrong in ["tmp", "/tmp 0", "/tmp 64 65", "/tmp quickly", "/a/../b", "/tmp, /tmp/", "/"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
