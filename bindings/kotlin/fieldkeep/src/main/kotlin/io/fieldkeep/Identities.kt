package io.fieldkeep

/** A record's permanent name on this device. It never changes, also when the server gives the record an id of its own. */
@JvmInline
value class RecordId(val text: String) {
    override fun toString() = text
}

/** A question to a person. */
@JvmInline
value class ReviewId(val text: String) {
    override fun toString() = text
}

/** One form on the screen. Saved twice with the same token, it is one operation. */
@JvmInline
value class FormToken(val text: String) {
    override fun toString() = text

    companion object {
        /** A token for a form that opens now. */
        fun new(): FormToken = io.fieldkeep.ffi.newFormToken()
    }
}

/** What a person saw. A read hands it out, an edit hands it back; its text may be kept in a bundle or a draft. */
@JvmInline
value class SeenStamp(val text: String)
