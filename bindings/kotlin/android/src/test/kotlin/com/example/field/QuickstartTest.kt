package com.example.field

import android.app.Activity
import android.app.Application
import android.content.Context
import io.fieldkeep.Fieldkeep
import io.fieldkeep.KeepException
import io.fieldkeep.OpenException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config
import org.robolectric.util.ReflectionHelpers
import java.io.File

/** The application of docs/quickstart-android.md as Android starts it, over the real core. */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [34], manifest = Config.NONE, application = FieldApp::class)
class QuickstartTest {
    private val app = RuntimeEnvironment.getApplication() as FieldApp

    @Test
    fun `made before Android has told it where it is, it touches nothing`() = runBlocking {
        val made = FieldApp()
        // Whatever it may have begun has run by now.
        repeat(1_000) { withContext(Dispatchers.Default) { yield() } }
        val context = ReflectionHelpers.ClassParameter.from(Context::class.java, app.baseContext)
        ReflectionHelpers.callInstanceMethod<Unit>(Application::class.java, made, "attach", context)
        made.onCreate()
        made.with { it.close() }
    }

    @Test
    fun `the first job opens it and it is suspended behind the last`() = runBlocking {
        val keep = app.with { keep -> keep.also { assertEquals(0, it.outbox().size) } }
        assertTrue(isSuspended(keep))
        app.with { assertEquals(0, it.outbox().size) }
        keep.close()
    }

    @Test
    fun `a phone that was locked once opens the next time`() = runBlocking {
        val locked = File(app.filesDir, "ana/fieldkeep.db").also { check(it.mkdirs()) }
        // Also for a screen: what fails there must not end it.
        val activity = Robolectric.buildActivity(Activity::class.java).create().start()
        assertTrue(runCatching { app.with { } }.exceptionOrNull() is OpenException.Unavailable)
        activity.stop()
        check(locked.delete())
        app.with { it.close() }
    }

    @Test
    fun `while a screen is shown it stays awake`() = runBlocking {
        val keep = app.with { it }
        val activity = Robolectric.buildActivity(Activity::class.java).create().start()
        until { !isSuspended(keep) }
        activity.stop()
        until { isSuspended(keep) }
        activity.restart()
        until { !isSuspended(keep) }
        activity.stop()
        until { isSuspended(keep) }
        keep.close()
    }

    private suspend fun isSuspended(keep: Fieldkeep) =
        runCatching { keep.outbox() }.exceptionOrNull() is KeepException.Suspended

    private suspend fun until(holds: suspend () -> Boolean) = withTimeout(60_000) { while (!holds()) yield() }
}
