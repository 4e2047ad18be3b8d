import Fieldkeep
import Foundation
import Testing

// That these types compile is the point: their schema's names are as awkward as its rules allow.
@Suite struct OddNames {
    @Test func namesThatTheLanguageNeedsAreWrittenDifferently() throws {
        let edit = RecordRecord.create(classField: "first") {
            $0.aB = true
            $0.aBField = Date(timeIntervalSince1970: 1)
            $0.string = .gelöscht
            $0.defaultField = Place(latitude: 1, longitude: 2)
        }
        guard case .create(let recordType, nil, let fields) = edit else {
            Issue.record("\(edit)")
            return
        }
        #expect(recordType == "record")
        #expect(fields["class"] == .text("first"))
        #expect(fields["a_b"] == .boolean(true))
        #expect(fields["a__b"] == .instant(1_000))
        #expect(fields["string"] == .choice("gelöscht"))
    }

    @Test func choicesKeepTheirNames() {
        let names = RecordRecord.StringChoice.all.map(\.name)
        #expect(names == ["1st", "→", "a b", "a-b", "unlisted", "string", "gelöscht", "de\"f$x"])
        #expect(RecordRecord.StringChoice(name: "unlisted") == .unlistedChoice)
        #expect(RecordRecord.StringChoice(name: "new") == .unlisted("new"))
    }

    @Test func theSchemaSurvivesBeingALiteral() throws {
        #expect(try checkSchema(json: Schema.json) == Schema.version)
    }
}
