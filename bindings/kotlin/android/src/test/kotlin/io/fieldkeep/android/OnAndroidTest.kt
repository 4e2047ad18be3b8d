package io.fieldkeep.android

import android.Manifest
import android.app.Application
import android.app.job.JobScheduler
import android.content.Context
import android.content.Intent
import android.net.ConnectivityManager
import android.net.NetworkCapabilities
import io.fieldkeep.Battery
import io.fieldkeep.Conditions
import io.fieldkeep.Fieldkeep
import io.fieldkeep.NetworkKind
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowLooper
import org.robolectric.shadows.ShadowNetwork
import org.robolectric.shadows.ShadowNetworkCapabilities
import javax.crypto.KeyGenerator

/** A subclass as an app writes it. */
class AppJobService : SyncJobService() {
    override suspend fun withFieldkeep(work: suspend (Fieldkeep) -> Unit) = Unit
}

/** What is said to Android and heard from it. */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [34], manifest = Config.NONE)
class OnAndroidTest {
    private val context: Application = RuntimeEnvironment.getApplication()
    private val scheduler = requireNotNull(context.getSystemService(JobScheduler::class.java))

    @Test
    fun `a job is armed, armed anew for a later time, and taken back`() {
        SyncJobService.arm(context, AppJobService::class.java, JOB)
        val armed = scheduler.allPendingJobs.single()
        assertEquals(AppJobService::class.java.name, armed.service.className)
        assertNotNull("it waits for a network", armed.requiredNetwork)
        assertEquals(0, armed.minLatencyMillis)
        assertFalse("it takes a permission", armed.isPersisted)
        shadowOf(context).grantPermissions(Manifest.permission.RECEIVE_BOOT_COMPLETED)
        SyncJobService.schedule(context, AppJobService::class.java, JOB, SyncPlan(4_000))
        val armedAnew = scheduler.allPendingJobs.single()
        assertEquals(4_000L to true, armedAnew.minLatencyMillis to armedAnew.isPersisted)
        SyncJobService.schedule(context, AppJobService::class.java, JOB, null)
        assertTrue(scheduler.allPendingJobs.isEmpty())
    }

    @Test
    fun `network and battery are told as they are and as they change`() {
        val connectivity = requireNotNull(context.getSystemService(ConnectivityManager::class.java))
        shadowOf(connectivity).setDefaultNetworkActive(false)
        val told = mutableListOf<Conditions>()
        val listening = PhoneListening(context) { told += it.conditions() }
        listening.begin()
        val callback = shadowOf(connectivity).networkCallbacks.single()
        assertEquals(listOf(Conditions(NetworkKind.NONE, Battery.OK)), told)
        val network = ShadowNetwork.newInstance(1)
        val capabilities = ShadowNetworkCapabilities.newInstance()
        callback.onCapabilitiesChanged(network, capabilities)
        assertEquals(NetworkKind.METERED, told.last().network)
        shadowOf(capabilities).addCapability(NetworkCapabilities.NET_CAPABILITY_NOT_METERED)
        callback.onCapabilitiesChanged(network, capabilities)
        assertEquals(Conditions(NetworkKind.UNMETERED, Battery.OK), told.last())
        broadcast(Intent.ACTION_BATTERY_LOW)
        assertEquals(Battery.LOW, told.last().battery)
        broadcast(Intent.ACTION_BATTERY_OKAY)
        callback.onLost(network)
        assertEquals(Conditions(NetworkKind.NONE, Battery.OK), told.last())
        listening.end()
        val heard = told.size
        broadcast(Intent.ACTION_BATTERY_LOW)
        assertEquals(heard, told.size)
        assertTrue(shadowOf(connectivity).networkCallbacks.isEmpty())
    }

    @Test
    fun `a token is kept encrypted and renewed once`() {
        val preferences = context.getSharedPreferences("ana", Context.MODE_PRIVATE)
        val key = KeyGenerator.getInstance("AES").generateKey()
        var renewed = 0
        val renew = { _: io.fieldkeep.AccessToken ->
            renewed += 1
            "renewed"
        }
        val tokens = StoredTokens(preferences, SealedBox { key }, renew)
        assertNull(tokens.current())
        assertNull("nobody is signed in", tokens.refresh(0u))
        val first = tokens.put("secret")
        assertTrue(preferences.all.values.none { "secret" in it.toString() })
        // After a restart.
        val again = StoredTokens(preferences, SealedBox { key }, renew)
        assertEquals(first, again.current())
        val second = requireNotNull(again.refresh(first.generation))
        assertEquals("renewed" to true, second.text to (second.generation > first.generation))
        assertEquals("one renewal is enough for both", second, again.refresh(first.generation))
        assertEquals(1, renewed)
        again.clear()
        assertNull(again.current())
        assertTrue(again.put("next").generation > second.generation)
        val otherPhone = StoredTokens(preferences, SealedBox { KeyGenerator.getInstance("AES").generateKey() }, renew)
        assertNull("the key is not in the backup", otherPhone.current())
    }

    @Test
    fun `an activity that starts and stops is heard`() {
        val told = mutableListOf<Boolean>()
        context.registerActivityLifecycleCallbacks(Counting(told::add))
        val activity = Robolectric.buildActivity(android.app.Activity::class.java).create().start()
        assertEquals(listOf(true), told)
        activity.stop()
        assertEquals(listOf(true, false), told)
    }

    private fun broadcast(action: String) {
        context.sendBroadcast(Intent(action))
        ShadowLooper.idleMainLooper()
    }

    private companion object {
        const val JOB = 7
    }
}
