package io.fieldkeep.demo

import io.fieldkeep.ReaderLocale
import java.time.Instant
import java.time.LocalDate
import java.time.ZoneId
import java.time.format.DateTimeFormatter
import java.util.Locale

/** How the person at this device reads: the app's language and the device's time zone, which may change under way. */
class Reader(private val zone: () -> ZoneId = ZoneId::systemDefault) {
    /** For the sentences of the core. The offset is that of the moment [nowMs]. */
    fun locale(nowMs: Long): ReaderLocale {
        val offset = zone().rules.getOffset(Instant.ofEpochMilli(nowMs))
        return ReaderLocale(LANGUAGE, offset.totalSeconds / SECONDS_OF_A_MINUTE)
    }

    /** A moment: the time alone on the same day as [nowMs], else with its day. */
    fun moment(ms: Long, nowMs: Long): String {
        val moment = Instant.ofEpochMilli(ms).atZone(zone())
        val today = Instant.ofEpochMilli(nowMs).atZone(zone()).toLocalDate()
        return moment.format(if (moment.toLocalDate() == today) TIME else DAY_AND_TIME)
    }

    /** A moment of the next hours, to the second. */
    fun exactly(ms: Long): String = Instant.ofEpochMilli(ms).atZone(zone()).format(TIME_WITH_SECONDS)

    /** A moment as a part of a file's name. */
    fun stamp(ms: Long): String = Instant.ofEpochMilli(ms).atZone(zone()).format(FILE_NAME)

    /** A calendar day. */
    fun day(date: LocalDate): String = date.format(DAY)

    /** A calendar day of this year without the year. */
    fun shortDay(date: LocalDate): String = if (date.year == today().year) date.format(SHORT_DAY) else day(date)

    /** Today, where the person is. */
    fun today(): LocalDate = LocalDate.now(zone())

    companion object {
        /** The app's labels are English, so its sentences are, too. */
        const val LANGUAGE = "en"

        private const val SECONDS_OF_A_MINUTE = 60
        private val TIME = DateTimeFormatter.ofPattern("HH:mm", Locale.ENGLISH)
        private val TIME_WITH_SECONDS = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ENGLISH)
        private val FILE_NAME = DateTimeFormatter.ofPattern("yyyy-MM-dd-HH-mm-ss-SSS", Locale.ENGLISH)
        private val DAY_AND_TIME = DateTimeFormatter.ofPattern("d MMM, HH:mm", Locale.ENGLISH)
        private val SHORT_DAY = DateTimeFormatter.ofPattern("EEE d MMM", Locale.ENGLISH)
        private val DAY = DateTimeFormatter.ofPattern("EEE d MMM yyyy", Locale.ENGLISH)
    }
}
