package io.fieldkeep.demo

import io.fieldkeep.AccessToken
import io.fieldkeep.Tokens
import java.util.concurrent.atomic.AtomicReference

/** The token of the person who is signed in. A new one comes from the person, never by itself. */
class SignedIn(token: String) : Tokens {
    private val held = AtomicReference(AccessToken(token, FIRST))

    override fun current(): AccessToken? = held.get().takeIf { it.text.isNotEmpty() }

    override fun refresh(stale: ULong): AccessToken? = current()?.takeIf { it.generation > stale }

    /** The person has signed in again. */
    fun replace(token: String) {
        held.updateAndGet { AccessToken(token, it.generation + 1u) }
    }

    private companion object {
        const val FIRST = 1uL
    }
}
