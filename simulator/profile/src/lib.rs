//! Configuration profiles as syntax: spanned property lists, payload model, schema, lint, writer.
#![warn(missing_docs)]
