//! Ports below 1024, and who may bind them after the run.

use super::Setting;
use super::user::LOW_PORTS;
use crate::model::{ContainerView, LowPort, Read, Why};
use crate::pass::{Obstacle, Provenance, Source, Voucher};

/// Who says that the container needs an entry that opens low ports to its new user, if it does.
pub(super) fn low_ports(setting: &Setting<'_>, container: &ContainerView<'_>) -> Result<Option<Voucher>, Obstacle> {
    let mapped = Voucher::at(Provenance::Definition, Source::of_container(container.index(), "portMappings"));
    let (port, lowest, by) = match container.low_port() {
        LowPort::No => match own_port(setting, container) {
            Some((port, by)) => (format!("port {port}, as its image does by itself"), u64::from(port), by),
            None => return Ok(None),
        },
        LowPort::Yes(port) => (format!("port {port}"), port, mapped),
        LowPort::Maybe(_) => ("a port that is unresolved and may be below 1024".to_owned(), 1, mapped),
    };
    match setting.task.network_mode() {
        Read::Known("host") => {
            let next_step = if setting.target.only_fargate() {
                "set `networkMode` to \"awsvpc\", the only one that Fargate takes"
            } else {
                "move the container to a port of 1024 or above, or to another network mode"
            };
            return Err(Obstacle::new(
                format!(
                    "it listens on {port} under host networking, where no system control can open low ports to a user"
                ),
                next_step,
            ));
        }
        _ if setting.target.only_fargate() => {}
        Read::Unresolved(why) => {
            let unread = Obstacle::unresolved(&format!("it listens on {port}, and `networkMode`"), why);
            let next_step = match why {
                Why::OutsideThisFile => {
                    "name the launch type if it is Fargate: --launch-type fargate; else check the whole task definition"
                        .into()
                }
                Why::Placeholder | Why::MayBeHidden | Why::WrongType => unread.next_step,
            };
            return Err(Obstacle { next_step, ..unread });
        }
        Read::Absent | Read::Known(_) => {}
    }
    let own = own_entry(container, lowest)?;
    if let Some(why) = setting.hidden {
        return Err(Obstacle::unresolved(
            "a container beside it, which may keep low ports closed for the whole task,",
            why,
        ));
    }
    let elsewhere = setting.seen.iter().filter(|other| other.index() != container.index());
    for other in elsewhere {
        conflict(other, lowest, !own)?;
    }
    Ok((!own).then_some(by))
}

/// The port below 1024 that a known image listens on, where nothing says which port it is.
fn own_port(setting: &Setting<'_>, container: &ContainerView<'_>) -> Option<(u16, Voucher)> {
    let says_nothing = !container.member("portMappings").is_filled();
    let image = setting.image(container).filter(|_| says_nothing)?;
    Some((image.entry().low_ports.iter().min().copied()?, image.ports_by))
}

/// Whether the container has an entry of its own that opens `lowest` already.
fn own_entry(container: &ContainerView<'_>, lowest: u64) -> Result<bool, Obstacle> {
    let controls = container
        .system_controls()
        .map_err(|why| Obstacle::unresolved("`systemControls`, where a low port may have to be opened,", why))?;
    let mut own = false;
    for control in controls {
        match (control.namespace, control.value) {
            (Read::Known(LOW_PORTS), value) => {
                check_entry(container, &value, lowest)?;
                own = true;
            }
            (Read::Unresolved(why), _) => return Err(Obstacle::unresolved("a namespace in `systemControls`", why)),
            _ => {}
        }
    }
    Ok(own)
}

/// Under `awsvpc` the parameter belongs to the task, and the container that starts last wins.
fn conflict(other: &ContainerView<'_>, lowest: u64, adds_zero: bool) -> Result<(), Obstacle> {
    let field =
        |what: &str| format!("{what} of {}, which may keep low ports closed for the whole task,", other.title());
    let unread = |why| Obstacle::unresolved(&field("`systemControls`"), why);
    for control in other.system_controls().map_err(unread)? {
        match control.namespace {
            Read::Known(LOW_PORTS) => {
                check_entry(other, &control.value, lowest)?;
                if adds_zero && !matches!(&control.value, Read::Known(text) if text.trim() == "0") {
                    return Err(Obstacle::new(
                        format!(
                            "{} sets {LOW_PORTS} to another value than \"0\", and the one started last decides",
                            other.title()
                        ),
                        format!("set the entry of {} to \"0\" by hand", other.title()),
                    ));
                }
            }
            Read::Unresolved(why) => {
                return Err(Obstacle::unresolved(&field("a namespace in `systemControls`"), why));
            }
            Read::Known(_) | Read::Absent => {}
        }
    }
    Ok(())
}

fn check_entry(container: &ContainerView<'_>, value: &Read<&str>, lowest: u64) -> Result<(), Obstacle> {
    match value {
        Read::Known(text)
            if text.trim().parse::<u64>().is_ok_and(|start| start <= lowest && (start == 0 || lowest > 1)) =>
        {
            Ok(())
        }
        Read::Unresolved(why) => Err(Obstacle::unresolved(&format!("the value of {LOW_PORTS}"), *why)),
        _ => Err(Obstacle::new(
            format!("{} sets {LOW_PORTS} to a value that keeps the port closed", container.title()),
            format!("set the entry of {} to \"0\" by hand", container.title()),
        )),
    }
}
