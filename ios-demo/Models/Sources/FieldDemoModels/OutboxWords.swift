import Fieldkeep

/// What an operation does.
func words(for kind: ChangeKind, _ recordType: String, _ fields: [String]) -> String {
    switch kind {
    case .create: "New \(fieldLabel(recordType).lowercased())"
    case .patch: "Change of \(fields.map { fieldLabel($0).lowercased() }.joined(separator: " and "))"
    case .archive: "Archive"
    case .reopen: "Reopen"
    case .signoff: "Sign-off"
    }
}

/// Why something waits, as a label. `other` is what it waits for, where that is another item or record.
func words(for why: WhyWaiting, _ other: String?) -> String {
    switch why {
    case .ready: "Goes out with the next step"
    case .inFlight: "On its way"
    case .behindShipment: "After the answer to an earlier change"
    case .behindEarlier: "After an earlier change: \(other ?? "")"
    case .behindBarrier: "After an earlier step: \(other ?? "")"
    case .review: "Needs your review"
    case .paused: "Paused"
    case .needsUpdate: updateWords
    case .forParent: "After what it belongs to: \(other ?? "")"
    case .group: "Together with: \(other ?? "")"
    case .bounced: "Others keep changing this"
    case .later: "The server asked for it later"
    case .lane(_, let reason): words(for: reason)
    case .offline: "No connection"
    case .signIn: "Sign in to send it"
    case .wrongUser: "Somebody else is signed in"
    }
}

private let updateWords = "Update this app to send it"

private func words(for reason: LaneReason) -> String {
    switch reason {
    case .unreachable: "The server could not be reached"
    case .serverTrouble: "The server has a problem"
    case .serverBusy: "The server is busy"
    case .unreadable: "The answer could not be read"
    case .portal: "This network wants you to log in"
    case .clockWrong: "The clock of this device is wrong"
    case .signIn: "Sign in to send it"
    case .wrongUser: "Somebody else is signed in"
    case .appTooOld: updateWords
    case .regained: "The connection has just come back"
    }
}

/// When an item is tried again, corrected device time in milliseconds; nil when that is not a question of time.
func dueMs(_ why: WhyWaiting) -> Int64? {
    switch why {
    case .bounced(let dueMs), .later(let dueMs), .lane(let dueMs, _): dueMs
    default: nil
    }
}

/// What "Sync now" achieved.
func words(for report: SyncReport) -> String {
    let sent = report.items.filter { $0.answer == .applied }.count
    let refused = report.items.filter { $0.answer == .refused }.count
    let parts = [
        counted(sent, "change sent", "changes sent"),
        counted(refused, "not taken", "not taken"),
        counted(Int(report.waiting), "still waits", "still wait"),
        counted(Int(report.reviews), "needs your review", "need your review"),
    ].compactMap { $0 }
    let outcome = words(for: report.outcome)
    return parts.isEmpty ? outcome : "\(outcome) \(parts.joined(separator: ", "))."
}

private func words(for outcome: SyncOutcome) -> String {
    switch outcome {
    case .done: "Done."
    case .offline: "There is no connection."
    case .signIn: "Sign in first, in the settings."
    case .wrongUser: "Somebody else is signed in."
    case .serverAskedToWait(let waitMs): "The server asked to wait \(inSeconds(waitMs))."
    case .failed(_, let waitMs): "It did not work. It is tried again in \(inSeconds(waitMs))."
    case .outOfTime: "There was not enough time for everything."
    }
}

private func inSeconds(_ ms: Int64) -> String {
    let seconds = (ms + 999) / 1_000
    return seconds == 1 ? "1 second" : "\(seconds) seconds"
}

private func counted(_ count: Int, _ one: String, _ many: String) -> String? {
    switch count {
    case 0: nil
    case 1: "1 \(one)"
    default: "\(count) \(many)"
    }
}
