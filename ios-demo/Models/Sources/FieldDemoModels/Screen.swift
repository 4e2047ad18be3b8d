/// What one screen shows and does. It lives from when the screen is opened until it is left, through any redrawing.
@MainActor
public protocol Screen: AnyObject {
    /// The screen was left: nothing is watched any more.
    func leave()

    /// The app was asleep: what is shown is put into words again.
    func wake()
}
