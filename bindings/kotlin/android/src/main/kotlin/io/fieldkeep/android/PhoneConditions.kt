package io.fieldkeep.android

import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.content.IntentFilter
import android.net.ConnectivityManager
import android.net.Network
import android.net.NetworkCapabilities
import android.os.BatteryManager
import android.os.PowerManager
import io.fieldkeep.Conditions
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.flow.distinctUntilChanged

/**
 * What the phone's network and battery are like: now, and whenever it changes. Hand each to `Fieldkeep.conditions`, for as
 * long as the process lives. Needs the permission `ACCESS_NETWORK_STATE`.
 */
fun phoneConditions(context: Context): Flow<Conditions> = callbackFlow {
    val listening = PhoneListening(context.applicationContext) { trySend(it.conditions()) }
    listening.begin()
    awaitClose { listening.end() }
}.conflate().distinctUntilChanged()

/** Hears what Android says, on Android's threads, and hands on the facts after each change. */
internal class PhoneListening(private val context: Context, private val told: (PhoneFacts) -> Unit) {
    private val connectivity = requireNotNull(context.getSystemService(ConnectivityManager::class.java))
    private val power = requireNotNull(context.getSystemService(PowerManager::class.java))
    private var facts = PhoneFacts()

    private val network = object : ConnectivityManager.NetworkCallback() {
        override fun onCapabilitiesChanged(network: Network, capabilities: NetworkCapabilities) {
            val unmetered = capabilities.hasCapability(NetworkCapabilities.NET_CAPABILITY_NOT_METERED)
            change { copy(connected = true, metered = !unmetered) }
        }

        override fun onLost(network: Network) = change { copy(connected = false) }
    }

    private val battery = object : BroadcastReceiver() {
        override fun onReceive(context: Context, intent: Intent) = when (intent.action) {
            Intent.ACTION_BATTERY_LOW -> change { copy(batteryLow = true) }
            Intent.ACTION_BATTERY_OKAY -> change { copy(batteryLow = false) }
            else -> change { copy(powerSave = power.isPowerSaveMode) }
        }
    }

    /** Says how it is now, and listens from then on. */
    fun begin() {
        val manager = requireNotNull(context.getSystemService(BatteryManager::class.java))
        val percent = manager.getIntProperty(BatteryManager.BATTERY_PROPERTY_CAPACITY)
        val capabilities = connectivity.getNetworkCapabilities(connectivity.activeNetwork)
        change {
            PhoneFacts(
                connected = capabilities != null,
                metered = capabilities?.hasCapability(NetworkCapabilities.NET_CAPABILITY_NOT_METERED) != true,
                batteryLow = isLow(percent, manager.isCharging),
                powerSave = power.isPowerSaveMode,
            )
        }
        val changes = IntentFilter(Intent.ACTION_BATTERY_LOW).apply {
            addAction(Intent.ACTION_BATTERY_OKAY)
            addAction(PowerManager.ACTION_POWER_SAVE_MODE_CHANGED)
        }
        context.registerReceiver(battery, changes)
        connectivity.registerDefaultNetworkCallback(network)
    }

    fun end() {
        connectivity.unregisterNetworkCallback(network)
        context.unregisterReceiver(battery)
    }

    /** Callbacks come on threads of their own: one change after the other. */
    @Synchronized
    private fun change(to: PhoneFacts.() -> PhoneFacts) {
        facts = facts.to()
        told(facts)
    }
}
