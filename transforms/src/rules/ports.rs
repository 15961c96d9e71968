//! Rules about ports, links, host names and kernel parameters of the network.

use super::{Flaw, Hit, Rule, Scene, containers_where, elements_where, repeated, said, unknown};
use crate::model::LaunchType::{Fargate, ManagedInstances};
use crate::model::{ContainerView, Read};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "host-port-differs",
        says: "maps a port to another one of the host, which awsvpc and host networking do not do",
        refused_by: &[],
        source: "API member `PortMapping.hostPort`",
        service: Some("host ports and container ports must match"),
        next_step: "leave hostPort out, or make it the container port",
        check: host_port_differs,
    },
    Rule {
        id: "ports-without-network",
        says: "maps ports under the network mode none",
        refused_by: &[],
        source: "API member `TaskDefinition.networkMode`",
        service: None,
        next_step: "remove `portMappings`, or change the network mode",
        check: |scene| {
            let none = scene.task.network_mode() == Read::Known("none");
            containers_where(scene, &["portMappings"], |it| none && it.member("portMappings").is_filled())
        },
    },
    Rule {
        id: "port-out-of-range",
        says: "maps a port above 65535",
        refused_by: &[],
        source: "API member `PortMapping.containerPort`",
        service: None,
        next_step: "use a port from 1 to 65535",
        check: |scene| {
            elements_where(scene, &["portMappings"], |_, mapping| {
                let of = |member: &'static str| {
                    let port = mapping.clone().member(member).number().known().filter(|port| *port > 65535)?;
                    Some(Flaw::new(member, port.to_string()))
                };
                of("containerPort").or_else(|| of("hostPort"))
            })
        },
    },
    Rule {
        id: "duplicate-port-name",
        says: "gives two port mappings one name",
        refused_by: &[],
        source: "API member `PortMapping.name`",
        service: None,
        next_step: "name each mapping differently",
        check: |scene| {
            let of = |container: &ContainerView<'_>| {
                let mappings = container.member("portMappings").list().items;
                let names = mappings.iter().map(|mapping| said(&mapping.clone().member("name")));
                let hits = repeated(names)
                    .into_iter()
                    .map(|(index, name)| Hit::element(container, &["portMappings"], index).at("name").about(name));
                hits.collect::<Vec<_>>()
            };
            scene.containers.iter().flat_map(of).collect()
        },
    },
    Rule {
        id: "unknown-protocol",
        says: "maps a port for a protocol that does not exist",
        refused_by: &[],
        source: "API type `TransportProtocol`",
        service: None,
        next_step: "use tcp or udp",
        check: |scene| port_enum(scene, "protocol", &["tcp", "udp"]),
    },
    Rule {
        id: "unknown-app-protocol",
        says: "maps a port for an application protocol that does not exist",
        refused_by: &[],
        source: "API type `ApplicationProtocol`",
        service: None,
        next_step: "use http, http2 or grpc, or leave appProtocol out",
        check: |scene| port_enum(scene, "appProtocol", &["http", "http2", "grpc"]),
    },
    Rule {
        id: "links-outside-bridge",
        says: "links to other containers, which takes the network mode bridge",
        refused_by: &[],
        source: "API member `ContainerDefinition.links`",
        service: None,
        next_step: "remove `links`, or set networkMode to bridge",
        check: |scene| {
            // Where Fargate or Managed Instances are a target, their rows say it.
            let told = scene.must_suit(Fargate) || scene.must_suit(ManagedInstances);
            let elsewhere = matches!(scene.task.network_mode(), Read::Known("awsvpc" | "host" | "none"));
            containers_where(scene, &["links"], |it| elsewhere && !told && it.member("links").is_filled())
        },
    },
    Rule {
        id: "hostname-under-awsvpc",
        says: "names its host, which the network mode awsvpc does not allow",
        refused_by: &[],
        source: "API member `ContainerDefinition.hostname`",
        service: None,
        next_step: "remove `hostname`",
        check: |scene| {
            let told = scene.must_suit(Fargate) || scene.must_suit(ManagedInstances);
            let awsvpc = scene.task.network_mode() == Read::Known("awsvpc");
            containers_where(scene, &["hostname"], |it| awsvpc && !told && it.member("hostname").is_filled())
        },
    },
    Rule {
        id: "extra-hosts-under-awsvpc",
        says: "adds lines to /etc/hosts, which the network mode awsvpc does not allow",
        refused_by: &[],
        source: "API member `ContainerDefinition.extraHosts`",
        service: None,
        next_step: "remove `extraHosts`",
        check: |scene| {
            let told = scene.must_suit(Fargate) || scene.must_suit(ManagedInstances);
            let awsvpc = scene.task.network_mode() == Read::Known("awsvpc");
            containers_where(scene, &["extraHosts"], |it| awsvpc && !told && it.member("extraHosts").is_filled())
        },
    },
    Rule {
        id: "unknown-link",
        says: "links to a container that the task does not have",
        refused_by: &[],
        source: "API member `ContainerDefinition.links`",
        service: None,
        next_step: "correct the name, or remove the link",
        check: |scene| {
            let of = |container: &ContainerView<'_>| {
                let links = container.member("links").list().items.into_iter().enumerate();
                let unknown = links.filter(|(_, link)| {
                    let name = said(link).map(|link| link.split(':').next().unwrap_or(link));
                    scene.complete && name.is_some_and(|name| scene.named(name).is_none())
                });
                unknown.map(|(index, _)| Hit::element(container, &["links"], index)).collect::<Vec<_>>()
            };
            scene.containers.iter().flat_map(of).collect()
        },
    },
    Rule {
        id: "network-control-on-the-host",
        says: "sets a kernel parameter of the network under host networking",
        refused_by: &[],
        source: "API type `SystemControl`",
        service: None,
        next_step: "remove the entry, or change the network mode",
        check: |scene| {
            let host = scene.task.network_mode() == Read::Known("host");
            control_where(scene, |namespace| host && namespace.starts_with("net."))
        },
    },
    Rule {
        id: "ipc-control-on-the-host",
        says: "sets a kernel parameter of shared memory while it shares that of the host",
        refused_by: &[],
        source: "API type `SystemControl`",
        service: None,
        next_step: "remove the entry, or change ipcMode",
        check: |scene| {
            let host = said(&scene.task.member("ipcMode")) == Some("host");
            control_where(scene, |namespace| host && (IPC.contains(&namespace) || namespace.starts_with("fs.mqueue.")))
        },
    },
    Rule {
        id: "unsupported-system-control",
        says: "sets a kernel parameter that belongs to no container",
        refused_by: &[],
        source: "API type `SystemControl`",
        service: None,
        next_step: "remove the entry; net.*, fs.mqueue.* and the parameters of shared memory can be set",
        check: |scene| {
            control_where(scene, |namespace| {
                !IPC.contains(&namespace) && !namespace.starts_with("fs.mqueue.") && !namespace.starts_with("net.")
            })
        },
    },
];

