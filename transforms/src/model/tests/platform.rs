//! The operating system: what is set, what the user says, what the definition shows.

use super::*;

fn os(document: &Document, wish: Option<Os>) -> Result<Os, TargetError> {
    let task = TaskView::new(document);
    let target = LaunchTarget::of(&task, &TargetWish::default()).expect("nothing is wished");
    Os::of(&task, &target, wish)
}

fn family(value: &str) -> Document {
    task(&format!(r#""runtimePlatform": {{"operatingSystemFamily": {value}}}, "networkMode": "awsvpc""#))
}

#[test]
fn what_is_set_counts_and_a_wish_must_not_contradict_it() {
    let contradicts = |set| Err(TargetError::OtherSystem { set });
    let cases = [
        (r#""LINUX""#, None, Ok(Os::Linux)),
        (r#""linux""#, None, Ok(Os::Linux)),
        (r#""WINDOWS_SERVER_2022_CORE""#, None, Ok(Os::Windows)),
        (r#""windows_server_2019_full""#, None, Ok(Os::Windows)),
        (r#""LINUX""#, Some(Os::Linux), Ok(Os::Linux)),
        (r#""LINUX""#, Some(Os::Windows), contradicts("Linux")),
        (r#""WINDOWS_SERVER_2025_FULL""#, Some(Os::Windows), Ok(Os::Windows)),
        (r#""WINDOWS_SERVER_2025_FULL""#, Some(Os::Linux), contradicts("Windows")),
        (r#""${os}""#, None, Ok(Os::Unknown)),
        (r#""${os}""#, Some(Os::Windows), Ok(Os::Windows)),
        ("${os}", None, Ok(Os::Unknown)),
        ("1", None, Ok(Os::Unknown)),
        ("1", Some(Os::Linux), Ok(Os::Linux)),
        ("null", None, Ok(Os::Unknown)),
        ("null", Some(Os::Windows), Ok(Os::Windows)),
        (r#""PLAN9""#, None, Ok(Os::Unknown)),
        (r#""PLAN9""#, Some(Os::Linux), Ok(Os::Linux)),
    ];
    for (value, wish, expected) in cases {
        assert_eq!(os(&family(value), wish), expected, "{value} with {wish:?}");
    }
}

#[test]
fn a_family_that_cannot_be_read_outweighs_what_the_rest_shows() {
    for platform in [r#"{"operatingSystemFamily": "${os}"}"#, "${platform}", r#""LINUX""#] {
        for rest in [r#""requiresCompatibilities": ["FARGATE"]"#, r#""pidMode": "task""#] {
            let document = task(&format!(r#""runtimePlatform": {platform}, {rest}"#));
            assert_eq!(os(&document, None), Ok(Os::Unknown), "{platform} with {rest}");
        }
    }
}

/// Ways to say what the target is, and the operating system of a task that shows nothing, and of one with a sign of Windows.
#[test]
fn the_launch_target_tells_the_system_where_it_is_not_inferred() {
    let sized = r#""networkMode": "awsvpc", "cpu": "256", "memory": "512""#;
    let cases = [
        (r#""requiresCompatibilities": ["FARGATE"]"#, Os::Linux, Os::Linux),
        (r#""requiresCompatibilities": ["EC2", "FARGATE"]"#, Os::Linux, Os::Linux),
        (r#""compatibilities": ["EC2", "FARGATE"]"#, Os::Linux, Os::Linux),
        (r#""requiresCompatibilities": ["MANAGED_INSTANCES"]"#, Os::Linux, Os::Linux),
        (r#""requiresCompatibilities": ["MANAGED_INSTANCES", "EC2"]"#, Os::Unknown, Os::Windows),
        (r#""requiresCompatibilities": ["EC2"]"#, Os::Unknown, Os::Windows),
        (r#""requiresCompatibilities": ["EXTERNAL"]"#, Os::Unknown, Os::Windows),
        (sized, Os::Linux, Os::Windows),
        (r#""networkMode": "awsvpc""#, Os::Unknown, Os::Windows),
        // The volume of the sign rules Managed Instances out.
        (r#""trustedExecutionConfiguration": {"isolationMode": "SHARED"}"#, Os::Linux, Os::Windows),
    ];
    for (members, plain, with_sign) in cases {
        assert_eq!(os(&task(members), None), Ok(plain), "{members}");
        let volume =
            r#""volumes": [{"name": "a", "fsxWindowsFileServerVolumeConfiguration": {"fileSystemId": "fs-1"}}]"#;
        assert_eq!(os(&task(&format!("{members}, {volume}")), None), Ok(with_sign), "{members} with a sign");
    }
}

#[test]
fn containers_alone_show_linux_unless_they_show_windows_or_rule_fargate_out() {
    let cases = [
        (r#""image": "web""#, Os::Linux),
        (r#""image": "mcr.microsoft.com/windows/servercore:ltsc2022""#, Os::Windows),
        (r#""image": "web", "hostname": "web""#, Os::Unknown),
        (r#""image": "web", "hostname": "web", "ulimits": [{"name": "nofile"}]"#, Os::Linux),
        (r#""image": "web", "privileged": true, "command": ["powershell"]"#, Os::Linux),
    ];
    for (members, expected) in cases {
        let texts = [format!(r#"[{{"name": "a", {members}}}]"#), format!(r#"{{"name": "a", {members}}}"#)];
        for text in texts {
            assert_eq!(os(&read(text.as_str()), None), Ok(expected), "{text}");
            let linux_only = text.contains("ulimits") || text.contains("privileged");
            let wished = if linux_only { Err(TargetError::OnlyLinux) } else { Ok(Os::Windows) };
            assert_eq!(os(&read(text.as_str()), Some(Os::Windows)), wished, "{text}");
        }
    }
}

#[test]
fn members_that_windows_tasks_may_not_have_show_linux() {
    let task_members = [
        r#""networkMode": "bridge""#,
        r#""networkMode": "host""#,
        r#""networkMode": "none""#,
        r#""pidMode": "task""#,
        r#""ipcMode": "host""#,
        r#""proxyConfiguration": {"containerName": "envoy"}"#,
    ];
    for members in task_members {
        let document = task(&format!(r#""requiresCompatibilities": ["EC2"], {members}"#));
        assert_eq!(os(&document, None), Ok(Os::Linux), "{members}");
    }
    let container_members = [
        r#""privileged": true"#,
        r#""readonlyRootFilesystem": true"#,
        r#""linuxParameters": {"initProcessEnabled": true}"#,
        r#""ulimits": [{"name": "nofile"}]"#,
        r#""systemControls": [{"namespace": "net.a"}]"#,
        r#""firelensConfiguration": {"type": "fluentbit"}"#,
    ];
    for members in container_members {
        assert_eq!(on_ec2(members), Ok(Os::Linux), "{members}");
        let with_sign = format!(r#"{members}, "command": ["powershell"]"#);
        assert_eq!(on_ec2(&with_sign), Ok(Os::Linux), "{with_sign}");
    }
    let empty = [
        r#""privileged": false"#,
        r#""privileged": null"#,
        r#""readonlyRootFilesystem": false"#,
        r#""linuxParameters": {}"#,
        r#""linuxParameters": ${linux}"#,
        r#""ulimits": []"#,
        r#""systemControls": []"#,
    ];
    for members in empty {
        assert_eq!(on_ec2(members), Ok(Os::Unknown), "{members}");
    }
}

/// The system of a container for EC2 alone, which by itself shows nothing.
fn on_ec2(members: &str) -> Result<Os, TargetError> {
    let text = format!(
        r#"{{"requiresCompatibilities": ["EC2"], "containerDefinitions": [{{"name": "a"}}, {{"name": "b", {members}}}]}}"#
    );
    os(&read(text), None)
}

#[test]
fn signs_of_windows_show_windows() {
    let signs = [
        r#""image": "mcr.microsoft.com/windows/servercore/iis""#,
        r#""image": "mcr.microsoft.com/dotnet/aspnet:8.0-nanoserver-1809""#,
        r#""image": "example/SERVERCORE:1""#,
        r#""image": "mcr.microsoft.com/windows:1""#,
        r#""image": "example/app:ltsc2022""#,
        r#""command": ["powershell", "-Command", "x"]"#,
        r#""command": ["PowerShell.exe"]"#,
        r#""entryPoint": ["cmd", "/S", "/C"]"#,
        r#""entryPoint": ["cmd.exe /S /C x"]"#,
        r#""entryPoint": ["C:\\app\\server.exe"]"#,
        r#""command": ["serve", "d:\\data"]"#,
        r#""command": ["\\Windows\\System32\\cmd.exe"]"#,
        r#""mountPoints": [{"containerPath": "C:\\data"}]"#,
        r#""mountPoints": [{"containerPath": "/a"}, {"containerPath": "c:\\data"}]"#,
        r#""workingDirectory": "C:\\app""#,
        r#""credentialSpecs": ["credentialspec:arn"]"#,
        r#""user": "ContainerAdministrator""#,
        r#""user": "containeruser""#,
    ];
    for sign in signs {
        assert_eq!(on_ec2(sign), Ok(Os::Windows), "{sign}");
    }
    let task_signs = [
        r#""volumes": [{"fsxWindowsFileServerVolumeConfiguration": {"fileSystemId": "fs-1"}}]"#,
        r#""volumes": [{"name": "a"}, {"name": "b", "host": {"sourcePath": "C:\\data"}}]"#,
    ];
    for sign in task_signs {
        let document = task(&format!(r#""requiresCompatibilities": ["EC2"], {sign}"#));
        assert_eq!(os(&document, None), Ok(Os::Windows), "{sign}");
    }
}

#[test]
fn what_only_resembles_a_sign_of_windows_shows_nothing() {
    let plain = [
        r#""image": "example/app:1""#,
        r#""image": "${image}""#,
        r#""command": ["./cmd-server"]"#,
        r#""command": ["http://example.com"]"#,
        r#""command": ["a:b"]"#,
        r#""command": ["1:/x"]"#,
        r#""command": ${command}"#,
        r#""command": [1, null]"#,
        r#""credentialSpecs": []"#,
        r#""user": "app""#,
        r#""workingDirectory": "/app""#,
    ];
    for members in plain {
        assert_eq!(on_ec2(members), Ok(Os::Unknown), "{members}");
    }
}

#[test]
fn systems_are_named_and_read_in_any_case() {
    assert_eq!([Os::Linux, Os::Windows, Os::Unknown].map(|os| os.to_string()), ["Linux", "Windows", "unknown"]);
    for (text, expected) in [("linux", Some(Os::Linux)), ("Windows", Some(Os::Windows)), ("unknown", None), ("", None)]
    {
        assert_eq!(text.parse::<Os>().ok(), expected, "{text}");
    }
}
