package io.fieldkeep

import kotlinx.coroutines.runBlocking
import java.io.File
import kotlin.test.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import kotlin.test.assertTrue

/** One folder, one opener; what cannot be opened is left as it is, or moved aside. */
class FolderTest {
    @Test
    fun `B21 a folder that is in use opens when the first has closed`() = runBlocking<Unit> {
        Site().use { site ->
            val folder = site.folder("shared")
            val keep = site.phone(folder = folder)
            assertFailsWith<OpenException.InUse> { site.phone(folder = folder) }
            Child("hold", folder.path, site.url, site.token("ana")).use { assertEquals("InUse", it.readLine()) }
            keep.close()
            Child("hold", folder.path, site.url, site.token("ana")).use { child ->
                assertEquals("open", child.readLine())
                assertFailsWith<OpenException.InUse> { site.phone(folder = folder) }
                child.kill()
            }
            site.phone(folder = folder).close()
        }
    }

    @Test
    fun `B22 each folder that cannot be opened has its own error and stays as it was`() = runBlocking<Unit> {
        Site().use { site ->
            val folder = site.folder("phone")
            site.phone(folder = folder).use { it.customer("Hansa") }
            val (first, second) = site.schemaJson to site.nextSchemaJson
            fun options(schema: String, user: String = "ana", roots: List<ByteArray> = emptyList()) =
                site.options(user, folder, schemaJson = schema, privateRoots = roots)
            assertEquals("ana", assertRefused<OpenException.WrongUser>(options(first, user = "ben")).owner)
            Fieldkeep.open(options(second)).close()
            val older = assertRefused<OpenException.SchemaOlder>(options(first))
            assertEquals(2L to 1L, older.stored to older.given)
            assertRefused<OpenException.SetUp>(options("{}"))
            assertRefused<OpenException.SetUp>(
                site.options(folder = folder, url = "not an address", schemaJson = second),
            )
            assertRefused<OpenException.SetUp>(options(second, roots = listOf("no certificate".toByteArray())))
            assertDamagedIsMovedAside(site)
            assertLockedIsUnavailable(site)
            Fieldkeep.open(options(second)).use { keep ->
                assertEquals("Hansa", keep.find(query("customer")).records.single()["name"]?.asText)
            }
        }
    }

    @Test
    fun `B23 work that waits survives closing and goes out`() = runBlocking<Unit> {
        Site().use { site ->
            val folder = site.folder("phone")
            val before = site.phone(folder = folder).use { keep ->
                keep.goOffline()
                val id = keep.customer("Hansa")
                keep.edit(keep.shown(id)) { text("city", "Ulm") }
                keep.outbox()
            }
            site.phone(folder = folder).use { keep ->
                keep.goOffline()
                val again = keep.outbox()
                assertEquals(before.map { it.operation to it.fields }, again.map { it.operation to it.fields })
                keep.goOnline()
                keep.syncNow()
                keep.awaitSynced(before.first().record)
                assertEquals("Ulm", site.value("customer", "city"))
            }
        }
    }

    private suspend fun assertDamagedIsMovedAside(site: Site) {
        val folder = site.folder("damaged")
        val rubbish = ByteArray(5_000) { 'x'.code.toByte() }
        File(folder, DATABASE).writeBytes(rubbish)
        val damaged = assertFailsWith<OpenException.Damaged> { site.phone(folder = folder) }
        val aside = File(folder, "$DATABASE.damaged-1")
        assertEquals(aside.path, damaged.keptAt, "it says where it lies")
        assertContentEquals(rubbish, aside.readBytes(), "moved, not touched")
        site.phone(folder = folder).use { keep ->
            assertEquals(listOf(aside), keep.damagedFiles(), "and again when it is asked")
            assertEquals(emptyList(), keep.find(query("customer")).records)
        }
    }

    /** Where the system hands out no file, as on a phone that has not been unlocked since its start. */
    private fun assertLockedIsUnavailable(site: Site) {
        val folder = site.folder("locked")
        assertTrue(File(folder, DATABASE).mkdir())
        runBlocking { assertRefused<OpenException.Unavailable>(site.options(folder = folder)) }
    }

    private suspend inline fun <reified T : OpenException> assertRefused(options: Options): T {
        val before = contents(File(options.folder))
        val refused = assertIs<T>(runCatching { Fieldkeep.open(options).close() }.exceptionOrNull())
        assertEquals(before, contents(File(options.folder)), "$refused")
        return refused
    }

    /** What is in the files; the lock file comes and goes. */
    private fun contents(folder: File): Map<String, Int?> = folder.walk()
        .filter { it != folder && it.extension != "lock" }
        .associate { it.name to if (it.isFile) it.readBytes().contentHashCode() else null }

    private companion object {
        const val DATABASE = "fieldkeep.db"
    }
}
