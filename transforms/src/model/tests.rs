//! What the views read: a table for each question, with every kind of answer.

use super::*;
use crate::document::Document;

mod container;
mod image;
mod platform;
mod reading;
mod target;
mod task;

#[track_caller]
fn read(text: impl Into<String>) -> Document {
    Document::read(text.into()).expect("the text is a task definition")
}

/// A definition with these members beside its one container.
fn task(members: &str) -> Document {
    read(format!(r#"{{"family": "shop", "containerDefinitions": [{{"name": "web", "image": "web"}}], {members}}}"#))
}

/// A definition whose one container has these members beside its image.
fn container(members: &str) -> Document {
    read(format!(r#"{{"family": "shop", "containerDefinitions": [{{"image": "web", {members}}}]}}"#))
}

/// The first container that can be read.
#[track_caller]
fn first(document: &Document) -> ContainerView<'_> {
    TaskView::new(document).seen().into_iter().next().expect("a container can be read")
}
