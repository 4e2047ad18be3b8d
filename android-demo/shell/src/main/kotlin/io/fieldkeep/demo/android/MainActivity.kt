package io.fieldkeep.demo.android

import android.os.Bundle
import androidx.activity.ComponentActivity
import androidx.activity.OnBackPressedCallback
import androidx.activity.compose.setContent
import androidx.activity.enableEdgeToEdge
import io.fieldkeep.android.SyncJobService
import io.fieldkeep.demo.AppState
import io.fieldkeep.demo.FieldServiceApp
import io.fieldkeep.demo.ui.FieldServiceUi

/** The window of the app. It may be made anew at any time: all that matters lives in the application. */
class MainActivity : ComponentActivity() {
    private val app: FieldServiceApp get() = (application as FieldServiceApplication).app

    /** One step back inside the app; on the job list the system goes back. */
    private val back = object : OnBackPressedCallback(true) {
        override fun handleOnBackPressed() {
            val working = app.state.value as? AppState.Working
            if (working?.session?.navigation?.back() == true) return
            isEnabled = false
            onBackPressedDispatcher.onBackPressed()
            isEnabled = true
        }
    }

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        enableEdgeToEdge()
        onBackPressedDispatcher.addCallback(this, back)
        setContent { FieldServiceUi(app) }
    }

    override fun onStart() {
        super.onStart()
        app.wake()
    }

    override fun onStop() {
        super.onStop()
        // A screen that only turns comes back at once.
        if (isChangingConfigurations) return
        app.sleep()
        SyncJobService.arm(applicationContext, FieldServiceSync::class.java, FieldServiceSync.JOB_ID)
    }
}
