package io.fieldkeep.demo.android

import android.app.Application
import io.fieldkeep.android.phoneConditions
import io.fieldkeep.demo.AppState
import io.fieldkeep.demo.FieldServiceApp
import kotlinx.coroutines.MainScope
import kotlinx.coroutines.flow.collectLatest
import kotlinx.coroutines.flow.filterIsInstance
import kotlinx.coroutines.launch
import java.io.File

/** The process: it holds the app, and tells Fieldkeep what the phone's network and battery are like. */
class FieldServiceApplication : Application() {
    private val scope = MainScope()

    lateinit var app: FieldServiceApp
        private set

    override fun onCreate() {
        super.onCreate()
        val folder = File(noBackupFilesDir, "field-service")
        app = FieldServiceApp(folder, exports = File(cacheDir, "exports"), isShown = false)
        app.start()
        scope.launch {
            app.state.filterIsInstance<AppState.Working>().collectLatest { working ->
                phoneConditions(this@FieldServiceApplication).collect(working.session::setConditions)
            }
        }
    }
}
