// Made by `fieldkeep codegen` from schema version 1. Do not edit.
// swift-format-ignore-file

import Fieldkeep
import Foundation

/// Visit.
public struct Visit: Model, Identifiable, Equatable {
    public typealias ID = Ref<Visit>
    public static let recordType = "visit"

    public let record: Record
    public var id: ID { ID(record.id) }

    /// The record as this type; nil when it is of another one.
    public init?(_ record: Record) {
        guard record.recordType == Self.recordType else { return nil }
        self.record = record
    }

    /// Work order. Required.
    public var workOrder: WorkOrder.ID? { Columns.workOrder[record] }

    /// Started. Required.
    public var started: Date? { Columns.started[record] }

    /// Ended.
    public var ended: Date? { Columns.ended[record] }

    /// Summary.
    public var summary: String? { Columns.summary[record] }

    /// The fields by name and type, for lists.
    public enum Columns {
        public static let workOrder = SortableColumn<WorkOrder.ID>.reference("work_order", label: "Work order")
        public static let started = SortableColumn<Date>.instant("started", label: "Started")
        public static let ended = SortableColumn<Date>.instant("ended", label: "Ended")
        public static let summary = SortableColumn<String>.text("summary", label: "Summary")
    }

    /// What an edit sets. A field that is not touched stays as it is; nil empties it.
    public struct Changes: ModelChanges {
        public var edits: FieldEdits

        public init(shown: Record?) { edits = FieldEdits(shown: shown) }

        /// Work order. Required.
        public var workOrder: WorkOrder.ID? {
            get { edits[Columns.workOrder] }
            set { edits[Columns.workOrder] = newValue }
        }

        /// Started. Required.
        public var started: Date? {
            get { edits[Columns.started] }
            set { edits[Columns.started] = newValue }
        }

        /// Ended.
        public var ended: Date? {
            get { edits[Columns.ended] }
            set { edits[Columns.ended] = newValue }
        }

        /// Summary.
        public var summary: String? {
            get { edits[Columns.summary] }
            set { edits[Columns.summary] = newValue }
        }
    }

    /// An edit that makes a record.
    public static func create(
        workOrder: WorkOrder.ID,
        started: Date,
        id: ID? = nil,
        _ more: (inout Changes) -> Void = { _ in }
    ) -> Edit {
        var changes = Changes(shown: nil)
        changes.workOrder = workOrder
        changes.started = started
        more(&changes)
        return created(id: id, changes)
    }
}

extension Visit: EditableModel {}
