//! Whether two revisions are the same.

use serde_json::Value as Json;

/// Whether `registered` is what registering `planned` makes.
pub fn is_same(planned: &Json, registered: &Json) -> bool {
    planned == registered
}
