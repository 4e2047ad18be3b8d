import Testing

/// The behaviours of `docs/behaviours.md`, by theme. One after the other: each has a server of its own, and time limits
/// should measure the test, not its neighbours.
@Suite("Behaviours", .serialized)
enum Behaviours {}
