package io.fieldkeep.android

import io.fieldkeep.Battery
import io.fieldkeep.Conditions
import io.fieldkeep.NetworkKind

/** What Android says of the network and the battery, in plain facts. */
internal data class PhoneFacts(
    /** There is a default network. */
    val connected: Boolean = false,
    /** Somebody pays for each byte, as far as Android knows. */
    val metered: Boolean = true,
    /** The battery is low. */
    val batteryLow: Boolean = false,
    /** The person has switched the battery saver on, or Android has. */
    val powerSave: Boolean = false,
) {
    /** What they mean to Fieldkeep. */
    fun conditions(): Conditions {
        val network = when {
            !connected -> NetworkKind.NONE
            metered -> NetworkKind.METERED
            else -> NetworkKind.UNMETERED
        }
        val battery = when {
            powerSave -> Battery.SAVER
            batteryLow -> Battery.LOW
            else -> Battery.OK
        }
        return Conditions(network, battery)
    }
}

/** Whether Android would have said "battery low" before anybody listened. [percent] is below 0 where it is not known. */
internal fun isLow(percent: Int, charging: Boolean): Boolean = !charging && percent in 0..LOW_PERCENT

/** Where Android draws the line by default. */
private const val LOW_PERCENT = 15
