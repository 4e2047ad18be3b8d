import Fieldkeep
import Foundation
import Testing

extension Behaviours {
    @Suite(.timeLimit(.minutes(2))) struct Models {}
}

extension Behaviours.Models {
    @Test("B36 generated types and field names make the same edit")
    func b36() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            try await phone.conditions(offline)
            let customer = Customer.ID(try await phone.customer("Hansa"))
            let id = WorkOrder.ID(phone.newRecordId())
            try await phone.commit(
                WorkOrder.create(title: "Pump", status: .assigned, customer: customer, id: id) {
                    $0.due = Day("2026-04-01")
                    $0.laborHours = Decimal(string: "1.50")
                    $0.tags = ["roof"]
                    $0.site = Place(latitude: 53.5, longitude: 10)
                })
            let job = try #require(try await phone.get(id))
            #expect(
                job.customer == customer && job.due == Day("2026-04-01") && job.laborHours == Decimal(string: "1.5"))
            let typed = try await phone.edit(job) {
                $0.status = .inProgress
                $0.due = nil
            }
            let untyped = try await phone.edit(job.record) {
                $0.choice("status", "in_progress")
                $0.date("due", nil)
            }
            #expect(typed.operations.count == 1)
            #expect(untyped.operations.isEmpty, "there is nothing left to change")
            let list = WorkOrder.list(WorkOrder.Columns.status.equal(to: .inProgress))
            #expect(try await phone.find(list).models.map(\.id) == [id])
            try await phone.conditions(online)
            try await phone.synced(id.record)
            let values = try #require(try await site.records("work_order").first)["values"]
            #expect(values["status"].text == "in_progress" && values["due"].text == nil)
        }
    }

    @Test("what a screen keeps of a model comes back: days, references, choices; and fields have labels")
    func kept() throws {
        struct Kept: Codable, Equatable {
            let day: Day
            let job: WorkOrder.ID
            let status: WorkOrder.Status
            let site: Place
        }
        let kept = Kept(
            day: try #require(Day("2026-04-01")), job: WorkOrder.ID(RecordId("a")), status: .inProgress,
            site: Place(latitude: 53.5, longitude: 10))
        let json = try JSONEncoder().encode(kept)
        #expect(try JSONDecoder().decode(Kept.self, from: json) == kept)
        #expect(String(decoding: json, as: UTF8.self).contains("\"in_progress\""))
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Day.self, from: Data("\"tomorrow\"".utf8)) }
        #expect(WorkOrder.Columns.laborHours.label == "Labor hours" && WorkOrder.Columns.tags.name == "tags")
    }

    @Test(
        "B36 a misspelt field, a wrong choice, a wrong type and a field of the server do not compile",
        arguments: [
            ("title = \"Pump\"", nil), ("titel = \"Pump\"", "titel"), ("status = .done", "done"),
            ("status = WorkOrder.Priority.low", "cannot assign"), ("laborHours = \"1.5\"", "cannot assign"),
            ("customer = WorkOrder.ID(RecordId(text: \"x\"))", "cannot"), ("number = \"WO-1\"", "number"),
        ] as [(String, String?)])
    func b36DoesNotCompile(edit: String, error: String?) async throws {
        let said = try await Compiler.errors(
            of: "import Fieldkeep\nfunc edit(job: WorkOrder) -> Edit { job.changed { $0.\(edit) } }\n")
        if let error {
            #expect(said.contains { $0.contains(error) }, "\(said)")
        } else {
            #expect(said == [])
        }
    }
}
