// Made by `fieldkeep codegen` from schema version 1. Do not edit.
// swift-format-ignore-file

import Fieldkeep
import Foundation

/// Note. Added and put away, never changed.
public struct Note: Model, Identifiable, Equatable {
    public typealias ID = Ref<Note>
    public static let recordType = "note"

    public let record: Record
    public var id: ID { ID(record.id) }

    /// The record as this type; nil when it is of another one.
    public init?(_ record: Record) {
        guard record.recordType == Self.recordType else { return nil }
        self.record = record
    }

    /// Work order. Required.
    public var workOrder: WorkOrder.ID? { Columns.workOrder[record] }

    /// Text. Required.
    public var text: String? { Columns.text[record] }

    /// Written at.
    public var writtenAt: Date? { Columns.writtenAt[record] }

    /// The fields by name and type, for lists.
    public enum Columns {
        public static let workOrder = SortableColumn<WorkOrder.ID>.reference("work_order", label: "Work order")
        public static let text = SortableColumn<String>.text("text", label: "Text")
        public static let writtenAt = SortableColumn<Date>.instant("written_at", label: "Written at")
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

        /// Text. Required.
        public var text: String? {
            get { edits[Columns.text] }
            set { edits[Columns.text] = newValue }
        }

        /// Written at.
        public var writtenAt: Date? {
            get { edits[Columns.writtenAt] }
            set { edits[Columns.writtenAt] = newValue }
        }
    }

    /// An edit that makes a record.
    public static func create(
        workOrder: WorkOrder.ID,
        text: String,
        id: ID? = nil,
        _ more: (inout Changes) -> Void = { _ in }
    ) -> Edit {
        var changes = Changes(shown: nil)
        changes.workOrder = workOrder
        changes.text = text
        more(&changes)
        return created(id: id, changes)
    }
}
