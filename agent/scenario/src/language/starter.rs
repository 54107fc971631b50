//! What `handset scenario new` writes.

/// A commented suite of that name that passes the check; `name` must be a name ([`crate::is_name`]).
pub fn starter(name: &str, schema: &str) -> String {
    include_str!("starter.yaml").replace("{{name}}", name).replace("{{schema}}", schema)
}
