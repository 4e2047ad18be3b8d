/// A record's permanent name on this device. It never changes, also when the server gives the record an id of its own.
///
/// It is encoded as its text.
public struct RecordId: Hashable, Sendable, Codable, CodedAsText, CustomStringConvertible {
    /// The id as text, to be kept wherever the app likes.
    public let text: String

    /// An id that was kept as text.
    public init(_ text: String) {
        self.text = text
    }

    /// The same as ``text``.
    public var description: String { text }
}

/// A question to a person. It is encoded as its text.
public struct ReviewId: Hashable, Sendable, Codable, CodedAsText, CustomStringConvertible {
    /// The id as text.
    public let text: String

    /// An id that was kept as text.
    public init(_ text: String) {
        self.text = text
    }

    /// The same as ``text``.
    public var description: String { text }
}

/// One form on the screen. Saved twice with the same token, it is one operation.
///
/// It is encoded as its text.
public struct FormToken: Hashable, Sendable, Codable, CodedAsText, CustomStringConvertible {
    /// The token as text. Keep it with the draft, so that it survives a kill.
    public let text: String

    /// A token that was kept as text.
    public init(_ text: String) {
        self.text = text
    }

    /// A token for a form that opens now.
    public static func new() -> FormToken {
        newFormToken()
    }

    /// The same as ``text``.
    public var description: String { text }
}

/// What a person saw. A read hands it out, an edit hands it back; its text may be kept in a draft.
///
/// It is encoded as its text.
public struct SeenStamp: Hashable, Sendable, Codable, CodedAsText {
    /// The stamp as text, opaque.
    public let text: String

    /// A stamp that was kept as text.
    public init(_ text: String) {
        self.text = text
    }
}

/// What is encoded as its text alone, without a name around it: other programs read an id as the string that it is.
protocol CodedAsText {
    var text: String { get }
    init(_ text: String)
}

extension CodedAsText {
    /// From the text.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// As the text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
