//! Definitions made by hand whose tasks are weak, or of which several containers or volumes count.

use serde_json::{Value, json};

use super::Sample;
use super::cases::{container, laid, merged, task};

/// A container with no size of its own.
fn bare() -> Value {
    json!({ "cpu": "absent", "memory": "absent", "memoryReservation": 64 })
}

/// A container that may run on Windows.
fn plain() -> Value {
    json!({ "linuxParameters": "absent", "ulimits": "absent", "readonlyRootFilesystem": "absent", "dockerSecurityOptions": "absent" })
}

/// What two lay over a container.
fn both(some: &Value, others: &Value) -> Value {
    let members = [some, others].into_iter().flat_map(|over| over.as_object().unwrap().clone());
    Value::Object(members.collect())
}

fn all(cases: impl IntoIterator<Item = (&'static str, Value, Value)>) -> Vec<Sample> {
    cases.into_iter().map(|(name, over, over_task)| laid(name, &over, &over_task)).collect()
}

/// What the task says of namespaces, roles, sizes and launch types.
pub(crate) fn tasks() -> Vec<Sample> {
    let bare = bare();
    all([
        ("pid-host", json!({}), json!({ "pidMode": "host" })),
        ("pid-task", json!({}), json!({ "pidMode": "task" })),
        ("pid-filled-in", json!({}), json!({ "pidMode": "${Pid}" })),
        ("ipc-host", json!({}), json!({ "ipcMode": "host" })),
        ("network-host", json!({}), json!({ "networkMode": "host" })),
        ("network-null", json!({}), json!({ "networkMode": null })),
        ("network-filled-in", json!({}), json!({ "networkMode": "${IfNetwork}" })),
        ("role-shared", json!({}), json!({ "taskRoleArn": "arn:aws:iam::123456789012:role/execution" })),
        ("role-shared-by-name", json!({}), json!({ "taskRoleArn": "execution" })),
        ("role-other", json!({}), json!({ "taskRoleArn": "arn:aws:iam::123456789012:role/app" })),
        ("role-empty", json!({}), json!({ "taskRoleArn": "", "executionRoleArn": "" })),
        ("role-blank", json!({}), json!({ "taskRoleArn": " ", "executionRoleArn": " " })),
        ("role-null", json!({}), json!({ "taskRoleArn": null, "executionRoleArn": null })),
        ("role-absent", json!({}), json!({ "executionRoleArn": "absent" })),
        ("role-filled-in", json!({}), json!({ "taskRoleArn": "${Role}", "executionRoleArn": "${Role}" })),
        (
            "role-filled-in-part",
            json!({}),
            json!({ "taskRoleArn": "arn:aws:iam::${Account}:role/app", "executionRoleArn": "arn:aws:iam::${Account}:role/app" }),
        ),
        ("roles-filled-in", json!({}), json!({ "taskRoleArn": "${Role}", "executionRoleArn": "${Other}" })),
        ("bare", bare.clone(), json!({})),
        ("bare-with-size", bare.clone(), json!({ "cpu": "1 vCPU", "memory": "1 GB" })),
        ("bare-with-no-size", bare.clone(), json!({ "cpu": "0", "memory": 0 })),
        ("bare-filled-in", bare.clone(), json!({ "cpu": "${Cpu}", "memory": "${Memory}" })),
        ("bare-fargate", bare.clone(), json!({ "requiresCompatibilities": ["FARGATE"] })),
        ("bare-fargate-and-ec2", bare.clone(), json!({ "requiresCompatibilities": ["FARGATE", "EC2"] })),
        ("bare-external", bare.clone(), json!({ "requiresCompatibilities": ["EXTERNAL"], "networkMode": "bridge" })),
        ("bare-targets-unset", bare.clone(), json!({ "requiresCompatibilities": "absent" })),
        ("bare-targets-filled-in", bare.clone(), json!({ "requiresCompatibilities": ["${Target}"] })),
        ("bare-targets-empty", bare.clone(), json!({ "requiresCompatibilities": [] })),
        (
            "external",
            json!({ "user": "absent" }),
            json!({ "requiresCompatibilities": ["EXTERNAL"], "networkMode": "bridge" }),
        ),
        ("managed", json!({ "user": "absent" }), json!({ "requiresCompatibilities": ["MANAGED_INSTANCES"] })),
    ])
}

/// What tells the operating system.
pub(crate) fn systems() -> Vec<Sample> {
    let windows = plain();
    let untold = |image: &str| both(&plain(), &json!({ "image": image, "user": "absent" }));
    all([
        (
            "windows",
            windows.clone(),
            json!({ "runtimePlatform": { "operatingSystemFamily": "WINDOWS_SERVER_2022_CORE" } }),
        ),
        (
            "windows-administrator",
            both(&windows, &json!({ "user": "containeradministrator" })),
            json!({ "runtimePlatform": { "operatingSystemFamily": "WINDOWS_SERVER_2022_CORE" } }),
        ),
        (
            "windows-root",
            both(&windows, &json!({ "user": "root" })),
            json!({ "runtimePlatform": { "operatingSystemFamily": "WINDOWS_SERVER_2022_CORE" } }),
        ),
        (
            "windows-bare",
            both(&windows, &bare()),
            json!({ "runtimePlatform": { "operatingSystemFamily": "WINDOWS_SERVER_2022_CORE" }, "cpu": "1024", "memory": "2048" }),
        ),
        ("family-filled-in", windows.clone(), json!({ "runtimePlatform": { "operatingSystemFamily": "${Family}" } })),
        ("platform-filled-in", windows.clone(), json!({ "runtimePlatform": "${Platform}" })),
        (
            "windows-by-image",
            untold("mcr.microsoft.com/windows/servercore:ltsc2022"),
            json!({ "runtimePlatform": "absent", "networkMode": "absent" }),
        ),
        (
            "windows-by-image-on-fargate",
            untold("mcr.microsoft.com/windows/servercore:ltsc2022"),
            json!({ "runtimePlatform": "absent", "requiresCompatibilities": ["FARGATE"] }),
        ),
        (
            "windows-by-image-and-linux-by-network",
            untold("mcr.microsoft.com/windows/servercore:ltsc2022"),
            json!({ "runtimePlatform": "absent", "networkMode": "bridge" }),
        ),
        (
            "windows-by-command",
            both(&untold("app:1"), &json!({ "command": ["powershell", "-Command", "serve"] })),
            json!({ "runtimePlatform": "absent" }),
        ),
        (
            "windows-by-path",
            both(&untold("app:1"), &json!({ "workingDirectory": "C:\\app" })),
            json!({ "runtimePlatform": "absent" }),
        ),
        (
            "windows-by-program",
            both(&untold("app:1"), &json!({ "entryPoint": ["c:\\app\\serve.exe"] })),
            json!({ "runtimePlatform": "absent" }),
        ),
        (
            "linux-by-cmd",
            both(&untold("app:1"), &json!({ "command": ["/app/cmd", "serve"] })),
            json!({ "runtimePlatform": "absent" }),
        ),
        ("nothing-tells-the-system", untold("app:1"), json!({ "runtimePlatform": "absent", "networkMode": "absent" })),
    ])
}

/// Volumes in the clear, and none.
pub(crate) fn volumes() -> Vec<Sample> {
    let windows = plain();
    all([
        (
            "efs",
            json!({}),
            json!({ "volumes": [{ "name": "data", "efsVolumeConfiguration": { "fileSystemId": "fs-1" } }] }),
        ),
        (
            "efs-encrypted",
            json!({}),
            json!({ "volumes": [{ "name": "data", "efsVolumeConfiguration": { "fileSystemId": "fs-1", "transitEncryption": "ENABLED" } }] }),
        ),
        (
            "efs-disabled",
            json!({}),
            json!({ "volumes": [{ "name": "data", "efsVolumeConfiguration": { "fileSystemId": "fs-1", "transitEncryption": "DISABLED" } }] }),
        ),
        ("efs-empty", json!({}), json!({ "volumes": [{ "name": "data", "efsVolumeConfiguration": {} }] })),
        (
            "efs-filled-in",
            json!({}),
            json!({ "volumes": [{ "name": "data", "efsVolumeConfiguration": { "fileSystemId": "fs-1", "transitEncryption": "${Transit}" } }, "${Volume}", { "name": "b", "efsVolumeConfiguration": "${IfEfs}" }] }),
        ),
        (
            "efs-on-windows",
            windows.clone(),
            json!({ "volumes": [{ "name": "data", "efsVolumeConfiguration": { "fileSystemId": "fs-1" } }], "runtimePlatform": { "operatingSystemFamily": "WINDOWS_SERVER_2022_CORE" } }),
        ),
        ("no-containers", json!({}), json!({ "containerDefinitions": [] })),
    ])
}

/// Places of the host, mounted to write and to read alone.
pub(crate) fn mounts() -> Vec<Sample> {
    let places = [
        "/",
        "/var/run/docker.sock",
        "/run//docker.sock/",
        "/var/cache/app",
        "/etc",
        "/etc/localtime",
        "/etc/ssl/certs/ca.pem",
        "/usr/share",
        "/proc",
        "/dev/shm",
        "/dev/null",
        "/var",
        "/var/lib/docker/volumes/x",
        "/srv",
        "/etcetera",
        "C:\\",
        "c:/programdata/docker",
        "C:\\Users\\a",
        "D:\\data",
        "\\\\.\\pipe\\docker_engine",
        "",
        "${Place}",
        "/srv/${Name}",
        "/srv/../etc",
    ];
    let mut samples = Vec::new();
    for (number, place) in places.into_iter().enumerate() {
        for (how, read_only) in [("write", json!(false)), ("read", json!("true")), ("unsaid", json!(null))] {
            let over =
                json!({ "mountPoints": [{ "sourceVolume": "place", "containerPath": "/x", "readOnly": read_only }] });
            let by_path =
                json!({ "volumes": [{ "name": "other" }, { "name": "place", "host": { "sourcePath": place } }] });
            let by_driver = json!({ "volumes": [{ "name": "place", "dockerVolumeConfiguration": {
                "driver": "local", "driverOpts": { "type": "none", "o": "rw, bind", "device": place },
            } }] });
            samples.push(laid(&format!("mount-{number:02}-{how}"), &over, &by_path));
            if how == "read" {
                samples.push(laid(&format!("mount-{number:02}-{how}-by-driver"), &over, &by_driver));
            }
        }
    }
    samples.push(laid(
        "mount-unused",
        &json!({}),
        &json!({ "volumes": [{ "name": "place", "host": { "sourcePath": "/" } }] }),
    ));
    samples
}

/// Several containers, of which one is weak, by each of them.
pub(crate) fn several() -> Vec<Sample> {
    let named = |name: &str, over: Value| merged(merged(container(), &over), &json!({ "name": name }));
    let weak = json!({ "readonlyRootFilesystem": false, "user": "root", "privileged": true });
    let router = json!({ "firelensConfiguration": { "type": "fluentbit" }, "user": "0", "image": "amazon/aws-for-fluent-bit:stable" });
    let proxy = json!({ "image": "public.ecr.aws/appmesh/aws-appmesh-envoy:v1.29.12.1-prod", "user": "1337", "readonlyRootFilesystem": "absent" });
    let mapped = json!({ "portMappings": [{ "containerPort": 8080, "name": "http", "appProtocol": "http" }] });
    let all: [(&str, Vec<Value>); 7] = [
        ("first-weak", vec![named("a", weak.clone()), named("b", json!({}))]),
        ("last-weak", vec![named("a", json!({})), named("b", json!({})), named("c", weak)]),
        ("none-weak", vec![named("a", json!({})), named("b", json!({}))]),
        (
            "firelens",
            vec![named("app", json!({ "logConfiguration": { "logDriver": "awsfirelens" } })), named("router", router)],
        ),
        ("service-connect", vec![named("app", mapped)]),
        ("app-mesh", vec![named("app", json!({})), named("envoy", proxy)]),
        ("one-filled-in", vec![named("a", json!({})), json!("${Container}"), json!("${IfContainer}")]),
    ];
    let mut samples: Vec<Sample> = all
        .into_iter()
        .map(|(name, containers)| Sample { name: format!("several-{name}"), definition: task(&containers, &json!({})) })
        .collect();
    let proxied = json!({ "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512", "proxyConfiguration": { "type": "APPMESH", "containerName": "envoy" } });
    samples.push(Sample {
        name: "several-proxied".into(),
        definition: task(&[named("app", json!({})), named("envoy", json!({ "user": "absent" }))], &proxied),
    });
    samples
}
