package io.fieldkeep.demo.desktop

import androidx.compose.ui.unit.DpSize
import androidx.compose.ui.unit.dp
import androidx.compose.ui.window.Window
import androidx.compose.ui.window.WindowState
import androidx.compose.ui.window.application
import io.fieldkeep.demo.FieldServiceApp
import io.fieldkeep.demo.ui.FieldServiceUi
import kotlinx.coroutines.runBlocking
import java.awt.GraphicsEnvironment
import java.io.File
import java.nio.file.Files
import kotlin.system.exitProcess

private const val USAGE = """one of
  --try           a window of user ana, with a server of its own and jobs in it
  --data DIR      a window that goes on with the work in that folder
  --render DIR    the screens as PNG files, without a display"""

/** The app on the desktop. */
fun main(arguments: Array<String>) {
    when (arguments.firstOrNull()) {
        "--try" -> DemoSite().use { site -> showing(temporary()) { runBlocking { it.setUpAt(site) } } }
        "--data" -> showing(File(arguments.getOrNull(1) ?: explain())) { it.start() }
        "--render" -> render(File(arguments.getOrNull(1) ?: explain()))
        else -> explain()
    }
}

private fun showing(folder: File, begin: (FieldServiceApp) -> Unit) {
    if (GraphicsEnvironment.isHeadless()) {
        System.err.println("there is no display: use --render DIR")
        exitProcess(2)
    }
    val app = FieldServiceApp(folder)
    begin(app)
    val size = WindowState(size = DpSize(411.dp, 891.dp))
    application(exitProcessOnExit = false) {
        Window(onCloseRequest = ::exitApplication, state = size, title = "Field service") { FieldServiceUi(app) }
    }
    runBlocking { app.close() }
}

private fun render(folder: File) = runBlocking {
    DemoSite().use { site ->
        val app = FieldServiceApp(temporary())
        app.setUpAt(site)
        Pictures(app, site, folder).write()
        app.close()
    }
}

private fun temporary(): File = Files.createTempDirectory("fieldkeep-demo-phone").toFile()

private fun explain(): Nothing {
    System.err.println(USAGE)
    exitProcess(2)
}
