//! What placement asks of instances: the attributes that a revision requires (ECS API model, `TaskDefinition.requiresAttributes`).

/// What `after` asks for and `before` did not, in the order in which ECS tells it.
pub fn new_attributes(before: &[String], after: &[String]) -> Vec<String> {
    after.iter().filter(|attribute| !before.contains(attribute)).cloned().collect()
}

/// The attributes that no instance has, by the names of what each instance has. Where all are had and no single instance has them
/// together, nothing is told: tasks are still not placed then, which the service's events say.
pub fn unplaceable(attributes: &[String], instances: &[Vec<String>]) -> Vec<String> {
    let has = |attribute: &&String| instances.iter().any(|instance| instance.contains(attribute));
    attributes.iter().filter(|attribute| !has(attribute)).cloned().collect()
}
