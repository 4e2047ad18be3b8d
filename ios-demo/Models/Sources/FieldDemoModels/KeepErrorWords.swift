import Fieldkeep

/// What a person can do about a failure.
func words(for error: any Error) -> String {
    if error is JobFormDraft.Unreadable { return "What was typed here last time cannot be read." }
    guard let refusal = error as? KeepError else { return "Something went wrong: \(error)" }
    return switch refusal {
    case .Invalid(let problems): problems.map { sentence($0.message) }.joined(separator: " ")
    case .NotFound: "This is not on this device any more."
    case .NotEditable: "This cannot be changed any more."
    case .BadStamp: "This has changed meanwhile. Look at it again."
    case .Merged: "This was merged into another record."
    case .FormTokenReused: "This was saved already. Open the form again to change more."
    case .Moved: "The other side has changed again. Look at both once more."
    case .ReviewClosed: "This question is answered already."
    case .PlanChanged: "Something else would be given up by now. Look at it again."
    case .Full: "There is no space left on this device. Free some and try again."
    case .Suspended, .Closed: "The app is resting. Try again."
    case .Unavailable: "The files cannot be read now. Try again later."
    case .Damaged: "The files on this device are damaged. Close this app and start it again."
    case .BadRequest(let words): "This cannot be done: \(words)"
    case .Internal(let words): "Something went wrong: \(words)"
    }
}

private func sentence(_ message: String) -> String {
    message.hasSuffix(".") ? message : message + "."
}
