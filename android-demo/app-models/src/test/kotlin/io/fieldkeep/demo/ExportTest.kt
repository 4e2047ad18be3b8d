package io.fieldkeep.demo

import kotlinx.coroutines.flow.first
import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull
import kotlin.test.assertTrue

class ExportTest {
    @Test
    fun `what waits is written to a file of its own each time`() = Desk.at {
        session.navigation.openOutbox()
        val outbox = session.navigation.way.value.last().model as OutboxModel
        val files = List(2) {
            outbox.export()
            val words = outbox.message.first { it != null }.orEmpty()
            outbox.forgetMessage()
            assertTrue(words.startsWith("2 changes are written to ${session.exports.path}/unsent-"), words)
            File(words.substringAfter("written to "))
        }
        assertEquals(2, files.distinct().size)
        assertTrue(files.all { it.readLines().size == 3 }, "a head, and a line for each")
        assertEquals(2, session.keep.outbox().size)
    }

    @Test
    fun `an export that cannot be written says why`() = Desk.at {
        session.navigation.openOutbox()
        val outbox = session.navigation.way.value.last().model as OutboxModel
        session.exports.writeText("in the way")
        outbox.export()
        val words = outbox.message.first { it != null }.orEmpty()
        assertEquals("The files cannot be read now. Try again later.", words)
        outbox.forgetMessage()
        assertNull(outbox.message.value)
    }
}
