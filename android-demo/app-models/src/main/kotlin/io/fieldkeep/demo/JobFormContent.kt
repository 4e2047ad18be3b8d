package io.fieldkeep.demo

import io.fieldkeep.FormToken
import io.fieldkeep.demo.model.WorkOrder
import java.math.BigDecimal
import java.time.LocalDate

/** What stands in the form of a job, as it was typed. */
data class JobFormContent(
    val status: WorkOrder.Status?,
    val laborHours: String,
    val closeDate: LocalDate?,
    val description: String,
) {
    /** As a draft keeps it, with the token that makes two saves of it one. */
    internal fun asText(token: FormToken): String = textOf(
        mapOf(
            STATUS to status?.name.orEmpty(),
            LABOR_HOURS to laborHours,
            CLOSE_DATE to closeDate?.toString().orEmpty(),
            DESCRIPTION to description,
            TOKEN to token.text,
        ),
    )

    internal companion object {
        private const val STATUS = "status"
        private const val LABOR_HOURS = "labor_hours"
        private const val CLOSE_DATE = "close_date"
        private const val DESCRIPTION = "description"
        private const val TOKEN = "form_token"

        fun of(job: WorkOrder) = JobFormContent(
            status = job.status,
            laborHours = job.laborHours?.toPlainString().orEmpty(),
            closeDate = job.closeDate,
            description = job.description.orEmpty(),
        )

        /** Reads what [asText] wrote. */
        fun of(draft: String): JobFormContent {
            val kept = propertiesOf(draft)
            fun text(name: String) = kept.getProperty(name).orEmpty()
            return JobFormContent(
                status = text(STATUS).ifEmpty { null }?.let(WorkOrder.Status::of),
                laborHours = text(LABOR_HOURS),
                closeDate = text(CLOSE_DATE).ifEmpty { null }?.let(LocalDate::parse),
                description = text(DESCRIPTION),
            )
        }

        fun tokenIn(draft: String): FormToken =
            propertiesOf(draft).getProperty(TOKEN)?.let(::FormToken) ?: FormToken.new()
    }
}

/** A number as people type it, with a point or a comma; null when it is none. `1e9` is a number to programmers alone. */
internal fun decimalIn(text: String): BigDecimal? =
    text.trim().replace(',', '.').takeIf(PLAIN_NUMBER::matches)?.toBigDecimalOrNull()

private val PLAIN_NUMBER = Regex("[-+]?[0-9.]+")