/// The parameters of System V shared memory that have a namespace of their own.
const IPC: [&str; 8] = [
    "kernel.msgmax",
    "kernel.msgmnb",
    "kernel.msgmni",
    "kernel.sem",
    "kernel.shmall",
    "kernel.shmmax",
    "kernel.shmmni",
    "kernel.shm_rmid_forced",
];

fn control_where(scene: &Scene<'_>, check: impl Fn(&str) -> bool) -> Vec<Hit> {
    elements_where(scene, &["systemControls"], |_, control| {
        let namespace = said(&control.clone().member("namespace"))?;
        check(namespace).then(|| Flaw::new("namespace", namespace))
    })
}

fn port_enum(scene: &Scene<'_>, member: &'static str, known: &[&str]) -> Vec<Hit> {
    elements_where(scene, &["portMappings"], |_, mapping| {
        unknown(&mapping.clone().member(member), known).map(|written| Flaw::new(member, written))
    })
}

fn host_port_differs(scene: &Scene<'_>) -> Vec<Hit> {
    if !matches!(scene.task.network_mode(), Read::Known("awsvpc" | "host")) {
        return Vec::new();
    }
    elements_where(scene, &["portMappings"], |_, mapping| {
        let port = mapping.clone().member("containerPort").number().known()?;
        // 0 leaves the choice to the host, and is not known to be refused.
        let host = mapping.clone().member("hostPort").number().known().filter(|host| *host != 0 && *host != port)?;
        Some(Flaw::new("hostPort", format!("{port} to {host}")))
    })
}
