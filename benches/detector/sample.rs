//! What is put before the detector, and what is true of it.

use ecs_harden_transforms::secrets::{self, Nearby, Suspect};

/// What is true of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    /// A credential: it has to be found.
    Planted,
    /// No credential: nothing may be said of it.
    Decoy,
    /// Something that stands in for a credential and works as one where nobody changes it (`changeme`): it has to be found, as a
    /// placeholder. It counts in neither rate.
    StandIn,
}

/// Where a task definition holds it.
#[derive(Clone, Debug)]
pub(crate) enum Form {
    /// An environment variable, and the value of another beside it.
    Variable { name: String, value: String, beside: Option<String> },
    /// The words of a command, an entry point or a health check.
    Words(Vec<String>),
    /// An option of a log driver or a volume driver, or a label, by its name.
    Named { name: String, value: String },
}

/// One thing to judge.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) class: &'static str,
    pub(crate) truth: Truth,
    pub(crate) form: Form,
}

impl Form {
    pub(crate) fn variable(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::Variable { name: name.into(), value: value.into(), beside: None }
    }

    pub(crate) fn named(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::Named { name: name.into(), value: value.into() }
    }

    pub(crate) fn words(words: &[&str]) -> Self {
        Self::Words(words.iter().map(|&word| word.to_owned()).collect())
    }

    /// The line as a shell gets it, or its words as an array gives them.
    pub(crate) fn line(line: &str, in_shell: bool) -> Self {
        if in_shell { Self::words(&["sh", "-c", line]) } else { Self::words(&line.split(' ').collect::<Vec<_>>()) }
    }
}

impl Sample {
    /// What the detector says of it.
    pub(crate) fn judge(&self) -> Option<Suspect> {
        match &self.form {
            Form::Variable { name, value, beside } => {
                let nearby = Nearby::of([value.as_str()].into_iter().chain(beside.as_deref()));
                secrets::variable(name, value, nearby)
            }
            Form::Words(words) => secrets::words(&words.iter().map(String::as_str).collect::<Vec<_>>()),
            Form::Named { name, value } => secrets::option(name, value),
        }
    }
}
