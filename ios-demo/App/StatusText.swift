import FieldDemoModels
import Fieldkeep
import SwiftUI

/// What the core says in the tone of its severity: muted, amber or red.
struct StatusText: View {
    let line: StatusLine

    init(_ line: StatusLine) {
        self.line = line
    }

    var body: some View {
        VStack(alignment: .leading, spacing: 4) {
            Text(line.text).font(.subheadline).foregroundStyle(colour)
            ForEach(line.more, id: \.self) { words in Text(words).font(.caption).foregroundStyle(colour) }
        }
    }

    private var colour: Color {
        switch line.severity {
        case .quiet: .secondary
        case .banner: .orange
        case .blocking: .red
        }
    }
}

/// A short label, such as a status.
struct Tag: View {
    let text: String

    var body: some View {
        Text(text).font(.caption).padding(6).background(Color.gray.opacity(0.2))
    }
}

/// A name and its value.
struct Labelled: View {
    let label: String
    let value: String

    var body: some View {
        VStack(alignment: .leading) {
            Text(label).font(.caption).foregroundStyle(.secondary)
            Text(value)
        }
    }
}
