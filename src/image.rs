//! What images say of themselves, from where container tools leave it: inspect output, an OCI layout, a Dockerfile.

use std::io;
use std::path::{Path, PathBuf};

use ecs_harden_transforms::images::config::{self, ConfigLines, ImageConfig};
use ecs_harden_transforms::read::LineIndex;
use parse_dockerfile::{Instruction, JsonOrStringArray, Keyword};
use serde_json::Value;

use crate::source::{self, Input};

/// Why nothing could be read. Nothing of the file is repeated.
#[derive(Debug, thiserror::Error)]
#[error("{}: {message}", .path.display())]
pub struct ImageError {
    path: PathBuf,
    message: String,
    /// What to do.
    pub next_step: &'static str,
}

/// The configurations that a file or an OCI layout holds, and the file that holds them.
pub fn configs(path: &Path) -> Result<(PathBuf, Vec<ImageConfig>), ImageError> {
    let error = |message: &str, next_step| ImageError { path: path.to_owned(), message: message.to_owned(), next_step };
    let file = if path.is_dir() { layout(path)? } else { path.to_owned() };
    let configs = config::parse(&read(&file)?).map_err(|wrong| {
        error(
            &wrong.to_string(),
            "save it with `docker image inspect IMAGE > image.json`, or `crane config IMAGE > image.json`",
        )
    })?;
    Ok((file, configs))
}

/// What the last stage of a Dockerfile says.
pub fn dockerfile(path: &Path) -> Result<ImageConfig, ImageError> {
    let error = |message: &str, next_step| ImageError { path: path.to_owned(), message: message.to_owned(), next_step };
    let text = read(path)?;
    let parsed = parse_dockerfile::parse(&text)
        .map_err(|_| error("this is no Dockerfile that can be read", "check it with `docker build --check`"))?;
    let mut stage = parsed.stages().last();
    let (mut found, mut lines) = (ImageConfig::default(), ConfigLines::default());
    let index = LineIndex::new(&text);
    let line = |keyword: &Keyword| Some(index.position(keyword.span.start).0);
    let mut user = None;
    // A stage that is built on another one of the file starts as that one ends.
    for _ in 0..=parsed.stages().len() {
        let Some(current) = stage else { break };
        for instruction in current.instructions.iter().rev() {
            match instruction {
                Instruction::User(found) if user.is_none() => {
                    user = Some(unquoted(found.arguments.value.trim()));
                    lines.user = line(&found.user);
                }
                Instruction::Expose(ports) => {
                    lines.ports = line(&ports.expose);
                    let ports = ports.arguments.iter().map(|port| port.value.split('/').next().unwrap_or_default());
                    found.ports.extend(ports.filter_map(|port| port.parse::<u16>().ok()));
                }
                Instruction::Volume(volumes) => {
                    lines.volumes = line(&volumes.volume);
                    let paths = match &volumes.arguments {
                        JsonOrStringArray::Json(list) => &list.value,
                        JsonOrStringArray::String(words) => words,
                    };
                    found.volumes.extend(paths.iter().map(|path| path.value.to_string()));
                }
                _ => {}
            }
        }
        stage = parsed.stage(&current.from.image.value);
    }
    let user = user.ok_or_else(|| {
        error(
            "its last stage names no USER, so the image that it is built on decides",
            "give the built image instead: --image-config",
        )
    })?;
    if user.contains('$') {
        return Err(error(
            "its USER is a variable, which only the build knows",
            "give the built image instead: --image-config",
        ));
    }
    Ok(ImageConfig { user: Some(user).filter(|user| !config::is_root(user)), lines, ..found })
}

/// The argument of `USER` without its quotes, as builders take it. Where a quote has no end, it is no user, and stays as it is.
fn unquoted(argument: &str) -> String {
    let mut plain = String::new();
    let mut quote = None;
    for letter in argument.chars() {
        match quote {
            None if letter == '"' || letter == '\'' => quote = Some(letter),
            Some(open) if open == letter => quote = None,
            _ => plain.push(letter),
        }
    }
    if quote.is_some() { argument.to_owned() } else { plain }
}

fn read(path: &Path) -> Result<String, ImageError> {
    let error = |message: &str, next_step| ImageError { path: path.to_owned(), message: message.to_owned(), next_step };
    let bytes = source::read(&Input::File(path.to_owned()), &mut io::empty())
        .map_err(|_| error("it cannot be read", "check that it is there and that you may read it"))?;
    String::from_utf8(bytes).map_err(|_| error("it is not UTF-8", "give a configuration, not the image itself"))
}

