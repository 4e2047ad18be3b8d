package io.fieldkeep.demo

import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNull

class DamagedTest {
    @Test
    fun `damaged files are put aside and the person says when to start again`() = Desk.at {
        app.close()
        val rubbish = "x".repeat(5_000)
        File(app.folder, "work/fieldkeep.db").writeText(rubbish)
        val other = FieldServiceApp(app.folder)
        other.start().join()
        val keptAt = assertIs<AppState.Damaged>(other.state.value).keptAt
        assertEquals(rubbish, File(keptAt).readText())
        assertNull(other.inBackground { it.outbox().size }, "not behind the person's back")
        other.sleep().join()
        other.wake().join()
        assertIs<AppState.Damaged>(other.state.value)
        other.startAgain().join()
        val keep = assertIs<AppState.Working>(other.state.value).session.keep
        assertEquals(listOf(File(keptAt)), keep.damagedFiles())
        assertEquals(emptyList(), keep.outbox())
        other.close()
    }
}
