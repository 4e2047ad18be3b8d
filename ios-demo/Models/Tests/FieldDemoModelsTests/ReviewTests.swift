import Fieldkeep
import Testing

@testable import FieldDemoModels

extension Screens {
    @MainActor @Suite struct Reviewing {}
}

extension Screens.Reviewing {
    @Test("a conflict shows both sides, and mine is sent")
    func mine() async throws {
        try await Worker.with { ana in
            try await haveAConflict(ana)
            #expect(try ana.words(0) == "office changed Status. Review before sending again.")
            let (reviews, row) = try await openReviews(ana)
            #expect(try ana.row(0).title == row.title)
            #expect(row.question == "Status was changed here and in the office.")
            let sides = try #require(row.sides)
            #expect([sides.mine, sides.theirs, sides.base] == ["In progress", "Waiting for approval", "Assigned"])
            #expect(sides.theirsFrom.hasPrefix("office, "))
            #expect([row.mineLabel, row.theirsLabel] == ["Use mine", "Use theirs"])
            reviews.mine(row)
            try await until("the question is gone") { reviews.rows?.isEmpty == true }
            try await ana.settled()
            #expect(try await ana.site.job(ana.site.jobs[0])?("status") == "in_progress")
        }
    }

    @Test("theirs stands when the person says so")
    func theirs() async throws {
        try await Worker.with { ana in
            try await haveAConflict(ana)
            let (reviews, row) = try await openReviews(ana)
            reviews.theirs(row)
            try await ana.settled()
            try await until("theirs is shown") {
                try ana.row(0).status == "Waiting for approval" && ana.list.reviews == 0
            }
            #expect(try await ana.site.job(ana.site.jobs[0])?("status") == "waiting_for_approval")
        }
    }

    @Test("a third value is chosen and sent")
    func chosen() async throws {
        try await Worker.with { ana in
            try await haveAConflict(ana)
            let (reviews, row) = try await openReviews(ana)
            reviews.merge(row)
            guard case .chosen(let choices, let first) = reviews.merging[row.id] else {
                Issue.record("a status is chosen")
                return
            }
            #expect(first?.name == "in_progress")
            reviews.chooseMerged(row, try #require(choices.first { $0.label == "Complete" }))
            reviews.saveMerged(row)
            for try await items in try ana.session.keep.watchOutbox() where items.isEmpty { break }
            #expect(try await ana.site.job(ana.site.jobs[0])?("status") == "complete")
        }
    }

    @Test("texts are merged by hand")
    func typed() async throws {
        try await Worker.with { ana in
            try await ana.network(.none)
            try await ana.edit(0) { $0.description = "Mine" }
            try await ana.site.set(ana.site.jobs[0], #"{"description":"Theirs"}"#)
            try await ana.network(.unmetered)
            let (reviews, row) = try await openReviews(ana)
            reviews.merge(row)
            #expect(reviews.merging[row.id] == .typed("Mine"))
            reviews.typeMerged(row, "Mine and theirs")
            reviews.saveMerged(row)
            try await ana.settled()
            #expect(try await ana.site.job(ana.site.jobs[0])?("description") == "Mine and theirs")
        }
    }

    @Test("what does not fit the field is not taken as a third value")
    func unfit() async throws {
        try await Worker.with { ana in
            try await ana.network(.none)
            try await ana.edit(0) { $0.laborHours = "1" }
            try await ana.site.set(ana.site.jobs[0], #"{"labor_hours":"2"}"#)
            try await ana.network(.unmetered)
            let (reviews, row) = try await openReviews(ana)
            reviews.merge(row)
            reviews.typeMerged(row, "three")
            reviews.saveMerged(row)
            #expect(reviews.notices[row.id] == "This is no value for Labor hours.")
            reviews.typeMerged(row, "3")
            reviews.saveMerged(row)
            try await ana.settled()
            #expect(try await ana.site.job(ana.site.jobs[0])?("labor_hours") == "3")
        }
    }

    @Test("an answer to what has moved is not taken, and the question is shown again")
    func moved() async throws {
        try await Worker.with { ana in
            try await haveAConflict(ana)
            let (reviews, asItWasShown) = try await openReviews(ana)
            try await ana.site.set(ana.site.jobs[0], #"{"status":"cancelled"}"#)
            _ = try await ana.session.keep.syncNow()
            try await until("the other side has moved") { reviews.rows?.first?.sides?.theirs == "Cancelled" }
            reviews.mine(asItWasShown)
            try await until("it is said") {
                reviews.notices[asItWasShown.id] == "The other side has changed again. Look at both once more."
            }
            let row = try #require(reviews.rows?.first)
            reviews.mine(row)
            try await ana.settled()
            #expect(try await ana.site.job(ana.site.jobs[0])?("status") == "in_progress")
        }
    }

    /// The same field is changed here without a network, and in the office.
    private func haveAConflict(_ ana: Worker) async throws {
        try await ana.network(.none)
        try await ana.edit(0) { $0.status = .inProgress }
        try await ana.site.set(ana.site.jobs[0], #"{"status":"waiting_for_approval"}"#)
        try await ana.network(.unmetered)
        try await until("a person is asked") { try ana.words(0).hasSuffix("Review before sending again.") }
        try await until("it is counted") { try ana.list.reviews == 1 }
    }

    /// The screen, and its one question.
    private func openReviews(_ ana: Worker) async throws -> (ReviewsModel, ReviewRow) {
        try ana.session.navigation.openReviews()
        let reviews = try ana.top(ReviewsModel.self)
        try await until("there is a question") { reviews.rows?.count == 1 }
        return (reviews, try #require(reviews.rows?.first))
    }
}
