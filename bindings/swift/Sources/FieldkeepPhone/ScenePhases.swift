#if canImport(SwiftUI) && os(iOS)
import Fieldkeep
import SwiftUI

extension View {
    /// Suspends and resumes with the phase of the scene. For an app with one window; others use ``AppLifecycle``, which
    /// follows the app as a whole.
    public func follows(_ lifecycle: Lifecycle, phase: ScenePhase) -> some View {
        onChange(of: phase) { phase in
            switch phase {
            case .active, .inactive: Task { await lifecycle.go(to: .running) }
            case .background: Task { await lifecycle.go(to: .resting) }
            @unknown default: break
            }
        }
    }
}
#endif
