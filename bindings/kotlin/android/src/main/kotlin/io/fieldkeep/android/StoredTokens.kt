package io.fieldkeep.android

import android.content.Context
import android.content.SharedPreferences
import android.util.Base64
import io.fieldkeep.AccessToken
import io.fieldkeep.Tokens

/**
 * Keeps one user's bearer token in the app's preferences, encrypted with a key of Android's keystore. After [put] and
 * [clear] call `Fieldkeep.tokenChanged`. Exclude the preferences from backups: another phone has another key.
 */
class StoredTokens internal constructor(
    private val preferences: SharedPreferences,
    private val box: SealedBox,
    private val renew: (AccessToken) -> String?,
) : Tokens {
    /**
     * For one user of the app.
     *
     * @param name of the preferences and of the key; another one for each user
     * @param renew makes a new token in place of one that the server refused; null when the person has to sign in. May block
     */
    constructor(context: Context, name: String, renew: (AccessToken) -> String?) : this(
        context.getSharedPreferences(name, Context.MODE_PRIVATE),
        SealedBox { keystoreKey(name) },
        renew,
    )

    /** Somebody has signed in. */
    @Synchronized
    fun put(text: String): AccessToken {
        // Fieldkeep takes a larger generation for a newer token, also after a sign-out.
        val generation = preferences.getLong(GENERATION, 0) + 1
        val sealed = Base64.encodeToString(box.seal(text), Base64.NO_WRAP)
        val kept = preferences.edit().putLong(GENERATION, generation).putString(SEALED, sealed).commit()
        check(kept) { "the token could not be stored" }
        return AccessToken(text, generation.toULong())
    }

    /** Somebody has signed out. */
    @Synchronized
    fun clear() {
        check(preferences.edit().remove(SEALED).commit()) { "the token could not be removed" }
    }

    @Synchronized
    override fun current(): AccessToken? {
        val sealed = preferences.getString(SEALED, null) ?: return null
        val text = box.open(Base64.decode(sealed, Base64.NO_WRAP)) ?: return null
        return AccessToken(text, preferences.getLong(GENERATION, 0).toULong())
    }

    override fun refresh(stale: ULong): AccessToken? {
        val known = current() ?: return null
        // Somebody else has renewed it meanwhile.
        if (known.generation > stale) return known
        val text = renew(known) ?: return null
        return put(text)
    }

    private companion object {
        const val GENERATION = "generation"
        const val SEALED = "sealed"
    }
}
