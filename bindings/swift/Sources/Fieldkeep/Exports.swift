// Records, queries, states, reviews and errors are declared once, in Rust. An app imports `Fieldkeep` and has them.
@_exported import FieldkeepTypes
