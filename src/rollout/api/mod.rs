//! AWS as the roll-out sees it: typed requests and answers over the [`Wire`], within the rates that ECS allows.
//!
//! An answer is read into the members that the roll-out needs; all others are passed over, so that a service that learns something new
//! breaks nothing.

mod answer;
mod codedeploy;
mod definitions;
mod deployments;
mod limits;
mod neighbours;
mod operations;
mod services;
mod task_sets;
mod tasks;

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

pub use codedeploy::{BlueGreen, CodeDeployment, DeploymentGroup, EcsService};
pub use definitions::{Described, Registered};
pub use deployments::{
    RevisionImage, Rollback, ServiceDeployment, ServiceDeploymentStatus, ServiceRevision, TargetRevision,
};
pub use neighbours::{Alarm, Identity, RolePermission, Starter, Stored, TaggedImage};
pub use operations::OPERATIONS;
pub use services::{
    Alarms, CapacityProvider, CircuitBreaker, Controller, Deployment, DeploymentConfiguration, LoadBalancer, Redeploy,
    Service, ServiceEvent, Strategy, Tag,
};
pub use task_sets::TaskSet;
pub use tasks::{Task, TaskContainer, TaskStatus};

use self::answer::{last, list, parsed, seconds};
use self::limits::{Bucket, Limits};
use super::port::{Api, Call, CallError, Clock, Effect, Failure, Wire};
use super::said::{Said, Shown, Veil};

/// AWS, through a wire and a clock.
pub struct Aws<'p> {
    wire: &'p dyn Wire,
    clock: &'p dyn Clock,
    limits: Limits,
    veil: RwLock<Veil>,
}

/// How often a write is tried that was surely not carried out.
const TRIES: u32 = 5;

impl<'p> Aws<'p> {
    /// AWS, with full buckets.
    pub fn new(wire: &'p dyn Wire, clock: &'p dyn Clock) -> Self {
        Self { wire, clock, limits: Limits::default(), veil: RwLock::default() }
    }

    /// From now on sentences of AWS show these names, and nothing of these values.
    pub fn veil(&self, names: impl IntoIterator<Item = String>, hidden: impl IntoIterator<Item = String>) {
        let mut veil = self.veil.write().unwrap_or_else(PoisonError::into_inner);
        veil.name(names);
        veil.hide(hidden);
    }

    /// What may be shown of a sentence of AWS.
    pub fn shown(&self, said: &Said) -> Shown {
        self.veil.read().unwrap_or_else(PoisonError::into_inner).over(said)
    }

    /// The region that calls go to.
    pub fn region(&self) -> &str {
        self.wire.region()
    }

    /// The clock that calls go by.
    pub fn clock(&self) -> &'p dyn Clock {
        self.clock
    }

    fn read<T: DeserializeOwned>(&self, api: Api, operation: &'static str, body: &Json) -> Result<T, CallError> {
        let bytes = self.send(api, operation, Effect::Reads, body.to_string().into_bytes())?;
        parsed(api, operation, &bytes)
    }

    fn write<T: DeserializeOwned>(&self, api: Api, operation: &'static str, body: &Json) -> Result<T, CallError> {
        let bytes = self.send(api, operation, Effect::Writes, body.to_string().into_bytes())?;
        parsed(api, operation, &bytes)
    }

    /// Sends bytes; a write that was surely not carried out is sent again after a while.
    fn send(&self, api: Api, operation: &'static str, effect: Effect, body: Vec<u8>) -> Result<Vec<u8>, CallError> {
        let call = Call { api, operation, body, effect };
        debug_assert!(operations::is_listed(&call), "{call:?} is not among the operations of api/operations.rs");
        let interrupted = |_| CallError::new(api, operation, Failure::Interrupted);
        let mut pause = Duration::from_secs(1);
        for _ in 1..TRIES {
            self.limits.take(Bucket::of(&call), self.clock).map_err(interrupted)?;
            match self.wire.call(&call) {
                Err(error) if effect == Effect::Writes && error.is_worth_another() => {
                    self.clock.wait(pause).map_err(interrupted)?;
                    pause *= 2;
                }
                done => return done.map_err(|error| self.veiled(error)),
            }
        }
        self.wire.call(&call).map_err(|error| self.veiled(error))
    }

    fn veiled(&self, error: CallError) -> CallError {
        error.under(&self.veil.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Which account this is.
    pub fn identity(&self) -> Result<Identity, CallError> {
        self.read(Api::Sts, "GetCallerIdentity", &json!({}))
    }
}
