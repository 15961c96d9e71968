//! `ecs-harden completions` and `ecs-harden man`: what shells and `man` want to know of the command line, made from its definition.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Cli;
use super::args::generate::{Completions, Manual};
use super::{CliError, Exit};
use crate::context::Context;
use crate::output::{clean, counted};
use crate::source;

const NAME: &str = "ecs-harden";

/// Prints the completions for a shell.
pub(super) fn completions(arguments: &Completions, context: &mut Context) -> Result<Exit, CliError> {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), NAME, &mut text);
    let text = String::from_utf8_lossy(&text);
    // clap_complete 4.6 writes the hyphen of a program in two ways in what it makes for bash, and then no command has any flags.
    let text =
        if arguments.shell == Shell::Bash { text.replace("ecs__subcmd__harden", "ecs__harden") } else { text.into() };
    context.out.write_all(text.as_bytes())?;
    Ok(Exit::Clean)
}

/// Writes a page for the program and for each of its commands.
pub(super) fn man(arguments: &Manual, context: &mut Context) -> Result<Exit, CliError> {
    let mut command = Cli::command();
    command.build();
    let pages = pages(&command)?;
    for (name, text) in &pages {
        source::create(&arguments.directory.join(name), text)?;
    }
    let shown = clean(&arguments.directory.display().to_string());
    writeln!(context.err, "{shown}: wrote {}", counted(pages.len(), "page"))?;
    Ok(Exit::Clean)
}

/// The pages of a command and of those below it, by file name.
fn pages(command: &clap::Command) -> Result<Vec<(String, Vec<u8>)>, CliError> {
    let page = clap_mangen::Man::new(command.clone());
    let mut text = Vec::new();
    page.render(&mut text)?;
    let mut pages = vec![(page.get_filename(), text)];
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        pages.extend(self::pages(below)?);
    }
    Ok(pages)
}
