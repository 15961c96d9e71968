//! The rows about containers.

use super::{
    Certainty::Doubtful,
    Level::Container,
    Limit,
    Says::{self, Filled, NoneOf, On, OneOf},
};
use crate::model::container::ContainerView;
use crate::model::read::Read;
use crate::model::target::LaunchType::{Fargate, ManagedInstances};

const MANAGED: &str = "AWS page \"Amazon ECS task definition parameters for Managed Instances\"";
const WINDOWS: &str = "AWS page \"Amazon ECS task definition differences for EC2 instances running Windows\"";

pub(super) const ROWS: &[Limit] = &[
    Limit::new("unsupported-privileged", Container, &["privileged"], On).refused_by(&[Fargate]).and_windows().told(
        "is privileged",
        "API member `ContainerDefinition.privileged`",
        "remove `privileged`",
    ),
    Limit::new(
        "unsupported-added-capability",
        Container,
        &["linuxParameters", "capabilities", "add"],
        Says::Container(adds_beyond_fargate),
    )
    .refused_by(&[Fargate])
    .told(
        "adds another capability than SYS_PTRACE",
        "API member `KernelCapabilities.add`",
        "take everything but SYS_PTRACE out of the list",
    ),
    Limit::new("unsupported-devices", Container, &["linuxParameters", "devices"], Filled).refused_by(&[Fargate]).told(
        "asks for devices of the host",
        "API member `LinuxParameters.devices`",
        "remove `devices`",
    ),
    Limit::new("unsupported-shared-memory-size", Container, &["linuxParameters", "sharedMemorySize"], Filled)
        .refused_by(&[Fargate, ManagedInstances])
        .told(
            "sizes its shared memory",
            "API member `LinuxParameters.sharedMemorySize`",
            "remove `sharedMemorySize`; a tmpfs at another path holds what needs more room",
        ),
    Limit::new("unsupported-max-swap", Container, &["linuxParameters", "maxSwap"], Filled)
        .refused_by(&[Fargate, ManagedInstances])
        .told("may swap", "API member `LinuxParameters.maxSwap`", "remove `maxSwap`"),
    Limit::new("unsupported-swappiness", Container, &["linuxParameters", "swappiness"], Filled)
        .refused_by(&[Fargate, ManagedInstances])
        .told("sets its swappiness", "API member `LinuxParameters.swappiness`", "remove `swappiness`"),
    Limit::new("unsupported-security-options", Container, &["dockerSecurityOptions"], Filled)
        .refused_by(&[Fargate, ManagedInstances])
        .told(
            "has Docker security options",
            "API member `ContainerDefinition.dockerSecurityOptions`",
            "remove `dockerSecurityOptions`",
        ),
    Limit::new("unsupported-extra-hosts", Container, &["extraHosts"], Filled)
        .refused_by(&[Fargate])
        .and_windows()
        .told("adds lines to /etc/hosts", "API member `ContainerDefinition.extraHosts`", "remove `extraHosts`"),
    // Managed Instances take them under host networking alone.
    Limit::new(
        "unsupported-extra-hosts-off-the-host",
        Container,
        &["extraHosts"],
        Says::Container(extra_hosts_off_the_host),
    )
    .refused_by(&[ManagedInstances])
    .told("adds lines to /etc/hosts without host networking", MANAGED, "remove `extraHosts`"),
    Limit::new("unsupported-dns-servers", Container, &["dnsServers"], Filled)
        .refused_by(&[Fargate, ManagedInstances])
        .and_windows()
        .told("names DNS servers", "API member `ContainerDefinition.dnsServers`", "remove `dnsServers`"),
    Limit::new("unsupported-dns-search-domains", Container, &["dnsSearchDomains"], Filled)
        .refused_by(&[Fargate, ManagedInstances])
        .and_windows()
        .told(
            "names DNS search domains",
            "API member `ContainerDefinition.dnsSearchDomains`",
            "remove `dnsSearchDomains`",
        ),
    Limit::new("unsupported-disabled-networking", Container, &["disableNetworking"], On)
        .refused_by(&[Fargate, ManagedInstances])
        .and_windows()
        .told(
            "switches networking off",
            "API member `ContainerDefinition.disableNetworking`",
            "remove `disableNetworking`",
        ),
    Limit::new("unsupported-links", Container, &["links"], Filled)
        .refused_by(&[Fargate, ManagedInstances])
        .and_windows()
        .told(
            "links to other containers",
            "API member `ContainerDefinition.links`",
            "remove `links`: the containers of an awsvpc task reach each other at localhost",
        ),
    Limit::new("unsupported-hostname", Container, &["hostname"], Filled).refused_by(&[Fargate, ManagedInstances]).told(
        "names its host",
        "API member `ContainerDefinition.hostname`",
        "remove `hostname`",
    ),
    Limit::new("unsupported-resource-requirements", Container, &["resourceRequirements"], Filled)
        .refused_by(&[Fargate])
        .told(
            "asks for a GPU or an accelerator",
            "API member `ContainerDefinition.resourceRequirements`",
            "remove `resourceRequirements`",
        ),
    Limit::new(
        "unsupported-log-driver-on-fargate",
        Container,
        &["logConfiguration", "logDriver"],
        NoneOf(&["awslogs", "splunk", "awsfirelens"]),
    )
    .refused_by(&[Fargate])
    .told(
        "logs with another driver than awslogs, splunk and awsfirelens",
        "API member `LogConfiguration.logDriver`",
        "use awslogs, splunk or awsfirelens",
    ),
    Limit::new(
        "unsupported-log-driver-on-managed-instances",
        Container,
        &["logConfiguration", "logDriver"],
        NoneOf(&["awslogs", "splunk", "awsfirelens", "json-file"]),
    )
    .refused_by(&[ManagedInstances])
    .told("logs with a driver of the host", MANAGED, "use awslogs, splunk or awsfirelens"),
    // The API member names json-file for Managed Instances, the page about them does not.
    Limit::new("doubtful-json-file", Container, &["logConfiguration", "logDriver"], OneOf(&["json-file"]))
        .refused_by(&[ManagedInstances])
        .merely(Doubtful),
    Limit::new("unsupported-read-only-root-on-windows", Container, &["readonlyRootFilesystem"], On).and_windows().told(
        "has a read-only root file system",
        "API member `ContainerDefinition.readonlyRootFilesystem`",
        "remove `readonlyRootFilesystem`",
    ),
    Limit::new("unsupported-linux-parameters-on-windows", Container, &["linuxParameters"], Filled).and_windows().told(
        "has Linux parameters",
        "API member `ContainerDefinition.linuxParameters`",
        "remove `linuxParameters`",
    ),
    Limit::new("unsupported-ulimits-on-windows", Container, &["ulimits"], Filled).and_windows().told(
        "has ulimits",
        "API member `ContainerDefinition.ulimits`",
        "remove `ulimits`",
    ),
    Limit::new("unsupported-system-controls-on-windows", Container, &["systemControls"], Filled).and_windows().told(
        "sets kernel parameters",
        "API member `ContainerDefinition.systemControls`",
        "remove `systemControls`",
    ),
    Limit::new("unsupported-firelens-on-windows", Container, &["firelensConfiguration"], Filled).and_windows().told(
        "is a FireLens router",
        WINDOWS,
        "remove `firelensConfiguration`, and log with awslogs",
    ),
];

fn adds_beyond_fargate(container: &ContainerView<'_>) -> bool {
    container.capabilities().is_ok_and(|lists| lists.add.iter().any(|name| name != "SYS_PTRACE"))
}

fn extra_hosts_off_the_host(container: &ContainerView<'_>) -> bool {
    let host = matches!(container.task().network_mode(), Read::Known("host") | Read::Unresolved(_));
    container.member("extraHosts").is_filled() && !host
}
