import Fieldkeep
import Foundation
import Observation

/// Who works here, against which server, and what the network and the battery are like.
@MainActor
@Observable
public final class SettingsModel: Screen {
    /// What became of the last wish; nil when there is nothing to tell.
    public private(set) var notice: String?
    public let server: String
    public let user: String
    public let device: String

    @ObservationIgnored private let session: Session
    @ObservationIgnored private let wishes: Wishes

    init(_ session: Session) {
        self.session = session
        wishes = Wishes(session)
        server = session.settings.server
        user = session.settings.user
        device = session.keep.device
    }

    public var network: NetworkKind {
        get { session.conditions.network }
        set { tell(Conditions(network: newValue, battery: battery)) }
    }

    public var battery: Battery {
        get { session.conditions.battery }
        set { tell(Conditions(network: network, battery: newValue)) }
    }

    /// The person has a new token.
    public func signIn(_ token: String) {
        let text = token.trimmingCharacters(in: .whitespacesAndNewlines)
        if text.isEmpty { return }
        act { session in
            try await session.signIn(text)
            return "Signed in."
        }
    }

    public func leave() { wishes.end() }

    public func wake() {}

    private func tell(_ conditions: Conditions) {
        act { session in
            try await session.setConditions(conditions)
            return nil
        }
    }

    /// In order: what was chosen last is what holds.
    private func act(_ action: @escaping @MainActor (Session) async throws -> String?) {
        wishes.post { [self] in
            notice = try await action(session)
        } failed: { [self] error in
            notice = words(for: error)
        }
    }
}