/// The file with the configuration in an OCI layout: the only image, or its variant for Linux on x86-64, else the first (OCI image specification,
/// "Image Layout").
fn layout(path: &Path) -> Result<PathBuf, ImageError> {
    let mut manifest = read(&path.join("index.json"))?;
    // An index may name further indexes, one below the other.
    for _ in 0..4 {
        let value: Value = serde_json::from_str(&manifest).unwrap_or_default();
        if let Some(config) = value.pointer("/config/digest") {
            return blob(path, config);
        }
        let manifests = value.get("manifests").and_then(Value::as_array).cloned().unwrap_or_default();
        let is_linux = |item: &&Value| {
            item.pointer("/platform/os") == Some(&"linux".into())
                && item.pointer("/platform/architecture") == Some(&"amd64".into())
        };
        let chosen = manifests.iter().find(is_linux).or_else(|| manifests.first());
        let digest = chosen.and_then(|item| item.get("digest")).cloned().unwrap_or_default();
        manifest = read(&blob(path, &digest)?)?;
    }
    Err(ImageError {
        path: path.to_owned(),
        message: "no image is found in this layout".to_owned(),
        next_step: "make it with `skopeo copy … oci:DIRECTORY`, or give the output of `crane config`",
    })
}

fn blob(path: &Path, digest: &Value) -> Result<PathBuf, ImageError> {
    let (algorithm, hash) = digest.as_str().and_then(|digest| digest.split_once(':')).unwrap_or_default();
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain(algorithm) && plain(hash) {
        return Ok(path.join("blobs").join(algorithm).join(hash));
    }
    Err(ImageError {
        path: path.to_owned(),
        message: "this is no OCI layout: a manifest names no digest".to_owned(),
        next_step: "make it with `skopeo copy … oci:DIRECTORY`, or give the output of `crane config`",
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn of(text: &str) -> Result<ImageConfig, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("Dockerfile");
        fs::write(&path, text).unwrap();
        dockerfile(&path).map_err(|error| error.message)
    }

    #[test]
    fn the_last_stage_of_a_dockerfile_counts() {
        let found =
            of("FROM golang AS build\nUSER 0\nFROM alpine:3\nEXPOSE 80/tcp 8443\nVOLUME [\"/data\"]\nUSER 4711:4711\n")
                .unwrap();
        assert_eq!(found.user.as_deref(), Some("4711:4711"));
        assert_eq!((found.ports, found.volumes), (vec![80, 8443], vec!["/data".to_owned()]));
        assert_eq!(found.lines, ConfigLines { user: Some(6), volumes: Some(5), ports: Some(4) });
        assert_eq!(of("FROM a AS base\nUSER app\nFROM base\nRUN true\n").unwrap().user.as_deref(), Some("app"));
        assert_eq!(of("FROM a\nUSER 7\nUSER root\n").unwrap().user, None);
        assert_eq!(of("FROM a\nUSER \"app\"\n").unwrap().user.as_deref(), Some("app"));
        assert_eq!(of("FROM a\nUSER 'app':\"app\"\n").unwrap().user.as_deref(), Some("app:app"));
        assert_eq!(of("FROM a\nUSER \"root\"\n").unwrap().user, None);
        assert_eq!(of("FROM a\nUSER \"app\n").unwrap().user.as_deref(), Some("\"app"));
        assert!(of("FROM a\nUSER 7\nFROM b\n").unwrap_err().contains("names no USER"));
        assert!(of("FROM a\nARG U\nUSER ${U}\n").unwrap_err().contains("a variable"));
        assert!(of("hello").is_err());
    }

    #[test]
    fn an_oci_layout_is_followed_to_its_configuration() {
        let directory = tempfile::tempdir().unwrap();
        let blobs = directory.path().join("blobs/sha256");
        fs::create_dir_all(&blobs).unwrap();
        let write = |name: &str, text: &str| fs::write(blobs.join(name), text).unwrap();
        fs::write(directory.path().join("index.json"), r#"{"manifests": [{"digest": "sha256:index"}]}"#).unwrap();
        write(
            "index",
            r#"{"manifests": [{"digest": "sha256:arm", "platform": {"os": "linux", "architecture": "arm64"}},
            {"digest": "sha256:amd", "platform": {"os": "linux", "architecture": "amd64"}}]}"#,
        );
        write("amd", r#"{"config": {"digest": "sha256:config"}, "layers": []}"#);
        write("config", r#"{"architecture": "amd64", "os": "linux", "config": {"User": "65532"}}"#);
        let (file, found) = configs(directory.path()).unwrap();
        assert_eq!((file, found[0].user.as_deref()), (blobs.join("config"), Some("65532")));
        fs::write(directory.path().join("index.json"), r#"{"manifests": [{"digest": "sha256:../../etc"}]}"#).unwrap();
        assert!(configs(directory.path()).unwrap_err().message.contains("no OCI layout"));
    }
}
