//! Arguments of `export-rules`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::export::Language;

/// Arguments of `export-rules`.
#[derive(Debug, Args)]
#[command(
    after_help = "The rules look at single values, as `check` does without a policy. What takes more than that\n\
                  is left out: which capabilities an image needs, credentials told by their value, what ECS\n\
                  itself refuses. The head of the rules and standard error name it, pass by pass. What an\n\
                  intrinsic function fills in passes."
)]
pub struct ExportRules {
    /// Whose language
    #[arg(value_enum, value_name = "LANGUAGE")]
    pub language: ExportLanguage,
    /// Write what these passes look for alone
    #[arg(long, value_name = "PASS", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Write what all passes but these look for
    #[arg(long, value_name = "PASS", value_delimiter = ',', conflicts_with = "only")]
    pub skip: Vec<String>,
    /// Write there; - for standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// The languages of other gates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportLanguage {
    /// cfn-guard 3, for templates
    CfnGuard,
    /// Rego v1, for OPA and conftest: for templates, and for definitions as JSON
    Rego,
}

impl From<ExportLanguage> for Language {
    fn from(language: ExportLanguage) -> Self {
        match language {
            ExportLanguage::CfnGuard => Self::Guard,
            ExportLanguage::Rego => Self::Rego,
        }
    }
}
