import Foundation

/// A value behind a lock. (`Mutex` of the standard library would need iOS 18.)
package final class Guarded<Value>: @unchecked Sendable {
    // Unchecked: `value` is touched under `lock` alone, and what leaves `with` is Sendable.
    private var value: Value
    private let lock = NSLock()

    package init(_ value: sending Value) {
        self.value = value
    }

    /// Does something with the value. Must not call out, and must not block.
    package func with<Result: Sendable>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(&value)
    }
}
