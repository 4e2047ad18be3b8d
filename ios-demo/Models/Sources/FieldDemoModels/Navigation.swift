import Observation

/// A place in the app, with the model of its screen.
public enum Destination: Hashable {
    case job(JobModel)
    case jobForm(JobFormModel)
    case outbox(OutboxModel)
    case reviews(ReviewsModel)
    case settings(SettingsModel)

    @MainActor var screen: any Screen {
        switch self {
        case .job(let model): model
        case .jobForm(let model): model
        case .outbox(let model): model
        case .reviews(let model): model
        case .settings(let model): model
        }
    }

    private var identity: ObjectIdentifier {
        switch self {
        case .job(let model): ObjectIdentifier(model)
        case .jobForm(let model): ObjectIdentifier(model)
        case .outbox(let model): ObjectIdentifier(model)
        case .reviews(let model): ObjectIdentifier(model)
        case .settings(let model): ObjectIdentifier(model)
        }
    }

    /// The same screen, not one like it.
    public static func == (left: Destination, right: Destination) -> Bool { left.identity == right.identity }

    /// By the screen.
    public func hash(into hasher: inout Hasher) { hasher.combine(identity) }
}

/// The places from the job list to where the person is. It outlives any redrawing of the screen.
@MainActor
@Observable
public final class Navigation {
    /// The job list, below everything else; nil when the app has been closed.
    public private(set) var jobs: JobListModel?
    /// The way from there; the last place is the one to show. The system shortens it when somebody goes back.
    public var way: [Destination] = [] {
        didSet {
            for left in oldValue where !way.contains(left) { left.screen.leave() }
        }
    }

    @ObservationIgnored private weak var session: Session?

    init() {}

    func begin(_ session: Session) {
        self.session = session
        jobs = JobListModel(session)
    }

    /// Every screen is left.
    func end() {
        way = []
        jobs?.leave()
        jobs = nil
    }

    func wake() {
        jobs?.wake()
        for place in way { place.screen.wake() }
    }

    public func openJob(_ id: WorkOrder.ID) {
        if case .job(let model)? = way.last, model.id == id { return }
        open { .job(JobModel($0, id)) }
    }

    public func openJobForm(_ id: WorkOrder.ID) {
        if case .jobForm(let model)? = way.last, model.id == id { return }
        open { .jobForm(JobFormModel($0, id)) }
    }

    public func openOutbox() {
        if case .outbox? = way.last { return }
        open { .outbox(OutboxModel($0)) }
    }

    public func openReviews() {
        if case .reviews? = way.last { return }
        open { .reviews(ReviewsModel($0)) }
    }

    public func openSettings() {
        if case .settings? = way.last { return }
        open { .settings(SettingsModel($0)) }
    }

    /// One step back.
    public func back() {
        if !way.isEmpty { way.removeLast() }
    }

    /// Leaves the place of that model, wherever it is; a second time it does nothing.
    func close(_ screen: any Screen) {
        way.removeAll { $0.screen === screen }
    }

    private func open(_ place: (Session) -> Destination) {
        guard let session else { return }
        way.append(place(session))
    }
}
