package io.fieldkeep

import java.net.InetAddress
import java.net.ServerSocket
import java.net.Socket
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ConcurrentLinkedQueue
import kotlin.concurrent.thread

/** A server that takes every connection and never answers. */
class Silent : AutoCloseable {
    private val socket = ServerSocket(0, 50, InetAddress.getLoopbackAddress())
    private val taken = ConcurrentLinkedQueue<Socket>()
    private val firstTaken = CompletableFuture<Unit>()
    private val accepting = thread(name = "silent-server", isDaemon = true) { acceptAll() }

    /** Where it listens. */
    val url: String = "http://127.0.0.1:${socket.localPort}"

    /** Waits until somebody waits for an answer. */
    fun awaitCaller() = firstTaken.get()

    override fun close() {
        socket.close()
        accepting.join()
        taken.forEach { it.close() }
    }

    private fun acceptAll() {
        while (true) {
            // It throws when the server is closed.
            val caller = runCatching { socket.accept() }.getOrNull() ?: return
            taken += caller
            firstTaken.complete(Unit)
        }
    }
}
